//! Starting: by message with one open instance per key, by timers, and deploying again.
//!
//! Not what happens inside the instance.

use testkit::scenario::check;

#[test]
fn one_instance_is_open_per_key_and_the_next_waits() {
    check(
        "order:message-start(order) -> work:job(work) -> end",
        r#"
            publish order A {"n": 1} ttl PT1H
            > buffered order A
            > started process {"n":1}
            > entered order
            > entered work
            > job work
            publish order A {"n": 2} ttl PT1H
            > buffered order A
            > queued order
            publish order B {"n": 3} ttl PT1H
            > buffered order B
            > #2 started process {"n":3}
            > #2 entered order
            > #2 entered work
            > #2 job work
            #1 complete work
            > completed work
            > entered end
            > completed {"n":1}
            > #3 started process {"n":2}
            > #3 entered order
            > #3 entered work
            > #3 job work
            #3 complete work
            > #3 completed work
            > #3 entered end
            > #3 completed {"n":2}
        "#,
    );
}

#[test]
fn a_waiting_message_that_expired_starts_nothing() {
    check(
        "order:message-start(order) -> work:job(work) -> end",
        r#"
            publish order A {"n": 1}
            publish order A {"n": 2} ttl PT1M
            > buffered order A
            > queued order
            publish order A {"n": 3} ttl PT1H
            > buffered order A
            > queued order
            publish order A {"n": 4}
            > nothing
            advance PT1M
            #1 complete work
            > completed work
            > entered end
            > completed {"n":1}
            > #2 started process {"n":3}
            > #2 entered order
            > #2 entered work
            > #2 job work
        "#,
    );
}

#[test]
fn a_cancelled_instance_lets_the_next_one_in() {
    check(
        "order:message-start(order) -> work:job(work) -> end",
        r#"
            publish order A {"n": 1}
            publish order A {"n": 2} ttl PT1M
            cancel
            > job work cancelled
            > cancelled work
            > cancelled
            > #2 started process {"n":2}
            > #2 entered order
            > #2 entered work
            > #2 job work
        "#,
    );
}

#[test]
fn without_a_key_every_message_starts() {
    check(
        "order:message-start(order) -> work:job(work) -> end",
        r#"
            publish order ""
            > started process
            > entered order
            > entered work
            > job work
            publish order ""
            > #2 started process
            > #2 entered order
            > #2 entered work
            > #2 job work
        "#,
    );
}

#[test]
fn a_message_starts_one_process_and_reaches_another_that_waits() {
    check(
        r#"
            process shop
            order:message-start(order) -> end
            process tally
            start -> hear:receive(order, = "A") -> done:end
        "#,
        r#"
            start tally
            publish order A {"n": 1}
            > correlated order A
            > variables {"n":1}
            > completed hear
            > entered done
            > completed {"n":1}
            > #2 started shop {"n":1}
            > #2 entered order
            > #2 entered end
            > #2 completed {"n":1}
        "#,
    );
}

#[test]
fn a_message_published_before_the_deployment_starts_nothing() {
    check(
        "start -> end",
        r#"
            publish order A ttl PT1H
            > buffered order A
            redeploy order:message-start(order) -> end
            > deployed process version 2
            publish order A ttl PT1H
            > buffered order A
            > started process
            > entered order
            > entered end
            > completed {}
        "#,
    );
}

#[test]
fn only_the_latest_version_starts() {
    check(
        "order:message-start(order) -> old:job(old) -> end",
        r#"
            publish order A {"n": 1}
            publish order A {"n": 2} ttl PT1H
            redeploy order:message-start(order) -> new:job(new) -> end
            > deployed process version 2
            complete old
            > completed old
            > entered end
            > completed {"n":1}
            > #2 started process {"n":2}
            > #2 entered order
            > #2 entered new
            > #2 job new
            redeploy start -> end
            > deployed process version 3
            publish order A {"n": 3} ttl PT1M
            > buffered order A
            complete new
            > #2 completed new
            > #2 entered end
            > #2 completed {"n":2}
        "#,
    );
}

#[test]
fn what_nobody_starts_any_more_is_dropped_at_the_door() {
    check(
        "order:message-start(order) -> old:job(old) -> end",
        r#"
            publish order A {"n": 1}
            publish order A {"n": 2} ttl PT1H
            redeploy start -> end
            complete old
            > completed old
            > entered end
            > completed {"n":1}
        "#,
    );
}

#[test]
fn an_identical_file_is_no_new_version() {
    check(
        r#"
            tick:timer-start(cycle: = "R/PT1H") -> end
        "#,
        r#"
            > timer tick in PT1H and on

            advance PT30M
            redeploy
            > nothing
            advance PT30M
            > fired tick
            > timer tick in PT1H and on
            > started process
            > entered tick
            > entered end
            > completed {}
        "#,
    );
}

#[test]
fn a_new_version_restarts_its_timers_and_ends_the_old_ones() {
    check(
        "tick:timer-start(R/PT1H) -> end",
        r#"
            advance PT30M
            redeploy tock:timer-start(R/PT2H) -> end
            > deployed process version 2
            > timer tock in PT2H and on
            advance PT1H
            > nothing
            advance PT1H
            > fired tock
            > timer tock in PT2H and on
            > started process
            > entered tock
            > entered end
            > completed {}
            redeploy start -> end
            advance P1D
            > nothing
        "#,
    );
}

#[test]
fn a_counted_cycle_starts_so_often() {
    check(
        "tick:timer-start(R3/PT1H) -> end",
        r#"
            advance PT1H
            > fired tick
            > timer tick in PT1H and 1 more
            > started process
            > entered tick
            > entered end
            > completed {}
            advance PT1H
            > fired tick
            > timer tick in PT1H
            > #2 started process
            > #2 entered tick
            > #2 entered end
            > #2 completed {}
            advance PT1H
            > fired tick
            > #3 started process
            > #3 entered tick
            > #3 entered end
            > #3 completed {}
            advance P1D
            > nothing
        "#,
    );
}

#[test]
fn cron_starts_by_the_calendar() {
    check(
        "tick:timer-start(0 0 9 * * MON-FRI) -> end",
        r#"
            > timer tick in PT9H and on

            advance to 2026-01-01T09:00:00Z
            > fired tick
            > timer tick in P1D and on
            > started process
            > entered tick
            > entered end
            > completed {}
            advance to 2026-01-02T09:00:00Z
            > fired tick
            > timer tick in P3D and on
            > #2 started process
            > #2 entered tick
            > #2 entered end
            > #2 completed {}
            advance to 2026-01-05T08:59:59Z
            > nothing
            advance PT1S
            > fired tick
            > timer tick in P1D and on
            > #3 started process
            > #3 entered tick
            > #3 entered end
            > #3 completed {}
        "#,
    );
}

#[test]
fn a_process_may_start_in_several_ways() {
    check(
        r"
            start -> work:job(work) -> end
            tick:timer-start(PT1H) -> work
            order:message-start(order) -> work
        ",
        r#"
            start
            > entered start
            > entered work
            > job work
            advance PT1H
            > fired tick
            > #2 started process
            > #2 entered tick
            > #2 entered work
            > #2 job work
            publish order 7
            > #3 started process
            > #3 entered order
            > #3 entered work
            > #3 job work
            complete work
            complete work
            complete work
            > #3 completed work
            > #3 entered end
            > #3 completed {}
        "#,
    );
}

#[test]
fn a_process_without_a_none_start_is_not_started_by_hand() {
    check(
        "tick:timer-start(PT1H) -> end",
        r#"
            start
            > rejected invalid state
            ~ because to have a none start event
            start other
            > rejected not found
        "#,
    );
}

#[test]
fn an_instance_can_carry_what_the_business_calls_it() {
    check(
        "start -> work:job(work) -> end",
        r#"
            start business ORDER-7 {"n": 1}
            > entered start
            > entered work
            > job work
            complete work
            > completed work
            > entered end
            > completed {"n":1}
        "#,
    );
}

#[test]
fn a_message_that_somebody_waits_for_does_not_start_the_same_process() {
    check(
        r"
            start -> hear:receive(order, = 1) -> end
            order:message-start(order) -> end
        ",
        r#"
            start
            publish order 1
            > correlated order 1
            > completed hear
            > entered end
            > completed {}
            publish order 1
            > #2 started process
            > #2 entered order
            > #2 entered end
            > #2 completed {}
        "#,
    );
}
