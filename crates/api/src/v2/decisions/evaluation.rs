//! `POST /v2/decision-definitions/evaluation`: a decision, asked outside of any process.
//!
//! Not here: finding what was asked before (`instances`).

use super::tables::LOGICS;
use crate::answer;
use crate::extract::{CallerOf, JsonBody};
use crate::keys::WireKey;
use crate::problem::{Problem, ProblemDetail};
use crate::raw_variables::RawVariables;
use crate::state::{ApiState, unexpected};
use crate::tenant::{self, DEFAULT_NAME};
use axum::extract::State;
use axum::response::Response;
use decision::dmn::LogicKind;
use engine::decide::{DecisionValue, EvaluatedDecision, Evaluation, MatchedRule};
use engine::event::Variables;
use engine::key::Key;
use engine::record::{Events, decode_sections};
use engine::resources::{Resource, Resources};
use engine::state::evaluation::EvaluationEvent;
use runtime::request::{Answer, Caller, DecisionRef, Request};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which decision, and the variables it may read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DecisionEvaluation {
    /// The latest version of this decision; or give its key.
    decision_definition_id: Option<String>,
    /// This version.
    decision_definition_key: Option<WireKey>,
    #[serde(default)]
    variables: RawVariables,
    /// `<default>` or absent.
    tenant_id: Option<String>,
}

/// What a decision said.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DecisionEvaluationResult {
    pub(crate) decision_evaluation_key: WireKey,
    pub(crate) decision_instance_key: WireKey,
    pub(crate) decision_definition_id: String,
    pub(crate) decision_definition_key: WireKey,
    pub(crate) decision_definition_name: String,
    pub(crate) decision_definition_version: u32,
    pub(crate) decision_requirements_id: String,
    pub(crate) decision_requirements_key: WireKey,
    /// What the decision says, as JSON text; `null` after a failure.
    pub(crate) output: String,
    /// The decision that stopped, if one did.
    pub(crate) failed_decision_definition_id: Option<String>,
    /// Why it stopped.
    pub(crate) failure_message: Option<String>,
    pub(crate) tenant_id: &'static str,
    /// The decisions that were evaluated, required ones first.
    pub(crate) evaluated_decisions: Vec<EvaluatedDecisionResult>,
}

/// One decision that was evaluated.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EvaluatedDecisionResult {
    pub(crate) decision_evaluation_instance_key: String,
    pub(crate) decision_definition_id: String,
    pub(crate) decision_definition_key: Option<WireKey>,
    pub(crate) decision_definition_name: String,
    pub(crate) decision_definition_version: u32,
    /// `DECISION_TABLE`, `LITERAL_EXPRESSION` or `UNSPECIFIED`.
    pub(crate) decision_definition_type: &'static str,
    pub(crate) output: String,
    pub(crate) tenant_id: &'static str,
    pub(crate) matched_rules: Vec<MatchedRuleResult>,
    pub(crate) evaluated_inputs: Vec<EvaluatedInputResult>,
}

/// A rule that matched.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MatchedRuleResult {
    pub(crate) rule_id: String,
    pub(crate) rule_index: u32,
    pub(crate) evaluated_outputs: Vec<EvaluatedOutputResult>,
}

/// An output of a rule.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EvaluatedOutputResult {
    pub(crate) output_id: String,
    pub(crate) output_name: String,
    pub(crate) output_value: String,
    pub(crate) rule_id: String,
    pub(crate) rule_index: u32,
}

/// The value of an input of a decision table.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EvaluatedInputResult {
    pub(crate) input_id: String,
    pub(crate) input_name: String,
    pub(crate) input_value: String,
}

/// Evaluate a decision
///
/// A decision that stops is answered too: `failureMessage` says why. What was asked and said is
/// kept.
#[utoipa::path(
    post,
    path = "/v2/decision-definitions/evaluation",
    operation_id = "evaluateDecision",
    tag = "Decision definition",
    params(("Idempotency-Key" = Option<String>, Header, description = "Same key, same answer.")),
    request_body = DecisionEvaluation,
    responses(
        (status = 200, description = "It was evaluated, or stopped.",
            body = DecisionEvaluationResult),
        (status = "4XX", description = "Not found, or a wrong request.", body = ProblemDetail),
    )
)]
pub(crate) async fn evaluate_decision(
    State(state): State<ApiState>,
    CallerOf(mut caller): CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted: DecisionEvaluation = body.parse()?;
    caller.tenant = tenant::number(wanted.tenant_id.as_deref())?;
    let decision = match (wanted.decision_definition_id, wanted.decision_definition_key) {
        (Some(id), None) => DecisionRef::Latest(id.into()),
        (None, Some(WireKey(key))) => DecisionRef::Key(key),
        _ => {
            return Err(Problem::invalid(
                "Expected one of `decisionDefinitionId` and `decisionDefinitionKey`.",
            ));
        }
    };
    let said = evaluate(&state, caller, decision, wanted.variables.0).await?;
    Ok(answer::dto(&said))
}

/// Evaluates a decision, and tells what it said as clients see it.
pub(crate) async fn evaluate(
    state: &ApiState,
    caller: Caller,
    decision: DecisionRef,
    variables: Variables,
) -> Result<DecisionEvaluationResult, Problem> {
    let request = Request::EvaluateDecision { decision, variables };
    let answer = state.submit(caller, request).await?;
    let Answer::DecisionEvaluated { evaluation: key, evaluated } = answer else {
        return Err(unexpected(&answer));
    };
    let evaluation = match evaluated {
        Some(evaluation) => *evaluation,
        None => stored(state, key).await?,
    };
    Ok(result(&state.node().resources(), key, &evaluation))
}

/// A repeated request is answered from the history.
async fn stored(state: &ApiState, key: Key) -> Result<Evaluation, Problem> {
    let gone = || {
        Problem::not_found(format!(
            "Expected evaluation {key} to be in the history, but it was erased meanwhile."
        ))
    };
    let rows = state.node().history(key, 0, 1).await?;
    let row = rows.first().ok_or_else(gone)?;
    let sections = decode_sections(key, &row.body).map_err(|bad| {
        tracing::error!(%bad, %key, "an evaluation cannot be read");
        gone()
    })?;
    let events = sections.into_iter().find_map(|section| match section.events {
        Events::Evaluation(events) => Some(events),
        _ => None,
    });
    let event = events.and_then(|mut events| events.pop()).ok_or_else(gone)?;
    match event {
        EvaluationEvent::DecisionEvaluated { evaluation, .. } => Ok(*evaluation),
        EvaluationEvent::EvaluationDeleted { .. } => Err(gone()),
    }
}

/// An evaluation as clients see it.
pub(crate) fn result(
    known: &Resources,
    key: Key,
    evaluation: &Evaluation,
) -> DecisionEvaluationResult {
    let asked = known.get(evaluation.decision);
    let file = asked.and_then(|asked| known.model_of(asked)).map_or(Key(0), |(key, _)| key);
    let text = |part: fn(&Resource) -> &str| asked.map_or("", |asked| part(asked)).to_owned();
    let failure = evaluation.failure.as_ref();
    let decisions = evaluation.decisions.iter().enumerate();
    DecisionEvaluationResult {
        decision_evaluation_key: WireKey(key),
        decision_instance_key: WireKey(key),
        decision_definition_id: text(|it| &it.id),
        decision_definition_key: WireKey(evaluation.decision),
        decision_definition_name: text(|it| &it.name),
        decision_definition_version: asked.map_or(0, |asked| asked.version),
        decision_requirements_id: known.get(file).map_or("", |file| &file.id).to_owned(),
        decision_requirements_key: WireKey(file),
        output: evaluation.output.to_string(),
        failed_decision_definition_id: failure.map(|it| it.decision.to_string()),
        failure_message: failure.map(|it| it.message.to_string()),
        tenant_id: DEFAULT_NAME,
        evaluated_decisions: decisions.map(|(at, it)| decided(known, key, at, it)).collect(),
    }
}

fn decided(
    known: &Resources,
    key: Key,
    at: usize,
    decision: &EvaluatedDecision,
) -> EvaluatedDecisionResult {
    let held = decision.key.and_then(|key| known.get(key));
    let model = held.and_then(|held| known.model_of(held)).map(|(_, model)| model);
    let logic = model.and_then(|model| model.decision(&decision.id)).map(|it| it.logic);
    let word = match logic {
        Some(LogicKind::DecisionTable) => LOGICS[0],
        Some(LogicKind::LiteralExpression) => LOGICS[1],
        _ => LOGICS[2],
    };
    EvaluatedDecisionResult {
        decision_evaluation_instance_key: format!("{key}-{}", at + 1),
        decision_definition_id: decision.id.to_string(),
        decision_definition_key: decision.key.map(WireKey),
        decision_definition_name: held.map_or(&decision.id, |held| &held.name).to_string(),
        decision_definition_version: held.map_or(0, |held| held.version),
        decision_definition_type: word,
        output: decision.output.to_string(),
        tenant_id: DEFAULT_NAME,
        matched_rules: decision.rules.iter().map(rule).collect(),
        evaluated_inputs: decision.inputs.iter().map(input).collect(),
    }
}

fn rule(rule: &MatchedRule) -> MatchedRuleResult {
    let output = |it: &DecisionValue| EvaluatedOutputResult {
        output_id: it.id.to_string(),
        output_name: it.name.to_string(),
        output_value: it.value.to_string(),
        rule_id: rule.id.to_string(),
        rule_index: rule.index,
    };
    MatchedRuleResult {
        rule_id: rule.id.to_string(),
        rule_index: rule.index,
        evaluated_outputs: rule.outputs.iter().map(output).collect(),
    }
}

fn input(it: &DecisionValue) -> EvaluatedInputResult {
    EvaluatedInputResult {
        input_id: it.id.to_string(),
        input_name: it.name.to_string(),
        input_value: it.value.to_string(),
    }
}
