//! A line about the demo every few seconds.
//!
//! Not the server's metrics; those are at `/metrics`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::Town;
use crate::client::Client;
use crate::failure::Failure;
use crate::terminal;

/// What people did since the start.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) orders: AtomicU64,
    pub(super) payments: AtomicU64,
    pub(super) disputes: AtomicU64,
    pub(super) jobs: AtomicU64,
    pub(super) decisions: AtomicU64,
}

/// Tells how things stand, again and again.
pub(super) async fn tell(town: Arc<Town>, pause: Duration) {
    let mut client = town.client();
    loop {
        tokio::time::sleep(pause).await;
        match line(&town, &mut client).await {
            Ok(line) => terminal::line(line),
            Err(failure) => tracing::warn!(%failure, "no statistics this time"),
        }
    }
}

async fn line(town: &Town, client: &mut Client) -> Result<String, Failure> {
    let ended = "/v2/element-instances/search";
    let active = count(
        client,
        "/v2/process-instances/search",
        json!({ "processDefinitionId": "order-to-cash", "state": "ACTIVE" }),
    );
    let active = active.await?;
    let paid = count(client, ended, json!({ "elementId": "End_OrderPaid" })).await?;
    let rejected = count(client, ended, json!({ "elementId": "End_OrderRejected" })).await?;
    let written_off = count(client, ended, json!({ "elementId": "End_WrittenOff" })).await?;
    let open = json!({ "state": "ACTIVE" });
    let incidents = count(client, "/v2/incidents/search", open).await?;
    let of = |figure: &AtomicU64| figure.load(Ordering::Relaxed);
    let tally = &town.tally;
    Ok(format!(
        "{} orders, {} jobs, {} payments, {} disputes, {} decisions; in all: {active} under way, {paid} \
         paid, {rejected} rejected, {written_off} written off, {incidents} incidents",
        of(&tally.orders),
        of(&tally.jobs),
        of(&tally.payments),
        of(&tally.disputes),
        of(&tally.decisions),
    ))
}

async fn count(client: &mut Client, path: &str, filter: Value) -> Result<u64, Failure> {
    let body = json!({ "filter": filter, "page": { "limit": 1 } });
    let answer = client.post(path, &body).await?;
    Ok(answer["page"]["totalItems"].as_u64().unwrap_or(0))
}
