//! What is written to disk: events, state and effects as numbered fields.
//!
//! Not domain types, and not the wire: only this module knows the bytes (docs/adr/0003).

pub mod codec;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod sample;
pub mod upgrade;
pub mod v1;
mod v1_batch;
mod v1_bpmn_signal;
mod v1_change;
mod v1_job;
mod v1_mailbox;
pub mod v1_name;
mod v1_state;
mod v1_suspension;
mod v1_work;

pub use v1_bpmn_signal::{bring_bpmn_signal_pages, decode_bpmn_signal, encode_bpmn_signal};
pub use v1_mailbox::{bring_mailbox_pages, decode_mailbox, encode_mailbox};

use crate::command::Command;
use crate::event::{InstanceEvent, Place};
use crate::key::Key;
use crate::state::batch_operation::BatchOperationEvent;
use crate::state::bpmn_signal::BpmnSignalEvent;
use crate::state::elements::Page;
use crate::state::entry::EntryEvent;
use crate::state::evaluation::EvaluationEvent;
use crate::state::head::HeadEvent;
use crate::state::instance::Instance;
use crate::state::mailbox::MailboxEvent;
use crate::state::resource::ResourceEvent;
use crate::state::suspensions::SuspensionEvent;
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
    /// Of a resource head.
    Resource(Vec<ResourceEvent>),
    /// Of an evaluation.
    Evaluation(Vec<EvaluationEvent>),
    /// Of a BPMN signal.
    BpmnSignal(Vec<BpmnSignalEvent>),
    /// Of a batch operation.
    BatchOperation(Vec<BatchOperationEvent>),
    /// Of the suspensions of a tenant.
    Suspension(Vec<SuspensionEvent>),
    /// Of signals, alerts and cases.
    Work(Vec<work::Event>),
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
        self.len() == 0
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Events::Instance(events) => events.len(),
            Events::Mailbox(events) => events.len(),
            Events::Entry(events) => events.len(),
            Events::Head(events) => events.len(),
            Events::Resource(events) => events.len(),
            Events::Evaluation(events) => events.len(),
            Events::BpmnSignal(events) => events.len(),
            Events::BatchOperation(events) => events.len(),
            Events::Suspension(events) => events.len(),
            Events::Work(events) => events.len(),
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

/// Encodes an instance: the root row with page 0 inside, and its other dirty pages. A page with
/// nothing in it is deleted.
#[must_use]
pub fn encode_instance(instance: &Instance) -> EncodedAggregate {
    let root = encode(instance.key, instance);
    let beyond = instance.dirty.iter().filter(|number| **number > 0);
    let pages = beyond.map(|number| {
        let page = instance.elements.page(*number);
        (*number, page.map(|page| encode_page(instance.key, page)))
    });
    (root, pages.collect())
}

fn encode_page(instance: Key, page: &Page) -> Vec<u8> {
    let mut writer = Writer::new(instance, FORMAT);
    page.elements.put(&mut writer);
    if !page.kept.is_empty() || !page.done.is_empty() {
        page.kept.put(&mut writer);
    }
    if !page.done.is_empty() {
        page.done.put(&mut writer);
    }
    writer.finish()
}

/// Decodes a page of an instance.
pub fn decode_page(instance: Key, number: u32, body: &[u8]) -> Result<Page, Bad> {
    let mut reader = Reader::new(instance, FORMAT, body)?;
    let elements = Wire::take(&mut reader)?;
    let kept = if reader.is_empty() { Vec::new() } else { Wire::take(&mut reader)? };
    let done = if reader.is_empty() { Vec::new() } else { Wire::take(&mut reader)? };
    Ok(Page { number, elements, kept, done })
}

/// Decodes an instance from its root row and some of its pages; the others are absent.
pub fn decode_instance(key: Key, root: &[u8], pages: &[(u32, Vec<u8>)]) -> Result<Instance, Bad> {
    let mut instance: Instance = decode(key, root)?;
    for (number, body) in pages {
        if !instance.elements.is_absent(*number) {
            let found = format!("page {number} of `{key}`, which its root does not know");
            return Err(Bad { expected: FORMAT, found });
        }
        instance.bring(decode_page(key, *number, body)?);
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
