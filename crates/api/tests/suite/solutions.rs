//! Solutions: imported whole or not at all, and the one that comes with Segue does what it says.

use crate::closure::own;
use crate::given::{Server, text};
use axum::http::StatusCode;
use serde_json::{Value, json};

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        [$(($name, include_str!(concat!("../../../../samples/supply-chain/", $name)))),+]
    };
}

const FILES: [(&str, &str); 17] = files![
    "solution.yaml",
    "office-HAM.calendar.yaml",
    "no-scan.rule.yaml",
    "no-confirmation.rule.yaml",
    "eta-slipped.rule.yaml",
    "low-cover.rule.yaml",
    "late-on-lane.rule.yaml",
    "shipment-exception.case.yaml",
    "order-exception.case.yaml",
    "stock-exception.case.yaml",
    "lane-trouble.case.yaml",
    "handle-exception.bpmn",
    "playbook.dmn",
    "choose-option.form",
    "approve-option.form",
    "planners.queue.yaml",
    "planners.team.yaml",
];
const EVENTS: &str = include_str!("../../../../samples/supply-chain/events.json");
const PATH: &str = "/api/v1/solutions";

async fn task(server: &Server, element: &str) -> Value {
    let found =
        server.search("user-tasks", json!({"elementId": element, "state": "CREATED"})).await;
    assert_eq!(found.len(), 1, "{element}: {found:?}");
    found[0].clone()
}

async fn complete(server: &Server, element: &str, variables: Value) -> crate::given::Heard {
    let key = text(&task(server, element).await["userTaskKey"]);
    let path = format!("/v2/user-tasks/{key}/completion");
    server.post(&path, json!({"variables": variables})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_solution_is_imported_whole_and_again_without_new_versions() {
    let server = Server::start();
    let missing = server.files(PATH, &FILES[..16]).await.refused(400);
    assert!(missing.contains("found no `planners.team.yaml`"), "{missing}");
    let mut more = FILES.to_vec();
    more.push(("extra.form", "{}"));
    assert!(server.files(PATH, &more).await.refused(400).contains("`extra.form` too"));
    server.files(PATH, &FILES[1..]).await.refused(400);
    assert!(server.search("process-definitions", json!({})).await.is_empty());

    for _ in 0..2 {
        let imported = server.files(PATH, &FILES).await.ok();
        assert_eq!(imported["problems"], Value::Null, "{imported}");
    }
    let listed = server.get(PATH).await.ok();
    let item = &listed["items"][0];
    assert_eq!(
        (&item["solutionId"], &item["version"]),
        (&json!("supply-chain-exception"), &json!(1))
    );
    assert_eq!(item["files"].as_array().unwrap().len(), FILES.len() - 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_supply_chain_from_a_slip_to_what_is_carried_out() {
    let server = Server::with_clock();
    server.files(PATH, &FILES).await.ok();
    let events: Value = serde_json::from_str(EVENTS).unwrap();
    let heard = server.post("/api/v1/signals", events).await;
    assert_eq!(heard.status, StatusCode::ACCEPTED, "{heard:?}");
    let signals = own(&server, "signals", json!({})).await;
    let failures: Vec<&Value> = signals
        .iter()
        .flat_map(|signal| signal["rules"].as_array().unwrap())
        .filter(|rule| !rule["failure"].is_null())
        .collect();
    assert_eq!(failures, [] as [&Value; 0]);

    let cases = own(&server, "cases", json!({})).await;
    assert_eq!(cases.len(), 1, "{cases:?}");
    assert_eq!(cases[0]["title"], "Arrival of SH-1002 slipped twice");
    assert_eq!((&cases[0]["site"], &cases[0]["clock"]), (&json!("HAM"), &json!("RUNNING")));
    let path = format!("/api/v1/cases/{}/clock", text(&cases[0]["caseKey"]));
    let clock = server.get(&path).await.ok();
    assert_eq!(clock["calendarId"], "office-HAM");
    let items = server.get("/api/v1/queues/planners/items").await.ok();
    assert_eq!(items["items"][0]["title"], "Choose option");

    let wrong = complete(&server, "Task_ChooseOption", json!({"cost": -1})).await.refused(400);
    assert!(wrong.contains("option"), "{wrong}");
    let choice = json!({"option": "expedite", "cost": 4000, "lineStops": false});
    complete(&server, "Task_ChooseOption", choice.clone()).await.done();
    let approve = task(&server, "Task_Approve").await;
    assert_eq!(approve["candidateGroups"], json!(["supply-lead"]));
    // Refused, chosen again, approved.
    complete(&server, "Task_Approve", json!({"approved": false})).await.done();
    complete(&server, "Task_ChooseOption", choice).await.done();
    complete(&server, "Task_Approve", json!({"approved": true})).await.done();
    let job = server.job("carry-out-option").await.expect("the option is carried out");
    assert_eq!(job["variables"]["steps"], json!(["book-air-freight", "cancel-sea-freight"]));
    let path = format!("/v2/jobs/{}/completion", text(&job["jobKey"]));
    server.post(&path, json!({})).await.done();
    let delivered = json!({"specversion": "1.0", "id": "d-1", "source": "/dock",
        "type": "com.example.shipment.delivered",
        "data": {"shipment": "SH-1002", "site": "HAM", "lane": "SHA-HAM", "complete": true}});
    server.post("/api/v1/signals", delivered).await;
    let case = own(&server, "cases", json!({})).await.swap_remove(0);
    assert_eq!(case["state"], "VERIFYING", "it has to stay quiet for a day");
    let evidence = own(&server, "evidence", json!({"caseKey": case["caseKey"]})).await;
    assert_eq!(evidence[0]["check"], "delivered");
}
