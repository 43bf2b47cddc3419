//! What a request asks, and what is answered.
//! It does not know who asks; the memory they share is the crate root's.
//!
//! | request | answer |
//! |---|---|
//! | `{"expression": FEEL}` | `{"value", "warnings"}` |
//! | `{"tests": FEEL, "input": VALUE}` | the same, of unary tests |
//! | `{"model": DMN}`, perhaps with `imports` and `decision` | `{"problems", "evaluations"}` |
//!
//! Each may have `variables`, `mode` (`"camunda"` or `"standard"`), `now` (milliseconds since 1970),
//! `zone` and `seed`. What cannot be answered is `{"error": TEXT}`, with `at` and `hint` where FEEL
//! does not compile.

use decision::dmn::{self, Evaluated, Model, Problem, Severity};
use decision::{Budget, CompileError, Context, Env, Evaluation, Mode, Scope, Value, Variable};
use std::sync::Arc;

/// Answers a request.
pub fn answer(request: &str) -> String {
    let found = Request::read(request).and_then(|request| request.answer());
    found.unwrap_or_else(|error| error).to_json()
}

/// A request, or the answer that says what is wrong with it.
type Answer = Result<Value, Value>;

struct Request {
    fields: Arc<Context>,
    mode: Mode,
    env: Env,
}

impl Request {
    fn read(text: &str) -> Result<Request, Value> {
        let value = Value::from_json(text)
            .map_err(|error| failed(&format!("Expected a request as JSON, but found: {error}")))?;
        let Value::Context(fields) = value else {
            return Err(failed("Expected a request as a JSON object, but found something else"));
        };
        let zone = match fields.get("zone").and_then(Value::as_str) {
            None => jiff::tz::TimeZone::UTC,
            Some(name) => jiff::tz::TimeZone::get(name)
                .map_err(|error| failed(&format!("Expected a zone, but found: {error}")))?,
        };
        let number = |name| fields.get(name).and_then(Value::as_i64).unwrap_or(0);
        let env = Env { now_ms: number("now"), zone, seed: number("seed").cast_unsigned() };
        let mode = match fields.get("mode").and_then(Value::as_str) {
            None | Some("camunda") => Mode::Camunda,
            Some("standard") => Mode::Standard,
            Some(other) => {
                let message = format!("Expected `camunda` or `standard`, but found `{other}`");
                return Err(failed(&message));
            }
        };
        Ok(Request { mode, env, fields })
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name).and_then(Value::as_str)
    }

    fn answer(&self) -> Answer {
        let mut budget = Budget::default();
        if let Some(source) = self.text("expression") {
            let program = decision::compile(source, self.mode).map_err(|it| uncompiled(&it))?;
            return evaluated(program.evaluate(self, &self.env, &mut budget));
        }
        if let Some(source) = self.text("tests") {
            let program =
                decision::compile_unary_tests(source, self.mode).map_err(|it| uncompiled(&it))?;
            let input = self.fields.get("input").cloned().unwrap_or_default();
            return evaluated(program.test(&input, self, &self.env, &mut budget));
        }
        match self.text("model") {
            Some(model) => self.model(model),
            None => {
                Err(failed("Expected `expression`, `tests` or `model`, but found none of them"))
            }
        }
    }

    fn model(&self, source: &str) -> Answer {
        let imports = self.fields.get("imports").and_then(Value::as_list).unwrap_or_default();
        let mut known: Vec<Model> = Vec::new();
        for import in imports.iter().filter_map(Value::as_str) {
            let others: Vec<&Model> = known.iter().collect();
            let read = dmn::read(import.as_bytes(), &others);
            known.push(read.map_err(|problems| problems_of(&problems))?);
        }
        let known: Vec<&Model> = known.iter().collect();
        let model =
            dmn::open(source.as_bytes(), &known).map_err(|problems| problems_of(&problems))?;
        let asked = self.text("decision");
        let ids = model.decisions().iter().map(|decision| &decision.id);
        let evaluations: Vec<Value> = ids
            .filter(|id| asked.is_none_or(|asked| *asked == ***id))
            .filter_map(|id| {
                let found = model.evaluate(id, self, &self.env, &mut Budget::default())?;
                Some(evaluation(id, &found))
            })
            .collect();
        if let (Some(asked), []) = (asked, &evaluations[..]) {
            return Err(failed(&format!("Expected decision `{asked}`, but found none")));
        }
        let problems = problems(model.problems());
        Ok(object(vec![("problems", problems), ("evaluations", Value::list(evaluations))]))
    }
}

impl Scope for Request {
    fn variable(&self, name: &str) -> Option<Variable<'_>> {
        let variables = self.fields.get("variables")?.as_context()?;
        variables.get(name).map(Variable::Borrowed)
    }
}

fn object(entries: Vec<(&str, Value)>) -> Value {
    Value::context(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
}

fn failed(message: &str) -> Value {
    object(vec![("error", message.into())])
}

fn uncompiled(error: &CompileError) -> Value {
    let at = [error.span.start, error.span.end].map(Value::from).to_vec();
    let hint = error.hint.clone().into();
    object(vec![("error", (&*error.message).into()), ("at", Value::list(at)), ("hint", hint)])
}

fn evaluated(found: Result<Evaluation, decision::Failure>) -> Answer {
    let found = found.map_err(|failure| failed(&failure.to_string()))?;
    let warnings = found.warnings.into_iter().map(|warning| warning.message.into()).collect();
    Ok(object(vec![("value", found.value), ("warnings", Value::list(warnings))]))
}

fn evaluation(asked: &str, found: &dmn::Evaluation) -> Value {
    let decisions = found.decisions.iter().map(decided).collect();
    let failure = found.failure.as_ref().map(|failed| failed.failure.to_string());
    let warnings = found.warnings.iter().map(|warning| Value::from(&*warning.message)).collect();
    object(vec![
        ("decision", asked.into()),
        ("output", found.output.clone()),
        ("decisions", Value::list(decisions)),
        ("failure", failure.into()),
        ("warnings", Value::list(warnings)),
    ])
}

fn decided(decision: &Evaluated) -> Value {
    let inputs = decision
        .inputs
        .iter()
        .map(|input| object(vec![("name", (&*input.name).into()), ("value", input.value.clone())]));
    let rules = decision.rules.iter().map(|rule| {
        let outputs = rule.outputs.iter().map(|output| output.value.clone()).collect();
        object(vec![
            ("id", (&*rule.id).into()),
            ("index", rule.index.into()),
            ("outputs", Value::list(outputs)),
        ])
    });
    object(vec![
        ("id", (&*decision.id).into()),
        ("name", (&*decision.name).into()),
        ("output", decision.output.clone()),
        ("inputs", Value::list(inputs.collect())),
        ("rules", Value::list(rules.collect())),
    ])
}

fn problems(problems: &[Problem]) -> Value {
    let told = problems.iter().map(|problem| {
        let severity = match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        };
        object(vec![
            ("severity", severity.into()),
            ("rule", problem.rule.into()),
            ("element", problem.element.clone().into()),
            ("line", i64::from(problem.line).into()),
            ("column", i64::from(problem.column).into()),
            ("message", (&*problem.message).into()),
            ("hint", problem.hint.clone().into()),
        ])
    });
    Value::list(told.collect())
}

fn problems_of(list: &[Problem]) -> Value {
    object(vec![("problems", problems(list)), ("evaluations", Value::list(Vec::new()))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_each_kind_of_request() {
        for (request, expected) in [
            (
                r#"{"expression": "amount * 1.19", "variables": {"amount": 100}}"#,
                r#"{"value":119,"warnings":[]}"#,
            ),
            (r#"{"tests": "< 5, > 7", "input": 8}"#, r#"{"value":true,"warnings":[]}"#),
            (
                r#"{"expression": "now()", "now": 0, "zone": "Europe/Berlin"}"#,
                r#"{"value":"1970-01-01T01:00:00+01:00[Europe/Berlin]","warnings":[]}"#,
            ),
            (
                r#"{"expression": "1 +"}"#,
                r#"{"error":"Expected an expression, but found the end of the expression","at":[3,3],"hint":null}"#,
            ),
            ("[]", r#"{"error":"Expected a request as a JSON object, but found something else"}"#),
            (
                r#"{"expression": "for i in 1..1000000000 return i"}"#,
                r#"{"error":"Expected a list of at most 100000 elements, but it has more"}"#,
            ),
        ] {
            assert_eq!(answer(request), expected, "{request}");
        }
    }

    #[test]
    fn evaluates_a_model_and_tells_its_problems() {
        let model = include_str!("../../../samples/order-to-cash/dunning.dmn");
        let model = Value::from(model).to_json();
        let request = format!(
            r#"{{"model": {model}, "decision": "dunning-level",
                "variables": {{"reminders": 1, "amount": 2500}}}}"#
        );
        let said = answer(&request);
        let begin = r#"{"problems":[],"evaluations":[{"decision":"dunning-level","output":"#;
        let begin = format!("{begin}{{\"level\":\"firm\",\"fee\":25}}");
        assert!(said.starts_with(&begin), "{said}");
        let unknown = answer(&request.replace("dunning-level\"", "nothing\""));
        assert_eq!(unknown, r#"{"error":"Expected decision `nothing`, but found none"}"#);
    }
}
