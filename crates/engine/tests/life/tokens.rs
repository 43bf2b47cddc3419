//! Tokens: forks, joins, merges, and ends that stop others.
//!
//! Not conditions; exclusive gateways have their own file.

use testkit::scenario::check;

#[test]
fn several_flows_out_of_a_task_are_a_fork() {
    check(
        r"
            start -> work:job(work) -> a:end
            work -> b:end
        ",
        r#"
            start
            complete work
            > completed work
            > entered a
            > entered b
            > completed {}
        "#,
    );
}

#[test]
fn several_flows_into_a_task_are_as_many_visits() {
    check(
        r"
            start -> fork:and -> a:manual -> work:job(work) -> end
            fork -> b:manual -> work
        ",
        r#"
            start
            complete work
            > completed work
            > entered end
            complete work
            > completed work
            > entered end
            > completed {}
        "#,
    );
}

#[test]
fn a_second_token_on_one_flow_waits_and_is_a_deadlock_in_the_end() {
    check(
        r"
            start -> fork:and -> merge:xor -> join:and -> after:job(after) -> end
            fork -> merge
            fork -> b:job(b) -> join
        ",
        r#"
            start
            > entered start
            > entered fork
            > entered merge
            > entered merge
            > entered b
            > job b
            > parked merge.join
            > parked merge.join
            complete b
            > completed b
            > parked b.join
            > entered join
            > entered after
            > job after
            complete after
            > completed after
            > entered end
            > incident DEADLOCK process
            ~ because every flow into `join`
            cancel
            > resolved process
            > cancelled
        "#,
    );
}

#[test]
fn a_fork_right_into_its_join_passes() {
    check(
        r"
            start -> fork:and -> join:and -> end
            fork -> join
        ",
        r#"
            start
            > entered start
            > entered fork
            > parked fork.join
            > parked fork.join.2
            > entered join
            > entered end
            > completed {}
        "#,
    );
}

#[test]
fn a_join_inside_a_loop_joins_every_time() {
    check(
        r"
            start -> loop:xor -> fork:and -> a:job(a) -> join:and -> again:xor -[= n < 2]-> loop
            fork -> b:script(= n + 1, n) -> join
            again -[default]-> end
        ",
        r#"
            start {"n": 0}
            complete a
            > completed a
            > parked a.join
            > entered join
            > entered again
            > entered loop
            > entered fork
            > entered a
            > entered b
            > job a
            > variables {"n":2}
            > parked b.join
            complete a
            > completed a
            > parked a.join
            > entered join
            > entered again
            > entered end
            > completed {"n":2}
        "#,
    );
}

#[test]
fn nested_forks_join_in_their_own_order() {
    check(
        r"
            start -> f1:and -> f2:and -> a:job(a) -> j2:and -> j1:and -> end
            f2 -> b:job(b) -> j2
            f1 -> c:job(c) -> j1
        ",
        r#"
            start
            complete c
            > completed c
            > parked c.j1
            complete a
            > completed a
            > parked a.j2
            complete b
            > completed b
            > parked b.j2
            > entered j2
            > parked j2.j1
            > entered j1
            > entered end
            > completed {}
        "#,
    );
}

#[test]
fn a_terminate_end_stops_what_an_interruption_would_have_gone_on_with() {
    check(
        r"
            start -> fork:and -> box:sub {
              start -> deep:sub { start -> broke:error-end(OOPS) } -> end
            } -> end
            box ! oops:error(OOPS) -> never:job(never) -> end
            fork -> t1:manual -> t2:manual -> t3:manual -> t4:manual -> kill:terminate
        ",
        r#"
            start
            > entered start
            > entered fork
            > entered box
            > entered t1
            > entered box_start
            > entered t2
            > entered deep
            > entered t3
            > entered deep_start
            > entered t4
            > entered broke
            > entered kill
            > cancelled broke
            > cancelled deep
            > cancelled box
            > completed {}
        "#,
    );
}

#[test]
fn a_deadlock_inside_a_sub_process_is_its_own() {
    check(
        r"
            start -> fork:and -> box:sub {
              start -> choose:xor -[= true]-> a:manual -> join:and -> end
              choose -[default]-> b:manual -> join
            } -> end
            box ! late:timer(PT1H) -> give-up:end
            fork -> other:job(other) -> end
        ",
        r#"
            start
            > entered start
            > entered fork
            > entered box
            > entered other
            > timer late in PT1H
            > job other
            > entered box_start
            > entered choose
            > entered a
            > parked a.join
            > incident DEADLOCK box
            complete other
            > completed other
            > entered end
            advance PT1H
            > fired late
            > resolved box
            > cancelled box
            > entered late
            > entered give-up
            > completed {}
        "#,
    );
}
