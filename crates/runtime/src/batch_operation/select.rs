//! Selections: from what a caller asks for to pages of items, in the order of their keys.
//!
//! Not here: the filters on the wire, which are the API's.

use super::{Wanted, filter};
use crate::limits::BATCH_KEYS_MAX;
use crate::node::Shared;
use crate::request::{BatchItem, Caller, Refusal};
use access::{Permission, Reach, ResourceType};
use engine::key::Key;
use engine::state::batch_operation::{Chosen, Operation, Selection};
use store::limits::{IN_CELLS_MAX, PAGE_ROWS_MAX};
use store::view::{
    Cell, Column, Condition, Filter, Page, PageStart, Query, Related, Test, View, batch_items,
    incidents, instances,
};

/// Items in the order of their keys.
pub(super) struct Items {
    pub(super) items: Vec<BatchItem>,
    /// Whether there are none behind these.
    pub(super) is_last: bool,
}

/// What a caller asks for, narrowed to what can be done and to what the caller may change.
pub(super) fn selection(
    caller: &Caller,
    operation: &Operation,
    wanted: Wanted,
) -> Result<Selection, Refusal> {
    let reach = reach(caller, operation)?;
    let mut selection = Selection::default();
    match wanted {
        Wanted::Instances(mut conditions) => {
            conditions.extend(implied(operation));
            conditions.extend(reach.map(|reach| is(instances::PROCESS_ID, reach)));
            selection.filter = filter::encode(View::Instances, &conditions);
        }
        Wanted::Incidents(mut conditions) => {
            if !operation.is_about_incidents() {
                return Err(Refusal::BadQuery {
                    reason: "Expected to resolve the incidents that were found, but found another \
                             operation."
                        .to_owned(),
                });
            }
            selection.of = Chosen::Incidents;
            conditions.push(is(incidents::STATE, Test::Eq(Cell::Int(0))));
            conditions.extend(reach.map(|reach| is(incidents::PROCESS_ID, reach)));
            selection.filter = filter::encode(View::Incidents, &conditions);
        }
        Wanted::FailedOf(batch) => {
            selection.of = Chosen::FailedItems;
            selection.batch = Some(batch);
            let within = |test| {
                Condition::Related(Related {
                    view: View::Instances,
                    by: &[(batch_items::INSTANCE, instances::KEY)],
                    filters: vec![Filter { column: instances::PROCESS_ID, test }],
                    exists: true,
                })
            };
            let conditions: Vec<Condition> = reach.map(within).into_iter().collect();
            selection.filter = filter::encode(View::BatchItems, &conditions);
        }
        Wanted::Keys(mut keys) => {
            if keys.is_empty() || keys.len() > BATCH_KEYS_MAX {
                return Err(Refusal::BadQuery {
                    reason: format!(
                        "Expected 1 to {BATCH_KEYS_MAX} keys of process instances, but found {}. \
                         Use a filter for more.",
                        keys.len()
                    ),
                });
            }
            keys.sort_unstable();
            keys.dedup();
            selection.filter = filter::encode(View::Instances, &[]);
            selection.keys = keys;
        }
    }
    Ok(selection)
}

/// What the caller may change, as a test of the process id; none: everything.
pub(super) fn reach(caller: &Caller, operation: &Operation) -> Result<Option<Test>, Refusal> {
    let permission = match operation {
        Operation::Cancel => Permission::CancelProcessInstance,
        Operation::Modify(_) => Permission::ModifyProcessInstance,
        _ => Permission::UpdateProcessInstance,
    };
    let kind = ResourceType::ProcessDefinition;
    match caller.actor.grants.reach(kind, permission) {
        Reach::Everything => Ok(None),
        Reach::Only(ids) => Ok(Some(Test::In(ids.into_iter().map(Cell::Text).collect()))),
        Reach::Nothing => Err(Refusal::Forbidden {
            reason: format!("Expected permission {permission} on {kind}, but it was not granted."),
        }),
    }
}

/// Only instances to which it can be done are meant: others are not failed items.
fn implied(operation: &Operation) -> Vec<Condition> {
    let states: &[i64] = match operation {
        Operation::Suspend => &[0],
        Operation::Resume => &[3],
        _ => &[0, 3],
    };
    let states = states.iter().map(|state| Cell::Int(*state)).collect();
    let mut conditions = vec![is(instances::STATE, Test::In(states))];
    match operation {
        // Called instances are cancelled with their callers.
        Operation::Cancel => conditions.push(is(instances::PARENT_INSTANCE, Test::Exists(false))),
        Operation::ResolveIncidents { .. } => {
            conditions.push(is(instances::INCIDENTS, Test::Gt(Cell::Int(0))));
        }
        _ => {}
    }
    conditions
}

fn is(column: Column, test: Test) -> Condition {
    Condition::Column(Filter { column, test })
}

fn key_cell(key: Key) -> Cell {
    Cell::Int(key.0.cast_signed())
}

fn key_in(row: &[Cell], column: Column) -> Key {
    match row[column as usize] {
        Cell::Int(key) => Key(key.cast_unsigned()),
        _ => Key(0),
    }
}

/// A named instance the caller may not change or that is not there, if there is one.
pub(super) fn missing(
    shared: &Shared,
    tenant: u32,
    selection: &Selection,
    reach: Option<&Test>,
) -> Result<Option<Key>, store::Error> {
    for keys in selection.keys.chunks(IN_CELLS_MAX) {
        let named = Test::In(keys.iter().copied().map(key_cell).collect());
        let mut query = ask(View::Instances, tenant, (instances::KEY, true), IN_CELLS_MAX as u32);
        query.filters.push(Filter { column: instances::KEY, test: named });
        let reach = reach.cloned().map(|test| Filter { column: instances::PROCESS_ID, test });
        query.filters.extend(reach);
        let rows = shared.store.query(&query)?.rows;
        let mut found = rows.iter().map(|row| key_in(row, instances::KEY));
        if let Some(missing) = keys.iter().find(|key| found.next() != Some(**key)) {
            return Ok(Some(*missing));
        }
    }
    Ok(None)
}

fn ask(view: View, tenant: u32, sort: (Column, bool), limit: u32) -> Query {
    Query {
        view,
        tenants: vec![tenant],
        filters: Vec::new(),
        conditions: Vec::new(),
        sort: vec![sort],
        page: Page { limit, start: PageStart::Offset(0) },
    }
}

/// The view a selection chooses from, and its columns of keys: of items and of instances.
fn place(selection: &Selection) -> (View, Column, Column) {
    match selection.of {
        Chosen::Instances => (View::Instances, instances::KEY, instances::KEY),
        Chosen::Incidents => (View::Incidents, incidents::KEY, incidents::INSTANCE),
        Chosen::FailedItems => (View::BatchItems, batch_items::ITEM, batch_items::INSTANCE),
    }
}

/// The newest there is of what a selection chooses from: later ones are not meant.
pub(super) fn newest(
    shared: &Shared,
    tenant: u32,
    selection: &Selection,
) -> Result<Key, store::Error> {
    let (view, column, _) = place(selection);
    let mut query = ask(view, tenant, (column, false), 1);
    if let Some(batch) = selection.batch {
        query.filters.push(Filter { column: batch_items::BATCH, test: Test::Eq(key_cell(batch)) });
    }
    let rows = shared.store.query(&query)?.rows;
    // Where there is none, none is meant.
    Ok(rows.first().map_or(Key(1), |row| key_in(row, column)))
}

/// The next items behind a key, about so many.
pub(super) fn page(
    shared: &Shared,
    tenant: u32,
    operation: &Operation,
    selection: &Selection,
    mut after: Key,
    limit: u32,
) -> Result<Items, store::Error> {
    loop {
        let chosen = chosen(shared, tenant, selection, after, limit)?;
        let is_last = chosen.len() < limit as usize;
        let last = chosen.last().map(|item| item.cursor);
        let expands = operation.is_about_incidents() && selection.of == Chosen::Instances;
        let items = match expands {
            true => incidents_of(shared, tenant, &chosen)?,
            false => chosen,
        };
        match last {
            // Nothing to be done in these instances: on to the next ones.
            Some(last) if items.is_empty() && !is_last => after = last,
            _ => return Ok(Items { items, is_last }),
        }
    }
}

/// The next rows of what a selection chooses from.
fn chosen(
    shared: &Shared,
    tenant: u32,
    selection: &Selection,
    after: Key,
    limit: u32,
) -> Result<Vec<BatchItem>, store::Error> {
    if !selection.keys.is_empty() {
        let behind = selection.keys.iter().copied().filter(|key| *key > after);
        let item = |key| BatchItem { cursor: key, item: key, instance: key };
        return Ok(behind.take(limit as usize).map(item).collect());
    }
    let (view, column, instance) = place(selection);
    let mut query = ask(view, tenant, (column, true), limit);
    query.filters.push(Filter { column, test: Test::Gt(key_cell(after)) });
    query.filters.push(Filter { column, test: Test::Le(key_cell(selection.upper)) });
    if let Some(batch) = selection.batch {
        query.filters.push(Filter { column: batch_items::BATCH, test: Test::Eq(key_cell(batch)) });
        let failed = Test::Eq(Cell::Int(2));
        query.filters.push(Filter { column: batch_items::STATE, test: failed });
    }
    query.conditions =
        filter::decode(view, &selection.filter).map_err(|bad| store::Error::Query {
            reason: format!("Expected the filter of a batch operation to be readable, but: {bad}."),
        })?;
    let rows = shared.store.query(&query)?.rows;
    let item = |row: &Vec<Cell>| {
        let key = key_in(row, column);
        BatchItem { cursor: key, item: key, instance: key_in(row, instance) }
    };
    Ok(rows.iter().map(item).collect())
}

/// The open incidents of instances; all of an instance are done together.
fn incidents_of(
    shared: &Shared,
    tenant: u32,
    of: &[BatchItem],
) -> Result<Vec<BatchItem>, store::Error> {
    let mut items = Vec::new();
    for some in of.chunks(IN_CELLS_MAX) {
        let named = Test::In(some.iter().map(|item| key_cell(item.instance)).collect());
        let mut query = ask(View::Incidents, tenant, (incidents::INSTANCE, true), PAGE_ROWS_MAX);
        query.filters.push(Filter { column: incidents::INSTANCE, test: named });
        query.filters.push(Filter { column: incidents::STATE, test: Test::Eq(Cell::Int(0)) });
        loop {
            let found = shared.store.query(&query)?;
            items.extend(found.rows.iter().map(|row| {
                let instance = key_in(row, incidents::INSTANCE);
                BatchItem { cursor: instance, item: key_in(row, incidents::KEY), instance }
            }));
            match found.end_cursor {
                Some(cursor) if found.rows.len() == PAGE_ROWS_MAX as usize => {
                    query.page.start = PageStart::After(cursor);
                }
                _ => break,
            }
        }
    }
    Ok(items)
}
