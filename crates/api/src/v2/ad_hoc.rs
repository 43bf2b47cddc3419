//! `POST /v2/element-instances/ad-hoc-activities/{key}/activation`: begin what an ad-hoc
//! sub-process may do.
//!
//! Not here: workers that decide it (`jobs`).

use super::tables::ELEMENT_INSTANCES;
use crate::answer;
use crate::extract::{CallerOf, JsonBody};
use crate::keys::PathKey;
use crate::names::some_name;
use crate::problem::{Problem, ProblemDetail};
use crate::raw_variables::RawVariables;
use crate::search::{find, key_of};
use crate::state::ApiState;
use axum::extract::State;
use axum::http::StatusCode;
use runtime::request::Request;
use serde::Deserialize;
use store::view::elements;
use utoipa::ToSchema;

/// Activities to begin.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ActivitiesToActivate {
    /// Which, in this order.
    elements: Vec<ActivityToActivate>,
    /// Cancel what runs in the sub-process first; not, unless said.
    cancel_remaining_instances: Option<bool>,
}

/// An activity to begin.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ActivityToActivate {
    /// BPMN id of an activity in the sub-process that no flow leads to.
    element_id: String,
    /// Variables of its own.
    variables: Option<RawVariables>,
}

/// Activate activities of an ad-hoc sub-process
#[utoipa::path(
    post,
    path = "/v2/element-instances/ad-hoc-activities/{adHocSubProcessInstanceKey}/activation",
    operation_id = "activateAdHocSubProcessActivities",
    tag = "Ad-hoc sub-process",
    params(("adHocSubProcessInstanceKey" = String, Path,
        description = "Key of the element instance of the ad-hoc sub-process.")),
    request_body = ActivitiesToActivate,
    responses(
        (status = 204, description = "They begin."),
        (status = "4XX", description = "None of them begins.", body = ProblemDetail),
    )
)]
pub(crate) async fn activate_activities(
    State(state): State<ApiState>,
    PathKey(element): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    let wanted: ActivitiesToActivate = body.parse()?;
    if wanted.elements.is_empty() {
        return Err(Problem::invalid("Expected `elements` to name an activity, but it is empty."));
    }
    let one = |it: ActivityToActivate| {
        let id = some_name("elementId", &it.element_id)?;
        Ok((id, it.variables.unwrap_or_default().0))
    };
    let activities = wanted.elements.into_iter().map(one).collect::<Result<_, Problem>>()?;
    let row = find(&state, &ELEMENT_INSTANCES, element).await?;
    let request = Request::ActivateActivities {
        instance: key_of(&row, elements::INSTANCE),
        element,
        activities,
        cancels_remaining: wanted.cancel_remaining_instances.unwrap_or(false),
    };
    answer::no_content(&state.submit(caller, request).await?)
}
