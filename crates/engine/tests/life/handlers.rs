//! Event sub-processes among other ways to be in a scope: multi-instance, calls, other events.
//!
//! Not what one does alone; `element/event_sub_process.rs` has those scenarios.

use testkit::scenario::check;

#[test]
fn each_instance_of_a_multi_instance_sub_process_has_its_own() {
    check(
        r"
            start -> ship:sub each(= items, item) {
              start -> pack:job(pack) -> end
              stop:event-sub { stopped:message-start(stop, = item) -> undo:job(undo) -> end }
            } -> shipped:end
            ship ! late:timer(PT1H) -> too-late:end
        ",
        r#"
            start {"items": ["a", "b"]}
            > entered start
            > entered each ship
            > timer late in PT1H
            > entered ship
            > variables of ship {"item":"a","loopCounter":1}
            > entered ship
            > variables of ship {"item":"b","loopCounter":2}
            > subscribed stop a
            > subscribed stop b
            > entered ship_start
            > entered ship_start
            > entered pack
            > entered pack
            > job pack
            > job pack
            publish stop b
            > correlated stop b
            > interrupted ship
            > job pack cancelled
            > cancelled pack
            > entered stop
            > entered stopped
            > entered undo
            > job undo
            complete undo
            > completed undo
            > entered stop_end
            > completed stop
            > completed ship
            complete pack
            > completed pack
            > entered ship_end
            > unsubscribed stop a
            > completed ship
            > timer late cancelled
            > completed each ship
            > entered shipped
            > completed {"items":["a","b"]}
        "#,
    );
}

#[test]
fn an_error_of_a_called_process_starts_one_of_its_caller() {
    check(
        r"
            process parent
            start -> child:call(check) -> end
            poor:event-sub { broke:error-start(NO_MONEY) -> lend:job(lend) -> end }
            process check
            start -> fail:error-end(NO_MONEY)
        ",
        r#"
            start
            > entered start
            > entered child
            > #2 started check
            > #2 entered check_start
            > #2 entered fail
            > #2 failed with NO_MONEY
            > #2 cancelled fail
            > #2 cancelled
            > interrupted parent
            > cancelled child
            > entered poor
            > entered broke
            > entered lend
            > job lend
            complete lend
            > completed lend
            > entered poor_end
            > completed poor
            > completed {}
        "#,
    );
}

#[test]
fn one_begins_when_the_called_process_it_replaces_has_ended() {
    check(
        r"
            process parent
            start -> child:call(check) -> end
            stop:event-sub { stopped:message-start(stop, = 1) -> undo:job(undo) -> end }
            process check
            start -> work:job(work) -> end
            asked:event-sub { told:message-start(ask, = 2) non-interrupting -> end }
        ",
        r#"
            start
            > subscribed stop 1
            > entered start
            > entered child
            > #2 started check
            > #2 subscribed ask 2
            > #2 entered check_start
            > #2 entered work
            > #2 job work
            publish stop 1
            > correlated stop 1
            > interrupted parent
            > #2 unsubscribed ask 2
            > #2 job work cancelled
            > #2 cancelled work
            > #2 cancelled
            > cancelled child
            > entered stop
            > entered stopped
            > entered undo
            > job undo
            complete undo
            > completed undo
            > entered stop_end
            > completed stop
            > completed {}
        "#,
    );
}

#[test]
fn a_called_process_that_cannot_wait_is_cancelled_by_its_caller() {
    check(
        r"
            process parent
            start -> child:call(check) -> end
            process check
            start -> work:job(work) -> end
            asked:event-sub { told:message-start(ask, = order) non-interrupting -> end }
        ",
        r#"
            start
            > entered start
            > entered child
            > #2 started check
            > #2 incident EXTRACT_VALUE_ERROR check
            cancel
            > #2 resolved check
            > #2 cancelled
            > cancelled child
            > cancelled
        "#,
    );
}

#[test]
fn a_sub_process_may_be_interrupted_from_within_and_from_around() {
    check(
        r"
            start -> ship:sub {
              start -> fork:and -> pack:job(pack) -> end
              fork -> what:or -[= true]-> weigh:job(weigh) -> meet:or -> end
              what -[= true]-> wait:event-gateway -> come:catch-message(come, = 1) -> meet
              wait -> late:timer(PT5M) -> meet
              stop:event-sub { stopped:message-start(stop, = 1) -> undo:job(undo) -> end }
              ask:event-sub { asked:timer-start(R2/PT1M) non-interrupting -> tell:job(tell) -> end }
            } -> shipped:end
            halt:event-sub { halted:message-start(halt, = 1) -> end }
        ",
        r#"
            start
            > subscribed halt 1
            > entered start
            > entered ship
            > subscribed stop 1
            > timer asked in PT1M and 1 more
            > entered ship_start
            > entered fork
            > entered pack
            > entered what
            > job pack
            > entered weigh
            > entered wait
            > job weigh
            > subscribed come 1
            > timer late in PT5M
            complete weigh
            > completed weigh
            > parked weigh.meet
            advance PT1M
            > fired asked
            > timer asked in PT1M
            > entered ask
            > entered asked
            > entered tell
            > job tell
            publish stop 1
            > correlated stop 1
            > timer asked cancelled
            > interrupted ship
            > job pack cancelled
            > cancelled pack
            > timer late cancelled
            > unsubscribed come 1
            > cancelled wait
            > job tell cancelled
            > cancelled tell
            > cancelled ask
            > entered stop
            > entered stopped
            > entered undo
            > job undo
            publish halt 1
            > correlated halt 1
            > interrupted process
            > job undo cancelled
            > cancelled undo
            > cancelled stop
            > cancelled ship
            > entered halt
            > entered halted
            > entered halt_end
            > completed halt
            > completed {}
        "#,
    );
}
