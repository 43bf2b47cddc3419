//! Steps of an entry: one open instance per process and correlation key.
//!
//! Not here: starts without a correlation key, apart from passing them straight on.

use super::Outcome;
use crate::command::{Command, CreateInstance, Effect, EntryCommand, InstanceCommand, Rejection};
use crate::definitions::{Definitions, message_start};
use crate::event::Variables;
use crate::key::Key;
use crate::life::Inputs;
use crate::state::entry::{Door, Entry, EntryEvent, WaitingStart};
use std::sync::Arc;

struct Ctx<'a> {
    definitions: &'a Definitions,
    key: Key,
    state: &'a mut Entry,
    inputs: &'a mut Inputs,
    out: Outcome<EntryEvent>,
}

/// One step of an entry. On `Err` nothing changed.
pub fn step(
    definitions: &Definitions,
    key: Key,
    state: &mut Entry,
    command: &EntryCommand,
    inputs: &mut Inputs,
) -> Result<Outcome<EntryEvent>, Rejection> {
    let mut ctx = Ctx { definitions, key, state, inputs, out: Outcome::default() };
    match command {
        EntryCommand::StartByMessage { .. } => ctx.start(command),
        EntryCommand::EndInstance { instance } => ctx.end(*instance),
    }
    Ok(ctx.out)
}

impl Ctx<'_> {
    fn emit(&mut self, event: EntryEvent) {
        self.state.apply(&event);
        self.out.events.push(event);
    }

    fn start(&mut self, command: &EntryCommand) {
        let EntryCommand::StartByMessage {
            tenant,
            process_id,
            correlation_key,
            message,
            name,
            deadline_ms,
            variables,
        } = command
        else {
            unreachable!("only starts come here")
        };
        if correlation_key.is_empty() {
            self.create(*tenant, process_id, name, variables, false);
            return;
        }
        let same = |door: &&Door| {
            door.process_id == *process_id && door.correlation_key == *correlation_key
        };
        let open = self.state.doors.iter().find(same).map(|door| door.instance);
        if let Some(instance) = open {
            let waiting = Box::new(WaitingStart {
                message: *message,
                name: name.clone(),
                deadline_ms: *deadline_ms,
                variables: variables.clone(),
            });
            // A message that does not buffer is lost while an instance is open, as in Camunda.
            if *deadline_ms > self.inputs.now_ms {
                self.emit(EntryEvent::StartQueued { instance, waiting });
            }
            return;
        }
        if let Some(instance) = self.create(*tenant, process_id, name, variables, true) {
            self.emit(EntryEvent::DoorOpened {
                tenant: *tenant,
                process_id: process_id.clone(),
                correlation_key: correlation_key.clone(),
                instance,
            });
        }
    }

    /// Asks for an instance of the latest version; `None` if none starts on the message any more.
    fn create(
        &mut self,
        tenant: u32,
        process_id: &Arc<str>,
        message: &Arc<str>,
        variables: &Variables,
        held: bool,
    ) -> Option<Key> {
        let definition = self.definitions.latest(tenant, process_id)?;
        let start = message_start(&definition.graph, message)?;
        let instance = self.inputs.keys.next_key();
        let command = InstanceCommand::CreateInstance(Box::new(CreateInstance {
            instance,
            definition: definition.key,
            start,
            variables: variables.clone(),
            entry: held.then_some(self.key),
            ..CreateInstance::default()
        }));
        self.out.effects.push(Effect { target: instance, command: Command::Instance(command) });
        Some(instance)
    }

    fn end(&mut self, instance: Key) {
        loop {
            let door = self.state.doors.iter().find(|door| door.instance == instance);
            let Some(door) = door.cloned() else { return };
            let Some(next) = door.waiting.first().cloned() else {
                self.emit(EntryEvent::DoorClosed { instance });
                return;
            };
            self.emit(EntryEvent::StartTaken { instance });
            if next.deadline_ms <= self.inputs.now_ms {
                continue;
            }
            let tenant = self.state.tenant;
            let created = self.create(tenant, &door.process_id, &next.name, &next.variables, true);
            if let Some(next) = created {
                self.emit(EntryEvent::DoorPassed { instance, next });
                return;
            }
        }
    }
}
