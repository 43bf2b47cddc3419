//! Steps of a resource head: deploy a version.
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
    let ResourceCommand::DeployResource { tenant, kind, id, deployment, digest } = command;
    let mut out = Outcome::default();
    let event = ResourceEvent::ResourceDeployed {
        tenant: *tenant,
        kind: *kind,
        id: id.clone(),
        version: state.version + 1,
        resource: inputs.keys.next_key(),
        deployment: *deployment,
        digest: *digest,
    };
    state.apply(&event);
    out.events.push(event);
    out
}
