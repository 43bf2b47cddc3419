//! The view of what people and clients did, one row per command.
//!
//! Not here: who writes it, and who may read it.

use super::spec::columns;
use super::{Index, Spec};

columns! {
    /// Position of the history row it is in, times 1,024, and its place there.
    KEY = "key": Int,
    /// When it was committed, Unix milliseconds.
    AT_MS = "at_ms": Int,
    /// Who acted.
    ACTOR = "actor": Word,
    /// For whom, if for someone else.
    ACTING_FOR = "acting_for": Word,
    /// What it was done to: 0 process instance, 1 job, 2 incident, 3 variable, 4 user task,
    /// 5 resource, 6 batch operation, 7 case, 8 alert, 9 decision.
    ENTITY = "entity": Enum,
    /// What was done: 0 create, 1 cancel, 2 update, 3 resolve, 4 complete, 5 assign, 6 unassign,
    /// 7 migrate, 8 modify, 9 suspend, 10 resume, 11 delete, 12 evaluate.
    OPERATION = "operation": Enum,
    /// Key of what it was done to.
    ENTITY_KEY = "entity_key": Int,
    /// Definition key.
    DEFINITION = "definition": Int,
    /// BPMN process id.
    PROCESS_ID = "process_id": Word,
    /// Key of the process instance.
    INSTANCE = "instance": Int,
    /// Key of the element instance.
    ELEMENT = "element": Int,
    /// Key of the deployment.
    DEPLOYMENT = "deployment": Int,
    /// More words: the action of a user task, the command to a case or alert, the id of a resource
    /// or decision.
    DETAIL = "detail": Word,
    /// Tenant number.
    TENANT = "tenant": Int,
}

/// How the view is laid out.
pub const SPEC: Spec = Spec::of_rows(
    "view_audit",
    COLUMNS,
    &[KEY],
    TENANT,
    &[
        Index { columns: &[INSTANCE], only: "instance is not null" },
        Index { columns: &[ENTITY_KEY], only: "entity > 0" },
    ],
);
