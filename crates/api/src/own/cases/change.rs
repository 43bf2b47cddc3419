//! What people do to cases: open, assign, resolve, attest, waive, cancel.
//!
//! Not here: finding them (`mod`).

use super::{CASES, STATES};
use crate::answer;
use crate::extract::{CallerOf, JsonBody};
use crate::json_write::ObjectWriter;
use crate::keys::{PathKey, WireKey};
use crate::names::{no_name_or, some_name};
use crate::problem::{Problem, ProblemDetail};
use crate::search::find;
use crate::state::{ApiState, unexpected};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use engine::key::Key;
use runtime::request::{Answer, Caller, Request, WorkRequest};
use serde::Deserialize;
use store::view::{Cell, cases};
use utoipa::ToSchema;
use work::case::{CaseCommand, CaseState};

/// A case to open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CaseCreation {
    /// Id of its case type; the latest version is taken.
    case_type_id: String,
    /// What it is called.
    title: String,
    /// What it is about, for example a shipment number.
    subject: Option<String>,
    /// Where it is; its type may count time by the calendar of a site.
    site: Option<String>,
}

/// A case that was opened.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct CreatedCase {
    case_key: WireKey,
}

/// Open a case
#[utoipa::path(
    post,
    path = "/api/v1/cases",
    operation_id = "openCase",
    tag = "Cases",
    request_body = CaseCreation,
    responses(
        (status = 200, description = "Opened.", body = CreatedCase),
        (status = "4XX", description = "Not opened.", body = ProblemDetail),
    )
)]
pub(crate) async fn open_case(
    State(state): State<ApiState>,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted: CaseCreation = body.parse()?;
    let request = Request::Work(WorkRequest::OpenCase {
        case_type: some_name("caseTypeId", &wanted.case_type_id)?,
        title: wanted.title.into(),
        subject: wanted.subject.unwrap_or_default().into(),
        site: no_name_or("site", wanted.site.as_deref())?,
    });
    let answer = state.submit(caller, request).await?;
    let Answer::CaseOpened { case } = answer else { return Err(unexpected(&answer)) };
    let mut out = String::new();
    let mut object = ObjectWriter::open(&mut out);
    object.key("caseKey", case);
    object.close();
    Ok(answer::json(out))
}

/// Asks something of a case that the asker may see.
pub(super) async fn ask(
    state: &ApiState,
    caller: Caller,
    case: Key,
    command: CaseCommand,
) -> Result<StatusCode, Problem> {
    let row = find(state, &CASES, case).await?;
    if let Some(Cell::Int(at)) = row.get(cases::STATE as usize)
        && let Some(closed) = usize::try_from(*at).ok().and_then(|at| STATES.get(at))
        && *at >= CaseState::ClosedVerified as i64
    {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "INVALID_STATE",
            format!("Expected case {case} not to be closed, but it is {closed}."),
        ));
    }
    let command = Box::new(command);
    let request = Request::Work(WorkRequest::AskCase { case, command });
    answer::no_content(&state.submit(caller, request).await?)
}

/// Who drives a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CaseAssignment {
    /// Who gets it; null or absent: nobody.
    driver: Option<String>,
}

/// Assign a case
#[utoipa::path(
    post,
    path = "/api/v1/cases/{caseKey}/assignment",
    operation_id = "assignCase",
    tag = "Cases",
    params(("caseKey" = String, Path, description = "Key of the case.")),
    request_body = CaseAssignment,
    responses(
        (status = 204, description = "Assigned."),
        (status = "4XX", description = "Not assigned.", body = ProblemDetail),
    )
)]
pub(crate) async fn assign_case(
    State(state): State<ApiState>,
    PathKey(case): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    let wanted: CaseAssignment = body.parse()?;
    let driver = wanted.driver.filter(|driver| !driver.is_empty());
    let driver = driver.map(|driver| some_name("driver", &driver)).transpose()?;
    let by = caller.actor.id.clone();
    ask(&state, caller, case, CaseCommand::AssignCase { driver, by }).await
}

/// A stage to enter.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CaseStage {
    /// Id of a stage of its case type.
    stage: String,
}

/// Move a case to another stage
#[utoipa::path(
    post,
    path = "/api/v1/cases/{caseKey}/stage",
    operation_id = "enterCaseStage",
    tag = "Cases",
    params(("caseKey" = String, Path, description = "Key of the case.")),
    request_body = CaseStage,
    responses(
        (status = 204, description = "It is in that stage."),
        (status = "4XX", description = "Not moved.", body = ProblemDetail),
    )
)]
pub(crate) async fn enter_case_stage(
    State(state): State<ApiState>,
    PathKey(case): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    let wanted: CaseStage = body.parse()?;
    let (stage, by) = (some_name("stage", &wanted.stage)?, caller.actor.id.clone());
    ask(&state, caller, case, CaseCommand::EnterStage { stage, by }).await
}

/// What was done.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CaseResolution {
    /// For those who read it.
    comment: Option<String>,
}

/// Resolve a case
///
/// The work is done; the outcome checks of its type begin. Resolved is not closed.
#[utoipa::path(
    post,
    path = "/api/v1/cases/{caseKey}/resolution",
    operation_id = "resolveCase",
    tag = "Cases",
    params(("caseKey" = String, Path, description = "Key of the case.")),
    request_body = Option<CaseResolution>,
    responses(
        (status = 204, description = "Resolved."),
        (status = 409, description = "It is not open.", body = ProblemDetail),
        (status = "4XX", description = "Not resolved.", body = ProblemDetail),
    )
)]
pub(crate) async fn resolve_case(
    State(state): State<ApiState>,
    PathKey(case): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    let wanted: CaseResolution = body.parse()?;
    let comment = wanted.comment.unwrap_or_default().into();
    let by = caller.actor.id.clone();
    ask(&state, caller, case, CaseCommand::ResolveCase { by, comment }).await
}

/// A person's word on a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CaseAttestation {
    /// Id of the outcome check.
    check: String,
    /// Whether it is solved.
    is_solved: bool,
    /// What was looked at.
    comment: Option<String>,
}

/// Attest the outcome of a case
///
/// Says whether it is solved. If not, the case is open again. Where the check says `other`, who
/// resolved the case may not.
#[utoipa::path(
    post,
    path = "/api/v1/cases/{caseKey}/attestation",
    operation_id = "attestCase",
    tag = "Cases",
    params(("caseKey" = String, Path, description = "Key of the case.")),
    request_body = CaseAttestation,
    responses(
        (status = 204, description = "Attested."),
        (status = 409, description = "It does not wait for that, or not for you.",
            body = ProblemDetail),
        (status = "4XX", description = "Not attested.", body = ProblemDetail),
    )
)]
pub(crate) async fn attest_case(
    State(state): State<ApiState>,
    PathKey(case): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    let wanted: CaseAttestation = body.parse()?;
    let check = some_name("check", &wanted.check)?;
    let (passes, by) = (wanted.is_solved, caller.actor.id.clone());
    let comment = wanted.comment.unwrap_or_default().into();
    ask(&state, caller, case, CaseCommand::AttestOutcome { check, passes, by, comment }).await
}

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CaseReason {
    /// For those who read it.
    pub(super) reason: String,
}

/// Waive the outcome checks of a case
///
/// A resolved case is closed as waived, which never counts as verified.
#[utoipa::path(
    post,
    path = "/api/v1/cases/{caseKey}/waiver",
    operation_id = "waiveCase",
    tag = "Cases",
    params(("caseKey" = String, Path, description = "Key of the case.")),
    request_body = CaseReason,
    responses(
        (status = 204, description = "Closed."),
        (status = 409, description = "It is not resolved.", body = ProblemDetail),
        (status = "4XX", description = "Not waived.", body = ProblemDetail),
    )
)]
pub(crate) async fn waive_case(
    State(state): State<ApiState>,
    PathKey(case): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    let wanted: CaseReason = body.parse()?;
    let (by, reason) = (caller.actor.id.clone(), wanted.reason.into());
    ask(&state, caller, case, CaseCommand::WaiveOutcome { by, reason }).await
}

/// Cancel a case
///
/// It was no case after all. The process instance that runs for it is cancelled too.
#[utoipa::path(
    post,
    path = "/api/v1/cases/{caseKey}/cancellation",
    operation_id = "cancelCase",
    tag = "Cases",
    params(("caseKey" = String, Path, description = "Key of the case.")),
    request_body = CaseReason,
    responses(
        (status = 204, description = "Cancelled."),
        (status = 409, description = "It is closed already.", body = ProblemDetail),
        (status = "4XX", description = "Not cancelled.", body = ProblemDetail),
    )
)]
pub(crate) async fn cancel_case(
    State(state): State<ApiState>,
    PathKey(case): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    let wanted: CaseReason = body.parse()?;
    let (by, reason) = (caller.actor.id.clone(), wanted.reason.into());
    ask(&state, caller, case, CaseCommand::CancelCase { by, reason }).await
}
