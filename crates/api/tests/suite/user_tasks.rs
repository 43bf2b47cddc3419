//! People and their tasks: who has them, who may have them, until when.

use crate::given::{Server, text};
use axum::http::Method;
use serde_json::{Value, json};

/// A server with one open task; its key.
async fn one_task() -> (Server, String) {
    let server = Server::with("start -> review:user groups=sales -> end").await;
    server.create(json!({})).await;
    let key = text(&server.search("user-tasks", json!({})).await[0]["userTaskKey"]);
    (server, key)
}

async fn shown(server: &Server, key: &str) -> Value {
    server.get(&format!("/v2/user-tasks/{key}")).await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_people_who_claim_a_task_at_once_one_gets_it() {
    let (server, key) = one_task().await;
    let path = format!("/v2/user-tasks/{key}/assignment");
    let claim = |who: &str| server.post(&path, json!({"assignee": who, "allowOverride": false}));
    let answers = tokio::join!(claim("ada"), claim("eva"), claim("max"), claim("kim"));
    let answers = [answers.0, answers.1, answers.2, answers.3];
    let got: Vec<u16> = answers.iter().map(|it| it.status.as_u16()).collect();
    assert_eq!(got.iter().filter(|status| **status == 204).count(), 1, "{got:?}");
    assert_eq!(got.iter().filter(|status| **status == 409).count(), 3, "{got:?}");
    let winner = got.iter().position(|status| *status == 204).unwrap();
    let winner = ["ada", "eva", "max", "kim"][winner];
    assert_eq!(shown(&server, &key).await["assignee"], winner);
    let again = json!({"assignee": winner, "allowOverride": false});
    server.post(&path, again).await.done();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_given_to_others_given_back_and_changed() {
    let (server, key) = one_task().await;
    let path = format!("/v2/user-tasks/{key}");
    let assign = format!("{path}/assignment");
    server.post(&assign, json!({"assignee": "ada"})).await.done();
    server.post(&assign, json!({"assignee": "eva", "action": "delegate"})).await.done();
    assert_eq!(shown(&server, &key).await["assignee"], "eva");
    assert!(
        server.post(&assign, json!({"assignee": ""})).await.refused(400).contains("`assignee`")
    );
    server.ask(Method::DELETE, &format!("{path}/assignee"), "").await.done();
    assert_eq!(shown(&server, &key).await["assignee"], Value::Null);

    let patch = async |body: Value| server.ask(Method::PATCH, &path, body.to_string()).await;
    let changeset = json!({"candidateGroups": ["sales", "support"], "candidateUsers": ["max"],
        "dueDate": "2030-01-01T00:00:00Z", "followUpDate": "2029-01-01T00:00:00+01:00",
        "priority": 90});
    patch(json!({"changeset": changeset})).await.done();
    let task = shown(&server, &key).await;
    assert_eq!(task["candidateGroups"], json!(["sales", "support"]));
    assert_eq!(task["candidateUsers"], json!(["max"]));
    assert_eq!(task["dueDate"], "2030-01-01T00:00:00.000Z");
    assert_eq!(task["followUpDate"], "2028-12-31T23:00:00.000Z");
    assert_eq!(task["priority"], 90);
    patch(json!({"changeset": {"dueDate": "", "candidateUsers": []}})).await.done();
    let task = shown(&server, &key).await;
    assert_eq!((&task["dueDate"], &task["candidateUsers"]), (&Value::Null, &json!([])));
    assert_eq!(task["candidateGroups"], json!(["sales", "support"]), "what is not named stays");
    patch(json!({"changeset": {"priority": 101}})).await.refused(400);
    patch(json!({})).await.refused(400);

    let path = format!("/v2/user-tasks/{key}/audit-logs/search");
    let log = server.post(&path, json!({})).await.ok();
    let done = log["items"].as_array().unwrap().iter();
    let done: Vec<(&Value, &Value)> =
        done.map(|it| (&it["operationType"], &it["entityDescription"])).collect();
    let expected = [
        ("ASSIGN", "assign"),
        ("ASSIGN", "delegate"),
        ("UNASSIGN", "unassign"),
        ("UPDATE", "update"),
        ("UPDATE", "update"),
    ];
    let expected: Vec<_> = expected.map(|(a, b)| (json!(a), json!(b))).into();
    assert_eq!(done, expected.iter().map(|(a, b)| (a, b)).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_hears_what_the_listeners_decide() {
    let process =
        "start -> review:user groups=sales on-assigning(assign) on-completing(done) -> end";
    let server = Server::with(process).await;
    server.create(json!({"n": 1})).await;
    let key = text(&server.search("user-tasks", json!({})).await[0]["userTaskKey"]);
    let path = format!("/v2/user-tasks/{key}");
    let assign = format!("{path}/assignment");
    let answer = async |job_type: &str, result: Value| {
        let job = server.job(job_type).await.unwrap();
        let path = format!("/v2/jobs/{}/completion", text(&job["jobKey"]));
        server.post(&path, json!({"result": result})).await.done();
        job
    };
    let deny = async {
        let job = answer("assign", json!({"denied": true, "deniedReason": "on leave"})).await;
        assert_eq!(
            (&job["kind"], &job["listenerEventType"]),
            (&json!("TASK_LISTENER"), &json!("ASSIGNING"))
        );
        assert_eq!(job["customHeaders"]["io.camunda.zeebe:assignee"], "ada");
        let task = &job["userTask"];
        assert_eq!((&task["assignee"], &task["action"]), (&json!("ada"), &json!("assign")));
        assert_eq!(task["changedAttributes"], json!(["assignee"]));
        assert_eq!((&task["userTaskKey"], &task["dueDate"]), (&json!(key), &Value::Null));
    };
    let claim = async |who: &str| server.post(&assign, json!({"assignee": who})).await;
    let (ada, ()) = tokio::join!(claim("ada"), deny);
    assert!(ada.refused(409).contains("one denied it: on leave"));
    let task = shown(&server, &key).await;
    assert_eq!((&task["state"], &task["assignee"]), (&json!("CREATED"), &Value::Null));
    let [job] = &server.search("jobs", json!({"isDenied": true})).await[..] else { panic!() };
    assert_eq!((&job["isDenied"], &job["deniedReason"]), (&json!(true), &json!("on leave")));

    // Of two who ask at once one is heard, and the other one is told so.
    let (eva, ()) = tokio::join!(claim("eva"), async {
        let job = server.job("assign").await.unwrap();
        claim("max").await.refused(409);
        let path = format!("/v2/jobs/{}/completion", text(&job["jobKey"]));
        let result = json!({"result": {"corrections": {"priority": 70}}});
        server.post(&path, result).await.done();
    });
    eva.done();
    let task = shown(&server, &key).await;
    assert_eq!((&task["state"], &task["priority"]), (&json!("CREATED"), &json!(70)));

    let completion = format!("{path}/completion");
    let complete = server.post(&completion, json!({"variables": {"n": 2, "ok": true}}));
    let (completed, ()) = tokio::join!(complete, async {
        let job = server.job("done").await.unwrap();
        assert_eq!(job["variables"], json!({"n": 2, "ok": true}));
        assert_eq!(shown(&server, &key).await["state"], "COMPLETING");
        assert_eq!(server.search("variables", json!({"name": "ok"})).await.len(), 0);
        let path = format!("/v2/jobs/{}/completion", text(&job["jobKey"]));
        server.post(&path, json!({"variables": {"x": 1}})).await.refused(400);
        server.post(&path, json!({})).await.done();
    });
    completed.done();
    assert_eq!(shown(&server, &key).await["state"], "COMPLETED");
    assert_eq!(server.search("variables", json!({"name": "ok"})).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_for_listeners_hears_that_the_task_is_gone() {
    let server = Server::with("start -> review:user on-completing(done) -> end").await;
    let instance = server.create(json!({})).await;
    let key = text(&server.search("user-tasks", json!({})).await[0]["userTaskKey"]);
    let completion = format!("/v2/user-tasks/{key}/completion");
    let (completed, ()) = tokio::join!(server.post(&completion, json!({})), async {
        server.job("done").await.unwrap();
        let path = format!("/v2/process-instances/{instance}/cancellation");
        server.post(&path, json!({})).await.done();
    });
    assert!(completed.refused(409).contains("it was cancelled"));
    assert_eq!(shown(&server, &key).await["state"], "CANCELED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_is_done_is_nobodys_any_more() {
    let (server, key) = one_task().await;
    let path = format!("/v2/user-tasks/{key}");
    server.post(&format!("{path}/completion"), json!({"variables": {}})).await.done();
    for body in [json!({"assignee": "ada"}), json!({"assignee": "ada", "allowOverride": false})] {
        server.post(&format!("{path}/assignment"), body).await.refused(404);
    }
    server.ask(Method::DELETE, &format!("{path}/assignee"), "").await.refused(404);
    let changes = json!({"changeset": {"priority": 1}}).to_string();
    server.ask(Method::PATCH, &path, changes).await.refused(404);
    server.post("/v2/user-tasks/1/assignment", json!({"assignee": "a"})).await.refused(404);
}

const FORM: &str = r#"{"id": "refund", "type": "default", "components": [
    {"type": "number", "key": "amount", "validate": {"required": true, "max": 100}},
    {"type": "select", "key": "way", "values": [{"label": "Bank", "value": "bank"}]}]}"#;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_submitted_fits_the_form_the_task_began_with() {
    let server = Server::start();
    let process = model::short::to_bpmn("start -> review:user form=refund -> end").unwrap();
    let files = [("review.bpmn", &*process)];
    server.files("/v2/deployments", &files).await.ok();
    server.create(json!({})).await;
    let stopped = server.search("incidents", json!({"state": "ACTIVE"})).await;
    assert_eq!(stopped[0]["errorType"], "FORM_NOT_FOUND");
    assert!(text(&stopped[0]["errorMessage"]).contains("form `refund`"));
    server.files("/v2/deployments", &[("refund.form", FORM)]).await.ok();
    let incident = text(&stopped[0]["incidentKey"]);
    server.post(&format!("/v2/incidents/{incident}/resolution"), json!({})).await.done();

    let task = server.search("user-tasks", json!({})).await.remove(0);
    let path = format!("/v2/user-tasks/{}", text(&task["userTaskKey"]));
    let shown = server.get(&format!("{path}/form")).await.ok();
    assert_eq!((&shown["formId"], &shown["version"]), (&json!("refund"), &json!(1)));
    assert_eq!((&shown["schema"], &shown["formKey"]), (&json!(FORM), &task["formKey"]));
    // A newer version is for tasks that begin after it.
    let other = FORM.replace("100", "7");
    server.files("/v2/deployments", &[("refund.form", &*other)]).await.ok();
    assert_eq!(server.get(&format!("{path}/form")).await.ok(), shown);

    let complete = async |variables: Value| {
        server.post(&format!("{path}/completion"), json!({"variables": variables})).await
    };
    let why = complete(json!({"amount": 101, "way": "cash"})).await.refused(400);
    assert!(why.contains("form `refund` (version 1)"), "{why}");
    assert!(why.contains("`amount` must be at most 100"), "{why}");
    assert!(why.contains("`way` must not be"), "{why}");
    let why = server.post(&format!("{path}/completion"), json!({})).await.refused(400);
    assert!(why.contains("`amount` is required"), "{why}");
    complete(json!({"amount": 100, "note": "x"})).await.done();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_may_be_the_one_that_came_with_the_process() {
    let server = Server::start();
    let process = model::short::to_bpmn("start -> review:user form=refund -> end").unwrap();
    let bound = "formId=\"refund\" bindingType=\"deployment\"";
    let process = process.replace("formId=\"refund\"", bound);
    assert!(process.contains(bound), "{process}");
    let files = [("review.bpmn", &*process), ("refund.form", FORM)];
    server.files("/v2/deployments", &files).await.ok();
    let other = FORM.replace("100", "7");
    server.files("/v2/deployments", &[("refund.form", &*other)]).await.ok();
    server.create(json!({})).await;
    let task = text(&server.search("user-tasks", json!({})).await[0]["userTaskKey"]);
    let shown = server.get(&format!("/v2/user-tasks/{task}/form")).await.ok();
    assert_eq!(shown["version"], 1);
    let server = Server::with("start -> review:user -> end").await;
    server.create(json!({})).await;
    let task = text(&server.search("user-tasks", json!({})).await[0]["userTaskKey"]);
    let none = server.get(&format!("/v2/user-tasks/{task}/form")).await;
    assert_eq!(none.status.as_u16(), 204);
}
