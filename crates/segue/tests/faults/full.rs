//! A disk that is full at any moment: commands are refused in plain words, nothing acknowledged is
//! lost, timers wait, and all goes on by itself when there is room.
//!
//! Not here: a file system that is really full (`mounted`).

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::Dice;

use crate::examine::examine;
use crate::scenario::{begin, complete};
use crate::server::{Client, Place};
use crate::tape::{self, Deed};

const PROCESS: &str = "process p\nstart -> a:job(a) -> pause:timer(PT0.4S) -> b:job(b) -> done:end";
/// Longer than views wait to be written.
const PAUSE: Duration = Duration::from_millis(700);
/// How long recovery may take.
const PATIENCE: Duration = Duration::from_secs(30);

fn fill(place: &Place) {
    std::fs::write(&place.full, "").unwrap();
}

fn clear(place: &Place) {
    std::fs::remove_file(&place.full).unwrap();
}

async fn start(client: &mut Client) -> (u16, Value) {
    let body = json!({ "processDefinitionId": "p", "variables": { "n": 1 } });
    client.try_command("/v2/process-instances", &body).await.expect("the server answers")
}

/// Starts until one is taken.
pub(crate) async fn wait_for_recovery(client: &mut Client) -> Duration {
    let since = Instant::now();
    loop {
        let (status, answer) = start(client).await;
        if status == 200 {
            return since.elapsed();
        }
        assert_eq!(status, 503, "{answer}");
        assert!(since.elapsed() < PATIENCE, "it does not recover: {answer}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Everything that was acknowledged is in the folder, and the folder makes sense.
pub(crate) fn check_folder(place: &Place, data: &std::path::Path) {
    let found = examine(data).unwrap();
    let told: BTreeSet<String> = tape::read(&place.tape)
        .into_iter()
        .filter_map(|record| match record.deed {
            Deed::Told { command } => Some(command),
            _ => None,
        })
        .collect();
    let lost: Vec<_> = told.difference(&found).collect();
    assert!(lost.is_empty() && told.len() > 5, "{} acknowledged, lost: {lost:?}", told.len());
}

fn run(life: impl AsyncFnOnce(&Place)) {
    let place = Place::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(life(&place));
    check_folder(&place, &place.folder.join("data"));
}

#[test]
fn a_full_disk_refuses_in_plain_words_and_recovers_by_itself() {
    run(async |place| {
        let server = place.start().await;
        let mut client = place.client();
        client.deploy(PROCESS).await;
        begin(&mut client, 6).await;
        complete(&mut client, "a", 3).await;
        // Rows of what was acknowledged are written, or questions about them had no answer.
        tokio::time::sleep(PAUSE).await;
        fill(place);
        let (status, answer) = start(&mut client).await;
        assert_eq!(status, 503, "{answer}");
        assert!(answer.to_string().contains("disk"), "{answer}");
        // The timers are due now, and cannot be written.
        tokio::time::sleep(Duration::from_millis(700)).await;
        for path in ["GET /health/live", "GET /health/ready", "GET /metrics", "GET /v2/topology"] {
            let (status, _) = client.ask(path, Value::Null).await.expect("the server answers");
            assert_eq!(status, 200, "{path}");
        }
        for path in ["/v2/process-definitions/search", "/v2/process-instances/search"] {
            let (status, answer) = client.ask(path, json!({})).await.expect("the server answers");
            assert_eq!(status, 200, "{path}: {answer}");
        }
        clear(place);
        wait_for_recovery(&mut client).await;
        complete(&mut client, "b", 3).await;
        complete(&mut client, "a", 3).await;
        server.stop();
    });
}

#[test]
fn a_question_is_never_answered_with_less_than_was_acknowledged() {
    run(async |place| {
        let server = place.start().await;
        let mut client = place.client();
        client.deploy(PROCESS).await;
        for wanted in 5..10 {
            while start(&mut client).await.0 != 200 {}
            let count = begin(&mut client, 4).await.len();
            fill(place);
            let path = "/v2/process-instances/search";
            let (status, answer) = client.ask(path, json!({})).await.expect("the server answers");
            let found = answer["page"]["totalItems"].as_u64();
            let all = (wanted - 4) * (count as u64 + 1);
            assert!(status == 503 || found == Some(all), "{status}: {found:?} of {all}");
            clear(place);
        }
        server.kill();
    });
}

#[test]
fn a_disk_that_is_full_again_and_again_loses_nothing() {
    run(async |place| {
        let server = place.start().await;
        let mut client = place.client();
        client.deploy(PROCESS).await;
        let mut dice = Dice::new(11);
        for _ in 0..25 {
            for _ in 0..dice.below(5) {
                start(&mut client).await;
            }
            fill(place);
            for _ in 0..dice.below(3) {
                start(&mut client).await;
                tokio::time::sleep(Duration::from_millis(dice.below(40) as u64)).await;
            }
            clear(place);
            wait_for_recovery(&mut client).await;
        }
        server.kill();
    });
}

#[test]
fn a_write_that_is_cut_short_is_as_if_it_never_was() {
    for n in [70, 71, 72, 73, 75, 78, 81, 84, 90] {
        run(async |place| {
            let fault = format!("short:segue.db-wal:{n}");
            let mut server = place.spawn(Some(&fault));
            if !place.is_ready(&mut server).await {
                // No room while it starts: it says so and ends; the next start has room.
                assert!(place.log().contains("full"), "{}", place.log());
                server = place.start().await;
            }
            let mut client = place.client();
            while !client.try_deploy(PROCESS).await {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            for _ in 0..8 {
                wait_for_recovery(&mut client).await;
            }
            server.kill();
        });
    }
}
