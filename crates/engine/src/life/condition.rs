//! Conditions: awaited from the begin of a slot, looked at when variables change.
//!
//! As Camunda 8.9 does: when the waiting begins, and whenever a variable the condition names gets
//! another value where the slot can see it, from the outer scopes to the inner ones. It is not an
//! edge: an event that does not interrupt happens at every such change after which the condition is
//! true. One that cannot be evaluated is not true. Not here: which variables those are
//! (`part::condition`).

use super::Ctx;
use crate::event::{Change, ElementIndex, IncidentKind, InstanceEvent, Slot, Variables, Work};
use crate::state::instance::Phase;

impl Ctx<'_> {
    /// A slot waits for a condition from now on. It may be true already.
    pub(super) fn await_condition(&mut self, slot: Slot, element: ElementIndex) {
        self.emit(InstanceEvent::ConditionAwaited { slot, element });
        if self.holds(slot, element) {
            self.push(Work::Happen { slot, element });
        }
    }

    pub(super) fn drop_conditions(&mut self, slot: Slot, closes: impl Fn(ElementIndex) -> bool) {
        let awaited = self.at(slot).conditions().iter().copied();
        let awaited: Vec<ElementIndex> = awaited.filter(|element| closes(*element)).collect();
        for element in awaited {
            self.emit(InstanceEvent::ConditionDropped { slot, element });
        }
    }

    /// Whether a condition is true, seen from a slot.
    fn holds(&self, slot: Slot, element: ElementIndex) -> bool {
        let spec = self.graph.node(element).kind.condition();
        let Some(program) = spec.and_then(|spec| spec.program.as_ref()) else { return false };
        let value = self.evaluate(slot, program, IncidentKind::Condition);
        value.is_ok_and(|value| value.as_boolean() == Some(true))
    }

    /// A condition was true when it was looked at: its event happens, unless it is awaited no more.
    pub(super) fn meet_condition(&mut self, slot: Slot, element: ElementIndex) {
        let held = self.state.element(slot);
        let awaited = held.is_some_and(|held| {
            held.phase != Phase::Cancelling && held.conditions().contains(&element)
        });
        if awaited {
            let closes = self.closes(slot, element);
            self.emit(InstanceEvent::ConditionMet { slot, element, closes });
            self.happen(slot, element, Variables::new());
        }
    }

    /// Variables of a scope are about to change. What changes in one step before conditions are
    /// looked at is looked at once.
    pub(super) fn note_changes(&mut self, scope: Slot, variables: &Variables) {
        if self.state.watchers.is_empty() {
            return;
        }
        let held = &self.at(scope).variables;
        let changes = variables.iter().map(|(name, _)| {
            let is_new = !held.contains_key(name);
            Change { scope, name: name.clone(), is_new }
        });
        let changes: Vec<Change> = changes.collect();
        for work in &mut self.agenda {
            if let Work::Watch { changes: held, from: 0 } = work {
                held.extend(changes);
                return;
            }
        }
        self.push(Work::Watch { changes, from: 0 });
    }

    /// Looks at the conditions of the next slot that awaits some, then of those after it: slots
    /// rise from the outer scopes to the inner ones.
    pub(super) fn watch(&mut self, changes: Vec<Change>, from: Slot) {
        let next = self.state.watchers.iter().copied().find(|slot| *slot >= from);
        let Some(slot) = next else { return };
        let is_over = self.state.scopes(slot).any(|scope| {
            self.state.element(scope).is_none_or(|held| {
                let interrupted = held.interrupted_by.is_some() && scope != slot;
                held.phase == Phase::Cancelling || interrupted
            })
        });
        let awaited = if is_over { &[] } else { self.at(slot).conditions() };
        let minds = |element: &ElementIndex| {
            let spec = self.graph.node(*element).kind.condition();
            let sees = |change: &Change| {
                let has = |scope: &Slot| {
                    let held = self.state.element(*scope);
                    held.is_some_and(|held| held.variables.contains_key(&change.name))
                };
                self.state.scopes(slot).find(has) == Some(change.scope)
            };
            spec.is_some_and(|spec| changes.iter().any(|it| spec.minds(it) && sees(it)))
        };
        let awaited: Vec<ElementIndex> = awaited.iter().copied().filter(minds).collect();
        for element in awaited {
            if self.state.element(slot).is_some() && self.holds(slot, element) {
                self.meet_condition(slot, element);
            }
        }
        self.agenda.push_front(Work::Watch { changes, from: slot + 1 });
    }
}
