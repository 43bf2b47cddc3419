//! The order of effects: first in first out per target and source, whichever lane takes them.
//!
//! Not here: taking them (`chain`, `carry`), and the queue in memory (`outbox`).

use super::Lane;
use super::work::{Component, Work};
use engine::command::Effect;
use engine::key::Key;
use engine::record::{Cause, encode_effect};
use store::batch::{EffectRow, EffectWrite};

/// Rows of a pair read at once.
const PAIR_ROWS: u32 = 64;

impl Lane {
    /// Whether an older effect from a source to a target has not been taken yet.
    pub(super) fn older_waits(
        &self,
        work: &Work,
        target: Key,
        source: Key,
    ) -> Result<bool, store::Error> {
        let pair = (target.0, source.0);
        let left = work.left.iter().any(|(_, row)| (row.target, row.source) == pair);
        if left || self.outbox.waits(target, source) {
            return Ok(true);
        }
        // What another lane left is in the table only. Nothing can come in later unseen: whoever
        // leaves an effect of this source changes the source.
        Ok(self.shared && self.pair(target, source)?.iter().any(|row| !work.takes(row)))
    }

    /// Leaves an effect for a later turn, behind all others of its target and source.
    pub(super) fn leave_effect(
        &mut self,
        work: &mut Work,
        component: Component,
        source: Key,
        effect: &Effect,
        cause: &Cause,
    ) -> Result<(), store::Error> {
        let cause = Cause { source: Some(source), ..cause.clone() };
        let mut n = self.inputs.keys.next_key().0;
        if self.shared {
            // The keys of another lane may be ahead of this one's.
            let pair = (effect.target.0, source.0);
            let left = work.left.iter().map(|(_, row)| row);
            let left = left.filter(|row| (row.target, row.source) == pair).map(|row| row.n).max();
            let known = self.outbox.last_of(effect.target, source);
            let stored = self.pair(effect.target, source)?.last().map(|row| row.n);
            let last = [left, known, stored].into_iter().flatten().max();
            n = n.max(last.map_or(0, |last| last + 1));
        }
        let row = EffectRow {
            target: effect.target.0,
            source: source.0,
            n,
            body: encode_effect(effect.target, &cause, &effect.command),
        };
        work.effects.push((component, EffectWrite::Put(row.clone())));
        work.left.push((component, row));
        Ok(())
    }

    /// Whether an effect is not the next of its target and source: then those before it, which
    /// another lane left, are remembered too.
    pub(super) fn is_early(&mut self, work: &Work, row: &EffectRow) -> Result<bool, store::Error> {
        if !self.shared {
            return Ok(false);
        }
        let before = self.pair(Key(row.target), Key(row.source))?;
        let before: Vec<_> =
            before.into_iter().filter(|older| older.n < row.n && !work.takes(older)).collect();
        let is_early = !before.is_empty();
        for older in before {
            self.outbox.leave(older);
        }
        Ok(is_early)
    }

    /// Rows of one target and source in the table, in order.
    fn pair(&self, target: Key, source: Key) -> Result<Vec<EffectRow>, store::Error> {
        let mut rows: Vec<EffectRow> = Vec::new();
        loop {
            let after = (target.0, source.0, rows.last().map_or(0, |row| row.n));
            let page = self.store.pending_effects(after, PAIR_ROWS)?;
            let full = page.len() == PAIR_ROWS as usize;
            let own = |row: &EffectRow| (row.target, row.source) == (target.0, source.0);
            let whole = page.iter().all(own);
            rows.extend(page.into_iter().take_while(own));
            if !full || !whole {
                return Ok(rows);
            }
        }
    }
}
