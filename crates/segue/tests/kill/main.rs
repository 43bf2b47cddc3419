//! Kills the real binary again and again under load: nothing acknowledged is lost, nothing is done
//! twice.
//!
//! Not a simulation; faults of the disk and of the network between nodes are the simulator's.

#[path = "../../src/http.rs"]
mod http;
#[path = "../../src/limits.rs"]
#[expect(dead_code, reason = "the client's limits, and others")]
mod limits;

mod ledger;
mod load;
mod server;

use std::sync::Arc;
use std::time::Duration;

use ledger::Ledger;
use server::Server;

/// Kills, unless `SEGUE_KILLS` says otherwise.
const KILLS: u32 = 100;

fn kills() -> u32 {
    std::env::var("SEGUE_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(KILLS)
}

#[test]
fn a_hundred_kills_lose_nothing_and_repeat_nothing() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let server = Server::in_folder(folder.path());
    let ledger = runtime.block_on(torment(&server, kills()));
    println!("{} kills: {}", kills(), ledger.summary());
    server.run("doctor");
    server.run_words(&["audit", "verify"]);
}

async fn torment(server: &Server, kills: u32) -> Arc<Ledger> {
    let ledger = Arc::new(Ledger::default());
    let mut running = server.start().await;
    load::deploy(&server.authority).await;
    let clients = load::clients(&server.authority, &ledger);
    for kill in 0..kills {
        // From right after the start to well under way, without a clock in common with anything.
        let pause = u64::from(kill) * 37 % 250 + 20;
        tokio::time::sleep(Duration::from_millis(pause)).await;
        running.kill();
        running = server.start().await;
        ledger.check_recent(&server.authority, kill).await;
    }
    ledger.stop_beginning();
    for client in clients.beginners {
        client.await.expect("a client was answered as it must be");
    }
    ledger.wait_until_nothing_is_under_way(&server.authority).await;
    for worker in clients.workers {
        worker.abort();
        let ended = worker.await;
        assert!(!ended.is_err_and(|error| error.is_panic()), "a worker was answered wrongly");
    }
    ledger.check_all(&server.authority, kills).await;
    running.stop();
    ledger
}
