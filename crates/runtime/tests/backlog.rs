//! A mailbox with very many messages, over lanes and a store: bytes, memory, and other lanes.
//!
//! Not here: what lies in which page (`engine/tests/mailbox`).
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use runtime::deploy::compile_all;
use runtime::lane::{Answered, Lane, LaneLimits, LaneOptions, Order, Prepared, Reply};
use runtime::project::Projection;
use runtime::request::{Answer, Caller, DefinitionRef, Request, Resource};
use std::sync::Arc;
use store::Store;
use store::memory::Memory;
use tokio::sync::oneshot;

const NOW_MS: i64 = 1_767_225_600_000;
const SHORT: &str = "start -> hear:receive(paid, = order) -> end";

struct Desk {
    store: Arc<Memory>,
    lane: Lane,
    /// Bytes of aggregates the last batch wrote.
    written: usize,
}

impl Desk {
    fn open(store: &Arc<Memory>, node: u16, shared: bool) -> Desk {
        let zone = jiff::tz::TimeZone::UTC;
        // No page stays in memory: every step has to read what it looks at.
        let limits = LaneLimits { aggregate_bytes: 0, ..LaneLimits::default() };
        let options = LaneOptions { node, zone, seed: u64::from(node), shared, limits };
        let lane = Lane::open(store.clone(), options).unwrap();
        Desk { store: store.clone(), lane, written: 0 }
    }

    fn prepare(&mut self, orders: Vec<Order>) -> Prepared {
        let mut orders = orders;
        loop {
            match self.lane.prepare(NOW_MS, orders) {
                Ok(prepared) => return prepared,
                Err(unprepared) => orders = unprepared.orders,
            }
        }
    }

    fn commit(&mut self, prepared: Prepared) {
        let components = prepared.batch.components.iter();
        let writes = components.flat_map(|component| &component.aggregates);
        self.written = writes
            .map(|write| {
                let pages = write.pages.iter().filter_map(|(_, body)| body.as_ref());
                let root = write.body.as_ref().map_or(0, Vec::len);
                root + pages.map(Vec::len).sum::<usize>()
            })
            .sum();
        let committed = self.store.commit(&prepared.batch).unwrap();
        let finished = self.lane.finish(prepared, &committed, &mut Projection::default()).unwrap();
        if !finished.again.is_empty() {
            let prepared = self.prepare(finished.again);
            self.commit(prepared);
        }
    }

    fn ask(&mut self, request: Request) -> Answered {
        let (order, mut answer) = order(request);
        let prepared = self.prepare(vec![order]);
        self.commit(prepared);
        answer.try_recv().expect("a request is answered after its commit")
    }

    /// Bytes a request made the lane read and write.
    fn bytes_of(&mut self, request: Request) -> u64 {
        let before = self.lane.counts().loaded_bytes;
        self.ask(request).unwrap();
        self.lane.counts().loaded_bytes - before + self.written as u64
    }

    fn fill(&mut self, count: u64) {
        for from in (0..count).step_by(1_000) {
            let ids = from..count.min(from + 1_000);
            let prepared = self.prepare(ids.map(|id| order(publish(id)).0).collect());
            self.commit(prepared);
        }
    }
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

fn publish(id: u64) -> Request {
    publish_for(id, 3_600_000)
}

fn publish_for(id: u64, ttl_ms: i64) -> Request {
    Request::PublishMessage {
        name: "paid".into(),
        correlation_key: "k".into(),
        id: Some(id.to_string().into()),
        ttl_ms,
        variables: vec![("id".into(), id.to_string().into())],
    }
}

/// An instance that takes a message of the one correlation key.
fn start() -> Request {
    let definition = DefinitionRef::Latest("process".into());
    let variables = vec![("order".into(), "\"k\"".into())];
    Request::CreateInstance {
        definition,
        variables,
        business_id: None,
        await_result: true,
        options: Default::default(),
    }
}

fn deployed() -> Desk {
    let mut desk = Desk::open(&Arc::new(Memory::new()), 0, false);
    let content = model::short::to_bpmn(SHORT).unwrap().into_bytes();
    let resources = vec![Resource { name: "p.bpmn".to_owned(), content }];
    desk.ask(Request::Deploy { resources }).unwrap();
    desk
}

/// The id of the message an instance took.
fn taken(answer: Answered) -> String {
    let Ok(Answer::InstanceEnded(ended)) = answer else { panic!("it has ended: {answer:?}") };
    let id = ended.variables.iter().find(|(name, _)| &**name == "id");
    id.map(|(_, value)| value.to_string()).unwrap()
}

#[test]
fn a_step_reads_and_writes_as_much_with_100_000_messages_as_with_1_000() {
    let bytes = |count| {
        let mut desk = deployed();
        desk.fill(count);
        let (mut published, mut correlated) = (0, 0);
        for n in 0..64 {
            published = published.max(desk.bytes_of(publish(count + n)));
            correlated = correlated.max(desk.bytes_of(start()));
        }
        let held = desk.lane.counts().cached_bytes;
        assert!(held < 64 * 1_024, "{held} bytes stay in memory");
        (published, correlated)
    };
    let (few, many) = (bytes(1_000), bytes(100_000));
    assert!(many.0 <= 2 * few.0 && many.1 <= 2 * few.1, "{few:?} and {many:?} bytes");
}

#[test]
fn pages_another_lane_has_written_are_not_mixed_with_an_older_root() {
    let mut first = deployed();
    first.fill(200);
    let store = first.store;
    let (mut one, mut other) = (Desk::open(&store, 1, true), Desk::open(&store, 2, true));
    for n in 0..100 {
        let desk = if n % 3 == 0 { &mut one } else { &mut other };
        assert_eq!(taken(desk.ask(start())), n.to_string(), "each message is taken once, in order");
    }
    assert_eq!(runtime::doctor::examine(&*store).unwrap(), []);
}

#[test]
fn a_batch_is_stepped_on_pages_whose_commit_is_on_its_way() {
    let mut desk = deployed();
    desk.fill(200);
    let (mut late, mut answers) = (None, Vec::new());
    for _ in 0..70 {
        let (order, answer) = order(start());
        answers.push(answer);
        let next = desk.prepare(vec![order]);
        if let Some(prepared) = late.replace(next) {
            desk.commit(prepared);
        }
    }
    desk.commit(late.unwrap());
    for (n, mut answer) in answers.into_iter().enumerate() {
        assert_eq!(taken(answer.try_recv().unwrap()), n.to_string());
    }
    assert_eq!(runtime::doctor::examine(&*desk.store).unwrap(), []);
}

#[test]
fn a_message_that_leaves_no_row_still_comes_after_what_another_lane_put_there() {
    let store = deployed().store;
    let (mut one, mut other) = (Desk::open(&store, 1, true), Desk::open(&store, 2, true));
    let late = one.prepare(vec![order(publish_for(1, 0)).0]);
    other.ask(publish(2)).unwrap();
    let committed = store.commit(&late.batch).unwrap();
    assert_eq!(committed.accepted, [false], "there was no row when it was decided");
    let finished = one.lane.finish(late, &committed, &mut Projection::default()).unwrap();
    let again = one.prepare(finished.again);
    one.commit(again);
    assert_eq!(runtime::doctor::examine(&*store).unwrap(), []);
}
