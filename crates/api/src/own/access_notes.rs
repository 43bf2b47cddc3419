//! Notes of access from the audit chain: who there is was changed, something was refused.
//!
//! Not here: what was done to processes (`v2::audit_logs`), and verifying the chain.

use crate::answer;
use crate::problem::{Problem, ProblemDetail};
use crate::state::ApiState;
use crate::time;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use store::limits::PAGE_ROWS_MAX;
use utoipa::{IntoParams, ToSchema};

/// Which notes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct NotesQuery {
    /// Only notes older than the one with this id.
    before: Option<u64>,
    /// At most this many; 100 by default.
    limit: Option<u32>,
}

/// A note.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccessNoteResult {
    id: String,
    at: String,
    /// Whether something was refused; else who there is was changed.
    refused: bool,
    /// Who did or tried it.
    actor: String,
    /// What, in words.
    what: String,
}

/// Notes, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccessNotes {
    items: Vec<AccessNoteResult>,
}

/// List notes of access
///
/// Each is a record in the audit chain. The same refusal is noted once a minute.
#[utoipa::path(get, path = "/api/v1/access-notes", operation_id = "listAccessNotes",
    tag = "Segue", params(NotesQuery),
    responses((status = 200, description = "Notes, newest first.", body = AccessNotes),
        (status = "4XX", description = "A wrong query.", body = ProblemDetail)))]
pub(crate) async fn list_access_notes(
    State(state): State<ApiState>,
    query: Result<Query<NotesQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|error| {
        Problem::invalid(format!("Expected `before` and `limit` as numbers, but: {error}."))
    })?;
    let limit = query.limit.unwrap_or(100).min(PAGE_ROWS_MAX);
    let notes = state.node().access_notes(query.before.unwrap_or(u64::MAX), limit).await?;
    let items = notes.into_iter().map(|note| AccessNoteResult {
        id: note.id.to_string(),
        at: time::format(note.at_ms),
        refused: note.refused,
        actor: note.actor,
        what: note.what,
    });
    Ok(answer::dto(&AccessNotes { items: items.collect() }))
}
