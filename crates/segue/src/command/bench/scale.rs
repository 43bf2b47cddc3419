//! What the workloads that go with a size have in common: the size, and moments to come.
//!
//! Not what they do.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::failure::Failure;

/// How much.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Scale {
    /// How many; each workload says of what, and has a default
    #[arg(long, value_name = "N")]
    pub(super) size: Option<u64>,
    /// Print the figures as one JSON object
    #[arg(long)]
    pub(super) json: bool,
}

impl Scale {
    /// The size asked for, or the workload's own.
    pub(super) fn size_or(&self, default: u64) -> u64 {
        self.size.unwrap_or(default).max(1)
    }
}

/// Unix milliseconds in so many milliseconds.
pub(super) fn from_now(ms: u64) -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX).saturating_add(ms.cast_signed())
}

/// A moment as models write it.
pub(super) fn date(at_ms: i64) -> Result<String, Failure> {
    jiff::Timestamp::from_millisecond(at_ms).map(|at| at.to_string()).map_err(Failure::work)
}

/// Waits for a moment that must be to come: what waits for it must have been started before.
pub(super) async fn until(at_ms: i64) -> Result<(), Failure> {
    let left = u64::try_from(at_ms - from_now(0)).map_err(|_| {
        Failure::work(
            "Expected all instances to wait before their timers are due, but starting them took \
             too long. Use a smaller --size.",
        )
    })?;
    tokio::time::sleep(Duration::from_millis(left)).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_models_do() {
        assert_eq!(date(1_800_000_000_000).unwrap(), "2027-01-15T08:00:00Z");
    }

    #[tokio::test]
    async fn a_moment_that_has_passed_is_no_measurement() {
        assert!(until(from_now(0) - 1).await.is_err());
        assert!(until(from_now(1)).await.is_ok());
    }
}
