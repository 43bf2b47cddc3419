//! The clock of a server for tests.

use crate::given::Server;
use axum::http::Method;
use serde_json::json;

const DAY_MS: i64 = 86_400_000;

#[tokio::test(flavor = "multi_thread")]
async fn timers_fire_when_the_clock_is_moved_past_them() {
    let server = Server::with_clock();
    server.deploy("start -> wait:timer(P3D) -> a:job(a) -> end").await.ok();
    server.create(json!({})).await;
    let later = json!({"timestamp": server.node.now_ms() + 2 * DAY_MS}).to_string();
    server.ask(Method::PUT, "/v2/clock", later).await.done();
    assert!(server.search("jobs", json!({"type": "a"})).await.is_empty());
    let later = json!({"timestamp": server.node.now_ms() + 2 * DAY_MS}).to_string();
    server.ask(Method::PUT, "/v2/clock", later).await.done();
    assert_eq!(server.job("a").await.unwrap()["elementId"], "a");
    server.ask(Method::POST, "/v2/clock/reset", "").await.done();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_machines_clock_cannot_be_set() {
    let server = Server::start();
    let now = json!({"timestamp": 1}).to_string();
    let why = server.ask(Method::PUT, "/v2/clock", now).await.refused(403);
    assert!(why.contains("--test-clock"), "{why}");
    server.ask(Method::POST, "/v2/clock/reset", "").await.refused(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_moments_no_key_can_hold() {
    let server = Server::with_clock();
    for timestamp in [-1, i64::MAX] {
        let body = json!({"timestamp": timestamp}).to_string();
        server.ask(Method::PUT, "/v2/clock", body).await.refused(400);
    }
}
