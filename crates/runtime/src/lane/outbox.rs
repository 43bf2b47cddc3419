//! The outbox in memory: effects left for a later turn, first in first out per target and source.
//!
//! Not here: the rows, which the commit that takes an effect deletes.

use engine::key::Key;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;
use store::batch::EffectRow;

/// Effects this lane knows of.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    queue: VecDeque<EffectRow>,
    /// How many in the queue are of an aggregate to itself: it goes on with its own work.
    own: usize,
    /// How many rows of a (target, source) have not been stepped yet.
    pairs: FxHashMap<(u64, u64), u32>,
    /// Rows that wait, or are in a batch that is not finished.
    known: FxHashSet<(u64, u64, u64)>,
    /// Rows whose target stands still or has no room, by target.
    held: FxHashMap<u64, Vec<EffectRow>>,
    /// The highest number there ever was: what is above it is the youngest of its pair.
    newest: u64,
}

impl Outbox {
    /// Remembers an effect, unless it is known.
    pub(super) fn leave(&mut self, row: EffectRow) {
        if self.known.insert(place(&row)) {
            *self.pairs.entry((row.target, row.source)).or_default() += 1;
            self.insert(row);
        }
    }

    /// Rows of one pair stand in order.
    fn insert(&mut self, row: EffectRow) {
        let younger = |held: &EffectRow| {
            (held.target, held.source) == (row.target, row.source) && held.n > row.n
        };
        let older = row.n <= self.newest;
        let at = if older { self.queue.iter().position(younger) } else { None };
        self.newest = self.newest.max(row.n);
        self.own += usize::from(is_own(&row));
        self.queue.insert(at.unwrap_or(self.queue.len()), row);
    }

    /// The highest number of a pair among those that wait.
    pub(super) fn last_of(&self, target: Key, source: Key) -> Option<u64> {
        if !self.waits(target, source) {
            return None;
        }
        let pair = (target.0, source.0);
        let own = self.queue.iter().filter(|row| (row.target, row.source) == pair);
        own.map(|row| row.n).max()
    }

    /// Takes the oldest for a turn; those of an aggregate to itself stay where they are `with_own`
    /// is false.
    pub(super) fn take(&mut self, most: usize, with_own: bool) -> Vec<EffectRow> {
        let (mut taken, mut stay) = (Vec::new(), Vec::new());
        while taken.len() < most
            && (with_own || self.queue.len() > self.own)
            && let Some(row) = self.queue.pop_front()
        {
            let is_own = is_own(&row);
            self.own -= usize::from(is_own);
            if is_own && !with_own { stay.push(row) } else { taken.push(row) }
        }
        self.own += stay.len();
        stay.into_iter().rev().for_each(|row| self.queue.push_front(row));
        taken
    }

    /// An effect is being stepped: younger ones of its target and source need not wait for it.
    pub(super) fn step(&mut self, row: &EffectRow) {
        let pair = (row.target, row.source);
        if let Some(count) = self.pairs.get_mut(&pair) {
            *count -= 1;
            if *count == 0 {
                self.pairs.remove(&pair);
            }
        }
    }

    /// An effect that was taken is to be tried again, before younger ones of its target and
    /// source.
    pub(super) fn put_back(&mut self, row: EffectRow, stepped: bool) {
        if stepped {
            *self.pairs.entry((row.target, row.source)).or_default() += 1;
        }
        self.insert(row);
    }

    /// An effect that was stepped waits until something happens to its target.
    pub(super) fn hold(&mut self, row: EffectRow) {
        *self.pairs.entry((row.target, row.source)).or_default() += 1;
        self.held.entry(row.target).or_default().push(row);
    }

    /// Whether anything is held back.
    pub(super) fn holds(&self) -> bool {
        !self.held.is_empty()
    }

    /// What waited for a target is to be tried again, in order.
    pub(super) fn release(&mut self, target: Key) {
        for row in self.held.remove(&target.0).unwrap_or_default() {
            self.insert(row);
        }
    }

    /// Everything that waited for a target is to be tried again, in order.
    pub(super) fn release_all(&mut self) {
        for row in std::mem::take(&mut self.held).into_values().flatten() {
            self.insert(row);
        }
    }

    /// An effect was taken for good.
    pub(super) fn forget(&mut self, row: &EffectRow) {
        self.known.remove(&place(row));
    }

    /// Whether an older effect of the same target and source has not been stepped yet.
    pub(super) fn waits(&self, target: Key, source: Key) -> bool {
        self.pairs.contains_key(&(target.0, source.0))
    }

    /// Whether anything from or to an aggregate has not been stepped yet.
    pub(super) fn is_about(&self, key: Key) -> bool {
        self.pairs.keys().any(|(target, source)| *target == key.0 || *source == key.0)
    }

    /// Whether an aggregate waits for a turn to go on with its own work.
    pub(super) fn has_own(&self) -> bool {
        self.own > 0
    }

    /// Whether anything else waits for a turn.
    pub(super) fn has_others(&self) -> bool {
        self.queue.len() > self.own
    }
}

fn is_own(row: &EffectRow) -> bool {
    row.target == row.source
}

fn place(row: &EffectRow) -> (u64, u64, u64) {
    (row.target, row.source, row.n)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(target: u64, source: u64, n: u64) -> EffectRow {
        EffectRow { target, source, n, body: Vec::new() }
    }

    #[test]
    fn what_comes_back_stands_before_the_younger_of_its_pair() {
        let mut outbox = Outbox::default();
        for row in [row(1, 1, 1), row(1, 1, 2), row(2, 1, 3), row(1, 1, 4)] {
            outbox.leave(row);
        }
        let taken = outbox.take(2, true);
        taken.iter().for_each(|row| outbox.step(row));
        for row in taken {
            outbox.put_back(row, true);
        }
        let order: Vec<u64> = outbox.take(9, true).iter().map(|row| row.n).collect();
        assert_eq!(order, [3, 1, 2, 4]);
    }

    #[test]
    fn an_effect_is_known_until_it_was_taken_for_good() {
        let mut outbox = Outbox::default();
        outbox.leave(row(1, 1, 1));
        outbox.leave(row(1, 1, 1));
        assert_eq!(outbox.take(9, true).len(), 1);
        outbox.leave(row(1, 1, 1));
        assert!(!outbox.has_own() && outbox.waits(Key(1), Key(1)));
        outbox.step(&row(1, 1, 1));
        assert!(!outbox.waits(Key(1), Key(1)));
        outbox.forget(&row(1, 1, 1));
        outbox.leave(row(1, 1, 1));
        assert!(outbox.has_own() && outbox.is_about(Key(1)));
    }
    #[test]
    fn who_goes_on_with_its_own_work_can_be_left_waiting() {
        let mut outbox = Outbox::default();
        for row in [row(1, 1, 1), row(2, 1, 2), row(3, 3, 3), row(2, 3, 4)] {
            outbox.leave(row);
        }
        let numbers = |rows: Vec<EffectRow>| rows.iter().map(|row| row.n).collect::<Vec<_>>();
        assert_eq!(numbers(outbox.take(1, false)), [2]);
        assert_eq!(numbers(outbox.take(9, false)), [4]);
        assert!(outbox.has_own() && !outbox.has_others());
        assert_eq!(numbers(outbox.take(9, true)), [1, 3]);
        assert!(!outbox.has_own());
    }
}
