//! The view of jobs, live and ended.
//!
//! Not here: who writes it, and who may read it.

use super::spec::columns;
use super::{Index, Spec};

columns! {
    /// Job key.
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
    /// Job type, as polled by workers.
    JOB_TYPE = "job_type": Word,
    /// Kind of job (engine's number).
    KIND = "kind": Enum,
    /// 0 created, 1 activated (told from the job row, not projected), 2 completed, 3 failed, 4
    /// error thrown, 5 canceled, 6 timed out.
    STATE = "state": Enum,
    /// The worker that ended it.
    WORKER = "worker": Word,
    /// Retries left.
    RETRIES = "retries": Int,
    /// When it was created, Unix milliseconds.
    CREATED_MS = "created_ms": Int,
    /// When it ended, Unix milliseconds.
    ENDED_MS = "ended_ms": Int,
    /// Deadline of the last activation, Unix milliseconds.
    DEADLINE_MS = "deadline_ms": Int,
    /// Code of the error thrown.
    ERROR_CODE = "error_code": Word,
    /// Why it failed, in the worker's words.
    ERROR_MESSAGE = "error_message": Text,
    /// Tenant number.
    TENANT = "tenant": Int,
    /// Custom headers as a JSON object; absent if there are none.
    HEADERS = "headers": Word,
    /// When it changed last, Unix milliseconds.
    UPDATED_MS = "updated_ms": Int,
    /// What its listener listens to (engine's number).
    LISTENER = "listener": Enum,
    /// Jobs of higher priority are handed out first.
    PRIORITY = "priority": Int,
    /// 1: a task listener's worker denied the change; absent if not.
    DENIED = "denied": Enum,
    /// Why, in the worker's words.
    DENIED_REASON = "denied_reason": Text,
}

/// How the view is laid out.
pub const SPEC: Spec = Spec::of_rows(
    "view_job",
    COLUMNS,
    &[KEY],
    TENANT,
    &[
        Index { columns: &[INSTANCE], only: "" },
        Index { columns: &[TENANT, JOB_TYPE], only: "state = 0" },
        Index { columns: &[TENANT, CREATED_MS], only: "state = 3" },
        Index { columns: &[TENANT, CREATED_MS], only: "state = 4" },
    ],
);
