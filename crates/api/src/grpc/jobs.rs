//! Jobs: handing them out, and what workers do with them.
//!
//! Not here: the checks, which REST has too (`v2::jobs`).

use super::Answered;
use super::caller::caller;
use super::hand_out::{Outgoing, batches, pushed};
use super::status::{key, of};
use super::variables;
use super::wire;
use crate::answer::done;
use crate::state::ApiState;
use crate::v2::job_activation::JobActivation;
use crate::v2::jobs::{JobChanges, JobCompletion, JobError, JobFailure};
use crate::wire_int::WireInt;
use tonic::{Request, Response};

pub(super) async fn activate(
    state: &ApiState,
    request: Request<wire::ActivateJobsRequest>,
) -> Answered<Outgoing<wire::ActivateJobsResponse>> {
    let caller = caller(state, &request)?;
    let asked = request.into_inner();
    let wanted = JobActivation {
        job_type: asked.r#type,
        worker: Some(asked.worker),
        timeout: WireInt(asked.timeout),
        max_jobs_to_activate: asked.max_jobs_to_activate,
        fetch_variable: asked.fetch_variable,
        request_timeout: Some(WireInt(asked.request_timeout)),
        tenant_ids: asked.tenant_ids,
    };
    let wanted = wanted.check().map_err(of)?;
    let jobs = tokio::select! {
        biased;
        jobs = state.node().activate(caller, wanted) => jobs.map_err(|it| of(it.into()))?,
        // Dropping the activation takes it back.
        () = state.stopped() => Vec::new(),
    };
    Ok(Response::new(batches(state.node().clone(), jobs)))
}

pub(super) async fn stream(
    state: &ApiState,
    request: Request<wire::StreamActivatedJobsRequest>,
) -> Answered<Outgoing<wire::ActivatedJob>> {
    let caller = caller(state, &request)?;
    let asked = request.into_inner();
    let wanted = JobActivation {
        job_type: asked.r#type,
        worker: Some(asked.worker),
        timeout: WireInt(asked.timeout),
        max_jobs_to_activate: 1,
        fetch_variable: asked.fetch_variable,
        request_timeout: None,
        tenant_ids: asked.tenant_ids,
    };
    let wanted = wanted.check().map_err(of)?;
    Ok(Response::new(pushed(state.clone(), caller, wanted)))
}

pub(super) async fn complete(
    state: &ApiState,
    request: Request<wire::CompleteJobRequest>,
) -> Answered<wire::CompleteJobResponse> {
    let caller = caller(state, &request)?;
    let asked = request.into_inner();
    let job = key("jobKey", asked.job_key)?;
    let completion = JobCompletion {
        variables: Some(variables::read(&asked.variables)?),
        result: asked.result.as_ref().map(result::read).transpose()?,
    };
    let request = completion.request(job).map_err(of)?;
    done(&state.submit(caller, request).await.map_err(of)?).map_err(of)?;
    Ok(Response::new(wire::CompleteJobResponse {}))
}

pub(super) async fn fail(
    state: &ApiState,
    request: Request<wire::FailJobRequest>,
) -> Answered<wire::FailJobResponse> {
    let caller = caller(state, &request)?;
    let asked = request.into_inner();
    let job = key("jobKey", asked.job_key)?;
    let failure = JobFailure {
        retries: Some(asked.retries),
        error_message: Some(asked.error_message),
        retry_back_off: Some(WireInt(asked.retry_back_off)),
        variables: Some(variables::read(&asked.variables)?),
    };
    let request = failure.request(job).map_err(of)?;
    done(&state.submit(caller, request).await.map_err(of)?).map_err(of)?;
    Ok(Response::new(wire::FailJobResponse {}))
}

pub(super) async fn throw_error(
    state: &ApiState,
    request: Request<wire::ThrowErrorRequest>,
) -> Answered<wire::ThrowErrorResponse> {
    let caller = caller(state, &request)?;
    let asked = request.into_inner();
    let job = key("jobKey", asked.job_key)?;
    let error = JobError {
        error_code: asked.error_code,
        error_message: Some(asked.error_message),
        variables: Some(variables::read(&asked.variables)?),
    };
    let request = error.request(job).map_err(of)?;
    done(&state.submit(caller, request).await.map_err(of)?).map_err(of)?;
    Ok(Response::new(wire::ThrowErrorResponse {}))
}

pub(super) async fn update_retries(
    state: &ApiState,
    request: Request<wire::UpdateJobRetriesRequest>,
) -> Answered<wire::UpdateJobRetriesResponse> {
    let caller = caller(state, &request)?;
    let asked = request.into_inner();
    let job = key("jobKey", asked.job_key)?;
    let changes = JobChanges { retries: Some(asked.retries), timeout: None };
    let request = changes.request(job).map_err(of)?;
    done(&state.submit(caller, request).await.map_err(of)?).map_err(of)?;
    Ok(Response::new(wire::UpdateJobRetriesResponse {}))
}

pub(super) async fn update_timeout(
    state: &ApiState,
    request: Request<wire::UpdateJobTimeoutRequest>,
) -> Answered<wire::UpdateJobTimeoutResponse> {
    let caller = caller(state, &request)?;
    let asked = request.into_inner();
    let job = key("jobKey", asked.job_key)?;
    let changes = JobChanges { retries: None, timeout: Some(WireInt(asked.timeout)) };
    let request = changes.request(job).map_err(of)?;
    done(&state.submit(caller, request).await.map_err(of)?).map_err(of)?;
    Ok(Response::new(wire::UpdateJobTimeoutResponse {}))
}

/// The result of a listener's or ad-hoc sub-process's job, in REST's shape.
mod result {
    use super::{variables, wire};
    use crate::v2::jobs::DecidedByJob;
    use serde_json::{Map, Value};
    use tonic::Status;

    pub(super) fn read(result: &wire::JobResult) -> Result<DecidedByJob, Status> {
        let mut out = Map::new();
        let kind = result.r#type.as_deref().unwrap_or("userTask");
        out.insert("type".to_owned(), kind.into());
        if kind == "adHocSubProcess" {
            let elements =
                result.activate_elements.iter().map(element).collect::<Result<_, _>>()?;
            out.insert("activateElements".to_owned(), Value::Array(elements));
            put(
                &mut out,
                "isCompletionConditionFulfilled",
                result.is_completion_condition_fulfilled,
            );
            put(&mut out, "isCancelRemainingInstances", result.is_cancel_remaining_instances);
        } else {
            put(&mut out, "denied", result.denied);
            put(&mut out, "deniedReason", result.denied_reason.clone());
            if let Some(corrections) = &result.corrections {
                out.insert("corrections".to_owned(), self::corrections(corrections));
            }
        }
        let text = Value::Object(out).to_string();
        serde_json::from_str(&text).map_err(|error| {
            Status::invalid_argument(format!(
                "Expected `result` to be a job's result, but found this: {error}."
            ))
        })
    }

    fn element(element: &wire::JobResultActivateElement) -> Result<Value, Status> {
        let variables = variables::text(&variables::read(&element.variables)?.0);
        let variables: Value = serde_json::from_str(&variables).map_err(|error| {
            Status::invalid_argument(format!(
                "Expected `variables` of `activateElements` to be JSON, but found this: {error}."
            ))
        })?;
        let mut out = Map::new();
        out.insert("elementId".to_owned(), element.element_id.clone().into());
        out.insert("variables".to_owned(), variables);
        Ok(Value::Object(out))
    }

    fn corrections(corrections: &wire::JobResultCorrections) -> Value {
        let list = |it: &Option<wire::StringList>| it.as_ref().map(|it| it.values.clone());
        let mut out = Map::new();
        put(&mut out, "assignee", corrections.assignee.clone());
        put(&mut out, "dueDate", corrections.due_date.clone());
        put(&mut out, "followUpDate", corrections.follow_up_date.clone());
        put(&mut out, "candidateUsers", list(&corrections.candidate_users));
        put(&mut out, "candidateGroups", list(&corrections.candidate_groups));
        put(&mut out, "priority", corrections.priority);
        Value::Object(out)
    }

    fn put(out: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            out.insert(name.to_owned(), value.into());
        }
    }
}
