//! The event stream: what is committed, in order, each once, to whoever wants it.

use crate::given::{Server, text};
use api::{ApiState, Config};
use axum::Router;
use axum::body::{Body, HttpBody};
use axum::http::Request;
use http_body_util::BodyExt;
use runtime::node::{Node, Options};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tower::ServiceExt;

const PATIENCE: Duration = Duration::from_secs(20);

/// An open stream.
struct Stream {
    body: Body,
    read: String,
    /// The last id seen, with or without a message.
    last: String,
}

async fn open(router: &Router, query: &str, last: Option<&str>) -> Stream {
    let request = Request::get(format!("/api/v1/events?{query}")).header("host", "localhost:8080");
    let request = request.header("last-event-id", last.unwrap_or_default());
    let answer = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let mut stream = Stream { body: answer.into_body(), read: String::new(), last: String::new() };
    let hello = stream.block().await.unwrap();
    assert!(hello.starts_with("retry: "), "{hello}");
    stream
}

impl Stream {
    /// The next block of lines; `None` at the end of the stream.
    async fn block(&mut self) -> Option<String> {
        while !self.read.contains("\n\n") {
            let frame = tokio::time::timeout(PATIENCE, self.body.frame()).await;
            let frame = frame.expect("a message in time")?;
            let data = frame.unwrap().into_data().unwrap();
            self.read.push_str(std::str::from_utf8(&data).unwrap());
        }
        let (block, rest) = self.read.split_once("\n\n").unwrap();
        let (block, rest) = (block.to_owned(), rest.to_owned());
        self.read = rest;
        if let Some(id) = block.lines().find_map(|line| line.strip_prefix("id: ")) {
            id.clone_into(&mut self.last);
        }
        Some(block)
    }

    /// The next message.
    async fn message(&mut self) -> Option<Value> {
        loop {
            let block = self.block().await?;
            if let Some(data) = block.lines().find_map(|line| line.strip_prefix("data: ")) {
                let message: Value = serde_json::from_str(data).unwrap();
                assert_eq!(message["id"], self.last.as_str());
                return Some(message);
            }
        }
    }

    /// All messages to the end of the stream.
    async fn rest(mut self) -> Vec<Value> {
        let mut all = Vec::new();
        while let Some(message) = self.message().await {
            all.push(message);
        }
        all
    }
}

/// Everything there is.
async fn all(server: &Server, query: &str) -> Vec<Value> {
    open(&server.router, &format!("follow=false&after=oldest&{query}"), None).await.rest().await
}

fn kinds(message: &Value) -> Vec<&str> {
    message["events"].as_array().unwrap().iter().map(|it| it["type"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_sees_what_is_committed_as_the_history_tells_it() {
    let server = Server::with("start -> a:job(a) -> end").await;
    server.create(json!({})).await;
    server.job("a").await.unwrap();
    let mut stream = open(&server.router, "", None).await;
    let instance = server.create(json!({"n": 1})).await;
    let job = text(&server.job("a").await.unwrap()["jobKey"]);
    server.post(&format!("/v2/jobs/{job}/completion"), json!({})).await.done();
    let path = format!("/api/v1/process-instances/{instance}/history");
    let history = server.get(&path).await.ok();
    for told in history["items"].as_array().unwrap() {
        let message = stream.message().await.unwrap();
        for field in ["position", "time", "actor", "command", "source", "events"] {
            assert_eq!(message[field], told[field], "{field}");
        }
        assert_eq!(message["processInstanceKey"], instance);
        assert_eq!(message["processDefinitionId"], "process");
        assert!(message["processDefinitionKey"].is_string(), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_id_resumes_behind_its_message() {
    let server = Server::with("start -> a:job(a) -> b:script(= 1, n) -> end").await;
    for n in 0..10 {
        server.create(json!({"n": n, "text": "a\n \"b\""})).await;
        let job = text(&server.job("a").await.unwrap()["jobKey"]);
        server.post(&format!("/v2/jobs/{job}/completion"), json!({})).await.done();
    }
    let everything = all(&server, "").await;
    assert!(everything.len() >= 20, "{}", everything.len());
    for (at, message) in everything.iter().enumerate() {
        let id = message["id"].as_str().unwrap();
        let rest = open(&server.router, "follow=false", Some(id)).await.rest().await;
        assert_eq!(rest, everything[at + 1..]);
        let by_query = open(&server.router, &format!("follow=false&after={id}"), None).await;
        assert_eq!(by_query.rest().await, rest);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_catches_up_while_work_goes_on_misses_and_repeats_nothing() {
    let server = Server::with("start -> a:script(= 1, n) -> end").await;
    let create = || {
        let (router, body) = (server.router.clone(), r#"{"processDefinitionId":"process"}"#);
        tokio::spawn(async move {
            for _ in 0..50 {
                let request =
                    Request::post("/v2/process-instances").header("host", "localhost:8080");
                let request = request.header("content-type", "application/json");
                let answer = router.clone().oneshot(request.body(Body::from(body)).unwrap()).await;
                assert_eq!(answer.unwrap().status(), 200);
            }
        })
    };
    let clients: Vec<_> = (0..4).map(|_| create()).collect();
    let mut readers = Vec::new();
    while !clients.iter().all(tokio::task::JoinHandle::is_finished) {
        readers.push(open(&server.router, "after=oldest", None).await);
        readers.last_mut().unwrap().message().await.unwrap();
    }
    for client in clients {
        client.await.unwrap();
    }
    let everything = all(&server, "").await;
    for mut reader in readers {
        for expected in &everything[1..] {
            assert_eq!(reader.message().await.unwrap()["id"], expected["id"]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_choose_definitions_instances_and_kinds() {
    let server = Server::with("start -> a:job(a) -> end").await;
    server.deploy("process other\nstart -> b:job(b) -> end").await.ok();
    let one = server.create(json!({})).await;
    let two = server.create(json!({})).await;
    let body = json!({"processDefinitionId": "other"});
    let other = server.post("/v2/process-instances", body).await.ok();
    let instances = |messages: &[Value]| {
        messages.iter().map(|it| text(&it["processInstanceKey"])).collect::<Vec<_>>()
    };
    let of_one = all(&server, &format!("processInstanceKey={one}")).await;
    assert!(!of_one.is_empty() && instances(&of_one).iter().all(|it| *it == one));
    let of_process = all(&server, "processDefinitionId=process").await;
    assert!(instances(&of_process).contains(&two), "{of_process:?}");
    assert!(of_process.iter().all(|it| it["processDefinitionId"] == "process"));
    let definition = text(&other["processDefinitionKey"]);
    let of_definition = all(&server, &format!("processDefinitionKey={definition}")).await;
    assert_eq!(instances(&of_definition)[0], text(&other["processInstanceKey"]));
    assert!(of_definition.iter().all(|it| it["processDefinitionKey"] == definition.as_str()));
    let jobs = all(&server, "type=JOB_CREATED,JOB_COMPLETED").await;
    assert_eq!(jobs.iter().flat_map(kinds).collect::<Vec<_>>(), ["JOB_CREATED"; 3]);
    let query = format!("type=JOB_CREATED&processInstanceKey={two}");
    assert_eq!(instances(&all(&server, &query).await), [two]);
    assert_eq!(all(&server, "processInstanceKey=1").await, [Value::Null; 0]);
    for wrong in ["type=JOB", "processInstanceKey=x", "tenantId=acme", "colour=red", "after=1"] {
        server.get(&format!("/api/v1/events?{wrong}")).await.refused(400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn live_readers_get_only_what_they_want() {
    let server = Server::with("start -> a:script(= 1, n) -> end").await;
    server.deploy("process other\nstart -> b:script(= 1, n) -> end").await.ok();
    let mut other = open(&server.router, "processDefinitionId=other", None).await;
    let mut ends = open(&server.router, "type=INSTANCE_COMPLETED", None).await;
    for id in ["process", "other", "process"] {
        server.post("/v2/process-instances", json!({"processDefinitionId": id})).await.ok();
    }
    let seen = other.message().await.unwrap();
    assert_eq!(seen["processDefinitionId"], "other");
    for id in ["process", "other", "process"] {
        let end = ends.message().await.unwrap();
        assert_eq!(
            (&end["processDefinitionId"], kinds(&end)),
            (&json!(id), vec!["INSTANCE_COMPLETED"])
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_is_cut_and_resumes() {
    let server = Server::with("start -> end").await;
    let mut slow = open(&server.router, "", None).await;
    let mut quick = open(&server.router, "", None).await;
    server.create(json!({})).await;
    let first = slow.message().await.unwrap();
    assert_eq!(quick.message().await.unwrap(), first);
    let large = "x".repeat(512 * 1024);
    let mut expected = Vec::new();
    for n in 0..20 {
        server.create(json!({"n": n, "large": large})).await;
        // Who reads is not disturbed by who does not.
        expected.push(quick.message().await.unwrap()["id"].clone());
    }
    let mut seen = Vec::new();
    while let Some(message) = slow.message().await {
        seen.push(message["id"].clone());
    }
    assert!(seen.len() < expected.len(), "it was cut");
    let mut resumed = open(&server.router, "follow=false", Some(&slow.last)).await;
    while let Some(message) = resumed.message().await {
        seen.push(message["id"].clone());
    }
    assert_eq!(seen, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_is_not_here_is_told_what_was_lost() {
    let server = Server::with("start -> end").await;
    server.create(json!({})).await;
    let messages = all(&server, "").await;
    let id = text(&messages.last().unwrap()["id"]);
    let parts: Vec<&str> = id.split('-').collect();
    let [history, segment, seq, position] = parts[..] else { panic!("{id}") };
    for (id, part) in [
        (format!("abc-{segment}-{seq}-{position}"), "another database"),
        (format!("{history}-abc-{seq}-{position}"), "an older copy"),
        (format!("{history}-{segment}-{seq}-9999"), "an older copy"),
    ] {
        let detail = server.get(&format!("/api/v1/events?after={id}")).await.refused(409);
        assert!(detail.contains(part) && detail.contains("after=oldest"), "{detail}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purged_place_is_gone_and_the_oldest_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let store = store::sqlite::Sqlite::open(folder.path(), &store::sqlite::Options::default());
    let node = Node::start(Arc::new(store.unwrap()), Options::default()).unwrap();
    let config = Config::at("127.0.0.1:8080".parse().unwrap());
    let router = api::router(ApiState::new(node.clone(), &config));
    let server = Server::over(node, router);
    server.deploy("start -> end").await.ok();
    for _ in 0..5 {
        server.create(json!({})).await;
    }
    let before = all(&server, "").await;
    let purged = before[2]["position"].as_u64().unwrap();
    let db = rusqlite::Connection::open(folder.path().join("segue.db")).unwrap();
    db.execute("delete from history where position <= ?1", [purged as i64]).unwrap();
    db.execute("update meta set value = ?1 where id = 6", [purged as i64]).unwrap();
    let id = text(&before[1]["id"]);
    let detail = server.get(&format!("/api/v1/events?after={id}")).await.refused(410);
    assert!(detail.contains(&format!("oldest position kept is {}", purged + 1)), "{detail}");
    assert_eq!(all(&server, "").await, before[3..]);
    // Nothing is missing behind the last event that was purged.
    let id = text(&before[2]["id"]);
    let rest = open(&server.router, "follow=false", Some(&id)).await.rest().await;
    assert_eq!(rest, before[3..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_ends_its_streams() {
    let server = Server::with("start -> end").await;
    let mut stream = open(&server.router, "", None).await;
    server.create(json!({})).await;
    stream.message().await.unwrap();
    server.node.stop();
    assert_eq!(stream.message().await, None);
    assert!(stream.body.is_end_stream() || stream.block().await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn cases_alerts_and_signals_come_to_those_who_ask_for_them() {
    let server = Server::start();
    let files = [
        (
            "r.yaml",
            "{kind: detection-rule, id: r, on: {type: t}, subject: data.of,
                detect: {rate: {count: 1, within: PT1H}}, alert: {case: c}}",
        ),
        ("c.yaml", "{kind: case-type, id: c, outcome: [{id: ok, attest: anyone, within: P1D}]}"),
    ];
    server.files("/v2/deployments", &files).await.ok();
    let event = json!({"specversion": "1.0", "id": "1", "source": "/s", "type": "t",
        "data": {"of": "x"}});
    server.post("/api/v1/signals", event).await;
    assert_eq!(all(&server, "").await, [] as [Value; 0], "process instances, where nobody says");
    let messages = all(&server, "about=CASE,ALERT,SIGNAL").await;
    let events = messages.iter().flat_map(|it| it["events"].as_array().unwrap());
    let kinds: Vec<String> = events.map(|event| text(&event["type"])).collect();
    let expected = ["SIGNAL_RECEIVED", "ALERT_OPENED", "ALERT_ADMITTED", "CASE_OPENED"];
    for kind in expected {
        assert!(kinds.iter().any(|held| held == kind), "{kind} in {kinds:?}");
    }
    let cases = all(&server, "about=CASE&type=CASE_OPENED").await;
    assert!(cases.len() == 1 && cases[0]["caseKey"].is_string(), "{cases:?}");
    server.get("/api/v1/events?about=CASES").await.refused(400);
}
