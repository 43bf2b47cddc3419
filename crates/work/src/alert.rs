//! Alerts: all that is known under one name is one alert while it is open.
//!
//! Not here: when one is due (`detector`), and the work it causes (`case`).

use crate::case::{CaseCommand, OpenCase};
use crate::definition::Severity;
use crate::key::Key;
use crate::limits::ALERT_RAISERS_MAX;
use crate::rejection::Rejection;
use crate::step::{Command, Effect, Event, Inputs, Known, Outcome, Target};
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
    /// The timer at the end of that.
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
    /// The time to watch may be over.
    Wake,
}

/// A domain event of what is known under a name.
#[expect(missing_docs, reason = "fields carry the words of the state")]
#[derive(Debug, Clone, PartialEq)]
pub enum AlertEvent {
    /// There is an alert. `case`: takes care of it.
    AlertOpened {
        tenant: u32,
        alert: Key,
        rule: Key,
        rule_id: Arc<str>,
        subject: Arc<str>,
        draft: Box<Draft>,
        case: Option<Key>,
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
            E::AlertOpened { tenant, alert, rule_id, subject, draft, case, .. } => {
                self.tenant = *tenant;
                self.name = draft.name.clone();
                self.open = Some(Box::new(Alert {
                    key: *alert,
                    severity: draft.severity,
                    raisers: vec![(rule_id.clone(), subject.clone())],
                    acknowledged_by: None,
                    occurrences: 1,
                }));
                if let Some(case) = case
                    && self.case.is_none_or(|(held, _)| held != *case)
                {
                    self.case = Some((*case, false));
                }
                self.watched = None;
                self.timer = None;
            }
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
            E::AlertRecovered { .. } | E::AlertResolved { .. } => self.open = None,
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
        }
        // One that is empty has no row: the next begins anew.
        if self.is_empty() {
            *self = AlertLine { tenant: self.tenant, ..AlertLine::default() };
        }
    }

    fn alert(&mut self) -> &mut Alert {
        self.open.as_mut().expect("an event about an alert comes while it is open")
    }
}

struct Ctx<'a, 'k> {
    known: &'a Known<'k>,
    state: &'a mut AlertLine,
    inputs: &'a mut Inputs<'k>,
    out: Outcome,
}

/// One step of what is known under a name.
pub(crate) fn step<'k>(
    known: &Known<'k>,
    state: &mut AlertLine,
    command: &AlertCommand,
    inputs: &mut Inputs<'k>,
) -> Result<Outcome, Rejection> {
    use AlertCommand as C;
    let mut ctx = Ctx { known, state, inputs, out: Outcome::default() };
    match command {
        C::RaiseAlert { tenant, rule, rule_id, subject, draft } => {
            ctx.raise((*tenant, *rule), rule_id, subject, draft)?;
        }
        C::RecoverAlert { rule_id, subject } => ctx.recover(rule_id, subject),
        C::AcknowledgeAlert { alert, by } => ctx.acknowledge(*alert, by)?,
        C::WatchAlert { case, watches } => {
            if ctx.state.case.is_some_and(|(held, was)| held == *case && was != *watches) {
                ctx.emit(AlertEvent::CaseWatches { case: *case, watches: *watches });
            }
        }
        C::ReleaseCase { case, watch_ms } => ctx.release(*case, *watch_ms),
        C::Wake => ctx.wake(),
    }
    Ok(ctx.out)
}

impl Ctx<'_, '_> {
    fn emit(&mut self, event: AlertEvent) {
        self.state.apply(&event);
        self.out.events.push(Event::Alert(event));
    }

    fn ask(&mut self, case: Key, command: CaseCommand) {
        self.out.effects.push(Effect::Ask(Target::Case(case), Command::Case(command)));
    }

    fn raise(
        &mut self,
        (tenant, rule): (u32, Key),
        rule_id: &Arc<str>,
        subject: &Arc<str>,
        draft: &Draft,
    ) -> Result<(), Rejection> {
        if !self.state.is_empty() && self.state.name != draft.name {
            return Err(Rejection::invalid_state(format!(
                "Expected what is known as `{}`, but found `{}`.",
                draft.name, self.state.name
            )));
        }
        if let Some(open) = &self.state.open {
            let (alert, occurrences) = (open.key, open.occurrences + 1);
            self.emit(AlertEvent::AlertRepeated {
                alert,
                rule_id: rule_id.clone(),
                subject: subject.clone(),
                severity: open.severity.max(draft.severity),
                event: draft.event,
                occurrences,
            });
            if let Some((case, true)) = self.state.case {
                self.ask(case, CaseCommand::NoteRecurrence { alert });
            }
            return Ok(());
        }
        let alert = self.inputs.keys.next_key();
        let watched = self.state.watched.map(|(case, _)| case);
        let joined = self.state.case.map(|(case, _)| case);
        let opening = match joined {
            Some(_) => None,
            None => self.opening(tenant, alert, subject, draft, watched),
        };
        self.emit(AlertEvent::AlertOpened {
            tenant,
            alert,
            rule,
            rule_id: rule_id.clone(),
            subject: subject.clone(),
            draft: Box::new(draft.clone()),
            case: joined.or(opening.as_ref().map(|(case, _)| *case)),
        });
        if let Some(case) = joined {
            self.ask(case, CaseCommand::NoteRecurrence { alert });
        }
        if let Some(case) = watched {
            self.ask(case, CaseCommand::NoteRecurrence { alert });
        }
        if let Some((case, open)) = opening {
            self.ask(case, CaseCommand::OpenCase(Box::new(open)));
        }
        Ok(())
    }

    /// The case an alert opens.
    fn opening(
        &mut self,
        tenant: u32,
        alert: Key,
        subject: &Arc<str>,
        draft: &Draft,
        follows: Option<Key>,
    ) -> Option<(Key, OpenCase)> {
        let id = draft.case_type.as_ref()?;
        let case_type = self.known.definitions.latest_case_type(tenant, id)?;
        let case = self.inputs.keys.next_key();
        let open = OpenCase {
            case,
            tenant,
            case_type: case_type.key,
            title: draft.title.clone(),
            subject: subject.clone(),
            severity: draft.severity,
            alert: Some(alert),
            alert_name: Some(draft.name.clone()),
            event: draft.event,
            follows,
        };
        Some((case, open))
    }

    fn recover(&mut self, rule_id: &Arc<str>, subject: &Arc<str>) {
        let Some(open) = &self.state.open else { return };
        let alert = open.key;
        if !open.raisers.iter().any(|(rule, held)| (rule, held) == (rule_id, subject)) {
            return;
        }
        let (rule_id, subject) = (rule_id.clone(), subject.clone());
        self.emit(AlertEvent::RaiserRecovered { alert, rule_id, subject });
        if self.state.open.as_ref().is_some_and(|open| open.raisers.is_empty()) {
            self.emit(AlertEvent::AlertRecovered { alert });
        }
    }

    fn acknowledge(&mut self, alert: Key, by: &Arc<str>) -> Result<(), Rejection> {
        let open = self.state.open.as_ref().filter(|open| open.key == alert);
        let Some(open) = open else {
            return Err(Rejection::not_found(format!(
                "Expected alert `{alert}` to be open, but it is not."
            )));
        };
        if let Some(who) = &open.acknowledged_by {
            return Err(Rejection::invalid_state(format!(
                "Expected alert `{alert}` not to be acknowledged yet, but `{who}` did it."
            )));
        }
        self.emit(AlertEvent::AlertAcknowledged { alert, by: by.clone() });
        Ok(())
    }

    fn release(&mut self, case: Key, watch_ms: i64) {
        if self.state.case.is_none_or(|(held, _)| held != case) {
            return;
        }
        if let Some(open) = &self.state.open {
            let alert = open.key;
            self.emit(AlertEvent::AlertResolved { alert });
        }
        let until_ms = self.inputs.now_ms.saturating_add(watch_ms);
        let timer = (watch_ms > 0).then(|| (self.inputs.keys.next_key(), until_ms));
        self.emit(AlertEvent::CaseReleased { case, timer });
    }

    fn wake(&mut self) {
        let due = self.state.timer.is_some_and(|(_, due_ms)| due_ms <= self.inputs.now_ms);
        if let Some((case, _)) = self.state.watched.filter(|_| due) {
            self.emit(AlertEvent::WatchEnded { case });
        }
    }
}
