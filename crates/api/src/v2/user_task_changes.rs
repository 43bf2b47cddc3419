//! User tasks: who has them, who may have them, until when.
//!
//! Not here: finding and completing them (`user_tasks`).

use super::tables::USER_TASKS;
use crate::answer;
use crate::extract::{CallerOf, JsonBody};
use crate::keys::PathKey;
use crate::names::{name, some_name};
use crate::problem::{Problem, ProblemDetail};
use crate::search::{find, key_of};
use crate::state::ApiState;
use crate::time;
use axum::extract::State;
use axum::http::StatusCode;
use engine::event::{Date, TaskChanges};
use runtime::request::Request;
use serde::Deserialize;
use std::sync::Arc;
use store::view::user_tasks;
use utoipa::ToSchema;

/// Who gets a user task.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UserTaskAssignment {
    /// Who gets it.
    assignee: Option<String>,
    /// Whether it may be taken from somebody else; true by default.
    allow_override: Option<bool>,
    /// What was done, for those who read the history; `assign` by default.
    action: Option<String>,
}

/// Assign a user task
///
/// With `allowOverride: false` this is a claim: of two people who ask at once one gets it.
#[utoipa::path(
    post,
    path = "/v2/user-tasks/{userTaskKey}/assignment",
    operation_id = "assignUserTask",
    tag = "User task",
    params(("userTaskKey" = String, Path, description = "Key of the user task.")),
    request_body = UserTaskAssignment,
    responses(
        (status = 204, description = "Assigned."),
        (status = 404, description = "No such open task.", body = ProblemDetail),
        (status = 409, description = "Somebody else has it.", body = ProblemDetail),
        (status = "4XX", description = "Not assigned.", body = ProblemDetail),
    )
)]
pub(crate) async fn assign_user_task(
    State(state): State<ApiState>,
    PathKey(task): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    let wanted: UserTaskAssignment = body.parse()?;
    let assignee = some_name("assignee", wanted.assignee.as_deref().unwrap_or_default())?;
    let row = find(&state, &USER_TASKS, task).await?;
    let request = Request::AssignUserTask {
        instance: key_of(&row, user_tasks::INSTANCE),
        task,
        assignee: Some(assignee),
        allow_override: wanted.allow_override.unwrap_or(true),
        action: name("action", wanted.action.as_deref().unwrap_or("assign"))?,
    };
    answer::no_content(&state.submit(caller, request).await?)
}

/// Unassign a user task
#[utoipa::path(
    delete,
    path = "/v2/user-tasks/{userTaskKey}/assignee",
    operation_id = "unassignUserTask",
    tag = "User task",
    params(("userTaskKey" = String, Path, description = "Key of the user task.")),
    responses(
        (status = 204, description = "Nobody has it."),
        (status = "4XX", description = "Not unassigned.", body = ProblemDetail),
    )
)]
pub(crate) async fn unassign_user_task(
    State(state): State<ApiState>,
    PathKey(task): PathKey,
    CallerOf(caller): CallerOf,
) -> Result<StatusCode, Problem> {
    let row = find(&state, &USER_TASKS, task).await?;
    let request = Request::AssignUserTask {
        instance: key_of(&row, user_tasks::INSTANCE),
        task,
        assignee: None,
        allow_override: true,
        action: "unassign".into(),
    };
    answer::no_content(&state.submit(caller, request).await?)
}

/// What to change of a user task.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UserTaskUpdate {
    /// The changes.
    changeset: Option<UserTaskChanges>,
    /// What was done, for those who read the history; `update` by default.
    action: Option<String>,
}

/// Changes of a user task; what is absent or null stays. The assignee is changed by assigning.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UserTaskChanges {
    /// Due date with a zone or offset; the empty text: none.
    due_date: Option<String>,
    /// Follow-up date with a zone or offset; the empty text: none.
    follow_up_date: Option<String>,
    /// Persons who may claim it; the empty list: none.
    candidate_users: Option<Vec<String>>,
    /// Groups that may claim it; the empty list: none.
    candidate_groups: Option<Vec<String>>,
    /// 0 to 100.
    priority: Option<i32>,
}

/// Change a user task
#[utoipa::path(
    patch,
    path = "/v2/user-tasks/{userTaskKey}",
    operation_id = "updateUserTask",
    tag = "User task",
    params(("userTaskKey" = String, Path, description = "Key of the user task.")),
    request_body = Option<UserTaskUpdate>,
    responses(
        (status = 204, description = "Changed."),
        (status = "4XX", description = "Nothing changed.", body = ProblemDetail),
    )
)]
pub(crate) async fn update_user_task(
    State(state): State<ApiState>,
    PathKey(task): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    let wanted: UserTaskUpdate = body.parse()?;
    let changes = wanted.changeset.unwrap_or_default().read()?;
    let action = name("action", wanted.action.as_deref().unwrap_or("update"))?;
    if changes.is_empty() && wanted.action.is_none() {
        return Err(Problem::invalid(
            "Expected `changeset` to have a due date, a follow-up date, candidates or a \
             priority, or an `action`, but found none of them.",
        ));
    }
    let row = find(&state, &USER_TASKS, task).await?;
    let instance = key_of(&row, user_tasks::INSTANCE);
    let request = Request::UpdateUserTask { instance, task, changes, action };
    answer::no_content(&state.submit(caller, request).await?)
}

impl UserTaskChanges {
    fn read(self) -> Result<TaskChanges, Problem> {
        Ok(TaskChanges {
            candidate_groups: names("candidateGroups", self.candidate_groups)?,
            candidate_users: names("candidateUsers", self.candidate_users)?,
            due: date("dueDate", self.due_date)?,
            follow_up: date("followUpDate", self.follow_up_date)?,
            priority: self.priority,
        })
    }
}

fn names(field: &str, wanted: Option<Vec<String>>) -> Result<Option<Vec<Arc<str>>>, Problem> {
    let read = |names: Vec<String>| names.iter().map(|text| some_name(field, text)).collect();
    wanted.map(read).transpose()
}

fn date(field: &str, wanted: Option<String>) -> Result<Option<Date>, Problem> {
    let Some(text) = wanted else { return Ok(None) };
    if text.is_empty() {
        return Ok(Some(Date { at_ms: None }));
    }
    let at_ms = time::parse(&text).ok_or_else(|| {
        Problem::invalid(format!(
            "Expected `{field}` to be a date like 2026-11-30T09:00:00Z or the empty text, but \
             found `{text}`."
        ))
    })?;
    Ok(Some(Date { at_ms: Some(at_ms) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<TaskChanges, Problem> {
        JsonBody::of(text).parse::<UserTaskChanges>()?.read()
    }

    #[test]
    fn tells_no_date_from_no_change() {
        assert!(read("{}").unwrap().is_empty());
        assert!(read(r#"{"dueDate":null}"#).unwrap().is_empty());
        assert_eq!(read(r#"{"dueDate":""}"#).unwrap().due, Some(Date { at_ms: None }));
        let some = read(r#"{"dueDate":"1970-01-01T00:00:01Z"}"#).unwrap();
        assert_eq!(some.due, Some(Date { at_ms: Some(1_000) }));
    }

    #[test]
    fn says_what_cannot_be_changed_like_that() {
        for (text, part) in [
            (r#"{"dueDate":"soon"}"#, "`dueDate`"),
            (r#"{"candidateUsers":[""]}"#, "`candidateUsers`"),
            (r#"{"assignee":"ada"}"#, "unknown field `assignee`"),
        ] {
            let detail = read(text).unwrap_err().detail;
            assert!(detail.contains(part), "{text}: {detail}");
        }
    }
}
