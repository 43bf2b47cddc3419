//! How a view is laid out: columns, key, indexes; the drivers make tables from it.
//!
//! Not here: SQL.

use super::{
    Column, View, alerts, audit, batch_items, batches, cases, correlations, counts,
    decision_instances, definitions, elements, evidence, incidents, instances, job_counts, jobs,
    messages, resources, signals, subscriptions, user_tasks, variable_names, variables,
};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An integer.
    Int,
    /// One of a few small integers (a state, a count that is mostly 0).
    Enum,
    /// Text.
    Text,
    /// Text that many rows repeat; a durable driver may store it once.
    Word,
}

impl Kind {
    /// Whether cells of the column are texts.
    #[must_use]
    pub fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::Word)
    }
}

/// One column.
#[derive(Debug, Clone, Copy)]
pub struct ColumnSpec {
    /// Its name, in snake case.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
}

/// One secondary index.
#[derive(Debug, Clone, Copy)]
pub struct Index {
    /// Columns in order.
    pub columns: &'static [Column],
    /// Only rows for which this SQL condition holds, or the empty string for all.
    pub only: &'static str,
}

/// One view.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    /// Name of its table.
    pub table: &'static str,
    /// Columns in the order of cells.
    pub columns: &'static [ColumnSpec],
    /// Columns of the primary key in order.
    pub key: &'static [Column],
    /// The tenant column.
    pub tenant: Column,
    /// Secondary indexes.
    pub indexes: &'static [Index],
    /// Columns a `Count` adds to.
    pub sums: &'static [Column],
    /// Columns of which a `Count` keeps the greater value.
    pub latest: &'static [Column],
}

impl Spec {
    /// A view whose rows are put and patched.
    pub(super) const fn of_rows(
        table: &'static str,
        columns: &'static [ColumnSpec],
        key: &'static [Column],
        tenant: Column,
        indexes: &'static [Index],
    ) -> Self {
        Self { table, columns, key, tenant, indexes, sums: &[], latest: &[] }
    }
}

impl View {
    /// All views. Alphabetical.
    pub const ALL: [Self; 22] = [
        Self::Alerts,
        Self::Audit,
        Self::BatchItems,
        Self::Batches,
        Self::Cases,
        Self::Correlations,
        Self::Counts,
        Self::DecisionInstances,
        Self::Definitions,
        Self::Elements,
        Self::Evidence,
        Self::Incidents,
        Self::Instances,
        Self::JobCounts,
        Self::Jobs,
        Self::Messages,
        Self::Resources,
        Self::Signals,
        Self::Subscriptions,
        Self::UserTasks,
        Self::VariableNames,
        Self::Variables,
    ];

    /// Whether its rows are what was deployed: the commit itself writes them, and no projector.
    #[must_use]
    pub fn is_deployed(self) -> bool {
        matches!(self, Self::Definitions | Self::Resources)
    }

    /// Views whose rows the projector writes.
    pub fn projected() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|view| !view.is_deployed())
    }

    /// How the view is laid out.
    #[must_use]
    pub fn spec(self) -> &'static Spec {
        match self {
            Self::Alerts => &alerts::SPEC,
            Self::Audit => &audit::SPEC,
            Self::BatchItems => &batch_items::SPEC,
            Self::Batches => &batches::SPEC,
            Self::Cases => &cases::SPEC,
            Self::Correlations => &correlations::SPEC,
            Self::Counts => &counts::SPEC,
            Self::DecisionInstances => &decision_instances::SPEC,
            Self::Definitions => &definitions::SPEC,
            Self::Elements => &elements::SPEC,
            Self::Evidence => &evidence::SPEC,
            Self::Incidents => &incidents::SPEC,
            Self::Instances => &instances::SPEC,
            Self::JobCounts => &job_counts::SPEC,
            Self::Jobs => &jobs::SPEC,
            Self::Messages => &messages::SPEC,
            Self::Resources => &resources::SPEC,
            Self::Signals => &signals::SPEC,
            Self::Subscriptions => &subscriptions::SPEC,
            Self::UserTasks => &user_tasks::SPEC,
            Self::VariableNames => &variable_names::SPEC,
            Self::Variables => &variables::SPEC,
        }
    }

    /// Columns in the order of cells.
    #[must_use]
    pub fn columns(self) -> &'static [ColumnSpec] {
        self.spec().columns
    }

    /// The column of this name.
    #[must_use]
    pub fn column(self, name: &str) -> Option<Column> {
        self.columns().iter().position(|column| column.name == name).map(|place| place as Column)
    }
}

/// Declares the columns of a view: a constant with its number each, and the list of all.
macro_rules! columns {
    ($($(#[$doc:meta])+ $name:ident = $text:literal: $kind:ident,)+) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Place { $($name),+ }
        $($(#[$doc])+ pub const $name: crate::view::Column = Place::$name as crate::view::Column;)+
        const COLUMNS: &[crate::view::ColumnSpec] = &[$(crate::view::ColumnSpec {
            name: $text,
            kind: crate::view::Kind::$kind,
        }),+];
    };
}
pub(super) use columns;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_view_has_a_tenant_a_key_and_unique_names() {
        for view in View::ALL {
            let spec = view.spec();
            assert_eq!(spec.columns[spec.tenant as usize].name, "tenant");
            assert!(!spec.key.is_empty());
            for (place, column) in spec.columns.iter().enumerate() {
                assert_eq!(view.column(column.name), Some(place as Column), "{view:?}");
            }
            let columns = spec.indexes.iter().flat_map(|index| index.columns);
            assert!(columns.chain(spec.key).all(|column| (*column as usize) < spec.columns.len()));
        }
    }
}
