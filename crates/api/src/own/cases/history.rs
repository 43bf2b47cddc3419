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
use engine::key::Key;
use engine::record::{Events, Section, decode_sections};
use serde_json::{Value, json};
use store::load::HistoryRow;
use work::Event;
use work::case::CaseEvent;

use super::super::history::{HistoryPage, InstanceHistory};

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
    let shown = events.iter().filter_map(|event| match event {
        // Timers are plumbing.
        Event::Case(CaseEvent::TimerSet { .. }) => None,
        Event::Case(event) => Some(event),
        _ => None,
    });
    list(object.name("events"), shown, |out, event| out.push_str(&shape(event).to_string()));
    object.close();
}

fn key(key: Key) -> Value {
    Value::from(key.to_string())
}

fn shape(event: &CaseEvent) -> Value {
    use CaseEvent as E;
    match event {
        E::CaseOpened { open, stage, .. } => json!({
            "type": "CASE_OPENED", "title": &*open.title, "subject": &*open.subject,
            "stage": &**stage, "caseTypeKey": key(open.case_type),
            "alertKey": open.alert.map(key), "signalKey": open.event.map(key),
            "followsCaseKey": open.follows.map(key),
        }),
        E::StageEntered { stage, by } => {
            json!({"type": "STAGE_ENTERED", "stage": &**stage, "by": &**by})
        }
        E::CaseAssigned { driver, by } => {
            json!({"type": "CASE_ASSIGNED", "driver": driver.as_deref(), "by": &**by})
        }
        E::ProcessStarted { instance, definition } => json!({
            "type": "PROCESS_STARTED", "processInstanceKey": key(*instance),
            "processDefinitionKey": key(*definition),
        }),
        E::ProcessNotStarted { process_id, reason } => json!({
            "type": "PROCESS_NOT_STARTED", "processDefinitionId": &**process_id,
            "reason": &**reason,
        }),
        E::ProcessEnded { instance, completed } => json!({
            "type": "PROCESS_ENDED", "processInstanceKey": key(*instance),
            "isCompleted": completed,
        }),
        E::CaseResolved { by, comment } => {
            json!({"type": "CASE_RESOLVED", "by": &**by, "comment": &**comment})
        }
        E::CheckPlanned { check, due_ms } => json!({
            "type": "CHECK_PLANNED", "check": &**check, "dueTime": time::format(*due_ms),
        }),
        E::CheckStarted { check, due_ms } => json!({
            "type": "CHECK_STARTED", "check": &**check, "dueTime": time::format(*due_ms),
        }),
        E::CheckPassed { check } => json!({"type": "CHECK_PASSED", "check": &**check}),
        E::CheckFailed { check, reason } => {
            json!({"type": "CHECK_FAILED", "check": &**check, "reason": &**reason})
        }
        E::EvidenceKept { evidence } => json!({
            "type": "EVIDENCE_KEPT", "evidenceKey": key(evidence.key),
            "kind": evidence.kind.as_str(), "check": evidence.check.as_deref(),
            "signalKey": evidence.event.map(key), "givenBy": evidence.by.as_deref(),
            "text": &*evidence.text,
        }),
        E::CaseReopened { check, reason, count } => json!({
            "type": "CASE_REOPENED", "check": &**check, "reason": &**reason,
            "reopenings": count,
        }),
        E::CaseClosed { verdict, watched_until_ms } => json!({
            "type": "CASE_CLOSED", "verdict": verdict.as_str(),
            "watchedUntilTime": watched_until_ms.map(time::format),
        }),
        E::CaseCancelled { by, reason } => {
            json!({"type": "CASE_CANCELLED", "by": &**by, "reason": &**reason})
        }
        E::RecurrenceNoted { alert, durable } => json!({
            "type": "RECURRENCE_NOTED", "alertKey": key(*alert), "isAfterClosing": !durable,
        }),
        E::MilestoneReached { milestone, number, due_ms } => json!({
            "type": "MILESTONE_REACHED", "milestone": milestone.as_str(), "number": number,
            "dueTime": time::format(*due_ms),
        }),
        E::UrgencyChanged { urgency } => json!({"type": "URGENCY_CHANGED", "urgency": urgency}),
        E::TimerSet { .. } => json!({"type": "TIMER_SET"}),
        E::WatchEnded => json!({"type": "WATCH_ENDED"}),
    }
}
