//! The view of process definitions, served from the deployed definitions themselves.
//!
//! Not here: who writes it, and who may read it.

use super::Spec;
use super::spec::columns;

columns! {
    /// Definition key.
    KEY = "key": Int,
    /// BPMN process id.
    PROCESS_ID = "process_id": Text,
    /// Process name, or the empty text.
    NAME = "name": Text,
    /// Version, from 1.
    VERSION = "version": Int,
    /// Version tag, or the empty text.
    VERSION_TAG = "version_tag": Text,
    /// Name of the resource it was deployed as.
    RESOURCE = "resource": Text,
    /// Tenant number.
    TENANT = "tenant": Int,
    /// Deployment time, Unix milliseconds.
    DEPLOYED_MS = "deployed_ms": Int,
    /// When it was deleted, Unix milliseconds, if it was.
    DELETED_MS = "deleted_ms": Int,
}

/// How the view is laid out.
pub const SPEC: Spec = Spec::of_rows("definition", COLUMNS, &[KEY], TENANT, &[]);
