//! Decision requirements: DMN files as they were deployed.
//!
//! Not here: the decisions in them (`definitions`).

use super::definitions::search;
use super::tables::DECISION_REQUIREMENTS;
use crate::answer;
use crate::extract::JsonBody;
use crate::keys::PathKey;
use crate::problem::{Problem, ProblemDetail};
use crate::search::find_one;
use crate::search::schema::search_schemas;
use crate::search::write::{self, nothing_extra};
use crate::state::ApiState;
use crate::v2::forms::resource;
use crate::v2::process_definitions::file;
use axum::extract::State;
use axum::response::Response;
use engine::resources::ResourceKind;

search_schemas!(
    &DECISION_REQUIREMENTS,
    DecisionRequirements,
    DecisionRequirementsSearch,
    DecisionRequirementsSearchResult
);

/// Get decision requirements
#[utoipa::path(
    get,
    path = "/v2/decision-requirements/{decisionRequirementsKey}",
    operation_id = "getDecisionRequirements",
    tag = "Decision requirements",
    params(("decisionRequirementsKey" = String, Path, description = "Key of the file.")),
    responses(
        (status = 200, description = "What it is.", body = DecisionRequirements),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn get_decision_requirements(
    State(state): State<ApiState>,
    PathKey(requirements): PathKey,
) -> Result<Response, Problem> {
    resource(&state, requirements, ResourceKind::Requirements)?;
    let found = find_one(&state, &DECISION_REQUIREMENTS, requirements).await?;
    Ok(answer::json(found.item(&DECISION_REQUIREMENTS, &mut nothing_extra)))
}

/// Get the DMN of decision requirements
#[utoipa::path(
    get,
    path = "/v2/decision-requirements/{decisionRequirementsKey}/xml",
    operation_id = "getDecisionRequirementsXML",
    tag = "Decision requirements",
    params(("decisionRequirementsKey" = String, Path, description = "Key of the file.")),
    responses(
        (status = 200, description = "The file, byte for byte.", body = String,
            content_type = "text/xml"),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn get_decision_requirements_xml(
    State(state): State<ApiState>,
    PathKey(requirements): PathKey,
) -> Result<Response, Problem> {
    let found = resource(&state, requirements, ResourceKind::Requirements)?;
    Ok(file(found.source.clone()))
}

/// Search decision requirements
#[utoipa::path(
    post,
    path = "/v2/decision-requirements/search",
    operation_id = "searchDecisionRequirements",
    tag = "Decision requirements",
    request_body = Option<DecisionRequirementsSearch>,
    responses(
        (status = 200, description = "What was found.", body = DecisionRequirementsSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail),
    )
)]
pub(crate) async fn search_decision_requirements(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let rows = search(&state, &DECISION_REQUIREMENTS, ResourceKind::Requirements, &body).await?;
    Ok(answer::json(write::answer(&DECISION_REQUIREMENTS, &rows, &mut nothing_extra)))
}
