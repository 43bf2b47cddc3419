//! Forms as they were deployed.
//!
//! Not here: which form a task shows (`user_task_details`).

use crate::answer;
use crate::form_check;
use crate::keys::{PathKey, WireKey};
use crate::problem::{Problem, ProblemDetail};
use crate::search::Row;
use crate::state::ApiState;
use crate::tenant::{DEFAULT_NAME, DEFAULT_TENANT};
use axum::extract::State;
use axum::response::Response;
use engine::event::Variables;
use engine::key::Key;
use engine::resources::ResourceKind;
use serde::Serialize;
use std::sync::Arc;
use store::batch::ResourceRow;
use store::view::{Cell, user_tasks};
use utoipa::ToSchema;

/// A version of a form.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FormResult {
    tenant_id: &'static str,
    form_id: String,
    /// The form's JSON, as text.
    schema: String,
    version: u32,
    form_key: WireKey,
}

impl FormResult {
    /// A stored form as clients see it.
    pub(crate) fn of(row: &ResourceRow) -> Self {
        FormResult {
            tenant_id: DEFAULT_NAME,
            form_id: row.id.to_string(),
            schema: String::from_utf8_lossy(&row.source).into_owned(),
            version: row.version,
            form_key: WireKey(Key(row.key)),
        }
    }
}

/// The resource with this key, if it is of that kind.
pub(crate) fn resource(
    state: &ApiState,
    key: Key,
    kind: ResourceKind,
) -> Result<Arc<ResourceRow>, Problem> {
    let found = state.node().resource(key);
    let found = found.filter(|row| row.tenant == DEFAULT_TENANT && row.kind == kind as u8);
    found.ok_or_else(|| {
        let what = kind.as_str();
        Problem::not_found(format!("Expected {what} {key} to exist, but found none."))
    })
}

/// The form of a user task, if it is one that is deployed here.
pub(crate) fn of_task(state: &ApiState, row: &Row) -> Option<Arc<ResourceRow>> {
    let Some(Cell::Text(form)) = row.get(user_tasks::FORM as usize) else { return None };
    resource(state, Key(form.parse().ok()?), ResourceKind::Form).ok()
}

/// Refuses what does not fit a form, with the fields.
pub(crate) fn check(form: &ResourceRow, submitted: &Variables) -> Result<(), Problem> {
    let schema = String::from_utf8_lossy(&form.source);
    let found = form_check::findings(&schema, submitted);
    if found.is_empty() {
        return Ok(());
    }
    Err(Problem::invalid(format!(
        "Expected the variables to fit form `{}` (version {}), but {}.",
        form.id,
        form.version,
        found.join("; ")
    )))
}

/// Get a form
#[utoipa::path(
    get,
    path = "/v2/forms/{formKey}",
    operation_id = "getFormByKey",
    tag = "Form",
    params(("formKey" = String, Path, description = "Key of the form.")),
    responses(
        (status = 200, description = "The form.", body = FormResult),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn get_form(
    State(state): State<ApiState>,
    PathKey(form): PathKey,
) -> Result<Response, Problem> {
    let found = resource(&state, form, ResourceKind::Form)?;
    Ok(answer::dto(&FormResult::of(&found)))
}
