//! Alerts: all that is known under one name is one alert while it is open.
//!
//! Not here: when one is due (`detector`), and the work it causes (`case`).

mod hold;
mod step;

pub use hold::{Hold, HoldCause, Pending};
pub(crate) use step::step;

use crate::definition::Severity;
use crate::key::Key;
use crate::limits::ALERT_RAISERS_MAX;
use std::sync::Arc;

/// The alert a rule would raise.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    /// Alerts with the same name are one.
    pub name: Arc<str>,
    /// What it is called.
    pub title: Arc<str>,
    /// How bad it is.
    pub severity: Severity,
    /// The received event behind it.
    pub event: Option<Key>,
    /// Id of the case type of which a case is opened.
    pub case_type: Option<Arc<str>>,
    /// Whether it stands for alerts that were too many; it is never too many itself.
    pub is_storm: bool,
    /// Where it is.
    pub site: Option<Arc<str>>,
}

/// What is remembered under one name: the open alert, and the case that takes care of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlertLine {
    /// Tenant number.
    pub tenant: u32,
    /// The name.
    pub name: Arc<str>,
    /// The open alert.
    pub open: Option<Box<Alert>>,
    /// The case that takes care of what comes under this name, and whether it wants to be told of
    /// every repetition.
    pub case: Option<(Key, bool)>,
    /// The case that has closed, and until when a recurrence counts against it.
    pub watched: Option<(Key, i64)>,
    /// The timer at the end of that, or of what holds the open alert back.
    pub timer: Option<(Key, i64)>,
}

/// An open alert.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Alert {
    /// Its key.
    pub key: Key,
    /// How bad it is, at its worst.
    pub severity: Severity,
    /// Who raised it and has not recovered: id of the rule, and subject.
    pub raisers: Vec<(Arc<str>, Arc<str>)>,
    /// Who has seen it.
    pub acknowledged_by: Option<Arc<str>>,
    /// How often it came.
    pub occurrences: u64,
    /// While it was not acted on yet: what is to be done.
    pub pending: Option<Box<Pending>>,
}

/// What can be asked under a name.
#[expect(missing_docs, reason = "fields carry the words of the state")]
#[derive(Debug, Clone, PartialEq)]
pub enum AlertCommand {
    /// Open an alert, or count it once more.
    RaiseAlert { tenant: u32, rule: Key, rule_id: Arc<str>, subject: Arc<str>, draft: Box<Draft> },
    /// What raised it is over.
    RecoverAlert { rule_id: Arc<str>, subject: Arc<str> },
    /// Somebody has seen it.
    AcknowledgeAlert { alert: Key, by: Arc<str> },
    /// The case wants to be told of every repetition, or does not any more.
    WatchAlert { case: Key, watches: bool },
    /// The case has closed; a recurrence counts against it for so long.
    ReleaseCase { case: Key, watch_ms: i64 },
    /// The time to watch, or to hold back, may be over.
    Wake,
    /// It is not too many: act on it.
    AdmitAlert { alert: Key },
    /// It is one too many.
    HoldAlert { alert: Key, hold: Hold },
    /// Somebody says that it is to be acted on now, whatever holds it back.
    ReleaseAlert { alert: Key, by: Arc<str> },
}

/// A domain event of what is known under a name.
#[expect(missing_docs, reason = "fields carry the words of the state")]
#[derive(Debug, Clone, PartialEq)]
pub enum AlertEvent {
    /// There is an alert. `case`: takes care of it. `pending`: it is not acted on yet.
    AlertOpened {
        tenant: u32,
        alert: Key,
        rule: Key,
        rule_id: Arc<str>,
        subject: Arc<str>,
        draft: Box<Draft>,
        case: Option<Key>,
        pending: bool,
    },
    /// It came once more.
    AlertRepeated {
        alert: Key,
        rule_id: Arc<str>,
        subject: Arc<str>,
        severity: Severity,
        event: Option<Key>,
        /// How often by now.
        occurrences: u64,
    },
    /// One of those that raised it is over.
    RaiserRecovered { alert: Key, rule_id: Arc<str>, subject: Arc<str> },
    /// All that raised it is over.
    AlertRecovered { alert: Key },
    /// The case that took care of it has closed.
    AlertResolved { alert: Key },
    /// Somebody has seen it.
    AlertAcknowledged { alert: Key, by: Arc<str> },
    /// The case wants to be told of every repetition, or does not any more.
    CaseWatches { case: Key, watches: bool },
    /// The case has closed. `timer`: until when a recurrence counts against it.
    CaseReleased { case: Key, timer: Option<(Key, i64)> },
    /// A recurrence does not count any more.
    WatchEnded { case: Key },
    /// It is acted on. `case`: takes care of it. `by`: who did not wait until it may be.
    AlertAdmitted { alert: Key, case: Option<Key>, by: Option<Arc<str>> },
    /// Something holds it back. `timer`: at the end of that.
    AlertHeld { alert: Key, hold: Hold, timer: Option<(Key, i64)> },
}

impl AlertLine {
    /// Whether there is nothing to remember.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.open.is_none() && self.case.is_none() && self.watched.is_none()
    }

    /// Applies one event; the only writer of this state.
    pub(crate) fn apply(&mut self, event: &AlertEvent) {
        use AlertEvent as E;
        match event {
            E::AlertOpened { pending, .. } => self.apply_opened(event, *pending),
            E::AlertRepeated { rule_id, subject, severity, occurrences, .. } => {
                let alert = self.alert();
                alert.occurrences = *occurrences;
                alert.severity = *severity;
                let raiser = (rule_id.clone(), subject.clone());
                if !alert.raisers.contains(&raiser) && alert.raisers.len() < ALERT_RAISERS_MAX {
                    alert.raisers.push(raiser);
                }
            }
            E::RaiserRecovered { rule_id, subject, .. } => {
                self.alert().raisers.retain(|(rule, held)| (rule, held) != (rule_id, subject));
            }
            E::AlertRecovered { .. } | E::AlertResolved { .. } => {
                self.open = None;
                // It belonged to what held the alert back, unless a closed case is watched.
                self.timer = self.timer.filter(|_| self.watched.is_some());
            }
            E::AlertAcknowledged { by, .. } => self.alert().acknowledged_by = Some(by.clone()),
            E::CaseWatches { case, watches } => self.case = Some((*case, *watches)),
            E::CaseReleased { case, timer } => {
                self.case = None;
                self.watched = timer.map(|(_, until_ms)| (*case, until_ms));
                self.timer = *timer;
            }
            E::WatchEnded { .. } => {
                self.watched = None;
                self.timer = None;
            }
            E::AlertAdmitted { case, .. } => {
                self.alert().pending = None;
                self.timer = None;
                if let Some(case) = case {
                    self.case = Some((*case, false));
                }
            }
            E::AlertHeld { hold, timer, .. } => {
                if let Some(pending) = &mut self.alert().pending {
                    pending.hold = Some(hold.clone());
                }
                self.timer = *timer;
            }
        }
        // One that is empty has no row: the next begins anew.
        if self.is_empty() {
            *self = AlertLine { tenant: self.tenant, ..AlertLine::default() };
        }
    }

    fn apply_opened(&mut self, event: &AlertEvent, pending: bool) {
        let AlertEvent::AlertOpened { tenant, alert, rule, rule_id, subject, draft, case, .. } =
            event
        else {
            return;
        };
        let asks = || Pending {
            rule: *rule,
            rule_id: rule_id.clone(),
            subject: subject.clone(),
            draft: (**draft).clone(),
            follows: self.watched.map(|(case, _)| case),
            hold: None,
        };
        let pending = pending.then(|| Box::new(asks()));
        self.tenant = *tenant;
        self.name = draft.name.clone();
        self.open = Some(Box::new(Alert {
            key: *alert,
            severity: draft.severity,
            raisers: vec![(rule_id.clone(), subject.clone())],
            acknowledged_by: None,
            occurrences: 1,
            pending,
        }));
        if let Some(case) = case
            && self.case.is_none_or(|(held, _)| held != *case)
        {
            self.case = Some((*case, false));
        }
        self.watched = None;
        self.timer = None;
    }

    fn alert(&mut self) -> &mut Alert {
        self.open.as_mut().expect("an event about an alert comes while it is open")
    }
}
