//! What a case can be asked.
//!
//! Not here: what it answers (`step`).

use crate::definition::Severity;
use crate::key::Key;
use std::sync::Arc;

/// How a case begins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpenCase {
    /// The key it gets.
    pub case: Key,
    /// Tenant number.
    pub tenant: u32,
    /// Version of its case type.
    pub case_type: Key,
    /// What it is called.
    pub title: Arc<str>,
    /// What it is about.
    pub subject: Arc<str>,
    /// How bad it is.
    pub severity: Severity,
    /// The alert that opened it.
    pub alert: Option<Key>,
    /// The name of that alert.
    pub alert_name: Option<Arc<str>>,
    /// The received event behind it.
    pub event: Option<Key>,
    /// The closed case it is a recurrence of.
    pub follows: Option<Key>,
    /// Where it is.
    pub site: Option<Arc<str>>,
}

/// What a case can be asked.
#[expect(missing_docs, reason = "fields carry the words of the events")]
#[derive(Debug, Clone, PartialEq)]
pub enum CaseCommand {
    /// Begin.
    OpenCase(Box<OpenCase>),
    /// Enter a stage.
    EnterStage { stage: Arc<str>, by: Arc<str> },
    /// Be driven by somebody, or by nobody.
    AssignCase { driver: Option<Arc<str>>, by: Arc<str> },
    /// The work is done.
    ResolveCase { by: Arc<str>, comment: Arc<str> },
    /// A person says whether it is solved.
    AttestOutcome { check: Arc<str>, passes: bool, by: Arc<str>, comment: Arc<str> },
    /// Close without the checks that are left.
    WaiveOutcome { by: Arc<str>, reason: Arc<str> },
    /// It is no case.
    CancelCase { by: Arc<str>, reason: Arc<str> },
    /// Keep something that shows how it is.
    AddEvidence { by: Arc<str>, text: Arc<str> },
    /// An awaited event came.
    MeetCheck { check: Arc<str>, event: Key },
    /// An event cannot be awaited: too many cases wait for the same.
    RefuseExpectation { check: Arc<str> },
    /// Its alert came, or came again.
    NoteRecurrence { alert: Key },
    /// Its process instance has ended.
    EndProcess { instance: Key, completed: bool },
    /// Something may be due.
    Wake,
    /// Its goal and deadline are so much later. `by_ms`: milliseconds its clock counts.
    ExtendClock { by_ms: i64, by: Arc<str>, reason: Arc<str> },
    /// Be driven by somebody, if nobody drives it yet and there is work to do.
    TakeCase { driver: Arc<str>, by: Arc<str> },
    /// No time counts for it any more.
    WaiveClock { by: Arc<str>, reason: Arc<str> },
}
