//! Cancelling: waits are closed at once, children end before their scope.
//!
//! Not interruption by errors (`errors`) or by boundary events (their own files).

use testkit::scenario::check;

#[test]
fn a_nested_instance_ends_from_the_inside_out() {
    check(
        r"
            start -> fork:and -> outer:sub {
              start -> split:and -> inner:sub { start -> work:job(work) -> end } -> end
              split -> review:user -> end
              split -> wait:timer(P1D) -> end
              inner !~ asked:message(ask, = 1) -> answer:job(answer) -> end
            } -> end
            outer ! late:timer(P2D) -> end
            fork -> hear:receive(news, = 1) -> end
        ",
        r#"
            start
            cancel
            > timer late cancelled
            > unsubscribed news 1
            > cancelled hear
            > unsubscribed ask 1
            > task review cancelled
            > cancelled review
            > timer wait cancelled
            > cancelled wait
            > job work cancelled
            > cancelled work
            > cancelled inner
            > cancelled outer
            > cancelled
            publish ask 1
            > expired ask 1
            advance P3D
            > nothing
        "#,
    );
}

#[test]
fn what_has_ended_cannot_be_cancelled() {
    check(
        "start -> work:job(work) -> end",
        r#"
            start
            complete work
            #1 cancel
            > rejected not found
            ~ because has ended
        "#,
    );
}

#[test]
fn an_incident_does_not_stand_in_the_way() {
    check(
        r"
            start -> fork:and -> work:job(work) -> end
            fork -> choose:xor -[= x > 1]-> end
            choose -[= x > 2]-> end
        ",
        r#"
            start
            fail work "broken"
            > job work failed retries=0
            > incident JOB_NO_RETRIES work
            cancel
            > job work cancelled
            > resolved work
            > cancelled work
            > resolved choose
            > cancelled choose
            > cancelled
        "#,
    );
}

#[test]
fn an_interrupted_sub_process_ends_before_its_boundary_event_goes_on() {
    check(
        r"
            start -> outer:sub {
              start -> inner:sub { start -> work:job(work) -> end } -> end
            } -> end
            outer ! stop:message(stop, = 1) -> undo:job(undo) -> stopped:end
        ",
        r#"
            start
            publish stop 1 {"why": "changed"}
            > correlated stop 1
            > job work cancelled
            > cancelled work
            > cancelled inner
            > cancelled outer
            > entered stop
            > variables {"why":"changed"}
            > entered undo
            > job undo
            complete undo
            > completed undo
            > entered stopped
            > completed {"why":"changed"}
        "#,
    );
}

#[test]
fn tokens_that_wait_before_a_join_go_with_their_scope() {
    check(
        r"
            start -> box:sub {
              start -> fork:and -> join:and -> end
              fork -> work:job(work) -> join
            } -> end
            box ! late:timer(PT1M) -> end
        ",
        r#"
            start
            advance PT1M
            > fired late
            > job work cancelled
            > cancelled work
            > cancelled box
            > entered late
            > entered end
            > completed {}
        "#,
    );
}
