//! The demo's customers: they order, dispute, and pay at once, late or never.
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
    let mut client = town.client();
    // Ids of an earlier run in the same data folder must not come again.
    let run = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    // What customers will send, by when; an order has at most one dispute and one payment.
    let mut letters: BTreeMap<(Instant, u64, bool), Value> = BTreeMap::new();
    let mut next_order = Instant::now();
    let mut n = 0;
    loop {
        let next_letter = letters.first_key_value().map(|((due, ..), _)| *due);
        let next = next_letter.map_or(next_order, |due| due.min(next_order));
        tokio::time::sleep_until(next).await;
        if next == next_order {
            n += 1;
            let order = format!("A-{run}-{n}");
            publish(&mut client, &received(&town, &order, n)).await;
            town.tally.orders.fetch_add(1, Ordering::Relaxed);
            if let Some((time, concerns)) = town.fates.dispute(n) {
                let letter = disputed(&order, concerns, town.fates.amount(n));
                letters.insert((Instant::now() + time, n, false), letter);
            }
            if let Payment::After(time) = town.fates.payment(n) {
                letters.insert((Instant::now() + time, n, true), paid(&order));
            }
            next_order += every;
        } else if let Some(((_, _, is_payment), letter)) = letters.pop_first() {
            publish(&mut client, &letter).await;
            let tally = if is_payment { &town.tally.payments } else { &town.tally.disputes };
            tally.fetch_add(1, Ordering::Relaxed);
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
            "lines": (1..=town.fates.lines(n))
                .map(|line| json!({ "sku": format!("S-{}", (n + line) % 50), "quantity": line }))
                .collect::<Vec<_>>(),
        },
    })
}

fn disputed(order: &str, concerns: &[&str], amount: u64) -> Value {
    json!({
        "name": "invoice-disputed",
        "correlationKey": order,
        "messageId": format!("{order}-dispute"),
        "timeToLive": 0,
        "variables": { "concerns": concerns, "disputedAmount": amount / 2 },
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
