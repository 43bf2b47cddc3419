//! Where variables go: Camunda's rules of scopes and propagation.
//!
//! Not how mappings are evaluated; that is FEEL's and each element's business.

use testkit::scenario::check;

#[test]
fn a_result_goes_to_the_process_when_nobody_has_the_name() {
    check(
        r"
            start -> outer:sub {
              start -> inner:sub { start -> work:job(work) -> end } -> end
            } -> end
        ",
        r#"
            start
            complete work {"found": 1}
            > variables {"found":1}
            > completed work
            > entered inner_end
            > completed inner
            > entered outer_end
            > completed outer
            > entered end
            > completed {"found":1}
            ~ variables {"found":1}
        "#,
    );
}

#[test]
fn a_result_goes_to_the_nearest_scope_that_has_the_name() {
    check(
        r"
            start -> outer:sub {
              start -> inner:sub { start -> work:job(work) -> after:job(after) -> end } -> end
            } -> end
            outer: inputs { found = = 0 }
        ",
        r#"
            start {"found": -1}
            complete work {"found": 1}
            > variables of outer {"found":1}
            > completed work
            > entered after
            > job after
            ~ variables {"found":-1}
            ~ variables of after {"found":1}
            complete after
            > completed after
            > entered inner_end
            > completed inner
            > entered outer_end
            > completed outer
            > entered end
            > completed {"found":-1}
        "#,
    );
}

#[test]
fn an_input_mapping_is_local_and_what_its_worker_changes_stays_there() {
    check(
        r"
            start -> work:job(work) -> end
            work: inputs { amount = = amount * 2 }
        ",
        r#"
            start {"amount": 5}
            > entered start
            > entered work
            > variables of work {"amount":10}
            > job work
            ~ variables of work {"amount":10}
            complete work {"amount": 11, "other": 1}
            > variables {"other":1}
            > variables of work {"amount":11}
            > completed work
            > entered end
            > completed {"amount":5,"other":1}
        "#,
    );
}

#[test]
fn input_mappings_see_the_ones_before_them() {
    check(
        r"
            start -> work:job(work) -> end
            work: inputs { a = = 1; b = = a + 1; c.d = = b + 1; c.e = = c.d + 1 }
        ",
        r#"
            start
            > entered start
            > entered work
            > variables of work {"a":1,"b":2,"c":{"d":3,"e":4}}
            > job work
            complete work
        "#,
    );
}

#[test]
fn with_output_mappings_only_what_they_name_leaves() {
    check(
        r"
            start -> work:job(work) -> end
            work: outputs { total = = result.net + result.tax }
        ",
        r#"
            start
            complete work {"result": {"net": 10, "tax": 2}, "noise": true}
            > variables of work {"noise":true,"result":{"net":10,"tax":2}}
            > variables {"total":12}
            > completed work
            > entered end
            > completed {"total":12}
        "#,
    );
}

#[test]
fn an_output_path_keeps_the_other_members() {
    check(
        r"
            start -> work:job(work) -> end
            work: outputs { order.paid = = ok; order.card.last = = last }
        ",
        r#"
            start {"order": {"id": 7, "card": {"kind": "visa"}}}
            complete work {"ok": true, "last": "42"}
            > variables of work {"last":"42","ok":true}
            > variables {"order":{"id":7,"card":{"kind":"visa","last":"42"},"paid":true}}
            > completed work
            > entered end
            > completed {"order":{"id":7,"card":{"kind":"visa","last":"42"},"paid":true}}
        "#,
    );
}

#[test]
fn an_output_goes_to_the_nearest_scope_that_has_the_name() {
    check(
        r"
            start -> box:sub { start -> work:job(work) -> end } -> end
            box: inputs { total = = null } outputs { sum = = total }
            work: outputs { total = = 2 * amount }
        ",
        r#"
            start
            complete work {"amount": 4}
            > variables of work {"amount":4}
            > variables of box {"total":8}
            > completed work
            > entered box_end
            > variables {"sum":8}
            > completed box
            > entered end
            > completed {"sum":8}
        "#,
    );
}

#[test]
fn a_failed_jobs_variables_stay_with_its_element() {
    check(
        "start -> work:job(work) -> end",
        r#"
            start
            fail work retries=2 "once more" {"reason": "busy", "n": 1}
            > variables of work {"n":1,"reason":"busy"}
            > job work failed retries=2
            ~ variables of work {"reason":"busy"}
            complete work {"n": 2}
            > variables of work {"n":2}
            > completed work
            > entered end
            > completed {}
        "#,
    );
}

#[test]
fn values_can_be_set_at_an_element_outwards_or_only_there() {
    check(
        r"
            start -> box:sub { start -> work:job(work) -> end } -> end
            box: inputs { a = = 1 }
        ",
        r#"
            start
            set work {"a": 2, "b": 2}
            > variables {"b":2}
            > variables of box {"a":2}
            set work {"a": 3} local
            > variables of work {"a":3}
            set {"a": 9}
            > variables {"a":9}
            ~ variables of work {"a":3,"b":2}
            ~ variables of box {"a":2}
            complete work
            > completed work
            > entered box_end
            > completed box
            > entered end
            > completed {"a":9,"b":2}
        "#,
    );
}

#[test]
fn the_same_value_again_is_no_change() {
    check(
        "start -> work:job(work) -> end",
        r#"
            start {"a": 1}
            complete work {"a": 1}
            > completed work
            > entered end
            > completed {"a":1}
        "#,
    );
}

#[test]
fn what_a_message_brings_follows_the_same_rules() {
    check(
        r"
            start -> box:sub { start -> hear:receive(paid, = 1) -> end } -> end
            box: inputs { amount = = 0 } outputs { paid = = amount }
        ",
        r#"
            start
            publish paid 1 {"amount": 5, "by": "card"}
            > correlated paid 1
            > variables {"by":"card"}
            > variables of box {"amount":5}
            > completed hear
            > entered box_end
            > variables {"paid":5}
            > completed box
            > entered end
            > completed {"by":"card","paid":5}
        "#,
    );
}

#[test]
fn a_missing_source_maps_null() {
    check(
        r"
            start -> work:manual -> end
            work: outputs { gone = = nothing.here }
        ",
        r#"
            start
            > entered start
            > entered work
            > variables {"gone":null}
            > entered end
            > completed {"gone":null}
        "#,
    );
}
