//! Every driver passes the same cases.

use std::path::PathBuf;

use store::batch::{Batch, Committed, DefinitionRow, EffectRow, JobRow, TimerRow};
use store::load::{AggregateRow, HistoryRow, Load, Loaded};
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
        Sqlite::open(
            &folder.path().join(count.get().to_string()),
            &Options::default(),
        )
        .unwrap()
    });
}

#[test]
fn the_sqlite_store_conforms_when_restarted_after_every_write() {
    let folder = tempfile::tempdir().unwrap();
    let count = std::cell::Cell::new(0);
    conformance::run(|| {
        count.set(count.get() + 1);
        Restarting {
            folder: folder.path().join(count.get().to_string()),
        }
    });
}

/// Opens the store anew for every single call, so that nothing can live in memory only.
struct Restarting {
    folder: PathBuf,
}

impl Restarting {
    fn open(&self) -> Sqlite {
        Sqlite::open(&self.folder, &Options::default()).unwrap()
    }
}

impl Store for Restarting {
    fn load(&self, load: &Load) -> Result<Loaded, Error> {
        self.open().load(load)
    }
    fn commit(&self, batch: &Batch) -> Result<Committed, Error> {
        self.open().commit(batch)
    }
    fn due_timers(&self, now: i64, after: (i64, u64), n: u32) -> Result<Vec<TimerRow>, Error> {
        self.open().due_timers(now, after, n)
    }
    fn next_timer_ms(&self) -> Result<Option<i64>, Error> {
        self.open().next_timer_ms()
    }
    fn pending_effects(&self, after: (u64, u64, u64), n: u32) -> Result<Vec<EffectRow>, Error> {
        self.open().pending_effects(after, n)
    }
    fn next_job_ms(&self, tenant: u32, job_type: &str) -> Result<Option<i64>, Error> {
        self.open().next_job_ms(tenant, job_type)
    }
    fn events(&self, after: u64, limit: u32) -> Result<Vec<HistoryRow>, Error> {
        self.open().events(after, limit)
    }
    fn events_of(&self, aggregate: u64, after: u64, n: u32) -> Result<Vec<HistoryRow>, Error> {
        self.open().events_of(aggregate, after, n)
    }
    fn definitions(&self, after_key: u64, limit: u32) -> Result<Vec<DefinitionRow>, Error> {
        self.open().definitions(after_key, limit)
    }
    fn aggregates(&self, after_key: u64, limit: u32) -> Result<Vec<AggregateRow>, Error> {
        self.open().aggregates(after_key, limit)
    }
    fn all_jobs(&self, after_key: u64, limit: u32) -> Result<Vec<JobRow>, Error> {
        self.open().all_jobs(after_key, limit)
    }
    fn all_timers(&self, after_key: u64, limit: u32) -> Result<Vec<TimerRow>, Error> {
        self.open().all_timers(after_key, limit)
    }
    fn projected(&self) -> Result<u64, Error> {
        self.open().projected()
    }
    fn project(&self, through: u64, writes: &[ViewWrite]) -> Result<(), Error> {
        self.open().project(through, writes)
    }
    fn query(&self, query: &Query) -> Result<Rows, Error> {
        self.open().query(query)
    }
    fn anchor(&self, now_ms: i64) -> Result<(), Error> {
        self.open().anchor(now_ms)
    }
    fn reserve_keys(&self, key: u64) -> Result<u64, Error> {
        self.open().reserve_keys(key)
    }
    fn health(&self) -> Result<(), Error> {
        self.open().health()
    }
}
