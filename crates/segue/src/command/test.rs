//! `segue test`: plays scenarios against the processes beside them.
//!
//! Not the language of scenarios; that is `testkit`'s.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::failure::{Failure, Outcome};
use crate::terminal;

/// Plays scenario files: what is done to a process, and what must happen
///
/// A file names its process in its first lines; docs/scenarios.md has the language. Nothing waits
/// for real time. Exit code 0: everything went as written. 1: something went differently.
#[derive(Debug, clap::Args)]
pub(crate) struct Test {
    /// Scenario files
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
    let texts = result["scenarios"].as_array().into_iter().flatten();
    for scenario in texts {
        let verdict = if scenario["passed"] == true { "ok  " } else { "FAIL" };
        let name = scenario["name"].as_str().unwrap_or_default();
        terminal::line(format_args!("{verdict} {name}"));
        for difference in scenario["differences"].as_array().into_iter().flatten() {
            terminal::line(format_args!("\n{}\n", difference.as_str().unwrap_or_default()));
        }
    }
    if let Some(reason) = result["error"].as_str() {
        let file = result["file"].as_str().unwrap_or_default();
        terminal::line(format_args!("FAIL {file}\n\n{reason}\n"));
    }
}

fn play(path: &std::path::Path) -> Value {
    let file = path.display().to_string();
    match testkit::scenario::run_file(path) {
        Err(reason) => json!({ "file": file, "passed": false, "error": reason, "scenarios": [] }),
        Ok(report) => {
            let scenarios: Vec<Value> = report
                .played
                .iter()
                .map(|played| {
                    json!({
                        "name": played.name,
                        "passed": played.outcome.differences.is_empty(),
                        "differences": played.outcome.differences,
                    })
                })
                .collect();
            let passed = scenarios.iter().all(|scenario| scenario["passed"] == true);
            json!({ "file": file, "passed": passed, "scenarios": scenarios })
        }
    }
}
