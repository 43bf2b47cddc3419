//! Ad-hoc sub-processes: activities that people and workers begin while they run.

use crate::given::{Server, text};
use serde_json::{Value, json};

/// The key of the open ad-hoc sub-process.
async fn open(server: &Server) -> String {
    let found =
        server.search("element-instances", json!({"elementId": "care", "state": "ACTIVE"})).await;
    assert_eq!(found[0]["type"], "AD_HOC_SUB_PROCESS");
    text(&found[0]["elementInstanceKey"])
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_begins_activities_while_it_runs() {
    let process = "start -> care:ad-hoc until(= done) { call:job(call); visit:job(visit) } -> end";
    let server = Server::with(process).await;
    let instance = server.create(json!({"done": true})).await;
    let care = open(&server).await;
    let path = format!("/v2/element-instances/ad-hoc-activities/{care}/activation");
    server.post(&path, json!({"elements": []})).await.refused(400);
    server
        .post(&path, json!({"elements": [{"elementId": "call"}], "all": true}))
        .await
        .refused(400);
    let why = server.post(&path, json!({"elements": [{"elementId": "call"}, {"elementId": "x"}]}));
    assert!(why.await.refused(404).contains("found `x`"));
    assert!(server.job("call").await.is_none(), "none of them begins");
    server
        .post(&path.replace(&care, &instance), json!({"elements": [{"elementId": "call"}]}))
        .await
        .refused(404);
    let elements = json!([{"elementId": "call", "variables": {"who": "ada"}}]);
    server.post(&path, json!({"elements": elements})).await.done();
    assert_eq!(server.job("call").await.unwrap()["variables"]["who"], "ada");
    let elements = json!([{"elementId": "visit"}]);
    let instead = json!({"elements": elements, "cancelRemainingInstances": true});
    server.post(&path, instead).await.done();
    let inner = json!({"type": "AD_HOC_SUB_PROCESS_INNER_INSTANCE"});
    let states = |items: Vec<Value>| -> Vec<String> {
        let mut states: Vec<String> = items.iter().map(|it| text(&it["state"])).collect();
        states.sort();
        states
    };
    let found = server.search("element-instances", inner).await;
    assert_eq!(states(found), ["ACTIVE", "TERMINATED"]);
    let visit = text(&server.job("visit").await.unwrap()["jobKey"]);
    server.post(&format!("/v2/jobs/{visit}/completion"), json!({})).await.done();
    server.post(&path, json!({"elements": [{"elementId": "call"}]})).await.refused(404);
    let shown = server.get(&format!("/v2/process-instances/{instance}")).await.ok();
    assert_eq!(shown["state"], "COMPLETED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_decides_step_by_step() {
    let process = "start -> care:ad-hoc type=planner results(notes, = note) {
        call:job(call); visit:job(visit) } -> end";
    let server = Server::with(process).await;
    let instance = server.create(json!({})).await;
    let decide = async |result: Value| {
        let job = server.job("planner").await.unwrap();
        assert_eq!(job["kind"], "AD_HOC_SUB_PROCESS");
        let choices = job["variables"]["adHocSubProcessElements"].as_array().unwrap();
        assert_eq!(
            choices.iter().map(|it| text(&it["elementId"])).collect::<Vec<_>>(),
            ["call", "visit"]
        );
        let path = format!("/v2/jobs/{}/completion", text(&job["jobKey"]));
        let mut result = result;
        result["type"] = "adHocSubProcess".into();
        server.post(&path, json!({"result": result})).await
    };
    let both = json!([{"elementId": "call"}, {"elementId": "visit"}]);
    decide(json!({"activateElements": both})).await.done();
    let call = text(&server.job("call").await.unwrap()["jobKey"]);
    let path = format!("/v2/jobs/{call}/completion");
    server.post(&path, json!({"variables": {"note": "called"}})).await.done();
    let done = json!({"isCompletionConditionFulfilled": true, "isCancelRemainingInstances": true});
    decide(done).await.done();
    let shown = server.get(&format!("/v2/process-instances/{instance}")).await.ok();
    assert_eq!(shown["state"], "COMPLETED");
    let filter = json!({"processInstanceKey": instance, "scopeKey": instance});
    let found = server.search("variables", filter).await;
    assert_eq!((&found[0]["name"], &found[0]["value"]), (&json!("notes"), &json!("[\"called\"]")));
}
