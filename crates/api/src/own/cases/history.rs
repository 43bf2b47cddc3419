//! `GET /api/v1/cases/{key}/history`: who did what, and what happened.
//!
//! Not here: the history of the process instance that ran for it.

use super::super::history::write_cause;
use super::CASES;
use crate::answer;
use crate::json_write::{ObjectWriter, list};
use crate::keys::PathKey;
use crate::limits::HISTORY_ROWS_MAX;
use crate::problem::{Problem, ProblemDetail};
use crate::search::find;
use crate::state::ApiState;
use crate::time;
use axum::extract::{Query, State};
use axum::response::Response;
use engine::record::{Events, Section, decode_sections};
use store::load::HistoryRow;

use super::super::history::{HistoryPage, InstanceHistory};
use super::super::work_json::shape;

/// Show the history of a case
#[utoipa::path(
    get,
    path = "/api/v1/cases/{caseKey}/history",
    operation_id = "getCaseHistory",
    tag = "Cases",
    params(("caseKey" = String, Path, description = "Key of the case."), HistoryPage),
    responses(
        (status = 200, description = "The history, oldest first.", body = InstanceHistory),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn case_history(
    State(state): State<ApiState>,
    PathKey(case): PathKey,
    page: Result<Query<HistoryPage>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(page) = page.map_err(|error| {
        Problem::invalid(format!("Expected `after` and `limit` as numbers, but: {error}."))
    })?;
    find(&state, &CASES, case).await?;
    let limit = page.limit.unwrap_or(HISTORY_ROWS_MAX).clamp(1, HISTORY_ROWS_MAX);
    let mut rows = state.node().history(case, page.after, limit).await?;
    rows.retain(|row| state.actor().is_member_of(row.tenant));
    let mut out = String::new();
    let mut object = ObjectWriter::open(&mut out);
    let mut items: Vec<(&HistoryRow, Section)> = Vec::new();
    for row in &rows {
        let sections = decode_sections(case, &row.body).map_err(|error| {
            tracing::error!(%error, position = row.position, "a history row cannot be read");
            Problem::internal(format!("Expected history that can be read, but found this: {error}"))
        })?;
        items.extend(sections.into_iter().map(|section| (row, section)));
    }
    list(object.name("items"), &items, |out, (row, section)| write_section(out, row, section));
    match rows.last().filter(|_| rows.len() >= limit as usize) {
        Some(row) => object.number("nextAfter", row.position),
        None => object.raw("nextAfter", "null"),
    }
    object.close();
    Ok(answer::json(out))
}

fn write_section(out: &mut String, row: &HistoryRow, section: &Section) {
    let mut object = ObjectWriter::open(out);
    object.number("position", row.position);
    object.text("time", &time::format(row.at_ms));
    write_cause(&mut object, &section.cause);
    let events = match &section.events {
        Events::Work(events) => events.as_slice(),
        _ => &[],
    };
    let shown = events.iter().filter_map(shape);
    list(object.name("events"), shown, |out, event| out.push_str(&event.to_string()));
    object.close();
}
