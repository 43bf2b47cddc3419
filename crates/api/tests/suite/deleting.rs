//! Deployed files and evaluations: given back, and deleted.

use crate::given::{Server, text};
use axum::http::Method;
use runtime::clock::Clock;
use runtime::node::{Node, Options};
use serde_json::{Value, json};
use std::sync::Arc;
use store::sqlite::Sqlite;

const DMN: &str = r#"<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="pricing" name="Pricing" namespace="test">
  <decision id="rate" name="Rate"><variable name="rate"/>
    <literalExpression><text>amount * 0.1</text></literalExpression></decision>
</definitions>"#;
const FORM: &str = r#"{"id": "review", "components": []}"#;

/// Deploys a process in short notation; its key.
async fn deploy(server: &Server, process: &str) -> String {
    let deployed = server.deploy(process).await.ok();
    text(&deployed["deployments"][0]["processDefinition"]["processDefinitionKey"])
}

async fn delete(server: &Server, key: &str) -> crate::given::Heard {
    server.post(&format!("/v2/resources/{key}/deletion"), json!({})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployed_file_is_given_back_whatever_it_is() {
    let server = Server::start();
    let files = [("pricing.dmn", DMN), ("review.form", FORM)];
    let deployed = server.files("/v2/deployments", &files).await.ok();
    let items = &deployed["deployments"];
    let file = text(&items[0]["decisionRequirements"]["decisionRequirementsKey"]);
    let decision = text(&items[1]["decisionDefinition"]["decisionDefinitionKey"]);
    let form = text(&items[2]["form"]["formKey"]);
    let process = deploy(&server, "start -> end").await;
    for (key, name, id) in [
        (&file, "pricing.dmn", "pricing"),
        (&form, "review.form", "review"),
        (&process, "order.bpmn", "process"),
    ] {
        let expected = json!({"resourceName": name, "version": 1, "versionTag": null,
            "resourceId": id, "tenantId": "<default>", "resourceKey": key});
        assert_eq!(server.get(&format!("/v2/resources/{key}")).await.ok(), expected);
    }
    let content = |key: &str| format!("/v2/resources/{key}/content");
    assert_eq!(server.get(&content(&form)).await.text, FORM);
    let detail = server.get(&content(&file)).await.refused(406);
    assert!(detail.contains("`pricing.dmn`") && detail.contains("content/binary"), "{detail}");
    let binary = server.get(&format!("{}/binary", content(&file))).await;
    assert_eq!(binary.headers["content-type"], "application/octet-stream");
    assert_eq!(binary.text, DMN);
    // A decision has no file of its own.
    server.get(&format!("/v2/resources/{decision}")).await.refused(404);
    assert_eq!(server.search("resources", json!({})).await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_is_deleted_when_no_instance_runs() {
    let server = Server::start();
    let first = deploy(&server, "start -> work:job(work) -> end").await;
    let second = deploy(&server, "start -> other:job(other) -> end").await;
    let running = server.create(json!({})).await;
    let detail = delete(&server, &second).await.refused(409);
    assert!(
        detail.contains("version 2 to run, but 1 does") && detail.contains(&running),
        "{detail}"
    );
    server.post(&format!("/v2/process-instances/{running}/cancellation"), json!({})).await.done();
    let deleted = delete(&server, &second).await.ok();
    assert_eq!(deleted, json!({"resourceKey": second, "batchOperation": null}));

    // The newest version that is left is the latest.
    let found = server.search("process-definitions", json!({"isLatestVersion": true})).await;
    assert_eq!(text(&found[0]["processDefinitionKey"]), first);
    assert_eq!(server.search("process-definitions", json!({})).await.len(), 1);
    server.create(json!({})).await;
    assert!(server.job("work").await.is_some(), "version 1 runs");
    let body = json!({"processDefinitionKey": second});
    server.post("/v2/process-instances", body).await.refused(404);
    // History still has its file, and a second deletion finds nothing.
    assert_eq!(server.get(&format!("/v2/process-definitions/{second}")).await.ok()["version"], 2);
    assert_eq!(server.get(&format!("/v2/process-definitions/{second}/xml")).await.status, 200);
    delete(&server, &second).await.refused(404);
    delete(&server, "7").await.refused(404);
    let history = json!({"deleteHistory": true});
    server.post(&format!("/v2/resources/{first}/deletion"), history).await.refused(400);

    let what = json!({"entityType": "RESOURCE", "operationType": "DELETE"});
    let noted = server.search("audit-logs", what).await;
    let [entry] = &noted[..] else { panic!("{noted:?}") };
    assert_eq!(
        (text(&entry["resourceKey"]), &entry["processDefinitionId"]),
        (second, &json!("process"))
    );
    // What is deployed next is new, and never has the number of a deleted version.
    let deployed = server.deploy("start -> other:job(other) -> end").await.ok();
    assert_eq!(deployed["deployments"][0]["processDefinition"]["processDefinitionVersion"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_process_starts_by_no_timer_message_or_signal_and_the_one_before_does() {
    let server = Server::with_clock();
    let clock = |ms: i64| json!({"timestamp": ms});
    let now = 1_900_000_000_000_i64;
    server.ask(Method::PUT, "/v2/clock", clock(now).to_string()).await.done();
    let first = deploy(&server, "begin:timer-start(R/PT1H) -> work:job(hourly) -> end").await;
    let second = deploy(&server, "begin:message-start(order) -> work:job(ordered) -> end").await;
    let publish = json!({"name": "order", "correlationKey": "", "timeToLive": 0, "variables": {}});
    server.post("/v2/messages/publication", publish.clone()).await.ok();
    let job = server.job("ordered").await.expect("version 2 starts by its message");
    let instance = text(&job["processInstanceKey"]);
    server.post(&format!("/v2/process-instances/{instance}/cancellation"), json!({})).await.done();
    delete(&server, &second).await.ok();

    server.post("/v2/messages/publication", publish).await.ok();
    assert!(server.search("process-instances", json!({"state": "ACTIVE"})).await.is_empty());
    // The timer of version 1 counts from now on.
    server.ask(Method::PUT, "/v2/clock", clock(now + 3_700_000).to_string()).await.done();
    assert!(server.job("hourly").await.is_some());
    let running = server.search("process-instances", json!({"state": "ACTIVE"})).await;
    let instance = text(&running[0]["processInstanceKey"]);
    server.post(&format!("/v2/process-instances/{instance}/cancellation"), json!({})).await.done();
    delete(&server, &first).await.ok();
    server.ask(Method::PUT, "/v2/clock", clock(now + 7_400_000).to_string()).await.done();
    assert!(server.search("process-instances", json!({"state": "ACTIVE"})).await.is_empty());
    let body = json!({"processDefinitionId": "process"});
    server.post("/v2/process-instances", body).await.refused(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn decisions_and_forms_are_deleted_by_their_file() {
    let server = Server::start();
    let files = [("pricing.dmn", DMN), ("review.form", FORM)];
    let first = server.files("/v2/deployments", &files).await.ok();
    let better = DMN.replace("0.1", "0.2");
    let second = server.files("/v2/deployments", &[("pricing.dmn", &better)]).await.ok();
    let key =
        |of: &Value, at: usize, what: &str, name: &str| text(&of["deployments"][at][what][name]);
    let file = key(&second, 0, "decisionRequirements", "decisionRequirementsKey");
    let decision = key(&second, 1, "decisionDefinition", "decisionDefinitionKey");
    let form = key(&first, 2, "form", "formKey");
    let detail = delete(&server, &decision).await.refused(400);
    assert!(detail.contains("requirements it is part of"), "{detail}");
    delete(&server, &file).await.ok();
    delete(&server, &form).await.ok();
    let ask = |body: Value| {
        let server = &server;
        async move { server.post("/v2/decision-definitions/evaluation", body).await }
    };
    let variables = json!({"amount": 10});
    let by_id = json!({"decisionDefinitionId": "rate", "variables": variables});
    assert_eq!(ask(by_id.clone()).await.ok()["output"], "1", "version 1 again");
    let by_key = json!({"decisionDefinitionKey": decision, "variables": variables});
    ask(by_key).await.refused(404);
    assert_eq!(server.search("decision-definitions", json!({})).await.len(), 1);
    delete(&server, &key(&first, 0, "decisionRequirements", "decisionRequirementsKey")).await.ok();
    ask(by_id).await.refused(404);
    assert!(server.search("decision-requirements", json!({})).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_evaluation_is_noted_and_deleted() {
    let server = Server::start();
    server.files("/v2/deployments", &[("pricing.dmn", DMN)]).await.ok();
    let evaluate = json!({"decisionDefinitionId": "rate", "variables": {"amount": 10}});
    let mut keys = Vec::new();
    for _ in 0..2 {
        let said = server.post("/v2/decision-definitions/evaluation", evaluate.clone()).await.ok();
        keys.push(text(&said["decisionEvaluationKey"]));
    }
    let noted = server.search("audit-logs", json!({"decisionEvaluationKey": keys[0]})).await;
    let [entry] = &noted[..] else { panic!("{noted:?}") };
    assert_eq!(entry["entityType"], "DECISION");
    assert_eq!(entry["operationType"], "EVALUATE");
    assert_eq!(entry["decisionDefinitionId"], "rate");

    let deletion = |key: &str| format!("/v2/decision-instances/{key}/deletion");
    server.post(&deletion(&keys[1]), json!({})).await.done();
    let left = server.search("decision-instances", json!({})).await;
    assert_eq!(left.len(), 1);
    assert_eq!(text(&left[0]["decisionEvaluationKey"]), keys[0]);
    server.post(&deletion(&keys[1]), json!({})).await.refused(404);
    let noted = server.search("audit-logs", json!({"decisionEvaluationKey": keys[1]})).await;
    let operations: Vec<String> = noted.iter().map(|it| text(&it["operationType"])).collect();
    assert_eq!(operations.len(), 2, "{operations:?}");
    assert!(operations.contains(&"DELETE".to_owned()), "{operations:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_process_decided_goes_with_its_instance() {
    let server = Server::start();
    let bpmn = model::short::to_bpmn("start -> ask:decision(rate, rate) -> end").unwrap();
    let files = [("order.bpmn", &*bpmn), ("pricing.dmn", DMN)];
    server.files("/v2/deployments", &files).await.ok();
    let instance = server.create(json!({"amount": 10})).await;
    let found = server.search("decision-instances", json!({})).await;
    let key = text(&found[0]["decisionEvaluationKey"]);
    let path = format!("/v2/decision-instances/{key}/deletion");
    let detail = server.post(&path, json!({})).await.refused(409);
    assert!(detail.contains(&instance), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_survives_a_restart_and_leaves_nothing_of_an_evaluation() {
    let folder = tempfile::tempdir().unwrap();
    let start = || {
        let store =
            Arc::new(Sqlite::open(folder.path(), &store::sqlite::Options::default()).unwrap());
        let options = Options { clock: Clock::settable(), ..Options::default() };
        let node = Node::start(store, options).unwrap();
        let config = api::Config::at("127.0.0.1:8080".parse().unwrap());
        let router = api::router(api::ApiState::new(node.clone(), &config));
        Server::over(node, router)
    };
    let server = start();
    let first = deploy(&server, "start -> a:job(a) -> end").await;
    let second = deploy(&server, "start -> b:job(b) -> end").await;
    server.files("/v2/deployments", &[("pricing.dmn", DMN)]).await.ok();
    let evaluate = json!({"decisionDefinitionId": "rate", "variables": {"amount": 4242.5}});
    let said = server.post("/v2/decision-definitions/evaluation", evaluate).await.ok();
    let evaluation = text(&said["decisionEvaluationKey"]);
    delete(&server, &second).await.ok();
    let path = format!("/v2/decision-instances/{evaluation}/deletion");
    server.post(&path, json!({})).await.done();
    drop(server);

    let server = start();
    let found = server.search("process-definitions", json!({})).await;
    assert_eq!(found.len(), 1);
    assert_eq!(text(&found[0]["processDefinitionKey"]), first);
    delete(&server, &second).await.refused(404);
    assert!(server.search("decision-instances", json!({})).await.is_empty());
    let findings = server.node.examine(runtime::doctor::examine).await.unwrap();
    assert!(findings.is_empty(), "{findings:?}");
    let key: u64 = evaluation.parse().unwrap();
    let left = server.node.examine(move |store| store.events_of(key, 0, 10)).await.unwrap();
    assert!(left.is_empty(), "its history is erased");
}
