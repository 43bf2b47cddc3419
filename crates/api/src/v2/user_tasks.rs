//! User tasks: finding and completing them.
//!
//! Not here: who has them and until when (`user_task_changes`).

use super::forms;
use super::tables::USER_TASKS;
use crate::answer;
use crate::extract::{CallerOf, JsonBody};
use crate::json_write::ObjectWriter;
use crate::keys::PathKey;
use crate::names::name;
use crate::problem::{Problem, ProblemDetail};
use crate::raw_variables::RawVariables;
use crate::search::schema::{integer, search_schemas, text_or_null};
use crate::search::{Row, Search, find, find_one, key_of};
use crate::state::ApiState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use runtime::request::Request;
use serde::Deserialize;
use store::view::user_tasks;
use utoipa::ToSchema;
use utoipa::openapi::schema::Object;

search_schemas!(
    &USER_TASKS,
    UserTask,
    UserTaskSearch,
    UserTaskSearchResult,
    "processDefinitionVersion": number,
    "processName": text_or_null
);

fn number() -> Object {
    integer().build()
}

/// Get a user task
#[utoipa::path(
    get,
    path = "/v2/user-tasks/{userTaskKey}",
    operation_id = "getUserTask",
    tag = "User task",
    params(("userTaskKey" = String, Path, description = "Key of the user task.")),
    responses(
        (status = 200, description = "The user task.", body = UserTask),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn get_user_task(
    State(state): State<ApiState>,
    PathKey(task): PathKey,
) -> Result<Response, Problem> {
    let found = find_one(&state, &USER_TASKS, task).await?;
    Ok(answer::json(found.item(&USER_TASKS, &mut |row, object| {
        write_definition(&state, row, object);
    })))
}

/// Search user tasks
#[utoipa::path(
    post,
    path = "/v2/user-tasks/search",
    operation_id = "searchUserTasks",
    tag = "User task",
    request_body = Option<UserTaskSearch>,
    responses(
        (status = 200, description = "What was found.", body = UserTaskSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail),
    )
)]
pub(crate) async fn search_user_tasks(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let found = Search::parse(&USER_TASKS, &body)?.find(&state, &USER_TASKS).await?;
    Ok(answer::json(found.answer(&USER_TASKS, &mut |row, object| {
        write_definition(&state, row, object);
    })))
}

/// What the view does not repeat for each task.
fn write_definition(state: &ApiState, row: &Row, object: &mut ObjectWriter<'_>) {
    let definition = state.node().definition(key_of(row, user_tasks::DEFINITION));
    object.number("processDefinitionVersion", definition.as_ref().map_or(0, |it| it.version));
    match definition.filter(|it| !it.name.is_empty()) {
        Some(definition) => object.text("processName", &definition.name),
        None => object.raw("processName", "null"),
    }
}

/// The result of a user task.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UserTaskCompletion {
    /// Variables it brings.
    variables: Option<RawVariables>,
    /// What was done, for those who read the history; `complete` by default.
    action: Option<String>,
}

/// Complete a user task
///
/// If it has a form that is deployed, the variables must fit it.
#[utoipa::path(
    post,
    path = "/v2/user-tasks/{userTaskKey}/completion",
    operation_id = "completeUserTask",
    tag = "User task",
    params(("userTaskKey" = String, Path, description = "Key of the user task.")),
    request_body = Option<UserTaskCompletion>,
    responses(
        (status = 204, description = "Completed."),
        (status = 400, description = "The variables do not fit the form; says which.",
            body = ProblemDetail),
        (status = "4XX", description = "Not completed.", body = ProblemDetail),
    )
)]
pub(crate) async fn complete_user_task(
    State(state): State<ApiState>,
    PathKey(task): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    let wanted: UserTaskCompletion = body.parse()?;
    let row = find(&state, &USER_TASKS, task).await?;
    let variables = wanted.variables.unwrap_or_default().0;
    if let Some(form) = forms::of_task(&state, &row) {
        forms::check(&form, &variables)?;
    }
    let request = Request::CompleteUserTask {
        instance: key_of(&row, user_tasks::INSTANCE),
        task,
        variables,
        action: name("action", wanted.action.as_deref().unwrap_or("complete"))?,
    };
    answer::no_content(&state.submit(caller, request).await?)
}
