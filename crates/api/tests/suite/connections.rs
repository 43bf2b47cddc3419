//! What happens on real connections: limits, clients that go away, a server that stops.

use crate::given::Server;
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tower::ServiceExt;

struct Listening {
    server: Server,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<std::io::Result<()>>,
}

async fn listen(process: &str) -> Listening {
    let server = Server::with(process).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let config = api::Config::at(address);
    let listeners = api::Listeners { http: listener, grpc: None };
    let serving = tokio::spawn(api::serve(listeners, server.node.clone(), config, async {
        drop(stopped.await);
    }));
    Listening { server, address, stop: Some(stop), serving }
}

impl Listening {
    async fn send(&self, path: &str, body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n",
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        // A server that refuses a body early may close before all of it is written.
        let _ = stream.write_all(body.as_bytes()).await;
        stream
    }

    async fn activation(&self, timeout: i64) -> TcpStream {
        let body = json!({"type": "a", "worker": "w", "timeout": 60_000, "maxJobsToActivate": 1,
            "requestTimeout": timeout});
        self.send("/v2/jobs/activation", &body.to_string()).await
    }

    /// An activation that the node holds, with nothing to hand out.
    async fn waiting_activation(&self) -> TcpStream {
        let stream = self.activation(PATIENCE_MS).await;
        let waits = async || {
            let figures = self.server.get("/metrics").await.text;
            figures.lines().any(|line| line == "segue_workers_waiting 1")
        };
        soon(async {
            while !waits().await {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
        stream
    }
}

/// How long an activation waits that is to be answered before its time is over.
const PATIENCE_MS: i64 = 300_000;

/// What comes before the patience of a waiting activation ends, however busy the machine is.
async fn soon<T>(coming: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(120), coming).await.expect("it comes by itself")
}

/// Reads one answer: its head, and its body by the length it names.
async fn read(stream: &mut TcpStream) -> (String, Value) {
    let mut seen = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&seen).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                let body = serde_json::from_str(&body[..length]).unwrap_or(Value::Null);
                return (head.to_owned(), body);
            }
        }
        let count = stream.read(&mut piece).await.unwrap();
        assert!(count > 0, "closed after: {text}");
        seen.extend_from_slice(&piece[..count]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_not_lost_when_its_client_goes_away() {
    let listening = listen("start -> a:job(a) -> end").await;
    for _ in 0..20 {
        let waiting = listening.activation(60_000).await;
        tokio::time::sleep(Duration::from_millis(5)).await;
        drop(waiting);
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    listening.server.create(json!({})).await;
    let mut stream = listening.activation(5_000).await;
    let (_, answer) = read(&mut stream).await;
    assert_eq!(answer["jobs"].as_array().unwrap().len(), 1, "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_nobody_reads_gives_its_jobs_back() {
    let server = Server::with("start -> a:job(a) -> end").await;
    server.create(json!({})).await;
    let body = json!({"type": "a", "timeout": 60_000, "maxJobsToActivate": 5});
    let request = Request::post("/v2/jobs/activation").header("host", "localhost:8080");
    let request = request.header("content-type", "application/json");
    let request = request.body(Body::from(body.to_string())).unwrap();
    let unread = server.router.clone().oneshot(request).await.unwrap();
    let again = json!({"type": "a", "timeout": 60_000, "maxJobsToActivate": 5,
        "requestTimeout": -1});
    let nothing = server.post("/v2/jobs/activation", again).await.ok();
    assert_eq!(nothing, json!({"jobs": []}), "the job is in somebody's hands");
    drop(unread);
    assert!(server.job("a").await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_worker_gets_a_job_as_soon_as_it_is_born() {
    let listening = listen("start -> a:job(a) -> end").await;
    let mut waiting = listening.waiting_activation().await;
    listening.server.create(json!({})).await;
    let (head, answer) = soon(read(&mut waiting)).await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert_eq!(answer["jobs"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_too_long_is_told_so() {
    let listening = listen("start -> end").await;
    let body = format!("{{\"variables\":{{\"v\":\"{}\"}}}}", "x".repeat(10 << 20));
    let mut stream = listening.send("/v2/process-instances", &body).await;
    let (head, answer) = read(&mut stream).await;
    assert!(head.starts_with("HTTP/1.1 413"), "{head}");
    assert_eq!(answer["title"], "PAYLOAD_TOO_LARGE");
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_are_too_long_are_refused() {
    let listening = listen("start -> end").await;
    let mut stream = TcpStream::connect(listening.address).await.unwrap();
    let head = format!(
        "GET /v2/topology HTTP/1.1\r\nHost: {}\r\nX-Long: {}\r\n\r\n",
        listening.address,
        "x".repeat(64 * 1024)
    );
    let _ = stream.write_all(head.as_bytes()).await;
    let mut seen = vec![0; 64];
    let count = stream.read(&mut seen).await.unwrap();
    let answer = String::from_utf8_lossy(&seen[..count]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_sends_those_who_wait_home() {
    let mut listening = listen("start -> a:job(a) -> end").await;
    let mut waiting = listening.waiting_activation().await;
    listening.stop.take().unwrap().send(()).unwrap();
    let (_, answer) = soon(read(&mut waiting)).await;
    assert_eq!(answer, json!({"jobs": []}));
    soon(&mut listening.serving).await.unwrap().unwrap();
    assert!(TcpStream::connect(listening.address).await.is_err());
}
