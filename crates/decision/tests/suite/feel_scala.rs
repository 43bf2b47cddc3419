//! The cases of Camunda's own FEEL engine, run as they are.

use crate::corpus;
use crate::scala;
use crate::support::{run, run_tests};
use crate::tck::Tally;
use decision::{Evaluation, Value};

enum Verdict {
    Passed,
    Unreadable,
    Failed(String),
}

/// Runs the cases; nothing without the corpus.
pub(crate) fn cases() -> Option<Tally> {
    let folder = corpus::folder("feel-scala-cases")?;
    let cases = std::fs::read_to_string(folder.join("cases.jsonl")).expect("readable corpus");
    let mut tally = Tally::default();
    for line in cases.lines() {
        let case = Value::from_json(line).expect("a case is JSON");
        let text = |key: &str| {
            let context = case.as_context().expect("a case is an object");
            context.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        match judge(&text) {
            Verdict::Passed => tally.passed += 1,
            Verdict::Unreadable => {
                tally.not_applicable.push(format!(
                    "{} | {}",
                    text("args_rest"),
                    text("expected_scala")
                ));
                continue;
            }
            Verdict::Failed(found) => tally.failed.push(format!(
                "{} | {} | expected{} {} | found {found}",
                text("expression").trim(),
                text("args_rest"),
                text("matcher"),
                text("expected_scala")
            )),
        }
        tally.all += 1;
    }
    Some(tally)
}

fn judge(text: &dyn Fn(&str) -> String) -> Verdict {
    let (source, kind) = (text("expression"), text("kind"));
    let implied = source.trim() == "< 3" || source.trim() == "(2 .. 4)";
    let unary = kind.contains("UnaryTests") || implied;
    // Functions, lists and formats that the Scala test defines beside its cases.
    let defined_elsewhere = ["foo(2)", "bar(2)", "all(xs)", "any(xs)", "round(3.2)"];
    if defined_elsewhere.contains(&source.trim()) {
        return Verdict::Unreadable;
    }
    let Some(arguments) = scala::arguments(&text("args_rest"), unary) else {
        return Verdict::Unreadable;
    };
    let result = match (unary, &arguments.input) {
        (true, Some(input)) => run_tests(&source, input, &arguments.variables),
        (true, None) => {
            let program = decision::compile_unary_tests(&source, decision::Mode::Camunda);
            let program = program.map_err(|error| error.to_string());
            let mut budget = decision::Budget::default();
            program.and_then(|program| {
                let result =
                    program.evaluate(&arguments.variables, &crate::support::env(), &mut budget);
                result.map_err(|failure| failure.to_string())
            })
        }
        _ => run(&source, &arguments.variables),
    };
    let expected = text("expected_scala");
    match text("matcher").trim() {
        "returnNull" => value_is(&result, &Value::Null),
        "returnResult" | "be" => match scala::value(&expected) {
            Some(value) => value_is(&result, &value),
            None => Verdict::Unreadable,
        },
        "failToParse" | "failWith" => match result {
            Err(_) => Verdict::Passed,
            Ok(found) => Verdict::Failed(found.value.to_json()),
        },
        "reportFailure" => warns(&result, &expected),
        "" => match expected.split_once(" and ") {
            Some((first, second)) => {
                let value = match first.strip_prefix("returnResult(") {
                    Some(value) => scala::value(value.strip_suffix(')').unwrap_or(value)),
                    None => Some(Value::Null),
                };
                match value.map(|value| value_is(&result, &value)) {
                    None => Verdict::Unreadable,
                    Some(Verdict::Passed) => warns(&result, second),
                    Some(verdict) => verdict,
                }
            }
            None => Verdict::Unreadable,
        },
        _ => Verdict::Unreadable,
    }
}

/// A time is the same with another name of its zone, as long as the offset is.
fn value_is(result: &Result<Evaluation, String>, expected: &Value) -> Verdict {
    match result {
        Ok(found) if found.value == *expected => Verdict::Passed,
        Ok(found) if found.value.to_json() == expected.to_json() => Verdict::Passed,
        Ok(found) => Verdict::Failed(found.value.to_json()),
        Err(error) => Verdict::Failed(error.clone()),
    }
}

/// The last text in a `reportFailure(...)` is the message.
fn warns(result: &Result<Evaluation, String>, expected: &str) -> Verdict {
    let Ok(found) = result else { return Verdict::Failed(format!("{:?}", result.as_ref().err())) };
    let message = expected.trim_end_matches([')', ' ', '\n']);
    let message = match message.strip_suffix("\"\"\"") {
        Some(message) => message.rsplit_once("\"\"\"").map(|(_, message)| message.to_owned()),
        None => message
            .strip_suffix('"')
            .and_then(|message| message.split_once('"'))
            .map(|(_, message)| message.replace("\\\"", "\"")),
    };
    let Some(message) = message else { return Verdict::Unreadable };
    // The order in which properties are listed is an accident of hashing there.
    let stable = |text: &str| text.split("Available properties").next().unwrap_or(text).to_owned();
    let wanted = stable(&message);
    match found.warnings.iter().any(|warning| stable(&warning.message) == wanted) {
        true => Verdict::Passed,
        false => Verdict::Failed(format!("{:?}", found.warnings)),
    }
}
