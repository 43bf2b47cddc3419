//! The demo's clerk: reviews credit, settles disputes and writes orders off, some time after the
//! task appeared.
//!
//! Not a user interface.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::fate::number_of;
use super::{AGAIN, Town};
use crate::client::Client;
use crate::failure::Failure;

/// How long a task lies on the desk.
const ON_THE_DESK: Duration = Duration::from_secs(6);
/// Tasks looked at in one round.
const ROUND_MAX: u64 = 200;

/// Decides, round by round.
pub(super) async fn decide(town: Arc<Town>) {
    let mut client = town.client();
    let mut desk: BTreeMap<String, Instant> = BTreeMap::new();
    loop {
        if let Err(failure) = one_round(&town, &mut client, &mut desk).await {
            tracing::warn!(%failure, "the demo clerk tries again");
        }
        tokio::time::sleep(AGAIN).await;
    }
}

async fn one_round(
    town: &Town,
    client: &mut Client,
    desk: &mut BTreeMap<String, Instant>,
) -> Result<(), Failure> {
    let filter = json!({ "state": "CREATED" });
    let tasks = client.search("/v2/user-tasks/search", &filter, ROUND_MAX).await?;
    let open: Vec<&str> = tasks.iter().filter_map(|task| task["userTaskKey"].as_str()).collect();
    desk.retain(|key, _| open.contains(&key.as_str()));
    for task in &tasks {
        let Some(key) = task["userTaskKey"].as_str() else { continue };
        let since = *desk.entry(key.to_owned()).or_insert_with(Instant::now);
        if since.elapsed() < ON_THE_DESK {
            continue;
        }
        let variables = match task["elementId"].as_str() {
            Some("Task_ReviewCredit") => {
                let order = order_of(client, task).await?;
                let approved = number_of(&order).is_none_or(|n| town.fates.review(n));
                json!({ "approved": approved })
            }
            Some("Task_DecideSettlement") => {
                let order = order_of(client, task).await?;
                json!({ "creditAmount": number_of(&order).map(|n| town.fates.credit_amount(n)) })
            }
            _ => json!({}),
        };
        let body = json!({ "variables": variables });
        client.post(&format!("/v2/user-tasks/{key}/completion"), &body).await?;
        town.tally.decisions.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

/// The order a task is about.
async fn order_of(client: &mut Client, task: &Value) -> Result<String, Failure> {
    let filter = json!({
        "processInstanceKey": task["processInstanceKey"],
        "name": "orderId",
    });
    let found = client.search("/v2/variables/search", &filter, 1).await?;
    let value = found.first().and_then(|row| row["value"].as_str()).unwrap_or_default();
    Ok(serde_json::from_str(value).unwrap_or_default())
}
