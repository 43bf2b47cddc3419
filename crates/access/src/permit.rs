//! The one question every transport asks before a step: may this actor do that?
//!
//! Not here: who the actor is. The edge decides that and hands it in.

use crate::grant::{Grants, Permission, ResourceType};
use std::sync::Arc;

/// Who asks, on whose behalf, and where they belong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The actor's id, as the edge knows it.
    pub id: Arc<str>,
    /// The person or system the actor works for, if it is not itself.
    pub acting_for: Option<Arc<str>>,
    /// Tenants the actor is a member of.
    pub tenants: Arc<[u32]>,
    /// What the actor may do there.
    pub grants: Grants,
}

impl Actor {
    /// Whether the actor is a member of the tenant.
    #[must_use]
    pub fn is_member_of(&self, tenant: u32) -> bool {
        self.tenants.contains(&tenant)
    }
}

/// What someone wants to do, and to what, as loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resource<'a> {
    /// Tenant the resource belongs to.
    pub tenant: u32,
    /// What kind of thing it is.
    pub kind: ResourceType,
    /// The id grants name it by.
    pub id: &'a str,
}

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denial {
    /// For this actor the resource does not exist; it belongs to another tenant.
    NotFound,
    /// It is there, and the actor was not granted this.
    Forbidden,
}

/// Whether the actor may do that to the resource.
///
/// Another tenant's resource is not found, never denied, so that its existence is not told.
///
/// # Errors
/// [`Denial::NotFound`] when the actor is no member of the resource's tenant, [`Denial::Forbidden`]
/// when it is and was not granted the permission.
pub fn permit(actor: &Actor, permission: Permission, resource: Resource<'_>) -> Result<(), Denial> {
    if !actor.is_member_of(resource.tenant) {
        return Err(Denial::NotFound);
    }
    if !actor.grants.allows(resource.kind, permission, resource.id) {
        return Err(Denial::Forbidden);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grant::Grant;

    fn member_of(tenants: &[u32], grants: Grants) -> Actor {
        Actor { id: "ada".into(), acting_for: None, tenants: tenants.into(), grants }
    }

    fn order(tenant: u32) -> Resource<'static> {
        Resource { tenant, kind: ResourceType::ProcessDefinition, id: "order" }
    }

    const CANCEL: Permission = Permission::CancelProcessInstance;

    #[test]
    fn lets_a_member_do_what_it_was_granted() {
        let grant = Grant {
            resource: ResourceType::ProcessDefinition,
            id: Some("order".into()),
            permissions: vec![CANCEL],
        };
        let actor = member_of(&[1, 7], Grants::Listed([grant].into()));
        assert_eq!(permit(&actor, CANCEL, order(7)), Ok(()));
        let other = permit(&actor, Permission::UpdateProcessInstance, order(7));
        assert_eq!(other, Err(Denial::Forbidden));
    }

    #[test]
    fn hides_what_belongs_to_another_tenant() {
        for grants in [Grants::All, Grants::none()] {
            let answer = permit(&member_of(&[1], grants), CANCEL, order(2));
            assert_eq!(answer, Err(Denial::NotFound));
        }
    }

    #[test]
    fn shows_nothing_to_an_actor_without_tenants() {
        let answer = permit(&member_of(&[], Grants::All), CANCEL, order(0));
        assert_eq!(answer, Err(Denial::NotFound));
    }
}
