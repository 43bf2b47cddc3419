//! Writing view rows: sorted by key, so that neighbours are written one after the other.
//!
//! Not here: what is in them; the projector makes them from history.

use rusqlite::types::{ToSql, ToSqlOutput, Value, ValueRef};
use rusqlite::{CachedStatement, Connection, params_from_iter};

use super::words::Interner;
use crate::Error;
use crate::view::{Cell, Kind, Spec, View, ViewWrite, check_write, key_of, view_of};

/// Refuses rows that do not fit their view.
pub(super) fn check(writes: &[ViewWrite]) -> Result<(), Error> {
    writes.iter().try_for_each(check_write)
}

/// Writes all rows, inside the transaction that is open.
pub(super) fn write(
    db: &Connection,
    words: &mut Interner<'_>,
    writes: &[ViewWrite],
) -> rusqlite::Result<()> {
    let mut sorted: Vec<(View, [i64; 2], u32)> = Vec::with_capacity(writes.len());
    for (place, write) in writes.iter().enumerate() {
        sorted.push((view_of(write), numbers(write), place as u32));
    }
    // Writes of one row stay in their order: they share their numbers, and the place decides.
    sorted.sort_unstable();
    let order = sorted.into_iter().map(|(.., place)| &writes[place as usize]);
    apply(db, words, order)
}

/// The first two numbers of the key; rows that share them are few.
fn numbers(write: &ViewWrite) -> [i64; 2] {
    [0, 1].map(|place| match key_of(write, place) {
        Some(Cell::Int(number)) => *number,
        _ => 0,
    })
}

fn apply<'a>(
    db: &Connection,
    words: &mut Interner<'_>,
    writes: impl Iterator<Item = &'a ViewWrite>,
) -> rusqlite::Result<()> {
    // The statement of the view being written; writes are sorted by view.
    let mut put: Option<((View, bool), CachedStatement<'_>)> = None;
    for write in writes {
        match write {
            ViewWrite::Put(view, cells) | ViewWrite::Count(view, cells) => {
                let form = (*view, matches!(write, ViewWrite::Count(..)));
                if put.as_ref().is_none_or(|(prepared, _)| *prepared != form) {
                    let spec = view.spec();
                    let sql = if form.1 { count_sql(spec) } else { put_sql(spec) };
                    put = Some((form, db.prepare_cached(&sql)?));
                }
                let Some((_, statement)) = &mut put else { continue };
                for (place, (cell, column)) in cells.iter().zip(view.columns()).enumerate() {
                    let bound = bound(db, words, cell, column.kind)?;
                    statement.raw_bind_parameter(place + 1, bound)?;
                }
                statement.raw_execute()?;
            }
            ViewWrite::Patch(view, key, changes) => {
                let spec = view.spec();
                let mut sql = format!("update {} set ", spec.table);
                let mut values = Vec::with_capacity(changes.len() + key.len());
                for (place, (column, cell)) in changes.iter().enumerate() {
                    let column = &spec.columns[*column as usize];
                    sql.push_str(if place == 0 { "" } else { ", " });
                    sql.push_str(column.name);
                    sql.push_str(" = ?");
                    values.push(Value::from(Owned(bound(db, words, cell, column.kind)?)));
                }
                execute_by_key(db, words, spec, sql, values, key)?;
            }
            ViewWrite::Add(view, key, column, delta) => {
                let spec = view.spec();
                let name = spec.columns[*column as usize].name;
                let sql = format!("update {} set {name} = coalesce({name}, 0) + ?", spec.table);
                execute_by_key(db, words, spec, sql, vec![Value::Integer(*delta)], key)?;
            }
            ViewWrite::Delete(view, key) => {
                let spec = view.spec();
                let sql = format!("delete from {}", spec.table);
                execute_by_key(db, words, spec, sql, Vec::new(), key)?;
            }
        }
    }
    Ok(())
}

/// Deletes all rows of aggregates that are no more, from every view that names one.
pub(super) fn delete_of(db: &Connection, aggregates: &[u64]) -> rusqlite::Result<()> {
    for view in View::projected() {
        for column in owners(view) {
            let delete = format!("delete from {} where {column} = ?1", view.spec().table);
            let mut delete = db.prepare_cached(&delete)?;
            for aggregate in aggregates {
                delete.execute([aggregate.cast_signed()])?;
            }
        }
    }
    Ok(())
}

/// Columns by which the rows of a view belong to what is erased. All have an index.
fn owners(view: View) -> &'static [&'static str] {
    match view {
        // A signal goes by its own key: its aggregate is a name.
        View::Batches | View::Cases | View::Instances | View::Signals => &["key"],
        View::BatchItems => &["batch"],
        View::Evidence => &["case_key"],
        View::Alerts => &["line"],
        // What was evaluated outside of any process is named by its own key.
        View::DecisionInstances => &["instance", "key"],
        _ if view.column("instance").is_some() => &["instance"],
        _ => &[],
    }
}

fn put_sql(spec: &Spec) -> String {
    let marks = vec!["?"; spec.columns.len()].join(", ");
    format!("insert or replace into {} values ({marks})", spec.table)
}

fn count_sql(spec: &Spec) -> String {
    let marks = vec!["?"; spec.columns.len()].join(", ");
    let names = |columns: &[u16]| -> Vec<&str> {
        columns.iter().map(|column| spec.columns[*column as usize].name).collect()
    };
    let sums = names(spec.sums)
        .into_iter()
        .map(|name| format!("{name} = coalesce({name}, 0) + coalesce(excluded.{name}, 0)"));
    let latest = names(spec.latest).into_iter().map(|name| {
        // `max` of an absent value and another is absent.
        format!("{name} = coalesce(max({name}, excluded.{name}), {name}, excluded.{name})")
    });
    let changes: Vec<String> = sums.chain(latest).collect();
    format!(
        "insert into {0} values ({marks}) on conflict({1}) do update set {2}",
        spec.table,
        names(spec.key).join(", "),
        changes.join(", ")
    )
}

fn execute_by_key(
    db: &Connection,
    words: &Interner<'_>,
    spec: &Spec,
    mut sql: String,
    mut values: Vec<Value>,
    key: &[Cell],
) -> rusqlite::Result<()> {
    for (place, (cell, column)) in key.iter().zip(spec.key).enumerate() {
        let column = &spec.columns[*column as usize];
        sql.push_str(if place == 0 { " where " } else { " and " });
        sql.push_str(column.name);
        sql.push_str(" = ?");
        values.push(match cell {
            Cell::Null => Value::Null,
            Cell::Int(int) => Value::Integer(*int),
            // A word nobody wrote is in no row.
            Cell::Text(text) if column.kind == Kind::Word => match words.find(db, text)? {
                Some(id) => Value::Integer(id),
                None => return Ok(()),
            },
            Cell::Text(text) => Value::Text(text.as_ref().into()),
        });
    }
    db.prepare_cached(&sql)?.execute(params_from_iter(values))?;
    Ok(())
}

/// A cell as bound: words by their number.
#[derive(Clone, Copy)]
enum Bound<'a> {
    Null,
    Int(i64),
    Text(&'a str),
}

fn bound<'a>(
    db: &Connection,
    words: &mut Interner<'_>,
    cell: &'a Cell,
    kind: Kind,
) -> rusqlite::Result<Bound<'a>> {
    Ok(match cell {
        Cell::Null => Bound::Null,
        Cell::Int(int) => Bound::Int(*int),
        Cell::Text(text) if kind == Kind::Word => Bound::Int(words.id(db, text)?),
        Cell::Text(text) => Bound::Text(text),
    })
}

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(int) => ValueRef::Integer(*int),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

/// Turns a bound cell into an owned value.
struct Owned<'a>(Bound<'a>);

impl From<Owned<'_>> for Value {
    fn from(owned: Owned<'_>) -> Self {
        match owned.0 {
            Bound::Null => Self::Null,
            Bound::Int(int) => Self::Integer(int),
            Bound::Text(text) => Self::Text(text.to_owned()),
        }
    }
}
