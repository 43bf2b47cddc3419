//! Steps of signals, alerts and cases: names become keys, and a case meets its process.
//!
//! Not here: what they decide (crate `work`).

use super::Outcome;
use crate::command::{Command, CreateInstance, Effect, InstanceCommand, Rejection};
use crate::definitions::Definitions;
use crate::key::Key;
use crate::life::Inputs;
use crate::record::codec::Bad;
use crate::record::{decode, encode};
use crate::state::{Kind, named_key};
use std::sync::Arc;
use work::{Known, ProcessStart, State, Target};

/// One step of one of them. On `Err` nothing changed.
pub fn step(
    definitions: &Definitions,
    state: &mut State,
    command: &work::Command,
    inputs: &mut Inputs,
) -> Result<Outcome<work::Event>, Rejection> {
    let process = |tenant: u32, id: &str| {
        let definition = definitions.latest(tenant, id)?;
        Some((definition.key, definition.graph.none_start()?))
    };
    let known = Known { definitions: &definitions.resources.work, process: &process };
    let Inputs { now_ms, keys, seed, zone, .. } = inputs;
    let mut inputs = work::Inputs { now_ms: *now_ms, keys, seed: *seed, zone };
    let out = work::step(&known, state, command, &mut inputs)?;
    let effects = out.effects.into_iter().map(effect).collect();
    Ok(Outcome { events: out.events, effects, places: Vec::new(), fuel: out.fuel })
}

fn effect(effect: work::Effect) -> Effect {
    match effect {
        work::Effect::Ask(target, command) => {
            Effect { target: key_of(&target), command: Command::Work(command) }
        }
        work::Effect::StartProcess(start) => {
            let ProcessStart { instance, definition, start, variables, case } = *start;
            let create = CreateInstance {
                instance,
                definition,
                start,
                variables,
                case: Some(case),
                ..CreateInstance::default()
            };
            let command = Command::Instance(InstanceCommand::CreateInstance(Box::new(create)));
            Effect { target: instance, command }
        }
        work::Effect::CancelProcess { instance } => {
            Effect { target: instance, command: Command::Instance(InstanceCommand::CancelInstance) }
        }
    }
}

/// The key of the event of a source with an id.
#[must_use]
pub fn received_key(tenant: u32, source: &str, id: &str) -> Key {
    named_key(Kind::ReceivedEvent, tenant, &[source, id])
}

fn key_of(target: &Target) -> Key {
    match target {
        Target::Detector { tenant, rule, subject } => detector_key(*tenant, rule, subject),
        Target::Alert { tenant, name } => alert_key(*tenant, name),
        Target::Case(key) => *key,
        Target::Expectation { tenant, case_type, check, subject } => {
            named_key(Kind::Expectation, *tenant, &[case_type, check, subject])
        }
        Target::Gate { tenant, rule } => named_key(Kind::Gate, *tenant, &[rule]),
    }
}

/// The key of what a rule knows of a subject.
#[must_use]
pub fn detector_key(tenant: u32, rule: &str, subject: &str) -> Key {
    named_key(Kind::Detector, tenant, &[rule, subject])
}

/// The key of what is known under the name of an alert.
#[must_use]
pub fn alert_key(tenant: u32, name: &Arc<str>) -> Key {
    named_key(Kind::Alert, tenant, &[name])
}

/// What kind of aggregate a state is.
#[must_use]
pub fn kind(state: &State) -> Kind {
    match state {
        State::Received(_) => Kind::ReceivedEvent,
        State::Detector(_) => Kind::Detector,
        State::Alert(_) => Kind::Alert,
        State::Case(_) => Kind::Case,
        State::Expectation(_) => Kind::Expectation,
        State::Gate(_) => Kind::Gate,
    }
}

/// Of what kind an aggregate must be that understands a command.
#[must_use]
pub fn kind_for(command: &work::Command) -> Kind {
    kind(&State::empty(command))
}

/// Encodes a state.
#[must_use]
pub fn encode_state(key: Key, state: &State) -> Vec<u8> {
    match state {
        State::Received(state) => encode(key, state),
        State::Detector(state) => encode(key, state),
        State::Alert(state) => encode(key, state),
        State::Case(state) => encode(key, state),
        State::Expectation(state) => encode(key, state),
        State::Gate(state) => encode(key, state),
    }
}

/// Decodes a state; `None`: that kind is not of these.
#[must_use]
pub fn decode_state(kind: Kind, key: Key, body: &[u8]) -> Option<Result<State, Bad>> {
    Some(match kind {
        Kind::ReceivedEvent => decode(key, body).map(State::Received),
        Kind::Detector => decode(key, body).map(State::Detector),
        Kind::Alert => decode(key, body).map(State::Alert),
        Kind::Case => decode(key, body).map(State::Case),
        Kind::Expectation => decode(key, body).map(State::Expectation),
        Kind::Gate => decode(key, body).map(State::Gate),
        _ => return None,
    })
}
