//! The view of the names variables have in the instances of a definition.
//!
//! Not here: who writes it, and who may read it.

use super::Spec;
use super::spec::columns;

columns! {
    /// Definition key.
    DEFINITION = "definition": Int,
    /// Variable name.
    NAME = "name": Word,
    /// Tenant number.
    TENANT = "tenant": Int,
}

/// How the view is laid out.
pub const SPEC: Spec =
    Spec::of_rows("view_variable_name", COLUMNS, &[DEFINITION, NAME], TENANT, &[]);
