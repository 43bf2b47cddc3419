//! BPMN errors: who catches what, from the inside out.
//!
//! Not technical failures of workers; those are retries and incidents (`jobs`).

use testkit::scenario::check;

#[test]
fn an_exact_code_is_caught_before_any_code() {
    check(
        r"
            start -> pay:job(pay) -> end
            pay ! any:error -> any-end:end
            pay ! poor:error(POOR) -> poor-end:end
        ",
        r#"
            start
            throw pay POOR
            > job pay threw POOR
            > cancelled pay
            > entered poor
            > entered poor-end
            > completed {}
            start
            throw pay OTHER
            > #2 job pay threw OTHER
            > #2 cancelled pay
            > #2 entered any
            > #2 entered any-end
            > #2 completed {}
        "#,
    );
}

#[test]
fn the_inner_boundary_catches_before_the_outer_one() {
    check(
        r"
            start -> outer:sub {
              start -> inner:sub { start -> pay:job(pay) -> end } -> end
              inner ! any:error -> caught-inside:end
            } -> end
            outer ! poor:error(POOR) -> caught-outside:end
        ",
        r#"
            start
            throw pay POOR
            > job pay threw POOR
            > cancelled pay
            > cancelled inner
            > entered any
            > entered caught-inside
            > completed outer
            > entered end
            > completed {}
        "#,
    );
}

#[test]
fn an_error_passes_scopes_that_do_not_catch_it() {
    check(
        r"
            start -> outer:sub {
              start -> inner:sub { start -> fork:and -> pay:job(pay) -> end
                fork -> other:user -> end
              } -> end
              inner ! rich:error(RICH) -> caught-inside:end
              start -> beside:job(beside) -> end
            } -> end
            outer ! poor:error(POOR) -> caught-outside:end
            outer !~ slow:timer(PT1H) -> hurry:end
        ",
        r#"
            start
            throw pay POOR "no money" {"limit": 3}
            > job pay threw POOR
            > timer slow cancelled
            > job beside cancelled
            > cancelled beside
            > cancelled pay
            > task other cancelled
            > cancelled other
            > cancelled inner
            > cancelled outer
            > entered poor
            > variables {"limit":3}
            > entered caught-outside
            > completed {"limit":3}
        "#,
    );
}

#[test]
fn an_uncaught_error_is_an_incident_and_the_job_can_be_tried_again() {
    check(
        "start -> pay:job(pay) -> end",
        r#"
            start
            throw pay POOR "no money"
            > job pay failed retries=3
            > incident UNHANDLED_ERROR_EVENT pay
            ~ because (no money)
            ~ not available pay
            resolve pay
            > resolved pay
            > job pay offered
            ~ available pay
            complete pay
            > completed pay
            > entered end
            > completed {}
        "#,
    );
}

#[test]
fn what_the_error_brings_can_be_mapped_at_the_boundary() {
    check(
        r"
            start -> pay:job(pay) -> end
            pay ! poor:error -> unpaid:end
            poor: outputs { reason = = text }
        ",
        r#"
            start
            throw pay POOR {"text": "limit", "noise": 1}
            > job pay threw POOR
            > cancelled pay
            > entered poor
            > variables of poor {"noise":1,"text":"limit"}
            > variables {"reason":"limit"}
            > entered unpaid
            > completed {"reason":"limit"}
        "#,
    );
}

#[test]
fn an_error_ends_other_tokens_of_the_scope_it_leaves() {
    check(
        r"
            start -> box:sub {
              start -> fork:and -> a:job(a) -> join:and -> end
              fork -> b:job(b) -> join
              fork -> quick:manual -> join
            } -> end
            box ! oops:error -> caught:end
        ",
        r#"
            start
            complete b
            > completed b
            > parked b.join
            throw a ANY
            > job a threw ANY
            > cancelled a
            > cancelled box
            > entered oops
            > entered caught
            > completed {}
        "#,
    );
}
