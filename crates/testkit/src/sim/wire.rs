//! The wire between lanes and the store: commits travel on it and land when chance says so.
//!
//! Not a store of its own: what lands is carried out by the memory store.

use crate::dice::Dice;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use store::batch::{Batch, Committed, DefinitionRow, EffectRow, JobRow, ResourceRow, TimerRow};
use store::identity::{AccessNote, IdentityChange, IdentityRow};
use store::load::{AggregateRow, HistoryRow, Load, Loaded, Origin};
use store::memory::{Fault, Memory};
use store::view::{Query, Rows, ViewWrite};
use store::{Error, Store};

/// A store whose commits take time.
pub(super) struct Wire {
    memory: Memory,
    state: Mutex<State>,
}

struct State {
    dice: Dice,
    eager: u32,
    next: u64,
    flights: Vec<Flight>,
    landed: BTreeMap<u64, Landed>,
}

struct Flight {
    ticket: u64,
    batch: Batch,
    fault: Option<Trouble>,
}

/// What can happen to a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It fails, done or not.
    Failed(Fault),
    /// The store refuses it.
    Refused,
}

/// What came of a commit.
pub(super) struct Landed {
    pub(super) outcome: Result<Committed, Error>,
    /// Where the history ended just after.
    pub(super) position: u64,
}

impl Wire {
    pub(super) fn new(seed: u64, eager: u32) -> Wire {
        let state = State {
            dice: Dice::new(seed),
            eager,
            next: 0,
            flights: Vec::new(),
            landed: BTreeMap::new(),
        };
        Wire { memory: Memory::new(), state: Mutex::new(state) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What has landed.
    pub(super) fn memory(&self) -> &Memory {
        &self.memory
    }

    /// No more surprises.
    pub(super) fn calm(&self) {
        self.lock().eager = 0;
    }

    /// A commit sets out; the ticket asks for its outcome.
    pub(super) fn send(&self, batch: Batch, fault: Option<Trouble>) -> u64 {
        let mut state = self.lock();
        let ticket = state.next;
        state.next += 1;
        state.flights.push(Flight { ticket, batch, fault });
        ticket
    }

    /// Whether any commit is on its way.
    pub(super) fn is_busy(&self) -> bool {
        !self.lock().flights.is_empty()
    }

    /// One commit lands, whichever chance says.
    pub(super) fn land_any(&self) {
        let mut state = self.lock();
        if state.flights.is_empty() {
            return;
        }
        let count = state.flights.len();
        let at = state.dice.below(count);
        let flight = state.flights.remove(at);
        drop(state);
        self.land(&flight);
    }

    /// This commit lands now, unless it has.
    pub(super) fn land_ticket(&self, ticket: u64) {
        let mut state = self.lock();
        let Some(at) = state.flights.iter().position(|flight| flight.ticket == ticket) else {
            return;
        };
        let flight = state.flights.remove(at);
        drop(state);
        self.land(&flight);
    }

    /// This commit never lands.
    pub(super) fn lose(&self, ticket: u64) {
        self.lock().flights.retain(|flight| flight.ticket != ticket);
    }

    fn land(&self, flight: &Flight) {
        let outcome = match flight.fault {
            Some(Trouble::Refused) => {
                Err(Error::Refused { reason: "the simulator refused it".to_owned() })
            }
            Some(Trouble::Failed(fault)) => {
                self.memory.fail_next_commit(fault);
                self.memory.commit(&flight.batch)
            }
            None => self.memory.commit(&flight.batch),
        };
        let position = self.position();
        self.lock().landed.insert(flight.ticket, Landed { outcome, position });
    }

    /// The outcome of a commit that has landed.
    pub(super) fn outcome(&self, ticket: u64) -> Option<Landed> {
        self.lock().landed.remove(&ticket)
    }

    /// Where the history ends now.
    pub(super) fn position(&self) -> u64 {
        self.memory.commit(&Batch::default()).map_or(0, |committed| committed.position)
    }

    /// Before a read: somebody else's commit may land.
    fn surprise(&self) {
        let mut state = self.lock();
        let eager = state.eager;
        let lands = eager > 0 && !state.flights.is_empty() && state.dice.chance(eager);
        drop(state);
        if lands {
            self.land_any();
        }
    }
}

impl Store for Wire {
    fn identity(&self) -> Result<Vec<IdentityRow>, Error> {
        self.memory.identity()
    }
    fn change_identity(&self, who: &str, at: i64, change: &IdentityChange) -> Result<(), Error> {
        self.memory.change_identity(who, at, change)
    }
    fn note_refusal(&self, who: &str, at: i64, what: &str) -> Result<(), Error> {
        self.memory.note_refusal(who, at, what)
    }
    fn access_notes(&self, before: u64, limit: u32) -> Result<Vec<AccessNote>, Error> {
        self.memory.access_notes(before, limit)
    }
    fn load(&self, load: &Load) -> Result<Loaded, Error> {
        self.surprise();
        self.memory.load(load)
    }

    fn commit(&self, batch: &Batch) -> Result<Committed, Error> {
        self.memory.commit(batch)
    }

    fn due_timers(
        &self,
        now_ms: i64,
        after: (i64, u64),
        limit: u32,
    ) -> Result<Vec<TimerRow>, Error> {
        self.surprise();
        self.memory.due_timers(now_ms, after, limit)
    }

    fn next_timer_ms(&self) -> Result<Option<i64>, Error> {
        self.memory.next_timer_ms()
    }

    fn pending_effects(&self, after: (u64, u64, u64), limit: u32) -> Result<Vec<EffectRow>, Error> {
        self.memory.pending_effects(after, limit)
    }

    fn next_job_ms(&self, tenant: u32, job_type: &str) -> Result<Option<i64>, Error> {
        self.memory.next_job_ms(tenant, job_type)
    }

    fn events(&self, after: u64, limit: u32) -> Result<Vec<HistoryRow>, Error> {
        self.memory.events(after, limit)
    }

    fn events_of(&self, aggregate: u64, after: u64, limit: u32) -> Result<Vec<HistoryRow>, Error> {
        self.memory.events_of(aggregate, after, limit)
    }

    fn origin(&self) -> Result<Origin, Error> {
        self.memory.origin()
    }

    fn definitions(&self, after_key: u64, limit: u32) -> Result<Vec<DefinitionRow>, Error> {
        self.memory.definitions(after_key, limit)
    }

    fn resources(&self, after_key: u64, limit: u32) -> Result<Vec<ResourceRow>, Error> {
        self.memory.resources(after_key, limit)
    }

    fn deletions(&self) -> Result<Vec<u64>, Error> {
        self.memory.deletions()
    }

    fn aggregates(&self, after_key: u64, limit: u32) -> Result<Vec<AggregateRow>, Error> {
        self.memory.aggregates(after_key, limit)
    }

    fn all_jobs(&self, after_key: u64, limit: u32) -> Result<Vec<JobRow>, Error> {
        self.memory.all_jobs(after_key, limit)
    }

    fn all_timers(&self, after_key: u64, limit: u32) -> Result<Vec<TimerRow>, Error> {
        self.memory.all_timers(after_key, limit)
    }

    fn projected(&self) -> Result<u64, Error> {
        self.memory.projected()
    }

    fn project(&self, through: u64, writes: &[ViewWrite]) -> Result<(), Error> {
        self.memory.project(through, writes)
    }

    fn query(&self, query: &Query) -> Result<Rows, Error> {
        self.memory.query(query)
    }

    fn anchor(&self, now_ms: i64) -> Result<(), Error> {
        self.memory.anchor(now_ms)
    }

    fn reserve_keys(&self, key: u64) -> Result<u64, Error> {
        self.memory.reserve_keys(key)
    }

    fn health(&self) -> Result<(), Error> {
        self.memory.health()
    }
}
