//! Decision definitions: finding them, and the DMN they are in as it was deployed.
//!
//! Not here: asking them (`evaluation`).

use super::tables::DECISION_DEFINITIONS;
use crate::answer;
use crate::extract::JsonBody;
use crate::keys::PathKey;
use crate::problem::{Problem, ProblemDetail};
use crate::search::schema::search_schemas;
use crate::search::write::{self, nothing_extra};
use crate::search::{Row, Search, Table, filter_on, find_one, key_of, text_of};
use crate::state::ApiState;
use crate::tenant::DEFAULT_TENANT;
use crate::v2::forms::resource;
use crate::v2::process_definitions::{file, latest_only, wants_latest};
use crate::v2::resources::not_deleted;
use axum::extract::State;
use axum::response::Response;
use engine::key::Key;
use engine::resources::ResourceKind;
use store::view::{Rows, resources};

search_schemas!(
    &DECISION_DEFINITIONS,
    DecisionDefinition,
    DecisionDefinitionSearch,
    DecisionDefinitionSearchResult
);

/// Searches resources of a kind.
pub(crate) async fn search(
    state: &ApiState,
    table: &'static Table,
    kind: ResourceKind,
    body: &JsonBody,
) -> Result<Rows, Problem> {
    let mut search = Search::parse(table, body)?;
    search.query.filters.push(filter_on(resources::KIND, kind as i64));
    search.query.filters.push(not_deleted(resources::DELETED_MS));
    if !wants_latest(&search)? {
        return search.run(state).await;
    }
    latest_only(state, search, |row: &Row| {
        let id = text_of(row, resources::ID).unwrap_or_default();
        let latest = state.node().latest_resource(DEFAULT_TENANT, kind, id);
        latest.is_some_and(|latest| Key(latest.key) == key_of(row, resources::KEY))
    })
    .await
}

/// Get a decision definition
#[utoipa::path(
    get,
    path = "/v2/decision-definitions/{decisionDefinitionKey}",
    operation_id = "getDecisionDefinition",
    tag = "Decision definition",
    params(("decisionDefinitionKey" = String, Path, description = "Key of the definition.")),
    responses(
        (status = 200, description = "The definition.", body = DecisionDefinition),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn get_decision_definition(
    State(state): State<ApiState>,
    PathKey(decision): PathKey,
) -> Result<Response, Problem> {
    resource(&state, decision, ResourceKind::Decision)?;
    let found = find_one(&state, &DECISION_DEFINITIONS, decision).await?;
    Ok(answer::json(found.item(&DECISION_DEFINITIONS, &mut nothing_extra)))
}

/// Get the DMN of a decision definition
#[utoipa::path(
    get,
    path = "/v2/decision-definitions/{decisionDefinitionKey}/xml",
    operation_id = "getDecisionDefinitionXML",
    tag = "Decision definition",
    params(("decisionDefinitionKey" = String, Path, description = "Key of the definition.")),
    responses(
        (status = 200, description = "The file, byte for byte.", body = String,
            content_type = "text/xml"),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn get_decision_definition_xml(
    State(state): State<ApiState>,
    PathKey(decision): PathKey,
) -> Result<Response, Problem> {
    let found = resource(&state, decision, ResourceKind::Decision)?;
    let file_of = found.parent.as_ref().map_or(0, |parent| parent.key);
    let requirements = resource(&state, Key(file_of), ResourceKind::Requirements)?;
    Ok(file(requirements.source.clone()))
}

/// Search decision definitions
#[utoipa::path(
    post,
    path = "/v2/decision-definitions/search",
    operation_id = "searchDecisionDefinitions",
    tag = "Decision definition",
    request_body = Option<DecisionDefinitionSearch>,
    responses(
        (status = 200, description = "What was found.", body = DecisionDefinitionSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail),
    )
)]
pub(crate) async fn search_decision_definitions(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let rows = search(&state, &DECISION_DEFINITIONS, ResourceKind::Decision, &body).await?;
    Ok(answer::json(write::answer(&DECISION_DEFINITIONS, &rows, &mut nothing_extra)))
}
