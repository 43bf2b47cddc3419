//! `/api/v1/retention`: how long the history of ended instances is kept.
//!
//! Not here: erasing it (`runtime::keep`).

use crate::answer;
use crate::extract::JsonBody;
use crate::problem::{Problem, ProblemDetail};
use crate::state::ApiState;
use crate::tenant::DEFAULT_TENANT;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use engine::graph::keep::parse_ttl_ms;
use runtime::keep::{Source, Status};
use serde::{Deserialize, Serialize};
use store::keep::{KeepingChange, Retention};
use utoipa::ToSchema;

/// How long the history of a process is kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RetentionInstruction {
    /// ISO 8601 duration after the end of an instance, for example `P30D`; null: for ever.
    time_to_live: Option<String>,
}

/// What is kept how long, and how far the purge is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RetentionResult {
    /// Where nobody says otherwise; null: for ever.
    default_time_to_live: Option<String>,
    /// Received events; null: for ever.
    signal_time_to_live: Option<String>,
    /// By process, of its latest version.
    processes: Vec<ProcessRetention>,
    /// Whether the purge is paused.
    paused: bool,
    /// Whether it works just now.
    working: bool,
    /// Instances purged since the server started.
    purged_instances: u64,
    /// History rows erased since the data folder was made.
    erased_rows: u64,
}

/// How long the history of one process is kept.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProcessRetention {
    /// BPMN process id.
    process_definition_id: String,
    /// ISO 8601 duration after the end; null: for ever.
    time_to_live: Option<String>,
    /// Who says so: `SET` here, `MODEL`, or `SERVER`.
    source: &'static str,
}

/// Days where they come out even, else seconds.
pub(super) fn duration(ms: i64) -> String {
    const DAY_MS: i64 = 86_400_000;
    match (ms % DAY_MS, ms % 1_000) {
        (0, _) => format!("P{}D", ms / DAY_MS),
        (_, 0) => format!("PT{}S", ms / 1_000),
        (_, rest) => format!("PT{}.{rest:03}S", ms / 1_000),
    }
}

impl RetentionResult {
    fn of(status: Status) -> Self {
        let processes = status.processes.into_iter().filter(|it| it.tenant == DEFAULT_TENANT);
        let processes = processes.map(|it| ProcessRetention {
            process_definition_id: it.process_id.to_string(),
            time_to_live: it.ttl_ms.map(duration),
            source: match it.source {
                Source::Set => "SET",
                Source::Model => "MODEL",
                Source::Server => "SERVER",
            },
        });
        RetentionResult {
            default_time_to_live: status.default_ttl_ms.map(duration),
            signal_time_to_live: status.signal_ttl_ms.map(duration),
            processes: processes.collect(),
            paused: status.is_paused,
            working: status.is_working,
            purged_instances: status.instances,
            erased_rows: status.rows,
        }
    }
}

/// Show what is kept how long
#[utoipa::path(
    get,
    path = "/api/v1/retention",
    operation_id = "getRetention",
    tag = "Segue",
    responses((status = 200, description = "What is kept how long.", body = RetentionResult))
)]
pub(crate) async fn get_retention(State(state): State<ApiState>) -> Result<Response, Problem> {
    Ok(answer::dto(&RetentionResult::of(state.node().retention().await?)))
}

/// Keep the history of a process so long
#[utoipa::path(
    put,
    path = "/api/v1/retention/processes/{processDefinitionId}",
    operation_id = "setRetention",
    tag = "Segue",
    params(("processDefinitionId" = String, Path, description = "BPMN process id.")),
    request_body = RetentionInstruction,
    responses(
        (status = 204, description = "It is so from now on, for what ended before too."),
        (status = "4XX", description = "No such duration or process.", body = ProblemDetail),
    )
)]
pub(crate) async fn set_retention(
    State(state): State<ApiState>,
    Path(process_id): Path<String>,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    let wanted: RetentionInstruction = body.parse()?;
    let ttl_ms = match wanted.time_to_live {
        None => None,
        Some(text) => Some(parse_ttl_ms(&text).ok_or_else(|| {
            Problem::invalid(format!(
                "Expected `timeToLive` to be an ISO 8601 duration such as `P30D`, or null, but \
                 found `{text}`."
            ))
        })?),
    };
    must_exist(&state, &process_id)?;
    change(&state, KeepingChange::Set(Retention { tenant: DEFAULT_TENANT, process_id, ttl_ms }))
        .await
}

/// Keep the history of a process as its model or the server says
#[utoipa::path(
    delete,
    path = "/api/v1/retention/processes/{processDefinitionId}",
    operation_id = "resetRetention",
    tag = "Segue",
    params(("processDefinitionId" = String, Path, description = "BPMN process id.")),
    responses(
        (status = 204, description = "It is so from now on."),
        (status = "4XX", description = "No such process.", body = ProblemDetail),
    )
)]
pub(crate) async fn reset_retention(
    State(state): State<ApiState>,
    Path(process_id): Path<String>,
) -> Result<StatusCode, Problem> {
    must_exist(&state, &process_id)?;
    change(&state, KeepingChange::Inherit { tenant: DEFAULT_TENANT, process_id }).await
}

/// Pause the purge
#[utoipa::path(
    post,
    path = "/api/v1/retention/pause",
    operation_id = "pausePurge",
    tag = "Segue",
    responses((status = 204, description = "Nothing is erased until it is resumed."))
)]
pub(crate) async fn pause_purge(State(state): State<ApiState>) -> Result<StatusCode, Problem> {
    change(&state, KeepingChange::Pause).await
}

/// Resume the purge
#[utoipa::path(
    post,
    path = "/api/v1/retention/resume",
    operation_id = "resumePurge",
    tag = "Segue",
    responses((status = 204, description = "It goes on."))
)]
pub(crate) async fn resume_purge(State(state): State<ApiState>) -> Result<StatusCode, Problem> {
    change(&state, KeepingChange::Resume).await
}

async fn change(state: &ApiState, change: KeepingChange) -> Result<StatusCode, Problem> {
    state.node().change_retention(state.caller(DEFAULT_TENANT), change).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn must_exist(state: &ApiState, process_id: &str) -> Result<(), Problem> {
    let found = state.node().latest(DEFAULT_TENANT, process_id);
    found.map(drop).ok_or_else(|| {
        Problem::not_found(format!("Expected process `{process_id}` to exist, but found none."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_shown_in_days_where_they_come_out_even() {
        let shown = [0, 86_400_000 * 30, 5_000, 1_500].map(duration);
        assert_eq!(shown, ["P0D", "P30D", "PT5S", "PT1.500S"]);
        assert!(shown.iter().all(|text| parse_ttl_ms(text).is_some()));
    }
}
