//! Copies the write-ahead log back into the data file, on a thread of its own.
//!
//! Not here: syncing commits. A commit never waits for a copy longer than the last few pages.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::wal::CheckpointMode;

use super::{Writer, open};
use crate::Error;
use crate::limits::{WAL_CHECKPOINT_BYTES, WAL_QUIET_MS};

/// Bytes of one page in the log, its header included.
const FRAME_BYTES: u64 = 4_096 + 24;
/// The connection's only database.
const DATABASE: Option<&str> = Some("main");
/// So many pages may be copied while the writer waits.
const PAGES_UNDER_LOCK: i32 = 1_000;
/// Rounds of copying beside the writer before it is held up in any case.
const ROUNDS: u32 = 4;

#[derive(Debug)]
pub(super) struct Checkpointer {
    signal: Arc<Signal>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Signal {
    /// Pages in the log after the last commit.
    pages: AtomicU64,
    state: Mutex<State>,
    woken: Condvar,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct State {
    /// Counts commits.
    commits: u64,
    stop: bool,
}

impl Checkpointer {
    /// Starts the thread and listens to the writer's commits.
    /// A copy that fails sets `failed`: what the disk holds then only a restart knows.
    pub(super) fn start(
        path: &Path,
        writer: &Arc<Mutex<Writer>>,
        failed: &Arc<AtomicBool>,
    ) -> Result<Self, Error> {
        let signal = Arc::new(Signal::default());
        let heard = Arc::clone(&signal);
        writer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .connection
            .wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages: i32| {
                heard.committed(pages);
                Ok(())
            }))
            .map_err(super::io("listen to commits"))?;
        let connection = open::connect_checkpointer(path)?;
        let copier = Copier { connection, writer: Arc::clone(writer), failed: Arc::clone(failed) };
        let listening = Arc::clone(&signal);
        let thread = std::thread::Builder::new()
            .name("segue-checkpoint".into())
            .spawn(move || run(&listening, &copier))
            .map_err(|error| Error::Io {
                action: "start the checkpoint thread",
                reason: error.to_string(),
            })?;
        Ok(Self { signal, thread: Some(thread) })
    }

    /// Size of the log in use, bytes.
    pub(super) fn wal_bytes(&self) -> u64 {
        self.signal.pages.load(Ordering::Relaxed) * FRAME_BYTES
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.signal.change(|state| state.stop = true);
        if let Some(thread) = self.thread.take() {
            // The thread does not panic; if it did there is nothing left to do for it.
            drop(thread.join());
        }
    }
}

impl Signal {
    fn committed(&self, pages: i32) {
        let before = self.pages.swap(pages.max(0) as u64, Ordering::Relaxed);
        let (before, now) = (before * FRAME_BYTES, pages.max(0) as u64 * FRAME_BYTES);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.commits += 1;
        let first = before == 0;
        let grown = now / WAL_CHECKPOINT_BYTES > before / WAL_CHECKPOINT_BYTES;
        if first || grown {
            self.woken.notify_one();
        }
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut state);
        self.woken.notify_one();
    }

    /// Waits until the log is long, or there was a commit and then quiet. `None`: stop.
    fn wait(&self, copied: u64) -> Option<u64> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if state.stop {
                return None;
            }
            if state.commits == copied {
                state = self.woken.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            if self.pages.load(Ordering::Relaxed) * FRAME_BYTES >= WAL_CHECKPOINT_BYTES {
                return Some(state.commits);
            }
            let before = state.commits;
            let quiet = Duration::from_millis(WAL_QUIET_MS);
            let waited = self.woken.wait_timeout(state, quiet);
            let (after, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            state = after;
            if timeout.timed_out() && state.commits == before {
                return Some(state.commits);
            }
        }
    }
}

/// What copies.
struct Copier {
    connection: Connection,
    writer: Arc<Mutex<Writer>>,
    failed: Arc<AtomicBool>,
}

fn run(signal: &Signal, copier: &Copier) {
    let mut copied = 0;
    while let Some(commits) = signal.wait(copied) {
        copied = commits;
        copier.copy_back(signal);
    }
}

impl Copier {
    /// Copies beside the writer until little is left, then the rest while it waits: only when
    /// nothing is left to copy does the next commit begin the log anew.
    fn copy_back(&self, signal: &Signal) {
        for _ in 0..ROUNDS {
            match self.passive() {
                Some((log, copied)) if log - copied > PAGES_UNDER_LOCK => {}
                Some(_) => break,
                // Somebody else copies, or there is no room: the next commit wakes us again.
                None => return,
            }
        }
        let held = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((log, copied)) = self.passive()
            && log == copied
        {
            signal.pages.store(0, Ordering::Relaxed);
        }
        drop(held);
    }

    /// Copies what can be copied without waiting: pages in the log, and pages copied.
    fn passive(&self) -> Option<(i32, i32)> {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked, DiskFull};
        if self.failed.load(Ordering::Acquire) {
            return None;
        }
        let copied = self.connection.wal_checkpoint_v2(DATABASE, CheckpointMode::PASSIVE);
        let harmless = [DatabaseBusy, DatabaseLocked, DiskFull];
        if let Err(error) = &copied
            && error.sqlite_error_code().is_none_or(|code| !harmless.contains(&code))
        {
            self.failed.store(true, Ordering::Release);
        }
        copied.ok()
    }
}
