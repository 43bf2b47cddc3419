//! `segue test`: plays scenarios against the processes beside them.
//!
//! Not the language of scenarios; that is `testkit`'s.

mod suite;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::failure::{Failure, Outcome};
use crate::terminal;

/// Plays scenario files and decision tests: what is done, and what must happen
///
/// A scenario names its process in its first lines; docs/scenarios.md has the language. Nothing
/// waits for real time. Files that end in .decision-test.yaml have inputs and what a decision must
/// say (docs/deciding.md). With UPDATE=1 in the environment, expectations of scenarios that do not
/// hold are written again. Exit code 0: everything went as written. 1: something went differently.
#[derive(Debug, clap::Args)]
pub(crate) struct Test {
    /// Scenario files, decision tests
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print the results as one JSON array
    #[arg(long)]
    json: bool,
}

impl Test {
    /// Plays all files, then answers.
    pub(crate) fn run(&self) -> Outcome {
        let bar = terminal::progress(self.files.len() as u64, "playing");
        let mut results = Vec::new();
        for path in &self.files {
            results.push(play(path));
            bar.inc(1);
        }
        bar.finish_and_clear();
        let failed = results.iter().any(|result| result["passed"] != true);
        if self.json {
            terminal::json(&results);
        } else {
            results.iter().for_each(print);
        }
        if failed { Err(Failure::Answered) } else { Ok(()) }
    }
}

fn print(result: &Value) {
    let file = result["file"].as_str().unwrap_or_default();
    match result["error"].as_str() {
        Some(reason) => terminal::line(format_args!("FAIL {file}\n\n{reason}\n")),
        None => {
            let (list, one, many) = match &result["cases"] {
                Value::Null => (&result["scenarios"], "scenario", "scenarios"),
                cases => (cases, "case", "cases"),
            };
            let scenarios = list.as_array().map_or(0, Vec::len);
            let what = if scenarios == 1 { one } else { many };
            let written = if result["updated"] == true { ", expectations written" } else { "" };
            terminal::line(format_args!("ok   {file} ({scenarios} {what}{written})"));
        }
    }
}

fn play(path: &Path) -> Value {
    let file = path.display().to_string();
    if suite::is_suite(path) {
        return play_suite(path, &file);
    }
    match testkit::scenario::run_file(path) {
        Err(reason) => json!({ "file": file, "passed": false, "error": reason }),
        Ok(report) => {
            let scenarios: Vec<Value> = report
                .scenarios
                .iter()
                .map(|played| json!({ "name": played.name, "steps": played.verbs }))
                .collect();
            json!({
                "file": file,
                "passed": true,
                "updated": report.updated,
                "scenarios": scenarios,
            })
        }
    }
}

fn play_suite(path: &Path, file: &str) -> Value {
    let cases = match suite::play(path) {
        Ok(cases) => cases,
        Err(reason) => return json!({ "file": file, "passed": false, "error": reason }),
    };
    let differences: Vec<String> = cases
        .iter()
        .filter_map(|case| Some(format!("{}: {}", case.name, case.difference.as_ref()?)))
        .collect();
    let told: Vec<Value> = cases
        .iter()
        .map(|case| json!({ "name": case.name, "passed": case.difference.is_none() }))
        .collect();
    let mut result = json!({ "file": file, "passed": differences.is_empty(), "cases": told });
    if !differences.is_empty() {
        result["error"] = differences.join("\n").into();
    }
    result
}
