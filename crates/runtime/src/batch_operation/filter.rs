//! Filters of batch operations as they are kept: with names of columns, which outlive releases.
//!
//! Not the filters on the wire; those are the API's.

use engine::key::Key;
use engine::record::codec::{Bad, Reader, Wire, Writer};
use std::sync::Arc;
use store::view::{Cell, Column, Condition, Filter, Related, Test, View};
use store::view::{batch_items, elements, incidents, instances, jobs, variables};

const FORMAT: u8 = 1;

/// Writes conditions on rows of a view as text.
pub(super) fn encode(view: View, conditions: &[Condition]) -> Arc<str> {
    let mut writer = Writer::new(Key(0), FORMAT);
    put_all(&mut writer, view, conditions);
    let hex = writer.finish().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    hex.into()
}

/// Reads conditions on rows of a view.
pub(super) fn decode(view: View, text: &str) -> Result<Vec<Condition>, Bad> {
    let bad = || Bad { expected: FORMAT, found: "a filter that is no text of digits".to_owned() };
    let pairs = text.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).map_err(|_| bad())?;
        u8::from_str_radix(pair, 16).map_err(|_| bad())
    });
    let bytes = pairs.collect::<Result<Vec<u8>, Bad>>()?;
    let mut reader = Reader::new(Key(0), FORMAT, &bytes)?;
    take_all(&mut reader, view)
}

fn put_all(writer: &mut Writer, view: View, conditions: &[Condition]) {
    writer.varint(conditions.len() as u64);
    for condition in conditions {
        match condition {
            Condition::Column(filter) => {
                writer.varint(1);
                put_filter(writer, view, filter);
            }
            Condition::Any(ways) => {
                writer.varint(2);
                writer.varint(ways.len() as u64);
                ways.iter().for_each(|way| put_all(writer, view, way));
            }
            Condition::Related(related) => {
                writer.varint(3);
                text(related.view.spec().table).put(writer);
                related.exists.put(writer);
                writer.varint(related.filters.len() as u64);
                for filter in &related.filters {
                    put_filter(writer, related.view, filter);
                }
            }
        }
    }
}

fn take_all(reader: &mut Reader<'_>, base: View) -> Result<Vec<Condition>, Bad> {
    let mut conditions = Vec::new();
    for _ in 0..reader.varint()? {
        conditions.push(match reader.varint()? {
            1 => Condition::Column(take_filter(reader, base)?),
            2 => {
                let mut ways = Vec::new();
                for _ in 0..reader.varint()? {
                    ways.push(take_all(reader, base)?);
                }
                Condition::Any(ways)
            }
            3 => {
                let table = <Arc<str>>::take(reader)?;
                let found = View::ALL.iter().find(|view| view.spec().table == &*table);
                let tied = found.and_then(|view| Some((*view, tie(base, *view)?)));
                let unknown = || reader.bad(format!("rows of `{table}`"));
                let (view, by) = tied.ok_or_else(unknown)?;
                let exists = bool::take(reader)?;
                let mut filters = Vec::new();
                for _ in 0..reader.varint()? {
                    filters.push(take_filter(reader, view)?);
                }
                Condition::Related(Related { view, by, filters, exists })
            }
            other => return Err(reader.bad(format!("condition {other}"))),
        });
    }
    Ok(conditions)
}

/// Which columns tie rows of another view to those of a view.
fn tie(base: View, view: View) -> Option<&'static [(Column, Column)]> {
    match (base, view) {
        (View::BatchItems, View::Instances) => Some(&[(batch_items::INSTANCE, instances::KEY)]),
        (View::Incidents, View::Instances) => Some(&[(incidents::INSTANCE, instances::KEY)]),
        (View::Instances, View::BatchItems) => Some(&[(instances::KEY, batch_items::INSTANCE)]),
        (View::Instances, View::Elements) => Some(&[(instances::KEY, elements::INSTANCE)]),
        (View::Instances, View::Incidents) => Some(&[(instances::KEY, incidents::INSTANCE)]),
        (View::Instances, View::Jobs) => Some(&[(instances::KEY, jobs::INSTANCE)]),
        (View::Instances, View::Variables) => Some(&[(instances::KEY, variables::INSTANCE)]),
        _ => None,
    }
}

fn put_filter(writer: &mut Writer, view: View, filter: &Filter) {
    text(view.columns()[filter.column as usize].name).put(writer);
    let mut cells = |number: u64, cells: &[Cell]| {
        writer.varint(number);
        writer.varint(cells.len() as u64);
        cells.iter().for_each(|cell| put_cell(writer, cell));
    };
    let one = std::slice::from_ref;
    match &filter.test {
        Test::Eq(cell) => cells(1, one(cell)),
        Test::Ne(cell) => cells(2, one(cell)),
        Test::Exists(exists) => cells(3, &[Cell::Int(i64::from(*exists))]),
        Test::Gt(cell) => cells(4, one(cell)),
        Test::Ge(cell) => cells(5, one(cell)),
        Test::Lt(cell) => cells(6, one(cell)),
        Test::Le(cell) => cells(7, one(cell)),
        Test::In(several) => cells(8, several),
        Test::NotIn(several) => cells(9, several),
        Test::Like(pattern) => cells(10, &[Cell::Text(text(pattern))]),
        Test::NotLike(pattern) => cells(11, &[Cell::Text(text(pattern))]),
    }
}

fn take_filter(reader: &mut Reader<'_>, view: View) -> Result<Filter, Bad> {
    let name = <Arc<str>>::take(reader)?;
    let found = view.column(&name);
    let column = found.ok_or_else(|| reader.bad(format!("column `{name}` of {view:?}")))?;
    let number = reader.varint()?;
    let mut cells = Vec::new();
    for _ in 0..reader.varint()? {
        cells.push(take_cell(reader)?);
    }
    let wrong = |reader: &Reader<'_>| reader.bad(format!("test {number} without its value"));
    let test = match (number, cells.as_slice()) {
        (8, _) => Test::In(cells),
        (9, _) => Test::NotIn(cells),
        (1, [cell]) => Test::Eq(cell.clone()),
        (2, [cell]) => Test::Ne(cell.clone()),
        (3, [Cell::Int(exists)]) => Test::Exists(*exists != 0),
        (4, [cell]) => Test::Gt(cell.clone()),
        (5, [cell]) => Test::Ge(cell.clone()),
        (6, [cell]) => Test::Lt(cell.clone()),
        (7, [cell]) => Test::Le(cell.clone()),
        (10, [Cell::Text(pattern)]) => Test::Like(pattern.to_string()),
        (11, [Cell::Text(pattern)]) => Test::NotLike(pattern.to_string()),
        _ => return Err(wrong(reader)),
    };
    Ok(Filter { column, test })
}

fn put_cell(writer: &mut Writer, cell: &Cell) {
    match cell {
        Cell::Null => writer.varint(0),
        Cell::Int(number) => {
            writer.varint(1);
            number.put(writer);
        }
        Cell::Text(text) => {
            writer.varint(2);
            text.put(writer);
        }
    }
}

fn take_cell(reader: &mut Reader<'_>) -> Result<Cell, Bad> {
    Ok(match reader.varint()? {
        0 => Cell::Null,
        1 => Cell::Int(Wire::take(reader)?),
        2 => Cell::Text(Wire::take(reader)?),
        other => return Err(reader.bad(format!("cell {other}"))),
    })
}

fn text(text: &str) -> Arc<str> {
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_reads_back_as_it_was_kept() {
        let column = |test| Condition::Column(Filter { column: instances::PROCESS_ID, test });
        let cell = || Cell::Text("order".into());
        let tests = [
            Test::Eq(cell()),
            Test::Ne(Cell::Null),
            Test::Exists(false),
            Test::Gt(Cell::Int(-7)),
            Test::Ge(cell()),
            Test::Lt(cell()),
            Test::Le(cell()),
            Test::In(vec![cell(), Cell::Int(3)]),
            Test::NotIn(vec![]),
            Test::Like("or*".into()),
            Test::NotLike("?".into()),
        ];
        let mut conditions: Vec<Condition> = tests.into_iter().map(column).collect();
        let by: &'static [(Column, Column)] = &[(instances::KEY, variables::INSTANCE)];
        let variable = Condition::variable(by, "x", Test::Eq(Cell::Text("1".into())));
        conditions.push(Condition::Any(vec![vec![variable], vec![]]));
        let view = View::Instances;
        assert_eq!(decode(view, &encode(view, &conditions)).unwrap(), conditions);
        assert!(decode(view, "zz").is_err() && decode(view, "01").is_err());
    }
}
