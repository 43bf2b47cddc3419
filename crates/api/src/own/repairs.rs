//! Repairs of one instance beyond Camunda's: cancelled with or without compensation, begun again
//! at an element, variables edited with what they were.
//!
//! Not here: modification and migration (`v2::instance_changes`), many instances (`batches`).

use super::previews::{ChangePreview, show};
use crate::answer;
use crate::extract::{CallerOf, JsonBody};
use crate::json_write::{ObjectWriter, list, string};
use crate::keys::{PathKey, WireKey};
use crate::names::some_name;
use crate::problem::{Problem, ProblemDetail};
use crate::raw_variables::RawVariables;
use crate::state::{ApiState, unexpected};
use crate::v2::variables::instance_of;
use axum::extract::State;
use axum::response::Response;
use engine::change::{Activate, Modification, ScopedVariables};
use runtime::request::{Answer, Request, VariableChange};
use serde::Deserialize;
use utoipa::ToSchema;

/// How an instance is cancelled.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CancellationWanted {
    /// Whether what has completed is undone by its compensation handlers.
    #[serde(default)]
    compensate: bool,
}

/// What is done, and what that guarantees.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct CancellationResult {
    process_instance_key: WireKey,
    /// Whether what has completed is undone.
    compensates: bool,
    /// What holds from now on, in words.
    guarantees: Vec<String>,
}

const NOTHING_GOES_ON: &str = "Nothing in it goes on: open jobs, timers, tasks and subscriptions \
     are cancelled, and what workers still send for them is refused.";

const COMPENSATED: [&str; 4] = [
    NOTHING_GOES_ON,
    "What has completed and has a compensation handler is undone, the last first, one after the \
     other; then the instance ends as terminated.",
    "A handler that fails is an incident, and the instance stays until that is resolved, or until \
     it is cancelled without compensation.",
    "What has no handler stays done. Processes that were called are not undone inside.",
];

const TERMINATED: [&str; 2] =
    [NOTHING_GOES_ON, "What has completed stays done: no compensation handler runs, now or later."];

/// Cancel a process instance, with or without compensation
///
/// The answer says what is guaranteed.
#[utoipa::path(
    post,
    path = "/api/v1/process-instances/{processInstanceKey}/cancellation",
    operation_id = "cancelProcessInstanceWithChoice",
    tag = "Segue",
    params(("processInstanceKey" = String, Path, description = "Key of the instance.")),
    request_body = Option<CancellationWanted>,
    responses(
        (status = 200, description = "What is guaranteed.", body = CancellationResult),
        (status = "4XX", description = "Not cancelled.", body = ProblemDetail),
    )
)]
pub(crate) async fn cancel_instance(
    State(state): State<ApiState>,
    PathKey(instance): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    let CancellationWanted { compensate } = body.parse()?;
    let (request, guarantees) = match compensate {
        true => (Request::CompensateInstance { instance }, &COMPENSATED[..]),
        false => (Request::CancelInstance { instance }, &TERMINATED[..]),
    };
    state.submit(caller, request).await?;
    let mut out = String::new();
    let mut object = ObjectWriter::open(&mut out);
    object.key("processInstanceKey", instance);
    object.raw("compensates", if compensate { "true" } else { "false" });
    list(object.name("guarantees"), guarantees, |out, text| string(out, text));
    object.close();
    Ok(answer::json(out))
}

/// Where an instance begins again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RestartWanted {
    /// The element.
    element_id: String,
    /// Variables of the process that are set first.
    #[serde(default)]
    variables: RawVariables,
    /// Only tell what would happen.
    #[serde(default)]
    dry_run: bool,
}

/// Begin again at an element
///
/// Everything in the instance is cancelled and a token begins at the element, in one step; the
/// instance keeps its key, its variables and its history. What has completed stays done. With
/// `dryRun` nothing is done: the answer is what would happen.
#[utoipa::path(
    post,
    path = "/api/v1/process-instances/{processInstanceKey}/restart",
    operation_id = "restartProcessInstance",
    tag = "Segue",
    params(("processInstanceKey" = String, Path, description = "Key of the instance.")),
    request_body = RestartWanted,
    responses(
        (status = 200, description = "What would happen.", body = ChangePreview),
        (status = 204, description = "Done, all of it."),
        (status = "4XX", description = "Nothing was done.", body = ProblemDetail),
    )
)]
pub(crate) async fn restart_instance(
    State(state): State<ApiState>,
    PathKey(instance): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted: RestartWanted = body.parse()?;
    let element_id = some_name("elementId", &wanted.element_id)?;
    let RawVariables(variables) = wanted.variables;
    let variables = match variables.is_empty() {
        true => Vec::new(),
        false => vec![ScopedVariables { scope_id: "".into(), variables }],
    };
    let activate = vec![Activate { element_id, ancestor: None, variables }];
    let modification =
        Box::new(Modification { activate, cancel_all: true, ..Modification::default() });
    let request = Request::ModifyInstance { instance, modification };
    if wanted.dry_run {
        return show(&state, caller, request, instance).await;
    }
    let done = answer::no_content(&state.submit(caller, request).await?)?;
    Ok(axum::response::IntoResponse::into_response(done))
}

/// Variables to edit.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct VariablesEdited {
    /// What they shall be.
    variables: RawVariables,
    /// Whether they go into this scope only; else each goes where a variable of its name is found
    /// on the way outwards.
    #[serde(default)]
    local: bool,
    /// What some of them are taken to be (null: not there): if one is something else by now,
    /// nothing is done.
    #[serde(default)]
    expected: RawVariables,
}

/// What an edit did.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct EditResult {
    changes: Vec<EditedVariable>,
}

/// What a variable was and is.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct EditedVariable {
    name: String,
    /// The scope it is in: an instance, or an element instance.
    scope_key: WireKey,
    /// The JSON text it was; null: it was not there.
    before: Option<String>,
    /// The JSON text it is.
    after: String,
}

/// Edit variables, and see what they were
#[utoipa::path(
    post,
    path = "/api/v1/element-instances/{elementInstanceKey}/variables",
    operation_id = "editVariables",
    tag = "Segue",
    params(("elementInstanceKey" = String, Path,
        description = "Key of the element instance or the process instance.")),
    request_body = VariablesEdited,
    responses(
        (status = 200, description = "What they were and are.", body = EditResult),
        (status = "4XX", description = "Nothing was set.", body = ProblemDetail),
    )
)]
pub(crate) async fn edit_variables(
    State(state): State<ApiState>,
    PathKey(element): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted: VariablesEdited = body.parse()?;
    let instance = instance_of(&state, element).await?;
    let (RawVariables(variables), RawVariables(expected)) = (wanted.variables, wanted.expected);
    let local = wanted.local;
    let request = Request::EditVariables { instance, element, variables, local, expected };
    match state.submit(caller, request).await? {
        Answer::VariablesEdited { changes } => Ok(answer::json(written(&changes))),
        other => Err(unexpected(&other)),
    }
}

fn written(changes: &[VariableChange]) -> String {
    let mut out = String::new();
    let mut object = ObjectWriter::open(&mut out);
    list(object.name("changes"), changes, |out, change| {
        let mut item = ObjectWriter::open(out);
        item.text("name", &change.name);
        item.key("scopeKey", change.scope);
        item.text_or_null("before", change.before.as_deref());
        item.text("after", &change.after);
        item.close();
    });
    object.close();
    out
}
