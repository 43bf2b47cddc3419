//! A mailbox: messages and subscriptions that wait under one (tenant, name, correlation key).
//!
//! Not here: which instance accepts a message; that is the instance's own decision. How it lies in
//! pages: docs/adr/0008.

mod apply;
mod due;
mod index;
mod line;
mod pages;
mod runs;
mod shelf;
mod verify;

pub use due::Due;
pub use index::Bucket;
pub use line::Line;
pub(crate) use line::Sought;
pub(crate) use pages::{Written, part_of};
pub use runs::Runs;
pub use shelf::{Absent, Item, Shape, Shelf, ShelfHead};

use crate::event::{Slot, Variables};
use crate::key::Key;
use std::sync::Arc;

/// A mailbox. Names are kept per entry because two names may share the aggregate's hash.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Mailbox {
    /// Tenant number.
    pub tenant: u32,
    /// Buffered messages, oldest first.
    pub messages: Shelf<Message>,
    /// Waiting subscriptions, oldest first.
    pub subscriptions: Shelf<Waiting>,
    /// What each process still has to look at.
    pub(crate) lines: Vec<Line>,
    /// When messages are to be swept.
    pub(crate) due: Due,
    /// The timer that wakes the mailbox when messages are to be swept: (key, due).
    pub expiry: Option<(Key, i64)>,
    /// The number at which a sweep goes on; 0: no sweep is under way.
    pub(crate) sweep: u64,
    undo: Option<Box<Undo>>,
}

/// What a step changed beside the shelves, as it was before.
#[derive(Debug, Clone, PartialEq)]
struct Undo {
    tenant: u32,
    lines: Vec<Line>,
    due: Due,
    expiry: Option<(Key, i64)>,
    sweep: u64,
}

/// The numbers of a message and of a subscription; 0: not known, by an older record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Numbers {
    /// Number of the message.
    pub message: u64,
    /// Number of the subscription.
    pub subscription: u64,
}

/// A published message.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Message {
    /// Message key.
    pub key: Key,
    /// Message name.
    pub name: Arc<str>,
    /// Correlation key; empty: no key.
    pub correlation_key: Arc<str>,
    /// The sender's id, unique while the message lives.
    pub id: Option<Arc<str>>,
    /// Variables it brings.
    pub variables: Variables,
    /// When it expires, Unix milliseconds.
    pub deadline_ms: i64,
    /// Offers on their way: (subscription, process id).
    pub offers: Vec<(Key, Arc<str>)>,
    /// Process ids it has reached: at most once each.
    pub reached: Vec<Arc<str>>,
    /// When it counts as one to sweep, Unix milliseconds: not before it expires. 0: then.
    pub sweep_ms: i64,
}

/// A subscription that waits for a message.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Waiting {
    /// Subscription key.
    pub key: Key,
    /// Instance that waits.
    pub instance: Key,
    /// Element instance that waits.
    pub slot: Slot,
    /// Process id of the instance.
    pub process_id: Arc<str>,
    /// Message name.
    pub name: Arc<str>,
    /// Correlation key.
    pub correlation_key: Arc<str>,
    /// Whether one message closes it.
    pub once: bool,
    /// The message on its way to it.
    pub offered: Option<Key>,
}

/// A domain event of a mailbox.
#[expect(missing_docs, reason = "fields carry the words of GLOSSARY.md")]
#[derive(Debug, Clone, PartialEq)]
pub enum MailboxEvent {
    /// A message arrived.
    MessagePublished { tenant: u32, message: Box<Message> },
    /// It is on its way to a subscription.
    MessageOffered { message: Key, subscription: Key, at: Numbers },
    /// The instance took it.
    MessageAccepted { message: Key, subscription: Key, at: Numbers },
    /// The instance no longer wants it.
    MessageRefused { message: Key, subscription: Key, at: Numbers },
    /// It reached a process by its message start.
    MessageStarted { message: Key, process_id: Arc<str>, number: u64 },
    /// Its time to live is over, or nobody can get it any more.
    MessageExpired { message: Key, number: u64 },
    /// A subscription waits.
    SubscriptionAdded { tenant: u32, waiting: Box<Waiting> },
    /// A subscription is gone.
    SubscriptionRemoved { subscription: Key, number: u64 },
    /// The expiry timer moved: (key, due), or none.
    ExpirySet { timer: Option<(Key, i64)> },
    /// A process has nothing to look for among the messages below a number; if it is to go on,
    /// later.
    MessagesSought {
        process_id: Arc<str>,
        name: Arc<str>,
        correlation_key: Arc<str>,
        below: u64,
        goes_on: bool,
    },
    /// Messages were swept up to a number; 0: as far as is needed.
    MessagesSwept { next: u64 },
}

impl Mailbox {
    /// An empty mailbox of this shape.
    #[must_use]
    pub fn shaped(tenant: u32, shape: Shape) -> Mailbox {
        let mut mailbox = Mailbox { tenant, ..Mailbox::default() };
        mailbox.messages.shape = shape;
        mailbox.subscriptions.shape = shape;
        mailbox
    }

    /// How many items lie where.
    #[must_use]
    pub fn shape(&self) -> Shape {
        self.messages.shape
    }

    /// Whether nothing is left to remember.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty() && self.subscriptions.is_empty()
    }

    /// Whether all of it lies in the root row.
    #[must_use]
    pub fn is_one_row(&self) -> bool {
        !self.messages.head.spilled && !self.subscriptions.head.spilled
    }

    /// Rough bytes in memory.
    #[must_use]
    pub fn weight(&self) -> usize {
        size_of::<Mailbox>()
            + self.messages.weight()
            + self.subscriptions.weight()
            + self.lines.len() * 192
    }

    /// Drops pages that are as they are stored, except those to be kept.
    pub fn drop_pages(&mut self, keep: impl Fn(u32) -> bool) {
        self.messages.drop_pages(&keep);
        self.subscriptions.drop_pages(&keep);
    }

    /// What changed is written.
    pub fn written(&mut self) {
        self.messages.dirty.clear();
        self.subscriptions.dirty.clear();
    }

    /// Whether it goes on by itself: by an effect that is on its way to it.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        self.sweep != 0 || self.lines.iter().any(|line| line.seeks)
    }

    /// When messages are to be swept, if nothing happens before.
    #[must_use]
    pub fn wake_ms(&self) -> Option<i64> {
        self.due.wake_ms()
    }

    /// The next free subscription of each process for a new message, oldest first, by number.
    pub fn takers(
        &self,
        name: &str,
        correlation_key: &str,
    ) -> Result<Vec<(u64, &Waiting)>, Absent> {
        let mut found = Vec::new();
        for line in self.lines.iter().filter(|line| !line.seeks) {
            if *line.name == *name && *line.correlation_key == *correlation_key {
                found.extend(self.oldest_free(line)?);
            }
        }
        found.sort_unstable_by_key(|(number, _)| *number);
        Ok(found)
    }

    /// From now on a step can be taken back. What lies in one row needs no page: its steps never
    /// are.
    pub(crate) fn begin(&mut self) {
        if self.is_one_row() {
            return;
        }
        self.undo = Some(Box::new(Undo {
            tenant: self.tenant,
            lines: self.lines.clone(),
            due: self.due.clone(),
            expiry: self.expiry,
            sweep: self.sweep,
        }));
        self.messages.begin();
        self.subscriptions.begin();
    }

    /// What the step did stays, or is taken back.
    pub(crate) fn end(&mut self, stays: bool) {
        let Some(undo) = self.undo.take() else { return };
        self.messages.end(stays);
        self.subscriptions.end(stays);
        if !stays {
            let Undo { tenant, lines, due, expiry, sweep } = *undo;
            (self.tenant, self.lines, self.due) = (tenant, lines, due);
            (self.expiry, self.sweep) = (expiry, sweep);
        }
    }
}

impl Message {
    /// When it counts as one to sweep, Unix milliseconds.
    #[must_use]
    pub fn sweep_at_ms(&self) -> i64 {
        if self.sweep_ms == 0 { self.deadline_ms } else { self.sweep_ms }
    }
}

impl Item for Message {
    const PART: u32 = 0;

    fn key(&self) -> Key {
        self.key
    }

    fn hash(&self) -> Option<u32> {
        self.id.as_ref().map(|id| hash(id.bytes()))
    }

    fn weight(&self) -> usize {
        let variables = self.variables.iter().map(|(name, value)| name.len() + value.len() + 64);
        256 + variables.sum::<usize>()
    }
}

impl Item for Waiting {
    const PART: u32 = 1;

    fn key(&self) -> Key {
        self.key
    }

    fn hash(&self) -> Option<u32> {
        Some(hash(self.key.0.to_le_bytes().into_iter()))
    }

    fn weight(&self) -> usize {
        256
    }
}

impl Shelf<Message> {
    /// Numbers of the messages that may have an id.
    pub(crate) fn find_id(&self, id: &str) -> Result<Vec<u64>, Absent> {
        self.find(hash(id.bytes()))
    }
}

impl Shelf<Waiting> {
    /// Numbers of the subscriptions that may have a key.
    pub(crate) fn find_key(&self, key: Key) -> Result<Vec<u64>, Absent> {
        self.find(hash(key.0.to_le_bytes().into_iter()))
    }
}

/// FNV-1a, 64 bit, mixed and cut to 32: on disk, so it is set in stone.
pub(super) fn hash(bytes: impl Iterator<Item = u8>) -> u32 {
    let feed = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    let mut mixed = bytes.fold(0xcbf2_9ce4_8422_2325, feed);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed >> 32) as u32
}
