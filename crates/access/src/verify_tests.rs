//! Tampering with a small history in memory, and what the checker says of it.
//!
//! Not here: tampering with a file; the store tests that.

use super::*;

/// A small history kept in memory, so that tests can tamper with it.
struct Book {
    openings: Vec<Opening>,
    commits: Vec<(u64, u64, Vec<Hash>, Hash)>,
    records: Vec<(u64, u64, u64, Option<Vec<u8>>)>,
    anchors: Vec<Anchor>,
}

impl Book {
    /// Two segments of four commits with two records each; an anchor after each segment.
    fn written() -> Self {
        let mut book = Book { openings: vec![], commits: vec![], records: vec![], anchors: vec![] };
        let mut previous = None;
        let mut position = 0;
        for segment in [7, 9] {
            let opening = Opening { segment, opened_ms: 1, previous, build: "test".into() };
            let mut tip = opening.tip();
            book.commits.push((segment, 0, vec![opening.leaf()], tip.link));
            book.openings.push(opening);
            for seq in 1..=4 {
                let mut leaves = vec![];
                for index in 0..2 {
                    position += 1;
                    let body = format!("record {segment} {seq} {index}").into_bytes();
                    leaves.push(leaf(&[0; 16], &body));
                    book.records.push((segment, seq, position, Some(body)));
                }
                tip = Tip { segment, seq, link: link(&tip.link, &leaves) };
                book.commits.push((segment, seq, leaves, tip.link));
            }
            let n = book.anchors.len() as u64 + 1;
            let before = book.anchors.last().map_or(START, |anchor| anchor.root);
            let root = root(&before, n, &[tip]);
            book.anchors.push(Anchor { n, tips: vec![tip], root, remembers: None });
            previous = Some(tip);
        }
        book
    }

    fn verified(&self, witness: Option<Witness>) -> Vec<Finding> {
        let mut verifier = Verifier::new(witness);
        for (segment, seq, leaves, link) in &self.commits {
            let records: Vec<Record> = self
                .records
                .iter()
                .filter(|record| record.0 == *segment && record.1 == *seq)
                .map(|r| Record { position: r.2, salt: [0; 16], bytes: r.3.as_deref() })
                .collect();
            let commit = Commit { segment: *segment, seq: *seq, leaves, link: *link };
            let opening = self.openings.iter().find(|o| *seq == 0 && o.segment == *segment);
            verifier.commit(&commit, opening, &records);
        }
        for (segment, seq, position, _) in &self.records {
            if !self.commits.iter().any(|c| c.0 == *segment && c.1 == *seq) {
                verifier.stray_record(*segment, *seq, *position);
            }
        }
        let found = |tip: &Tip| {
            self.commits.iter().find(|c| c.0 == tip.segment && c.1 == tip.seq).map(|c| c.3)
        };
        for tip in self.openings.iter().filter_map(|opening| opening.previous.as_ref()) {
            verifier.named_by_opening(tip, found(tip));
        }
        for anchor in &self.anchors {
            let links: Vec<_> = anchor.tips.iter().map(found).collect();
            verifier.anchor(anchor, &links);
        }
        verifier.finish().findings
    }

    fn witness(&self) -> Option<Witness> {
        self.anchors.last().map(|anchor| Witness { n: anchor.n, root: anchor.root })
    }
}

#[test]
fn finds_nothing_in_an_untouched_history() {
    let book = Book::written();
    assert_eq!(book.verified(book.witness()), []);
}

#[test]
fn accepts_an_erased_body() {
    let mut book = Book::written();
    book.records[3].3 = None;
    assert_eq!(book.verified(None), []);
}

#[test]
fn finds_one_changed_byte() {
    let mut book = Book::written();
    book.records[3].3.as_mut().unwrap()[0] ^= 1;
    let expected = Finding::ChangedRecord { segment: 7, seq: 2, position: 4 };
    assert_eq!(book.verified(None), [expected]);
}

#[test]
fn finds_a_deleted_record() {
    let mut book = Book::written();
    book.records.remove(2);
    assert_eq!(book.verified(None), [Finding::MissingRecord { segment: 7, seq: 2, index: 0 }]);
}

#[test]
fn finds_a_record_slipped_in() {
    let mut book = Book::written();
    book.records.insert(4, (7, 2, 99, Some(b"forged".to_vec())));
    assert_eq!(book.verified(None), [Finding::AddedRecord { segment: 7, seq: 2, position: 99 }]);
}

#[test]
fn finds_a_changed_leaf() {
    let mut book = Book::written();
    book.commits[2].2[0][0] ^= 1;
    let findings = book.verified(None);
    assert!(findings.contains(&Finding::ChangedLink { segment: 7, seq: 2 }), "{findings:?}");
}

#[test]
fn finds_commits_deleted_from_the_middle() {
    let mut book = Book::written();
    book.commits.retain(|c| !(c.0 == 7 && (2..=3).contains(&c.1)));
    book.records.retain(|r| !(r.0 == 7 && (2..=3).contains(&r.1)));
    assert_eq!(book.verified(None), [Finding::Gap { segment: 7, from: 2, to: 3 }]);
}

#[test]
fn finds_a_cut_tail_through_openings_and_anchors() {
    for (segment, last) in [(7, 2), (9, 3)] {
        let mut book = Book::written();
        book.commits.retain(|c| c.0 != segment || c.1 <= last);
        book.records.retain(|r| r.0 != segment || r.1 <= last);
        assert_eq!(book.verified(None), [Finding::TailCut { segment, last, expected: 4 }]);
    }
}

#[test]
fn finds_a_cut_tail_through_the_records_left() {
    let mut book = Book::written();
    book.anchors.pop();
    book.commits.retain(|c| c.0 != 9 || c.1 <= 2);
    assert_eq!(book.verified(None), [Finding::TailCut { segment: 9, last: 2, expected: 3 }]);
}

#[test]
fn finds_a_deleted_segment() {
    let mut book = Book::written();
    book.commits.retain(|c| c.0 != 7);
    book.records.retain(|r| r.0 != 7);
    assert_eq!(book.verified(None), [Finding::SegmentDeleted { segment: 7 }]);
}

#[test]
fn finds_a_segment_rewritten_with_right_links() {
    let mut book = Book::written();
    // The forger knows the algorithm: the last commit of segment 9 is made anew.
    let before = book.commits[8].3;
    let forged = b"record 9 4 1, forged".to_vec();
    book.records[15].3 = Some(forged.clone());
    book.commits[9].2[1] = leaf(&[0; 16], &forged);
    book.commits[9].3 = link(&before, &book.commits[9].2);
    assert_eq!(book.verified(None), [Finding::AnchorMismatch { n: 2, segment: 9, seq: 4 }]);
}

#[test]
fn finds_a_changed_opening() {
    let mut book = Book::written();
    book.openings[1].build = "another".into();
    assert_eq!(book.verified(None), [Finding::ChangedLink { segment: 9, seq: 0 }]);
}

#[test]
fn finds_missing_and_changed_anchors() {
    let mut book = Book::written();
    book.anchors.remove(0);
    assert_eq!(book.verified(None), [Finding::AnchorGap { from: 1, to: 1 }]);
    let mut book = Book::written();
    book.anchors[0].root[5] ^= 1;
    let findings = book.verified(None);
    assert!(findings.contains(&Finding::ChangedRoot { n: 1 }), "{findings:?}");
}

#[test]
fn only_a_witness_sees_a_consistent_cut() {
    let mut book = Book::written();
    let witness = book.witness();
    book.anchors.pop();
    book.openings.pop();
    book.commits.retain(|c| c.0 != 9);
    book.records.retain(|r| r.0 != 9);
    assert_eq!(book.verified(None), []);
    assert_eq!(book.verified(witness), [Finding::WitnessMismatch { n: 2 }]);
}

#[test]
fn tells_a_failover_from_a_forgery() {
    let mut book = Book::written();
    let before = book.anchors[1].root;
    let remembers = Some(Witness { n: 5, root: [8; 32] });
    book.anchors.push(Anchor { n: 3, tips: vec![], root: root(&before, 3, &[]), remembers });
    assert_eq!(book.verified(None), [Finding::LostByDiscontinuity { from: 2, to: 5 }]);
}
