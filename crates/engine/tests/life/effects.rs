//! Effects: messages meet instances that have just ended, and an effect that comes again.
//!
//! Not lost effects; the store keeps each until it is applied.

use crate::machine::{complete, is_over, publish, start, world};
use engine::command::{Command, InstanceCommand, MailboxCommand};
use engine::state::instance::InstancePhase;

#[test]
fn a_message_on_its_way_to_an_instance_that_ends_goes_to_the_next_one() {
    let mut world = world(
        "
        start -> work:job(work) -> end
        work ! told:message(tell, = 1) -> told-end:end
        ",
    );
    let first = start(&mut world, "{}");
    let second = start(&mut world, "{}");
    world.settle();
    publish(&mut world, "tell", "1");
    complete(&mut world, "work");
    assert!(is_over(&world, first, InstancePhase::Completed), "it ended before the offer came");
    world.settle();
    assert!(is_over(&world, second, InstancePhase::Completed), "the message interrupted it");
    assert_eq!(world.mailboxes().map(|(_, it)| it.messages.len()).sum::<usize>(), 0);
}

#[test]
fn a_message_taken_at_once_needs_no_timer() {
    let mut world = world("start -> hear:receive(tell, = 1) -> end");
    let instance = start(&mut world, "{}");
    world.settle();
    publish(&mut world, "tell", "1");
    assert_eq!(world.timers().count(), 0, "nobody has to be woken for a message on its way");
    world.settle();
    assert!(is_over(&world, instance, InstancePhase::Completed));
}

#[test]
fn an_effect_that_comes_again_changes_nothing() {
    let mut world = world(
        "
        order:message-start(order) -> again:xor -[= n < 3000]-> add:script(= n + 1, n) -> again
        order: outputs { n = = 0 }
        again -[default]-> hear:receive(tell, = 1) -> end
        hear !~ news:message(news, = 1) -> noted:end
        ",
    );
    publish(&mut world, "order", "A");
    carry_twice(&mut world);
    publish(&mut world, "news", "1");
    carry_twice(&mut world);
    publish(&mut world, "tell", "1");
    carry_twice(&mut world);
    let [instance] = world.started() else { panic!("one instance has begun") };
    assert!(is_over(&world, *instance, InstancePhase::Completed));
    let noted = world.take_log().into_iter().filter(|it| {
        matches!(
            &it.what,
            testkit::world::What::Instance { event, element, definition }
                if matches!(event, engine::event::InstanceEvent::ElementEntered { .. })
                    && &*definition.graph.node(*element).id == "noted"
        )
    });
    assert_eq!(noted.count(), 1);
}

/// Carries every effect; those whose target can tell that it was there already, twice.
fn carry_twice(world: &mut testkit::World) {
    loop {
        let Some(effect) = world.effects().next().cloned() else { break };
        world.carry();
        let tells = match &effect.command {
            Command::Instance(InstanceCommand::CreateInstance(_) | InstanceCommand::Continue) => {
                true
            }
            Command::Mailbox(command) => !matches!(command, MailboxCommand::Subscribe { .. }),
            Command::Entry(command) => {
                matches!(command, engine::command::EntryCommand::EndInstance { .. })
            }
            _ => false,
        };
        if tells {
            // A rejection is an answer too: it changes nothing.
            let _ = world.post(effect.target, &effect.command);
        }
    }
    world.settle();
}

#[test]
fn a_message_that_comes_too_late_starts_the_process_it_would_have_reached() {
    let mut world = world(
        "
        start -> work:job(work) -> end
        work ! told:message(tell, = 1) -> told-end:end
        begun:message-start(tell) -> other:job(other) -> end
        ",
    );
    let first = start(&mut world, "{}");
    world.settle();
    publish(&mut world, "tell", "1");
    complete(&mut world, "work");
    world.settle();
    assert!(is_over(&world, first, InstancePhase::Completed));
    assert_eq!(world.started().len(), 2, "the message started the process instead");
    assert!(world.available_job("other", None).is_some());
}
