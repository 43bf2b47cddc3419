//! A detector: what one rule knows of one subject, and when that is an alert.
//!
//! Not here: which events it is told of (`received`), and what becomes of the alert (`alert`).
//! Time is that of the step: a rule's windows do not depend on clocks of others.

mod sequence;
mod step;

pub(crate) use step::step;

use crate::alert::Draft;
use crate::key::Key;
use std::sync::Arc;

/// What is remembered of one rule and subject; nothing while all is normal.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Detector {
    /// Tenant number.
    pub tenant: u32,
    /// Id of the rule.
    pub rule_id: Arc<str>,
    /// What is watched.
    pub subject: Arc<str>,
    /// Version of the rule that brought it here.
    pub rule: Key,
    /// Where it stands.
    pub phase: DetectorPhase,
    /// Since when, Unix milliseconds.
    pub since_ms: i64,
    /// The timer that wakes it, and when.
    pub timer: Option<(Key, i64)>,
    /// The alert it would raise, or has raised.
    pub draft: Option<Box<Draft>>,
    /// When the last occurrences were, for a rate; for a sequence: when it began of which each
    /// first so many steps have come last, 0 for none.
    pub times_ms: Vec<i64>,
}

/// Where a detector stands. Numbers are on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DetectorPhase {
    /// Nothing to say.
    #[default]
    Normal,
    /// Beyond the threshold, not for long enough yet.
    Pending,
    /// An alert is due.
    Firing,
    /// Over, not for long enough yet.
    Recovering,
    /// Something is expected.
    Awaiting,
}

/// What an event says to a detector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reading {
    /// Beyond the threshold; for a rate: one more.
    #[default]
    Beyond,
    /// Neither beyond nor over.
    Between,
    /// All is normal.
    Normal,
    /// Something is expected from now on.
    Begins,
    /// What was expected has come.
    Came,
}

/// An event as a detector is told of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Observation {
    /// Tenant number.
    pub tenant: u32,
    /// Version of the rule.
    pub rule: Key,
    /// Id of the rule.
    pub rule_id: Arc<str>,
    /// What it is about.
    pub subject: Arc<str>,
    /// What it says.
    pub reading: Reading,
    /// The alert that would be raised.
    pub draft: Draft,
    /// For a sequence: the steps it may be, a bit each, the first the lowest.
    pub steps: u32,
    /// Id of the calendar whose open time counts alone.
    pub calendar: Option<Arc<str>>,
}

/// What a detector can be asked.
#[derive(Debug, Clone, PartialEq)]
pub enum DetectorCommand {
    /// Take note of an event.
    Observe(Box<Observation>),
    /// The time it waited for may be over.
    Wake,
    /// Something is expected of a subject from now on, though nothing came of it yet.
    ExpectSubject {
        /// Tenant number.
        tenant: u32,
        /// Version of the rule.
        rule: Key,
        /// Id of the rule.
        rule_id: Arc<str>,
        /// What is watched.
        subject: Arc<str>,
    },
}

/// A domain event of a detector.
#[expect(missing_docs, reason = "fields carry the words of the state")]
#[derive(Debug, Clone, PartialEq)]
pub enum DetectorEvent {
    /// It stands elsewhere from now on, or still there with another alert.
    PhaseChanged {
        tenant: u32,
        rule: Key,
        rule_id: Arc<str>,
        subject: Arc<str>,
        phase: DetectorPhase,
        since_ms: i64,
        draft: Option<Box<Draft>>,
    },
    /// One more, of those a rate or a sequence counts: all that still count.
    OccurrencesCounted {
        tenant: u32,
        rule: Key,
        rule_id: Arc<str>,
        subject: Arc<str>,
        times_ms: Vec<i64>,
    },
    /// It wakes at another time, or does not.
    TimerSet { timer: Option<(Key, i64)> },
}

impl Detector {
    /// Whether there is nothing to remember.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.phase == DetectorPhase::Normal && self.times_ms.is_empty() && self.timer.is_none()
    }

    /// Applies one event; the only writer of this state.
    pub(crate) fn apply(&mut self, event: &DetectorEvent) {
        match event {
            DetectorEvent::PhaseChanged {
                tenant,
                rule,
                rule_id,
                subject,
                phase,
                since_ms,
                draft,
            } => {
                self.tenant = *tenant;
                self.rule = *rule;
                self.rule_id = rule_id.clone();
                self.subject = subject.clone();
                self.phase = *phase;
                self.since_ms = *since_ms;
                self.draft = draft.clone();
                if *phase == DetectorPhase::Normal {
                    self.times_ms.clear();
                }
            }
            DetectorEvent::OccurrencesCounted { tenant, rule, rule_id, subject, times_ms } => {
                self.tenant = *tenant;
                self.rule = *rule;
                self.rule_id = rule_id.clone();
                self.subject = subject.clone();
                self.times_ms.clone_from(times_ms);
            }
            DetectorEvent::TimerSet { timer } => self.timer = *timer,
        }
        // One that is empty has no row: the next begins anew.
        if self.is_empty() {
            *self = Detector { tenant: self.tenant, ..Detector::default() };
        }
    }
}
