//! Send: a message goes to a worker, or to the mailbox where others wait for it.
//!
//! Not here: reading what is to be sent (`part::send`), and finding who gets it (`step::mailbox`).

use super::Ctx;
use crate::command::{Command, MailboxCommand};
use crate::element::Entered;
use crate::event::{IncidentKind, InstanceEvent, Slot, Variables};
use crate::limits::{COMMAND_VARIABLES_BYTES_MAX, MESSAGE_TTL_MS_MAX, NAME_CHARACTERS_MAX};
use crate::part::send::{Publication, SendSpec};
use crate::part::text::Text;
use crate::part::{Failure, duration};
use std::sync::Arc;

impl Ctx<'_> {
    /// Sends a message. Published, it brings what the input mappings of its element made.
    pub(crate) fn send(&mut self, slot: Slot, spec: &SendSpec) -> Result<Entered, Failure> {
        match spec {
            SendSpec::Job(job) => self.create_job(slot, job),
            SendSpec::Publish(publication) => self.publish(slot, publication),
        }
    }

    fn publish(&mut self, slot: Slot, it: &Publication) -> Result<Entered, Failure> {
        let name = self.name(slot, &it.name, "the message name")?;
        let correlation_key = match &it.correlation_key {
            Some(key) => self.name(slot, key, "the correlation key")?,
            None => "".into(),
        };
        let ttl_ms = match &it.time_to_live {
            Some(text) => self.time_to_live(slot, text)?,
            None => 0,
        };
        let id = match &it.id {
            Some(id) => self.optional_text(slot, id, "the message id")?,
            None => None,
        };
        let variables = self.local_variables(slot)?;
        let mailbox = self.mailbox(&name, &correlation_key);
        self.emit(InstanceEvent::MessageSent {
            slot,
            name: name.clone(),
            correlation_key: correlation_key.clone(),
        });
        let command = MailboxCommand::PublishMessage {
            tenant: self.state.tenant,
            name,
            correlation_key,
            id,
            ttl_ms,
            variables,
            must_correlate: false,
        };
        self.ask(mailbox, Command::Mailbox(command));
        Ok(Entered::Passes)
    }

    /// What the input mappings of an element made, which is what it throws brings.
    pub(crate) fn local_variables(&self, slot: Slot) -> Result<Variables, Failure> {
        let held = self.at(slot).variables.iter();
        let variables: Variables = held.map(|(n, value)| (n.clone(), value.clone())).collect();
        refuse_large(&variables)?;
        Ok(variables)
    }

    pub(super) fn name(&self, slot: Slot, text: &Text, what: &str) -> Result<Arc<str>, Failure> {
        let name = self.text(slot, text, what)?;
        if name.chars().count() > NAME_CHARACTERS_MAX {
            let message = format!("Expected {what} of at most {NAME_CHARACTERS_MAX} characters.");
            return Err(Failure::new(IncidentKind::ExtractValue, message));
        }
        Ok(name)
    }

    fn time_to_live(&self, slot: Slot, text: &Text) -> Result<i64, Failure> {
        let Some(found) = self.moment_text(slot, text, "the time to live")? else { return Ok(0) };
        let ttl_ms = duration::parse_ms(&found).ok();
        ttl_ms.filter(|ttl_ms| (0..=MESSAGE_TTL_MS_MAX).contains(ttl_ms)).ok_or_else(|| {
            Failure::new(
                IncidentKind::ExtractValue,
                format!(
                    "Expected a time to live from `PT0S` to {MESSAGE_TTL_MS_MAX} ms, such as \
                     `PT1H`, but found `{found}`."
                ),
            )
        })
    }
}

fn refuse_large(variables: &Variables) -> Result<(), Failure> {
    let bytes: usize = variables.iter().map(|(name, value)| name.len() + value.len()).sum();
    if bytes > COMMAND_VARIABLES_BYTES_MAX {
        let message = format!(
            "Expected a message of at most {COMMAND_VARIABLES_BYTES_MAX} bytes, but its input \
             mappings make {bytes}."
        );
        return Err(Failure::new(IncidentKind::MessageSize, message));
    }
    Ok(())
}
