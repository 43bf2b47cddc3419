//! Whether queries and writes name things that exist, before any driver sees them.
//!
//! Not here: running them.

use super::{Cell, Column, ColumnSpec, Condition, Filter, Page, PageStart, Query};
use super::{Related, Test, View, ViewWrite};
use crate::{Error, limits};

/// The full order of a query: its sort, then the key in the direction of the last sort column,
/// so that the order is total and an index can serve both.
pub(crate) fn order(query: &Query) -> Vec<(Column, bool)> {
    let mut order = query.sort.clone();
    let ascending = order.last().is_none_or(|(_, ascending)| *ascending);
    for column in query.view.spec().key {
        if order.iter().all(|(sorted, _)| sorted != column) {
            order.push((*column, ascending));
        }
    }
    order
}

/// Refuses a query that names an unknown column, compares apples with pears, or is too large.
pub(crate) fn check_query(query: &Query) -> Result<(), Error> {
    let size = query.conditions.iter().map(Condition::size).sum::<usize>();
    if query.filters.len() + size > limits::FILTERS_MAX {
        return Err(refused(format!("more than {} filters", limits::FILTERS_MAX)));
    }
    check_filters(query.view, &query.filters)?;
    check_conditions(query.view, &query.conditions, 0)?;
    if query.sort.len() > limits::SORT_MAX {
        return Err(refused(format!("more than {} sort columns", limits::SORT_MAX)));
    }
    for (sorted, _) in &query.sort {
        column(query.view, *sorted)?;
    }
    check_page(&query.page)
}

fn check_filters(view: View, filters: &[Filter]) -> Result<(), Error> {
    filters.iter().try_for_each(|filter| {
        let column = column(view, filter.column)?;
        check_test(&filter.test, column.name, column.kind.is_text())
    })
}

fn check_conditions(view: View, conditions: &[Condition], depth: usize) -> Result<(), Error> {
    if depth > limits::CONDITION_DEPTH_MAX {
        let most = limits::CONDITION_DEPTH_MAX;
        return Err(refused(format!("conditions nested deeper than {most}")));
    }
    conditions.iter().try_for_each(|condition| match condition {
        Condition::Column(filter) => check_filters(view, std::slice::from_ref(filter)),
        Condition::Any(ways) => {
            ways.iter().try_for_each(|way| check_conditions(view, way, depth + 1))
        }
        Condition::Related(related) => check_related(view, related),
    })
}

fn check_related(view: View, related: &Related) -> Result<(), Error> {
    if view.is_deployed() || related.view.is_deployed() {
        return Err(refused("rows related to what was deployed, kept elsewhere".to_owned()));
    }
    if related.by.is_empty() {
        return Err(refused("rows of another view that nothing ties to this one".to_owned()));
    }
    for (own, other) in related.by {
        let (own, other) = (column(view, *own)?, column(related.view, *other)?);
        if own.kind.is_text() || other.kind.is_text() {
            return Err(refused(format!("rows related by {}, a text", own.name)));
        }
    }
    check_filters(related.view, &related.filters)
}

fn check_page(page: &Page) -> Result<(), Error> {
    if page.limit > limits::PAGE_ROWS_MAX {
        let (found, most) = (page.limit, limits::PAGE_ROWS_MAX);
        return Err(refused(format!("a page of {found} rows; at most {most}")));
    }
    match page.start {
        PageStart::Offset(offset) if offset > limits::OFFSET_MAX => {
            let most = limits::OFFSET_MAX;
            Err(refused(format!("offset {offset}; at most {most}, use a cursor beyond it")))
        }
        _ => Ok(()),
    }
}

fn column(view: View, column: Column) -> Result<&'static ColumnSpec, Error> {
    let unknown = || refused(format!("column {column} of {}", view.spec().table));
    view.columns().get(column as usize).ok_or_else(unknown)
}

fn check_test(test: &Test, name: &str, is_text: bool) -> Result<(), Error> {
    if test.cells().len() > limits::IN_CELLS_MAX {
        return Err(refused(format!("more than {} values for {name}", limits::IN_CELLS_MAX)));
    }
    let fits = |cell: &Cell| match cell {
        Cell::Null => true,
        Cell::Int(_) => !is_text,
        Cell::Text(_) => is_text,
    };
    if !test.cells().iter().all(fits) {
        let kind = if is_text { "a text" } else { "a number" };
        return Err(refused(format!("{name}, which is {kind}, compared with something else")));
    }
    match test {
        Test::Like(_) | Test::NotLike(_) if !is_text => {
            Err(refused(format!("a pattern for the number {name}")))
        }
        Test::Like(pattern) | Test::NotLike(pattern) if pattern.len() > limits::LIKE_BYTES_MAX => {
            Err(refused(format!("a pattern of more than {} bytes", limits::LIKE_BYTES_MAX)))
        }
        _ => Ok(()),
    }
}

/// Refuses a write that does not fit its view.
pub(crate) fn check_write(write: &ViewWrite) -> Result<(), Error> {
    let view = view_of(write);
    let spec = view.spec();
    let refused = |what: &str| Error::Refused { reason: format!("{what} for {}", spec.table) };
    if view.is_deployed() {
        return Err(refused("a projection, which is kept with the commit,"));
    }
    let fits = |cell: &Cell, column: Column| match cell {
        Cell::Null => !spec.key.contains(&column),
        Cell::Int(_) => !spec.columns[column as usize].kind.is_text(),
        Cell::Text(_) => spec.columns[column as usize].kind.is_text(),
    };
    let changes =
        |column: Column| (column as usize) < spec.columns.len() && !spec.key.contains(&column);
    let good = match write {
        ViewWrite::Put(_, cells) | ViewWrite::Count(_, cells) => {
            cells.len() == spec.columns.len()
                && cells.iter().zip(0..).all(|(cell, column)| fits(cell, column))
                && (!spec.sums.is_empty() || matches!(write, ViewWrite::Put(..)))
        }
        ViewWrite::Patch(_, key, cells) => {
            fits_key(key, spec.key, fits)
                && !cells.is_empty()
                && cells.iter().all(|(column, cell)| changes(*column) && fits(cell, *column))
        }
        ViewWrite::Add(_, key, column, _) => {
            fits_key(key, spec.key, fits) && changes(*column) && fits(&Cell::Int(0), *column)
        }
        ViewWrite::Delete(_, key) => fits_key(key, spec.key, fits),
    };
    if good { Ok(()) } else { Err(refused("cells that do not fit")) }
}

fn fits_key(key: &[Cell], columns: &[Column], fits: impl Fn(&Cell, Column) -> bool) -> bool {
    key.len() == columns.len() && key.iter().zip(columns).all(|(cell, column)| fits(cell, *column))
}

/// The view a write goes to.
pub(crate) fn view_of(write: &ViewWrite) -> View {
    match write {
        ViewWrite::Put(view, _)
        | ViewWrite::Patch(view, ..)
        | ViewWrite::Add(view, ..)
        | ViewWrite::Count(view, _)
        | ViewWrite::Delete(view, _) => *view,
    }
}

/// Cell `place` of the primary key of the row a write goes to.
pub(crate) fn key_of(write: &ViewWrite, place: usize) -> Option<&Cell> {
    match write {
        ViewWrite::Put(view, cells) | ViewWrite::Count(view, cells) => {
            view.spec().key.get(place).and_then(|column| cells.get(*column as usize))
        }
        ViewWrite::Patch(_, key, _) | ViewWrite::Add(_, key, ..) | ViewWrite::Delete(_, key) => {
            key.get(place)
        }
    }
}

fn refused(reason: String) -> Error {
    Error::Query { reason }
}
