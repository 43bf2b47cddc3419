//! Throw: finds who catches a BPMN error, from the inside out.
//!
//! In each scope its error event sub-processes come before the boundary events around it, and
//! what an event sub-process throws itself goes outward. Not here: what happens when nobody
//! catches it; the thrower raises the incident.

use super::Ctx;
use crate::element::Kind;
use crate::event::{ElementIndex, Interruption, Slot, Variables};
use crate::part::error::ErrorSpec;
use crate::part::text::Text;

impl Ctx<'_> {
    /// Throws an error code at a slot. `false`: nobody catches it, nothing changed.
    pub(crate) fn throw(&mut self, slot: Slot, code: &str, variables: Variables) -> bool {
        if let Some((host, trigger)) = self.catcher(slot, code) {
            let element = self.graph.owner(trigger);
            if self.graph.node(element).kind.is_start() {
                self.start_handler(host, element, variables);
            } else {
                self.start_cancel(host, Some(Interruption { element, variables }));
            }
            return true;
        }
        if self.is_caught_above(code) {
            self.escalate_error(code, variables);
            return true;
        }
        false
    }

    /// Whether somebody would catch an error code thrown at a slot.
    pub(crate) fn is_caught(&self, slot: Slot, code: &str) -> bool {
        self.catcher(slot, code).is_some() || self.is_caught_above(code)
    }

    /// What is caught from a slot outwards.
    pub(crate) fn errors_caught(&self, slot: Slot) -> Vec<&ErrorSpec> {
        let events = self.catchers(slot).into_iter().flat_map(|(_, events)| events);
        events.filter_map(|event| self.graph.node(event).kind.catches()).collect()
    }

    /// The nearest slot that catches the code, and the event that does.
    fn catcher(&self, slot: Slot, code: &str) -> Option<(Slot, ElementIndex)> {
        let groups = self.catchers(slot).into_iter();
        groups.filter_map(|(host, events)| Some((host, self.best(&events, code)?))).next()
    }

    /// Events that may catch what is thrown at a slot, from the inside out: those of the event
    /// sub-processes in a slot, then those on its boundary.
    pub(super) fn catchers(&self, slot: Slot) -> Vec<(Slot, Vec<ElementIndex>)> {
        let mut groups = Vec::new();
        // What throws is not inside of itself.
        let mut handles = false;
        for host in self.state.scopes(slot) {
            let node = self.node(host);
            let triggers = |event: &ElementIndex| self.graph.triggers(*event);
            if handles && !self.is_body(host) {
                let handlers: Vec<_> = self.graph.handlers(self.at(host).element).collect();
                groups.push((host, handlers.iter().flat_map(triggers).collect()));
            }
            if !self.is_in_body(host) {
                groups.push((host, node.boundary.iter().flat_map(triggers).collect()));
            }
            handles = !matches!(node.kind, Kind::EventSubProcess(_));
        }
        groups
    }

    /// Of these events the one that catches the code: an exact one before one that catches all.
    fn best(&self, events: &[ElementIndex], code: &str) -> Option<ElementIndex> {
        let mut catches_all = None;
        for event in events {
            let Some(error) = self.graph.node(*event).kind.catches() else { continue };
            match &error.code {
                Some(Text::Fixed(caught)) if &**caught == code => return Some(*event),
                Some(_) => {}
                None => catches_all = catches_all.or(Some(*event)),
            }
        }
        catches_all
    }
}
