//! The house rules as a checker: each broken rule is one line that says what to do.
//!
//! Not here: formatting and lints; rustfmt and clippy hold those.

mod arrows;
mod dependencies;
mod documents;
mod exceptions;
mod functions;
mod generated;
mod licence;
mod limits;
mod lines;
mod names;
mod owners;
mod rust_source;
mod words;

use std::fmt;

use crate::Failure;
use crate::workspace::Workspace;
use rust_source::RustSource;

/// One place that breaks one rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// Relative to the root.
    pub(crate) file: String,
    /// From 1.
    pub(crate) line: usize,
    pub(crate) rule: &'static str,
    pub(crate) expected: String,
    pub(crate) found: String,
    /// What to do.
    pub(crate) advice: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { file, line, rule, expected, found, advice } = self;
        write!(f, "{file}:{line}: {rule}: expected {expected}, found {found}; {advice}")
    }
}

pub(crate) fn command(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    match arguments {
        [] => {}
        [flag] if flag == "--write" => limits::write(workspace)?,
        _ => {
            let found = arguments.join(" ");
            return Err(Failure::Usage(format!(
                "Expected --write or nothing, but found `{found}`."
            )));
        }
    }
    let findings = findings(workspace)?;
    for finding in &findings {
        println!("{finding}");
    }
    if findings.is_empty() {
        println!("tidy: nothing found");
        return Ok(());
    }
    Err(Failure::Work(format!("tidy found {} things", findings.len())))
}

/// All findings that no exception covers, sorted, plus exceptions that cover nothing.
fn findings(workspace: &Workspace) -> Result<Vec<Finding>, Failure> {
    let mut all = Vec::new();
    let metadata = workspace.metadata()?;
    arrows::check(workspace, &metadata, &mut all);
    dependencies::check(&metadata, &mut all);
    owners::check(&metadata, &mut all);
    documents::check(workspace, &mut all);
    generated::check(workspace, &mut all);
    limits::check(workspace, &mut all);
    let sources = rust_sources(workspace);
    for source in &sources {
        names::check(source, &mut all);
        lines::check(source, &mut all);
        functions::check(source, &mut all);
        owners::check_derives(source, &mut all);
        words::check(source, &mut all);
    }
    let mut left = exceptions::apply(all);
    left.sort();
    left.dedup();
    Ok(left)
}

/// Every Rust file, with test files known as such.
fn rust_sources(workspace: &Workspace) -> Vec<RustSource> {
    let paths = workspace.files("rs").into_iter();
    let mut sources: Vec<RustSource> = paths
        .filter_map(|path| {
            let text = workspace.read(&path)?;
            Some(RustSource::new(path, text))
        })
        .collect();
    let only_tests: Vec<String> = sources.iter().flat_map(RustSource::test_modules).collect();
    for source in &mut sources {
        let below = |folder: &String| source.path.starts_with(&format!("{folder}/"));
        let same = |module: &String| source.path == format!("{module}.rs");
        if only_tests.iter().any(|module| same(module) || below(module)) {
            source.only_tests = true;
        }
    }
    sources
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_a_finding_as_one_line_that_says_what_to_do() {
        let finding = Finding {
            file: "crates/engine/src/lib.rs".to_owned(),
            line: 7,
            rule: "no-unwrap",
            expected: "`?` or `expect(\"invariant\")`".to_owned(),
            found: "`.unwrap()`".to_owned(),
            advice: "return the error".to_owned(),
        };
        assert_eq!(
            finding.to_string(),
            "crates/engine/src/lib.rs:7: no-unwrap: expected `?` or `expect(\"invariant\")`, \
             found `.unwrap()`; return the error"
        );
    }

    #[test]
    fn reads_all_sources_of_this_program() {
        let sources = rust_sources(&Workspace::find());
        assert!(sources.iter().any(|source| source.path == "xtask/src/tidy/mod.rs"));
    }
}
