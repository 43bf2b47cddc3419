//! The view of incidents, open and resolved.
//!
//! Not here: who writes it, and who may read it.

use super::spec::columns;
use super::{Index, Spec};

columns! {
    /// Incident key.
    KEY = "key": Int,
    /// Key of the process instance.
    INSTANCE = "instance": Int,
    /// Definition key.
    DEFINITION = "definition": Int,
    /// BPMN process id.
    PROCESS_ID = "process_id": Word,
    /// Key of the element instance.
    ELEMENT = "element": Int,
    /// BPMN element id.
    ELEMENT_ID = "element_id": Word,
    /// Key of the job, if one failed.
    JOB = "job": Int,
    /// Kind of incident.
    KIND = "kind": Word,
    /// What happened, in words.
    MESSAGE = "message": Text,
    /// 0 active, 1 resolved.
    STATE = "state": Enum,
    /// When it was raised, Unix milliseconds.
    CREATED_MS = "created_ms": Int,
    /// When it was resolved, Unix milliseconds.
    RESOLVED_MS = "resolved_ms": Int,
    /// Tenant number.
    TENANT = "tenant": Int,
    /// Hash of the message, to find what failed for the same reason.
    MESSAGE_HASH = "message_hash": Int,
    /// The same for messages of one kind and shape.
    FINGERPRINT = "fingerprint": Int,
}

/// How the view is laid out.
pub const SPEC: Spec = Spec::of_rows(
    "view_incident",
    COLUMNS,
    &[KEY],
    TENANT,
    &[
        Index { columns: &[INSTANCE], only: "" },
        Index { columns: &[TENANT, STATE, CREATED_MS], only: "" },
        Index { columns: &[JOB], only: "job is not null" },
        Index { columns: &[TENANT, MESSAGE_HASH], only: "state = 0" },
        Index { columns: &[TENANT, FINGERPRINT], only: "state = 0" },
    ],
);
