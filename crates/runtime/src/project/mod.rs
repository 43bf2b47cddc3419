//! The projector: view rows from committed events, gathered in memory and written in batches.
//!
//! Not here: what decisions need; the commit writes that itself. After a crash the same fold runs
//! over the history that no view has seen yet.

mod audit;
mod batches;
mod counters;
mod decisions;
mod fold;
mod jobs;
mod mailbox;
mod migration;
mod shape;
mod tasks;
mod work;

use crate::limits::VARIABLE_NAMES_KNOWN_MAX;
use counters::Counters;
use engine::definitions::Definition;
use engine::event::{Place, Slot};
use engine::graph::Node;
use engine::key::Key;
use engine::resources::Resources;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;
use store::view::{Cell, Column, View, ViewWrite, variable_names};

/// View rows waiting to be written. Rows of one key are merged, so that an instance that came
/// and went between two writes costs one row.
#[derive(Debug, Default)]
pub struct Projection {
    rows: FxHashMap<RowKey, Pending>,
    counters: Counters,
    /// Names of variables that are in the view of names already.
    names: FxHashSet<(Key, Arc<str>)>,
    through: u64,
}

/// One section's surroundings.
struct Scene<'a> {
    instance: Key,
    definition: &'a Definition,
    now_ms: i64,
    actor: &'a Arc<str>,
    resources: &'a Resources,
    places: Vec<Place>,
}

/// A row's primary key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct RowKey {
    view: View,
    first: u64,
    second: u64,
    name: Option<Arc<str>>,
}

#[derive(Debug)]
enum Pending {
    Put(Vec<Cell>),
    Patch(Vec<(Column, Cell)>),
    Delete,
}

impl Projection {
    /// How many rows wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.counters.is_empty()
    }

    /// Everything up to this position has been folded.
    pub fn through(&mut self, position: u64) {
        self.through = self.through.max(position);
    }

    /// Takes all waiting rows and the position they reach. Counters come last: what they add must
    /// be written in one transaction with the position, and only once.
    pub fn take(&mut self) -> (u64, Vec<ViewWrite>) {
        let rows = std::mem::take(&mut self.rows);
        let writes = rows.into_iter().map(|(key, pending)| match pending {
            Pending::Put(cells) => ViewWrite::Put(key.view, cells),
            Pending::Patch(changes) => ViewWrite::Patch(key.view, key.cells(), changes),
            Pending::Delete => ViewWrite::Delete(key.view, key.cells()),
        });
        let counters = std::mem::take(&mut self.counters);
        (self.through, writes.chain(counters.into_writes()).collect())
    }

    /// Notes that instances of a definition have a variable of this name.
    fn note_name(&mut self, definition: &Definition, name: &Arc<str>) {
        if self.names.contains(&(definition.key, name.clone())) {
            return;
        }
        if self.names.len() >= VARIABLE_NAMES_KNOWN_MAX {
            self.names.clear();
        }
        self.names.insert((definition.key, name.clone()));
        let row = [
            (variable_names::DEFINITION, number(definition.key.0)),
            (variable_names::NAME, text(name)),
            (variable_names::TENANT, Cell::Int(i64::from(definition.tenant))),
        ];
        let view = View::VariableNames;
        let key = RowKey { view, first: definition.key.0, second: 0, name: Some(name.clone()) };
        self.put(view, key, &row);
    }

    fn put(&mut self, view: View, key: RowKey, cells: &[(Column, Cell)]) {
        let mut row = vec![Cell::Null; view.columns().len()];
        for (column, cell) in cells {
            row[*column as usize] = cell.clone();
        }
        self.rows.insert(key, Pending::Put(row));
    }

    fn delete(&mut self, key: RowKey) {
        self.rows.insert(key, Pending::Delete);
    }

    fn patch<const N: usize>(&mut self, key: RowKey, changes: [(Column, Cell); N]) {
        match self.rows.get_mut(&key) {
            Some(Pending::Put(row)) => {
                for (column, cell) in changes {
                    row[column as usize] = cell;
                }
            }
            Some(Pending::Patch(held)) => {
                for (column, cell) in changes {
                    held.retain(|(other, _)| *other != column);
                    held.push((column, cell));
                }
            }
            Some(Pending::Delete) => {}
            None => {
                self.rows.insert(key, Pending::Patch(changes.into()));
            }
        }
    }
}

impl<'a> Scene<'a> {
    fn place(&self, slot: Slot) -> Place {
        let found = self.places.iter().find(|place| place.slot == slot).copied();
        found.unwrap_or(Place { slot, key: self.instance, element: 0 })
    }

    fn node(&self, slot: Slot) -> (Place, &'a Node) {
        let place = self.place(slot);
        (place, self.definition.graph.node(place.element))
    }
}

impl RowKey {
    fn one(view: View, key: u64) -> Self {
        RowKey { view, first: key, second: 0, name: None }
    }

    fn item(batch: u64, item: u64) -> Self {
        RowKey { view: View::BatchItems, first: batch, second: item, name: None }
    }

    fn element(instance: u64, key: u64) -> Self {
        RowKey { view: View::Elements, first: instance, second: key, name: None }
    }

    fn variable(instance: u64, scope: u64, name: &Arc<str>) -> Self {
        let name = Some(name.clone());
        RowKey { view: View::Variables, first: instance, second: scope, name }
    }

    fn cells(&self) -> Vec<Cell> {
        let mut cells = vec![number(self.first)];
        if matches!(
            self.view,
            View::BatchItems
                | View::Correlations
                | View::DecisionInstances
                | View::Elements
                | View::Variables
        ) {
            cells.push(number(self.second));
        }
        cells.extend(self.name.clone().map(Cell::Text));
        cells
    }
}

/// A key as a cell.
fn number(key: u64) -> Cell {
    Cell::Int(key as i64)
}

fn text(text: &Arc<str>) -> Cell {
    Cell::Text(text.clone())
}

fn optional(text: Option<&Arc<str>>) -> Cell {
    text.map_or(Cell::Null, |text| Cell::Text(text.clone()))
}

/// Texts by name as a JSON object; absent if there are none.
fn object(texts: &[(Arc<str>, Arc<str>)]) -> Cell {
    if texts.is_empty() {
        return Cell::Null;
    }
    let text = |text: &Arc<str>| serde_json::Value::from(&**text).to_string();
    let fields: Vec<String> =
        texts.iter().map(|(name, value)| format!("{}:{}", text(name), text(value))).collect();
    Cell::Text(format!("{{{}}}", fields.join(",")).into())
}

#[cfg(test)]
mod tests;
