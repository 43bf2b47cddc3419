//! Settle: a scope is done when nothing lives in it and no token is on its way.
//!
//! Tokens parked at a join that nobody can complete any more are a deadlock incident.

use super::Ctx;
use crate::command::{Command, EntryCommand};
use crate::event::{IncidentKind, InstanceEvent, ListenerEvent, Resume, Slot, Work};
use crate::part::Failure;
use crate::state::instance::Phase;

impl Ctx<'_> {
    pub(crate) fn settle(&mut self, slot: Slot) {
        if self.state.has_ended() {
            return;
        }
        if self.state.element(slot).is_none() {
            return;
        }
        self.release_joins(slot);
        let held = self.at(slot);
        if held.children > 0 || held.phase == Phase::Entering {
            return;
        }
        if held.phase == Phase::Cancelling {
            if held.child.is_none() {
                self.finish_cancel(slot);
            }
            return;
        }
        if !self.is_scope(slot) {
            return;
        }
        if held.interrupted_by.is_some() {
            self.begin_in_place(slot);
            return;
        }
        // Several children may end in one step, and each asks to settle the scope.
        let is_completing = held.incidents.iter().any(|held| held.resume == Resume::Complete)
            || self.agenda.contains(&Work::Complete { slot });
        if is_completing || self.has_arrivals(slot) {
            return;
        }
        if held.body.is_some() {
            self.settle_body(slot);
            return;
        }
        let told = held.incidents.iter().any(|held| {
            let asks = held.kind == IncidentKind::Condition && held.resume == Resume::Scope;
            held.kind == IncidentKind::Deadlock || asks
        });
        if held.parked.is_empty() {
            self.end_scope(slot);
        } else if !self.release_first_join(slot) && !told {
            self.raise_deadlock(slot);
        }
    }

    pub(super) fn is_scope(&self, slot: Slot) -> bool {
        self.at(slot).body.is_some() || self.node(slot).kind.is_scope()
    }

    /// Whether a token is on its way in a scope, in this step or in the work another one left.
    pub(crate) fn has_arrivals(&self, slot: Slot) -> bool {
        let mut unfinished = self.agenda.iter().chain(&self.state.agenda);
        unfinished.any(|work| match work {
            Work::Arrive { scope, .. } | Work::ActivateInner { slot: scope, .. } => *scope == slot,
            Work::Begin { .. } | Work::BeginAt { .. } => slot == 0,
            _ => false,
        })
    }

    fn end_scope(&mut self, slot: Slot) {
        // The process itself is compensated when it is cancelled that way.
        if self.at(slot).compensation.as_ref().is_some_and(|it| it.revived || slot == 0) {
            return self.push(Work::Compensate { slot });
        }
        if self.settle_ad_hoc(slot) {
            return;
        }
        if slot != 0 {
            return self.push(Work::Complete { slot });
        }
        match self.listens(0, ListenerEvent::End) {
            Ok(true) => {}
            Ok(false) => {
                self.close_waits(0);
                self.tell_entry();
                self.tell_case(true);
                self.tell_parent(true);
                self.emit(InstanceEvent::InstanceCompleted);
            }
            Err(failure) => self.raise(0, failure, Resume::Complete, None),
        }
    }

    /// The entry that let this instance in may let in the next.
    pub(crate) fn tell_entry(&mut self) {
        if let Some(entry) = self.state.entry {
            let command = EntryCommand::EndInstance { instance: self.state.key };
            self.ask(entry, Command::Entry(command));
        }
    }

    /// The case it ran for goes on.
    pub(crate) fn tell_case(&mut self, completed: bool) {
        if let Some(case) = self.state.case {
            let instance = self.state.key;
            let command = work::case::CaseCommand::EndProcess { instance, completed };
            self.ask(case, Command::Work(work::Command::Case(command)));
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
