//! Message storms: thousands of messages for one process, and for one key nobody waits at; and
//! circles that never end by themselves, of messages and of calls.
//!
//! Not here: orders that overtake each other; those are the simulator's.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use engine::key::Key;
use runtime::node::{Node, Options};
use runtime::request::{Answer, Caller, DefinitionRef, Refusal, Request, Resource};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::Store;
use store::memory::Memory;
use tokio::task::JoinSet;

/// Messages, unless `SEGUE_STORM_MESSAGES` says otherwise.
const MESSAGES: u32 = 1_500;
/// Publications under way at once.
const AT_ONCE: usize = 128;
const PATIENCE: Duration = Duration::from_secs(300);

/// Takes messages until one says that it is the last.
const LISTENER: &str = "process p\nstart -> told:receive(told, = \"k\") -> gate:xor\n\
    gate -[= last]-> done:end\ngate -[default]-> told";
/// Two that send each other messages for ever.
const PING: &str = "process ping\nstart -> merge:xor -> say:message-throw(ping) publish(= \"k\", PT1S) -> \
    hear:catch-message(pong, = \"k\") -> merge";
const PONG: &str = "process pong\nstart -> merge:xor -> hear:catch-message(ping, = \"k\") -> \
    say:message-throw(pong) publish(= \"k\", PT1S) -> merge";
/// Two that start each other by messages for ever.
const TICK: &str = "process tick\nstart:message-start(tick) -> \
    say:message-end(tock) publish(= \"k\")";
const TOCK: &str = "process tock\nstart:message-start(tock) -> \
    say:message-end(tick) publish(= \"k\")";
/// Calls itself.
const SELF: &str = "process self\nstart -> again:call(self) -> end";
/// Somebody else.
const OTHER: &str = "process other\nstart -> v:script(= 1, v) -> end";
/// Takes one.
const TAKER: &str = "process p\nstart -> told:receive(told, = \"k\") -> done:end";

fn caller() -> Caller {
    let actor = access::Actor {
        id: "a".into(),
        acting_for: None,
        tenants: [0].into(),
        grants: access::Grants::All,
    };
    Caller { actor, tenant: 0, request_key: None }
}

fn messages() -> u32 {
    let said = std::env::var("SEGUE_STORM_MESSAGES").ok();
    said.and_then(|text| text.parse().ok()).unwrap_or(MESSAGES)
}

async fn ask(node: &Node, request: Request) -> Answer {
    node.submit(caller(), request).await.unwrap()
}

async fn deploy(node: &Node, text: &str) {
    let content = model::short::to_bpmn(text).unwrap().into_bytes();
    let resources = vec![Resource { name: "p.bpmn".to_owned(), content }];
    ask(node, Request::Deploy { resources }).await;
}

async fn start(node: &Node) -> Key {
    start_of(node, "p").await
}

async fn start_of(node: &Node, process_id: &str) -> Key {
    let request = Request::CreateInstance {
        definition: DefinitionRef::Latest(process_id.into()),
        variables: vec![("last".into(), "false".into())],
        business_id: None,
        await_result: false,
        options: Default::default(),
    };
    match ask(node, request).await {
        Answer::InstanceCreated(created) => created.instance,
        other => panic!("expected an instance, found {other:?}"),
    }
}

/// Publishes until it is taken in: a full queue says so.
async fn publish(node: &Node, last: bool) {
    loop {
        let request = Request::PublishMessage {
            name: "told".into(),
            correlation_key: "k".into(),
            id: None,
            ttl_ms: 3_600_000,
            variables: vec![("last".into(), last.to_string().into())],
        };
        match node.submit(caller(), request).await {
            Ok(_) => return,
            Err(Refusal::Busy { retry_after_ms }) => {
                tokio::time::sleep(Duration::from_millis(retry_after_ms)).await;
            }
            Err(other) => panic!("{other}"),
        }
    }
}

/// Publishes a tenth at a time and says how long each took.
async fn storm(node: &Node, count: u32) -> Vec<Duration> {
    let mut tenths = Vec::new();
    for _ in 0..10 {
        let (began, mut under_way) = (Instant::now(), JoinSet::new());
        for _ in 0..count / 10 {
            let node = node.clone();
            under_way.spawn(async move { publish(&node, false).await });
            if under_way.len() >= AT_ONCE {
                under_way.join_next().await.unwrap().unwrap();
            }
        }
        under_way.join_all().await;
        tenths.push(began.elapsed());
    }
    tenths
}

async fn until_nothing_lives(store: &Memory) {
    let began = Instant::now();
    let instance = engine::state::Kind::Instance as u8;
    while store.aggregates(0, u32::MAX).unwrap().iter().any(|row| row.kind == instance) {
        assert!(began.elapsed() < PATIENCE, "instances do not end");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn run(test: impl AsyncFnOnce(Arc<Memory>, Node)) {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().unwrap().block_on(async {
        let store = Arc::new(Memory::default());
        let node = Node::start(store.clone(), Options::default()).unwrap();
        test(store.clone(), node.clone()).await;
        node.stop();
        assert_eq!(runtime::doctor::examine(&*store).unwrap(), []);
    });
}

#[test]
fn one_process_takes_a_storm_of_messages() {
    run(async |store, node| {
        deploy(&node, LISTENER).await;
        start(&node).await;
        let tenths = storm(&node, messages()).await;
        println!("{} messages, by tenths: {tenths:?}", messages());
        publish(&node, true).await;
        until_nothing_lives(&store).await;
    });
}

#[test]
fn one_key_keeps_a_storm_of_messages_until_they_are_taken() {
    run(async |store, node| {
        deploy(&node, TAKER).await;
        let tenths = storm(&node, messages()).await;
        println!("{} messages, by tenths: {tenths:?}", messages());
        for _ in 0..messages() / 10 * 10 {
            start(&node).await;
        }
        until_nothing_lives(&store).await;
        // Each reached the process once; for others they wait until their time is over.
    });
}

/// Others start and end while a circle turns.
async fn others_go_on(node: &Node) {
    for _ in 0..50 {
        let request = Request::CreateInstance {
            definition: DefinitionRef::Latest("other".into()),
            variables: Vec::new(),
            business_id: None,
            await_result: true,
            options: Default::default(),
        };
        assert!(matches!(ask(node, request).await, Answer::InstanceEnded(_)));
    }
}

/// Where history ends.
fn end(store: &Memory) -> u64 {
    store.commit(&store::batch::Batch::default()).unwrap().position
}

/// Waits until history has grown by so many rows.
async fn until_grown(store: &Memory, rows: usize) {
    let (began, mut after) = (Instant::now(), end(store));
    let until = after + rows as u64;
    while after < until {
        assert!(began.elapsed() < PATIENCE, "it stands still at {after}");
        tokio::time::sleep(Duration::from_millis(5)).await;
        after = end(store);
    }
}

/// Whether history stops growing.
async fn until_quiet(store: &Memory) {
    let began = Instant::now();
    let mut before = u64::MAX;
    while end(store) != before {
        assert!(began.elapsed() < PATIENCE, "it does not stop");
        before = end(store);
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
}

#[test]
fn two_processes_that_answer_each_other_for_ever_hold_up_nobody_and_end_when_one_is_cancelled() {
    run(async |store, node| {
        for text in [PING, PONG, OTHER] {
            deploy(&node, text).await;
        }
        start_of(&node, "pong").await;
        let ping = start_of(&node, "ping").await;
        until_grown(&store, 500).await;
        let aggregates = store.aggregates(0, u32::MAX).unwrap().len();
        others_go_on(&node).await;
        until_grown(&store, 2_000).await;
        let more = store.aggregates(0, u32::MAX).unwrap().len();
        assert!(more <= aggregates + 2, "{aggregates} and {more}: nothing piles up");
        ask(&node, Request::CancelInstance { instance: ping }).await;
        until_quiet(&store).await;
        others_go_on(&node).await;
    });
}

#[test]
fn a_node_stops_while_processes_start_each_other_for_ever() {
    run(async |store, node| {
        for text in [TICK, TOCK, OTHER] {
            deploy(&node, text).await;
        }
        let (name, correlation_key) = ("tick".into(), "k".into());
        let (id, ttl_ms, variables) = (None, 0, Vec::new());
        let publish = Request::PublishMessage { name, correlation_key, id, ttl_ms, variables };
        ask(&node, publish).await;
        until_grown(&store, 2_000).await;
        others_go_on(&node).await;
        // `run` stops the node: what is left is in the outbox, for the next start.
    });
}

#[test]
fn a_process_that_calls_itself_stops_at_the_depth_allowed_and_can_be_cancelled() {
    run(async |store, node| {
        deploy(&node, SELF).await;
        let root = start_of(&node, "self").await;
        until_quiet(&store).await;
        let instance = engine::state::Kind::Instance as u8;
        let rows = store.aggregates(0, u32::MAX).unwrap();
        let live = rows.iter().filter(|row| row.kind == instance).count();
        assert_eq!(live, engine::limits::CALL_DEPTH_MAX as usize + 1);
        ask(&node, Request::CancelInstance { instance: root }).await;
        until_nothing_lives(&store).await;
    });
}
