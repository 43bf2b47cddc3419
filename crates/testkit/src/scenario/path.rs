//! Which elements and flows of each process scenarios have been at.
//!
//! Not the phases of element kinds; those are `coverage`.

use crate::world::{Happened, What};
use engine::element::Kind;
use engine::event::InstanceEvent;
use engine::graph::path::Path;
use engine::graph::{Graph, Node};
use engine::key::Key;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How often each element of a process was entered and each flow taken, by id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProcessCoverage {
    /// Elements.
    pub elements: BTreeMap<Arc<str>, u64>,
    /// Sequence flows.
    pub flows: BTreeMap<Arc<str>, u64>,
}

/// Coverage by process id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathCoverage {
    /// Processes that were deployed.
    pub processes: BTreeMap<Arc<str>, ProcessCoverage>,
}

impl PathCoverage {
    /// Adds what another run has seen.
    pub fn add(&mut self, other: &PathCoverage) {
        for (id, seen) in &other.processes {
            let held = self.processes.entry(id.clone()).or_default();
            for (id, count) in &seen.elements {
                *held.elements.entry(id.clone()).or_default() += count;
            }
            for (id, count) in &seen.flows {
                *held.flows.entry(id.clone()).or_default() += count;
            }
        }
    }

    /// A process is there; nothing of it may ever be seen.
    pub(super) fn expect(&mut self, graph: &Graph) {
        let held = self.processes.entry(graph.process_id.clone()).or_default();
        for node in graph.nodes.iter().skip(1).filter(|node| is_drawn(node)) {
            held.elements.entry(node.id.clone()).or_default();
        }
        for flow in &graph.flows {
            held.flows.entry(flow.id.clone()).or_default();
        }
    }
}

/// Whether tokens come to an element that somebody has drawn.
fn is_drawn(node: &Node) -> bool {
    let is_idle = matches!(node.kind, Kind::AdHocInner(_) | Kind::BoundaryCompensation(_));
    node.part_of.is_none() && !is_idle
}

/// Follows all instances of a machine.
#[derive(Debug, Default)]
pub(super) struct Follower {
    pub(super) coverage: PathCoverage,
    paths: BTreeMap<Key, Path>,
}

impl Follower {
    pub(super) fn follow(&mut self, happened: &[Happened]) {
        for it in happened {
            let What::Instance { event, definition, .. } = &it.what else { continue };
            let graph = &definition.graph;
            let flow = self.paths.entry(it.aggregate).or_default().follow(graph, event);
            let Some(seen) = self.coverage.processes.get_mut(&graph.process_id) else { continue };
            if let Some(flow) = flow {
                *seen.flows.entry(graph.flow(flow).id.clone()).or_default() += 1;
            }
            if let InstanceEvent::ElementEntered { element, .. } = event
                && is_drawn(graph.node(*element))
            {
                *seen.elements.entry(graph.node(*element).id.clone()).or_default() += 1;
            }
        }
    }
}
