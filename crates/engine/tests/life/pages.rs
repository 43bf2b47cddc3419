//! Pages: instances with more elements than one page holds, of which a step brings only some.
//!
//! The machine forgets every page after each step, so whatever a step needs it must ask for.

use crate::machine::{complete, is_over, root, world};
use engine::command::{Command, InstanceCommand};
use engine::event::Variables;
use engine::key::Key;
use engine::state::instance::InstancePhase;
use testkit::World;

/// Three pages of instances beside the root's.
const ITEMS: usize = 800;

fn begin(world: &mut World) -> Key {
    let items: Vec<usize> = (0..ITEMS).collect();
    let items = serde_json::to_string(&items).unwrap();
    let variables: Variables = vec![("items".into(), items.into())];
    let instance = world.post_start("process", variables, None).unwrap();
    world.settle();
    instance
}

#[test]
fn outputs_come_from_all_pages_in_order() {
    let mut world = world("start -> pick:job(pick) each(= items, item, picked, = item + 1) -> end");
    let instance = begin(&mut world);
    for _ in 0..ITEMS {
        complete(&mut world, "pick");
    }
    world.settle();
    let expected: Vec<usize> = (1..=ITEMS).collect();
    let expected = serde_json::to_string(&expected).unwrap();
    assert_eq!(root(&world, instance, "picked"), Some(&*expected));
    assert!(is_over(&world, instance, InstancePhase::Completed));
}

#[test]
fn in_turn_only_one_instance_lives() {
    let mut world = world(
        "start -> pick:script(= item, done) each-in-turn(= items, item, picked, = done) -> end",
    );
    let instance = begin(&mut world);
    assert!(is_over(&world, instance, InstancePhase::Completed));
    assert!(root(&world, instance, "picked").unwrap().ends_with(",799]"));
}

#[test]
fn a_cancelled_instance_leaves_no_page_behind() {
    let mut world = world(
        "start -> ship:sub each(= items, item, sent, = item) { start -> pack:job(pack) -> end } -> end",
    );
    let instance = begin(&mut world);
    let cancel = Command::Instance(InstanceCommand::CancelInstance);
    world.ask(instance, &cancel).unwrap();
    assert!(is_over(&world, instance, InstancePhase::Cancelled));
    assert_eq!(world.stored_pages(instance), 0);
}

#[test]
fn a_boundary_event_cancels_all_pages() {
    let mut world = world(
        "start -> pick:job(pick) each(= items, item, picked, = item) -> end
         pick ! late:timer(PT1H) -> given-up:end",
    );
    let instance = begin(&mut world);
    complete(&mut world, "pick");
    world.advance_to(world.now_ms() + 3_600_000);
    assert!(is_over(&world, instance, InstancePhase::Completed));
    assert_eq!(world.stored_pages(instance), 0);
}

#[test]
fn a_terminate_end_cancels_all_pages() {
    let mut world = world(
        "start -> fork:and -> pick:job(pick) each(= items, item) -> end
         fork -> stop:job(stop) -> kill:terminate",
    );
    let instance = begin(&mut world);
    complete(&mut world, "stop");
    world.settle();
    assert!(is_over(&world, instance, InstancePhase::Completed));
    assert_eq!(world.stored_pages(instance), 0);
}

#[test]
fn incidents_far_away_are_found_by_their_key() {
    let mut world = world("start -> pick:script(= assert(item, go), x) each(= items, item) -> end");
    let instance = begin(&mut world);
    let state = world.instance(instance).unwrap();
    assert_eq!(state.incidents as usize, ITEMS);
    let last = state.elements.values().last().unwrap().incidents[0].key;
    let scope = state.key;
    let variables: Variables = vec![("go".into(), "true".into())];
    let set = InstanceCommand::SetVariables { element: scope, variables, local: false };
    world.ask(instance, &Command::Instance(set)).unwrap();
    let resolve = InstanceCommand::ResolveIncident { incident: last };
    world.ask(instance, &Command::Instance(resolve)).unwrap();
    assert_eq!(world.instance(instance).unwrap().incidents as usize, ITEMS - 1);
}
