//! A copy of the data file as it is at one moment, made while others write.
//!
//! Not here: where copies are kept and what is written beside them (`runtime::backup`).
//!
//! The pages are read in one transaction, so nothing is begun again when somebody commits;
//! writers go on into the log, which cannot be begun anew until the copy is done.

use std::path::Path;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::open::{DATA_FILE, connect, connect_reader};
use super::{audit, io, scan, schema};
use crate::Error;
use crate::keep::Facts;
use crate::limits::{BACKUP_PAGES, READER_CACHE_KIB};

const ACTION: &str = "copy the data file";

/// Copies the data file of a folder to `to`, which must not exist. After an error or a crash
/// `to` is worth nothing. `progress` hears (done, all) in bytes.
pub(super) fn copy(
    folder: &Path,
    to: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Facts, Error> {
    let source = connect_reader(&folder.join(DATA_FILE), READER_CACHE_KIB)?;
    let found = schema::check(&source)?;
    let page: i64 =
        source.pragma_query_value(None, "page_size", |row| row.get(0)).map_err(io(ACTION))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut target = connect(to, flags, READER_CACHE_KIB)?;
    // Nothing is synced before the end: what is not finished is thrown away.
    let prepare = || -> rusqlite::Result<()> {
        target.pragma_update_and_check(None, "journal_mode", "off", |_| Ok(()))?;
        target.pragma_update(None, "synchronous", "off")?;
        // The snapshot begins with the first read.
        source.execute_batch("begin; select count(*) from sqlite_schema")
    };
    prepare().map_err(io(ACTION))?;
    let bytes = |pages: i32| u64::from(pages.max(0).unsigned_abs()) * page.max(0).cast_unsigned();
    {
        let backup = Backup::new(&source, &mut target).map_err(io(ACTION))?;
        loop {
            let step = backup.step(BACKUP_PAGES).map_err(io(ACTION))?;
            let at = backup.progress();
            progress(bytes(at.pagecount - at.remaining), bytes(at.pagecount));
            match step {
                StepResult::Done => break,
                StepResult::More => {}
                _ => std::thread::sleep(std::time::Duration::from_millis(10)),
            }
        }
    }
    drop(source);
    // A copy is one file: whoever reads it needs no log and writes nothing beside it.
    target
        .pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(()))
        .map_err(io(ACTION))?;
    let facts = read_facts(&target, found, to)?;
    drop(target);
    let synced = std::fs::File::open(to).and_then(|file| file.sync_all());
    synced.map_err(|error| Error::Io { action: ACTION, reason: error.to_string() })?;
    Ok(facts)
}

/// What the data file of a folder says of itself.
///
/// # Errors
/// [`Error::Io`] when there is none, [`Error::Format`] when it is newer.
pub fn facts(folder: &Path) -> Result<Facts, Error> {
    let path = folder.join(DATA_FILE);
    let db = connect_reader(&path, READER_CACHE_KIB)?;
    let format = schema::check(&db)?;
    read_facts(&db, format, &path)
}

fn read_facts(db: &Connection, format: u32, path: &Path) -> Result<Facts, Error> {
    let read = || -> rusqlite::Result<_> {
        // A format without these is that of a release before them.
        let history = if format < 2 { 0 } else { scan::origin(db)?.history };
        let position = if format < 2 {
            let last = "select coalesce(max(position), 0) from history";
            db.query_row(last, [], |row| row.get::<_, i64>(0))?.cast_unsigned()
        } else {
            scan::last_position(db)?
        };
        Ok((history, position, audit::last_anchor(db)?))
    };
    let (history, position, anchor) = read().map_err(io("read what the copy holds"))?;
    let bytes = std::fs::metadata(path).map_or(0, |held| held.len());
    Ok(Facts { format, history, position, anchor, bytes })
}

/// Whether every page, row and index of the data file in a folder makes sense to SQLite; the
/// first of what does not.
///
/// # Errors
/// [`Error::Io`] when there is none.
pub fn check_copy(folder: &Path) -> Result<Option<String>, Error> {
    let db = connect_reader(&folder.join(DATA_FILE), READER_CACHE_KIB)?;
    integrity(&db)
}

pub(super) fn integrity(db: &Connection) -> Result<Option<String>, Error> {
    let found: String = db
        .query_row("pragma integrity_check(1)", [], |row| row.get(0))
        .map_err(io("check the data file"))?;
    Ok((found != "ok").then_some(found))
}
