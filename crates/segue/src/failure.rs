//! Why a verb did not succeed, and the exit code that says so.
//!
//! Not the words themselves: who finds the reason writes them.

/// Why a verb did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    /// The command line or the configuration is wrong: exit code 2.
    #[error("{0}")]
    Usage(String),
    /// It was tried and did not work: exit code 1.
    #[error("{0}")]
    Work(String),
    /// It was done, the answer is no, and the verb has printed why: exit code 1.
    #[error("the answer is no")]
    Answered,
}

impl Failure {
    /// It was tried and did not work.
    pub(crate) fn work(reason: impl std::fmt::Display) -> Self {
        Failure::Work(reason.to_string())
    }

    /// The call is wrong.
    pub(crate) fn usage(reason: impl std::fmt::Display) -> Self {
        Failure::Usage(reason.to_string())
    }

    /// The process's exit code.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Failure::Usage(_) => 2,
            Failure::Work(_) | Failure::Answered => 1,
        }
    }
}

/// What every verb returns.
pub(crate) type Outcome = Result<(), Failure>;
