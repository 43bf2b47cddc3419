//! `/api/v1/backups`: copies of everything, made while the server runs.
//!
//! Not here: making them (`runtime::keep`). A request names a backup, never a path: they go to the
//! server's folder of backups.

use crate::answer;
use crate::extract::JsonBody;
use crate::problem::{Problem, ProblemDetail};
use crate::state::ApiState;
use crate::time;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use runtime::keep::BackupState;
use runtime::keep::backup::Manifest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What backup is wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BackupInstruction {
    /// Its name; without one it is named by the time.
    name: Option<String>,
}

/// A backup.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BackupResult {
    /// Its name.
    name: String,
    /// `RUNNING`, `COMPLETED` or `FAILED`.
    state: &'static str,
    /// When it was begun or made.
    time: String,
    /// Bytes copied so far.
    bytes: u64,
    /// Bytes to copy.
    total_bytes: u64,
    /// Position of the last history row in it; null while it is on its way.
    position: Option<u64>,
    /// Name of the history it is of; null while it is on its way.
    history: Option<String>,
    /// SHA-256 of its data file; null while it is on its way.
    sha256: Option<String>,
    /// Why it failed.
    error: Option<String>,
}

/// Backups.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BackupResults {
    /// The one on its way first, then newest first.
    items: Vec<BackupResult>,
}

impl BackupResult {
    fn made(name: String, manifest: &Manifest) -> Self {
        let bytes = manifest.facts.bytes;
        BackupResult {
            name,
            state: "COMPLETED",
            time: time::format(manifest.made_ms),
            bytes,
            total_bytes: bytes,
            position: Some(manifest.facts.position),
            history: Some(format!("{:016x}", manifest.facts.history)),
            sha256: Some(manifest.sha256.iter().map(|byte| format!("{byte:02x}")).collect()),
            error: None,
        }
    }

    fn of(state: BackupState) -> Self {
        let error = match state.outcome {
            Some(Ok(manifest)) => return BackupResult::made(state.name, &manifest),
            Some(Err(error)) => Some(error),
            None => None,
        };
        BackupResult {
            name: state.name,
            state: if error.is_some() { "FAILED" } else { "RUNNING" },
            time: time::format(state.begun_ms),
            bytes: state.done,
            total_bytes: state.all,
            position: None,
            history: None,
            sha256: None,
            error,
        }
    }
}

/// Begin a backup
#[utoipa::path(
    post,
    path = "/api/v1/backups",
    operation_id = "createBackup",
    tag = "Segue",
    request_body = BackupInstruction,
    responses(
        (status = 202, description = "It is on its way.", body = BackupResult),
        (status = "4XX", description = "A name that is none or is taken; another is on its way.",
            body = ProblemDetail),
    )
)]
pub(crate) async fn create_backup(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted: BackupInstruction = body.parse()?;
    let begun = state.node().begin_backup(wanted.name.as_deref())?;
    Ok((StatusCode::ACCEPTED, answer::dto(&BackupResult::of(begun))).into_response())
}

/// List backups
#[utoipa::path(
    get,
    path = "/api/v1/backups",
    operation_id = "listBackups",
    tag = "Segue",
    responses((status = 200, description = "All in the folder.", body = BackupResults))
)]
pub(crate) async fn list_backups(State(state): State<ApiState>) -> Result<Response, Problem> {
    Ok(answer::dto(&BackupResults { items: all(&state).await? }))
}

async fn all(state: &ApiState) -> Result<Vec<BackupResult>, Problem> {
    // The one on its way is looked at first: should it end before the folder is read, it is there.
    let last = state.node().backup_state().filter(|last| !matches!(last.outcome, Some(Ok(_))));
    let made = state.node().backups().await?;
    let last = last.filter(|last| made.iter().all(|(name, _)| *name != last.name));
    let made = made.into_iter().map(|(name, manifest)| BackupResult::made(name, &manifest));
    Ok(last.map(BackupResult::of).into_iter().chain(made).collect())
}

/// Show a backup
#[utoipa::path(
    get,
    path = "/api/v1/backups/{name}",
    operation_id = "getBackup",
    tag = "Segue",
    params(("name" = String, Path, description = "Name of the backup.")),
    responses(
        (status = 200, description = "How it is.", body = BackupResult),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn get_backup(
    State(state): State<ApiState>,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let found = all(&state).await?.into_iter().find(|backup| backup.name == name);
    let found = found.ok_or_else(|| {
        Problem::not_found(format!("Expected backup `{name}` to exist, but found none."))
    })?;
    Ok(answer::dto(&found))
}
