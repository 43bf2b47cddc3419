//! What is streamed: one item for what one command did to one process instance, case, signal, or
//! the alerts of one name.
//!
//! Not here: how single events look (`event_json`), and to whom items go (`hub`).

use super::super::event_json::{Scene, kind, write_event};
use super::super::history::{graph, write_cause};
use super::super::work_json::shape;
use super::event_id::EventId;
use super::filter::Kinds;
use crate::json_write::ObjectWriter;
use crate::limits::STREAM_GRAPHS_MAX;
use crate::tenant::DEFAULT_NAME;
use crate::time;
use bytes::Bytes;
use engine::graph::Graph;
use engine::key::Key;
use engine::record::{Events, Section, decode_sections};
use runtime::node::Node;
use runtime::stream::Place;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use store::batch::DefinitionRow;
use store::load::HistoryRow;

/// A definition and its graph, for the names of elements.
#[derive(Clone)]
pub(super) struct Model {
    row: Arc<DefinitionRow>,
    graph: Arc<Option<Graph>>,
}

/// Models by definition key, so that each is compiled once.
#[derive(Default)]
pub(super) struct Models(Mutex<BTreeMap<Key, Model>>);

impl Models {
    fn get(&self, node: &Node, key: Key) -> Option<Model> {
        let held = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(model) = held().get(&key) {
            return Some(model.clone());
        }
        let row = node.definition(key)?;
        let model = Model { graph: Arc::new(graph(&row)), row };
        let mut held = held();
        if held.len() >= STREAM_GRAPHS_MAX {
            held.clear();
        }
        held.insert(key, model.clone());
        Some(model)
    }
}

/// What one command did to one aggregate.
pub(super) struct Item<'a> {
    pub(super) row: &'a HistoryRow,
    pub(super) section: &'a Section,
    /// Its number within the row, and whether it is the last one.
    number: u32,
    is_last: bool,
    model: Option<Model>,
}

/// The sections of a row, if it is of a kind that is streamed; a row that was erased or cannot be
/// read has none.
pub(super) fn sections(row: &HistoryRow) -> Vec<Section> {
    use engine::state::Kind as K;
    let is_streamed = matches!(
        K::from_number(row.kind),
        Some(K::Instance | K::Case | K::Alert | K::ReceivedEvent)
    );
    if !is_streamed || row.body.is_empty() {
        return Vec::new();
    }
    let mut sections = match decode_sections(Key(row.aggregate), &row.body) {
        Ok(sections) => sections,
        Err(error) => {
            tracing::error!(%error, position = row.position, "a history row cannot be read");
            return Vec::new();
        }
    };
    sections.retain(|section| matches!(section.events, Events::Instance(_) | Events::Work(_)));
    sections
}

/// The items of a row.
pub(super) fn items<'a>(
    node: &Node,
    models: &Models,
    row: &'a HistoryRow,
    sections: &'a [Section],
) -> Vec<Item<'a>> {
    let last = sections.len().saturating_sub(1);
    let numbered = (0_u32..).zip(sections);
    let item = |(number, section): (u32, &'a Section)| {
        let model = section.definition.and_then(|key| models.get(node, key));
        Item { row, section, number, is_last: number as usize == last, model }
    };
    numbered.map(item).collect()
}

impl Item<'_> {
    pub(super) fn process_id(&self) -> Option<&str> {
        self.model.as_ref().map(|model| &*model.row.process_id)
    }

    /// Whether a reader that stopped within this row has seen it.
    pub(super) fn is_seen(&self, seen: u32) -> bool {
        self.number <= seen
    }

    /// The place behind the item.
    pub(super) fn id(&self, history: u64) -> EventId {
        let item = (!self.is_last).then_some(self.number);
        EventId { place: Place::behind(history, self.row), item }
    }

    /// The item as a message of the stream; `None` when it has no event of these kinds.
    pub(super) fn frame(&self, history: u64, kinds: &Kinds) -> Option<Bytes> {
        let events = match &self.section.events {
            Events::Instance(events) => events,
            Events::Work(events) => return self.work_frame(history, kinds, events),
            _ => return None,
        };
        let is_wanted = |name: &str| kinds.as_ref().is_none_or(|kinds| kinds.contains(name));
        if !events.iter().any(|event| is_wanted(kind(event))) {
            return None;
        }
        let id = self.id(history).to_string();
        let mut out = String::with_capacity(512);
        for text in ["id: ", &id, "\ndata: "] {
            out.push_str(text);
        }
        let from = out.len();
        let mut object = ObjectWriter::open(&mut out);
        object.text("id", &id);
        object.number("position", self.row.position);
        object.text("time", &time::format(self.row.at_ms));
        write_cause(&mut object, &self.section.cause);
        object.key("processInstanceKey", Key(self.row.aggregate));
        object.key_or_null("processDefinitionKey", self.section.definition);
        object.text_or_null("processDefinitionId", self.process_id());
        object.text("tenantId", DEFAULT_NAME);
        let graph = self.model.as_ref().and_then(|model| Option::as_ref(&model.graph));
        let mut scene = Scene::of(graph, self.section);
        let list = object.name("events");
        let mut separator = "[";
        for event in events {
            // Every event is shown to the scene, which learns who lives where.
            let before = list.len();
            list.push_str(separator);
            write_event(list, event, &mut scene);
            if is_wanted(kind(event)) {
                separator = ",";
            } else {
                list.truncate(before);
            }
        }
        list.push(']');
        object.close();
        Some(finish(out, from))
    }

    /// The same for a case, a signal or alerts.
    fn work_frame(&self, history: u64, kinds: &Kinds, events: &[work::Event]) -> Option<Bytes> {
        let is_wanted = |event: &Value| {
            let kind = event["type"].as_str().unwrap_or_default();
            kinds.as_ref().is_none_or(|kinds| kinds.contains(kind))
        };
        let shown: Vec<Value> = events.iter().filter_map(shape).filter(is_wanted).collect();
        if shown.is_empty() {
            return None;
        }
        let id = self.id(history).to_string();
        let mut out = format!("id: {id}\ndata: ");
        let from = out.len();
        let mut object = ObjectWriter::open(&mut out);
        object.text("id", &id);
        object.number("position", self.row.position);
        object.text("time", &time::format(self.row.at_ms));
        write_cause(&mut object, &self.section.cause);
        if self.row.kind == engine::state::Kind::Case as u8 {
            object.key("caseKey", Key(self.row.aggregate));
        }
        object.text("tenantId", DEFAULT_NAME);
        object.name("events").push_str(&Value::Array(shown).to_string());
        object.close();
        Some(finish(out, from))
    }
}

/// Values are kept as they were sent, line ends between tokens included; a message has one line.
fn finish(mut out: String, from: usize) -> Bytes {
    if out[from..].contains(['\n', '\r']) {
        let line = out.split_off(from).replace(['\n', '\r'], " ");
        out.push_str(&line);
    }
    out.push_str("\n\n");
    out.into()
}
