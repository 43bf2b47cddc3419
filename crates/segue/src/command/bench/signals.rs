//! Signals: how many events a second are received durably, each looked at by every rule.
//!
//! Not what becomes of them: few are beyond a threshold, as in life.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::child::Child;
use super::machine;
use super::report::{quantile, round};
use crate::client::Client;
use crate::failure::{Failure, Outcome};
use crate::http::{Connection, Request};
use crate::terminal;

/// Rules that fit one event.
const MATCHING: u32 = 3;
/// One event in so many is beyond the threshold of the rules that fit it.
const BEYOND_EVERY: u64 = 500;

/// Sends events in batches: each is tested by all rules, of which three fit
///
/// A batch is answered when its events are on disk and the rules have looked at them. Thresholds
/// must hold for ten minutes before there is an alert, so that the figure is about events and
/// detectors.
#[derive(Debug, clap::Args)]
pub(super) struct Signals {
    /// Events sent
    #[arg(long, default_value_t = 200_000, value_name = "N")]
    events: u64,
    /// Events of one request
    #[arg(long, default_value_t = 100, value_name = "N",
        value_parser = clap::value_parser!(u64).range(1..=1_000))]
    batch: u64,
    /// Detection rules
    #[arg(long, default_value_t = 100, value_name = "N",
        value_parser = clap::value_parser!(u32).range(3..))]
    rules: u32,
    /// Subjects the events are about
    #[arg(long, default_value_t = 10_000, value_name = "N",
        value_parser = clap::value_parser!(u64).range(1..))]
    keys: u64,
    /// Callers
    #[arg(long, default_value_t = 8, value_name = "N")]
    concurrency: u32,
    /// Print the figures as one JSON object
    #[arg(long)]
    json: bool,
}

/// What was measured.
#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Figures {
    events: u64,
    batch: u64,
    rules: u32,
    keys: u64,
    concurrency: u32,
    seconds: f64,
    events_per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
    server_memory_mib: Option<f64>,
    server_cpu_us_per_event: Option<f64>,
    disk_bytes_per_event: f64,
    load_average: Option<f64>,
}

impl Signals {
    /// Measures and prints.
    pub(super) fn run(&self) -> Outcome {
        let child = Child::start()?;
        let pid = child.pid().to_string();
        let (took, latencies, cpu) = super::runtime()?.block_on(self.measure(&child, &pid))?;
        let memory = machine::figures(&pid).map(|it| it.resident_bytes as f64 / 1_048_576.0);
        let disk_bytes = child.stop()?;
        let each = |total: f64| round(total / self.events.max(1) as f64, 1);
        let ms = |q| round(quantile(&latencies, q).as_secs_f64() * 1_000.0, 2);
        let figures = Figures {
            events: self.events,
            batch: self.batch,
            rules: self.rules,
            keys: self.keys,
            concurrency: self.concurrency,
            seconds: round(took.as_secs_f64(), 2),
            events_per_second: round(self.events as f64 / took.as_secs_f64(), 0),
            p50_ms: ms(0.5),
            p99_ms: ms(0.99),
            server_memory_mib: memory.map(|mib| round(mib, 1)),
            server_cpu_us_per_event: cpu.map(|ms| each(ms * 1_000.0)),
            disk_bytes_per_event: each(disk_bytes as f64),
            load_average: machine::load_average(),
        };
        if self.json {
            terminal::json(&figures);
        } else {
            terminal::line(told(&figures));
        }
        Ok(())
    }

    async fn measure(
        &self,
        child: &Child,
        pid: &str,
    ) -> Result<(Duration, Vec<Duration>, Option<f64>), Failure> {
        let rules: Vec<_> = (0..self.rules).map(rule).collect();
        Client::to(&child.authority).deploy(&rules).await?;
        let next = Arc::new(AtomicU64::new(0));
        let before = machine::figures(pid);
        let begun = Instant::now();
        let mut callers = JoinSet::new();
        let (events, batch, keys) = (self.events, self.batch, self.keys);
        let groups = u64::from(self.rules / MATCHING);
        for _ in 0..self.concurrency {
            let (next, authority) = (next.clone(), child.authority.clone());
            callers.spawn(async move {
                let mut connection = Connection::to(&authority);
                let mut latencies = Vec::new();
                loop {
                    let first = next.fetch_add(batch, Ordering::Relaxed);
                    if first >= events {
                        return Ok(latencies);
                    }
                    let body = body(first..(first + batch).min(events), keys, groups);
                    let start = Instant::now();
                    send(&mut connection, &body).await?;
                    latencies.push(start.elapsed());
                }
            });
        }
        let mut latencies: Vec<Duration> = Vec::new();
        while let Some(ended) = callers.join_next().await {
            let ended: Result<Vec<Duration>, Failure> = ended.map_err(Failure::work)?;
            latencies.extend(ended?);
        }
        let took = begun.elapsed();
        let cpu = before.zip(machine::figures(pid)).map(|(from, to)| to.cpu_ms - from.cpu_ms);
        latencies.sort_unstable();
        Ok((took, latencies, cpu))
    }
}

/// A rule that looks at every event, and fits those of its group.
fn rule(number: u32) -> (String, Vec<u8>) {
    let text = format!(
        "{{kind: detection-rule, id: rule-{number}, on: {{type: bench.reading, \
         when: 'data.group = {}'}}, subject: data.of, detect: {{threshold: \
         {{when: data.value > 90, for: PT10M}}}}, alert: {{title: '=\"Reading of \" + subject'}}}}",
        number / MATCHING
    );
    (format!("rule-{number}.rule.yaml"), text.into_bytes())
}

/// A batch of events in JSON.
fn body(numbers: std::ops::Range<u64>, keys: u64, groups: u64) -> String {
    let mut body = String::from("[");
    for number in numbers {
        // Spread over subjects and groups, the same in every run.
        let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
        let (of, group) = (mixed % keys, mixed % groups);
        let value = if number % BEYOND_EVERY == 0 { 95 } else { mixed % 90 };
        let separator = if body.len() == 1 { "" } else { "," };
        let _infallible = write!(
            body,
            "{separator}{{\"specversion\":\"1.0\",\"id\":\"{number}\",\"source\":\"/bench\",\
             \"type\":\"bench.reading\",\"data\":{{\"of\":\"sensor-{of}\",\"group\":{group},\
             \"value\":{value}}}}}"
        );
    }
    body.push(']');
    body
}

/// Sends a batch until it is not refused for being too much.
async fn send(connection: &mut Connection, body: &str) -> Result<(), Failure> {
    let path = "/api/v1/signals";
    loop {
        let sent = connection.send(Request::post(path, body.as_bytes())).await;
        let answer = sent.map_err(|error| {
            Failure::work(format!("Expected an answer to {path}, but found: {error}"))
        })?;
        match answer.status {
            202 => return Ok(()),
            429 => tokio::time::sleep(Duration::from_millis(5)).await,
            status => {
                let said = String::from_utf8_lossy(connection.last_body()).into_owned();
                return Err(Failure::work(format!(
                    "Expected 202 of {path}, but found {status}: {said}"
                )));
            }
        }
    }
}

fn told(figures: &Figures) -> String {
    let unknown = |figure: Option<f64>| figure.map_or("unknown".to_owned(), |it| it.to_string());
    format!(
        "signals: {} events in batches of {}, {} rules of which {MATCHING} fit, {} subjects\n\
         events/s {}  batch p50 {} ms  p99 {} ms\n\
         server CPU {} us/event  memory {} MiB  disk {} bytes/event  load average {}",
        figures.events,
        figures.batch,
        figures.rules,
        figures.keys,
        figures.events_per_second,
        figures.p50_ms,
        figures.p99_ms,
        unknown(figures.server_cpu_us_per_event),
        unknown(figures.server_memory_mib),
        figures.disk_bytes_per_event,
        unknown(figures.load_average),
    )
}
