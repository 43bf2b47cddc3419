//! When messages are to be swept: how many at which moment. Moments are rounded, so there are few.
//!
//! Not here: sweeping (`step::mailbox`).

use std::collections::BTreeMap;

/// Messages are not all looked at again for less than this share of them.
const SWEPT_SHARE: u64 = 8;
/// Up to so many messages all of them are looked at when one expires.
const SWEPT_WHOLE: u64 = 1_024;
/// How far a moment may lie behind the end of a message's time to live: this share of it,
const ROUNDED_SHARE: i64 = 8;
/// or this, milliseconds, if that is more.
const ROUNDED_MS: i64 = 1_000;

/// How many messages are to be swept at which moment. What is on its way is not counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Due(pub(crate) BTreeMap<i64, u64>);

impl Due {
    pub(super) fn add(&mut self, at_ms: i64) {
        *self.0.entry(at_ms).or_default() += 1;
    }

    pub(super) fn take(&mut self, at_ms: i64) {
        if let Some(count) = self.0.get_mut(&at_ms) {
            *count -= 1;
            if *count == 0 {
                self.0.remove(&at_ms);
            }
        }
    }

    /// The moment to sweep a message that lives until `deadline_ms`: one there is, or a new one.
    pub(crate) fn round(&self, deadline_ms: i64, ttl_ms: i64) -> i64 {
        let latest_ms = deadline_ms.saturating_add(ROUNDED_MS.max(ttl_ms / ROUNDED_SHARE));
        let held = self.0.range(deadline_ms..=latest_ms).next();
        held.map_or(latest_ms, |(at_ms, _)| *at_ms)
    }

    /// Whether some are to be swept by now.
    pub(crate) fn is_over(&self, now_ms: i64) -> bool {
        self.first_ms().is_some_and(|at_ms| at_ms <= now_ms)
    }

    pub(crate) fn first_ms(&self) -> Option<i64> {
        self.0.first_key_value().map(|(at_ms, _)| *at_ms)
    }

    /// The moment at which enough are to be swept to look at all of them.
    pub(super) fn wake_ms(&self) -> Option<i64> {
        let all: u64 = self.0.values().sum();
        let enough = if all <= SWEPT_WHOLE { 1 } else { all / SWEPT_SHARE };
        let mut over = 0;
        let mut moments = self.0.iter();
        let wake = moments.find(|(_, count)| {
            over += **count;
            over >= enough
        });
        wake.map(|(at_ms, _)| *at_ms)
    }
}
