//! Commands that are refused: each says why and changes nothing.
//!
//! Not requests over the wire; their limits and shapes are the edge's.

use crate::machine::{start, world};
use engine::command::{Command, InstanceCommand, RejectionKind};
use engine::event::{Activation, IncidentKind, Variables};
use engine::key::Key;
use engine::state::instance::Instance;
use testkit::world::BEGIN_MS;

#[test]
fn what_does_not_exist_is_not_found() {
    let mut world = world("start -> fork:and -> work:job(work) -> end; fork -> ask:user -> end");
    let instance = start(&mut world, "{}");
    world.settle();
    let (nothing, slot, by) = (Key(1), 3, Activation::default());
    let variables = Variables::new();
    let commands = [
        InstanceCommand::CompleteJob {
            slot,
            job: nothing,
            variables: variables.clone(),
            by,
            result: None,
        },
        InstanceCommand::UpdateJob { slot: 99, job: nothing, retries: Some(1), deadline_ms: None },
        InstanceCommand::FireTimer { slot, timer: nothing },
        InstanceCommand::ResolveIncident { incident: nothing },
        InstanceCommand::SetVariables {
            element: nothing,
            variables: variables.clone(),
            local: true,
        },
        InstanceCommand::CompleteUserTask { task: nothing, variables, action: "".into() },
    ];
    for command in commands {
        let answer = world.ask(instance, &Command::Instance(command.clone())).unwrap_err();
        assert_eq!(answer.kind, RejectionKind::NotFound, "{command:?}");
        assert!(answer.message.starts_with("Expected"), "{answer}");
    }
}

#[test]
fn an_instance_that_never_existed_refuses_everything_but_its_creation() {
    let mut world = world("start -> end");
    let instance = start(&mut world, "{}");
    let graph = world.definition_of(instance).unwrap().graph.clone();
    let mut inputs = engine::life::Inputs {
        now_ms: BEGIN_MS,
        keys: engine::key::Keys::above(1, Key(0)),
        seed: 0,
        zone: jiff::tz::TimeZone::UTC,
        transitions_max: engine::limits::STEP_TRANSITIONS_MAX,
    };
    for command in [InstanceCommand::CancelInstance, InstanceCommand::Continue] {
        let mut state = Instance::default();
        let known = world.definitions();
        let step = engine::step::instance::step;
        let answer = step(known, &graph, &mut state, &command, &mut inputs);
        assert_eq!(answer.unwrap_err().kind, RejectionKind::NotFound);
        assert_eq!(state, Instance::default());
    }
}

#[test]
fn an_instance_is_created_once() {
    let mut world = world("start -> work:job(work) -> end");
    let instance = start(&mut world, "{}");
    let create = engine::command::CreateInstance {
        instance,
        definition: world.instance(instance).unwrap().definition,
        start: 1,
        ..Default::default()
    };
    let again = Command::Instance(InstanceCommand::CreateInstance(Box::new(create)));
    assert_eq!(world.ask(instance, &again).unwrap_err().kind, RejectionKind::AlreadyExists);
}

#[test]
fn a_timer_does_not_fire_early() {
    let mut world = world("start -> wait:timer(PT1H) -> end");
    let instance = start(&mut world, "{}");
    let (_, timer, _) = world.next_timer().unwrap();
    let fire = Command::Instance(InstanceCommand::FireTimer { slot: 2, timer });
    assert_eq!(world.ask(instance, &fire).unwrap_err().kind, RejectionKind::InvalidState);
}

#[test]
fn a_quarantined_instance_has_an_incident_that_can_be_resolved() {
    let mut world = world("start -> work:job(work) -> end");
    let instance = start(&mut world, "{}");
    let quarantine = InstanceCommand::Quarantine { message: "a scope lost a child".into() };
    world.ask(instance, &Command::Instance(quarantine)).unwrap();
    let incident = world.instance(instance).unwrap().elements[&0].incidents[0].clone();
    assert_eq!(incident.kind, IncidentKind::Quarantined);
    let resolve = InstanceCommand::ResolveIncident { incident: incident.key };
    world.ask(instance, &Command::Instance(resolve)).unwrap();
    assert_eq!(world.instance(instance).unwrap().incidents, 0);
}

#[test]
fn moving_a_deadline_changes_only_the_job() {
    let mut world = world("start -> work:job(work) -> end");
    let instance = start(&mut world, "{}");
    let (job, row) = world.jobs().next().map(|(job, row)| (job, row.clone())).unwrap();
    let deadline_ms = Some(BEGIN_MS + 60_000);
    let update = InstanceCommand::UpdateJob { slot: row.slot, job, retries: None, deadline_ms };
    let before = world.instance(instance).unwrap().clone();
    world.ask(instance, &Command::Instance(update)).unwrap();
    assert_eq!(*world.instance(instance).unwrap(), before);
}
