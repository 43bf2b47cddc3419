//! The short notation: processes as one writes them on paper, for tests and documents.
//!
//! Not a second model format: it becomes BPMN XML and goes the way of every file.

mod cursor;
mod extensions;
mod grammar;
mod kinds;
mod parts;
mod resolve;
mod roots;
mod write;
mod xml;

use crate::limits::MAX_SHORT_BYTES;
use crate::problem::Problems;
use ::xml::{LineIndex, Position, Problem, Severity};

/// Turns processes in short notation into BPMN XML without a diagram. The language is described
/// in `docs/short-notation.md`.
///
/// # Errors
/// What is wrong with the text, with line and column. A text that is well-formed here may still
/// have problems as a model; those are found by [`crate::parse`].
pub fn to_bpmn(text: &str) -> Result<String, Problems> {
    let lines = LineIndex::new(text);
    if text.len() > MAX_SHORT_BYTES {
        let message = format!("Expected at most {MAX_SHORT_BYTES} bytes, but found {}", text.len());
        let start = Position { line: 1, column: 1, offset: 0 };
        return Err(Problem::at(Severity::Error, start, "short-too-large", message).into());
    }
    let (mut sheet, mut faults) = grammar::read(text);
    if faults.is_empty() {
        faults = resolve::resolve(&mut sheet);
    }
    if faults.is_empty() {
        return Ok(write::write(&sheet));
    }
    let mut problems = Problems::new();
    for fault in faults {
        let position = lines.position(text, fault.at);
        let mut problem = Problem::at(Severity::Error, position, fault.rule, fault.message);
        problem.hint = Some(fault.hint).filter(|hint| !hint.is_empty());
        problem.length = fault.length;
        problems.push(problem);
    }
    problems.sort();
    Err(problems)
}

/// Something wrong at a place of the text.
#[derive(Debug)]
struct Fault {
    at: usize,
    length: usize,
    rule: &'static str,
    message: String,
    hint: String,
}

/// What was read: flat lists that name each other by index.
#[derive(Debug, Default)]
struct Sheet<'t> {
    processes: Vec<Header<'t>>,
    scopes: Vec<Scope>,
    items: Vec<Item<'t>>,
    mentions: Vec<Mention<'t>>,
    arrows: Vec<Arrow>,
}

/// A process, whose scope has the same place in `Sheet::scopes` as it says.
#[derive(Debug)]
struct Header<'t> {
    id: &'t str,
    at: usize,
    scope: usize,
    name: Option<String>,
    version: Option<String>,
}

/// What a pair of braces, or a process, holds.
#[derive(Debug)]
struct Scope {
    process: usize,
    /// The mention that declares the sub-process; none for a process.
    owner: Option<usize>,
}

/// A flow node where it was declared.
#[derive(Debug)]
struct Item<'t> {
    id: std::borrow::Cow<'t, str>,
    at: usize,
    kind: &'static kinds::Kind,
    arguments: Vec<String>,
    scope: usize,
    /// The scope it opens, if it is a sub-process.
    opens: Option<usize>,
    name: Option<String>,
    options: Vec<Choice<'t>>,
    /// The mention of the activity a boundary event is attached to.
    host: Option<usize>,
    interrupting: bool,
    compensates: bool,
}

/// An identifier in a chain, which may come before its declaration.
#[derive(Debug)]
struct Mention<'t> {
    id: &'t str,
    at: usize,
    scope: usize,
    /// The item it stands for, once known.
    item: Option<usize>,
    name: Option<String>,
    options: Vec<Choice<'t>>,
}

/// An option with what was given to it.
#[derive(Debug)]
struct Choice<'t> {
    at: usize,
    word: &'t str,
    values: Vec<String>,
    entries: Vec<(String, String)>,
}

#[derive(Debug)]
struct Arrow {
    scope: usize,
    source: usize,
    target: usize,
    condition: Option<String>,
    is_default: bool,
}
