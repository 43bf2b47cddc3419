//! Lines from the views: every column under its name.
//!
//! Not here: filters people search with (`search`); an export is narrowed by time and process.

use super::cells::Writer;
use super::{Cells, Export, PAGE, Value, What};
use store::Store;
use store::view::{
    Cell, Column, Filter, Page, PageStart, Query, Test, View, incidents, instances, jobs, variables,
};

/// Columns that are keys.
const KEYS: [&str; 13] = [
    "definition",
    "element",
    "instance",
    "job",
    "key",
    "message",
    "parent_element",
    "parent_instance",
    "root",
    "scope",
    "subscription",
    "task",
    "entity_key",
];

/// Where a view has what an export asks about: its key, its time, its process.
struct Places {
    view: View,
    key: Column,
    time: Option<Column>,
    process_id: Option<Column>,
}

fn places(what: What) -> Places {
    let of = |view, key, time, process_id| Places { view, key, time, process_id };
    match what {
        What::Incidents => of(
            View::Incidents,
            incidents::KEY,
            Some(incidents::CREATED_MS),
            Some(incidents::PROCESS_ID),
        ),
        What::Jobs => of(View::Jobs, jobs::KEY, Some(jobs::CREATED_MS), Some(jobs::PROCESS_ID)),
        What::Variables => of(View::Variables, variables::KEY, None, None),
        What::Audit | What::Events | What::Instances => of(
            View::Instances,
            instances::KEY,
            Some(instances::STARTED_MS),
            Some(instances::PROCESS_ID),
        ),
    }
}

impl Export {
    pub(super) fn rows(
        &mut self,
        store: &dyn Store,
        writer: &mut Writer,
    ) -> Result<(), store::Error> {
        let places = places(self.wanted.what);
        let left = self.wanted.limit.map_or(u64::MAX, |limit| limit - self.lines);
        let limit = u64::from(PAGE).min(left) as u32;
        let rows = store.query(&self.query(&places, limit))?.rows;
        self.is_done = rows.len() < limit as usize;
        for row in rows {
            if let Some(Cell::Int(key)) = row.get(places.key as usize) {
                self.after = key.cast_unsigned();
            }
            writer.line(&cells(places.view, &row));
            self.lines += 1;
        }
        Ok(())
    }

    fn query(&self, places: &Places, limit: u32) -> Query {
        let mut filters = vec![Filter {
            column: places.key,
            test: Test::Gt(Cell::Int(self.after.cast_signed())),
        }];
        if let Some(column) = places.time {
            let from = self.wanted.from_ms.map(|ms| Test::Ge(Cell::Int(ms)));
            let to = self.wanted.to_ms.map(|ms| Test::Lt(Cell::Int(ms)));
            filters.extend(from.into_iter().chain(to).map(|test| Filter { column, test }));
        }
        if let (Some(column), Some(id)) = (places.process_id, &self.wanted.process_id) {
            filters.push(Filter { column, test: Test::Eq(Cell::Text(id.as_str().into())) });
        }
        Query {
            view: places.view,
            tenants: self.wanted.tenants.clone(),
            filters,
            conditions: Vec::new(),
            sort: vec![(places.key, true)],
            page: Page { limit, start: PageStart::Offset(0) },
        }
    }
}

/// A row with the key in front.
fn cells(view: View, row: &[Cell]) -> Cells {
    let named = view.columns().iter().zip(row).map(|(column, cell)| {
        let value = match cell {
            Cell::Null => Value::Absent,
            Cell::Int(ms) if column.name.ends_with("_ms") => Value::Time(*ms),
            Cell::Int(key) if KEYS.contains(&column.name) => Value::Key(key.cast_unsigned()),
            Cell::Int(state) if column.name == "state" => state_name(view, *state),
            Cell::Int(number) => Value::Int(*number),
            Cell::Text(json) if (view, column.name) == (View::Variables, "value") => {
                Value::Json(json.to_string())
            }
            Cell::Text(text) => Value::Text(text.to_string()),
        };
        (camel(column.name.strip_suffix("_ms").unwrap_or(column.name)), value)
    });
    let mut cells: Cells = named.collect();
    if let Some(at) = cells.iter().position(|(name, _)| name == "key") {
        let key = cells.remove(at);
        cells.insert(0, key);
    }
    cells
}

/// A state as it is called under `/v2`.
fn state_name(view: View, state: i64) -> Value {
    let names: &[&str] = match view {
        View::Instances => &["ACTIVE", "COMPLETED", "TERMINATED"],
        View::Incidents => &["ACTIVE", "RESOLVED"],
        View::Jobs => {
            &["CREATED", "CREATED", "COMPLETED", "FAILED", "ERROR_THROWN", "CANCELED", "TIMED_OUT"]
        }
        _ => &[],
    };
    let name = usize::try_from(state).ok().and_then(|state| names.get(state));
    name.map_or(Value::Int(state), |name| Value::Text((*name).to_owned()))
}

fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| {
        let (head, rest) = part.split_at(part.len().min(1));
        name + &head.to_uppercase() + rest
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_fields_are_and_the_key_comes_first() {
        for view in [View::Instances, View::Jobs, View::Incidents, View::Variables] {
            let row = vec![Cell::Int(1); view.columns().len()];
            let cells = cells(view, &row);
            assert_eq!(cells[0], ("key".to_owned(), Value::Key(1)));
            assert!(cells.iter().all(|(name, _)| !name.contains('_')), "{cells:?}");
            assert_eq!(cells.len(), row.len());
        }
        assert_eq!(camel("process_id"), "processId");
    }
}
