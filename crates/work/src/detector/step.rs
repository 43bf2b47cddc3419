//! Steps of a detector: thresholds, absence, rates, and what time alone does to them.
//!
//! Not here: sequences (`sequence`).

use super::{Detector, DetectorCommand, DetectorEvent, DetectorPhase, Observation, Reading};
use crate::alert::{AlertCommand, Draft};
use crate::definition::{Detect, Mode, Rule};
use crate::key::Key;
use crate::limits::EVENT_FUEL;
use crate::received::{CloudEvent, Seen, shape};
use crate::rejection::Rejection;
use crate::step::{Command, Effect, Event, Inputs, Known, Outcome, Target};
use decision::{Budget, Env};
use std::sync::Arc;

pub(super) struct Ctx<'a, 'k> {
    known: &'a Known<'k>,
    pub(super) state: &'a mut Detector,
    pub(super) inputs: &'a mut Inputs<'k>,
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
        DetectorCommand::ExpectSubject { tenant, rule, rule_id, subject } => {
            ctx.expect_subject((*tenant, *rule), rule_id, subject);
        }
    }
    Ok(ctx.out)
}

impl Ctx<'_, '_> {
    pub(super) fn emit(&mut self, event: DetectorEvent) {
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
            Detect::Sequence { steps, within_ms, recover, .. } => {
                let recovers = recover.is_some();
                self.sequence(&rule.says, it, (steps.len(), *within_ms, recovers));
            }
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
            self.wait(it, within_ms);
        } else if was_firing {
            self.end(rule, it);
        } else if self.state.phase == P::Awaiting {
            self.change(it, P::Normal, None);
        }
    }

    /// Waits for so long, of the open time of a calendar if there is one.
    fn wait(&mut self, it: &Observation, within_ms: i64) {
        let now_ms = self.inputs.now_ms;
        let by = |id: &Arc<str>| self.known.definitions.latest_calendar(it.tenant, id);
        let due_ms = match it.calendar.as_ref().and_then(by) {
            Some(calendar) => calendar.says.after_open(now_ms, within_ms),
            None => now_ms.saturating_add(within_ms),
        };
        self.change(it, DetectorPhase::Awaiting, Some(due_ms - now_ms));
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

    /// Something is expected of a subject nothing came of yet; of any other it is already.
    fn expect_subject(
        &mut self,
        (tenant, rule): (u32, Key),
        rule_id: &Arc<str>,
        subject: &Arc<str>,
    ) {
        let Some(held) = self.known.definitions.rule(rule).cloned() else { return };
        let Detect::Absence { within_ms, calendar, .. } = &held.says.detect else { return };
        if !self.state.is_empty() || held.says.mode == Mode::Disabled {
            return;
        }
        let nothing = CloudEvent { data: "null".into(), ..CloudEvent::default() };
        let (now_ms, zone) = (self.inputs.now_ms, self.inputs.zone.clone());
        let env = Env { now_ms, zone, seed: self.inputs.seed };
        let mut budget = Budget { fuel: EVENT_FUEL, ..Budget::default() };
        // A title that needs an event is replaced by the name of the rule.
        let draft = shape(&held.says, (&nothing, None), subject, &env, &mut budget);
        let draft = draft.unwrap_or_else(|_| Draft {
            name: format!("{rule_id}/{subject}").into(),
            title: held.says.name.clone(),
            severity: held.says.alert.severity,
            case_type: held.says.alert.case_type.clone(),
            ..Draft::default()
        });
        let seen = Seen { event: &nothing, subject: Some(subject) };
        let by = calendar.as_ref().and_then(|by| by.text(&seen, &env, &mut budget).ok());
        self.out.fuel += EVENT_FUEL - budget.fuel;
        let it = Observation {
            tenant,
            rule,
            rule_id: rule_id.clone(),
            subject: subject.clone(),
            draft,
            calendar: by.flatten(),
            ..Observation::default()
        };
        self.wait(&it, *within_ms);
    }

    /// Whether it waits for the first of a subject the rule names no more.
    fn is_expected_no_more(&self, keys: &[Arc<str>]) -> bool {
        let never_came = self.state.draft.as_ref().is_some_and(|draft| draft.event.is_none());
        let waits = self.state.phase == DetectorPhase::Awaiting;
        waits && never_came && !keys.contains(&self.state.subject)
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
        match &rule.says.detect {
            Detect::Rate { within_ms, .. } if self.still_counts(*within_ms) => return,
            Detect::Sequence { within_ms, recover, .. } => {
                return self.wake_sequence(&rule.says, *within_ms, recover.is_some());
            }
            Detect::Absence { keys, .. } if self.is_expected_no_more(keys) => {
                return self.stand(P::Normal);
            }
            _ => {}
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

    pub(super) fn set_timer(&mut self, due_ms: Option<i64>) {
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
                // An event between both is no reason for another alert.
                _ if it.draft.name.is_empty() => self.state.draft.clone(),
                _ => Some(Box::new(it.draft.clone())),
            },
        });
        self.set_timer(after_ms.map(|ms| now_ms.saturating_add(ms)));
    }

    /// As `change`, without an event of a source.
    pub(super) fn stand(&mut self, phase: DetectorPhase) {
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

    pub(super) fn end(&mut self, rule: &Rule, it: &Observation) {
        self.recover(rule);
        self.change(it, DetectorPhase::Normal, None);
    }

    pub(super) fn raise(&mut self, rule: &Rule, draft: Draft) {
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

    pub(super) fn recover(&mut self, rule: &Rule) {
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
