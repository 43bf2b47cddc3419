//! `segue decide`: a decision asked in the terminal, without a server.
//!
//! Not DMN itself; that is `decision`.

use std::path::{Path, PathBuf};

use decision::dmn::{Evaluated, Evaluation, LogicKind, Model};
use decision::{Budget, Env};
use engine::decide::Given;
use engine::event::Variables;
use model::Problem;
use serde_json::{Value, json};

use super::variables;
use crate::failure::{Failure, Outcome};
use crate::{snippet, terminal};

/// Asks a decision of a DMN file, without a server
///
/// Prints what it says, and below it the decisions it rests on, with their inputs and the rules
/// that matched. For example:
///
///   segue decide discount.dmn --input '{"amount": 1200}'
///
/// Exit code 0: it was evaluated. 1: the file has problems, or the decision stopped.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Decide {
    /// DMN file; and files it imports
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Variables as a JSON object, or @FILE
    #[arg(long, default_value = "{}", value_name = "JSON")]
    input: String,
    /// The decision to ask, when no other one rests on several
    #[arg(long, value_name = "ID")]
    decision: Option<String>,
    /// The time it is, for decisions that ask: 2026-01-31T09:00:00Z; now by default
    #[arg(long, value_name = "TIME")]
    at: Option<jiff::Timestamp>,
    /// Print everything as one JSON object
    #[arg(long)]
    json: bool,
}

impl Decide {
    /// Asks and prints.
    pub(crate) fn run(&self) -> Outcome {
        let input = given(&variables(&self.input)?);
        let model = read(&self.files)?;
        let name = self.files[0].display();
        let asked = match &self.decision {
            Some(id) => id.clone(),
            None => only_top(&model)
                .map_err(|why| Failure::usage(format!("{name}: {why}; name one by --decision.")))?,
        };
        let at = self.at.unwrap_or_else(jiff::Timestamp::now);
        let found = ask(&model, &asked, &input, at).ok_or_else(|| {
            Failure::usage(format!(
                "Expected one of the decisions of {name}: {}, but found `{asked}`.",
                ids(&model)
            ))
        })?;
        if self.json {
            terminal::json(&as_json(&asked, &found));
        } else {
            print(&model, &asked, &found);
        }
        if found.failure.is_some() { Err(Failure::Answered) } else { Ok(()) }
    }
}

/// Variables as an evaluation takes them.
pub(super) fn given(object: &Value) -> Variables {
    let pairs = object.as_object().into_iter().flatten();
    pairs.map(|(name, value)| (name.as_str().into(), value.to_string().into())).collect()
}

/// Evaluates a decision at a moment; `None` if there is none of that id.
pub(super) fn ask(
    model: &Model,
    id: &str,
    input: &Variables,
    at: jiff::Timestamp,
) -> Option<Evaluation> {
    // At the same moment it says the same, at another it draws other numbers.
    let seed = at.as_microsecond().cast_unsigned();
    let env = Env { now_ms: at.as_millisecond(), zone: jiff::tz::TimeZone::UTC, seed };
    model.evaluate(id, &Given(input), &env, &mut Budget::default())
}

/// Reads a DMN file, and files it may import; problems are printed.
pub(super) fn read(paths: &[PathBuf]) -> Result<Model, Failure> {
    let sources = paths.iter().map(|path| source(path)).collect::<Result<Vec<_>, _>>()?;
    let slices: Vec<&[u8]> = sources.iter().map(Vec::as_slice).collect();
    let read = runtime::deploy::dmn::read_all(&slices);
    let mut first = None;
    for ((path, source), model) in paths.iter().zip(&sources).zip(read) {
        match model {
            Ok(model) => drop(first.get_or_insert(model)),
            Err(problems) => return Err(print_problems(path, source, &problems)),
        }
    }
    first.ok_or_else(|| Failure::usage("Expected a DMN file, but found none."))
}

fn source(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path)
        .map_err(|error| Failure::work(format!("Expected to read {}: {error}", path.display())))
}

fn print_problems(path: &Path, source: &[u8], problems: &[Problem]) -> Failure {
    for problem in problems {
        terminal::raw(&snippet::render(&path.display().to_string(), source, problem));
    }
    Failure::Answered
}

/// Ids of all decisions.
pub(super) fn ids(model: &Model) -> String {
    let ids: Vec<String> =
        model.decisions().iter().map(|decision| format!("`{}`", decision.id)).collect();
    ids.join(", ")
}

/// The one decision no other rests on.
pub(super) fn only_top(model: &Model) -> Result<String, String> {
    let decisions = model.decisions();
    let rests = |id: &str| {
        decisions.iter().any(|other| other.required_decisions.iter().any(|held| **held == *id))
    };
    let mut top = decisions.iter().filter(|decision| !rests(&decision.id));
    match (top.next(), top.next()) {
        (Some(only), None) => Ok(only.id.to_string()),
        (None, _) => Err("Expected a decision, but found none".to_owned()),
        _ => Err(format!("Expected one decision that no other rests on, but found {}", ids(model))),
    }
}

fn print(model: &Model, asked: &str, found: &Evaluation) {
    if let Some(failure) = &found.failure {
        terminal::line(format_args!("{} stopped: {}", failure.decision, failure.failure));
    }
    // A decision several others rest on is told once.
    let mut told = Vec::new();
    print_one(model, asked, found, 0, &mut told);
    for warning in &found.warnings {
        terminal::note(format_args!("warning: {}", warning.message));
    }
}

fn print_one(model: &Model, id: &str, found: &Evaluation, depth: usize, told: &mut Vec<String>) {
    /// Deeper than this a tree helps nobody.
    const DEPTH_MAX: usize = 64;
    let Some(decided) = found.decisions.iter().find(|held| *held.id == *id) else { return };
    let indent = "  ".repeat(depth);
    let again = told.iter().any(|held| held == id);
    let dots = if again { " (as above)" } else { "" };
    terminal::line(format_args!(
        "{indent}{}: {}{dots}",
        title(model, decided),
        decided.output.to_json()
    ));
    if again || depth >= DEPTH_MAX {
        return;
    }
    told.push(id.to_owned());
    for input in &decided.inputs {
        terminal::line(format_args!("{indent}  {} = {}", input.name, input.value.to_json()));
    }
    for rule in &decided.rules {
        let outputs: Vec<String> = rule
            .outputs
            .iter()
            .map(|output| format!("{} = {}", output.name, output.value.to_json()))
            .collect();
        terminal::line(format_args!("{indent}  rule {}: {}", rule.index, outputs.join(", ")));
    }
    if decided.logic == LogicKind::DecisionTable && decided.rules.is_empty() {
        terminal::line(format_args!("{indent}  no rule matched"));
    }
    let required = model.decision(id).map_or(&[][..], |held| &held.required_decisions);
    for required in required {
        print_one(model, required, found, depth + 1, told);
    }
}

/// The name people see, and the id.
fn title(model: &Model, decided: &Evaluated) -> String {
    let name = model.decision(&decided.id).map_or(&decided.name, |held| &held.name);
    if *name == decided.id || name.is_empty() {
        decided.id.to_string()
    } else {
        format!("{name} ({})", decided.id)
    }
}

/// The value of JSON text an evaluation made.
pub(super) fn json_of(value: &decision::Value) -> Value {
    let text = value.to_json();
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

fn as_json(asked: &str, found: &Evaluation) -> Value {
    let decisions: Vec<Value> = found
        .decisions
        .iter()
        .map(|decided| {
            let inputs: Vec<Value> = decided
                .inputs
                .iter()
                .map(|it| json!({"id": &*it.id, "name": &*it.name, "value": json_of(&it.value)}))
                .collect();
            let rules: Vec<Value> = decided
                .rules
                .iter()
                .map(|rule| {
                    let outputs: Vec<Value> = rule
                        .outputs
                        .iter()
                        .map(|it| {
                            json!({"id": &*it.id, "name": &*it.name, "value": json_of(&it.value)})
                        })
                        .collect();
                    json!({"id": &*rule.id, "index": rule.index, "outputs": outputs})
                })
                .collect();
            json!({
                "id": &*decided.id,
                "name": &*decided.name,
                "output": json_of(&decided.output),
                "inputs": inputs,
                "rules": rules,
            })
        })
        .collect();
    let failure = found.failure.as_ref().map(
        |failed| json!({"decision": &*failed.decision, "message": failed.failure.to_string()}),
    );
    let warnings: Vec<String> =
        found.warnings.iter().map(|warning| warning.message.clone()).collect();
    json!({
        "decision": asked,
        "output": json_of(&found.output),
        "decisions": decisions,
        "failure": failure,
        "warnings": warnings,
    })
}
