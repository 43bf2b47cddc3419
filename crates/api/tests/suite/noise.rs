//! Noise: storms, suppressions, subjects that never come, and who did what about them.

use crate::closure::own;
use crate::given::{Server, text};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

const MINUTE_MS: i64 = 60_000;
const RULE: &str = "{kind: detection-rule, id: late, on: {type: scan}, subject: data.of,
    detect: {threshold: {when: data.late = true}}, alert: {case: delay},
    storm: {alerts: 2, within: PT5M}}";
const CASE_TYPE: &str =
    "{kind: case-type, id: delay, outcome: [{id: ok, attest: anyone, within: P1D}]}";

async fn server() -> Server {
    let server = Server::with_clock();
    let files = [("late.rule.yaml", RULE), ("delay.case.yaml", CASE_TYPE)];
    server.files("/v2/deployments", &files).await.ok();
    server
}

async fn scans(server: &Server, subjects: &[&str]) {
    let event = |of: &&str| {
        json!({"specversion": "1.0", "id": of, "source": "/gate", "type": "scan",
            "data": {"of": of, "late": true}})
    };
    let events: Vec<Value> = subjects.iter().map(event).collect();
    let heard = server.post("/api/v1/signals", Value::from(events)).await;
    assert_eq!(heard.status, StatusCode::ACCEPTED, "{heard:?}");
}

async fn pass(server: &Server, minutes: i64) {
    let later = json!({"timestamp": server.node.now_ms() + minutes * MINUTE_MS}).to_string();
    server.ask(Method::PUT, "/v2/clock", later).await.done();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_much_is_held_back_until_somebody_releases_it() {
    let server = server().await;
    scans(&server, &["a", "b", "c", "d"]).await;
    assert_eq!(own(&server, "cases", json!({})).await.len(), 2);
    let held = own(&server, "alerts", json!({"heldBy": "STORM", "heldById": "late"})).await;
    let subjects: Vec<&Value> = held.iter().map(|alert| &alert["subject"]).collect();
    assert_eq!(subjects, ["c", "d"]);
    assert!(held[0]["caseKey"].is_null() && held[0]["heldUntilTime"].is_string());
    let storm = own(&server, "alerts", json!({"name": "storm/late"})).await;
    assert_eq!((&storm[0]["occurrences"], storm.len()), (&json!(2), 1));

    let release = format!("/api/v1/alerts/{}/release", text(&held[0]["alertKey"]));
    server.post(&release, json!({})).await.done();
    server.post(&release, json!({})).await.refused(409);
    let cases = own(&server, "cases", json!({"subject": "c"})).await;
    assert_eq!(cases[0]["alertKey"], held[0]["alertKey"]);
    let alert = server.get(&format!("/api/v1/alerts/{}", text(&held[0]["alertKey"]))).await.ok();
    assert_eq!((&alert["caseKey"], &alert["heldBy"]), (&cases[0]["caseKey"], &Value::Null));
    let audit = server.search("audit-logs", json!({"entityType": "ALERT"})).await;
    assert_eq!(audit.len(), 1, "{audit:?}");
    assert_eq!(audit[0]["entityKey"], held[0]["alertKey"]);
    assert_eq!(audit[0]["entityDescription"], "RELEASE_ALERT");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suppression_holds_alerts_back_until_it_ends() {
    let server = server().await;
    let until = |minutes: i64| {
        let at = jiff::Timestamp::from_millisecond(server.node.now_ms() + minutes * MINUTE_MS);
        at.unwrap().to_string()
    };
    let body = json!({"suppressionId": "dock", "to": until(60), "reason": "works",
        "detectionRuleIds": ["late"], "when": "subject != \"b\""});
    assert_eq!(server.post("/api/v1/suppressions", body.clone()).await.ok()["version"], 1);
    scans(&server, &["a", "b"]).await;
    let cases = own(&server, "cases", json!({})).await;
    assert_eq!((cases.len(), &cases[0]["subject"]), (1, &json!("b")));
    let held = own(&server, "alerts", json!({"heldBy": "SUPPRESSION"})).await;
    assert_eq!((&held[0]["heldById"], &held[0]["subject"]), (&json!("dock"), &json!("a")));
    pass(&server, 61).await;
    for _ in 0..1_000 {
        if own(&server, "cases", json!({})).await.len() == 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert_eq!(own(&server, "cases", json!({"subject": "a"})).await.len(), 1);

    let listed = server.get("/api/v1/suppressions").await.ok();
    assert_eq!(listed["items"][0]["state"], "ENDED");
    let end = "/api/v1/suppressions/dock/end";
    server.post(end, json!({"reason": "done"})).await.refused(409);
    let longer = json!({"suppressionId": "dock", "to": until(600), "reason": "again",
        "mode": "SUPPRESS"});
    assert_eq!(server.post("/api/v1/suppressions", longer).await.ok()["version"], 2);
    assert_eq!(server.get("/api/v1/suppressions").await.ok()["items"][0]["state"], "ACTIVE");
    server.post(end, json!({"reason": "done"})).await.ok();
    let listed = server.get("/api/v1/suppressions").await.ok();
    assert_eq!(
        (&listed["items"][0]["state"], &listed["items"][0]["reason"]),
        (&json!("ENDED"), &json!("done"))
    );
    server.post("/api/v1/suppressions/none/end", json!({"reason": "done"})).await.refused(404);
    let endless = json!({"suppressionId": "x", "to": "whenever", "reason": "works"});
    let why = server.post("/api/v1/suppressions", endless).await.refused(400);
    assert!(why.contains("a time with its offset"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployed_rule_misses_what_never_came() {
    let server = Server::with_clock();
    let rule = "{kind: detection-rule, id: beat, on: {type: beat}, subject: data.of,
        detect: {absence: {expect: 'true', within: PT30M, keys: [p1, p2]}},
        alert: {title: '=\"No beat of \" + subject'}}";
    server.form("/v2/deployments", "beat.rule.yaml", rule).await.ok();
    let event = json!({"specversion": "1.0", "id": "1", "source": "/p", "type": "beat",
        "data": {"of": "p2"}});
    assert_eq!(server.post("/api/v1/signals", event).await.status, StatusCode::ACCEPTED);
    // The second hears of it in a batch of its own.
    let mut alerts = Vec::new();
    for _ in 0..1_000 {
        pass(&server, 20).await;
        alerts = own(&server, "alerts", json!({"state": "OPEN"})).await;
        if alerts.len() == 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let mut titles: Vec<String> = alerts.iter().map(|alert| text(&alert["title"])).collect();
    titles.sort();
    assert_eq!(titles, ["No beat of p1", "No beat of p2"]);
}
