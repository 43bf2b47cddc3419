//! What operators ask of many instances, of definitions and of job types.
//!
//! Not here: what is asked of one instance (`request`).

use engine::command::BatchCommand;
use engine::key::Key;
use engine::state::batch_operation::Begun;
use std::sync::Arc;

/// A request about batch operations.
#[expect(missing_docs, reason = "fields carry the words of GLOSSARY.md")]
#[derive(Debug, Clone)]
pub enum BatchRequest {
    /// Begin one; it gets a key.
    Begin { begun: Box<Begun> },
    /// Suspend, resume or cancel one.
    Tell { batch: Key, command: Box<BatchCommand> },
    /// Try some items of one and note what became of each, all in one commit. `from`: where it
    /// is; `is_last`: there are no items behind these.
    TryItems { batch: Key, from: Key, items: Vec<BatchItem>, is_last: bool },
}

/// A request about suspended definitions and job types. `suspends`: else it is resumed.
#[expect(missing_docs, reason = "fields carry the words of GLOSSARY.md")]
#[derive(Debug, Clone)]
pub enum SuspensionRequest {
    /// No instances of a definition begin.
    Definition { definition: Key, suspends: bool },
    /// No jobs of a type are handed out.
    JobType { job_type: Arc<str>, suspends: bool },
}

/// An item of a batch operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchItem {
    /// Where the batch operation is when this item was tried, and all others with this number.
    pub cursor: Key,
    /// The item: an instance, or an incident.
    pub item: Key,
    /// The instance it is, or is of.
    pub instance: Key,
}
