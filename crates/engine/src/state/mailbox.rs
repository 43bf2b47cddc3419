//! A mailbox: messages and subscriptions that wait under one (tenant, name, correlation key).
//!
//! Not here: which instance accepts a message; that is the instance's own decision.

use crate::event::{Slot, Variables};
use crate::key::Key;
use std::sync::Arc;

/// A mailbox. Names are kept per entry because two names may share the aggregate's hash.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Mailbox {
    /// Tenant number.
    pub tenant: u32,
    /// Buffered messages, oldest first.
    pub messages: Vec<Message>,
    /// Waiting subscriptions, oldest first.
    pub subscriptions: Vec<Waiting>,
    /// The timer that wakes the mailbox when the next message expires: (key, due).
    pub expiry: Option<(Key, i64)>,
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
    MessageOffered { message: Key, subscription: Key },
    /// The instance took it.
    MessageAccepted { message: Key, subscription: Key },
    /// The instance no longer wants it.
    MessageRefused { message: Key, subscription: Key },
    /// It reached a process by its message start.
    MessageStarted { message: Key, process_id: Arc<str> },
    /// Its time to live is over, or nobody can get it any more.
    MessageExpired { message: Key },
    /// A subscription waits.
    SubscriptionAdded { tenant: u32, waiting: Box<Waiting> },
    /// A subscription is gone.
    SubscriptionRemoved { subscription: Key },
    /// The expiry timer moved: (key, due), or none.
    ExpirySet { timer: Option<(Key, i64)> },
}

impl Mailbox {
    /// Applies one event; the only writer of this state.
    pub fn apply(&mut self, event: &MailboxEvent) {
        use MailboxEvent as E;
        match event {
            E::MessagePublished { tenant, message } => {
                self.tenant = *tenant;
                self.messages.push((**message).clone());
            }
            E::MessageOffered { message, subscription } => {
                let waiting = self.waiting(*subscription).expect("an offer names a subscription");
                waiting.offered = Some(*message);
                let process_id = waiting.process_id.clone();
                let message = self.message(*message).expect("an offer names a message");
                message.offers.push((*subscription, process_id));
            }
            E::MessageAccepted { message, subscription } => {
                self.take_offer(*message, *subscription, true);
                self.subscriptions.retain(|held| held.key != *subscription || !held.once);
                if let Some(waiting) = self.waiting(*subscription)
                    && waiting.offered == Some(*message)
                {
                    waiting.offered = None;
                }
            }
            E::MessageRefused { message, subscription } => {
                self.take_offer(*message, *subscription, false);
                self.subscriptions.retain(|held| held.key != *subscription);
            }
            E::MessageStarted { message, process_id } => {
                let message = self.message(*message).expect("a start names a message");
                message.reached.push(process_id.clone());
            }
            E::MessageExpired { message } => self.messages.retain(|held| held.key != *message),
            E::SubscriptionAdded { tenant, waiting } => {
                self.tenant = *tenant;
                self.subscriptions.push((**waiting).clone());
            }
            E::SubscriptionRemoved { subscription } => {
                self.subscriptions.retain(|held| held.key != *subscription);
            }
            E::ExpirySet { timer } => self.expiry = *timer,
        }
    }

    /// Whether nothing is left to remember.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty() && self.subscriptions.is_empty()
    }

    fn message(&mut self, key: Key) -> Option<&mut Message> {
        self.messages.iter_mut().find(|message| message.key == key)
    }

    fn waiting(&mut self, key: Key) -> Option<&mut Waiting> {
        self.subscriptions.iter_mut().find(|waiting| waiting.key == key)
    }

    fn take_offer(&mut self, message: Key, subscription: Key, reached: bool) {
        let Some(message) = self.message(message) else { return };
        if let Some(at) = message.offers.iter().position(|(held, _)| *held == subscription) {
            let (_, process_id) = message.offers.remove(at);
            if reached {
                message.reached.push(process_id);
            }
        }
    }
}
