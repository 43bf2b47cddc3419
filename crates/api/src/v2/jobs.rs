//! Jobs in the hands of workers: completion, failure, error, changes.
//!
//! Not here: handing them out (`job_activation`), and finding them (`searches`).

use crate::answer;
use crate::extract::{CallerOf, JsonBody};
use crate::keys::PathKey;
use crate::names::some_name;
use crate::problem::{Problem, ProblemDetail};
use crate::raw_variables::RawVariables;
use crate::state::ApiState;
use crate::wire_int::WireInt;
use axum::extract::State;
use axum::http::StatusCode;
use engine::command::{JobResult, TaskCorrections};
use engine::key::Key;
use engine::limits::JOB_TIMEOUT_MS_MAX;
use runtime::request::Request;
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// The result of a job.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct JobCompletion {
    /// Variables it brings.
    pub(crate) variables: Option<RawVariables>,
    /// What the worker decided, for a task listener or an ad-hoc sub-process.
    pub(crate) result: Option<DecidedByJob>,
}

/// What a worker decides beside bringing variables.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = JobResult)]
pub(crate) struct DecidedByJob {
    /// `userTask` or `adHocSubProcess`.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// A task listener refuses the change of its task.
    denied: Option<bool>,
    /// Why.
    denied_reason: Option<String>,
    /// What a task listener changes of its task.
    corrections: Option<Corrections>,
    /// Elements to activate in an ad-hoc sub-process.
    activate_elements: Option<Vec<ActivatedElement>>,
    /// The ad-hoc sub-process has done what it is for.
    is_completion_condition_fulfilled: Option<bool>,
    /// What still runs in the ad-hoc sub-process is cancelled.
    is_cancel_remaining_instances: Option<bool>,
}

/// What a task listener changes of its task; what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = JobResultCorrections)]
pub(crate) struct Corrections {
    /// Who has it; empty: nobody.
    assignee: Option<String>,
    /// ISO 8601; empty: none.
    due_date: Option<String>,
    /// ISO 8601; empty: none.
    follow_up_date: Option<String>,
    /// Persons who may claim it.
    candidate_users: Option<Vec<String>>,
    /// Groups that may claim it.
    candidate_groups: Option<Vec<String>>,
    /// 0 to 100.
    priority: Option<i32>,
}

/// An element to activate in an ad-hoc sub-process.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = JobResultActivateElement)]
pub(crate) struct ActivatedElement {
    /// BPMN id of the element.
    element_id: String,
    /// Variables for its instance.
    variables: Option<RawVariables>,
}

impl DecidedByJob {
    fn decided(self) -> Result<JobResult, Problem> {
        let kind = self.kind.as_deref().unwrap_or("userTask");
        if !matches!(kind, "userTask" | "adHocSubProcess") {
            return Err(Problem::invalid(format!(
                "Expected `result.type` to be `userTask` or `adHocSubProcess`, but found `{kind}`."
            )));
        }
        let corrections = self.corrections.unwrap_or_default();
        if let Some(priority) = corrections.priority.filter(|it| !(0..=100).contains(it)) {
            return Err(Problem::invalid(format!(
                "Expected `corrections.priority` to be 0 to 100, but found {priority}."
            )));
        }
        let texts =
            |list: Option<Vec<String>>| list.map(|it| it.into_iter().map(Into::into).collect());
        let activate = self.activate_elements.unwrap_or_default().into_iter();
        let activate = activate.map(|it| {
            let id = some_name("elementId", &it.element_id)?;
            Ok((id, it.variables.unwrap_or_default().0))
        });
        Ok(JobResult {
            denied: self.denied.unwrap_or(false),
            denied_reason: self.denied_reason.unwrap_or_default().into(),
            corrections: TaskCorrections {
                assignee: corrections.assignee.map(Into::into),
                due_date: corrections.due_date.map(Into::into),
                follow_up_date: corrections.follow_up_date.map(Into::into),
                candidate_users: texts(corrections.candidate_users),
                candidate_groups: texts(corrections.candidate_groups),
                priority: corrections.priority,
            },
            activate: activate.collect::<Result<_, Problem>>()?,
            is_fulfilled: self.is_completion_condition_fulfilled.unwrap_or(false),
            cancels_remaining: self.is_cancel_remaining_instances.unwrap_or(false),
        })
    }
}

/// Complete a job
#[utoipa::path(
    post,
    path = "/v2/jobs/{jobKey}/completion",
    operation_id = "completeJob",
    tag = "Job",
    params(("jobKey" = String, Path, description = "Key of the job.")),
    request_body = Option<JobCompletion>,
    responses(
        (status = 204, description = "Completed."),
        (status = "4XX", description = "Not completed.", body = ProblemDetail),
    )
)]
pub(crate) async fn complete_job(
    State(state): State<ApiState>,
    PathKey(job): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    let request = body.parse::<JobCompletion>()?.request(job)?;
    answer::no_content(&state.submit(caller, request).await?)
}

impl JobCompletion {
    /// What is asked of the node.
    pub(crate) fn request(self, job: Key) -> Result<Request, Problem> {
        let result = self.result.map(DecidedByJob::decided).transpose()?.map(Box::new);
        let variables = self.variables.unwrap_or_default().0;
        Ok(Request::CompleteJob { job, variables, result })
    }
}

/// Why a job failed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct JobFailure {
    /// Tries left; absent is 0, which raises an incident.
    pub(crate) retries: Option<i32>,
    /// What went wrong.
    pub(crate) error_message: Option<String>,
    /// How long to wait before the next try, milliseconds.
    pub(crate) retry_back_off: Option<WireInt>,
    /// Variables for the job's element.
    pub(crate) variables: Option<RawVariables>,
}

/// Fail a job
#[utoipa::path(
    post,
    path = "/v2/jobs/{jobKey}/failure",
    operation_id = "failJob",
    tag = "Job",
    params(("jobKey" = String, Path, description = "Key of the job.")),
    request_body = Option<JobFailure>,
    responses(
        (status = 204, description = "Failed: it is tried again, or an incident was raised."),
        (status = "4XX", description = "Nothing changed.", body = ProblemDetail),
    )
)]
pub(crate) async fn fail_job(
    State(state): State<ApiState>,
    PathKey(job): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    let request = body.parse::<JobFailure>()?.request(job)?;
    answer::no_content(&state.submit(caller, request).await?)
}

impl JobFailure {
    /// What is asked of the node.
    pub(crate) fn request(self, job: Key) -> Result<Request, Problem> {
        let retries = self.retries.unwrap_or(0);
        let back_off_ms = self.retry_back_off.map_or(0, |WireInt(ms)| ms);
        if retries < 0 {
            return Err(Problem::invalid(format!(
                "Expected `retries` to be 0 or more, but found {retries}."
            )));
        }
        if !(0..=JOB_TIMEOUT_MS_MAX).contains(&back_off_ms) {
            return Err(Problem::invalid(format!(
                "Expected `retryBackOff` to be 0 to {JOB_TIMEOUT_MS_MAX} ms, but found \
                 {back_off_ms}."
            )));
        }
        let message = self.error_message.unwrap_or_default().into();
        let variables = self.variables.unwrap_or_default().0;
        Ok(Request::FailJob { job, retries, back_off_ms, message, variables })
    }
}

/// A BPMN error.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct JobError {
    /// The code a boundary event catches.
    pub(crate) error_code: String,
    /// What went wrong.
    pub(crate) error_message: Option<String>,
    /// Variables for the event that catches it.
    pub(crate) variables: Option<RawVariables>,
}

/// Throw a BPMN error for a job
#[utoipa::path(
    post,
    path = "/v2/jobs/{jobKey}/error",
    operation_id = "throwJobError",
    tag = "Job",
    params(("jobKey" = String, Path, description = "Key of the job.")),
    request_body = JobError,
    responses(
        (status = 204, description = "Thrown: an event caught it, or an incident was raised."),
        (status = "4XX", description = "Nothing changed.", body = ProblemDetail),
    )
)]
pub(crate) async fn throw_job_error(
    State(state): State<ApiState>,
    PathKey(job): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    let request = body.parse::<JobError>()?.request(job)?;
    answer::no_content(&state.submit(caller, request).await?)
}

impl JobError {
    /// What is asked of the node.
    pub(crate) fn request(self, job: Key) -> Result<Request, Problem> {
        Ok(Request::ThrowJobError {
            job,
            code: some_name("errorCode", &self.error_code)?,
            message: self.error_message.unwrap_or_default().into(),
            variables: self.variables.unwrap_or_default().0,
        })
    }
}

/// What to change of a job.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct JobUpdate<'a> {
    /// The changes.
    changeset: JobChanges,
    /// Taken and not kept.
    #[serde(borrow)]
    #[schema(value_type = Option<i64>)]
    #[expect(dead_code, reason = "taken and not kept")]
    operation_reference: Option<&'a RawValue>,
}

/// Changes of a job; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct JobChanges {
    /// Tries left, 1 or more.
    pub(crate) retries: Option<i32>,
    /// How long the worker may hold it from now on, milliseconds.
    pub(crate) timeout: Option<WireInt>,
}

/// Change a job's retries or time-out
#[utoipa::path(
    patch,
    path = "/v2/jobs/{jobKey}",
    operation_id = "updateJob",
    tag = "Job",
    params(("jobKey" = String, Path, description = "Key of the job.")),
    request_body = JobUpdate,
    responses(
        (status = 204, description = "Changed."),
        (status = "4XX", description = "Nothing changed.", body = ProblemDetail),
    )
)]
pub(crate) async fn update_job(
    State(state): State<ApiState>,
    PathKey(job): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    let request = body.parse::<JobUpdate<'_>>()?.changeset.request(job)?;
    answer::no_content(&state.submit(caller, request).await?)
}

impl JobChanges {
    /// What is asked of the node.
    pub(crate) fn request(self, job: Key) -> Result<Request, Problem> {
        let JobChanges { retries, timeout } = self.check()?;
        Ok(Request::UpdateJob { job, retries, timeout_ms: timeout.map(|WireInt(ms)| ms) })
    }

    fn check(self) -> Result<Self, Problem> {
        match (self.retries, self.timeout) {
            (None, None) => Err(Problem::invalid(
                "Expected `changeset` to have `retries` or `timeout`, but found neither.",
            )),
            (Some(retries), _) if retries < 1 => Err(Problem::invalid(format!(
                "Expected `retries` to be 1 or more, but found {retries}."
            ))),
            (_, Some(WireInt(ms))) if !(0..=JOB_TIMEOUT_MS_MAX).contains(&ms) => {
                Err(Problem::invalid(format!(
                    "Expected `timeout` to be 0 to {JOB_TIMEOUT_MS_MAX} ms, but found {ms}."
                )))
            }
            _ => Ok(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_completion_needs_no_body() {
        assert!(JsonBody::of("").parse::<JobCompletion>().unwrap().variables.is_none());
        let null = r#"{"variables":null,"result":null}"#;
        assert!(JsonBody::of(null).parse::<JobCompletion>().is_ok());
    }

    #[test]
    fn a_worker_says_what_it_decided() {
        let decided = |text: &str| {
            let parsed = JsonBody::of(text).parse::<JobCompletion>()?;
            parsed.result.unwrap_or_default().decided()
        };
        let denied = decided(
            r#"{"result":{"type":"userTask","denied":true,"deniedReason":"no","corrections":
            {"assignee":"","candidateGroups":["a"],"priority":7}}}"#,
        )
        .unwrap();
        assert!(denied.denied && &*denied.denied_reason == "no");
        assert_eq!(denied.corrections.assignee.as_deref(), Some(""));
        assert_eq!(denied.corrections.due_date, None);
        let activates = decided(
            r#"{"result":{"type":"adHocSubProcess","activateElements":[{"elementId":"a",
            "variables":{"n":1}}],"isCompletionConditionFulfilled":false,
            "isCancelRemainingInstances":true}}"#,
        )
        .unwrap();
        assert_eq!(activates.activate, [("a".into(), vec![("n".into(), "1".into())])]);
        assert!(activates.cancels_remaining && !activates.is_fulfilled);
        for text in [
            r#"{"result":{"type":"person"}}"#,
            r#"{"result":{"corrections":{"priority":101}}}"#,
            r#"{"result":{"activateElements":[{}]}}"#,
            r#"{"result":{"deny":true}}"#,
        ] {
            assert!(decided(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_change_has_something_to_change() {
        let check = |text: &str| {
            let body = JsonBody::of(text);
            body.parse::<JobUpdate<'_>>().and_then(|it| it.changeset.check()).map(|_| ())
        };
        assert!(check(r#"{"changeset":{"retries":1}}"#).is_ok());
        assert!(check(r#"{"changeset":{"timeout":0},"operationReference":7}"#).is_ok());
        for text in [
            "{}",
            r#"{"changeset":{}}"#,
            r#"{"changeset":{"retries":0}}"#,
            r#"{"changeset":{"timeout":-1}}"#,
            r#"{"changeset":{"priority":1}}"#,
        ] {
            assert!(check(text).is_err(), "{text}");
        }
    }
}
