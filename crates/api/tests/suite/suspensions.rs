//! Definitions and job types that stand still.

use crate::given::{Server, text};
use serde_json::{Value, json};

async fn definition(server: &Server) -> String {
    let rows = server.search("process-definitions", json!({})).await;
    text(&rows.last().unwrap()["processDefinitionKey"])
}

async fn active(server: &Server) -> usize {
    server.search("process-instances", json!({"state": "ACTIVE"})).await.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_begins_of_a_suspended_definition_and_nothing_is_lost() {
    let server = Server::with("start:message-start(paid) -> a:job(a) -> end").await;
    server.deploy("process other\nstart -> a:job(a) -> end").await.ok();
    let key = definition(&server).await;
    let rows = server.search("process-definitions", json!({"processDefinitionId": "process"}));
    let by_message = text(&rows.await[0]["processDefinitionKey"]);
    let path = |key: &str, what: &str| format!("/api/v1/process-definitions/{key}/{what}");
    let other = json!({"processDefinitionId": "other"});

    let answer = server.post(&path(&key, "suspension"), json!({})).await.ok();
    assert_eq!(answer["batchOperationKey"], Value::Null);
    let detail = server.post("/v2/process-instances", other.clone()).await.refused(409);
    assert!(detail.contains("suspended"), "{detail}");
    server.post(&path(&key, "suspension"), json!({})).await.refused(409);
    server.post(&path(&by_message, "suspension"), json!({})).await.ok();
    let listed = server.get("/api/v1/suspensions").await.ok();
    assert_eq!(listed["processDefinitions"].as_array().unwrap().len(), 2);

    let message = json!({"name": "paid", "correlationKey": "7", "timeToLive": 1_000});
    server.post("/v2/messages/publication", message).await.ok();
    assert_eq!(active(&server).await, 0);
    server.post(&path(&by_message, "resumption"), json!({})).await.ok();
    for _ in 0..200 {
        if active(&server).await == 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(active(&server).await, 1, "the message has begun it after all");
    server.post(&path(&key, "resumption"), json!({})).await.ok();
    server.post("/v2/process-instances", other).await.ok();
    server.post(&path(&key, "resumption"), json!({})).await.refused(409);
    server.post(&path("7", "resumption"), json!({})).await.refused(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_instances_of_a_definition_stand_still_with_it() {
    let server = Server::with("start -> a:job(a) -> end").await;
    server.create(json!({})).await;
    server.create(json!({})).await;
    let key = definition(&server).await;
    let path = format!("/api/v1/process-definitions/{key}/suspension");
    let with = json!({"includeProcessInstances": true});
    let batch = text(&server.post(&path, with).await.ok()["batchOperationKey"]);
    for _ in 0..500 {
        let shown = server.get(&format!("/v2/batch-operations/{batch}")).await.ok();
        if shown["state"] == "COMPLETED" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let suspended = server.search("process-instances", json!({"state": "SUSPENDED"})).await;
    assert_eq!(suspended.len(), 2);
    let acts = json!({"operationType": "SUSPEND", "entityType": "RESOURCE"});
    assert_eq!(server.search("audit-logs", acts).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_of_a_suspended_type_are_not_handed_out() {
    let server = Server::with("start -> a:job(a) -> b:job(b) -> end").await;
    server.create(json!({})).await;
    server.create(json!({})).await;
    let held = text(&server.job("a").await.unwrap()["jobKey"]);
    let wanted = json!({"type": "a"});
    server.post("/api/v1/job-types/suspension", wanted.clone()).await.done();
    server.post("/api/v1/job-types/suspension", wanted.clone()).await.refused(409);
    server.post("/api/v1/job-types/suspension", json!({"type": ""})).await.refused(400);
    let body = json!({"type": "a", "worker": "w", "timeout": 1_000, "maxJobsToActivate": 1,
        "requestTimeout": 100});
    let none = server.post("/v2/jobs/activation", body).await.ok();
    assert_eq!(none["jobs"], json!([]));
    // What a worker holds goes on, and other types are not concerned.
    server.post(&format!("/v2/jobs/{held}/completion"), json!({})).await.done();
    assert!(server.job("b").await.is_some());
    assert_eq!(server.get("/api/v1/suspensions").await.ok()["jobTypes"], json!(["a"]));
    // Whoever waits when it is resumed gets it.
    let (got, ()) = tokio::join!(server.job("a"), async {
        server.post("/api/v1/job-types/resumption", wanted).await.done();
    });
    assert!(got.is_some());
}
