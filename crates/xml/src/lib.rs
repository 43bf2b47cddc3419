//! XML files read within budgets: encoding, size, no document type, and where everything stands.
//!
//! Not what the elements mean: `model` reads BPMN and `decision` reads DMN from the tree.

mod decoded;
mod limits;
mod position;
mod problem;
mod scan;

pub use decoded::raw_offset;
pub use limits::*;
pub use position::{LineIndex, Position};
pub use problem::{Problem, Severity, clip};

/// Reads a file: its text, and the tree of its elements.
///
/// # Errors
/// One problem: over budget, not UTF-8, a document type, not well-formed.
pub fn read(source: &[u8]) -> Result<(&str, roxmltree::Document<'_>), Box<Problem>> {
    let text = scan::scan(source)?;
    let options = roxmltree::ParsingOptions { allow_dtd: false, ..Default::default() };
    match roxmltree::Document::parse_with_options(text, options) {
        Ok(tree) => Ok((text, tree)),
        Err(error) => Err(Box::new(malformed(text, &error))),
    }
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
        let hint = "a model is XML; short notation is turned into it first";
        return Problem::at(Severity::Error, position, "xml-malformed", message).with_hint(hint);
    }
    let at = error.pos();
    let position = lines.position(text, lines.offset(text, at.row, at.col));
    // The position is in the problem already; the parser repeats it in its message.
    let said = error.to_string().replace(&format!(" at {at}"), "");
    let message = format!("Expected well-formed XML, but found this: {said}");
    Problem::at(Severity::Error, position, "xml-malformed", message)
}
