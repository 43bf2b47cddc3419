//! Long work: a step stops at its budget and goes on later, whatever comes between.
//!
//! Not loops that wait; those never exhaust a budget (`timers`).

use crate::machine::{complete, is_over, root, start, world};
use engine::command::{Command, InstanceCommand};
use engine::event::IncidentKind;
use engine::limits::STEP_TRANSITIONS_MAX;
use engine::state::instance::InstancePhase;
use testkit::scenario::check;

/// Counts to `limit`: eight transitions a round.
const COUNTING: &str = "
    start -> again:xor -[= n < limit]-> add:script(= n + 1, n) -> again
    again -[default]-> end
";

/// The same beside a job.
const COUNTING_BESIDE_A_JOB: &str = "
    start -> fork:and -> again:xor -[= n < 3000]-> add:script(= n + 1, n) -> again
    again -[default]-> end
    fork -> work:job(work) -> worked:end
";

#[test]
fn work_over_the_budget_goes_on_at_the_end_of_the_lane() {
    let mut world = world(COUNTING);
    let instance = start(&mut world, r#"{"n": 0, "limit": 3000}"#);
    assert!(world.continues(instance), "24,000 transitions are more than one step may make");
    assert!(world.take_log().len() < 2 * STEP_TRANSITIONS_MAX as usize);
    assert!(world.carry() && world.continues(instance));
    world.settle();
    assert_eq!(root(&world, instance, "n"), Some("3000"));
    assert!(is_over(&world, instance, InstancePhase::Completed));
}

#[test]
fn an_endless_loop_is_an_incident_and_can_be_repaired() {
    check(
        "
            start -> again:xor -[= stop]-> end
            again -[default]-> think:manual -> again
        ",
        r#"
            start {"stop": false}
            ~ paused
            ~ incident LOOP process
            ~ because without a wait
            resolve process
            ~ incident LOOP process
            set {"stop": true}
            resolve process
            > resolved process
            > entered again
            > entered end
            > completed {"stop":true}
        "#,
    );
}

#[test]
fn an_endless_loop_can_be_cancelled() {
    check(
        "start -> again:xor -> think:manual -> again",
        r#"
            start
            ~ incident LOOP process
            cancel
            > resolved process
            > paused
            > cancelled think
            > cancelled
        "#,
    );
}

#[test]
fn a_cancellation_comes_between() {
    let mut world = world(COUNTING);
    let instance = start(&mut world, r#"{"n": 0, "limit": 3000}"#);
    let cancel = Command::Instance(InstanceCommand::CancelInstance);
    world.post(instance, &cancel).unwrap();
    assert!(is_over(&world, instance, InstancePhase::Cancelled));
    world.settle();
}

#[test]
fn a_job_done_in_between_does_not_end_the_instance_under_its_tokens() {
    let mut world = world(COUNTING_BESIDE_A_JOB);
    let instance = start(&mut world, r#"{"n": 0}"#);
    complete(&mut world, "work");
    assert!(is_over(&world, instance, InstancePhase::Active), "the counting is not done");
    world.settle();
    assert_eq!(root(&world, instance, "n"), Some("3000"));
    assert!(is_over(&world, instance, InstancePhase::Completed));
}

#[test]
fn two_tokens_over_the_budget_both_go_on() {
    let mut world = world(
        "
        start -> fork:and -> again:xor -[= n < 3000]-> add:script(= n + 1, n) -> again
        again -[default]-> end
        fork -> work:job(work) -> more:xor -[= m < 3000]-> plus:script(= m + 1, m) -> more
        more -[default]-> worked:end
        ",
    );
    let instance = start(&mut world, r#"{"n": 0, "m": 0}"#);
    complete(&mut world, "work");
    world.settle();
    assert_eq!(root(&world, instance, "n"), Some("3000"));
    assert_eq!(root(&world, instance, "m"), Some("3000"));
    assert!(is_over(&world, instance, InstancePhase::Completed));
}

#[test]
fn a_terminate_end_in_between_stops_the_rest() {
    let mut world = world(
        "
        start -> fork:and -> again:xor -[= n < 3000]-> add:script(= n + 1, n) -> again
        again -[default]-> end
        fork -> work:job(work) -> kill:terminate
        ",
    );
    let instance = start(&mut world, r#"{"n": 0}"#);
    complete(&mut world, "work");
    assert!(is_over(&world, instance, InstancePhase::Completed));
    world.settle();
    assert_ne!(root(&world, instance, "n"), Some("3000"));
}

/// Many jobs in a sub-process that a message ends.
const CROWD: &str = "
    start -> box:sub {
      start -> again:xor -[= n < limit]-> fork:and -> work:job(work) -> end
      fork -> add:script(= n + 1, n) -> again
      again -[default]-> end
    } -> end
    box ! stopped:message(stop, = 1) -> after:job(after) -> end
";

#[test]
fn a_cancellation_reaches_what_an_interruption_has_not_reached_yet() {
    let mut world = world(CROWD);
    let instance = start(&mut world, r#"{"n": 0, "limit": 6000}"#);
    world.settle();
    assert_eq!(world.jobs().count(), 6000);
    crate::machine::publish(&mut world, "stop", "1");
    while !world.continues(instance) {
        assert!(world.carry(), "cancelling 6,000 jobs is more than one step may do");
    }
    let cancel = Command::Instance(InstanceCommand::CancelInstance);
    world.post(instance, &cancel).unwrap();
    world.settle();
    assert!(is_over(&world, instance, InstancePhase::Cancelled));
    assert_eq!(world.jobs().count(), 0);
}

#[test]
fn an_interruption_over_the_budget_goes_on_by_itself() {
    let mut world = world(CROWD);
    let instance = start(&mut world, r#"{"n": 0, "limit": 6000}"#);
    world.settle();
    crate::machine::publish(&mut world, "stop", "1");
    world.settle();
    let jobs: Vec<_> = world.jobs().map(|(_, job)| job.job_type.to_string()).collect();
    assert_eq!(jobs, ["after"]);
    assert!(is_over(&world, instance, InstancePhase::Active));
}

#[test]
fn too_many_live_elements_are_an_incident_that_can_be_cancelled() {
    let mut world = world(CROWD);
    world.check_every(500);
    let instance = start(&mut world, r#"{"n": 0, "limit": 130000}"#);
    world.settle();
    let state = world.instance(instance).unwrap();
    let incidents: Vec<_> = state.elements[&0].incidents.iter().map(|held| held.kind).collect();
    assert_eq!(incidents, [IncidentKind::Loop]);
    complete(&mut world, "work");
    let state = world.instance(instance).unwrap();
    assert_eq!(state.elements[&0].incidents.len(), 1, "the incident stands once");
    world.take_log();
    world.ask(instance, &Command::Instance(InstanceCommand::CancelInstance)).unwrap();
    assert!(is_over(&world, instance, InstancePhase::Cancelled));
}
