//! The view of element instances, live and ended.
//!
//! Not here: who writes it, and who may read it.

use super::spec::columns;
use super::{Index, Spec};

columns! {
    /// Key of the process instance.
    INSTANCE = "instance": Int,
    /// Key of the element instance.
    KEY = "key": Int,
    /// Definition key.
    DEFINITION = "definition": Int,
    /// BPMN process id.
    PROCESS_ID = "process_id": Word,
    /// BPMN element id.
    ELEMENT_ID = "element_id": Word,
    /// BPMN element name.
    ELEMENT_NAME = "element_name": Word,
    /// Kind of element.
    ELEMENT_TYPE = "element_type": Word,
    /// 0 active, 1 completed, 2 terminated.
    STATE = "state": Enum,
    /// When it was entered, Unix milliseconds.
    STARTED_MS = "started_ms": Int,
    /// When it was left, Unix milliseconds.
    ENDED_MS = "ended_ms": Int,
    /// Key of the element instance around it.
    SCOPE = "scope": Int,
    /// Open incidents.
    INCIDENTS = "incidents": Enum,
    /// Tenant number.
    TENANT = "tenant": Int,
    /// The slot in its process instance.
    SLOT = "slot": Int,
}

/// How the view is laid out.
pub const SPEC: Spec = Spec::of_rows(
    "view_element",
    COLUMNS,
    &[INSTANCE, KEY],
    TENANT,
    &[
        Index { columns: &[KEY], only: "" },
        Index { columns: &[TENANT, DEFINITION, ELEMENT_ID], only: "state = 0" },
    ],
);
