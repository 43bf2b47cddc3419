//! Standard loops: again and again, while a condition is true.

use testkit::scenario::check;

#[test]
fn a_round_comes_after_each_other_while_the_condition_is_true() {
    check(
        r"
            start -> work:job(work) loop(= more) -> end
        ",
        r#"
            start
            > entered start
            > entered each work
            > entered work
            > variables of work {"loopCounter":1}
            > job work
            complete work {"more": true}
            > variables {"more":true}
            > completed work
            > entered work
            > variables of work {"loopCounter":2}
            > job work
            complete work {"more": false}
            > variables {"more":false}
            > completed work
            > completed each work
            > entered end
            > completed {"more":false}
        "#,
    );
}

#[test]
fn a_condition_looked_at_first_may_let_no_round_begin() {
    check(
        r"
            start -> work:job(work) loop-while(= loopCounter < n) -> end
        ",
        r#"
            start {"n": 0}
            > entered start
            > entered each work
            > entered end
            > completed {"n":0}
            start {"n": 1}
            > #2 entered start
            > #2 entered each work
            > #2 entered work
            > #2 variables of work {"loopCounter":1}
            > #2 job work
            complete work
            > #2 completed work
            > #2 completed each work
            > #2 entered end
            > #2 completed {"n":1}
        "#,
    );
}

#[test]
fn rounds_have_a_maximum_and_mapped_outputs_reach_the_condition() {
    check(
        r"
            start -> count:sub loop(= total < 100, 3) { start -> add:script(= total + 1, total) -> end } -> end
        ",
        r#"
            start {"total": 0}
            > entered start
            > entered each count
            > entered count
            > variables of count {"loopCounter":1}
            > entered count_start
            > entered add
            > variables {"total":1}
            > entered count_end
            > completed count
            > entered count
            > variables of count {"loopCounter":2}
            > entered count_start
            > entered add
            > variables {"total":2}
            > entered count_end
            > completed count
            > entered count
            > variables of count {"loopCounter":3}
            > entered count_start
            > entered add
            > variables {"total":3}
            > entered count_end
            > completed count
            > completed each count
            > entered end
            > completed {"total":3}
        "#,
    );
    check(
        r"
            start -> work:job(work) loop(= not(done)) outputs { done = = ok } -> end
        ",
        r#"
            start
            > entered start
            > entered each work
            > entered work
            > variables of work {"loopCounter":1}
            > job work
            complete work {"ok": false}
            > variables of work {"ok":false}
            > variables {"done":false}
            > completed work
            > entered work
            > variables of work {"loopCounter":2}
            > job work
            complete work {"ok": true}
            > variables of work {"ok":true}
            > variables {"done":true}
            > completed work
            > completed each work
            > entered end
            > completed {"done":true}
        "#,
    );
}

#[test]
fn what_interrupts_the_activity_ends_all_rounds() {
    check(
        r"
            start -> work:job(work) loop(= true) -> end
            work ! late:timer(PT1H) -> over:end
        ",
        r#"
            start
            > entered start
            > entered each work
            > timer late in PT1H
            > entered work
            > variables of work {"loopCounter":1}
            > job work
            complete work
            > completed work
            > entered work
            > variables of work {"loopCounter":2}
            > job work
            advance PT1H
            > fired late
            > job work cancelled
            > cancelled work
            > cancelled each work
            > entered late
            > entered over
            > completed {}
        "#,
    );
}

#[test]
fn a_condition_that_is_no_truth_is_an_incident_until_it_is_one() {
    check(
        r"
            start -> work:job(work) loop(= more) -> end
        ",
        r#"
            start
            > entered start
            > entered each work
            > entered work
            > variables of work {"loopCounter":1}
            > job work
            complete work
            > completed work
            > incident CONDITION_ERROR work
            set {"more": false}
            > variables {"more":false}
            resolve
            > resolved work
            > completed each work
            > entered end
            > completed {"more":false}
            start
            > #2 entered start
            > #2 entered each work
            > #2 entered work
            > #2 variables of work {"loopCounter":1}
            > #2 job work
            cancel
            > #2 job work cancelled
            > #2 cancelled work
            > #2 cancelled each work
            > #2 cancelled
        "#,
    );
}

#[test]
fn called_processes_are_called_again() {
    check(
        r"
            start -> ask:call(child) loop(= n < 2) -> end
            process child
            start -> add:script(= n + 1, n) -> end
        ",
        r#"
            start {"n": 0}
            > entered start
            > entered each ask
            > entered ask
            > variables of ask {"loopCounter":1}
            > #2 started child {"loopCounter":1,"n":0}
            > #2 entered child_start
            > #2 entered add
            > #2 variables {"n":1}
            > #2 entered child_end
            > #2 completed {"loopCounter":1,"n":1}
            > variables {"n":1}
            > completed ask
            > entered ask
            > variables of ask {"loopCounter":2}
            > #3 started child {"loopCounter":2,"n":1}
            > #3 entered child_start
            > #3 entered add
            > #3 variables {"n":2}
            > #3 entered child_end
            > #3 completed {"loopCounter":2,"n":2}
            > variables {"n":2}
            > completed ask
            > completed each ask
            > entered end
            > completed {"n":2}
        "#,
    );
}
