//! Answers a query: one SQL text per form of question, made from the closed list of columns.
//!
//! Not here: conditions (`condition`), and what is refused (`view`).

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, params_from_iter};

use super::condition::Sql;
use super::load::snapshot;
use super::words::Words;
use crate::view::{
    Cell, Column, Condition, Cursor, Filter, Kind, PageStart, Query, Related, Rows, Spec, Test,
    View, check_query, order, variables,
};
use crate::{Error, limits};

/// So many rows of another view that meet a condition are few.
const RARE_MAX: u32 = 5_000;

/// Which rows of a page are read: the order, and where to start.
struct Reading<'a> {
    query: &'a Query,
    /// For each condition: whether few rows of another view meet it.
    rare: Vec<bool>,
    order: Vec<(Column, bool)>,
    after: Option<Cursor>,
    offset: u32,
}

/// Answers a query in one snapshot.
pub(super) fn query(db: &Connection, words: &Words, query: &Query) -> Result<Rows, Error> {
    check_query(query)?;
    if query.tenants.is_empty() {
        return Ok(Rows::default());
    }
    let order = order(query);
    let cursor = |text: &str| Cursor::decode(text, query.view, &order).map(Some);
    let (after, offset, backwards) = match &query.page.start {
        PageStart::Offset(offset) => (None, *offset, false),
        PageStart::After(text) => (cursor(text)?, 0, false),
        PageStart::Before(text) => (cursor(text)?, 0, true),
    };
    // What comes before a row is what follows it when everything is turned around.
    let turned = order.iter().map(|(column, ascending)| (*column, *ascending != backwards));
    let mut reading = Reading { query, rare: Vec::new(), order: turned.collect(), after, offset };
    let answer = snapshot(db, |db| {
        reading.rare = rare(db, query)?;
        let mut rows = page(db, words, &reading)?;
        if backwards {
            rows.reverse();
        }
        let whole = reading.after.is_none()
            && rows.len() < query.page.limit as usize
            && (offset == 0 || !rows.is_empty());
        let total =
            if whole { u64::from(offset) + rows.len() as u64 } else { count(db, &reading)? };
        Ok((rows, total))
    });
    let (rows, total) = answer.map_err(late_or_io)?;
    let cursor = |row: &Vec<Cell>| Cursor::of(row, &order).encode(query.view, &order);
    Ok(Rows {
        total: total.min(limits::COUNT_MAX),
        total_is_floor: total > limits::COUNT_MAX,
        start_cursor: rows.first().map(cursor),
        end_cursor: rows.last().map(cursor),
        rows,
    })
}

fn page(db: &Connection, words: &Words, reading: &Reading<'_>) -> rusqlite::Result<Vec<Vec<Cell>>> {
    let mut rows = Vec::new();
    let limit = reading.query.page.limit;
    if limit == 0 {
        return Ok(rows);
    }
    let Some(cursor) = &reading.after else {
        let mut sql = select(reading);
        finish(db, words, reading, &mut sql, limit, &mut rows)?;
        return Ok(rows);
    };
    // When the first column descends, rows without a value come last. They are read by a second
    // statement, so that the first one is a plain range an index can serve.
    let split = !reading.order[0].1 && cursor.cells[0] != Cell::Null;
    let mut sql = select(reading);
    sql.after(reading.query.view.spec(), &reading.order, cursor, split);
    finish(db, words, reading, &mut sql, limit, &mut rows)?;
    let nullable = !reading.query.view.spec().key.contains(&reading.order[0].0);
    let left = limit - rows.len() as u32;
    if split && nullable && left > 0 {
        let mut sql = select(reading);
        let first = &reading.query.view.columns()[reading.order[0].0 as usize];
        sql.and(&format!("t.{} is null", first.name));
        finish(db, words, reading, &mut sql, left, &mut rows)?;
    }
    Ok(rows)
}

/// Looks which conditions only few rows of another view meet.
fn rare(db: &Connection, query: &Query) -> rusqlite::Result<Vec<bool>> {
    let rare = query.conditions.iter().map(|condition| {
        let Condition::Related(related) = condition else { return Ok(false) };
        if !related.exists || !is_indexed(related) {
            return Ok(false);
        }
        let table = related.view.spec().table;
        let mut sql = Sql::new(&format!("select count(*) from (select 1 from {table} v"));
        let met = sql.meets(query, related);
        sql.and(&met);
        sql.limit(RARE_MAX, 0);
        sql.push(")");
        let mut statement = db.prepare_cached(sql.text())?;
        let met: u32 = statement.query_row(params_from_iter(sql.values()), |row| row.get(0))?;
        Ok(met < RARE_MAX)
    });
    rare.collect()
}

/// Whether an index finds the rows a condition asks for.
fn is_indexed(related: &Related) -> bool {
    let spec = related.view.spec();
    let asked = |column: Column| {
        let picks = |test: &Test| matches!(test, Test::Eq(_) | Test::In(_));
        related.filters.iter().any(|filter| filter.column == column && picks(&filter.test))
    };
    if related.view == View::Variables {
        // A name alone is in every instance.
        return asked(variables::VALUE) && asked(variables::NAME);
    }
    let mut starts = spec
        .indexes
        .iter()
        .filter_map(|index| index.columns.iter().find(|column| **column != spec.tenant).copied());
    spec.key.first().is_some_and(|column| asked(*column)) || starts.any(asked)
}

fn select(reading: &Reading<'_>) -> Sql {
    let spec = reading.query.view.spec();
    let columns: Vec<String> =
        spec.columns.iter().map(|column| format!("t.{}", column.name)).collect();
    let columns = columns.join(", ");
    let walk = if walks(reading) { " not indexed" } else { "" };
    let mut sql = Sql::new(&format!("select {columns} from {} t{walk}", spec.table));
    sql.question(reading.query, &reading.rare);
    sql
}

/// Whether to walk the table in the order of its key: rows are wanted in that order, and no
/// filter is on a column an index knows; SQLite would rather sort a million rows of a tenant.
/// The same where rare rows of another view name the keys of the few rows to look at.
fn walks(reading: &Reading<'_>) -> bool {
    let spec = reading.query.view.spec();
    if let Some(named) = rare_columns(reading).next() {
        return spec.key == [named];
    }
    let by_key = spec.key.len() == 1 && reading.order[0].0 == spec.key[0];
    by_key
        && !reading.query.filters.iter().any(|filter| is_known(spec, filter))
        && !reading.query.conditions.iter().any(|condition| narrows(spec, condition))
}

/// Columns of which rare rows of another view name the values.
fn rare_columns<'a>(reading: &'a Reading<'_>) -> impl Iterator<Item = Column> + 'a {
    let conditions = reading.query.conditions.iter().zip(&reading.rare);
    conditions.filter_map(|(condition, rare)| match condition {
        Condition::Related(related) if *rare => related.by.first().map(|(own, _)| *own),
        _ => None,
    })
}

/// Whether an index knows the column of a filter.
fn is_known(spec: &Spec, filter: &Filter) -> bool {
    let name = spec.columns[filter.column as usize].name;
    let only = match &filter.test {
        Test::Eq(Cell::Int(int)) => format!("{name} = {int}"),
        Test::Gt(Cell::Int(int)) => format!("{name} > {int}"),
        _ => String::new(),
    };
    spec.indexes.iter().any(|index| {
        let narrowed = !only.is_empty() && index.only == only;
        narrowed || index.columns.contains(&filter.column)
    })
}

/// Whether indexes find the rows that meet a condition, way by way.
fn narrows(spec: &Spec, condition: &Condition) -> bool {
    match condition {
        Condition::Column(filter) => {
            is_known(spec, filter) || spec.key.first() == Some(&filter.column)
        }
        Condition::Any(ways) => {
            ways.iter().all(|way| way.iter().any(|condition| narrows(spec, condition)))
        }
        Condition::Related(_) => false,
    }
}

fn finish(
    db: &Connection,
    words: &Words,
    reading: &Reading<'_>,
    sql: &mut Sql,
    limit: u32,
    into: &mut Vec<Vec<Cell>>,
) -> rusqlite::Result<()> {
    let spec = reading.query.view.spec();
    sql.order(spec, &reading.order);
    sql.limit(limit, reading.offset);
    let mut statement = db.prepare_cached(sql.text())?;
    let mut rows = statement.query(params_from_iter(sql.values()))?;
    while let Some(row) = rows.next()? {
        into.push(cells(db, words, spec, row)?);
    }
    Ok(())
}

fn cells(
    db: &Connection,
    words: &Words,
    spec: &Spec,
    row: &Row<'_>,
) -> rusqlite::Result<Vec<Cell>> {
    let mut cells = Vec::with_capacity(spec.columns.len());
    for (place, column) in spec.columns.iter().enumerate() {
        cells.push(match row.get_ref(place)? {
            ValueRef::Integer(id) if column.kind == Kind::Word => Cell::Text(words.text(db, id)?),
            ValueRef::Integer(int) => Cell::Int(int),
            ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into()),
            // Tables are strict: there are no other types.
            _ => Cell::Null,
        });
    }
    Ok(cells)
}

/// How many rows match, looking at one more than the limit.
fn count(db: &Connection, reading: &Reading<'_>) -> rusqlite::Result<u64> {
    let spec = reading.query.view.spec();
    let table = spec.table;
    let named = rare_columns(reading).next().is_some_and(|named| spec.key == [named]);
    let walk = if named { " not indexed" } else { "" };
    let mut sql = Sql::new(&format!("select count(*) from (select 1 from {table} t{walk}"));
    sql.question(reading.query, &reading.rare);
    sql.limit(limits::COUNT_MAX as u32 + 1, 0);
    sql.push(")");
    let mut statement = db.prepare_cached(sql.text())?;
    let count: i64 = statement.query_row(params_from_iter(sql.values()), |row| row.get(0))?;
    Ok(count.cast_unsigned())
}

fn late_or_io(error: rusqlite::Error) -> Error {
    if error.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted) {
        let most = limits::READ_MS_MAX;
        let reason = format!("one that takes longer than {most} ms; narrow its filters");
        return Error::Query { reason };
    }
    super::io("answer a query")(error)
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
