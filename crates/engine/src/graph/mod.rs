//! The executable graph of one process: elements, flows and what each element does.
//!
//! Not here: versions and keys (`definitions`), and the diagram, which stays in the source.

mod compare;
pub mod compile;
pub mod keep;
mod link;
pub mod path;
mod reach;

use crate::element::Kind;
use crate::event::ElementIndex;
use crate::part::listener::ListenerSpec;
use crate::part::mapping::Mapping;
use crate::part::multi_instance::MultiInstance;
use crate::part::standard_loop::StandardLoop;
use crate::part::text::Text;
use decision::Program;
pub use reach::Reach;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One process, ready to run. Element 0 is the process itself.
#[derive(Debug, PartialEq)]
pub struct Graph {
    /// BPMN process id.
    pub process_id: Arc<str>,
    /// Process name, or the empty string.
    pub name: Arc<str>,
    /// `zeebe:versionTag`, or the empty string.
    pub version_tag: Arc<str>,
    /// How long the history of an instance is kept after its end, milliseconds, if it says so.
    pub history_ttl_ms: Option<i64>,
    /// Elements in document order after the process itself.
    pub nodes: Vec<Node>,
    /// Sequence flows in document order.
    pub flows: Vec<Flow>,
    /// Elements by id.
    pub by_id: BTreeMap<Arc<str>, ElementIndex>,
    /// From where the flows into inclusive joins can be reached.
    pub reach: Reach,
}

/// One element.
#[derive(Debug, PartialEq)]
pub struct Node {
    /// BPMN id.
    pub id: Arc<str>,
    /// BPMN name, or the empty string.
    pub name: Arc<str>,
    /// What it does.
    pub kind: Kind,
    /// The scope around it: the process or a sub-process.
    pub scope: ElementIndex,
    /// Flows out of it, in document order.
    pub outgoing: Vec<u32>,
    /// Flows into it, in document order.
    pub incoming: Vec<u32>,
    /// Boundary events attached to it.
    pub boundary: Vec<ElementIndex>,
    /// The activity a boundary event is attached to.
    pub attached_to: Option<ElementIndex>,
    /// Whether a boundary event cancels its host, or a start event what is in its scope.
    pub interrupting: bool,
    /// Whether its event has happened by the time it is entered: boundary and start events, and
    /// events behind an event-based gateway.
    pub happened: bool,
    /// Elements whose events it waits for beside its own: boundary events, events behind it, and
    /// starts of event sub-processes in it.
    pub awaits: Vec<ElementIndex>,
    /// Input mappings, in order.
    pub inputs: Vec<Mapping>,
    /// Output mappings, in order.
    pub outputs: Vec<Mapping>,
    /// Its multi-instance marker.
    pub multi_instance: Option<Box<MultiInstance>>,
    /// Its standard loop marker.
    pub standard_loop: Option<Box<StandardLoop>>,
    /// The events it consists of, if it is an event with several definitions. They stand behind
    /// the elements of the model.
    pub parts: Vec<ElementIndex>,
    /// The event it is a part of.
    pub part_of: Option<ElementIndex>,
    /// Its listeners, in order.
    pub listeners: Vec<ListenerSpec>,
    /// The priority of its jobs; on the process that of all whose element says none.
    pub job_priority: Option<Text>,
    /// Start events directly inside, if it is a scope.
    pub starts: Vec<ElementIndex>,
    /// The link catch event a link throw event leads to, or the one activity a compensation event
    /// undoes, or the inner instance of an ad-hoc sub-process.
    pub link: Option<ElementIndex>,
    /// The activity that undoes it.
    pub handler: Option<ElementIndex>,
}

impl Node {
    /// An element of the process itself without flows, mappings and events.
    pub(crate) fn plain(id: Arc<str>, name: Arc<str>, kind: Kind) -> Node {
        Node {
            id,
            name,
            kind,
            scope: 0,
            outgoing: Vec::new(),
            incoming: Vec::new(),
            boundary: Vec::new(),
            attached_to: None,
            interrupting: false,
            happened: false,
            awaits: Vec::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            multi_instance: None,
            standard_loop: None,
            parts: Vec::new(),
            part_of: None,
            listeners: Vec::new(),
            job_priority: None,
            starts: Vec::new(),
            link: None,
            handler: None,
        }
    }

    /// The start of the event sub-process in it that undoes it, if it is a scope that has one.
    #[must_use]
    pub fn compensation_start(&self, graph: &Graph) -> Option<ElementIndex> {
        let is_one =
            |event: &ElementIndex| matches!(graph.node(*event).kind, Kind::CompensationStart(_));
        self.awaits.iter().copied().find(is_one)
    }

    /// Headers for whoever does its work, in the order written.
    #[must_use]
    pub fn headers(&self) -> &[(Arc<str>, Arc<str>)] {
        match &self.kind {
            Kind::UserTask(task) => task.headers(),
            kind => kind.job().map_or(&[], |spec| &spec.headers),
        }
    }
}

/// One sequence flow.
#[derive(Debug, PartialEq)]
pub struct Flow {
    /// BPMN id.
    pub id: Arc<str>,
    /// Where it starts.
    pub source: ElementIndex,
    /// Where it ends.
    pub target: ElementIndex,
    /// Its condition, if it has one.
    pub condition: Option<Program>,
    /// Whether its source names it as the default.
    pub is_default: bool,
}

impl Flow {
    /// Whether a token may always take it.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.condition.is_none() || self.is_default
    }
}

impl Graph {
    /// The element with this index.
    #[must_use]
    pub fn node(&self, element: ElementIndex) -> &Node {
        &self.nodes[element as usize]
    }

    /// The flow with this index.
    #[must_use]
    pub fn flow(&self, flow: u32) -> &Flow {
        &self.flows[flow as usize]
    }

    /// Whether a token at an element can come over this flow into an inclusive join, by a path
    /// that does not lead through the join itself.
    #[must_use]
    pub fn reaches(&self, from: ElementIndex, flow: u32) -> bool {
        self.reach.contains(flow, from)
    }

    /// The element with this BPMN id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<ElementIndex> {
        self.by_id.get(id).copied()
    }

    /// The events an event waits for: its parts, or itself.
    pub fn triggers(&self, event: ElementIndex) -> impl Iterator<Item = ElementIndex> + '_ {
        let parts = &self.node(event).parts;
        let own = parts.is_empty().then_some(event);
        own.into_iter().chain(parts.iter().copied())
    }

    /// The event that an awaited event stands for: what it is a part of, or itself.
    #[must_use]
    pub fn owner(&self, event: ElementIndex) -> ElementIndex {
        self.node(event).part_of.unwrap_or(event)
    }

    /// The activity with this id that an ad-hoc sub-process may activate: no flow leads to it.
    #[must_use]
    pub fn activity(&self, ad_hoc: ElementIndex, id: &str) -> Option<ElementIndex> {
        let inner = self.node(ad_hoc).link?;
        let found = self.find(id)?;
        let node = self.node(found);
        let is_link = matches!(node.kind, Kind::LinkCatch(_));
        let drawn = node.incoming.is_empty() && node.attached_to.is_none() && !is_link;
        let undoes = self.nodes.iter().any(|it| it.handler == Some(found));
        (node.scope == inner && drawn && !undoes).then_some(found)
    }

    /// The start events of event sub-processes directly in a scope.
    pub fn handlers(&self, scope: ElementIndex) -> impl Iterator<Item = ElementIndex> + '_ {
        let awaits = self.node(scope).awaits.iter().copied();
        awaits.filter(|event| self.node(*event).kind.is_start())
    }

    /// The none start event of the process, if it has one.
    #[must_use]
    pub fn none_start(&self) -> Option<ElementIndex> {
        let starts = self.node(0).starts.iter().copied();
        starts.into_iter().find(|start| matches!(self.node(*start).kind, Kind::StartEvent(_)))
    }
}
