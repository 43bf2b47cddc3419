//! Publishing: a message is offered to who waits, starts processes, and waits itself.
//!
//! Not here: what happens when an offer is answered.

use super::{Ctx, Halt};
use crate::command::{MailboxCommand, Rejection};
use crate::key::Key;
use crate::limits::MESSAGE_TTL_MS_MAX;
use crate::state::mailbox::{MailboxEvent, Message, Waiting};
use std::sync::Arc;

impl Ctx<'_> {
    pub(super) fn publish(&mut self, command: &MailboxCommand) -> Result<(), Halt> {
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
        let deadline_ms = self.inputs.now_ms.saturating_add(*ttl_ms);
        let message = Message {
            key: self.inputs.keys.next_key(),
            name: name.clone(),
            correlation_key: correlation_key.clone(),
            id: id.clone().filter(|_| *ttl_ms > 0),
            variables: variables.clone(),
            deadline_ms,
            sweep_ms: self.sweep_ms(deadline_ms, *ttl_ms),
            ..Message::default()
        };
        let key = message.key;
        let takers = self.state.takers(name, correlation_key)?;
        let owned = |(number, waiting): (u64, &Waiting)| (number, waiting.clone());
        let takers: Vec<(u64, Waiting)> = takers.into_iter().map(owned).collect();
        let nobody = takers.is_empty() && self.starts(*tenant, &message).is_empty();
        if *must_correlate && nobody {
            return Err(Rejection::not_found(format!(
                "Expected something to wait for message `{name}` with correlation key \
                 `{correlation_key}`, but found nothing."
            ))
            .into());
        }
        let number = self.state.messages.next();
        let published =
            MailboxEvent::MessagePublished { tenant: *tenant, message: Box::new(message) };
        self.emit(published)?;
        for (taker, waiting) in &takers {
            self.offer((number, key), (*taker, waiting))?;
        }
        // Who waits comes first: a message reaches each process once.
        if let Some(held) = self.state.messages.get(number, key)?.cloned() {
            for process_id in self.starts(*tenant, &held) {
                self.start(*tenant, (number, &held), process_id)?;
            }
        }
        self.drop_if_over(number, key)
    }

    /// The moment to sweep a message. Where few are buffered it is when it expires.
    fn sweep_ms(&self, deadline_ms: i64, ttl_ms: i64) -> i64 {
        if ttl_ms == 0 || !self.state.messages.is_spilled() {
            return 0;
        }
        self.state.due.round(deadline_ms, ttl_ms)
    }

    fn refuse_publication(
        &self,
        name: &str,
        correlation_key: &str,
        id: Option<&Arc<str>>,
        ttl_ms: i64,
    ) -> Result<(), Halt> {
        if !(0..=MESSAGE_TTL_MS_MAX).contains(&ttl_ms) {
            return Err(Rejection::invalid_argument(format!(
                "Expected a time to live from 0 to {MESSAGE_TTL_MS_MAX} ms, but found {ttl_ms}."
            ))
            .into());
        }
        let messages_max = self.state.shape().messages_max();
        if self.state.messages.len() >= messages_max {
            return Err(Rejection::invalid_state(format!(
                "Expected fewer than {messages_max} buffered messages named `{name}` \
                 with correlation key `{correlation_key}`, but found that many. Let them be \
                 received or expire."
            ))
            .into());
        }
        let Some(id) = id else { return Ok(()) };
        let twin = |held: &Message| {
            *held.name == *name
                && *held.correlation_key == *correlation_key
                && held.deadline_ms > self.inputs.now_ms
                && held.id.as_ref() == Some(id)
        };
        for number in self.state.messages.find_id(id)? {
            if self.state.messages.at(number)?.is_some_and(twin) {
                return Err(Rejection::already_exists(format!(
                    "Expected message id `{id}` to be new for message `{name}` and correlation \
                     key `{correlation_key}`, but a message with it is still buffered."
                ))
                .into());
            }
        }
        Ok(())
    }

    /// Processes a message starts: those it has not reached and is not on its way to, in
    /// versions that were there before it.
    pub(super) fn starts(&self, tenant: u32, message: &Message) -> Vec<Arc<str>> {
        let starts = self.definitions.message_starts(tenant, &message.name);
        let older = starts.filter(|(definition, _)| definition.key < message.key);
        let ids = older.map(|(definition, _)| definition.graph.process_id.clone());
        ids.filter(|process_id| !message.reaches(process_id)).collect()
    }

    pub(super) fn drop_if_over(&mut self, number: u64, message: Key) -> Result<(), Halt> {
        let now_ms = self.inputs.now_ms;
        let held = self.state.messages.get(number, message)?;
        if held.is_some_and(|held| held.deadline_ms <= now_ms && held.offers.is_empty()) {
            return self.emit(MailboxEvent::MessageExpired { message, number });
        }
        Ok(())
    }
}
