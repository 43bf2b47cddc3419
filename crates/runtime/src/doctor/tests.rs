//! The doctor finds nothing in a sound store, and each kind of damage in a damaged one.

use super::*;
use crate::lane::{Lane, LaneLimits, LaneOptions, Order, Reply};
use crate::project::Projection;
use crate::request::{Caller, DefinitionRef, Request, Resource, WorkRequest};
use std::sync::Arc;
use store::batch::{Batch, Component, JobRow, JobWrite, TimerRow, TimerWrite};
use store::memory::Memory;
use store::view::{Cell, View, ViewWrite, jobs};

const NOW_MS: i64 = 1_767_225_600_000;

fn request(request: Request) -> Order {
    let actor = access::Actor {
        id: "local".into(),
        acting_for: None,
        tenants: [0].into(),
        grants: access::Grants::All,
    };
    let compiled = match &request {
        Request::Deploy { resources } => crate::deploy::compile_all(resources.clone()).unwrap(),
        _ => Vec::new(),
    };
    let caller = Caller { actor, tenant: 0, request_key: None };
    Order::Request { caller, request, compiled, reply: Reply::nowhere() }
}

/// A store with one instance that waits for a job, a timer and a message.
fn store() -> Arc<Memory> {
    let store = Arc::new(Memory::new());
    let filled: Arc<dyn Store> = store.clone();
    fill(&filled);
    store
}

fn fill(store: &Arc<dyn Store>) {
    fill_with(store, SHORT);
}

const SHORT: &str = "start -> fork:and -> a:job(a) -> join:and -> end
    fork -> wait:catch-message(paid, = key) -> join
    a ! late:timer(PT1H) -> gone:end";

fn fill_with(store: &Arc<dyn Store>, short: &str) {
    let content = model::short::to_bpmn(short).unwrap().into_bytes();
    let variables = vec![("key".into(), "\"k\"".into())];
    let create = Request::CreateInstance {
        definition: DefinitionRef::Latest("process".into()),
        variables,
        business_id: None,
        await_result: false,
        options: Default::default(),
    };
    let resources = vec![Resource { name: "p.bpmn".to_owned(), content }];
    carry_out(store, vec![Request::Deploy { resources }, create]);
}

/// Carries out requests, one commit each.
fn carry_out(store: &Arc<dyn Store>, requests: Vec<Request>) {
    let options = LaneOptions {
        node: 0,
        zone: jiff::tz::TimeZone::UTC,
        seed: 1,
        shared: false,
        limits: LaneLimits::default(),
    };
    let mut lane = Lane::open(store.clone(), options).unwrap();
    let mut projection = Projection::default();
    for order in requests.into_iter().map(request) {
        let prepared = lane.prepare(NOW_MS, vec![order]).unwrap_or_else(|_| panic!("prepared"));
        let committed = store.commit(&prepared.batch).unwrap();
        lane.finish(prepared, &committed, &mut projection).unwrap();
    }
    let (through, writes) = projection.take();
    store.project(through, &writes).unwrap();
}

fn job(store: &Memory) -> JobRow {
    store.all_jobs(0, 1).unwrap().remove(0)
}

fn write(store: &Memory, component: Component) {
    let batch = Batch { now_ms: NOW_MS, components: vec![component], claims: Vec::new() };
    assert_eq!(store.commit(&batch).unwrap().accepted, [true]);
}

fn only_finding(store: &Memory, words: &str) {
    let findings = examine(store).unwrap();
    let told: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(told.len() == 1 && told[0].contains(words), "{told:#?}");
}

#[test]
fn finds_nothing_in_a_sound_store() {
    assert_eq!(examine(&*store()).unwrap(), []);
}

#[test]
fn finds_nothing_in_a_sound_data_folder() {
    let folder = tempfile::tempdir().unwrap();
    let options = store::sqlite::Options::default();
    let sqlite = Arc::new(store::sqlite::Sqlite::open(folder.path(), &options).unwrap());
    let filled: Arc<dyn Store> = sqlite.clone();
    fill(&filled);
    assert_eq!(examine(&*sqlite).unwrap(), []);
}

#[test]
fn finds_nothing_where_alerts_came_and_went() {
    let store = Arc::new(Memory::new());
    let rule = "{kind: detection-rule, id: warm, on: {type: reading}, subject: data.of,
        detect: {threshold: {when: data.value > 8}}, alert: {case: cold}}";
    let case_type = "{kind: case-type, id: cold, sla: {goal: PT1H, deadline: PT2H},
        outcome: [{id: quiet, quiet: PT1H}]}";
    let file = |name: &str, text: &str| Resource {
        name: name.to_owned(),
        content: text.as_bytes().to_vec(),
    };
    let resources = vec![file("warm.yaml", rule), file("cold.yaml", case_type)];
    let event = |(id, value): (usize, &u32)| {
        let event = ::work::received::CloudEvent {
            id: id.to_string().into(),
            source: "/s".into(),
            kind: "reading".into(),
            data: format!("{{\"of\":\"a\",\"value\":{value}}}").into(),
            ..Default::default()
        };
        Request::Work(WorkRequest::ReceiveEvents { events: vec![event] })
    };
    let mut requests = vec![Request::Deploy { resources }];
    requests.extend([9, 10, 3, 12].iter().enumerate().map(event));
    let filled: Arc<dyn Store> = store.clone();
    carry_out(&filled, requests);
    assert_eq!(examine(&*store).unwrap(), []);
}

#[test]
fn finds_a_job_without_its_row() {
    let store = store();
    let jobs = vec![JobWrite::Delete { key: job(&store).key, attempt: None }];
    write(&store, Component { jobs, ..Component::default() });
    only_finding(&store, "expected a row of job");
}

#[test]
fn finds_a_job_row_nobody_holds() {
    let store = store();
    let jobs = vec![JobWrite::Put(JobRow { key: 7, ..job(&store) })];
    write(&store, Component { jobs, ..Component::default() });
    only_finding(&store, "an instance that holds job 7");
}

#[test]
fn finds_a_job_that_is_never_handed_out() {
    let store = store();
    let jobs = vec![JobWrite::Put(JobRow { due_ms: i64::MAX, ..job(&store) })];
    write(&store, Component { jobs, ..Component::default() });
    only_finding(&store, "to be handed out some time");
}

#[test]
fn finds_a_timer_that_would_never_fire_and_one_nobody_holds() {
    let store = store();
    let row = store.all_timers(0, 1).unwrap().remove(0);
    let timers = vec![TimerWrite::Put(TimerRow { due_ms: row.due_ms + 1, ..row })];
    write(&store, Component { timers, ..Component::default() });
    only_finding(&store, "I9: expected TimerRow");
    let timers = vec![TimerWrite::Put(row.clone()), TimerWrite::Put(TimerRow { key: 7, ..row })];
    write(&store, Component { timers, ..Component::default() });
    only_finding(&store, "an instance that holds timer 7");
}

#[test]
fn finds_a_subscription_only_the_instance_knows() {
    let store = store();
    let rows = store.aggregates(0, 10).unwrap();
    let mailbox = rows.iter().find(|row| row.kind == engine::state::Kind::Mailbox as u8).unwrap();
    let gone = store::batch::AggregateWrite {
        key: mailbox.key,
        kind: mailbox.kind,
        tenant: 0,
        expected: Some(mailbox.stamp),
        stamp: 1,
        body: None,
        pages: Vec::new(),
    };
    write(&store, Component { aggregates: vec![gone], ..Component::default() });
    only_finding(&store, "I8: expected subscription");
}

#[test]
fn finds_a_call_without_what_it_called_and_the_reverse() {
    let short = "process process
        start -> ask:call(called) -> end
        process called
        start -> a:job(a) -> end";
    for (of_caller, words) in [(false, "to live for the call in slot"), (true, "to wait for it")] {
        let store = Arc::new(Memory::new());
        let filled: Arc<dyn Store> = store.clone();
        fill_with(&filled, short);
        assert_eq!(examine(&*store).unwrap(), [], "a call is sound");
        let rows = store.aggregates(0, 10).unwrap();
        let instances = rows.iter().filter(|row| row.kind == engine::state::Kind::Instance as u8);
        let keys = instances.map(|row| (row.key, row.stamp, row.kind));
        let called = |key: u64| {
            let row = rows.iter().find(|row| row.key == key).unwrap();
            let state = engine::record::decode_instance(Key(key), &row.body, &row.pages).unwrap();
            state.parent.is_some()
        };
        let found = keys.into_iter().find(|(key, _, _)| called(*key) != of_caller).unwrap();
        let gone = store::batch::AggregateWrite {
            key: found.0,
            kind: found.2,
            tenant: 0,
            expected: Some(found.1),
            stamp: 1,
            body: None,
            pages: Vec::new(),
        };
        write(&store, Component { aggregates: vec![gone], ..Component::default() });
        let told: Vec<String> = examine(&*store).unwrap().iter().map(ToString::to_string).collect();
        assert!(told.iter().any(|line| line.contains(words)), "{told:#?}");
    }
}

#[test]
fn finds_a_state_its_events_do_not_add_up_to() {
    let store = store();
    let rows = store.aggregates(0, 10).unwrap();
    let row = rows.iter().find(|row| row.kind == engine::state::Kind::Instance as u8).unwrap();
    let key = Key(row.key);
    let mut state = engine::record::decode_instance(key, &row.body, &row.pages).unwrap();
    state.business_id = Some("forged".into());
    let forged = store::batch::AggregateWrite {
        key: row.key,
        kind: row.kind,
        tenant: 0,
        expected: Some(row.stamp),
        stamp: 1,
        body: Some(engine::record::encode(key, &state)),
        pages: Vec::new(),
    };
    write(&store, Component { aggregates: vec![forged], ..Component::default() });
    only_finding(&store, "I5: expected what its events add up to");
}

#[test]
fn finds_a_view_that_tells_otherwise() {
    let store = store();
    let key = vec![Cell::Int(job(&store).key.cast_signed())];
    let done = ViewWrite::Patch(View::Jobs, key, vec![(jobs::STATE, Cell::Int(2))]);
    store.project(store.projected().unwrap(), &[done]).unwrap();
    only_finding(&store, "live Jobs");
}

#[test]
fn finds_a_counter_that_counts_wrong() {
    let store = store();
    let definition = store.definitions(0, 1).unwrap().remove(0).key;
    let key = vec![Cell::Int(definition.cast_signed()), Cell::Text("a".into())];
    let more = ViewWrite::Add(View::Counts, key, store::view::counts::ACTIVE, 1);
    store.project(store.projected().unwrap(), &[more]).unwrap();
    only_finding(&store, "expected [1, 0, 0] live");
}
