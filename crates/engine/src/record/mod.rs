//! What is written to disk: events, state and effects as numbered fields.
//!
//! Not domain types, and not the wire: only this module knows the bytes (docs/adr/0003).

pub mod codec;
pub mod v1;
mod v1_state;

use crate::command::Command;
use crate::event::InstanceEvent;
use crate::key::Key;
use crate::state::entry::EntryEvent;
use crate::state::head::HeadEvent;
use crate::state::mailbox::MailboxEvent;
use codec::{Bad, Reader, Wire, Writer};
use std::sync::Arc;

/// Format number in front of every body.
const FORMAT: u8 = 1;

/// Who caused a change and how: the audit record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cause {
    /// Who acted.
    pub actor: Arc<str>,
    /// For whom, if for someone else.
    pub acting_for: Option<Arc<str>>,
    /// The command's number (`v1::command_number`).
    pub command: u32,
    /// The aggregate whose effect this was; none for a request from outside.
    pub source: Option<Key>,
    /// The client's idempotency key.
    pub request: Option<Arc<str>>,
}

/// The events one command caused in one aggregate.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Section {
    /// Who and how.
    pub cause: Cause,
    /// What happened.
    pub events: Events,
}

/// Events of one kind of aggregate.
#[derive(Debug, Clone, PartialEq)]
pub enum Events {
    /// Of a process instance.
    Instance(Vec<InstanceEvent>),
    /// Of a mailbox.
    Mailbox(Vec<MailboxEvent>),
    /// Of an entry.
    Entry(Vec<EntryEvent>),
    /// Of a definition head.
    Head(Vec<HeadEvent>),
}

impl Default for Events {
    fn default() -> Self {
        Events::Instance(Vec::new())
    }
}

impl Events {
    /// Whether nothing happened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Events::Instance(events) => events.is_empty(),
            Events::Mailbox(events) => events.is_empty(),
            Events::Entry(events) => events.is_empty(),
            Events::Head(events) => events.is_empty(),
        }
    }
}

/// Encodes the history row of one aggregate in one commit.
#[must_use]
pub fn encode_sections(aggregate: Key, sections: &[Section]) -> Vec<u8> {
    let mut writer = Writer::new(aggregate, FORMAT);
    for section in sections {
        section.put(&mut writer);
    }
    writer.finish()
}

/// Decodes a history row.
pub fn decode_sections(aggregate: Key, body: &[u8]) -> Result<Vec<Section>, Bad> {
    let mut reader = Reader::new(aggregate, FORMAT, body)?;
    let mut sections = Vec::new();
    while !reader.is_empty() {
        sections.push(Section::take(&mut reader)?);
    }
    Ok(sections)
}

/// Encodes a state or an effect.
#[must_use]
pub fn encode<T: Wire>(aggregate: Key, value: &T) -> Vec<u8> {
    let mut writer = Writer::new(aggregate, FORMAT);
    value.put(&mut writer);
    writer.finish()
}

/// Decodes a state or an effect.
pub fn decode<T: Wire>(aggregate: Key, body: &[u8]) -> Result<T, Bad> {
    let mut reader = Reader::new(aggregate, FORMAT, body)?;
    T::take(&mut reader)
}

/// Encodes an effect that is left for a later batch, with who caused it.
#[must_use]
pub fn encode_effect(target: Key, cause: &Cause, command: &Command) -> Vec<u8> {
    encode(target, &(cause.clone(), command.clone()))
}

/// Decodes an effect.
pub fn decode_effect(target: Key, body: &[u8]) -> Result<(Cause, Command), Bad> {
    decode(target, body)
}
