//! Keys: 63-bit numbers that name instances, jobs, timers and everything else people refer to.
//!
//! Not here: where the clock comes from. A block of keys is an input of a step.

use std::fmt;

/// A key: 41 bits of milliseconds, 10 bits of node, 12 bits of sequence. Never reused.
/// In JSON it is a decimal string.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub u64);

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for Key {
    type Err = std::num::ParseIntError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<i64>().and_then(|n| u64::try_from(n).map_err(|_| bad_key())).map(Key)
    }
}

fn bad_key() -> std::num::ParseIntError {
    "-".parse::<i64>().expect_err("a lone sign is not a number")
}

/// 2024-01-01T00:00:00Z in Unix milliseconds: the zero of the time part.
const EPOCH_MS: i64 = 1_704_067_200_000;
const NODE_BITS: u32 = 10;
const SEQUENCE_BITS: u32 = 12;

/// A source of rising keys for one node. It follows the clock and never falls behind itself.
#[derive(Debug, Clone)]
pub struct Keys {
    ms: u64,
    node: u64,
    sequence: u64,
}

impl Keys {
    /// Keys of `node` (0..1024) that lie above `above`, the highest key ever reserved.
    #[must_use]
    pub fn above(node: u16, above: Key) -> Self {
        assert!(u64::from(node) < 1 << NODE_BITS, "a node number has ten bits");
        let ms = (above.0 >> (NODE_BITS + SEQUENCE_BITS)) + 1;
        Keys { ms, node: u64::from(node), sequence: 0 }
    }

    /// Moves the time part forward to `now_ms` (Unix); never backwards.
    pub fn tick(&mut self, now_ms: i64) {
        let ms = u64::try_from(now_ms - EPOCH_MS).unwrap_or(0);
        if ms > self.ms {
            self.ms = ms;
            self.sequence = 0;
        }
    }

    /// The next key.
    pub fn next_key(&mut self) -> Key {
        let key = self.compose();
        self.sequence += 1;
        if self.sequence == 1 << SEQUENCE_BITS {
            self.sequence = 0;
            self.ms += 1;
        }
        key
    }

    /// The key that would come next: everything handed out so far lies below it.
    #[must_use]
    pub fn compose(&self) -> Key {
        Key((self.ms << (NODE_BITS + SEQUENCE_BITS)) | (self.node << SEQUENCE_BITS) | self.sequence)
    }

    /// The first key of a moment: what to reserve up to, so that keys before it need no new
    /// reservation.
    #[must_use]
    pub fn at(now_ms: i64) -> Key {
        let ms = u64::try_from(now_ms - EPOCH_MS).unwrap_or(0);
        Key(ms << (NODE_BITS + SEQUENCE_BITS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_rise_even_when_the_clock_stands_still_or_runs_backwards() {
        let mut keys = Keys::above(3, Key(0));
        keys.tick(EPOCH_MS + 1_000);
        let mut last = Key(0);
        for n in 0..10_000 {
            if n == 5_000 {
                keys.tick(EPOCH_MS);
            }
            let next = keys.next_key();
            assert!(next > last, "{next} after {last}");
            last = next;
        }
    }

    #[test]
    fn a_key_is_a_positive_decimal_string() {
        assert_eq!("42".parse::<Key>(), Ok(Key(42)));
        assert!("-1".parse::<Key>().is_err());
        assert!("9223372036854775808".parse::<Key>().is_err());
    }
}
