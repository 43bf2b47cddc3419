//! What never reaches a handler, or leaves it as a problem.

use crate::given::Server;
use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_host_or_origin_is_refused_everywhere() {
    let server = Server::start();
    for path in ["/v2/topology", "/health/live", "/metrics", "/api/v1/docs", "/nowhere"] {
        let foreign = Request::get(path).header("host", "evil.example").body(Body::empty());
        let detail = server.send(foreign.unwrap()).await.refused(403);
        assert!(detail.contains("`Host`") && detail.contains("evil.example"), "{detail}");
        let page = Request::get(path).header("host", "localhost:8080");
        let page = page.header("origin", "https://evil.example").body(Body::empty());
        assert!(server.send(page.unwrap()).await.refused(403).contains("`Origin`"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_segue_does_not_have_says_so() {
    let server = Server::start();
    for path in ["/v2/documents/batch", "/v2", "/v2/a/b/c"] {
        let detail = server.post(path, json!({})).await.refused(501);
        assert!(detail.contains(path), "{detail}");
    }
    let task = server.ask(Method::PATCH, "/v2/mapping-rules/1", "{}").await;
    assert!(task.refused(501).contains("PATCH /v2/mapping-rules/1"));
    assert!(server.get("/v1/topology").await.refused(404).contains("/v1/topology"));
    let wrong = server.get("/v2/jobs/activation").await;
    assert_eq!(wrong.headers["allow"], "POST");
    assert!(wrong.refused(405).contains("GET"));
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_bodies_are_refused_with_what_was_expected() {
    let server = Server::start();
    let path = "/v2/process-instances";
    let deep = format!("{{\"variables\":{}1{}}}", "[".repeat(200), "]".repeat(200));
    let cases: [(Vec<u8>, &str); 7] = [
        (b"{".to_vec(), "EOF"),
        (b"{\"processDefinitionId\":\"\xff\"}".to_vec(), "UTF-8"),
        (br#"{"processDefinitionId":"a\u0000"}"#.to_vec(), "NUL"),
        (br#"{"processDefinitionId":"a","variables":{"v":"\u0000"}}"#.to_vec(), "NUL"),
        (br#"{"processDefinitionId":"a","colour":1}"#.to_vec(), "unknown field `colour`"),
        (br#"{"processDefinitionId":"a","requestTimeout":-1}"#.to_vec(), "found -1"),
        (deep.into_bytes(), "nested at most"),
    ];
    for (body, part) in cases {
        let detail = server.ask(Method::POST, path, body).await.refused(400);
        assert!(detail.contains(part), "{part}: {detail}");
    }
    let huge = format!("{{\"variables\":{{\"v\":\"{}\"}}}}", "x".repeat(10 * 1024 * 1024));
    let detail = server.ask(Method::POST, path, huge).await.refused(413);
    assert!(detail.contains("at most 4194304 bytes"), "{detail}");
    let plain = Request::post(path).header("host", "localhost:8080").body("{}".into()).unwrap();
    assert!(server.send(plain).await.refused(415).contains("application/json"));
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_in_paths_are_numbers() {
    let server = Server::start();
    for path in ["/v2/process-instances/abc", "/v2/incidents/-1", "/v2/variables/%F0"] {
        server.get(path).await.refused(400);
    }
    let detail = server.post("/v2/jobs/x/completion", json!({})).await.refused(400);
    assert!(detail.contains("`jobKey`") && detail.contains("`x`"), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tenant_is_refused() {
    let server = Server::start();
    let body = json!({"processDefinitionId": "a", "tenantId": "acme"});
    let detail = server.post("/v2/process-instances", body).await.refused(400);
    assert!(detail.contains("`acme`"), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idempotency_key_is_short_and_printable() {
    let server = Server::start();
    for key in ["", "é", &"x".repeat(256)] {
        let request = Request::post("/v2/process-instances").header("host", "localhost:8080");
        let request = request.header("content-type", "application/json");
        let request = request.header("idempotency-key", key.as_bytes()).body("{}".into());
        let detail = server.send(request.unwrap()).await.refused(400);
        assert!(detail.contains("`Idempotency-Key`"), "{key}: {detail}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_is_told_where_and_who_he_is() {
    let server = Server::start();
    let topology = server.get("/v2/topology").await.ok();
    assert_eq!(topology["gatewayVersion"], "8.8.0");
    assert_eq!(topology["brokers"][0]["partitions"][0]["health"], "healthy");
    assert_eq!(server.get("/v2/authentication/me").await.ok()["username"], "local");
    assert_eq!(server.get("/v2/license").await.ok()["validLicense"], true);
    assert_eq!(server.get("/health/live").await.ok()["status"], "UP");
    assert_eq!(server.get("/health/ready").await.ok()["status"], "UP");
    let figures = server.get("/metrics").await;
    assert!(figures.text.contains("# TYPE segue_orders_total counter"), "{}", figures.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_node_is_not_ready() {
    let server = Server::start();
    server.node.stop();
    server.get("/health/ready").await.refused(503);
    server.get("/health/live").await.ok();
    let body = json!({"processDefinitionId": "a"});
    let heard = server.post("/v2/process-instances", body).await;
    assert!([429, 503].contains(&heard.status.as_u16()), "{heard:?}");
}
