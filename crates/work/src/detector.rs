//! A detector: what one rule knows of one subject, and when that is an alert.
//!
//! Not here: which events it is told of (`received`), and what becomes of the alert (`alert`).
//! Time is that of the step: a rule's windows do not depend on clocks of others.

use crate::alert::{AlertCommand, Draft};
use crate::definition::{Detect, Mode, Rule};
use crate::key::Key;
use crate::rejection::Rejection;
use crate::step::{Command, Effect, Event, Inputs, Known, Outcome, Target};
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
    /// When the last occurrences were, for a rate.
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
}

/// What a detector can be asked.
#[derive(Debug, Clone, PartialEq)]
pub enum DetectorCommand {
    /// Take note of an event.
    Observe(Box<Observation>),
    /// The time it waited for may be over.
    Wake,
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
    /// One more, of those a rate counts: all that still count.
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

struct Ctx<'a, 'k> {
    known: &'a Known<'k>,
    state: &'a mut Detector,
    inputs: &'a mut Inputs<'k>,
    out: Outcome,
}

/// One step of a detector.
pub(crate) fn step<'k>(
    known: &Known<'k>,
    state: &mut Detector,
    command: &DetectorCommand,
    inputs: &mut Inputs<'k>,
) -> Result<Outcome, Rejection> {
    let mut ctx = Ctx { known, state, inputs, out: Outcome::default() };
    match command {
        DetectorCommand::Observe(observation) => ctx.observe(observation)?,
        DetectorCommand::Wake => ctx.wake(),
    }
    Ok(ctx.out)
}

impl Ctx<'_, '_> {
    fn emit(&mut self, event: DetectorEvent) {
        self.state.apply(&event);
        self.out.events.push(Event::Detector(event));
    }

    fn observe(&mut self, it: &Observation) -> Result<(), Rejection> {
        let held = (&self.state.rule_id, &self.state.subject);
        if !self.state.is_empty() && held != (&it.rule_id, &it.subject) {
            return Err(Rejection::invalid_state(format!(
                "Expected a detector for rule `{}` and `{}`, but found one for `{}` and `{}`.",
                it.rule_id, it.subject, held.0, held.1
            )));
        }
        let Some(rule) = self.known.definitions.rule(it.rule).cloned() else { return Ok(()) };
        match &rule.says.detect {
            Detect::Threshold { for_ms, keep_firing_ms, .. } => {
                self.threshold(&rule.says, it, *for_ms, *keep_firing_ms);
            }
            Detect::Absence { within_ms, .. } => self.absence(&rule.says, it, *within_ms),
            Detect::Rate { count, within_ms } => self.rate(&rule.says, it, *count, *within_ms),
        }
        Ok(())
    }

    fn threshold(&mut self, rule: &Rule, it: &Observation, for_ms: i64, keep_ms: i64) {
        use DetectorPhase as P;
        match (it.reading, self.state.phase) {
            (Reading::Beyond, P::Normal | P::Awaiting) if for_ms > 0 => {
                self.change(it, P::Pending, Some(for_ms));
            }
            (Reading::Beyond, P::Normal | P::Awaiting) => {
                self.change(it, P::Firing, None);
                self.raise(rule, it.draft.clone());
            }
            (Reading::Beyond, P::Recovering) => {
                self.change(it, P::Firing, None);
                self.raise(rule, it.draft.clone());
            }
            (Reading::Beyond, P::Firing) => self.raise(rule, it.draft.clone()),
            (Reading::Beyond, P::Pending) => {}
            (Reading::Normal | Reading::Between, P::Pending) => self.change(it, P::Normal, None),
            (Reading::Normal, P::Firing) if keep_ms > 0 => {
                self.change(it, P::Recovering, Some(keep_ms));
            }
            (Reading::Normal, P::Firing) => self.end(rule, it),
            (Reading::Between, P::Recovering) => self.change(it, P::Firing, None),
            _ => {}
        }
    }

    fn absence(&mut self, rule: &Rule, it: &Observation, within_ms: i64) {
        use DetectorPhase as P;
        let was_firing = self.state.phase == P::Firing;
        if it.reading == Reading::Begins {
            if was_firing {
                self.recover(rule);
            }
            self.change(it, P::Awaiting, Some(within_ms));
        } else if was_firing {
            self.end(rule, it);
        } else if self.state.phase == P::Awaiting {
            self.change(it, P::Normal, None);
        }
    }

    fn rate(&mut self, rule: &Rule, it: &Observation, count: usize, within_ms: i64) {
        let now_ms = self.inputs.now_ms;
        let fires = self.state.phase == DetectorPhase::Firing;
        let since_ms = now_ms.saturating_sub(within_ms);
        let mut times_ms: Vec<i64> =
            self.state.times_ms.iter().copied().filter(|at| *at > since_ms).collect();
        times_ms.push(now_ms);
        let beyond = times_ms.len() >= count;
        let surplus = times_ms.len().saturating_sub(count);
        times_ms.drain(..surplus);
        self.emit(DetectorEvent::OccurrencesCounted {
            tenant: it.tenant,
            rule: it.rule,
            rule_id: it.rule_id.clone(),
            subject: it.subject.clone(),
            times_ms,
        });
        // One timer at a time: when it rings it is set anew, if something still counts.
        if self.state.timer.is_none() {
            self.set_timer(Some(now_ms.saturating_add(within_ms)));
        }
        if beyond && !fires {
            self.emit(DetectorEvent::PhaseChanged {
                tenant: it.tenant,
                rule: it.rule,
                rule_id: it.rule_id.clone(),
                subject: it.subject.clone(),
                phase: DetectorPhase::Firing,
                since_ms: now_ms,
                draft: Some(Box::new(it.draft.clone())),
            });
        }
        if beyond || fires {
            self.raise(rule, it.draft.clone());
        }
    }

    /// The time it waited for is over, if it really is.
    fn wake(&mut self) {
        use DetectorPhase as P;
        let due = self.state.timer.is_some_and(|(_, due_ms)| due_ms <= self.inputs.now_ms);
        if !due {
            return;
        }
        let (tenant, id) = (self.state.tenant, self.state.rule_id.clone());
        let latest = self.known.definitions.latest_rule(tenant, &id);
        let rule = latest.filter(|rule| rule.says.mode != Mode::Disabled).cloned();
        let Some(rule) = rule else { return self.stand(P::Normal) };
        if let Detect::Rate { within_ms, .. } = rule.says.detect
            && self.still_counts(within_ms)
        {
            return;
        }
        match self.state.phase {
            P::Pending | P::Awaiting => {
                let draft = self.state.draft.as_deref().cloned().unwrap_or_default();
                self.stand(P::Firing);
                self.raise(&rule.says, draft);
            }
            P::Recovering | P::Firing => {
                self.recover(&rule.says);
                self.stand(P::Normal);
            }
            P::Normal => self.stand(P::Normal),
        }
    }

    /// Whether an occurrence is not older than the window of a rate: then it wakes again.
    fn still_counts(&mut self, within_ms: i64) -> bool {
        let now_ms = self.inputs.now_ms;
        let last_ms = self.state.times_ms.last().copied();
        let Some(due_ms) = last_ms.map(|at| at.saturating_add(within_ms)) else { return false };
        if due_ms <= now_ms {
            return false;
        }
        self.set_timer(Some(due_ms));
        true
    }

    fn set_timer(&mut self, due_ms: Option<i64>) {
        if due_ms.is_some() || self.state.timer.is_some() {
            let timer = due_ms.map(|due_ms| (self.inputs.keys.next_key(), due_ms));
            self.emit(DetectorEvent::TimerSet { timer });
        }
    }

    fn change(&mut self, it: &Observation, phase: DetectorPhase, after_ms: Option<i64>) {
        let now_ms = self.inputs.now_ms;
        self.emit(DetectorEvent::PhaseChanged {
            tenant: it.tenant,
            rule: it.rule,
            rule_id: it.rule_id.clone(),
            subject: it.subject.clone(),
            phase,
            since_ms: now_ms,
            draft: match phase {
                DetectorPhase::Normal => None,
                DetectorPhase::Recovering => self.state.draft.clone(),
                _ => Some(Box::new(it.draft.clone())),
            },
        });
        self.set_timer(after_ms.map(|ms| now_ms.saturating_add(ms)));
    }

    /// As `change`, without an event of a source.
    fn stand(&mut self, phase: DetectorPhase) {
        let state = &self.state;
        let event = DetectorEvent::PhaseChanged {
            tenant: state.tenant,
            rule: state.rule,
            rule_id: state.rule_id.clone(),
            subject: state.subject.clone(),
            phase,
            since_ms: self.inputs.now_ms,
            draft: state.draft.clone().filter(|_| phase != DetectorPhase::Normal),
        };
        self.emit(event);
        self.set_timer(None);
    }

    fn end(&mut self, rule: &Rule, it: &Observation) {
        self.recover(rule);
        self.change(it, DetectorPhase::Normal, None);
    }

    fn raise(&mut self, rule: &Rule, draft: Draft) {
        if rule.mode != Mode::Enabled {
            return;
        }
        let target = Target::Alert { tenant: self.state.tenant, name: draft.name.clone() };
        let command = AlertCommand::RaiseAlert {
            tenant: self.state.tenant,
            rule: self.state.rule,
            rule_id: self.state.rule_id.clone(),
            subject: self.state.subject.clone(),
            draft: Box::new(draft),
        };
        self.out.effects.push(Effect::Ask(target, Command::Alert(command)));
    }

    fn recover(&mut self, rule: &Rule) {
        let Some(draft) = &self.state.draft else { return };
        if rule.mode != Mode::Enabled {
            return;
        }
        let target = Target::Alert { tenant: self.state.tenant, name: draft.name.clone() };
        let command = AlertCommand::RecoverAlert {
            rule_id: self.state.rule_id.clone(),
            subject: self.state.subject.clone(),
        };
        self.out.effects.push(Effect::Ask(target, Command::Alert(command)));
    }
}
