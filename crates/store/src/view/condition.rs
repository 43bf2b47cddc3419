//! Conditions that are more than one column: alternatives, and rows of other views.
//!
//! Not here: what a test accepts (`test`), and how drivers ask (SQL).

use super::{Cell, Column, Filter, Test, View, variables};

/// A condition a row must meet.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// The filter holds.
    Column(Filter),
    /// In at least one of these ways everything holds.
    Any(Vec<Vec<Condition>>),
    /// A row of another view belongs to it and passes.
    Related(Related),
}

/// Rows of another view that belong to a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Related {
    /// The other view.
    pub view: View,
    /// Pairs of columns that must be equal: of the row, and of the other view.
    pub by: &'static [(Column, Column)],
    /// What the other row must pass.
    pub filters: Vec<Filter>,
    /// Whether there must be such a row, or must be none.
    pub exists: bool,
}

impl Condition {
    /// A variable of this name whose value (JSON text) passes; `by` ties variables to the row.
    #[must_use]
    pub fn variable(by: &'static [(Column, Column)], name: &str, test: Test) -> Self {
        let name = Test::Eq(Cell::Text(name.into()));
        let mut filters = vec![Filter { column: variables::NAME, test: name }];
        let exists = !matches!(test, Test::Exists(false));
        if !matches!(test, Test::Exists(_)) {
            filters.push(Filter { column: variables::VALUE, test });
        }
        Self::Related(Related { view: View::Variables, by, filters, exists })
    }

    /// How many tests it is made of.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Column(_) => 1,
            Self::Any(ways) => 1 + ways.iter().flatten().map(Self::size).sum::<usize>(),
            Self::Related(related) => 1 + related.filters.len(),
        }
    }
}
