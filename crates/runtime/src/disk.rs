//! Free disk: how much work a node still takes when its disk fills up.
//!
//! Not here: making room; retention and the operator do that.

use crate::limits::{DISK_FREE_STARTS_MIN, DISK_FREE_WORK_MIN, DISK_RESERVE_BYTES};
use crate::request::Request;
use std::path::Path;
use std::sync::atomic::{AtomicU8, Ordering};

/// Takes up room that cancelling may need.
const RESERVE_FILE: &str = "segue.reserve";

/// What the free disk still allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// Everything.
    Fine = 0,
    /// Everything but starting instances and deploying.
    NoStarts = 1,
    /// Cancelling and reading.
    OnlyCancel = 2,
}

/// The level last measured.
#[derive(Debug, Default)]
pub(crate) struct Gauge(AtomicU8);

impl Gauge {
    /// Measures the free space of the folder's file system.
    pub(crate) fn measure(&self, folder: &Path) {
        if let Ok(disk) = rustix::fs::statvfs(folder) {
            let free_bytes = disk.f_bavail.saturating_mul(disk.f_frsize);
            self.set(level_of(free_bytes));
            let path = folder.join(RESERVE_FILE);
            if free_bytes < DISK_RESERVE_BYTES / 2 {
                release(&path);
            } else if free_bytes > DISK_FREE_STARTS_MIN + DISK_RESERVE_BYTES && !path.exists() {
                reserve(&path);
            }
        }
    }

    /// A write found no room: until the next measure only cancelling is taken, with the room
    /// that was kept for it.
    pub(crate) fn fill_up(&self, folder: Option<&Path>) {
        self.set(Level::OnlyCancel);
        if let Some(folder) = folder {
            release(&folder.join(RESERVE_FILE));
        }
    }

    fn set(&self, level: Level) {
        let before = self.0.swap(level as u8, Ordering::Relaxed);
        if before != level as u8 {
            tracing::warn!(?level, "free disk changed its level");
        }
    }

    /// Why a request is not taken now, if so.
    pub(crate) fn refuses(&self, request: &Request) -> Option<String> {
        let level = self.0.load(Ordering::Relaxed);
        let starts = matches!(
            request,
            Request::CreateInstance { .. }
                | Request::Deploy { .. }
                | Request::PublishMessage { .. }
                | Request::CorrelateMessage { .. }
                | Request::EvaluateConditionals { .. }
                | Request::EvaluateDecision { .. }
                | Request::BroadcastBpmnSignal { .. }
        );
        let cancels = matches!(request, Request::CancelInstance { .. });
        let (needed, refused) = match level {
            1 => (DISK_FREE_STARTS_MIN, starts),
            2 => (DISK_FREE_WORK_MIN, !cancels),
            _ => (0, false),
        };
        refused.then(|| {
            format!(
                "Expected at least {} MiB of free disk, but found less. Reads and cancelling go \
                 on; free some space, and work is taken again within seconds.",
                needed / (1024 * 1024)
            )
        })
    }
}

/// Keeps room by a file of that size. Best effort: the next measure tries again.
fn reserve(path: &Path) {
    #[cfg(target_os = "linux")]
    if let Ok(file) = std::fs::File::create(path) {
        use rustix::fs::{FallocateFlags, fallocate};
        if let Err(error) = fallocate(&file, FallocateFlags::empty(), 0, DISK_RESERVE_BYTES) {
            tracing::debug!(%error, "no room is kept for a full disk");
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = path;
}

fn release(path: &Path) {
    if std::fs::remove_file(path).is_ok() {
        tracing::warn!("the disk is full: the room kept for cancelling is used");
    }
}

fn level_of(free_bytes: u64) -> Level {
    if free_bytes < DISK_FREE_WORK_MIN {
        Level::OnlyCancel
    } else if free_bytes < DISK_FREE_STARTS_MIN {
        Level::NoStarts
    } else {
        Level::Fine
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::key::Key;

    #[test]
    fn a_full_disk_still_lets_people_cancel() {
        let cancel = Request::CancelInstance { instance: Key(1) };
        let complete = Request::CompleteJob { job: Key(1), variables: Vec::new(), result: None };
        let deploy = Request::Deploy { resources: Vec::new() };
        let table = [
            (DISK_FREE_STARTS_MIN, false, false, false),
            (DISK_FREE_STARTS_MIN - 1, false, false, true),
            (DISK_FREE_WORK_MIN - 1, false, true, true),
        ];
        for (free, cancels, completes, deploys) in table {
            let gauge = Gauge::default();
            gauge.0.store(level_of(free) as u8, Ordering::Relaxed);
            let refused = [&cancel, &complete, &deploy].map(|request| gauge.refuses(request));
            let refused = refused.map(|reason| reason.is_some());
            assert_eq!(refused, [cancels, completes, deploys], "{free} bytes free");
        }
    }
}
