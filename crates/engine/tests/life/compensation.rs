//! Compensation: what completed is undone, the last first, and never twice.

use testkit::scenario::{check, play};

#[test]
fn reaches_into_what_completed_and_not_into_what_is_active() {
    check(
        r#"
            start -> fork:and -> trip:sub {
              start -> book:job(book) -> pay:job(pay) -> end
              book ! booked:compensation -> unbook:job(unbook)
              pay ! paid:compensation -> refund:job(refund)
            } -> undo:compensation-throw -> done:end
            fork -> other:sub {
              start -> rent:job(rent) -> wait:job(wait) -> end
              rent ! rented:compensation -> unrent:job(unrent)
            } -> others:end
        "#,
        r#"
            start
            complete rent
            complete book
            complete pay
            > completed pay
            > entered trip_end
            > completed trip
            > entered undo
            > entered trip
            > entered refund
            > job refund
            complete refund
            > completed refund
            > entered unbook
            > job unbook
            complete unbook
            > completed unbook
            > completed trip
            > completed undo
            > entered done
            complete wait
            > completed wait
            > entered other_end
            > completed other
            > entered others
            > completed {}
        "#,
    );
}

#[test]
fn a_sub_process_with_a_handler_is_undone_by_it_and_then_inside() {
    check(
        r#"
            start -> trip:sub {
              start -> book:job(book) -> end
              book ! booked:compensation -> unbook:job(unbook)
            } -> undo:compensation-throw -> done:end
            trip ! tripped:compensation -> untrip:sub { start -> call:job(call) -> end }
        "#,
        r#"
            start
            complete book
            > completed book
            > entered trip_end
            > completed trip
            > entered undo
            > entered untrip
            > entered untrip_start
            > entered call
            > job call
            complete call
            > completed call
            > entered untrip_end
            > completed untrip
            > entered trip
            > entered unbook
            > job unbook
            complete unbook
            > completed unbook
            > completed trip
            > completed undo
            > entered done
            > completed {}
        "#,
    );
}

#[test]
fn every_instance_of_a_repeated_sub_process_is_undone_and_a_repeated_task_once() {
    check(
        r#"
            start -> trip:sub each(= [1, 2], item) {
              start -> book:job(book) -> end
              book ! booked:compensation -> unbook:job(unbook)
            } -> mail:job(mail) each(= [1, 2]) -> undo:compensation-throw -> done:end
            mail ! mailed:compensation -> recall:job(recall)
        "#,
        r#"
            start
            complete book
            complete book
            complete mail
            complete mail
            > completed mail
            > completed each mail
            > entered undo
            > entered recall
            > job recall
            complete recall
            > completed recall
            > entered each trip
            > entered trip
            > entered unbook
            > job unbook
            complete unbook
            > completed unbook
            > completed trip
            > entered trip
            > entered unbook
            > job unbook
            complete unbook
            > completed unbook
            > completed trip
            > completed each trip
            > completed undo
            > entered done
            > completed {}
        "#,
    );
}

#[test]
fn a_handler_may_be_repeated_and_call_and_throw() {
    check(
        r#"
            process main
            start -> book:job(book) -> undo:compensation-throw -> done:end
            book ! booked:compensation -> unbook:job(unbook) each(= [1, 2])
            unbook ! poor:error(POOR) -> poor-end:end
        "#,
        r#"
            start
            complete book
            > completed book
            > entered undo
            > entered each unbook
            > entered unbook
            > variables of unbook {"loopCounter":1}
            > entered unbook
            > variables of unbook {"loopCounter":2}
            > job unbook
            > job unbook
            complete unbook
            > completed unbook
            throw unbook POOR
            > job unbook threw POOR
            > cancelled unbook
            > cancelled each unbook
            > entered poor
            > completed undo
            > entered done
            > entered poor-end
            > completed {}
        "#,
    );
}

#[test]
fn what_an_event_sub_process_undoes_is_what_it_interrupted() {
    check(
        r#"
            start -> book:job(book) -> wait:job(wait) -> end
            book ! booked:compensation -> unbook:job(unbook)
            stop:event-sub { failed:error-start(BROKE) -> log:job(log) -> undo:compensation-throw -> end
              log ! logged:compensation -> unlog:job(unlog) }
        "#,
        r#"
            start
            complete book
            throw wait BROKE
            > job wait threw BROKE
            > interrupted process
            > cancelled wait
            > entered stop
            > entered failed
            > entered log
            > job log
            complete log
            > completed log
            > entered undo
            > entered unlog
            > job unlog
            complete unlog
            > completed unlog
            > entered unbook
            > job unbook
            complete unbook
            > completed unbook
            > completed undo
            > entered stop_end
            > completed stop
            > completed {}
        "#,
    );
}

#[test]
fn two_events_share_what_is_to_be_undone() {
    check(
        r#"
            start -> book:job(book) -> pay:job(pay) -> fork:and
            fork -> one:compensation-throw -> one-end:end
            fork -> two:compensation-throw -> two-end:end
            book ! booked:compensation -> unbook:job(unbook)
            pay ! paid:compensation -> refund:job(refund)
        "#,
        r#"
            start
            complete book
            complete pay
            > completed pay
            > entered fork
            > entered one
            > entered two
            > entered refund
            > entered unbook
            > job refund
            > job unbook
            complete unbook
            > completed unbook
            > completed two
            > entered two-end
            complete refund
            > completed refund
            > completed one
            > entered one-end
            > completed {}
        "#,
    );
}

#[test]
fn what_completes_meanwhile_is_left_for_the_next() {
    check(
        r#"
            start -> book:job(book) -> fork:and -> undo:compensation-throw -> then:job(then) -> again:compensation-throw -> done:end
            fork -> pay:job(pay) -> paid-end:end
            book ! booked:compensation -> unbook:job(unbook)
            pay ! paid:compensation -> refund:job(refund)
        "#,
        r#"
            start
            complete book
            complete pay
            > completed pay
            > entered paid-end
            complete unbook
            > completed unbook
            > completed undo
            > entered then
            > job then
            complete then
            > completed then
            > entered again
            > entered refund
            > job refund
            complete refund
            > completed refund
            > completed again
            > entered done
            > completed {}
        "#,
    );
}

#[test]
fn what_a_cancelled_scope_has_done_is_forgotten() {
    check(
        r#"
            start -> trip:sub {
              start -> inner:sub { start -> book:job(book) -> end
                book ! booked:compensation -> unbook:job(unbook) } -> wait:job(wait) -> end
            } -> never:end
            trip ! late:timer(PT1H) -> undo:compensation-throw -> done:end
        "#,
        r#"
            start
            complete book
            advance PT1H
            > fired late
            > job wait cancelled
            > cancelled wait
            > cancelled trip
            > entered late
            > entered undo
            > completed undo
            > entered done
            > completed {}
        "#,
    );
}

#[test]
fn a_called_process_is_undone_by_the_handler_of_its_call_only() {
    check(
        r#"
            process main
            start -> call:call(trip) -> undo:compensation-throw -> done:end
            call ! tripped:compensation -> untrip:job(untrip)
            process trip
            start -> book:job(book) -> end
            book ! booked:compensation -> unbook:job(unbook)
        "#,
        r#"
            start
            complete book
            > #2 completed book
            > #2 entered trip_end
            > #2 completed {}
            > completed call
            > entered undo
            > entered untrip
            > job untrip
            complete untrip
            > completed untrip
            > completed undo
            > entered done
            > completed {}
        "#,
    );
}

#[test]
fn a_thousand_completed_activities_are_undone() {
    let process = r"
        start -> trip:sub each-in-turn(= for i in 1..1000 return i) {
          start -> book:manual -> end
          book ! booked:compensation -> unbook:script(= n + 1, n)
        } -> undo:compensation-throw -> done:end
    ";
    let transcript = r#"
        start {"n": 0}
        ~ completed {"n":1000}
    "#;
    let outcome = play(process, transcript).unwrap();
    assert!(outcome.differences.is_empty(), "{}", outcome.differences.join("\n"));
}

#[test]
fn what_cannot_be_undone_is_refused() {
    let refused = [
        ("start -> a:task -> end\na ! undo:compensation", "Expected an association from `undo`"),
        (
            "start -> lost:sub { start -> a:task -> end } -> u:compensation-throw(a) -> end",
            "to compensate, but found `a`",
        ),
        ("start -> a:sub { start -> stop:cancel-end } -> end", "directly in a transaction"),
        (
            "start -> a:transaction { start -> stop:cancel-end } -> end",
            "Expected a cancel boundary event on transaction `a`",
        ),
        (
            "start -> a:sub { start -> end } -> end\na ! off:cancel -> end",
            "on a transaction, but found it on another",
        ),
        (
            "start -> end\nx:event-sub { s:compensation-start -> end }",
            "a process as a whole is not compensated",
        ),
        (
            "start -> a:transaction each(= [1]) { start -> stop:cancel-end } -> end\na ! off:cancel -> end",
            "Expected a transaction that is cancelled to run once",
        ),
    ];
    for (process, why) in refused {
        let refusal = play(process, "start").unwrap_err();
        assert!(refusal.contains(why), "{process}: {refusal}");
    }
}

#[test]
fn an_instance_is_cancelled_and_undone() {
    check(
        r#"
            start -> book:job(book) -> trip:sub {
              start -> pay:job(pay) -> end
              pay ! paid:compensation -> refund:job(refund)
            } -> fork:and -> wait:user -> end
            fork -> hear:receive(news, = 1) -> heard:end
            book ! booked:compensation -> unbook:job(unbook)
        "#,
        r#"
            start
            complete book
            complete pay
            cancel compensating
            > task wait cancelled
            > cancelled wait
            > unsubscribed news 1
            > cancelled hear
            > entered trip
            > entered refund
            > job refund
            complete refund
            > completed refund
            > completed trip
            > entered unbook
            > job unbook
            cancel compensating
            > rejected invalid state
            complete unbook
            > completed unbook
            > cancelled
        "#,
    );
}

#[test]
fn an_instance_with_nothing_to_undo_is_cancelled_at_once() {
    check(
        "start -> a:job(a) -> end",
        r#"
            start
            cancel compensating
            > job a cancelled
            > cancelled a
            > cancelled
        "#,
    );
}

#[test]
fn a_handler_that_fails_waits_for_repair_or_for_a_cancellation_without() {
    check(
        r#"
            start -> book:job(book) -> wait:user -> end
            book ! booked:compensation -> unbook:job(unbook)
        "#,
        r#"
            start
            complete book
            cancel compensating
            fail unbook retries=0
            retries unbook 1
            resolve unbook
            fail unbook retries=0
            cancel
            > job unbook cancelled
            > resolved unbook
            > cancelled unbook
            > cancelled
        "#,
    );
}
