//! The job board: workers that wait, and what is known of ready jobs per type.
//!
//! Not here: the rows; a claim in the next commit takes them.

use super::Reply;
use crate::request::{ActivateJobs, ActivatedJob};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use store::batch::JobRow;

/// Workers of one type that ask the table in one turn.
const CLAIMS_PER_TYPE_AND_TURN: usize = 8;

/// A worker that waits for jobs.
#[derive(Debug)]
pub(super) struct Poll {
    /// What it asked for.
    pub wanted: ActivateJobs,
    /// Where the answer goes.
    pub reply: Reply<Vec<ActivatedJob>>,
}

/// What is known of one job type.
#[derive(Debug, Default)]
struct Type {
    waiting: VecDeque<Poll>,
    /// When a claim may find something; `None`: the table has nothing of this type.
    ready_ms: Option<i64>,
    known: bool,
    /// Tenants whose jobs of this type are not handed out.
    suspended: BTreeSet<u32>,
}

/// Waiting workers by job type.
#[derive(Debug, Default)]
pub(super) struct Board {
    types: BTreeMap<Arc<str>, Type>,
}

impl Board {
    /// A worker waits.
    pub(super) fn wait(&mut self, poll: Poll) {
        let held = self.types.entry(poll.wanted.job_type.clone()).or_default();
        held.waiting.push_back(poll);
    }

    /// A worker waits in front: it waited before.
    pub(super) fn wait_first(&mut self, poll: Poll) {
        let held = self.types.entry(poll.wanted.job_type.clone()).or_default();
        held.waiting.push_front(poll);
    }

    /// The first worker of a type that is still there and serves the tenant.
    pub(super) fn take(&mut self, job_type: &str, tenant: u32) -> Option<Poll> {
        let held = self.types.get_mut(job_type)?;
        if held.suspended.contains(&tenant) {
            return None;
        }
        let waiting = &mut held.waiting;
        waiting.retain(|poll| !poll.reply.is_closed());
        let at = waiting.iter().position(|poll| poll.wanted.tenants.contains(&tenant))?;
        waiting.remove(at)
    }

    /// Rows of this type may be claimed from `due_ms` on.
    pub(super) fn ready(&mut self, job_type: &Arc<str>, due_ms: i64) {
        if due_ms == i64::MAX {
            return;
        }
        let held = self.types.entry(job_type.clone()).or_default();
        held.ready_ms = Some(held.ready_ms.map_or(due_ms, |ready| ready.min(due_ms)));
    }

    /// A claim found fewer than it asked for: what is left is due at `next_due_ms`.
    pub(super) fn exhausted(&mut self, job_type: &Arc<str>, next_due_ms: Option<i64>) {
        if let Some(due_ms) = next_due_ms {
            self.ready(job_type, due_ms);
        }
    }

    /// A claim got all it asked for: there may be more.
    pub(super) fn plentiful(&mut self, job_type: &Arc<str>) {
        self.types.entry(job_type.clone()).or_default().known = false;
    }

    /// Nothing is known any more: the next worker asks the table.
    pub(super) fn forget_all(&mut self) {
        for held in self.types.values_mut() {
            held.known = false;
        }
    }

    /// Takes waiting workers of each type for which a claim may find something now. Until their
    /// claims are answered only what becomes ready meanwhile counts.
    pub(super) fn claimable(&mut self, now_ms: i64) -> Vec<Poll> {
        let mut polls = Vec::new();
        for held in self.types.values_mut() {
            held.waiting.retain(|poll| !poll.reply.is_closed());
            if !held.suspended.is_empty() {
                continue;
            }
            let due = !held.known || held.ready_ms.is_some_and(|ready| ready <= now_ms);
            if due && !held.waiting.is_empty() {
                let count = held.waiting.len().min(CLAIMS_PER_TYPE_AND_TURN);
                polls.extend(held.waiting.drain(..count));
                held.known = true;
                held.ready_ms = None;
            }
        }
        polls
    }

    /// When the next claim may find something, while a worker waits for it.
    pub(super) fn wake_ms(&self) -> Option<i64> {
        let hands_out = |held: &&Type| !held.waiting.is_empty() && held.suspended.is_empty();
        let waiting = self.types.values().filter(hands_out);
        waiting.filter_map(|held| if held.known { held.ready_ms } else { Some(0) }).min()
    }

    /// Jobs of a type are not handed out. A claim is for all tenants of its worker, so one that
    /// is suspended holds up the others; there is one tenant so far.
    pub(super) fn suspend(&mut self, job_type: &Arc<str>, tenant: u32) {
        self.types.entry(job_type.clone()).or_default().suspended.insert(tenant);
    }

    /// They are handed out again.
    pub(super) fn resume(&mut self, job_type: &Arc<str>, tenant: u32) {
        let held = self.types.entry(job_type.clone()).or_default();
        held.suspended.remove(&tenant);
        held.known = false;
    }

    /// Whether jobs of a type are not handed out.
    pub(super) fn is_suspended(&self, job_type: &str) -> bool {
        self.types.get(job_type).is_some_and(|held| !held.suspended.is_empty())
    }

    /// How many workers wait.
    pub(super) fn waiting(&self) -> usize {
        self.types.values().map(|held| held.waiting.len()).sum()
    }
}

/// A poll that got jobs at their birth.
#[derive(Debug)]
pub(super) struct Served {
    /// Who.
    pub poll: Poll,
    /// Rows as they will be committed.
    pub rows: Vec<JobRow>,
}
