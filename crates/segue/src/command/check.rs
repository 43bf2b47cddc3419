//! `segue check`: all problems of BPMN, DMN and form files, with their places.
//!
//! Not the rules: structure is `model`'s, what can run is `engine`'s.

use std::path::{Path, PathBuf};

use model::{Problem, Problems, Severity};
use runtime::deploy::Language;
use serde_json::{Value, json};

use crate::failure::{Failure, Outcome};
use crate::snippet;
use crate::terminal;

/// Problems printed for one file; `--json` prints all that are kept.
const PRINTED_MAX: usize = 50;

/// Checks whether BPMN, DMN and form files can be deployed, and prints what is wrong where
///
/// Exit code 0: everything runs (there may be warnings). 1: something cannot be deployed.
#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    /// BPMN, DMN and form files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print one JSON array with the problems of every file
    #[arg(long)]
    json: bool,
}

/// What was found in one file.
struct Checked {
    path: PathBuf,
    source: Vec<u8>,
    problems: Vec<Problem>,
    /// Problems beyond those that are kept.
    dropped: usize,
}

impl Check {
    /// Checks all files, then answers.
    pub(crate) fn run(&self) -> Outcome {
        let all = check(&self.files)?;
        if self.json {
            let documents: Vec<Value> = all.iter().map(Checked::as_json).collect();
            terminal::json(&documents);
        } else {
            all.iter().for_each(Checked::print);
        }
        match all.iter().any(Checked::has_errors) {
            true => Err(Failure::Answered),
            false => Ok(()),
        }
    }
}

fn check(paths: &[PathBuf]) -> Result<Vec<Checked>, Failure> {
    let sources = paths.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
    let language = |path: &Path| Language::of(&path.display().to_string());
    // Decisions and forms together: one of the files may import another.
    let others: Vec<(Language, &[u8])> = paths
        .iter()
        .zip(&sources)
        .map(|(path, source)| (language(path), &**source))
        .filter(|(language, _)| *language != Language::Bpmn)
        .collect();
    let mut others = runtime::deploy::problems(&others).into_iter();
    let checked = |(path, source): (&PathBuf, Vec<u8>)| {
        let (problems, dropped) = match language(path) {
            Language::Bpmn => {
                let problems = problems_of(&source);
                let dropped = problems.dropped();
                (problems.into_vec(), dropped)
            }
            _ => (others.next().expect("each file has its problems"), 0),
        };
        Checked { path: path.clone(), source, problems, dropped }
    };
    Ok(paths.iter().zip(sources).map(checked).collect())
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path)
        .map_err(|error| Failure::work(format!("Expected to read {}: {error}", path.display())))
}

/// All problems of a file: of its structure, and of what the engine cannot run.
pub(crate) fn problems_of(source: &[u8]) -> Problems {
    let document = match model::open(source) {
        Ok(document) => document,
        Err(problems) => return problems,
    };
    let mut problems = document.problems().clone();
    engine::graph::compile::compile(&document, &mut problems);
    problems.sort();
    problems
}

impl Checked {
    fn has_errors(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Error)
    }

    fn as_json(&self) -> Value {
        let problems: Vec<Value> = self.problems.iter().map(problem_as_json).collect();
        json!({
            "file": self.path.display().to_string(),
            "runs": !self.has_errors(),
            "problems": problems,
            "more": self.dropped,
        })
    }

    fn print(&self) {
        let name = self.path.display().to_string();
        for problem in self.problems.iter().take(PRINTED_MAX) {
            terminal::raw(&snippet::render(&name, &self.source, problem));
        }
        let hidden = self.problems.len().saturating_sub(PRINTED_MAX) + self.dropped;
        if hidden > 0 {
            terminal::line(format_args!("and {hidden} more; --json prints all that are kept\n"));
        }
        terminal::line(format_args!("{name}: {}", self.verdict()));
    }

    fn verdict(&self) -> String {
        let count =
            |severity| self.problems.iter().filter(|problem| problem.severity == severity).count();
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        let warned = match warnings {
            0 => String::new(),
            1 => ", 1 warning".to_owned(),
            many => format!(", {many} warnings"),
        };
        match errors {
            0 => format!("runs{warned}"),
            1 => format!("cannot be deployed: 1 error{warned}"),
            many => format!("cannot be deployed: {many} errors{warned}"),
        }
    }
}

/// The word of a severity.
pub(crate) fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    }
}

fn problem_as_json(problem: &Problem) -> Value {
    json!({
        "severity": severity_word(problem.severity),
        "rule": problem.rule,
        "element": problem.element,
        "line": problem.line,
        "column": problem.column,
        "message": problem.message,
        "hint": problem.hint,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_nothing_in_the_sample() {
        let sample = include_bytes!("../../../../samples/order-to-cash/order-to-cash.bpmn");
        let problems = problems_of(sample);
        assert!(!problems.has_errors(), "{problems}");
    }

    #[test]
    fn names_the_place_of_what_is_no_xml() {
        let problems = problems_of(b"<bpmn");
        assert!(problems.has_errors());
        let document = problem_as_json(problems.iter().next().unwrap());
        assert_eq!(document["severity"], "error");
        assert_eq!(document["line"], 1);
    }
}
