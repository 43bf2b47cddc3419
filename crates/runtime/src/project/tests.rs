//! What is folded as it happens is what is folded from history later.

use super::Projection;
use crate::deploy::compile_all;
use crate::lane::{Lane, LaneLimits, LaneOptions, Order, Reply};
use crate::request::{Caller, DefinitionRef, Request, Resource};
use engine::key::Key;
use engine::record::decode_sections;
use std::sync::Arc;
use store::Store;
use store::memory::Memory;
use store::view::{Cell, View, ViewWrite, audit};

const NOW_MS: i64 = 1_800_000_000_000;

fn order(request: Request) -> Order {
    let compiled = match &request {
        Request::Deploy { resources } => compile_all(resources.clone()).unwrap(),
        _ => Vec::new(),
    };
    let actor = access::Actor {
        id: "local".into(),
        acting_for: None,
        tenants: [0].into(),
        grants: access::Grants::All,
    };
    let caller = Caller { actor, tenant: 0, request_key: None };
    Order::Request { caller, request, compiled, reply: Reply::nowhere() }
}

fn create(name: &str) -> Request {
    Request::CreateInstance {
        definition: DefinitionRef::Latest("process".into()),
        variables: vec![(name.into(), "1".into())],
        business_id: None,
        await_result: false,
        options: Default::default(),
    }
}

fn sorted((_, writes): (u64, Vec<ViewWrite>)) -> Vec<String> {
    let mut sorted: Vec<String> = writes.iter().map(|write| format!("{write:?}")).collect();
    sorted.sort();
    sorted
}

#[test]
fn history_folded_later_is_what_was_folded_at_once() {
    let store: Arc<dyn Store> = Arc::new(Memory::new());
    let zone = jiff::tz::TimeZone::UTC;
    let limits = LaneLimits::default();
    let options = LaneOptions { node: 0, zone, seed: 1, shared: false, limits };
    let mut lane = Lane::open(store.clone(), options).unwrap();
    let mut at_once = Projection::default();
    let content = model::short::to_bpmn("start -> a:job(a) -> end").unwrap().into_bytes();
    let resources = vec![Resource { name: "p.bpmn".to_owned(), content }];
    let batches =
        [vec![Request::Deploy { resources }], vec![create("x"), create("y"), create("x")]];
    for requests in batches {
        let orders = requests.into_iter().map(order).collect();
        let prepared = lane.prepare(NOW_MS, orders).unwrap_or_else(|_| panic!("prepared"));
        let committed = store.commit(&prepared.batch).unwrap();
        lane.finish(prepared, &committed, &mut at_once).unwrap();
    }
    let mut later = Projection::default();
    for row in store.events(0, 100).unwrap() {
        let key = Key(row.aggregate);
        let sections = decode_sections(key, &row.body).unwrap();
        later.fold(lane.definitions(), (key, row.position), row.at_ms, &sections);
        later.through(row.position);
    }
    let at_once = at_once.take();
    let rows = at_once.1.partition_point(|write| !matches!(write, ViewWrite::Count(..)));
    assert!(rows < at_once.1.len(), "counters come last");
    assert!(at_once.1[rows..].iter().all(|write| matches!(write, ViewWrite::Count(..))));
    let acts = at_once.1.iter().filter_map(|write| match write {
        ViewWrite::Put(View::Audit, cells) => Some(cells[audit::KEY as usize].clone()),
        _ => None,
    });
    let acts: std::collections::BTreeSet<Cell> = acts.collect();
    assert_eq!(acts.len(), 4, "each command has a key of its own");
    assert_eq!(sorted(at_once), sorted(later.take()));
}
