//! Deployments of more than processes, and what they leave to be asked for.

use crate::given::{Server, text};
use serde_json::{Value, json};

const FORM: &str = r#"{"id": "review", "versionTag": "v1", "components": []}"#;

fn bpmn(process: &str) -> String {
    model::short::to_bpmn(process).unwrap()
}

/// Version and key of each process and form of a deployment.
fn versions(deployed: &Value) -> Vec<(u64, String)> {
    let items = deployed["deployments"].as_array().unwrap().iter();
    let process = |item: &Value| {
        let process = &item["processDefinition"];
        let version = process["processDefinitionVersion"].as_u64()?;
        Some((version, text(&process["processDefinitionKey"])))
    };
    let form =
        |item: &Value| (item["form"]["version"].as_u64().unwrap(), text(&item["form"]["formKey"]));
    items.map(|item| process(item).unwrap_or_else(|| form(item))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_is_one_step_of_versions() {
    let server = Server::start();
    let process = bpmn("start -> a:job(a) -> end");
    let files = [("order.bpmn", &*process), ("review.form", FORM)];
    let first = server.files("/v2/deployments", &files).await.ok();
    let form = &first["deployments"][1];
    assert_eq!(form["processDefinition"], Value::Null);
    assert_eq!(form["form"]["formId"], "review");
    assert_eq!(form["form"]["resourceName"], "review.form");
    let again = server.files("/v2/deployments", &files).await.ok();
    assert_eq!(versions(&again), versions(&first), "what is identical makes no new version");
    let other = FORM.replace("v1", "v2");
    let files = [("order.bpmn", &*process), ("review.form", &*other)];
    let second = server.files("/v2/deployments", &files).await.ok();
    let steps: Vec<u64> = versions(&second).into_iter().map(|(version, _)| version).collect();
    assert_eq!(steps, [2, 2], "what came together is found together");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_given_back_as_it_was_deployed() {
    let server = Server::start();
    let deployed = server.files("/v2/deployments", &[("review.form", FORM)]).await.ok();
    let key = versions(&deployed)[0].1.clone();
    let form = server.get(&format!("/v2/forms/{key}")).await.ok();
    let expected = json!({"tenantId": "<default>", "formId": "review", "schema": FORM,
        "version": 1, "formKey": key});
    assert_eq!(form, expected);
    server.get("/v2/forms/7").await.refused(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_deployed_when_one_file_has_a_problem() {
    let server = Server::start();
    let process = bpmn("start -> end");
    let files = [("order.bpmn", &*process), ("review.form", "{}")];
    let detail = server.files("/v2/deployments", &files).await.refused(400);
    assert!(detail.contains("review.form:1:1 form-id"), "{detail}");
    assert!(server.search("process-definitions", json!({})).await.is_empty());
    let files = [("a.form", FORM), ("b.form", FORM)];
    server.files("/v2/deployments", &files).await.refused(400);
}
