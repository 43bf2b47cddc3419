//! The durable side of Segue: a narrow trait `Store`, its drivers, and one conformance suite.
//!
//! Not here: what bodies mean, when to commit, and who may ask.

pub mod batch;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod identity;
pub mod keep;
pub mod limits;
pub mod load;
pub mod memory;
mod refuse;
pub mod sqlite;
pub mod view;

use batch::{Batch, Committed, EffectRow, JobRow, TimerRow};
use identity::{AccessNote, IdentityChange, IdentityRow};
use keep::{Ended, Facts, FileSize, Keeping, KeepingChange, PurgeOrder, Purged};
use load::{AggregateRow, HistoryRow, Load, Loaded, Origin};
use view::{Query, Rows, ViewWrite};

/// A place to keep aggregates. Methods block; the runtime calls them from its own threads.
pub trait Store: Send + Sync + 'static {
    /// Reads rows, pages and answers in one snapshot.
    fn load(&self, load: &Load) -> Result<Loaded, Error>;
    /// One transaction, one sync: every component goes in whole or not at all.
    fn commit(&self, batch: &Batch) -> Result<Committed, Error>;
    /// Timers due at `now_ms`, oldest first, after the cursor (due, key).
    fn due_timers(
        &self,
        now_ms: i64,
        after: (i64, u64),
        limit: u32,
    ) -> Result<Vec<TimerRow>, Error>;
    /// The earliest due time of any timer.
    fn next_timer_ms(&self) -> Result<Option<i64>, Error>;
    /// Effects not yet taken, in (target, source, n) order, after the cursor.
    fn pending_effects(&self, after: (u64, u64, u64), limit: u32) -> Result<Vec<EffectRow>, Error>;
    /// The next due time of any job of the type, if there is one.
    fn next_job_ms(&self, tenant: u32, job_type: &str) -> Result<Option<i64>, Error>;
    /// Committed history after a position, in order.
    fn events(&self, after: u64, limit: u32) -> Result<Vec<HistoryRow>, Error>;
    /// History rows of one aggregate after a position, in order.
    fn events_of(&self, aggregate: u64, after: u64, limit: u32) -> Result<Vec<HistoryRow>, Error>;
    /// Which history this is, and from where on it is whole.
    fn origin(&self) -> Result<Origin, Error>;
    /// All definitions (with sources) deployed after `after_key`, by key.
    fn definitions(&self, after_key: u64, limit: u32) -> Result<Vec<batch::DefinitionRow>, Error>;
    /// All other resources (with sources) deployed after `after_key`, by key.
    fn resources(&self, after_key: u64, limit: u32) -> Result<Vec<batch::ResourceRow>, Error>;
    /// Keys of all definitions and other resources that are deleted.
    fn deletions(&self) -> Result<Vec<u64>, Error>;
    /// All aggregates with all their pages, by key, after `after_key`. For checkers.
    fn aggregates(&self, after_key: u64, limit: u32) -> Result<Vec<AggregateRow>, Error>;
    /// All job rows by key, after `after_key`. For checkers.
    fn all_jobs(&self, after_key: u64, limit: u32) -> Result<Vec<JobRow>, Error>;
    /// All timer rows by key, after `after_key`. For checkers.
    fn all_timers(&self, after_key: u64, limit: u32) -> Result<Vec<TimerRow>, Error>;
    /// Position up to which views are written.
    fn projected(&self) -> Result<u64, Error>;
    /// Writes view rows and moves the projected position to `through`, in one transaction.
    fn project(&self, through: u64, writes: &[ViewWrite]) -> Result<(), Error>;
    /// Answers a question about a view.
    fn query(&self, query: &Query) -> Result<Rows, Error>;
    /// Chains an anchor over all segments moved since the last one; the sequencer calls it.
    fn anchor(&self, now_ms: i64) -> Result<(), Error>;
    /// The highest key ever reserved, and reserves keys up to `key` for this process.
    fn reserve_keys(&self, key: u64) -> Result<u64, Error>;
    /// Whether it can still read and write.
    fn health(&self) -> Result<(), Error>;
    /// What somebody said is to be kept how long.
    fn keeping(&self) -> Result<Keeping, Error> {
        Ok(Keeping::default())
    }
    /// Changes what is kept, for an actor, at a time (Unix milliseconds).
    fn change_keeping(&self, _: &str, _: i64, _: &KeepingChange) -> Result<(), Error> {
        Err(unsupported("change what is kept"))
    }
    /// All rows of who there is, by kind and id.
    fn identity(&self) -> Result<Vec<IdentityRow>, Error>;
    /// Changes who there is, for an actor, at a time (Unix milliseconds).
    fn change_identity(&self, _: &str, _: i64, _: &IdentityChange) -> Result<(), Error>;
    /// Notes in the audit chain what an actor was refused, at a time (Unix milliseconds).
    fn note_refusal(&self, actor: &str, now_ms: i64, what: &str) -> Result<(), Error>;
    /// Notes of access before one (by id), newest first.
    fn access_notes(&self, before: u64, limit: u32) -> Result<Vec<AccessNote>, Error>;
    /// Aggregates of other kinds than `kind` that are no more and were last heard of before
    /// `before_ms`, from where the last purge of such ended.
    fn ended(&self, _kind: u8, _before_ms: i64) -> Result<Ended, Error> {
        Ok(Ended::default())
    }
    /// Instances of a definition that ended before `before_ms`, longest ago first.
    fn ended_instances(
        &self,
        _definition: u64,
        _before_ms: i64,
        _limit: u32,
    ) -> Result<Vec<u64>, Error> {
        Ok(Vec::new())
    }
    /// Erases history of aggregates that are no more, in one short transaction.
    fn purge(&self, _: &PurgeOrder) -> Result<Purged, Error> {
        Err(unsupported("purge history"))
    }
    /// Deletes all view rows of instances whose history is erased.
    fn purge_views(&self, _instances: &[u64]) -> Result<(), Error> {
        Err(unsupported("purge views"))
    }
    /// Gives a few free pages back to the file system; tells whether there may be more.
    fn shrink(&self) -> Result<bool, Error> {
        Ok(false)
    }
    /// Copies everything that cannot be made anew to a new file, as it is at one moment, while
    /// others write; `progress` hears (done, all) in bytes.
    fn backup(
        &self,
        _to: &std::path::Path,
        _progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Facts, Error> {
        Err(unsupported("back up"))
    }
    /// Sizes of the files it keeps.
    fn sizes(&self) -> Vec<FileSize> {
        Vec::new()
    }
}

fn unsupported(action: &'static str) -> Error {
    let reason = "this kind of store leaves that to its own tools".into();
    Error::Io { action, reason }
}

/// Why a store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process owns the data folder.
    #[error(
        "Expected the data folder {folder} to be free, but another Segue process holds it. \
             Stop that process, or choose another folder with --data."
    )]
    Locked {
        /// The folder.
        folder: String,
    },
    /// The disk or the database failed; after this the process must restart and recover.
    #[error("Expected the store to {action}, but it failed: {reason}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// The driver's words.
        reason: String,
    },
    /// There is no room on the disk. Nothing was written; the same may work when there is.
    #[error(
        "Expected room on the disk to {action}, but it is full. Free some space; what was \
         acknowledged is safe."
    )]
    Full {
        /// What was tried.
        action: &'static str,
    },
    /// The batch breaks a rule of the schema; it must be split.
    #[error("Expected a batch that fits the schema, but found: {reason}")]
    Refused {
        /// The driver's words.
        reason: String,
    },
    /// The query names a column, cursor or size that does not exist.
    #[error("Expected a valid query, but found: {reason}")]
    Query {
        /// What is wrong.
        reason: String,
    },
    /// The file was written by a newer release.
    #[error("Expected store format {expected} or older, but found {found}. Use a newer Segue.")]
    Format {
        /// Newest format this build reads.
        expected: u32,
        /// Format found.
        found: u32,
    },
}
