//! From the bytes of a file to a checked document: budget, XML, structure.
//!
//! Not the checks themselves; see `check`.

use std::sync::Arc;

use crate::check;
use crate::document::Document;
use crate::problem::Problems;

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
    let (text, tree) = xml::read(source).map_err(|problem| Problems::from(*problem))?;
    let mut document = Document::build(Arc::from(text), &tree);
    document.problems = check::run(&document);
    Ok(document)
}
