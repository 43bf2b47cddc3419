//! Signals, alerts, cases and their evidence: rows from their events.
//!
//! Not here: detectors and expectations, which nobody asks for.

use super::{Projection, RowKey, number, object, optional, text};
use ::work::Event;
use ::work::alert::{AlertEvent, Draft};
use ::work::case::clock::ClockStanding;
use ::work::case::{CaseEvent, CaseState, Evidence, OpenCase, Verdict};
use ::work::definition::Definitions;
use ::work::received::{CloudEvent, Matched, ReceivedEvent};
use engine::key::Key;
use serde_json::json;
use std::sync::Arc;
use store::view::{Cell, Column, View, alerts, cases, evidence, signals};

/// Surroundings of events.
pub(super) struct Scene<'a> {
    pub(super) aggregate: Key,
    pub(super) definitions: &'a Definitions,
    pub(super) now_ms: i64,
}

impl Projection {
    pub(super) fn fold_work(&mut self, scene: &Scene<'_>, events: &[Event]) {
        for event in events {
            match event {
                Event::Received(event) => self.fold_received(scene, event),
                Event::Alert(event) => self.fold_alert(scene, event),
                Event::Case(event) => self.fold_case(scene, event),
                Event::Detector(_) | Event::Expectation(_) | Event::Gate(_) => {}
            }
        }
    }

    fn fold_received(&mut self, scene: &Scene<'_>, event: &ReceivedEvent) {
        let ReceivedEvent::EventReceived { tenant, key, event, matched } = event;
        let CloudEvent { id, source, kind, subject, time, .. } = &**event;
        let row = [
            (signals::KEY, number(key.0)),
            (signals::SOURCE, text(source)),
            (signals::ID, text(id)),
            (signals::TYPE, text(kind)),
            (signals::SUBJECT, optional(subject.as_ref())),
            (signals::TIME, optional(time.as_ref())),
            (signals::RECEIVED_MS, Cell::Int(scene.now_ms)),
            (signals::MATCHED, Cell::Int(matched.len() as i64)),
            (signals::RULES, rules(matched)),
            (signals::CONTENT_TYPE, optional(event.content_type.as_ref())),
            (signals::SCHEMA, optional(event.schema.as_ref())),
            (signals::EXTENSIONS, object(&event.extensions)),
            (signals::DATA, text(&event.data)),
            (signals::TENANT, Cell::Int(i64::from(*tenant))),
        ];
        self.put(View::Signals, RowKey::one(View::Signals, key.0), &row);
    }

    fn fold_alert(&mut self, scene: &Scene<'_>, event: &AlertEvent) {
        use AlertEvent as E;
        let row = |alert: &Key| RowKey::one(View::Alerts, alert.0);
        let state = |state: i64| (alerts::STATE, Cell::Int(state));
        let over = |to: i64| [state(to), (alerts::ENDED_MS, Cell::Int(scene.now_ms))];
        match event {
            E::AlertOpened { tenant, alert, rule, rule_id, subject, draft, case, .. } => {
                let Draft { name, title, severity, event, .. } = &**draft;
                let columns = [
                    (alerts::KEY, number(alert.0)),
                    (alerts::NAME, text(name)),
                    state(0),
                    (alerts::TITLE, text(title)),
                    (alerts::SEVERITY, Cell::Int(*severity as i64)),
                    (alerts::RULE, number(rule.0)),
                    (alerts::RULE_ID, text(rule_id)),
                    (alerts::SUBJECT, text(subject)),
                    (alerts::OCCURRENCES, Cell::Int(1)),
                    (alerts::FIRST_MS, Cell::Int(scene.now_ms)),
                    (alerts::LAST_MS, Cell::Int(scene.now_ms)),
                    (alerts::EVENT, key(*event)),
                    (alerts::CASE, key(*case)),
                    (alerts::LINE, number(scene.aggregate.0)),
                    (alerts::TENANT, Cell::Int(i64::from(*tenant))),
                ];
                self.put(View::Alerts, row(alert), &columns);
            }
            E::AlertRepeated { alert, severity, event, occurrences, .. } => {
                let changes = [
                    (alerts::OCCURRENCES, Cell::Int(i64::try_from(*occurrences).unwrap_or(0))),
                    (alerts::LAST_MS, Cell::Int(scene.now_ms)),
                    (alerts::SEVERITY, Cell::Int(*severity as i64)),
                    (alerts::EVENT, key(*event)),
                ];
                self.patch(row(alert), changes);
            }
            E::AlertAcknowledged { alert, by } => {
                self.patch(row(alert), [state(1), (alerts::ACKNOWLEDGED_BY, text(by))]);
            }
            E::AlertRecovered { alert } => self.patch(row(alert), over(2)),
            E::AlertResolved { alert } => self.patch(row(alert), over(3)),
            E::AlertHeld { alert, hold, .. } => {
                let changes = [
                    (alerts::HELD_BY, Cell::Int(hold.cause as i64)),
                    (alerts::HELD_ID, text(&hold.id)),
                    (alerts::HELD_UNTIL_MS, hold.until_ms.map_or(Cell::Null, Cell::Int)),
                ];
                self.patch(row(alert), changes);
            }
            E::AlertAdmitted { alert, case, .. } => {
                let changes = [
                    (alerts::CASE, key(*case)),
                    (alerts::HELD_BY, Cell::Null),
                    (alerts::HELD_ID, Cell::Null),
                    (alerts::HELD_UNTIL_MS, Cell::Null),
                ];
                self.patch(row(alert), changes);
            }
            E::RaiserRecovered { .. }
            | E::CaseWatches { .. }
            | E::CaseReleased { .. }
            | E::WatchEnded { .. } => {}
        }
    }

    fn fold_case(&mut self, scene: &Scene<'_>, event: &CaseEvent) {
        use CaseEvent as E;
        let row = || RowKey::one(View::Cases, scene.aggregate.0);
        let state = |state: CaseState| (cases::STATE, Cell::Int(state as i64));
        let now_ms = Cell::Int(scene.now_ms);
        match event {
            E::CaseOpened { open, stage, opened_ms } => {
                self.fold_opened(scene, open, stage, *opened_ms);
            }
            E::CaseResolved { .. } => {
                let resolved = (cases::RESOLVED_MS, now_ms);
                self.patch(row(), [state(CaseState::Resolved), resolved]);
            }
            E::CheckStarted { check, due_ms } => {
                let check = (cases::CHECK, text(check));
                let due = (cases::CHECK_DUE_MS, Cell::Int(*due_ms));
                self.patch(row(), [state(CaseState::Verifying), check, due]);
            }
            E::CaseReopened { reason, count, .. } => {
                let changes = [
                    state(CaseState::Open),
                    (cases::REOPENED, Cell::Int(i64::from(*count))),
                    (cases::REASON, text(reason)),
                    (cases::CHECK, Cell::Null),
                    (cases::CHECK_DUE_MS, Cell::Null),
                ];
                self.patch(row(), changes);
            }
            E::CaseClosed { verdict, .. } => {
                let to = match verdict {
                    Verdict::Verified => CaseState::ClosedVerified,
                    Verdict::Waived => CaseState::ClosedWaived,
                    Verdict::Failed => CaseState::ClosedFailed,
                };
                self.patch(row(), [state(to), (cases::CLOSED_MS, now_ms)]);
            }
            E::CaseCancelled { reason, .. } => {
                let closed = (cases::CLOSED_MS, now_ms);
                let reason = (cases::REASON, text(reason));
                self.patch(row(), [state(CaseState::Cancelled), closed, reason]);
            }
            other => self.fold_more(scene, other),
        }
    }

    /// What does not move a case to another state.
    fn fold_more(&mut self, scene: &Scene<'_>, event: &CaseEvent) {
        use CaseEvent as E;
        let row = || RowKey::one(View::Cases, scene.aggregate.0);
        let now_ms = Cell::Int(scene.now_ms);
        match event {
            E::StageEntered { stage, .. } => self.patch(row(), [(cases::STAGE, text(stage))]),
            E::CaseAssigned { driver, .. } => {
                self.patch(row(), [(cases::DRIVER, optional(driver.as_ref()))]);
            }
            E::ProcessStarted { instance, .. } => {
                self.patch(row(), [(cases::PROCESS, number(instance.0))]);
            }
            E::ProcessNotStarted { reason, .. } => {
                self.patch(row(), [(cases::REASON, text(reason))]);
            }
            E::EvidenceKept { evidence } => self.fold_evidence(scene, evidence),
            E::RecurrenceNoted { durable, .. } => {
                let recurred = (cases::RECURRED_MS, now_ms);
                self.patch(row(), [recurred]);
                if !durable {
                    self.patch(row(), [(cases::NOT_DURABLE, Cell::Int(1))]);
                }
            }
            E::MilestoneReached { milestone, .. } => {
                self.patch(row(), [(cases::MILESTONE, Cell::Int(*milestone as i64))]);
            }
            E::ClockChanged { clock, goal_ms, deadline_ms, .. } => {
                let at = |ms: &Option<i64>| ms.map_or(Cell::Null, Cell::Int);
                let changes = [
                    (cases::CLOCK, Cell::Int(clock.standing as i64)),
                    (cases::GOAL_MS, at(goal_ms)),
                    (cases::DEADLINE_MS, at(deadline_ms)),
                ];
                self.patch(row(), changes);
                if clock.extended_ms > 0
                    && let Some(deadline_ms) = deadline_ms
                {
                    let original = deadline_ms.saturating_sub(clock.extended_ms);
                    self.patch(row(), [(cases::ORIGINAL_DEADLINE_MS, Cell::Int(original))]);
                }
            }
            E::UrgencyChanged { urgency } => {
                self.patch(row(), [(cases::URGENCY, Cell::Int(i64::from(*urgency)))]);
            }
            _ => {}
        }
    }

    fn fold_opened(
        &mut self,
        scene: &Scene<'_>,
        open: &OpenCase,
        stage: &Arc<str>,
        opened_ms: i64,
    ) {
        let case_type = scene.definitions.case_type(open.case_type);
        let goals = case_type.and_then(|held| held.says.goals);
        let at = |after_ms: Option<i64>| {
            after_ms.map_or(Cell::Null, |ms| Cell::Int(opened_ms.saturating_add(ms)))
        };
        let priority = case_type.map_or(Cell::Null, |held| Cell::Int(held.says.priority as i64));
        let clock = goals.map_or(Cell::Null, |_| Cell::Int(ClockStanding::Running as i64));
        let row: [(Column, Cell); 21] = [
            (cases::KEY, number(open.case.0)),
            (cases::STATE, Cell::Int(CaseState::Open as i64)),
            (cases::TITLE, text(&open.title)),
            (cases::SUBJECT, text(&open.subject)),
            (cases::CASE_TYPE, number(open.case_type.0)),
            (cases::CASE_TYPE_ID, optional(case_type.map(|held| &held.says.id))),
            (cases::STAGE, text(stage)),
            (cases::SEVERITY, Cell::Int(open.severity as i64)),
            (cases::PRIORITY, priority),
            (cases::URGENCY, Cell::Int(0)),
            (cases::OPENED_MS, Cell::Int(opened_ms)),
            (cases::GOAL_MS, at(goals.map(|goals| goals.goal_ms))),
            (cases::DEADLINE_MS, at(goals.map(|goals| goals.deadline_ms))),
            (cases::REOPENED, Cell::Int(0)),
            (cases::NOT_DURABLE, Cell::Int(0)),
            (cases::ALERT, key(open.alert)),
            (cases::EVENT, key(open.event)),
            (cases::FOLLOWS, key(open.follows)),
            (cases::SITE, optional(open.site.as_ref())),
            (cases::CLOCK, clock),
            (cases::TENANT, Cell::Int(i64::from(open.tenant))),
        ];
        self.put(View::Cases, RowKey::one(View::Cases, open.case.0), &row);
    }

    fn fold_evidence(&mut self, scene: &Scene<'_>, kept: &Evidence) {
        let row = [
            (evidence::KEY, number(kept.key.0)),
            (evidence::CASE, number(scene.aggregate.0)),
            (evidence::CHECK, optional(kept.check.as_ref())),
            (evidence::KIND, Cell::Int(kept.kind as i64)),
            (evidence::EVENT, key(kept.event)),
            (evidence::GIVEN_BY, optional(kept.by.as_ref())),
            (evidence::TEXT, text(&kept.text)),
            (evidence::KEPT_MS, Cell::Int(scene.now_ms)),
            (evidence::TENANT, Cell::Int(i64::from(kept.tenant))),
        ];
        self.put(View::Evidence, RowKey::one(View::Evidence, kept.key.0), &row);
    }
}

/// A key that may be absent.
fn key(key: Option<Key>) -> Cell {
    key.map_or(Cell::Null, |key| number(key.0))
}

/// The rules and checks that looked at an event.
fn rules(matched: &[Matched]) -> Cell {
    let rule = |it: &Matched| {
        let failure = (!it.failure.is_empty()).then_some(&*it.failure);
        json!({
            "definitionKey": it.definition.to_string(),
            "id": &*it.id,
            "subject": &*it.subject,
            "failure": failure,
        })
    };
    let rules: Vec<_> = matched.iter().map(rule).collect();
    Cell::Text(serde_json::Value::Array(rules).to_string().into())
}
