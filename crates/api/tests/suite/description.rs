//! The OpenAPI description, and the page that shows it.

use crate::given::Server;
use serde_json::Value;

/// Camunda's operations that Segue has: method, path under `/v2`, operation id.
const OPERATIONS: [(&str, &str, &str); 32] = [
    ("get", "/authentication/me", "getAuthentication"),
    ("get", "/element-instances/{elementInstanceKey}", "getElementInstance"),
    ("get", "/incidents/{incidentKey}", "getIncident"),
    ("get", "/license", "getLicense"),
    ("get", "/process-definitions/{processDefinitionKey}", "getProcessDefinition"),
    ("get", "/process-definitions/{processDefinitionKey}/xml", "getProcessDefinitionXML"),
    ("get", "/process-instances/{processInstanceKey}", "getProcessInstance"),
    ("get", "/topology", "getTopology"),
    ("get", "/user-tasks/{userTaskKey}", "getUserTask"),
    ("get", "/variables/{variableKey}", "getVariable"),
    ("patch", "/jobs/{jobKey}", "updateJob"),
    ("post", "/deployments", "createDeployment"),
    ("post", "/element-instances/search", "searchElementInstances"),
    ("post", "/incidents/search", "searchIncidents"),
    ("post", "/incidents/{incidentKey}/resolution", "resolveIncident"),
    ("post", "/jobs/activation", "activateJobs"),
    ("post", "/jobs/search", "searchJobs"),
    ("post", "/jobs/{jobKey}/completion", "completeJob"),
    ("post", "/jobs/{jobKey}/error", "throwJobError"),
    ("post", "/jobs/{jobKey}/failure", "failJob"),
    ("post", "/messages/correlation", "correlateMessage"),
    ("post", "/messages/publication", "publishMessage"),
    ("post", "/process-definitions/search", "searchProcessDefinitions"),
    ("post", "/process-instances", "createProcessInstance"),
    ("post", "/process-instances/search", "searchProcessInstances"),
    ("post", "/process-instances/{processInstanceKey}/cancellation", "cancelProcessInstance"),
    (
        "post",
        "/process-instances/{processInstanceKey}/incident-resolution",
        "resolveProcessInstanceIncidents",
    ),
    (
        "post",
        "/process-instances/{processInstanceKey}/incidents/search",
        "searchProcessInstanceIncidents",
    ),
    ("post", "/user-tasks/search", "searchUserTasks"),
    ("post", "/user-tasks/{userTaskKey}/completion", "completeUserTask"),
    ("post", "/variables/search", "searchVariables"),
    ("put", "/element-instances/{elementInstanceKey}/variables", "createElementInstanceVariables"),
];

/// Every operation of the description: method, path, itself.
fn operations(description: &Value) -> Vec<(String, String, Value)> {
    let mut found = Vec::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            found.push((method.clone(), path.clone(), operation.clone()));
        }
    }
    found.sort_by(|one, other| (&one.0, &one.1).cmp(&(&other.0, &other.1)));
    found
}

fn description() -> Value {
    serde_json::from_str(&api::openapi()).unwrap()
}

#[test]
fn describes_exactly_the_operations_there_are() {
    let described = operations(&description());
    let found: Vec<(&str, &str, &str)> = described
        .iter()
        .filter_map(|(method, path, operation)| {
            let id = operation["operationId"].as_str().unwrap();
            path.strip_prefix("/v2").map(|path| (method.as_str(), path, id))
        })
        .collect();
    assert_eq!(found, OPERATIONS);
}

#[test]
fn every_operation_says_what_it_is_for() {
    for (method, path, operation) in operations(&description()) {
        let known = |field: &str| operation[field].as_str().is_some_and(|text| !text.is_empty());
        assert!(known("summary") && known("operationId"), "{method} {path}");
        assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{method} {path}");
        for name in path.split('/').filter_map(|part| part.strip_prefix('{')) {
            let name = name.trim_end_matches('}');
            let parameters = operation["parameters"].as_array().unwrap();
            assert!(parameters.iter().any(|it| it["name"] == name), "{name} of {method} {path}");
        }
    }
}

#[test]
fn refers_only_to_schemas_it_has() {
    fn walk(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(name)) = fields.get("$ref") {
                    found.push(name.clone());
                }
                fields.values().for_each(|value| walk(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| walk(value, found)),
            _ => {}
        }
    }
    let description = description();
    let mut found = Vec::new();
    walk(&description, &mut found);
    assert!(found.len() > 100, "{}", found.len());
    for name in found {
        let pointer = name.strip_prefix('#').unwrap();
        assert!(description.pointer(pointer).is_some(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_described_path_leads_somewhere() {
    let server = Server::start();
    for (method, path, _) in operations(&description()) {
        let mut asked = String::new();
        for part in path.split('/').skip(1) {
            asked.push('/');
            asked.push_str(if part.starts_with('{') { "1" } else { part });
        }
        // The one answer that has no end of its own.
        if path == "/api/v1/events" {
            asked.push_str("?follow=false");
        }
        let method = method.to_uppercase().parse().unwrap();
        let heard = server.ask(method, &asked, "").await;
        assert!(![405, 500, 501].contains(&heard.status.as_u16()), "{path}: {heard:?}");
        let nowhere = heard.text.contains("Expected a path that exists");
        assert!(!nowhere, "{path}: {heard:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_asks_nobody_else() {
    let server = Server::start();
    let page = server.get("/api/v1/docs").await;
    assert!(page.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let mut parts = page.text.clone();
    for path in ["/api/v1/docs/page.js", "/api/v1/docs/page.css"] {
        assert!(page.text.contains(path));
        let part = server.get(path).await;
        assert_eq!(part.status, 200);
        parts.push_str(&part.text);
    }
    assert!(!parts.contains("://") && !parts.contains("innerHTML"));
    let shown = server.get("/api/v1/openapi.json").await.ok();
    assert_eq!(shown, description());
}
