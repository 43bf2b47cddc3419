//! `POST /api/v1/audit-verification`: whether the record of who did what is as it was written.
//!
//! Not here: reading the chain (`store`), and what counts as tampering (`access::verify`). What was
//! cut off its very end shows only to somebody who noted an anchor: `segue audit verify --witness`.

use crate::answer;
use crate::problem::{Problem, ProblemDetail};
use crate::state::ApiState;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

/// What was read, and what does not fit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditVerification {
    /// Whether nothing was found: no byte was changed, deleted or added since it was written.
    holds: bool,
    /// What was found, in words.
    findings: Vec<String>,
    /// Findings beyond those.
    more: u64,
    /// Chains read: one for each lane and start of the server.
    segments: u64,
    /// Commits read.
    commits: u64,
    /// Records read.
    records: u64,
    /// Records whose body was erased by retention.
    erased: u64,
    /// Anchors read.
    anchors: u64,
}

/// Verify the audit chain
///
/// Reads all of it, which takes as long as the history is; one at a time.
#[utoipa::path(post, path = "/api/v1/audit-verification", operation_id = "verifyAudit",
    tag = "Segue",
    responses((status = 200, description = "What was found.", body = AuditVerification),
        (status = 409, description = "Somebody has it read now.", body = ProblemDetail),
        (status = "4XX", description = "Not read.", body = ProblemDetail)))]
pub(crate) async fn verify_audit(State(state): State<ApiState>) -> Result<Response, Problem> {
    let report = state.node().verify_audit().await?;
    Ok(answer::dto(&AuditVerification {
        holds: report.findings.is_empty(),
        findings: report.findings.iter().map(ToString::to_string).collect(),
        more: report.more,
        segments: report.segments,
        commits: report.commits,
        records: report.records,
        erased: report.erased,
        anchors: report.anchors,
    }))
}
