//! Steps of a batch operation: begin, note items, suspend, resume, cancel.
//!
//! Not here: changing the items; each is a command to its own instance.

use super::Outcome;
use crate::command::{BatchCommand, Rejection};
use crate::state::batch_operation::{BatchOperation, BatchOperationEvent, BatchPhase};

/// One step of a batch operation. On `Err` nothing changed.
pub fn step(
    state: &mut BatchOperation,
    command: &BatchCommand,
) -> Result<Outcome<BatchOperationEvent>, Rejection> {
    use BatchCommand as C;
    use BatchOperationEvent as E;
    let (key, tenant) = (state.begun.key, state.begun.tenant);
    let wrong = |expected: &str| {
        Rejection::invalid_state(format!(
            "Expected batch operation `{key}` to be {expected}, but it is {}.",
            phase_in_words(state.phase)
        ))
    };
    let mut events = Vec::new();
    match command {
        C::BeginBatch(begun) if key.0 == 0 => events.push(E::BatchBegun(begun.clone())),
        C::BeginBatch(_) => return Err(wrong("new")),
        _ if state.has_ended() => return Err(wrong("on its way")),
        C::NoteItems { .. } if state.phase != BatchPhase::Active => return Err(wrong("active")),
        C::NoteItems { cursor, tried, is_last } => {
            let refused = tried.iter().filter(|item| item.error.is_some()).count() as u64;
            let completed = state.completed + (tried.len() as u64 - refused);
            let failed = state.failed + refused;
            if !tried.is_empty() {
                let (kind, cursor) = (state.begun.operation.kind(), *cursor);
                let tried = tried.clone();
                events.push(E::ItemsTried { tenant, kind, cursor, tried, completed, failed });
            }
            if *is_last {
                events.push(E::BatchCompleted { completed, failed });
            }
        }
        C::SuspendBatch if state.phase == BatchPhase::Active => {
            events.push(E::BatchSuspended { tenant });
        }
        C::ResumeBatch if state.phase == BatchPhase::Suspended => {
            events.push(E::BatchResumed { tenant });
        }
        C::CancelBatch => events.push(E::BatchCancelled { tenant }),
        C::SuspendBatch => return Err(wrong("active")),
        C::ResumeBatch => return Err(wrong("suspended")),
    }
    events.iter().for_each(|event| state.apply(event));
    Ok(Outcome { events, ..Outcome::default() })
}

fn phase_in_words(phase: BatchPhase) -> &'static str {
    match phase {
        BatchPhase::Active => "active",
        BatchPhase::Suspended => "suspended",
        BatchPhase::Cancelled => "cancelled",
        BatchPhase::Completed => "completed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;
    use crate::state::batch_operation::{Begun, Tried};

    fn begun() -> BatchOperation {
        let mut state = BatchOperation::default();
        let begun = Begun { key: Key(7), total: 3, ..Begun::default() };
        step(&mut state, &BatchCommand::BeginBatch(Box::new(begun))).expect("it begins");
        state
    }

    fn items(cursor: u64, is_last: bool) -> BatchCommand {
        let item = |item: u64, error: Option<&str>| Tried {
            item: Key(item),
            instance: Key(item),
            error: error.map(Into::into),
        };
        let tried = vec![item(cursor - 1, None), item(cursor, Some("no"))];
        BatchCommand::NoteItems { cursor: Key(cursor), tried, is_last }
    }

    #[test]
    fn items_are_counted_and_the_last_ends_it() {
        let mut state = begun();
        step(&mut state, &items(3, false)).expect("the first items");
        step(&mut state, &items(9, true)).expect("the last items");
        assert_eq!((state.completed, state.failed, state.cursor), (2, 2, Key(9)));
        assert!(state.has_ended() && step(&mut state, &BatchCommand::CancelBatch).is_err());
    }

    #[test]
    fn it_is_suspended_resumed_and_cancelled_only_where_that_makes_sense() {
        let mut state = begun();
        assert!(step(&mut state, &BatchCommand::ResumeBatch).is_err());
        step(&mut state, &BatchCommand::SuspendBatch).expect("it was active");
        assert!(step(&mut state, &BatchCommand::SuspendBatch).is_err());
        assert!(step(&mut state, &items(3, false)).is_err(), "nothing is changed meanwhile");
        step(&mut state, &BatchCommand::ResumeBatch).expect("it was suspended");
        step(&mut state, &BatchCommand::CancelBatch).expect("it was active");
        assert!(step(&mut state, &items(9, false)).is_err());
    }
}
