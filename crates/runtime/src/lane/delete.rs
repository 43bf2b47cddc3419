//! Deletions: of definitions and other resources, which start and bind nothing any more, and of
//! evaluations, whose history is erased.
//!
//! Not here: whether instances still run (`crate::deletion` looks before), and erasing (`store`).
//!
//! What the lane knows of resources changes at once, not with the commit: a batch that is made
//! meanwhile must not begin what is deleted. It is changed back if the batch does not go in.

use super::Lane;
use super::carry::cause;
use super::chain::Stop;
use super::permit::permit;
use super::work::{Component, Work};
use crate::request::{Answer, Caller, DeletedEvaluation};
use access::{Permission, ResourceType};
use engine::command::{Command, EvaluationCommand, HeadCommand, Rejection, ResourceCommand};
use engine::definitions::Definition;
use engine::key::Key;
use engine::resources::{Resource, ResourceKind};
use engine::state::{Kind, named_key};
use std::sync::Arc;

impl Lane {
    /// Deletes a version of a process, of decision requirements with their decisions, or of a form.
    pub(super) fn delete_resource(
        &mut self,
        work: &mut Work,
        component: Component,
        caller: &Caller,
        key: Key,
    ) -> Result<Answer, Stop> {
        let is_there =
            |tenant: u32| caller.actor.is_member_of(tenant) && !self.definitions.is_deleted(key);
        if let Some(definition) = self.definitions.get(key).filter(|held| is_there(held.tenant)) {
            let definition = definition.clone();
            self.delete_definition(work, component, caller, &definition)?;
        } else {
            let known = self.definitions.resources.get(key);
            let found = known.filter(|held| is_there(held.tenant)).cloned();
            let resource = found.ok_or_else(|| Stop::Rejected(absent(key)))?;
            let permission = permission(&resource).map_err(Stop::Rejected)?;
            let id = &*resource.id;
            let place =
                access::Resource { tenant: resource.tenant, kind: ResourceType::Resource, id };
            permit(caller, permission, place, key)?;
            let parts = self.definitions.resources.parts_of(key).cloned();
            let all: Vec<Arc<Resource>> = std::iter::once(resource.clone()).chain(parts).collect();
            for part in &all {
                self.delete_part(work, component, caller, part)?;
            }
        }
        self.definitions.delete(key);
        Ok(Answer::Done)
    }

    fn delete_definition(
        &mut self,
        work: &mut Work,
        component: Component,
        caller: &Caller,
        definition: &Definition,
    ) -> Result<(), Stop> {
        let (tenant, process_id) = (definition.tenant, &definition.graph.process_id);
        let place = access::Resource { tenant, kind: ResourceType::Resource, id: process_id };
        permit(caller, Permission::DeleteProcess, place, definition.key)?;
        let newest = self.definitions.newest_beside(definition.key);
        let command = HeadCommand::DeleteDefinition {
            definition: definition.key,
            newest: newest.map(|held| (held.key, held.graph.clone())),
        };
        let target = named_key(Kind::Head, tenant, &[process_id]);
        self.run_chain(work, component, target, &Command::Head(command), &cause(caller))?;
        work.deletions.push((component, definition.key));
        Ok(())
    }

    fn delete_part(
        &mut self,
        work: &mut Work,
        component: Component,
        caller: &Caller,
        part: &Resource,
    ) -> Result<(), Stop> {
        let newest = self.definitions.resources.newest_beside(part).map(|held| held.key);
        let command = ResourceCommand::DeleteResource { resource: part.key, newest };
        let target = named_key(Kind::Resource, part.tenant, &[part.kind.as_str(), &part.id]);
        self.run_chain(work, component, target, &Command::Resource(command), &cause(caller))?;
        work.deletions.push((component, part.key));
        Ok(())
    }

    /// Notes that an evaluation outside of any process is deleted; its history is erased after the
    /// commit.
    pub(super) fn delete_evaluation(
        &mut self,
        work: &mut Work,
        component: Component,
        caller: &Caller,
        deleted: &DeletedEvaluation,
    ) -> Result<Answer, Stop> {
        let DeletedEvaluation { evaluation, decision_id, decisions, .. } = deleted.clone();
        let kind = ResourceType::DecisionDefinition;
        let place = access::Resource { tenant: deleted.tenant, kind, id: &decision_id };
        permit(caller, Permission::DeleteDecisionInstance, place, evaluation)?;
        let tenant = deleted.tenant;
        let target = self.inputs.keys.next_key();
        let command =
            EvaluationCommand::DeleteEvaluation { tenant, evaluation, decision_id, decisions };
        self.run_chain(work, component, target, &Command::Evaluation(command), &cause(caller))?;
        work.erasures.push((component, evaluation));
        Ok(Answer::Done)
    }

    /// Takes back deletions that did not go in.
    pub(super) fn restore(&mut self, deletions: impl IntoIterator<Item = Key>) {
        for key in deletions {
            self.definitions.restore(key);
        }
    }
}

fn permission(resource: &Resource) -> Result<Permission, Rejection> {
    match resource.kind {
        ResourceKind::Requirements => Ok(Permission::DeleteDrd),
        ResourceKind::Form => Ok(Permission::DeleteForm),
        ResourceKind::Decision => Err(Rejection::invalid_argument(format!(
            "Expected the key of a process definition, decision requirements or a form, but `{}` is \
             a decision: delete the requirements it is part of.",
            resource.key
        ))),
        ResourceKind::DetectionRule
        | ResourceKind::CaseType
        | ResourceKind::Suppression
        | ResourceKind::Calendar
        | ResourceKind::Queue
        | ResourceKind::Team
        | ResourceKind::Solution => Err(Rejection::invalid_argument(format!(
            "Expected the key of a process definition, decision requirements or a form, but \
                 `{}` is a {}, which cannot be deleted.",
            resource.key,
            resource.kind.as_str()
        ))),
    }
}

fn absent(key: Key) -> Rejection {
    Rejection::not_found(format!("Expected to find a resource with key `{key}`, but found none."))
}
