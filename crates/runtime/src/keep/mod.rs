//! Keeping: what history is erased when, and copies of everything.
//!
//! Not here: how rows are erased and pages copied (`store`), and HTTP.

pub mod backup;
pub mod migrate;
mod sweep;

pub use sweep::{RetentionOf, Source, Status};
pub(crate) use sweep::{Sweep, run_sweep};

use crate::driver;
use crate::node::{Node, Shared};
use crate::request::{Caller, Refusal};
use access::verify::Report;
use backup::{BackupError, Manifest};
use engine::command::{Rejection, RejectionKind};
use parking_lot::Mutex;
use std::path::PathBuf;
use std::sync::Arc;
use store::Store;
use store::keep::KeepingChange;

/// A backup on its way or just over.
#[derive(Debug, Clone)]
pub struct BackupState {
    /// Its name.
    pub name: String,
    /// When it was begun, Unix milliseconds.
    pub begun_ms: i64,
    /// Bytes copied.
    pub done: u64,
    /// Bytes to copy.
    pub all: u64,
    /// How it ended; none: it is on its way.
    pub outcome: Option<Result<Manifest, String>>,
}

/// Where backups of a running node go, and the last one.
#[derive(Debug, Default)]
pub(crate) struct Backups {
    /// The folder they are kept in.
    pub folder: Option<PathBuf>,
    pub last: Mutex<Option<BackupState>>,
}

/// Longest name of a backup, characters.
const NAME_CHARACTERS_MAX: usize = 64;

impl Node {
    /// Reads the store on a thread of its own; the views show everything answered before.
    pub async fn examine<T: Send + 'static>(
        &self,
        read: impl FnOnce(&dyn Store) -> Result<T, store::Error> + Send + 'static,
    ) -> Result<T, Refusal> {
        self.read(move |shared| {
            driver::write_views(shared)?;
            read(&*shared.store)
        })
        .await
    }

    /// What is kept how long, and how far the purge is.
    pub async fn retention(&self) -> Result<Status, Refusal> {
        self.read(sweep::status).await
    }

    /// Changes what is kept how long.
    pub async fn change_retention(
        &self,
        caller: Caller,
        change: KeepingChange,
    ) -> Result<(), Refusal> {
        self.read(move |shared| {
            shared.store.change_keeping(&caller.actor.id, shared.clock.now_ms(), &change)?;
            shared.sweep.wake();
            Ok(())
        })
        .await
    }

    /// Begins a backup into the folder of backups; [`Node::backup_state`] tells how it goes on.
    ///
    /// # Errors
    /// When the name is none, a backup is on its way, or one of that name is there.
    pub fn begin_backup(&self, name: Option<&str>) -> Result<BackupState, Refusal> {
        let shared = self.shared();
        let Some(folder) = shared.backups.folder.clone() else {
            let reason = "Expected a folder for backups, but this server has none.".to_owned();
            return Err(Refusal::Unavailable { reason });
        };
        let begun_ms = shared.clock.now_ms();
        let name = name.map_or_else(|| backup::default_name(begun_ms), str::to_owned);
        check_name(&name)?;
        let to = folder.join(&name);
        let state = BackupState { name: name.clone(), begun_ms, done: 0, all: 0, outcome: None };
        {
            let mut last = shared.backups.last.lock();
            let running = last.as_ref().filter(|last| last.outcome.is_none());
            let reason = match running {
                Some(running) => format!(
                    "Expected one backup at a time, but `{}` is on its way. Wait for it.",
                    running.name
                ),
                None if to.exists() => {
                    format!("Expected a new name, but there is a backup `{name}` already.")
                }
                None => String::new(),
            };
            if !reason.is_empty() {
                let kind = RejectionKind::AlreadyExists;
                return Err(Refusal::Rejected(Rejection { kind, message: reason }));
            }
            *last = Some(state.clone());
        }
        let shared = Arc::clone(shared);
        let thread = std::thread::Builder::new().name("segue-backup".to_owned());
        let spawned = thread.spawn(move || {
            let outcome = run_backup(&shared, &to);
            if let Err(error) = &outcome {
                tracing::error!(%error, "a backup failed");
            }
            if let Some(last) = &mut *shared.backups.last.lock() {
                last.outcome = Some(outcome.map_err(|error| error.to_string()));
            }
        });
        spawned.map_err(|error| Refusal::Internal { reason: error.to_string() })?;
        Ok(state)
    }

    /// Reads the whole audit chain back, beside everything else, and tells what does not fit. That
    /// takes as long as the history is; nobody reads it twice at once.
    ///
    /// # Errors
    /// When somebody else has it read now, when nothing is on disk, and when it cannot be read;
    /// findings are no errors.
    pub async fn verify_audit(&self) -> Result<Report, Refusal> {
        let Some(folder) = self.shared().folder.clone() else {
            let reason =
                "Expected a data folder, but this server keeps nothing on disk.".to_owned();
            return Err(Refusal::Unavailable { reason });
        };
        let read = self.read(move |shared| {
            let Some(_alone) = shared.verifying.try_lock() else { return Ok(None) };
            store::sqlite::verify(&folder, None).map(Some)
        });
        read.await?.ok_or_else(|| {
            Refusal::Rejected(Rejection::invalid_state(
                "Expected nobody else to have the audit chain read, but somebody has. Wait for the \
                 answer.",
            ))
        })
    }

    /// The backup on its way, or the last one since the start.
    #[must_use]
    pub fn backup_state(&self) -> Option<BackupState> {
        self.shared().backups.last.lock().clone()
    }

    /// Finished backups in the folder of backups, newest first.
    pub async fn backups(&self) -> Result<Vec<(String, Manifest)>, Refusal> {
        self.read(|shared| {
            Ok(shared.backups.folder.as_deref().map(backup::list).unwrap_or_default())
        })
        .await
    }
}

fn run_backup(shared: &Shared, to: &std::path::Path) -> Result<Manifest, BackupError> {
    // Whoever restores it can compare with an anchor that covers all of it.
    shared.store.anchor(shared.clock.now_ms())?;
    let mut progress = |done, all| {
        if let Some(last) = &mut *shared.backups.last.lock() {
            (last.done, last.all) = (done, all);
        }
    };
    let copy = |file: &std::path::Path| shared.store.backup(file, &mut progress);
    backup::make(to, shared.clock.now_ms(), copy)
}

/// A name is one part of a path and nothing else: whoever may ask for a backup may not choose
/// where the server writes.
fn check_name(name: &str) -> Result<(), Refusal> {
    let usable = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let fits = !name.is_empty()
        && name.chars().count() <= NAME_CHARACTERS_MAX
        && name.chars().all(usable)
        && !name.starts_with('.');
    if fits {
        return Ok(());
    }
    Err(Refusal::BadQuery {
        reason: format!(
            "Expected a name of at most {NAME_CHARACTERS_MAX} letters, digits, `-`, `_` and `.` \
             that does not begin with a dot, but found `{name}`."
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_lead_out_of_its_folder() {
        for name in ["", "..", ".x", "a/b", "a\\b", "/etc", "a\0b", &"x".repeat(65)] {
            assert!(check_name(name).is_err(), "{name:?}");
        }
        for name in ["a", "2026-11-20T21-40-00Z", "a.b_c"] {
            assert!(check_name(name).is_ok(), "{name:?}");
        }
    }
}
