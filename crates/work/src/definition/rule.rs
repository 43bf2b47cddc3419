//! Detection rules: which received events matter, about what, and when an alert is due.
//!
//! Not here: what happens when one arrives (`received`, `detector`).

use super::node::{Node, Tree};
use super::read::Members;
use super::{Fault, Formula};
use crate::limits::{
    EXPECTED_KEYS_MAX, RATE_COUNT_MAX, SEQUENCE_STEPS_MAX, STORM_ALERTS_DEFAULT, STORM_ALERTS_MAX,
    STORM_WITHIN_DEFAULT_MS,
};
use std::sync::Arc;

/// A detection rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Its id.
    pub id: Arc<str>,
    /// What people call it.
    pub name: Arc<str>,
    /// Version tag, or the empty string.
    pub version_tag: Arc<str>,
    /// Whether it does something.
    pub mode: Mode,
    /// Which events it looks at.
    pub on: EventMatch,
    /// What an event is about, as text: each subject is watched on its own.
    pub subject: Formula,
    /// When it fires.
    pub detect: Detect,
    /// The alert it raises.
    pub alert: AlertShape,
    /// How many of its alerts are too many.
    pub storm: StormLimit,
}

/// How many new alerts of a rule are too many: beyond that one alert stands for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StormLimit {
    /// So many new alerts are acted on.
    pub alerts: usize,
    /// Within that time, milliseconds.
    pub within_ms: i64,
    /// How bad it is when there are more.
    pub severity: Severity,
    /// Id of the case type of which one case is opened then.
    pub case_type: Option<Arc<str>>,
}

impl Default for StormLimit {
    fn default() -> Self {
        StormLimit {
            alerts: STORM_ALERTS_DEFAULT,
            within_ms: STORM_WITHIN_DEFAULT_MS,
            severity: Severity::High,
            case_type: None,
        }
    }
}

/// Whether a rule does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It raises alerts.
    Enabled,
    /// It is carried out and raises none: its detectors show what it would have done.
    Shadow,
    /// It looks at nothing.
    Disabled,
}

/// Which received events are meant.
#[derive(Debug, Clone, PartialEq)]
pub struct EventMatch {
    /// CloudEvents types, one of which it must have.
    pub types: Vec<Arc<str>>,
    /// The source it must come from.
    pub source: Option<Arc<str>>,
    /// What must hold for it.
    pub when: Option<Formula>,
}

/// When a rule fires.
#[derive(Debug, Clone, PartialEq)]
pub enum Detect {
    /// A condition holds, and goes on to hold for a while.
    Threshold {
        /// Holds beyond the threshold.
        when: Formula,
        /// How long it must hold.
        for_ms: i64,
        /// Holds when it is over (hysteresis); without it: when the other does not hold.
        recover: Option<Formula>,
        /// How long it must be over.
        keep_firing_ms: i64,
    },
    /// Something expected does not come.
    Absence {
        /// Begins the waiting; without it each event that was expected begins it anew.
        after: Option<Formula>,
        /// Holds for the event that is expected.
        expect: Formula,
        /// How long it may take.
        within_ms: i64,
        /// Subjects of which something is expected although nothing came of them yet.
        keys: Vec<Arc<str>>,
        /// Id of the calendar whose open time counts alone.
        calendar: Option<Formula>,
    },
    /// Several things come in an order.
    Sequence {
        /// What comes, each a condition on one event.
        steps: Vec<Formula>,
        /// Begins the looking anew.
        unless: Option<Formula>,
        /// Within which time from the first to the last.
        within_ms: i64,
        /// Holds when it is over; without it: when it has not come again for that time.
        recover: Option<Formula>,
    },
    /// Something comes too often.
    Rate {
        /// How often.
        count: usize,
        /// Within which time.
        within_ms: i64,
    },
}

/// The alert a rule raises.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertShape {
    /// What it is called.
    pub title: Formula,
    /// How bad it is.
    pub severity: Severity,
    /// Alerts with the same name are one alert; without it: rule and subject.
    pub name: Option<Formula>,
    /// Id of the case type of which a case is opened.
    pub case_type: Option<Arc<str>>,
    /// Where it is.
    pub site: Option<Formula>,
}

/// How bad something is, as the signal says it. Numbers are on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Severity {
    /// Good to know.
    Low,
    /// It will hurt.
    #[default]
    Medium,
    /// It hurts.
    High,
    /// It stops the business.
    Critical,
}

impl Severity {
    /// What APIs call it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Low => "LOW",
            Severity::Medium => "MEDIUM",
            Severity::High => "HIGH",
            Severity::Critical => "CRITICAL",
        }
    }
}

/// The words for severities in definitions; the first is the default.
const SEVERITIES: &[(&str, Severity)] = &[
    ("medium", Severity::Medium),
    ("low", Severity::Low),
    ("high", Severity::High),
    ("critical", Severity::Critical),
];

impl EventMatch {
    pub(super) fn read(members: &mut Members<'_, '_>) -> EventMatch {
        let types = match members.get("type") {
            None => {
                members.missing("type", "the CloudEvents type of the events that matter");
                Vec::new()
            }
            Some(Node { value: Tree::List(items), .. }) => {
                let mut types = Vec::new();
                for item in items {
                    match &item.value {
                        Tree::Text(text) => types.push(text.as_str().into()),
                        other => {
                            let found = other.describe();
                            let message = format!("Expected an event type, but found {found}.");
                            members.fault(item, "type", message);
                        }
                    }
                }
                types
            }
            Some(_) => members.text("type").into_iter().collect(),
        };
        EventMatch { types, source: members.text("source"), when: members.formula("when") }
    }
}

pub(super) fn read(root: &Node, faults: &mut Vec<Fault>) -> Rule {
    let mut members = Members::of(root, "", faults);
    members.get("kind");
    let id = members.need_text("id", "the id of the rule");
    let name = members.text("name").unwrap_or_else(|| id.clone());
    let version_tag = members.text("versionTag").unwrap_or_default();
    let mode = members.word(
        "state",
        &[("enabled", Mode::Enabled), ("shadow", Mode::Shadow), ("disabled", Mode::Disabled)],
    );
    let on = match members.get("on") {
        Some(node) => {
            let mut inside = members.inside(node, "on");
            let on = EventMatch::read(&mut inside);
            inside.finish();
            on
        }
        None => {
            members.missing("on", "which events the rule looks at");
            EventMatch { types: Vec::new(), source: None, when: None }
        }
    };
    let subject = members.need_formula("subject", "a FEEL expression that says what is watched");
    let detect = read_detect(&mut members);
    let alert = read_alert(&mut members, &name);
    let storm = read_storm(&mut members);
    members.finish();
    Rule {
        id,
        name,
        version_tag,
        mode,
        on,
        subject: subject.unwrap_or_else(nothing),
        detect,
        alert,
        storm,
    }
}

fn nothing() -> Formula {
    Formula::Fixed("".into())
}

fn read_detect(members: &mut Members<'_, '_>) -> Detect {
    let never = Detect::Rate { count: 1, within_ms: 1 };
    let Some(node) = members.get("detect") else {
        members.missing("detect", "with `threshold`, `absence`, `rate` or `sequence` in it");
        return never;
    };
    let mut inside = members.inside(node, "detect");
    let kinds = ["threshold", "absence", "rate", "sequence"];
    let found: Vec<_> =
        kinds.into_iter().filter_map(|kind| inside.get(kind).map(|node| (kind, node))).collect();
    let [(kind, node)] = found[..] else {
        let message = format!(
            "Expected one of `threshold`, `absence`, `rate` and `sequence`, but found {} of them.",
            found.len()
        );
        inside.fault(node, "", message);
        return never;
    };
    let mut of_kind = inside.inside(node, kind);
    let detect = match kind {
        "threshold" => read_threshold(&mut of_kind),
        "absence" => read_absence(&mut of_kind),
        "sequence" => read_sequence(&mut of_kind),
        _ => read_rate(&mut of_kind),
    };
    of_kind.finish();
    inside.finish();
    detect
}

fn read_threshold(members: &mut Members<'_, '_>) -> Detect {
    let when = members.need_formula("when", "a FEEL condition that holds beyond the threshold");
    Detect::Threshold {
        when: when.unwrap_or_else(nothing),
        for_ms: members.duration_ms("for").unwrap_or(0),
        recover: members.formula("recover"),
        keep_firing_ms: members.duration_ms("keepFiring").unwrap_or(0),
    }
}

fn read_absence(members: &mut Members<'_, '_>) -> Detect {
    let after = members.formula("after");
    let expect = members.need_formula("expect", "a FEEL condition for what is expected");
    let within_ms = members.need_duration_ms("within", "how long it may take");
    let keys = members.texts("keys", EXPECTED_KEYS_MAX);
    let (expect, calendar) = (expect.unwrap_or_else(nothing), members.template("calendar"));
    Detect::Absence { after, expect, within_ms, keys, calendar }
}

fn read_sequence(members: &mut Members<'_, '_>) -> Detect {
    let steps = members.formulas("steps", SEQUENCE_STEPS_MAX);
    match members.get("steps") {
        None => members.missing("steps", "a list of FEEL conditions in the order they come"),
        Some(node @ Node { value: Tree::List(items), .. }) if items.len() < 2 => {
            let message = format!("Expected two steps or more, but found {}.", items.len());
            members.fault(node, "steps", message);
        }
        Some(_) => {}
    }
    let unless = members.formula("unless");
    let within_ms = members.need_duration_ms("within", "the time from the first to the last step");
    Detect::Sequence { steps, unless, within_ms, recover: members.formula("recover") }
}

fn read_storm(members: &mut Members<'_, '_>) -> StormLimit {
    let default = StormLimit::default();
    let Some(node) = members.get("storm") else { return default };
    let mut inside = members.inside(node, "storm");
    let alerts = inside.number("alerts", 1, STORM_ALERTS_MAX);
    let within_ms = inside.duration_ms("within").unwrap_or(default.within_ms);
    let severity = match inside.get("severity") {
        Some(_) => inside.word("severity", SEVERITIES),
        None => default.severity,
    };
    let limit = StormLimit {
        alerts: alerts.and_then(|most| usize::try_from(most).ok()).unwrap_or(default.alerts),
        within_ms,
        severity,
        case_type: inside.text("case"),
    };
    inside.finish();
    limit
}

fn read_rate(members: &mut Members<'_, '_>) -> Detect {
    let count = members.number("count", 1, RATE_COUNT_MAX);
    if members.get("count").is_none() {
        members.missing("count", "how many events are too many");
    }
    let within_ms = members.need_duration_ms("within", "the time in which they are counted");
    Detect::Rate { count: usize::try_from(count.unwrap_or(1)).unwrap_or(1), within_ms }
}

fn read_alert(members: &mut Members<'_, '_>, name: &Arc<str>) -> AlertShape {
    let title = Formula::Fixed(name.clone());
    let empty = AlertShape {
        title,
        severity: Severity::default(),
        name: None,
        case_type: None,
        site: None,
    };
    let Some(node) = members.get("alert") else { return empty };
    let mut inside = members.inside(node, "alert");
    let title = inside.template("title").unwrap_or(empty.title);
    let severity = inside.word("severity", SEVERITIES);
    let shape = AlertShape {
        title,
        severity,
        name: inside.template("name"),
        case_type: inside.text("case"),
        site: inside.template("site"),
    };
    inside.finish();
    shape
}
