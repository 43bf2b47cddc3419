//! Broadcasts and messages to where too many wait already, over lanes that come and go: each is
//! heard exactly once.
//!
//! Not here: what a listener does, and small broadcasts; scenarios tell those.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use engine::event::InstanceEvent;
use engine::key::Key;
use engine::record::{Events, decode_sections};
use engine::state::bpmn_signal::BpmnSignalEvent;
use engine::state::mailbox::{MailboxEvent, Shape};
use runtime::deploy::compile_all;
use runtime::lane::{Answered, Lane, LaneLimits, LaneOptions, Order, Reply};
use runtime::project::Projection;
use runtime::request::{Answer, Caller, DefinitionRef, Request, Resource};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::Store;
use store::memory::Memory;
use tokio::sync::oneshot;

const NOW_MS: i64 = 1_767_225_600_000;
const LISTENERS: usize = 3_000;
const THROWN: usize = 1_500;

fn open(store: &Arc<Memory>) -> Lane {
    open_with(store, Shape::default())
}

fn open_with(store: &Arc<Memory>, mailbox: Shape) -> Lane {
    let zone = jiff::tz::TimeZone::UTC;
    // No page stays in memory: every step has to read what it looks at.
    let limits = LaneLimits { aggregate_bytes: 0, mailbox, ..LaneLimits::default() };
    Lane::open(store.clone(), LaneOptions { node: 0, zone, seed: 7, shared: false, limits })
        .unwrap()
}

fn order(request: Request) -> (Order, oneshot::Receiver<Answered>) {
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
    let (sender, answer) = oneshot::channel();
    (Order::Request { caller, request, compiled, reply: Reply::to(sender) }, answer)
}

/// One turn: steps, commits, takes back what goes on.
fn turn(lane: &mut Lane, store: &Memory, orders: Vec<Order>) {
    turn_at(lane, store, NOW_MS, orders);
}

fn turn_at(lane: &mut Lane, store: &Memory, now_ms: i64, orders: Vec<Order>) {
    let mut orders = orders;
    let prepared = loop {
        match lane.prepare(now_ms, orders) {
            Ok(prepared) => break prepared,
            Err(unprepared) => orders = unprepared.orders,
        }
    };
    let committed = store.commit(&prepared.batch).unwrap();
    let finished = lane.finish(prepared, &committed, &mut Projection::default()).unwrap();
    if !finished.again.is_empty() {
        turn_at(lane, store, now_ms, finished.again);
    }
}

fn ask(lane: &mut Lane, store: &Memory, request: Request) -> Answer {
    let (order, mut answer) = order(request);
    turn(lane, store, vec![order]);
    answer.try_recv().unwrap().unwrap()
}

/// How often each subscription heard a broadcast, and how many instances have completed.
fn heard(store: &Memory) -> (BTreeMap<Key, u32>, usize) {
    let (mut heard, mut completed, mut after) = (BTreeMap::new(), 0, 0);
    loop {
        let rows = store.events(after, 1_000).unwrap();
        let Some(last) = rows.last() else { return (heard, completed) };
        after = last.position;
        for row in &rows {
            for section in decode_sections(Key(row.aggregate), &row.body).unwrap() {
                let Events::Instance(events) = section.events else { continue };
                for event in events {
                    match event {
                        InstanceEvent::BpmnSignalReceived { key, .. } => {
                            *heard.entry(key).or_default() += 1;
                        }
                        InstanceEvent::InstanceCompleted => completed += 1,
                        _ => {}
                    }
                }
            }
        }
    }
}

fn deploy(lane: &mut Lane, store: &Memory, id: &str, process: &str) {
    let content = model::short::to_bpmn(process).unwrap();
    let content = content.replace("id=\"process\"", &format!("id=\"{id}\"")).into_bytes();
    let resources = vec![Resource { name: format!("{id}.bpmn"), content }];
    ask(lane, store, Request::Deploy { resources });
}

fn start_many(lane: &mut Lane, store: &Memory, id: &str, count: usize) {
    let start = || Request::CreateInstance {
        definition: DefinitionRef::Latest(id.into()),
        variables: Vec::new(),
        business_id: None,
        await_result: false,
        options: Default::default(),
    };
    for begin in (0..count).step_by(500) {
        let orders = (begin..count.min(begin + 500)).map(|_| order(start()).0).collect();
        turn(lane, store, orders);
    }
}

/// How many broadcasts were accepted, and how many have arrived.
fn broadcasts(store: &Memory) -> (usize, usize) {
    let (mut accepted, mut arrived, mut after) = (0, 0, 0);
    loop {
        let rows = store.events(after, 1_000).unwrap();
        let Some(last) = rows.last() else { return (accepted, arrived) };
        after = last.position;
        for row in &rows {
            for section in decode_sections(Key(row.aggregate), &row.body).unwrap() {
                let Events::BpmnSignal(events) = section.events else { continue };
                for event in events {
                    accepted +=
                        usize::from(matches!(event, BpmnSignalEvent::BroadcastAccepted { .. }));
                    arrived += usize::from(event == BpmnSignalEvent::BroadcastEnded);
                }
            }
        }
    }
}

#[test]
fn what_processes_broadcast_while_too_many_are_on_their_way_waits_for_its_turn() {
    let store = Arc::new(Memory::new());
    let mut lane = open(&store);
    deploy(&mut lane, &store, "hears", "start -> hear:catch-signal(news) -> end");
    deploy(&mut lane, &store, "tells", "start -> tell:signal-throw(news) -> end");
    start_many(&mut lane, &store, "hears", LISTENERS);
    for _ in 0..50 {
        turn(&mut lane, &store, Vec::new());
    }
    start_many(&mut lane, &store, "tells", THROWN);
    let (accepted, _) = broadcasts(&store);
    assert!(accepted < THROWN, "some wait for room, for {accepted} were accepted");
    let request = Request::BroadcastBpmnSignal { name: "news".into(), variables: Vec::new() };
    let (order, mut answer) = order(request);
    turn(&mut lane, &store, vec![order]);
    assert!(answer.try_recv().unwrap().is_err(), "who can be told is told");
    for round in 0..400 {
        if round % 50 == 0 {
            // The process ends and begins again: what waits is in the store.
            lane = open(&store);
        }
        turn(&mut lane, &store, Vec::new());
        if round % 25 == 0 && broadcasts(&store) == (THROWN, THROWN) {
            break;
        }
    }
    assert_eq!(broadcasts(&store), (THROWN, THROWN), "none is lost, none comes twice");
    let (heard, completed) = heard(&store);
    assert_eq!((heard.len(), completed), (LISTENERS, LISTENERS + THROWN));
    assert!(store.pending_effects((0, 0, 0), 1).unwrap().is_empty());
}

#[test]
fn thousands_hear_a_broadcast_once_each_although_lanes_come_and_go() {
    let store = Arc::new(Memory::new());
    let mut lane = open(&store);
    let content = model::short::to_bpmn("start -> hear:catch-signal(news) -> end").unwrap();
    let content = content.into_bytes();
    let resources = vec![Resource { name: "news.bpmn".into(), content }];
    ask(&mut lane, &store, Request::Deploy { resources });
    let start = || Request::CreateInstance {
        definition: DefinitionRef::Latest("process".into()),
        variables: Vec::new(),
        business_id: None,
        await_result: false,
        options: Default::default(),
    };
    for _ in 0..LISTENERS / 500 {
        let orders = (0..500).map(|_| order(start()).0).collect();
        turn(&mut lane, &store, orders);
    }
    // What a turn leaves goes on in the next.
    for _ in 0..50 {
        turn(&mut lane, &store, Vec::new());
    }
    let request = Request::BroadcastBpmnSignal { name: "news".into(), variables: Vec::new() };
    let answer = ask(&mut lane, &store, request);
    assert!(matches!(answer, Answer::BpmnSignalBroadcast { signal } if signal != Key(0)));
    let (after_first, _) = heard(&store);
    assert!(after_first.len() < LISTENERS, "a turn reaches some, not {}", after_first.len());
    for round in 0..200 {
        // The process ends and begins again: memory is gone.
        if round % 3 == 0 {
            lane = open(&store);
        }
        turn(&mut lane, &store, Vec::new());
    }
    let (heard, completed) = heard(&store);
    assert_eq!(heard.len(), LISTENERS, "everybody has heard it");
    assert!(heard.values().all(|times| *times == 1), "nobody twice");
    assert_eq!(completed, LISTENERS);
    let left = store.aggregates(0, 10).unwrap();
    let kinds: Vec<u8> = left.iter().map(|row| row.kind).collect();
    assert_eq!(kinds, [engine::state::Kind::Head as u8], "only the definition is left");
    assert!(store.pending_effects((0, 0, 0), 1).unwrap().is_empty());
}

#[test]
fn what_processes_publish_into_a_full_mailbox_waits_for_room() {
    let store = Arc::new(Memory::new());
    let room = Shape::SMALL.messages_max();
    let mut lane = open_with(&store, Shape::SMALL);
    deploy(
        &mut lane,
        &store,
        "tells",
        "start -> tell:message-throw(news) publish(desk, PT10M) -> end",
    );
    start_many(&mut lane, &store, "tells", 500);
    assert_eq!(messages(&store), (room, 0), "more have no room");
    let publish = Request::PublishMessage {
        name: "news".into(),
        correlation_key: "desk".into(),
        id: None,
        ttl_ms: 60_000,
        variables: Vec::new(),
    };
    let (order, mut answer) = order(publish);
    turn(&mut lane, &store, vec![order]);
    assert!(answer.try_recv().unwrap().is_err(), "who can be told is told");
    deploy(&mut lane, &store, "hears", "start -> hear:catch-message(news, = \"desk\") -> end");
    start_many(&mut lane, &store, "hears", 500);
    assert_eq!(messages(&store), (room, room), "messages stay until their time is over");
    // The process ends and begins again: what waits is in the store.
    lane = open_with(&store, Shape::SMALL);
    for minutes in [5, 11, 12] {
        for _ in 0..20 {
            turn_at(&mut lane, &store, NOW_MS + minutes * 60_000, Vec::new());
        }
    }
    assert_eq!(messages(&store), (500, 500), "none is lost, none comes twice");
    assert!(store.pending_effects((0, 0, 0), 1).unwrap().is_empty());
}

/// How many messages were published, and how many were received.
fn messages(store: &Memory) -> (usize, usize) {
    let (mut published, mut received, mut after) = (0, 0, 0);
    loop {
        let rows = store.events(after, 1_000).unwrap();
        let Some(last) = rows.last() else { return (published, received) };
        after = last.position;
        for row in &rows {
            for section in decode_sections(Key(row.aggregate), &row.body).unwrap() {
                match section.events {
                    Events::Mailbox(events) => {
                        let is_new = |event: &&MailboxEvent| {
                            matches!(event, MailboxEvent::MessagePublished { .. })
                        };
                        published += events.iter().filter(is_new).count();
                    }
                    Events::Instance(events) => {
                        let takes = |event: &&InstanceEvent| {
                            matches!(event, InstanceEvent::SubscriptionCorrelated { .. })
                        };
                        received += events.iter().filter(takes).count();
                    }
                    _ => {}
                }
            }
        }
    }
}
