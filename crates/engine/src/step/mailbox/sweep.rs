//! What goes on by itself: sweeping messages whose time is over, looking for messages in pages.
//!
//! Not here: that an expired message is not offered; whoever offers looks at the time.

use super::{Ctx, Halt};
use crate::key::Key;
use crate::limits::SWEEP_PAGES_MAX;
use crate::state::mailbox::MailboxEvent;

impl Ctx<'_> {
    /// The timer fired.
    pub(super) fn expire(&mut self) -> Result<(), Halt> {
        let now_ms = self.inputs.now_ms;
        let enough = self.state.wake_ms().is_some_and(|wake_ms| wake_ms <= now_ms);
        if !enough || self.state.sweep != 0 {
            return Ok(());
        }
        self.sweep(1)
    }

    /// Sweeps some pages. Nothing is looked at beyond the last message that is over.
    fn sweep(&mut self, from: u64) -> Result<(), Halt> {
        let now_ms = self.inputs.now_ms;
        let (mut next, mut pages) = (from, 0);
        while self.state.due.is_over(now_ms) {
            let shelf = &self.state.messages;
            if pages == SWEEP_PAGES_MAX && shelf.is_spilled() {
                return self.emit(MailboxEvent::MessagesSwept { next });
            }
            let Some((items, beyond)) = shelf.look(next, u64::MAX)? else { break };
            let over = items.iter().filter(|(number, held)| {
                *number >= next && held.deadline_ms <= now_ms && held.offers.is_empty()
            });
            let gone: Vec<(u64, Key)> = over.map(|(number, held)| (*number, held.key)).collect();
            for (number, message) in gone {
                self.emit(MailboxEvent::MessageExpired { message, number })?;
            }
            (next, pages) = (beyond, pages + 1);
        }
        if self.state.sweep == 0 {
            return Ok(());
        }
        self.emit(MailboxEvent::MessagesSwept { next: 0 })
    }

    /// Goes on with what another step left.
    pub(super) fn go_on(&mut self) -> Result<(), Halt> {
        let seeking = self.state.lines.iter().find(|line| line.seeks);
        if let Some(line) = seeking {
            let (process_id, name) = (line.process_id.clone(), line.name.clone());
            let correlation_key = line.correlation_key.clone();
            let names = (process_id.clone(), name.clone(), correlation_key.clone());
            let (below, goes_on) = (0, false);
            let sought =
                MailboxEvent::MessagesSought { process_id, name, correlation_key, below, goes_on };
            self.emit(sought)?;
            return self.match_line(&names);
        }
        match self.state.sweep {
            0 => Ok(()),
            next => self.sweep(next),
        }
    }

    /// One timer wakes the mailbox when enough messages are over to look for them.
    pub(super) fn set_expiry(&mut self) -> Result<(), Halt> {
        let now_ms = self.inputs.now_ms;
        let held = self.state.expiry;
        if self.state.sweep != 0 {
            return Ok(());
        }
        let first_ms = self.state.due.first_ms();
        // A timer that is early enough stays: waking for nothing is cheaper than a write.
        if let (Some((_, held_ms)), Some(first_ms)) = (held, first_ms)
            && held_ms <= first_ms
            && held_ms > now_ms
        {
            return Ok(());
        }
        let timer = match (self.state.wake_ms(), held) {
            (None, None) => return Ok(()),
            (None, Some(_)) => None,
            (Some(due_ms), Some((_, held_ms))) if held_ms <= due_ms && held_ms > now_ms => {
                return Ok(());
            }
            (Some(due_ms), _) => Some((self.inputs.keys.next_key(), due_ms)),
        };
        self.emit(MailboxEvent::ExpirySet { timer })
    }
}
