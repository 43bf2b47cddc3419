//! Kills the real binary while it makes backups, puts them back and erases history: whatever is
//! left is whole.
//!
//! Not the load of `kill`; here the copies and the folder are what must survive.

#[path = "../../src/http.rs"]
#[expect(dead_code, reason = "a part of the client")]
mod http;
#[path = "../../src/limits.rs"]
#[expect(dead_code, reason = "the client's limits, and others")]
mod limits;
#[path = "../kill/server.rs"]
#[expect(dead_code, reason = "verbs are run here as they must be")]
mod server;

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use http::{Connection, Request};
use server::Server;

/// Kills of each kind, unless `SEGUE_KILLS` says otherwise.
const KILLS: u64 = 8;

fn kills() -> u64 {
    std::env::var("SEGUE_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(KILLS)
}

fn segue(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_segue"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SEGUE_")) {
        command.env_remove(name);
    }
    command.current_dir(folder).args(words).stdin(Stdio::null());
    command
}

fn output(folder: &Path, words: &[&str]) -> Output {
    segue(folder, words).output().expect("the binary starts")
}

fn must(folder: &Path, words: &[&str]) -> String {
    let output = output(folder, words);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Starts a verb and kills it after a while, unless it is done before.
fn cut_off(folder: &Path, words: &[&str], after_ms: u64) {
    let silent = |command: &mut Command| -> Child {
        let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
        quiet.spawn().expect("the binary starts")
    };
    let mut child = silent(&mut segue(folder, words));
    std::thread::sleep(Duration::from_millis(after_ms));
    drop(child.kill());
    drop(child.wait());
}

async fn send(connection: &mut Connection, method: &'static str, path: &str, body: &str) -> u16 {
    let request = Request { method, ..Request::post(path, body.as_bytes()) };
    connection.send(request).await.map_or(0, |answer| answer.status)
}

/// Starts instances until told to stop; a server that is away is asked again.
async fn start_instances(authority: String, stop: Arc<AtomicBool>, started: Arc<AtomicU64>) {
    let mut connection = Connection::to(&authority);
    let body = r#"{"processDefinitionId":"process","variables":{"text":"of some length"}}"#;
    while !stop.load(Ordering::Relaxed) {
        if send(&mut connection, "POST", "/v2/process-instances", body).await == 200 {
            started.fetch_add(1, Ordering::Relaxed);
        } else {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

async fn purge_at_once(server: &Server) {
    let path = "/api/v1/retention/processes/process";
    let mut connection = Connection::to(&server.authority);
    let status = send(&mut connection, "PUT", path, r#"{"timeToLive":"PT0S"}"#).await;
    assert_eq!(status, 204);
}

#[test]
fn whatever_is_cut_off_leaves_what_is_whole() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path();
    let server = Server::in_folder(folder);
    let (stop, started) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let mut running = runtime.block_on(server.start());
    let bpmn = model::short::to_bpmn("start -> end").unwrap();
    std::fs::write(folder.join("p.bpmn"), bpmn).unwrap();
    let address = format!("http://{}", server.authority);
    must(folder, &["deploy", "p.bpmn", "--address", &address]);
    let load = runtime.spawn(start_instances(
        server.authority.clone(),
        Arc::clone(&stop),
        Arc::clone(&started),
    ));
    for kill in 0..kills() {
        let to = format!("backup-{kill}");
        cut_off(folder, &["backup", "--to", &to], kill * 13 % 60 + 3);
        if folder.join(&to).exists() {
            must(folder, &["backup", "verify", "--from", &to]);
        }
        // The purge is woken by a change, and cut off with the server a moment later.
        runtime.block_on(purge_at_once(&server));
        std::thread::sleep(Duration::from_millis(kill * 29 % 120));
        running.kill();
        must(folder, &["audit", "verify"]);
        running = runtime.block_on(server.start());
    }
    must(folder, &["backup", "--to", "last"]);
    stop.store(true, Ordering::Relaxed);
    runtime.block_on(load).unwrap();
    running.stop();
    must(folder, &["doctor"]);
    let verified = must(folder, &["audit", "verify", "--json"]);
    let verified: serde_json::Value = serde_json::from_str(&verified).unwrap();
    assert!(verified["erased"].as_u64() > Some(0), "{verified}");
    println!("{} instances started; {verified}", started.load(Ordering::Relaxed));
    restore_cut_off(folder, &server, &runtime);
}

fn restore_cut_off(folder: &Path, server: &Server, runtime: &tokio::runtime::Runtime) {
    let (whole, new) = (["doctor"], ["restore", "--from", "last", "--data", "new"]);
    for kill in 0..kills() {
        cut_off(folder, &new, kill * 17 % 90 + 3);
        let data = folder.join("new");
        if data.join("segue.db").exists() {
            must(folder, &["audit", "verify", "--data", "new"]);
            must(folder, &["doctor", "--data", "new"]);
        }
        if data.exists() {
            std::fs::remove_dir_all(&data).expect("the folder can be removed");
        }
        // Over a folder that holds something: the old or the new, and both are whole.
        cut_off(folder, &["restore", "--from", "last", "--replace"], kill * 17 % 90 + 3);
        must(folder, &["audit", "verify"]);
        must(folder, &whole);
    }
    must(folder, &["restore", "--from", "last", "--replace"]);
    let running = runtime.block_on(server.start());
    running.stop();
    must(folder, &whole);
    must(folder, &["audit", "verify"]);
}
