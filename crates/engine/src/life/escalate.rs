//! Escalate: finds who catches an escalation, from the inside out and up through the callers.
//!
//! Unlike an error it ends nothing by itself: caught by an event that does not interrupt, or by
//! nobody, who threw it goes on (BPMN 2.0.2, 10.5.6 and 13.5.3). Not here: where events that may
//! catch it stand, which is the same as for errors (`throw`).

use super::Ctx;
use crate::command::{ChildEscalation, Command, InstanceCommand};
use crate::element::Entered;
use crate::event::{
    CaughtEscalation, ElementIndex, InstanceEvent, Interruption, Slot, Variables, Work,
};
use crate::part::Failure;
use crate::part::escalation::EscalationSpec;
use crate::part::text::Text;
use crate::state::instance::Phase;
use std::sync::Arc;

impl Ctx<'_> {
    /// Which escalation an element throws.
    pub(crate) fn escalation_code(
        &self,
        slot: Slot,
        spec: &EscalationSpec,
    ) -> Result<Arc<str>, Failure> {
        match &spec.code {
            Some(code) => self.text(slot, code, "the escalation code"),
            None => Ok("".into()),
        }
    }

    /// Throws an escalation at a slot. It waits if that will interrupt it, else it passes.
    pub(crate) fn escalate(&mut self, slot: Slot, code: Arc<str>) -> Entered {
        let here = self.escalation_catcher(slot, &code);
        let above = match here {
            Some(_) => None,
            None => self.escalation_caught_above(&code),
        };
        let caught = here.is_some() || above.is_some();
        self.emit(InstanceEvent::EscalationThrown { slot, code: code.clone(), caught });
        let interrupts = match (here, above) {
            (Some((host, event)), _) => self.catch_escalation(host, event),
            (None, Some(interrupts)) => {
                let thrower = self.state.key;
                let waits = interrupts.then_some(slot);
                self.escalate_to_caller(ChildEscalation {
                    code,
                    thrower,
                    waits,
                    ..ChildEscalation::default()
                });
                interrupts
            }
            (None, None) => false,
        };
        if interrupts { Entered::Waits } else { Entered::Passes }
    }

    /// An escalation comes out of a called instance. Who threw it waits if it expects to be
    /// interrupted, and is told when that will not be.
    pub(crate) fn escalate_child(&mut self, escalation: &ChildEscalation) {
        let slot = escalation.slot;
        let calls = |phase: Phase, child| phase != Phase::Cancelling && child == escalation.child;
        let held = self.state.element(slot);
        let comes = held.is_some_and(|held| held.child.is_some_and(|it| calls(held.phase, it)));
        if !comes {
            // The call is over, or on its way out and what it called with it.
            return;
        }
        let code = escalation.code.clone();
        let here = self.escalation_catcher(slot, &code);
        let above = here.is_none() && self.escalation_caught_above(&code).is_some();
        self.emit(InstanceEvent::EscalationThrown { slot, code, caught: here.is_some() || above });
        if above {
            self.escalate_to_caller(escalation.clone());
            return;
        }
        let interrupts = here.is_some_and(|(host, event)| self.catch_escalation(host, event));
        if let (Some(slot), false) = (escalation.waits, interrupts) {
            let command = InstanceCommand::PassEscalation { slot };
            self.ask(escalation.thrower, Command::Instance(command));
        }
    }

    /// The escalation a slot threw interrupts nothing: it goes on.
    pub(crate) fn pass_escalation(&mut self, slot: Slot) {
        let held = self.state.element(slot);
        let waits = held.is_some_and(|held| held.phase == Phase::Active);
        if waits && self.node(slot).kind.escalates() {
            self.push(Work::Complete { slot });
        }
    }

    /// Escalations caught from a slot outwards, the nearest first; nothing is caught behind one
    /// that catches all.
    pub(crate) fn escalations_caught(&self, slot: Slot) -> Vec<CaughtEscalation> {
        let mut caught: Vec<CaughtEscalation> = Vec::new();
        for (_, events) in self.catchers(slot) {
            let mut all = None;
            for event in events {
                let node = self.graph.node(event);
                let interrupts = node.interrupting;
                match node.kind.escalation().map(|spec| &spec.code) {
                    Some(Some(Text::Fixed(code))) => note(&mut caught, Some(code), interrupts),
                    Some(None) => all = all.or(Some(interrupts)),
                    _ => {}
                }
            }
            if let Some(interrupts) = all {
                note(&mut caught, None, interrupts);
                return caught;
            }
        }
        let above = self.state.parent.iter().flat_map(|parent| &parent.escalations);
        for held in above {
            note(&mut caught, held.code.as_ref(), held.interrupts);
        }
        caught
    }

    fn escalate_to_caller(&mut self, escalation: ChildEscalation) {
        let Some(parent) = self.state.parent.as_deref() else { return };
        let (slot, child) = (parent.slot, self.state.key);
        let escalation = ChildEscalation { slot, child, ..escalation };
        let command = InstanceCommand::EscalateChild(Box::new(escalation));
        self.ask(parent.instance, Command::Instance(command));
    }

    /// Whether somebody in the calling instances catches a code, and whether that interrupts.
    fn escalation_caught_above(&self, code: &str) -> Option<bool> {
        let fits = |held: &&CaughtEscalation| held.code.as_deref().is_none_or(|it| it == code);
        let parent = self.state.parent.as_deref()?;
        parent.escalations.iter().find(fits).map(|held| held.interrupts)
    }

    /// The event at a host takes an escalation; whether it interrupts.
    fn catch_escalation(&mut self, host: Slot, trigger: ElementIndex) -> bool {
        let element = self.graph.owner(trigger);
        let node = self.graph.node(element);
        let variables = Variables::new();
        if node.kind.is_start() {
            self.start_handler(host, element, variables);
        } else if node.interrupting {
            self.start_cancel(host, Some(Interruption { element, variables }));
        } else {
            let scope = self.at(host).scope;
            self.push(Work::Arrive { element, scope, flow: None, payload: variables });
        }
        node.interrupting
    }

    /// The nearest slot that catches the code, and the event that does: an exact one before one
    /// that catches all.
    fn escalation_catcher(&self, slot: Slot, code: &str) -> Option<(Slot, ElementIndex)> {
        self.catchers(slot).into_iter().find_map(|(host, events)| {
            let mut all = None;
            for event in events {
                let caught = self.graph.node(event).kind.escalation();
                match caught.and_then(|spec| spec.catches(code)) {
                    Some(true) => return Some((host, event)),
                    Some(false) => all = all.or(Some(event)),
                    None => {}
                }
            }
            Some((host, all?))
        })
    }
}

/// A code is caught by the nearest event only.
fn note(caught: &mut Vec<CaughtEscalation>, code: Option<&Arc<str>>, interrupts: bool) {
    let hidden = |held: &CaughtEscalation| held.code.is_none() || held.code.as_ref() == code;
    if !caught.iter().any(hidden) {
        caught.push(CaughtEscalation { code: code.cloned(), interrupts });
    }
}
