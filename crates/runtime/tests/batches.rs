//! Batch operations: items and the note of them in one commit, restarts in the middle, pauses,
//! many instances beside other work.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use access::{Grant, Grants, Permission, ResourceType};
use engine::change::{Modification, Move, Place, Within};
use engine::command::{BatchCommand, RejectionKind};
use engine::key::Key;
use engine::state::batch_operation::{Begun, Operation};
use runtime::batch_operation::Wanted;
use runtime::deploy::compile_all;
use runtime::doctor::examine;
use runtime::lane::{Answered, Lane, LaneLimits, LaneOptions, Order, Prepared, Reply};
use runtime::node::{Node, Options};
use runtime::project::Projection;
use runtime::request::{
    ActivateJobs, Answer, BatchItem, BatchRequest, Caller, DefinitionRef, Refusal, Request,
    Resource,
};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use store::memory::Memory;
use store::sqlite::Sqlite;
use store::view::{
    Cell, Condition, Filter, Page, PageStart, Query, Test, View, batch_items, batches, instances,
};
use tokio::sync::oneshot;

const NOW_MS: i64 = 1_767_225_600_000;

fn caller(grants: Grants) -> Caller {
    let actor = access::Actor { id: "olga".into(), acting_for: None, tenants: [0].into(), grants };
    Caller { actor, tenant: 0, request_key: None }
}

fn olga() -> Caller {
    caller(Grants::All)
}

fn process(short: &str) -> Request {
    let content = model::short::to_bpmn(short).unwrap().into_bytes();
    Request::Deploy { resources: vec![Resource { name: "p.bpmn".to_owned(), content }] }
}

fn create(process_id: &str) -> Request {
    let definition = DefinitionRef::Latest(process_id.into());
    Request::CreateInstance {
        definition,
        variables: Vec::new(),
        business_id: None,
        await_result: false,
        options: Default::default(),
    }
}

/// A lane driven by hand.
struct Desk {
    store: Arc<Memory>,
    lane: Lane,
}

impl Desk {
    fn open(store: &Arc<Memory>, node: u16) -> Desk {
        let zone = jiff::tz::TimeZone::UTC;
        let limits = LaneLimits::default();
        let options = LaneOptions { node, zone, seed: u64::from(node), shared: false, limits };
        Desk { store: store.clone(), lane: Lane::open(store.clone(), options).unwrap() }
    }

    fn prepare(&mut self, request: Request) -> (Prepared, oneshot::Receiver<Answered>) {
        let compiled = match &request {
            Request::Deploy { resources } => compile_all(resources.clone()).unwrap(),
            _ => Vec::new(),
        };
        let (sender, answer) = oneshot::channel();
        let order = Order::Request { caller: olga(), request, compiled, reply: Reply::to(sender) };
        let prepared = self.lane.prepare(NOW_MS, vec![order]);
        (prepared.unwrap_or_else(|_| panic!("the batch is prepared")), answer)
    }

    fn ask(&mut self, request: Request) -> Answered {
        let (prepared, mut answer) = self.prepare(request);
        let committed = self.store.commit(&prepared.batch).unwrap();
        let mut projection = Projection::default();
        self.lane.finish(prepared, &committed, &mut projection).unwrap();
        let (through, writes) = projection.take();
        if !writes.is_empty() {
            self.store.project(through, &writes).unwrap();
        }
        answer.try_recv().expect("a request is answered after its commit")
    }

    fn begin(&mut self, operation: Operation, total: u64) -> Key {
        let begun = Box::new(Begun { operation, total, ..Begun::default() });
        match self.ask(Request::Batch(BatchRequest::Begin { begun })).unwrap() {
            Answer::BatchBegun { batch } => batch,
            other => panic!("expected a batch operation, found {other:?}"),
        }
    }

    fn is_live(&self, instance: Key) -> bool {
        let load = store::load::Load {
            aggregates: vec![(instance.0, store::load::Pages::Root)],
            ..store::load::Load::default()
        };
        self.store.load(&load).unwrap().aggregates.remove(0).is_some()
    }
}

fn items(batch: Key, from: Key, keys: &[Key], is_last: bool) -> Request {
    let item = |key: &Key| BatchItem { cursor: *key, item: *key, instance: *key };
    let items = keys.iter().map(item).collect();
    Request::Batch(BatchRequest::TryItems { batch, from, items, is_last })
}

fn tell(batch: Key, command: BatchCommand) -> Request {
    Request::Batch(BatchRequest::Tell { batch, command: Box::new(command) })
}

fn desk_with(count: usize) -> (Desk, Vec<Key>) {
    let mut desk = Desk::open(&Arc::new(Memory::new()), 0);
    desk.ask(process("start -> a:job(a) -> end")).unwrap();
    let started = (0..count).map(|_| match desk.ask(create("process")).unwrap() {
        Answer::InstanceCreated(created) => created.instance,
        other => panic!("expected an instance, found {other:?}"),
    });
    let started = started.collect();
    (desk, started)
}

#[test]
fn items_and_the_note_of_them_go_in_together_or_not_at_all() {
    let (mut desk, started) = desk_with(4);
    let batch = desk.begin(Operation::Cancel, 4);
    // The node dies before the commit: nothing was done.
    let _lost = desk.prepare(items(batch, Key(0), &started[..2], false));
    let mut desk = Desk::open(&desk.store, 1);
    assert!(started.iter().all(|instance| desk.is_live(*instance)));
    // It dies after the commit: what was done is not done again.
    desk.ask(items(batch, Key(0), &started[..2], false)).unwrap();
    let mut desk = Desk::open(&desk.store, 2);
    let again = desk.ask(items(batch, Key(0), &started[..2], false));
    let Err(Refusal::Rejected(rejection)) = again else { panic!("{again:?}") };
    assert_eq!(rejection.kind, RejectionKind::InvalidState);
    desk.ask(items(batch, started[1], &started[2..], true)).unwrap();
    assert!(!started.iter().any(|instance| desk.is_live(*instance)));
    assert!(!desk.is_live(batch), "nothing is left to remember");
    assert_eq!(examine(&*desk.store).unwrap(), []);
}

#[test]
fn a_batch_operation_is_paused_resumed_and_ended_by_whoever_says_so_first() {
    let (mut desk, started) = desk_with(3);
    let batch = desk.begin(Operation::Suspend, 3);
    desk.ask(items(batch, Key(0), &started[..1], false)).unwrap();
    desk.ask(tell(batch, BatchCommand::SuspendBatch)).unwrap();
    assert!(desk.ask(tell(batch, BatchCommand::SuspendBatch)).is_err(), "a second operator");
    assert!(desk.ask(items(batch, started[0], &started[1..2], false)).is_err());
    assert_eq!(examine(&*desk.store).unwrap(), []);
    desk.ask(tell(batch, BatchCommand::ResumeBatch)).unwrap();
    desk.ask(items(batch, started[0], &started[1..2], false)).unwrap();
    desk.ask(tell(batch, BatchCommand::CancelBatch)).unwrap();
    assert!(desk.ask(tell(batch, BatchCommand::CancelBatch)).is_err());
    assert!(desk.ask(items(batch, started[1], &started[2..], true)).is_err());
    assert_eq!(examine(&*desk.store).unwrap(), []);
}

#[test]
fn an_item_that_is_refused_says_why_and_the_others_go_on() {
    let (mut desk, started) = desk_with(3);
    desk.ask(Request::CancelInstance { instance: started[1] }).unwrap();
    let batch = desk.begin(Operation::Cancel, 3);
    desk.ask(items(batch, Key(0), &started, true)).unwrap();
    let rows = rows(&*desk.store, View::BatchItems);
    let error = |place: usize| rows[place][batch_items::ERROR as usize].clone();
    assert_eq!((error(0), error(2)), (Cell::Null, Cell::Null));
    assert!(matches!(error(1), Cell::Text(text) if text.contains("nothing with that key")));
    let found = self::rows(&*desk.store, View::Batches);
    let count = |column: u16| found[0][column as usize].clone();
    assert_eq!((count(batches::COMPLETED), count(batches::FAILED)), (Cell::Int(2), Cell::Int(1)));
    assert_eq!(count(batches::STATE), Cell::Int(3));
}

fn rows(store: &dyn Store, view: View) -> Vec<Vec<Cell>> {
    let query = Query {
        view,
        tenants: vec![0],
        filters: Vec::new(),
        conditions: Vec::new(),
        sort: Vec::new(),
        page: Page { limit: 1_000, start: PageStart::Offset(0) },
    };
    store.query(&query).unwrap().rows
}

async fn start(node: &Node, process_id: &str, count: usize) -> Vec<Key> {
    let mut started = Vec::new();
    for _ in 0..count {
        match node.submit(olga(), create(process_id)).await.unwrap() {
            Answer::InstanceCreated(created) => started.push(created.instance),
            other => panic!("expected an instance, found {other:?}"),
        }
    }
    started
}

async fn batch_row(node: &Node, batch: Key) -> Vec<Cell> {
    let key = Filter { column: batches::KEY, test: Test::Eq(Cell::Int(batch.0.cast_signed())) };
    let query = Query {
        view: View::Batches,
        tenants: vec![0],
        filters: vec![key],
        conditions: Vec::new(),
        sort: Vec::new(),
        page: Page { limit: 1, start: PageStart::Offset(0) },
    };
    node.query(query).await.unwrap().rows.remove(0)
}

/// Waits for the end of a batch operation: how many items went well, and how many did not.
async fn ended(node: &Node, batch: Key) -> (Cell, Cell) {
    for _ in 0..2_000 {
        let row = batch_row(node, batch).await;
        if row[batches::STATE as usize] == Cell::Int(3) {
            let cell = |column: u16| row[column as usize].clone();
            return (cell(batches::COMPLETED), cell(batches::FAILED));
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the batch operation does not end")
}

fn of_process(id: &str) -> Vec<Condition> {
    let test = Test::Eq(Cell::Text(id.into()));
    vec![Condition::Column(Filter { column: instances::PROCESS_ID, test })]
}

fn open(folder: &Path) -> (Arc<Sqlite>, Node) {
    let store = Sqlite::open(folder, &store::sqlite::Options::default()).unwrap();
    let store = Arc::new(store);
    let node = Node::start(store.clone(), Options::default()).unwrap();
    (store, node)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_operation_goes_on_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (_, node) = open(folder.path());
    node.submit(olga(), process("start -> a:job(a) -> b:user -> end")).await.unwrap();
    start(&node, "process", 700).await;
    let place = Place { key: None, element_id: "a".into() };
    let (within, to) = (Within::SourceScope, "b".into());
    let moves = vec![Move { from: place, to, within, variables: Vec::new() }];
    let modification = Box::new(Modification { moves, ..Modification::default() });
    let operation = Operation::Modify(modification);
    let wanted = Wanted::Instances(of_process("process"));
    let (batch, total) = node.begin_batch(olga(), operation, wanted).await.unwrap();
    assert_eq!(total, 700);
    // Wherever it is by now.
    node.stop();
    drop(node);
    let (store, node) = open(folder.path());
    assert_eq!(ended(&node, batch).await, (Cell::Int(700), Cell::Int(0)));
    node.stop();
    assert_eq!(examine(&*store).unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_is_tried_again_and_nothing_else() {
    let node = Node::start(Arc::new(Memory::new()), Options::default()).unwrap();
    node.submit(olga(), process("start -> a:job(a) -> b:user -> end")).await.unwrap();
    let started = start(&node, "process", 6).await;
    // Two stand still, which no token moves out of.
    for instance in &started[2..4] {
        node.submit(olga(), Request::SuspendInstance { instance: *instance }).await.unwrap();
    }
    let resume = Operation::Resume;
    let wanted = Wanted::Keys(started.clone());
    let count = node.count_batch(&olga(), &resume, wanted.clone()).await.unwrap();
    let refused = count.sample.iter().filter(|item| item.error.is_some()).count();
    assert_eq!((count.total, refused), (6, 4));
    let (batch, _) = node.begin_batch(olga(), resume, wanted).await.unwrap();
    assert_eq!(ended(&node, batch).await, (Cell::Int(2), Cell::Int(4)));
    for instance in &started[..2] {
        node.submit(olga(), Request::SuspendInstance { instance: *instance }).await.unwrap();
    }
    let again = node.operation_of(batch).await.unwrap();
    assert_eq!(again, Operation::Resume);
    let (second, total) = node.begin_batch(olga(), again, Wanted::FailedOf(batch)).await.unwrap();
    assert_eq!(total, 4);
    assert_eq!(ended(&node, second).await, (Cell::Int(2), Cell::Int(2)));
    node.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn incidents_are_resolved_one_by_one_with_retries() {
    let node = Node::start(Arc::new(Memory::new()), Options::default()).unwrap();
    let short = "start -> fork:and -> a:job(a) -> end\nfork -> b:job(b) -> end2:end";
    node.submit(olga(), process(short)).await.unwrap();
    start(&node, "process", 3).await;
    for job_type in ["a", "b"] {
        let wanted = ActivateJobs {
            job_type: job_type.into(),
            worker: "w".into(),
            timeout_ms: 60_000,
            limit: 8,
            fetch: Vec::new(),
            wait_ms: 5_000,
            tenants: vec![0],
        };
        let jobs = node.activate(olga(), wanted).await.unwrap();
        assert_eq!(jobs.len(), 3);
        for job in jobs {
            let (back_off_ms, variables) = (0, Vec::new());
            let message = "no".into();
            let fail =
                Request::FailJob { job: job.key, retries: 0, back_off_ms, message, variables };
            node.submit(olga(), fail).await.unwrap();
        }
    }
    let operation = Operation::ResolveIncidents { retries: 2 };
    let wanted = Wanted::Instances(of_process("process"));
    let (batch, total) = node.begin_batch(olga(), operation, wanted).await.unwrap();
    assert_eq!(total, 6, "each incident is an item");
    assert_eq!(ended(&node, batch).await, (Cell::Int(6), Cell::Int(0)));
    let open = Filter { column: instances::INCIDENTS, test: Test::Gt(Cell::Int(0)) };
    let query = Query {
        view: View::Instances,
        tenants: vec![0],
        filters: vec![open],
        conditions: Vec::new(),
        sort: Vec::new(),
        page: Page { limit: 10, start: PageStart::Offset(0) },
    };
    assert!(node.query(query).await.unwrap().rows.is_empty());
    node.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_the_caller_may_change_is_meant() {
    let node = Node::start(Arc::new(Memory::new()), Options::default()).unwrap();
    for id in ["mine", "yours"] {
        let bpmn = model::short::to_bpmn("start -> a:job(a) -> end").unwrap();
        let content = bpmn.replace("\"process\"", &format!("\"{id}\"")).into_bytes();
        let resources = vec![Resource { name: "p.bpmn".to_owned(), content }];
        node.submit(olga(), Request::Deploy { resources }).await.unwrap();
    }
    start(&node, "mine", 2).await;
    let yours = start(&node, "yours", 2).await;
    let grant = |resource, id: Option<&str>, permission| Grant {
        resource,
        id: id.map(Into::into),
        permissions: vec![permission],
    };
    let cancel = Permission::CancelProcessInstance;
    let grants = [
        grant(ResourceType::Batch, None, Permission::Create),
        grant(ResourceType::ProcessDefinition, Some("mine"), cancel),
    ];
    let caller = caller(Grants::Listed(grants.into()));
    let all = || Wanted::Instances(Vec::new());
    let (batch, total) = node.begin_batch(caller.clone(), Operation::Cancel, all()).await.unwrap();
    assert_eq!(total, 2);
    assert_eq!(ended(&node, batch).await, (Cell::Int(2), Cell::Int(0)));
    let named = node.begin_batch(caller.clone(), Operation::Cancel, Wanted::Keys(yours)).await;
    let Err(Refusal::Rejected(rejection)) = named else { panic!("{named:?}") };
    assert_eq!(rejection.kind, RejectionKind::NotFound);
    let other = node.begin_batch(caller, Operation::Suspend, all()).await;
    assert!(matches!(other, Err(Refusal::Forbidden { .. })), "{other:?}");
    node.stop();
}
