//! History is erased when its time is over, and a running node makes backups.
//!
//! Not here: erasing and copying themselves (`store`), and HTTP.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use engine::key::Key;
use runtime::keep::backup::{check, restore};
use runtime::keep::{BackupState, Source};
use runtime::node::{Node, Options};
use runtime::request::{
    Answer, Caller, DecisionRef, DefinitionRef, Refusal, Request, Resource, WorkRequest,
};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::keep::{KeepingChange, Retention};
use store::sqlite::{Replace, Sqlite, verify};
use store::view::{Cell, Page, PageStart, Query, View, cases};
use work::case::CaseCommand;
use work::received::CloudEvent;

/// How long something may take that is done in the background.
const PATIENCE: Duration = Duration::from_secs(60);

fn caller() -> Caller {
    let actor = access::Actor {
        id: "ada".into(),
        acting_for: None,
        tenants: [0].into(),
        grants: access::Grants::All,
    };
    Caller { actor, tenant: 0, request_key: None }
}

fn node(folder: &Path, history_ttl_ms: Option<i64>) -> Node {
    let store = Sqlite::open(folder, &store::sqlite::Options::default()).unwrap();
    let backups = Some(folder.join("backups"));
    Node::start(Arc::new(store), Options { backups, history_ttl_ms, ..Options::default() }).unwrap()
}

async fn deploy(node: &Node, id: &str, history: &str) {
    let content = format!(
        r#"<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
          xmlns:segue="urn:segue:bpmn:1.0"><bpmn:process id="{id}" isExecutable="true">
          <bpmn:extensionElements>{history}</bpmn:extensionElements>
          <bpmn:startEvent id="s"><bpmn:outgoing>f</bpmn:outgoing></bpmn:startEvent>
          <bpmn:sequenceFlow id="f" sourceRef="s" targetRef="e"/>
          <bpmn:endEvent id="e"><bpmn:incoming>f</bpmn:incoming></bpmn:endEvent>
          </bpmn:process></bpmn:definitions>"#
    );
    let resources = vec![Resource { name: "p.bpmn".to_owned(), content: content.into_bytes() }];
    node.submit(caller(), Request::Deploy { resources }).await.unwrap();
}

async fn run(node: &Node, id: &str) -> Key {
    let request = Request::CreateInstance {
        definition: DefinitionRef::Latest(id.into()),
        variables: vec![("secret".into(), "\"of the customer\"".into())],
        business_id: None,
        await_result: false,
        options: Default::default(),
    };
    match node.submit(caller(), request).await.unwrap() {
        Answer::InstanceCreated(created) => created.instance,
        other => panic!("{other:?}"),
    }
}

async fn rows_of(node: &Node, view: View) -> usize {
    node.query(all(view)).await.unwrap().rows.len()
}

fn all(view: View) -> Query {
    Query {
        view,
        tenants: vec![0],
        filters: Vec::new(),
        conditions: Vec::new(),
        sort: Vec::new(),
        page: Page { limit: 1_000, start: PageStart::Offset(0) },
    }
}

async fn is_gone(node: &Node, instance: Key) -> bool {
    node.history(instance, 0, 10).await.unwrap().is_empty()
}

async fn until(node: &Node, what: &str, mut done: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !done().await {
        assert!(Instant::now() < deadline, "{what}: {:?}", node.retention().await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn set(id: &str, ttl_ms: Option<i64>) -> KeepingChange {
    KeepingChange::Set(Retention { tenant: 0, process_id: id.to_owned(), ttl_ms })
}

#[tokio::test]
async fn history_goes_when_its_time_is_over_and_not_before() {
    let folder = tempfile::tempdir().unwrap();
    let node = node(folder.path(), None);
    deploy(&node, "kept", "").await;
    deploy(&node, "short", r#"<segue:history timeToLive="PT0S"/>"#).await;
    node.change_retention(caller(), KeepingChange::Pause).await.unwrap();
    let mut short = Vec::new();
    for _ in 0..20 {
        short.push(run(&node, "short").await);
    }
    let kept = run(&node, "kept").await;
    let status = node.retention().await.unwrap();
    let sources: Vec<_> = status.processes.iter().map(|it| (it.source, it.ttl_ms)).collect();
    assert_eq!(sources, [(Source::Server, None), (Source::Model, Some(0))]);
    assert!(status.is_paused && !is_gone(&node, short[0]).await, "paused");

    node.change_retention(caller(), KeepingChange::Resume).await.unwrap();
    until(&node, "the short ones go", async || is_gone(&node, short[19]).await).await;
    until(&node, "view rows go", async || rows_of(&node, View::Instances).await == 1).await;
    assert_eq!(rows_of(&node, View::Elements).await, 2);
    assert_eq!(rows_of(&node, View::Variables).await, 1);
    assert!(!is_gone(&node, kept).await, "nobody said how long it is kept");

    // The last row of the history is what the views are recognised by: something comes after it.
    run(&node, "kept").await;
    node.change_retention(caller(), set("kept", Some(0))).await.unwrap();
    until(&node, "the kept one goes", async || is_gone(&node, kept).await).await;
    node.stop();
    let report = verify(folder.path(), None).unwrap();
    assert_eq!(report.findings, []);
    assert!(report.erased >= 21, "{report:?}");
}

#[tokio::test]
async fn what_is_set_wins_over_the_model_and_that_over_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let node = node(folder.path(), Some(9));
    deploy(&node, "a", "").await;
    deploy(&node, "b", r#"<segue:history timeToLive="PT1S"/>"#).await;
    deploy(&node, "c", r#"<segue:history timeToLive="PT1S"/>"#).await;
    node.change_retention(caller(), set("c", None)).await.unwrap();
    let of = async || -> Vec<_> {
        let status = node.retention().await.unwrap();
        status.processes.into_iter().map(|it| (it.source, it.ttl_ms)).collect()
    };
    let expected = [(Source::Server, Some(9)), (Source::Model, Some(1_000)), (Source::Set, None)];
    assert_eq!(of().await, expected);
    let inherit = KeepingChange::Inherit { tenant: 0, process_id: "c".to_owned() };
    node.change_retention(caller(), inherit).await.unwrap();
    assert_eq!(of().await[2], (Source::Model, Some(1_000)));
    node.stop();
}

#[tokio::test]
async fn received_events_alerts_and_cases_go_with_their_rows() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path(), &store::sqlite::Options::default()).unwrap();
    let options = Options { history_ttl_ms: Some(0), signal_ttl_ms: Some(0), ..Options::default() };
    let node = Node::start(Arc::new(store), options).unwrap();
    node.change_retention(caller(), KeepingChange::Pause).await.unwrap();
    let rule = "{kind: detection-rule, id: r, on: {type: t}, subject: subject,
        detect: {threshold: {when: data > 1}}, alert: {case: c}}";
    let case_type = "{kind: case-type, id: c, outcome: [{id: ok, attest: anyone, within: P1D}]}";
    let file = |name: &str, content: &str| Resource {
        name: name.to_owned(),
        content: content.as_bytes().to_vec(),
    };
    let resources = vec![file("r.yaml", rule), file("c.yaml", case_type)];
    node.submit(caller(), Request::Deploy { resources }).await.unwrap();
    let receive = |id: &str, data: &str| {
        let event = CloudEvent {
            id: id.into(),
            source: "/s".into(),
            kind: "t".into(),
            subject: Some("a".into()),
            data: data.into(),
            ..CloudEvent::default()
        };
        Request::Work(WorkRequest::ReceiveEvents { events: vec![event] })
    };
    let is_new = async |id: &str, data: &str| match node
        .submit(caller(), receive(id, data))
        .await
        .unwrap()
    {
        Answer::EventsReceived { events } => events[0].1,
        other => panic!("{other:?}"),
    };
    assert!(is_new("1", "2").await && !is_new("1", "2").await);
    assert!(is_new("2", "1").await, "that ends the alert");
    let cases = node.query(all(View::Cases)).await.unwrap().rows;
    let Cell::Int(key) = cases[0][cases::KEY as usize] else { panic!("{cases:?}") };
    let case = Key(key.cast_unsigned());
    let reason = "no case".into();
    let command = Box::new(CaseCommand::CancelCase { by: "ada".into(), reason });
    node.submit(caller(), Request::Work(WorkRequest::AskCase { case, command })).await.unwrap();
    let left = async || {
        let mut left = Vec::new();
        for view in [View::Signals, View::Alerts, View::Cases, View::Evidence] {
            left.push(rows_of(&node, view).await);
        }
        left
    };
    assert_eq!(left().await, [2, 1, 1, 0]);
    // The last row of the history is what the views are recognised by: something comes after it.
    deploy(&node, "other", "").await;
    node.change_retention(caller(), KeepingChange::Resume).await.unwrap();
    until(&node, "their rows go", async || left().await == [0, 0, 0, 0]).await;
    assert!(is_gone(&node, case).await);
    node.stop();
    let report = verify(folder.path(), None).unwrap();
    assert_eq!(report.findings, []);
}

async fn finished(node: &Node) -> BackupState {
    let state = || node.backup_state().unwrap();
    until(node, "the backup ends", async || state().outcome.is_some()).await;
    state()
}

#[tokio::test]
async fn a_node_makes_a_backup_while_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let node = node(&data, None);
    deploy(&node, "p", "").await;
    let before = run(&node, "p").await;
    node.begin_backup(Some("first")).unwrap();
    let manifest = finished(&node).await.outcome.unwrap().unwrap();
    let after = run(&node, "p").await;
    assert_eq!(node.backups().await.unwrap(), [("first".to_owned(), manifest.clone())]);
    let taken = node.begin_backup(Some("first")).unwrap_err();
    assert!(matches!(taken, Refusal::Rejected(_)), "{taken}");
    assert!(node.begin_backup(Some("../out")).is_err());
    node.stop();

    let backup = data.join("backups/first");
    check(&backup, &mut |_, _| {}).unwrap();
    let fresh = folder.path().join("fresh");
    restore(&backup, &fresh, Replace::Nothing, 0, &mut |_, _| {}).unwrap();
    let node = self::node(&fresh, None);
    assert!(!is_gone(&node, before).await && is_gone(&node, after).await, "one moment");
    run(&node, "p").await;
    assert_eq!(rows_of(&node, View::Instances).await, 2);
    node.stop();
    assert_eq!(verify(&fresh, manifest.facts.anchor).unwrap().findings, []);
}

/// A decision of one expression, and a process that asks it.
fn decision_files() -> Vec<Resource> {
    let dmn = r#"<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"
        xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" name="D" namespace="n">
        <decision id="half" name="Half"><variable name="half" /><literalExpression>
        <text>x / 2</text></literalExpression></decision></definitions>"#;
    let bpmn = model::short::to_bpmn("start -> ask:decision(half, half) -> end").unwrap();
    let file = |name: &str, content: &str| Resource {
        name: name.to_owned(),
        content: content.as_bytes().to_vec(),
    };
    vec![file("half.dmn", dmn), file("half.bpmn", &bpmn)]
}

async fn evaluate(node: &Node) -> Key {
    let (decision, variables) =
        (DecisionRef::Latest("half".into()), vec![("x".into(), "3".into())]);
    match node.submit(caller(), Request::EvaluateDecision { decision, variables }).await.unwrap() {
        Answer::DecisionEvaluated { evaluation, evaluated } => {
            assert_eq!(&*evaluated.unwrap().output, "1.5");
            evaluation
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn decisions_and_what_they_said_survive_a_restart_until_their_time_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let first = node(folder.path(), None);
    first.submit(caller(), Request::Deploy { resources: decision_files() }).await.unwrap();
    let asked = evaluate(&first).await;
    first.stop();
    drop(first);
    let second = node(folder.path(), None);
    assert_eq!(rows_of(&second, View::Resources).await, 2);
    let instance = run(&second, "process").await;
    assert_eq!(rows_of(&second, View::DecisionInstances).await, 2);
    assert!(!is_gone(&second, asked).await && !is_gone(&second, instance).await);
    second.stop();
    drop(second);
    // From now on history is over at once.
    let third = node(folder.path(), Some(0));
    // The last row of the history is what the views are recognised by: it stays.
    let last = evaluate(&third).await;
    third.change_retention(caller(), set("process", Some(0))).await.unwrap();
    let both = async || is_gone(&third, asked).await && is_gone(&third, instance).await;
    until(&third, "the history of both is erased", both).await;
    let rows = async || rows_of(&third, View::DecisionInstances).await == 1;
    until(&third, "the rows of both are gone", rows).await;
    assert!(!is_gone(&third, last).await);
    third.stop();
    drop(third);
    assert_eq!(verify(folder.path(), None).unwrap().findings, []);
}
