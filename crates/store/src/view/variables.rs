//! The view of variables by scope.
//!
//! Not here: who writes it, and who may read it.

use super::spec::columns;
use super::{Index, Spec};

columns! {
    /// Key of the process instance.
    INSTANCE = "instance": Int,
    /// Key of the scope that holds it: the instance, or an element instance.
    SCOPE = "scope": Int,
    /// Variable name.
    NAME = "name": Word,
    /// Variable key.
    KEY = "key": Int,
    /// Value as JSON.
    VALUE = "value": Text,
    /// Tenant number.
    TENANT = "tenant": Int,
}

/// How the view is laid out.
pub const SPEC: Spec = Spec::of_rows(
    "view_variable",
    COLUMNS,
    &[INSTANCE, SCOPE, NAME],
    TENANT,
    &[Index { columns: &[KEY], only: "" }],
);
