//! Scenarios: a process and a transcript of what is done to it and what happens, as text.
//!
//! Not a programming language: few verbs, no variables, no branches (docs/scenarios.md).

mod claim;
mod diff;
mod file;
mod line;
pub mod path;
mod play;
mod read;
pub mod source;
mod tell;
mod verb;

pub use file::{Played, Report, play_file, run_file, run_text};

use crate::coverage::Coverage;

/// What a scenario came to.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// The transcript with the expectations as they really are.
    pub actual: String,
    /// Where it was not as expected, one readable paragraph each.
    pub differences: Vec<String>,
    /// Which phases of which elements were seen.
    pub coverage: Coverage,
    /// Which elements and flows of the processes were seen.
    pub paths: path::PathCoverage,
    /// Verbs carried out.
    pub verbs: usize,
}

/// Plays a transcript against a process in short notation, or in BPMN XML.
///
/// # Errors
/// Why the process cannot be deployed or the transcript cannot be read or carried out.
/// Differences are not errors; they are in the outcome.
pub fn play(process: &str, transcript: &str) -> Result<Outcome, String> {
    play::play(&sources_of(process)?, transcript)
}

/// Asserts that a process, in short notation or BPMN XML, behaves as the transcript says.
///
/// # Panics
/// With a readable difference, or with what is wrong with the texts.
#[track_caller]
pub fn check(process: &str, transcript: &str) {
    match play(process, transcript) {
        Ok(outcome) if outcome.differences.is_empty() => {}
        Ok(outcome) => panic!(
            "the scenario went differently\n\n{}\n\nas it went:\n{}",
            outcome.differences.join("\n\n"),
            outcome.actual
        ),
        Err(why) => panic!("{why}"),
    }
}

/// The files of a process in short notation: lines `decide ID = FEEL` are decisions beside it.
fn sources_of(process: &str) -> Result<Vec<String>, String> {
    let decides = |line: &&str| line.trim_start().starts_with("decide ");
    let decisions: Vec<&str> = process.lines().filter(decides).collect();
    if decisions.is_empty() {
        return Ok(vec![source_of(process)?]);
    }
    let mut files = vec![decisions_of(&decisions)?];
    let others: Vec<&str> = process.lines().filter(|line| !decides(line)).collect();
    let others = others.join("\n");
    if !others.trim().is_empty() {
        files.push(source_of(&others)?);
    }
    Ok(files)
}

/// DMN of decisions that are one expression each.
fn decisions_of(lines: &[&str]) -> Result<String, String> {
    let mut decisions = String::new();
    for line in lines {
        let line = line.trim().trim_start_matches("decide ");
        let (id, expression) = line
            .split_once('=')
            .ok_or_else(|| format!("Expected `decide ID = FEEL`, but found `decide {line}`."))?;
        let id = id.trim();
        let expression = expression.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        decisions += &format!(
            "<decision id=\"{id}\" name=\"{id}\"><variable name=\"{id}\" />\
             <literalExpression><text>{expression}</text></literalExpression></decision>"
        );
    }
    Ok(format!(
        "<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" \
         xmlns:zeebe=\"http://camunda.org/schema/zeebe/1.0\" id=\"decisions\" \
         name=\"decisions\" namespace=\"test\">{decisions}</definitions>"
    ))
}

/// BPMN XML of a process in short notation; what is XML already stays as it is.
fn source_of(process: &str) -> Result<String, String> {
    if process.trim_start().starts_with('<') {
        return Ok(process.trim().to_owned());
    }
    let process = read::unindented(process);
    model::short::to_bpmn(&process)
        .map_err(|problems| format!("Expected a process in short notation.\n{problems}"))
}

#[cfg(test)]
mod tests;
