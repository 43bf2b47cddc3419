//! History rows: order, positions, and what a conflict leaves.
//!
//! Not here: the audit chain over them.

use super::Case;
use super::given::{NOW_MS, batch, claim, commit_all, history, write};
use crate::Store;
use crate::batch::Component;
use crate::keep::{KeepingChange, Retention};

pub(super) const CASES: &[(&str, Case)] = &[
    ("numbers history in the order of commits", numbers_history),
    ("a conflict uses no position", a_conflict_uses_no_position),
    ("tells the last position even when nothing was written", tells_the_last_position),
    ("reads history in pages", reads_in_pages),
    ("reads the history of one aggregate", reads_one_aggregate),
    ("counts commits within a segment", counts_commits),
    ("tells where a commit lies", tells_where_a_commit_lies),
    ("names its history", names_its_history),
    ("remembers what is kept how long", remembers_what_is_kept),
];

fn noted(aggregate: u64, body: &str) -> Component {
    Component { history: vec![history(aggregate, body)], ..Component::default() }
}

fn bodies(rows: &[crate::load::HistoryRow]) -> Vec<String> {
    rows.iter().map(|row| String::from_utf8_lossy(&row.body).into_owned()).collect()
}

fn numbers_history(store: &dyn Store) {
    let mut first = noted(7, "a");
    first.history.push(history(8, "b"));
    let done = commit_all(store, &batch(vec![first, noted(7, "c")], vec![]));
    assert_eq!((done.accepted, done.position), (vec![true, true], 3));
    assert_eq!(commit_all(store, &batch(vec![noted(9, "d")], vec![])).position, 4);
    let rows = store.events(0, 10).expect("reads");
    assert_eq!(rows.iter().map(|row| row.position).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(bodies(&rows), ["a", "b", "c", "d"]);
    let row = &rows[1];
    assert_eq!((row.aggregate, row.kind, row.tenant, row.at_ms), (8, 1, 0, NOW_MS));
}

fn a_conflict_uses_no_position(store: &dyn Store) {
    commit_all(store, &batch(vec![write(1, None, 10, "one")], vec![]));
    let conflict = Component { history: vec![history(1, "no")], ..write(1, None, 11, "again") };
    let done = commit_all(store, &batch(vec![noted(2, "a"), conflict, noted(3, "b")], vec![]));
    assert_eq!((done.accepted, done.position), (vec![true, false, true], 2));
    assert_eq!(bodies(&store.events(0, 10).expect("reads")), ["a", "b"]);
}

fn tells_the_last_position(store: &dyn Store) {
    assert_eq!(commit_all(store, &batch(vec![], vec![claim(1)])).position, 0);
    commit_all(store, &batch(vec![noted(2, "a")], vec![]));
    assert_eq!(commit_all(store, &batch(vec![], vec![claim(1)])).position, 1);
}

fn reads_in_pages(store: &dyn Store) {
    let components = (0..25).map(|n| noted(n, &n.to_string())).collect();
    commit_all(store, &batch(components, vec![]));
    let mut read = Vec::new();
    loop {
        let rows = store.events(read.len() as u64, 10).expect("reads");
        if rows.is_empty() {
            break;
        }
        assert!(rows.len() <= 10);
        read.extend(bodies(&rows));
    }
    assert_eq!(read, (0..25).map(|n| n.to_string()).collect::<Vec<_>>());
    assert_eq!(store.events(u64::MAX >> 1, 10).expect("reads"), []);
}

fn reads_one_aggregate(store: &dyn Store) {
    let key = u64::MAX - 1;
    let components = vec![noted(key, "a"), noted(2, "x"), noted(key, "b"), noted(key, "c")];
    commit_all(store, &batch(components, vec![]));
    assert_eq!(bodies(&store.events_of(key, 0, 2).expect("reads")), ["a", "b"]);
    assert_eq!(bodies(&store.events_of(key, 3, 2).expect("reads")), ["c"]);
    assert_eq!(store.events_of(3, 0, 2).expect("reads"), []);
}

fn counts_commits(store: &dyn Store) {
    commit_all(store, &batch(vec![noted(1, "a"), noted(2, "b")], vec![]));
    commit_all(store, &batch(vec![], vec![claim(1)]));
    commit_all(store, &batch(vec![noted(3, "c")], vec![]));
    let rows = store.events(0, 10).expect("reads");
    assert_eq!(rows[0].seq, rows[1].seq);
    assert_eq!(rows[0].segment, rows[1].segment);
    // A segment ends with its process.
    if rows[2].segment == rows[0].segment {
        assert_eq!(rows[2].seq, rows[0].seq + 1);
    }
}

fn tells_where_a_commit_lies(store: &dyn Store) {
    for key in 1..4 {
        let done = commit_all(store, &batch(vec![noted(key, "a"), noted(key + 9, "b")], vec![]));
        let rows = store.events(done.position - 2, 10).expect("reads");
        let places = rows.iter().map(|row| (row.segment, row.seq)).collect::<Vec<_>>();
        assert_eq!(places, [(done.segment, done.seq); 2]);
    }
}

fn names_its_history(store: &dyn Store) {
    let origin = store.origin().expect("reads");
    commit_all(store, &batch(vec![noted(1, "a")], vec![]));
    assert_eq!(store.origin().expect("reads"), origin);
    assert_eq!(origin.purged, 0);
}

fn remembers_what_is_kept(store: &dyn Store) {
    let of = |tenant, id: &str, ttl_ms| Retention { tenant, process_id: id.into(), ttl_ms };
    let change = |change| store.change_keeping("ada", 1, &change).expect("changes");
    change(KeepingChange::Set(of(1, "b", Some(5))));
    change(KeepingChange::Set(of(0, "b", Some(5))));
    change(KeepingChange::Set(of(0, "a", Some(6))));
    change(KeepingChange::Set(of(0, "b", None)));
    change(KeepingChange::Pause);
    let kept = store.keeping().expect("reads");
    assert_eq!(kept.retentions, [of(0, "a", Some(6)), of(0, "b", None), of(1, "b", Some(5))]);
    assert!(kept.paused);
    change(KeepingChange::Inherit { tenant: 0, process_id: "a".into() });
    change(KeepingChange::Resume);
    let kept = store.keeping().expect("reads");
    assert_eq!((kept.retentions.len(), kept.paused), (2, false));
}
