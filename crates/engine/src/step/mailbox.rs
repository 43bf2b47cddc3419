//! Steps of a mailbox: publish, subscribe, offer, accept, refuse, expire.
//!
//! A message reaches each process id at most once; an offer that is refused goes to the next.

use super::Outcome;
use crate::command::{Command, Effect, EntryCommand, InstanceCommand, MailboxCommand, Rejection};
use crate::definitions::Definitions;
use crate::key::Key;
use crate::life::Inputs;
use crate::limits::{MAILBOX_MESSAGES_MAX, MESSAGE_TTL_MS_MAX};
use crate::state::mailbox::{Mailbox, MailboxEvent, Message, Waiting};
use crate::state::{Kind, named_key};
use std::sync::Arc;

struct Ctx<'a> {
    definitions: &'a Definitions,
    key: Key,
    state: &'a mut Mailbox,
    inputs: &'a mut Inputs,
    out: Outcome<MailboxEvent>,
}

/// One step of a mailbox. On `Err` nothing changed.
pub fn step(
    definitions: &Definitions,
    key: Key,
    state: &mut Mailbox,
    command: &MailboxCommand,
    inputs: &mut Inputs,
) -> Result<Outcome<MailboxEvent>, Rejection> {
    let mut ctx = Ctx { definitions, key, state, inputs, out: Outcome::default() };
    ctx.decide(command)?;
    ctx.set_expiry();
    Ok(ctx.out)
}

impl Ctx<'_> {
    fn emit(&mut self, event: MailboxEvent) {
        self.state.apply(&event);
        self.out.events.push(event);
    }

    fn decide(&mut self, command: &MailboxCommand) -> Result<(), Rejection> {
        use MailboxCommand as C;
        match command {
            C::PublishMessage { .. } => return self.publish(command),
            C::Subscribe { tenant, waiting } => self.subscribe(*tenant, waiting),
            C::Unsubscribe { subscription } => {
                if self.state.subscriptions.iter().any(|held| held.key == *subscription) {
                    self.emit(MailboxEvent::SubscriptionRemoved { subscription: *subscription });
                }
            }
            C::AcceptMessage { subscription, message } => self.accept(*subscription, *message),
            C::RefuseMessage { subscription, message } => self.refuse(*subscription, *message),
            C::ExpireMessages => self.expire(),
        }
        Ok(())
    }

    fn publish(&mut self, command: &MailboxCommand) -> Result<(), Rejection> {
        let MailboxCommand::PublishMessage {
            tenant,
            name,
            correlation_key,
            id,
            ttl_ms,
            variables,
            must_correlate,
        } = command
        else {
            unreachable!("only publishing comes here")
        };
        self.refuse_publication(name, correlation_key, id.as_ref(), *ttl_ms)?;
        let message = Message {
            key: self.inputs.keys.next_key(),
            name: name.clone(),
            correlation_key: correlation_key.clone(),
            id: id.clone().filter(|_| *ttl_ms > 0),
            variables: variables.clone(),
            deadline_ms: self.inputs.now_ms.saturating_add(*ttl_ms),
            ..Message::default()
        };
        let key = message.key;
        let takers = self.takers(&message);
        let nobody = takers.is_empty() && self.starts(*tenant, &message).is_empty();
        if *must_correlate && nobody {
            return Err(Rejection::not_found(format!(
                "Expected something to wait for message `{name}` with correlation key \
                 `{correlation_key}`, but found nothing."
            )));
        }
        let published =
            MailboxEvent::MessagePublished { tenant: *tenant, message: Box::new(message) };
        self.emit(published);
        for subscription in takers {
            self.offer(key, subscription);
        }
        // Who waits comes first: a message reaches each process once.
        if let Some(held) = self.held(key) {
            for process_id in self.starts(*tenant, &held) {
                self.start(*tenant, &held, process_id);
            }
        }
        self.drop_if_over(key);
        Ok(())
    }

    fn refuse_publication(
        &self,
        name: &str,
        correlation_key: &str,
        id: Option<&Arc<str>>,
        ttl_ms: i64,
    ) -> Result<(), Rejection> {
        if !(0..=MESSAGE_TTL_MS_MAX).contains(&ttl_ms) {
            return Err(Rejection::invalid_argument(format!(
                "Expected a time to live from 0 to {MESSAGE_TTL_MS_MAX} ms, but found {ttl_ms}."
            )));
        }
        if self.state.messages.len() >= MAILBOX_MESSAGES_MAX {
            return Err(Rejection::invalid_state(format!(
                "Expected fewer than {MAILBOX_MESSAGES_MAX} buffered messages named `{name}` \
                 with correlation key `{correlation_key}`, but found that many. Let them be \
                 received or expire."
            )));
        }
        let twin = |held: &Message| {
            *held.name == *name
                && *held.correlation_key == *correlation_key
                && held.deadline_ms > self.inputs.now_ms
                && held.id.as_ref() == id
        };
        match id {
            Some(id) if self.state.messages.iter().any(twin) => {
                Err(Rejection::already_exists(format!(
                    "Expected message id `{id}` to be new for message `{name}` and correlation \
                     key `{correlation_key}`, but a message with it is still buffered."
                )))
            }
            _ => Ok(()),
        }
    }

    /// Free subscriptions of a message: the oldest of each process id.
    fn takers(&self, message: &Message) -> Vec<Key> {
        let mut taken: Vec<&str> = Vec::new();
        let mut keys = Vec::new();
        for waiting in &self.state.subscriptions {
            if fits(waiting, message) && !taken.contains(&&*waiting.process_id) {
                taken.push(&waiting.process_id);
                keys.push(waiting.key);
            }
        }
        keys
    }

    /// Processes a message starts: those it has not reached and is not on its way to, in
    /// versions that were there before it.
    fn starts(&self, tenant: u32, message: &Message) -> Vec<Arc<str>> {
        let starts = self.definitions.message_starts(tenant, &message.name);
        let older = starts.filter(|(definition, _)| definition.key < message.key);
        let ids = older.map(|(definition, _)| definition.graph.process_id.clone());
        ids.filter(|process_id| !reaches(message, process_id)).collect()
    }

    fn offer(&mut self, message: Key, subscription: Key) {
        self.emit(MailboxEvent::MessageOffered { message, subscription });
        let waiting = self.state.subscriptions.iter().find(|held| held.key == subscription);
        let waiting = waiting.expect("an offered subscription waits");
        let held = self.state.messages.iter().find(|held| held.key == message);
        let command = InstanceCommand::OfferMessage {
            slot: waiting.slot,
            subscription,
            message,
            mailbox: self.key,
            variables: held.expect("an offered message is held").variables.clone(),
        };
        let target = waiting.instance;
        self.out.effects.push(Effect { target, command: Command::Instance(command) });
    }

    fn start(&mut self, tenant: u32, message: &Message, process_id: Arc<str>) {
        self.emit(MailboxEvent::MessageStarted {
            message: message.key,
            process_id: process_id.clone(),
        });
        let key = &message.correlation_key;
        let target = named_key(Kind::Entry, tenant, &[&process_id, key]);
        let command = EntryCommand::StartByMessage {
            tenant,
            process_id,
            correlation_key: key.clone(),
            message: message.key,
            name: message.name.clone(),
            deadline_ms: message.deadline_ms,
            variables: message.variables.clone(),
        };
        self.out.effects.push(Effect { target, command: Command::Entry(command) });
    }

    fn subscribe(&mut self, tenant: u32, waiting: &Waiting) {
        let subscription = waiting.key;
        let waiting = Box::new(waiting.clone());
        self.emit(MailboxEvent::SubscriptionAdded { tenant, waiting });
        self.offer_oldest(subscription);
    }

    /// Offers a free subscription the oldest message that has not reached its process.
    fn offer_oldest(&mut self, subscription: Key) {
        let found = self.state.subscriptions.iter().find(|held| held.key == subscription);
        let Some(waiting) = found else { return };
        let now_ms = self.inputs.now_ms;
        let fresh = |held: &&Message| held.deadline_ms > now_ms && fits(waiting, held);
        if let Some(message) = self.state.messages.iter().find(fresh).map(|held| held.key) {
            self.offer(message, subscription);
        }
    }

    fn accept(&mut self, subscription: Key, message: Key) {
        self.emit(MailboxEvent::MessageAccepted { message, subscription });
        self.drop_if_over(message);
        self.offer_oldest(subscription);
    }

    /// The message goes to the next subscription of the same process, starts it, or stays.
    fn refuse(&mut self, subscription: Key, message: Key) {
        let Some(held) = self.held(message) else { return };
        let offer = held.offers.iter().find(|(to, _)| *to == subscription).cloned();
        let Some((_, process_id)) = offer else { return };
        self.emit(MailboxEvent::MessageRefused { message, subscription });
        let Some(held) = self.held(message) else { return };
        let same = |waiting: &&Waiting| waiting.process_id == process_id && fits(waiting, &held);
        let next = self.state.subscriptions.iter().find(same).map(|waiting| waiting.key);
        let tenant = self.state.tenant;
        if let Some(next) = next {
            self.offer(message, next);
        } else if self.starts(tenant, &held).contains(&process_id) {
            self.start(tenant, &held, process_id);
        }
        self.drop_if_over(message);
    }

    fn held(&self, message: Key) -> Option<Message> {
        self.state.messages.iter().find(|held| held.key == message).cloned()
    }

    fn expire(&mut self) {
        let now_ms = self.inputs.now_ms;
        let over = |held: &&Message| held.deadline_ms <= now_ms && held.offers.is_empty();
        let gone: Vec<Key> = self.state.messages.iter().filter(over).map(|m| m.key).collect();
        for message in gone {
            self.emit(MailboxEvent::MessageExpired { message });
        }
    }

    fn drop_if_over(&mut self, message: Key) {
        let now_ms = self.inputs.now_ms;
        let held = self.state.messages.iter().find(|held| held.key == message);
        if held.is_some_and(|held| held.deadline_ms <= now_ms && held.offers.is_empty()) {
            self.emit(MailboxEvent::MessageExpired { message });
        }
    }

    /// One timer wakes the mailbox for the next message that expires.
    fn set_expiry(&mut self) {
        // What is on its way is looked at again when the answer comes.
        let waiting = self.state.messages.iter().filter(|held| held.offers.is_empty());
        let next = waiting.map(|held| held.deadline_ms).min();
        let timer = match (next, self.state.expiry) {
            (None, None) => return,
            (None, Some(_)) => None,
            // A timer that is early enough stays: waking for nothing is cheaper than a write.
            (Some(due), Some((_, held))) if held <= due && held > self.inputs.now_ms => return,
            (Some(due), _) => Some((self.inputs.keys.next_key(), due)),
        };
        self.emit(MailboxEvent::ExpirySet { timer });
    }
}

/// Whether a free subscription and a message belong together.
fn fits(waiting: &Waiting, message: &Message) -> bool {
    waiting.offered.is_none()
        && waiting.name == message.name
        && waiting.correlation_key == message.correlation_key
        && !reaches(message, &waiting.process_id)
}

/// Whether a message has reached a process, or is on its way to it.
fn reaches(message: &Message, process_id: &Arc<str>) -> bool {
    message.reached.contains(process_id) || message.offers.iter().any(|(_, to)| to == process_id)
}
