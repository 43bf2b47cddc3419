//! Queues: what comes first, who gets it, and why.

use crate::closure::own;
use crate::given::{Server, text};
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const CLAIM: &str = "{kind: case-type, id: claim, priority: P2,
    outcome: [{id: ok, attest: anyone, within: P1D}]}";
const URGENT: &str = "{kind: case-type, id: fire, priority: P1,
    outcome: [{id: ok, attest: anyone, within: P1D}]}";
const QUEUE: &str = "{kind: queue, id: desk, cases: {types: [claim, fire]},
    tasks: {processes: [process]}}";

async fn server() -> Server {
    let server = Server::with("start -> review:user -> end").await;
    let files = [("a.yaml", CLAIM), ("b.yaml", URGENT), ("c.yaml", QUEUE)];
    server.files("/v2/deployments", &files).await.ok();
    server
}

async fn open(server: &Server, kind: &str, subject: &str) -> String {
    let body = json!({"caseTypeId": kind, "title": format!("{kind} {subject}"),
        "subject": subject, "site": "HAM"});
    text(&server.post("/api/v1/cases", body).await.ok()["caseKey"])
}

async fn next(server: &Server, queue: &str) -> Value {
    server.post(&format!("/api/v1/queues/{queue}/next"), json!({})).await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_most_urgent_piece_comes_first_whatever_it_is() {
    let server = server().await;
    let claim = open(&server, "claim", "1").await;
    server.create(json!({})).await;
    let fire = open(&server, "fire", "2").await;
    let listed = server.get("/api/v1/queues/desk/items").await.ok();
    let kinds: Vec<&Value> =
        listed["items"].as_array().unwrap().iter().map(|it| &it["kind"]).collect();
    // A task has urgency 50, its default priority; P1 is 40 and P2 30 without a clock.
    assert_eq!(kinds, ["USER_TASK", "CASE", "CASE"]);
    assert_eq!(server.get("/api/v1/queues").await.ok()["items"][0]["depth"], 3);

    let first = next(&server, "desk").await;
    assert_eq!(first["item"]["kind"], "USER_TASK");
    let task = text(&first["item"]["userTaskKey"]);
    assert_eq!(server.get(&format!("/v2/user-tasks/{task}")).await.ok()["assignee"], "local");
    let second = next(&server, "desk").await;
    assert_eq!(second["item"]["caseKey"], fire.as_str());
    let why: Vec<String> = second["why"].as_array().unwrap().iter().map(text).collect();
    assert_eq!(why, ["urgency 40", "first in queue desk"]);
    assert_eq!(next(&server, "desk").await["item"]["caseKey"], claim.as_str());
    let nothing = server.post("/api/v1/queues/desk/next", json!({})).await;
    assert_eq!(nothing.status, StatusCode::NO_CONTENT);
    server.post("/api/v1/queues/none/next", json!({})).await.refused(404);
    let driven = own(&server, "cases", json!({"driver": "local"})).await;
    assert_eq!(driven.len(), 2);
    let audit = server.search("audit-logs", json!({"entityType": "CASE"})).await;
    let taken = audit.iter().filter(|it| it["entityDescription"] == "TAKE_CASE").count();
    assert_eq!(taken, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_who_ask_at_once_never_get_the_same_piece() {
    let server = server().await;
    for number in 0..60 {
        open(&server, "claim", &number.to_string()).await;
    }
    let asks = (0..50).map(|_| server.post("/api/v1/queues/desk/next", json!({})));
    let heard = futures_util::future::join_all(asks).await;
    let keys: BTreeSet<String> =
        heard.into_iter().map(|heard| text(&heard.ok()["item"]["caseKey"])).collect();
    assert_eq!(keys.len(), 50);
    assert_eq!(server.get("/api/v1/queues").await.ok()["items"][0]["depth"], 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_is_told_why_and_who_may_gets_it_with_the_reasons() {
    let server = server().await;
    let skilled = "{kind: queue, id: letters, cases: {types: [claim]}, skills: {german: 2}}";
    let team = "{kind: team, id: desk, members: [
        {user: ann, skills: {german: 3}, capacity: 1},
        {user: ben, skills: {german: 1}},
        {user: cyd, skills: {german: 2}, sites: [MUC]}]}";
    let files = [("q.yaml", skilled), ("t.yaml", team)];
    server.files("/v2/deployments", &files).await.ok();
    let case = open(&server, "claim", "1").await;
    let why = server.post("/api/v1/queues/letters/next", json!({})).await.refused(409);
    assert!(why.contains("needs german at level 2, has 0"), "{why}");
    let assign = "/api/v1/queues/letters/assignment";
    let given = server.post(assign, json!({"caseKey": case})).await.ok();
    assert_eq!(given["user"], "ann");
    let why: Vec<String> = given["why"].as_array().unwrap().iter().map(text).collect();
    assert!(why.contains(&"cyd excluded: does not work for site HAM".to_owned()), "{why:?}");
    server.post(assign, json!({"caseKey": case})).await.refused(404);
    let second = open(&server, "claim", "2").await;
    let why = server.post(assign, json!({"caseKey": second})).await.refused(409);
    assert!(why.contains("ann excluded: at capacity (1/1)"), "{why}");
    let all = server.get("/api/v1/queues/letters/candidates").await.ok();
    assert_eq!(
        (&all["items"][0]["user"], &all["items"][0]["isEligible"]),
        (&json!("cyd"), &json!(true))
    );
}
