//! Throw: finds who catches a BPMN error, from the inside out.
//!
//! Not here: what happens when nobody does; the thrower raises the incident.

use super::Ctx;
use crate::event::{ElementIndex, Interruption, Slot, Variables};
use crate::part::error::ErrorSpec;
use crate::part::text::Text;

impl Ctx<'_> {
    /// Throws an error code at a slot. `false`: nobody catches it, nothing changed.
    pub(crate) fn throw(&mut self, slot: Slot, code: &str, variables: Variables) -> bool {
        let scopes: Vec<Slot> = self.state.scopes(slot).collect();
        for host in scopes {
            if let Some(element) = self.catcher(host, code) {
                self.start_cancel(host, Some(Interruption { element, variables }));
                return true;
            }
        }
        if self.is_caught_above(code) {
            self.escalate_error(code, variables);
            return true;
        }
        false
    }

    /// Whether somebody would catch an error code thrown at a slot.
    pub(crate) fn is_caught(&self, slot: Slot, code: &str) -> bool {
        self.state.scopes(slot).any(|host| self.catcher(host, code).is_some())
            || self.is_caught_above(code)
    }

    /// What is caught from a slot outwards.
    pub(crate) fn errors_caught(&self, slot: Slot) -> Vec<&ErrorSpec> {
        let hosts = self.state.scopes(slot).filter(|host| !self.is_in_body(*host));
        let boundary = hosts.flat_map(|host| &self.node(host).boundary);
        boundary.filter_map(|boundary| self.graph.node(*boundary).kind.catches()).collect()
    }

    /// The boundary event of a slot's element that catches the code: an exact one before one
    /// that catches all.
    fn catcher(&self, host: Slot, code: &str) -> Option<ElementIndex> {
        let mut catches_all = None;
        if self.is_in_body(host) {
            return None;
        }
        for boundary in &self.node(host).boundary {
            let Some(error) = self.graph.node(*boundary).kind.catches() else { continue };
            match &error.code {
                Some(Text::Fixed(caught)) if &**caught == code => return Some(*boundary),
                Some(_) => {}
                None => catches_all = catches_all.or(Some(*boundary)),
            }
        }
        catches_all
    }
}
