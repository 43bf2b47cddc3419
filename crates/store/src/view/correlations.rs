//! The view of messages that reached a subscription; what is the same for all of them is in the
//! view of subscriptions.
//!
//! Not here: who writes it, and who may read it.

use super::spec::columns;
use super::{Index, Spec};

columns! {
    /// Subscription key.
    SUBSCRIPTION = "subscription": Int,
    /// Message key.
    MESSAGE = "message": Int,
    /// Key of the process instance.
    INSTANCE = "instance": Int,
    /// Key of the element instance.
    ELEMENT = "element": Int,
    /// Definition key.
    DEFINITION = "definition": Int,
    /// BPMN process id.
    PROCESS_ID = "process_id": Word,
    /// When it arrived, Unix milliseconds.
    AT_MS = "at_ms": Int,
    /// Tenant number.
    TENANT = "tenant": Int,
}

/// How the view is laid out.
pub const SPEC: Spec = Spec::of_rows(
    "view_correlation",
    COLUMNS,
    &[SUBSCRIPTION, MESSAGE],
    TENANT,
    &[Index { columns: &[INSTANCE], only: "" }],
);
