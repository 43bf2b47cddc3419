//! A store in memory with the semantics of the durable ones, for tests and the simulator.
//!
//! Not here: durability, hashes of the audit chain. A fork shares everything until it writes.

mod claim;
mod commit;
mod query;
mod read;
mod state;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::batch::{Batch, Committed, DefinitionRow, EffectRow, JobRow, ResourceRow, TimerRow};
use crate::identity::{AccessNote, IdentityChange, IdentityRow};
use crate::keep::{Keeping, KeepingChange};
use crate::load::{AggregateRow, HistoryRow, Load, Loaded, Origin};
use crate::view::{Query, Rows, ViewWrite};
use crate::{Error, Store, refuse};
use state::State;

/// The store in memory.
#[derive(Debug, Default)]
pub struct Memory {
    shelf: Mutex<Shelf>,
}

#[derive(Debug, Default, Clone)]
struct Shelf {
    state: Arc<State>,
    fault: Option<Fault>,
}

/// How the next commit fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It does not happen, and the caller gets an error.
    Lost,
    /// It happens, and the caller gets an error all the same.
    Unknown,
}

impl Memory {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A second store with the same content; the two go their own ways from here.
    #[must_use]
    pub fn fork(&self) -> Self {
        let state = Arc::clone(&self.lock().state);
        Self { shelf: Mutex::new(Shelf { state, fault: None }) }
    }

    /// Lets the next commit fail.
    pub fn fail_next_commit(&self, fault: Fault) {
        self.lock().fault = Some(fault);
    }

    fn lock(&self) -> MutexGuard<'_, Shelf> {
        // State is changed only by code that does not panic half-way: checks come first.
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> Arc<State> {
        Arc::clone(&self.lock().state)
    }
}

impl Store for Memory {
    fn load(&self, load: &Load) -> Result<Loaded, Error> {
        Ok(self.state().load(load))
    }

    fn commit(&self, batch: &Batch) -> Result<Committed, Error> {
        refuse::check(batch)?;
        let mut shelf = self.lock();
        let fault = shelf.fault.take();
        let failed = || Error::Io { action: "commit", reason: "a fault was injected".into() };
        if fault == Some(Fault::Lost) {
            return Err(failed());
        }
        let committed = Arc::make_mut(&mut shelf.state).commit(batch);
        if fault == Some(Fault::Unknown) {
            return Err(failed());
        }
        Ok(committed)
    }

    fn due_timers(
        &self,
        now_ms: i64,
        after: (i64, u64),
        limit: u32,
    ) -> Result<Vec<TimerRow>, Error> {
        Ok(self.state().due_timers(now_ms, after, limit))
    }

    fn next_timer_ms(&self) -> Result<Option<i64>, Error> {
        Ok(self.state().timers_due.first().map(|(due_ms, _)| *due_ms))
    }

    fn pending_effects(&self, after: (u64, u64, u64), limit: u32) -> Result<Vec<EffectRow>, Error> {
        Ok(self.state().pending_effects(after, limit))
    }

    fn next_job_ms(&self, tenant: u32, job_type: &str) -> Result<Option<i64>, Error> {
        Ok(self.state().next_job_ms(tenant, job_type))
    }

    fn events(&self, after: u64, limit: u32) -> Result<Vec<HistoryRow>, Error> {
        Ok(self.state().events(after, limit))
    }

    fn events_of(&self, aggregate: u64, after: u64, limit: u32) -> Result<Vec<HistoryRow>, Error> {
        Ok(self.state().events_of(aggregate, after, limit))
    }

    fn origin(&self) -> Result<Origin, Error> {
        Ok(Origin { history: 1, purged: 0 })
    }

    fn definitions(&self, after_key: u64, limit: u32) -> Result<Vec<DefinitionRow>, Error> {
        Ok(self.state().definitions(after_key, limit))
    }

    fn resources(&self, after_key: u64, limit: u32) -> Result<Vec<ResourceRow>, Error> {
        Ok(self.state().resources(after_key, limit))
    }

    fn deletions(&self) -> Result<Vec<u64>, Error> {
        Ok(self.state().deleted.keys().copied().collect())
    }

    fn aggregates(&self, after_key: u64, limit: u32) -> Result<Vec<AggregateRow>, Error> {
        Ok(self.state().all_aggregates(after_key, limit))
    }

    fn all_jobs(&self, after_key: u64, limit: u32) -> Result<Vec<JobRow>, Error> {
        Ok(self.state().all_jobs(after_key, limit))
    }

    fn all_timers(&self, after_key: u64, limit: u32) -> Result<Vec<TimerRow>, Error> {
        Ok(self.state().all_timers(after_key, limit))
    }

    fn projected(&self) -> Result<u64, Error> {
        Ok(self.state().projected)
    }

    fn project(&self, through: u64, writes: &[ViewWrite]) -> Result<(), Error> {
        Arc::make_mut(&mut self.lock().state).project(through, writes)
    }

    fn query(&self, query: &Query) -> Result<Rows, Error> {
        self.state().query(query)
    }

    fn anchor(&self, _now_ms: i64) -> Result<(), Error> {
        Ok(())
    }

    fn reserve_keys(&self, key: u64) -> Result<u64, Error> {
        let mut shelf = self.lock();
        let state = Arc::make_mut(&mut shelf.state);
        let before = state.reserved;
        state.reserved = before.max(key);
        Ok(before)
    }

    fn health(&self) -> Result<(), Error> {
        Ok(())
    }

    fn identity(&self) -> Result<Vec<IdentityRow>, Error> {
        let state = self.state();
        let row = |((kind, id), body): (&(u8, String), &Vec<u8>)| IdentityRow {
            kind: *kind,
            id: id.clone(),
            body: body.clone(),
        };
        Ok(state.identity.iter().map(row).collect())
    }

    fn change_identity(&self, who: &str, at_ms: i64, change: &IdentityChange) -> Result<(), Error> {
        let mut shelf = self.lock();
        let state = Arc::make_mut(&mut shelf.state);
        change.delete.iter().for_each(|name| drop(state.identity.remove(name)));
        for row in &change.put {
            state.identity.insert((row.kind, row.id.clone()), row.body.clone());
        }
        state.note(who, at_ms, false, &change.what);
        Ok(())
    }

    fn note_refusal(&self, actor: &str, now_ms: i64, what: &str) -> Result<(), Error> {
        Arc::make_mut(&mut self.lock().state).note(actor, now_ms, true, what);
        Ok(())
    }

    fn access_notes(&self, before: u64, limit: u32) -> Result<Vec<AccessNote>, Error> {
        let state = self.state();
        let older = state.access_notes.iter().rev().filter(|note| note.id < before);
        Ok(older.take(limit as usize).cloned().collect())
    }

    fn keeping(&self) -> Result<Keeping, Error> {
        Ok(self.state().keeping.clone())
    }

    fn change_keeping(&self, _: &str, _: i64, change: &KeepingChange) -> Result<(), Error> {
        Arc::make_mut(&mut self.lock().state).keeping.apply(change);
        Ok(())
    }
}
