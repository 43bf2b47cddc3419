//! The language itself: what it reads, what it tells, and how it says that something differs.
//!
//! Not the engine; its scenarios are with its elements.

use super::{check, play, run_text, source};

const ONE_JOB: &str = "start -> charge:job(charge-card) -> end";

#[test]
fn a_scenario_is_told_in_order() {
    check(
        ONE_JOB,
        r#"
            # comments and blank lines are skipped

            start {"amount": 5}
            > entered start
            > entered charge
            > job charge-card
            ~ waits charge
            complete charge-card { "ok" : true }
            > variables {"ok": true}
            > completed charge
            > entered end
            > completed {"amount":5,"ok":true}
            ~ variables {"amount": 5}
            ~ not entered charge
        "#,
    );
}

#[test]
fn a_difference_shows_both_sides() {
    let outcome =
        play(ONE_JOB, "start\n> entered start\n> entered pay\n> job charge-card").unwrap();
    let expected = "\
line 1: start
    > entered start
  - > entered pay
  + > entered charge
    > job charge-card";
    assert_eq!(outcome.differences, [expected]);
}

#[test]
fn a_false_statement_among_others_is_a_difference() {
    for line in ["waits pay", "variables {\"a\": 2}", "not waits charge", "because x", "paused"] {
        let outcome = play(ONE_JOB, &format!("start {{\"a\": 1}}\n~ {line}")).unwrap();
        assert_eq!(outcome.differences.len(), 1, "{line}");
        assert!(outcome.differences[0].contains(&format!("- ~ {}", line.replace(": ", ":"))));
    }
}

#[test]
fn what_cannot_be_read_or_done_says_where_and_why() {
    let table = [
        ("begin", "line 1: `begin`: Expected start, evaluate, publish,"),
        ("start {\"a\": }", "line 1: `start {\"a\": }`: Expected a JSON object"),
        ("start\ncomplete pay", "line 2: `complete pay`: Expected an available job of type `pay`"),
        ("start\ncancel now", "Expected the end of the line, but found `now`."),
        ("#2 cancel", "Expected instance #2 to have begun."),
        ("task review", "Expected complete, claim, assign, unassign or update,"),
        ("advance soon", "Expected an ISO 8601 duration"),
        ("start\nresolve", "Expected an instance with an incident, but found none."),
    ];
    for (transcript, expected) in table {
        let why = play(ONE_JOB, transcript).unwrap_err();
        assert!(why.contains(expected), "{transcript}: {why}");
    }
    let why = play("start -> end:nothing", "start").unwrap_err();
    assert!(why.starts_with("Expected a process in short notation."), "{why}");
    let why = play("start -> each:event-gateway -> end", "start").unwrap_err();
    assert!(why.starts_with("Expected a process that runs."), "{why}");
}

#[test]
fn a_file_holds_several_scenarios_of_one_process() {
    let text = "\
# about charging
process:
  start -> charge:job(charge-card)
  charge -> end

scenario: done
start
complete charge-card
> completed charge
> entered end
> completed {}

scenario: cancelled
start
cancel
>
";
    let no_file = |name: &str| Err(format!("{name} is not asked for"));
    let (report, differences, actual) = run_text(text, no_file).unwrap();
    let names: Vec<&str> = report.scenarios.iter().map(|played| &*played.name).collect();
    assert_eq!(names, ["done", "cancelled"]);
    assert!(differences.starts_with("scenario `cancelled`: line 2: cancel\n"), "{differences}");
    let expected = text.replace(
        "cancel\n>\n",
        "cancel\n> job charge-card cancelled\n> cancelled charge\n> cancelled\n",
    );
    assert_eq!(actual, expected);
}

#[test]
fn a_file_without_a_process_is_refused() {
    let why = run_text("start\n", |_| Ok(String::new())).unwrap_err();
    assert_eq!(why, "Expected `process:` first, but found `start`.");
}

#[test]
fn scenarios_in_sources_are_found_and_written_again() {
    let code = "
        check(not_a_text, other);
        check(
            \"start -> end\",
            r#\"
                start
                >
            \"#,
        );
    ";
    let found = source::scenarios(code);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].line, &*found[0].process), (3, "start -> end"));
    let updated = source::updated(code).unwrap();
    let expected = "                start
                > entered start
                > entered end
                > completed {}
            \"#,";
    assert!(updated.contains(expected), "{updated}");
    assert_eq!(source::updated(&updated).unwrap(), updated);
}
