//! A gate: counts the new alerts of one rule, and holds those back that are too many.
//!
//! Not here: the alerts themselves (`alert`); each asks before it is acted on. What is held back is
//! kept with them, so that a gate stays small however long the storm lasts.

use crate::alert::{AlertCommand, Draft, Hold, HoldCause};
use crate::definition::StormLimit;
use crate::key::Key;
use crate::rejection::Rejection;
use crate::step::{Command, Effect, Event, Inputs, Known, Outcome, Target};
use std::sync::Arc;

/// What is remembered of the new alerts of one rule.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Gate {
    /// Tenant number.
    pub tenant: u32,
    /// Id of the rule.
    pub rule_id: Arc<str>,
    /// When alerts were let through, Unix milliseconds, oldest first: those that still count.
    pub times_ms: Vec<i64>,
    /// The storm that rages.
    pub storm: Option<Box<Storm>>,
    /// The timer at which something may be over.
    pub timer: Option<(Key, i64)>,
}

/// More new alerts than the rule allows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Storm {
    /// Since when, Unix milliseconds.
    pub since_ms: i64,
    /// When the last one was held back, Unix milliseconds.
    pub last_ms: i64,
    /// How many were held back.
    pub held: u64,
}

/// What a gate can be asked.
#[expect(missing_docs, reason = "fields carry the words of the state")]
#[derive(Debug, Clone, PartialEq)]
pub enum GateCommand {
    /// A new alert asks whether it may be acted on.
    PassGate { tenant: u32, rule: Key, rule_id: Arc<str>, name: Arc<str>, alert: Key },
    /// Something may be over.
    Wake,
}

/// A domain event of a gate.
#[expect(missing_docs, reason = "fields carry the words of the state")]
#[derive(Debug, Clone, PartialEq)]
pub enum GateEvent {
    /// Those that count: one was let through, or some do not count any more.
    PassesCounted { tenant: u32, rule_id: Arc<str>, times_ms: Vec<i64> },
    /// There are too many.
    StormBegan { tenant: u32, rule_id: Arc<str>, since_ms: i64 },
    /// One was held back. `held`: how many by now.
    PassRefused { last_ms: i64, held: u64 },
    /// None has come for as long as the rule says.
    StormEnded { held: u64 },
    /// It wakes at another time, or does not.
    TimerSet { timer: Option<(Key, i64)> },
}

impl Gate {
    /// Whether there is nothing to remember.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.storm.is_none() && self.times_ms.is_empty() && self.timer.is_none()
    }

    /// Applies one event; the only writer of this state.
    pub(crate) fn apply(&mut self, event: &GateEvent) {
        match event {
            GateEvent::PassesCounted { tenant, rule_id, times_ms } => {
                self.tenant = *tenant;
                self.rule_id = rule_id.clone();
                self.times_ms.clone_from(times_ms);
            }
            GateEvent::StormBegan { tenant, rule_id, since_ms } => {
                self.tenant = *tenant;
                self.rule_id = rule_id.clone();
                let storm = Storm { since_ms: *since_ms, last_ms: *since_ms, held: 0 };
                self.storm = Some(Box::new(storm));
            }
            GateEvent::PassRefused { last_ms, held } => {
                if let Some(storm) = &mut self.storm {
                    storm.last_ms = *last_ms;
                    storm.held = *held;
                }
            }
            GateEvent::StormEnded { .. } => self.storm = None,
            GateEvent::TimerSet { timer } => self.timer = *timer,
        }
        // One that is empty has no row: the next begins anew.
        if self.is_empty() {
            *self = Gate { tenant: self.tenant, ..Gate::default() };
        }
    }
}

struct Ctx<'a, 'k> {
    state: &'a mut Gate,
    inputs: &'a mut Inputs<'k>,
    out: Outcome,
}

/// One step of a gate.
pub(crate) fn step<'k>(
    known: &Known<'k>,
    state: &mut Gate,
    command: &GateCommand,
    inputs: &mut Inputs<'k>,
) -> Result<Outcome, Rejection> {
    let limit_of = |tenant: u32, rule_id: &str| {
        let rule = known.definitions.latest_rule(tenant, rule_id);
        rule.map_or_else(Default::default, |rule| (rule.says.storm.clone(), rule.says.name.clone()))
    };
    match command {
        GateCommand::PassGate { tenant, rule, rule_id, name, alert } => {
            if !state.is_empty() && state.rule_id != *rule_id {
                return Err(Rejection::invalid_state(format!(
                    "Expected the gate of rule `{rule_id}`, but found that of `{}`.",
                    state.rule_id
                )));
            }
            let (limit, title) = limit_of(*tenant, rule_id);
            let mut ctx = Ctx { state, inputs, out: Outcome::default() };
            if ctx.passes(*tenant, rule_id, &limit) {
                ctx.answer(*tenant, name, AlertCommand::AdmitAlert { alert: *alert });
            } else {
                ctx.refuse((*tenant, *rule), rule_id, &limit, &title);
                let until_ms = ctx.inputs.now_ms.saturating_add(limit.within_ms);
                let hold =
                    Hold { cause: HoldCause::Storm, id: rule_id.clone(), until_ms: Some(until_ms) };
                ctx.answer(*tenant, name, AlertCommand::HoldAlert { alert: *alert, hold });
            }
            Ok(ctx.out)
        }
        GateCommand::Wake => {
            let (limit, _) = limit_of(state.tenant, &state.rule_id);
            let mut ctx = Ctx { state, inputs, out: Outcome::default() };
            ctx.wake(&limit);
            Ok(ctx.out)
        }
    }
}

impl Ctx<'_, '_> {
    fn emit(&mut self, event: GateEvent) {
        self.state.apply(&event);
        self.out.events.push(Event::Gate(event));
    }

    fn answer(&mut self, tenant: u32, name: &Arc<str>, command: AlertCommand) {
        let target = Target::Alert { tenant, name: name.clone() };
        self.out.effects.push(Effect::Ask(target, Command::Alert(command)));
    }

    /// Those let through that still count.
    fn counted(&self, limit: &StormLimit) -> Vec<i64> {
        let since_ms = self.inputs.now_ms.saturating_sub(limit.within_ms);
        self.state.times_ms.iter().copied().filter(|at| *at > since_ms).collect()
    }

    /// Lets one through, if there is no storm and it makes none.
    fn passes(&mut self, tenant: u32, rule_id: &Arc<str>, limit: &StormLimit) -> bool {
        if self.state.storm.is_some() {
            return false;
        }
        let now_ms = self.inputs.now_ms;
        let mut times_ms = self.counted(limit);
        if times_ms.len() >= limit.alerts {
            return false;
        }
        times_ms.push(now_ms);
        let rule_id = rule_id.clone();
        self.emit(GateEvent::PassesCounted { tenant, rule_id, times_ms });
        self.look_again(limit);
        true
    }

    /// Counts one that is held back; the first begins the storm, and each is one occurrence of the
    /// alert that stands for all.
    fn refuse(
        &mut self,
        (tenant, rule): (u32, Key),
        rule_id: &Arc<str>,
        limit: &StormLimit,
        title: &Arc<str>,
    ) {
        let now_ms = self.inputs.now_ms;
        if self.state.storm.is_none() {
            let rule_id = rule_id.clone();
            self.emit(GateEvent::StormBegan { tenant, rule_id, since_ms: now_ms });
        }
        let held = self.state.storm.as_ref().map_or(0, |storm| storm.held) + 1;
        self.emit(GateEvent::PassRefused { last_ms: now_ms, held });
        self.look_again(limit);
        let name = storm_name(rule_id);
        let draft = Draft {
            name: name.clone(),
            title: format!("Storm: too many alerts of {title}").into(),
            severity: limit.severity,
            case_type: limit.case_type.clone(),
            is_storm: true,
            ..Draft::default()
        };
        let (rule_id, subject) = (rule_id.clone(), rule_id.clone());
        let draft = Box::new(draft);
        self.answer(
            tenant,
            &name,
            AlertCommand::RaiseAlert { tenant, rule, rule_id, subject, draft },
        );
    }

    fn wake(&mut self, limit: &StormLimit) {
        let now_ms = self.inputs.now_ms;
        if self.state.timer.is_none_or(|(_, due_ms)| due_ms > now_ms) {
            return;
        }
        self.emit(GateEvent::TimerSet { timer: None });
        let storm = self.state.storm.as_ref();
        let over = storm.filter(|storm| storm.last_ms.saturating_add(limit.within_ms) <= now_ms);
        let (tenant, rule_id) = (self.state.tenant, self.state.rule_id.clone());
        if let Some(held) = over.map(|storm| storm.held) {
            self.emit(GateEvent::StormEnded { held });
            let subject = rule_id.clone();
            let name = storm_name(&rule_id);
            let rule_id = rule_id.clone();
            self.answer(tenant, &name, AlertCommand::RecoverAlert { rule_id, subject });
        }
        let times_ms = self.counted(limit);
        if times_ms.len() < self.state.times_ms.len() {
            self.emit(GateEvent::PassesCounted { tenant, rule_id, times_ms });
        }
        self.look_again(limit);
    }

    /// One timer at a time: when it rings it is set anew, if something still counts.
    fn look_again(&mut self, limit: &StormLimit) {
        if self.state.timer.is_some() {
            return;
        }
        let storm = self.state.storm.as_ref().map(|storm| storm.last_ms);
        let last_ms = storm.max(self.state.times_ms.last().copied());
        let Some(last_ms) = last_ms else { return };
        let due_ms = last_ms.saturating_add(limit.within_ms);
        let timer = Some((self.inputs.keys.next_key(), due_ms));
        self.emit(GateEvent::TimerSet { timer });
    }
}

/// The name of the alert that stands for all that were too many.
#[must_use]
pub fn storm_name(rule_id: &str) -> Arc<str> {
    format!("storm/{rule_id}").into()
}
