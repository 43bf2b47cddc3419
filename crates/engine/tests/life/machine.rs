//! Short ways to say what tests do to a machine step by step.
//!
//! Not for scenarios; those are text.

use engine::command::{Command, InstanceCommand, MailboxCommand};
use engine::event::Variables;
use engine::key::Key;
use engine::state::instance::InstancePhase;
use engine::state::mailbox::Shape;
use engine::state::{Kind, named_key};
use testkit::World;
use testkit::world::TENANT;

/// A machine with a process in short notation.
pub(crate) fn world(process: &str) -> World {
    let mut world = World::default();
    world.shape_mailboxes(Shape::SMALL);
    world.deploy_short(process).unwrap();
    world
}

/// Begins an instance with variables of numbers; its effects are left waiting.
pub(crate) fn start(world: &mut World, variables: &str) -> Key {
    let read: std::collections::BTreeMap<String, i64> = serde_json::from_str(variables).unwrap();
    let variables: Variables =
        read.into_iter().map(|(name, value)| (name.into(), value.to_string().into())).collect();
    world.post_start("process", variables, None).unwrap()
}

/// Completes the oldest job of a type; its effects are left waiting.
pub(crate) fn complete(world: &mut World, job_type: &str) {
    let job = world.available_job(job_type, None).unwrap();
    let row = world.activate(job, "worker").unwrap();
    let (slot, by) = (row.slot, row.by);
    let variables = Variables::new();
    let command = InstanceCommand::CompleteJob { slot, job, variables, by, result: None };
    world.post(row.instance, &Command::Instance(command)).unwrap();
}

/// Publishes a message without time to live; its effects are left waiting.
pub(crate) fn publish(world: &mut World, name: &str, correlation_key: &str) {
    let mailbox = named_key(Kind::Mailbox, TENANT, &[name, correlation_key]);
    let command = MailboxCommand::PublishMessage {
        tenant: TENANT,
        name: name.into(),
        correlation_key: correlation_key.into(),
        id: None,
        ttl_ms: 0,
        variables: Variables::new(),
        must_correlate: false,
    };
    world.post(mailbox, &Command::Mailbox(command)).unwrap();
}

/// Whether an instance is in this phase.
pub(crate) fn is_over(world: &World, instance: Key, phase: InstancePhase) -> bool {
    world.instance(instance).unwrap().phase == phase
}

/// A variable of the process scope.
pub(crate) fn root<'w>(world: &'w World, instance: Key, name: &str) -> Option<&'w str> {
    let scope = world.instance(instance)?.element(0)?;
    scope.variables.get(name).map(|value| &**value)
}
