//! The view of deployed decision requirements, decisions and forms, served from what is stored.
//!
//! Not here: processes (`definitions`), who writes it, and who may read it.

use super::Spec;
use super::spec::columns;

columns! {
    /// Key of this version.
    KEY = "key": Int,
    /// What it is: `engine::resources::ResourceKind` as a number.
    KIND = "kind": Enum,
    /// Id, as written in the file.
    ID = "id": Text,
    /// Name, or the empty text.
    NAME = "name": Text,
    /// Version, from 1.
    VERSION = "version": Int,
    /// Version tag, or the empty text.
    VERSION_TAG = "version_tag": Text,
    /// Name of the resource it was deployed as.
    RESOURCE = "resource": Text,
    /// Tenant number.
    TENANT = "tenant": Int,
    /// Key of the deployment.
    DEPLOYMENT = "deployment": Int,
    /// Deployment time, Unix milliseconds.
    DEPLOYED_MS = "deployed_ms": Int,
    /// For a decision: key of the decision requirements it is part of.
    PARENT = "parent": Int,
    /// Id of those, or the empty text.
    PARENT_ID = "parent_id": Text,
    /// Name of those, or the empty text.
    PARENT_NAME = "parent_name": Text,
    /// Version of those, or 0.
    PARENT_VERSION = "parent_version": Int,
    /// When it was deleted, Unix milliseconds, if it was.
    DELETED_MS = "deleted_ms": Int,
}

/// How the view is laid out.
pub const SPEC: Spec = Spec::of_rows("resource", COLUMNS, &[KEY], TENANT, &[]);
