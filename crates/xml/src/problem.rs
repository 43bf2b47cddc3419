//! A problem: what is wrong with a file, where, and what to do about it.
//!
//! Not its rendering; a problem is a value with a position.

use std::fmt;

use crate::position::Position;

/// How bad a problem is. Only an error keeps a model from being deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The model cannot be deployed.
    Error,
    /// The model runs, but likely not as meant.
    Warning,
    /// Worth knowing.
    Info,
}

/// One thing wrong with a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// The rule that found it, in kebab case, for example `flow-target-missing`.
    pub rule: &'static str,
    /// The id of the nearest BPMN element, where there is one.
    pub element: Option<String>,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Bytes before it.
    pub offset: usize,
    /// Bytes it covers; 0 is a point.
    pub length: usize,
    /// "Expected X, but found Y".
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl Problem {
    /// A problem of no element, at a position.
    pub fn at(
        severity: Severity,
        position: Position,
        rule: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            severity,
            rule,
            element: None,
            line: position.line,
            column: position.column,
            offset: position.offset,
            length: 0,
            message: message.into(),
            hint: None,
        }
    }

    /// The same problem with advice.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.rule)?;
        if let Some(element) = &self.element {
            write!(f, " {element}")?;
        }
        write!(f, ": {}", self.message)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, " ({hint})"))
    }
}

/// The longest beginning of `text` of at most `bytes` bytes that ends between characters.
pub fn clip(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}
