//! The real binary as a server, and the real binary as its client.
//!
//! Not the API (`api` tests it), and not kills (`kill`).

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

const PROCESS: &str = "process order\n\
    start -> charge:job(charge) -> paid:receive(paid, = order) -> look:user -> done:end";

/// A server on a free port; killed when dropped.
struct Server {
    process: Child,
    folder: tempfile::TempDir,
    address: String,
}

fn binary(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_segue"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SEGUE_")) {
        command.env_remove(name);
    }
    command.env("SEGUE_LOG", "warn").current_dir(folder);
    command
}

impl Server {
    fn start() -> Self {
        Self::start_in(tempfile::tempdir().expect("a folder"), &[])
    }

    fn start_in(folder: tempfile::TempDir, options: &[&str]) -> Self {
        let errors = std::fs::File::create(folder.path().join("stderr.txt")).expect("a file");
        let mut process = binary(folder.path())
            .args(["serve", "--json", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0"])
            .args(options)
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .expect("the binary starts");
        let output = process.stdout.take().expect("standard output is piped");
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).expect("the server says where it listens");
        let said: Value = serde_json::from_str(&line).expect("it says so in JSON");
        let address = said["http"].as_str().expect("an address").to_owned();
        Server { process, folder, address }
    }

    /// What it said on standard error, logs among it.
    fn said(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("stderr.txt")).expect("a file")
    }

    /// Kills it; its folder.
    fn kill(mut self) -> tempfile::TempDir {
        drop(self.process.kill());
        drop(self.process.wait());
        std::mem::replace(&mut self.folder, tempfile::tempdir().expect("a folder"))
    }

    fn verb(&self, words: &[&str]) -> Output {
        let mut command = binary(self.folder.path());
        command.env("SEGUE_ADDRESS", &self.address).args(words);
        command.output().expect("the binary starts")
    }

    /// What a verb printed; it must succeed.
    fn done(&self, words: &[&str]) -> String {
        let output = self.verb(words);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{words:?}: {said}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn json(&self, words: &[&str]) -> Value {
        let printed = self.done(words);
        serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{words:?}: {error}"))
    }

    fn deploy(&self, short: &str) {
        let xml = model::short::to_bpmn(short).expect("a well-formed process");
        std::fs::write(self.folder.path().join("a.bpmn"), xml).expect("a file");
        self.done(&["deploy", "a.bpmn"]);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

#[test]
fn an_order_goes_through_by_verbs_alone() {
    let server = Server::start();
    server.deploy(PROCESS);
    let instance = server.done(&["start", "order", "--variables", "{\"order\": \"A-1\"}"]);
    let work = ["jobs", "work", "charge", "--max", "1", "--exec", "echo '{\"receipt\": 7}'"];
    assert!(server.done(&work).contains("completion"));
    server.done(&["message", "paid", "--key", "A-1", "--ttl", "60"]);
    let tasks = server.json(&["task", "list", "--json"]);
    let task = tasks[0]["userTaskKey"].as_str().expect("a task is open");
    server.done(&["task", "complete", task, "--variables", "{\"seen\": true}"]);
    let shown = server.json(&["show", &instance, "--json"]);
    assert_eq!(shown["instance"]["state"], "COMPLETED", "{shown}");
    let names: Vec<&str> = shown["variables"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|variable| variable["name"].as_str())
        .collect();
    assert!(["order", "receipt", "seen"].iter().all(|name| names.contains(name)), "{names:?}");
    assert_eq!(server.json(&["ps", "--json"]), serde_json::json!([]));
    let ended = server.done(&["ps", "--all"]);
    assert!(ended.contains(&instance) && ended.contains("COMPLETED"), "{ended}");
}

#[test]
fn a_failed_job_is_an_incident_that_can_be_resolved() {
    let server = Server::start();
    server.deploy("process order\nstart -> charge:job(charge) retries=1 -> done:end");
    server.done(&["start", "order"]);
    server.done(&["jobs", "work", "charge", "--max", "1", "--exec", "echo no money >&2; exit 1"]);
    let incidents = server.json(&["incident", "list", "--json"]);
    assert_eq!(incidents[0]["errorMessage"], "no money", "{incidents}");
    let incident = incidents[0]["incidentKey"].as_str().expect("an incident has a key");
    server.done(&["incident", "resolve", incident]);
    server.done(&["jobs", "work", "charge", "--max", "1", "--exec", "true"]);
    assert_eq!(server.json(&["ps", "--json"]), serde_json::json!([]));
}

#[test]
fn a_start_can_wait_for_the_end() {
    let server = Server::start();
    server.deploy("process double\nstart -> twice:script(= n * 2, twice) -> done:end");
    let words = ["start", "double", "--await", "--variables", "{\"n\": 21}"];
    assert_eq!(server.json(&words), serde_json::json!({ "n": 21, "twice": 42 }));
}

#[test]
fn a_file_that_cannot_run_is_refused_with_reasons() {
    let server = Server::start();
    let xml = model::short::to_bpmn("start -> buy:message-throw(bought) -> end").unwrap();
    std::fs::write(server.folder.path().join("bad.bpmn"), xml).unwrap();
    let output = server.verb(&["deploy", "bad.bpmn"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("400"), "{said}");
}

#[test]
fn a_second_server_on_the_same_folder_says_whose_it_is() {
    let server = Server::start();
    let output = server.verb(&["serve", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("another Segue process holds it"), "{said}");
}

#[test]
fn sigterm_is_an_end_in_peace_after_which_everything_holds() {
    let mut server = Server::start();
    server.deploy("process order\nstart -> charge:job(charge) -> done:end");
    let instance = server.done(&["start", "order"]);
    let pid = server.process.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert_eq!(server.process.wait().unwrap().code(), Some(0));
    let doctor = server.done(&["doctor", "--data", "data"]);
    assert_eq!(doctor, "nothing found");
    let audit = server.json(&["audit", "verify", "--data", "data", "--json"]);
    assert_eq!(audit["holds"], true, "{audit}");
    assert!(audit["records"].as_u64() >= Some(2), "{audit}");
    assert!(!instance.is_empty());
}

#[test]
fn a_server_that_asks_makes_an_administrator_once_and_tells_the_password_once() {
    let server =
        Server::start_in(tempfile::tempdir().expect("a folder"), &["--authentication", "local"]);
    let said = server.said();
    let told: Vec<&str> =
        said.lines().filter(|line| line.contains("first administrator")).collect();
    let [line] = told[..] else { panic!("{said}") };
    let password = line.split('`').nth(3).expect("a password in backquotes");
    assert_eq!(password.len(), 43, "256 bits: {line}");
    let ask = |server: &Server, name: &str, password: &str| {
        let mut command = binary(server.folder.path());
        command.env("SEGUE_ADDRESS", &server.address).args(["ps", "--json"]);
        command.env("SEGUE_USERNAME", name).env("SEGUE_PASSWORD", password);
        command.output().expect("the binary starts")
    };
    let stranger = server.verb(&["ps", "--json"]);
    assert_eq!(stranger.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&stranger.stderr).contains("Expected credentials"));
    assert_eq!(ask(&server, "admin", password).status.code(), Some(0));
    assert_eq!(ask(&server, "admin", "password").status.code(), Some(1));
    let server = Server::start_in(server.kill(), &["--authentication", "local"]);
    assert!(!server.said().contains("administrator"), "{}", server.said());
    assert_eq!(ask(&server, "admin", password).status.code(), Some(0), "it survives a kill");
}

#[test]
fn many_instances_are_changed_at_once_and_one_is_repaired() {
    let server = Server::start();
    server.deploy(PROCESS);
    let start = ["start", "order", "--variables", "{\"order\": \"A-1\"}"];
    let started: Vec<String> = (0..3).map(|_| server.done(&start)).collect();
    let key = |place: usize| started[place].as_str();
    let counted = server.json(&[
        "batch",
        "begin",
        "set",
        "--process",
        "order",
        "--variables",
        "{\"x\": 1}",
        "--dry-run",
        "--json",
    ]);
    assert_eq!(counted["totalCount"], 3, "{counted}");
    let done = server.json(&[
        "batch",
        "begin",
        "set",
        "--process",
        "order",
        "--variables",
        "{\"x\": 1}",
        "--wait",
        "--json",
    ]);
    assert_eq!(done["operationsCompletedCount"], 3, "{done}");
    let batch = done["batchOperationKey"].as_str().expect("a key");
    assert_eq!(server.json(&["batch", "items", batch, "--json"]).as_array().map(Vec::len), Some(3));
    assert!(server.done(&["batch", "list"]).contains("UPDATE_VARIABLE"));

    let edited = server.json(&["instance", "set", key(0), "{\"x\": 2}", "--json"]);
    assert_eq!(edited["changes"][0]["before"], "1", "{edited}");
    server.done(&["suspend", "--instance", key(1)]);
    // One stands still already: that item is refused, and the exit code says so.
    let words = ["batch", "begin", "suspend", "--instances", &[key(0), key(1)].join(","), "--wait"];
    assert_eq!(server.verb(&words).status.code(), Some(1));
    server.done(&["batch", "begin", "resume", "--process", "order", "--wait"]);
    server.done(&["suspend", "--job-type", "charge"]);
    assert!(server.done(&["suspend"]).contains("jobs of charge"));
    server.done(&["resume", "--job-type", "charge"]);
    let seen = server.done(&["instance", "restart", key(2), "--at", "look", "--dry-run"]);
    assert!(seen.contains("JOB_CANCELLED"), "{seen}");
    server.done(&["instance", "restart", key(2), "--at", "look"]);
    assert!(server.done(&["task", "list"]).contains(key(2)));
    let said = server.done(&["instance", "cancel", key(2), "--compensate"]);
    assert!(said.contains("the last first"), "{said}");
    server.done(&["batch", "begin", "cancel", "--process", "order", "--wait"]);
    assert_eq!(server.json(&["ps", "--json"]).as_array().map(Vec::len), Some(0));
    assert_eq!(server.verb(&["batch", "begin", "cancel"]).status.code(), Some(2));
}

#[test]
fn a_batch_operation_survives_a_kill() {
    let server = Server::start();
    let parts = "process parts\n\
        start -> all:call(part) each(= for i in 1..400 return i, item) propagate=no -> done:end";
    let part = "process part\nstart -> work:job(work) -> done:end";
    for (name, process) in [("parts.bpmn", parts), ("part.bpmn", part)] {
        let bpmn = model::short::to_bpmn(process).expect("the notation is right");
        std::fs::write(server.folder.path().join(name), bpmn).expect("a file");
    }
    server.done(&["deploy", "part.bpmn", "parts.bpmn"]);
    server.done(&["start", "parts"]);
    let words = ["ps", "--process", "part", "--limit", "1000", "--json"];
    while server.json(&words).as_array().map(Vec::len) != Some(400) {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let begun = server.json(&["batch", "begin", "suspend", "--process", "part", "--json"]);
    let batch = begun["batchOperationKey"].as_str().expect("a key").to_owned();
    let server = Server::start_in(server.kill(), &[]);
    let done = server.json(&["batch", "show", &batch, "--wait", "--json"]);
    assert_eq!(done["operationsCompletedCount"], 400, "{done}");
    assert_eq!(done["operationsFailedCount"], 0, "{done}");
    let folder = server.kill();
    let output = binary(folder.path()).args(["doctor", "--data", "data"]).output();
    let output = output.expect("the binary starts");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
}
