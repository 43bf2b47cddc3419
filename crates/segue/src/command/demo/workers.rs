//! The demo's workers: credit check, warehouse, invoices, reminders, credit notes.
//!
//! Not fast and not reliable, on purpose.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::fate::{Credit, number_of};
use super::{AGAIN, Town};
use crate::client::Client;
use crate::failure::Failure;

/// How long the server may hold an activation open, milliseconds.
const POLL_MS: u64 = 20_000;
/// Retries of a credit check as the sample writes them: a first try has all of them left.
const CREDIT_RETRIES: u64 = 2;
/// The same for the other jobs.
const OTHER_RETRIES: u64 = 3;

/// What a worker does with a job.
enum Does {
    Completes(Value),
    Fails(&'static str),
    Throws(&'static str),
    /// Nothing: the job stays its own until the deadline.
    Forgets,
}

type Decides = fn(&Town, &Value) -> Does;

/// Who works on what, and how long one job takes.
const WORKERS: &[(&str, u64, Decides)] = &[
    ("credit-check", 40, check_credit),
    ("reserve-stock", 20, reserve_stock),
    ("send-invoice", 10, send),
    ("send-reminder", 10, send),
    ("send-credit-note", 10, send),
    ("notify-lead", 10, send),
];

/// Starts one worker per job type.
pub(super) fn hire(town: &Arc<Town>) -> Vec<JoinHandle<()>> {
    let hire = |(job_type, ms, decides): &(&'static str, u64, Decides)| {
        let effort = Duration::from_millis(*ms);
        tokio::spawn(work(town.clone(), job_type, effort, *decides))
    };
    WORKERS.iter().map(hire).collect()
}

async fn work(town: Arc<Town>, job_type: &'static str, effort: Duration, decides: Decides) {
    let mut client = town.client();
    loop {
        if let Err(failure) = work_once(&town, &mut client, job_type, effort, decides).await {
            tracing::warn!(worker = job_type, %failure, "a demo worker tries again");
            tokio::time::sleep(AGAIN).await;
        }
    }
}

async fn work_once(
    town: &Town,
    client: &mut Client,
    job_type: &str,
    effort: Duration,
    decides: Decides,
) -> Result<(), Failure> {
    let body = json!({
        "type": job_type,
        "worker": format!("demo-{job_type}"),
        "timeout": 60_000,
        "maxJobsToActivate": 16,
        "requestTimeout": POLL_MS,
    });
    let answer = client.post("/v2/jobs/activation", &body).await?;
    let jobs = answer["jobs"].as_array().into_iter().flatten();
    for job in jobs {
        tokio::time::sleep(effort).await;
        let key = job["jobKey"].as_str().unwrap_or_default();
        let left = (job["retries"].as_i64().unwrap_or(1) - 1).max(0);
        let (verb, body) = match decides(town, job) {
            Does::Completes(variables) => ("completion", json!({ "variables": variables })),
            Does::Fails(reason) => ("failure", json!({ "retries": left, "errorMessage": reason })),
            Does::Throws(code) => ("error", json!({ "errorCode": code })),
            Does::Forgets => continue,
        };
        town.tally.jobs.fetch_add(1, Ordering::Relaxed);
        let answered = client.post(&format!("/v2/jobs/{key}/{verb}"), &body).await;
        if let Err(failure) = answered {
            // Its time is over, or its order went another way meanwhile.
            tracing::info!(job = key, %failure, "the job is no longer ours");
        }
    }
    Ok(())
}

fn order_number(job: &Value) -> Option<u64> {
    number_of(job["variables"]["orderId"].as_str()?)
}

fn is_first_try(job: &Value, retries: u64) -> bool {
    job["retries"].as_u64() == Some(retries)
}

fn check_credit(town: &Town, job: &Value) -> Does {
    let approved = |approved: bool| Does::Completes(json!({ "approved": approved }));
    match order_number(job).map(|n| town.fates.credit(n)) {
        None | Some(Credit::Approves) => approved(true),
        Some(Credit::Rejects) => approved(false),
        Some(Credit::Stumbles) if is_first_try(job, CREDIT_RETRIES) => {
            Does::Fails("the credit agency hung up")
        }
        Some(Credit::Stumbles) => approved(true),
        Some(Credit::Unavailable) => Does::Throws("CREDIT_UNAVAILABLE"),
        Some(Credit::Silent) => Does::Forgets,
    }
}

fn reserve_stock(town: &Town, job: &Value) -> Does {
    let stumbles = order_number(job).is_some_and(|n| town.fates.stock_stumbles(n));
    match stumbles && is_first_try(job, OTHER_RETRIES) {
        true => Does::Fails("the shelf was locked"),
        false => {
            let (order, line) = (&job["variables"]["orderId"], &job["variables"]["loopCounter"]);
            let reservation = format!("R-{}-{line}", order.as_str().unwrap_or_default());
            Does::Completes(json!({ "reservation": reservation }))
        }
    }
}

fn send(_town: &Town, _job: &Value) -> Does {
    Does::Completes(json!({}))
}
