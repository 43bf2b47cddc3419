//! A server of our own for one measurement: free port, temporary data folder.
//!
//! Not a stranger's server; those are named by `--address`.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::machine;
use crate::failure::Failure;

/// How long the server may take to end after SIGTERM.
const STOP_MAX: Duration = Duration::from_secs(30);

/// A running server; killed when dropped.
#[derive(Debug)]
pub(super) struct Child {
    process: std::process::Child,
    folder: TempDir,
    /// `host:port`.
    pub(super) authority: String,
}

impl Child {
    /// Starts `segue serve` of this same binary and waits until it says where it listens.
    pub(super) fn start() -> Result<Self, Failure> {
        let folder = tempfile::tempdir().map_err(Failure::work)?;
        let (process, authority) = serve(&folder)?;
        Ok(Child { process, folder, authority })
    }

    /// Its process id.
    pub(super) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Ends it in peace and says how many bytes its data folder has then.
    pub(super) fn stop(mut self) -> Result<u64, Failure> {
        self.pause()?;
        Ok(machine::folder_bytes(&self.folder.path().join("data")))
    }

    /// Ends it in peace; its data stays.
    pub(super) fn pause(&mut self) -> Result<(), Failure> {
        let pid = self.process.id().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status();
        told.map_err(|error| Failure::work(format!("Expected `kill` to run: {error}")))?;
        let deadline = Instant::now() + STOP_MAX;
        while self.process.try_wait().map_err(Failure::work)?.is_none() {
            if Instant::now() > deadline {
                return Err(Failure::work("Expected the server to end, but it goes on."));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// Starts it again over its data; says how long it took until it listened.
    pub(super) fn resume(&mut self) -> Result<Duration, Failure> {
        let begun = Instant::now();
        (self.process, self.authority) = serve(&self.folder)?;
        Ok(begun.elapsed())
    }
}

/// A server over a folder, and where it listens.
fn serve(folder: &TempDir) -> Result<(std::process::Child, String), Failure> {
    let binary = std::env::current_exe().map_err(Failure::work)?;
    let mut process = Command::new(binary)
        .args(["serve", "--json", "--http", "127.0.0.1:0", "--grpc", "off", "--data"])
        .arg(folder.path().join("data"))
        .env("SEGUE_LOG", std::env::var("SEGUE_LOG").unwrap_or_else(|_| "warn".into()))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| Failure::work(format!("Expected a server to start: {error}")))?;
    let output = process.stdout.take().expect("standard output is piped");
    let mut said = String::new();
    let read = BufReader::new(output).read_line(&mut said);
    let url = read.ok().and_then(|_| {
        let ready: Value = serde_json::from_str(&said).ok()?;
        ready["http"].as_str()?.strip_prefix("http://").map(str::to_owned)
    });
    if let Some(authority) = url {
        return Ok((process, authority));
    }
    drop(process.kill());
    drop(process.wait());
    Err(Failure::work(format!("Expected the server to say where it listens, but found `{said}`")))
}

impl Drop for Child {
    fn drop(&mut self) {
        // It has ended already, or its folder goes away under it: no answer is of interest.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
