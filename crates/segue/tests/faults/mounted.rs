//! A small file system of its own that is really full: what is refused at which level, that
//! reads, health and cancelling answer, and that work is taken again when there is room.
//!
//! Not here: refusals at any moment (`full`). Needs the right to mount; without it the test says
//! so and does nothing.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::full::{check_folder, wait_for_recovery};
use crate::scenario::{begin, complete, take};
use crate::server::{Client, Place};

const PROCESS: &str = "process p\nstart -> a:job(a) -> done:end";
const MIB: u64 = 1024 * 1024;
/// Longer than the server needs to measure its disk again.
const PATIENCE: Duration = Duration::from_secs(10);

/// A file system in a file.
struct Mounted {
    image: PathBuf,
    at: PathBuf,
}

fn done(program: &str, arguments: &[&str]) -> bool {
    let run = Command::new(program).args(arguments).output();
    match run {
        Ok(output) if output.status.success() => true,
        Ok(output) => {
            eprintln!("{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
            false
        }
        Err(error) => {
            eprintln!("{program}: {error}");
            false
        }
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of ours is text")
}

impl Mounted {
    /// Mounts a new file system of so many bytes, if we may.
    fn new(image: PathBuf, at: PathBuf, bytes: u64) -> Option<Self> {
        std::fs::File::create(&image).unwrap().set_len(bytes).unwrap();
        std::fs::create_dir_all(&at).unwrap();
        let made = done("mkfs.ext4", &["-q", "-F", "-m", "0", text(&image)])
            && done("mount", &["-o", "loop", text(&image), text(&at)]);
        made.then_some(Mounted { image, at })
    }

    fn free_bytes(&self) -> u64 {
        let said = Command::new("stat").args(["-f", "-c", "%a %S", text(&self.at)]).output();
        let said = String::from_utf8(said.unwrap().stdout).unwrap();
        let (blocks, size) = said.trim().split_once(' ').unwrap();
        blocks.parse::<u64>().unwrap() * size.parse::<u64>().unwrap()
    }

    /// Takes up room until so much is left.
    fn leave(&self, bytes: u64) {
        let ballast = self.at.join("ballast");
        drop(std::fs::remove_file(&ballast));
        let free = self.free_bytes();
        // The file's own tables need room too.
        let taken = (free - bytes.max(2 * MIB)).to_string();
        assert!(done("fallocate", &["-l", &taken, text(&ballast)]));
        if bytes == 0 {
            // What the file system kept back for its own tables goes in small pieces.
            let crumb = self.at.join("crumbs");
            drop(std::fs::write(crumb, vec![0; 4 * MIB as usize]));
        }
    }

    fn give_back(&self) {
        drop(std::fs::remove_file(self.at.join("crumbs")));
        std::fs::remove_file(self.at.join("ballast")).unwrap();
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        if !done("umount", &[text(&self.at)]) {
            done("umount", &["-l", text(&self.at)]);
        }
        drop(std::fs::remove_file(&self.image));
    }
}

async fn start(client: &mut Client) -> u16 {
    let body = json!({ "processDefinitionId": "p" });
    client.try_command("/v2/process-instances", &body).await.expect("the server answers").0
}

async fn cancel(client: &mut Client, instance: &str) -> (u16, Value) {
    let path = format!("/v2/process-instances/{instance}/cancellation");
    client.try_command(&path, &json!({})).await.expect("the server answers")
}

async fn finish(client: &mut Client, job: &str) -> u16 {
    let path = format!("/v2/jobs/{job}/completion");
    client.try_command(&path, &json!({})).await.expect("the server answers").0
}

/// Starts until they are refused.
async fn until_refused(client: &mut Client) {
    let since = Instant::now();
    while start(client).await != 503 {
        assert!(since.elapsed() < PATIENCE, "starts are not refused");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Reads and health, whatever the disk.
async fn answers(client: &mut Client) {
    for path in ["GET /health/live", "GET /health/ready", "GET /metrics", "GET /v2/topology"] {
        assert_eq!(client.ask(path, Value::Null).await.expect("an answer").0, 200, "{path}");
    }
    for path in ["/v2/process-instances/search", "/v2/jobs/search", "/v2/incidents/search"] {
        let (status, answer) = client.ask(path, json!({})).await.expect("an answer");
        assert_eq!(status, 200, "{path}: {answer}");
    }
}

#[test]
fn a_file_system_that_is_really_full() {
    let place = Place::new();
    let image = place.full.with_file_name("image");
    let Some(disk) = Mounted::new(image, place.folder.clone(), 1_600 * MIB) else {
        eprintln!("SKIPPED: expected the right to mount a file system (root), but had none");
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(live(&place, &disk));
    check_folder(&place, &place.folder.join("data"));
}

async fn live(place: &Place, disk: &Mounted) {
    let server = place.start_plainly().await;
    let mut client = place.client();
    client.deploy(PROCESS).await;
    let instances = begin(&mut client, 30).await;
    let jobs = take(&mut client, "a", 3).await;
    // Below 1 GiB nothing new, but work goes on.
    disk.leave(600 * MIB);
    until_refused(&mut client).await;
    assert_eq!(finish(&mut client, &jobs[0]).await, 204);
    answers(&mut client).await;
    // Below 256 MiB only cancelling.
    disk.leave(100 * MIB);
    let since = Instant::now();
    while finish_is_looked_at(&mut client, &jobs[1]).await {
        assert!(since.elapsed() < PATIENCE, "completions are not refused");
    }
    assert_eq!(cancel(&mut client, &instances[10]).await.0, 204);
    answers(&mut client).await;
    // Nothing at all: the room that was kept is used for cancelling.
    disk.leave(0);
    let mut cancelled = 0;
    for instance in &instances[11..25] {
        let (status, answer) = cancel(&mut client, instance).await;
        assert!(matches!(status, 204 | 503), "{status} {answer}");
        cancelled += u32::from(status == 204);
        answers(&mut client).await;
    }
    assert!(cancelled >= 10, "only {cancelled} of 14 were cancelled on a full disk");
    disk.give_back();
    let took = wait_for_recovery(&mut client).await;
    println!("cancelled {cancelled} of 14 on a full disk; took work again after {took:?}");
    complete(&mut client, "a", 5).await;
    // From plenty to nothing at once, under load.
    disk.leave(0);
    until_refused(&mut client).await;
    answers(&mut client).await;
    disk.give_back();
    wait_for_recovery(&mut client).await;
    server.stop();
}

/// Whether a completion is looked at, be it a second one.
async fn finish_is_looked_at(client: &mut Client, job: &str) -> bool {
    let status = finish(client, job).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    status != 503
}
