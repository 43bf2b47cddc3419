//! The embedded store: one SQLite file for what is decided on and one for views, each with one
//! writer and a few readers; one process.
//!
//! Not here: what is in the tables (`schema`), how a query becomes SQL (`query`).

mod audit;
mod backup;
mod checkpoint;
mod claim;
mod commit;
mod condition;
mod erased;
mod identity;
mod load;
mod open;
mod project;
mod purge;
mod query;
mod readers;
mod restore;
mod rows;
mod scan;
mod schema;
mod tables;
mod upkeep;
mod verify;
mod views;
mod words;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use crate::batch::{Batch, Committed, DefinitionRow, EffectRow, JobRow, ResourceRow, TimerRow};
use crate::identity::{AccessNote, IdentityChange, IdentityRow};
use crate::keep::{Ended, Facts, FileSize, Keeping, KeepingChange, PurgeOrder, Purged};
use crate::load::{AggregateRow, HistoryRow, Load, Loaded, Origin};
use crate::view::{Query, Rows, ViewWrite};
use crate::{Error, Store, limits, refuse};
use audit::Segment;
pub use backup::{check_copy, facts};
use checkpoint::Checkpointer;
pub use open::{Migrated, Options, migrate};
use readers::Readers;
pub use restore::{Replace, restore};
pub use verify::verify;
use views::Views;
use words::Words;

/// The embedded store.
#[derive(Debug)]
pub struct Sqlite {
    folder: PathBuf,
    // Order matters when dropped: the checkpointer and the connections go before the lock.
    checkpointer: Option<Checkpointer>,
    readers: Readers,
    writer: Option<Arc<Mutex<Writer>>>,
    words: Words,
    views: Views,
    /// Set when a commit's outcome is unknown; nothing is written after that.
    failed: Arc<AtomicBool>,
    _lock: Option<std::fs::File>,
}

/// The one connection that writes, and where it stands.
#[derive(Debug)]
struct Writer {
    connection: Connection,
    head: Head,
}

/// What the next commit continues from; replaced only after a commit went through.
#[derive(Debug, Clone)]
struct Head {
    /// Last history position.
    position: u64,
    /// Our audit segment and its tip.
    segment: Segment,
    /// The newest span of answers.
    span: i64,
    /// The last anchor: number and root.
    anchor: access::verify::Witness,
    /// Last commit of the segment that is anchored; `None`: not even the opening.
    anchored: Option<u64>,
}

impl Sqlite {
    /// Size of the write-ahead log in use, bytes; above `limits::WAL_ALARM_BYTES` something
    /// keeps it from being copied back (a reader that never ends, a disk that is too slow).
    #[must_use]
    pub fn wal_bytes(&self) -> u64 {
        self.checkpointer.as_ref().map_or(0, Checkpointer::wal_bytes)
    }

    fn writer(&self) -> Result<MutexGuard<'_, Writer>, Error> {
        let Some(writer) = &self.writer else {
            let reason = "it was opened for reading only".into();
            return Err(Error::Io { action: "write", reason });
        };
        // A panic inside a write leaves an open transaction; `transact` rolls it back first.
        Ok(writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs `work` in one write transaction. When the commit itself fails nobody knows what is
    /// on disk, and the store refuses to write from then on.
    fn transact<T>(
        &self,
        writer: &mut Writer,
        action: &'static str,
        work: impl FnOnce(&Connection, &mut Head) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.check_failed(action)?;
        let Writer { connection, head: last } = writer;
        let run = |sql: &str| {
            let done =
                connection.prepare_cached(sql).and_then(|mut statement| statement.execute([]));
            done.map(drop).map_err(io(action))
        };
        if !connection.is_autocommit() {
            run("rollback")?;
        }
        run("begin immediate")?;
        let mut head = last.clone();
        let outcome = work(connection, &mut head);
        if outcome.is_ok() {
            match run("commit") {
                Ok(()) => *last = head,
                // The page that ends a transaction is written last: none of it counts.
                Err(error @ Error::Full { .. }) if connection.is_autocommit() => return Err(error),
                Err(error) => {
                    self.failed.store(true, Ordering::Release);
                    return Err(error);
                }
            }
        } else if !connection.is_autocommit() {
            run("rollback").inspect_err(|_| self.failed.store(true, Ordering::Release))?;
        }
        outcome
    }

    /// After an error from a sync only a restart knows what is on disk.
    fn check_failed(&self, action: &'static str) -> Result<(), Error> {
        if self.failed.load(Ordering::Acquire) {
            let reason = "an earlier write failed; the process must restart".into();
            return Err(Error::Io { action, reason });
        }
        Ok(())
    }

    fn read<T>(
        &self,
        action: &'static str,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        self.readers.with(|connection| work(connection).map_err(io(action)))
    }
}

impl Store for Sqlite {
    fn load(&self, load: &Load) -> Result<Loaded, Error> {
        // What is loaded is mostly written next. Where the writer is free its own page cache is
        // used, so that the commit finds the pages there.
        if let Some(writer) = &self.writer
            && let Ok(writer) = writer.try_lock()
            && writer.connection.is_autocommit()
        {
            return load::load(&writer.connection, &self.words, load).map_err(io("load"));
        }
        self.read("load", |connection| load::load(connection, &self.words, load))
    }

    fn commit(&self, batch: &Batch) -> Result<Committed, Error> {
        refuse::check(batch)?;
        let mut writer = self.writer()?;
        let mut words = words::Interner::new(&self.words);
        let committed = self.transact(&mut writer, "commit", |connection, head| {
            commit::commit(connection, head, &mut words, batch)
        })?;
        words.publish();
        Ok(committed)
    }

    fn due_timers(
        &self,
        now_ms: i64,
        after: (i64, u64),
        limit: u32,
    ) -> Result<Vec<TimerRow>, Error> {
        self.read("read due timers", |db| scan::due_timers(db, now_ms, after, limit))
    }

    fn next_timer_ms(&self) -> Result<Option<i64>, Error> {
        self.read("read the next timer", scan::next_timer_ms)
    }

    fn pending_effects(&self, after: (u64, u64, u64), limit: u32) -> Result<Vec<EffectRow>, Error> {
        self.read("read effects", |db| scan::pending_effects(db, after, limit))
    }

    fn next_job_ms(&self, tenant: u32, job_type: &str) -> Result<Option<i64>, Error> {
        self.read("read the next job", |db| {
            let Some(job_type) = self.words.find(db, job_type)? else {
                return Ok(None);
            };
            claim::next_due_ms(db, tenant, job_type)
        })
    }

    fn events(&self, after: u64, limit: u32) -> Result<Vec<HistoryRow>, Error> {
        self.read("read history", |db| scan::events(db, after, limit))
    }

    fn events_of(&self, aggregate: u64, after: u64, limit: u32) -> Result<Vec<HistoryRow>, Error> {
        self.read("read history", |db| scan::events_of(db, aggregate, after, limit))
    }

    fn origin(&self) -> Result<Origin, Error> {
        self.read("read which history this is", scan::origin)
    }

    fn definitions(&self, after_key: u64, limit: u32) -> Result<Vec<DefinitionRow>, Error> {
        self.read("read definitions", |db| scan::definitions(db, after_key, limit))
    }

    fn resources(&self, after_key: u64, limit: u32) -> Result<Vec<ResourceRow>, Error> {
        self.read("read resources", |db| scan::resources(db, after_key, limit))
    }

    fn deletions(&self) -> Result<Vec<u64>, Error> {
        self.read("read what is deleted", scan::deletions)
    }

    fn aggregates(&self, after_key: u64, limit: u32) -> Result<Vec<AggregateRow>, Error> {
        self.read("read aggregates", |db| scan::aggregates(db, after_key, limit))
    }

    fn all_jobs(&self, after_key: u64, limit: u32) -> Result<Vec<JobRow>, Error> {
        self.read("read jobs", |db| scan::jobs(db, &self.words, after_key, limit))
    }

    fn all_timers(&self, after_key: u64, limit: u32) -> Result<Vec<TimerRow>, Error> {
        self.read("read timers", |db| scan::timers(db, after_key, limit))
    }

    fn projected(&self) -> Result<u64, Error> {
        self.views.projected()
    }

    fn project(&self, through: u64, writes: &[ViewWrite]) -> Result<(), Error> {
        self.views.project(&self.readers, through, writes)
    }

    fn query(&self, query: &Query) -> Result<Rows, Error> {
        // What was deployed is shown as it is stored; all else is in the views' own file.
        if query.view.is_deployed() {
            return self.readers.with(|db| query::query(db, &self.words, query));
        }
        self.views.query(query)
    }

    fn anchor(&self, now_ms: i64) -> Result<(), Error> {
        // Called at every pulse: so a copy that failed is noticed although nobody writes.
        self.check_failed("anchor")?;
        let mut writer = self.writer()?;
        if writer.head.anchored == Some(writer.head.segment.tip.seq) {
            return Ok(());
        }
        self.transact(&mut writer, "anchor", |db, head| audit::anchor(db, head, now_ms))
    }

    fn reserve_keys(&self, key: u64) -> Result<u64, Error> {
        let mut writer = self.writer()?;
        self.transact(&mut writer, "reserve keys", |db, _| {
            let action = "reserve keys";
            let before = scan::meta(db, schema::META_RESERVED).map_err(io(action))?;
            let before = before.cast_unsigned();
            if key > before {
                scan::set_meta(db, schema::META_RESERVED, key.cast_signed()).map_err(io(action))?;
            }
            Ok(before)
        })
    }

    fn health(&self) -> Result<(), Error> {
        self.check_failed("be healthy")?;
        self.views.health()?;
        self.read("be healthy", |db| scan::meta(db, schema::META_RESERVED)).map(drop)
    }

    fn keeping(&self) -> Result<Keeping, Error> {
        self.read("read what is kept", purge::keeping)
    }

    fn change_keeping(
        &self,
        actor: &str,
        now_ms: i64,
        change: &KeepingChange,
    ) -> Result<(), Error> {
        self.change(actor, now_ms, change)
    }

    fn identity(&self) -> Result<Vec<IdentityRow>, Error> {
        self.all_identity()
    }

    fn change_identity(
        &self,
        actor: &str,
        now_ms: i64,
        change: &IdentityChange,
    ) -> Result<(), Error> {
        self.apply_identity(actor, now_ms, change)
    }

    fn note_refusal(&self, actor: &str, now_ms: i64, what: &str) -> Result<(), Error> {
        Sqlite::note_refusal(self, actor, now_ms, what)
    }

    fn access_notes(&self, before: u64, limit: u32) -> Result<Vec<AccessNote>, Error> {
        self.notes(before, limit)
    }

    fn ended(&self, kind: u8, before_ms: i64) -> Result<Ended, Error> {
        let projected = self.views.projected()?;
        self.read("look for what has ended", |db| purge::ended(db, kind, before_ms, projected))
    }

    fn ended_instances(
        &self,
        definition: u64,
        before_ms: i64,
        limit: u32,
    ) -> Result<Vec<u64>, Error> {
        self.views.ended_instances(definition, before_ms, limit)
    }

    fn purge(&self, order: &PurgeOrder) -> Result<Purged, Error> {
        self.purge_history(order)
    }

    fn purge_views(&self, instances: &[u64]) -> Result<(), Error> {
        let chunks = instances.chunks(limits::PURGE_VIEW_INSTANCES_MAX);
        chunks.into_iter().try_for_each(|some| self.views.purge(some))
    }

    fn shrink(&self) -> Result<bool, Error> {
        let pages = limits::SHRINK_PAGES_MAX;
        let main = self.shrink_main(pages)?;
        let views = self.views.shrink(pages)?;
        Ok(main.max(views) > limits::FREE_PAGES_KEPT)
    }

    fn backup(&self, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<Facts, Error> {
        backup::copy(&self.folder, to, progress)
    }

    fn sizes(&self) -> Vec<FileSize> {
        self.sizes_of_files()
    }
}

/// Turns the driver's error into ours.
fn io(action: &'static str) -> impl Fn(rusqlite::Error) -> Error {
    move |error| match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => Error::Full { action },
        _ => Error::Io { action, reason: error.to_string() },
    }
}

/// Same, but a row that breaks the schema is the batch's fault and not the disk's.
fn refused_or_io(action: &'static str) -> impl Fn(rusqlite::Error) -> Error {
    use rusqlite::ErrorCode::{ConstraintViolation, TooBig, TypeMismatch};
    move |error| match error.sqlite_error_code() {
        Some(ConstraintViolation | TooBig | TypeMismatch) => {
            Error::Refused { reason: error.to_string() }
        }
        _ => io(action)(error),
    }
}

/// A key so that its order as `i64` is its order as `u64`.
fn order_in(key: u64) -> i64 {
    (key ^ (1 << 63)).cast_signed()
}

/// The inverse of `order_in`.
fn order_out(key: i64) -> u64 {
    key.cast_unsigned() ^ (1 << 63)
}
