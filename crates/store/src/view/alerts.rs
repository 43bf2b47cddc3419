//! The view of alerts, open and over.
//!
//! Not here: who writes it, and who may read it.

use super::spec::columns;
use super::{Index, Spec};

columns! {
    /// Key of the alert.
    KEY = "key": Int,
    /// Its name: what else comes under it is the same alert.
    NAME = "name": Text,
    /// 0 open, 1 acknowledged, 2 recovered, 3 resolved.
    STATE = "state": Enum,
    /// What it is called.
    TITLE = "title": Text,
    /// 0 low, 1 medium, 2 high, 3 critical.
    SEVERITY = "severity": Enum,
    /// Version of the rule that raised it first.
    RULE = "rule": Int,
    /// Id of that rule.
    RULE_ID = "rule_id": Word,
    /// What it is about.
    SUBJECT = "subject": Text,
    /// How often it came.
    OCCURRENCES = "occurrences": Int,
    /// When it came first, Unix milliseconds.
    FIRST_MS = "first_ms": Int,
    /// When it came last, Unix milliseconds.
    LAST_MS = "last_ms": Int,
    /// When it was over, Unix milliseconds.
    ENDED_MS = "ended_ms": Int,
    /// The received event that raised it last.
    EVENT = "event": Int,
    /// The case that takes care of it.
    CASE = "case_key": Int,
    /// Who has seen it.
    ACKNOWLEDGED_BY = "acknowledged_by": Text,
    /// What holds it back: 0 a suppression, 1 a storm.
    HELD_BY = "held_by": Enum,
    /// Id of the suppression; for a storm that of the rule.
    HELD_ID = "held_id": Word,
    /// Until when, Unix milliseconds.
    HELD_UNTIL_MS = "held_until_ms": Int,
    /// Key of all that is known under its name.
    LINE = "line": Int,
    /// Tenant number.
    TENANT = "tenant": Int,
}

/// How the view is laid out.
pub const SPEC: Spec = Spec::of_rows(
    "view_alerts",
    COLUMNS,
    &[KEY],
    TENANT,
    &[
        Index { columns: &[STATE, KEY], only: "state < 2" },
        Index { columns: &[CASE], only: "case_key is not null" },
        Index { columns: &[LINE], only: "" },
    ],
);
