//! Opening the data folder: the lock, the main file, its settings, its format.
//!
//! Not here: what the tables mean.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use access::verify::Witness;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::audit::{self, Segment};
use super::checkpoint::Checkpointer;
use super::readers::Readers;
use super::views::Views;
use super::words::Words;
use super::{Head, Sqlite, Writer, io, scan, schema};
use crate::{Error, limits};

pub(super) const DATA_FILE: &str = "segue.db";
const LOCK_FILE: &str = "segue.lock";

/// Settings of the embedded store.
#[derive(Debug, Clone)]
pub struct Options {
    /// Page cache of the writer, KiB.
    pub writer_cache_kib: u32,
    /// Page cache of the views' writer, KiB.
    pub views_cache_kib: u32,
    /// Page cache of each reader, KiB.
    pub reader_cache_kib: u32,
    /// Reader connections of each of the two files, opened when needed.
    pub readers: usize,
    /// Name of the build, noted in the audit segment.
    pub build: String,
    /// Time the store is opened, Unix milliseconds, noted in the audit segment.
    pub now_ms: i64,
}

impl Default for Options {
    fn default() -> Self {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Self {
            writer_cache_kib: limits::WRITER_CACHE_KIB,
            views_cache_kib: limits::VIEWS_CACHE_KIB,
            reader_cache_kib: limits::READER_CACHE_KIB,
            readers: limits::READERS,
            build: env!("CARGO_PKG_VERSION").to_owned(),
            now_ms: now.map_or(0, |now| now.as_millis() as i64),
        }
    }
}

impl Sqlite {
    /// Opens the data folder for this process alone, creating it if needed.
    ///
    /// Views that are missing, damaged, laid out by another release or not of this history are
    /// made anew; then [`Store::projected`](crate::Store::projected) is 0, and all history has
    /// to be folded again.
    ///
    /// # Errors
    /// [`Error::Locked`] when another process holds it, [`Error::Format`] when a newer release
    /// wrote it, [`Error::Io`] for the rest.
    pub fn open(folder: &Path, options: &Options) -> Result<Self, Error> {
        let fault = |error: std::io::Error| Error::Io {
            action: "create the data folder",
            reason: format!("{}: {error}", folder.display()),
        };
        make_folder(folder).map_err(fault)?;
        let lock = lock(folder)?;
        let path = folder.join(DATA_FILE);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = connect(&path, flags, options.writer_cache_kib)?;
        schema::check(&connection)?;
        refuse_half_restored(folder)?;
        let_it_shrink(&connection).map_err(io("open the data file"))?;
        set_up_writer(&connection).map_err(io("open the data file"))?;
        schema::migrate(&mut connection)?;
        if rewrite_bytes(&connection)?.is_some_and(|bytes| bytes <= limits::REWRITE_BYTES_MAX) {
            rewrite(&connection)?;
        }
        let views = Views::open(folder, options, &connection)?;
        let head = head(&connection).map_err(io("read where the last process stopped"))?;
        let writer = Arc::new(Mutex::new(Writer { connection, head }));
        let failed = Arc::new(AtomicBool::new(false));
        let checkpointer = Checkpointer::start(&path, &writer, &failed)?;
        let store = Self {
            folder: folder.to_owned(),
            checkpointer: Some(checkpointer),
            readers: Readers::new(path, options.readers, options.reader_cache_kib),
            writer: Some(writer),
            views,
            words: Words::default(),
            failed,
            _lock: Some(lock),
        };
        store.open_segment(options)?;
        store.finish_purges(options.now_ms)?;
        // SQLite syncs the names of its files too, but keeps it to itself when that fails.
        sync_folder(folder).map_err(fault)?;
        Ok(store)
    }

    /// Opens the data folder for reading only, beside the process that may hold it. Without a
    /// usable file of views nothing counts as projected, and queries fail.
    ///
    /// # Errors
    /// [`Error::Io`] when there is no data file, [`Error::Format`] when it is newer.
    pub fn open_reader(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(DATA_FILE);
        let connection = connect_reader(&path, limits::READER_CACHE_KIB)?;
        let found = schema::check(&connection)?;
        if found < schema::READABLE {
            let reason = format!(
                "its format is {found}, older than {}; start it once, or run `segue migrate`",
                schema::READABLE
            );
            return Err(Error::Io { action: "read the data file", reason });
        }
        Ok(Self {
            folder: folder.to_owned(),
            checkpointer: None,
            readers: Readers::new(path, limits::READERS, limits::READER_CACHE_KIB),
            writer: None,
            views: Views::open_reader(folder, &connection),
            words: Words::default(),
            failed: Arc::default(),
            _lock: None,
        })
    }

    /// The data folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn open_segment(&self, options: &Options) -> Result<(), Error> {
        let mut writer = self.writer()?;
        self.transact(&mut writer, "open an audit segment", |db, head| {
            head.segment = audit::open_segment(db, options)?;
            head.anchored = None;
            Ok(())
        })
    }
}

pub(super) fn lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join(LOCK_FILE);
    let fault = |error: std::io::Error| Error::Io {
        action: "lock the data folder",
        reason: format!("{}: {error}", path.display()),
    };
    let file =
        File::options().create(true).truncate(false).write(true).open(&path).map_err(fault)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(Error::Locked { folder: folder.display().to_string() })
        }
        Err(TryLockError::Error(error)) => Err(fault(error)),
    }
}

/// A connection with the settings all of ours share.
pub(super) fn connect(path: &Path, flags: OpenFlags, cache_kib: u32) -> Result<Connection, Error> {
    let open = || -> rusqlite::Result<Connection> {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
        connection.pragma_update(None, "cell_size_check", true)?;
        connection.pragma_update(None, "cache_size", -i64::from(cache_kib))?;
        connection.pragma_update(None, "temp_store", "memory")?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        connection.set_prepared_statement_cache_capacity(128);
        Ok(connection)
    };
    open().map_err(|error| Error::Io {
        action: "open the data file",
        reason: format!("{}: {error}", path.display()),
    })
}

pub(super) fn connect_reader(path: &Path, cache_kib: u32) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    connect(path, flags, cache_kib)
}

/// A connection that copies the write-ahead log back.
pub(super) fn connect_checkpointer(path: &Path) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = connect(path, flags, 256)?;
    set_up_writer(&connection).map_err(io("open the data file"))?;
    Ok(connection)
}

/// In a new file: free pages can be given back to the file system. An old file stays as it is.
pub(super) fn let_it_shrink(connection: &Connection) -> rusqlite::Result<()> {
    let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
    if pages == 0 {
        connection.pragma_update(None, "auto_vacuum", "incremental")?;
    }
    Ok(())
}

/// Bytes of a file that cannot give free pages back; `None`: it can.
fn rewrite_bytes(connection: &Connection) -> Result<Option<u64>, Error> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let read = || Ok((number("auto_vacuum")?, number("page_count")? * number("page_size")?));
    let (mode, bytes) = read().map_err(io("read the layout of the data file"))?;
    Ok((mode == 0).then_some(bytes.cast_unsigned()))
}

/// Writes the whole file anew so that it can give free pages back from now on.
fn rewrite(connection: &Connection) -> Result<(), Error> {
    connection
        .execute_batch("pragma auto_vacuum = incremental; vacuum")
        .map_err(io("rewrite the data file"))
}

/// A restore that was cut off has left its folder, and perhaps no data file: an empty one must
/// not take its place unnoticed.
fn refuse_half_restored(folder: &Path) -> Result<(), Error> {
    if !folder.join(super::restore::UNFINISHED).exists() {
        return Ok(());
    }
    let reason = format!(
        "a restore into {0} did not finish; run it again, or remove {0}/{1}",
        folder.display(),
        super::restore::UNFINISHED
    );
    Err(Error::Io { action: "open the data folder", reason })
}

/// What a migration found and did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migrated {
    /// Format of the tables before.
    pub from: u32,
    /// Format of the tables now, or as they would be.
    pub to: u32,
    /// Whether the file was written anew, or would be, so that it can give free pages back.
    pub rewritten: bool,
}

/// Brings the tables of a data folder to this release's format; with `dry_run` it only says what
/// it would do. Views are made anew by the next start.
///
/// # Errors
/// [`Error::Locked`] when a process holds the folder, [`Error::Format`] when a newer release
/// wrote it, [`Error::Io`] when there is no data file or it fails.
pub fn migrate(folder: &Path, dry_run: bool) -> Result<Migrated, Error> {
    let path = folder.join(DATA_FILE);
    let (from, rewritten) = {
        let connection = connect_reader(&path, limits::READER_CACHE_KIB)?;
        (schema::check(&connection)?, rewrite_bytes(&connection)?.is_some())
    };
    let outcome = Migrated { from, to: schema::FORMAT, rewritten };
    if dry_run {
        return Ok(outcome);
    }
    let _lock = lock(folder)?;
    refuse_half_restored(folder)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = connect(&path, flags, limits::WRITER_CACHE_KIB)?;
    set_up_writer(&connection).map_err(io("open the data file"))?;
    schema::migrate(&mut connection)?;
    if rewritten {
        rewrite(&connection)?;
    }
    connection
        .query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))
        .map_err(io("migrate the data file"))?;
    Ok(outcome)
}

/// Switches to the write-ahead log. SQLite names the new mode first and writes it down after:
/// whoever does not read on never learns that this failed, and goes on without a log.
pub(super) fn use_log(connection: &Connection) -> rusqlite::Result<()> {
    let mut switch = connection.prepare("pragma journal_mode = wal")?;
    let mut rows = switch.query([])?;
    let mut mode = String::new();
    while let Some(row) = rows.next()? {
        mode = row.get(0)?;
    }
    if mode == "wal" {
        return Ok(());
    }
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR);
    let text = format!("expected a write-ahead log, but found journal mode {mode}");
    Err(rusqlite::Error::SqliteFailure(code, Some(text)))
}

pub(super) fn set_up_writer(connection: &Connection) -> rusqlite::Result<()> {
    use_log(connection)?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
    Ok(())
}

/// Makes the folder and those above it. Its name is in the folder above, which is synced too: a
/// power loss must not take the folder with everything that was synced inside.
fn make_folder(folder: &Path) -> std::io::Result<()> {
    let missing = folder.ancestors().take_while(|it| !it.is_dir()).count();
    std::fs::create_dir_all(folder)?;
    for made in folder.ancestors().take(missing.max(1)) {
        let above = match made.parent() {
            Some(above) if above.as_os_str().is_empty() => Path::new("."),
            Some(above) => above,
            None => break,
        };
        sync_folder(above)?;
    }
    Ok(())
}

/// Syncs the names in a folder. One that cannot be opened (Windows, no right to list it) cannot
/// be synced either.
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder).map_or(Ok(()), |folder| folder.sync_all())
}

/// Where the last process stopped. The segment is a placeholder until ours is opened.
fn head(connection: &Connection) -> rusqlite::Result<Head> {
    Ok(Head {
        position: scan::last_position(connection)?,
        segment: Segment::none(),
        span: scan::meta(connection, schema::META_SPAN)?,
        anchor: audit::last_anchor(connection)?.unwrap_or(Witness { n: 0, root: [0; 32] }),
        anchored: None,
    })
}
