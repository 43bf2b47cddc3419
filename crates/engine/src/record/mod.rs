//! What is written to disk: events, state and effects as numbered fields.
//!
//! Not domain types, and not the wire: only this module knows the bytes (docs/adr/0003).

pub mod codec;
pub mod v1;
mod v1_state;

use crate::command::Command;
use crate::event::Slot;
use crate::event::{InstanceEvent, Place};
use crate::key::Key;
use crate::limits::PAGE_ELEMENTS;
use crate::state::entry::EntryEvent;
use crate::state::head::HeadEvent;
use crate::state::instance::{ElementInstance, Instance};
use crate::state::mailbox::MailboxEvent;
use codec::{Bad, Reader, Wire, Writer};
use std::collections::BTreeMap;
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
    /// For an instance: the definition it runs.
    pub definition: Option<Key>,
    /// For an instance: slots named by the events that lived before.
    pub places: Vec<Place>,
    /// For an instance: open incidents afterwards, when the events changed them.
    pub open_incidents: Option<u32>,
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

/// A root body and dirty pages by number; a page without a body is deleted.
pub type EncodedAggregate = (Vec<u8>, Vec<(u32, Option<Vec<u8>>)>);

/// Encodes an instance: the root row with page 0 inside, and its other dirty pages. A page
/// without live element instances is deleted.
#[must_use]
pub fn encode_instance(instance: &Instance) -> EncodedAggregate {
    let root = encode(instance.key, instance);
    let beyond = instance.dirty.iter().filter(|page| **page > 0);
    let pages = beyond.map(|page| {
        let slots = page * PAGE_ELEMENTS..(page + 1) * PAGE_ELEMENTS;
        let live: Vec<_> = instance.elements.range(slots).collect();
        let mut writer = Writer::new(instance.key, FORMAT);
        writer.varint(live.len() as u64);
        for (slot, element) in &live {
            slot.put(&mut writer);
            element.put(&mut writer);
        }
        (*page, (!live.is_empty()).then(|| writer.finish()))
    });
    (root, pages.collect())
}

/// Decodes an instance from its root row and all its pages.
pub fn decode_instance(key: Key, root: &[u8], pages: &[(u32, Vec<u8>)]) -> Result<Instance, Bad> {
    let mut instance: Instance = decode(key, root)?;
    for (_, page) in pages {
        let elements: BTreeMap<Slot, ElementInstance> = decode(key, page)?;
        instance.elements.extend(elements);
    }
    Ok(instance)
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
