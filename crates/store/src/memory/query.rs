//! Views in memory: every query looks at every row, which is what makes it easy to believe.
//!
//! Not here: the language of queries (`view`).

use std::cmp::Ordering;
use std::sync::Arc;

use super::state::State;
use crate::batch::{DefinitionRow, ParentRow, ResourceRow};
use crate::view::{
    Cell, Column, Condition, Cursor, PageStart, Query, Related, Rows, View, ViewWrite, check_query,
    check_write, key_of, order, view_of,
};
use crate::{Error, limits};

impl State {
    pub(super) fn project(&mut self, through: u64, writes: &[ViewWrite]) -> Result<(), Error> {
        writes.iter().try_for_each(check_write)?;
        for write in writes {
            self.write_view(write);
        }
        self.projected = through;
        Ok(())
    }

    fn write_view(&mut self, write: &ViewWrite) {
        let view = view_of(write);
        let places = 0..view.spec().key.len();
        let key: Vec<Cell> = places.filter_map(|place| key_of(write, place).cloned()).collect();
        let rows = self.views.entry(view).or_default();
        match write {
            ViewWrite::Put(_, cells) => {
                rows.insert(key, cells.as_slice().into());
            }
            ViewWrite::Patch(_, _, changes) => {
                if let Some(row) = rows.get_mut(&key) {
                    let row = Arc::make_mut(row);
                    for (column, cell) in changes {
                        row[*column as usize] = cell.clone();
                    }
                }
            }
            ViewWrite::Add(_, _, column, delta) => {
                if let Some(row) = rows.get_mut(&key) {
                    let cell = &mut Arc::make_mut(row)[*column as usize];
                    let before = if let Cell::Int(int) = cell { *int } else { 0 };
                    *cell = Cell::Int(before.saturating_add(*delta));
                }
            }
            ViewWrite::Count(_, cells) => match rows.get_mut(&key) {
                Some(row) => count(view, Arc::make_mut(row), cells),
                None => {
                    rows.insert(key, cells.as_slice().into());
                }
            },
            ViewWrite::Delete(..) => {
                rows.remove(&key);
            }
        }
    }

    /// When a definition or other resource was deleted, if it was.
    fn deleted(&self, key: u64) -> Cell {
        self.deleted.get(&key).map_or(Cell::Null, |at_ms| Cell::Int(*at_ms))
    }

    pub(super) fn query(&self, query: &Query) -> Result<Rows, Error> {
        check_query(query)?;
        let order = order(query);
        let mut rows: Vec<Arc<[Cell]>> = match query.view {
            View::Definitions => {
                let row = |row: &Arc<DefinitionRow>| definition(row, self.deleted(row.key));
                self.definitions.values().map(row).collect()
            }
            View::Resources => {
                let row = |row: &Arc<ResourceRow>| resource(row, self.deleted(row.key));
                self.resources.values().map(row).collect()
            }
            view => self.views.get(&view).into_iter().flatten().map(|row| row.1.clone()).collect(),
        };
        rows.retain(|row| self.passes(query, row));
        rows.sort_by(|a, b| compare(&order, |at| (&a[at], &b[at])));
        let count = rows.len() as u64;
        let limit = query.page.limit as usize;
        let against = |text: &str| {
            let cursor = Cursor::decode(text, query.view, &order)?;
            Ok::<_, Error>(move |row: &Arc<[Cell]>, order: &[(Column, bool)]| {
                let cells = order.iter().zip(&cursor.cells);
                let cells = cells.map(|((column, ascending), cell)| {
                    directed(row[*column as usize].cmp(cell), *ascending)
                });
                cells.fold(Ordering::Equal, Ordering::then)
            })
        };
        let range = match &query.page.start {
            PageStart::Offset(offset) => {
                let from = (*offset as usize).min(rows.len());
                from..rows.len().min(from + limit)
            }
            PageStart::After(text) => {
                let place = against(text)?;
                let from = rows.partition_point(|row| place(row, &order) != Ordering::Greater);
                from..rows.len().min(from + limit)
            }
            PageStart::Before(text) => {
                let place = against(text)?;
                let to = rows.partition_point(|row| place(row, &order) == Ordering::Less);
                to.saturating_sub(limit)..to
            }
        };
        let rows: Vec<Vec<Cell>> = rows[range].iter().map(|row| row.to_vec()).collect();
        let cursor = |row: &Vec<Cell>| Cursor::of(row, &order).encode(query.view, &order);
        Ok(Rows {
            total: count.min(limits::COUNT_MAX),
            total_is_floor: count > limits::COUNT_MAX,
            start_cursor: rows.first().map(cursor),
            end_cursor: rows.last().map(cursor),
            rows,
        })
    }

    fn passes(&self, query: &Query, row: &[Cell]) -> bool {
        let tenant = &row[query.view.spec().tenant as usize];
        query.tenants.iter().any(|member| *tenant == Cell::Int(i64::from(*member)))
            && query.filters.iter().all(|filter| filter.test.accepts(&row[filter.column as usize]))
            && query.conditions.iter().all(|condition| self.meets(query, condition, row))
    }

    fn meets(&self, query: &Query, condition: &Condition, row: &[Cell]) -> bool {
        match condition {
            Condition::Column(filter) => filter.test.accepts(&row[filter.column as usize]),
            Condition::Any(ways) => {
                ways.iter().any(|way| way.iter().all(|one| self.meets(query, one, row)))
            }
            Condition::Related(related) => {
                self.is_related(&query.tenants, related, row) == related.exists
            }
        }
    }

    fn is_related(&self, tenants: &[u32], related: &Related, row: &[Cell]) -> bool {
        let spec = related.view.spec();
        // Rows are sorted by their key; most ties are to its first column.
        let first = related.by.iter().find(|(_, other)| spec.key[0] == *other);
        let first = first.map(|(own, _)| &row[*own as usize]);
        let from = first.map_or_else(Vec::new, |cell| vec![cell.clone()]);
        let all = self.views.get(&related.view).into_iter();
        let mut near = all
            .flat_map(|rows| rows.range(from.clone()..))
            .take_while(|(key, _)| first.is_none_or(|cell| key[0] == *cell))
            .map(|(_, other)| other);
        near.any(|other| {
            let tenant = &other[spec.tenant as usize];
            tenants.iter().any(|member| *tenant == Cell::Int(i64::from(*member)))
                && related.by.iter().all(|(own, by)| {
                    let own = &row[*own as usize];
                    *own != Cell::Null && *own == other[*by as usize]
                })
                && related.filters.iter().all(|it| it.test.accepts(&other[it.column as usize]))
        })
    }
}

fn count(view: View, row: &mut [Cell], more: &[Cell]) {
    let spec = view.spec();
    for column in spec.sums {
        let place = *column as usize;
        let numbers = [&row[place], &more[place]].map(|cell| match cell {
            Cell::Int(number) => *number,
            _ => 0,
        });
        row[place] = Cell::Int(numbers[0].saturating_add(numbers[1]));
    }
    for column in spec.latest {
        let place = *column as usize;
        row[place] = row[place].clone().max(more[place].clone());
    }
}

fn compare<'a>(
    order: &[(Column, bool)],
    cells: impl Fn(usize) -> (&'a Cell, &'a Cell),
) -> Ordering {
    let compared = order.iter().map(|(column, ascending)| {
        let (a, b) = cells(*column as usize);
        directed(a.cmp(b), *ascending)
    });
    compared.fold(Ordering::Equal, Ordering::then)
}

fn directed(ordering: Ordering, ascending: bool) -> Ordering {
    if ascending { ordering } else { ordering.reverse() }
}

fn definition(row: &DefinitionRow, deleted: Cell) -> Arc<[Cell]> {
    let text = |text: &Arc<str>| Cell::Text(Arc::clone(text));
    Arc::new([
        Cell::Int(row.key.cast_signed()),
        text(&row.process_id),
        text(&row.name),
        Cell::Int(i64::from(row.version)),
        text(&row.version_tag),
        text(&row.resource),
        Cell::Int(i64::from(row.tenant)),
        Cell::Int(row.deployed_ms),
        deleted,
    ])
}

fn resource(row: &ResourceRow, deleted: Cell) -> Arc<[Cell]> {
    let text = |text: &Arc<str>| Cell::Text(Arc::clone(text));
    let of_parent =
        |part: &dyn Fn(&ParentRow) -> Cell, absent: Cell| row.parent.as_ref().map_or(absent, part);
    Arc::new([
        Cell::Int(row.key.cast_signed()),
        Cell::Int(i64::from(row.kind)),
        text(&row.id),
        text(&row.name),
        Cell::Int(i64::from(row.version)),
        text(&row.version_tag),
        text(&row.resource),
        Cell::Int(i64::from(row.tenant)),
        Cell::Int(row.deployment.cast_signed()),
        Cell::Int(row.deployed_ms),
        of_parent(&|parent| Cell::Int(parent.key.cast_signed()), Cell::Null),
        of_parent(&|parent| text(&parent.id), Cell::Text("".into())),
        of_parent(&|parent| text(&parent.name), Cell::Text("".into())),
        of_parent(&|parent| Cell::Int(i64::from(parent.version)), Cell::Int(0)),
        deleted,
    ])
}
