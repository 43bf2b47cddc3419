//! Incidents: finding them, and trying again what they stopped.
//!
//! Not here: what raises them.

use super::tables::INCIDENTS;
use crate::answer;
use crate::extract::{CallerOf, JsonBody};
use crate::keys::PathKey;
use crate::problem::{Problem, ProblemDetail};
use crate::search::schema::search_schemas;
use crate::search::write::nothing_extra;
use crate::search::{Search, find, find_one, key_of};
use crate::state::ApiState;
use crate::v2::process_instances::Reference;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use engine::key::Key;
use runtime::request::Request;
use store::view::incidents;

search_schemas!(&INCIDENTS, Incident, IncidentSearch, IncidentSearchResult);

/// Get an incident
#[utoipa::path(
    get,
    path = "/v2/incidents/{incidentKey}",
    operation_id = "getIncident",
    tag = "Incident",
    params(("incidentKey" = String, Path, description = "Key of the incident.")),
    responses(
        (status = 200, description = "The incident.", body = Incident),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn get_incident(
    State(state): State<ApiState>,
    PathKey(incident): PathKey,
) -> Result<Response, Problem> {
    let found = find_one(&state, &INCIDENTS, incident).await?;
    Ok(answer::json(found.item(&INCIDENTS, &mut nothing_extra)))
}

/// Search incidents
#[utoipa::path(
    post,
    path = "/v2/incidents/search",
    operation_id = "searchIncidents",
    tag = "Incident",
    request_body = Option<IncidentSearch>,
    responses(
        (status = 200, description = "What was found.", body = IncidentSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail),
    )
)]
pub(crate) async fn search_incidents(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let found = Search::parse(&INCIDENTS, &body)?.find(&state, &INCIDENTS).await?;
    Ok(answer::json(found.answer(&INCIDENTS, &mut nothing_extra)))
}

/// Resolve an incident
///
/// What it stopped is tried again; if that fails, there is a new incident.
#[utoipa::path(
    post,
    path = "/v2/incidents/{incidentKey}/resolution",
    operation_id = "resolveIncident",
    tag = "Incident",
    params(("incidentKey" = String, Path, description = "Key of the incident.")),
    request_body = Option<Reference>,
    responses(
        (status = 204, description = "Resolved."),
        (status = "4XX", description = "Not resolved.", body = ProblemDetail),
    )
)]
pub(crate) async fn resolve_incident(
    State(state): State<ApiState>,
    PathKey(incident): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    body.parse::<Reference<'_>>()?;
    let request = resolution(&state, incident).await?;
    answer::no_content(&state.submit(caller, request).await?)
}

/// What is asked of the node to resolve an incident.
pub(crate) async fn resolution(state: &ApiState, incident: Key) -> Result<Request, Problem> {
    let row = find(state, &INCIDENTS, incident).await?;
    Ok(Request::ResolveIncident { instance: key_of(&row, incidents::INSTANCE), incident })
}
