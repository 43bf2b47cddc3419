//! Why a command was refused: it changed nothing.
//!
//! Not here: how a transport says so.

/// Why a command was refused. It changed nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Rejection {
    /// What kind of refusal.
    pub kind: RejectionKind,
    /// What was expected, what was found, what to do.
    pub message: String,
}

/// Kinds of refusal; the transports map them to their own codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RejectionKind {
    /// No such thing (or not yours).
    NotFound,
    /// It exists, but not in a state that allows this.
    InvalidState,
    /// The request itself is wrong.
    InvalidArgument,
    /// It exists already.
    AlreadyExists,
}

impl Rejection {
    /// No such thing.
    #[must_use]
    pub fn not_found(message: impl Into<String>) -> Self {
        Rejection { kind: RejectionKind::NotFound, message: message.into() }
    }

    /// Not in this state.
    #[must_use]
    pub fn invalid_state(message: impl Into<String>) -> Self {
        Rejection { kind: RejectionKind::InvalidState, message: message.into() }
    }

    /// Not like this.
    #[must_use]
    pub fn invalid_argument(message: impl Into<String>) -> Self {
        Rejection { kind: RejectionKind::InvalidArgument, message: message.into() }
    }

    /// Not twice.
    #[must_use]
    pub fn already_exists(message: impl Into<String>) -> Self {
        Rejection { kind: RejectionKind::AlreadyExists, message: message.into() }
    }
}
