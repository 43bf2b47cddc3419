//! Steps of a definition head: deploy a version, delete one, start instances by timers.
//!
//! Not here: compiling; a deployment arrives with its executable graph.

use super::Outcome;
use crate::command::{Command, CreateInstance, Effect, HeadCommand, InstanceCommand, Rejection};
use crate::definitions::Definitions;
use crate::graph::Graph;
use crate::key::Key;
use crate::life::Inputs;
use crate::part::text::{Text, plain_text};
use crate::part::timer::{Due, TimerSpec};
use crate::state::head::{Head, HeadEvent, StartTimer};
use decision::{Budget, Env, Scope, Variable};
use std::sync::Arc;

/// One step of a head. On `Err` nothing changed.
pub fn step(
    definitions: &Definitions,
    state: &mut Head,
    command: &HeadCommand,
    inputs: &mut Inputs,
) -> Result<Outcome<HeadEvent>, Rejection> {
    let mut out = Outcome::default();
    match command {
        HeadCommand::DeployDefinition { tenant, deployment, digest, graph, anew } => {
            if !anew && state.version > 0 && state.digest == *digest {
                return Ok(out);
            }
            let timers = first_timers(graph, inputs)?;
            let event = HeadEvent::VersionDeployed {
                tenant: *tenant,
                process_id: graph.process_id.clone(),
                version: state.version + 1,
                definition: inputs.keys.next_key(),
                deployment: *deployment,
                digest: *digest,
            };
            emit(state, &mut out, event);
            for timer in timers {
                emit(state, &mut out, HeadEvent::StartTimerStarted { timer });
            }
        }
        HeadCommand::FireStartTimer { timer } => {
            fire(definitions, state, *timer, inputs, &mut out)?;
        }
        HeadCommand::DeleteDefinition { definition, newest } => {
            delete(state, *definition, newest.as_ref(), inputs, &mut out)?;
        }
    }
    Ok(out)
}

/// The newest version that is left starts by its timers again, from now on: what was due before is
/// not made up for.
fn delete(
    state: &mut Head,
    definition: Key,
    newest: Option<&(Key, Arc<Graph>)>,
    inputs: &mut Inputs,
    out: &mut Outcome<HeadEvent>,
) -> Result<(), Rejection> {
    if state.latest != definition {
        let latest = state.latest;
        emit(state, out, HeadEvent::DefinitionDeleted { definition, latest });
        return Ok(());
    }
    let timers = newest.map(|(_, graph)| first_timers(graph, inputs)).transpose()?;
    let latest = newest.map_or(Key::default(), |(key, _)| *key);
    emit(state, out, HeadEvent::DefinitionDeleted { definition, latest });
    for timer in timers.into_iter().flatten().filter(|timer| timer.due_ms > inputs.now_ms) {
        emit(state, out, HeadEvent::StartTimerStarted { timer });
    }
    Ok(())
}

fn emit(state: &mut Head, out: &mut Outcome<HeadEvent>, event: HeadEvent) {
    state.apply(&event);
    out.events.push(event);
}

fn first_timers(graph: &Graph, inputs: &mut Inputs) -> Result<Vec<StartTimer>, Rejection> {
    let mut timers = Vec::new();
    for start in graph.node(0).starts.iter().flat_map(|start| graph.triggers(*start)) {
        let node = graph.node(start);
        let Some(spec) = node.kind.timer() else { continue };
        let text = timer_text(spec, inputs)?;
        let due = spec.due(&text, inputs.now_ms, &inputs.zone);
        let due = due.map_err(|message| {
            Rejection::invalid_argument(format!("Timer start event `{}`: {message}", node.id))
        })?;
        timers.push(start_timer(start, due, inputs));
    }
    Ok(timers)
}

fn start_timer(element: u32, due: Due, inputs: &mut Inputs) -> StartTimer {
    let Due { due_ms, repetitions } = due;
    StartTimer { key: inputs.keys.next_key(), element, due_ms, repetitions }
}

/// No variables exist before an instance does.
struct Nothing;

impl Scope for Nothing {
    fn variable(&self, _: &str) -> Option<Variable<'_>> {
        None
    }
}

fn timer_text(spec: &TimerSpec, inputs: &Inputs) -> Result<std::sync::Arc<str>, Rejection> {
    let program = match &spec.text {
        Text::Fixed(text) => return Ok(text.clone()),
        Text::Computed(program) => program,
    };
    let env = Env { now_ms: inputs.now_ms, zone: inputs.zone.clone(), seed: inputs.seed };
    let evaluated = program.evaluate(&Nothing, &env, &mut Budget::default());
    let value = evaluated.map(|evaluation| evaluation.value).ok();
    let text = value.as_ref().and_then(plain_text).or_else(|| {
        let json = value?.to_json();
        Some(json.trim_matches('"').into())
    });
    text.ok_or_else(|| {
        Rejection::invalid_argument(format!(
            "Expected start timer `= {}` to be text without variables, but it is not.",
            program.source()
        ))
    })
}

fn fire(
    definitions: &Definitions,
    state: &mut Head,
    key: Key,
    inputs: &mut Inputs,
    out: &mut Outcome<HeadEvent>,
) -> Result<(), Rejection> {
    let Some(timer) = state.timers.iter().find(|timer| timer.key == key).cloned() else {
        return Err(Rejection::not_found(format!(
            "Expected start timer `{key}` to run, but it does not."
        )));
    };
    if timer.due_ms > inputs.now_ms {
        return Err(Rejection::invalid_state(format!("Start timer `{key}` is not due yet.")));
    }
    let Some(definition) = definitions.get(state.latest) else {
        return Err(Rejection::invalid_state(format!(
            "Expected definition `{}` to be known, but it is not.",
            state.latest
        )));
    };
    let mut again = None;
    if let Some(spec) = definition.graph.node(timer.element).kind.timer() {
        let fired = Due { due_ms: timer.due_ms, repetitions: timer.repetitions };
        let text = timer_text(spec, inputs)?;
        again = spec.due_again(&text, fired, inputs.now_ms, &inputs.zone).ok().flatten();
    }
    emit(state, out, HeadEvent::StartTimerFired { key });
    if let Some(due) = again {
        let timer = start_timer(timer.element, due, inputs);
        emit(state, out, HeadEvent::StartTimerStarted { timer });
    }
    let instance = inputs.keys.next_key();
    let command = InstanceCommand::CreateInstance(Box::new(CreateInstance {
        instance,
        definition: definition.key,
        start: definition.graph.owner(timer.element),
        ..CreateInstance::default()
    }));
    out.effects.push(Effect { target: instance, command: Command::Instance(command) });
    Ok(())
}
