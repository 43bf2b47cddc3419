//! Applies events about compensation: notes of what completed, and who undoes it.
//!
//! Not here: in which order it is undone (`life::compensate`).

use super::elements::page_of;
use super::instance::{Compensation, Done, Instance};
use crate::event::{InstanceEvent, Slot};

impl Instance {
    /// The part of `apply` about compensation.
    pub(super) fn apply_compensation(&mut self, event: &InstanceEvent) {
        use InstanceEvent as E;
        match event {
            E::CompensationKept { slot, scope } => self.note_done(*slot, *scope),
            E::CompensationThrown { slot } => {
                let until = self.completions;
                self.at(*slot).compensation =
                    Some(Box::new(Compensation { until, ..Compensation::default() }));
            }
            E::CompensationBegun { slot, by, scope, note, after, keep } => {
                if *keep {
                    self.note_at(*note).undone = true;
                    self.begin(*slot, *by, None);
                } else {
                    let done = self.take_done(*scope, *note, *after);
                    self.begin(*slot, *by, Some(done));
                }
            }
            E::CompensationHandled { slot, by } => {
                self.begin(*slot, *by, None);
                let compensation = self.at(*by).compensation.as_mut();
                compensation.expect("a scope is compensated").handled = true;
            }
            E::CompensationsDropped { slots } => {
                for slot in slots {
                    self.dirty.insert(page_of(*slot));
                    self.elements.take_note(*slot).expect("what is dropped was noted");
                }
                self.notes -= u32::try_from(slots.len()).expect("a step drops few");
            }
            _ => unreachable!("apply handles every other event"),
        }
    }

    fn note_done(&mut self, slot: Slot, is_scope: bool) {
        self.completions += 1;
        self.notes += 1;
        let order = self.completions;
        let held = self.at(slot);
        let (element, scope) = (held.element, held.scope);
        let (last, variables) = match is_scope {
            true => (held.last_done, held.variables.clone()),
            false => Default::default(),
        };
        let before = std::mem::replace(&mut self.at(scope).last_done, slot);
        let done = Done { element, order, before, last, variables, is_scope, undone: false };
        self.elements.note(slot, done);
    }

    fn note_at(&mut self, slot: Slot) -> &mut Done {
        self.dirty.insert(page_of(slot));
        self.elements.done_mut(slot).expect("an event names what is noted")
    }

    /// Takes a note out of those of its scope.
    fn take_done(&mut self, scope: Slot, note: Slot, after: Slot) -> Done {
        self.dirty.insert(page_of(note));
        let done = self.elements.take_note(note).expect("what is undone was noted");
        self.notes -= 1;
        match after {
            0 => self.at(scope).last_done = done.before,
            after => self.note_at(after).before = done.before,
        }
        done
    }

    /// A slot begins to undo for another; a scope has again what it had at its end.
    fn begin(&mut self, slot: Slot, by: Slot, done: Option<Done>) {
        let held = self.at(slot);
        let mut compensation = Compensation { by: Some(by), ..Compensation::default() };
        if let Some(done) = done.filter(|done| done.element == held.element) {
            (compensation.revived, compensation.until) = (true, u32::MAX);
            (held.variables, held.last_done) = (done.variables, done.last);
        }
        held.compensation = Some(Box::new(compensation));
        let compensation = self.at(by).compensation.as_mut();
        compensation.expect("who undoes has begun").active = slot;
    }
}
