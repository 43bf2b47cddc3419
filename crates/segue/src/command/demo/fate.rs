//! What happens to each order: a function of the seed and the order's number.
//!
//! Not random at run time: two runs with one seed tell the same stories.

use std::time::Duration;

/// How the credit check of an order goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Credit {
    Approves,
    Rejects,
    /// Fails at first, approves when asked again.
    Stumbles,
    /// The agency is unavailable: a person decides.
    Unavailable,
    /// Nobody answers: after a while a person decides.
    Silent,
}

/// When the customer pays after the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Payment {
    After(Duration),
    Never,
}

/// What happens to the orders of a seed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fates {
    seed: u64,
}

impl Fates {
    /// The fates of a seed.
    pub(super) fn of(seed: u64) -> Self {
        Fates { seed }
    }

    /// How the credit check of order `n` goes.
    pub(super) fn credit(self, n: u64) -> Credit {
        match self.roll(n, 1) % 100 {
            0..80 => Credit::Approves,
            80..86 => Credit::Rejects,
            86..92 => Credit::Stumbles,
            92..97 => Credit::Unavailable,
            _ => Credit::Silent,
        }
    }

    /// What a person decides about order `n`.
    pub(super) fn review(self, n: u64) -> bool {
        !self.roll(n, 2).is_multiple_of(4)
    }

    /// When order `n` is paid. In time is within 20 s, during dunning within another 30 s.
    pub(super) fn payment(self, n: u64) -> Payment {
        let ms = self.roll(n, 4);
        match self.roll(n, 3) % 100 {
            0..75 => Payment::After(Duration::from_millis(1_000 + ms % 12_000)),
            75..90 => Payment::After(Duration::from_millis(26_000 + ms % 14_000)),
            _ => Payment::Never,
        }
    }

    /// What order `n` is worth.
    pub(super) fn amount(self, n: u64) -> u64 {
        10 + self.roll(n, 5) % 990
    }

    /// How many lines order `n` has.
    pub(super) fn lines(self, n: u64) -> u64 {
        1 + self.roll(n, 7) % 4
    }

    /// When the customer of order `n` disputes the invoice, and about what.
    pub(super) fn dispute(self, n: u64) -> Option<(Duration, &'static [&'static str])> {
        let concerns: &[&str] = match self.roll(n, 9) % 4 {
            0 => &["quantity"],
            1 => &["price"],
            2 => &["quantity", "price"],
            _ => &[],
        };
        let after = Duration::from_millis(4_000 + self.roll(n, 10) % 6_000);
        self.roll(n, 8).is_multiple_of(12).then_some((after, concerns))
    }

    /// What is credited to the customer of order `n` after a dispute: nothing to one in three.
    pub(super) fn credit_amount(self, n: u64) -> u64 {
        if self.roll(n, 11).is_multiple_of(3) { 0 } else { 1 + self.amount(n) / 10 }
    }

    /// Whether the warehouse stumbles over order `n` at its first try.
    pub(super) fn stock_stumbles(self, n: u64) -> bool {
        self.roll(n, 6).is_multiple_of(50)
    }

    /// A number that looks random (SplitMix64's finish).
    fn roll(self, n: u64, purpose: u64) -> u64 {
        let mut x = self.seed ^ n.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (purpose << 56);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }
}

/// The number at the end of an order's id, `A-RUN-NUMBER`; other orders are somebody's own.
pub(super) fn number_of(order: &str) -> Option<u64> {
    order.rsplit_once('-')?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_tells_one_story() {
        let (a, b) = (Fates::of(7), Fates::of(7));
        assert!((0..100).all(|n| a.credit(n) == b.credit(n) && a.payment(n) == b.payment(n)));
        let other = Fates::of(8);
        assert!((0..100).any(|n| a.credit(n) != other.credit(n)));
    }

    #[test]
    fn everything_happens_to_somebody() {
        let fates = Fates::of(1);
        for wanted in [
            Credit::Approves,
            Credit::Rejects,
            Credit::Stumbles,
            Credit::Unavailable,
            Credit::Silent,
        ] {
            assert!((0..200).any(|n| fates.credit(n) == wanted), "{wanted:?}");
        }
        assert!((0..200).any(|n| fates.payment(n) == Payment::Never));
        for concerns in [0, 1, 2] {
            let disputed = |n| fates.dispute(n).is_some_and(|(_, it)| it.len() == concerns);
            assert!((0..400).any(disputed), "about {concerns} things");
        }
        assert!((0..200).any(|n| fates.review(n)) && (0..200).any(|n| !fates.review(n)));
    }

    #[test]
    fn an_order_of_somebody_else_has_no_number() {
        assert_eq!(number_of("A-k3-17"), Some(17));
        assert_eq!(number_of("mine"), None);
    }
}
