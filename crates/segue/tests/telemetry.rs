//! What an OpenTelemetry collector is sent by the real binary.
//!
//! Not the protocol: names stand as plain text in its messages, and that is all that is looked at.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

/// A collector that takes everything; the path and body of each request.
fn collector() -> (String, std::sync::mpsc::Receiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it has an address");
    let (sender, requests) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let sender = sender.clone();
            std::thread::spawn(move || take(&stream, &sender));
        }
    });
    (format!("http://{address}"), requests)
}

fn take(stream: &TcpStream, sender: &Sender<(String, Vec<u8>)>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first).ok()? == 0 {
            return None;
        }
        let path = first.split(' ').nth(1)?.to_owned();
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            if line.trim().is_empty() {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\n\
                      content-length: 0\r\n\r\n";
        (&mut &*stream).write_all(answer.as_bytes()).ok()?;
        sender.send((path, body)).ok()?;
    }
}

fn has(body: &[u8], text: &str) -> bool {
    body.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn an_instance_is_a_trace_and_the_figures_are_metrics() {
    let folder = tempfile::tempdir().expect("a folder");
    let (url, requests) = collector();
    let short = "process order\nstart -> total:script(= amount * 2, total) -> done:end";
    let xml = model::short::to_bpmn(short).expect("a well-formed process");
    std::fs::write(folder.path().join("a.bpmn"), xml).expect("a file");
    let segue = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_segue"));
        command.current_dir(folder.path()).env("SEGUE_LOG", "warn");
        command
    };
    let mut server = segue()
        .args(["serve", "--json", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0", "--otlp", &url])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut line = String::new();
    let output = server.stdout.take().expect("standard output is piped");
    BufReader::new(output).read_line(&mut line).expect("the server says where it listens");
    let said: serde_json::Value = serde_json::from_str(&line).expect("it says so in JSON");
    let address = said["http"].as_str().expect("an address");
    for words in [&["deploy", "a.bpmn"][..], &["start", "order", "--variables", "{\"amount\": 2}"]]
    {
        let done = segue().env("SEGUE_ADDRESS", address).args(words).status();
        assert!(done.expect("the binary starts").success(), "{words:?}");
    }
    // Asked to stop, it sends what is left: both kinds come without waiting for their time.
    let id = server.id().to_string();
    Command::new("kill").args(["-TERM", &id]).status().expect("a signal");
    assert!(server.wait().expect("it ends").success());
    let sent: Vec<_> =
        std::iter::from_fn(|| requests.recv_timeout(Duration::from_secs(1)).ok()).collect();
    let any = |path: &str, text: &str| sent.iter().any(|(to, body)| to == path && has(body, text));
    assert!(any("/v1/traces", "order"), "the instance is a span");
    assert!(any("/v1/traces", "segue.element.id"), "its elements are spans");
    assert!(any("/v1/traces", "SCRIPT_TASK"), "of a type");
    assert!(any("/v1/metrics", "segue_instances_created_total"), "figures are sent");
}
