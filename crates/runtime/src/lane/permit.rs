//! The one question before a step, whatever transport it came by: may the caller do that to what
//! was loaded?
//!
//! Not here: who the caller is, and reading (`api`).

use super::Lane;
use super::chain::Stop;
use crate::request::Caller;
use access::{Denial, Permission, Resource, ResourceType};
use engine::command::InstanceCommand;
use engine::key::Key;

impl Lane {
    /// Whether the caller may do something to an instance, by the process it runs.
    pub(super) fn permit_on(
        &self,
        caller: &Caller,
        target: Key,
        permission: Permission,
    ) -> Result<(), Stop> {
        let Some(cached) = self.cache.peek(target) else {
            return Err(Stop::Rejected(super::aggregate::gone(target)));
        };
        let (tenant, kind) = (cached.aggregate.tenant(), ResourceType::ProcessDefinition);
        if caller.actor.grants.is_all() {
            // Which process it is makes no difference then, and is not looked up.
            return permit(caller, permission, Resource { tenant, kind, id: "" }, target);
        }
        let instance = cached.aggregate.instance();
        let definition = instance.and_then(|held| self.definitions.get(held.definition));
        let id = definition.map_or("", |held| &held.graph.process_id);
        permit(caller, permission, Resource { tenant, kind, id }, target)
    }
}

/// What a command on an instance needs.
pub(super) fn permission_for(command: &InstanceCommand) -> Permission {
    use InstanceCommand as C;
    match command {
        C::CancelInstance | C::CompensateInstance => Permission::CancelProcessInstance,
        C::ModifyInstance(_) => Permission::ModifyProcessInstance,
        C::AssignUserTask { .. } | C::CompleteUserTask { .. } | C::UpdateUserTask { .. } => {
            Permission::UpdateUserTask
        }
        _ => Permission::UpdateProcessInstance,
    }
}

/// Another tenant's things are not found; what was not granted is forbidden.
pub(super) fn permit(
    caller: &Caller,
    permission: Permission,
    resource: Resource<'_>,
    target: Key,
) -> Result<(), Stop> {
    access::permit(&caller.actor, permission, resource).map_err(|denial| match denial {
        Denial::NotFound => Stop::Rejected(super::aggregate::gone(target)),
        Denial::Forbidden => Stop::Forbidden(format!(
            "Expected permission {permission} on {} `{}`, but it was not granted.",
            resource.kind, resource.id
        )),
    })
}

/// Publishing, correlating and broadcasting need a permission on the message or signal, by name.
pub(super) fn permit_message(caller: &Caller, name: &str, target: Key) -> Result<(), Stop> {
    let resource = Resource { tenant: caller.tenant, kind: ResourceType::Message, id: name };
    permit(caller, Permission::Create, resource, target)
}
