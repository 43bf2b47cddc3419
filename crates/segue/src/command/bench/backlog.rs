//! Backlog: whether messages are published and taken as fast where a million wait as where none do.
//!
//! Not a measure of the machine: the two are measured one after the other in one run.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::child::Child;
use super::machine;
use super::report::round;
use super::workload::Workload;
use crate::client::Client;
use crate::failure::{Failure, Outcome};
use crate::http::{Connection, Request};
use crate::terminal;

const WORKLOAD: Workload = Workload::MessageRoundTrip;
/// The correlation key under which messages pile up.
const KEY: &str = "backlog";

/// Publishes and takes messages where none wait, and where many do
///
/// An empty mailbox: every message has a correlation key of its own. A full one: `--size` messages
/// are buffered under one correlation key before.
#[derive(Debug, clap::Args)]
pub(super) struct Backlog {
    /// Messages buffered under one correlation key
    #[arg(long, default_value_t = 1_000_000, value_name = "N")]
    size: u64,
    /// Messages published, and then taken, for each figure
    #[arg(long, default_value_t = 20_000, value_name = "N")]
    sample: u64,
    /// Callers
    #[arg(long, default_value_t = 128, value_name = "N")]
    concurrency: u32,
    /// Give each message an id of its own
    #[arg(long)]
    ids: bool,
    /// Print the figures as one JSON object
    #[arg(long)]
    json: bool,
}

/// What was measured, in operations a second.
#[derive(Debug, serde::Serialize)]
struct Figures {
    size: u64,
    empty_publish_per_s: f64,
    empty_correlate_per_s: f64,
    fill_per_s: f64,
    full_publish_per_s: f64,
    full_correlate_per_s: f64,
    publish_ratio: f64,
    correlate_ratio: f64,
    server_memory_mib: f64,
}

/// What the callers of one phase do.
#[derive(Debug, Clone, Copy)]
enum Act {
    /// Publish a message that waits.
    Publish,
    /// Start an instance that takes a message, and wait for its end.
    Correlate,
}

impl Backlog {
    /// Measures and prints.
    pub(super) fn run(&self) -> Outcome {
        let child = Child::start()?;
        let figures = super::runtime()?.block_on(self.measure(&child))?;
        child.stop()?;
        let text = if self.json {
            serde_json::to_string(&figures).map_err(Failure::work)?
        } else {
            told(&figures)
        };
        terminal::line(text);
        Ok(())
    }

    async fn measure(&self, child: &Child) -> Result<Figures, Failure> {
        Client::to(&child.authority).deploy(&[WORKLOAD.file()]).await?;
        let run = |act, count, key| self.phase(&child.authority, act, count, key);
        let empty = (
            run(Act::Publish, self.sample, None).await?,
            run(Act::Correlate, self.sample, None).await?,
        );
        let fill = run(Act::Publish, self.size, Some(KEY)).await?;
        let full = (
            run(Act::Publish, self.sample, Some(KEY)).await?,
            run(Act::Correlate, self.sample, Some(KEY)).await?,
        );
        let server = machine::figures(&child.pid().to_string());
        let mib = server.map_or(0.0, |held| held.resident_bytes as f64 / (1024.0 * 1024.0));
        Ok(Figures {
            size: self.size,
            empty_publish_per_s: round(empty.0, 0),
            empty_correlate_per_s: round(empty.1, 0),
            fill_per_s: round(fill, 0),
            full_publish_per_s: round(full.0, 0),
            full_correlate_per_s: round(full.1, 0),
            publish_ratio: round(full.0 / empty.0, 2),
            correlate_ratio: round(full.1 / empty.1, 2),
            server_memory_mib: round(mib, 1),
        })
    }

    /// Operations a second of one phase.
    async fn phase(
        &self,
        authority: &str,
        act: Act,
        count: u64,
        key: Option<&'static str>,
    ) -> Result<f64, Failure> {
        let next = Arc::new(AtomicU64::new(0));
        let mut callers = JoinSet::new();
        let start = Instant::now();
        for _ in 0..self.concurrency {
            let (next, authority, ids) = (next.clone(), authority.to_owned(), self.ids);
            callers.spawn(async move {
                let mut connection = Connection::to(&authority);
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= count {
                        return Ok(());
                    }
                    let order = key.map_or_else(|| format!("own-{n}"), str::to_owned);
                    let (path, body) = match act {
                        Act::Publish => {
                            let id = ids.then(|| format!("{count}-{n}"));
                            ("/v2/messages/publication", Workload::buffer(&order, id.as_deref()))
                        }
                        Act::Correlate => ("/v2/process-instances", WORKLOAD.create(&order)),
                    };
                    send(&mut connection, path, &body).await?;
                }
            });
        }
        while let Some(ended) = callers.join_next().await {
            let ended: Result<(), Failure> = ended.map_err(Failure::work)?;
            ended?;
        }
        Ok(count as f64 / start.elapsed().as_secs_f64())
    }
}

/// Sends a request until it is not refused for being too much.
async fn send(connection: &mut Connection, path: &str, body: &str) -> Result<(), Failure> {
    loop {
        let sent = connection.send(Request::post(path, body.as_bytes())).await;
        let status = sent
            .map_err(|error| {
                Failure::work(format!("Expected an answer to {path}, but found: {error}"))
            })?
            .status;
        match status {
            200..=299 => return Ok(()),
            429 => tokio::time::sleep(Duration::from_millis(5)).await,
            _ => {
                let said = String::from_utf8_lossy(connection.last_body()).into_owned();
                return Err(Failure::work(format!(
                    "Expected success of {path}, but found {status}: {said}"
                )));
            }
        }
    }
}

fn told(figures: &Figures) -> String {
    let Figures { size, fill_per_s, server_memory_mib, .. } = figures;
    format!(
        "message_backlog: {size} messages under one correlation key, filled at {fill_per_s}/s\n\
         {:<12}{:>12}{:>12}{:>8}\n{:<12}{:>12}{:>12}{:>8}\n{:<12}{:>12}{:>12}{:>8}\n\
         server memory {server_memory_mib} MiB",
        "",
        "empty",
        "full",
        "ratio",
        "publish/s",
        figures.empty_publish_per_s,
        figures.full_publish_per_s,
        figures.publish_ratio,
        "correlate/s",
        figures.empty_correlate_per_s,
        figures.full_correlate_per_s,
        figures.correlate_ratio,
    )
}
