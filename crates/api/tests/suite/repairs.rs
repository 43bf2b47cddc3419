//! When something fails: failures, errors, incidents, cancelling, changing.

use crate::given::{Server, text};
use axum::http::Method;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_job_without_retries_is_an_incident_that_can_be_resolved() {
    let server = Server::with("start -> a:job(a) -> end").await;
    let instance = server.create(json!({})).await;
    let job = text(&server.job("a").await.unwrap()["jobKey"]);
    let failure = json!({"retries": 0, "errorMessage": "no power", "variables": {"why": "x"}});
    server.post(&format!("/v2/jobs/{job}/failure"), failure).await.done();

    let [incident] = &server.search("incidents", json!({"state": "ACTIVE"})).await[..] else {
        panic!("expected one incident");
    };
    assert_eq!(incident["errorType"], "JOB_NO_RETRIES");
    assert_eq!(incident["jobKey"], job);
    assert_eq!(incident["processInstanceKey"], instance);
    let key = text(&incident["incidentKey"]);
    assert_eq!(&server.get(&format!("/v2/incidents/{key}")).await.ok(), incident);
    let shown = server.get(&format!("/v2/process-instances/{instance}")).await.ok();
    assert_eq!(shown["hasIncident"], true);
    let [element] = &server.search("element-instances", json!({"hasIncident": true})).await[..]
    else {
        panic!("expected one element instance");
    };
    assert_eq!(element["incidentKey"], key);
    let path = format!("/v2/process-instances/{instance}/incidents/search");
    assert_eq!(server.post(&path, json!({})).await.ok()["items"][0]["incidentKey"], key);
    let [failed] = &server.search("jobs", json!({"state": "FAILED"})).await[..] else { panic!() };
    assert_eq!((&failed["errorMessage"], &failed["worker"]), (&json!("no power"), &json!("test")));

    let changes = json!({"changeset": {"retries": 2}});
    let changed = server.ask(Method::PATCH, &format!("/v2/jobs/{job}"), changes.to_string()).await;
    changed.done();
    server.ask(Method::POST, &format!("/v2/incidents/{key}/resolution"), "").await.done();
    let again = server.ask(Method::POST, &format!("/v2/incidents/{key}/resolution"), "").await;
    assert!([404, 409].contains(&again.status.as_u16()), "{again:?}");
    assert_eq!(server.job("a").await.unwrap()["retries"], 2);
    assert!(server.search("incidents", json!({"state": "ACTIVE"})).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn all_incidents_of_an_instance_are_resolved_at_once() {
    let server =
        Server::with("start -> both:and -> a:job(a) -> end\nboth -> b:job(b) -> end2:end").await;
    let instance = server.create(json!({})).await;
    for job_type in ["a", "b"] {
        let job = text(&server.job(job_type).await.unwrap()["jobKey"]);
        server.post(&format!("/v2/jobs/{job}/failure"), json!({})).await.done();
        let more = json!({"changeset": {"retries": 1}}).to_string();
        server.ask(Method::PATCH, &format!("/v2/jobs/{job}"), more).await.done();
    }
    let path = format!("/v2/process-instances/{instance}/incident-resolution");
    server.ask(Method::POST, &path, "").await.done();
    assert!(server.search("incidents", json!({"state": "ACTIVE"})).await.is_empty());
    assert!(server.job("a").await.is_some() && server.job("b").await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thrown_error_takes_the_boundary() {
    let server =
        Server::with("start -> a:job(a) -> end\na ! no:error(DECLINED) -> b:job(b) -> end2:end")
            .await;
    server.create(json!({})).await;
    let job = text(&server.job("a").await.unwrap()["jobKey"]);
    let error = json!({"errorCode": "DECLINED", "errorMessage": "m", "variables": {"v": 1}});
    server.post(&format!("/v2/jobs/{job}/error"), error).await.done();
    assert_eq!(server.job("b").await.unwrap()["elementId"], "b");
    let empty = json!({"errorCode": ""});
    server.post(&format!("/v2/jobs/{job}/error"), empty).await.refused(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_instance_is_terminated() {
    let server = Server::with("start -> a:job(a) -> end").await;
    let instance = server.create(json!({})).await;
    let path = format!("/v2/process-instances/{instance}/cancellation");
    server.ask(Method::POST, &path, "").await.done();
    let again = server.ask(Method::POST, &path, "").await;
    assert!([404, 409].contains(&again.status.as_u16()), "{again:?}");
    let ended = server.get(&format!("/v2/process-instances/{instance}")).await.ok();
    assert_eq!(ended["state"], "TERMINATED");
    assert!(server.search("jobs", json!({"state": "CREATED"})).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn variables_are_set_where_they_belong() {
    let server = Server::with("start -> a:job(a) inputs { inner = = 1 } -> end").await;
    let instance = server.create(json!({"outer": 1})).await;
    let job = server.job("a").await.unwrap();
    let element = text(&job["elementInstanceKey"]);
    let put = async |key: &str, body: serde_json::Value| {
        let path = format!("/v2/element-instances/{key}/variables");
        server.ask(Method::PUT, &path, body.to_string()).await
    };
    put(&element, json!({"variables": {"outer": [2], "inner": 3}})).await.done();
    put(&element, json!({"variables": {"outer": "here"}, "local": true})).await.done();
    put(&instance, json!({"variables": {"more": null}})).await.done();
    put("1", json!({"variables": {}})).await.refused(404);
    put(&element, json!({})).await.refused(400);

    let value = async |scope: &str, name: &str| {
        let filter = json!({"processInstanceKey": instance, "scopeKey": scope, "name": name});
        let found = server.search("variables", filter).await;
        text(&found[0]["value"])
    };
    assert_eq!(value(&instance, "outer").await, "[2]");
    assert_eq!(value(&instance, "more").await, "null");
    assert_eq!(value(&element, "inner").await, "3");
    assert_eq!(value(&element, "outer").await, "\"here\"");
    let found = server.search("variables", json!({"name": "more"})).await;
    let one = server.get(&format!("/v2/variables/{}", text(&found[0]["variableKey"]))).await.ok();
    assert_eq!(one["value"], "null");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_says_who_did_what() {
    let server = Server::with("start -> a:job(a) -> end").await;
    let instance = server.create(json!({"x": 1})).await;
    let job = text(&server.job("a").await.unwrap()["jobKey"]);
    server.post(&format!("/v2/jobs/{job}/completion"), json!({})).await.done();
    let path = format!("/api/v1/process-instances/{instance}/history");
    let history = server.get(&path).await.ok();
    let items = history["items"].as_array().unwrap();
    assert_eq!(history["nextAfter"], serde_json::Value::Null);
    let commands: Vec<_> = items.iter().map(|item| text(&item["command"])).collect();
    assert_eq!(commands, ["CREATE_INSTANCE", "COMPLETE_JOB"]);
    assert!(items.iter().all(|item| item["actor"] == "local" && item["time"].is_string()));
    let events = items[1]["events"].as_array().unwrap();
    let done = events.iter().find(|event| event["type"] == "JOB_COMPLETED").unwrap();
    assert_eq!((&done["elementId"], &done["worker"]), (&json!("a"), &json!("test")));
    assert_eq!(events.last().unwrap()["type"], "INSTANCE_COMPLETED");

    let first = server.get(&format!("{path}?limit=1")).await.ok();
    let next = first["nextAfter"].as_u64().unwrap();
    let rest = server.get(&format!("{path}?after={next}")).await.ok();
    assert_eq!(rest["items"][0], items[1]);
    server.get("/api/v1/process-instances/1/history").await.refused(404);
    server.get(&format!("{path}?after=x")).await.refused(400);
}
