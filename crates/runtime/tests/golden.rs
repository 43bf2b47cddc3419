//! Golden data folders: what a release left behind is opened, examined, and finished.
//!
//! Not made by hand: `cargo xtask golden` makes the one of this release when it is missing, by
//! the scenario below, and never changes one that is there.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use engine::event::{InstanceEvent, Variables};
use engine::key::Key;
use engine::record::{Events, decode_sections};
use runtime::doctor::examine;
use runtime::keep::backup::{check, make, restore};
use runtime::node::{Node, Options};
use runtime::request::{
    ActivateJobs, ActivatedJob, Answer, Caller, DefinitionRef, Request, Resource,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::Store;
use store::sqlite::{Replace, Sqlite, verify};

/// The time of the scenario's backup does not matter to anybody.
const MADE_MS: i64 = 1_800_000_000_000;
const DAYS_30_MS: i64 = 30 * 86_400_000;

fn golden() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../corpus/golden")
}

fn open(folder: &Path) -> (Arc<Sqlite>, Node) {
    let store = Sqlite::open(folder, &store::sqlite::Options::default()).unwrap();
    let store = Arc::new(store);
    let node = Node::start(store.clone(), Options::default()).unwrap();
    (store, node)
}

async fn ask(node: &Node, request: Request) -> Answer {
    let actor = access::Actor {
        id: "golden".into(),
        acting_for: None,
        tenants: [0].into(),
        grants: access::Grants::All,
    };
    let caller = Caller { actor, tenant: 0, request_key: None };
    node.submit(caller, request).await.unwrap()
}

fn variables(pairs: &[(&str, &str)]) -> Variables {
    pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

async fn start(node: &Node, order: &str, amount: &str) -> Key {
    let order = format!("\"{order}\"");
    let request = Request::CreateInstance {
        definition: DefinitionRef::Latest("order".into()),
        variables: variables(&[("order", &order), ("amount", amount)]),
        business_id: Some(order.as_str().into()),
        await_result: false,
        options: Default::default(),
    };
    match ask(node, request).await {
        Answer::InstanceCreated(created) => created.instance,
        other => panic!("{other:?}"),
    }
}

async fn jobs(node: &Node, job_type: &str, wait_ms: u64) -> Vec<ActivatedJob> {
    let actor = access::Actor {
        id: "golden".into(),
        acting_for: None,
        tenants: [0].into(),
        grants: access::Grants::All,
    };
    let wanted = ActivateJobs {
        job_type: job_type.into(),
        worker: "golden".into(),
        timeout_ms: 600_000,
        limit: 100,
        fetch: Vec::new(),
        wait_ms,
        tenants: vec![0],
    };
    let caller = Caller { actor, tenant: 0, request_key: None };
    node.activate(caller, wanted).await.unwrap()
}

async fn job(node: &Node, job_type: &str) -> Key {
    let jobs = jobs(node, job_type, 10_000).await;
    assert_eq!(jobs.len(), 1, "the scenario takes each job before it makes the next");
    jobs[0].key
}

async fn complete(node: &Node, job: Key) {
    let variables = variables(&[("receipt", "{\"n\": 7, \"of\": [1.50, null, \"ä\"]}")]);
    ask(node, Request::CompleteJob { job, variables, result: None }).await;
}

/// The first thing that happened in an instance and fits.
async fn first<T>(node: &Node, of: Key, find: impl Fn(&InstanceEvent) -> Option<T>) -> Option<T> {
    let rows = node.history(of, 0, 1_000).await.unwrap();
    let sections = rows.iter().flat_map(|row| decode_sections(of, &row.body).unwrap());
    sections
        .filter_map(|section| match section.events {
            Events::Instance(events) => events.iter().find_map(&find),
            _ => None,
        })
        .next()
}

async fn approve(node: &Node, instance: Key) {
    let task = first(node, instance, |event| match event {
        InstanceEvent::UserTaskCreated(created) => Some(created.key),
        _ => None,
    });
    let variables = variables(&[("approved", "true")]);
    let (task, action) = (task.await.unwrap(), "approve".into());
    ask(node, Request::CompleteUserTask { instance, task, variables, action }).await;
}

async fn publish(node: &Node, name: &str, correlation_key: &str) {
    let order = format!("\"{correlation_key}\"");
    let request = Request::PublishMessage {
        name: name.into(),
        correlation_key: correlation_key.into(),
        id: Some("once".into()),
        ttl_ms: DAYS_30_MS,
        variables: variables(&[("order", &order), ("amount", "10")]),
    };
    ask(node, request).await;
}

/// Two finished, one cancelled; waiting: for a job, for one that is held, for a person and a
/// message, for a message, in a sub-process, for repair; one started by a message, one message
/// waiting for its end, one message nobody waits for.
async fn play(node: &Node) {
    let content = std::fs::read(golden().join("order.bpmn")).unwrap();
    let resources = vec![Resource { name: "order.bpmn".to_owned(), content }];
    ask(node, Request::Deploy { resources }).await;
    start(node, "finished", "10").await;
    complete(node, job(node, "charge").await).await;
    start(node, "refused", "10").await;
    let (code, message) = ("NO_MONEY".into(), "the card says no".into());
    let (job_key, variables) = (job(node, "charge").await, Variables::new());
    ask(node, Request::ThrowJobError { job: job_key, code, message, variables }).await;
    let instance = start(node, "cancelled", "10").await;
    ask(node, Request::CancelInstance { instance }).await;
    start(node, "both", "200").await;
    complete(node, job(node, "charge").await).await;
    let paying = start(node, "paying", "200").await;
    complete(node, job(node, "charge").await).await;
    approve(node, paying).await;
    let packing = start(node, "packing", "200").await;
    complete(node, job(node, "charge").await).await;
    approve(node, packing).await;
    publish(node, "paid", "packing").await;
    start(node, "broken", "10").await;
    let (retries, back_off_ms, variables) = (0, 0, Variables::new());
    let (job_key, message) = (job(node, "charge").await, "the bank is closed".into());
    let failed = Request::FailJob { job: job_key, retries, back_off_ms, message, variables };
    ask(node, failed).await;
    start(node, "held", "10").await;
    job(node, "charge").await;
    start(node, "waiting", "10").await;
    publish(node, "paid", "nobody").await;
    publish(node, "ordered", "door").await;
    let request = Request::PublishMessage {
        name: "ordered".into(),
        correlation_key: "door".into(),
        id: None,
        ttl_ms: DAYS_30_MS,
        variables: self::variables(&[("order", "\"door\""), ("amount", "10")]),
    };
    ask(node, request).await;
}

/// Finishes everything that waits.
async fn finish(store: &Sqlite, node: &Node) {
    let live = store.aggregates(0, 1_000).unwrap();
    let live: Vec<Key> = live.iter().filter(|row| row.kind == 1).map(|row| Key(row.key)).collect();
    assert!(live.len() >= 6, "{live:?}");
    for instance in &live {
        let incident = first(node, *instance, |event| match event {
            InstanceEvent::IncidentRaised { key, job, .. } => Some((*key, *job)),
            _ => None,
        });
        if let Some((incident, job)) = incident.await {
            let (job, retries, timeout_ms) = (job.unwrap(), Some(1), None);
            ask(node, Request::UpdateJob { job, retries, timeout_ms }).await;
            ask(node, Request::ResolveIncident { instance: *instance, incident }).await;
        }
    }
    // Who holds a job may complete it after its time too, as long as nobody else took it.
    for instance in &live {
        let created = first(node, *instance, |event| match event {
            InstanceEvent::JobCreated(created) => Some(created.key),
            _ => None,
        });
        let done = first(node, *instance, |event| {
            matches!(event, InstanceEvent::JobCompleted { .. }).then_some(())
        });
        if let (Some(job), None) = (created.await, done.await) {
            complete(node, job).await;
        }
    }
    for order in ["both", "paying"] {
        publish(node, "paid", order).await;
    }
    for instance in &live {
        let open = first(node, *instance, |event| {
            matches!(event, InstanceEvent::UserTaskCreated(_)).then_some(())
        });
        let done = first(node, *instance, |event| {
            matches!(event, InstanceEvent::UserTaskCompleted { .. }).then_some(())
        });
        if open.await.is_some() && done.await.is_none() {
            approve(node, *instance).await;
        }
    }
    let mut packed = 0;
    while packed < 3 {
        for job in jobs(node, "pack", 10_000).await {
            complete(node, job.key).await;
            packed += 1;
        }
    }
    // A message that waited for the end of the one before may have started another by now.
    for job in jobs(node, "charge", 0).await {
        complete(node, job.key).await;
    }
    for instance in live {
        let ended = first(node, instance, |event| {
            matches!(event, InstanceEvent::InstanceCompleted).then_some(())
        });
        assert!(ended.await.is_some(), "instance {instance} goes on");
    }
}

fn folders() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(golden()).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<_> = entries.filter(|path| path.join("manifest.json").exists()).collect();
    all.sort();
    all
}

#[tokio::test]
async fn what_a_release_left_behind_is_opened_and_finished() {
    let version =
        concat!("v", env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR"));
    let of_this_release = golden().join(version);
    if !of_this_release.exists() && std::env::var_os("UPDATE").is_some() {
        let folder = tempfile::tempdir().unwrap();
        let (store, node) = open(folder.path());
        play(&node).await;
        node.stop();
        make(&of_this_release, MADE_MS, |file| store.backup(file, &mut |_, _| {})).unwrap();
    }
    let folders = folders();
    assert!(
        folders.contains(&of_this_release),
        "{} is missing: run `cargo xtask golden` and commit what it adds",
        of_this_release.display()
    );
    for backup in folders {
        let folder = tempfile::tempdir().unwrap();
        let manifest = check(&backup, &mut |_, _| {}).unwrap().manifest;
        restore(&backup, folder.path(), Replace::Nothing, 0, &mut |_, _| {}).unwrap();
        let (store, node) = open(folder.path());
        let found = examine(&*store).unwrap();
        assert!(found.is_empty(), "{}: {found:?}", backup.display());
        finish(&store, &node).await;
        node.stop();
        let found = examine(&*store).unwrap();
        assert!(found.is_empty(), "{}, finished: {found:?}", backup.display());
        drop((store, node));
        assert_eq!(verify(folder.path(), manifest.facts.anchor).unwrap().findings, []);
    }
}
