//! What a decision would have said to other variables, or in another version. Nothing is carried
//! out and nothing is kept.
//!
//! Not here: evaluating (`engine::decide`).

use crate::answer;
use crate::extract::JsonBody;
use crate::keys::{PathKey, WireKey};
use crate::problem::{Problem, ProblemDetail};
use crate::raw_variables::RawVariables;
use crate::search::{filter_on, key_of, rows_with, text_of};
use crate::state::ApiState;
use crate::tenant::DEFAULT_TENANT;
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
use store::view::{Cell, View, decision_instances};
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
    let filters = vec![filter_on(decision_instances::KEY, key.0.cast_signed())];
    let rows = rows_with(&state, View::DecisionInstances, filters, PAGE_ROWS_MAX).await?;
    // The decision that was asked, or that stopped, comes last.
    let row = rows.last().ok_or_else(|| {
        Problem::not_found(format!("Expected evaluation {key} to exist, but found none."))
    })?;
    let text = |column| text_of(row, column).unwrap_or_default();
    let RawVariables(mut variables) = serde_json::from_str(text(decision_instances::VARIABLES))
        .map_err(|error| {
            tracing::error!(%error, %key, "an evaluation's variables cannot be read");
            Problem::internal("Expected stored variables to be readable, but they are not.")
        })?;
    for (name, value) in wanted.variables.0 {
        variables.retain(|(held, _)| *held != name);
        variables.push((name, value));
    }
    let root = key_of(row, decision_instances::ROOT_DECISION);
    let decision = wanted.decision_definition_key.map_or(root, |WireKey(key)| key);
    let now_ms = match row.get(decision_instances::EVALUATED_MS as usize) {
        Some(Cell::Int(ms)) => *ms,
        _ => 0,
    };
    let output_before = text(decision_instances::RESULT).to_owned();
    let env = Env { now_ms, zone: state.node().zone(), seed: 0 };
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
        is_different: *result.output() != *output_before,
        output_before,
        result,
    }))
}
