//! Calls: a call activity begins a process instance of its own and waits for its end.
//!
//! Not here: which process it is (`element::call_activity`). The called instance is another
//! aggregate: it is asked by effects, and answers by one.

use super::Ctx;
use crate::command::{ChildOutcome, Command, CreateInstance, InstanceCommand, Rejection};
use crate::definitions::Definition;
use crate::event::{IncidentKind, InstanceEvent, Parent, Resume, Slot, Variables, Work};
use crate::key::Key;
use crate::limits::CALL_DEPTH_MAX;
use crate::part::Failure;
use crate::part::text::Text;
use crate::state::instance::Phase;
use std::sync::Arc;

impl Ctx<'_> {
    /// Begins an instance of a process for a slot.
    pub(crate) fn call(
        &mut self,
        slot: Slot,
        called: &Definition,
        variables: Variables,
        business_id: Option<Arc<str>>,
    ) -> Result<(), Failure> {
        let Some(start) = called.graph.none_start() else {
            return Err(Failure::new(
                IncidentKind::CalledElement,
                format!(
                    "Expected process `{}` to have a none start event to be called by, but it has \
                     none. Deploy a version that has one and resolve.",
                    called.graph.process_id
                ),
            ));
        };
        let parent = self.parent_for(slot)?;
        let instance = self.next_key();
        self.emit(InstanceEvent::ChildCalled { slot, instance, definition: called.key });
        let create = CreateInstance {
            instance,
            definition: called.key,
            start,
            variables,
            business_id,
            tags: self.state.tags.clone(),
            parent: Some(Box::new(parent)),
            ..CreateInstance::default()
        };
        let command = InstanceCommand::CreateInstance(Box::new(create));
        self.ask(instance, Command::Instance(command));
        Ok(())
    }

    /// What a called instance knows about who called it.
    fn parent_for(&self, slot: Slot) -> Result<Parent, Failure> {
        let above = self.state.parent.as_deref();
        let depth = above.map_or(0, |parent| parent.depth) + 1;
        if depth > CALL_DEPTH_MAX {
            return Err(Failure::new(
                IncidentKind::CalledElement,
                format!(
                    "Expected at most {CALL_DEPTH_MAX} calls within each other, but this is the \
                     next: the processes call each other in a circle. Correct the models."
                ),
            ));
        }
        let (mut catches, mut catches_all) = match above {
            Some(parent) => (parent.catches.clone(), parent.catches_all),
            None => (Vec::new(), false),
        };
        for error in self.errors_caught(slot) {
            match &error.code {
                Some(Text::Fixed(code)) if !catches.contains(code) => catches.push(code.clone()),
                Some(_) => {}
                None => catches_all = true,
            }
        }
        Ok(Parent {
            instance: self.state.key,
            slot,
            element: self.at(slot).key,
            root: above.map_or(self.state.key, |parent| parent.root),
            depth,
            catches,
            catches_all,
            escalations: self.escalations_caught(slot),
        })
    }

    /// Whether somebody in the calling instances catches an error code.
    pub(crate) fn is_caught_above(&self, code: &str) -> bool {
        self.state.parent.as_ref().is_some_and(|parent| {
            parent.catches_all || parent.catches.iter().any(|caught| **caught == *code)
        })
    }

    /// The whole instance ends with an error that its caller catches.
    pub(crate) fn escalate_error(&mut self, code: &str, variables: Variables) {
        self.emit(InstanceEvent::ErrorEscalated { code: code.into(), variables });
        self.start_cancel(0, None);
    }

    /// Asks the called instance of a slot to end.
    pub(crate) fn cancel_child(&mut self, slot: Slot) {
        if let Some(child) = self.at(slot).child {
            self.ask(child, Command::Instance(InstanceCommand::CancelCalled));
        }
    }

    /// The call activity that waits for this instance is told how it ended.
    pub(crate) fn tell_parent(&mut self, completed: bool) {
        let Some(parent) = self.state.parent.as_deref() else { return };
        let outcome = match (&self.state.failing, completed) {
            (_, true) => {
                let held = self.at(0).variables.iter();
                let variables = held.map(|(name, value)| (name.clone(), value.clone())).collect();
                ChildOutcome::Completed { variables }
            }
            (Some(failing), false) => {
                let (code, variables) = (**failing).clone();
                ChildOutcome::Failed { code, variables }
            }
            (None, false) => ChildOutcome::Cancelled,
        };
        let (slot, child) = (parent.slot, self.state.key);
        let target = parent.instance;
        let command = InstanceCommand::EndChild { slot, child, outcome };
        self.ask(target, Command::Instance(command));
    }

    /// A called instance has ended: its call activity goes on, or is cancelled at last.
    pub(crate) fn end_child(
        &mut self,
        slot: Slot,
        child: Key,
        outcome: &ChildOutcome,
    ) -> Result<(), Rejection> {
        let held = self.state.element(slot);
        let Some(phase) = held.filter(|it| it.child == Some(child)).map(|it| it.phase) else {
            return Err(Rejection::not_found(format!(
                "Expected a call activity to wait for instance `{child}`, but none does."
            )));
        };
        self.emit(InstanceEvent::ChildEnded { slot, instance: child });
        if phase == Phase::Cancelling {
            self.finish_cancel(slot);
            return Ok(());
        }
        match outcome {
            ChildOutcome::Completed { variables } => {
                self.receive(slot, variables.clone());
                self.push(Work::Complete { slot });
            }
            ChildOutcome::Failed { code, variables } => {
                let caught = self.throw(slot, code, variables.clone());
                if !caught {
                    self.raise_lost_child(slot, &format!("it ended with error `{code}`"));
                }
            }
            ChildOutcome::Cancelled => self.raise_lost_child(slot, "it was cancelled"),
        }
        Ok(())
    }

    fn raise_lost_child(&mut self, slot: Slot, what: &str) {
        let failure = Failure::new(
            IncidentKind::CalledElement,
            format!(
                "Expected the called process instance to complete, but {what}. Resolve to call \
                 the process again, or cancel."
            ),
        );
        self.raise(slot, failure, Resume::Call, None);
    }

    /// Calls again after an incident.
    pub(crate) fn call_again(&mut self, slot: Slot) {
        let node = self.node(slot);
        if let Err(failure) = node.kind.enter(slot, self) {
            self.raise(slot, failure, Resume::Call, None);
        }
    }
}
