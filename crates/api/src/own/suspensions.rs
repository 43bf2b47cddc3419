//! Suspended definitions and job types: which there are, suspending and resuming.
//!
//! Not here: suspended instances (`v2::instance_changes`).

use crate::answer;
use crate::extract::{CallerOf, JsonBody};
use crate::json_write::{ObjectWriter, list, string};
use crate::keys::{PathKey, WireKey};
use crate::names::some_name;
use crate::problem::{Problem, ProblemDetail};
use crate::state::ApiState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use engine::key::Key;
use engine::state::batch_operation::Operation;
use runtime::batch_operation::Wanted;
use runtime::request::{Caller, Request, SuspensionRequest};
use serde::Deserialize;
use store::view::{Cell, Condition, Filter, Test, instances};
use utoipa::ToSchema;

/// What is suspended beside single instances.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct SuspensionsResult {
    /// Definitions of which no instances begin.
    process_definitions: Vec<SuspendedDefinition>,
    /// Types of which no jobs are handed out.
    job_types: Vec<String>,
}

/// A suspended definition.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct SuspendedDefinition {
    process_definition_key: WireKey,
    process_definition_id: String,
    process_definition_version: u32,
}

/// List what is suspended beside single instances
#[utoipa::path(
    get,
    path = "/api/v1/suspensions",
    operation_id = "listSuspensions",
    tag = "Segue",
    responses(
        (status = 200, description = "What is suspended.", body = SuspensionsResult),
        (status = "4XX", description = "Not allowed.", body = ProblemDetail),
    )
)]
pub(crate) async fn list_suspensions(
    State(state): State<ApiState>,
    CallerOf(caller): CallerOf,
) -> Response {
    let held = state.node().suspensions(caller.tenant);
    let definitions = held.definitions.iter().filter_map(|key| state.node().definition(*key));
    let mut out = String::new();
    let mut object = ObjectWriter::open(&mut out);
    list(object.name("processDefinitions"), definitions, |out, row| {
        let mut item = ObjectWriter::open(out);
        item.key("processDefinitionKey", Key(row.key));
        item.text("processDefinitionId", &row.process_id);
        item.number("processDefinitionVersion", row.version);
        item.close();
    });
    list(object.name("jobTypes"), &held.job_types, |out, job_type| string(out, job_type));
    object.close();
    answer::json(out)
}

/// How far the suspension of a definition goes.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SuspensionOfDefinition {
    /// Also its instances that run (or, to resume, stand still), as a batch operation.
    #[serde(default)]
    include_process_instances: bool,
}

/// The batch operation on the instances, if they were meant.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct SuspensionResult {
    batch_operation_key: Option<WireKey>,
}

/// Suspend a process definition
///
/// No instances of this version begin: requests are refused; what would begin by a message, a
/// timer, a BPMN signal or a call waits and begins when it is resumed. Instances that run go on.
#[utoipa::path(
    post,
    path = "/api/v1/process-definitions/{processDefinitionKey}/suspension",
    operation_id = "suspendProcessDefinition",
    tag = "Segue",
    params(("processDefinitionKey" = String, Path, description = "Key of the definition.")),
    request_body = Option<SuspensionOfDefinition>,
    responses(
        (status = 200, description = "It is suspended.", body = SuspensionResult),
        (status = "4XX", description = "Not suspended.", body = ProblemDetail),
    )
)]
pub(crate) async fn suspend_definition(
    State(state): State<ApiState>,
    PathKey(definition): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    change_definition(&state, caller, &body, (definition, true)).await
}

/// Resume a process definition
///
/// Instances begin again, those that waited first.
#[utoipa::path(
    post,
    path = "/api/v1/process-definitions/{processDefinitionKey}/resumption",
    operation_id = "resumeProcessDefinition",
    tag = "Segue",
    params(("processDefinitionKey" = String, Path, description = "Key of the definition.")),
    request_body = Option<SuspensionOfDefinition>,
    responses(
        (status = 200, description = "It is active.", body = SuspensionResult),
        (status = "4XX", description = "Not resumed.", body = ProblemDetail),
    )
)]
pub(crate) async fn resume_definition(
    State(state): State<ApiState>,
    PathKey(definition): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    change_definition(&state, caller, &body, (definition, false)).await
}

async fn change_definition(
    state: &ApiState,
    caller: Caller,
    body: &JsonBody,
    (definition, suspends): (Key, bool),
) -> Result<Response, Problem> {
    let wanted: SuspensionOfDefinition = body.parse()?;
    let request = Request::Suspension(SuspensionRequest::Definition { definition, suspends });
    let mut own = caller.clone();
    // Two requests, two answers: each has an idempotency key of its own.
    own.request_key = own.request_key.map(|key| format!("{key}/definition").into());
    state.submit(own, request).await?;
    let mut batch = None;
    if wanted.include_process_instances {
        let test = Test::Eq(Cell::Int(definition.0.cast_signed()));
        let of = vec![Condition::Column(Filter { column: instances::DEFINITION, test })];
        let operation = if suspends { Operation::Suspend } else { Operation::Resume };
        let begun = state.node().begin_batch(caller, operation, Wanted::Instances(of)).await?;
        batch = Some(begun.0);
    }
    let mut out = String::new();
    let mut object = ObjectWriter::open(&mut out);
    object.key_or_null("batchOperationKey", batch);
    object.close();
    Ok(answer::json(out))
}

/// Which job type is meant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct JobTypeWanted {
    /// The job type.
    #[serde(rename = "type")]
    #[schema(rename = "type")]
    job_type: String,
}

/// Suspend a job type
///
/// Its jobs are not handed out, whatever process they are of. Jobs that workers hold are completed
/// as usual; a job whose time-out passes waits with the others.
#[utoipa::path(
    post,
    path = "/api/v1/job-types/suspension",
    operation_id = "suspendJobType",
    tag = "Segue",
    request_body = JobTypeWanted,
    responses(
        (status = 204, description = "No jobs of it are handed out."),
        (status = "4XX", description = "Not suspended.", body = ProblemDetail),
    )
)]
pub(crate) async fn suspend_job_type(
    State(state): State<ApiState>,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    change_job_type(&state, caller, &body, true).await
}

/// Resume a job type
#[utoipa::path(
    post,
    path = "/api/v1/job-types/resumption",
    operation_id = "resumeJobType",
    tag = "Segue",
    request_body = JobTypeWanted,
    responses(
        (status = 204, description = "Its jobs are handed out again."),
        (status = "4XX", description = "Not resumed.", body = ProblemDetail),
    )
)]
pub(crate) async fn resume_job_type(
    State(state): State<ApiState>,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    change_job_type(&state, caller, &body, false).await
}

async fn change_job_type(
    state: &ApiState,
    caller: Caller,
    body: &JsonBody,
    suspends: bool,
) -> Result<StatusCode, Problem> {
    let job_type = some_name("type", &body.parse::<JobTypeWanted>()?.job_type)?;
    let request = Request::Suspension(SuspensionRequest::JobType { job_type, suspends });
    answer::no_content(&state.submit(caller, request).await?)
}
