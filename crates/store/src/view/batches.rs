//! The view of batch operations: what was asked for many instances at once, and how far it is.
//!
//! Not here: who writes it, and who may read it.

use super::spec::columns;
use super::{Index, Spec};

columns! {
    /// Key of the batch operation.
    KEY = "key": Int,
    /// What is done to each item: 0 cancel, 1 resolve incidents, 2 modify, 3 migrate, 4 set
    /// variables, 5 suspend, 6 resume.
    OPERATION = "operation": Enum,
    /// 0 active, 1 suspended, 2 cancelled, 3 completed, with or without failed items.
    STATE = "state": Enum,
    /// Who asked for it.
    ACTOR = "actor": Word,
    /// When it was accepted, Unix milliseconds.
    STARTED_MS = "started_ms": Int,
    /// When it ended, Unix milliseconds.
    ENDED_MS = "ended_ms": Int,
    /// Items there were when it was accepted; of a completed one, those that were tried.
    TOTAL = "total": Int,
    /// Items that went well.
    COMPLETED = "completed": Int,
    /// Items that did not.
    FAILED = "failed": Int,
    /// Tenant number.
    TENANT = "tenant": Int,
}

/// How the view is laid out.
pub const SPEC: Spec = Spec::of_rows(
    "view_batch",
    COLUMNS,
    &[KEY],
    TENANT,
    &[Index { columns: &[TENANT, STATE, STARTED_MS], only: "" }],
);
