//! Steps of an evaluation outside of any process: it happens once.
//!
//! Not here: evaluating (`decide`).

use super::Outcome;
use crate::command::{EvaluationCommand, Rejection};
use crate::decide::{Given, decide};
use crate::definitions::Definitions;
use crate::life::Inputs;
use crate::state::evaluation::{Asked, EvaluationEvent};
use decision::Env;

/// One step of an evaluation. On `Err` nothing changed.
pub fn step(
    definitions: &Definitions,
    state: &mut Asked,
    command: &EvaluationCommand,
    inputs: &Inputs,
) -> Result<Outcome<EvaluationEvent>, Rejection> {
    if state.is_done {
        return Err(Rejection::already_exists("Expected an evaluation to happen once."));
    }
    let (tenant, key, variables) = match command {
        EvaluationCommand::EvaluateDecision { tenant, decision, variables } => {
            (tenant, decision, variables)
        }
        EvaluationCommand::DeleteEvaluation { tenant, evaluation, decision_id, decisions } => {
            let event = EvaluationEvent::EvaluationDeleted {
                tenant: *tenant,
                evaluation: *evaluation,
                decision_id: decision_id.clone(),
                decisions: *decisions,
            };
            state.apply(&event);
            return Ok(Outcome { events: vec![event], ..Outcome::default() });
        }
    };
    let unknown = || {
        Rejection::not_found(format!(
            "Expected to find a decision with key `{key}`, but found none. Deploy it first."
        ))
    };
    let resources = &definitions.resources;
    let decision = resources.get(*key).ok_or_else(unknown)?;
    let env = Env { now_ms: inputs.now_ms, zone: inputs.zone.clone(), seed: inputs.seed };
    let evaluation = decide(resources, decision, &Given(variables), &env).ok_or_else(unknown)?;
    let mut out = Outcome { fuel: evaluation.fuel, ..Outcome::default() };
    let evaluation = Box::new(evaluation);
    let event = EvaluationEvent::DecisionEvaluated { tenant: *tenant, evaluation };
    state.apply(&event);
    out.events.push(event);
    Ok(out)
}
