//! The outbox and timers.
//!
//! Not here: who takes them.

use super::Case;
use super::given::{NOW_MS, body, commit, effect, timer, together, write};
use crate::Store;
use crate::batch::{Component, EffectWrite, TimerWrite};

pub(super) const CASES: &[(&str, Case)] = &[
    ("lists effects in the order of target, source and number", lists_effects_in_order),
    ("takes an effect exactly once", takes_an_effect_once),
    ("never overwrites an effect", never_overwrites_an_effect),
    ("an effect left and taken in one component is gone", left_and_taken),
    ("lists due timers, oldest first", lists_due_timers),
    ("moves and deletes timers", moves_timers),
    ("walks all timers in key order", walks_timers),
];

fn put(target: u64, source: u64, n: u64) -> Component {
    let effects = vec![EffectWrite::Put(effect(target, source, n))];
    Component { effects, ..Component::default() }
}

fn take(target: u64, source: u64, n: u64) -> Component {
    let effects = vec![EffectWrite::Delete { target, source, n }];
    Component { effects, ..Component::default() }
}

fn lists_effects_in_order(store: &dyn Store) {
    let places = [(2, 1, 1), (1, 9, 2), (1, 9, 1), (u64::MAX, 1, 1), (1, 1 << 63, 1), (1, 3, 300)];
    commit(store, places.iter().map(|(target, source, n)| put(*target, *source, *n)).collect());
    let mut sorted = places.to_vec();
    sorted.sort_unstable();
    for limit in [1, 2, 100] {
        let mut walked = Vec::new();
        let mut after = (0, 0, 0);
        loop {
            let rows = store.pending_effects(after, limit).expect("reads");
            assert!(rows.len() <= limit as usize);
            let Some(last) = rows.last() else { break };
            after = (last.target, last.source, last.n);
            assert_eq!(last.body, [1, 2, 3]);
            walked.extend(rows.iter().map(|row| (row.target, row.source, row.n)));
        }
        assert_eq!(walked, sorted, "limit {limit}");
    }
}

fn takes_an_effect_once(store: &dyn Store) {
    commit(store, vec![put(1, 2, 1), write(1, None, 10, "target")]);
    let apply = |stamp, next| together(vec![write(1, Some(stamp), next, "applied"), take(1, 2, 1)]);
    assert_eq!(commit(store, vec![apply(10, 11)]), [true]);
    assert_eq!(commit(store, vec![apply(11, 12)]), [false]);
    assert_eq!(store.pending_effects((0, 0, 0), 10).expect("reads"), []);
    assert_eq!(commit(store, vec![take(1, 2, 1)]), [false]);
}

fn never_overwrites_an_effect(store: &dyn Store) {
    commit(store, vec![put(1, 2, 1)]);
    let again = together(vec![write(2, None, 20, "source"), put(1, 2, 1)]);
    assert_eq!(commit(store, vec![again]), [false]);
    assert_eq!(body(store, 2), None);
    assert_eq!(commit(store, vec![put(1, 2, 2)]), [true]);
}

fn left_and_taken(store: &dyn Store) {
    assert_eq!(commit(store, vec![together(vec![put(1, 2, 1), take(1, 2, 1)])]), [true]);
    assert_eq!(store.pending_effects((0, 0, 0), 10).expect("reads"), []);
}

fn timers(writes: Vec<TimerWrite>) -> Component {
    Component { timers: writes, ..Component::default() }
}

fn lists_due_timers(store: &dyn Store) {
    assert_eq!(store.next_timer_ms().expect("reads"), None);
    let rows = [timer(5, NOW_MS), timer(3, NOW_MS), timer(9, NOW_MS - 10), timer(1, NOW_MS + 1)];
    commit(store, vec![timers(rows.into_iter().map(TimerWrite::Put).collect())]);
    assert_eq!(store.next_timer_ms().expect("reads"), Some(NOW_MS - 10));
    let due = |after, limit| {
        let rows = store.due_timers(NOW_MS, after, limit).expect("reads");
        rows.into_iter().map(|row| row.key).collect::<Vec<_>>()
    };
    assert_eq!(due((i64::MIN, 0), 10), [9, 3, 5]);
    assert_eq!(due((0, 0), 2), [9, 3]);
    assert_eq!(due((NOW_MS, 3), 10), [5]);
    assert_eq!(due((NOW_MS - 10, 9), 10), [3, 5]);
    assert_eq!(due((NOW_MS, 5), 10), []);
    let first = store.due_timers(NOW_MS, (0, 0), 1).expect("reads").remove(0);
    assert_eq!(first, timer(9, NOW_MS - 10));
}

fn moves_timers(store: &dyn Store) {
    commit(store, vec![timers(vec![TimerWrite::Put(timer(5, NOW_MS))])]);
    commit(store, vec![timers(vec![TimerWrite::Put(timer(5, NOW_MS + 50))])]);
    assert_eq!(store.next_timer_ms().expect("reads"), Some(NOW_MS + 50));
    assert_eq!(store.due_timers(NOW_MS, (0, 0), 10).expect("reads"), []);
    let gone = vec![TimerWrite::Delete { key: 5 }, TimerWrite::Delete { key: 6 }];
    assert_eq!(commit(store, vec![timers(gone)]), [true]);
    assert_eq!(store.next_timer_ms().expect("reads"), None);
}

fn walks_timers(store: &dyn Store) {
    let rows = [timer(1 << 63, 4), timer(2, 5), timer(7, 3)];
    commit(store, vec![timers(rows.iter().cloned().map(TimerWrite::Put).collect())]);
    assert_eq!(store.all_timers(0, 2).expect("reads"), [timer(2, 5), timer(7, 3)]);
    assert_eq!(store.all_timers(7, 2).expect("reads"), [timer(1 << 63, 4)]);
    assert_eq!(store.all_timers(1 << 63, 2).expect("reads"), []);
}
