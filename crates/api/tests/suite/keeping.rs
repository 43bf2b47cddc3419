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
    let options = Options { backups, history_ttl_ms: Some(86_400_000), ..Options::default() };
    let node = Node::start(Arc::new(store), options).unwrap();
    let config = Config { address: "127.0.0.1:8080".parse().unwrap(), hosts: Vec::new() };
    let router = api::router(ApiState::new(node.clone(), &config));
    Server { node, router }
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
