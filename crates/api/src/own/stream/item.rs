//! What is streamed: one item for what one command did to one process instance.
//!
//! Not here: how single events look (`event_json`), and to whom items go (`hub`).

use super::super::event_json::{Scene, kind, write_event};
use super::super::history::{graph, write_cause};
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

/// What one command did to one process instance.
pub(super) struct Item<'a> {
    pub(super) row: &'a HistoryRow,
    pub(super) section: &'a Section,
    /// Its number within the row, and whether it is the last one.
    number: u32,
    is_last: bool,
    model: Option<Model>,
}

/// The sections of a row, if it is an instance's; a row that was erased or cannot be read has none.
pub(super) fn sections(row: &HistoryRow) -> Vec<Section> {
    if row.kind != engine::state::Kind::Instance as u8 || row.body.is_empty() {
        return Vec::new();
    }
    let mut sections = match decode_sections(Key(row.aggregate), &row.body) {
        Ok(sections) => sections,
        Err(error) => {
            tracing::error!(%error, position = row.position, "a history row cannot be read");
            return Vec::new();
        }
    };
    sections.retain(|section| matches!(section.events, Events::Instance(_)));
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
        let Events::Instance(events) = &self.section.events else { return None };
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
