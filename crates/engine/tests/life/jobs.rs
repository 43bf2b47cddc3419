//! Jobs: retries, back-off, errors and who holds them.
//!
//! Not activation over the wire; here a worker takes a job the moment it acts on it.

use testkit::scenario::check;

#[test]
fn a_failed_job_waits_for_its_back_off_and_keeps_its_retries() {
    check(
        "start -> work:job(work) -> end",
        r#"
            start
            fail work retries=2 backoff PT30S
            > job work failed retries=2 again in PT30S
            ~ not available work
            advance PT29S
            ~ not available work
            advance PT1S
            ~ available work
            complete work
            > completed work
            > entered end
            > completed {}
        "#,
    );
}

#[test]
fn without_retries_left_it_is_an_incident_until_somebody_gives_it_some() {
    check(
        "start -> work:job(work) -> end",
        r#"
            start
            fail work retries=0 backoff PT1H "card reader on fire"
            > job work failed retries=0
            > incident JOB_NO_RETRIES work
            ~ because card reader on fire
            retries work 2
            > job work retries=2
            ~ not available work
            resolve work
            > resolved work
            > job work offered
            ~ available work
            fail work retries=1
            > job work failed retries=1
            complete work
            > completed work
            > entered end
            > completed {}
        "#,
    );
}

#[test]
fn a_negative_number_of_retries_is_none() {
    check(
        "start -> work:job(work) -> end",
        r#"
            start
            fail work retries=-3
            > job work failed retries=0
            > incident JOB_NO_RETRIES work
            retries work 0
            > rejected invalid argument
        "#,
    );
}

#[test]
fn retries_can_be_raised_while_it_runs() {
    check(
        "start -> work:job(work) -> end",
        r#"
            start
            retries work 9
            > job work retries=9
            complete work
            > completed work
            > entered end
            > completed {}
        "#,
    );
}

#[test]
fn headers_and_computed_types_are_its_elements() {
    check(
        r#"
            start -> work:job(= "do-" + what) retries=5 -> end
        "#,
        r#"
            start {"what": "it"}
            > entered start
            > entered work
            > job do-it retries=5
            complete do-it
            > completed work
            > entered end
            > completed {"what":"it"}
        "#,
    );
}

#[test]
fn a_job_is_gone_with_its_element_and_so_is_its_incident() {
    check(
        r"
            start -> work:job(work) -> end
            work ! late:timer(PT1H) -> end
        ",
        r#"
            start
            fail work
            > job work failed retries=0
            > incident JOB_NO_RETRIES work
            advance PT1H
            > fired late
            > job work cancelled
            > resolved work
            > cancelled work
            > entered late
            > entered end
            > completed {}
        "#,
    );
}
