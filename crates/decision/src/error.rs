//! What can go wrong: at compilation, during an evaluation, and what merely deserves a warning.
//! A wrong type is none of these by itself: FEEL answers it with null and a warning.

use std::ops::Range;

/// An expression that cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CompileError {
    /// "Expected ..., but found ...".
    pub message: String,
    /// Where, in bytes of the source.
    pub span: Range<usize>,
    /// What to do about it.
    pub hint: Option<String>,
}

/// A compile error on its way out: small, because every step of the parser may return one.
pub(crate) type Refused = Box<CompileError>;

/// An evaluation that was stopped; the caller raises an incident.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The expression did more work than its budget allows.
    #[error("Expected the expression to finish within its budget of work, but it used it up")]
    Fuel,
    /// The expression allocated more memory than its budget allows.
    #[error("Expected the expression to stay within its memory budget, but it needs more")]
    Memory,
    /// A list grew beyond its limit.
    #[error("Expected a list of at most {limit} elements, but it has more")]
    ListTooLong {
        /// The most elements a list may have.
        limit: usize,
    },
    /// A value or a chain of calls is nested too deeply.
    #[error("Expected values and calls nested at most {limit} deep, but they go deeper")]
    TooDeep {
        /// The deepest nesting allowed.
        limit: u32,
    },
    /// The condition of `assert` was not met.
    #[error("{message}")]
    Assertion {
        /// The cause given in the expression.
        message: String,
    },
    /// The rules of a decision table that match contradict its hit policy.
    #[error("{message}")]
    HitPolicy {
        /// What was expected of the rules, and what was found.
        message: String,
    },
    /// A variable is not valid JSON.
    #[error("Expected the variable '{name}' to be valid JSON, but it is not: {message}")]
    MalformedVariable {
        /// Name of the variable.
        name: String,
        /// What is wrong with it.
        message: String,
    },
}

/// A failure on its way out: small, because every step of an evaluation may return one.
pub(crate) type Stop = Box<Failure>;

/// Something the evaluation went on after, usually with null.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What kind of thing.
    pub kind: WarningKind,
    /// One sentence naming the names and values involved.
    pub message: String,
}

/// The kinds of warnings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WarningKind {
    /// A variable does not exist.
    NoVariableFound,
    /// A context has no entry of that name.
    NoContextEntryFound,
    /// A value has no property of that name.
    NoPropertyFound,
    /// Values of different types were compared.
    NotComparable,
    /// An operator met a value of a type it cannot use.
    InvalidType,
    /// No function has that name and number of parameters.
    NoFunctionFound,
    /// A function was given arguments it cannot use.
    FunctionInvocationFailure,
}
