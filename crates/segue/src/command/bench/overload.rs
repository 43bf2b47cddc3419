//! Overload: what completions feel while starts come at several times the capacity.
//!
//! Not a closed loop: the flood never waits for an instance to end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use super::child::Child;
use super::machine;
use super::report::{quantile, round};
use super::workload::{JOB_TYPE, Workload};
use crate::client::Client;
use crate::failure::{Failure, Outcome};
use crate::http::{Connection, Request};
use crate::terminal;

/// Jobs a worker takes at a time.
const JOBS_AT_A_TIME: u32 = 8;

/// Floods a server with starts and says what completions feel of it
///
/// First starts come at the given rate, then at `times` that rate, each for the given time. The
/// figure of interest is the p99 of completions with the flood against without it.
#[derive(Debug, clap::Args)]
pub(super) struct Overload {
    /// Starts a second at first: well below what the server can do
    #[arg(long, default_value_t = 1000, value_name = "N")]
    rate: u32,
    /// Starts a second in the flood
    #[arg(long, default_value_t = 30000, value_name = "N")]
    flood: u32,
    /// Connections that start instances
    #[arg(long, default_value_t = 128, value_name = "N")]
    connections: u32,
    /// Workers that complete jobs
    #[arg(long, default_value_t = 8, value_name = "N")]
    workers: u32,
    /// How long each of the two lasts, like 10s
    #[arg(long, default_value = "10s", value_name = "TIME", value_parser = super::duration)]
    duration: Duration,
    /// Print the figures as one JSON object
    #[arg(long)]
    json: bool,
}

/// What the tasks share.
#[derive(Debug, Default)]
struct Course {
    authority: String,
    /// Starts a second wanted now.
    rate: AtomicU64,
    accepted: AtomicU64,
    refused: AtomicU64,
    completions: Mutex<Vec<Duration>>,
    is_over: AtomicBool,
}

/// One phase's figures.
#[derive(Debug, serde::Serialize)]
struct Phase {
    offered_per_s: f64,
    accepted_per_s: f64,
    refused_per_s: f64,
    completions_per_s: f64,
    completion_p50_ms: f64,
    completion_p99_ms: f64,
    server_memory_mib: f64,
}

impl Overload {
    /// Measures and prints.
    pub(super) fn run(&self) -> Outcome {
        let child = Child::start()?;
        let course = Arc::new(Course { authority: child.authority.clone(), ..Course::default() });
        let pid = child.pid().to_string();
        let (calm, flood) = super::runtime()?.block_on(self.phases(&course, &pid))?;
        drop(child);
        let ratio = round(flood.completion_p99_ms / calm.completion_p99_ms.max(0.001), 2);
        let report = serde_json::json!({ "calm": calm, "flood": flood, "p99_ratio": ratio });
        let shown = if self.json {
            report.to_string()
        } else {
            serde_json::to_string_pretty(&report).map_err(Failure::work)?
        };
        terminal::line(&shown);
        Ok(())
    }

    async fn phases(&self, course: &Arc<Course>, pid: &str) -> Result<(Phase, Phase), Failure> {
        let mut client = Client::to(&course.authority);
        client.deploy(&[Workload::OneTask.file()]).await?;
        let mut tasks = JoinSet::new();
        for number in 0..self.workers {
            tasks.spawn(work(course.clone(), number));
        }
        for number in 0..self.connections {
            tasks.spawn(start(course.clone(), number, self.connections));
        }
        let calm = self.phase(course, self.rate, pid).await;
        let flood = self.phase(course, self.flood, pid).await;
        course.is_over.store(true, Ordering::Relaxed);
        tasks.abort_all();
        Ok((calm, flood))
    }

    async fn phase(&self, course: &Course, rate: u32, pid: &str) -> Phase {
        course.rate.store(u64::from(rate), Ordering::Relaxed);
        tokio::time::sleep(Duration::from_secs(1)).await;
        course.completions.lock().await.clear();
        let before = (
            course.accepted.load(Ordering::Relaxed),
            course.refused.load(Ordering::Relaxed),
            Instant::now(),
        );
        tokio::time::sleep(self.duration).await;
        let seconds = before.2.elapsed().as_secs_f64();
        let mut latencies = std::mem::take(&mut *course.completions.lock().await);
        latencies.sort_unstable();
        let accepted = (course.accepted.load(Ordering::Relaxed) - before.0) as f64;
        let refused = (course.refused.load(Ordering::Relaxed) - before.1) as f64;
        let ms = |q| round(quantile(&latencies, q).as_secs_f64() * 1e3, 3);
        Phase {
            offered_per_s: round((accepted + refused) / seconds, 0),
            accepted_per_s: round(accepted / seconds, 0),
            refused_per_s: round(refused / seconds, 0),
            completions_per_s: round(latencies.len() as f64 / seconds, 0),
            completion_p50_ms: ms(0.5),
            completion_p99_ms: ms(0.99),
            server_memory_mib: memory_mib(pid),
        }
    }
}

/// Resident memory of the server, MiB.
fn memory_mib(pid: &str) -> f64 {
    let bytes = machine::figures(pid).map_or(0, |figures| figures.resident_bytes);
    round(bytes as f64 / (1024.0 * 1024.0), 1)
}

/// Starts instances at this connection's share of the rate, as long as the server keeps up.
async fn start(course: Arc<Course>, number: u32, connections: u32) -> Result<(), Failure> {
    let mut connection = Connection::to(&course.authority);
    let body = Workload::start_only("A-1234567890");
    let mut next = Instant::now() + Duration::from_micros(u64::from(number) * 100);
    while !course.is_over.load(Ordering::Relaxed) {
        tokio::time::sleep_until(next.into()).await;
        let rate = course.rate.load(Ordering::Relaxed).max(1);
        let gap = Duration::from_secs_f64(f64::from(connections) / rate as f64);
        // Whoever falls behind does not catch up in a burst.
        next = (next + gap).max(Instant::now());
        let request = Request::post("/v2/process-instances", body.as_bytes());
        let answer = connection.send(request).await.map_err(Failure::work)?;
        let counter = if answer.status < 300 { &course.accepted } else { &course.refused };
        counter.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

async fn work(course: Arc<Course>, number: u32) -> Result<(), Failure> {
    let mut connection = Connection::to(&course.authority);
    let activate = format!(
        "{{\"type\":\"{JOB_TYPE}\",\"worker\":\"bench-{number}\",\"timeout\":60000,\
         \"maxJobsToActivate\":{JOBS_AT_A_TIME},\"requestTimeout\":20000}}"
    );
    while !course.is_over.load(Ordering::Relaxed) {
        let request = Request::post("/v2/jobs/activation", activate.as_bytes());
        let answer = connection.send(request).await.map_err(Failure::work)?;
        let activated: Activated = serde_json::from_slice(answer.body).unwrap_or_default();
        for job in activated.jobs {
            let path = format!("/v2/jobs/{}/completion", job.key);
            let begun = Instant::now();
            let answer = connection.send(Request::post(&path, b"{}")).await;
            if answer.map_err(Failure::work)?.status < 300 {
                course.completions.lock().await.push(begun.elapsed());
            }
        }
    }
    Ok(())
}

#[derive(Debug, Default, Deserialize)]
struct Activated {
    jobs: Vec<ActivatedJob>,
}

#[derive(Debug, Deserialize)]
struct ActivatedJob {
    #[serde(rename = "jobKey")]
    key: String,
}
