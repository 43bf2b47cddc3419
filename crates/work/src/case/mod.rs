//! Cases: a business situation from its opening to a closing that was checked.
//!
//! Not here: what opens one (`alert`, a person), and how long it should take (`clock`).

mod check;
pub mod clock;
mod command;
mod event;
mod sla;
mod step;

pub use command::{CaseCommand, OpenCase};
pub use event::{CaseEvent, Evidence, EvidenceKind, Verdict};
pub(crate) use step::step;

use crate::key::Key;
use clock::{CaseClock, Milestone};
use std::sync::Arc;

/// What is remembered of a case.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Case {
    /// Its key; 0 until it was opened.
    pub key: Key,
    /// Tenant number.
    pub tenant: u32,
    /// Version of its case type.
    pub case_type: Key,
    /// Where it stands: in one state, always.
    pub state: CaseState,
    /// The stage it is in, or the empty string.
    pub stage: Arc<str>,
    /// What it is about.
    pub subject: Arc<str>,
    /// The name under which alerts reach it.
    pub alert_name: Option<Arc<str>>,
    /// Who drives it.
    pub driver: Option<Arc<str>>,
    /// Who said that the work is done.
    pub resolved_by: Option<Arc<str>>,
    /// When it was opened, Unix milliseconds.
    pub opened_ms: i64,
    /// Outcome checks since it was resolved last.
    pub checks: Vec<CheckRun>,
    /// How often it was opened again.
    pub reopened: u32,
    /// The process instance that runs for it.
    pub process: Option<Key>,
    /// The milestone it reached last, and how often, if it is one that comes again.
    pub reached: Option<(Milestone, u32)>,
    /// How urgent it is, 0 to 100.
    pub urgency: u32,
    /// Until when a recurrence counts against it, once it is closed.
    pub watched_until_ms: Option<i64>,
    /// The timer that wakes it, and when.
    pub timer: Option<(Key, i64)>,
    /// Where it is.
    pub site: Option<Arc<str>>,
    /// Its clock, unless that just counts from the opening on.
    pub clock: Option<Box<CaseClock>>,
}

/// Where a case stands. Numbers are on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CaseState {
    /// There is work to do.
    #[default]
    Open,
    /// The work is done; no check has begun.
    Resolved,
    /// The outcome is being checked.
    Verifying,
    /// Closed: every check passed.
    ClosedVerified,
    /// Closed without checks, with a reason.
    ClosedWaived,
    /// Closed although the checks failed: it was opened again too often.
    ClosedFailed,
    /// It was no case after all.
    Cancelled,
}

impl CaseState {
    /// What people and APIs call it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            CaseState::Open => "OPEN",
            CaseState::Resolved => "RESOLVED",
            CaseState::Verifying => "VERIFYING",
            CaseState::ClosedVerified => "CLOSED_VERIFIED",
            CaseState::ClosedWaived => "CLOSED_WAIVED",
            CaseState::ClosedFailed => "CLOSED_FAILED",
            CaseState::Cancelled => "CANCELLED",
        }
    }

    /// Whether nothing more is to be done.
    #[must_use]
    pub fn is_closed(self) -> bool {
        !matches!(self, CaseState::Open | CaseState::Resolved | CaseState::Verifying)
    }
}

/// An outcome check of a case.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CheckRun {
    /// Its id within the case type.
    pub id: Arc<str>,
    /// Where it stands.
    pub state: CheckState,
    /// When it begins, or when it has failed, Unix milliseconds.
    pub due_ms: i64,
}

/// Where an outcome check stands. Numbers are on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CheckState {
    /// It begins later.
    #[default]
    Planned,
    /// It runs.
    Waiting,
    /// It passed.
    Passed,
}

impl Case {
    /// Whether it can be forgotten: what it did is in its history.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.state.is_closed() && self.watched_until_ms.is_none()
    }

    fn check_mut(&mut self, id: &str) -> &mut CheckRun {
        let found = self.checks.iter_mut().find(|check| *check.id == *id);
        found.expect("an event about a check comes while the case has it")
    }

    /// Applies one event; the only writer of this state.
    pub(crate) fn apply(&mut self, event: &CaseEvent) {
        use CaseEvent as E;
        match event {
            E::CaseOpened { open, stage, opened_ms } => {
                self.key = open.case;
                self.tenant = open.tenant;
                self.case_type = open.case_type;
                self.stage = stage.clone();
                self.subject = open.subject.clone();
                self.alert_name.clone_from(&open.alert_name);
                self.opened_ms = *opened_ms;
                self.site.clone_from(&open.site);
            }
            E::StageEntered { stage, .. } => self.stage = stage.clone(),
            E::CaseAssigned { driver, .. } => self.driver.clone_from(driver),
            E::ProcessStarted { instance, .. } => self.process = Some(*instance),
            E::ProcessEnded { .. } => self.process = None,
            E::CaseResolved { by, .. } => {
                self.state = CaseState::Resolved;
                self.resolved_by = Some(by.clone());
                self.checks.clear();
            }
            E::CheckPlanned { check, due_ms } => self.checks.push(CheckRun {
                id: check.clone(),
                state: CheckState::Planned,
                due_ms: *due_ms,
            }),
            E::CheckStarted { check, due_ms } => {
                self.state = CaseState::Verifying;
                let held = self.check_mut(check);
                held.state = CheckState::Waiting;
                held.due_ms = *due_ms;
            }
            E::CheckPassed { check } => self.check_mut(check).state = CheckState::Passed,
            E::CaseReopened { count, .. } => {
                self.state = CaseState::Open;
                self.reopened = *count;
                self.checks.clear();
            }
            E::CaseClosed { verdict, watched_until_ms } => {
                self.state = match verdict {
                    Verdict::Verified => CaseState::ClosedVerified,
                    Verdict::Waived => CaseState::ClosedWaived,
                    Verdict::Failed => CaseState::ClosedFailed,
                };
                self.checks.clear();
                self.watched_until_ms = *watched_until_ms;
            }
            E::CaseCancelled { .. } => {
                self.state = CaseState::Cancelled;
                self.checks.clear();
            }
            E::MilestoneReached { milestone, number, .. } => {
                self.reached = Some((*milestone, *number));
            }
            E::UrgencyChanged { urgency } => self.urgency = *urgency,
            E::TimerSet { timer } => self.timer = *timer,
            E::ClockChanged { clock, .. } => self.clock = Some(clock.clone()),
            E::WatchEnded => self.watched_until_ms = None,
            E::CheckFailed { .. }
            | E::EvidenceKept { .. }
            | E::ProcessNotStarted { .. }
            | E::RecurrenceNoted { .. } => {}
        }
    }
}
