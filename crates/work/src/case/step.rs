//! Steps of a case: opening, driving, resolving, and what is due.
//!
//! Not here: outcome checks (`check`).

use super::{Case, CaseCommand, CaseEvent, CaseState, Evidence, EvidenceKind, OpenCase, Verdict};
use crate::alert::AlertCommand;
use crate::definition::{CaseType, Deployed};
use crate::key::Key;
use crate::limits::TEXT_CHARACTERS_MAX;
use crate::rejection::Rejection;
use crate::step::{Command, Effect, Event, Inputs, Known, Outcome, ProcessStart, Target};
use decision::Value;
use std::sync::Arc;

pub(super) struct Ctx<'a, 'k> {
    pub(super) known: &'a Known<'k>,
    pub(super) state: &'a mut Case,
    pub(super) inputs: &'a mut Inputs<'k>,
    pub(super) case_type: Arc<Deployed<CaseType>>,
    pub(super) out: Outcome,
}

/// One step of a case. On `Err` nothing changed.
pub(crate) fn step<'k>(
    known: &Known<'k>,
    state: &mut Case,
    command: &CaseCommand,
    inputs: &mut Inputs<'k>,
) -> Result<Outcome, Rejection> {
    let key = match command {
        CaseCommand::OpenCase(open) => open.case_type,
        _ if state.key == Key::default() => return Err(gone()),
        _ => state.case_type,
    };
    let case_type = known.definitions.case_type(key).cloned().ok_or_else(|| {
        Rejection::not_found(format!("Expected to find case type `{key}`, but found none."))
    })?;
    let mut ctx = Ctx { known, state, inputs, case_type, out: Outcome::default() };
    ctx.decide(command)?;
    ctx.settle();
    Ok(ctx.out)
}

fn gone() -> Rejection {
    Rejection::not_found("Expected the case to exist, but found none.")
}

impl Ctx<'_, '_> {
    pub(super) fn emit(&mut self, event: CaseEvent) {
        self.state.apply(&event);
        self.out.events.push(Event::Case(event));
    }

    pub(super) fn ask(&mut self, target: Target, command: Command) {
        self.out.effects.push(Effect::Ask(target, command));
    }

    /// Tells those who know the case by the name of its alert.
    pub(super) fn ask_alert(&mut self, command: AlertCommand) {
        let Some(name) = self.state.alert_name.clone() else { return };
        let target = Target::Alert { tenant: self.state.tenant, name };
        self.ask(target, Command::Alert(command));
    }

    fn decide(&mut self, command: &CaseCommand) -> Result<(), Rejection> {
        use CaseCommand as C;
        match command {
            C::OpenCase(open) => self.open(open)?,
            C::EnterStage { stage, by } => self.enter_stage(stage, by)?,
            C::AssignCase { driver, by } => {
                self.need_unclosed("be given to somebody")?;
                if self.state.driver != *driver {
                    let (driver, by) = (driver.clone(), by.clone());
                    self.emit(CaseEvent::CaseAssigned { driver, by });
                }
            }
            C::ResolveCase { by, comment } => {
                self.need(&[CaseState::Open], "be resolved")?;
                need_text("comment", comment, false)?;
                self.resolve(by, comment);
            }
            C::AttestOutcome { check, passes, by, comment } => {
                need_text("comment", comment, false)?;
                self.attest(check, *passes, by, comment)?;
            }
            C::WaiveOutcome { by, reason } => {
                self.need(
                    &[CaseState::Resolved, CaseState::Verifying],
                    "be closed without checks",
                )?;
                need_text("reason", reason, true)?;
                let kind = EvidenceKind::Waiver;
                let (by, text) = (Some(by.clone()), reason.clone());
                self.keep(Evidence { kind, by, text, ..Evidence::default() });
                self.close(Verdict::Waived);
            }
            C::CancelCase { by, reason } => self.cancel(by, reason)?,
            C::AddEvidence { by, text } => {
                self.need_unclosed("take evidence")?;
                need_text("text", text, true)?;
                let (by, text) = (Some(by.clone()), text.clone());
                self.keep(Evidence { by, text, ..Evidence::default() });
            }
            C::MeetCheck { check, event } => self.meet(check, *event),
            C::RefuseExpectation { check } => {
                self.fail(check, &"Too many cases wait for the same event.".into());
            }
            C::NoteRecurrence { alert } => self.recur(*alert),
            C::EndProcess { instance, completed } => self.end_process(*instance, *completed),
            C::Wake => self.wake(),
            C::ExtendClock { by_ms, by, reason } => self.extend_clock(*by_ms, by, reason)?,
            C::TakeCase { driver, by } => {
                self.need(&[CaseState::Open], "be taken")?;
                if let Some(held) = &self.state.driver {
                    return Err(Rejection::invalid_state(format!(
                        "Expected nobody to drive case `{}`, but `{held}` does.",
                        self.state.key
                    )));
                }
                let (driver, by) = (Some(driver.clone()), by.clone());
                self.emit(CaseEvent::CaseAssigned { driver, by });
            }
            C::WaiveClock { by, reason } => self.waive_clock(by, reason)?,
        }
        Ok(())
    }

    fn open(&mut self, open: &OpenCase) -> Result<(), Rejection> {
        if self.state.key != Key::default() {
            return Err(Rejection::already_exists(format!(
                "Expected case `{}` not to exist yet, but it does.",
                open.case
            )));
        }
        need_text("title", &open.title, true)?;
        let first = self.case_type.says.stages.first();
        let stage = first.map_or_else(|| "".into(), |stage| stage.id.clone());
        let opened_ms = self.inputs.now_ms;
        self.emit(CaseEvent::CaseOpened { open: Box::new(open.clone()), stage, opened_ms });
        if let Some(process_id) = self.case_type.says.process.clone() {
            self.start_process(&process_id, open);
        }
        Ok(())
    }

    fn start_process(&mut self, process_id: &Arc<str>, open: &OpenCase) {
        let Some((definition, start)) = (self.known.process)(open.tenant, process_id) else {
            let reason = format!(
                "Expected process `{process_id}` with a none start event to be deployed, but \
                 found none."
            );
            let (process_id, reason) = (process_id.clone(), reason.into());
            return self.emit(CaseEvent::ProcessNotStarted { process_id, reason });
        };
        let instance = self.inputs.keys.next_key();
        self.emit(CaseEvent::ProcessStarted { instance, definition });
        let text = |name: &str, value: &str| -> (Arc<str>, Arc<str>) {
            (name.into(), Value::string(value).to_json().into())
        };
        let variables = vec![
            text("caseKey", &open.case.to_string()),
            text("caseTitle", &open.title),
            text("caseSubject", &open.subject),
        ];
        let case = open.case;
        let start = ProcessStart { instance, definition, start, variables, case };
        self.out.effects.push(Effect::StartProcess(Box::new(start)));
    }

    fn enter_stage(&mut self, stage: &Arc<str>, by: &Arc<str>) -> Result<(), Rejection> {
        self.need_unclosed("enter a stage")?;
        if self.case_type.says.stages.iter().all(|held| held.id != *stage) {
            let known: Vec<&str> =
                self.case_type.says.stages.iter().map(|stage| &*stage.id).collect();
            return Err(Rejection::invalid_argument(format!(
                "Expected one of the stages {known:?}, but found `{stage}`."
            )));
        }
        if self.state.stage != *stage {
            let (stage, by) = (stage.clone(), by.clone());
            self.emit(CaseEvent::StageEntered { stage, by });
        }
        Ok(())
    }

    fn cancel(&mut self, by: &Arc<str>, reason: &Arc<str>) -> Result<(), Rejection> {
        self.need_unclosed("be cancelled")?;
        need_text("reason", reason, true)?;
        self.forget_waits();
        if let Some(instance) = self.state.process {
            self.out.effects.push(Effect::CancelProcess { instance });
        }
        let (by, reason) = (by.clone(), reason.clone());
        self.emit(CaseEvent::CaseCancelled { by, reason });
        self.ask_alert(AlertCommand::ReleaseCase { case: self.state.key, watch_ms: 0 });
        Ok(())
    }

    fn end_process(&mut self, instance: Key, completed: bool) {
        if self.state.process != Some(instance) {
            return;
        }
        self.emit(CaseEvent::ProcessEnded { instance, completed });
        if completed && self.case_type.says.resolves && self.state.state == CaseState::Open {
            self.resolve(&"process".into(), &"".into());
        }
    }

    fn wake(&mut self) {
        let now_ms = self.inputs.now_ms;
        if self.state.watched_until_ms.is_some_and(|until_ms| until_ms <= now_ms) {
            return self.emit(CaseEvent::WatchEnded);
        }
        self.look_at_checks();
    }

    pub(super) fn keep(&mut self, evidence: Evidence) {
        let key = self.inputs.keys.next_key();
        let tenant = self.state.tenant;
        let evidence = Box::new(Evidence { key, tenant, ..evidence });
        self.emit(CaseEvent::EvidenceKept { evidence });
    }

    /// What follows from the time alone: milestones that are over, how urgent it is, and when to
    /// look again.
    fn settle(&mut self) {
        // What was over before this step came before what it changes about the clock.
        self.reach_milestones();
        self.turn_clock();
        let milestone_ms = self.reach_milestones();
        let urgency_ms = self.weigh();
        let passed = super::CheckState::Passed;
        let dues = self.state.checks.iter().filter(|check| check.state != passed);
        let check_ms = dues.map(|check| check.due_ms).min();
        let all = [milestone_ms, urgency_ms, check_ms, self.state.watched_until_ms];
        let next_ms = all.into_iter().flatten().min();
        if self.state.timer.map(|(_, due_ms)| due_ms) != next_ms {
            let timer = next_ms.map(|due_ms| (self.inputs.keys.next_key(), due_ms));
            self.emit(CaseEvent::TimerSet { timer });
        }
    }

    pub(super) fn need(&self, states: &[CaseState], what: &str) -> Result<(), Rejection> {
        let found = self.state.state;
        if states.contains(&found) {
            return Ok(());
        }
        let expected: Vec<&str> = states.iter().map(|state| state.as_str()).collect();
        Err(Rejection::invalid_state(format!(
            "Expected case `{}` to be {} in order to {what}, but it is {}.",
            self.state.key,
            expected.join(" or "),
            found.as_str()
        )))
    }

    fn need_unclosed(&self, what: &str) -> Result<(), Rejection> {
        self.need(&[CaseState::Open, CaseState::Resolved, CaseState::Verifying], what)
    }
}

/// A text people write: not too long, and there if it must be.
pub(super) fn need_text(name: &str, text: &str, needed: bool) -> Result<(), Rejection> {
    let count = text.chars().count();
    if count > TEXT_CHARACTERS_MAX || (needed && text.trim().is_empty()) {
        let least = u8::from(needed);
        return Err(Rejection::invalid_argument(format!(
            "Expected a {name} of {least} to {TEXT_CHARACTERS_MAX} characters, but found {count}."
        )));
    }
    Ok(())
}
