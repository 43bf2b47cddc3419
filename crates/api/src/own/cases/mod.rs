//! `/api/v1/cases`: business situations from their opening to a closing that was checked.
//!
//! Not here: alerts that open them (`alerts`).

mod change;
mod clock;
mod evidence;
mod history;

pub(crate) use change::*;
pub(crate) use clock::*;
pub(crate) use evidence::*;
pub(crate) use history::*;

use super::alerts::SEVERITIES;
use crate::answer;
use crate::extract::JsonBody;
use crate::keys::PathKey;
use crate::problem::{Problem, ProblemDetail};
use crate::search::schema::search_schemas;
use crate::search::write::nothing_extra;
use crate::search::{Field, Kind, Search, Table, find_one};
use crate::state::ApiState;
use axum::extract::State;
use axum::response::Response;
use store::view::{View, cases};

/// Where a case stands; in the order of `work::case::CaseState`.
const STATES: &[&str] = &[
    "OPEN",
    "RESOLVED",
    "VERIFYING",
    "CLOSED_VERIFIED",
    "CLOSED_WAIVED",
    "CLOSED_FAILED",
    "CANCELLED",
];

/// Whether its clock counts; in the order of `work::case::clock::ClockStanding`.
const CLOCKS: &[&str] = &["RUNNING", "WAITING", "PAUSED", "STOPPED", "WAIVED"];

/// Cases.
pub(crate) const CASES: Table = Table {
    view: View::Cases,
    what: "case",
    key: cases::KEY,
    instance: None,
    fields: &[
        Field::new("caseKey", cases::KEY, Kind::Key),
        Field::new("state", cases::STATE, Kind::Word(STATES, &[])),
        Field::new("title", cases::TITLE, Kind::TextOrEmpty),
        Field::new("subject", cases::SUBJECT, Kind::TextOrEmpty),
        Field::new("caseTypeKey", cases::CASE_TYPE, Kind::Key),
        Field::new("caseTypeId", cases::CASE_TYPE_ID, Kind::TextOrEmpty),
        Field::new("stage", cases::STAGE, Kind::TextOrNull),
        Field::new("severity", cases::SEVERITY, Kind::Word(SEVERITIES, &[])),
        Field::new("priority", cases::PRIORITY, Kind::Word(&["P1", "P2", "P3", "P4"], &[])),
        Field::new("urgency", cases::URGENCY, Kind::Int),
        Field::new("driver", cases::DRIVER, Kind::Text),
        Field::new("openedTime", cases::OPENED_MS, Kind::Time),
        Field::new("resolvedTime", cases::RESOLVED_MS, Kind::Time),
        Field::new("closedTime", cases::CLOSED_MS, Kind::Time),
        Field::new("goalTime", cases::GOAL_MS, Kind::Time),
        Field::new("deadlineTime", cases::DEADLINE_MS, Kind::Time),
        Field::new(
            "milestone",
            cases::MILESTONE,
            Kind::Word(&["AT_RISK", "GOAL", "DEADLINE", "PASSED"], &[]),
        ),
        Field::new("clock", cases::CLOCK, Kind::Word(CLOCKS, &[])),
        Field::new("originalDeadlineTime", cases::ORIGINAL_DEADLINE_MS, Kind::Time),
        Field::new("site", cases::SITE, Kind::Text),
        Field::new("check", cases::CHECK, Kind::Text),
        Field::new("checkDueTime", cases::CHECK_DUE_MS, Kind::Time),
        Field::new("reopenings", cases::REOPENED, Kind::Int),
        Field::new("recurredTime", cases::RECURRED_MS, Kind::Time),
        Field::new("isNotDurable", cases::NOT_DURABLE, Kind::Flag),
        Field::new("alertKey", cases::ALERT, Kind::Key),
        Field::new("signalKey", cases::EVENT, Kind::Key),
        Field::new("processInstanceKey", cases::PROCESS, Kind::Key),
        Field::new("followsCaseKey", cases::FOLLOWS, Kind::Key),
        Field::shown("reason", cases::REASON, Kind::Text),
        Field::new("tenantId", cases::TENANT, Kind::Tenant),
    ],
    joined: &[],
    special: &[],
    missing: &[],
};

search_schemas!(&CASES, Case, CaseSearch, CaseSearchResult);

/// Get a case
#[utoipa::path(
    get,
    path = "/api/v1/cases/{caseKey}",
    operation_id = "getCase",
    tag = "Cases",
    params(("caseKey" = String, Path, description = "Key of the case.")),
    responses(
        (status = 200, description = "The case.", body = Case),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn get_case(
    State(state): State<ApiState>,
    PathKey(case): PathKey,
) -> Result<Response, Problem> {
    let found = find_one(&state, &CASES, case).await?;
    Ok(answer::json(found.item(&CASES, &mut nothing_extra)))
}

/// Search cases
///
/// Sorted by `urgency`, they are in the order in which they should be looked at.
#[utoipa::path(
    post,
    path = "/api/v1/cases/search",
    operation_id = "searchCases",
    tag = "Cases",
    request_body = Option<CaseSearch>,
    responses(
        (status = 200, description = "What was found.", body = CaseSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail),
    )
)]
pub(crate) async fn search_cases(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let found = Search::parse(&CASES, &body)?.find(&state, &CASES).await?;
    Ok(answer::json(found.answer(&CASES, &mut nothing_extra)))
}
