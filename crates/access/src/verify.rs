//! Checks an audit chain, fed in order, and says what was changed, cut or lost.
//!
//! Not here: reading. The caller streams segments, commits, records and anchors from a store or
//! an export, so memory does not grow with the history.

use std::collections::BTreeMap;

use crate::chain::{Hash, Opening, START, Tip, leaf, link, root};
pub use crate::finding::Finding;

/// One commit as stored: its place, its leaves, its link.
#[derive(Debug, Clone, Copy)]
pub struct Commit<'a> {
    /// Segment.
    pub segment: u64,
    /// Number within the segment; 0 is the opening.
    pub seq: u64,
    /// Leaves in order.
    pub leaves: &'a [Hash],
    /// Link over them.
    pub link: Hash,
}

/// One history record of a commit.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// Position in history.
    pub position: u64,
    /// Salt of the leaf.
    pub salt: [u8; 16],
    /// Canonical bytes, or `None` when the body was erased and only the leaf is left.
    pub bytes: Option<&'a [u8]>,
}

/// One anchor: tips moved since the anchor before, chained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// Number, from 1.
    pub n: u64,
    /// Tips moved since the last anchor.
    pub tips: Vec<Tip>,
    /// Root as stored.
    pub root: Hash,
    /// After a failover: the last anchor the writer remembers of the history that was lost.
    pub remembers: Option<Witness>,
}

/// An anchor as somebody outside the database knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Witness {
    /// Anchor number.
    pub n: u64,
    /// Its root.
    pub root: Hash,
}

/// What was checked and found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Findings in the order met; empty means the chain holds.
    pub findings: Vec<Finding>,
    /// Findings beyond `FINDINGS_MAX`, counted only.
    pub more: u64,
    /// Segments read.
    pub segments: u64,
    /// Commits read.
    pub commits: u64,
    /// Records read.
    pub records: u64,
    /// Records whose body was erased.
    pub erased: u64,
    /// Anchors read.
    pub anchors: u64,
}

/// At most this many findings are listed.
pub const FINDINGS_MAX: usize = 1_000;

/// The checker. Feed every segment with its commits in order, then the anchors in order.
#[derive(Debug)]
pub struct Verifier {
    report: Report,
    /// Last commit met, by segment.
    last: BTreeMap<u64, Tip>,
    anchor: Option<Witness>,
    witness: Option<Witness>,
    witnessed: bool,
}

impl Verifier {
    /// A checker that also compares with what a witness outside knows, if there is one.
    #[must_use]
    pub fn new(witness: Option<Witness>) -> Self {
        let report = Report::default();
        Self { report, last: BTreeMap::new(), anchor: None, witness, witnessed: false }
    }

    /// One commit with the records history holds for it, in position order.
    ///
    /// The first commit of a segment is number 0; pass its opening, which stands in for a record.
    pub fn commit(&mut self, commit: &Commit<'_>, opening: Option<&Opening>, records: &[Record]) {
        self.report.commits += 1;
        self.report.records += records.len() as u64;
        let Commit { segment, seq, .. } = *commit;
        let before = self.last.get(&segment).copied();
        let next = before.map_or(0, |tip| tip.seq + 1);
        if seq > next {
            self.find(Finding::Gap { segment, from: next, to: seq - 1 });
        } else {
            let previous = before.map_or(START, |tip| tip.link);
            if link(&previous, commit.leaves) != commit.link {
                self.find(Finding::ChangedLink { segment, seq });
            }
        }
        if let Some(opening) = opening {
            self.report.segments += 1;
            if commit.leaves != [opening.leaf()] {
                self.find(Finding::ChangedLink { segment, seq });
            }
        } else {
            self.compare_records(commit, records);
        }
        self.last.insert(segment, Tip { segment, seq, link: commit.link });
    }

    /// A record that names a commit which is not there.
    pub fn stray_record(&mut self, segment: u64, seq: u64, position: u64) {
        match self.last.get(&segment) {
            None => self.find(Finding::SegmentDeleted { segment }),
            Some(tip) if tip.seq < seq => {
                let last = tip.seq;
                self.find(Finding::TailCut { segment, last, expected: seq });
            }
            Some(_) => self.find(Finding::AddedRecord { segment, seq, position }),
        }
    }

    /// Positions whose records were erased, though nothing in the chain orders that.
    pub fn erased_unordered(&mut self, from: u64, to: u64) {
        self.find(Finding::ErasedUnordered { from, to });
    }

    /// The tip an opening names, and the link found there now. Call after all commits.
    pub fn named_by_opening(&mut self, tip: &Tip, found: Option<Hash>) {
        self.compare_tip(0, tip, found);
    }

    /// One anchor, with the links found now for its tips, in the same order.
    pub fn anchor(&mut self, anchor: &Anchor, found: &[Option<Hash>]) {
        self.report.anchors += 1;
        let before = self.anchor.unwrap_or(Witness { n: 0, root: START });
        if let Some(remembered) = anchor.remembers
            && (remembered.n > before.n || remembered.root != before.root)
        {
            self.find(Finding::LostByDiscontinuity { from: before.n, to: remembered.n });
        }
        if anchor.n > before.n + 1 {
            self.find(Finding::AnchorGap { from: before.n + 1, to: anchor.n - 1 });
        } else if root(&before.root, anchor.n, &anchor.tips) != anchor.root {
            self.find(Finding::ChangedRoot { n: anchor.n });
        }
        for (index, tip) in anchor.tips.iter().enumerate() {
            self.compare_tip(anchor.n, tip, found.get(index).copied().flatten());
        }
        if let Some(witness) = self.witness
            && witness.n == anchor.n
        {
            self.witnessed = true;
            if witness.root != anchor.root {
                self.find(Finding::WitnessMismatch { n: anchor.n });
            }
        }
        self.anchor = Some(Witness { n: anchor.n, root: anchor.root });
    }

    /// What was found.
    #[must_use]
    pub fn finish(mut self) -> Report {
        if let Some(witness) = self.witness
            && !self.witnessed
        {
            self.find(Finding::WitnessMismatch { n: witness.n });
        }
        self.report
    }

    /// The last commit met of a segment.
    #[must_use]
    pub fn tip(&self, segment: u64) -> Option<Tip> {
        self.last.get(&segment).copied()
    }

    fn compare_records(&mut self, commit: &Commit<'_>, records: &[Record]) {
        let Commit { segment, seq, leaves, .. } = *commit;
        let found: Vec<Option<Hash>> =
            records.iter().map(|r| r.bytes.map(|bytes| leaf(&r.salt, bytes))).collect();
        self.report.erased += found.iter().filter(|hash| hash.is_none()).count() as u64;
        if records.len() == leaves.len() {
            for ((record, hash), leaf) in records.iter().zip(&found).zip(leaves) {
                if hash.is_some_and(|hash| hash != *leaf) {
                    let position = record.position;
                    self.find(Finding::ChangedRecord { segment, seq, position });
                }
            }
            return;
        }
        // Counts differ: walk both lists and say which side lacks what. An erased record matches
        // whatever stands in its place.
        let mut next = 0;
        for (record, hash) in records.iter().zip(&found) {
            let place = match hash {
                None => (next < leaves.len()).then_some(next),
                Some(hash) => leaves[next..].iter().position(|leaf| leaf == hash).map(|i| next + i),
            };
            let Some(place) = place else {
                let position = record.position;
                self.find(Finding::AddedRecord { segment, seq, position });
                continue;
            };
            for index in next..place {
                self.find(Finding::MissingRecord { segment, seq, index: index as u32 });
            }
            next = place + 1;
        }
        for index in next..leaves.len() {
            self.find(Finding::MissingRecord { segment, seq, index: index as u32 });
        }
    }

    fn compare_tip(&mut self, n: u64, tip: &Tip, found: Option<Hash>) {
        let Tip { segment, seq, .. } = *tip;
        match (found, self.last.get(&segment)) {
            (Some(link), _) if link == tip.link => {}
            (Some(_), _) => self.find(Finding::AnchorMismatch { n, segment, seq }),
            (None, None) => self.find(Finding::SegmentDeleted { segment }),
            (None, Some(last)) if last.seq < seq => {
                let last = last.seq;
                self.find(Finding::TailCut { segment, last, expected: seq });
            }
            // The hole itself was told when the commits around it were read.
            (None, Some(_)) => {}
        }
    }

    /// Notes a finding; one that is told already (a deleted segment is named often) is dropped.
    fn find(&mut self, finding: Finding) {
        let told =
            self.report.findings.iter().rev().take(64).any(|other| match (finding, *other) {
                (
                    Finding::TailCut { segment, last, .. },
                    Finding::TailCut { segment: other, last: other_last, .. },
                ) => segment == other && last == other_last,
                (finding, other) => finding == other,
            });
        if told {
            return;
        }
        if self.report.findings.len() < FINDINGS_MAX {
            self.report.findings.push(finding);
        } else {
            self.report.more += 1;
        }
    }
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
