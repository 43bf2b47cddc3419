//! Models that cannot run, though their structure is sound: each is refused with a reason.
//!
//! Not the rules of structure; `model` has those.

use engine::graph::compile::compile;

/// The rules a process in short notation breaks.
fn broken(process: &str) -> Vec<&'static str> {
    let xml = model::short::to_bpmn(process).unwrap();
    let document = model::parse(xml.as_bytes()).unwrap();
    let mut problems = document.problems().clone();
    compile(&document, &mut problems);
    problems.iter().map(|problem| problem.rule).collect()
}

#[test]
fn what_cannot_run_says_which_rule_it_breaks() {
    let table: &[(&str, &[&str])] = &[
        (
            "start -> x:xor\nx -[= \"yes\"]-> a:end\nx -[default]-> b:end",
            &["condition-not-boolean"],
        ),
        ("start -> x:xor\nx -[= 1 < 2]-> a:end\nx -[default]-> b:end", &[]),
        ("start -> x:xor\nx -[= yes]-> a:end\nx -[default]-> b:end", &[]),
        (
            "start -> x:xor\nx -[= total + 1]-> a:end\nx -[default]-> b:end",
            &["condition-not-boolean"],
        ),
        ("start -> wait:catch-condition(= count(items)) -> end", &["condition-not-boolean"]),
        ("start -> wait:catch-condition(= count(items) > 2) -> end", &[]),
        ("start -> tell:message-throw(m) -> end", &["job-type-missing"]),
        ("start -> tell:message-end(m, mail) publish(= id)", &["message-sent-twice"]),
        ("start -> tell:send-message(m) publish(= id, soon) -> end", &["time-to-live-format"]),
        ("start -> end; h:event-sub { s:timer-start(R2/PT1H) -> end }", &["timer-cycle-here"]),
        ("start -> end; h:event-sub { s:timer-start(R2/PT1H) non-interrupting -> end }", &[]),
        (
            "start -> end; h:event-sub { s:error-start(E) non-interrupting -> end }",
            &["error-start-interrupts"],
        ),
        (
            "start -> end; h:event-sub each(= xs) { s:timer-start(PT1H) -> end }",
            &["event-sub-process-repeats"],
        ),
        ("start -> end; s:error-start(E) -> end", &["error-start-outside"]),
        ("start -> work:user-job on-completing(done) -> end", &["listener-never-heard"]),
        ("start -> end; h:event-sub { s:message-start(m) -> end }", &["correlation-key-missing"]),
    ];
    for (process, expected) in table {
        assert_eq!(broken(process), *expected, "{process}");
    }
}
