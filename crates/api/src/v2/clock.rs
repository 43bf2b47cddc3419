//! The clock of a server for tests: pinning it, and letting it run again.
//!
//! Not for servers with real work: those were not started with `--test-clock` and refuse.

use crate::extract::JsonBody;
use crate::problem::{Problem, ProblemDetail};
use crate::state::ApiState;
use crate::wire_int::WireInt;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

/// The latest moment a clock is pinned at: the end of the year 2099, Unix milliseconds. Keys hold
/// times up to 2108.
const PIN_MS_MAX: i64 = 4_102_444_799_999;

/// Where the clock shall stand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ClockPin {
    /// Unix milliseconds.
    timestamp: WireInt,
}

/// Pin the clock
#[utoipa::path(
    put,
    path = "/v2/clock",
    operation_id = "pinClock",
    tag = "Clock",
    request_body = ClockPin,
    responses(
        (status = 204, description = "It stands there; what is due by now fires."),
        (status = "4XX", description = "It was not moved.", body = ProblemDetail),
    )
)]
pub(crate) async fn pin_clock(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    let ClockPin { timestamp: WireInt(at_ms) } = body.parse()?;
    if !(0..=PIN_MS_MAX).contains(&at_ms) {
        return Err(Problem::invalid(format!(
            "Expected `timestamp` to be 0 to {PIN_MS_MAX} Unix milliseconds, but found {at_ms}."
        )));
    }
    state.node().set_clock(Some(at_ms))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let the clock run again
#[utoipa::path(
    post,
    path = "/v2/clock/reset",
    operation_id = "resetClock",
    tag = "Clock",
    responses(
        (status = 204, description = "It runs with the machine's. If it was pinned in the \
                                      future, time stands still until that has come."),
        (status = "4XX", description = "It cannot be set.", body = ProblemDetail),
    )
)]
pub(crate) async fn reset_clock(State(state): State<ApiState>) -> Result<StatusCode, Problem> {
    state.node().set_clock(None)?;
    Ok(StatusCode::NO_CONTENT)
}
