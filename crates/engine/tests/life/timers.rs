//! Timers: due in order, in cycles, and after downtime.
//!
//! Not timer start events (`starts`).

use crate::machine::{start, world};
use testkit::scenario::check;
use testkit::world::BEGIN_MS;

#[test]
fn timers_fire_in_the_order_they_are_due() {
    check(
        r"
            start -> fork:and -> late:timer(PT2H) -> end
            fork -> early:timer(PT1H) -> end
        ",
        r#"
            start
            advance P1D
            > fired early
            > completed early
            > entered end
            > fired late
            > completed late
            > entered end
            > completed {}
        "#,
    );
}

#[test]
fn a_cycle_on_a_sub_process_goes_on_while_it_lives() {
    check(
        r"
            start -> box:sub { start -> work:job(work) -> end } -> end
            box !~ remind:timer(R/PT1H) -> note:manual -> noted:end
        ",
        r#"
            start
            advance PT2H
            > fired remind
            > timer remind in PT1H and on
            > entered remind
            > entered note
            > entered noted
            > fired remind
            > timer remind in PT1H and on
            > entered remind
            > entered note
            > entered noted
            complete work
            > completed work
            > entered box_end
            > timer remind cancelled
            > completed box
            > entered end
            > completed {}
        "#,
    );
}

#[test]
fn an_interrupting_timer_on_a_sub_process_ends_everything_inside() {
    check(
        r"
            start -> box:sub {
              start -> fork:and -> wait:timer(P1D) -> end
              fork -> review:user -> end
            } -> end
            box ! late:timer(PT1H) -> end
        ",
        r#"
            start
            advance PT1H
            > fired late
            > timer wait cancelled
            > cancelled wait
            > task review cancelled
            > cancelled review
            > cancelled box
            > entered late
            > entered end
            > completed {}
        "#,
    );
}

#[test]
fn a_loop_of_waits_never_is_an_endless_loop() {
    check(
        "start -> again:xor -> wait:timer(PT1M) -> again",
        r#"
            start
            advance PT200M
            ~ waits wait
            cancel
            > paused
            > timer wait cancelled
            > cancelled wait
            > cancelled
        "#,
    );
}

#[test]
fn temporal_values_are_timers_too() {
    check(
        r#"
            start -> wait:timer(= duration("PT1M")) -> until:timer(date: = date and time("2026-01-01T00:05:00Z")) -> end
        "#,
        r#"
            start
            > entered start
            > entered wait
            > timer wait in PT1M
            advance PT1M
            > fired wait
            > completed wait
            > entered until
            > timer until in PT4M
            advance PT4M
            > fired until
            > completed until
            > entered end
            > completed {}
        "#,
    );
}

#[test]
fn a_timer_and_a_message_race() {
    check(
        r"
            start -> pay:receive(paid, = 1) -> paid:end
            pay ! due:timer(PT1H) -> unpaid:end
        ",
        r#"
            start
            publish paid 1
            > correlated paid 1
            > timer due cancelled
            > completed pay
            > entered paid
            > completed {}
            start
            advance PT1H
            > #2 fired due
            > #2 unsubscribed paid 1
            > #2 cancelled pay
            > #2 entered due
            > #2 entered unpaid
            > #2 completed {}
        "#,
    );
}

const HOUR_MS: i64 = 3_600_000;

#[test]
fn what_was_due_during_a_downtime_fires_once_and_the_cycle_goes_on_in_step() {
    let mut world = world(
        "
        start -> work:job(work) -> end
        work !~ remind:timer(R/PT1H) -> mail:job(mail) -> mailed:end
        ",
    );
    start(&mut world, "{}");
    world.set_clock(BEGIN_MS + 5 * HOUR_MS + 1);
    assert!(world.fire_next());
    world.settle();
    let mails = world.jobs().filter(|(_, job)| &*job.job_type == "mail").count();
    assert_eq!(mails, 1, "five hours are one reminder");
    let next = world.next_timer().map(|(due_ms, _, _)| due_ms);
    assert_eq!(next, Some(BEGIN_MS + 6 * HOUR_MS));
}

#[test]
fn a_start_timer_due_during_a_downtime_starts_once() {
    let mut world = world("tick:timer-start(R5/PT1H) -> work:job(work) -> end");
    world.set_clock(BEGIN_MS + 3 * HOUR_MS);
    assert!(world.fire_next());
    world.settle();
    assert_eq!(world.started().len(), 1);
    let next = world.next_timer().map(|(due_ms, _, _)| due_ms);
    assert_eq!(next, Some(BEGIN_MS + 4 * HOUR_MS));
}
