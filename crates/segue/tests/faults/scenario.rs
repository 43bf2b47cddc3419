//! Ten short lives of a server, each of which writes something else.
//!
//! Not here: the disk below it (`server`), and what must be left (`examine`).

use std::time::Duration;

use serde_json::{Value, json};

use crate::server::{Client, Place};

const TWO_JOBS: &str = "process p\nstart -> a:job(a) -> b:job(b) -> done:end";
const PAUSE: Duration = Duration::from_millis(120);
/// Longer than the store waits before it copies its log back.
const QUIET: Duration = Duration::from_millis(2_600);

pub(crate) async fn begin(client: &mut Client, count: u32) -> Vec<String> {
    let mut keys = Vec::new();
    for n in 0..count {
        let body = json!({ "processDefinitionId": "p", "variables": { "n": n, "key": n } });
        let answer = client.command("/v2/process-instances", body).await;
        keys.push(answer["processInstanceKey"].as_str().expect("a key").to_owned());
    }
    keys
}

pub(crate) async fn take(client: &mut Client, job_type: &str, most: u32) -> Vec<String> {
    let body = json!({
        "type": job_type, "timeout": 60_000, "maxJobsToActivate": most, "requestTimeout": 2_000,
    });
    let answer = client.ask("/v2/jobs/activation", body).await.expect("the server answers").1;
    let keys = answer["jobs"].as_array().expect("a list of jobs").iter();
    keys.map(|job| job["jobKey"].as_str().expect("a key").to_owned()).collect()
}

pub(crate) async fn complete(client: &mut Client, job_type: &str, most: u32) {
    for job in take(client, job_type, most).await {
        let body = json!({ "variables": { "by": job_type } });
        client.command(&format!("/v2/jobs/{job}/completion"), body).await;
    }
}

async fn search(client: &mut Client, path: &str, filter: Value) -> Vec<Value> {
    let body = json!({ "filter": filter });
    let (status, found) = client.ask(path, body).await.expect("the server answers");
    assert_eq!(status, 200, "{path}: {found}");
    found["items"].as_array().expect("a search has items").clone()
}

pub(crate) async fn starts(place: &Place) {
    let server = place.start().await;
    let mut client = place.client();
    client.deploy(TWO_JOBS).await;
    begin(&mut client, 12).await;
    server.kill();
}

pub(crate) async fn jobs(place: &Place) {
    let server = place.start().await;
    let mut client = place.client();
    client.deploy(TWO_JOBS).await;
    begin(&mut client, 4).await;
    complete(&mut client, "a", 4).await;
    complete(&mut client, "b", 2).await;
    server.kill();
}

pub(crate) async fn fork_and_join(place: &Place) {
    let server = place.start().await;
    let mut client = place.client();
    let fork = "process p\nstart -> fork:and -> a:job(a) -> join:and -> done:end\n\
                fork -> b:job(b) -> join";
    client.deploy(fork).await;
    begin(&mut client, 3).await;
    complete(&mut client, "a", 3).await;
    complete(&mut client, "b", 3).await;
    server.kill();
}

pub(crate) async fn timers(place: &Place) {
    let server = place.start().await;
    let mut client = place.client();
    client.deploy("process p\nstart -> pause:timer(PT0.2S) -> a:job(a) -> done:end").await;
    begin(&mut client, 4).await;
    tokio::time::sleep(PAUSE * 3).await;
    complete(&mut client, "a", 4).await;
    server.kill();
}

pub(crate) async fn messages(place: &Place) {
    let server = place.start().await;
    let mut client = place.client();
    let waits = "process p\nstart -> told:receive(told, = string(n)) -> done:end";
    client.deploy(waits).await;
    let publish = |key: u32| {
        let key = key.to_string();
        json!({ "name": "told", "correlationKey": key, "timeToLive": 600_000 })
    };
    for key in [0, 1, 7] {
        client.command("/v2/messages/publication", publish(key)).await;
    }
    begin(&mut client, 5).await;
    for key in [2, 3] {
        client.command("/v2/messages/publication", publish(key)).await;
    }
    server.kill();
}

pub(crate) async fn user_tasks(place: &Place) {
    let server = place.start().await;
    let mut client = place.client();
    client.deploy("process p\nstart -> look:user -> a:job(a) -> done:end").await;
    for instance in begin(&mut client, 3).await {
        let filter = json!({ "processInstanceKey": instance });
        let tasks = search(&mut client, "/v2/user-tasks/search", filter).await;
        let key = tasks[0]["userTaskKey"].as_str().expect("a key").to_owned();
        client.command(&format!("/v2/user-tasks/{key}/completion"), json!({})).await;
    }
    server.kill();
}

pub(crate) async fn cancels(place: &Place) {
    let server = place.start().await;
    let mut client = place.client();
    let nested = "process p\nstart -> inner:sub {\n start -> a:job(a) -> end\n} -> done:end\n\
                  inner ! late:timer(PT1H) -> gone:end";
    client.deploy(nested).await;
    for instance in begin(&mut client, 5).await {
        let path = format!("/v2/process-instances/{instance}/cancellation");
        client.command(&path, json!({})).await;
    }
    server.kill();
}

pub(crate) async fn incidents(place: &Place) {
    let server = place.start().await;
    let mut client = place.client();
    client.deploy(TWO_JOBS).await;
    begin(&mut client, 3).await;
    for job in take(&mut client, "a", 3).await {
        let path = format!("/v2/jobs/{job}/error");
        client.command(&path, json!({ "errorCode": "NOBODY", "errorMessage": "x" })).await;
    }
    for incident in search(&mut client, "/v2/incidents/search", json!({})).await {
        let key = incident["incidentKey"].as_str().expect("a key").to_owned();
        client.command(&format!("/v2/incidents/{key}/resolution"), json!({})).await;
    }
    complete(&mut client, "a", 3).await;
    server.kill();
}

/// The log is copied back in a quiet moment, and then written from its beginning again.
pub(crate) async fn checkpoints(place: &Place) {
    let server = place.start().await;
    let mut client = place.client();
    client.deploy(TWO_JOBS).await;
    for _ in 0..2 {
        begin(&mut client, 3).await;
        complete(&mut client, "a", 2).await;
        tokio::time::sleep(QUIET).await;
    }
    begin(&mut client, 2).await;
    server.kill();
}

/// Ends in peace, starts again, is killed, starts again.
pub(crate) async fn restarts(place: &Place) {
    let server = place.start().await;
    let mut client = place.client();
    client.deploy(TWO_JOBS).await;
    begin(&mut client, 2).await;
    server.stop();
    let server = place.start().await;
    complete(&mut client, "a", 1).await;
    server.kill();
    let server = place.start().await;
    complete(&mut client, "b", 1).await;
    client.deploy("process p\nstart -> a:job(a) -> done:end").await;
    begin(&mut client, 1).await;
    server.stop();
}
