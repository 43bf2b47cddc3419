//! Edited variables: set like any others, and answered with what they were and what they are.
//!
//! Not here: setting them (`engine::step`).

use super::Lane;
use super::carry::cause;
use super::chain::Stop;
use super::permit::permission_for;
use super::work::{Component, Work};
use crate::request::{Answer, Caller, Request, VariableChange};
use engine::command::{Command, InstanceCommand, Rejection};
use engine::event::{InstanceEvent, Slot, Variables};
use engine::key::Key;
use engine::record::Events;
use engine::state::instance::Instance;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Values before an edit, by slot and name.
type Before = BTreeMap<(Slot, Arc<str>), Arc<str>>;

/// What somebody wants to edit.
struct Edit<'a> {
    instance: Key,
    element: Key,
    variables: &'a Variables,
    local: bool,
    /// What whoever edits takes the values to be; other ones are not overwritten.
    expected: &'a Variables,
}

impl Lane {
    pub(super) fn edit_variables(
        &mut self,
        work: &mut Work,
        component: Component,
        caller: &Caller,
        request: &Request,
    ) -> Result<Answer, Stop> {
        let Request::EditVariables { instance, element, variables, local, expected } = request
        else {
            unreachable!("only edits come here")
        };
        let (instance, element, local) = (*instance, *element, *local);
        let edit = &Edit { instance, element, variables, local, expected };
        let (target, element, local) = (edit.instance, edit.element, edit.local);
        let command =
            InstanceCommand::SetVariables { element, variables: edit.variables.clone(), local };
        self.permit_on(caller, target, permission_for(&command))?;
        self.bring_for(work, target, &command)?;
        let cached = self.cache.peek(target);
        let Some(instance) = cached.and_then(|cached| cached.aggregate.instance()) else {
            return Err(Stop::Rejected(super::aggregate::gone(target)));
        };
        if let Err(rejection) = refuse_others(instance, edit) {
            self.rely(work, component, target);
            return Err(Stop::Rejected(rejection));
        }
        let before = before(instance, edit);
        let known = work.dirty.get(&target).map_or(0, |dirty| dirty.sections.len());
        let command = Command::Instance(command);
        self.run_chain(work, component, target, &command, &cause(caller))?;
        let sections = work.dirty.get(&target).map_or(&[][..], |dirty| &dirty.sections[known..]);
        // The first of them is of the edit; what it led to comes behind.
        let changes = match sections.first() {
            Some(section) => match &section.events {
                Events::Instance(events) => {
                    let scope = |slot: Slot| match slot {
                        0 => target,
                        _ => section
                            .places
                            .iter()
                            .find(|place| place.slot == slot)
                            .map_or(target, |place| place.key),
                    };
                    changes(events, edit, &before, scope)
                }
                _ => Vec::new(),
            },
            None => Vec::new(),
        };
        Ok(Answer::VariablesEdited { changes })
    }

    /// Brings an instance with the pages a command needs, before it is stepped.
    fn bring_for(
        &mut self,
        work: &Work,
        target: Key,
        command: &InstanceCommand,
    ) -> Result<(), Stop> {
        let asked = Command::Instance(command.clone());
        self.bring(work, target, &asked)?;
        let hint = self.hint(target, &asked);
        loop {
            let held = self.cache.peek(target).map(|cached| &cached.aggregate);
            let Some(super::Aggregate::Instance(instance, Some(graph))) = held else {
                return Err(Stop::Rejected(super::aggregate::gone(target)));
            };
            let missing = engine::life::pages::missing(graph, instance, command, hint);
            if missing.is_empty() {
                return Ok(());
            }
            self.bring_pages(target, &missing)?;
        }
    }
}

/// Somebody else has changed what is to be edited.
fn refuse_others(instance: &Instance, edit: &Edit<'_>) -> Result<(), Rejection> {
    let Some(slot) = instance.slot_of(edit.element) else { return Ok(()) };
    for (name, expected) in edit.expected {
        let found = match edit.local {
            true => instance.element(slot).and_then(|held| held.variables.get(name)),
            false => instance.variable(slot, name),
        };
        let found = found.cloned().unwrap_or_else(|| "null".into());
        if !is_same(&found, expected) {
            return Err(Rejection::invalid_state(format!(
                "Expected variable `{name}` to be {expected}, but it is {found}: somebody has \
                 changed it meanwhile. Look again."
            )));
        }
    }
    Ok(())
}

/// Whether two JSON texts say the same.
fn is_same(one: &str, other: &str) -> bool {
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    one == other || read(one).is_some_and(|value| Some(value) == read(other))
}

/// The values an edit may change, in every scope from its element outwards.
fn before(instance: &Instance, edit: &Edit<'_>) -> Before {
    let Some(slot) = instance.slot_of(edit.element) else { return Before::new() };
    let mut before = Before::new();
    for scope in instance.scopes(slot) {
        let Some(held) = instance.element(scope) else { continue };
        for (name, _) in edit.variables {
            if let Some(value) = held.variables.get(name) {
                before.insert((scope, name.clone()), value.clone());
            }
        }
    }
    before
}

fn changes(
    events: &[InstanceEvent],
    edit: &Edit<'_>,
    before: &Before,
    scope: impl Fn(Slot) -> Key,
) -> Vec<VariableChange> {
    let mut changes = Vec::with_capacity(edit.variables.len());
    for event in events {
        let InstanceEvent::VariablesSet { slot, variables } = event else { continue };
        for (name, after) in variables {
            let is_edited = edit.variables.iter().any(|(edited, _)| edited == name);
            let is_told = changes.iter().any(|told: &VariableChange| told.name == *name);
            if is_edited && !is_told {
                changes.push(VariableChange {
                    scope: scope(*slot),
                    name: name.clone(),
                    before: before.get(&(*slot, name.clone())).cloned(),
                    after: after.clone(),
                });
            }
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_json_may_be_written_differently() {
        assert!(is_same("{\"a\": 1}", "{\"a\":1}") && is_same("1", "1"));
        assert!(!is_same("1", "2") && !is_same("broken", "1"));
    }
}
