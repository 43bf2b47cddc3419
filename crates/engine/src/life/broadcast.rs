//! BPMN signals: what a slot waits for, what it throws, and what reaches it.
//!
//! Not here: who else waits (`step::bpmn_signal`).

use super::Ctx;
use crate::command::{BpmnSignalCommand, Command};
use crate::element::Entered;
use crate::event::{BpmnSignalAwaited, ElementIndex, InstanceEvent, Slot, Variables};
use crate::key::Key;
use crate::part::bpmn_signal::BpmnSignalSpec;
use crate::part::{Failure, Wait};
use crate::state::bpmn_signal::Listener;
use crate::state::instance::AwaitedSignal;
use crate::state::{Kind, named_key};
use std::sync::Arc;

impl Ctx<'_> {
    /// Which BPMN signal is awaited.
    pub(crate) fn signal_wait(&self, slot: Slot, spec: &BpmnSignalSpec) -> Result<Wait, Failure> {
        let name = self.signal_name(slot, spec)?;
        Ok(Wait::BpmnSignal { name })
    }

    /// Broadcasts a BPMN signal. It brings what the input mappings of its element made.
    pub(crate) fn broadcast(
        &mut self,
        slot: Slot,
        spec: &BpmnSignalSpec,
    ) -> Result<Entered, Failure> {
        let name = self.signal_name(slot, spec)?;
        let variables = self.local_variables(slot)?;
        self.send_signal(slot, name, variables);
        Ok(Entered::Passes)
    }

    pub(crate) fn signal_name(
        &self,
        slot: Slot,
        spec: &BpmnSignalSpec,
    ) -> Result<Arc<str>, Failure> {
        self.name(slot, &spec.name, "the name of the BPMN signal")
    }

    pub(crate) fn send_signal(&mut self, slot: Slot, name: Arc<str>, variables: Variables) {
        self.emit(InstanceEvent::BpmnSignalThrown { slot, name: name.clone() });
        let target = self.bpmn_signal(&name);
        let tenant = self.state.tenant;
        let command = BpmnSignalCommand::BroadcastBpmnSignal { tenant, name, variables };
        self.ask(target, Command::BpmnSignal(command));
    }

    pub(super) fn listen(&mut self, slot: Slot, element: ElementIndex, key: Key, name: Arc<str>) {
        let listener = Listener {
            key,
            instance: self.state.key,
            slot,
            name: name.clone(),
            once: self.closes(slot, element),
        };
        let target = self.bpmn_signal(&name);
        let awaited = BpmnSignalAwaited { slot, key, element, name };
        self.emit(InstanceEvent::BpmnSignalAwaited(Box::new(awaited)));
        let tenant = self.state.tenant;
        let command = BpmnSignalCommand::Listen { tenant, listener: Box::new(listener) };
        self.ask(target, Command::BpmnSignal(command));
    }

    /// Ends the waiting of a slot for BPMN signals on behalf of some elements.
    pub(super) fn stop_listening(&mut self, slot: Slot, closes: impl Fn(ElementIndex) -> bool) {
        let awaited = self.at(slot).signals().iter().filter(|held| closes(held.element));
        let awaited: Vec<AwaitedSignal> = awaited.cloned().collect();
        for AwaitedSignal { key, name, .. } in awaited {
            self.emit(InstanceEvent::BpmnSignalClosed { slot, key });
            let target = self.bpmn_signal(&name);
            let command = BpmnSignalCommand::StopListening { subscription: key };
            self.ask(target, Command::BpmnSignal(command));
        }
    }

    /// A BPMN signal reached a slot. Who does not wait any more is not reached.
    pub(crate) fn receive_signal(
        &mut self,
        slot: Slot,
        subscription: Key,
        signal: Key,
        variables: Variables,
    ) {
        let held = self.state.element(slot);
        let awaited = held.and_then(|held| held.signals().iter().find(|it| it.key == subscription));
        let Some(element) = awaited.map(|awaited| awaited.element) else { return };
        let closes = self.closes(slot, element);
        let key = subscription;
        self.emit(InstanceEvent::BpmnSignalReceived { slot, key, signal, closes });
        self.happen(slot, element, variables);
    }

    fn bpmn_signal(&self, name: &str) -> Key {
        named_key(Kind::BpmnSignal, self.state.tenant, &[name])
    }
}
