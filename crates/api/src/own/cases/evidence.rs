//! Evidence: what shows how a case is. It is added and never changed.
//!
//! Not here: checks, which keep evidence themselves (`work::case`).

use super::change::ask;
use crate::answer;
use crate::extract::{CallerOf, JsonBody};
use crate::keys::PathKey;
use crate::problem::{Problem, ProblemDetail};
use crate::search::schema::search_schemas;
use crate::search::write::nothing_extra;
use crate::search::{Field, Kind, Search, Table};
use crate::state::ApiState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use store::view::{View, evidence};
use utoipa::ToSchema;
use work::case::CaseCommand;

/// Evidence of cases.
pub(crate) const EVIDENCE: Table = Table {
    view: View::Evidence,
    what: "piece of evidence",
    key: evidence::KEY,
    instance: None,
    fields: &[
        Field::new("evidenceKey", evidence::KEY, Kind::Key),
        Field::new("caseKey", evidence::CASE, Kind::Key),
        Field::new("check", evidence::CHECK, Kind::Text),
        Field::new(
            "kind",
            evidence::KIND,
            Kind::Word(&["NOTE", "EVENT", "ATTESTATION", "QUIET", "TIMED_OUT", "WAIVER"], &[]),
        ),
        Field::new("signalKey", evidence::EVENT, Kind::Key),
        Field::new("givenBy", evidence::GIVEN_BY, Kind::Text),
        Field::shown("text", evidence::TEXT, Kind::TextOrEmpty),
        Field::new("keptTime", evidence::KEPT_MS, Kind::Time),
        Field::new("tenantId", evidence::TENANT, Kind::Tenant),
    ],
    joined: &[],
    special: &[],
    missing: &[],
};

search_schemas!(&EVIDENCE, Evidence, EvidenceSearch, EvidenceSearchResult);

/// Search evidence
#[utoipa::path(
    post,
    path = "/api/v1/evidence/search",
    operation_id = "searchEvidence",
    tag = "Cases",
    request_body = Option<EvidenceSearch>,
    responses(
        (status = 200, description = "What was found.", body = EvidenceSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail),
    )
)]
pub(crate) async fn search_evidence(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let found = Search::parse(&EVIDENCE, &body)?.find(&state, &EVIDENCE).await?;
    Ok(answer::json(found.answer(&EVIDENCE, &mut nothing_extra)))
}

/// Something somebody wrote down.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct EvidenceNote {
    /// What it says.
    text: String,
}

/// Add evidence to a case
#[utoipa::path(
    post,
    path = "/api/v1/cases/{caseKey}/evidence",
    operation_id = "addEvidence",
    tag = "Cases",
    params(("caseKey" = String, Path, description = "Key of the case.")),
    request_body = EvidenceNote,
    responses(
        (status = 204, description = "Kept."),
        (status = 409, description = "The case is closed.", body = ProblemDetail),
        (status = "4XX", description = "Not kept.", body = ProblemDetail),
    )
)]
pub(crate) async fn add_evidence(
    State(state): State<ApiState>,
    PathKey(case): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    let wanted: EvidenceNote = body.parse()?;
    let (by, text) = (caller.actor.id.clone(), wanted.text.into());
    ask(&state, caller, case, CaseCommand::AddEvidence { by, text }).await
}
