//! Incidents: every place something cannot proceed, and going on after repair.
//!
//! Not what FEEL says about a bad expression; only that it stops the element and nothing else.

use testkit::scenario::check;

#[test]
fn an_input_mapping_is_tried_again_after_repair() {
    check(
        r#"
            start -> work:job(work) -> end
            work: inputs { total = = assert(amount, amount != null, "no amount") * 2 }
        "#,
        r#"
            start
            > entered start
            > entered work
            > incident IO_MAPPING_ERROR work
            ~ because no amount
            resolve work
            > resolved work
            > incident IO_MAPPING_ERROR work
            set {"amount": 4}
            resolve work
            > resolved work
            > variables of work {"total":8}
            > job work
            complete work
            > completed work
            > entered end
            > completed {"amount":4}
        "#,
    );
}

#[test]
fn an_output_mapping_is_tried_again_with_what_the_worker_brought() {
    check(
        r"
            start -> work:job(work) -> end
            work: outputs { total = = assert(amount, amount != null) + extra }
            work ! late:timer(PT1H) -> given-up:end
        ",
        r#"
            start
            complete work {"extra": 1}
            > variables of work {"extra":1}
            > incident IO_MAPPING_ERROR work
            set {"amount": 4}
            resolve work
            > resolved work
            > variables {"total":5}
            > timer late cancelled
            > completed work
            > entered end
            > completed {"amount":4,"total":5}
            start
            complete work {"extra": 1}
            advance PT1H
            > #2 fired late
            > #2 resolved work
            > #2 cancelled work
            > #2 entered late
            > #2 entered given-up
            > #2 completed {}
        "#,
    );
}

#[test]
fn a_repair_can_be_local_to_the_element() {
    check(
        r"
            start -> work:job(work) -> end
            work: outputs { total = = assert(amount, amount != null) }
        ",
        r#"
            start
            complete work
            set work {"amount": 1} local
            resolve work
            > resolved work
            > variables {"total":1}
            > completed work
            > entered end
            > completed {"total":1}
        "#,
    );
}

#[test]
fn a_failing_element_does_not_stop_the_others() {
    check(
        r"
            start -> fork:and -> sum:script(= assert(a, a != null), b) -> end
            fork -> work:job(work) -> end
        ",
        r#"
            start
            complete work
            > completed work
            > entered end
            set {"a": 1}
            resolve sum
            > resolved sum
            > variables {"b":1}
            > entered end
            > completed {"a":1,"b":1}
        "#,
    );
}

#[test]
fn a_boundary_events_expression_stops_its_activity_before_it_begins() {
    check(
        r"
            start -> work:job(work) -> end
            work ! stop:message(stop, = order) -> stopped:end
        ",
        r#"
            start
            > entered start
            > entered work
            > incident EXTRACT_VALUE_ERROR work
            ~ because Expected the correlation key to be text
            set {"order": "A"}
            resolve work
            > resolved work
            > job work
            > subscribed stop A
            publish stop A
            > correlated stop A
            > job work cancelled
            > cancelled work
            > entered stop
            > entered stopped
            > completed {"order":"A"}
        "#,
    );
}

#[test]
fn a_cycle_that_breaks_later_ends_and_leaves_its_activity_alone() {
    check(
        r"
            start -> work:job(work) -> end
            work !~ remind:timer(cycle: = rhythm) -> mail:manual -> reminded:end
        ",
        r#"
            start {"rhythm": "R/PT1H"}
            > entered start
            > entered work
            > job work
            > timer remind in PT1H and on
            advance PT1H
            > fired remind
            > timer remind in PT1H and on
            > entered remind
            > entered mail
            > entered reminded
            set {"rhythm": "now and then"}
            advance PT1H
            > fired remind
            > incident EXTRACT_VALUE_ERROR work
            > entered remind
            > entered mail
            > entered reminded
            ~ because found `now and then`
            resolve work
            > resolved work
            ~ waits work
            advance P1D
            > nothing
            complete work
            > completed work
            > entered end
            > completed {"rhythm":"now and then"}
        "#,
    );
}

#[test]
fn a_retry_count_that_is_no_number() {
    check(
        r#"
            start -> work:job(work) retries="= tries" -> end
        "#,
        r#"
            start {"tries": "many"}
            > entered start
            > entered work
            > incident EXTRACT_VALUE_ERROR work
            ~ because Expected the retries to be a whole number, but found `many`
            set {"tries": 7}
            resolve work
            > resolved work
            > job work retries=7
            complete work
        "#,
    );
}

#[test]
fn a_message_name_that_is_no_text() {
    check(
        "start -> hear:receive(= topic, = 1) -> end",
        r#"
            start {"topic": [1]}
            > entered start
            > entered hear
            > incident EXTRACT_VALUE_ERROR hear
            ~ because Expected the message name to be text
            set {"topic": "news"}
            resolve hear
            > resolved hear
            > subscribed news 1
            publish news 1
            > correlated news 1
            > completed hear
            > entered end
            > completed {"topic":"news"}
        "#,
    );
}

#[test]
fn an_expression_over_its_budget() {
    check(
        r"
            start -> sum:script(= count(for i in 1..limit, j in 1..limit return i * j), total) -> end
        ",
        r#"
            start {"limit": 100000}
            > entered start
            > entered sum
            > incident EXTRACT_VALUE_ERROR sum
            set {"limit": 10}
            resolve sum
            > resolved sum
            > variables {"total":100}
            > entered end
            > completed {"limit":10,"total":100}
        "#,
    );
}

#[test]
fn a_user_tasks_dates_and_people() {
    check(
        r#"
            start -> review:user -> end
            review: due="= due" assignee="= owner"
        "#,
        r#"
            start {"due": "tomorrow", "owner": "ada"}
            > entered start
            > entered review
            > incident EXTRACT_VALUE_ERROR review
            ~ because For the due date
            set {"due": null, "owner": {}}
            resolve review
            > resolved review
            > incident EXTRACT_VALUE_ERROR review
            ~ because Expected the assignee to be text
            set {"owner": null}
            resolve review
            > resolved review
            > task review
            task review complete
            > completed review
            > entered end
            > completed {"due":null,"owner":null}
        "#,
    );
}

#[test]
fn a_repair_of_what_the_worker_brought_is_not_undone() {
    check(
        r"
            start -> work:job(work) -> end
            work: outputs { total = = assert(amount, amount != null) }
        ",
        r#"
            start
            complete work {"amount": null}
            > variables of work {"amount":null}
            > incident IO_MAPPING_ERROR work
            set work {"amount": 5}
            resolve work
            > resolved work
            > variables {"total":5}
            > completed work
            > entered end
            > completed {"total":5}
        "#,
    );
}
