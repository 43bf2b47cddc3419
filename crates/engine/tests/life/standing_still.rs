//! Suspended instances: nothing goes on, and nothing is lost.

use testkit::scenario::check;

#[test]
fn jobs_timers_and_messages_wait_and_come_after_resuming() {
    check(
        "
            start -> fork:and -> a:job(a) -> join:and -> end
            fork -> wait:timer(PT1H) -> join
            fork -> paid:receive(paid, = order) -> join
        ",
        r#"
            start {"order": 7}
            ~ available a
            suspend
            > suspended
            ~ not available a
            publish paid 7 ttl PT5H
            > buffered paid 7
            advance PT2H
            > nothing
            resume
            > resumed
            > job a offered
            > correlated paid 7
            > completed paid
            > parked paid.join
            advance PT0S
            > fired wait
            > completed wait
            > parked wait.join
            complete a
            ~ entered end
        "#,
    );
}

#[test]
fn what_a_worker_has_done_is_kept_for_later() {
    check(
        "start -> a:job(a) -> b:job(b) -> end",
        r#"
            start
            suspend
            retries a 5
            > job a retries=5
            resume
            complete a {"x": 1}
            > variables {"x":1}
            > completed a
            > entered b
            > job b
            suspend
            > suspended
            suspend
            > rejected invalid state
            resume
            > resumed
            > job b offered
            resume
            > rejected invalid state
            complete b
            ~ entered end
        "#,
    );
}

#[test]
fn a_suspended_instance_can_be_cancelled() {
    check(
        "start -> a:job(a) -> end",
        r"
            start
            suspend
            cancel
            > job a cancelled
            > cancelled a
            > cancelled
        ",
    );
}

#[test]
fn people_may_take_tasks_but_not_complete_them() {
    check(
        "start -> review:user -> end",
        r"
            start
            suspend
            task review claim ada
            > task review assignee=ada
            task review complete
            > rejected invalid state
            ~ because is suspended
            resume
            task review complete
            ~ entered end
        ",
    );
}

#[test]
fn it_is_modified_while_it_stands_still() {
    check(
        "start -> a:job(a) -> b:job(b) -> end",
        r"
            start
            suspend
            modify move a to b
            > modified
            > entered b
            > job a cancelled
            > cancelled a
            > paused
            resume
            > resumed
            > job b
            complete b
            ~ entered end
        ",
    );
}
