//! Decision tests: `*.decision-test.yaml`, cases with inputs and what a decision must say.
//!
//! Not scenarios of processes (`testkit::scenario`).

use std::path::Path;

use decision::dmn::{Evaluation, Model};
use serde_json::{Map, Value};

use crate::command::decide;

/// What a case came to.
pub(super) struct Case {
    /// Its name, or its place.
    pub(super) name: String,
    /// How it went differently; none: as expected.
    pub(super) difference: Option<String>,
}

/// Whether a file is a suite of decision tests, by its name.
pub(super) fn is_suite(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.ends_with(".decision-test.yaml") || name.ends_with(".decision-test.yml")
}

/// Plays a suite.
///
/// # Errors
/// What cannot be read.
pub(super) fn play(path: &Path) -> Result<Vec<Case>, String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("Expected to read it: {error}."))?;
    let suite: Value = serde_saphyr::from_str(&text)
        .map_err(|error| format!("Expected YAML, but found: {error}"))?;
    let suite = object(&suite, "a suite")?;
    known(suite, "a suite", &["model", "decision", "at", "cases"])?;
    let names = match suite.get("model") {
        Some(Value::String(name)) => vec![name.clone()],
        Some(Value::Array(names)) => {
            names.iter().map(|name| text_of(name, "`model`")).collect::<Result<_, _>>()?
        }
        _ => return Err("Expected `model` to name a DMN file beside this one.".to_owned()),
    };
    let paths: Vec<_> = names.iter().map(|name| path.with_file_name(name)).collect();
    let model = decide::read(&paths)
        .map_err(|_| format!("Expected `{}` to be read; its problems are above.", names[0]))?;
    let common = Common {
        decision: suite.get("decision").map(|id| text_of(id, "`decision`")).transpose()?,
        at: suite.get("at").map(moment).transpose()?.unwrap_or(jiff::Timestamp::UNIX_EPOCH),
    };
    let Some(Value::Array(cases)) = suite.get("cases") else {
        return Err("Expected `cases` to be a list.".to_owned());
    };
    let play = |(at, case): (usize, &Value)| {
        common.play(&model, at + 1, case).map_err(|why| format!("case {}: {why}", at + 1))
    };
    cases.iter().enumerate().map(play).collect()
}

/// What holds for all cases that do not say otherwise.
struct Common {
    decision: Option<String>,
    at: jiff::Timestamp,
}

impl Common {
    fn play(&self, model: &Model, number: usize, case: &Value) -> Result<Case, String> {
        let case = object(case, "a case")?;
        let words = ["name", "decision", "at", "input", "expect", "rules", "fails"];
        known(case, "a case", &words)?;
        let name = match case.get("name") {
            Some(name) => text_of(name, "`name`")?,
            None => format!("case {number}"),
        };
        let decision = match (case.get("decision"), &self.decision) {
            (Some(id), _) => text_of(id, "`decision`")?,
            (None, Some(id)) => id.clone(),
            (None, None) => decide::only_top(model)?,
        };
        let at = case.get("at").map(moment).transpose()?.unwrap_or(self.at);
        let empty = Value::Object(Map::new());
        let input = case.get("input").unwrap_or(&empty);
        object(input, "`input`")?;
        let found = decide::ask(model, &decision, &decide::given(input), at);
        let found = found.ok_or_else(|| {
            format!("Expected one of {}, but found `{decision}`.", decide::ids(model))
        })?;
        Ok(Case { name, difference: difference(case, &decision, &found)? })
    }
}

fn difference(
    case: &Map<String, Value>,
    decision: &str,
    found: &Evaluation,
) -> Result<Option<String>, String> {
    if case.get("expect").is_some() == case.get("fails").is_some() {
        return Err("Expected one of `expect` and `fails`.".to_owned());
    }
    if let Some(fails) = case.get("fails") {
        let fails = text_of(fails, "`fails`")?;
        return Ok(match &found.failure {
            None => Some(format!("expected to stop, found {}", found.output.to_json())),
            Some(failed) => {
                let message = failed.failure.to_string();
                let fits = message.contains(&fails);
                (!fits).then(|| format!("expected to stop with `{fails}`, stopped with: {message}"))
            }
        });
    }
    if let Some(failed) = &found.failure {
        return Ok(Some(format!("stopped at `{}`: {}", failed.decision, failed.failure)));
    }
    let expected = case.get("expect").unwrap_or(&Value::Null);
    let actual = decide::json_of(&found.output);
    if !same(expected, &actual) {
        return Ok(Some(format!("expected {expected}, found {actual}")));
    }
    let Some(rules) = case.get("rules") else { return Ok(None) };
    let Value::Array(rules) = rules else {
        return Err("Expected `rules` to be a list of places or ids of rules.".to_owned());
    };
    let decided = found.decisions.iter().find(|held| *held.id == *decision);
    let matched = decided.map_or(&[][..], |decided| &decided.rules);
    let fits = rules.len() == matched.len()
        && rules.iter().zip(matched).all(|(wanted, rule)| match wanted {
            Value::String(id) => **id == *rule.id,
            other => other.as_u64() == u64::try_from(rule.index).ok(),
        });
    let places: Vec<usize> = matched.iter().map(|rule| rule.index).collect();
    Ok((!fits)
        .then(|| format!("expected rules {}, matched {places:?}", Value::Array(rules.clone()))))
}

/// Whether two values are the same in FEEL: 1 is 1.0, and the order of entries does not count.
fn same(expected: &Value, actual: &Value) -> bool {
    let read = |value: &Value| decision::Value::from_json(&value.to_string()).ok();
    read(expected) == read(actual)
}

fn object<'v>(value: &'v Value, what: &str) -> Result<&'v Map<String, Value>, String> {
    value.as_object().ok_or_else(|| format!("Expected {what} to be a mapping, but found {value}."))
}

fn known(map: &Map<String, Value>, what: &str, words: &[&str]) -> Result<(), String> {
    match map.keys().find(|key| !words.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => Err(format!(
            "Expected {what} to have {}, but found `{key}`.",
            words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
        )),
    }
}

fn text_of(value: &Value, what: &str) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        other => Err(format!("Expected {what} to be text, but found {other}.")),
    }
}

fn moment(value: &Value) -> Result<jiff::Timestamp, String> {
    let text = text_of(value, "`at`")?;
    text.parse().map_err(|error| {
        format!("Expected `at` to be a moment such as 2026-02-01T09:00:00Z: {error}.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: &str = r#"<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"
        xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" name="D" namespace="n"><decision id="half" name="Half">
        <literalExpression><text>assert(x, x != null) / 2</text></literalExpression>
        </decision></definitions>"#;

    fn played(suite: &str) -> Result<Vec<(String, Option<String>)>, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("d.dmn"), MODEL).unwrap();
        let path = folder.path().join("d.decision-test.yaml");
        std::fs::write(&path, suite).unwrap();
        assert!(is_suite(&path));
        let cases = play(&path)?;
        Ok(cases.into_iter().map(|case| (case.name, case.difference)).collect())
    }

    #[test]
    fn a_case_is_as_expected_or_says_how_not() {
        let cases = played(
            "model: d.dmn\ncases:\n  - name: even\n    input: { x: 4 }\n    expect: 2.0\n  \
             - input: { x: 5 }\n    expect: 2\n  - name: none\n    fails: condition\n",
        );
        let cases = cases.unwrap();
        assert_eq!(cases[0], ("even".to_owned(), None));
        let (name, difference) = &cases[1];
        assert_eq!(name, "case 2");
        assert_eq!(difference.as_deref(), Some("expected 2, found 2.5"));
        assert_eq!(cases[2].1, None, "{cases:?}");
    }

    #[test]
    fn what_cannot_be_read_says_where() {
        for (suite, part) in [
            ("model: [", "YAML"),
            ("cases: []", "`model`"),
            ("model: d.dmn\ncases: 3", "`cases`"),
            ("model: d.dmn\nmodels: 3\ncases: []", "`models`"),
            ("model: d.dmn\ncases:\n  - input: {}", "case 1: Expected one of `expect` and `fails`"),
            ("model: d.dmn\ncases:\n  - decision: double\n    expect: 1", "`half`"),
        ] {
            let why = played(suite).unwrap_err();
            assert!(why.contains(part), "{suite}: {why}");
        }
    }
}
