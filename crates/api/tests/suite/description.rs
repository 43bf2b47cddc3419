//! The OpenAPI description, and the page that shows it.

use crate::given::Server;
use serde_json::Value;

/// What the page of the book says before its table.
const PAGE: &str = "\
# What of Camunda 8's REST API is here

Made from the server's own description (`/api/v1/openapi.json`); a test compares them, and
`UPDATE=1 cargo test -p api` writes it anew. Everything else under `/v2` answers 501.

**Searches** take all filters and orders of Camunda 8.10, `$or` on everything, and page by `from`
and `limit`, or by cursors in both directions. `totalItems` is exact up to 10,000; beyond that
`hasMoreTotalItems` is true. What differs:

- `isTruncated` is no filter; `businessId` and names of messages are no order where they belong to
  the instance or the subscription.
- Error types that only Segue has (`LOOP`, `DEADLOCK`, `QUARANTINED`) are `UNKNOWN`, and
  `errorMessage` begins with our word.
- The audit log has the commands of people and clients, not those of workers at work and not what
  was refused.
- `correlated-message-subscriptions` does not have instances that a message started.
- Statistics of a definition's elements take no filter: they are counted while instances run.
  Statistics of jobs are counted per minute.
- Which sequence flows were taken is read from the history of what was left and entered.
- Items of a batch operation are listed when they were tried, not before; its total is in the end what was
  tried ([Operating](operating.md)).

";

/// The page about the operations under `/v2`.
fn page(description: &Value) -> String {
    let mut rows: Vec<String> = operations(description)
        .iter()
        .filter_map(|(method, path, operation)| {
            let path = path.strip_prefix("/v2")?;
            let (tag, id) = (operation["tags"][0].as_str()?, operation["operationId"].as_str()?);
            let method = method.to_uppercase();
            Some(format!("| {tag} | {method} | `{path}` | {id} |\n"))
        })
        .collect();
    rows.sort();
    format!(
        "{PAGE}| Tag | Method | Path under `/v2` | Operation |\n|---|---|---|---|\n{}",
        rows.concat()
    )
}

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
fn the_book_lists_exactly_the_operations_there_are() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/camunda-compat.md");
    let page = page(&description());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    let held = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(held, page, "docs/camunda-compat.md is as the API is: run with UPDATE=1");
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
