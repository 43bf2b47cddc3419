//! Scenario files: a process, here or in a BPMN file beside it, and named transcripts.
//!
//! Not here: playing a transcript (`play`).

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
}

/// Plays the scenarios of a file. With `UPDATE=1` in the environment, expectations that do not
/// hold are written again instead.
///
/// # Errors
/// What cannot be read, deployed or carried out, or how a scenario went differently; ready to
/// be printed.
pub fn run_file(path: &Path) -> Result<Report, String> {
    let reading = |path: &Path| {
        std::fs::read_to_string(path)
            .map_err(|error| format!("Expected to read `{}`: {error}.", path.display()))
    };
    let text = reading(path)?;
    let beside = |name: &str| reading(&path.with_file_name(name));
    let played = run_text(&text, beside).map_err(|why| format!("{}: {why}", path.display()))?;
    let (mut report, differences, actual) = played;
    if differences.is_empty() {
        return Ok(report);
    }
    if std::env::var_os("UPDATE").is_none() {
        return Err(format!("{}:\n{differences}", path.display()));
    }
    std::fs::write(path, &actual)
        .map_err(|error| format!("Expected to write `{}`: {error}.", path.display()))?;
    // What begins with `~` is a claim, not a record: it is never written again.
    let (_, differences, _) = run_text(&actual, beside)?;
    if !differences.is_empty() {
        return Err(format!("{}:\n{differences}", path.display()));
    }
    report.updated = true;
    Ok(report)
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
        let named = |why: String| match section.name {
            "" => why,
            name => format!("scenario `{name}`: {why}"),
        };
        let transcript: String = section.lines.iter().flat_map(|line| [*line, "\n"]).collect();
        let outcome = super::play::play(&files, &transcript).map_err(named)?;
        let Outcome { differences: found, coverage, verbs, .. } = &outcome;
        differences.extend(found.iter().cloned().map(named));
        report.coverage.add(coverage);
        report.scenarios.push(Played { name: section.name.to_owned(), verbs: *verbs });
        if !section.header.is_empty() {
            actual += section.header;
            actual.push('\n');
        }
        actual += &outcome.actual;
        actual.push('\n');
    }
    Ok((report, differences.join("\n\n"), actual))
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
