//! Detection rules and case types as they are deployed: versions, what they say, their files.

use crate::given::{Server, basic, text};
use axum::http::Method;
use serde_json::{Value, json};

const RULE: &str = include_str!("../../../../samples/cold-chain/too-warm.rule.yaml");
const SILENT: &str = include_str!("../../../../samples/cold-chain/no-reading.rule.yaml");
const CASE_TYPE: &str = include_str!("../../../../samples/cold-chain/cold-chain.case.yaml");

async fn deploy(server: &Server) {
    let files = [
        ("too-warm.rule.yaml", RULE),
        ("no-reading.rule.yaml", SILENT),
        ("cold-chain.case.yaml", CASE_TYPE),
    ];
    server.files("/v2/deployments", &files).await.ok();
}

async fn found(server: &Server, what: &str, filter: Value) -> Vec<Value> {
    let heard = server.post(&format!("/api/v1/{what}/search"), json!({"filter": filter})).await;
    heard.ok()["items"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_and_case_types_are_shown_with_what_they_say() {
    let server = Server::start();
    deploy(&server).await;
    let changed = RULE.replace("severity: high", "severity: critical\n  # shouted");
    server.form("/v2/deployments", "too-warm.rule.yaml", &changed).await.ok();
    assert_eq!(found(&server, "detection-rules", json!({})).await.len(), 3);
    let wanted = json!({"detectionRuleId": "too-warm", "isLatestVersion": true});
    let latest = found(&server, "detection-rules", wanted).await;
    assert_eq!(latest.len(), 1, "{latest:?}");
    assert_eq!((&latest[0]["version"], &latest[0]["versionTag"]), (&json!(2), &Value::Null));
    let expected = json!({
        "state": "ENABLED", "detects": "THRESHOLD", "types": ["com.example.temperature"],
        "source": null, "severity": "CRITICAL", "caseTypeId": "cold-chain",
    });
    assert_eq!(latest[0]["definition"], expected);
    let path = format!("/api/v1/detection-rules/{}", text(&latest[0]["detectionRuleKey"]));
    assert_eq!(server.get(&path).await.ok(), latest[0]);
    let source = server.get(&format!("{path}/source")).await;
    assert_eq!(source.text, changed, "byte for byte");
    assert_eq!(source.headers["content-type"], "text/plain; charset=utf-8");

    let types = found(&server, "case-types", json!({})).await;
    let said = &types[0]["definition"];
    assert_eq!((&said["goal"], &said["deadline"]), (&json!("PT7200S"), &json!("PT14400S")));
    assert_eq!(said["stages"][1], json!({"id": "verify", "name": "verify"}));
    assert_eq!(said["isResolvedByProcess"], true);
    let kinds: Vec<&Value> =
        said["outcome"].as_array().unwrap().iter().map(|it| &it["kind"]).collect();
    assert_eq!(kinds, ["EVENT", "QUIET"]);
    let key = text(&types[0]["caseTypeKey"]);
    let source = server.get(&format!("/api/v1/case-types/{key}/source")).await;
    assert_eq!(source.text, CASE_TYPE);
    // A key of the other kind is none of this kind.
    server.get(&format!("/api/v1/detection-rules/{key}")).await.refused(404);
    server
        .get(&format!("{}/source", path.replace("detection-rules", "case-types")))
        .await
        .refused(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_see_cases_of_a_type_may_see_the_type_and_no_other() {
    let server = Server::asking().await;
    deploy(&server).await;
    let other = CASE_TYPE.replace("id: cold-chain", "id: secret");
    server.form("/v2/deployments", "secret.case.yaml", &other).await.ok();
    let body = json!({"username": "ana", "password": "correct horse"}).to_string();
    server.ask(Method::POST, "/v2/users", body).await;
    let ana = server.by(&basic("ana", "correct horse"));
    ana.post("/api/v1/case-types/search", json!({})).await.refused(403);
    ana.post("/api/v1/detection-rules/search", json!({})).await.refused(403);
    let grant = json!({"ownerType": "USER", "ownerId": "ana", "resourceType": "CASE",
        "resourceId": "cold-chain", "permissionTypes": ["READ"]});
    server.ask(Method::POST, "/v2/authorizations", grant.to_string()).await;
    let seen = found(&ana, "case-types", json!({})).await;
    assert_eq!(seen.iter().map(|it| text(&it["caseTypeId"])).collect::<Vec<_>>(), ["cold-chain"]);
    let all = found(&server, "case-types", json!({"caseTypeId": "secret"})).await;
    let secret = text(&all[0]["caseTypeKey"]);
    ana.get(&format!("/api/v1/case-types/{secret}")).await.refused(404);
    ana.get(&format!("/api/v1/case-types/{secret}/source")).await.refused(404);
    ana.post("/api/v1/detection-rules/search", json!({})).await.refused(403);
}
