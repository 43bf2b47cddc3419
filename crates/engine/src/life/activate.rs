//! Activate: input mappings, start listeners, what the element and its boundary events wait for,
//! its behaviour.
//!
//! Whatever can fail is evaluated before the first wait is opened, so that a resolved incident
//! can simply do it again.

use super::Ctx;
use crate::element::Entered;
use crate::event::{ElementIndex, InstanceEvent, ListenerEvent, Resume, Slot, Work};
use crate::part::{Failure, Wait};
use crate::state::instance::Phase;

impl Ctx<'_> {
    pub(crate) fn activate(&mut self, slot: Slot) {
        match self.state.element(slot) {
            Some(held) if held.phase == Phase::Entering => {}
            _ => return,
        }
        match self.try_activate(slot) {
            Ok(None) => {}
            Ok(Some(Entered::Passes)) => self.push(Work::Complete { slot }),
            Ok(Some(Entered::Waits)) => self.emit(InstanceEvent::ElementActivated { slot }),
            Err(failure) => self.raise(slot, failure, Resume::Activate, None),
        }
    }

    /// `None`: a listener is heard first, and this comes again.
    fn try_activate(&mut self, slot: Slot) -> Result<Option<Entered>, Failure> {
        if let Some(marker) = self.body_of(slot) {
            if self.listens(slot, ListenerEvent::BeforeAll)? {
                return Ok(None);
            }
            return self.begin_body(slot, marker).map(Some);
        }
        if let Some(marker) = self.loop_of(slot) {
            return self.begin_loop(slot, marker).map(Some);
        }
        let node = self.node(slot);
        let element = self.at(slot).element;
        if !node.inputs.is_empty() && self.heard(slot, ListenerEvent::Start) == 0 {
            let variables = self.map_inputs(slot, &node.inputs)?;
            self.set_variables(slot, variables);
        }
        if self.listens(slot, ListenerEvent::Start)? {
            return Ok(None);
        }
        let mut waits = Vec::new();
        if !node.happened {
            self.add_waits(slot, element, &mut waits)?;
        }
        let waits_itself = !waits.is_empty();
        waits.extend(self.waits_beside(slot)?);
        let entered = node.kind.enter(slot, self)?;
        if !waits_itself && entered == Entered::Passes {
            return Ok(Some(Entered::Passes));
        }
        for (element, wait) in waits {
            self.open_wait(slot, element, wait);
        }
        Ok(Some(Entered::Waits))
    }

    /// Opens a scope for a token that begins inside of it: everything but its own start. What
    /// cannot be evaluated is an incident; the scope is there without it.
    pub(crate) fn open_scope(&mut self, element: ElementIndex, scope: Slot) -> Slot {
        let (slot, key) = (self.state.next_slot, self.next_key());
        self.emit(InstanceEvent::ElementEntered { slot, key, element, scope, body: false });
        let opened = self.try_open(slot);
        self.emit(InstanceEvent::ElementActivated { slot });
        match opened {
            Ok(waits) => waits.into_iter().for_each(|(event, wait)| {
                self.open_wait(slot, event, wait);
            }),
            Err(failure) => self.raise(slot, failure, Resume::Scope, None),
        }
        slot
    }

    fn try_open(&mut self, slot: Slot) -> Result<Vec<(u32, Wait)>, Failure> {
        let node = self.node(slot);
        if !node.inputs.is_empty() {
            let variables = self.map_inputs(slot, &node.inputs)?;
            self.set_variables(slot, variables);
        }
        self.waits_beside(slot)
    }

    /// What a slot waits for beside its own event. Boundary events of a multi-instance activity
    /// belong to its body, event sub-processes to each of its instances.
    pub(crate) fn waits_beside(&self, slot: Slot) -> Result<Vec<(u32, Wait)>, Failure> {
        let mut waits = Vec::new();
        let (is_body, in_body) = (self.is_body(slot), self.is_in_body(slot));
        for event in &self.node(slot).awaits {
            let node = self.graph.node(*event);
            let elsewhere = if node.attached_to.is_some() { in_body } else { is_body };
            if !elsewhere {
                self.add_waits(slot, *event, &mut waits)?;
            }
        }
        Ok(waits)
    }

    /// What an event waits for; one with several definitions for each of them.
    fn add_waits(
        &self,
        slot: Slot,
        event: u32,
        waits: &mut Vec<(u32, Wait)>,
    ) -> Result<(), Failure> {
        for trigger in self.graph.triggers(event) {
            let wait = self.graph.node(trigger).kind.wait(slot, self)?;
            waits.extend(wait.map(|wait| (trigger, wait)));
        }
        Ok(())
    }
}
