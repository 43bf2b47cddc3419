//! The binary as a server on a disk that records and fails, and a client that remembers answers.
//!
//! Not here: what is asked (`scenario`), what must be left (`examine`).

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::http::{Answer, Connection, Request};
use crate::tape;

/// How long a start or an end may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A place for a server: its data folder, its port, its tape.
pub(crate) struct Place {
    /// Watched; the server's working folder.
    pub(crate) folder: PathBuf,
    pub(crate) tape: PathBuf,
    /// While this file exists the disk is full.
    pub(crate) full: PathBuf,
    pub(crate) authority: String,
    _room: tempfile::TempDir,
}

/// A running server.
pub(crate) struct Running {
    process: Child,
}

/// Builds the library that stands between a program and its disk.
fn library() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/disk.c");
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("disk.so");
        // Two test programs may build at once: each makes its own file, the last name wins.
        let own = path.with_extension(format!("{}.so", std::process::id()));
        let flags = ["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"];
        let built = Command::new("cc").args(flags).arg(&own).arg(&source).arg("-ldl").status();
        assert!(built.is_ok_and(|it| it.success()), "cc builds {}", source.display());
        std::fs::rename(&own, &path).expect("one file system");
        path
    })
}

impl Place {
    pub(crate) fn new() -> Self {
        let room = tempfile::tempdir().expect("a folder");
        let root = room.path().canonicalize().expect("a folder has a path");
        let folder = root.join("disk");
        std::fs::create_dir(&folder).expect("a folder");
        let (tape, full) = (root.join("tape"), root.join("full"));
        Place { folder, tape, full, authority: free_authority(), _room: room }
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.tape.with_file_name("log")).unwrap_or_default()
    }

    /// Starts the server; `fault` is `call:end of the file's name:n-th call`, with `+` for ever.
    pub(crate) fn spawn(&self, fault: Option<&str>) -> Running {
        let mut command = self.binary();
        command
            .env("LD_PRELOAD", library())
            .env("SEGUE_DISK_FOLDER", &self.folder)
            .env("SEGUE_DISK_TAPE", &self.tape)
            .env("SEGUE_DISK_FULL", &self.full)
            .envs(fault.map(|fault| ("SEGUE_DISK_FAULT", fault)));
        Running { process: command.spawn().expect("the binary starts") }
    }

    /// Starts it on the disk as it is, and waits until it takes commands.
    pub(crate) async fn start_plainly(&self) -> Running {
        let process = self.binary().spawn().expect("the binary starts");
        let mut running = Running { process };
        assert!(self.is_ready(&mut running).await, "no server; log:\n{}", self.log());
        running
    }

    fn binary(&self) -> Command {
        let log = self.tape.with_file_name("log");
        let log = File::options().create(true).append(true).open(log).expect("a log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_segue"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SEGUE_")) {
            command.env_remove(name);
        }
        command
            .env("SEGUE_LOG", "warn")
            .current_dir(&self.folder)
            .args(["serve", "--data", "data", "--grpc", "off", "--http", &self.authority])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        command
    }

    /// Starts it and waits until it takes commands.
    pub(crate) async fn start(&self) -> Running {
        let mut running = self.spawn(None);
        let ready = self.is_ready(&mut running).await;
        assert!(ready, "no server; log:\n{}", self.log());
        running
    }

    /// Waits until it takes commands (true) or has ended (false).
    pub(crate) async fn is_ready(&self, running: &mut Running) -> bool {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut connection = Connection::to(&self.authority);
            match connection.send(Request::get("/health/ready")).await {
                Ok(answer) if answer.status == 200 => return true,
                _ => {}
            }
            if running.process.try_wait().expect("a child of ours").is_some() {
                return false;
            }
            assert!(Instant::now() < deadline, "no server; log:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    pub(crate) fn client(&self) -> Client {
        let tape = File::options().create(true).append(true).open(&self.tape).expect("a tape");
        Client { connection: Connection::to(&self.authority), tape, asked: 0 }
    }
}

/// An address nobody listens on.
pub(crate) fn free_authority() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr());
    format!("127.0.0.1:{}", listener.expect("a free port").port())
}

impl Running {
    /// SIGKILL.
    pub(crate) fn kill(mut self) {
        self.process.kill().expect("a child of ours");
        self.process.wait().expect("a child of ours");
    }

    /// SIGTERM, and an end in peace.
    pub(crate) fn stop(mut self) {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().is_ok_and(|it| it.success()));
        let status = self.ended();
        assert!(status.success(), "SIGTERM: {status}");
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.process.try_wait().expect("a child of ours").is_some()
    }

    /// Waits for an end it comes to by itself.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.process.try_wait().expect("a child of ours") {
                return status;
            }
            assert!(Instant::now() < deadline, "the server goes on");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// A client whose commands have numbers, and who notes on the tape which were answered.
pub(crate) struct Client {
    connection: Connection,
    tape: File,
    asked: u32,
}

impl Client {
    /// A command under a key of its own: its answer's status and body, if there is one.
    pub(crate) async fn try_command(&mut self, path: &str, body: &Value) -> Option<(u16, Value)> {
        self.asked += 1;
        let key = self.key();
        self.send_command(path, &body.to_string(), &key).await
    }

    async fn send_command(&mut self, path: &str, body: &str, key: &str) -> Option<(u16, Value)> {
        let request = Request::post(path, body.as_bytes()).with_key(key);
        let answer = self.connection.send(request).await.ok()?;
        let value = serde_json::from_slice(answer.body).unwrap_or(Value::Null);
        let status = answer.status;
        if (200..300).contains(&status) {
            tape::told(&mut self.tape, key);
        }
        Some((status, value))
    }

    fn key(&self) -> String {
        format!("{}-{}", std::process::id(), self.asked)
    }

    /// A command where nothing is in the way; after a restart it is sent once more.
    pub(crate) async fn command(&mut self, path: &str, body: Value) -> Value {
        self.asked += 1;
        let (key, text) = (self.key(), body.to_string());
        let mut answered = self.send_command(path, &text, &key).await;
        if answered.is_none() {
            answered = self.send_command(path, &text, &key).await;
        }
        let (status, value) = answered.expect("the server answers");
        assert!((200..300).contains(&status), "{path} {body}: {status} {value}");
        value
    }

    /// A question, or a command that needs no record.
    pub(crate) async fn ask(&mut self, path: &str, body: Value) -> Option<(u16, Value)> {
        let body = body.to_string();
        let request = match path.strip_prefix("GET ") {
            Some(path) => Request::get(path),
            None => Request::post(path, body.as_bytes()),
        };
        let mut answer = self.connection.send(request).await.map(known);
        if answer.is_err() {
            answer = self.connection.send(request).await.map(known);
        }
        answer.ok()
    }

    /// Deploys a process in short notation.
    pub(crate) async fn deploy(&mut self, text: &str) {
        assert!(self.try_deploy(text).await, "the process is deployed");
    }

    /// The same where it may not be possible.
    pub(crate) async fn try_deploy(&mut self, text: &str) -> bool {
        let xml = model::short::to_bpmn(text).expect("our process is well-formed");
        let body = format!(
            "--part\r\ncontent-disposition: form-data; name=\"resources\"; \
             filename=\"a.bpmn\"\r\n\r\n{xml}\r\n--part--\r\n"
        );
        self.asked += 1;
        let key = self.key();
        let request = Request {
            method: "POST",
            path: "/v2/deployments",
            content_type: "multipart/form-data; boundary=part",
            key: Some(&key),
            body: body.as_bytes(),
        };
        let answer = self.connection.send(request).await;
        let is_done = answer.is_ok_and(|answer| answer.status == 200);
        if is_done {
            tape::told(&mut self.tape, &key);
        }
        is_done
    }
}

fn known(answer: Answer<'_>) -> (u16, Value) {
    (answer.status, serde_json::from_slice(answer.body).unwrap_or(Value::Null))
}
