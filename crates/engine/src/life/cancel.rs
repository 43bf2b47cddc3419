//! Cancel: waits are closed at once, children end first, then the element itself.
//!
//! Not here: who asks for it: a boundary event, a terminate end, a person.

use super::Ctx;
use crate::event::{InstanceEvent, Interruption, Slot, Work};
use crate::state::instance::Phase;

impl Ctx<'_> {
    pub(crate) fn cancel(&mut self, slot: Slot) {
        self.start_cancel(slot, None);
    }

    /// Begins to cancel a slot. `by`: the boundary event that goes on in its place.
    pub(crate) fn start_cancel(&mut self, slot: Slot, by: Option<Interruption>) {
        match self.state.element(slot) {
            Some(held) if held.phase != Phase::Cancelling => {}
            _ => return,
        }
        self.close_waits(slot);
        self.emit(InstanceEvent::ElementCancelling { slot, by });
        if self.at(slot).children == 0 {
            self.finish_cancel(slot);
            return;
        }
        for child in self.children(slot) {
            self.push(Work::Cancel { slot: child });
        }
    }

    /// Ends a slot whose children are gone.
    pub(crate) fn finish_cancel(&mut self, slot: Slot) {
        if slot == 0 {
            self.tell_entry();
            self.emit(InstanceEvent::InstanceCancelled);
            return;
        }
        let element = self.at(slot);
        let (scope, by) = (element.scope, element.interrupted_by.clone());
        self.emit(InstanceEvent::ElementCancelled { slot });
        if let Some(Interruption { element, variables }) = by {
            self.push(Work::Arrive { element, scope, flow: None, payload: variables });
        }
        self.push(Work::Settle { slot: scope });
    }

    /// A terminate end event: everything else in its scope goes.
    pub(crate) fn terminate_siblings(&mut self, slot: Slot) {
        let scope = self.at(slot).scope;
        let in_scope =
            |work: &Work| matches!(work, Work::Arrive { scope: held, .. } if *held == scope);
        self.take_agenda();
        self.agenda.retain(|work| !in_scope(work));
        if !self.at(scope).parked.is_empty() {
            self.emit(InstanceEvent::TokensDropped { scope });
        }
        for sibling in self.children(scope) {
            if sibling == slot {
                continue;
            }
            if self.at(sibling).interrupted_by.is_some() {
                // Nothing goes on in the place of what was being interrupted.
                self.emit(InstanceEvent::ElementCancelling { slot: sibling, by: None });
            }
            self.start_cancel(sibling, None);
        }
        // What the cancelled siblings were interrupted for goes too.
        self.agenda.retain(|work| !in_scope(work));
    }

    pub(super) fn children(&self, scope: Slot) -> Vec<Slot> {
        let all = self.state.elements.iter();
        let inside = all.filter(|(slot, held)| held.scope == scope && **slot != 0);
        inside.map(|(slot, _)| *slot).collect()
    }
}
