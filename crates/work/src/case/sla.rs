//! When the clock of a case counts, and what follows from its time: milestones and urgency.
//!
//! Not here: what a clock says (`clock`).

use super::clock::{CaseClock, ClockChange, ClockStanding, Hands, next_milestone, urgency};
use super::step::{Ctx, need_text};
use super::{Case, CaseEvent, CaseState};
use crate::definition::{Calendar, Deployed, Formula};
use crate::limits::{CLOCK_EXTENSION_MAX_MS, CLOCK_FUEL};
use crate::rejection::Rejection;
use decision::{Budget, Env, Number, Value};
use std::sync::Arc;

impl Ctx<'_, '_> {
    /// The clock as it stands: without one of its own it counts from the opening on.
    fn clock(&self) -> CaseClock {
        let simple = || CaseClock { since_ms: self.state.opened_ms, ..CaseClock::default() };
        self.state.clock.as_deref().cloned().unwrap_or_else(simple)
    }

    fn calendar(&self, clock: &CaseClock) -> Option<Arc<Deployed<Calendar>>> {
        self.known.definitions.calendar(clock.calendar?).cloned()
    }

    /// Emits milestones that are over, and says when the next one is. None counts while there is
    /// no work to do.
    pub(super) fn reach_milestones(&mut self) -> Option<i64> {
        let case_type = self.case_type.clone();
        let goals = case_type.says.goals.as_ref()?;
        if self.state.state != CaseState::Open {
            return None;
        }
        let (clock, now_ms) = (self.clock(), self.inputs.now_ms);
        let calendar = self.calendar(&clock);
        let calendar = calendar.as_ref().map(|held| &held.says);
        let hands = Hands { clock: &clock, calendar };
        loop {
            let (milestone, number, due_ms) = next_milestone(goals, hands, self.state.reached)?;
            if due_ms > now_ms {
                return Some(due_ms);
            }
            self.emit(CaseEvent::MilestoneReached { milestone, number, due_ms });
        }
    }

    /// Says how urgent the case is, and when that changes.
    pub(super) fn weigh(&mut self) -> Option<i64> {
        if self.state.state != CaseState::Open {
            return None;
        }
        let case_type = self.case_type.clone();
        let clock = self.clock();
        let calendar = self.calendar(&clock);
        let calendar = calendar.as_ref().map(|held| &held.says);
        let goals = case_type.says.goals.as_ref();
        let hands = goals.map(|goals| (goals, Hands { clock: &clock, calendar }));
        let Case { reopened, .. } = *self.state;
        let (urgency, change_ms) =
            urgency(case_type.says.priority, hands, reopened, self.inputs.now_ms);
        if urgency != self.state.urgency {
            self.emit(CaseEvent::UrgencyChanged { urgency });
        }
        change_ms
    }

    /// Starts, pauses, resumes or stops the clock as its conditions say.
    pub(super) fn turn_clock(&mut self) {
        let case_type = self.case_type.clone();
        let rules = &case_type.says.clock;
        if case_type.says.goals.is_none() || rules.is_empty() || self.state.state.is_closed() {
            return;
        }
        if self.state.clock.is_none() {
            self.set_clock();
        }
        let clock = self.clock();
        let (now, mut budget) = (clock.standing, Budget { fuel: CLOCK_FUEL, ..Budget::default() });
        let mut holds = |formula: &Option<Formula>| {
            formula.as_ref().map(|formula| self.holds(formula, &mut budget))
        };
        use ClockStanding as S;
        let wanted = match now {
            S::Waived => S::Waived,
            S::Waiting if holds(&rules.start) == Some(false) => S::Waiting,
            _ if holds(&rules.stop) == Some(true) => S::Stopped,
            _ if holds(&rules.pause) == Some(true) => S::Paused,
            _ => S::Running,
        };
        self.out.fuel += CLOCK_FUEL - budget.fuel;
        if wanted == now {
            return;
        }
        let (change, why) = match (now, wanted) {
            (S::Waiting, S::Running) => (ClockChange::Started, "`start` holds."),
            (_, S::Stopped) => (ClockChange::Stopped, "`stop` holds."),
            (_, S::Paused) => (ClockChange::Paused, "`pause` holds."),
            _ => (ClockChange::Resumed, "Neither `pause` nor `stop` holds."),
        };
        let to = CaseClock { standing: wanted, ..clock };
        self.change_clock(change, &to, None, why.into());
    }

    /// The first clock: by the calendar its type asks for, and not begun if that has a condition.
    fn set_clock(&mut self) {
        let case_type = self.case_type.clone();
        let rules = &case_type.says.clock;
        let mut budget = Budget { fuel: CLOCK_FUEL, ..Budget::default() };
        let wanted = rules.calendar.as_ref().and_then(|calendar| {
            let env = self.env();
            calendar.text(&self.scope(), &env, &mut budget).ok().flatten()
        });
        let tenant = self.state.tenant;
        let by = |id: &Arc<str>| self.known.definitions.latest_calendar(tenant, id);
        let calendar = wanted.as_ref().and_then(by).map(|held| held.key);
        let why: Arc<str> = match (&rules.calendar, &wanted, calendar) {
            (None, ..) => "It counts day and night.".into(),
            (_, Some(id), Some(_)) => format!("It counts the open time of calendar `{id}`.").into(),
            (_, Some(id), None) => {
                format!("Expected calendar `{id}` to be deployed, but found none: day and night.")
                    .into()
            }
            (_, None, _) => "Expected the id of a calendar, but found none: day and night.".into(),
        };
        let standing = match rules.start {
            Some(_) => ClockStanding::Waiting,
            None => ClockStanding::Running,
        };
        let since_ms = self.state.opened_ms;
        let clock = CaseClock { calendar, standing, since_ms, ..CaseClock::default() };
        self.emit_clock(ClockChange::Set, clock, None, why);
    }

    /// What it counted so far is kept, and it goes on otherwise.
    fn change_clock(
        &mut self,
        change: ClockChange,
        to: &CaseClock,
        by: Option<Arc<str>>,
        reason: Arc<str>,
    ) {
        let (clock, now_ms) = (self.clock(), self.inputs.now_ms);
        let calendar = self.calendar(&clock);
        let calendar = calendar.as_ref().map(|held| &held.says);
        let elapsed_ms = Hands { clock: &clock, calendar }.elapsed_ms(now_ms);
        let clock = CaseClock { elapsed_ms, since_ms: now_ms, ..to.clone() };
        self.emit_clock(change, clock, by, reason);
    }

    fn emit_clock(
        &mut self,
        change: ClockChange,
        clock: CaseClock,
        by: Option<Arc<str>>,
        reason: Arc<str>,
    ) {
        let calendar = self.calendar(&clock);
        let calendar = calendar.as_ref().map(|held| &held.says);
        let hands = Hands { clock: &clock, calendar };
        let at = |after_ms: i64| hands.at(after_ms.saturating_add(clock.extended_ms));
        let goals = self.case_type.says.goals;
        let goal_ms = goals.and_then(|goals| at(goals.goal_ms));
        let deadline_ms = goals.and_then(|goals| at(goals.deadline_ms));
        let clock = Box::new(clock);
        self.emit(CaseEvent::ClockChanged { change, clock, goal_ms, deadline_ms, by, reason });
    }

    pub(super) fn extend_clock(
        &mut self,
        by_ms: i64,
        by: &Arc<str>,
        reason: &Arc<str>,
    ) -> Result<(), Rejection> {
        let clock = self.need_clock("get more time", reason)?;
        if !(1..=CLOCK_EXTENSION_MAX_MS).contains(&by_ms) {
            return Err(Rejection::invalid_argument(format!(
                "Expected 1 to {CLOCK_EXTENSION_MAX_MS} milliseconds more, but found {by_ms}."
            )));
        }
        let extended_ms = clock.extended_ms.saturating_add(by_ms);
        let to = CaseClock { extended_ms, ..clock };
        self.change_clock(ClockChange::Extended, &to, Some(by.clone()), reason.clone());
        Ok(())
    }

    pub(super) fn waive_clock(
        &mut self,
        by: &Arc<str>,
        reason: &Arc<str>,
    ) -> Result<(), Rejection> {
        let clock = self.need_clock("have no clock any more", reason)?;
        let to = CaseClock { standing: ClockStanding::Waived, ..clock };
        self.change_clock(ClockChange::Waived, &to, Some(by.clone()), reason.clone());
        Ok(())
    }

    fn need_clock(&mut self, what: &str, reason: &str) -> Result<CaseClock, Rejection> {
        self.need(&[CaseState::Open, CaseState::Resolved, CaseState::Verifying], what)?;
        need_text("reason", reason, true)?;
        let clock = self.clock();
        if self.case_type.says.goals.is_none() || clock.standing == ClockStanding::Waived {
            return Err(Rejection::invalid_state(format!(
                "Expected case `{}` to have a clock in order to {what}, but it has none.",
                self.state.key
            )));
        }
        Ok(clock)
    }

    /// Whether a condition holds; one that cannot be evaluated does not.
    fn holds(&self, formula: &Formula, budget: &mut Budget) -> bool {
        formula.holds(&self.scope(), &self.env(), budget).unwrap_or(false)
    }

    fn env(&self) -> Env {
        let (now_ms, zone) = (self.inputs.now_ms, self.inputs.zone.clone());
        Env { now_ms, zone, seed: self.inputs.seed }
    }

    /// What conditions see of a case.
    fn scope(&self) -> [(&'static str, Value); 7] {
        let text = |text: &Arc<str>| Value::String(text.clone());
        let some = |text: &Option<Arc<str>>| text.clone().map_or(Value::Null, Value::String);
        let state = self.state.state.as_str();
        [
            ("state", Value::String(state.into())),
            ("stage", text(&self.state.stage)),
            ("driver", some(&self.state.driver)),
            ("subject", text(&self.state.subject)),
            ("site", some(&self.state.site)),
            ("priority", Value::String(self.case_type.says.priority.as_str().into())),
            ("reopenings", Value::Number(Number::from(i64::from(self.state.reopened)))),
        ]
    }
}
