//! A line: what one process still has to look at under one name and correlation key.
//!
//! Not here: deciding who gets what (`step::mailbox`).

use super::runs::Runs;
use super::{Absent, Mailbox, Message, Waiting};
use crate::limits::SOUGHT_PAGES_MAX;
use std::sync::Arc;

/// Messages and subscriptions as one process sees them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Line {
    /// Process id.
    pub process_id: Arc<str>,
    /// Message name.
    pub name: Arc<str>,
    /// Correlation key.
    pub correlation_key: Arc<str>,
    /// Its subscriptions.
    pub subscriptions: u64,
    /// Those of them to which no message is on its way.
    pub free: u64,
    /// Where messages may be that have not reached it. All of them while they lie in one row.
    pub unreached: Runs,
    /// Where its free subscriptions may be. All of them while they lie in one row.
    pub unoffered: Runs,
    /// Whether it goes on looking for messages by itself.
    pub seeks: bool,
}

/// What looking for a message came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sought {
    /// This is the oldest that has not reached the process.
    Found(u64),
    /// There is none below this number, nor beyond; so many pages were looked at.
    Nothing(u64, u64),
    /// There is none below this number; looking goes on later.
    Later(u64),
}

impl Line {
    fn names(&self) -> (&str, &str, &str) {
        (&self.process_id, &self.name, &self.correlation_key)
    }
}

impl Mailbox {
    pub(super) fn place_of_line(&self, names: (&str, &str, &str)) -> Result<usize, usize> {
        self.lines.binary_search_by(|line| line.names().cmp(&names))
    }

    pub(crate) fn line(&self, names: (&str, &str, &str)) -> Option<&Line> {
        self.place_of_line(names).ok().map(|at| &self.lines[at])
    }

    pub(super) fn line_mut(&mut self, names: (&str, &str, &str)) -> Option<&mut Line> {
        let at = self.place_of_line(names).ok()?;
        Some(&mut self.lines[at])
    }

    /// The line, a new one if need be. Lines lie in the order of their names.
    pub(super) fn open_line(
        &mut self,
        process_id: &Arc<str>,
        name: &Arc<str>,
        correlation_key: &Arc<str>,
    ) -> &mut Line {
        let at = self.place_of_line((process_id, name, correlation_key));
        let at = at.unwrap_or_else(|at| {
            let (process_id, name) = (process_id.clone(), name.clone());
            let correlation_key = correlation_key.clone();
            let line = Line { process_id, name, correlation_key, ..Line::default() };
            self.lines.insert(at, line);
            at
        });
        &mut self.lines[at]
    }

    /// The oldest free subscription of a line.
    pub(crate) fn oldest_free(&self, line: &Line) -> Result<Option<(u64, &Waiting)>, Absent> {
        if line.free == 0 {
            return Ok(None);
        }
        let shelf = &self.subscriptions;
        let mut looked = 0;
        for (mut from, until) in line.unoffered.iter() {
            while let Some((items, beyond)) = shelf.look_ahead(from, until, looked)? {
                let mut fitting = items.iter().filter(|(number, waiting)| {
                    (from..until).contains(number)
                        && waiting.offered.is_none()
                        && line.names()
                            == (&*waiting.process_id, &*waiting.name, &*waiting.correlation_key)
                });
                if let Some((number, waiting)) = fitting.next() {
                    return Ok(Some((*number, waiting)));
                }
                (from, looked) = (beyond, looked + 1);
            }
        }
        Ok(None)
    }

    /// The oldest message that lives and has not reached the process of a line.
    pub(crate) fn seek(&self, line: &Line, now_ms: i64) -> Result<Sought, Absent> {
        let shelf = &self.messages;
        let mut looked = 0;
        for (mut from, until) in line.unreached.iter() {
            while let Some((items, beyond)) = shelf.look_ahead(from, until, looked)? {
                if shelf.head.spilled && looked == SOUGHT_PAGES_MAX {
                    return Ok(Sought::Later(from));
                }
                let mut fitting = items.iter().filter(|(number, message)| {
                    (from..until).contains(number)
                        && message.deadline_ms > now_ms
                        && line.fits(message)
                });
                if let Some((number, _)) = fitting.next() {
                    return Ok(Sought::Found(*number));
                }
                (from, looked) = (beyond, looked + 1);
            }
        }
        Ok(Sought::Nothing(shelf.head.next, looked))
    }
}

impl Line {
    /// Whether a message has not reached the process and is not on its way to it.
    fn fits(&self, message: &Message) -> bool {
        message.name == self.name
            && message.correlation_key == self.correlation_key
            && !message.reaches(&self.process_id)
    }
}

impl Message {
    /// Whether it has reached a process, or is on its way to it.
    pub(crate) fn reaches(&self, process_id: &Arc<str>) -> bool {
        self.reached.contains(process_id) || self.offers.iter().any(|(_, to)| to == process_id)
    }
}
