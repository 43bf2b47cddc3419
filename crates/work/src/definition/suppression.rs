//! Suppressions: until when alerts are kept and not acted on, and why.
//!
//! Not here: what an alert makes of one (`alert`).

use super::node::Node;
use super::read::Members;
use super::{Fault, Formula, Severity};
use crate::limits::SUPPRESSED_RULES_MAX;
use decision::{Budget, Env, Value};
use std::sync::Arc;

/// A suppression: what it is about is kept, counted and shown, and opens no case.
#[derive(Debug, Clone, PartialEq)]
pub struct Suppression {
    /// Its id.
    pub id: Arc<str>,
    /// What people call it.
    pub name: Arc<str>,
    /// Version tag, or the empty string.
    pub version_tag: Arc<str>,
    /// What becomes of alerts at its end.
    pub mode: Silence,
    /// When it begins, Unix milliseconds; `None`: with its deployment.
    pub from_ms: Option<i64>,
    /// When it ends, Unix milliseconds: none is for ever.
    pub to_ms: i64,
    /// Why.
    pub reason: Arc<str>,
    /// Who answers for it.
    pub owner: Arc<str>,
    /// Ids of the rules it is about; empty: of all.
    pub rules: Vec<Arc<str>>,
    /// What must hold for an alert.
    pub when: Option<Formula>,
}

/// What becomes of alerts at the end of a suppression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// What is not over by then is acted on: a maintenance window.
    Hold,
    /// They are acted on when they come again.
    Suppress,
}

/// An alert, as the condition of a suppression sees it.
pub(crate) struct Noise<'a> {
    pub(crate) rule: &'a Arc<str>,
    pub(crate) subject: &'a Arc<str>,
    pub(crate) name: &'a Arc<str>,
    pub(crate) title: &'a Arc<str>,
    pub(crate) severity: Severity,
}

impl Suppression {
    /// Whether it is in force at a time.
    #[must_use]
    pub fn is_active(&self, now_ms: i64) -> bool {
        self.from_ms.is_none_or(|from_ms| from_ms <= now_ms) && now_ms < self.to_ms
    }

    /// Whether an alert is meant. A condition that cannot be evaluated silences nothing.
    pub(crate) fn is_about(&self, noise: &Noise<'_>, env: &Env, budget: &mut Budget) -> bool {
        if !self.rules.is_empty() && !self.rules.contains(noise.rule) {
            return false;
        }
        let Some(when) = &self.when else { return true };
        let text = |text: &Arc<str>| Value::String(text.clone());
        let scope = [
            ("rule", text(noise.rule)),
            ("subject", text(noise.subject)),
            ("name", text(noise.name)),
            ("title", text(noise.title)),
            ("severity", Value::String(noise.severity.as_str().into())),
        ];
        when.holds(&scope, env, budget).unwrap_or(false)
    }
}

pub(super) fn read(root: &Node, faults: &mut Vec<Fault>) -> Suppression {
    let mut members = Members::of(root, "", faults);
    members.get("kind");
    let id = members.need_text("id", "the id of the suppression");
    let name = members.text("name").unwrap_or_else(|| id.clone());
    let version_tag = members.text("versionTag").unwrap_or_default();
    let mode = members.word("do", &[("hold", Silence::Hold), ("suppress", Silence::Suppress)]);
    let from_ms = members.instant_ms("from");
    let to_ms = members.instant_ms("to");
    if members.get("to").is_none() {
        members.missing("to", "when it ends");
    }
    let to_ms = to_ms.unwrap_or_default();
    if let (Some(from_ms), Some(node)) = (from_ms, members.get("to"))
        && to_ms <= from_ms
        && to_ms != 0
    {
        members.fault(
            node,
            "to",
            "Expected an end after the beginning, but found it before.".into(),
        );
    }
    let reason = members.need_text("reason", "why alerts are not acted on");
    let owner = members.need_text("owner", "who answers for it");
    let rules = members.texts("rules", SUPPRESSED_RULES_MAX);
    let when = members.formula("when");
    members.finish();
    Suppression { id, name, version_tag, mode, from_ms, to_ms, reason, owner, rules, when }
}
