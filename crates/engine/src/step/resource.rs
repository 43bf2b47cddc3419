//! Steps of a resource head: deploy a version, delete one.
//!
//! Not here: reading the file; a deployment arrives checked.

use super::Outcome;
use crate::command::ResourceCommand;
use crate::life::Inputs;
use crate::state::resource::{ResourceEvent, ResourceHead};

/// One step of a resource head.
pub fn step(
    state: &mut ResourceHead,
    command: &ResourceCommand,
    inputs: &mut Inputs,
) -> Outcome<ResourceEvent> {
    let mut out = Outcome::default();
    let event = match command {
        ResourceCommand::DeployResource { tenant, kind, id, deployment, digest } => {
            ResourceEvent::ResourceDeployed {
                tenant: *tenant,
                kind: *kind,
                id: id.clone(),
                version: state.version + 1,
                resource: inputs.keys.next_key(),
                deployment: *deployment,
                digest: *digest,
            }
        }
        ResourceCommand::DeleteResource { resource, newest } => {
            let is_latest = state.latest == *resource;
            let latest = if is_latest { newest.unwrap_or_default() } else { state.latest };
            ResourceEvent::ResourceDeleted { resource: *resource, latest }
        }
    };
    state.apply(&event);
    out.events.push(event);
    out
}
