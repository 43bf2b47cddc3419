//! Case types: what a case of that type needs, by when, and how it is known to be solved.
//!
//! Not here: cases (`case`).

use super::node::{Node, Tree};
use super::read::Members;
use super::{EventMatch, Fault, Formula};
use crate::limits::{CHECKS_MAX, REOPENINGS_MAX, STAGES_MAX};
use std::sync::Arc;

/// A case type.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseType {
    /// Its id.
    pub id: Arc<str>,
    /// What people call it.
    pub name: Arc<str>,
    /// Version tag, or the empty string.
    pub version_tag: Arc<str>,
    /// Stages in order; a case begins in the first.
    pub stages: Vec<Stage>,
    /// Business class of its cases.
    pub priority: Priority,
    /// Process that is started when a case opens.
    pub process: Option<Arc<str>>,
    /// Whether the completion of that process resolves the case.
    pub resolves: bool,
    /// By when a case should be resolved.
    pub goals: Option<Goals>,
    /// When the time to that counts.
    pub clock: ClockRules,
    /// How it is known that a case is solved; all must pass.
    pub outcome: Vec<Check>,
    /// How often a failed check may open a case again; then it closes as failed.
    pub reopenings_max: u32,
    /// How long after closing a recurrence counts against the case, milliseconds.
    pub watch_ms: i64,
}

/// A stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Its id.
    pub id: Arc<str>,
    /// What people call it.
    pub name: Arc<str>,
}

/// Business class. Numbers are on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Priority {
    /// The most important.
    P1,
    /// Important.
    P2,
    /// As usual.
    #[default]
    P3,
    /// When there is time.
    P4,
}

impl Priority {
    /// What APIs call it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Priority::P1 => "P1",
            Priority::P2 => "P2",
            Priority::P3 => "P3",
            Priority::P4 => "P4",
        }
    }
}

/// By when, counted from the opening, milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Goals {
    /// When it should be resolved.
    pub goal_ms: i64,
    /// When it must be.
    pub deadline_ms: i64,
    /// When it is at risk.
    pub at_risk_ms: i64,
    /// How long after the deadline it counts as passed once more.
    pub passed_ms: i64,
}

/// When the time of a case counts; without any of them day and night, from the opening on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClockRules {
    /// Id of the calendar whose open time counts alone.
    pub calendar: Option<Formula>,
    /// It begins to count when this holds first.
    pub start: Option<Formula>,
    /// It stands while this holds.
    pub pause: Option<Formula>,
    /// It has ended while this holds.
    pub stop: Option<Formula>,
}

impl ClockRules {
    /// Whether they say nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == ClockRules::default()
    }
}

/// An outcome check.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Its id within the case type.
    pub id: Arc<str>,
    /// What people call it.
    pub name: Arc<str>,
    /// What is looked at.
    pub kind: CheckKind,
    /// How long after the case is resolved it begins, milliseconds.
    pub after_ms: i64,
    /// How long it may take before it has failed, milliseconds.
    pub within_ms: i64,
}

/// What a check looks at.
#[derive(Debug, Clone, PartialEq)]
pub enum CheckKind {
    /// An event must come.
    Event {
        /// Which.
        on: EventMatch,
        /// What it is about: the subject of the case.
        subject: Formula,
    },
    /// The alert must not come again.
    Quiet,
    /// A person must say that it is solved.
    Attestation {
        /// Who may.
        by: Attester,
    },
}

/// Who may attest an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attester {
    /// Anybody but who resolved the case.
    Other,
    /// Anybody.
    Anyone,
}

impl CaseType {
    /// The check with this id.
    #[must_use]
    pub fn check(&self, id: &str) -> Option<&Check> {
        self.outcome.iter().find(|check| &*check.id == id)
    }
}

pub(super) fn read(root: &Node, faults: &mut Vec<Fault>) -> CaseType {
    let mut members = Members::of(root, "", faults);
    members.get("kind");
    let id = members.need_text("id", "the id of the case type");
    let name = members.text("name").unwrap_or_else(|| id.clone());
    let version_tag = members.text("versionTag").unwrap_or_default();
    let stages = read_stages(&mut members);
    let priority = members.word(
        "priority",
        &[("P3", Priority::P3), ("P1", Priority::P1), ("P2", Priority::P2), ("P4", Priority::P4)],
    );
    let process = members.text("process");
    let resolves = members.word("resolve", &[("person", false), ("process-completed", true)]);
    if resolves && process.is_none() {
        let node = members.get("resolve").expect("it was just read");
        let message = "Expected `process` beside `resolve: process-completed`, but found none.";
        members.fault(node, "resolve", message.to_owned());
    }
    let (goals, clock) = read_sla(&mut members).unzip();
    let outcome = read_outcome(&mut members);
    let reopenings_max = members.number("reopenings", 0, REOPENINGS_MAX).unwrap_or(3);
    let watch_ms = members.duration_ms("watch").unwrap_or(0);
    members.finish();
    CaseType {
        id,
        name,
        version_tag,
        stages,
        priority,
        process,
        resolves,
        goals,
        clock: clock.unwrap_or_default(),
        outcome,
        reopenings_max: u32::try_from(reopenings_max).unwrap_or(3),
        watch_ms,
    }
}

fn read_stages(members: &mut Members<'_, '_>) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    for item in members.items("stages", STAGES_MAX) {
        let stage = match &item.value {
            Tree::Text(text) => {
                let id: Arc<str> = text.as_str().into();
                Stage { name: id.clone(), id }
            }
            _ => {
                let mut inside = members.inside(item, "stages");
                let id = inside.need_text("id", "the id of the stage");
                let name = inside.text("name").unwrap_or_else(|| id.clone());
                inside.finish();
                Stage { id, name }
            }
        };
        if stages.iter().any(|held| held.id == stage.id) {
            let message = format!("Expected stage `{}` once, but found it twice.", stage.id);
            members.fault(item, "stages", message);
        }
        stages.push(stage);
    }
    stages
}

fn read_sla(members: &mut Members<'_, '_>) -> Option<(Goals, ClockRules)> {
    let node = members.get("sla")?;
    let mut inside = members.inside(node, "sla");
    let goal_ms = inside.need_duration_ms("goal", "by when a case should be resolved");
    let deadline_ms = inside.need_duration_ms("deadline", "by when a case must be resolved");
    let at_risk = inside.number("atRisk", 1, 100).unwrap_or(80);
    let passed_ms = inside.duration_ms("passed").unwrap_or(deadline_ms.max(1));
    if deadline_ms < goal_ms {
        let message = "Expected a deadline at or after the goal, but found it before.".to_owned();
        inside.fault(node, "deadline", message);
    }
    let clock = ClockRules {
        calendar: inside.template("calendar"),
        start: inside.formula("start"),
        pause: inside.formula("pause"),
        stop: inside.formula("stop"),
    };
    inside.finish();
    let at_risk_ms = goal_ms.saturating_mul(at_risk) / 100;
    Some((Goals { goal_ms, deadline_ms, at_risk_ms, passed_ms }, clock))
}

fn read_outcome(members: &mut Members<'_, '_>) -> Vec<Check> {
    let mut checks: Vec<Check> = Vec::new();
    for item in members.items("outcome", CHECKS_MAX) {
        let check = read_check(members, item);
        if checks.iter().any(|held| held.id == check.id) {
            let message = format!("Expected check `{}` once, but found it twice.", check.id);
            members.fault(item, "outcome", message);
        }
        checks.push(check);
    }
    if checks.is_empty() {
        let what = "a list of checks by which it is known that a case is solved";
        members.missing("outcome", what);
    }
    checks
}

fn read_check(members: &mut Members<'_, '_>, item: &Node) -> Check {
    let mut inside = members.inside(item, "outcome");
    let id = inside.need_text("id", "the id of the check");
    let name = inside.text("name").unwrap_or_else(|| id.clone());
    let after_ms = inside.duration_ms("after").unwrap_or(0);
    let (event, quiet) = (inside.get("event"), inside.get("quiet"));
    let attest = inside.get("attest");
    let (kind, within_ms) = match (event, quiet, attest) {
        (Some(node), None, None) => {
            let mut of_event = inside.inside(node, "event");
            let on = EventMatch::read(&mut of_event);
            let subject =
                of_event.need_formula("subject", "a FEEL expression: what the event is about");
            of_event.finish();
            let subject = subject.unwrap_or(Formula::Fixed("".into()));
            let within_ms = inside.need_duration_ms("within", "how long to wait for the event");
            (CheckKind::Event { on, subject }, within_ms)
        }
        (None, Some(_), None) => (CheckKind::Quiet, inside.duration_ms("quiet").unwrap_or(1)),
        (None, None, Some(_)) => {
            let by =
                inside.word("attest", &[("other", Attester::Other), ("anyone", Attester::Anyone)]);
            let within_ms = inside.need_duration_ms("within", "how long to wait for the person");
            (CheckKind::Attestation { by }, within_ms)
        }
        _ => {
            let message = "Expected one of `event`, `quiet` and `attest`, but found none or more.";
            inside.fault(item, &id, message.to_owned());
            (CheckKind::Quiet, 1)
        }
    };
    inside.finish();
    Check { id, name, kind, after_ms, within_ms }
}
