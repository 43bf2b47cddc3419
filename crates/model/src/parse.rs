//! From the bytes of a file to a checked document: budget, XML, structure.
//!
//! Not the checks themselves; see `check`.

use std::sync::Arc;

use crate::check;
use crate::document::Document;
use crate::limits::MAX_QUOTED_BYTES;
use crate::position::LineIndex;
use crate::problem::{Problem, Problems, Severity, clip};
use crate::scan;

/// Reads a BPMN file that can be deployed.
///
/// # Errors
/// All problems, sorted by position, if one of them is an error. The warnings of a good file are
/// in [`Document::problems`].
pub fn parse(source: &[u8]) -> Result<Document, Problems> {
    let document = open(source)?;
    if document.problems.has_errors() { Err(document.problems) } else { Ok(document) }
}

/// Reads a file that may still be wrong, for tools that show it or collect all problems at once;
/// [`Document::problems`] has what the checks found, errors included.
///
/// # Errors
/// Only if there is no tree: over budget, not UTF-8, not well-formed.
pub fn open(source: &[u8]) -> Result<Document, Problems> {
    let text = scan::scan(source)?;
    let options = roxmltree::ParsingOptions { allow_dtd: false, ..Default::default() };
    let tree = match roxmltree::Document::parse_with_options(text, options) {
        Ok(tree) => tree,
        Err(error) => return Err(malformed(text, &error).into()),
    };
    let mut document = Document::build(Arc::from(text), &tree);
    document.problems = check::run(&document);
    Ok(document)
}

fn malformed(text: &str, error: &roxmltree::Error) -> Problem {
    let lines = LineIndex::new(text);
    let begin = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    if !begin.starts_with('<') {
        let position = lines.position(text, text.len() - begin.len());
        let found = match begin.split_whitespace().next() {
            None => "nothing".to_owned(),
            Some(word) => format!("`{}`", clip(word, MAX_QUOTED_BYTES)),
        };
        let message = format!("Expected XML, but found {found}");
        let hint = "a BPMN file is XML; short notation is turned into it first";
        return Problem::at(Severity::Error, position, "xml-malformed", message).with_hint(hint);
    }
    let at = error.pos();
    let position = lines.position(text, lines.offset(text, at.row, at.col));
    // The position is in the problem already; the parser repeats it in its message.
    let said = error.to_string().replace(&format!(" at {at}"), "");
    let message = format!("Expected well-formed XML, but found this: {said}");
    Problem::at(Severity::Error, position, "xml-malformed", message)
}
