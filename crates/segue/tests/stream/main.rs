//! The event stream of the real binary while it is killed and started again under load: no event
//! is missing, none comes twice, and each instance's come in order.
//!
//! Not what the stream refuses and filters; the tests of `api` look at that.

#[path = "../../src/event_source.rs"]
#[expect(dead_code, reason = "why a stream was refused")]
mod event_source;
#[path = "../../src/http.rs"]
#[expect(dead_code, reason = "requests with a key")]
mod http;
#[path = "../../src/limits.rs"]
#[expect(dead_code, reason = "the client's limits, and others")]
mod limits;
#[path = "../kill/server.rs"]
mod server;

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use event_source::{EventSource, Opened};
use http::{Connection, Request};
use server::Server;

const PROCESS: &str = "process streamed\n\
    start -> a:script(= 1, x) -> split:and -> b:script(= 2, y) -> join:and -> done:end\n\
    split -> c:timer(PT0.05S) -> join";
const CLIENTS: u32 = 3;
/// Lives of the server; all but the last end by SIGKILL or SIGTERM in turn.
const LIVES: u32 = 5;
const LIFE: Duration = Duration::from_millis(1_500);
const PATIENCE: Duration = Duration::from_secs(60);
/// So many messages a hasty reader takes before it opens the stream again.
const TAKEN_AT_ONCE: usize = 40;

async fn deploy(authority: &str) {
    let xml = model::short::to_bpmn(PROCESS).expect("our process is well-formed");
    let body = format!(
        "--part\r\ncontent-disposition: form-data; name=\"resources\"; filename=\"s.bpmn\"\r\n\r\n\
         {xml}\r\n--part--\r\n"
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
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(answer.body));
}

/// Starts instances until told to stop, whatever becomes of the server.
async fn create(authority: String, is_over: Arc<AtomicBool>, created: Arc<AtomicU64>) {
    let mut connection = Connection::to(&authority);
    let body = br#"{"processDefinitionId":"streamed","variables":{"text":"line\nline"}}"#;
    while !is_over.load(Ordering::Relaxed) {
        match connection.send(Request::post("/v2/process-instances", body)).await {
            Ok(answer) if answer.status == 200 => drop(created.fetch_add(1, Ordering::Relaxed)),
            _ => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    }
}

/// Reads a few messages, goes away in the middle, comes back with the last id, until it has seen
/// the event it waits for.
async fn read_hastily(authority: String, until: Arc<std::sync::OnceLock<String>>) -> Vec<String> {
    let mut last: Option<String> = None;
    let mut seen: Vec<String> = Vec::new();
    loop {
        let path = "/api/v1/events?after=oldest";
        let opened = EventSource::open(&authority, path, last.as_deref(), None).await;
        if let Ok(Opened::Stream(mut source)) = opened {
            for _ in 0..TAKEN_AT_ONCE {
                if until.get().is_some_and(|id| seen.last().is_some_and(|it| it.contains(id))) {
                    return seen;
                }
                match tokio::time::timeout(Duration::from_millis(500), source.next()).await {
                    Ok(Ok(Some(data))) => seen.push(data),
                    Ok(_) => break,
                    Err(_) => {}
                }
            }
            last = source.last;
        } else {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

fn events(folder: &Path, authority: &str, words: &[&str], output: &str) -> Child {
    let output = File::create(folder.join(output)).expect("a file");
    let log = File::create(folder.join("reader.log")).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_segue"));
    command.args(["events", "--json", "--address"]).arg(format!("http://{authority}")).args(words);
    command.stdin(Stdio::null()).stdout(output).stderr(log).spawn().expect("the binary starts")
}

fn lines(folder: &Path, name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(folder.join(name)).expect("a reader's output");
    text.lines().map(str::to_owned).collect()
}

fn id(line: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
    value["id"].as_str().expect("an id").to_owned()
}

/// No event is missing, none comes twice.
fn compare(seen: &[String], all: &[String]) {
    let differs = seen.iter().zip(all).position(|(seen, expected)| seen != expected);
    if let Some(at) = differs {
        panic!("event {at} is {} and not {}", id(&seen[at]), id(&all[at]));
    }
    assert_eq!(seen.len(), all.len(), "as many events as there are");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_resume_across_kills_without_gap_or_repetition() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::in_folder(folder.path());
    let mut running = server.start().await;
    deploy(&server.authority).await;
    let (is_over, created) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| create(server.authority.clone(), is_over.clone(), created.clone()))
        .map(tokio::spawn)
        .collect();
    let words = ["--follow", "--after", "oldest"];
    let mut follower = events(folder.path(), &server.authority, &words, "followed");
    let end = Arc::new(std::sync::OnceLock::new());
    let hasty = tokio::spawn(read_hastily(server.authority.clone(), end.clone()));
    for life in 1..LIVES {
        tokio::time::sleep(LIFE).await;
        if life % 2 == 0 {
            running.stop();
        } else {
            running.kill();
        }
        running = server.start().await;
    }
    tokio::time::sleep(LIFE).await;
    is_over.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.expect("a client ends");
    }
    let all = events(folder.path(), &server.authority, &[], "all").wait().expect("it ends");
    assert!(all.success(), "{all}");
    let all = lines(folder.path(), "all");
    let last = id(all.last().expect("events"));
    end.set(last.clone()).expect("set once");
    let deadline = Instant::now() + PATIENCE;
    while !lines(folder.path(), "followed").last().is_some_and(|line| line.contains(&last)) {
        assert!(Instant::now() < deadline, "the follower does not come to the end");
        assert!(follower.try_wait().expect("a child of ours").is_none(), "the follower ended");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    follower.kill().expect("a child of ours");
    follower.wait().expect("a child of ours");
    let hasty = tokio::time::timeout(PATIENCE, hasty).await.expect("it ends").expect("no panic");
    compare(&lines(folder.path(), "followed"), &all);
    compare(&hasty, &all);
    running.stop();
    let created = created.load(Ordering::Relaxed);
    let begun = all.iter().filter(|line| line.contains("\"INSTANCE_CREATED\"")).count() as u64;
    assert!(created > 0 && begun >= created, "{begun} instances for {created} acknowledged");
    server.run("doctor");
    println!("{} messages of {begun} instances over {LIVES} lives", all.len());
}
