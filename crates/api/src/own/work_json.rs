//! Events of signals, alerts and cases as JSON, in histories and in the stream.
//!
//! Not here: who caused them (`history`); detectors, gates and expectations, which are plumbing.

use crate::time;
use engine::key::Key;
use serde_json::{Value, json};
use work::Event;
use work::alert::{AlertEvent, HoldCause};
use work::case::CaseEvent;
use work::received::ReceivedEvent;

/// All names of their kinds.
pub(super) const KINDS: &[&str] = &[
    "ALERT_ACKNOWLEDGED",
    "ALERT_ADMITTED",
    "ALERT_HELD",
    "ALERT_OPENED",
    "ALERT_RECOVERED",
    "ALERT_REPEATED",
    "ALERT_RESOLVED",
    "CASE_ASSIGNED",
    "CASE_CANCELLED",
    "CASE_CLOSED",
    "CASE_OPENED",
    "CASE_REOPENED",
    "CASE_RESOLVED",
    "CHECK_FAILED",
    "CHECK_PASSED",
    "CHECK_PLANNED",
    "CHECK_STARTED",
    "CLOCK_CHANGED",
    "EVIDENCE_KEPT",
    "MILESTONE_REACHED",
    "PROCESS_ENDED",
    "PROCESS_NOT_STARTED",
    "PROCESS_STARTED",
    "RECURRENCE_NOTED",
    "SIGNAL_RECEIVED",
    "STAGE_ENTERED",
    "URGENCY_CHANGED",
    "WATCH_ENDED",
];

/// An event as JSON with its `type`; `None`: nobody asks for such.
pub(super) fn shape(event: &Event) -> Option<Value> {
    let shaped = match event {
        Event::Received(event) => received(event),
        Event::Alert(event) => alert(event),
        Event::Case(event) => case(event),
        Event::Detector(_) | Event::Expectation(_) | Event::Gate(_) => Value::Null,
    };
    (!shaped.is_null()).then_some(shaped)
}

fn received(event: &ReceivedEvent) -> Value {
    let ReceivedEvent::EventReceived { key: signal, event, matched, .. } = event;
    let rules: Vec<&str> = matched.iter().map(|it| &*it.id).collect();
    json!({
        "type": "SIGNAL_RECEIVED", "signalKey": key(*signal), "source": &*event.source,
        "id": &*event.id, "eventType": &*event.kind, "rules": rules,
    })
}

fn alert(event: &AlertEvent) -> Value {
    use AlertEvent as E;
    match event {
        E::AlertOpened { alert, rule_id, subject, draft, case, .. } => json!({
            "type": "ALERT_OPENED", "alertKey": key(*alert), "name": &*draft.name,
            "title": &*draft.title, "severity": draft.severity.as_str(),
            "detectionRuleId": &**rule_id, "subject": &**subject,
            "signalKey": draft.event.map(key), "caseKey": case.map(key),
        }),
        E::AlertRepeated { alert, severity, event, occurrences, .. } => json!({
            "type": "ALERT_REPEATED", "alertKey": key(*alert), "severity": severity.as_str(),
            "signalKey": event.map(key), "occurrences": occurrences,
        }),
        E::AlertHeld { alert, hold, .. } => json!({
            "type": "ALERT_HELD", "alertKey": key(*alert), "heldBy": hold_cause(hold.cause),
            "heldById": &*hold.id, "heldUntilTime": hold.until_ms.map(time::format),
        }),
        E::AlertAdmitted { alert, case, by } => json!({
            "type": "ALERT_ADMITTED", "alertKey": key(*alert), "caseKey": case.map(key),
            "releasedBy": by.as_deref(),
        }),
        E::AlertAcknowledged { alert, by } => {
            json!({"type": "ALERT_ACKNOWLEDGED", "alertKey": key(*alert), "by": &**by})
        }
        E::AlertRecovered { alert } => json!({"type": "ALERT_RECOVERED", "alertKey": key(*alert)}),
        E::AlertResolved { alert } => json!({"type": "ALERT_RESOLVED", "alertKey": key(*alert)}),
        E::RaiserRecovered { .. }
        | E::CaseWatches { .. }
        | E::CaseReleased { .. }
        | E::WatchEnded { .. } => Value::Null,
    }
}

fn hold_cause(cause: HoldCause) -> &'static str {
    match cause {
        HoldCause::Suppression => "SUPPRESSION",
        HoldCause::Storm => "STORM",
    }
}

fn key(key: Key) -> Value {
    Value::from(key.to_string())
}

fn case(event: &CaseEvent) -> Value {
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
        E::ClockChanged { change, clock, goal_ms, deadline_ms, by, reason } => json!({
            "type": "CLOCK_CHANGED", "change": change.as_str(),
            "clock": clock.standing.as_str(), "calendarKey": clock.calendar.map(key),
            "elapsedMilliseconds": clock.elapsed_ms, "extendedMilliseconds": clock.extended_ms,
            "goalTime": goal_ms.map(time::format), "deadlineTime": deadline_ms.map(time::format),
            "by": by.as_deref(), "reason": &**reason,
        }),
        E::TimerSet { .. } => Value::Null,
        E::CheckPlanned { .. }
        | E::CheckStarted { .. }
        | E::CheckPassed { .. }
        | E::CheckFailed { .. }
        | E::EvidenceKept { .. } => check(event),
        E::WatchEnded => json!({"type": "WATCH_ENDED"}),
    }
}

/// What happens while the outcome is checked.
fn check(event: &CaseEvent) -> Value {
    use CaseEvent as E;
    match event {
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
        _ => Value::Null,
    }
}
