//! Every driver passes the same cases.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use store::batch::{Batch, Committed, DefinitionRow, EffectRow, JobRow, ResourceRow, TimerRow};
use store::identity::{AccessNote, IdentityChange, IdentityRow};
use store::keep::{Keeping, KeepingChange};
use store::load::{AggregateRow, HistoryRow, Load, Loaded, Origin};
use store::memory::Memory;
use store::sqlite::{Options, Sqlite};
use store::view::{Query, Rows, ViewWrite};
use store::{Error, Store, conformance};

#[test]
fn the_memory_store_conforms() {
    conformance::run(Memory::new);
}

#[test]
fn the_sqlite_store_conforms() {
    let folder = tempfile::tempdir().unwrap();
    let count = std::cell::Cell::new(0);
    conformance::run(|| {
        count.set(count.get() + 1);
        Sqlite::open(&folder.path().join(count.get().to_string()), &Options::default()).unwrap()
    });
}

#[test]
fn the_sqlite_store_conforms_when_restarted_after_every_write() {
    let folder = tempfile::tempdir().unwrap();
    let count = std::cell::Cell::new(0);
    conformance::run(|| {
        count.set(count.get() + 1);
        Restarting::new(folder.path().join(count.get().to_string()))
    });
}

/// Opens the store anew after every write, so that nothing can live in memory only.
struct Restarting {
    folder: PathBuf,
    open: Mutex<Option<Sqlite>>,
}

impl Restarting {
    fn new(folder: PathBuf) -> Self {
        Self { folder, open: Mutex::new(None) }
    }

    fn read<T>(&self, read: impl FnOnce(&Sqlite) -> T) -> T {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let again = || Sqlite::open(&self.folder, &Options::default()).expect("it opens again");
        read(open.get_or_insert_with(again))
    }

    fn write<T>(&self, write: impl FnOnce(&Sqlite) -> T) -> T {
        let outcome = self.read(write);
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = None;
        outcome
    }
}

impl Store for Restarting {
    fn identity(&self) -> Result<Vec<IdentityRow>, Error> {
        self.read(|store| store.identity())
    }
    fn change_identity(&self, who: &str, at: i64, change: &IdentityChange) -> Result<(), Error> {
        self.write(|store| store.change_identity(who, at, change))
    }
    fn note_refusal(&self, who: &str, at: i64, what: &str) -> Result<(), Error> {
        self.write(|store| store.note_refusal(who, at, what))
    }
    fn access_notes(&self, before: u64, limit: u32) -> Result<Vec<AccessNote>, Error> {
        self.read(|store| store.access_notes(before, limit))
    }
    fn load(&self, load: &Load) -> Result<Loaded, Error> {
        self.read(|store| store.load(load))
    }
    fn commit(&self, batch: &Batch) -> Result<Committed, Error> {
        self.write(|store| store.commit(batch))
    }
    fn due_timers(&self, now: i64, after: (i64, u64), n: u32) -> Result<Vec<TimerRow>, Error> {
        self.read(|store| store.due_timers(now, after, n))
    }
    fn next_timer_ms(&self) -> Result<Option<i64>, Error> {
        self.read(|store| store.next_timer_ms())
    }
    fn pending_effects(&self, after: (u64, u64, u64), n: u32) -> Result<Vec<EffectRow>, Error> {
        self.read(|store| store.pending_effects(after, n))
    }
    fn next_job_ms(&self, tenant: u32, job_type: &str) -> Result<Option<i64>, Error> {
        self.read(|store| store.next_job_ms(tenant, job_type))
    }
    fn events(&self, after: u64, n: u32) -> Result<Vec<HistoryRow>, Error> {
        self.read(|store| store.events(after, n))
    }
    fn events_of(&self, aggregate: u64, after: u64, n: u32) -> Result<Vec<HistoryRow>, Error> {
        self.read(|store| store.events_of(aggregate, after, n))
    }
    fn keeping(&self) -> Result<Keeping, Error> {
        self.read(|store| store.keeping())
    }
    fn change_keeping(&self, who: &str, ms: i64, change: &KeepingChange) -> Result<(), Error> {
        self.write(|store| store.change_keeping(who, ms, change))
    }
    fn origin(&self) -> Result<Origin, Error> {
        self.read(|store| store.origin())
    }
    fn definitions(&self, after: u64, n: u32) -> Result<Vec<DefinitionRow>, Error> {
        self.read(|store| store.definitions(after, n))
    }
    fn resources(&self, after: u64, n: u32) -> Result<Vec<ResourceRow>, Error> {
        self.read(|store| store.resources(after, n))
    }
    fn deletions(&self) -> Result<Vec<u64>, Error> {
        self.read(|store| store.deletions())
    }
    fn aggregates(&self, after: u64, n: u32) -> Result<Vec<AggregateRow>, Error> {
        self.read(|store| store.aggregates(after, n))
    }
    fn all_jobs(&self, after: u64, n: u32) -> Result<Vec<JobRow>, Error> {
        self.read(|store| store.all_jobs(after, n))
    }
    fn all_timers(&self, after: u64, n: u32) -> Result<Vec<TimerRow>, Error> {
        self.read(|store| store.all_timers(after, n))
    }
    fn projected(&self) -> Result<u64, Error> {
        self.read(|store| store.projected())
    }
    fn project(&self, through: u64, writes: &[ViewWrite]) -> Result<(), Error> {
        self.write(|store| store.project(through, writes))
    }
    fn query(&self, query: &Query) -> Result<Rows, Error> {
        self.read(|store| store.query(query))
    }
    fn anchor(&self, now_ms: i64) -> Result<(), Error> {
        self.write(|store| store.anchor(now_ms))
    }
    fn reserve_keys(&self, key: u64) -> Result<u64, Error> {
        self.write(|store| store.reserve_keys(key))
    }
    fn health(&self) -> Result<(), Error> {
        self.read(|store| store.health())
    }
}
