//! Arrive: a token reaches an element, or waits before a join.
//!
//! Not here: what happens inside the element (`activate`).

use super::Ctx;
use crate::element::Joining;
use crate::event::{ElementIndex, InstanceEvent, Slot, Variables, Work};
use crate::state::instance::Phase;

impl Ctx<'_> {
    /// A token arrives. In a scope that is gone, cancelled or interrupted it vanishes.
    pub(crate) fn arrive(
        &mut self,
        element: ElementIndex,
        scope: Slot,
        flow: Option<u32>,
        payload: Variables,
    ) {
        match self.state.element(scope) {
            Some(held) if held.phase != Phase::Cancelling && held.interrupted_by.is_none() => {}
            _ => return,
        }
        let node = self.graph.node(element);
        match (flow, node.kind.joins()) {
            (Some(flow), Joining::All) if node.incoming.len() > 1 => {
                self.emit(InstanceEvent::TokenParked { scope, flow });
                let flows = self.parked_before(scope, element);
                if flows.len() < node.incoming.len() {
                    return;
                }
                self.emit(InstanceEvent::TokensJoined { scope, flows });
            }
            (Some(flow), Joining::WhoeverCanCome) if node.incoming.len() > 1 => {
                self.emit(InstanceEvent::TokenParked { scope, flow });
                self.release_join(scope, element);
                return;
            }
            (Some(flow), Joining::AsItSays) if node.incoming.len() > 1 => {
                self.emit(InstanceEvent::TokenParked { scope, flow });
                self.try_gate(scope, element);
                return;
            }
            _ => {}
        }
        self.enter(element, scope, payload);
    }

    /// A token enters an element, whoever else it may have to wait for; the slot it gets.
    pub(crate) fn enter(&mut self, element: ElementIndex, scope: Slot, payload: Variables) -> Slot {
        #[cfg(feature = "poison")]
        self.swallow(element, scope);
        let slot = self.state.next_slot;
        let key = self.next_key();
        let node = self.graph.node(element);
        let body = node.multi_instance.is_some() || node.standard_loop.is_some();
        self.emit(InstanceEvent::ElementEntered { slot, key, element, scope, body });
        self.receive(slot, payload);
        self.push(Work::Activate { slot });
        slot
    }

    /// Breaks at elements whose id begins with `poison`, unless a variable `antidote` is there:
    /// tests of what a broken invariant costs the others.
    #[cfg(feature = "poison")]
    fn swallow(&self, element: ElementIndex, scope: Slot) {
        let is_poison = self.graph.node(element).id.starts_with("poison");
        assert!(!is_poison || self.state.variable(scope, "antidote").is_some(), "poison");
    }

    /// Variables an event or script brought; they wait for the output mappings.
    pub(crate) fn receive(&mut self, slot: Slot, variables: Variables) {
        if !variables.is_empty() {
            self.emit(InstanceEvent::PayloadReceived { slot, variables });
        }
    }

    /// A token begins at an element inside a scope, over no flow: a start event or a link.
    pub(crate) fn begin_at(&mut self, scope: Slot, start: ElementIndex) {
        self.push(Work::Arrive { element: start, scope, flow: None, payload: Vec::new() });
    }
}
