//! Batches that make no sense whatever is stored: a component that writes one row twice.
//!
//! Not here: conflicts, which depend on what is stored.

use std::collections::BTreeSet;

use crate::Error;
use crate::batch::{Batch, EffectWrite};

/// Refuses a batch with a component that writes an aggregate, answer, definition or effect twice.
pub(crate) fn check(batch: &Batch) -> Result<(), Error> {
    for component in &batch.components {
        once("aggregate", component.aggregates.iter().map(|write| write.key))?;
        once("answer", component.answers.iter().map(|row| (row.aggregate, &row.id)))?;
        once("definition", component.definitions.iter().map(|row| row.key))?;
        let effects = component.effects.iter().filter_map(|write| match write {
            EffectWrite::Put(row) => Some((row.target, row.source, row.n)),
            EffectWrite::Delete { .. } => None,
        });
        once("effect", effects)?;
    }
    Ok(())
}

fn once<T: Ord + std::fmt::Debug>(what: &str, keys: impl Iterator<Item = T>) -> Result<(), Error> {
    let mut keys = keys.peekable();
    let Some(first) = keys.next() else { return Ok(()) };
    if keys.peek().is_none() {
        return Ok(());
    }
    let mut met = BTreeSet::from([first]);
    match keys.find_map(|key| met.replace(key)) {
        None => Ok(()),
        Some(key) => Err(Error::Refused { reason: format!("{what} {key:?} twice in a component") }),
    }
}
