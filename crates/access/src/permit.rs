//! The one question every transport asks before a step: may this actor do that?
//!
//! Not here: who the actor is. The edge decides that and hands it in.

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
}

impl Actor {
    /// Whether the actor is a member of the tenant.
    #[must_use]
    pub fn is_member_of(&self, tenant: u32) -> bool {
        self.tenants.contains(&tenant)
    }
}

/// What someone wants to do. Alphabetical.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Take jobs to work on them.
    Activate,
    /// Assign, unassign or change a user task.
    Assign,
    /// Cancel an instance.
    Cancel,
    /// Complete a job or a user task.
    Complete,
    /// Create an instance.
    Create,
    /// Delete a resource or an ended instance.
    Delete,
    /// Deploy resources.
    Deploy,
    /// Fail a job or throw an error from it.
    Fail,
    /// Change a running instance: move tokens, migrate.
    Modify,
    /// Publish or correlate a message, broadcast a signal.
    Publish,
    /// Read.
    Read,
    /// Resolve an incident.
    Resolve,
    /// Change variables, retries or timeouts.
    Update,
}

/// What it is done to, as loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resource {
    /// Tenant the resource belongs to.
    pub tenant: u32,
}

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denial {
    /// For this actor the resource does not exist; it belongs to another tenant.
    NotFound,
}

/// Whether the actor may do that to the resource.
///
/// Today every member of a tenant may do everything in it; another tenant's resource is not
/// found, never denied, so that its existence is not told.
///
/// # Errors
/// [`Denial::NotFound`] when the actor is no member of the resource's tenant.
pub fn permit(actor: &Actor, _action: Action, resource: Resource) -> Result<(), Denial> {
    if actor.is_member_of(resource.tenant) { Ok(()) } else { Err(Denial::NotFound) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member_of(tenants: &[u32]) -> Actor {
        Actor { id: "ada".into(), acting_for: None, tenants: tenants.into() }
    }

    #[test]
    fn lets_a_member_act_in_its_tenant() {
        let actor = member_of(&[1, 7]);
        assert_eq!(permit(&actor, Action::Cancel, Resource { tenant: 7 }), Ok(()));
    }

    #[test]
    fn hides_what_belongs_to_another_tenant() {
        let actor = member_of(&[1]);
        let answer = permit(&actor, Action::Read, Resource { tenant: 2 });
        assert_eq!(answer, Err(Denial::NotFound));
    }

    #[test]
    fn shows_nothing_to_an_actor_without_tenants() {
        let answer = permit(&member_of(&[]), Action::Read, Resource { tenant: 0 });
        assert_eq!(answer, Err(Denial::NotFound));
    }
}
