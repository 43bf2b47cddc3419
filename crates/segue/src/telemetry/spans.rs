//! Process instances as traces: each visit of an element is a span, folded from committed events.
//!
//! Not a record: a span whose beginning this process has not seen is not told. Ids follow from keys
//! (the trace from the outermost instance's, a span from its element instance's), so that whoever
//! knows a key finds the trace.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use engine::event::{ElementIndex, InstanceEvent, Slot};
use engine::graph::Graph;
use engine::key::Key;
use engine::record::{Events, Section, decode_sections};
use opentelemetry::trace::{
    Event, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use runtime::node::Node;
use store::load::HistoryRow;

use crate::limits::{TELEMETRY_GRAPHS_MAX, TELEMETRY_OPEN_SPANS_MAX};

/// An element instance, or with slot 0 the process instance, that has begun.
#[derive(Debug)]
struct Open {
    key: Key,
    parent: Option<Key>,
    root: Key,
    name: String,
    begun_ms: i64,
    attributes: Vec<KeyValue>,
    events: Vec<Event>,
    failed: Option<String>,
}

/// Where a span's instance stands in its definition.
struct Model {
    process_id: Arc<str>,
    graph: Option<Graph>,
}

/// All spans that have begun and not ended.
pub(super) struct Traces {
    node: Node,
    /// The history of this data folder: traces of two servers never meet.
    history: u64,
    models: BTreeMap<Key, Arc<Model>>,
    open: BTreeMap<(Key, Slot), Open>,
}

impl Traces {
    pub(super) fn new(node: Node) -> Self {
        let history = node.end().history;
        Traces { node, history, models: BTreeMap::new(), open: BTreeMap::new() }
    }

    /// Takes a committed row in; the spans that ended with it.
    pub(super) fn fold(&mut self, row: &HistoryRow) -> Vec<SpanData> {
        let instance = Key(row.aggregate);
        let Ok(sections) = decode_sections(instance, &row.body) else { return Vec::new() };
        let mut ended = Vec::new();
        for section in &sections {
            let Section { events: Events::Instance(events), definition, .. } = section else {
                continue;
            };
            let model = definition.and_then(|key| self.model(key));
            for event in events {
                let at = At { instance, at_ms: row.at_ms, model: model.as_deref() };
                if let Some(slot) = self.take(&at, event) {
                    ended.extend(self.end((instance, slot), row.at_ms));
                }
            }
        }
        ended
    }

    fn model(&mut self, definition: Key) -> Option<Arc<Model>> {
        if let Some(known) = self.models.get(&definition) {
            return Some(known.clone());
        }
        let row = self.node.definition(definition)?;
        let document = model::parse(&row.source).ok();
        let graphs = document.map(|document| {
            engine::graph::compile::compile(&document, &mut model::Problems::new())
        });
        let graph = graphs
            .and_then(|graphs| graphs.into_iter().find(|graph| graph.process_id == row.process_id));
        let model = Arc::new(Model { process_id: row.process_id.clone(), graph });
        if self.models.len() >= TELEMETRY_GRAPHS_MAX {
            self.models.pop_first();
        }
        self.models.insert(definition, model.clone());
        Some(model)
    }

    /// Notes what begins or goes wrong; returns the slot that ends.
    fn take(&mut self, at: &At<'_>, event: &InstanceEvent) -> Option<Slot> {
        use InstanceEvent as E;
        let instance = at.instance;
        match event {
            E::InstanceCreated(created) => {
                let parent = created.parent.as_deref();
                let mut attributes = vec![at.process()];
                if let Some(id) = &created.business_id {
                    attributes.push(KeyValue::new("segue.business.id", id.to_string()));
                }
                let (root, parent) =
                    parent.map_or((instance, None), |it| (it.root, Some(it.element)));
                let name = at.process_id().to_owned();
                self.note(at, 0, Open::of(instance, parent, root, name, at, attributes));
                None
            }
            E::ElementEntered { slot, key, element, scope, .. } => {
                // Who encloses it began before this process did: nobody knows the trace's root.
                let around = self.open.get(&(instance, *scope))?;
                let (parent, root) = (around.key, around.root);
                let (name, attributes) = at.element(*element);
                self.note(at, *slot, Open::of(*key, Some(parent), root, name, at, attributes));
                None
            }
            E::IncidentRaised { slot, message, .. } => {
                let told = vec![KeyValue::new("message", message.to_string())];
                let open = self.open.get_mut(&(instance, *slot))?;
                open.failed = Some(message.to_string());
                open.events.push(Event::new("incident raised", time(at.at_ms), told, 0));
                None
            }
            E::IncidentResolved { slot, .. } => {
                let open = self.open.get_mut(&(instance, *slot))?;
                open.failed = None;
                let told = Vec::new();
                open.events.push(Event::new("incident resolved", time(at.at_ms), told, 0));
                None
            }
            E::JobFailed { slot, message, .. } => {
                let told = vec![KeyValue::new("message", message.to_string())];
                let open = self.open.get_mut(&(instance, *slot))?;
                open.events.push(Event::new("job failed", time(at.at_ms), told, 0));
                None
            }
            E::JobCompleted { slot, by, .. } => {
                let open = self.open.get_mut(&(instance, *slot))?;
                open.attributes.push(KeyValue::new("segue.job.worker", by.worker.to_string()));
                None
            }
            E::ElementCompleted { slot } | E::ElementCancelled { slot } => Some(*slot),
            E::InstanceCompleted | E::InstanceCancelled => Some(0),
            _ => None,
        }
    }

    fn note(&mut self, at: &At<'_>, slot: Slot, open: Open) {
        if self.open.len() < TELEMETRY_OPEN_SPANS_MAX {
            self.open.insert((at.instance, slot), open);
        }
    }

    fn end(&mut self, at: (Key, Slot), ended_ms: i64) -> Option<SpanData> {
        let open = self.open.remove(&at)?;
        let trace = TraceId::from(u128::from(self.history) << 64 | u128::from(open.root.0));
        let (sampled, state) = (TraceFlags::SAMPLED, TraceState::NONE);
        let id = SpanId::from(open.key.0);
        let mut events = SpanEvents::default();
        events.events = open.events;
        Some(SpanData {
            span_context: SpanContext::new(trace, id, sampled, false, state),
            parent_span_id: open.parent.map_or(SpanId::INVALID, |key| SpanId::from(key.0)),
            parent_span_is_remote: false,
            span_kind: SpanKind::Internal,
            name: open.name.into(),
            start_time: time(open.begun_ms),
            end_time: time(ended_ms),
            attributes: open.attributes,
            dropped_attributes_count: 0,
            events,
            links: SpanLinks::default(),
            status: open.failed.map_or(Status::Unset, Status::error),
            instrumentation_scope: InstrumentationScope::builder("segue").build(),
        })
    }
}

/// An event's surroundings.
struct At<'a> {
    instance: Key,
    at_ms: i64,
    model: Option<&'a Model>,
}

impl At<'_> {
    fn process_id(&self) -> &str {
        self.model.map_or("", |model| &*model.process_id)
    }

    fn process(&self) -> KeyValue {
        KeyValue::new("segue.process.id", self.process_id().to_owned())
    }

    /// An element's name and what is said of it.
    fn element(&self, element: ElementIndex) -> (String, Vec<KeyValue>) {
        let graph = self.model.and_then(|model| model.graph.as_ref());
        let Some(node) = graph.and_then(|graph| graph.nodes.get(element as usize)) else {
            return (element.to_string(), vec![self.process()]);
        };
        let name = if node.name.is_empty() { &node.id } else { &node.name };
        let attributes = vec![
            self.process(),
            KeyValue::new("segue.element.id", node.id.to_string()),
            KeyValue::new("segue.element.type", node.kind.bpmn_type()),
        ];
        (name.to_string(), attributes)
    }
}

impl Open {
    fn of(
        key: Key,
        parent: Option<Key>,
        root: Key,
        name: String,
        at: &At<'_>,
        mut attributes: Vec<KeyValue>,
    ) -> Self {
        let instance = i64::try_from(at.instance.0).unwrap_or(i64::MAX);
        attributes.push(KeyValue::new("segue.instance.key", instance));
        let begun_ms = at.at_ms;
        Open { key, parent, root, name, begun_ms, attributes, events: Vec::new(), failed: None }
    }
}

fn time(ms: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}
