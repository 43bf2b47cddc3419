//! Steps of a BPMN signal: who listens, and a broadcast that goes from page to page of listeners.
//!
//! A broadcast reaches who waited when it was accepted, each of them once: how far it is is part
//! of the state, and changes in the commit that sends it on. Not here: what those who are reached
//! do.

use super::{Halt, Outcome};
use crate::command::{
    BpmnSignalCommand, Command, CreateInstance, Effect, InstanceCommand, Rejection,
};
use crate::definitions::Definitions;
use crate::event::Variables;
use crate::key::Key;
use crate::life::Inputs;
use crate::limits::{BROADCAST_PAGES_MAX, BROADCASTS_WAITING_MAX, NAME_CHARACTERS_MAX};
use crate::state::bpmn_signal::{BpmnSignal, BpmnSignalEvent, Broadcast, Listener};
use crate::state::mailbox::Absent;
use std::sync::Arc;

struct Ctx<'a> {
    definitions: &'a Definitions,
    key: Key,
    state: &'a mut BpmnSignal,
    inputs: &'a mut Inputs,
    out: Outcome<BpmnSignalEvent>,
}

/// One step of a BPMN signal. On `Err` nothing changed.
pub fn step(
    definitions: &Definitions,
    key: Key,
    state: &mut BpmnSignal,
    command: &BpmnSignalCommand,
    inputs: &mut Inputs,
) -> Result<Outcome<BpmnSignalEvent>, Halt> {
    let keys = inputs.keys.clone();
    let is_one_row = state.is_one_row();
    let went_on = state.goes_on() && *command != BpmnSignalCommand::Continue;
    state.begin();
    let mut ctx = Ctx { definitions, key, state, inputs, out: Outcome::default() };
    let done = ctx.decide(command, went_on);
    let Ctx { state, inputs, out, .. } = ctx;
    state.end(done.is_ok());
    if let Err(halt) = done {
        let taken_back = matches!(halt, Halt::Needs(_)) && !is_one_row;
        assert!(taken_back || out.events.is_empty(), "a rejection changes no state");
        inputs.keys = keys;
        return Err(halt);
    }
    Ok(out)
}

impl Ctx<'_> {
    fn emit(&mut self, event: BpmnSignalEvent) -> Result<(), Absent> {
        self.state.may_apply(&event)?;
        self.state.apply(&event);
        self.out.events.push(event);
        Ok(())
    }

    /// `went_on`: an effect that goes on is on its way already.
    fn decide(&mut self, command: &BpmnSignalCommand, went_on: bool) -> Result<(), Halt> {
        use BpmnSignalCommand as C;
        match command {
            C::BroadcastBpmnSignal { tenant, name, variables } => {
                self.accept(*tenant, name, variables)?;
                if !went_on {
                    self.go_on()?;
                }
            }
            C::Listen { tenant, listener } => {
                let (tenant, listener) = (*tenant, listener.clone());
                self.emit(BpmnSignalEvent::ListenerAdded { tenant, listener })?;
            }
            C::StopListening { subscription } => self.stop(*subscription)?,
            C::Continue => self.go_on()?,
        }
        if self.state.goes_on() && !went_on {
            let command = Command::BpmnSignal(BpmnSignalCommand::Continue);
            self.out.effects.push(Effect { target: self.key, command });
        }
        Ok(())
    }

    fn accept(&mut self, tenant: u32, name: &Arc<str>, variables: &Variables) -> Result<(), Halt> {
        if name.is_empty() || name.chars().count() > NAME_CHARACTERS_MAX {
            return Err(Rejection::invalid_argument(format!(
                "Expected the name of a BPMN signal of 1 to {NAME_CHARACTERS_MAX} characters, but \
                 found {}.",
                name.chars().count()
            ))
            .into());
        }
        if self.state.broadcasts.len() >= BROADCASTS_WAITING_MAX {
            return Err(Rejection::invalid_state(format!(
                "Expected fewer than {BROADCASTS_WAITING_MAX} broadcasts of BPMN signal `{name}` \
                 on their way, but found that many. Try again when they have arrived."
            ))
            .into());
        }
        let key = self.inputs.keys.next_key();
        let below = self.state.listeners.next();
        let (name, variables) = (name.clone(), variables.clone());
        self.start_instances(tenant, &name, &variables);
        let broadcast = Box::new(Broadcast { key, name, variables, next: 1, below });
        self.emit(BpmnSignalEvent::BroadcastAccepted { tenant, broadcast })?;
        Ok(())
    }

    /// One instance for each start event of a latest version.
    fn start_instances(&mut self, tenant: u32, name: &str, variables: &Variables) {
        for (definition, start) in self.definitions.signal_starts(tenant, name) {
            let instance = self.inputs.keys.next_key();
            let create = CreateInstance {
                instance,
                definition: definition.key,
                start,
                variables: variables.clone(),
                ..CreateInstance::default()
            };
            let command = Command::Instance(InstanceCommand::CreateInstance(Box::new(create)));
            self.out.effects.push(Effect { target: instance, command });
        }
    }

    fn stop(&mut self, subscription: Key) -> Result<(), Absent> {
        for number in self.state.listeners.find_key(subscription)? {
            if self.state.listeners.get(number, subscription)?.is_some() {
                return self.emit(BpmnSignalEvent::ListenerRemoved { subscription, number });
            }
        }
        Ok(())
    }

    /// Sends the oldest broadcast on by some pages; one that has arrived makes room for the next.
    fn go_on(&mut self) -> Result<(), Absent> {
        let mut pages = 0;
        while let Some(broadcast) = self.state.broadcasts.first() {
            let (next, below) = (broadcast.next, broadcast.below);
            let looked = match next < below {
                true => self.state.listeners.look(next, below)?,
                false => None,
            };
            let Some((items, beyond)) = looked else {
                self.emit(BpmnSignalEvent::BroadcastEnded)?;
                continue;
            };
            if pages == BROADCAST_PAGES_MAX {
                return Ok(());
            }
            pages += 1;
            let below = beyond.min(below);
            let reached = items.iter().filter(|(number, held)| {
                (next..below).contains(number) && held.name == broadcast.name
            });
            let effects = reached.clone().map(|(_, held)| receive(held, broadcast));
            let effects: Vec<Effect> = effects.collect();
            // Who waits for one broadcast only is done with waiting.
            let gone = reached.filter(|(_, held)| held.once);
            let gone: Vec<(u64, Key)> = gone.map(|(number, held)| (*number, held.key)).collect();
            self.state.may_remove(&gone)?;
            for (number, subscription) in gone {
                self.emit(BpmnSignalEvent::ListenerRemoved { subscription, number })?;
            }
            self.emit(BpmnSignalEvent::ListenersReached { next: below })?;
            self.out.effects.extend(effects);
        }
        Ok(())
    }
}

fn receive(listener: &Listener, broadcast: &Broadcast) -> Effect {
    let command = InstanceCommand::ReceiveBpmnSignal {
        slot: listener.slot,
        subscription: listener.key,
        signal: broadcast.key,
        variables: broadcast.variables.clone(),
    };
    Effect { target: listener.instance, command: Command::Instance(command) }
}
