//! Retention and backups over REST.

use crate::given::Server;
use api::{ApiState, Config};
use axum::http::Method;
use runtime::node::{Node, Options};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use store::sqlite::Sqlite;

fn durable(folder: &Path) -> Server {
    let store = Sqlite::open(folder, &store::sqlite::Options::default()).unwrap();
    let backups = Some(folder.join("backups"));
    let (ttl, folder) = (Some(86_400_000), Some(folder.to_owned()));
    let options = Options { backups, history_ttl_ms: ttl, folder, ..Options::default() };
    let node = Node::start(Arc::new(store), options).unwrap();
    let config = Config::at("127.0.0.1:8080".parse().unwrap());
    let router = api::router(ApiState::new(node.clone(), &config));
    Server::over(node, router)
}

async fn kept(server: &Server) -> Value {
    server.get("/api/v1/retention").await.ok()
}

#[tokio::test]
async fn retention_is_set_for_a_process_and_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let server = durable(folder.path());
    server.deploy("start -> end").await.ok();
    let process = kept(&server).await["processes"][0].clone();
    assert_eq!((&process["timeToLive"], &process["source"]), (&json!("P1D"), &json!("SERVER")));
    let id = process["processDefinitionId"].as_str().unwrap();
    let path = format!("/api/v1/retention/processes/{id}");
    for (wanted, shown) in [("\"P30D\"", json!("P30D")), ("null", Value::Null)] {
        server.ask(Method::PUT, &path, format!("{{\"timeToLive\":{wanted}}}")).await.done();
        let process = kept(&server).await["processes"][0].clone();
        assert_eq!((&process["timeToLive"], &process["source"]), (&shown, &json!("SET")));
    }
    server.ask(Method::DELETE, &path, "").await.done();
    assert_eq!(kept(&server).await["processes"][0]["source"], "SERVER");
    server.post("/api/v1/retention/pause", json!({})).await.done();
    assert_eq!(kept(&server).await["paused"], true);
    server.post("/api/v1/retention/resume", json!({})).await.done();
    assert_eq!(kept(&server).await["paused"], false);
}

#[tokio::test]
async fn retention_that_makes_no_sense_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let server = durable(folder.path());
    server.deploy("start -> end").await.ok();
    let id = kept(&server).await["processes"][0]["processDefinitionId"].clone();
    let path = format!("/api/v1/retention/processes/{}", id.as_str().unwrap());
    let refused = server.ask(Method::PUT, &path, r#"{"timeToLive":"30"}"#).await.refused(400);
    assert!(refused.contains("`30`"), "{refused}");
    server.ask(Method::PUT, &path, r#"{"ttl":"P1D"}"#).await.refused(400);
    let nobody = "/api/v1/retention/processes/nobody";
    server.ask(Method::PUT, nobody, r#"{"timeToLive":"P1D"}"#).await.refused(404);
    server.ask(Method::DELETE, nobody, "").await.refused(404);
}

#[tokio::test]
async fn a_backup_is_made_listed_and_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let server = durable(folder.path());
    server.deploy("start -> end").await.ok();
    let begun = server.post("/api/v1/backups", json!({"name": "one"})).await;
    assert_eq!(begun.status.as_u16(), 202, "{begun:?}");
    let made = loop {
        let now = server.get("/api/v1/backups/one").await.ok();
        if now["state"] != "RUNNING" {
            break now;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(made["state"], "COMPLETED", "{made}");
    assert_eq!(made["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(server.get("/api/v1/backups").await.ok()["items"], json!([made]));
    let refused = server.post("/api/v1/backups", json!({"name": "one"})).await.refused(409);
    assert!(refused.contains("`one`"), "{refused}");
    server.post("/api/v1/backups", json!({"name": "../x"})).await.refused(400);
    server.get("/api/v1/backups/two").await.refused(404);
    assert!(!folder.path().join("x").exists());
}

#[tokio::test]
async fn figures_name_every_file() {
    let folder = tempfile::tempdir().unwrap();
    let server = durable(folder.path());
    let text = server.get("/metrics").await.text;
    for file in ["segue.db", "segue.db-wal", "views.db", "views.db-wal"] {
        assert!(text.contains(&format!("segue_file_bytes{{file=\"{file}\"}}")), "{text}");
    }
    assert!(text.contains("segue_purged_rows_total 0"), "{text}");
}

/// The lines of an export of what one finished and one waiting instance did.
async fn exported(server: &Server, path: &str) -> Vec<Value> {
    let heard = server.get(&format!("/api/v1/export/{path}")).await;
    assert_eq!(heard.status.as_u16(), 200, "{heard:?}");
    assert_eq!(heard.headers["content-type"], "application/x-ndjson");
    heard.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn everything_is_exported_and_an_export_goes_on_where_it_broke_off() {
    let server = Server::with("start -> pay:job(pay) -> end").await;
    let instance = server.create(json!({"order": "=1", "amount": 1.50})).await;
    server.create(json!({})).await;
    let instances = exported(&server, "instances").await;
    assert_eq!(instances.len(), 2);
    assert_eq!(
        (&instances[0]["key"], &instances[0]["state"]),
        (&json!(instance), &json!("ACTIVE"))
    );
    let events = exported(&server, "events").await;
    assert_eq!(events[0]["event"]["type"], "INSTANCE_CREATED");
    assert!(events.iter().any(|line| line["event"]["elementId"] == "pay"), "{events:?}");
    assert!(events.iter().all(|line| line["processDefinitionId"] == "process"));
    let middle = &events[0]["position"];
    let rest = exported(&server, &format!("events?after={middle}")).await;
    let expected = events.iter().filter(|line| line["position"] != *middle).cloned();
    assert_eq!(rest, expected.collect::<Vec<_>>());
    assert_eq!(exported(&server, "events?limit=1").await.last().unwrap()["position"], *middle);
    let audit = exported(&server, "audit").await;
    assert_eq!(audit[0]["command"], "DEPLOY_DEFINITION");
    assert!(audit.iter().all(|line| line["actor"] == "local"));
    assert_eq!(exported(&server, "jobs?processDefinitionId=process").await.len(), 2);
    assert_eq!(exported(&server, "jobs?processDefinitionId=other").await.len(), 0);
    assert_eq!(exported(&server, "incidents").await.len(), 0);
    assert_eq!(exported(&server, "instances?to=2000-01-01T00:00:00Z").await.len(), 0);
    let csv = server.get("/api/v1/export/variables?format=csv").await.text;
    assert!(csv.starts_with("key,instance,scope,name,value,tenant\r\n"), "{csv}");
    assert!(csv.contains(",1.5,") && csv.lines().count() == 3, "{csv}");
}

#[tokio::test]
async fn an_export_that_makes_no_sense_is_refused() {
    let server = Server::start();
    server.get("/api/v1/export/everything").await.refused(404);
    for query in ["format=xml", "from=yesterday", "after=-1", "what=events"] {
        server.get(&format!("/api/v1/export/events?{query}")).await.refused(400);
    }
    server.get("/api/v1/export/variables?processDefinitionId=p").await.refused(400);
}

#[tokio::test]
async fn the_audit_chain_is_verified_beside_a_running_server() {
    let folder = tempfile::tempdir().unwrap();
    let server = durable(folder.path());
    server.deploy("start -> end").await.ok();
    server.post("/v2/process-instances", json!({"processDefinitionId": "process"})).await.ok();
    let found = server.post("/api/v1/audit-verification", json!({})).await.ok();
    assert_eq!((&found["holds"], &found["findings"]), (&json!(true), &json!([])), "{found}");
    assert!(found["records"].as_u64().unwrap() >= 2, "{found}");
    let in_memory = Server::start();
    let refused = in_memory.post("/api/v1/audit-verification", json!({})).await.refused(503);
    assert!(refused.contains("on disk"), "{refused}");
}
