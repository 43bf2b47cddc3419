//! Due: timers and effects that join a turn although nobody asked, and the keys it may hand out.
//!
//! Not here: stepping them (`assemble`, `carry`).

use super::{Lane, Order};
use crate::limits::{KEY_RESERVATION_MS, TIMERS_BESIDE_WORK_MAX};
use engine::key::{Key, Keys};
use engine::limits::{STEP_TRANSITIONS_BESIDE_MAX, STEP_TRANSITIONS_MAX};

/// After so many turns without an order nobody is expected to ask soon.
const UNASKED_TURNS: u32 = 16;

impl Lane {
    /// Due timers and effects from the outbox join the turn.
    pub(super) fn add_due(&mut self, orders: &mut Vec<Order>) -> Result<(), store::Error> {
        self.reserve_keys()?;
        let asks = |order: &Order| matches!(order, Order::Request { .. } | Order::Activate { .. });
        let is_asked = orders.iter().any(asks);
        // Effects come first: what was asked of others before is older than any new request.
        let effects = self.outbox.take(self.limits.effects_per_turn, !self.unasked_held);
        // An instance that broke stands still before anything else reaches it.
        let urgent = orders.iter().take_while(|it| matches!(it, Order::Quarantine { .. }));
        let urgent = urgent.count();
        orders.splice(urgent..urgent, effects.into_iter().map(Order::Effect));
        let now_ms = self.inputs.now_ms;
        self.unasked_turns = if is_asked { 0 } else { self.unasked_turns.saturating_add(1) };
        // Many timers or transitions make a turn long, and whoever asks for something waits for it.
        let is_shared = self.unasked_turns < UNASKED_TURNS;
        self.inputs.transitions_max =
            if is_shared { STEP_TRANSITIONS_BESIDE_MAX } else { STEP_TRANSITIONS_MAX };
        if self.unasked_held || self.next_timer_ms.is_none_or(|due| due > now_ms) {
            return Ok(());
        }
        let busy = u32::try_from(self.firing.len()).unwrap_or(u32::MAX);
        let most = match is_shared {
            true => self.limits.timers_per_turn.min(TIMERS_BESIDE_WORK_MAX),
            false => self.limits.timers_per_turn,
        };
        let limit = most.saturating_add(busy);
        let due = self.store.due_timers(now_ms, (i64::MIN, 0), limit)?;
        let full = due.len() >= limit as usize;
        for row in due {
            if self.firing.insert(Key(row.key)) {
                orders.push(Order::Timer(row));
            }
        }
        self.next_timer_ms = if full {
            Some(now_ms)
        } else {
            let later = self.store.due_timers(i64::MAX, (now_ms, u64::MAX >> 1), 1)?;
            later.first().map(|row| row.due_ms)
        };
        Ok(())
    }

    /// Keys are reserved well ahead, so that a restart never hands one out twice.
    fn reserve_keys(&mut self) -> Result<(), store::Error> {
        let horizon = Keys::at(self.inputs.now_ms + KEY_RESERVATION_MS / 2);
        let next = self.inputs.keys.compose();
        if self.reserved >= horizon.max(next) && self.reserved > next {
            return Ok(());
        }
        let at = Keys::at(self.inputs.now_ms + KEY_RESERVATION_MS);
        let wanted = at.max(Key(next.0 + (1 << 30)));
        self.store.reserve_keys(wanted.0)?;
        self.reserved = wanted;
        Ok(())
    }
}
