//! Sequences: several things that come in an order, within a time.
//!
//! Not here: which step an event may be (`received`). Of each first so many steps only the latest
//! beginning is remembered: whatever an earlier one could still become, the latest can too.

use super::step::Ctx;
use super::{DetectorEvent, DetectorPhase, Observation, Reading};
use crate::definition::Rule;

impl Ctx<'_, '_> {
    /// `steps`: how many there are; `recovers`: whether the rule says itself when it is over.
    pub(super) fn sequence(
        &mut self,
        rule: &Rule,
        it: &Observation,
        (steps, within_ms, recovers): (usize, i64, bool),
    ) {
        let fires = self.state.phase == DetectorPhase::Firing;
        if it.reading != Reading::Beyond {
            if fires {
                self.end(rule, it);
            } else if !self.state.is_empty() {
                self.stand(DetectorPhase::Normal);
            }
            return;
        }
        let now_ms = self.inputs.now_ms;
        let mut begun = self.begun(within_ms);
        begun.resize(steps.saturating_sub(1), 0);
        let is_step = |place: usize| it.steps & (1 << place) != 0;
        // From the last to the first: an event is one step of each beginning, not two.
        let mut complete = false;
        for place in (1..steps).rev().filter(|place| is_step(*place)) {
            let since_ms = begun[place - 1];
            match begun.get_mut(place) {
                Some(held) => *held = (*held).max(since_ms),
                None => complete = since_ms != 0,
            }
        }
        if complete {
            begun.fill(0);
        }
        if is_step(0) {
            begun[0] = now_ms;
        }
        self.count_begun(Some(it), begun);
        if complete {
            self.emit(DetectorEvent::PhaseChanged {
                tenant: it.tenant,
                rule: it.rule,
                rule_id: it.rule_id.clone(),
                subject: it.subject.clone(),
                phase: DetectorPhase::Firing,
                since_ms: now_ms,
                draft: Some(Box::new(it.draft.clone())),
            });
            self.raise(rule, it.draft.clone());
        }
        // One timer at a time: when it rings it is set anew, if something still counts.
        if self.state.timer.is_none() {
            let due_ms = self.next_end(within_ms, recovers);
            self.set_timer(due_ms);
        }
    }

    /// What began too long ago counts no more, and what has not come again is over.
    pub(super) fn wake_sequence(&mut self, rule: &Rule, within_ms: i64, recovers: bool) {
        let fires = self.state.phase == DetectorPhase::Firing;
        let end_ms = self.state.since_ms.saturating_add(within_ms);
        let is_over = fires && !recovers && end_ms <= self.inputs.now_ms;
        let begun = self.begun(within_ms);
        let is_idle = begun.iter().all(|since_ms| *since_ms == 0);
        if is_over {
            self.recover(rule);
        }
        if is_idle && (is_over || !fires) {
            return self.stand(DetectorPhase::Normal);
        }
        if is_over {
            let state = &self.state;
            let event = DetectorEvent::PhaseChanged {
                tenant: state.tenant,
                rule: state.rule,
                rule_id: state.rule_id.clone(),
                subject: state.subject.clone(),
                phase: DetectorPhase::Normal,
                since_ms: self.inputs.now_ms,
                draft: None,
            };
            self.emit(event);
        }
        self.count_begun(None, begun);
        let due_ms = self.next_end(within_ms, recovers);
        self.set_timer(due_ms);
    }

    /// Since when each first so many steps have come, 0 where that is too long ago.
    fn begun(&self, within_ms: i64) -> Vec<i64> {
        let after_ms = self.inputs.now_ms.saturating_sub(within_ms);
        let counts = |since_ms: &i64| if *since_ms > after_ms { *since_ms } else { 0 };
        self.state.times_ms.iter().map(counts).collect()
    }

    fn count_begun(&mut self, it: Option<&Observation>, begun: Vec<i64>) {
        let is_idle = begun.iter().all(|since_ms| *since_ms == 0);
        let times_ms = if is_idle { Vec::new() } else { begun };
        if times_ms == self.state.times_ms {
            return;
        }
        let state = &self.state;
        let (tenant, rule, rule_id, subject) = match it {
            Some(it) => (it.tenant, it.rule, &it.rule_id, &it.subject),
            None => (state.tenant, state.rule, &state.rule_id, &state.subject),
        };
        let (rule_id, subject) = (rule_id.clone(), subject.clone());
        self.emit(DetectorEvent::OccurrencesCounted { tenant, rule, rule_id, subject, times_ms });
    }

    /// When something remembered is over next.
    fn next_end(&self, within_ms: i64, recovers: bool) -> Option<i64> {
        let fires = self.state.phase == DetectorPhase::Firing && !recovers;
        let firing = fires.then_some(self.state.since_ms);
        let begun = self.state.times_ms.iter().copied().max();
        let since_ms = firing.into_iter().chain(begun).min()?;
        Some(since_ms.saturating_add(within_ms))
    }
}
