//! What holds an alert back: suppressions people declare, and storms.
//!
//! Not here: when a storm rages (`gate`). What is held back is kept and counted, and whatever takes
//! care of its name already hears of it all the same: silence by decree is no evidence.

use super::step::Ctx;
use super::{AlertEvent, Draft};
use crate::case::CaseCommand;
use crate::definition::{Noise, Silence};
use crate::gate::GateCommand;
use crate::key::Key;
use crate::limits::SUPPRESSION_FUEL;
use crate::rejection::Rejection;
use crate::step::{Command, Effect, Target};
use decision::{Budget, Env};
use std::sync::Arc;

/// What is to be done about an alert, once it may be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pending {
    /// Version of the rule that raised it.
    pub rule: Key,
    /// Id of the rule.
    pub rule_id: Arc<str>,
    /// What it is about.
    pub subject: Arc<str>,
    /// The alert as it was raised.
    pub draft: Draft,
    /// The closed case it is a recurrence of.
    pub follows: Option<Key>,
    /// What holds it back; none: it was asked whether it may be.
    pub hold: Option<Hold>,
}

/// What holds an alert back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hold {
    /// What kind of thing.
    pub cause: HoldCause,
    /// Id of the suppression; for a storm that of the rule.
    pub id: Arc<str>,
    /// Until when, Unix milliseconds: of a suppression that holds, then it is acted on; of a storm,
    /// from then on it is when it comes again. `None`: until it comes again after the end.
    pub until_ms: Option<i64>,
}

/// Why an alert is held back. Numbers are on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HoldCause {
    /// Somebody said so.
    #[default]
    Suppression,
    /// There were too many.
    Storm,
}

impl Ctx<'_, '_> {
    /// What is to be done about an open alert that was not acted on yet.
    pub(super) fn pending(&self, alert: Key) -> Option<&Pending> {
        let open = self.state.open.as_ref().filter(|open| open.key == alert)?;
        open.pending.as_deref()
    }

    /// Asks whether an alert may be acted on, or holds it back.
    pub(super) fn consider(&mut self, alert: Key) {
        match self.suppression(alert) {
            Some(hold) => self.hold(alert, hold),
            None => self.ask_gate(alert),
        }
    }

    /// An alert that is held back came again, or the time is over: it may be let go.
    pub(super) fn reconsider(&mut self, alert: Key) {
        let Some(hold) = self.pending(alert).and_then(|pending| pending.hold.clone()) else {
            return;
        };
        let now_ms = self.inputs.now_ms;
        let rages = hold.cause == HoldCause::Storm
            && hold.until_ms.is_some_and(|until_ms| now_ms < until_ms);
        if rages {
            return;
        }
        match self.suppression(alert) {
            Some(again) if again == hold => {}
            Some(other) => self.hold(alert, other),
            None => self.ask_gate(alert),
        }
    }

    /// The time something was held back for is over: no timer is waited for any more.
    pub(super) fn end_hold(&mut self, alert: Key) {
        let Some(hold) = self.pending(alert).and_then(|pending| pending.hold.clone()) else {
            return;
        };
        self.emit(AlertEvent::AlertHeld { alert, hold, timer: None });
        self.consider(alert);
    }

    fn ask_gate(&mut self, alert: Key) {
        let Some(pending) = self.pending(alert) else { return };
        let tenant = self.state.tenant;
        let target = Target::Gate { tenant, rule: pending.rule_id.clone() };
        let command = GateCommand::PassGate {
            tenant,
            rule: pending.rule,
            rule_id: pending.rule_id.clone(),
            name: self.state.name.clone(),
            alert,
        };
        self.out.effects.push(Effect::Ask(target, Command::Gate(command)));
    }

    /// What somebody said that holds an alert back now.
    fn suppression(&mut self, alert: Key) -> Option<Hold> {
        let now_ms = self.inputs.now_ms;
        let pending = self.pending(alert)?;
        let noise = Noise {
            rule: &pending.rule_id,
            subject: &pending.subject,
            name: &self.state.name,
            title: &pending.draft.title,
            severity: pending.draft.severity,
        };
        let env = Env { now_ms, zone: self.inputs.zone.clone(), seed: self.inputs.seed };
        let mut budget = Budget { fuel: SUPPRESSION_FUEL, ..Budget::default() };
        let known = self.known.definitions.suppressions(self.state.tenant);
        let mut active = known.filter(|held| held.says.is_active(now_ms));
        let found = active.find(|held| held.says.is_about(&noise, &env, &mut budget));
        self.out.fuel += SUPPRESSION_FUEL - budget.fuel;
        found.map(|held| Hold {
            cause: HoldCause::Suppression,
            id: held.says.id.clone(),
            until_ms: (held.says.mode == Silence::Hold).then_some(held.says.to_ms),
        })
    }

    pub(super) fn hold(&mut self, alert: Key, hold: Hold) {
        // A storm is over when the rule is quiet: nobody need wake each alert for that.
        let until_ms = hold.until_ms.filter(|_| hold.cause == HoldCause::Suppression);
        let timer = until_ms.map(|until_ms| (self.inputs.keys.next_key(), until_ms));
        self.emit(AlertEvent::AlertHeld { alert, hold, timer });
    }

    /// Acts on an alert: opens the case its rule asks for.
    pub(super) fn admit(&mut self, alert: Key, by: Option<Arc<str>>) {
        let Some(pending) = self.pending(alert).cloned() else { return };
        let Pending { subject, draft, follows, .. } = pending;
        let opening = self.opening(self.state.tenant, alert, &subject, &draft, follows);
        let case = opening.as_ref().map(|(case, _)| *case);
        self.emit(AlertEvent::AlertAdmitted { alert, case, by });
        if let Some((case, open)) = opening {
            self.ask(case, CaseCommand::OpenCase(Box::new(open)));
        }
    }

    pub(super) fn release_alert(&mut self, alert: Key, by: &Arc<str>) -> Result<(), Rejection> {
        self.need_open(alert)?;
        if self.pending(alert).is_none_or(|pending| pending.hold.is_none()) {
            return Err(Rejection::invalid_state(format!(
                "Expected alert `{alert}` to be held back, but it is not."
            )));
        }
        self.admit(alert, Some(by.clone()));
        Ok(())
    }
}
