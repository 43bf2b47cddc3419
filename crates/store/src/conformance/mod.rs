//! What every driver must do, as one list of cases; each gets an empty store.
//!
//! Not here: what only a durable driver can do (locks, restarts, tampering); those are tests of
//! that driver.

mod aggregates;
mod answers;
mod conditions;
mod effects;
mod given;
mod history;
mod identity;
mod jobs;
mod queries;
mod views;

use crate::Store;

/// A case: panics when the store does not behave.
pub type Case = fn(&dyn Store);

/// All cases, by topic; names are sentences about the store.
pub const CASES: &[&[(&str, Case)]] = &[
    aggregates::CASES,
    answers::CASES,
    effects::CASES,
    history::CASES,
    identity::CASES,
    jobs::CASES,
    conditions::CASES,
    queries::CASES,
    views::CASES,
];

/// Runs every case on a store of its own and tells which failed.
///
/// # Panics
/// When a case fails, with the names of all that did.
pub fn run<S: Store>(fresh: impl Fn() -> S) {
    let mut failed = Vec::new();
    for (name, case) in CASES.iter().flat_map(|topic| topic.iter()) {
        let store = fresh();
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| case(&store)));
        if outcome.is_err() {
            failed.push(*name);
        }
    }
    assert!(failed.is_empty(), "the store fails {} cases: {failed:#?}", failed.len());
}
