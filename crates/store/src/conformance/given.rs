//! Short ways to say what is in a batch.
//!
//! Not here: cases.

use crate::Store;
use crate::batch::{
    AggregateWrite, AnswerRow, Batch, Committed, Component, DefinitionRow, EffectRow, HistoryWrite,
    JobClaim, JobRow, JobWrite, ParentRow, ResourceRow, Stamp, TimerRow,
};
use crate::load::{AggregateRow, Load, Loaded, Pages};
use crate::view::{Cell, Column, Filter, Page, PageStart, Query, Rows, View, ViewWrite};

/// The time of every batch that does not say otherwise, Unix milliseconds.
pub(super) const NOW_MS: i64 = 1_800_000_000_000;

pub(super) fn write(key: u64, expected: Option<Stamp>, stamp: Stamp, body: &str) -> Component {
    let body = Some(body.as_bytes().to_vec());
    let aggregate =
        AggregateWrite { key, kind: 1, tenant: 0, expected, stamp, body, pages: vec![] };
    Component { aggregates: vec![aggregate], ..Component::default() }
}

pub(super) fn delete(key: u64, expected: Stamp) -> Component {
    let mut component = write(key, Some(expected), 0, "");
    component.aggregates[0].body = None;
    component
}

/// One component of all of these.
pub(super) fn together(parts: Vec<Component>) -> Component {
    let mut whole = Component::default();
    for part in parts {
        whole.reads.extend(part.reads);
        whole.aggregates.extend(part.aggregates);
        whole.jobs.extend(part.jobs);
        whole.timers.extend(part.timers);
        whole.effects.extend(part.effects);
        whole.definitions.extend(part.definitions);
        whole.resources.extend(part.resources);
        whole.answers.extend(part.answers);
        whole.history.extend(part.history);
    }
    whole
}

pub(super) fn jobs(writes: Vec<JobWrite>) -> Component {
    Component { jobs: writes, ..Component::default() }
}

pub(super) fn job(key: u64, due_ms: i64) -> JobRow {
    JobRow {
        key,
        instance: 77,
        slot: 3,
        tenant: 0,
        job_type: "pay".into(),
        due_ms,
        worker: None,
        activated_ms: 0,
        attempt: 0,
        retries: 3,
        priority: 0,
    }
}

pub(super) fn claim(limit: u32) -> JobClaim {
    JobClaim {
        id: 1,
        tenants: vec![0],
        job_type: "pay".into(),
        worker: "ada".into(),
        deadline_ms: NOW_MS + 1_000,
        limit,
    }
}

pub(super) fn timer(key: u64, due_ms: i64) -> TimerRow {
    TimerRow { key, aggregate: 77, slot: 3, due_ms }
}

pub(super) fn effect(target: u64, source: u64, n: u64) -> EffectRow {
    EffectRow { target, source, n, body: vec![1, 2, 3] }
}

pub(super) fn answer(aggregate: u64, id: &str) -> AnswerRow {
    AnswerRow { aggregate, id: id.into(), request_hash: u64::MAX - 5, body: b"key 9".to_vec() }
}

pub(super) fn history(aggregate: u64, body: &str) -> HistoryWrite {
    let body = body.as_bytes().to_vec();
    HistoryWrite { aggregate, kind: 1, tenant: 0, salt: [5; 16], body }
}

pub(super) fn definition(key: u64, process_id: &str, version: u32) -> DefinitionRow {
    DefinitionRow {
        key,
        deployment: key + 1_000,
        tenant: 0,
        process_id: process_id.into(),
        name: "Pay".into(),
        version,
        version_tag: "".into(),
        resource: "pay.bpmn".into(),
        digest: [7; 32],
        deployed_ms: NOW_MS,
        source: b"<definitions/>".to_vec(),
    }
}

pub(super) fn resource(key: u64, id: &str, version: u32) -> ResourceRow {
    ResourceRow {
        key,
        kind: 1,
        deployment: key + 1_000,
        tenant: 0,
        id: id.into(),
        name: "Discounts".into(),
        version,
        version_tag: "".into(),
        resource: "discounts.dmn".into(),
        digest: [7; 32],
        deployed_ms: NOW_MS,
        parent: None,
        source: b"<definitions/>".to_vec(),
    }
}

/// A decision that is part of `resource(parent, "discounts", 1)`.
pub(super) fn part(key: u64, parent: u64) -> ResourceRow {
    let of = ParentRow { key: parent, id: "discounts".into(), name: "D".into(), version: 1 };
    let row = resource(key, "discount", 1);
    ResourceRow { kind: 2, parent: Some(of), source: Vec::new(), ..row }
}

pub(super) fn batch(components: Vec<Component>, claims: Vec<JobClaim>) -> Batch {
    Batch { now_ms: NOW_MS, components, claims }
}

pub(super) fn commit(store: &dyn Store, components: Vec<Component>) -> Vec<bool> {
    commit_all(store, &batch(components, vec![])).accepted
}

pub(super) fn commit_all(store: &dyn Store, batch: &Batch) -> Committed {
    store.commit(batch).expect("a store without faults commits")
}

pub(super) fn claimed(store: &dyn Store, now_ms: i64, wish: JobClaim) -> Vec<JobRow> {
    let batch = Batch { now_ms, components: vec![], claims: vec![wish] };
    commit_all(store, &batch).claimed.remove(0).jobs
}

pub(super) fn loaded(store: &dyn Store, load: &Load) -> Loaded {
    store.load(load).expect("a store without faults loads")
}

pub(super) fn aggregate(store: &dyn Store, key: u64) -> Option<AggregateRow> {
    let load = Load { aggregates: vec![(key, Pages::All)], ..Load::default() };
    loaded(store, &load).aggregates.remove(0)
}

pub(super) fn body(store: &dyn Store, key: u64) -> Option<String> {
    let row = aggregate(store, key)?;
    Some(String::from_utf8(row.body).expect("bodies of cases are text"))
}

pub(super) fn job_now(store: &dyn Store, key: u64) -> Option<JobRow> {
    loaded(store, &Load { jobs: vec![key], ..Load::default() }).jobs.remove(0)
}

/// A cell that fits the column; the same for the same number.
pub(super) fn cell_of(view: View, column: usize, number: i64) -> Cell {
    if view.columns()[column].kind.is_text() {
        Cell::Text(format!("text ö {number}").as_str().into())
    } else {
        Cell::Int(number)
    }
}

/// A row of the view in tenant 0. Its key begins with the number; `sparse`: the rest is absent.
pub(super) fn row_of(view: View, number: i64, sparse: bool) -> Vec<Cell> {
    let spec = view.spec();
    let cells = (0..spec.columns.len()).map(|place| {
        if spec.tenant as usize == place {
            Cell::Int(0)
        } else if spec.key.contains(&(place as u16)) {
            cell_of(view, place, number)
        } else if sparse {
            Cell::Null
        } else {
            cell_of(view, place, number * 10 + place as i64)
        }
    });
    cells.collect()
}

/// Commits one more history row: its position, as views are written through rows that are there.
pub(super) fn one_more(store: &dyn Store) -> u64 {
    let component = Component { history: vec![history(77, "moved")], ..Component::default() };
    commit_all(store, &batch(vec![component], vec![])).position
}

pub(super) fn write_views(store: &dyn Store, writes: &[ViewWrite]) {
    store.project(one_more(store), writes).expect("a store without faults projects");
}

pub(super) fn ask(
    store: &dyn Store,
    view: View,
    filters: Vec<Filter>,
    sort: Vec<(Column, bool)>,
) -> Rows {
    let page = Page { limit: 100, start: PageStart::Offset(0) };
    let query = Query { view, tenants: vec![0], filters, conditions: vec![], sort, page };
    store.query(&query).expect("a store without faults answers")
}
