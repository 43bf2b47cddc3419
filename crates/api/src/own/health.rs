//! `/health/live` and `/health/ready`: for those who start, stop and watch servers.
//!
//! Not here: figures (`metrics`).

use crate::answer;
use crate::problem::{Problem, ProblemDetail};
use crate::state::ApiState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// `UP`.
    status: &'static str,
}

/// Whether the process answers
#[utoipa::path(
    get,
    path = "/health/live",
    operation_id = "isLive",
    tag = "Segue",
    responses((status = 200, description = "It answers.", body = Health))
)]
pub(crate) async fn live() -> Response {
    answer::dto(&Health { status: "UP" })
}

/// Whether the node can take work
#[utoipa::path(
    get,
    path = "/health/ready",
    operation_id = "isReady",
    tag = "Segue",
    responses(
        (status = 200, description = "It can.", body = Health),
        (status = 503, description = "It cannot; `detail` says why.", body = ProblemDetail),
    )
)]
pub(crate) async fn ready(State(state): State<ApiState>) -> Result<Response, Problem> {
    match state.node().ready() {
        Ok(()) => Ok(answer::dto(&Health { status: "UP" })),
        Err(reason) => Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", reason)),
    }
}
