//! The view of message subscriptions of waiting elements.
//!
//! Not here: who writes it, and who may read it.

use super::spec::columns;
use super::{Index, Spec};

columns! {
    /// Subscription key.
    KEY = "key": Int,
    /// Key of the process instance.
    INSTANCE = "instance": Int,
    /// Key of the element instance.
    ELEMENT = "element": Int,
    /// BPMN element id.
    ELEMENT_ID = "element_id": Word,
    /// Definition key.
    DEFINITION = "definition": Int,
    /// BPMN process id.
    PROCESS_ID = "process_id": Word,
    /// Message name.
    MESSAGE_NAME = "message_name": Word,
    /// Correlation key.
    CORRELATION_KEY = "correlation_key": Text,
    /// 0 created, 1 correlated, 2 deleted.
    STATE = "state": Enum,
    /// When it was opened, Unix milliseconds.
    CREATED_MS = "created_ms": Int,
    /// When its state changed last, Unix milliseconds.
    UPDATED_MS = "updated_ms": Int,
    /// Tenant number.
    TENANT = "tenant": Int,
}

/// How the view is laid out.
pub const SPEC: Spec = Spec::of_rows(
    "view_subscription",
    COLUMNS,
    &[KEY],
    TENANT,
    &[
        Index { columns: &[INSTANCE], only: "" },
        Index { columns: &[TENANT, MESSAGE_NAME, CORRELATION_KEY], only: "state = 0" },
        Index { columns: &[TENANT, DEFINITION, INSTANCE], only: "state = 0" },
    ],
);
