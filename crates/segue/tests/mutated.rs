//! Mutated requests: whatever JSON arrives at any route is answered, by no 5xx but "not now", and
//! the server goes on.
//!
//! Not here: models, expressions and stored bytes (`runtime/tests/mutated.rs`).

#[path = "../src/http.rs"]
#[expect(dead_code, reason = "the client's other ways to ask")]
mod http;
#[path = "../src/limits.rs"]
#[expect(dead_code, reason = "the client's limits, and others")]
mod limits;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use http::{Connection, Request};
use serde_json::{Value, json};
use testkit::Dice;

/// Requests, unless `SEGUE_FUZZ_SECONDS` says how long.
const REQUESTS: u32 = 3_000;

struct Server {
    process: Child,
    authority: String,
    _folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn serve() -> Server {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_segue"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SEGUE_")) {
        command.env_remove(name);
    }
    let mut process = command
        .args(["serve", "--json", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0"])
        .env("SEGUE_LOG", "off")
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let output = process.stdout.take().expect("standard output is piped");
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line).expect("the server says where it listens");
    let said: Value = serde_json::from_str(&line).expect("it says so in JSON");
    let authority = said["http"].as_str().and_then(|url| url.strip_prefix("http://"));
    let authority = authority.expect("an address").to_owned();
    Server { process, authority, _folder: folder }
}

/// Routes with a body they understand.
fn sensible() -> Vec<(&'static str, String, Value)> {
    let search = |filter: Value| {
        json!({
            "filter": filter,
            "sort": [{ "field": "processInstanceKey", "order": "ASC" }],
            "page": { "limit": 5, "from": 0 },
        })
    };
    let key = "2251799813685249";
    let post = |path: &str, body: Value| ("POST", path.to_owned(), body);
    vec![
        post(
            "/v2/process-instances",
            json!({
                "processDefinitionId": "p", "variables": { "n": [1, { "a": null }] },
                "awaitCompletion": false, "tenantId": "<default>",
            }),
        ),
        post(
            "/v2/messages/publication",
            json!({
                "name": "m", "correlationKey": "k", "timeToLive": 1000, "messageId": "i",
                "variables": { "x": 1.5e3 },
            }),
        ),
        post("/v2/messages/correlation", json!({ "name": "m", "correlationKey": "k" })),
        post(
            "/v2/jobs/activation",
            json!({
                "type": "a", "worker": "w", "timeout": 1000, "maxJobsToActivate": 3,
                "requestTimeout": -1, "fetchVariable": ["n"],
            }),
        ),
        post(&format!("/v2/jobs/{key}/completion"), json!({ "variables": { "y": "z" } })),
        post(
            &format!("/v2/jobs/{key}/failure"),
            json!({
                "retries": 1, "errorMessage": "e", "retryBackOff": 10,
            }),
        ),
        post(&format!("/v2/jobs/{key}/error"), json!({ "errorCode": "E", "errorMessage": "m" })),
        ("PATCH", format!("/v2/jobs/{key}"), json!({ "changeset": { "retries": 3 } })),
        post(&format!("/v2/process-instances/{key}/cancellation"), json!({})),
        post(&format!("/v2/incidents/{key}/resolution"), json!({})),
        post(&format!("/v2/user-tasks/{key}/completion"), json!({ "action": "a" })),
        (
            "PUT",
            format!("/v2/element-instances/{key}/variables"),
            json!({
                "variables": { "v": true }, "local": true,
            }),
        ),
        post(
            "/v2/process-instances/search",
            search(json!({
                "state": { "$in": ["ACTIVE"] }, "startDate": { "$gt": "2026-01-01T00:00:00Z" },
            })),
        ),
        post("/v2/jobs/search", search(json!({ "type": { "$like": "a*" }, "retries": 3 }))),
        post("/v2/incidents/search", search(json!({ "errorType": "JOB_NO_RETRIES" }))),
        post("/v2/variables/search", search(json!({ "name": "n", "value": "1" }))),
        post("/v2/user-tasks/search", search(json!({ "assignee": { "$exists": true } }))),
        post("/v2/element-instances/search", search(json!({ "type": "SERVICE_TASK" }))),
        post("/v2/process-definitions/search", search(json!({ "version": { "$gte": 1 } }))),
    ]
}

/// Something that should not be there.
fn odd(dice: &mut Dice) -> Value {
    let texts =
        ["", "\u{0}", "NaN", "9223372036854775808", "-1", "\u{202e}x", "%00", "' or 1=1 --"];
    match dice.below(12) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!(i64::MAX),
        4 => json!(u64::MAX),
        5 => json!(1e308),
        6 => json!([]),
        7 => json!({}),
        8 => json!({ "$in": vec![0; 40] }),
        9 => json!({ "$like": "*".repeat(200) }),
        10 => json!("x".repeat(dice.below(70_000))),
        _ => json!(texts[dice.below(texts.len())]),
    }
}

/// Changes one place of a document.
fn change(value: &mut Value, dice: &mut Dice) {
    let descends = dice.chance(70);
    match value {
        Value::Object(fields) if descends && !fields.is_empty() => {
            let at = dice.below(fields.len());
            let name = fields.keys().nth(at).cloned().unwrap_or_default();
            match dice.below(8) {
                0 => drop(fields.remove(&name)),
                1 => drop(fields.insert(format!("{name}x"), odd(dice))),
                _ => fields.get_mut(&name).into_iter().for_each(|inner| change(inner, dice)),
            }
        }
        Value::Array(items) if descends && !items.is_empty() => {
            let at = dice.below(items.len());
            change(&mut items[at], dice);
        }
        other => *other = odd(dice),
    }
}

/// The bytes of a request: mostly JSON that is not meant so, sometimes no JSON any more.
fn body(value: &Value, dice: &mut Dice) -> Vec<u8> {
    let mut bytes = value.to_string().into_bytes();
    if dice.chance(25) && !bytes.is_empty() {
        for _ in 0..=dice.below(4) {
            let at = dice.below(bytes.len());
            match dice.below(5) {
                0 => bytes[at] ^= 1 << dice.below(8),
                1 => bytes.truncate(at.max(1)),
                2 => drop(bytes.splice(at..at, *b"\\ud800")),
                3 => drop(bytes.splice(at..at, b"[".repeat(dice.below(400)))),
                _ => drop(bytes.splice(at..at, *b"\xff\x00")),
            }
        }
    }
    bytes
}

#[test]
fn mutated_requests_are_answered_and_hurt_nobody() {
    let seconds = std::env::var("SEGUE_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    let until = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let seed = if until.is_some() { std::process::id().into() } else { 1 };
    println!("seed {seed}");
    let mut dice = Dice::new(seed);
    let server = serve();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection = Connection::to(&server.authority);
        let (routes, mut asked) = (sensible(), 0_u32);
        while until.map_or(asked < REQUESTS, |until| Instant::now() < until) {
            asked += 1;
            let (method, path, sensible) = &routes[dice.below(routes.len())];
            let mut value = sensible.clone();
            for _ in 0..=dice.below(3) {
                change(&mut value, &mut dice);
            }
            let body = body(&value, &mut dice);
            let content_type = "application/json";
            let request = Request { method, path, content_type, key: None, body: &body };
            let answer = connection.send(request).await;
            let sent = String::from_utf8_lossy(&body).chars().take(300).collect::<String>();
            let answer = answer.unwrap_or_else(|error| panic!("{method} {path} {sent}: {error}"));
            let said = String::from_utf8_lossy(answer.body);
            let is_fine = answer.status < 500 || answer.status == 503;
            assert!(is_fine, "{method} {path} {sent}: {} {said}", answer.status);
        }
        let answer = connection.send(Request::get("/health/ready")).await.expect("an answer");
        assert_eq!(answer.status, 200);
        println!("{asked} requests");
    });
}
