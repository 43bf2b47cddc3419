//! Finding things.

use crate::given::{Server, text};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn instances_are_found_by_what_is_known_of_them() {
    let server = Server::with("start -> a:job(a) -> end").await;
    let first = server.create(json!({"city": "Bern", "n": 1})).await;
    server.create(json!({"city": "Rome", "n": 2})).await;
    let count = async |filter: Value| server.search("process-instances", filter).await.len();
    assert_eq!(count(json!({})).await, 2);
    assert_eq!(count(json!({"processInstanceKey": first})).await, 1);
    assert_eq!(count(json!({"processInstanceKey": {"$in": [first, "1"]}})).await, 1);
    assert_eq!(count(json!({"processDefinitionId": {"$like": "proc*"}})).await, 2);
    assert_eq!(count(json!({"state": "ACTIVE", "hasIncident": false})).await, 2);
    assert_eq!(count(json!({"state": {"$neq": "ACTIVE"}})).await, 0);
    assert_eq!(count(json!({"endDate": {"$exists": false}})).await, 2);
    assert_eq!(count(json!({"startDate": {"$gt": "2020-01-01T00:00:00Z"}})).await, 2);
    assert_eq!(count(json!({"tenantId": "<default>"})).await, 2);
    assert_eq!(count(json!({"tenantId": "acme"})).await, 0);
    let bern = json!([{"name": "city", "value": "\"Bern\""}]);
    assert_eq!(count(json!({"variables": bern})).await, 1);
    let both = json!([{"name": "city", "value": "\"Bern\""}, {"name": "n", "value": "2"}]);
    assert_eq!(count(json!({"variables": both})).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_each_other_forward_and_back() {
    let server = Server::with("start -> a:job(a) -> end").await;
    let mut keys = Vec::new();
    for _ in 0..5 {
        keys.push(server.create(json!({})).await);
    }
    let page = async |page: Value| {
        let sort = json!([{"field": "processInstanceKey", "order": "ASC"}]);
        let body = json!({"sort": sort, "page": page});
        let found = server.post("/v2/process-instances/search", body).await.ok();
        let items = found["items"].as_array().unwrap();
        let found_keys: Vec<_> = items.iter().map(|it| text(&it["processInstanceKey"])).collect();
        assert_eq!(found["page"]["totalItems"], 5);
        assert_eq!(found["page"]["hasMoreTotalItems"], false);
        (found_keys, found["page"].clone())
    };
    let (first, ends) = page(json!({"limit": 2})).await;
    assert_eq!(first, keys[..2]);
    let (second, ends) = page(json!({"limit": 2, "after": ends["endCursor"]})).await;
    assert_eq!(second, keys[2..4]);
    let (back, _) = page(json!({"limit": 2, "before": ends["startCursor"]})).await;
    assert_eq!(back, keys[..2]);
    let (skipped, _) = page(json!({"from": 3})).await;
    assert_eq!(skipped, keys[3..]);
    let wrong = json!({"page": {"after": "nonsense"}});
    server.post("/v2/process-instances/search", wrong).await.refused(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn definitions_are_found_with_their_bpmn() {
    let server = Server::with("start -> end").await;
    server.deploy("start -> b:manual -> end").await.ok();
    let all = server.search("process-definitions", json!({"processDefinitionId": "process"})).await;
    assert_eq!(all.len(), 2);
    let latest = server.search("process-definitions", json!({"isLatestVersion": true})).await;
    assert_eq!((latest.len(), &latest[0]["version"]), (1, &json!(2)));
    let key = text(&latest[0]["processDefinitionKey"]);
    let one = server.get(&format!("/v2/process-definitions/{key}")).await.ok();
    assert_eq!(one, latest[0]);
    let xml = server.get(&format!("/v2/process-definitions/{key}/xml")).await;
    assert_eq!(xml.text, model::short::to_bpmn("start -> b:manual -> end").unwrap());
    assert!(xml.headers["content-security-policy"].to_str().unwrap().contains("sandbox"));
    server.get("/v2/process-definitions/1/xml").await.refused(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn element_instances_are_found() {
    let server = Server::with("start -> a:job(a) \"Do it\" -> end").await;
    let instance = server.create(json!({})).await;
    let filter = json!({"processInstanceKey": instance, "state": "ACTIVE", "type": "SERVICE_TASK"});
    let [active] = &server.search("element-instances", filter).await[..] else { panic!() };
    assert_eq!((&active["elementId"], &active["elementName"]), (&json!("a"), &json!("Do it")));
    let key = text(&active["elementInstanceKey"]);
    assert_eq!(&server.get(&format!("/v2/element-instances/{key}")).await.ok(), active);
    let done = json!({"elementId": "start"});
    let [start] = &server.search("element-instances", done).await[..] else { panic!() };
    assert_eq!((&start["state"], &start["type"]), (&json!("COMPLETED"), &json!("START_EVENT")));
}

#[tokio::test(flavor = "multi_thread")]
async fn user_tasks_are_found_and_completed() {
    let server =
        Server::with("start -> ask:user assignee=ada groups=\"sales, ops\" priority=70 -> end")
            .await;
    let instance = server.create(json!({})).await;
    let filter = json!({"state": "CREATED", "assignee": "ada", "priority": {"$gte": 70},
        "candidateGroup": "ops"});
    let [task] = &server.search("user-tasks", filter).await[..] else { panic!() };
    assert_eq!(task["elementId"], "ask");
    assert_eq!(task["processDefinitionVersion"], 1);
    assert_eq!(task["candidateGroups"], json!(["sales", "ops"]));
    let key = text(&task["userTaskKey"]);
    assert_eq!(&server.get(&format!("/v2/user-tasks/{key}")).await.ok(), task);
    let path = format!("/v2/user-tasks/{key}/completion");
    let body = json!({"variables": {"ok": true}, "action": "approve"});
    server.post(&path, body).await.done();
    let ended = server.get(&format!("/v2/process-instances/{instance}")).await.ok();
    assert_eq!(ended["state"], "COMPLETED");
    assert!(server.search("user-tasks", json!({"state": "CREATED"})).await.is_empty());
    let again = server.post(&path, json!({})).await;
    assert!([404, 409].contains(&again.status.as_u16()), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn long_values_are_cut_off_in_searches_only() {
    let server = Server::with("start -> a:job(a) -> end").await;
    server.create(json!({"long": "x".repeat(10_000)})).await;
    let [found] = &server.search("variables", json!({"name": "long"})).await[..] else { panic!() };
    assert_eq!(found["isTruncated"], true);
    assert_eq!(text(&found["value"]).len(), 8_191);
    let key = text(&found["variableKey"]);
    let whole = server.get(&format!("/v2/variables/{key}")).await.ok();
    assert_eq!(text(&whole["value"]).len(), 10_002);
    let whole = server.post("/v2/variables/search?truncateValues=false", json!({})).await.ok();
    assert_eq!(whole["items"][0]["isTruncated"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_search_says_what_was_expected() {
    let server = Server::start();
    for (what, body, status, part) in [
        ("process-instances", json!({"filter": {"colour": 1}}), 400, "`colour`"),
        ("process-instances", json!({"filter": {"$or": {}}}), 400, "`filter.$or`"),
        ("user-tasks", json!({"sort": [{"field": "businessId"}]}), 501, "`businessId`"),
        ("jobs", json!({"filter": {"state": "DONE"}}), 400, "one of CREATED"),
        ("jobs", json!({"page": {"limit": 100_000}}), 400, "10000"),
        ("variables", json!({"sort": [{"field": "x"}]}), 400, "`x`"),
        ("incidents", json!({"sorting": []}), 400, "`sorting`"),
    ] {
        let detail = server.post(&format!("/v2/{what}/search"), body).await.refused(status);
        assert!(detail.contains(part), "{detail}");
    }
}
