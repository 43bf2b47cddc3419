//! Process instances that run or ran: cancelling, finding, resolving all their incidents.
//!
//! Not here: starting them (`create_instance`).

use super::tables::{INCIDENTS, PROCESS_INSTANCES};
use crate::answer;
use crate::extract::{CallerOf, JsonBody};
use crate::keys::PathKey;
use crate::limits::RESOLUTIONS_MAX;
use crate::problem::{Problem, ProblemDetail};
use crate::search::schema::search_schemas;
use crate::search::write::nothing_extra;
use crate::search::{Search, find, find_one, key_cell, key_of, rows_with};
use crate::state::ApiState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use runtime::request::Request;
use serde::Deserialize;
use serde_json::value::RawValue;
use store::view::{Cell, Filter, Test, View, incidents};
use utoipa::ToSchema;

search_schemas!(
    &PROCESS_INSTANCES,
    ProcessInstance,
    ProcessInstanceSearch,
    ProcessInstanceSearchResult
);

/// A request without content.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Reference<'a> {
    /// Taken and not kept.
    #[serde(borrow)]
    #[schema(value_type = Option<i64>)]
    #[expect(dead_code, reason = "taken and not kept")]
    operation_reference: Option<&'a RawValue>,
}

/// Cancel a process instance
#[utoipa::path(
    post,
    path = "/v2/process-instances/{processInstanceKey}/cancellation",
    operation_id = "cancelProcessInstance",
    tag = "Process instance",
    params(("processInstanceKey" = String, Path, description = "Key of the instance.")),
    request_body = Option<Reference>,
    responses(
        (status = 204, description = "It is being cancelled."),
        (status = "4XX", description = "Not cancelled.", body = ProblemDetail),
    )
)]
pub(crate) async fn cancel_process_instance(
    State(state): State<ApiState>,
    PathKey(instance): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    body.parse::<Reference<'_>>()?;
    answer::no_content(&state.submit(caller, Request::CancelInstance { instance }).await?)
}

/// Get a process instance
#[utoipa::path(
    get,
    path = "/v2/process-instances/{processInstanceKey}",
    operation_id = "getProcessInstance",
    tag = "Process instance",
    params(("processInstanceKey" = String, Path, description = "Key of the instance.")),
    responses(
        (status = 200, description = "The instance.", body = ProcessInstance),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn get_process_instance(
    State(state): State<ApiState>,
    PathKey(instance): PathKey,
) -> Result<Response, Problem> {
    let found = find_one(&state, &PROCESS_INSTANCES, instance).await?;
    Ok(answer::json(found.item(&PROCESS_INSTANCES, &mut nothing_extra)))
}

/// Search process instances
#[utoipa::path(
    post,
    path = "/v2/process-instances/search",
    operation_id = "searchProcessInstances",
    tag = "Process instance",
    request_body = Option<ProcessInstanceSearch>,
    responses(
        (status = 200, description = "What was found.", body = ProcessInstanceSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail),
    )
)]
pub(crate) async fn search_process_instances(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let found = Search::parse(&PROCESS_INSTANCES, &body)?.find(&state, &PROCESS_INSTANCES).await?;
    Ok(answer::json(found.answer(&PROCESS_INSTANCES, &mut nothing_extra)))
}

/// Search the incidents of a process instance
#[utoipa::path(
    post,
    path = "/v2/process-instances/{processInstanceKey}/incidents/search",
    operation_id = "searchProcessInstanceIncidents",
    tag = "Process instance",
    params(("processInstanceKey" = String, Path, description = "Key of the instance.")),
    request_body = Option<super::incidents::IncidentSearch>,
    responses(
        (status = 200, description = "What was found.",
            body = super::incidents::IncidentSearchResult),
        (status = "4XX", description = "Not found, or a wrong search.", body = ProblemDetail),
    )
)]
pub(crate) async fn search_process_instance_incidents(
    State(state): State<ApiState>,
    PathKey(instance): PathKey,
    body: JsonBody,
) -> Result<Response, Problem> {
    let mut search = Search::parse(&INCIDENTS, &body)?;
    find(&state, &PROCESS_INSTANCES, instance).await?;
    search.within(incidents::INSTANCE, instance);
    let found = search.find(&state, &INCIDENTS).await?;
    Ok(answer::json(found.answer(&INCIDENTS, &mut nothing_extra)))
}

/// Resolve all incidents of a process instance
#[utoipa::path(
    post,
    path = "/v2/process-instances/{processInstanceKey}/incident-resolution",
    operation_id = "resolveProcessInstanceIncidents",
    tag = "Process instance",
    params(("processInstanceKey" = String, Path, description = "Key of the instance.")),
    responses(
        (status = 204, description = "All open incidents were tried again."),
        (status = "4XX", description = "Not found, or an incident could not be resolved.",
            body = ProblemDetail),
    )
)]
pub(crate) async fn resolve_process_instance_incidents(
    State(state): State<ApiState>,
    PathKey(instance): PathKey,
    CallerOf(caller): CallerOf,
) -> Result<StatusCode, Problem> {
    find(&state, &PROCESS_INSTANCES, instance).await?;
    let open = vec![
        Filter { column: incidents::INSTANCE, test: Test::Eq(key_cell(instance)) },
        Filter { column: incidents::STATE, test: Test::Eq(Cell::Int(0)) },
    ];
    for row in rows_with(&state, View::Incidents, open, RESOLUTIONS_MAX).await? {
        let incident = key_of(&row, incidents::KEY);
        let mut caller = caller.clone();
        // Each incident is a request of its own, and so is its idempotency key.
        caller.request_key = caller.request_key.map(|key| format!("{key}/{incident}").into());
        let request = Request::ResolveIncident { instance, incident };
        answer::no_content(&state.submit(caller, request).await?)?;
    }
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::view::{Condition, instances, variables};

    fn parse(filter: &str) -> Result<Search, Problem> {
        let text = format!(r#"{{"filter":{{"variables":{filter}}}}}"#);
        Search::parse(&PROCESS_INSTANCES, &JsonBody::of(&text))
    }

    #[test]
    fn asks_for_variables_by_their_json_text() {
        let search = parse(r#"[{"name":"a","value":"\"x\""},{"name":"b","value":{"$neq":"1"}}]"#);
        let by = &[(instances::KEY, variables::INSTANCE)];
        let expected = [
            Condition::variable(by, "a", Test::Eq(Cell::Text("\"x\"".into()))),
            Condition::variable(by, "b", Test::Ne(Cell::Text("1".into()))),
        ];
        assert_eq!(search.unwrap().query.conditions, expected);
    }

    #[test]
    fn says_how_variables_are_asked_for() {
        assert!(parse(r#"{"a":1}"#).unwrap_err().detail.contains("a list of `{name, value}`"));
        assert!(parse(r#"[{"name":"a","value":1}]"#).unwrap_err().detail.contains("a text"));
    }
}
