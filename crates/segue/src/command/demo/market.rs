//! The demo's customers: they order, and pay at once, late or never.
//!
//! Not what becomes of an order; that is the process's and the fates'.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tokio::time::Instant;

use super::fate::Payment;
use super::{AGAIN, Town};
use crate::client::Client;

/// How long a payment is kept while its order does not wait for it yet, milliseconds.
const PAYMENT_KEPT_MS: u64 = 3_600_000;

/// Sends orders at a steady pace, and payments when they are due.
pub(super) async fn trade(town: Arc<Town>, every: Duration) {
    let mut client = Client::to(&town.authority);
    // Ids of an earlier run in the same data folder must not come again.
    let run = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let mut payments: BTreeMap<(Instant, u64), String> = BTreeMap::new();
    let mut next_order = Instant::now();
    let mut n = 0;
    loop {
        let next_payment = payments.first_key_value().map(|((due, _), _)| *due);
        let next = next_payment.map_or(next_order, |due| due.min(next_order));
        tokio::time::sleep_until(next).await;
        if next == next_order {
            n += 1;
            let order = format!("A-{run}-{n}");
            publish(&mut client, &received(&town, &order, n)).await;
            town.tally.orders.fetch_add(1, Ordering::Relaxed);
            if let Payment::After(time) = town.fates.payment(n) {
                payments.insert((Instant::now() + time, n), order);
            }
            next_order += every;
        } else if let Some((_, order)) = payments.pop_first() {
            publish(&mut client, &paid(&order)).await;
            town.tally.payments.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn received(town: &Town, order: &str, n: u64) -> Value {
    json!({
        "name": "order-received",
        "correlationKey": "",
        "messageId": order,
        "timeToLive": 0,
        "variables": {
            "orderId": order,
            "customerId": format!("C-{}", n % 100),
            "amount": town.fates.amount(n),
        },
    })
}

fn paid(order: &str) -> Value {
    json!({
        "name": "payment-received",
        "correlationKey": order,
        "messageId": format!("{order}-payment"),
        "timeToLive": PAYMENT_KEPT_MS,
    })
}

/// Publishes until the server has taken it.
async fn publish(client: &mut Client, message: &Value) {
    let key = message["messageId"].as_str().unwrap_or_default();
    let path = "/v2/messages/publication";
    while let Err(failure) = client.post_once(path, key, message).await {
        tracing::warn!(%failure, "a demo customer tries again");
        tokio::time::sleep(AGAIN).await;
    }
}
