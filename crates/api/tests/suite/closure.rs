//! From a signal to a closing that was checked: sent, detected, worked on, verified.

use crate::given::{Server, text};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::{Value, json};

const MINUTE_MS: i64 = 60_000;
const RULE: &str = include_str!("../../../../samples/cold-chain/too-warm.rule.yaml");
const SILENT: &str = include_str!("../../../../samples/cold-chain/no-reading.rule.yaml");
const CASE_TYPE: &str = include_str!("../../../../samples/cold-chain/cold-chain.case.yaml");
const PROCESS: &str = include_str!("../../../../samples/cold-chain/rescue-shipment.bpmn");

impl Server {
    async fn with_cold_chain() -> Server {
        let server = Server::with_clock();
        let files = [
            ("rescue-shipment.bpmn", PROCESS),
            ("too-warm.rule.yaml", RULE),
            ("no-reading.rule.yaml", SILENT),
            ("cold-chain.case.yaml", CASE_TYPE),
        ];
        server.files("/v2/deployments", &files).await.ok();
        server
    }

    async fn signal(&self, kind: &str, id: &str, data: Value) -> Value {
        let event = json!({"specversion": "1.0", "id": id, "source": "/test",
            "type": format!("com.example.{kind}"), "data": data});
        let heard = self.post("/api/v1/signals", event).await;
        assert_eq!(heard.status, StatusCode::ACCEPTED, "{heard:?}");
        heard.json()["signals"][0].clone()
    }

    async fn celsius(&self, id: &str, celsius: i64) -> Value {
        self.signal("temperature", id, json!({"shipment": "S-1", "celsius": celsius})).await
    }

    async fn pass(&self, minutes: i64) {
        let later = json!({"timestamp": self.node.now_ms() + minutes * MINUTE_MS}).to_string();
        self.ask(Method::PUT, "/v2/clock", later).await.done();
    }

    async fn own(&self, what: &str, filter: Value) -> Vec<Value> {
        own(self, what, filter).await
    }

    /// Searches until a first item says so: what a clock causes comes a little later.
    async fn until(&self, what: &str, field: &str, expected: Value) -> Value {
        let mut found = Vec::new();
        for _ in 0..1_000 {
            found = self.own(what, json!({})).await;
            if found.first().is_some_and(|item| item[field] == expected) {
                return found.swap_remove(0);
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        panic!("no {what} with {field} {expected}, but {found:?}");
    }

    async fn case(&self) -> Value {
        let cases = self.own("cases", json!({})).await;
        assert_eq!(cases.len(), 1, "{cases:?}");
        cases[0].clone()
    }

    /// Works on the shipment until the process says that the case is resolved.
    async fn cool(&self) {
        let job = self.job("cool").await.expect("a job to cool the shipment");
        let path = format!("/v2/jobs/{}/completion", text(&job["jobKey"]));
        self.post(&path, json!({})).await.done();
    }
}

/// Searches alerts, cases, evidence or signals.
pub(crate) async fn own(server: &Server, what: &str, filter: Value) -> Vec<Value> {
    let path = format!("/api/v1/{what}/search");
    let found = server.post(&path, json!({"filter": filter})).await.ok();
    found["items"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_becomes_a_case_that_closes_when_its_outcome_is_checked() {
    let server = Server::with_cold_chain().await;
    let first = server.celsius("1", 9).await;
    assert_eq!(first["isNew"], true);
    // The same event again is the same signal.
    let again = server.celsius("1", 9).await;
    assert_eq!((&again["isNew"], &again["signalKey"]), (&json!(false), &first["signalKey"]));
    assert!(server.own("alerts", json!({})).await.is_empty(), "not for long enough yet");
    server.pass(11).await;
    server.until("alerts", "occurrences", json!(1)).await;
    server.celsius("2", 10).await;
    let alerts = server.own("alerts", json!({"state": "OPEN"})).await;
    assert_eq!(alerts.len(), 1);
    assert_eq!(alerts[0]["title"], "Shipment S-1 is too warm");
    assert_eq!((&alerts[0]["occurrences"], &alerts[0]["severity"]), (&json!(2), &json!("HIGH")));

    let case = server.case().await;
    let key = text(&case["caseKey"]);
    assert_eq!(case["alertKey"], alerts[0]["alertKey"]);
    assert_eq!((&case["state"], &case["stage"]), (&json!("OPEN"), &json!("rescue")));
    assert_eq!((&case["priority"], &case["urgency"]), (&json!("P2"), &json!(30)));
    assert!(case["processInstanceKey"].is_string(), "{case}");
    // Half of the time to the goal is over.
    server.pass(60).await;
    server.until("cases", "urgency", json!(35)).await;

    // Cold again, and the work is done: that is resolved, and not closed.
    server.celsius("3", 5).await;
    server.cool().await;
    let case = server.case().await;
    assert_eq!(case["state"], "VERIFYING", "{case}");
    let delivered = json!({"shipment": "S-1", "sound": true});
    server.signal("delivered", "4", delivered).await;
    assert_eq!(server.case().await["state"], "VERIFYING", "it has to stay cold");
    server.pass(61).await;
    server.until("cases", "state", json!("CLOSED_VERIFIED")).await;
    let evidence = server.own("evidence", json!({"caseKey": key})).await;
    let kinds: Vec<&Value> = evidence.iter().map(|it| &it["kind"]).collect();
    assert_eq!(kinds, ["EVENT", "QUIET"]);

    let history = server.get(&format!("/api/v1/cases/{key}/history")).await.ok();
    let items = history["items"].as_array().unwrap();
    let events = items.iter().flat_map(|item| item["events"].as_array().unwrap());
    let kinds: Vec<String> = events.map(|event| text(&event["type"])).collect();
    for kind in ["CASE_OPENED", "PROCESS_ENDED", "CASE_RESOLVED", "CHECK_PASSED", "CASE_CLOSED"] {
        assert!(kinds.iter().any(|held| held == kind), "{kind} in {kinds:?}");
    }
    let refused = server.post(&format!("/api/v1/cases/{key}/resolution"), json!({})).await;
    refused.refused(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_fails_opens_the_case_again_until_it_is_enough() {
    let server = Server::with_cold_chain().await;
    server.celsius("1", 9).await;
    server.pass(11).await;
    server.cool().await;
    let key = text(&server.case().await["caseKey"]);
    for round in 1..=3 {
        // Nothing arrives: the check fails when its time is over.
        server.pass(13 * 60).await;
        if round == 3 {
            server.until("cases", "state", json!("CLOSED_FAILED")).await;
            break;
        }
        let case = server.until("cases", "reopenings", json!(round)).await;
        assert_eq!(case["state"], "OPEN");
        server.post(&format!("/api/v1/cases/{key}/resolution"), json!({})).await.done();
    }
    let case = server.case().await;
    assert_eq!(case["milestone"], "PASSED", "{case}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_come_is_an_alert_too() {
    let server = Server::with_cold_chain().await;
    server.celsius("1", 5).await;
    server.pass(31).await;
    let title = json!("Shipment S-1 sends no temperature");
    let alert = server.until("alerts", "title", title).await;
    let path = format!("/api/v1/alerts/{}/acknowledgement", text(&alert["alertKey"]));
    server.post(&path, json!({})).await.done();
    server.post(&path, json!({})).await.refused(409);
    server.celsius("2", 5).await;
    let alerts = server.own("alerts", json!({})).await;
    assert_eq!((&alerts[0]["state"], alerts.len()), (&json!("RECOVERED"), 1));
    assert_eq!(server.case().await["state"], "OPEN", "the case is for people to close");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_resolved_a_case_does_not_attest_it() {
    let server = Server::with_clock();
    let case_type = "{kind: case-type, id: claim, outcome: [
        {id: reviewed, attest: other, within: P1D}]}";
    server.form("/v2/deployments", "claim.case.yaml", case_type).await.ok();
    let body = json!({"caseTypeId": "claim", "title": "Claim 7", "subject": "7"});
    let key = text(&server.post("/api/v1/cases", body).await.ok()["caseKey"]);
    let path = |what: &str| format!("/api/v1/cases/{key}/{what}");
    let said = json!({"check": "reviewed", "isSolved": true});
    server.post(&path("attestation"), said.clone()).await.refused(409);
    server.post(&path("resolution"), json!({"comment": "paid"})).await.done();
    let why = server.post(&path("attestation"), said).await.refused(409);
    assert!(why.contains("somebody else"), "{why}");
    server.post(&path("waiver"), json!({"reason": " "})).await.refused(400);
    server.post(&path("waiver"), json!({"reason": "small sum"})).await.done();
    assert_eq!(server.case().await["state"], "CLOSED_WAIVED");
    server.post(&path("cancellation"), json!({"reason": "late"})).await.refused(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_event_or_definition_is_refused_with_its_place() {
    let server = Server::with_cold_chain().await;
    let batch = r#"[{"specversion":"1.0","id":"1","source":"/s","type":"t"},
        {"specversion":"1.0","id":"2","source":"/s"}]"#;
    let request = Request::post("/api/v1/signals").header("host", "localhost:8080");
    let request = request.header("content-type", "application/cloudevents-batch+json");
    let heard = server.send(request.body(Body::from(batch)).unwrap()).await;
    assert!(heard.refused(400).starts_with("events[1].type: Expected a text"));
    assert!(server.own("signals", json!({})).await.is_empty());
    let wrong = RULE.replace("celsius > 8", "celsius >");
    let why = server.form("/v2/deployments", "a.rule.yaml", &wrong).await.refused(400);
    assert!(why.contains("a.rule.yaml:10:"), "{why}");
}
