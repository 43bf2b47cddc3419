//! Putting a copy in the place of a data folder's file.
//!
//! Not here: whether the copy is the one that was made (`runtime::backup` compares checksums).
//!
//! The copy is made ready in a folder of its own below the data folder and then takes the place
//! in one rename. Wherever that is cut off, the folder holds the old file, the new one, or none
//! and the mark of an unfinished restore, which keeps an empty one from being made.

use std::fs;
use std::path::{Path, PathBuf};

use access::verify::Witness;
use rusqlite::{OpenFlags, params};

use super::open::{DATA_FILE, connect, lock, set_up_writer};
use super::{backup, io, scan, schema, verify, views};
use crate::Error;
use crate::keep::Facts;
use crate::limits::WRITER_CACHE_KIB;

/// The folder below the data folder where a copy is made ready.
pub(super) const UNFINISHED: &str = ".restoring";
const ACTION: &str = "restore";

/// What to do with what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replace {
    /// Refuse when anything is there.
    Nothing,
    /// Set the data file that is there aside, below the data folder.
    SetAside,
}

/// Restores the data file `from` into a folder: it becomes a history of its own that goes on
/// from the copy's last position. `copy` brings the bytes to the path it is given and says when
/// they are not the right ones. Returns what the folder holds now, and where the file that was
/// there is.
///
/// # Errors
/// [`Error::Locked`] when a process holds the folder, [`Error::Format`] when a newer release made
/// the copy, [`Error::Io`] when something is in the way, the copy is damaged, or the disk fails.
pub fn restore(
    folder: &Path,
    replace: Replace,
    now_ms: i64,
    witness: Option<Witness>,
    copy: impl FnOnce(&Path) -> std::io::Result<()>,
) -> Result<(Facts, Option<PathBuf>), Error> {
    fs::create_dir_all(folder).map_err(fault)?;
    let _lock = lock(folder)?;
    if replace == Replace::Nothing {
        refuse_full(folder)?;
    }
    let ready = folder.join(UNFINISHED);
    if ready.exists() {
        fs::remove_dir_all(&ready).map_err(fault)?;
    }
    fs::create_dir(&ready).map_err(fault)?;
    sync(folder)?;
    copy(&ready.join(DATA_FILE)).map_err(fault)?;
    begin_history(&ready.join(DATA_FILE), now_ms)?;
    examine(&ready, witness)?;
    let facts = backup::facts(&ready)?;
    let aside = take_place(folder, &ready, now_ms)?;
    Ok((facts, aside))
}

/// Whatever is in a folder is somebody's, except for what a start or a restore leaves there.
fn refuse_full(folder: &Path) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(fault)? {
        let name = entry.map_err(fault)?.file_name();
        if name != "segue.lock" && name != UNFINISHED {
            let reason = format!(
                "{} is not empty (it holds {}); restore into another folder, or say --replace to \
                 set its data file aside",
                folder.display(),
                name.display()
            );
            return Err(Error::Io { action: ACTION, reason });
        }
    }
    Ok(())
}

/// The copy goes its own way from here: readers of the history it was taken from must be able to
/// tell.
fn begin_history(file: &Path, now_ms: i64) -> Result<(), Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut db = connect(file, flags, WRITER_CACHE_KIB)?;
    set_up_writer(&db).map_err(io(ACTION))?;
    schema::migrate(&mut db)?;
    let position = scan::last_position(&db).map_err(io(ACTION))?;
    let before = scan::meta(&db, schema::META_HISTORY).map_err(io(ACTION))?;
    let write = || -> rusqlite::Result<()> {
        let transaction = db.unchecked_transaction()?;
        transaction.execute(
            "insert into lineage(history, after, at_ms) values (?1, ?2, ?3)",
            params![before, position.cast_signed(), now_ms],
        )?;
        let name = "update meta set value = random() where id = ?1";
        transaction.execute(name, [schema::META_HISTORY])?;
        transaction.commit()?;
        db.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))
    };
    write().map_err(io(ACTION))
}

fn examine(ready: &Path, witness: Option<Witness>) -> Result<(), Error> {
    let damaged = |what: String| Error::Io {
        action: ACTION,
        reason: format!("the copy is damaged: {what}; use another one"),
    };
    if let Some(found) = backup::check_copy(ready)? {
        return Err(damaged(found));
    }
    let report = verify::verify(ready, witness)?;
    if let Some(finding) = report.findings.first() {
        return Err(damaged(finding.to_string()));
    }
    Ok(())
}

/// The rename. Views are made anew by the next start.
fn take_place(folder: &Path, ready: &Path, now_ms: i64) -> Result<Option<PathBuf>, Error> {
    let (old, new) = (folder.join(DATA_FILE), ready.join(DATA_FILE));
    let mut aside = None;
    if old.exists() {
        let place = folder.join(format!("replaced-{now_ms}"));
        set_aside(&old, &place)?;
        aside = Some(place);
    }
    views::remove_file(folder)?;
    fs::File::open(&new).and_then(|file| file.sync_all()).map_err(fault)?;
    fs::rename(&new, &old).map_err(fault)?;
    sync(folder)?;
    fs::remove_dir_all(ready).map_err(fault)?;
    sync(folder)?;
    Ok(aside)
}

/// A second name for the old file, so that the first can be given to the new one in one step.
fn set_aside(old: &Path, place: &Path) -> Result<(), Error> {
    fs::create_dir_all(place).map_err(fault)?;
    // The log belongs to the file: it is copied back first. A file that cannot be opened any
    // more keeps its log beside its second name.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if let Ok(db) = connect(old, flags, 256) {
        drop(db.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(())));
    }
    for suffix in ["", "-wal"] {
        let mut from = old.as_os_str().to_owned();
        from.push(suffix);
        let to = place.join(format!("{DATA_FILE}{suffix}"));
        if Path::new(&from).exists() {
            fs::hard_link(&from, &to).or_else(|_| fs::copy(&from, &to).map(drop)).map_err(fault)?;
        }
    }
    sync(place)?;
    for suffix in ["-wal", "-shm"] {
        let mut file = old.as_os_str().to_owned();
        file.push(suffix);
        match fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(fault(error)),
            _ => {}
        }
    }
    Ok(())
}

fn sync(folder: &Path) -> Result<(), Error> {
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(fault)
}

#[expect(clippy::needless_pass_by_value, reason = "handed to `map_err`")]
fn fault(error: std::io::Error) -> Error {
    Error::Io { action: ACTION, reason: error.to_string() }
}
