//! Runs of numbers a process may still have to look at, so that nobody looks twice.
//!
//! Not here: whether there is anything at a number; a run may hold more than there is to find.

use crate::limits::LINE_RUNS_MAX;

/// Half-open runs of numbers, rising; the last has no end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runs(pub(crate) Vec<(u64, u64)>);

impl Default for Runs {
    fn default() -> Self {
        Runs::from(0)
    }
}

impl Runs {
    /// Everything from a number on.
    #[must_use]
    pub fn from(number: u64) -> Runs {
        Runs(vec![(number, u64::MAX)])
    }

    /// The runs, rising.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.0.iter().copied()
    }

    /// Whether a number is in a run.
    #[must_use]
    pub fn contains(&self, number: u64) -> bool {
        self.iter().any(|(from, until)| (from..until).contains(&number))
    }

    /// Nothing is left to find below a number.
    pub fn drop_below(&mut self, number: u64) {
        self.0.retain(|(_, until)| *until > number);
        if let Some((from, _)) = self.0.first_mut() {
            *from = number.max(*from);
        }
    }

    /// Nothing is left to find at a number.
    pub fn remove(&mut self, number: u64) {
        self.remove_all(number, number + 1);
    }

    /// Nothing is left to find from a number on, until another.
    pub fn remove_all(&mut self, gone: u64, back: u64) {
        if gone >= back {
            return;
        }
        let parts = self.0.iter().flat_map(|(from, until)| {
            let (from, until) = (*from, *until);
            [(from, until.min(gone)), (from.max(back), until)]
        });
        let parts = parts.filter(|(from, until)| from < until);
        self.0 = parts.collect();
        self.limit();
    }

    /// The first number from this one on that is in a run.
    #[must_use]
    pub fn next(&self, number: u64) -> Option<u64> {
        let run = self.iter().find(|(_, until)| *until > number);
        run.map(|(from, _)| from.max(number))
    }

    /// There is something to find at a number again.
    pub fn add(&mut self, number: u64) {
        if self.contains(number) {
            return;
        }
        let at = self.0.iter().position(|(from, _)| *from > number).unwrap_or(self.0.len());
        self.0.insert(at, (number, number + 1));
        self.join(at);
        if at > 0 {
            self.join(at - 1);
        }
        self.limit();
    }

    /// Joins a run with the next one if they touch.
    fn join(&mut self, at: usize) {
        if at + 1 < self.0.len() && self.0[at].1 >= self.0[at + 1].0 {
            let (_, until) = self.0.remove(at + 1);
            self.0[at].1 = until;
        }
    }

    /// Too many runs: the two with the least between them become one.
    fn limit(&mut self) {
        while self.0.len() > LINE_RUNS_MAX {
            let gaps = self.0.windows(2).enumerate().map(|(at, pair)| (pair[1].0 - pair[0].1, at));
            let (_, at) = gaps.min().expect("there are at least two runs");
            let (_, until) = self.0.remove(at + 1);
            self.0[at].1 = until;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_is_found_and_what_is_removed_is_not_while_there_are_few_runs() {
        let mut runs = Runs::default();
        runs.remove(5);
        runs.remove(7);
        assert_eq!(runs.0, [(0, 5), (6, 7), (8, u64::MAX)]);
        runs.add(7);
        assert_eq!(runs.0, [(0, 5), (6, u64::MAX)]);
        runs.drop_below(9);
        assert_eq!(runs.0, [(9, u64::MAX)]);
        runs.add(3);
        runs.add(4);
        runs.add(8);
        assert_eq!(runs.0, [(3, 5), (8, u64::MAX)]);
    }

    #[test]
    fn beyond_the_limit_nothing_is_lost() {
        let mut runs = Runs::from(10_000);
        let numbers: Vec<u64> = (0..500).map(|n| n * n % 9_973).collect();
        numbers.iter().for_each(|number| runs.add(*number));
        assert!(runs.0.len() <= LINE_RUNS_MAX);
        assert!(numbers.iter().all(|number| runs.contains(*number)));
        assert!(runs.0.windows(2).all(|pair| pair[0].1 < pair[1].0), "{runs:?}");
    }
}
