//! Outcome checks: resolved is not closed. Each must pass before a case closes as verified; one
//! that fails opens it again, up to a limit.
//!
//! Not here: which checks a case type has (`definition`).

use super::step::Ctx;
use super::{CaseEvent, CaseState, CheckRun, CheckState, Evidence, EvidenceKind, Verdict};
use crate::alert::AlertCommand;
use crate::definition::{Attester, Check, CheckKind};
use crate::expectation::{ExpectationCommand, Waiting};
use crate::key::Key;
use crate::rejection::Rejection;
use crate::step::{Command, Target};
use std::sync::Arc;

impl Ctx<'_, '_> {
    pub(super) fn resolve(&mut self, by: &Arc<str>, comment: &Arc<str>) {
        let (by, comment) = (by.clone(), comment.clone());
        self.emit(CaseEvent::CaseResolved { by, comment });
        let now_ms = self.inputs.now_ms;
        for check in &self.case_type.clone().says.outcome {
            let due_ms = now_ms.saturating_add(check.after_ms);
            self.emit(CaseEvent::CheckPlanned { check: check.id.clone(), due_ms });
        }
        self.look_at_checks();
    }

    /// Begins and ends what is due.
    pub(super) fn look_at_checks(&mut self) {
        let now_ms = self.inputs.now_ms;
        let due = |check: &&CheckRun| check.state != CheckState::Passed && check.due_ms <= now_ms;
        while let Some(run) = self.state.checks.iter().find(due).cloned() {
            let Some(check) = self.case_type.says.check(&run.id).cloned() else { return };
            match (run.state, &check.kind) {
                (CheckState::Planned, _) => self.begin(&check),
                (CheckState::Waiting, CheckKind::Quiet) => {
                    let text = "The alert did not come again.".into();
                    self.pass(&check.id, EvidenceKind::Quiet, Evidence::of(text));
                }
                (CheckState::Waiting, _) => {
                    let text: Arc<str> = match check.kind {
                        CheckKind::Attestation { .. } => "Nobody said in time that it is solved.",
                        _ => "The awaited event did not come in time.",
                    }
                    .into();
                    let evidence = Evidence {
                        check: Some(check.id.clone()),
                        kind: EvidenceKind::TimedOut,
                        ..Evidence::of(text.clone())
                    };
                    self.keep(evidence);
                    self.fail(&check.id, &text);
                }
                (CheckState::Passed, _) => unreachable!("it is not due"),
            }
        }
    }

    fn begin(&mut self, check: &Check) {
        let due_ms = self.inputs.now_ms.saturating_add(check.within_ms);
        self.emit(CaseEvent::CheckStarted { check: check.id.clone(), due_ms });
        let (case, tenant) = (self.state.key, self.state.tenant);
        match check.kind {
            CheckKind::Event { .. } => {
                let waiting = Waiting { case, check: check.id.clone() };
                let command = ExpectationCommand::Expect { tenant, waiting };
                self.ask(self.expectation(&check.id), Command::Expectation(command));
            }
            CheckKind::Quiet => self.ask_alert(AlertCommand::WatchAlert { case, watches: true }),
            CheckKind::Attestation { .. } => {}
        }
    }

    fn expectation(&self, check: &Arc<str>) -> Target {
        Target::Expectation {
            tenant: self.state.tenant,
            case_type: self.case_type.says.id.clone(),
            check: check.clone(),
            subject: self.state.subject.clone(),
        }
    }

    fn is_waiting(&self, check: &str) -> bool {
        let held = self.state.checks.iter().find(|held| *held.id == *check);
        held.is_some_and(|held| held.state == CheckState::Waiting)
    }

    pub(super) fn meet(&mut self, check: &Arc<str>, event: Key) {
        if self.is_waiting(check) {
            let evidence = Evidence { event: Some(event), ..Evidence::default() };
            self.pass(check, EvidenceKind::Event, evidence);
        }
    }

    pub(super) fn attest(
        &mut self,
        check: &Arc<str>,
        passes: bool,
        by: &Arc<str>,
        comment: &Arc<str>,
    ) -> Result<(), Rejection> {
        self.need(&[CaseState::Verifying], "have its outcome attested")?;
        let kind = self.case_type.says.check(check).map(|held| held.kind.clone());
        let Some(CheckKind::Attestation { by: who }) = kind else {
            return Err(Rejection::invalid_argument(format!(
                "Expected a check of this case that is an attestation, but found `{check}`."
            )));
        };
        if !self.is_waiting(check) {
            return Err(Rejection::invalid_state(format!(
                "Expected check `{check}` to wait for somebody's word, but it does not."
            )));
        }
        if who == Attester::Other && self.state.resolved_by.as_ref() == Some(by) {
            return Err(Rejection::invalid_state(format!(
                "Expected somebody else than `{by}`, who resolved the case, to attest `{check}`."
            )));
        }
        let (by, text) = (Some(by.clone()), comment.clone());
        let evidence = Evidence { by, ..Evidence::of(text) };
        if passes {
            self.pass(check, EvidenceKind::Attestation, evidence);
        } else {
            let kind = EvidenceKind::Attestation;
            self.keep(Evidence { check: Some(check.clone()), kind, ..evidence });
            self.fail(check, &"Somebody said that it is not solved.".into());
        }
        Ok(())
    }

    /// The alert came, or came again.
    pub(super) fn recur(&mut self, alert: Key) {
        let durable = !self.state.state.is_closed();
        self.emit(CaseEvent::RecurrenceNoted { alert, durable });
        let quiet = self
            .case_type
            .says
            .outcome
            .iter()
            .find(|check| matches!(check.kind, CheckKind::Quiet) && self.is_waiting(&check.id));
        if let Some(check) = quiet.map(|check| check.id.clone()) {
            self.fail(&check, &"The alert came again.".into());
        }
    }

    fn pass(&mut self, check: &Arc<str>, kind: EvidenceKind, evidence: Evidence) {
        self.keep(Evidence { check: Some(check.clone()), kind, ..evidence });
        self.forget(check);
        self.emit(CaseEvent::CheckPassed { check: check.clone() });
        if self.state.checks.iter().all(|held| held.state == CheckState::Passed) {
            self.close(Verdict::Verified);
        }
    }

    /// A failed check opens the case again, or closes it for good when that has not helped.
    pub(super) fn fail(&mut self, check: &Arc<str>, reason: &Arc<str>) {
        if !self.is_waiting(check) {
            return;
        }
        let (id, why) = (check.clone(), reason.clone());
        self.emit(CaseEvent::CheckFailed { check: id, reason: why });
        if self.state.reopened >= self.case_type.says.reopenings_max {
            return self.close(Verdict::Failed);
        }
        self.forget_waits();
        let count = self.state.reopened + 1;
        let (check, reason) = (check.clone(), reason.clone());
        self.emit(CaseEvent::CaseReopened { check, reason, count });
    }

    pub(super) fn close(&mut self, verdict: Verdict) {
        self.forget_waits();
        let watch_ms = if verdict == Verdict::Verified { self.case_type.says.watch_ms } else { 0 };
        let watch_ms = if self.state.alert_name.is_some() { watch_ms } else { 0 };
        let until_ms = self.inputs.now_ms.saturating_add(watch_ms);
        let watched_until_ms = (watch_ms > 0).then_some(until_ms);
        self.emit(CaseEvent::CaseClosed { verdict, watched_until_ms });
        self.ask_alert(AlertCommand::ReleaseCase { case: self.state.key, watch_ms });
    }

    /// Nobody need tell the case any more.
    pub(super) fn forget_waits(&mut self) {
        let waiting = self.state.checks.iter().filter(|held| held.state == CheckState::Waiting);
        let waiting: Vec<Arc<str>> = waiting.map(|held| held.id.clone()).collect();
        for check in waiting {
            self.forget(&check);
        }
    }

    fn forget(&mut self, check: &Arc<str>) {
        let case = self.state.key;
        match self.case_type.says.check(check).map(|held| &held.kind) {
            Some(CheckKind::Event { .. }) => {
                let command = ExpectationCommand::ForgetExpectation { case };
                self.ask(self.expectation(check), Command::Expectation(command));
            }
            Some(CheckKind::Quiet) => {
                self.ask_alert(AlertCommand::WatchAlert { case, watches: false });
            }
            Some(CheckKind::Attestation { .. }) | None => {}
        }
    }
}

impl Evidence {
    fn of(text: Arc<str>) -> Evidence {
        Evidence { text, ..Evidence::default() }
    }
}
