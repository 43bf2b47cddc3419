//! Decisions: deployed, asked, found again, asked what if.

use crate::given::{Server, text};
use axum::http::Request;
use serde_json::{Value, json};

/// A table that rests on a decision of one expression, which stops without an amount.
const DMN: &str = r##"<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="pricing" name="Pricing" namespace="test">
  <decision id="discount" name="Discount">
    <extensionElements><zeebe:versionTag value="v1" /></extensionElements>
    <variable name="discount" />
    <informationRequirement><requiredDecision href="#size" /></informationRequirement>
    <decisionTable hitPolicy="UNIQUE">
      <input id="i_size" label="Size"><inputExpression><text>size</text></inputExpression></input>
      <output id="o_rate" name="rate" />
      <rule id="r_large"><inputEntry><text>"large"</text></inputEntry>
        <outputEntry><text>0.1</text></outputEntry></rule>
      <rule id="r_small"><inputEntry><text>"small"</text></inputEntry>
        <outputEntry><text>0</text></outputEntry></rule>
    </decisionTable>
  </decision>
  <decision id="size" name="Size">
    <variable name="size" />
    <literalExpression>
      <text>if assert(amount, amount != null) &gt; 1000 then "large" else "small"</text>
    </literalExpression>
  </decision>
</definitions>"##;

async fn server() -> Server {
    let server = Server::start();
    let process = "start -> rate:decision(discount, rate) -> work:job(work) -> end";
    let bpmn = model::short::to_bpmn(process).unwrap();
    let files = [("order.bpmn", &*bpmn), ("pricing.dmn", DMN)];
    server.files("/v2/deployments", &files).await.ok();
    server
}

async fn evaluate(server: &Server, variables: Value) -> Value {
    let body = json!({"decisionDefinitionId": "discount", "variables": variables});
    server.post("/v2/decision-definitions/evaluation", body).await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_tells_decisions_and_their_file() {
    let server = Server::start();
    let deployed = server.files("/v2/deployments", &[("pricing.dmn", DMN)]).await.ok();
    let items = deployed["deployments"].as_array().unwrap();
    let file = &items[0]["decisionRequirements"];
    assert_eq!(file["decisionRequirementsId"], "pricing");
    assert_eq!(file["resourceName"], "pricing.dmn");
    let ids: Vec<&Value> =
        items[1..].iter().map(|it| &it["decisionDefinition"]["decisionDefinitionId"]).collect();
    assert_eq!(ids, ["discount", "size"]);
    let decision = &items[1]["decisionDefinition"];
    assert_eq!(decision["decisionRequirementsKey"], file["decisionRequirementsKey"]);
    let again = server.files("/v2/deployments", &[("pricing.dmn", DMN)]).await.ok();
    assert_eq!(again["deployments"], deployed["deployments"]);

    let latest = json!({"isLatestVersion": true, "decisionDefinitionId": "discount"});
    let found = server.search("decision-definitions", latest).await;
    assert_eq!(found[0]["decisionRequirementsId"], "pricing");
    let key = text(&found[0]["decisionDefinitionKey"]);
    let one = server.get(&format!("/v2/decision-definitions/{key}")).await.ok();
    assert_eq!(one, found[0]);
    let xml = server.get(&format!("/v2/decision-definitions/{key}/xml")).await;
    assert_eq!(xml.text, DMN);
    let file_key = text(&file["decisionRequirementsKey"]);
    let found = server.search("decision-requirements", json!({"version": 1})).await;
    assert_eq!(text(&found[0]["decisionRequirementsKey"]), file_key);
    let path = format!("/v2/decision-requirements/{file_key}");
    assert_eq!(server.get(&path).await.ok(), found[0]);
    assert_eq!(server.get(&format!("{path}/xml")).await.text, DMN);
    server.get(&format!("/v2/decision-requirements/{key}")).await.refused(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_a_problem_says_where() {
    let server = Server::start();
    let broken = DMN.replace("if assert(", "if (assert(");
    let detail = server.files("/v2/deployments", &[("pricing.dmn", &broken)]).await.refused(400);
    assert!(detail.contains("pricing.dmn:20:58 dmn-expression-invalid"), "{detail}");
    let files = [("a.dmn", DMN), ("b.dmn", DMN)];
    let detail = server.files("/v2/deployments", &files).await.refused(400);
    assert!(detail.contains("once in a deployment"), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_tells_overlaps_and_gaps_of_tables() {
    let server = Server::start();
    let overlapping = DMN.replace("\"small\"</text></inputEntry>", "-</text></inputEntry>");
    let files = [("pricing.dmn", &*overlapping)];
    let deployed = server.files("/v2/deployments", &files).await.ok();
    let problems = deployed["problems"].as_array().unwrap();
    let [problem] = &problems[..] else { panic!("{problems:?}") };
    assert_eq!(
        (&problem["rule"], &problem["severity"]),
        (&json!("dmn-table-overlap"), &json!("warning"))
    );
    assert_eq!(
        (&problem["elementId"], &problem["resource"]),
        (&json!("r_small"), &json!("pricing.dmn"))
    );
    assert!(
        text(&problem["message"]).contains("rules 1 and 2 match together for `Size` = \"large\"")
    );
    let checked = server.files("/api/v1/check", &files).await.ok();
    assert_eq!(checked["resources"][0]["problems"], deployed["problems"]);
    let fine = DMN.replace("\"small\"</text></inputEntry>", "not(\"large\")</text></inputEntry>");
    let deployed = server.files("/v2/deployments", &[("pricing.dmn", &fine)]).await.ok();
    assert_eq!(deployed.get("problems"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_answers_and_is_found_again() {
    let server = server().await;
    let said = evaluate(&server, json!({"amount": 1200, "other": 1})).await;
    assert_eq!(said["output"], "0.1");
    assert_eq!(said["decisionDefinitionName"], "Discount");
    let [size, discount] = &said["evaluatedDecisions"].as_array().unwrap()[..] else { panic!() };
    assert_eq!(size["output"], "\"large\"");
    assert_eq!(size["decisionDefinitionType"], "LITERAL_EXPRESSION");
    let input = &discount["evaluatedInputs"][0];
    let expected = json!({"inputId": "i_size", "inputName": "Size", "inputValue": "\"large\""});
    assert_eq!(*input, expected);
    let rule = &discount["matchedRules"][0];
    assert_eq!((&rule["ruleId"], &rule["ruleIndex"]), (&json!("r_large"), &json!(1)));
    assert_eq!(rule["evaluatedOutputs"][0]["outputValue"], "0.1");

    let key = text(&said["decisionEvaluationKey"]);
    let filter = json!({"decisionEvaluationKey": key, "decisionDefinitionType": "DECISION_TABLE"});
    let found = server.search("decision-instances", filter).await;
    let id = text(&found[0]["decisionEvaluationInstanceKey"]);
    assert_eq!(id, format!("{key}-2"));
    assert_eq!(found[0]["state"], "EVALUATED");
    assert_eq!(found[0]["processInstanceKey"], Value::Null);
    let one = server.get(&format!("/v2/decision-instances/{id}")).await.ok();
    assert_eq!(one["matchedRules"], discount["matchedRules"]);
    assert_eq!(one["evaluatedInputs"], discount["evaluatedInputs"]);
    server.get(&format!("/v2/decision-instances/{key}-3")).await.refused(404);
    server.get("/v2/decision-instances/none").await.refused(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_that_stops_answers_why() {
    let server = server().await;
    let said = evaluate(&server, json!({})).await;
    assert_eq!(said["failedDecisionDefinitionId"], "size");
    assert!(text(&said["failureMessage"]).contains("condition"), "{said}");
    assert_eq!(said["output"], "null");
    let failed = server.search("decision-instances", json!({"state": "FAILED"})).await;
    assert_eq!(failed[0]["decisionDefinitionId"], "size");
    assert_eq!(failed[0]["evaluationFailure"], said["failureMessage"]);
    let body = json!({"decisionDefinitionId": "nothing"});
    server.post("/v2/decision-definitions/evaluation", body).await.refused(404);
    server.post("/v2/decision-definitions/evaluation", json!({})).await.refused(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_is_answered_from_the_history() {
    let server = server().await;
    let ask = || {
        let request = Request::post("/v2/decision-definitions/evaluation");
        let request = request.header("host", "localhost:8080").header("idempotency-key", "k");
        let body = json!({"decisionDefinitionId": "discount", "variables": {"amount": 7}});
        request.header("content-type", "application/json").body(body.to_string().into()).unwrap()
    };
    let first = server.send(ask()).await.ok();
    assert_eq!(server.send(ask()).await.ok(), first);
    let found = server.search("decision-instances", json!({"decisionDefinitionId": "size"})).await;
    assert_eq!(found.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_business_rule_task_decides_and_an_incident_is_repaired() {
    let server = server().await;
    let instance = server.create(json!({"amount": 1200})).await;
    let job = server.job("work").await.unwrap();
    assert_eq!(job["variables"], json!({"amount": 1200, "rate": 0.1}));
    let filter = json!({"processInstanceKey": instance});
    let found = server.search("decision-instances", filter).await;
    assert_eq!(found.len(), 2);
    assert_eq!(found[1]["result"], "0.1");
    assert_eq!(found[1]["processDefinitionId"], "process");

    let stuck = server.create(json!({})).await;
    let filter = json!({"processInstanceKey": stuck});
    let incident = &server.search("incidents", filter.clone()).await[0];
    assert_eq!(incident["errorType"], "DECISION_EVALUATION_ERROR");
    assert!(text(&incident["errorMessage"]).contains("`size` stopped"), "{incident}");
    let path = format!("/v2/element-instances/{stuck}/variables");
    let body = json!({"variables": {"amount": 5}}).to_string();
    server.ask(axum::http::Method::PUT, &path, body).await.done();
    let key = text(&incident["incidentKey"]);
    server.post(&format!("/v2/incidents/{key}/resolution"), json!({})).await.done();
    let states = server.search("decision-instances", filter).await;
    let states: Vec<&Value> = states.iter().map(|it| &it["state"]).collect();
    assert_eq!(states, ["FAILED", "EVALUATED", "EVALUATED"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_if_changes_nothing() {
    let server = server().await;
    let key = text(&evaluate(&server, json!({"amount": 1200})).await["decisionEvaluationKey"]);
    let path = format!("/api/v1/decision-evaluations/{key}/what-if");
    let other = server.post(&path, json!({"variables": {"amount": 7}})).await.ok();
    assert_eq!(other["outputBefore"], "0.1");
    assert_eq!(other["result"]["output"], "0");
    assert_eq!(other["isDifferent"], true);
    let stored = server.get(&format!("/api/v1/decision-evaluations/{key}")).await.ok();
    assert_eq!(stored["variables"], json!({"amount": 1200}));
    assert!(stored["fuel"].as_i64().unwrap() > 0, "{stored}");
    let same = server.post(&path, json!({})).await.ok();
    assert_eq!(same["isDifferent"], false);
    // Another version says something else.
    let changed = DMN.replace(">0.1<", ">0.2<");
    let deployed = server.files("/v2/deployments", &[("pricing.dmn", &changed)]).await.ok();
    let version = &deployed["deployments"][1]["decisionDefinition"];
    assert_eq!(version["version"], 2);
    let body = json!({"decisionDefinitionKey": version["decisionDefinitionKey"]});
    let other = server.post(&path, body).await.ok();
    assert_eq!(other["result"]["output"], "0.2");
    assert_eq!(server.search("decision-instances", json!({})).await.len(), 2, "nothing is kept");
    let none = "/api/v1/decision-evaluations/7/what-if";
    server.post(none, json!({})).await.refused(404);
}
