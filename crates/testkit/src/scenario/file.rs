//! Scenario files: a process, here or in a BPMN file beside it, and named transcripts.
//!
//! Not here: playing a transcript (`play`).

use super::path::PathCoverage;
use super::{Outcome, read, sources_of};
use crate::coverage::Coverage;
use std::path::Path;

/// What a file of scenarios came to.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Its scenarios in order.
    pub scenarios: Vec<Played>,
    /// Which phases of which elements were seen.
    pub coverage: Coverage,
    /// Which elements and flows of the processes were seen.
    pub paths: PathCoverage,
    /// Whether the file was written again with what really happened.
    pub updated: bool,
}

/// One scenario of a file.
#[derive(Debug, Clone, Default)]
pub struct Played {
    /// Its name, or an empty text.
    pub name: String,
    /// Verbs carried out.
    pub verbs: usize,
    /// How it went differently, or why it could not be played; empty: as written.
    pub differences: Vec<String>,
}

/// Plays the scenarios of a file. With `UPDATE=1` in the environment, expectations that do not
/// hold are written again instead.
///
/// # Errors
/// What cannot be read, deployed or carried out, or how a scenario went differently; ready to
/// be printed.
pub fn run_file(path: &Path) -> Result<Report, String> {
    let report = play_file(path)?;
    let different = report.scenarios.iter().filter(|it| !it.differences.is_empty());
    let told: Vec<String> = different.flat_map(|it| it.told()).collect();
    if told.is_empty() {
        return Ok(report);
    }
    Err(format!("{}:\n{}", path.display(), told.join("\n\n")))
}

/// Plays the scenarios of a file like [`run_file`], to the last one: the report says how each went.
///
/// # Errors
/// What cannot be read.
pub fn play_file(path: &Path) -> Result<Report, String> {
    let reading = |path: &Path| {
        std::fs::read_to_string(path)
            .map_err(|error| format!("Expected to read `{}`: {error}.", path.display()))
    };
    let text = reading(path)?;
    let beside = |name: &str| reading(&path.with_file_name(name));
    let played = run_text(&text, beside).map_err(|why| format!("{}: {why}", path.display()))?;
    let (report, differences, actual) = played;
    if differences.is_empty() || std::env::var_os("UPDATE").is_none() {
        return Ok(report);
    }
    std::fs::write(path, &actual)
        .map_err(|error| format!("Expected to write `{}`: {error}.", path.display()))?;
    // What begins with `~` is a claim, not a record: it is never written again.
    let (report, _, _) = run_text(&actual, beside)?;
    Ok(Report { updated: true, ..report })
}

/// Plays scenarios from text. `beside` reads a file the text names. Returns the report, the
/// differences as text (empty: none), and the text as it really went.
///
/// # Errors
/// What cannot be read, deployed or carried out.
pub fn run_text(
    text: &str,
    beside: impl Fn(&str) -> Result<String, String>,
) -> Result<(Report, String, String), String> {
    let sections = split(text)?;
    let files = match sections.process.trim().strip_prefix("file ") {
        Some(names) => {
            let names = names.split(',').map(str::trim);
            names.map(beside).collect::<Result<Vec<String>, String>>()?
        }
        None => sources_of(&sections.process)?,
    };
    let mut report = Report::default();
    let (mut differences, mut actual) = (Vec::new(), sections.head.to_owned());
    for section in &sections.scenarios {
        let transcript: String = section.lines.iter().flat_map(|line| [*line, "\n"]).collect();
        let outcome = super::play::play(&files, &transcript).unwrap_or_else(|why| Outcome {
            differences: vec![why],
            actual: transcript.trim_end_matches('\n').to_owned(),
            ..Outcome::default()
        });
        let played = Played {
            name: section.name.to_owned(),
            verbs: outcome.verbs,
            differences: outcome.differences,
        };
        differences.extend(played.told());
        report.coverage.add(&outcome.coverage);
        report.paths.add(&outcome.paths);
        report.scenarios.push(played);
        if !section.header.is_empty() {
            actual += section.header;
            actual.push('\n');
        }
        actual += &outcome.actual;
        actual.push('\n');
    }
    Ok((report, differences.join("\n\n"), actual))
}

impl Played {
    /// How it went differently, with its name.
    fn told(&self) -> impl Iterator<Item = String> + '_ {
        self.differences.iter().map(|why| match self.name.as_str() {
            "" => why.clone(),
            name => format!("scenario `{name}`: {why}"),
        })
    }
}

struct Sections<'t> {
    /// Everything up to the first scenario, as written.
    head: &'t str,
    process: String,
    scenarios: Vec<Section<'t>>,
}

#[derive(Default)]
struct Section<'t> {
    header: &'t str,
    name: &'t str,
    lines: Vec<&'t str>,
}

/// `process:` with its text and the indented lines below it, then `scenario:` sections.
fn split(text: &str) -> Result<Sections<'_>, String> {
    let (mut process, mut scenarios) = (None::<String>, Vec::<Section<'_>>::new());
    let (mut head_end, mut at, mut in_process) = (0, 0, false);
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let line = line.trim_end_matches(['\n', '\r']);
        if let Some(first) = line.strip_prefix("process:") {
            process = Some(first.trim().to_owned());
            (in_process, head_end) = (true, at);
            continue;
        }
        let indented = line.starts_with([' ', '\t']) && !line.trim().is_empty();
        match &mut process {
            Some(process) if in_process && indented => {
                process.push('\n');
                process.push_str(line);
                head_end = at;
                continue;
            }
            None if line.trim().is_empty() || line.starts_with('#') => continue,
            None => return Err(format!("Expected `process:` first, but found `{line}`.")),
            Some(_) => in_process = false,
        }
        if let Some(name) = line.strip_prefix("scenario:") {
            scenarios.push(Section { header: line, name: name.trim(), lines: Vec::new() });
            continue;
        }
        match scenarios.last_mut() {
            Some(section) => section.lines.push(line),
            None if line.trim().is_empty() => head_end = at,
            None => {
                head_end = start;
                scenarios.push(Section { lines: vec![line], ..Section::default() });
            }
        }
    }
    let process = process.ok_or("Expected a line `process: ...`, but found none.")?;
    let process = read::unindented(&process);
    Ok(Sections { head: &text[..head_end], process, scenarios })
}
