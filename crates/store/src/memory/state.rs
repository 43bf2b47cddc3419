//! What the memory store holds: plain ordered maps that copy cheaply.
//!
//! Not here: reading and writing them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::batch::{AnswerRow, DefinitionRow, JobRow, ResourceRow, Stamp, TimerRow};
use crate::identity::AccessNote;
use crate::keep::Keeping;
use crate::load::HistoryRow;
use crate::view::{Cell, View};

/// An aggregate: bodies are shared between forks.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) kind: u8,
    pub(super) tenant: u32,
    pub(super) stamp: Stamp,
    pub(super) body: Arc<[u8]>,
    pub(super) pages: BTreeMap<u32, Arc<[u8]>>,
}

/// Keys by due time.
pub(super) type Due = BTreeSet<(i64, u64)>;
/// Rows of one view by primary key.
pub(super) type ViewRows = BTreeMap<Vec<Cell>, Arc<[Cell]>>;

/// Everything.
#[derive(Debug, Default, Clone)]
pub(super) struct State {
    pub(super) aggregates: BTreeMap<u64, Held>,
    pub(super) jobs: BTreeMap<u64, JobRow>,
    /// Jobs by tenant and type, from the highest priority down, and due time.
    pub(super) jobs_due: BTreeMap<(u32, Arc<str>), BTreeMap<Reverse<i32>, Due>>,
    pub(super) timers: BTreeMap<u64, TimerRow>,
    pub(super) timers_due: Due,
    pub(super) effects: BTreeMap<(u64, u64, u64), Arc<[u8]>>,
    pub(super) definitions: BTreeMap<u64, Arc<DefinitionRow>>,
    pub(super) resources: BTreeMap<u64, Arc<ResourceRow>>,
    /// When definitions and other resources were deleted, by their keys.
    pub(super) deleted: BTreeMap<u64, i64>,
    /// Answers by span of time.
    pub(super) answers: BTreeMap<i64, BTreeMap<(u64, String), Arc<AnswerRow>>>,
    pub(super) history: Vec<Arc<HistoryRow>>,
    /// Positions of an aggregate's rows.
    pub(super) history_of: BTreeMap<u64, Vec<u64>>,
    pub(super) seq: u64,
    pub(super) projected: u64,
    /// Rows of who there is by kind and id.
    pub(super) identity: BTreeMap<(u8, String), Vec<u8>>,
    pub(super) access_notes: Vec<AccessNote>,
    pub(super) keeping: Keeping,
    pub(super) reserved: u64,
    pub(super) views: BTreeMap<View, ViewRows>,
}

impl State {
    /// Keeps a note of access.
    pub(super) fn note(&mut self, actor: &str, at_ms: i64, refused: bool, what: &str) {
        let id = self.access_notes.len() as u64 + 1;
        let (actor, what) = (actor.to_owned(), what.to_owned());
        self.access_notes.push(AccessNote { id, at_ms, refused, actor, what });
    }

    /// Puts a job row and its due entry.
    pub(super) fn put_job(&mut self, row: JobRow) {
        self.delete_job(row.key);
        let due = self.jobs_due.entry((row.tenant, Arc::clone(&row.job_type))).or_default();
        due.entry(Reverse(row.priority)).or_default().insert((row.due_ms, row.key));
        self.jobs.insert(row.key, row);
    }

    /// Deletes a job row and its due entry, if it is there.
    pub(super) fn delete_job(&mut self, key: u64) {
        let Some(row) = self.jobs.remove(&key) else {
            return;
        };
        let place = (row.tenant, row.job_type);
        let Some(priorities) = self.jobs_due.get_mut(&place) else { return };
        if let Some(due) = priorities.get_mut(&Reverse(row.priority)) {
            due.remove(&(row.due_ms, key));
            if due.is_empty() {
                priorities.remove(&Reverse(row.priority));
            }
        }
        if priorities.is_empty() {
            self.jobs_due.remove(&place);
        }
    }

    /// Puts a timer row and its due entry.
    pub(super) fn put_timer(&mut self, row: TimerRow) {
        self.delete_timer(row.key);
        self.timers_due.insert((row.due_ms, row.key));
        self.timers.insert(row.key, row);
    }

    /// Deletes a timer row and its due entry, if it is there.
    pub(super) fn delete_timer(&mut self, key: u64) {
        if let Some(row) = self.timers.remove(&key) {
            self.timers_due.remove(&(row.due_ms, key));
        }
    }
}
