//! `segue test`: plays scenarios against the processes beside them.
//!
//! Not the language of scenarios; that is `testkit`'s.

mod coverage;
mod junit;
mod suite;

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};
use testkit::scenario::path::PathCoverage;

use crate::failure::{Failure, Outcome};
use crate::terminal;
use junit::{Case, Suite};

/// Plays scenario files and decision tests: what is done, and what must happen
///
/// A scenario names its process in its first lines; docs/scenarios.md has the language. Nothing
/// waits for real time. Files that end in .decision-test.yaml have inputs and what a decision must
/// say (docs/deciding.md). With UPDATE=1 in the environment, expectations of scenarios that do not
/// hold are written again. Exit code 0: everything went as written. 1: something went differently,
/// or too little of a process was seen.
#[derive(Debug, clap::Args)]
pub(crate) struct Test {
    /// Scenario files, decision tests
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print the results as one JSON array
    #[arg(long)]
    json: bool,
    /// Write the results as JUnit XML too
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Print how much of each process the scenarios saw, and what they never did
    #[arg(long)]
    coverage: bool,
    /// Fail when less of the elements or flows of a process was seen
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(..=100))]
    coverage_min: Option<u8>,
}

impl Test {
    /// Plays all files, then answers.
    pub(crate) fn run(&self) -> Outcome {
        let bar = terminal::progress(self.files.len() as u64, "playing");
        let mut results = Vec::new();
        let (mut suites, mut paths) = (Vec::new(), PathCoverage::default());
        for path in &self.files {
            let begun = Instant::now();
            let played = play(path);
            paths.add(&played.paths);
            results.push(played.told);
            suites.push(Suite {
                name: path.display().to_string(),
                cases: played.cases,
                seconds: begun.elapsed().as_secs_f64(),
            });
            bar.inc(1);
        }
        bar.finish_and_clear();
        if let Some(file) = &self.junit {
            std::fs::write(file, junit::document(&suites)).map_err(|error| {
                Failure::work(format!("Expected to write {}: {error}.", file.display()))
            })?;
        }
        let failed = results.iter().any(|result| result["passed"] != true);
        if self.json {
            terminal::json(&results);
        } else {
            results.iter().for_each(print);
            if self.coverage || self.coverage_min.is_some() {
                coverage::print(&paths);
            }
        }
        let lowest = coverage::lowest(&paths);
        if let Some(least) = self.coverage_min.map(usize::from).filter(|least| lowest < *least) {
            return Err(Failure::work(format!(
                "Expected scenarios to see at least {least} % of the elements and flows of each \
                 process, but found {lowest} %."
            )));
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

/// What a file came to.
struct FilePlayed {
    /// For `--json`, and for people.
    told: Value,
    /// For build servers.
    cases: Vec<Case>,
    paths: PathCoverage,
}

fn play(path: &Path) -> FilePlayed {
    let file = path.display().to_string();
    if suite::is_suite(path) {
        return play_suite(path, &file);
    }
    let report = match testkit::scenario::play_file(path) {
        Err(reason) => return unreadable(&file, reason),
        Ok(report) => report,
    };
    let mut cases = Vec::new();
    let mut scenarios = Vec::new();
    for (at, played) in report.scenarios.iter().enumerate() {
        let failure = played.differences.join("\n\n");
        let passed = failure.is_empty();
        scenarios.push(json!({ "name": played.name, "steps": played.verbs, "passed": passed }));
        let name = match played.name.as_str() {
            "" => format!("scenario {}", at + 1),
            name => name.to_owned(),
        };
        cases.push(Case { name, failure: (!passed).then_some(failure) });
    }
    let mut told = json!({
        "file": file,
        "passed": cases.iter().all(|case| case.failure.is_none()),
        "updated": report.updated,
        "scenarios": scenarios,
        "coverage": coverage::json(&report.paths),
    });
    if told["passed"] == false {
        told["error"] = different(&cases).into();
    }
    FilePlayed { told, cases, paths: report.paths }
}

fn different(cases: &[Case]) -> String {
    let told = cases.iter().filter_map(|case| {
        let why = case.failure.as_ref()?;
        Some(format!("{}: {why}", case.name))
    });
    told.collect::<Vec<_>>().join("\n\n")
}

/// A file that is no test: one case that fails.
fn unreadable(file: &str, reason: String) -> FilePlayed {
    let told = json!({ "file": file, "passed": false, "error": reason });
    let cases = vec![Case { name: "can be read".to_owned(), failure: Some(reason) }];
    FilePlayed { told, cases, paths: PathCoverage::default() }
}

fn play_suite(path: &Path, file: &str) -> FilePlayed {
    let played = match suite::play(path) {
        Ok(cases) => cases,
        Err(reason) => return unreadable(file, reason),
    };
    let cases: Vec<Case> =
        played.into_iter().map(|case| Case { name: case.name, failure: case.difference }).collect();
    let list: Vec<Value> = cases
        .iter()
        .map(|case| json!({ "name": case.name, "passed": case.failure.is_none() }))
        .collect();
    let passed = cases.iter().all(|case| case.failure.is_none());
    let mut told = json!({ "file": file, "passed": passed, "cases": list });
    if !passed {
        told["error"] = different(&cases).into();
    }
    FilePlayed { told, cases, paths: PathCoverage::default() }
}
