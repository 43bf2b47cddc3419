//! What happens to a case.
//!
//! Not here: what that does to its state (`mod`).

use super::OpenCase;
use super::clock::{CaseClock, ClockChange, Milestone};
use crate::key::Key;
use std::sync::Arc;

/// A domain event of a case.
#[expect(missing_docs, reason = "fields carry the words of the state")]
#[derive(Debug, Clone, PartialEq)]
pub enum CaseEvent {
    /// There is a case.
    CaseOpened { open: Box<OpenCase>, stage: Arc<str>, opened_ms: i64 },
    /// It is in another stage.
    StageEntered { stage: Arc<str>, by: Arc<str> },
    /// Somebody drives it, or nobody.
    CaseAssigned { driver: Option<Arc<str>>, by: Arc<str> },
    /// A process instance runs for it.
    ProcessStarted { instance: Key, definition: Key },
    /// The process of its type could not be started.
    ProcessNotStarted { process_id: Arc<str>, reason: Arc<str> },
    /// The process instance has ended.
    ProcessEnded { instance: Key, completed: bool },
    /// The work is done, somebody says.
    CaseResolved { by: Arc<str>, comment: Arc<str> },
    /// An outcome check begins later.
    CheckPlanned { check: Arc<str>, due_ms: i64 },
    /// An outcome check runs. `due_ms`: then it has failed, or for quiet passed.
    CheckStarted { check: Arc<str>, due_ms: i64 },
    /// An outcome check passed.
    CheckPassed { check: Arc<str> },
    /// An outcome check failed.
    CheckFailed { check: Arc<str>, reason: Arc<str> },
    /// Something that shows how it is.
    EvidenceKept { evidence: Box<Evidence> },
    /// There is work to do again: a check failed. `count`: how often by now.
    CaseReopened { check: Arc<str>, reason: Arc<str>, count: u32 },
    /// It is over. `watched_until_ms`: a recurrence before that counts against it.
    CaseClosed { verdict: Verdict, watched_until_ms: Option<i64> },
    /// It was no case after all.
    CaseCancelled { by: Arc<str>, reason: Arc<str> },
    /// Its alert came, or came again. `durable`: the case had not been closed before that.
    RecurrenceNoted { alert: Key, durable: bool },
    /// A time it should have been resolved by is over. `number`: how often, for those that come
    /// again.
    MilestoneReached { milestone: Milestone, number: u32, due_ms: i64 },
    /// It is more or less urgent.
    UrgencyChanged { urgency: u32 },
    /// It wakes at another time.
    TimerSet { timer: Option<(Key, i64)> },
    /// A recurrence does not count any more.
    WatchEnded,
    /// Its clock stands otherwise. `goal_ms`, `deadline_ms`: when they are reached, while it runs;
    /// `by`: who did it; `reason`: why.
    ClockChanged {
        change: ClockChange,
        clock: Box<CaseClock>,
        goal_ms: Option<i64>,
        deadline_ms: Option<i64>,
        by: Option<Arc<str>>,
        reason: Arc<str>,
    },
}

/// How a case was closed. Numbers are on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verdict {
    /// Every check passed.
    #[default]
    Verified,
    /// Somebody did without.
    Waived,
    /// Checks failed too often.
    Failed,
}

impl Verdict {
    /// What APIs call it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Verified => "VERIFIED",
            Verdict::Waived => "WAIVED",
            Verdict::Failed => "FAILED",
        }
    }
}

/// Something that shows how a case is. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence {
    /// Its key.
    pub key: Key,
    /// Tenant number.
    pub tenant: u32,
    /// The check it is for.
    pub check: Option<Arc<str>>,
    /// What it is.
    pub kind: EvidenceKind,
    /// The received event it is.
    pub event: Option<Key>,
    /// Who gave it.
    pub by: Option<Arc<str>>,
    /// What it says.
    pub text: Arc<str>,
}

/// What a piece of evidence is. Numbers are on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EvidenceKind {
    /// Somebody wrote something down.
    #[default]
    Note,
    /// An event that came.
    Event,
    /// A person's word that it is solved, or is not.
    Attestation,
    /// Nothing came for as long as it should not.
    Quiet,
    /// Something did not come in time.
    TimedOut,
    /// Somebody did without a check.
    Waiver,
}

impl EvidenceKind {
    /// What APIs call it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            EvidenceKind::Note => "NOTE",
            EvidenceKind::Event => "EVENT",
            EvidenceKind::Attestation => "ATTESTATION",
            EvidenceKind::Quiet => "QUIET",
            EvidenceKind::TimedOut => "TIMED_OUT",
            EvidenceKind::Waiver => "WAIVER",
        }
    }
}
