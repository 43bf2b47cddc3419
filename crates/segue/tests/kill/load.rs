//! Clients with idempotency keys who ask again until they are answered, and never forget.
//!
//! Not what their memories must agree with (`ledger`).

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::http::{Connection, Request};
use crate::ledger::Ledger;

/// Two jobs in a row: a repeated completion would make a third.
pub(crate) const PROCESS: &str = "process kill-loop\n\
    start -> first:job(kill-first) -> second:job(kill-second) -> done:end";
/// Started by a message without a correlation key: a repeated publication would start another.
pub(crate) const TOLD: &str = "process kill-told\nstart:message-start(kill-told) -> done:end";

/// Clients who start instances.
const CREATORS: u64 = 4;
/// Every so many acknowledged commands is sent once more.
const SENT_AGAIN: u64 = 5;
/// How long a worker may hold a job: short, because many workers die.
const JOB_MS: u64 = 1_500;

/// Who is at work.
pub(crate) struct Clients {
    pub(crate) beginners: Vec<JoinHandle<()>>,
    pub(crate) workers: Vec<JoinHandle<()>>,
}

/// Deploys both processes.
pub(crate) async fn deploy(authority: &str) {
    for (name, text) in [("loop.bpmn", PROCESS), ("told.bpmn", TOLD)] {
        let xml = model::short::to_bpmn(text).expect("our process is well-formed");
        let body = format!(
            "--part\r\ncontent-disposition: form-data; name=\"resources\"; \
             filename=\"{name}\"\r\n\r\n{xml}\r\n--part--\r\n"
        );
        let request = Request {
            method: "POST",
            path: "/v2/deployments",
            content_type: "multipart/form-data; boundary=part",
            key: None,
            body: body.as_bytes(),
        };
        let mut connection = Connection::to(authority);
        let answer = connection.send(request).await.expect("the server answers");
        let said = String::from_utf8_lossy(answer.body);
        assert_eq!(answer.status, 200, "{said}");
    }
}

/// Starts all clients.
pub(crate) fn clients(authority: &str, ledger: &Arc<Ledger>) -> Clients {
    let mut beginners: Vec<_> = (0..CREATORS)
        .map(|first| tokio::spawn(create(authority.to_owned(), ledger.clone(), first)))
        .collect();
    beginners.push(tokio::spawn(publish(authority.to_owned(), ledger.clone())));
    let types = ["kill-first", "kill-second", "kill-first", "kill-second"];
    let workers = types
        .map(|job_type| tokio::spawn(work(authority.to_owned(), ledger.clone(), job_type)))
        .into();
    Clients { beginners, workers }
}

async fn create(authority: String, ledger: Arc<Ledger>, first: u64) {
    let mut connection = Connection::to(&authority);
    let mut n = first;
    while ledger.begins() {
        let body = json!({ "processDefinitionId": "kill-loop", "variables": { "n": n } });
        let key = format!("create-{n}");
        let answer = insist(&mut connection, "/v2/process-instances", &key, &body).await;
        let instance = instance_of(&answer);
        ledger.created(n, &instance);
        if n.is_multiple_of(SENT_AGAIN) {
            let again = insist(&mut connection, "/v2/process-instances", &key, &body).await;
            assert_eq!(instance_of(&again), instance, "{key} was carried out twice");
        }
        n += CREATORS;
    }
}

fn instance_of(answer: &(u16, Value)) -> String {
    assert_eq!(answer.0, 200, "{}", answer.1);
    answer.1["processInstanceKey"].as_str().expect("an instance has a key").to_owned()
}

async fn publish(authority: String, ledger: Arc<Ledger>) {
    let mut connection = Connection::to(&authority);
    let mut n = 0;
    while ledger.begins() {
        let body = json!({ "name": "kill-told", "correlationKey": "", "variables": { "n": n } });
        let key = format!("publish-{n}");
        let (status, answer) =
            insist(&mut connection, "/v2/messages/publication", &key, &body).await;
        assert_eq!(status, 200, "{answer}");
        ledger.published(n);
        n += 1;
    }
}

async fn work(authority: String, ledger: Arc<Ledger>, job_type: &'static str) {
    let mut connection = Connection::to(&authority);
    let activate = json!({
        "type": job_type,
        "worker": "kill-worker",
        "timeout": JOB_MS,
        "maxJobsToActivate": 4,
        "requestTimeout": 500,
    })
    .to_string();
    loop {
        // Nobody needs to answer this one: what was handed out comes again.
        let request = Request::post("/v2/jobs/activation", activate.as_bytes());
        let jobs = match connection.send(request).await {
            Ok(answer) if answer.status == 200 => {
                serde_json::from_slice(answer.body).expect("an answer in JSON")
            }
            _ => Value::Null,
        };
        let Some(jobs) = jobs["jobs"].as_array() else {
            tokio::time::sleep(Duration::from_millis(3)).await;
            continue;
        };
        for job in jobs {
            let key = job["jobKey"].as_str().expect("a job has a key");
            let instance = job["processInstanceKey"].as_str().expect("a job has an instance");
            let path = format!("/v2/jobs/{key}/completion");
            let body = json!({ "variables": { job_type: key } });
            let id = format!("complete-{key}");
            let (status, answer) = insist(&mut connection, &path, &id, &body).await;
            assert_eq!(status, 204, "job {key}: {answer}");
            ledger.completed(instance, job_type);
        }
    }
}

/// Asks under one key until there is an answer that is none of "not now".
async fn insist(connection: &mut Connection, path: &str, key: &str, body: &Value) -> (u16, Value) {
    let body = body.to_string();
    loop {
        let request = Request::post(path, body.as_bytes()).with_key(key);
        match connection.send(request).await {
            Ok(answer) if !matches!(answer.status, 429 | 503) => {
                let value = serde_json::from_slice(answer.body).unwrap_or(Value::Null);
                return (answer.status, value);
            }
            _ => tokio::time::sleep(Duration::from_millis(3)).await,
        }
    }
}
