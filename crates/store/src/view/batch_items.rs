//! The view of what became of each item of a batch operation.
//!
//! Not here: items that were not tried yet; the filter of the batch operation finds those.

use super::spec::columns;
use super::{Index, Spec};

columns! {
    /// Key of the batch operation.
    BATCH = "batch": Int,
    /// Key of the item: of a process instance, or of an incident.
    ITEM = "item": Int,
    /// Key of the process instance. Items stay as long as their batch operation does, whatever
    /// becomes of the instance.
    INSTANCE = "process_instance": Int,
    /// What was done to it, as in the view of batch operations.
    OPERATION = "operation": Enum,
    /// 0 active, 1 completed, 2 failed, 3 cancelled.
    STATE = "state": Enum,
    /// When it was tried, Unix milliseconds.
    PROCESSED_MS = "processed_ms": Int,
    /// Why it failed.
    ERROR = "error": Text,
    /// Tenant number.
    TENANT = "tenant": Int,
}

/// How the view is laid out.
pub const SPEC: Spec = Spec::of_rows(
    "view_batch_item",
    COLUMNS,
    &[BATCH, ITEM],
    TENANT,
    &[Index { columns: &[BATCH, STATE, ITEM], only: "" }, Index { columns: &[INSTANCE], only: "" }],
);
