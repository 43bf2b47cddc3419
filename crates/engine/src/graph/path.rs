//! The flows tokens of an instance went over, told from what was left and entered.
//!
//! Events name elements and not the flow between them: where two flows lead from one element to the
//! same other one, nobody can tell which it was. Not here: reading history.

use super::Graph;
use crate::element::Kind;
use crate::event::{ElementIndex, InstanceEvent, Place, Slot};
use std::collections::{BTreeMap, BTreeSet};

/// Follows one instance, event by event.
#[derive(Debug, Clone, Default)]
pub struct Path {
    /// Flows out of what was left, not known to be taken yet; the last left comes last.
    open: Vec<u32>,
    taken: BTreeSet<u32>,
    places: BTreeMap<Slot, ElementIndex>,
}

impl Path {
    /// The element of a slot that was entered before.
    pub fn know(&mut self, place: &Place) {
        self.places.insert(place.slot, place.element);
    }

    /// The flows that were taken.
    #[must_use]
    pub fn taken(&self) -> &BTreeSet<u32> {
        &self.taken
    }

    /// Goes on by an event; the flow a token came over, if one did.
    pub fn follow(&mut self, graph: &Graph, event: &InstanceEvent) -> Option<u32> {
        match event {
            InstanceEvent::ElementCompleted { slot } => {
                if let Some(element) = self.places.get(slot) {
                    self.open.extend(&graph.node(*element).outgoing);
                }
                None
            }
            InstanceEvent::ElementEntered { slot, element, scope, .. } => {
                self.places.insert(*slot, *element);
                if self.places.get(scope) == Some(element) {
                    // One of several inside a multi-instance body: no flow leads there.
                    return None;
                }
                // The one most recently left by, if there are several.
                let leads = |flow: &u32| graph.flow(*flow).target == *element;
                let at = self.open.iter().rposition(leads)?;
                let flow = self.open.remove(at);
                Some(self.take(graph, flow))
            }
            InstanceEvent::TokenParked { flow, .. } => {
                if let Some(at) = self.open.iter().rposition(|open| open == flow) {
                    self.open.remove(at);
                }
                Some(self.take(graph, *flow))
            }
            InstanceEvent::InstanceMigrated(migrated) => {
                // Elements and flows have other numbers now.
                let moved = migrated.moved.iter().map(|it| (it.slot, it.to));
                *self = Path { places: moved.collect(), ..Path::default() };
                None
            }
            _ => None,
        }
    }

    /// An exclusive gateway is left by one flow: the others were not taken.
    fn take(&mut self, graph: &Graph, flow: u32) -> u32 {
        self.taken.insert(flow);
        let source = graph.flow(flow).source;
        if matches!(graph.node(source).kind, Kind::ExclusiveGateway(_)) {
            self.open.retain(|flow| graph.flow(*flow).source != source);
        }
        flow
    }
}
