//! Whether a mailbox that is whole in memory is in order: for checkers, not for steps.
//!
//! Not here: whether it is what its events add up to.

use super::line::Sought;
use super::{Item, Line, Mailbox, Message, Shelf, Waiting};
use crate::key::Key;

impl Mailbox {
    /// What is not in order; `Ok`: counts, moments, lines and indexes say what is held.
    pub fn verify(&self) -> Result<(), String> {
        self.messages.verify()?;
        self.subscriptions.verify()?;
        let mut due = super::Due::default();
        let waiting = self.messages.iter().filter(|message| message.offers.is_empty());
        waiting.for_each(|message| due.add(message.sweep_at_ms()));
        same("moments to sweep", &due, &self.due)?;
        let lone = self.subscriptions.iter().find(|held| self.line(names(held)).is_none());
        if let Some(held) = lone {
            return Err(format!("subscription {} has no line", held.key));
        }
        self.lines.iter().try_for_each(|line| self.verify_line(line))
    }

    fn verify_line(&self, line: &Line) -> Result<(), String> {
        let of = |held: &Waiting| {
            names(held) == (&*line.process_id, &*line.name, &*line.correlation_key)
        };
        let mine = || self.subscriptions.entries().filter(|(_, held)| of(held));
        same("subscriptions of a line", &(mine().count() as u64), &line.subscriptions)?;
        let free = || mine().filter(|(_, held)| held.offered.is_none());
        same("free subscriptions of a line", &(free().count() as u64), &line.free)?;
        let lost = free().find(|(number, _)| !line.unoffered.contains(*number));
        if let Some((number, _)) = lost {
            return Err(format!("nobody looks at free subscription {number}"));
        }
        if !self.messages.head.spilled && line.unreached != super::Runs::default() {
            return Err("a line skips messages that lie in the root row".to_owned());
        }
        Ok(())
    }

    /// A message that lives beside a free subscription that may have it: (message, subscription).
    #[must_use]
    pub fn unmet(&self, now_ms: i64) -> Option<(Key, Key)> {
        self.lines.iter().filter(|line| !line.seeks).find_map(|line| {
            let (_, waiting) = self.oldest_free(line).ok()??;
            let all = Line { unreached: super::Runs::default(), ..line.clone() };
            let mut line = all;
            loop {
                match self.seek(&line, now_ms).ok()? {
                    Sought::Found(number) => {
                        return Some((self.messages.key_at(number).ok()?, waiting.key));
                    }
                    Sought::Nothing(..) => return None,
                    Sought::Later(below) => line.unreached.drop_below(below),
                }
            }
        })
    }

    /// A waiting subscription.
    pub fn waiting(&self, key: Key) -> Result<Option<&Waiting>, super::Absent> {
        for number in self.subscriptions.find_key(key)? {
            if let Some(held) = self.subscriptions.get(number, key)? {
                return Ok(Some(held));
            }
        }
        Ok(None)
    }

    /// A buffered message in memory.
    #[must_use]
    pub fn message(&self, key: Key) -> Option<&Message> {
        self.messages.iter().find(|held| held.key == key)
    }
}

impl<T: Item> Shelf<T> {
    pub(in crate::state) fn verify(&self) -> Result<(), String> {
        same("items held", &(self.entries().count() as u64), &self.head.count)?;
        let rising = self.entries().zip(self.entries().skip(1)).all(|(a, b)| a.0 < b.0);
        let known = |number: u64| number < self.head.next && self.live.contains(number);
        if !rising || !self.entries().all(|(number, _)| known(number)) {
            return Err("numbers that do not rise, or that nobody looks at".to_owned());
        }
        if !self.head.spilled {
            return same("one row", &(self.head.count <= u64::from(self.shape.inline)), &true);
        }
        let hashes = self.entries().filter_map(|(number, item)| Some((item.hash()?, number)));
        let hashes: Vec<(u32, u64)> = hashes.collect();
        same("entries of an index", &(hashes.len() as u64), &self.head.entries)?;
        let lost = hashes
            .iter()
            .find(|(hash, number)| !self.find(*hash).is_ok_and(|numbers| numbers.contains(number)));
        lost.map_or(Ok(()), |(_, number)| Err(format!("the index does not know {number}")))
    }
}

fn names(held: &Waiting) -> (&str, &str, &str) {
    (&held.process_id, &held.name, &held.correlation_key)
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, counted: &T, said: &T) -> Result<(), String> {
    if counted == said { Ok(()) } else { Err(format!("{what}: {counted:?}, but it says {said:?}")) }
}
