//! One step of anything in this crate: a command goes in, events and effects come out.
//!
//! Not here: loading, committing, and turning names into keys.

use crate::alert::{self, AlertCommand, AlertEvent, AlertLine};
use crate::case::{self, Case, CaseCommand, CaseEvent};
use crate::definition::Definitions;
use crate::detector::{self, Detector, DetectorCommand, DetectorEvent};
use crate::expectation::{self, Expectation, ExpectationCommand, ExpectationEvent};
use crate::gate::{self, Gate, GateCommand, GateEvent};
use crate::key::{Key, Keys};
use crate::received::{self, Received, ReceivedCommand, ReceivedEvent};
use crate::rejection::Rejection;
use jiff::tz::TimeZone;
use std::sync::Arc;

/// A command to one aggregate.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// To a received event.
    Received(ReceivedCommand),
    /// To a detector.
    Detector(DetectorCommand),
    /// To what is known under the name of an alert.
    Alert(AlertCommand),
    /// To a case.
    Case(CaseCommand),
    /// To an expectation.
    Expectation(ExpectationCommand),
    /// To the gate of a rule.
    Gate(GateCommand),
}

/// A domain event of one aggregate.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Of a received event.
    Received(ReceivedEvent),
    /// Of a detector.
    Detector(DetectorEvent),
    /// Of what is known under the name of an alert.
    Alert(AlertEvent),
    /// Of a case.
    Case(CaseEvent),
    /// Of an expectation.
    Expectation(ExpectationEvent),
    /// Of the gate of a rule.
    Gate(GateEvent),
}

/// The state of one aggregate.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// A received event.
    Received(Received),
    /// A detector.
    Detector(Detector),
    /// What is known under the name of an alert.
    Alert(AlertLine),
    /// A case.
    Case(Case),
    /// An expectation.
    Expectation(Expectation),
    /// The gate of a rule.
    Gate(Gate),
}

/// Which aggregate.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "fields carry the words of the states")]
pub enum Target {
    /// A detector.
    Detector { tenant: u32, rule: Arc<str>, subject: Arc<str> },
    /// What is known under the name of an alert.
    Alert { tenant: u32, name: Arc<str> },
    /// A case.
    Case(Key),
    /// An expectation.
    Expectation { tenant: u32, case_type: Arc<str>, check: Arc<str>, subject: Arc<str> },
    /// The gate of a rule.
    Gate { tenant: u32, rule: Arc<str> },
}

/// What an aggregate asks of others.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// A command to one of us.
    Ask(Target, Command),
    /// A process instance is to run for a case.
    StartProcess(Box<ProcessStart>),
    /// The process instance that ran for a case is to be cancelled.
    CancelProcess {
        /// The instance.
        instance: Key,
    },
}

/// A process instance that is to run for a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessStart {
    /// The key it gets.
    pub instance: Key,
    /// The definition to run.
    pub definition: Key,
    /// Its none start event.
    pub start: u32,
    /// Variables by name, as JSON.
    pub variables: Vec<(Arc<str>, Arc<str>)>,
    /// The case to tell of the end.
    pub case: Key,
}

/// What a step did: events already applied to the state, and what it asks of others.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outcome {
    /// What happened, in order.
    pub events: Vec<Event>,
    /// What others are asked, in order.
    pub effects: Vec<Effect>,
    /// What its expressions cost.
    pub fuel: u64,
}

/// Finds a process that can be started: its definition and none start event, by tenant and process
/// id.
pub type FindProcess<'k> = dyn Fn(u32, &str) -> Option<(Key, u32)> + 'k;

/// What a step may know besides its state.
pub struct Known<'k> {
    /// Detection rules and case types.
    pub definitions: &'k Definitions,
    /// The latest definition of a process and its none start event, by tenant and process id.
    pub process: &'k FindProcess<'k>,
}

/// What a step is given from outside: one `now` per batch, keys, randomness, the zone.
pub struct Inputs<'k> {
    /// Unix milliseconds.
    pub now_ms: i64,
    /// Where new keys come from.
    pub keys: &'k mut Keys,
    /// Randomness for FEEL.
    pub seed: u64,
    /// The zone of times that name none.
    pub zone: &'k TimeZone,
}

/// One step of one aggregate. On `Err` nothing changed.
pub fn step<'k>(
    known: &Known<'k>,
    state: &mut State,
    command: &Command,
    inputs: &mut Inputs<'k>,
) -> Result<Outcome, Rejection> {
    match (state, command) {
        (State::Received(state), Command::Received(it)) => received::step(known, state, it, inputs),
        (State::Detector(state), Command::Detector(it)) => detector::step(known, state, it, inputs),
        (State::Alert(state), Command::Alert(it)) => alert::step(known, state, it, inputs),
        (State::Case(state), Command::Case(it)) => case::step(known, state, it, inputs),
        (State::Expectation(state), Command::Expectation(it)) => {
            expectation::step(state, it, inputs)
        }
        (State::Gate(state), Command::Gate(it)) => gate::step(known, state, it, inputs),
        _ => Err(Rejection::not_found("Expected something that understands this, but found none.")),
    }
}

impl State {
    /// One in which nothing has happened, for a command.
    #[must_use]
    pub fn empty(command: &Command) -> State {
        match command {
            Command::Received(_) => State::Received(Received::default()),
            Command::Detector(_) => State::Detector(Detector::default()),
            Command::Alert(_) => State::Alert(AlertLine::default()),
            Command::Case(_) => State::Case(Case::default()),
            Command::Expectation(_) => State::Expectation(Expectation::default()),
            Command::Gate(_) => State::Gate(Gate::default()),
        }
    }

    /// Applies one event; the only writer of state.
    pub fn apply(&mut self, event: &Event) {
        match (self, event) {
            (State::Received(state), Event::Received(event)) => state.apply(event),
            (State::Detector(state), Event::Detector(event)) => state.apply(event),
            (State::Alert(state), Event::Alert(event)) => state.apply(event),
            (State::Case(state), Event::Case(event)) => state.apply(event),
            (State::Expectation(state), Event::Expectation(event)) => state.apply(event),
            (State::Gate(state), Event::Gate(event)) => state.apply(event),
            _ => unreachable!("an event belongs to the kind of its aggregate"),
        }
    }

    /// Tenant number.
    #[must_use]
    pub fn tenant(&self) -> u32 {
        match self {
            State::Received(state) => state.tenant,
            State::Detector(state) => state.tenant,
            State::Alert(state) => state.tenant,
            State::Case(state) => state.tenant,
            State::Expectation(state) => state.tenant,
            State::Gate(state) => state.tenant,
        }
    }

    /// Whether there is nothing to remember.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            State::Received(state) => state.key == Key::default(),
            State::Detector(state) => state.is_empty(),
            State::Alert(state) => state.is_empty(),
            State::Case(state) => state.key == Key::default() || state.has_ended(),
            State::Expectation(state) => state.waiting.is_empty(),
            State::Gate(state) => state.is_empty(),
        }
    }

    /// The timer that wakes it, and when.
    #[must_use]
    pub fn timer(&self) -> Option<(Key, i64)> {
        match self {
            State::Received(_) | State::Expectation(_) => None,
            State::Detector(state) => state.timer,
            State::Alert(state) => state.timer,
            State::Case(state) => state.timer,
            State::Gate(state) => state.timer,
        }
    }

    /// The command that wakes it.
    #[must_use]
    pub fn wake(&self) -> Option<Command> {
        match self {
            State::Received(_) | State::Expectation(_) => None,
            State::Detector(_) => Some(Command::Detector(DetectorCommand::Wake)),
            State::Alert(_) => Some(Command::Alert(AlertCommand::Wake)),
            State::Case(_) => Some(Command::Case(CaseCommand::Wake)),
            State::Gate(_) => Some(Command::Gate(GateCommand::Wake)),
        }
    }
}

impl Event {
    /// The timer that is set by it; whoever keeps rows of timers wants to know.
    #[must_use]
    pub fn timer(&self) -> Option<(Key, i64)> {
        match self {
            Event::Detector(DetectorEvent::TimerSet { timer })
            | Event::Alert(
                AlertEvent::CaseReleased { timer, .. } | AlertEvent::AlertHeld { timer, .. },
            )
            | Event::Gate(GateEvent::TimerSet { timer })
            | Event::Case(CaseEvent::TimerSet { timer }) => *timer,
            _ => None,
        }
    }
}
