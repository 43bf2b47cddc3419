//! Stored evaluations as a whole: what they read and cost, and what they would have said to other
//! variables or in another version.
//!
//! Not here: the decisions in them (`v2::decisions`), and evaluating (`engine::decide`).

use crate::answer;
use crate::extract::JsonBody;
use crate::json_write::ObjectWriter;
use crate::keys::{PathKey, WireKey};
use crate::problem::{Problem, ProblemDetail};
use crate::raw_variables::RawVariables;
use crate::search::{Row, filter_on, key_of, rows_with, text_of};
use crate::state::ApiState;
use crate::tenant::DEFAULT_TENANT;
use crate::time;
use crate::v2::decisions::evaluation::{DecisionEvaluationResult, result};
use axum::extract::State;
use axum::response::Response;
use decision::Env;
use engine::decide::{Given, decide};
use engine::key::Key;
use engine::resources::ResourceKind;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::limits::PAGE_ROWS_MAX;
use store::view::{Cell, Column, View, decision_instances};
use utoipa::ToSchema;

/// What should be different.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WhatIf {
    /// Variables that take the place of those the evaluation read, or come to them.
    #[serde(default)]
    variables: RawVariables,
    /// Another version of the decision, or another decision.
    decision_definition_key: Option<WireKey>,
}

/// What the decision said, and what it would have said.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WhatIfResult {
    decision_evaluation_key: WireKey,
    /// What it said, as JSON text.
    output_before: String,
    /// Whether it would have said something else.
    is_different: bool,
    /// What it would have said, and why.
    result: DecisionEvaluationResult,
}

/// The row of the decision that was asked, or that stopped: it comes last.
async fn evaluation(state: &ApiState, key: Key) -> Result<Row, Problem> {
    let filters = vec![filter_on(decision_instances::KEY, key.0.cast_signed())];
    let mut rows = rows_with(state, View::DecisionInstances, filters, PAGE_ROWS_MAX).await?;
    rows.pop().ok_or_else(|| {
        Problem::not_found(format!("Expected evaluation {key} to exist, but found none."))
    })
}

/// An evaluation as a whole.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct StoredEvaluation {
    decision_evaluation_key: WireKey,
    /// The version of the decision that was asked.
    decision_definition_key: WireKey,
    evaluation_date: String,
    /// The instance it was evaluated for, if it was for one.
    process_instance_key: Option<WireKey>,
    element_instance_key: Option<WireKey>,
    /// Variables it read.
    #[schema(value_type = Object)]
    variables: (),
    /// What it said, as JSON text; `null` after a failure.
    output: String,
    /// What stopped it.
    failure_message: Option<String>,
    /// What it cost, in the unit of budgets: the same variables cost the same everywhere.
    fuel: i64,
}

/// Get a stored evaluation
///
/// With the variables it read and what it cost; the decisions in it are decision instances.
#[utoipa::path(
    get,
    path = "/api/v1/decision-evaluations/{decisionEvaluationKey}",
    operation_id = "getDecisionEvaluation",
    tag = "Decisions",
    params(("decisionEvaluationKey" = String, Path, description = "Key of the evaluation.")),
    responses(
        (status = 200, description = "The evaluation.", body = StoredEvaluation),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn get_evaluation(
    State(state): State<ApiState>,
    PathKey(key): PathKey,
) -> Result<Response, Problem> {
    let row = evaluation(&state, key).await?;
    let known = |column| Some(key_of(&row, column)).filter(|key| key.0 != 0);
    let mut out = String::new();
    let mut object = ObjectWriter::open(&mut out);
    object.key("decisionEvaluationKey", key);
    object.key("decisionDefinitionKey", key_of(&row, decision_instances::ROOT_DECISION));
    let at = number(&row, decision_instances::EVALUATED_MS);
    object.text("evaluationDate", &time::format(at));
    object.key_or_null("processInstanceKey", known(decision_instances::INSTANCE));
    object.key_or_null("elementInstanceKey", known(decision_instances::ELEMENT));
    object.raw("variables", text_of(&row, decision_instances::VARIABLES).unwrap_or("{}"));
    object.text("output", text_of(&row, decision_instances::RESULT).unwrap_or_default());
    object.text_or_null("failureMessage", text_of(&row, decision_instances::FAILURE));
    object.number("fuel", number(&row, decision_instances::FUEL));
    object.close();
    Ok(answer::json(out))
}

fn number(row: &Row, column: Column) -> i64 {
    match row.get(column as usize) {
        Some(Cell::Int(number)) => *number,
        _ => 0,
    }
}

/// Ask a stored evaluation what if
///
/// The variables are those the evaluation read, changed by `variables`; the time is that of the
/// evaluation. Nothing is carried out and nothing is kept.
#[utoipa::path(
    post,
    path = "/api/v1/decision-evaluations/{decisionEvaluationKey}/what-if",
    operation_id = "whatIf",
    tag = "Decisions",
    params(("decisionEvaluationKey" = String, Path, description = "Key of the evaluation.")),
    request_body = Option<WhatIf>,
    responses(
        (status = 200, description = "What it would have said.", body = WhatIfResult),
        (status = "4XX", description = "Not found, or a wrong request.", body = ProblemDetail),
    )
)]
pub(crate) async fn what_if(
    State(state): State<ApiState>,
    PathKey(key): PathKey,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted: WhatIf = body.parse()?;
    let row = evaluation(&state, key).await?;
    let text = |column| text_of(&row, column).unwrap_or_default();
    let RawVariables(mut variables) = serde_json::from_str(text(decision_instances::VARIABLES))
        .map_err(|error| {
            tracing::error!(%error, %key, "an evaluation's variables cannot be read");
            Problem::internal("Expected stored variables to be readable, but they are not.")
        })?;
    for (name, value) in wanted.variables.0 {
        variables.retain(|(held, _)| *held != name);
        variables.push((name, value));
    }
    let root = key_of(&row, decision_instances::ROOT_DECISION);
    let decision = wanted.decision_definition_key.map_or(root, |WireKey(key)| key);
    let now_ms = number(&row, decision_instances::EVALUATED_MS);
    let output_before = text(decision_instances::RESULT).to_owned();
    // Asked twice, it says the same.
    let env = Env { now_ms, zone: state.node().zone(), seed: key.0 };
    let resources = state.node().resources();
    let result = state
        .compute(move || {
            let known = Arc::clone(&resources);
            let held = known
                .get(decision)
                .filter(|it| it.tenant == DEFAULT_TENANT && it.kind == ResourceKind::Decision)?;
            let evaluation = decide(&known, held, &Given(&variables), &env)?;
            Some(result(&known, Key(0), &evaluation))
        })
        .await?;
    let result = result.ok_or_else(|| {
        Problem::not_found(format!("Expected decision {decision} to exist, but found none."))
    })?;
    Ok(answer::dto(&WhatIfResult {
        decision_evaluation_key: WireKey(key),
        is_different: result.output != output_before,
        output_before,
        result,
    }))
}
