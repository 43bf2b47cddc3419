//! From a deployment to the end of an instance.

use crate::given::{Server, text};
use axum::http::{Method, Request};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn deploys_starts_works_and_ends() {
    let server = Server::start();
    let deployed = server.deploy("start -> pay:job(pay) headers { a = b } -> end").await.ok();
    let definition = &deployed["deployments"][0]["processDefinition"];
    assert_eq!(definition["processDefinitionId"], "process");
    assert_eq!(definition["processDefinitionVersion"], 1);
    assert_eq!(definition["resourceName"], "order.bpmn");
    assert_eq!(definition["tenantId"], "<default>");

    let key = text(&definition["processDefinitionKey"]);
    let body = json!({"processDefinitionKey": key, "variables": {"amount": 10},
        "businessId": "A-7", "tags": ["vip"]});
    let created = server.post("/v2/process-instances", body).await.ok();
    assert_eq!(created["processDefinitionKey"], key);
    assert_eq!(created["businessId"], "A-7");
    assert_eq!(created["tags"], json!(["vip"]));
    assert_eq!(created["variables"], json!({}));
    let instance = text(&created["processInstanceKey"]);

    let job = server.job("pay").await.unwrap();
    assert_eq!(job["processInstanceKey"], instance);
    assert_eq!(job["elementId"], "pay");
    assert_eq!(job["customHeaders"], json!({"a": "b"}));
    assert_eq!(job["variables"], json!({"amount": 10}));
    assert_eq!(job["retries"], 3);

    let path = format!("/v2/jobs/{}/completion", text(&job["jobKey"]));
    server.post(&path, json!({"variables": {"paid": true}})).await.done();
    server.post(&path, json!({})).await.refused(404);
    let ended = server.get(&format!("/v2/process-instances/{instance}")).await.ok();
    assert_eq!(ended["state"], "COMPLETED");
    assert_eq!(ended["businessId"], "A-7");
    assert!(text(&ended["endDate"]).ends_with('Z'));
}

#[tokio::test(flavor = "multi_thread")]
async fn values_travel_as_they_were_written() {
    let server = Server::with("start -> a:job(a) -> end").await;
    let value = r#"{ "n" : 1.50e+3, "big": 12345678901234567890, "t": "\u00e9\n" }"#;
    let body = format!(r#"{{"processDefinitionId":"process","variables":{{"v":{value}}}}}"#);
    server.ask(Method::POST, "/v2/process-instances", body).await.ok();
    let body = json!({"type": "a", "timeout": 1000, "maxJobsToActivate": 1});
    let heard = server.post("/v2/jobs/activation", body).await;
    assert!(heard.text.contains(&format!(r#""variables":{{"v":{value}}}"#)), "{}", heard.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_awaited_end_brings_the_variables_asked_for() {
    let server = Server::with("start -> a:script(= x * 2, y) -> end").await;
    let body = json!({"processDefinitionId": "process", "variables": {"x": 21},
        "awaitCompletion": true, "fetchVariables": ["y"]});
    let ended = server.post("/v2/process-instances", body).await.ok();
    assert_eq!(ended["variables"], json!({"y": 42}));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_does_not_come_in_time_is_504_and_the_instance_goes_on() {
    let server = Server::with("start -> a:job(a) -> end").await;
    let body = json!({"processDefinitionId": "process", "awaitCompletion": true,
        "requestTimeout": 50});
    let detail = server.post("/v2/process-instances", body).await.refused(504);
    assert!(detail.contains("goes on"), "{detail}");
    let job = server.job("a").await.unwrap();
    let path = format!("/v2/jobs/{}/completion", text(&job["jobKey"]));
    server.post(&path, json!({})).await.done();
    let ended = server.search("process-instances", json!({"state": "COMPLETED"})).await;
    assert_eq!(ended.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_idempotency_key_gets_the_same_answer() {
    let server = Server::with("start -> a:job(a) -> end").await;
    let create = async |variables: Value| {
        let body = json!({"processDefinitionId": "process", "variables": variables});
        let request = Request::post("/v2/process-instances").header("host", "localhost:8080");
        let request = request.header("content-type", "application/json");
        let request = request.header("idempotency-key", "order-1").body(body.to_string().into());
        server.send(request.unwrap()).await
    };
    let first = create(json!({"a": 1})).await.ok();
    assert_eq!(
        create(json!({"a": 1})).await.ok()["processInstanceKey"],
        first["processInstanceKey"]
    );
    assert!(create(json!({"a": 2})).await.refused(422).contains("order-1"));
    assert_eq!(server.search("process-instances", json!({})).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn starts_the_version_that_is_named() {
    let server = Server::with("start -> end").await;
    server.deploy("start -> b:manual -> end").await.ok();
    let start = async |version: Value| {
        let body = json!({"processDefinitionId": "process", "processDefinitionVersion": version});
        server.post("/v2/process-instances", body).await
    };
    assert_eq!(start(json!(1)).await.ok()["processDefinitionVersion"], 1);
    assert_eq!(start(json!(-1)).await.ok()["processDefinitionVersion"], 2);
    assert_eq!(start(Value::Null).await.ok()["processDefinitionVersion"], 2);
    start(json!(3)).await.refused(404);
    let nothing = json!({"processDefinitionId": "nothing"});
    server.post("/v2/process-instances", nothing).await.refused(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_problems_names_all_of_them() {
    let server = Server::start();
    let bpmn = model::short::to_bpmn("start -> a:job(a) -> end").unwrap();
    let broken = bpmn.replace("targetRef=\"a\"", "targetRef=\"gone\"");
    assert_ne!(bpmn, broken);
    let heard = server.form("/v2/deployments", "bad.bpmn", &broken).await;
    let problem = heard.json();
    let problems = problem["problems"].as_array().unwrap();
    let first = problems.iter().find(|it| it["severity"] == "error").unwrap();
    assert_eq!(first["resource"], "bad.bpmn");
    assert!(first["line"].as_u64() > Some(0) && first["message"].is_string(), "{first}");
    assert!(heard.refused(400).contains("bad.bpmn:"));
    assert!(server.search("process-definitions", json!({})).await.is_empty());

    let checked = server.form("/api/v1/check", "bad.bpmn", &broken).await.ok();
    assert_eq!(checked["deployable"], false);
    assert_eq!(checked["resources"][0]["problems"], problem["problems"]);
    let raw = Request::post("/api/v1/check").header("host", "localhost:8080");
    let raw = raw.header("content-type", "application/xml").body(bpmn.into()).unwrap();
    let checked = server.send(raw).await.ok();
    assert_eq!(checked["resources"][0]["processes"], json!(["process"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_are_published_and_correlated() {
    let server = Server::with("start -> m:catch-message(paid, = id) -> end").await;
    server.create(json!({"id": "7"})).await;
    let paid = json!({"name": "paid", "correlationKey": "7", "timeToLive": 1000,
        "messageId": "p1", "variables": {"sum": 3}});
    let published = server.post("/v2/messages/publication", paid).await.ok();
    assert_eq!(published["tenantId"], "<default>");
    text(&published["messageKey"]);

    let second = server.create(json!({"id": "8"})).await;
    let now = json!({"name": "paid", "correlationKey": "8"});
    let taken = server.post("/v2/messages/correlation", now.clone()).await.ok();
    assert_eq!(taken["processInstanceKey"], second);
    server.post("/v2/messages/correlation", now).await.refused(404);
    let negative = json!({"name": "paid", "timeToLive": -1});
    assert!(server.post("/v2/messages/publication", negative).await.refused(400).contains("-1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_job_in_time_is_an_empty_list() {
    let server = Server::start();
    let body = json!({"type": "none", "timeout": 1000, "maxJobsToActivate": 1,
        "requestTimeout": -1});
    assert_eq!(server.post("/v2/jobs/activation", body).await.ok(), json!({"jobs": []}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broadcast_reaches_everybody_who_waits_and_starts_what_begins_with_it() {
    let server = Server::with(
        "start -> hear:catch-signal(news) -> tell:job(tell) -> end
         printed:signal-start(news) -> tell2:job(print) -> printed-end:end",
    )
    .await;
    for _ in 0..2 {
        server.post("/v2/process-instances", json!({"processDefinitionId": "process"})).await.ok();
    }
    let body = json!({"signalName": "news", "variables": {"headline": "rain"}});
    let sent = server.post("/v2/signals/broadcast", body).await.ok();
    assert_eq!(sent["tenantId"], "<default>");
    assert!(text(&sent["signalKey"]).parse::<u64>().is_ok_and(|key| key > 0));
    for job_type in ["tell", "tell", "print"] {
        let job = server.job(job_type).await.unwrap();
        assert_eq!(job["variables"], json!({"headline": "rain"}), "{job_type}");
    }
    server.post("/v2/signals/broadcast", json!({"signalName": ""})).await.refused(400);
    server.post("/v2/signals/broadcast", json!({"name": "news"})).await.refused(400);
}
