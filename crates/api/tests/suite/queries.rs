//! Asking for more than a page of rows: alternatives, statistics, calls, who did what.

use crate::given::{Server, text};
use axum::http::Method;
use serde_json::{Value, json};

/// What a list made by hand holds.
async fn list(server: &Server, path: &str, body: Value) -> Vec<Value> {
    let found = server.post(path, body).await.ok();
    let items = found["items"].as_array().unwrap().clone();
    assert_eq!(found["page"]["totalItems"], items.len(), "{found}");
    items
}

async fn fail(server: &Server, job_type: &str, message: &str) -> String {
    let job = text(&server.job(job_type).await.unwrap()["jobKey"]);
    let failure = json!({"retries": 0, "errorMessage": message});
    server.post(&format!("/v2/jobs/{job}/failure"), failure).await.done();
    job
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_are_found_by_what_is_inside_of_them() {
    let server = Server::with("start -> a:job(a) -> b:job(b) -> end").await;
    let first = server.create(json!({"n": 1})).await;
    let second = server.create(json!({"n": 2})).await;
    let done = text(&server.job("a").await.unwrap()["jobKey"]);
    server.post(&format!("/v2/jobs/{done}/completion"), json!({})).await.done();
    fail(&server, "b", "no power").await;
    let find = async |filter: Value| {
        let found = server.search("process-instances", filter).await;
        found.iter().map(|it| text(&it["processInstanceKey"])).collect::<Vec<_>>()
    };
    let one = std::slice::from_ref(&first);
    let other = std::slice::from_ref(&second);
    assert_eq!(find(json!({"elementId": "b"})).await, one);
    assert_eq!(find(json!({"elementId": "a"})).await, [first.clone(), second.clone()]);
    let active_a = json!({"elementId": "a", "elementInstanceState": "ACTIVE"});
    assert_eq!(find(active_a).await, other);
    let stopped = json!({"elementId": "b", "hasElementInstanceIncident": true});
    assert_eq!(find(stopped).await, one);
    assert_eq!(find(json!({"errorMessage": {"$like": "*power"}})).await, one);
    assert_eq!(find(json!({"hasRetriesLeft": true})).await, <[String; 0]>::default());
    assert_eq!(find(json!({"hasRetriesLeft": false})).await.len(), 2);
    assert_eq!(find(json!({"batchOperationKey": "1"})).await.len(), 0);
    assert_eq!(find(json!({"tags": ["x"]})).await.len(), 0);
    assert_eq!(find(json!({"suspendedDate": {"$exists": false}})).await.len(), 2);
    let two = json!([{"name": "n", "value": "2"}]);
    let ways = json!({"state": "ACTIVE", "$or": [{"hasIncident": true}, {"variables": two}]});
    assert_eq!(find(ways).await, [first.clone(), second.clone()]);
    let neither = json!({"$or": [{"elementId": "x"}, {"tenantId": "acme"}]});
    assert_eq!(find(neither).await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_and_tasks_show_their_headers_and_business_id() {
    let bpmn = r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
        xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"><process id="process" isExecutable="true">
        <startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="j"/>
        <serviceTask id="j"><extensionElements><zeebe:taskDefinition type="j"/><zeebe:taskHeaders>
        <zeebe:header key="to" value="a &quot;b&quot;"/></zeebe:taskHeaders></extensionElements>
        </serviceTask><sequenceFlow id="g" sourceRef="j" targetRef="u"/>
        <userTask id="u"><extensionElements><zeebe:userTask/><zeebe:taskHeaders>
        <zeebe:header key="desk" value="1"/></zeebe:taskHeaders>
        <zeebe:formDefinition externalReference="desk:refund"/></extensionElements></userTask>
        </process></definitions>"#;
    let server = Server::start();
    server.form("/v2/deployments", "p.bpmn", bpmn).await.ok();
    let body = json!({"processDefinitionId": "process", "businessId": "order 7",
        "variables": {"city": "Bern"}});
    server.post("/v2/process-instances", body).await.ok();
    let [job] = &server.search("jobs", json!({"hasFailedWithRetriesLeft": false})).await[..] else {
        panic!()
    };
    assert_eq!(job["customHeaders"], json!({"to": "a \"b\""}));
    assert_eq!(job["businessId"], "order 7");
    assert!(job["lastUpdateTime"].is_string());
    let key = text(&server.job("j").await.unwrap()["jobKey"]);
    server.post(&format!("/v2/jobs/{key}/completion"), json!({"variables": {"n": 1}})).await.done();
    let filters = [
        json!({"businessId": {"$like": "order*"}}),
        json!({"processInstanceVariables": [{"name": "city", "value": "\"Bern\""}]}),
        json!({"candidateGroup": {"$exists": false}}),
        json!({"candidateGroup": {"$neq": "x"}}),
        json!({"$or": [{"assignee": "ada"}, {"businessId": "order 7"}]}),
    ];
    for filter in filters {
        assert_eq!(server.search("user-tasks", filter.clone()).await.len(), 1, "{filter}");
    }
    let local = json!({"localVariables": [{"name": "city", "value": "\"Bern\""}]});
    assert!(server.search("user-tasks", local).await.is_empty());
    let [task] = &server.search("user-tasks", json!({})).await[..] else { panic!() };
    assert_eq!(task["customHeaders"], json!({"desk": "1"}));
    assert_eq!(task["externalFormReference"], "desk:refund");
    assert_eq!((&task["formKey"], &task["businessId"]), (&Value::Null, &json!("order 7")));
    let path = format!("/v2/user-tasks/{}", text(&task["userTaskKey"]));
    let element = text(&task["elementInstanceKey"]);
    let body = json!({"variables": {"city": "Rome"}, "local": true}).to_string();
    server
        .ask(Method::PUT, &format!("/v2/element-instances/{element}/variables"), body)
        .await
        .done();
    let seen = list(&server, &format!("{path}/variables/search"), json!({})).await;
    assert_eq!(seen.len(), 3);
    let counts = list(&server, &format!("{path}/effective-variables/search"), json!({})).await;
    let city = counts.iter().find(|it| it["name"] == "city").unwrap();
    assert_eq!((counts.len(), &city["value"]), (2, &json!("\"Rome\"")));
    assert_eq!(server.get(&format!("{path}/form")).await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_and_priorities_reach_searches_and_workers() {
    let bpmn = r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
        xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"><process id="process" isExecutable="true">
        <extensionElements><zeebe:jobPriorityDefinition priority="= n"/></extensionElements>
        <startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="c"/>
        <callActivity id="c"><extensionElements><zeebe:calledElement processId="child"
        businessId="= &quot;child of &quot; + string(n)"/></extensionElements></callActivity></process>
        <process id="child" isExecutable="true"><extensionElements>
        <zeebe:jobPriorityDefinition priority="= n"/></extensionElements>
        <startEvent id="t"/><sequenceFlow id="g" sourceRef="t" targetRef="j"/>
        <serviceTask id="j"><extensionElements><zeebe:taskDefinition type="j"/></extensionElements>
        </serviceTask></process></definitions>"#;
    let server = Server::start();
    server.form("/v2/deployments", "p.bpmn", bpmn).await.ok();
    let start = async |n: i32, tags: Value| {
        let body = json!({"processDefinitionId": "process", "variables": {"n": n}, "tags": tags});
        server.post("/v2/process-instances", body).await
    };
    let begun = start(1, json!(["region:emea", "vip", "vip"])).await.ok();
    assert_eq!(begun["tags"], json!(["region:emea", "vip"]));
    start(9, json!(["region:apac"])).await.ok();
    start(5, json!([])).await.ok();
    start(5, json!(["no way"])).await.refused(400);
    let tagged = server.search("process-instances", json!({"tags": ["vip", "region:emea"]})).await;
    // What it calls has its tags too.
    let ids: Vec<&Value> = tagged.iter().map(|it| &it["processDefinitionId"]).collect();
    assert_eq!(ids, ["process", "child"]);
    assert_eq!(tagged[0]["tags"], json!(["region:emea", "vip"]));
    assert_eq!(tagged[1]["businessId"], "child of 1");
    assert!(server.search("process-instances", json!({"tags": ["vi"]})).await.is_empty());
    assert_eq!(server.search("jobs", json!({"priority": {"$gte": 5}})).await.len(), 2);
    let mut got = Vec::new();
    while got.len() < 3 {
        got.push(server.job("j").await.unwrap());
    }
    let priorities: Vec<&Value> = got.iter().map(|job| &job["priority"]).collect();
    assert_eq!(priorities, [9, 5, 1]);
    assert_eq!(got[0]["tags"], json!(["region:apac"]));
    assert_eq!(got[0]["businessId"], "child of 9");
    assert_eq!(got[2]["rootProcessInstanceKey"], begun["processInstanceKey"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_is_counted() {
    let server = Server::with("start -> a:job(a) -> end").await;
    server.deploy("start -> a:job(a) -> b:job(b) -> end").await.ok();
    let instance = server.create(json!({"city": "Bern"})).await;
    server.create(json!({})).await;
    server.create(json!({})).await;
    let done = text(&server.job("a").await.unwrap()["jobKey"]);
    server.post(&format!("/v2/jobs/{done}/completion"), json!({})).await.done();
    let failed = fail(&server, "a", "no power").await;
    let found = server.search("process-definitions", json!({"version": 2})).await;
    let definition = text(&found[0]["processDefinitionKey"]);
    let path = format!("/v2/process-definitions/{definition}");

    let found = server.post(&format!("{path}/statistics/element-instances"), json!({})).await.ok();
    let of = |id: &str| {
        let items = found["items"].as_array().unwrap();
        let item = items.iter().find(|it| it["elementId"] == id).unwrap();
        ["active", "incidents", "completed", "canceled"].map(|name| item[name].as_i64().unwrap())
    };
    assert_eq!((of("start"), of("a"), of("b")), ([0, 0, 3, 0], [1, 1, 1, 0], [1, 0, 0, 0]));
    let path_of = format!("/v2/process-instances/{instance}/statistics/element-instances");
    let own = server.get(&path_of).await.ok();
    assert_eq!(
        own["items"][0],
        json!({"elementId": "a", "active": 0, "incidents": 0,
        "completed": 1, "canceled": 0})
    );
    let path_of = format!("/v2/process-instances/{instance}/statistics/wait-states");
    assert_eq!(
        server.get(&path_of).await.ok()["items"],
        json!([{"elementId": "b", "waitingCount": 1}])
    );

    let all = "/v2/process-definitions/statistics/process-instances";
    let [one] = &list(&server, all, json!({})).await[..] else { panic!() };
    assert_eq!(one["activeInstancesWithoutIncidentCount"], 2);
    assert_eq!(one["activeInstancesWithIncidentCount"], 1);
    assert_eq!(one["hasMultipleVersions"], true);
    let body = json!({"filter": {"processDefinitionId": "process"}});
    let versions = list(&server, &format!("{all}-by-version"), body).await;
    assert_eq!((versions.len(), &versions[0]["processDefinitionVersion"]), (1, &json!(2)));

    let errors = "/v2/incidents/statistics/process-instances-by-error";
    let [error] = &list(&server, errors, json!({})).await[..] else { panic!() };
    assert_eq!(error["errorMessage"], "no power");
    assert_eq!(error["activeInstancesWithErrorCount"], 1);
    let hash = error["errorHashCode"].clone();
    let body = json!({"filter": {"errorHashCode": hash}});
    let by = "/v2/incidents/statistics/process-instances-by-definition";
    let [by] = &list(&server, by, body).await[..] else { panic!() };
    assert_eq!(by["processDefinitionKey"], definition.as_str());
    let same = server.search("process-instances", json!({"incidentErrorHashCode": hash})).await;
    assert_eq!(same.len(), 1);

    let more = json!({"changeset": {"retries": 1}}).to_string();
    server.ask(Method::PATCH, &format!("/v2/jobs/{failed}"), more).await.done();
    let path_of = format!(
        "/v2/process-instances/{}/incident-resolution",
        text(&same[0]["processInstanceKey"])
    );
    server.ask(Method::POST, &path_of, "").await.done();
    assert!(list(&server, errors, json!({})).await.is_empty());
    let [one] = &list(&server, all, json!({})).await[..] else { panic!() };
    assert_eq!(one["activeInstancesWithIncidentCount"], 0);
    let names = list(&server, &format!("{path}/variable-names/search"), json!({})).await;
    assert_eq!(names, [json!({"name": "city"})]);
    assert_eq!(server.get(&format!("{path}/form")).await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_counted_by_type_worker_and_time() {
    let server = Server::with("start -> a:job(a) -> end").await;
    for _ in 0..3 {
        server.create(json!({})).await;
    }
    let done = text(&server.job("a").await.unwrap()["jobKey"]);
    server.post(&format!("/v2/jobs/{done}/completion"), json!({})).await.done();
    fail(&server, "a", "no power").await;
    let (from, to) = ("2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z");
    let counts =
        |value: &Value| ["created", "completed", "failed"].map(|it| value[it]["count"].as_i64());
    let path = format!("/v2/jobs/statistics/global?from={from}&to={to}");
    let global = server.get(&path).await.ok();
    assert_eq!(counts(&global), [Some(3), Some(1), Some(1)]);
    assert!(global["created"]["lastUpdatedAt"].is_string());
    let none = server.get(&format!("{path}&jobType=x")).await.ok();
    assert_eq!((counts(&none), &none["created"]["lastUpdatedAt"]), ([Some(0); 3], &Value::Null));
    let of = |more: Value| {
        let mut filter = json!({"from": from, "to": to});
        filter.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"filter": filter})
    };
    let by = |name: &str| format!("/v2/jobs/statistics/{name}");
    let [a] = &list(&server, &by("by-types"), of(json!({"jobType": {"$like": "a*"}}))).await[..]
    else {
        panic!()
    };
    assert_eq!(
        (&a["jobType"], &a["workers"], counts(a)),
        (&json!("a"), &json!(1), [Some(3), Some(1), Some(1)])
    );
    assert!(list(&server, &by("by-types"), of(json!({"jobType": "x"}))).await.is_empty());
    let one = json!({"jobType": "a"});
    let [test] = &list(&server, &by("by-workers"), of(one.clone())).await[..] else { panic!() };
    assert_eq!((&test["worker"], counts(test)), (&json!("test"), [Some(0), Some(1), Some(1)]));
    let hours = json!({"jobType": "a", "resolution": "PT24H"});
    let steps = list(&server, &by("time-series"), of(hours)).await;
    assert_eq!(counts(steps.first().unwrap()).map(|count| count.unwrap() > 0), [true; 3]);
    let [error] = &list(&server, &by("errors"), of(one)).await[..] else { panic!() };
    assert_eq!((&error["errorMessage"], &error["workers"]), (&json!("no power"), &json!(1)));
    let wrong = of(json!({"jobType": "a", "resolution": "PT1S"}));
    server.post(&by("time-series"), wrong).await.refused(400);
    server.get("/v2/jobs/statistics/global?from=x&to=y").await.refused(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_are_followed_from_publication_to_correlation() {
    let server = Server::with("start -> wait:catch-message(paid, = key) -> end").await;
    let instance = server.create(json!({"key": "k"})).await;
    let open = json!({"messageSubscriptionState": "CREATED", "processDefinitionVersion": 1});
    let [waits] = &server.search("message-subscriptions", open).await[..] else { panic!() };
    assert_eq!((&waits["messageName"], &waits["correlationKey"]), (&json!("paid"), &json!("k")));
    assert_eq!(
        (&waits["elementId"], &waits["processInstanceKey"]),
        (&json!("wait"), &json!(instance))
    );
    let none = json!({"processDefinitionName": "other"});
    assert!(server.search("message-subscriptions", none).await.is_empty());
    let statistics = "/v2/process-definitions/statistics/message-subscriptions";
    let [one] = &list(&server, statistics, json!({})).await[..] else { panic!() };
    assert_eq!(
        (&one["activeSubscriptions"], &one["processInstancesWithActiveSubscriptions"]),
        (&json!(1), &json!(1))
    );

    let publish = async |key: &str| {
        let body = json!({"name": "paid", "correlationKey": key, "timeToLive": 60_000});
        text(&server.post("/v2/messages/publication", body).await.ok()["messageKey"])
    };
    let (taken, waiting) = (publish("k").await, publish("other").await);
    let found = list(
        &server,
        "/v2/correlated-message-subscriptions/search",
        json!({"filter": {"messageName": "paid"}}),
    )
    .await;
    assert_eq!((found.len(), &found[0]["messageKey"]), (1, &json!(taken)));
    assert_eq!(
        (&found[0]["elementId"], &found[0]["correlationKey"]),
        (&json!("wait"), &json!("k"))
    );
    assert_eq!(found[0]["subscriptionKey"], waits["messageSubscriptionKey"]);
    assert!(list(&server, statistics, json!({})).await.is_empty());

    let messages = async |filter: Value| {
        list(&server, "/api/v1/messages/search", json!({"filter": filter})).await
    };
    let one = server.get(&format!("/api/v1/messages/{waiting}")).await.ok();
    assert_eq!((&one["state"], &one["isCorrelated"]), (&json!("WAITING"), &json!(false)));
    assert_eq!(messages(json!({"isCorrelated": true})).await[0]["messageKey"], taken);
    assert_eq!(messages(json!({"correlationKey": "other"})).await, [one]);
    server.get("/api/v1/messages/1").await.refused(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_says_who_did_what() {
    let server = Server::with("start -> ask:user -> end").await;
    let instance = server.create(json!({})).await;
    let task = text(&server.search("user-tasks", json!({})).await[0]["userTaskKey"]);
    let variables = format!("/v2/element-instances/{instance}/variables");
    let body = json!({"variables": {"x": 1}}).to_string();
    server.ask(Method::PUT, &variables, body).await.done();
    let path = format!("/v2/user-tasks/{task}");
    server.post(&format!("{path}/completion"), json!({"action": "approve"})).await.done();
    let all = server.search("audit-logs", json!({})).await;
    let words: Vec<_> =
        all.iter().map(|it| (text(&it["operationType"]), text(&it["entityType"]))).collect();
    let expected = [
        ("CREATE", "RESOURCE"),
        ("CREATE", "PROCESS_INSTANCE"),
        ("UPDATE", "VARIABLE"),
        ("COMPLETE", "USER_TASK"),
    ];
    assert_eq!(words, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    assert!(all.iter().all(|it| it["actorId"] == "local" && it["timestamp"].is_string()));
    assert_eq!(all[1]["entityKey"], instance);
    let [done] = &server.search("audit-logs", json!({"category": "USER_TASKS"})).await[..] else {
        panic!()
    };
    assert_eq!(
        (&done["userTaskKey"], &done["entityDescription"]),
        (&json!(task), &json!("approve"))
    );
    assert_eq!(done["processInstanceKey"], instance);
    let key = text(&done["auditLogKey"]);
    assert_eq!(&server.get(&format!("/v2/audit-logs/{key}")).await.ok(), done);
    let of_task = list(&server, &format!("{path}/audit-logs/search"), json!({})).await;
    assert_eq!(&of_task, std::slice::from_ref(done));
    let of_instance = server.search("audit-logs", json!({"processInstanceKey": instance})).await;
    assert_eq!(of_instance.len(), 3);
    assert!(server.search("audit-logs", json!({"jobKey": "1"})).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_shows_which_way_it_went() {
    let process = "start -> choose:xor -[= n > 1]-> a:job(a) -> end
        choose -[default]-> b:job(b) -> end2:end";
    let server = Server::with(process).await;
    let instance = server.create(json!({"n": 5})).await;
    let path = format!("/v2/process-instances/{instance}");
    let taken = server.get(&format!("{path}/sequence-flows")).await.ok();
    let flows = taken["items"].as_array().unwrap();
    let targets: Vec<_> = flows.iter().map(|it| text(&it["elementId"])).collect();
    assert_eq!(targets, ["start.choose", "choose.a"]);
    assert_eq!(flows[0]["processInstanceKey"], instance);
    let calls = server.get(&format!("{path}/call-hierarchy")).await.ok();
    assert_eq!(
        (calls.as_array().unwrap().len(), &calls[0]["processInstanceKey"]),
        (1, &json!(instance))
    );
    server.get("/v2/process-instances/1/call-hierarchy").await.refused(404);
    server.get("/v2/process-instances/1/sequence-flows").await.refused(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_and_called_are_found_from_each_other() {
    let server = Server::start();
    let bpmn = |id: &str, element: &str| {
        format!(
            r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
            xmlns:zeebe="http://camunda.org/schema/zeebe/1.0">
            <process id="{id}" isExecutable="true"><startEvent id="s"/>
            <sequenceFlow id="f" sourceRef="s" targetRef="e"/>{element}</process></definitions>"#
        )
    };
    let call = r#"<callActivity id="e"><extensionElements><zeebe:calledElement
        processId="called"/></extensionElements></callActivity>"#;
    let work = r#"<subProcess id="e"><startEvent id="is"/>
        <sequenceFlow id="if" sourceRef="is" targetRef="w"/>
        <serviceTask id="w"><extensionElements><zeebe:taskDefinition type="w"/></extensionElements>
        </serviceTask></subProcess>"#;
    server.form("/v2/deployments", "called.bpmn", &bpmn("called", work)).await.ok();
    server.form("/v2/deployments", "process.bpmn", &bpmn("process", call)).await.ok();
    let top = server.create(json!({})).await;
    server.create(json!({})).await;
    let filter = json!({"parentProcessInstanceKey": top});
    let [called] = &server.search("process-instances", filter).await[..] else { panic!() };
    assert_eq!(called["rootProcessInstanceKey"], top);
    assert!(called["parentElementInstanceKey"].is_string());
    let all = server.search("process-instances", json!({"rootProcessInstanceKey": top})).await;
    assert_eq!((all.len(), &all[0]["processInstanceKey"]), (2, &json!(top)));
    let key = text(&called["processInstanceKey"]);
    let calls = server.get(&format!("/v2/process-instances/{key}/call-hierarchy")).await.ok();
    let names: Vec<_> =
        calls.as_array().unwrap().iter().map(|it| text(&it["processDefinitionName"])).collect();
    assert_eq!(names, ["process", "called"]);
    let [job] = &server.search("jobs", json!({"processInstanceKey": key})).await[..] else {
        panic!()
    };
    assert_eq!(job["rootProcessInstanceKey"], top);
    fail(&server, "w", "no power").await;
    let scope = json!({"processInstanceKey": key, "elementId": "e"});
    let [scope] = &server.search("element-instances", scope).await[..] else { panic!() };
    let path = format!("/v2/element-instances/{}", text(&scope["elementInstanceKey"]));
    let inside = list(&server, &format!("{path}/incidents/search"), json!({})).await;
    assert_eq!((inside.len(), &inside[0]["errorMessage"]), (1, &json!("no power")));
    let filter = json!({"incidentKey": inside[0]["incidentKey"]});
    let [stopped] = &server.search("element-instances", filter).await[..] else { panic!() };
    assert_eq!(stopped["elementId"], "w");
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_begin_and_end_where_somebody_says() {
    let server = Server::with("start -> a:job(a) -> b:job(b) -> c:job(c) -> end").await;
    let body = json!({"processDefinitionId": "process", "variables": {"n": 1},
        "startInstructions": [{"elementId": "b"}], "awaitCompletion": true,
        "runtimeInstructions": [{"type": "TERMINATE_PROCESS_INSTANCE", "afterElementId": "b"}]});
    let started = server.post("/v2/process-instances", body);
    let (ended, ()) = tokio::join!(started, async {
        let job = text(&server.job("b").await.unwrap()["jobKey"]);
        let body = json!({"variables": {"m": 2}});
        server.post(&format!("/v2/jobs/{job}/completion"), body).await.done();
    });
    let ended = ended.ok();
    assert_eq!(ended["variables"], json!({"m": 2, "n": 1}));
    let [found] = &server.search("process-instances", json!({})).await[..] else { panic!() };
    assert_eq!(found["state"], "TERMINATED");
    for (name, instruction, status) in [
        ("startInstructions", json!({"elementId": "x"}), 400),
        ("startInstructions", json!({"elementId": "start"}), 400),
        ("runtimeInstructions", json!({"afterElementId": "x"}), 400),
        ("runtimeInstructions", json!({"type": "PAUSE", "afterElementId": "a"}), 400),
    ] {
        let body = json!({"processDefinitionId": "process", name: [instruction]});
        server.post("/v2/process-instances", body).await.refused(status);
    }
    assert_eq!(server.search("process-instances", json!({})).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_begin_whose_condition_is_true() {
    let server = Server::with(
        "process fire\nhot:condition-start(= heat > 90) -> a:job(a) -> end\n\
         process frost\ncold:condition-start(= heat < 0) -> b:job(b) -> end",
    )
    .await;
    let evaluate = async |body: Value| server.post("/v2/conditionals/evaluation", body).await;
    let found = evaluate(json!({"variables": {"heat": 95}})).await.ok();
    let [begun] = found["processInstances"].as_array().unwrap().as_slice() else { panic!() };
    assert_eq!(server.job("a").await.unwrap()["variables"], json!({"heat": 95}));
    let none = evaluate(json!({"variables": {"heat": 20}})).await.ok();
    assert_eq!(none["processInstances"], json!([]));
    let only = json!({"variables": {"heat": -5},
        "processDefinitionKey": begun["processDefinitionKey"]});
    assert_eq!(evaluate(only).await.ok()["processInstances"], json!([]));
    let unknown = json!({"variables": {}, "processDefinitionKey": "1"});
    evaluate(unknown).await.refused(404);
    evaluate(json!({})).await.refused(400);
    let start = json!({"processDefinitionId": "fire"});
    server.post("/v2/process-instances", start).await.refused(400);
}
