//! What a search found, with what is shown of each row's process instance.
//!
//! Not here: how a row is written (`write`).

use super::{Joined, Row, Search, Table, find, key_of, rows_with, text_of, write};
use crate::json_write::ObjectWriter;
use crate::problem::Problem;
use crate::state::ApiState;
use engine::key::Key;
use std::collections::{BTreeMap, BTreeSet};
use store::limits::IN_CELLS_MAX;
use store::view::{Cell, Filter, Rows, Test, View, instances};

/// Rows, and the process instances they are of.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The rows.
    pub(crate) rows: Rows,
    instances: BTreeMap<Key, Row>,
}

impl Search {
    /// Asks the node, and for what is shown of the instances.
    pub(crate) async fn find(self, state: &ApiState, table: &Table) -> Result<Found, Problem> {
        let rows = self.run(state).await?;
        Found::of(state, table, rows).await
    }
}

/// The row with a key, or 404.
pub(crate) async fn find_one(state: &ApiState, table: &Table, key: Key) -> Result<Found, Problem> {
    let row = find(state, table, key).await?;
    Found::of(state, table, Rows { rows: vec![row], ..Rows::default() }).await
}

impl Found {
    /// Rows with what is shown of their instances.
    pub(crate) async fn of(state: &ApiState, table: &Table, rows: Rows) -> Result<Self, Problem> {
        let mut instances = BTreeMap::new();
        if let (Some(column), [_, ..]) = (table.instance, table.joined) {
            let keys = rows.rows.iter().map(|row| row[column as usize].clone());
            let keys: Vec<Cell> = keys.collect::<BTreeSet<_>>().into_iter().collect();
            for some in keys.chunks(IN_CELLS_MAX) {
                let filter = Filter { column: instances::KEY, test: Test::In(some.to_vec()) };
                let found = rows_with(state, View::Instances, vec![filter], some.len() as u32);
                let found = found.await?.into_iter();
                instances.extend(found.map(|row| (key_of(&row, instances::KEY), row)));
            }
        }
        Ok(Found { rows, instances })
    }

    /// The answer to a search; `extra` adds the fields of an item that are no columns.
    pub(crate) fn answer(
        &self,
        table: &Table,
        extra: &mut dyn FnMut(&Row, &mut ObjectWriter<'_>),
    ) -> String {
        write::answer(table, &self.rows, &mut |row, object| {
            self.write_joined(table, row, object);
            extra(row, object);
        })
    }

    /// The first row as an item.
    pub(crate) fn item(
        &self,
        table: &Table,
        extra: &mut dyn FnMut(&Row, &mut ObjectWriter<'_>),
    ) -> String {
        let mut out = String::new();
        let row = self.rows.rows.first().expect("one row was found");
        write::item(table, row, &mut out, &mut |row, object| {
            self.write_joined(table, row, object);
            extra(row, object);
        });
        out
    }

    fn write_joined(&self, table: &Table, row: &Row, object: &mut ObjectWriter<'_>) {
        let Some(column) = table.instance else { return };
        let key = key_of(row, column);
        let instance = self.instances.get(&key);
        for (name, joined) in table.joined {
            match joined {
                Joined::Root => {
                    let root = instance.map(|row| key_of(row, instances::ROOT));
                    let root = root.filter(|root| root.0 != 0).unwrap_or(key);
                    object.key_or_null(name, Some(root).filter(|root| root.0 != 0));
                }
                Joined::BusinessId => {
                    let id = instance.and_then(|row| text_of(row, instances::BUSINESS_ID));
                    object.text_or_null(name, id);
                }
                Joined::Tags => {
                    let tags = instance.and_then(|row| text_of(row, instances::TAGS));
                    object.raw(name, tags.unwrap_or("[]"));
                }
            }
        }
    }
}
