//! The view of what shows how cases are: it only grows.
//!
//! Not here: who writes it, and who may read it.

use super::spec::columns;
use super::{Index, Spec};

columns! {
    /// Key of the piece.
    KEY = "key": Int,
    /// The case.
    CASE = "case_key": Int,
    /// The check it is for.
    CHECK = "check_id": Word,
    /// `work::case::EvidenceKind` as on disk.
    KIND = "kind": Enum,
    /// The received event it is.
    EVENT = "event": Int,
    /// Who gave it.
    GIVEN_BY = "given_by": Text,
    /// What it says.
    TEXT = "text": Text,
    /// Since when, Unix milliseconds.
    KEPT_MS = "kept_ms": Int,
    /// Tenant number.
    TENANT = "tenant": Int,
}

/// How the view is laid out.
pub const SPEC: Spec = Spec::of_rows(
    "view_evidence",
    COLUMNS,
    &[KEY],
    TENANT,
    &[Index { columns: &[CASE], only: "" }],
);
