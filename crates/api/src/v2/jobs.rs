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
use engine::key::Key;
use engine::limits::JOB_TIMEOUT_MS_MAX;
use runtime::request::Request;
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// The result of a job.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct JobCompletion<'a> {
    /// Variables it brings.
    pub(crate) variables: Option<RawVariables>,
    /// Only for listeners and ad-hoc sub-processes, which Segue does not have yet: taken and not
    /// used.
    #[serde(borrow)]
    #[schema(value_type = Option<Object>)]
    pub(crate) result: Option<&'a RawValue>,
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
    let request = body.parse::<JobCompletion<'_>>()?.request(job)?;
    answer::no_content(&state.submit(caller, request).await?)
}

impl JobCompletion<'_> {
    /// What is asked of the node.
    pub(crate) fn request(self, job: Key) -> Result<Request, Problem> {
        if self.result.is_some_and(|result| result.get().contains("\"adHocSubProcess\"")) {
            return Err(Problem::not_implemented(
                "Expected a job of a BPMN element, but `result` is for an ad-hoc sub-process: \
                 Segue does not have them yet.",
            ));
        }
        Ok(Request::CompleteJob { job, variables: self.variables.unwrap_or_default().0 })
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
        assert!(JsonBody::of("").parse::<JobCompletion<'_>>().unwrap().variables.is_none());
        let null = r#"{"variables":null,"result":null}"#;
        assert!(JsonBody::of(null).parse::<JobCompletion<'_>>().is_ok());
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
