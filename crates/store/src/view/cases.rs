//! The view of cases, open and closed.
//!
//! Not here: who writes it, and who may read it.

use super::spec::columns;
use super::{Index, Spec};

columns! {
    /// Key of the case.
    KEY = "key": Int,
    /// `work::case::CaseState` as on disk.
    STATE = "state": Enum,
    /// What it is called.
    TITLE = "title": Text,
    /// What it is about.
    SUBJECT = "subject": Text,
    /// Version of its case type.
    CASE_TYPE = "case_type": Int,
    /// Id of its case type.
    CASE_TYPE_ID = "case_type_id": Word,
    /// The stage it is in.
    STAGE = "stage": Word,
    /// 0 low, 1 medium, 2 high, 3 critical.
    SEVERITY = "severity": Enum,
    /// 0 P1 to 3 P4.
    PRIORITY = "priority": Enum,
    /// How urgent it is, 0 to 100.
    URGENCY = "urgency": Int,
    /// Who drives it.
    DRIVER = "driver": Text,
    /// When it was opened, Unix milliseconds.
    OPENED_MS = "opened_ms": Int,
    /// When it was resolved last, Unix milliseconds.
    RESOLVED_MS = "resolved_ms": Int,
    /// When it was closed, Unix milliseconds.
    CLOSED_MS = "closed_ms": Int,
    /// When it should be resolved, Unix milliseconds.
    GOAL_MS = "goal_ms": Int,
    /// When it must be resolved, Unix milliseconds.
    DEADLINE_MS = "deadline_ms": Int,
    /// The milestone it reached last: 0 at risk, 1 goal, 2 deadline, 3 passed.
    MILESTONE = "milestone": Enum,
    /// How often it was opened again.
    REOPENED = "reopened": Int,
    /// When its alert came last while or after it was taken care of.
    RECURRED_MS = "recurred_ms": Int,
    /// 1: its alert came again after it was closed.
    NOT_DURABLE = "not_durable": Enum,
    /// The alert that opened it.
    ALERT = "alert": Int,
    /// The received event behind it.
    EVENT = "event": Int,
    /// The process instance started for it.
    PROCESS = "process": Int,
    /// The closed case it is a recurrence of.
    FOLLOWS = "follows": Int,
    /// Why it was opened again, cancelled, or could not start its process.
    REASON = "reason": Text,
    /// The check that began last.
    CHECK = "check_id": Word,
    /// When that is over, Unix milliseconds.
    CHECK_DUE_MS = "check_due_ms": Int,
    /// Where it is.
    SITE = "site": Word,
    /// `work::case::clock::ClockStanding` as on disk, if it has a clock.
    CLOCK = "clock": Enum,
    /// When it must have been resolved before somebody gave it more time.
    ORIGINAL_DEADLINE_MS = "original_deadline_ms": Int,
    /// Tenant number.
    TENANT = "tenant": Int,
}

/// How the view is laid out.
pub const SPEC: Spec = Spec::of_rows(
    "view_cases",
    COLUMNS,
    &[KEY],
    TENANT,
    &[
        Index { columns: &[URGENCY, KEY], only: "state < 3" },
        Index { columns: &[CASE_TYPE_ID, STATE], only: "" },
        Index { columns: &[STATE, URGENCY], only: "" },
        Index { columns: &[DRIVER], only: "driver is not null" },
    ],
);
