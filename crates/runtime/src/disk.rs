//! Free disk: how much work a node still takes when its disk fills up.
//!
//! Not here: making room; retention and the operator do that.

use crate::limits::{DISK_FREE_STARTS_MIN, DISK_FREE_WORK_MIN};
use crate::request::Request;
use std::path::Path;
use std::sync::atomic::{AtomicU8, Ordering};

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
            let level = level_of(disk.f_bavail.saturating_mul(disk.f_frsize));
            let before = self.0.swap(level as u8, Ordering::Relaxed);
            if before != level as u8 {
                tracing::warn!(?level, folder = %folder.display(), "free disk changed its level");
            }
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
        let complete = Request::CompleteJob { job: Key(1), variables: Vec::new() };
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
