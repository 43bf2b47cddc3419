//! Joins of the inclusive kind: a token waits for whoever can still come.
//!
//! BPMN 2.0, section 13.3.3 (formal/2011-01-03, "Inclusive Gateway"). A token in the scope holds a
//! join back if it can come over one of the flows that are empty, without passing the gateway
//! itself, and over none of those where one waits already. So a token that is still before the
//! fork of a loop does not hold back those of the round before.
//!
//! Not here: joins that wait for one token on each flow (`arrive`).

use super::Ctx;
use crate::element::Joining;
use crate::event::{ElementIndex, InstanceEvent, Slot, Work};
use crate::state::instance::Phase;

impl Ctx<'_> {
    /// The flows into an element that have a token parked.
    pub(super) fn parked_before(&self, scope: Slot, element: ElementIndex) -> Vec<u32> {
        let parked = &self.at(scope).parked;
        let here = |flow: &u32| parked.binary_search_by_key(flow, |(held, _)| *held).is_ok();
        self.graph.node(element).incoming.iter().copied().filter(here).collect()
    }

    /// A token moved or ended in a scope: the joins there may have waited for just that one.
    pub(super) fn release_joins(&mut self, scope: Slot) {
        for join in self.waiting_joins(scope) {
            self.release_join(scope, join);
        }
        for gate in self.waiting_gates(scope) {
            self.try_gate(scope, gate);
        }
    }

    /// Enters a join, unless somebody can still come over a flow that is empty.
    pub(super) fn release_join(&mut self, scope: Slot, join: ElementIndex) {
        let flows = self.parked_before(scope, join);
        if !flows.is_empty() && !self.is_held_back(scope, join, &flows) {
            self.emit(InstanceEvent::TokensJoined { scope, flows });
            self.enter(join, scope, Vec::new());
        }
    }

    /// Nothing but parked tokens is left: joins that wait for each other go on, the first of the
    /// model first. `false`: there is none.
    pub(super) fn release_first_join(&mut self, scope: Slot) -> bool {
        let Some(join) = self.waiting_joins(scope).into_iter().min() else { return false };
        let flows = self.parked_before(scope, join);
        self.emit(InstanceEvent::TokensJoined { scope, flows });
        self.enter(join, scope, Vec::new());
        true
    }

    /// Inclusive gateways with parked tokens, each once.
    fn waiting_joins(&self, scope: Slot) -> Vec<ElementIndex> {
        let held = self.at(scope);
        if held.parked.is_empty() || held.phase == Phase::Cancelling {
            return Vec::new();
        }
        let targets = held.parked.iter().map(|(flow, _)| self.graph.flow(*flow).target);
        let waits =
            |join: &ElementIndex| self.graph.node(*join).kind.joins() == Joining::WhoeverCanCome;
        let mut joins: Vec<ElementIndex> = targets.filter(waits).collect();
        joins.sort_unstable();
        joins.dedup();
        joins
    }

    pub(super) fn is_held_back(&self, scope: Slot, join: ElementIndex, taken: &[u32]) -> bool {
        let incoming = &self.graph.node(join).incoming;
        let holds = |at: ElementIndex| {
            let comes = |flow: &u32| self.graph.reaches(at, *flow);
            !taken.iter().any(comes)
                && incoming.iter().any(|flow| !taken.contains(flow) && comes(flow))
        };
        let alive = self.children(scope).into_iter().map(|slot| self.at(slot).element);
        if alive.into_iter().any(holds) {
            return true;
        }
        let parked = self.at(scope).parked.iter().map(|(flow, _)| self.graph.flow(*flow).target);
        if parked.into_iter().filter(|at| *at != join).any(holds) {
            return true;
        }
        let mut coming = self.agenda.iter().chain(&self.state.agenda);
        coming.any(|work| match work {
            // On its way into the join itself: it comes over its own flow and no other.
            Work::Arrive { element, scope: inside, flow: Some(flow), .. }
                if *inside == scope && *element == join =>
            {
                !taken.contains(flow)
            }
            Work::Arrive { element, scope: inside, .. } => *inside == scope && holds(*element),
            _ => false,
        })
    }
}
