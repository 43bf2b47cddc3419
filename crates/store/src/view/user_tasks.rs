//! The view of user tasks, open and ended.
//!
//! Not here: who writes it, and who may read it.

use super::spec::columns;
use super::{Index, Spec};

columns! {
    /// User task key.
    KEY = "key": Int,
    /// Key of the process instance.
    INSTANCE = "instance": Int,
    /// Key of the element instance.
    ELEMENT = "element": Int,
    /// BPMN element id.
    ELEMENT_ID = "element_id": Word,
    /// Name shown to people.
    NAME = "name": Word,
    /// Definition key.
    DEFINITION = "definition": Int,
    /// BPMN process id.
    PROCESS_ID = "process_id": Word,
    /// Who works on it.
    ASSIGNEE = "assignee": Text,
    /// Groups that may take it, as a JSON list.
    CANDIDATE_GROUPS = "candidate_groups": Text,
    /// People who may take it, as a JSON list.
    CANDIDATE_USERS = "candidate_users": Text,
    /// Due time, Unix milliseconds.
    DUE_MS = "due_ms": Int,
    /// Follow-up time, Unix milliseconds.
    FOLLOW_UP_MS = "follow_up_ms": Int,
    /// Priority, 0 to 100.
    PRIORITY = "priority": Int,
    /// 0 created, 1 completed, 2 canceled; while its listeners hear it: 3 creating, 4 assigning, 5
    /// updating, 6 completing, 7 canceling.
    STATE = "state": Enum,
    /// When it was created, Unix milliseconds.
    CREATED_MS = "created_ms": Int,
    /// When it ended, Unix milliseconds.
    ENDED_MS = "ended_ms": Int,
    /// Tenant number.
    TENANT = "tenant": Int,
    /// Custom headers as a JSON object; absent if there are none.
    HEADERS = "headers": Word,
    /// Form key, form id or reference to a form elsewhere.
    FORM = "form": Word,
}

/// How the view is laid out.
pub const SPEC: Spec = Spec::of_rows(
    "view_user_task",
    COLUMNS,
    &[KEY],
    TENANT,
    &[
        Index { columns: &[INSTANCE], only: "" },
        Index { columns: &[TENANT, STATE, CREATED_MS], only: "" },
        Index { columns: &[TENANT, ASSIGNEE], only: "state = 0" },
        Index { columns: &[TENANT, STATE, PRIORITY], only: "" },
    ],
);
