//! A process runs to its end on a real node, over both stores, and survives a restart.
//!
//! Not here: HTTP, and the simulator's faults.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use runtime::node::{Node, Options};
use runtime::request::{
    ActivateJobs, Answer, Caller, CreatedInstance, DefinitionRef, Request, Resource,
};
use std::path::Path;
use std::sync::Arc;
use store::Store;
use store::view::{Filter, Page, PageStart, Query, Test, View, instances};

fn caller() -> Caller {
    let actor = access::Actor {
        id: "local".into(),
        acting_for: None,
        tenants: [0].into(),
        grants: access::Grants::All,
    };
    Caller { actor, tenant: 0, request_key: None }
}

fn sqlite(folder: &Path) -> Arc<dyn Store> {
    Arc::new(store::sqlite::Sqlite::open(folder, &store::sqlite::Options::default()).unwrap())
}

async fn deploy(node: &Node, short: &str) {
    let content = model::short::to_bpmn(short).unwrap().into_bytes();
    let resources = vec![Resource { name: "p.bpmn".to_owned(), content }];
    let answer = node.submit(caller(), Request::Deploy { resources }).await.unwrap();
    assert!(matches!(answer, Answer::Deployed(deployed) if deployed.processes.len() == 1));
}

async fn start(node: &Node, variables: &[(&str, &str)]) -> CreatedInstance {
    let variables = variables.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect();
    let definition = DefinitionRef::Latest("process".into());
    let request = Request::CreateInstance {
        definition,
        variables,
        business_id: None,
        await_result: false,
        options: Default::default(),
    };
    match node.submit(caller(), request).await.unwrap() {
        Answer::InstanceCreated(created) => created,
        other => panic!("expected an instance, found {other:?}"),
    }
}

fn jobs(job_type: &str, limit: u32) -> ActivateJobs {
    ActivateJobs {
        job_type: job_type.into(),
        worker: "w".into(),
        timeout_ms: 60_000,
        limit,
        fetch: Vec::new(),
        wait_ms: 2_000,
        tenants: vec![0],
    }
}

async fn state_of(node: &Node, instance: u64) -> i64 {
    let filter =
        Filter { column: instances::KEY, test: Test::Eq(store::view::Cell::Int(instance as i64)) };
    let query = Query {
        view: View::Instances,
        tenants: vec![0],
        filters: vec![filter],
        conditions: Vec::new(),
        sort: Vec::new(),
        page: Page { limit: 10, start: PageStart::Offset(0) },
    };
    let rows = node.query(query).await.unwrap();
    assert_eq!(rows.rows.len(), 1, "an answered command is visible in the next query");
    match rows.rows[0][instances::STATE as usize] {
        store::view::Cell::Int(state) => state,
        ref other => panic!("a state is a number, found {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_created_worked_on_and_completed_over_both_stores() {
    let folder = tempfile::tempdir().unwrap();
    let stores: [Arc<dyn Store>; 2] =
        [Arc::new(store::memory::Memory::new()), sqlite(folder.path())];
    for store in stores {
        let node = Node::start(store, Options::default()).unwrap();
        deploy(&node, "start -> charge:job(charge-card) -> end").await;
        let created = start(&node, &[("amount", "5")]).await;
        assert_eq!(state_of(&node, created.instance.0).await, 0);
        let activated = node.activate(caller(), jobs("charge-card", 8)).await.unwrap();
        assert_eq!(activated.len(), 1);
        assert_eq!(activated[0].variables, vec![("amount".into(), "5".into())]);
        let variables = vec![("paid".into(), "true".into())];
        let complete = Request::CompleteJob { job: activated[0].key, variables, result: None };
        node.submit(caller(), complete.clone()).await.unwrap();
        assert_eq!(state_of(&node, created.instance.0).await, 1);
        let again = node.submit(caller(), complete).await.unwrap_err();
        assert!(again.to_string().contains("no such job was found"), "{again}");
        node.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_born_activated_while_a_worker_waits() {
    let node = Node::start(Arc::new(store::memory::Memory::new()), Options::default()).unwrap();
    deploy(&node, "start -> a:job(a) -> end").await;
    let waiting = tokio::spawn({
        let node = node.clone();
        async move { node.activate(caller(), jobs("a", 8)).await }
    });
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    start(&node, &[]).await;
    assert_eq!(waiting.await.unwrap().unwrap().len(), 1);
    node.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(sqlite(folder.path()), Options::default()).unwrap();
    deploy(&node, "start -> a:job(a) -> wait:timer(PT0.2S) -> b:job(b) -> end").await;
    let created = start(&node, &[("x", "1")]).await;
    let job = node.activate(caller(), jobs("a", 1)).await.unwrap()[0].key;
    node.submit(caller(), Request::CompleteJob { job, variables: Vec::new(), result: None })
        .await
        .unwrap();
    node.stop();
    drop(node);
    let node = Node::start(sqlite(folder.path()), Options::default()).unwrap();
    let jobs = node.activate(caller(), jobs("b", 1)).await.unwrap();
    assert_eq!(jobs.len(), 1, "the timer fired after the restart");
    let request = Request::CompleteJob { job: jobs[0].key, variables: Vec::new(), result: None };
    node.submit(caller(), request).await.unwrap();
    assert_eq!(state_of(&node, created.instance.0).await, 1);
    node.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_key_gets_the_same_answer_and_another_request_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(sqlite(folder.path()), Options::default()).unwrap();
    deploy(&node, "start -> a:job(a) -> end").await;
    let keyed = Caller { request_key: Some("k-1".into()), ..caller() };
    let request = |value: &str| Request::CreateInstance {
        definition: DefinitionRef::Latest("process".into()),
        variables: vec![("x".into(), value.into())],
        business_id: None,
        await_result: false,
        options: Default::default(),
    };
    let first = node.submit(keyed.clone(), request("1")).await.unwrap();
    let second = node.submit(keyed.clone(), request("1")).await.unwrap();
    assert_eq!(first, second);
    let other = node.submit(keyed, request("2")).await.unwrap_err();
    assert!(other.to_string().contains("was used for another request"), "{other}");
    assert_eq!(node.activate(caller(), jobs("a", 10)).await.unwrap().len(), 1);
    node.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_buffered_taken_once_and_starts_one_instance_per_key() {
    let node = Node::start(Arc::new(store::memory::Memory::new()), Options::default()).unwrap();
    deploy(&node, "start:message-start(order) -> a:job(a) -> end").await;
    let publish = |ttl_ms| Request::PublishMessage {
        name: "order".into(),
        correlation_key: "k".into(),
        id: None,
        ttl_ms,
        variables: Vec::new(),
    };
    for _ in 0..3 {
        node.submit(caller(), publish(60_000)).await.unwrap();
    }
    for _ in 0..3 {
        let activated = node.activate(caller(), jobs("a", 10)).await.unwrap();
        assert_eq!(activated.len(), 1, "one open instance per key");
        let request =
            Request::CompleteJob { job: activated[0].key, variables: Vec::new(), result: None };
        node.submit(caller(), request).await.unwrap();
    }
    let wanted = ActivateJobs { wait_ms: 0, ..jobs("a", 10) };
    assert!(node.activate(caller(), wanted).await.unwrap().is_empty());
    node.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_awaited_instance_answers_with_its_variables() {
    let node = Node::start(Arc::new(store::memory::Memory::new()), Options::default()).unwrap();
    deploy(&node, "start -> a:script(= x * 2, y) -> end").await;
    let request = Request::CreateInstance {
        definition: DefinitionRef::Latest("process".into()),
        variables: vec![("x".into(), "21".into())],
        business_id: None,
        await_result: true,
        options: Default::default(),
    };
    match node.submit(caller(), request).await.unwrap() {
        Answer::InstanceEnded(ended) => {
            assert!(ended.completed);
            assert_eq!(ended.variables[1], ("y".into(), "42".into()));
        }
        other => panic!("expected the end, found {other:?}"),
    }
    node.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_of_clients_that_went_away_come_back_at_once() {
    let node = Node::start(Arc::new(store::memory::Memory::new()), Options::default()).unwrap();
    deploy(&node, "start -> a:job(a) -> end").await;
    for round in 0..200_u64 {
        let gone = tokio::spawn({
            let node = node.clone();
            async move { node.activate(caller(), jobs("a", 1)).await }
        });
        start(&node, &[]).await;
        tokio::time::sleep(std::time::Duration::from_micros(round * 7)).await;
        gone.abort();
        // Either the task ended before it was stopped, or its job is to be had again.
        let job = match gone.await {
            Ok(handed) => handed.unwrap(),
            Err(_) => node.activate(caller(), jobs("a", 1)).await.unwrap(),
        };
        assert_eq!(job.len(), 1, "round {round}: the job is lost until its time-out");
        let request = Request::CompleteJob { job: job[0].key, variables: Vec::new(), result: None };
        node.submit(caller(), request).await.unwrap();
    }
    node.stop();
}
