//! Other people's models: each runs, or says precisely why not; none panics.
//!
//! Not here: what they do once they run. The models are read from ../shared/corpora, never kept.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use engine::graph::compile::compile;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The folder of other people's models beside the workspace, if it is there.
fn corpora() -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2)?;
    let folder = workspace.parent()?.join("shared/corpora");
    folder.is_dir().then_some(folder)
}

fn models(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            models(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "bpmn") {
            found.push(path);
        }
    }
}

#[test]
fn every_model_runs_or_says_precisely_why_not() {
    let Some(folder) = corpora() else {
        println!("skipped: no corpus");
        return;
    };
    let mut paths = Vec::new();
    models(&folder, &mut paths);
    paths.sort();
    assert!(paths.len() >= 418, "found only {} models", paths.len());
    let mut runs = 0;
    let mut refused: BTreeMap<&'static str, usize> = BTreeMap::new();
    for path in &paths {
        let source = std::fs::read(path).unwrap();
        let problems = match model::open(&source) {
            Err(problems) => problems,
            Ok(document) => {
                let mut problems = document.problems().clone();
                let graphs = compile(&document, &mut problems);
                let runnable = !graphs.is_empty() && !problems.has_errors();
                runs += usize::from(runnable);
                if runnable {
                    continue;
                }
                problems
            }
        };
        assert!(problems.has_errors(), "{}: neither runs nor says why", path.display());
        for problem in problems.iter() {
            assert!(problem.line >= 1 && problem.column >= 1, "{}: no place", path.display());
            assert!(!problem.message.is_empty());
            *refused.entry(problem.rule).or_default() += 1;
        }
    }
    println!("{} models: {runs} run; problems of the others by rule: {refused:#?}", paths.len());
    assert!(runs > 50, "only {runs} of {} models run", paths.len());
}
