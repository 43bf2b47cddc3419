//! What a filter's test accepts, in plain Rust: the meaning every driver's SQL must have.
//!
//! Not here: patterns (`pattern`).

use super::{Cell, Test, pattern};

impl Test {
    /// Whether a cell passes. Absent cells pass `Ne`, `NotIn`, `NotLike` and
    /// `Exists(false)` only.
    #[must_use]
    pub fn accepts(&self, cell: &Cell) -> bool {
        let present = *cell != Cell::Null;
        let comparable = |other: &Cell| present && *other != Cell::Null;
        match self {
            Self::Eq(other) => comparable(other) && cell == other,
            Self::Ne(other) => !(comparable(other) && cell == other),
            Self::Exists(wanted) => present == *wanted,
            Self::Gt(other) => comparable(other) && cell > other,
            Self::Ge(other) => comparable(other) && cell >= other,
            Self::Lt(other) => comparable(other) && cell < other,
            Self::Le(other) => comparable(other) && cell <= other,
            Self::In(others) => present && others.contains(cell),
            Self::NotIn(others) => !(present && others.contains(cell)),
            Self::Like(text) => match cell {
                Cell::Text(cell) => pattern::matches(text, cell),
                _ => false,
            },
            Self::NotLike(text) => match cell {
                Cell::Text(cell) => !pattern::matches(text, cell),
                _ => true,
            },
        }
    }

    /// The cells the test compares with.
    pub(super) fn cells(&self) -> &[Cell] {
        match self {
            Self::Eq(cell)
            | Self::Ne(cell)
            | Self::Gt(cell)
            | Self::Ge(cell)
            | Self::Lt(cell)
            | Self::Le(cell) => std::slice::from_ref(cell),
            Self::In(cells) | Self::NotIn(cells) => cells,
            Self::Exists(_) | Self::Like(_) | Self::NotLike(_) => &[],
        }
    }
}
