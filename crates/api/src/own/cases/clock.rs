//! `/api/v1/cases/{key}/clock`: why a case's time stands as it does, and changing it with a reason.
//!
//! Not here: how it counts (crate `work`).

use super::super::work_json::shape;
use super::change::{CaseReason, ask};
use super::{CASES, CLOCKS};
use crate::answer;
use crate::extract::{CallerOf, JsonBody};
use crate::json_write::ObjectWriter;
use crate::keys::PathKey;
use crate::limits::HISTORY_ROWS_MAX;
use crate::problem::{Problem, ProblemDetail};
use crate::search::find;
use crate::state::ApiState;
use crate::time;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use engine::key::Key;
use engine::record::{Events, decode_sections};
use serde::Deserialize;
use serde_json::{Value, json};
use store::view::{Cell, Column, cases};
use utoipa::ToSchema;
use work::Event;
use work::case::clock::{CaseClock, Hands};
use work::case::{CaseCommand, CaseEvent};

/// A case's clock, and how it came to stand so.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct ExplainedClock {
    /// `RUNNING`, `WAITING`, `PAUSED`, `STOPPED` or `WAIVED`; null: its type has no clock.
    #[schema(required)]
    clock: Option<String>,
    /// Id of the calendar whose open time counts alone; null: day and night.
    #[schema(required)]
    calendar_id: Option<String>,
    /// What it has counted by now.
    elapsed_milliseconds: i64,
    /// When the goal is reached, while it counts.
    #[schema(required)]
    goal_time: Option<String>,
    #[schema(required)]
    deadline_time: Option<String>,
    /// What changed it or came of it, oldest first, each with its `time` and `type`.
    timeline: Vec<serde_json::Map<String, serde_json::Value>>,
}

/// Explain the clock of a case
///
/// How it stands, and every change with who or which condition caused it: set, started, paused,
/// resumed, stopped, extended, waived, and the milestones it reached.
#[utoipa::path(
    get,
    path = "/api/v1/cases/{caseKey}/clock",
    operation_id = "explainClock",
    tag = "Cases",
    params(("caseKey" = String, Path, description = "Key of the case.")),
    responses(
        (status = 200, description = "The clock.", body = ExplainedClock),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn explain_clock(
    State(state): State<ApiState>,
    PathKey(case): PathKey,
) -> Result<Response, Problem> {
    let row = find(&state, &CASES, case).await?;
    let (timeline, clock) = timeline(&state, case).await?;
    let int = |column: Column| match row.get(usize::from(column)) {
        Some(Cell::Int(number)) => Some(*number),
        _ => None,
    };
    let word = int(cases::CLOCK).and_then(|at| CLOCKS.get(usize::try_from(at).ok()?));
    let opened_ms = int(cases::OPENED_MS).unwrap_or_default();
    let clock = clock.unwrap_or(CaseClock { since_ms: opened_ms, ..CaseClock::default() });
    let known = state.node().resources();
    let calendar = clock.calendar.and_then(|key| known.work.calendar(key));
    let now_ms = int(cases::CLOSED_MS).unwrap_or_else(|| state.node().now_ms());
    let hands = Hands { clock: &clock, calendar: calendar.map(|held| &held.says) };
    let elapsed_ms = if word.is_some() { hands.elapsed_ms(now_ms) } else { 0 };
    let mut out = String::new();
    let mut object = ObjectWriter::open(&mut out);
    object.text_or_null("clock", word.copied());
    object.text_or_null("calendarId", calendar.map(|held| &*held.says.id));
    object.number("elapsedMilliseconds", elapsed_ms);
    let at = |column: Column| int(column).map(time::format);
    object.text_or_null("goalTime", at(cases::GOAL_MS).as_deref());
    object.text_or_null("deadlineTime", at(cases::DEADLINE_MS).as_deref());
    object.name("timeline").push_str(&Value::Array(timeline).to_string());
    object.close();
    Ok(answer::json(out))
}

/// What the history says about the clock, and how it was set last.
async fn timeline(state: &ApiState, case: Key) -> Result<(Vec<Value>, Option<CaseClock>), Problem> {
    let (mut timeline, mut last, mut after) = (Vec::new(), None, 0);
    loop {
        let rows = state.node().history(case, after, HISTORY_ROWS_MAX).await?;
        for row in &rows {
            let sections = decode_sections(case, &row.body).map_err(|error| {
                tracing::error!(%error, position = row.position, "a history row cannot be read");
                Problem::internal(format!("Expected readable history, but found this: {error}"))
            })?;
            for section in sections {
                let Events::Work(events) = &section.events else { continue };
                for event in events.iter().filter(|event| is_about_time(event)) {
                    if let Event::Case(CaseEvent::ClockChanged { clock, .. }) = event {
                        last = Some((**clock).clone());
                    }
                    let Some(Value::Object(mut shaped)) = shape(event) else { continue };
                    shaped.insert("time".to_owned(), json!(time::format(row.at_ms)));
                    shaped.insert("actor".to_owned(), json!(&*section.cause.actor));
                    timeline.push(Value::Object(shaped));
                }
            }
        }
        match rows.last().filter(|_| rows.len() >= HISTORY_ROWS_MAX as usize) {
            Some(row) => after = row.position,
            None => return Ok((timeline, last)),
        }
    }
}

fn is_about_time(event: &Event) -> bool {
    use CaseEvent as E;
    matches!(
        event,
        Event::Case(
            E::CaseOpened { .. }
                | E::ClockChanged { .. }
                | E::MilestoneReached { .. }
                | E::CaseResolved { .. }
                | E::CaseReopened { .. }
                | E::CaseClosed { .. }
                | E::CaseCancelled { .. }
        )
    )
}

/// More time for a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ClockExtension {
    /// How much later goal and deadline are: an ISO 8601 duration of a fixed length such as
    /// `PT4H`, of the time the clock counts.
    by: String,
    /// Why.
    reason: String,
}

/// Give a case more time
#[utoipa::path(
    post,
    path = "/api/v1/cases/{caseKey}/clock/extension",
    operation_id = "extendClock",
    tag = "Cases",
    params(("caseKey" = String, Path, description = "Key of the case.")),
    request_body = ClockExtension,
    responses(
        (status = 204, description = "Goal and deadline are later."),
        (status = 409, description = "It is closed, or has no clock.", body = ProblemDetail),
        (status = "4XX", description = "Not changed.", body = ProblemDetail),
    )
)]
pub(crate) async fn extend_clock(
    State(state): State<ApiState>,
    PathKey(case): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    let wanted: ClockExtension = body.parse()?;
    let by_ms = work::definition::parse_duration_ms(&wanted.by).ok_or_else(|| {
        Problem::invalid(format!(
            "Expected `by` to be a duration longer than zero such as `PT4H`, but found `{}`.",
            wanted.by
        ))
    })?;
    let (by, reason) = (caller.actor.id.clone(), wanted.reason.into());
    ask(&state, caller, case, CaseCommand::ExtendClock { by_ms, by, reason }).await
}

/// Waive the clock of a case
///
/// No time counts for it any more: no milestone comes, and its urgency does not rise.
#[utoipa::path(
    post,
    path = "/api/v1/cases/{caseKey}/clock/waiver",
    operation_id = "waiveClock",
    tag = "Cases",
    params(("caseKey" = String, Path, description = "Key of the case.")),
    request_body = CaseReason,
    responses(
        (status = 204, description = "Waived."),
        (status = 409, description = "It is closed, or has no clock.", body = ProblemDetail),
        (status = "4XX", description = "Not changed.", body = ProblemDetail),
    )
)]
pub(crate) async fn waive_clock(
    State(state): State<ApiState>,
    PathKey(case): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    let wanted: CaseReason = body.parse()?;
    let (by, reason) = (caller.actor.id.clone(), wanted.reason.into());
    ask(&state, caller, case, CaseCommand::WaiveClock { by, reason }).await
}
