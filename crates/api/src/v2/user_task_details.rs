//! One user task, looked at closely: the variables it sees, its form.
//!
//! Not here: finding and completing tasks (`user_tasks`).

use super::forms::{self, FormResult};
use super::tables::{ELEMENT_INSTANCES, USER_TASKS, VARIABLES};
use super::variables::{VariableSearch, VariableSearchResult, shows_all, write_preview};
use crate::answer;
use crate::extract::JsonBody;
use crate::keys::PathKey;
use crate::limits::SCOPES_MAX;
use crate::problem::{Problem, ProblemDetail};
use crate::search::{Found, Search, find, key_of, look_up};
use crate::state::ApiState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use engine::key::Key;
use std::collections::BTreeMap;
use store::limits::PAGE_ROWS_MAX;
use store::view::{Cell, Filter, PageStart, Test, elements, user_tasks, variables};

/// The instance of a task and the scopes it sees, innermost first.
async fn scopes(state: &ApiState, task: Key) -> Result<(Key, Vec<Key>), Problem> {
    let row = find(state, &USER_TASKS, task).await?;
    let instance = key_of(&row, user_tasks::INSTANCE);
    let mut scopes = vec![key_of(&row, user_tasks::ELEMENT)];
    while scopes.len() < SCOPES_MAX && scopes.last() != Some(&instance) {
        let inner = scopes.last().copied().unwrap_or(instance);
        let row = look_up(state, &ELEMENT_INSTANCES, inner).await?;
        let outer = row.map_or(instance, |row| key_of(&row, elements::SCOPE));
        scopes.push(if outer == Key(0) { instance } else { outer });
    }
    Ok((instance, scopes))
}

fn within(search: &mut Search, instance: Key, scopes: &[Key]) {
    search.within(variables::INSTANCE, instance);
    let cells = scopes.iter().map(|scope| Cell::Int(scope.0.cast_signed())).collect();
    let filter = Filter { column: variables::SCOPE, test: Test::In(cells) };
    search.query.filters.push(filter);
}

/// Search the variables a user task sees
///
/// Those of the task, and of all scopes around it.
#[utoipa::path(
    post,
    path = "/v2/user-tasks/{userTaskKey}/variables/search",
    operation_id = "searchUserTaskVariables",
    tag = "User task",
    params(
        ("userTaskKey" = String, Path, description = "Key of the user task."),
        ("truncateValues" = Option<bool>, Query,
            description = "Whether long values are cut off; true by default."),
    ),
    request_body = Option<VariableSearch>,
    responses(
        (status = 200, description = "What was found.", body = VariableSearchResult),
        (status = "4XX", description = "Not found, or a wrong search.", body = ProblemDetail),
    )
)]
pub(crate) async fn search_user_task_variables(
    State(state): State<ApiState>,
    PathKey(task): PathKey,
    uri: axum::http::Uri,
    body: JsonBody,
) -> Result<Response, Problem> {
    let mut search = Search::parse(&VARIABLES, &body)?;
    let (instance, scopes) = scopes(&state, task).await?;
    within(&mut search, instance, &scopes);
    let found = search.find(&state, &VARIABLES).await?;
    let whole = shows_all(&uri);
    Ok(answer::json(found.answer(&VARIABLES, &mut |row, object| {
        write_preview(row, whole, object);
    })))
}

/// Search the variables that count for a user task
///
/// Of variables with one name the innermost counts.
#[utoipa::path(
    post,
    path = "/v2/user-tasks/{userTaskKey}/effective-variables/search",
    operation_id = "searchUserTaskEffectiveVariables",
    tag = "User task",
    params(
        ("userTaskKey" = String, Path, description = "Key of the user task."),
        ("truncateValues" = Option<bool>, Query,
            description = "Whether long values are cut off; true by default."),
    ),
    request_body = Option<VariableSearch>,
    responses(
        (status = 200, description = "What was found.", body = VariableSearchResult),
        (status = "4XX", description = "Not found, or a wrong search.", body = ProblemDetail),
    )
)]
pub(crate) async fn search_user_task_effective_variables(
    State(state): State<ApiState>,
    PathKey(task): PathKey,
    uri: axum::http::Uri,
    body: JsonBody,
) -> Result<Response, Problem> {
    let mut search = Search::parse(&VARIABLES, &body)?;
    let PageStart::Offset(from) = search.query.page.start else {
        return Err(Problem::invalid(
            "Expected `page.from`, for there are no cursors here, but found a cursor.",
        ));
    };
    let limit = search.query.page.limit as usize;
    search.query.page.start = PageStart::Offset(0);
    search.query.page.limit = PAGE_ROWS_MAX;
    let (instance, scopes) = scopes(&state, task).await?;
    within(&mut search, instance, &scopes);
    let mut rows = search.run(&state).await?;
    let depth = |row: &Vec<Cell>| {
        let scope = key_of(row, variables::SCOPE);
        scopes.iter().position(|it| *it == scope).unwrap_or(usize::MAX)
    };
    let mut innermost: BTreeMap<Cell, usize> = BTreeMap::new();
    for row in &rows.rows {
        let held = innermost.entry(row[variables::NAME as usize].clone()).or_insert(usize::MAX);
        *held = depth(row).min(*held);
    }
    let counts =
        |row: &Vec<Cell>| innermost.get(&row[variables::NAME as usize]) == Some(&depth(row));
    rows.rows.retain(counts);
    rows.total = rows.rows.len() as u64;
    rows.rows = rows.rows.into_iter().skip(from as usize).take(limit).collect();
    (rows.start_cursor, rows.end_cursor) = (None, None);
    let found = Found::of(&state, &VARIABLES, rows).await?;
    let whole = shows_all(&uri);
    Ok(answer::json(found.answer(&VARIABLES, &mut |row, object| {
        write_preview(row, whole, object);
    })))
}

/// Get the form of a user task
#[utoipa::path(
    get,
    path = "/v2/user-tasks/{userTaskKey}/form",
    operation_id = "getUserTaskForm",
    tag = "User task",
    params(("userTaskKey" = String, Path, description = "Key of the user task.")),
    responses(
        (status = 200, description = "The version it had when the task began.", body = FormResult),
        (status = 204, description = "It has no form that is deployed here."),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn get_user_task_form(
    State(state): State<ApiState>,
    PathKey(task): PathKey,
) -> Result<Response, Problem> {
    let row = find(&state, &USER_TASKS, task).await?;
    Ok(match forms::of_task(&state, &row) {
        Some(form) => answer::dto(&FormResult::of(&form)),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}
