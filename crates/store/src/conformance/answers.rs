//! Stored answers: the gate of commands that carry an idempotency key.
//!
//! Not here: what an answer says.

use super::Case;
use super::given::{NOW_MS, answer, body, commit, commit_all, loaded, write};
use crate::Store;
use crate::batch::{AnswerRow, Batch, Component};
use crate::load::Load;

pub(super) const CASES: &[(&str, Case)] = &[
    ("keeps an answer under its aggregate and id", keeps_answers),
    ("creates once per id, however often it is asked", gates_creation),
    ("gates within one batch", gates_within_a_batch),
    ("a conflict leaves no answer behind", a_conflict_leaves_no_answer),
    ("keeps answers for a day and drops them in the end", forgets_in_the_end),
];

fn stored(store: &dyn Store, aggregate: u64, id: &str) -> Option<AnswerRow> {
    let load = Load { answers: vec![(aggregate, id.into())], ..Load::default() };
    loaded(store, &load).answers.remove(0)
}

fn answered(component: Component, row: AnswerRow) -> Component {
    Component { answers: vec![row], ..component }
}

fn keeps_answers(store: &dyn Store) {
    commit(store, vec![answered(write(1, None, 10, "one"), answer(1, "0/ask"))]);
    assert_eq!(stored(store, 1, "0/ask"), Some(answer(1, "0/ask")));
    assert_eq!(stored(store, 1, "0/other"), None);
    assert_eq!(stored(store, 2, "0/ask"), None);
    assert_eq!(stored(store, 0, "0/ask"), None);
}

fn gates_creation(store: &dyn Store) {
    let create = |key| answered(write(key, None, 10, "created"), answer(0, "0/create"));
    assert_eq!(commit(store, vec![create(1)]), [true]);
    assert_eq!(commit(store, vec![create(2)]), [false]);
    assert_eq!(body(store, 2), None);
    let other_tenant = answered(write(3, None, 10, "created"), answer(0, "1/create"));
    assert_eq!(commit(store, vec![other_tenant]), [true]);
}

fn gates_within_a_batch(store: &dyn Store) {
    let create = |key| answered(write(key, None, 10, "created"), answer(0, "0/create"));
    assert_eq!(commit(store, vec![create(1), create(2)]), [true, false]);
    assert_eq!(body(store, 1).as_deref(), Some("created"));
    assert_eq!(body(store, 2), None);
}

fn a_conflict_leaves_no_answer(store: &dyn Store) {
    commit(store, vec![write(1, None, 10, "one")]);
    let stale = answered(write(1, Some(9), 11, "stale"), answer(1, "0/ask"));
    assert_eq!(commit(store, vec![stale]), [false]);
    assert_eq!(stored(store, 1, "0/ask"), None);
}

fn forgets_in_the_end(store: &dyn Store) {
    const HOUR_MS: i64 = 3_600_000;
    let create = |key, id: &str| answered(write(key, None, 10, "created"), answer(0, id));
    let at = |now_ms, components| {
        commit_all(store, &Batch { now_ms, components, claims: vec![] }).accepted
    };
    assert_eq!(at(NOW_MS, vec![create(1, "0/first")]), [true]);
    for hour in 1..24 {
        at(NOW_MS + hour * HOUR_MS, vec![create(100 + hour as u64, &format!("0/{hour}"))]);
        assert!(stored(store, 0, "0/first").is_some(), "gone after {hour} hours");
    }
    let later = NOW_MS + 24 * HOUR_MS - 1;
    assert_eq!(at(later, vec![create(2, "0/first")]), [false]);
    // A clock that goes back neither forgets nor revives.
    assert_eq!(at(NOW_MS, vec![create(2, "0/first")]), [false]);
    let much_later = NOW_MS + 36 * HOUR_MS;
    assert_eq!(at(much_later, vec![create(3, "0/first")]), [true]);
    assert!(stored(store, 0, "0/23").is_some());
    at(NOW_MS + 1_000 * HOUR_MS, vec![]);
    assert_eq!(stored(store, 0, "0/first"), None);
    assert_eq!(stored(store, 0, "0/23"), None);
}
