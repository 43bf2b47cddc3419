//! Running instances that go on as instances of another version.

use testkit::scenario::check;

#[test]
fn jobs_and_timers_follow_and_new_events_are_waited_for() {
    check(
        "
            start -> a:job(a) -> end
            a !~ late:timer(PT1H) -> remind:job(remind) -> end
            a ! stop:message(stop, = order) -> end
        ",
        r#"
            start {"order": 1}
            advance PT30M
            redeploy start -> x:manual -> a:job(other) -> b:job(b) -> end; a !~ late:timer(PT5H) -> remind:job(remind) -> end; a ! no:message(no, = order) -> end
            migrate
            > unsubscribed stop 1
            > migrated to process version 2
            > subscribed no 1
            advance PT30M
            > fired late
            > entered late
            > entered remind
            > job remind
            complete a
            > unsubscribed no 1
            > completed a
            > entered b
            > job b
            complete b
            complete remind
            ~ completed {"order":1}
        "#,
    );
}

#[test]
fn every_active_element_needs_a_place_of_its_kind() {
    check(
        "start -> a:job(a) -> end",
        r#"
            start
            migrate
            > rejected invalid state
            ~ because to run another definition
            redeploy start -> b:job(a) -> c:user -> box:sub { start -> d:job(d) -> end } -> end
            migrate
            > rejected invalid state
            ~ because Expected a mapping for every active element, but `a` has none
            migrate a=c
            > rejected invalid state
            ~ because it is a service task done by a worker and `c` is a user task
            migrate a=d
            > rejected invalid state
            ~ because to stay in its scope
            migrate a=nowhere
            > rejected invalid argument
            migrate a=b
            > migrated to process version 2
            complete a
            ~ entered c
            task c complete
            complete d
            ~ completed {}
        "#,
    );
}

#[test]
fn tokens_before_a_join_and_tasks_of_people_stay_where_they_are() {
    check(
        "
            start -> fork:and -> a:job(a) -> join:and -> end
            fork -> review:user -> join
        ",
        r#"
            start
            complete a
            ~ parked a.join
            task review claim ada
            redeploy start -> fork:and -> a:job(a) -> join:and -> more:job(more) -> end; fork -> review:user -> join
            migrate
            > migrated to process version 2
            task review complete
            > completed review
            > parked review.join
            > entered join
            > entered more
            > job more
            complete more
            ~ completed {}
        "#,
    );
}

#[test]
fn a_suspended_instance_is_migrated_with_what_it_was_about_to_do() {
    check(
        "start -> a:job(a) -> b:job(b) -> end",
        r#"
            start
            suspend
            modify move a to b
            redeploy start -> a:job(a) -> b:job(b) -> c:job(c) -> end
            migrate
            > migrated to process version 2
            resume
            > resumed
            > job b
            complete b
            ~ entered c
            complete c
            ~ completed {}
        "#,
    );
}

#[test]
fn an_event_that_cannot_be_waited_for_refuses_the_migration() {
    check(
        "start -> a:job(a) -> end",
        r#"
            start
            redeploy start -> a:job(a) -> end; a ! late:timer(= patience) -> end
            migrate
            > rejected invalid state
            ~ because Expected to know what `late` waits for
            set {"patience": "PT1H"}
            migrate
            > migrated to process version 2
            > timer late in PT1H
            advance PT1H
            ~ cancelled a
        "#,
    );
}

#[test]
fn what_could_still_be_compensated_is_not_migrated() {
    check(
        "start -> a:job(a) -> b:job(b) -> end\na ! undo:compensation -> c:job(c)",
        r#"
            start
            complete a
            redeploy start -> a:job(a) -> b:job(b) -> d:job(d) -> end
            migrate
            > rejected invalid state
            ~ because Expected nothing completed that could still be compensated
        "#,
    );
}

#[test]
fn an_element_whose_listener_is_at_work_is_not_migrated() {
    check(
        "start -> a:job(a) on-start(audit) -> end",
        r#"
            start
            redeploy start -> a:job(a) -> d:job(d) -> end
            migrate
            > rejected invalid state
            ~ because Expected no element with an execution listener at work, but found `a`
        "#,
    );
}

#[test]
fn who_awaits_a_bpmn_signal_is_not_migrated() {
    check(
        "start -> a:catch-signal(go) -> end",
        r#"
            start
            redeploy start -> a:catch-signal(go) -> d:job(d) -> end
            migrate
            > rejected invalid state
            ~ because Expected no element that awaits a BPMN signal
        "#,
    );
}
