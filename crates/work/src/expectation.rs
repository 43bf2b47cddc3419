//! An expectation: which cases wait for an event that would show that they are solved.
//!
//! Not here: which event that is (`received`), and what a case makes of it (`case`).

use crate::case::CaseCommand;
use crate::key::Key;
use crate::limits::AWAITING_CASES_MAX;
use crate::rejection::Rejection;
use crate::step::{Command, Effect, Event, Inputs, Outcome, Target};
use std::sync::Arc;

/// Cases that wait under one check and subject, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expectation {
    /// Tenant number.
    pub tenant: u32,
    /// Waiting cases, each with its check: two names may share the aggregate's hash.
    pub waiting: Vec<Waiting>,
}

/// A case that waits.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Waiting {
    /// The case.
    pub case: Key,
    /// Its check.
    pub check: Arc<str>,
}

/// What an expectation can be asked.
#[expect(missing_docs, reason = "fields carry the words of the state")]
#[derive(Debug, Clone, PartialEq)]
pub enum ExpectationCommand {
    /// Wait for it.
    Expect { tenant: u32, waiting: Waiting },
    /// Wait no more.
    ForgetExpectation { case: Key },
    /// It came.
    MeetExpectation { event: Key },
}

/// A domain event of an expectation.
#[expect(missing_docs, reason = "fields carry the words of the state")]
#[derive(Debug, Clone, PartialEq)]
pub enum ExpectationEvent {
    /// A case waits.
    CaseWaits { tenant: u32, waiting: Waiting },
    /// It waits no more.
    CaseWaitsNoMore { case: Key },
}

impl Expectation {
    /// Applies one event; the only writer of this state.
    pub(crate) fn apply(&mut self, event: &ExpectationEvent) {
        match event {
            ExpectationEvent::CaseWaits { tenant, waiting } => {
                self.tenant = *tenant;
                self.waiting.push(waiting.clone());
            }
            ExpectationEvent::CaseWaitsNoMore { case } => {
                self.waiting.retain(|waiting| waiting.case != *case);
            }
        }
    }
}

/// One step of an expectation.
pub(crate) fn step(
    state: &mut Expectation,
    command: &ExpectationCommand,
    _: &mut Inputs<'_>,
) -> Result<Outcome, Rejection> {
    use ExpectationCommand as C;
    let mut out = Outcome::default();
    let event = match command {
        C::Expect { tenant, waiting } => {
            if state.waiting.contains(waiting) {
                return Ok(out);
            }
            if state.waiting.len() >= AWAITING_CASES_MAX {
                let (case, check) = (waiting.case, waiting.check.clone());
                let command = Command::Case(CaseCommand::RefuseExpectation { check });
                out.effects.push(Effect::Ask(Target::Case(case), command));
                return Ok(out);
            }
            ExpectationEvent::CaseWaits { tenant: *tenant, waiting: waiting.clone() }
        }
        C::ForgetExpectation { case } => {
            if state.waiting.iter().all(|waiting| waiting.case != *case) {
                return Ok(out);
            }
            ExpectationEvent::CaseWaitsNoMore { case: *case }
        }
        C::MeetExpectation { event } => {
            out.effects = state.waiting.iter().map(|waiting| meet(waiting, *event)).collect();
            return Ok(out);
        }
    };
    state.apply(&event);
    out.events.push(Event::Expectation(event));
    Ok(out)
}

fn meet(waiting: &Waiting, event: Key) -> Effect {
    let command = CaseCommand::MeetCheck { check: waiting.check.clone(), event };
    Effect::Ask(Target::Case(waiting.case), Command::Case(command))
}
