//! Settle: a scope is done when nothing lives in it and no token is on its way.
//!
//! Tokens parked at a join that nobody can complete any more are a deadlock incident.

use super::Ctx;
use crate::command::{Command, EntryCommand};
use crate::event::{IncidentKind, InstanceEvent, Resume, Slot, Work};
use crate::part::Failure;
use crate::state::instance::Phase;

impl Ctx<'_> {
    pub(crate) fn settle(&mut self, slot: Slot) {
        let Some(held) = self.state.element(slot) else { return };
        let coming = |work: &Work| matches!(work, Work::Arrive { scope, .. } if *scope == slot);
        if held.children > 0 || held.phase == Phase::Entering {
            return;
        }
        if held.phase == Phase::Cancelling {
            self.finish_cancel(slot);
            return;
        }
        if self.agenda.iter().any(coming) {
            return;
        }
        if held.parked.is_empty() {
            self.end_scope(slot);
        } else if !held.incidents.iter().any(|incident| incident.kind == IncidentKind::Deadlock) {
            self.raise_deadlock(slot);
        }
    }

    fn end_scope(&mut self, slot: Slot) {
        if slot == 0 {
            self.close_waits(0);
            self.tell_entry();
            self.emit(InstanceEvent::InstanceCompleted);
        } else {
            self.push(Work::Complete { slot });
        }
    }

    /// The entry that let this instance in may let in the next.
    pub(crate) fn tell_entry(&mut self) {
        if let Some(entry) = self.state.entry {
            let command = EntryCommand::EndInstance { instance: self.state.key };
            self.ask(entry, Command::Entry(command));
        }
    }

    fn raise_deadlock(&mut self, slot: Slot) {
        let parked = &self.at(slot).parked;
        let (flow, _) = parked.first().expect("a deadlock is about a parked token");
        let join = self.graph.node(self.graph.flow(*flow).target).id.clone();
        let failure = Failure::new(
            IncidentKind::Deadlock,
            format!(
                "Expected a token on every flow into `{join}`, but nothing is left that could \
                 bring the missing ones. Cancel the instance, or correct the model."
            ),
        );
        self.raise(slot, failure, Resume::Scope, None);
    }
}
