//! The view of counters of jobs, per minute, type and worker.
//!
//! Not here: who writes it, and who may read it.

use super::Spec;
use super::spec::columns;

columns! {
    /// The minute, Unix milliseconds.
    MINUTE_MS = "minute_ms": Int,
    /// Tenant number.
    TENANT = "tenant": Int,
    /// Job type; the empty text where it is computed and not known any more.
    JOB_TYPE = "job_type": Word,
    /// The worker; the empty text for jobs created.
    WORKER = "worker": Word,
    /// Jobs created.
    CREATED = "created": Int,
    /// Jobs completed.
    COMPLETED = "completed": Int,
    /// Failures and thrown errors.
    FAILED = "failed": Int,
    /// When the last one was created, Unix milliseconds.
    CREATED_MS = "created_ms": Int,
    /// When the last one was completed, Unix milliseconds.
    COMPLETED_MS = "completed_ms": Int,
    /// When the last one failed, Unix milliseconds.
    FAILED_MS = "failed_ms": Int,
}

/// How the view is laid out.
pub const SPEC: Spec = Spec {
    table: "view_job_count",
    columns: COLUMNS,
    key: &[MINUTE_MS, TENANT, JOB_TYPE, WORKER],
    tenant: TENANT,
    indexes: &[],
    sums: &[CREATED, COMPLETED, FAILED],
    latest: &[CREATED_MS, COMPLETED_MS, FAILED_MS],
};
