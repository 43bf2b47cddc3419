//! The view of process instances, live and ended.
//!
//! Not here: who writes it, and who may read it.

use super::spec::columns;
use super::{Index, Spec};

columns! {
    /// Instance key.
    KEY = "key": Int,
    /// Definition key.
    DEFINITION = "definition": Int,
    /// BPMN process id.
    PROCESS_ID = "process_id": Word,
    /// Process name.
    NAME = "name": Word,
    /// Version of the definition.
    VERSION = "version": Int,
    /// Version tag of the definition.
    VERSION_TAG = "version_tag": Word,
    /// Tenant number.
    TENANT = "tenant": Int,
    /// 0 active, 1 completed, 2 terminated, 3 suspended.
    STATE = "state": Enum,
    /// Open incidents.
    INCIDENTS = "incidents": Enum,
    /// When it was created, Unix milliseconds.
    STARTED_MS = "started_ms": Int,
    /// When it ended, Unix milliseconds.
    ENDED_MS = "ended_ms": Int,
    /// Key of the calling instance.
    PARENT_INSTANCE = "parent_instance": Int,
    /// Key of the calling element instance.
    PARENT_ELEMENT = "parent_element": Int,
    /// The caller's own id for it.
    BUSINESS_ID = "business_id": Text,
    /// Who started it.
    ACTOR = "actor": Word,
    /// Key of the instance at the top of the calls; absent for that one itself.
    ROOT = "root": Int,
    /// Tags as a JSON list; absent if there are none.
    TAGS = "tags": Text,
}

/// How the view is laid out.
pub const SPEC: Spec = Spec::of_rows(
    "view_instance",
    COLUMNS,
    &[KEY],
    TENANT,
    &[
        Index { columns: &[TENANT, STARTED_MS], only: "" },
        Index { columns: &[TENANT, STARTED_MS], only: "state = 0" },
        Index { columns: &[TENANT, PROCESS_ID, STARTED_MS], only: "" },
        Index { columns: &[TENANT, DEFINITION, STARTED_MS], only: "" },
        Index { columns: &[TENANT, STARTED_MS], only: "incidents > 0" },
        Index { columns: &[PARENT_INSTANCE], only: "parent_instance is not null" },
        Index { columns: &[TENANT, BUSINESS_ID], only: "business_id is not null" },
        Index { columns: &[DEFINITION, ENDED_MS], only: "ended_ms is not null" },
        Index { columns: &[ROOT], only: "root is not null" },
        Index { columns: &[PARENT_ELEMENT], only: "parent_element is not null" },
    ],
);
