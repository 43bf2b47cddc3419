//! The clock a node reads: the machine's, or one that a test sets by hand.
//!
//! Not the time of a step: a batch has one `now`, which the lane keeps from going backwards.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// No moment: the clock runs with the machine's.
const RUNS: i64 = i64::MIN;

/// A clock. Clones of a settable one are the same clock.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's; nobody can set it.
    #[default]
    Machine,
    /// Runs with the machine's until it is pinned, then stands still.
    Settable(Pin),
}

/// Where a settable clock stands.
#[derive(Debug, Clone)]
pub struct Pin(Arc<AtomicI64>);

impl Clock {
    /// A clock that tests may pin; it runs until then.
    #[must_use]
    pub fn settable() -> Self {
        Clock::Settable(Pin(Arc::new(AtomicI64::new(RUNS))))
    }

    /// Unix milliseconds.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        let pinned = match self {
            Clock::Machine => RUNS,
            Clock::Settable(Pin(at)) => at.load(Ordering::Acquire),
        };
        if pinned == RUNS { machine_ms() } else { pinned }
    }

    /// Pins the clock at a moment, Unix milliseconds, or lets it run again (`None`). Returns
    /// whether it can be set at all.
    #[must_use]
    pub fn set(&self, at_ms: Option<i64>) -> bool {
        let Clock::Settable(Pin(at)) = self else { return false };
        at.store(at_ms.unwrap_or(RUNS), Ordering::Release);
        true
    }
}

/// Unix milliseconds of this machine's clock.
pub(crate) fn machine_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Seeds stamps and salts: from the operating system, by way of the standard library's own.
pub(crate) fn random_seed() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    let mut hasher = std::hash::RandomState::new().build_hasher();
    hasher.write_i64(machine_ms());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pinned_clock_stands_still_for_all_its_clones_and_runs_again() {
        let clock = Clock::settable();
        let clone = clock.clone();
        assert!(clock.set(Some(7)));
        assert_eq!((clock.now_ms(), clone.now_ms()), (7, 7));
        assert!(clone.set(None));
        assert!(clock.now_ms() >= machine_ms() - 60_000);
    }

    #[test]
    fn nobody_sets_the_machines_clock() {
        assert!(!Clock::Machine.set(Some(7)));
        assert!(Clock::Machine.now_ms() > 7);
    }
}
