//! Cancel: waits are closed at once, children end first, then the element itself.
//!
//! Not here: who asks for it: a boundary event, a terminate end, a person.

use super::Ctx;
use crate::event::{InstanceEvent, Interruption, ListenerEvent, Resume, Slot, Work};
use crate::limits::PAGE_ELEMENTS;
use crate::state::elements::page_of;
use crate::state::instance::{ElementInstance, Phase};

impl Ctx<'_> {
    pub(crate) fn cancel(&mut self, slot: Slot) {
        self.start_cancel(slot, None);
    }

    /// The whole instance is cancelled. Of the work another step left, only cancelling goes on:
    /// tokens have nowhere to go.
    pub(crate) fn cancel_all(&mut self) {
        self.start_cancel(0, None);
        self.take_agenda();
        self.agenda.retain(|work| {
            matches!(
                work,
                Work::Cancel { .. }
                    | Work::CancelInside { .. }
                    | Work::HearTask { .. }
                    | Work::Settle { .. }
            )
        });
    }

    /// Whether the end of a slot is the end of the instance, as whoever began it asked.
    pub(super) fn stops_after(&self, slot: Slot) -> bool {
        let stops = &self.state.stop_after;
        !stops.is_empty()
            && stops.contains(&self.node(slot).id)
            && !self.is_in_body(slot)
            && self.at(0).phase != Phase::Cancelling
    }

    /// The instance ends here.
    pub(super) fn stop_instance(&mut self) {
        self.emit(InstanceEvent::InstanceStopped);
        self.cancel_all();
    }

    /// Begins to cancel a slot. `by`: the boundary event that goes on in its place.
    pub(crate) fn start_cancel(&mut self, slot: Slot, by: Option<Interruption>) {
        match self.state.element(slot) {
            Some(held) if held.phase != Phase::Cancelling => {}
            _ => return,
        }
        let heard = self.task_to_cancel(slot);
        self.close_waits(slot);
        self.cancel_child(slot);
        self.emit(InstanceEvent::ElementCancelling { slot, by });
        if let Some(proposal) = heard {
            // The listeners of a user task hear of its end first; nothing lives in it.
            return self.propose(slot, proposal);
        }
        let held = self.at(slot);
        if held.children > 0 {
            self.push(Work::CancelInside { scope: slot, from: 0, except: 0 });
        } else if held.child.is_none() {
            // A called instance ends first, and says so.
            self.finish_cancel(slot);
        }
    }

    /// Ends a slot whose children are gone, once its listeners were heard.
    pub(crate) fn finish_cancel(&mut self, slot: Slot) {
        if self.at(slot).proposal.is_some() {
            return;
        }
        match self.listens(slot, ListenerEvent::Cancel) {
            Ok(true) => return,
            Ok(false) => {}
            Err(failure) => {
                if self.at(slot).incidents.is_empty() {
                    self.raise(slot, failure, Resume::Scope, None);
                }
                return;
            }
        }
        if slot == 0 {
            self.tell_entry();
            self.tell_case(false);
            self.tell_parent(false);
            self.emit(InstanceEvent::InstanceCancelled);
            return;
        }
        let element = self.at(slot);
        let (scope, by) = (element.scope, element.interrupted_by.clone());
        let undoes = element.compensation.as_ref().and_then(|it| it.by);
        let stops = self.stops_after(slot);
        self.drop_notes(slot);
        self.emit(InstanceEvent::ElementCancelled { slot });
        self.undone(undoes);
        if stops {
            return self.stop_instance();
        }
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
        self.cancel_inside(scope, 0, slot);
        // What the cancelled siblings were interrupted for goes too.
        self.agenda.retain(|work| !in_scope(work));
    }

    /// Tokens have nowhere to go any more: neither those that wait at joins of the process, nor
    /// those that were on their way. Of the work another step left, only cancelling goes on.
    pub(crate) fn drop_all_tokens(&mut self) {
        self.take_agenda();
        self.agenda.retain(|work| {
            matches!(work, Work::Cancel { .. } | Work::CancelInside { .. } | Work::Settle { .. })
        });
        if !self.at(0).parked.is_empty() {
            self.emit(InstanceEvent::TokensDropped { scope: 0 });
        }
    }

    pub(super) fn children(&self, scope: Slot) -> Vec<Slot> {
        let all = self.state.elements.iter();
        let inside = all.filter(|(slot, held)| held.scope == scope && **slot != 0);
        inside.map(|(slot, _)| *slot).collect()
    }

    /// Cancels what lives directly in a scope, page by page from a slot on, except one (0: all).
    pub(crate) fn cancel_inside(&mut self, scope: Slot, from: Slot, except: Slot) {
        let Some(held) = self.state.element(scope) else { return };
        let from = held.body.as_ref().map_or(scope + 1, |body| body.first).max(from);
        let page = self.state.elements.pages().find(|page| page.number >= page_of(from));
        let number = page.map(|page| page.number);
        if let Some(absent) = self.state.elements.absent(page_of(from)..).next()
            && number.is_none_or(|number| absent < number)
        {
            // The rest follows when the page has been brought.
            self.agenda.push_front(Work::CancelInside { scope, from, except });
            return;
        }
        let Some(page) = page else {
            self.drop_parked(scope, except);
            return;
        };
        let next = (page.number + 1) * PAGE_ELEMENTS;
        let inside = |slot: Slot, held: &ElementInstance| {
            held.scope == scope && slot >= from && slot != except && slot != 0
        };
        let found = page.elements.iter().filter(|(slot, held)| inside(*slot, held));
        let found: Vec<Slot> = found.map(|(slot, _)| *slot).collect();
        for slot in found {
            self.transitions += 1;
            let held = self.at(slot);
            let interrupted = held.phase == Phase::Cancelling && held.interrupted_by.is_some();
            if except != 0 && interrupted {
                // Nothing goes on in the place of what was being interrupted.
                self.emit(InstanceEvent::ElementCancelling { slot, by: None });
            }
            self.start_cancel(slot, None);
        }
        if next < self.state.next_slot {
            self.agenda.push_front(Work::CancelInside { scope, from: next, except });
        } else {
            self.drop_parked(scope, except);
        }
    }

    /// Tokens that came before a join while the scope was emptied for a terminate end.
    fn drop_parked(&mut self, scope: Slot, except: Slot) {
        if except != 0 && self.state.element(scope).is_some_and(|held| !held.parked.is_empty()) {
            self.emit(InstanceEvent::TokensDropped { scope });
        }
    }
}
