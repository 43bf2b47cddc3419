//! The binary as a server that can be killed and started again on its folder and port.
//!
//! Not what is asked of it.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::http::{Connection, Request};

/// How long a start or an end may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where the server lives.
pub(crate) struct Server {
    folder: PathBuf,
    pub(crate) authority: String,
}

/// One life of it.
pub(crate) struct Running {
    process: Child,
}

impl Server {
    /// A server with its data below `folder`, on a port that is free now.
    pub(crate) fn in_folder(folder: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|it| it.local_addr())
            .expect("a free port")
            .port();
        Server { folder: folder.to_owned(), authority: format!("127.0.0.1:{port}") }
    }

    fn binary(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_segue"));
        command.current_dir(&self.folder).env("SEGUE_LOG", "warn");
        for name in ["SEGUE_DATA", "SEGUE_HTTP", "SEGUE_GRPC", "SEGUE_TIME_ZONE"] {
            command.env_remove(name);
        }
        command
    }

    /// Starts it and waits until it takes commands.
    pub(crate) async fn start(&self) -> Running {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("log"))
            .expect("the log can be opened");
        let process = self
            .binary()
            .args(["serve", "--data", "data", "--grpc", "off", "--http", &self.authority])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the binary starts");
        let mut running = Running { process };
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut connection = Connection::to(&self.authority);
            match connection.send(Request::get("/health/ready")).await {
                Ok(answer) if answer.status == 200 => return running,
                _ => {}
            }
            let ended = running.process.try_wait().expect("a child of ours");
            let is_late = Instant::now() > deadline;
            assert!(ended.is_none() && !is_late, "no server ({ended:?}); log:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// Runs a verb on the data folder, which must succeed.
    pub(crate) fn run(&self, verb: &str) {
        self.run_words(&[verb]);
    }

    /// The same for a verb of several words.
    pub(crate) fn run_words(&self, words: &[&str]) {
        let output =
            self.binary().args(words).args(["--data", "data"]).output().expect("the binary starts");
        let printed = String::from_utf8_lossy(&output.stdout);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {printed}\n{said}\nlog:\n{}", self.log());
    }
}

impl Running {
    /// SIGKILL: no goodbye, nothing flushed.
    pub(crate) fn kill(mut self) {
        self.process.kill().expect("a child of ours");
        self.process.wait().expect("a child of ours");
    }

    /// SIGTERM, and an end in peace.
    pub(crate) fn stop(mut self) {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().is_ok_and(|it| it.success()));
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.process.try_wait().expect("a child of ours") {
                assert!(status.success(), "SIGTERM: {status}");
                return;
            }
            assert!(Instant::now() < deadline, "the server goes on after SIGTERM");
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
