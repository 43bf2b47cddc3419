//! The view of counters: instances per definition, and element instances per element of it.
//!
//! Not here: who writes it, and who may read it.

use super::spec::columns;
use super::{Index, Spec};

columns! {
    /// Definition key.
    DEFINITION = "definition": Int,
    /// BPMN element id; the empty text counts the instances themselves.
    ELEMENT_ID = "element_id": Word,
    /// BPMN process id.
    PROCESS_ID = "process_id": Word,
    /// Live ones.
    ACTIVE = "active": Int,
    /// Completed ones.
    COMPLETED = "completed": Int,
    /// Cancelled ones.
    CANCELLED = "cancelled": Int,
    /// Open incidents; of instances: live ones with open incidents.
    INCIDENTS = "incidents": Int,
    /// Open message subscriptions.
    SUBSCRIPTIONS = "subscriptions": Int,
    /// Tenant number.
    TENANT = "tenant": Int,
}

/// How the view is laid out.
pub const SPEC: Spec = Spec {
    table: "view_count",
    columns: COLUMNS,
    key: &[DEFINITION, ELEMENT_ID],
    tenant: TENANT,
    indexes: &[Index { columns: &[ELEMENT_ID], only: "" }],
    sums: &[ACTIVE, COMPLETED, CANCELLED, INCIDENTS, SUBSCRIPTIONS],
    latest: &[],
};
