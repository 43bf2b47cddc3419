//! Disks that say they failed: after a sync that failed nobody knows what is on disk, so the
//! process must end, and everything it acknowledged must be there whatever the disk kept.
//!
//! Not here: disks that are full (`full`), and losses without a word (`crash`).

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use testkit::Dice;

use crate::crash;
use crate::image::Disk;
use crate::server::{Client, Place};
use crate::tape::{self, Deed};

const PROCESS: &str = "process p\nstart -> a:job(a) -> done:end";
/// Longer than the store waits before it copies its log back.
const QUIET: Duration = Duration::from_millis(2_600);
/// More commands than a fault needs to come up.
const COMMANDS: u32 = 60;

/// What became of a server on a disk with a fault.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// It did not start.
    NeverReady,
    /// It ended by itself, with a failure.
    Stopped,
    /// The fault did not come up.
    WentOn,
}

/// Asks until there is no answer.
async fn ask_until_it_ends(client: &mut Client, with_quiet: bool) {
    for n in 0..COMMANDS {
        let path = "/v2/process-instances";
        let body = json!({ "processDefinitionId": "p", "variables": { "n": n } });
        if client.try_command(path, &body).await.is_none() {
            return;
        }
        if with_quiet && n.is_multiple_of(5) {
            tokio::time::sleep(QUIET).await;
        }
        if with_quiet && n == 10 {
            return;
        }
    }
}

/// Lets a server live with a fault, and examines what any loss would leave.
fn suffers(fault: &str, with_quiet: bool) -> End {
    let place = Place::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let end = runtime.block_on(async {
        let mut running = place.spawn(Some(fault));
        if !place.is_ready(&mut running).await {
            return End::NeverReady;
        }
        let mut client = place.client();
        if client.try_deploy(PROCESS).await {
            ask_until_it_ends(&mut client, with_quiet).await;
        }
        // What fails in the background is noticed at the next pulse.
        tokio::time::sleep(Duration::from_millis(900)).await;
        if running.has_ended() {
            let status = running.ended();
            assert!(!status.success(), "{fault}: the end says that nothing was wrong");
            return End::Stopped;
        }
        running.kill();
        End::WentOn
    });
    let records = tape::read(&place.tape);
    let (mut disk, mut told) = (Disk::default(), BTreeSet::new());
    for record in &records {
        disk.follow(record);
        if let Deed::Told { command } = &record.deed {
            told.insert(command.clone());
        }
    }
    let mut known = crash::Known::new();
    crash::examine_moment(&disk, &told, &mut known, &mut Dice::new(7), fault);
    let kept = known.values().map(BTreeSet::len).min().unwrap_or(0);
    println!("{fault}: {end:?}, {} acknowledged, at least {kept} kept", told.len());
    end
}

#[test]
fn a_log_that_does_not_sync_ends_the_process() {
    for n in 1..=14 {
        assert_ne!(suffers(&format!("sync:segue.db-wal:{n}"), false), End::WentOn);
    }
}

#[test]
fn a_log_that_never_syncs_again_ends_the_process() {
    for n in [3, 6, 9] {
        assert_ne!(suffers(&format!("sync:segue.db-wal:{n}+"), false), End::WentOn);
    }
}

#[test]
fn a_data_file_that_does_not_sync_ends_the_process() {
    // The third sync is that of the first copying back.
    for n in 1..=3 {
        assert_ne!(suffers(&format!("sync:segue.db:{n}"), true), End::WentOn);
    }
}

#[test]
fn a_folder_that_does_not_sync_loses_nothing() {
    // SQLite keeps failures of folders to itself; ours at the end of opening is the last.
    let ends = (1..=24).map(|n| suffers(&format!("sync:data:{n}"), false));
    assert_eq!(ends.into_iter().find(|end| *end == End::NeverReady), Some(End::NeverReady));
}

#[test]
fn views_that_do_not_sync_lose_nothing() {
    for n in 1..=3 {
        suffers(&format!("sync:views.db:{n}"), false);
        suffers(&format!("sync:views.db-wal:{n}"), false);
    }
}

#[test]
fn writes_that_fail_end_the_process() {
    for n in [10, 60, 70, 75, 80, 85] {
        assert_ne!(suffers(&format!("write:segue.db-wal:{n}"), false), End::WentOn, "{n}");
    }
}

#[test]
fn writes_of_views_that_fail_lose_nothing() {
    for n in [1, 20, 75] {
        suffers(&format!("write:views.db-wal:{n}"), false);
    }
}
