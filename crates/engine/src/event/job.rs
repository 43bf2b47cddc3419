//! What is said about a job when it is created: for whom, and what its listener listens to.
//!
//! Not here: what becomes of it, which the other events say.

use super::Slot;
use crate::key::Key;
use std::sync::Arc;

/// A job's birth.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct JobCreated {
    /// Element instance it belongs to.
    pub slot: Slot,
    /// Job key.
    pub key: Key,
    /// Type workers poll for.
    pub job_type: Arc<str>,
    /// Tries left.
    pub retries: i32,
    /// Headers that replace those of the element (listeners with their own), usually empty.
    pub headers: Vec<(Arc<str>, Arc<str>)>,
    /// What the job is for.
    pub kind: JobKind,
    /// The event its listener listens to.
    pub listener: ListenerEvent,
    /// Which of the listeners of that event it is, from 1; 0: none.
    pub number: u32,
    /// Jobs of higher priority are handed out first.
    pub priority: i32,
}

/// What a job is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum JobKind {
    /// The work of its element.
    #[default]
    Element,
    /// An execution listener.
    ExecutionListener,
    /// A listener of a user task.
    TaskListener,
    /// A worker decides what an ad-hoc sub-process activates.
    AdHocSubProcess,
}

impl JobKind {
    /// Camunda 8's words, in the order of the numbers on disk.
    pub const WORDS: [&'static str; 4] =
        ["BPMN_ELEMENT", "EXECUTION_LISTENER", "TASK_LISTENER", "AD_HOC_SUB_PROCESS"];

    /// Camunda 8's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::WORDS[self as usize]
    }

    /// Whether it is a listener's.
    #[must_use]
    pub fn listens(self) -> bool {
        matches!(self, JobKind::ExecutionListener | JobKind::TaskListener)
    }
}

/// What a listener listens to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ListenerEvent {
    /// It is no listener.
    #[default]
    Unspecified,
    /// The element begins, its input mappings are done.
    Start,
    /// The element ends, its output mappings are done.
    End,
    /// A multi-instance activity begins, its items are not known yet.
    BeforeAll,
    /// The element is cancelled, nothing lives in it any more.
    Cancel,
    /// A user task is created.
    Creating,
    /// A user task gets or loses its assignee.
    Assigning,
    /// A user task is changed.
    Updating,
    /// A user task is completed.
    Completing,
    /// A user task is cancelled.
    Canceling,
}

impl ListenerEvent {
    /// Camunda 8's words, in the order of the numbers on disk.
    pub const WORDS: [&'static str; 10] = [
        "UNSPECIFIED",
        "START",
        "END",
        "BEFORE_ALL",
        "CANCEL",
        "CREATING",
        "ASSIGNING",
        "UPDATING",
        "COMPLETING",
        "CANCELING",
    ];

    /// Camunda 8's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::WORDS[self as usize]
    }

    /// Whose listener it is: the execution's, or a user task's.
    #[must_use]
    pub fn kind(self) -> JobKind {
        use ListenerEvent as L;
        match self {
            L::Unspecified => JobKind::Element,
            L::Start | L::End | L::BeforeAll | L::Cancel => JobKind::ExecutionListener,
            L::Creating | L::Assigning | L::Updating | L::Completing | L::Canceling => {
                JobKind::TaskListener
            }
        }
    }
}
