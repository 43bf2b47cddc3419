//! Decision instances: what decisions were asked and what they said, in processes and outside;
//! deleting them.
//!
//! Not here: asking (`evaluation`).

use super::tables::DECISION_INSTANCES;
use crate::answer;
use crate::extract::{CallerOf, JsonBody};
use crate::json_write::ObjectWriter;
use crate::keys::PathKey;
use crate::problem::{Problem, ProblemDetail};
use crate::search::schema::search_schemas;
use crate::search::write::nothing_extra;
use crate::search::{Found, Row, Search, rows_with, text_of};
use crate::state::ApiState;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::value::RawValue;
use store::view::{Cell, Filter, Rows, Test, View, decision_instances};
use utoipa::ToSchema;

search_schemas!(
    &DECISION_INSTANCES,
    DecisionInstance,
    DecisionInstanceSearch,
    DecisionInstanceSearchResult
);

/// Get a decision instance
///
/// With the inputs of a decision table and the rules that matched.
#[utoipa::path(
    get,
    path = "/v2/decision-instances/{decisionEvaluationInstanceKey}",
    operation_id = "getDecisionInstance",
    tag = "Decision instance",
    params(("decisionEvaluationInstanceKey" = String, Path,
        description = "Key of the evaluation, a hyphen, and the decision's place in it.")),
    responses(
        (status = 200, description = "The decision instance, with `evaluatedInputs` and \
            `matchedRules`.", body = DecisionInstance),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn get_decision_instance(
    State(state): State<ApiState>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let key = id.split_once('-').and_then(|(key, _)| crate::keys::parse(key));
    let key = key.ok_or_else(|| {
        Problem::invalid(format!(
            "Expected `decisionEvaluationInstanceKey` to be a key, a hyphen and a number, but \
             found `{id}`."
        ))
    })?;
    // The number in front finds the rows, the whole text the one.
    let by_key = Test::Eq(Cell::Int(key.0.cast_signed()));
    let by_id = Test::Eq(Cell::Text(id.as_str().into()));
    let filters = vec![
        Filter { column: decision_instances::KEY, test: by_key },
        Filter { column: decision_instances::ID, test: by_id },
    ];
    let rows = rows_with(&state, View::DecisionInstances, filters, 1).await?;
    if rows.is_empty() {
        return Err(Problem::not_found(format!(
            "Expected decision instance {id} to exist, but found none."
        )));
    }
    let found = Found::of(&state, &DECISION_INSTANCES, Rows { rows, ..Rows::default() }).await?;
    Ok(answer::json(found.item(&DECISION_INSTANCES, &mut write_details)))
}

fn write_details(row: &Row, object: &mut ObjectWriter<'_>) {
    let list = |column| text_of(row, column).unwrap_or("[]");
    object.raw("evaluatedInputs", list(decision_instances::INPUTS));
    object.raw("matchedRules", list(decision_instances::RULES));
}

/// A deletion.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct EvaluationDeletion<'a> {
    /// Taken and not kept.
    #[serde(borrow)]
    #[schema(value_type = Option<i64>)]
    #[expect(dead_code, reason = "taken and not kept")]
    operation_reference: Option<&'a RawValue>,
}

/// Delete a decision instance
///
/// All decisions of one evaluation outside of any process: their history is erased, and the audit
/// log says who did it. What a process decided goes with the history of its instance.
#[utoipa::path(
    post,
    path = "/v2/decision-instances/{decisionEvaluationKey}/deletion",
    operation_id = "deleteDecisionInstance",
    tag = "Decision instance",
    params(("decisionEvaluationKey" = String, Path, description = "Key of the evaluation.")),
    request_body = Option<EvaluationDeletion>,
    responses(
        (status = 204, description = "They are gone."),
        (status = "4XX", description = "Not deleted.", body = ProblemDetail),
    )
)]
pub(crate) async fn delete_decision_instance(
    State(state): State<ApiState>,
    PathKey(evaluation): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    body.parse::<EvaluationDeletion<'_>>()?;
    state.node().delete_evaluation(caller, evaluation).await.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Search decision instances
#[utoipa::path(
    post,
    path = "/v2/decision-instances/search",
    operation_id = "searchDecisionInstances",
    tag = "Decision instance",
    request_body = Option<DecisionInstanceSearch>,
    responses(
        (status = 200, description = "What was found.", body = DecisionInstanceSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail),
    )
)]
pub(crate) async fn search_decision_instances(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let search = Search::parse(&DECISION_INSTANCES, &body)?;
    let found = search.find(&state, &DECISION_INSTANCES).await?;
    Ok(answer::json(found.answer(&DECISION_INSTANCES, &mut nothing_extra)))
}
