//! What operators change about running instances, and what they see before they do.

use crate::given::{Server, text};
use axum::http::Method;
use serde_json::{Value, json};

async fn change(server: &Server, instance: &str, what: &str, body: Value) -> crate::given::Heard {
    server.post(&format!("/v2/process-instances/{instance}/{what}"), body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_instance_waits_with_everything_and_loses_nothing() {
    let server = Server::with(
        "start -> fork:and -> a:job(a) -> join:and -> end
         fork -> paid:receive(paid, = order) -> join
         fork -> soon:timer(PT0.05S) -> join",
    )
    .await;
    let instance = server.create(json!({"order": "7"})).await;
    change(&server, &instance, "suspension", json!({})).await.done();
    change(&server, &instance, "suspension", json!({})).await.refused(409);
    let [shown] = &server.search("process-instances", json!({"state": "SUSPENDED"})).await[..]
    else {
        panic!("one suspended instance")
    };
    assert_eq!(shown["processInstanceKey"], instance);
    let message = json!({"name": "paid", "correlationKey": "7", "timeToLive": 600_000});
    server.post("/v2/messages/publication", message).await.ok();
    let body = json!({"type": "a", "worker": "w", "timeout": 1_000, "maxJobsToActivate": 1,
        "requestTimeout": 200});
    let none = server.post("/v2/jobs/activation", body).await.ok();
    assert_eq!(none["jobs"], json!([]));
    let waiting = json!({"processInstanceKey": instance, "state": "ACTIVE"});
    let waiting = server.search("element-instances", waiting).await;
    let ids: Vec<_> = waiting.iter().map(|it| text(&it["elementId"])).collect();
    assert!(ids.contains(&"soon".to_owned()) && ids.contains(&"paid".to_owned()), "{ids:?}");

    change(&server, &instance, "resumption", json!({})).await.done();
    change(&server, &instance, "resumption", json!({})).await.refused(409);
    let job = text(&server.job("a").await.unwrap()["jobKey"]);
    server.post(&format!("/v2/jobs/{job}/completion"), json!({})).await.done();
    for _ in 0..100 {
        let shown = server.get(&format!("/v2/process-instances/{instance}")).await.ok();
        if shown["state"] == "COMPLETED" {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the timer and the message have come after all");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_modification_is_seen_before_it_is_made() {
    let server = Server::with(
        "start -> a:job(a) -> b:user -> end
         a ! late:timer(PT1H) -> end2:end",
    )
    .await;
    let instance = server.create(json!({})).await;
    let body = json!({"moveInstructions": [{"sourceElementInstruction": {"sourceType": "byId",
        "sourceElementId": "a"}, "targetElementId": "b"}]});
    let path = format!("/api/v1/process-instances/{instance}/modification-preview");
    let seen = server.post(&path, body.clone()).await.ok();
    for (kind, count) in [("TIMER_CANCELLED", 1), ("JOB_CANCELLED", 1), ("USER_TASK_CREATED", 1)] {
        assert_eq!(seen["counts"][kind], count, "{seen}");
    }
    let entered = seen["events"].as_array().unwrap().iter();
    let entered: Vec<_> = entered.filter(|it| it["type"] == "ELEMENT_ENTERED").collect();
    assert_eq!(entered[0]["elementId"], "b");
    assert!(server.search("user-tasks", json!({})).await.is_empty(), "nothing was done");

    change(&server, &instance, "modification", body.clone()).await.done();
    assert_eq!(server.search("user-tasks", json!({"state": "CREATED"})).await.len(), 1);
    change(&server, &instance, "modification", body).await.refused(409);
    change(&server, &instance, "modification", json!({})).await.refused(400);
    let filter = json!({"processInstanceKey": instance, "operationType": "MODIFY"});
    assert_eq!(server.search("audit-logs", filter).await.len(), 1);
    let path = format!("/api/v1/process-instances/{instance}/cancellation-preview");
    let seen = server.ask(Method::POST, &path, "").await.ok();
    assert_eq!(seen["counts"]["USER_TASK_CANCELLED"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_operators_who_move_the_same_token_one_does() {
    let server = Server::with("start -> a:job(a) -> b:user -> c:user -> end").await;
    let instance = server.create(json!({})).await;
    let to = |id: &str| {
        let from = json!({"sourceType": "byId", "sourceElementId": "a"});
        let one = json!({"sourceElementInstruction": from, "targetElementId": id});
        change(&server, &instance, "modification", json!({"moveInstructions": [one]}))
    };
    let (b, c) = tokio::join!(to("b"), to("c"));
    let mut got = [b.status.as_u16(), c.status.as_u16()];
    got.sort_unstable();
    assert_eq!(got, [204, 409]);
    assert_eq!(server.search("user-tasks", json!({"state": "CREATED"})).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_is_migrated_with_what_it_waits_for() {
    let server = Server::with("start -> a:job(a) -> review:user -> end").await;
    let instance = server.create(json!({"x": 1})).await;
    let deployed =
        server.deploy("start -> a:job(a) -> review:user -> check:job(check) -> end").await;
    let target =
        text(&deployed.ok()["deployments"][0]["processDefinition"]["processDefinitionKey"]);
    let own = format!("/api/v1/process-instances/{instance}");
    let wanted = json!({"targetProcessDefinitionKey": target});
    let proposed = server.post(&format!("{own}/migration-proposal"), wanted.clone()).await.ok();
    let mapping = &proposed["mappingInstructions"];
    assert_eq!(mapping.as_array().unwrap().len(), 4, "{proposed}");
    let refused = server.post(&format!("{own}/migration-preview"), wanted).await.refused(409);
    assert!(refused.contains("`a` has none"), "{refused}");
    let plan = json!({"targetProcessDefinitionKey": target, "mappingInstructions": mapping});
    let seen = server.post(&format!("{own}/migration-preview"), plan.clone()).await.ok();
    assert_eq!(seen["counts"], json!({"INSTANCE_MIGRATED": 1}));
    change(&server, &instance, "migration", plan.clone()).await.done();
    change(&server, &instance, "migration", plan).await.refused(409);

    let shown = server.get(&format!("/v2/process-instances/{instance}")).await.ok();
    assert_eq!(
        (&shown["processDefinitionKey"], &shown["processDefinitionVersion"]),
        (&json!(target), &json!(2))
    );
    let filter = json!({"processDefinitionKey": target, "state": "ACTIVE"});
    assert_eq!(server.search("element-instances", filter).await.len(), 1);
    let job = server.job("a").await.unwrap();
    assert_eq!(
        (&job["processDefinitionKey"], &job["processDefinitionVersion"]),
        (&json!(target), &json!(2))
    );
    let path = format!("/v2/jobs/{}/completion", text(&job["jobKey"]));
    server.post(&path, json!({})).await.done();
    let [task] = &server.search("user-tasks", json!({})).await[..] else { panic!() };
    let path = format!("/v2/user-tasks/{}/completion", text(&task["userTaskKey"]));
    server.post(&path, json!({})).await.done();
    assert_eq!(server.job("check").await.unwrap()["elementId"], "check");
    let history = server.get(&format!("{own}/history")).await.ok();
    let commands: Vec<_> =
        history["items"].as_array().unwrap().iter().map(|it| text(&it["command"])).collect();
    assert_eq!(commands[1], "MIGRATE_INSTANCE", "{commands:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_says_what_it_guarantees() {
    let server = Server::with(
        "start -> book:job(book) -> wait:user -> end
         book ! booked:compensation -> unbook:job(unbook)",
    )
    .await;
    let booked = || async {
        let instance = server.create(json!({})).await;
        let job = text(&server.job("book").await.unwrap()["jobKey"]);
        server.post(&format!("/v2/jobs/{job}/completion"), json!({})).await.done();
        instance
    };
    let instance = booked().await;
    let path = format!("/api/v1/process-instances/{instance}/cancellation");
    let said = server.post(&path, json!({"compensate": true})).await.ok();
    assert_eq!(said["compensates"], true);
    let guarantees = said["guarantees"].as_array().unwrap();
    assert!(guarantees.iter().any(|it| text(it).contains("the last first")), "{said}");
    server.post(&path, json!({"compensate": true})).await.refused(409);
    assert!(server.search("user-tasks", json!({"state": "CREATED"})).await.is_empty());
    let job = text(&server.job("unbook").await.unwrap()["jobKey"]);
    server.post(&format!("/v2/jobs/{job}/completion"), json!({})).await.done();
    let shown = server.get(&format!("/v2/process-instances/{instance}")).await.ok();
    assert_eq!(shown["state"], "TERMINATED");

    let instance = booked().await;
    let path = format!("/api/v1/process-instances/{instance}/cancellation");
    let said = server.post(&path, json!({})).await.ok();
    assert_eq!(said["compensates"], false);
    let shown = server.get(&format!("/v2/process-instances/{instance}")).await.ok();
    assert_eq!(shown["state"], "TERMINATED");
    server.post(&path, json!({})).await.refused(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_begins_again_at_an_element() {
    let server = Server::with("start -> a:job(a) -> b:user -> end").await;
    let instance = server.create(json!({"x": 1})).await;
    let job = text(&server.job("a").await.unwrap()["jobKey"]);
    server.post(&format!("/v2/jobs/{job}/completion"), json!({})).await.done();
    let path = format!("/api/v1/process-instances/{instance}/restart");
    let mut wanted = json!({"elementId": "a", "variables": {"x": 2}, "dryRun": true});
    let seen = server.post(&path, wanted.clone()).await.ok();
    assert_eq!(seen["counts"]["USER_TASK_CANCELLED"], 1, "{seen}");
    assert_eq!(server.search("user-tasks", json!({"state": "CREATED"})).await.len(), 1);
    wanted["dryRun"] = json!(false);
    server.post(&path, wanted).await.done();
    assert!(server.search("user-tasks", json!({"state": "CREATED"})).await.is_empty());
    let job = server.job("a").await.unwrap();
    assert_eq!((&job["variables"]["x"], &job["processInstanceKey"]), (&json!(2), &json!(instance)));
    server.post(&path, json!({"elementId": "nowhere"})).await.refused(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_tells_what_variables_were() {
    let server = Server::with("start -> a:job(a) -> end").await;
    let instance = server.create(json!({"x": 1})).await;
    let path = format!("/api/v1/element-instances/{instance}/variables");
    let edit = json!({"variables": {"x": 2, "y": [1]}, "expected": {"x": 1, "y": null}});
    let said = server.post(&path, edit.clone()).await.ok();
    let expected = json!([
        {"name": "x", "scopeKey": instance, "before": "1", "after": "2"},
        {"name": "y", "scopeKey": instance, "before": null, "after": "[1]"},
    ]);
    assert_eq!(said["changes"], expected);
    let refused = server.post(&path, edit).await.refused(409);
    assert!(refused.contains("to be 1, but it is 2"), "{refused}");
    server
        .post("/api/v1/element-instances/7/variables", json!({"variables": {}}))
        .await
        .refused(404);
}
