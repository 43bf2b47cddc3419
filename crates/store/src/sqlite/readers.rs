//! A small pool of connections that read; no read transaction lives longer than two seconds.
//!
//! Not here: what is read.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Instant;

use rusqlite::Connection;

use super::{io, open};
use crate::{Error, limits};

/// The deadline is looked at after so many instructions of SQLite's machine.
const INSTRUCTIONS_BETWEEN_LOOKS: i32 = 20_000;

#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    cache_kib: u32,
    most: usize,
    shelf: Mutex<Shelf>,
    returned: Condvar,
}

#[derive(Debug, Default)]
struct Shelf {
    idle: Vec<Reader>,
    open: usize,
}

#[derive(Debug)]
struct Reader {
    connection: Connection,
    born: Instant,
    /// Milliseconds after `born`.
    deadline: Arc<AtomicU64>,
}

impl Readers {
    pub(super) fn new(path: PathBuf, most: usize, cache_kib: u32) -> Self {
        let most = most.max(1);
        let (shelf, returned) = (Mutex::default(), Condvar::new());
        Self { path, cache_kib, most, shelf, returned }
    }

    /// Lends a connection, waiting for one if all are in use.
    pub(super) fn with<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let reader = self.take()?;
        let deadline = reader.born.elapsed().as_millis() as u64 + limits::READ_MS_MAX;
        reader.deadline.store(deadline, Ordering::Relaxed);
        let lent = Lent { readers: self, reader: Some(reader) };
        work(&lent.reader.as_ref().expect("a lent reader is there until dropped").connection)
    }

    fn take(&self) -> Result<Reader, Error> {
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(reader) = shelf.idle.pop() {
                return Ok(reader);
            }
            if shelf.open < self.most {
                shelf.open += 1;
                break;
            }
            shelf = self.returned.wait(shelf).unwrap_or_else(PoisonError::into_inner);
        }
        drop(shelf);
        Reader::open(&self.path, self.cache_kib).inspect_err(|_| self.give_back(None))
    }

    fn give_back(&self, reader: Option<Reader>) {
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        match reader {
            // A transaction left open by a panic would pin the write-ahead log.
            Some(reader) if reader.connection.is_autocommit() => shelf.idle.push(reader),
            _ => shelf.open -= 1,
        }
        self.returned.notify_one();
    }
}

/// Gives the reader back even when the work panics.
struct Lent<'a> {
    readers: &'a Readers,
    reader: Option<Reader>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.readers.give_back(self.reader.take());
    }
}

impl Reader {
    fn open(path: &std::path::Path, cache_kib: u32) -> Result<Self, Error> {
        let mut connection = open::connect_reader(path, cache_kib)?;
        let born = Instant::now();
        let deadline = Arc::new(AtomicU64::new(u64::MAX));
        let seen = Arc::clone(&deadline);
        let is_late = move || born.elapsed().as_millis() as u64 > seen.load(Ordering::Relaxed);
        connection
            .progress_handler(INSTRUCTIONS_BETWEEN_LOOKS, Some(is_late))
            .map_err(io("open a reader"))?;
        Ok(Self { connection, born, deadline })
    }
}
