//! Suspended definitions and job types in a lane: told, remembered, held back.
//!
//! What would begin an instance of a suspended definition by itself waits: a message or a caller's
//! in the outbox, a timer at its head. Not here: suspended instances (`engine::step`).

use super::carry::cause;
use super::chain::Stop;
use super::permit::permit;
use super::work::{Component, Work};
use super::{Aggregate, Lane};
use crate::request::{Answer, Caller, SuspensionRequest};
use access::{Permission, Resource, ResourceType};
use engine::command::{Command, InstanceCommand, Rejection, SuspensionCommand};
use engine::key::Key;
use engine::record::{Events, Section};
use engine::state::suspensions::{SuspensionEvent, Suspensions};
use engine::state::{Kind, named_key};
use parking_lot::RwLock;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::load::{Load, Pages};

/// What is suspended, by tenant: told to whoever asks before the answer to a change goes out.
pub type Suspended = Arc<RwLock<BTreeMap<u32, Suspensions>>>;

/// The aggregate of a tenant's suspensions.
fn place(tenant: u32) -> Key {
    named_key(Kind::Suspensions, tenant, &[])
}

/// The aggregate a request addresses first.
pub(super) fn target(caller: &Caller) -> Key {
    place(caller.tenant)
}

impl Lane {
    /// Reads what is suspended. Instances belong to the tenants of their definitions.
    pub(super) fn load_suspensions(
        &mut self,
        tenants: &BTreeSet<u32>,
    ) -> Result<(), crate::node::StartError> {
        let aggregates = tenants.iter().map(|tenant| (place(*tenant).0, Pages::Root)).collect();
        let loaded = self.store.load(&Load { aggregates, ..Load::default() })?;
        for row in loaded.aggregates.into_iter().flatten() {
            if let Aggregate::Suspensions(held) = Aggregate::decode(&row, &self.definitions)? {
                for job_type in &held.job_types {
                    self.board.suspend(job_type, held.tenant);
                }
                self.suspended.write().insert(held.tenant, *held);
            }
        }
        Ok(())
    }

    /// What is suspended.
    #[must_use]
    pub fn suspended(&self) -> Suspended {
        self.suspended.clone()
    }

    pub(super) fn decide_suspension(
        &mut self,
        work: &mut Work,
        component: Component,
        caller: &Caller,
        request: &SuspensionRequest,
    ) -> Result<Answer, Stop> {
        let (tenant, kind) = (caller.tenant, ResourceType::ProcessDefinition);
        let permission = Permission::UpdateProcessInstance;
        let command = match request {
            SuspensionRequest::Definition { definition, suspends } => {
                let found = self.definitions.get(*definition);
                let found = found.filter(|held| held.tenant == tenant).ok_or_else(|| {
                    Stop::Rejected(Rejection::not_found(format!(
                        "Expected process definition `{definition}` to exist, but found none."
                    )))
                })?;
                let resource = Resource { tenant, kind, id: &found.graph.process_id };
                permit(caller, permission, resource, *definition)?;
                let definition = *definition;
                match suspends {
                    true => SuspensionCommand::SuspendDefinition { tenant, definition },
                    false => SuspensionCommand::ResumeDefinition { tenant, definition },
                }
            }
            SuspensionRequest::JobType { job_type, suspends } => {
                // Jobs of a type belong to whatever processes have them.
                permit(caller, permission, Resource { tenant, kind, id: "" }, place(tenant))?;
                let job_type = job_type.clone();
                match suspends {
                    true => SuspensionCommand::SuspendJobType { tenant, job_type },
                    false => SuspensionCommand::ResumeJobType { tenant, job_type },
                }
            }
        };
        let command = Command::Suspension(command);
        self.run_chain(work, component, place(tenant), &command, &cause(caller))?;
        Ok(Answer::Done)
    }

    /// Whether no instances of a definition begin.
    pub(super) fn is_suspended(&self, definition: Key) -> bool {
        let held = self.suspended.read();
        held.values().any(|held| held.definitions.binary_search(&definition).is_ok())
    }

    /// Whether a command begins an instance of a suspended definition: from inside it waits.
    pub(super) fn waits_to_begin(&self, command: &Command) -> bool {
        match command {
            Command::Instance(InstanceCommand::CreateInstance(create)) => {
                self.is_suspended(create.definition)
            }
            _ => false,
        }
    }

    /// Whether an aggregate in memory is the head of a suspended definition: its timers wait.
    pub(super) fn is_head_of_suspended(&self, target: Key) -> bool {
        match self.cache.peek(target).map(|cached| &cached.aggregate) {
            Some(Aggregate::Head(head)) => self.is_suspended(head.latest),
            _ => false,
        }
    }

    /// Remembers what was committed; what waited is tried again.
    pub(super) fn note_suspensions(&mut self, sections: &[Section]) {
        for section in sections {
            let Events::Suspension(events) = &section.events else { continue };
            events.iter().for_each(|event| self.note_suspension(event));
        }
    }

    fn note_suspension(&mut self, event: &SuspensionEvent) {
        use SuspensionEvent as E;
        let (E::DefinitionSuspended { tenant, .. }
        | E::DefinitionResumed { tenant, .. }
        | E::JobTypeSuspended { tenant, .. }
        | E::JobTypeResumed { tenant, .. }) = event;
        self.suspended.write().entry(*tenant).or_default().apply(event);
        match event {
            E::JobTypeSuspended { job_type, .. } => self.board.suspend(job_type, *tenant),
            E::JobTypeResumed { job_type, .. } => self.board.resume(job_type, *tenant),
            E::DefinitionResumed { .. } => self.release_all_held(),
            E::DefinitionSuspended { .. } => {}
        }
    }
}

/// The refusal of an instance of a suspended definition.
pub(super) fn suspended(definition: Key) -> Rejection {
    Rejection::invalid_state(format!(
        "Expected process definition `{definition}` to be active, but it is suspended: no \
         instances of it begin. Resume it first."
    ))
}
