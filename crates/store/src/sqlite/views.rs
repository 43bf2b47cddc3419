//! The views' own database file: who commits never waits for view rows.
//!
//! Not here: how rows are written (`project`), what is asked (`query`), the tables (`tables`).
//!
//! Everything in the file is made from history. Its writes are not synced one by one: rows and
//! the projected position share a transaction, so a power cut takes both back together, and what
//! it took is folded again.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::open::{self, Options, connect, connect_reader};
use super::readers::Readers;
use super::words::{Interner, Words};
use super::{io, project, purge, query, refused_or_io, scan, tables};
use crate::view::{Query, Rows, ViewWrite};
use crate::{Error, limits};

const VIEWS_FILE: &str = "views.db";
/// The file, and what SQLite lays beside it.
const SUFFIXES: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// The file of the views, open.
#[derive(Debug)]
pub(super) struct Views {
    path: PathBuf,
    /// `None`: a reader found no file it could use.
    pub(super) readers: Option<Readers>,
    /// `None`: opened for reading only.
    writer: Option<Mutex<Connection>>,
    words: Words,
    /// Set when a transaction's outcome is unknown or the file is damaged.
    failed: AtomicBool,
}

impl Views {
    /// Opens the file for writing. A file that is missing, damaged, laid out by another release
    /// or not written from the history in `main` is made anew with nothing projected: whoever
    /// projects begins with the first history row again.
    pub(super) fn open(folder: &Path, options: &Options, main: &Connection) -> Result<Self, Error> {
        let path = folder.join(VIEWS_FILE);
        let cache_kib = options.views_cache_kib;
        // Whatever keeps the file from being used, a new one is as good after one more fold.
        let connection = match connect_writer(&path, cache_kib, OpenFlags::empty()) {
            Ok(connection) if is_usable(&connection, main) => connection,
            unusable => {
                drop(unusable);
                remove(&path)?;
                let mut made = connect_writer(&path, cache_kib, OpenFlags::SQLITE_OPEN_CREATE)?;
                tables::make(&mut made)?;
                made
            }
        };
        Ok(Self {
            readers: Some(Readers::new(path.clone(), options.readers, options.reader_cache_kib)),
            path,
            writer: Some(Mutex::new(connection)),
            words: Words::default(),
            failed: AtomicBool::new(false),
        })
    }

    /// Opens the file for reading, if it can be used: the rest of the data folder can be read
    /// without it, and then nothing counts as projected.
    pub(super) fn open_reader(folder: &Path, main: &Connection) -> Self {
        let path = folder.join(VIEWS_FILE);
        let connection = connect_reader(&path, limits::READER_CACHE_KIB);
        let is_usable = connection.is_ok_and(|connection| is_usable(&connection, main));
        let readers = || Readers::new(path.clone(), limits::READERS, limits::READER_CACHE_KIB);
        Self {
            readers: is_usable.then(readers),
            path,
            writer: None,
            words: Words::default(),
            failed: AtomicBool::new(false),
        }
    }

    /// Where the file is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn projected(&self) -> Result<u64, Error> {
        let Some(readers) = &self.readers else { return Ok(0) };
        let action = "read the projected position";
        let position =
            readers.with(|db| scan::meta(db, tables::META_PROJECTED).map_err(io(action)));
        position.map(i64::cast_unsigned)
    }

    /// Writes rows and moves the position, in one transaction; `main` reads the history.
    pub(super) fn project(
        &self,
        main: &Readers,
        through: u64,
        writes: &[ViewWrite],
    ) -> Result<(), Error> {
        let action = "project";
        project::check(writes)?;
        let Some(writer) = &self.writer else {
            let reason = "it was opened for reading only".into();
            return Err(Error::Io { action, reason });
        };
        let segment = main.with(|db| scan::segment_at(db, through).map_err(io(action)))?;
        let numbers = [
            (tables::META_PROJECTED, through.cast_signed()),
            (tables::META_SEGMENT, segment.unwrap_or(0)),
        ];
        // A panic inside a write drops its transaction, which rolls it back.
        let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
        self.health()?;
        let mut words = Interner::new(&self.words);
        self.write(&mut writer, &mut words, writes, &numbers).map_err(|error| {
            self.explain(&error).unwrap_or_else(|| refused_or_io(action)(error))
        })?;
        words.publish();
        Ok(())
    }

    fn write(
        &self,
        writer: &mut Connection,
        words: &mut Interner<'_>,
        writes: &[ViewWrite],
        numbers: &[(i64, i64)],
    ) -> rusqlite::Result<()> {
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        project::write(&transaction, words, writes)?;
        for (id, value) in numbers {
            scan::set_meta(&transaction, *id, *value)?;
        }
        transaction.commit().inspect_err(|error| self.note(error))
    }

    /// After a commit that failed nobody knows what is on disk, unless there was no room for it.
    fn note(&self, error: &rusqlite::Error) {
        if error.sqlite_error_code() != Some(rusqlite::ErrorCode::DiskFull) {
            self.failed.store(true, Ordering::Release);
        }
    }

    /// A damaged file is of no use to the next start either: it is removed.
    fn explain(&self, error: &rusqlite::Error) -> Option<Error> {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        if !matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase)) {
            return None;
        }
        self.failed.store(true, Ordering::Release);
        let path = self.path.display();
        let next = match remove(&self.path) {
            Ok(()) => "the next start makes it anew".to_owned(),
            Err(error) => format!("remove it, and the next start makes it anew ({error})"),
        };
        let reason = format!("{path} is damaged ({error}); {next}");
        Some(Error::Io { action: "project", reason })
    }

    pub(super) fn query(&self, query: &Query) -> Result<Rows, Error> {
        let Some(readers) = &self.readers else {
            let reason = format!(
                "{} is missing, or was not written by this release from this history; \
                 start the server once",
                self.path.display()
            );
            return Err(Error::Io { action: "answer a query", reason });
        };
        readers.with(|db| query::query(db, &self.words, query))
    }

    /// Instances of a definition that ended before a time, longest ago first.
    pub(super) fn ended_instances(
        &self,
        definition: u64,
        before_ms: i64,
        limit: u32,
    ) -> Result<Vec<u64>, Error> {
        let Some(readers) = &self.readers else { return Ok(Vec::new()) };
        readers.with(|db| {
            purge::ended_instances(db, definition, before_ms, limit)
                .map_err(io("look for what has ended"))
        })
    }

    /// Deletes all rows of instances: every view that names an instance is looked through.
    pub(super) fn purge(&self, instances: &[u64]) -> Result<(), Error> {
        self.change("purge views", |db| project::delete_of(db, instances))
    }

    /// Gives free pages back; tells how many are left.
    pub(super) fn shrink(&self, pages: u32) -> Result<u64, Error> {
        self.change("shrink the file of the views", |db| purge::shrink(db, pages))
    }

    fn change<T>(
        &self,
        action: &'static str,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        let Some(writer) = &self.writer else {
            return Err(Error::Io { action, reason: "it was opened for reading only".into() });
        };
        let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
        self.health()?;
        let run = |writer: &mut Connection| {
            let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&transaction)?;
            transaction.commit().inspect_err(|_| self.failed.store(true, Ordering::Release))?;
            Ok(done)
        };
        run(&mut writer).map_err(|error| self.explain(&error).unwrap_or_else(|| io(action)(error)))
    }

    /// Whether rows can still be written.
    pub(super) fn health(&self) -> Result<(), Error> {
        if self.failed.load(Ordering::Acquire) {
            let reason = "writing views failed; the process must restart".into();
            return Err(Error::Io { action: "be healthy", reason });
        }
        Ok(())
    }
}

/// A connection that writes, waits for no sync, and copies its log back itself: only the
/// projector waits for that.
fn connect_writer(path: &Path, cache_kib: u32, extra: OpenFlags) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | extra;
    let connection = connect(path, flags, cache_kib)?;
    let set_up = || {
        open::let_it_shrink(&connection)?;
        open::use_log(&connection)?;
        connection.pragma_update(None, "synchronous", "normal")?;
        let pages = limits::VIEWS_WAL_PAGES;
        connection.pragma_update_and_check(None, "wal_autocheckpoint", pages, |_| Ok(()))
    };
    set_up().map_err(io("open the file of the views"))?;
    Ok(connection)
}

/// Whether the file is laid out as this build does, and was written from the history in `main`:
/// the row it was last projected through is there, of the same segment. A main file restored to
/// an earlier moment, or another folder's, has no such row.
fn is_usable(views: &Connection, main: &Connection) -> bool {
    let look = || -> rusqlite::Result<bool> {
        if !tables::is_current(views)? {
            return Ok(false);
        }
        let projected = scan::meta(views, tables::META_PROJECTED)?.cast_unsigned();
        let segment = scan::meta(views, tables::META_SEGMENT)?;
        Ok(projected == 0 || scan::segment_at(main, projected)? == Some(segment))
    };
    look().unwrap_or(false)
}

/// Removes the file of a folder; the next start makes it anew.
pub(super) fn remove_file(folder: &Path) -> Result<(), Error> {
    remove(&folder.join(VIEWS_FILE))
}

/// Removes the file and what SQLite lays beside it: an old log must not be read into a new file.
fn remove(path: &Path) -> Result<(), Error> {
    for suffix in SUFFIXES {
        let mut file = path.as_os_str().to_owned();
        file.push(suffix);
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                let reason = format!("{}: {error}", Path::new(&file).display());
                return Err(Error::Io { action: "remove the file of the views", reason });
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "views_tests.rs"]
mod tests;
