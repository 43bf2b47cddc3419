//! What operators ask for many instances at once.

use crate::given::{Server, text};
use axum::http::{Method, Request};
use serde_json::{Value, json};
use std::time::Duration;

/// Waits for the end of a batch operation.
async fn ended(server: &Server, batch: &str) -> Value {
    for _ in 0..2_000 {
        let shown = server.get(&format!("/v2/batch-operations/{batch}")).await.ok();
        if shown["state"] != "ACTIVE" {
            return shown;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the batch operation does not end")
}

async fn begin(server: &Server, path: &str, body: Value) -> String {
    text(&server.post(path, body).await.ok()["batchOperationKey"])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_is_counted_before_anything_is_done_to_it() {
    let server = Server::with("start -> a:job(a) -> end").await;
    for order in ["1", "2", "2"] {
        server.create(json!({"order": order})).await;
    }
    let filter = json!({"variables": [{"name": "order", "value": "\"2\""}]});
    let wanted = json!({"operationType": "CANCEL_PROCESS_INSTANCE", "filter": filter,
        "dryRun": true});
    let counted = server.post("/api/v1/batch-operations", wanted).await.ok();
    assert_eq!(counted["totalCount"], 2);
    assert_eq!(counted["sample"].as_array().unwrap().len(), 2);
    assert_eq!(counted["sample"][0]["errorMessage"], Value::Null);
    assert_eq!(server.search("process-instances", json!({"state": "ACTIVE"})).await.len(), 3);
    assert!(server.search("batch-operations", json!({})).await.is_empty());

    let begun = json!({"filter": filter});
    let begun = server.post("/v2/process-instances/cancellation", begun).await.ok();
    assert_eq!(begun["batchOperationType"], "CANCEL_PROCESS_INSTANCE");
    let batch = text(&begun["batchOperationKey"]);
    let shown = ended(&server, &batch).await;
    assert_eq!(shown["state"], "COMPLETED");
    for (field, count) in
        [("operationsTotalCount", 2), ("operationsCompletedCount", 2), ("operationsFailedCount", 0)]
    {
        assert_eq!(shown[field], count, "{shown}");
    }
    assert_eq!(server.search("process-instances", json!({"state": "ACTIVE"})).await.len(), 1);
    let items = server.search("batch-operation-items", json!({"batchOperationKey": batch})).await;
    assert_eq!(items.len(), 2);
    assert_eq!(items[0]["state"], "COMPLETED");
    assert_eq!(items[0]["operationType"], "CANCEL_PROCESS_INSTANCE");
    assert_eq!(items[0]["rootProcessInstanceKey"], items[0]["processInstanceKey"]);
    let touched = server.search("process-instances", json!({"batchOperationKey": batch})).await;
    assert_eq!(touched.len(), 2);
    let acts = server.search("audit-logs", json!({"entityType": "BATCH"})).await;
    assert_eq!((acts.len(), &acts[0]["entityKey"]), (1, &json!(batch)));
    let path = format!("/v2/batch-operations/{batch}/cancellation");
    server.post(&path, json!({})).await.refused(409);
    server.get("/v2/batch-operations/7").await.refused(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_are_moved_and_migrated_and_what_failed_is_tried_again() {
    let server = Server::with("start -> a:job(a) -> b:user -> end").await;
    let mut keys = Vec::new();
    for _ in 0..3 {
        keys.push(server.create(json!({})).await);
    }
    let moves = json!([{"sourceElementId": "a", "targetElementId": "b"}]);
    let one = json!({"moveInstructions": moves, "filter": {"processInstanceKey": keys[0]}});
    let batch = begin(&server, "/v2/process-instances/modification", one).await;
    assert_eq!(ended(&server, &batch).await["operationsCompletedCount"], 1);
    // The first has no token at `a` any more.
    let all = json!({"moveInstructions": moves, "filter": {}});
    let batch = begin(&server, "/v2/process-instances/modification", all).await;
    let shown = ended(&server, &batch).await;
    assert_eq!(
        (&shown["operationsCompletedCount"], &shown["operationsFailedCount"]),
        (&json!(2), &json!(1))
    );
    let failed = json!({"batchOperationKey": batch, "state": "FAILED"});
    let [failed] = &server.search("batch-operation-items", failed).await[..] else { panic!() };
    assert_eq!(failed["itemKey"], keys[0]);
    assert!(text(&failed["errorMessage"]).contains("`a`"), "{failed}");
    let again = format!("/api/v1/batch-operations/{batch}/retry");
    let again = begin(&server, &again, json!({})).await;
    assert_eq!(ended(&server, &again).await["operationsTotalCount"], 1);

    let deployed = server.deploy("start -> a:job(a) -> b:user -> c:user -> end").await.ok();
    let target = text(&deployed["deployments"][0]["processDefinition"]["processDefinitionKey"]);
    let mapping = json!([{"sourceElementId": "b", "targetElementId": "b"}]);
    let plan = json!({"targetProcessDefinitionKey": target, "mappingInstructions": mapping});
    let wanted = json!({"migrationPlan": plan, "filter": {"processDefinitionVersion": 1}});
    let batch = begin(&server, "/v2/process-instances/migration", wanted).await;
    assert_eq!(ended(&server, &batch).await["operationsCompletedCount"], 3);
    let there = json!({"processDefinitionKey": target, "state": "ACTIVE"});
    assert_eq!(server.search("process-instances", there).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_selection_gets_variables_and_stands_still() {
    let server = Server::with("start -> a:job(a) -> end").await;
    let (one, two) = (server.create(json!({})).await, server.create(json!({})).await);
    let wanted = json!({"operationType": "UPDATE_VARIABLE", "variables": {"region": "north"},
        "processInstanceKeys": [one]});
    let batch = begin(&server, "/api/v1/batch-operations", wanted).await;
    assert_eq!(ended(&server, &batch).await["operationsCompletedCount"], 1);
    let [held] = &server.search("variables", json!({"name": "region"})).await[..] else { panic!() };
    assert_eq!((&held["value"], &held["processInstanceKey"]), (&json!("\"north\""), &json!(one)));
    let batch = begin(&server, "/v2/process-instances/suspension", json!({"filter": {}})).await;
    assert_eq!(ended(&server, &batch).await["operationsCompletedCount"], 2);
    assert_eq!(server.search("process-instances", json!({"state": "SUSPENDED"})).await.len(), 2);
    let resumed = json!({"filter": {"processInstanceKey": two}});
    let batch = begin(&server, "/v2/process-instances/resumption", resumed).await;
    assert_eq!(ended(&server, &batch).await["operationsCompletedCount"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_repeated_begins_one_batch_operation() {
    let server = Server::with("start -> a:job(a) -> end").await;
    server.create(json!({})).await;
    let send = || {
        let request = Request::builder()
            .method(Method::POST)
            .uri("/v2/process-instances/suspension")
            .header("host", "localhost:8080")
            .header("content-type", "application/json")
            .header("idempotency-key", "once");
        server.send(request.body(json!({"filter": {}}).to_string().into()).unwrap())
    };
    let first = send().await.ok();
    ended(&server, &text(&first["batchOperationKey"])).await;
    server.create(json!({})).await;
    assert_eq!(send().await.ok(), first);
    assert_eq!(server.search("batch-operations", json!({})).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_batch_operation_is_said_before_it_begins() {
    let server = Server::with("start -> a:job(a) -> end").await;
    let own = "/api/v1/batch-operations";
    let cancel = "CANCEL_PROCESS_INSTANCE";
    for (path, body, status, part) in [
        ("/v2/process-instances/cancellation", json!({}), 400, "`filter`"),
        ("/v2/process-instances/cancellation", json!({"filter": {"colour": 1}}), 400, "`colour`"),
        (own, json!({"operationType": cancel}), 400, "found none or several"),
        (own, json!({"operationType": "PAINT", "filter": {}}), 400, "found `PAINT`"),
        (own, json!({"operationType": cancel, "filter": {}, "retries": 1}), 400, "`retries`"),
        (own, json!({"operationType": "UPDATE_VARIABLE", "filter": {}}), 400, "`variables`"),
        (
            own,
            json!({"operationType": "RESOLVE_INCIDENT", "filter": {}, "retries": 0}),
            400,
            "found 0",
        ),
        (own, json!({"operationType": cancel, "incidentFilter": {}}), 400, "another operation"),
        (own, json!({"operationType": cancel, "processInstanceKeys": ["7"]}), 404, "`7`"),
        (
            "/v2/process-instances/migration",
            json!({"filter": {},
            "migrationPlan": {"targetProcessDefinitionKey": "7"}}),
            404,
            "definition 7",
        ),
        ("/api/v1/batch-operations/7/retry", json!({}), 404, "7"),
    ] {
        let detail = server.post(path, body.clone()).await.refused(status);
        assert!(detail.contains(part), "{path} {body}: {detail}");
    }
    assert!(server.search("batch-operations", json!({})).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn incidents_that_are_alike_are_resolved_together() {
    let server = Server::with("start -> a:job(a) -> end").await;
    for message in ["Order 4711 refused", "Order 4712 refused", "no power"] {
        server.create(json!({})).await;
        let job = text(&server.job("a").await.unwrap()["jobKey"]);
        let failure = json!({"retries": 0, "errorMessage": message});
        server.post(&format!("/v2/jobs/{job}/failure"), failure).await.done();
    }
    let path = "/api/v1/incidents/groups/search";
    let found = server.post(path, json!({})).await.ok();
    let groups = found["items"].as_array().unwrap();
    let counts: Vec<_> = groups.iter().map(|it| it["incidentCount"].clone()).collect();
    assert_eq!(counts, [2, 1], "{found}");
    assert_eq!(
        (&groups[0]["elementId"], &groups[0]["errorType"]),
        (&json!("a"), &json!("JOB_NO_RETRIES"))
    );
    let filter = groups[0]["incidentFilter"].clone();
    assert_eq!(server.search("incidents", filter.clone()).await.len(), 2);
    let wanted = json!({"operationType": "RESOLVE_INCIDENT", "incidentFilter": filter,
        "retries": 3});
    let batch = begin(&server, "/api/v1/batch-operations", wanted).await;
    let shown = ended(&server, &batch).await;
    assert_eq!(
        (&shown["operationsCompletedCount"], &shown["batchOperationType"]),
        (&json!(2), &json!("RESOLVE_INCIDENT"))
    );
    assert_eq!(server.job("a").await.unwrap()["retries"], 3);
    let [left] = &server.search("incidents", json!({"state": "ACTIVE"})).await[..] else {
        panic!("one incident is left")
    };
    assert_eq!(left["errorMessage"], "no power");
}
