//! Work beside the one that is measured: workers, a steady probe, and filling a server.
//!
//! Not closed-loop throughput (`load`). What a probe feels is what other users of a busy server
//! feel.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Deserialize;
use tokio::task::JoinSet;

use super::report::{quantile, round};
use super::scale::from_now;
use super::workload::{JOB_TYPE, Workload};
use crate::failure::Failure;
use crate::http::{Connection, Request};

/// Connections of a probe; each has one instance under way.
pub(super) const PROBES: u32 = 8;
/// How often each of them starts an instance.
const PROBE_EVERY: Duration = Duration::from_millis(40);
/// Workers that serve a probe.
const PROBE_WORKERS: u32 = 4;
/// How long a caller told to come back waits.
const BUSY_WAIT: Duration = Duration::from_millis(5);

/// What tasks share with who started them.
#[derive(Debug, Default)]
struct Course {
    authority: String,
    latencies: Mutex<Vec<Duration>>,
    done: AtomicU64,
    is_over: AtomicBool,
}

/// Latencies of a probe.
#[derive(Debug, Clone, Copy)]
pub(super) struct Felt {
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
}

/// One-task instances at a steady rate, each awaited: create, activate, complete, result.
#[derive(Debug)]
pub(super) struct Probe {
    course: Arc<Course>,
    callers: JoinSet<Result<(), Failure>>,
    workers: Workers,
}

impl Probe {
    /// Starts it; the one-task process must be deployed.
    pub(super) fn start(authority: &str) -> Self {
        let course = Arc::new(Course { authority: authority.to_owned(), ..Course::default() });
        let mut callers = JoinSet::new();
        for number in 0..PROBES {
            callers.spawn(probe(course.clone(), number));
        }
        let workers = Workers::start(authority, JOB_TYPE, PROBE_WORKERS, 8);
        Probe { course, callers, workers }
    }

    /// What it felt since it was asked last.
    pub(super) fn felt(&mut self) -> Result<Felt, Failure> {
        check(&mut self.callers)?;
        check(&mut self.workers.tasks)?;
        let mut held = self.course.latencies.lock().unwrap_or_else(PoisonError::into_inner);
        let mut latencies = std::mem::take(&mut *held);
        drop(held);
        latencies.sort_unstable();
        let ms = |q| round(quantile(&latencies, q).as_secs_f64() * 1e3, 2);
        Ok(Felt { p50_ms: ms(0.5), p99_ms: ms(0.99) })
    }

    /// What it feels in the given time from now on.
    pub(super) async fn feel(&mut self, time: Duration) -> Result<Felt, Failure> {
        self.felt()?;
        tokio::time::sleep(time).await;
        self.felt()
    }
}

async fn probe(course: Arc<Course>, number: u32) -> Result<(), Failure> {
    let mut connection = Connection::to(&course.authority);
    let body = Workload::OneTask.create("A-1234567890");
    let first = tokio::time::Instant::now() + PROBE_EVERY * number / PROBES;
    let mut pulse = tokio::time::interval_at(first, PROBE_EVERY);
    pulse.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while !course.is_over.load(Ordering::Relaxed) {
        pulse.tick().await;
        let begun = Instant::now();
        post(&mut connection, "/v2/process-instances", &body).await?;
        course.latencies.lock().unwrap_or_else(PoisonError::into_inner).push(begun.elapsed());
        course.done.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

/// Workers of one job type, until they are dropped.
#[derive(Debug)]
pub(super) struct Workers {
    course: Arc<Course>,
    tasks: JoinSet<Result<(), Failure>>,
}

impl Workers {
    /// Starts so many; each takes up to `at_a_time` jobs and completes them one by one.
    pub(super) fn start(authority: &str, job_type: &str, count: u32, at_a_time: u32) -> Self {
        let course = Arc::new(Course { authority: authority.to_owned(), ..Course::default() });
        let mut tasks = JoinSet::new();
        for number in 0..count {
            let activate = format!(
                "{{\"type\":\"{job_type}\",\"worker\":\"bench-{number}\",\"timeout\":60000,\
                 \"maxJobsToActivate\":{at_a_time},\"requestTimeout\":20000,\
                 \"fetchVariable\":[\"item\"]}}"
            );
            tasks.spawn(work(course.clone(), activate));
        }
        Workers { course, tasks }
    }

    /// Waits until so many jobs are done.
    pub(super) async fn done(&mut self, jobs: u64) -> Result<(), Failure> {
        while self.course.done.load(Ordering::Relaxed) < jobs {
            check(&mut self.tasks)?;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }
}

async fn work(course: Arc<Course>, activate: String) -> Result<(), Failure> {
    let mut connection = Connection::to(&course.authority);
    loop {
        let answer = post(&mut connection, "/v2/jobs/activation", &activate).await?;
        let activated: Activated = serde_json::from_slice(answer)
            .map_err(|error| Failure::work(format!("Expected jobs: {error}")))?;
        for job in activated.jobs {
            let path = format!("/v2/jobs/{}/completion", job.key);
            post(&mut connection, &path, "{}").await?;
            course.done.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[derive(Debug, Deserialize)]
struct Activated {
    jobs: Vec<ActivatedJob>,
}

#[derive(Debug, Deserialize)]
struct ActivatedJob {
    #[serde(rename = "jobKey")]
    key: String,
}

/// A task that ended has failed.
fn check(tasks: &mut JoinSet<Result<(), Failure>>) -> Result<(), Failure> {
    match tasks.try_join_next() {
        Some(ended) => ended.map_err(Failure::work)?,
        None => Ok(()),
    }
}

/// Starts so many instances as fast as the server takes them, without waiting for their ends.
pub(super) async fn fill(authority: &str, count: u64, body: &str) -> Result<(), Failure> {
    let left = Arc::new(AtomicU64::new(count));
    let mut tasks = JoinSet::new();
    for _ in 0..128 {
        let (left, body) = (left.clone(), body.to_owned());
        let mut connection = Connection::to(authority);
        tasks.spawn(async move {
            let take = |left: u64| left.checked_sub(1);
            while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok() {
                post(&mut connection, "/v2/process-instances", &body).await?;
            }
            Ok(())
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended.map_err(Failure::work)??;
    }
    Ok(())
}

/// Instances started to see how fast that goes.
pub(super) const TRIED: u64 = 2_000;

/// When all timers are to be due so that `size` instances have been started well before.
pub(super) async fn moment_after_filling(
    authority: &str,
    size: u64,
    body: impl Fn(i64) -> Result<String, Failure>,
) -> Result<i64, Failure> {
    let begun = Instant::now();
    fill(authority, TRIED, &body(from_now(0))?).await?;
    let each = begun.elapsed().as_secs_f64() / TRIED as f64;
    // The rate falls while views are written beside.
    let ms = 15_000.0 + 2.0 * 1_000.0 * each * size as f64;
    Ok(from_now(ms as u64))
}

/// Sends a request until it is not refused for being too much.
pub(super) async fn post<'c>(
    connection: &'c mut Connection,
    path: &str,
    body: &str,
) -> Result<&'c [u8], Failure> {
    let status = loop {
        let sent = connection.send(Request::post(path, body.as_bytes())).await;
        let answer = sent.map_err(|error| {
            Failure::work(format!("Expected an answer to {path}, but found: {error}"))
        })?;
        if answer.status != 429 {
            break answer.status;
        }
        tokio::time::sleep(BUSY_WAIT).await;
    };
    let body = connection.last_body();
    match status {
        200..=299 => Ok(body),
        _ => {
            let said = String::from_utf8_lossy(body).into_owned();
            Err(Failure::work(format!("Expected success of {path}, but found {status}: {said}")))
        }
    }
}

/// A figure of `/metrics`.
pub(super) async fn metric(connection: &mut Connection, name: &str) -> Result<u64, Failure> {
    let answer = connection.send(Request::get("/metrics")).await.map_err(Failure::work)?;
    let text = String::from_utf8_lossy(answer.body);
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let value = line.and_then(|value| value.trim().parse::<f64>().ok());
    value.map(|value| value as u64).ok_or_else(|| {
        Failure::work(format!("Expected a figure `{name}` in /metrics, but found none."))
    })
}

/// Waits until so many instances have ended since the server started, those of a probe aside.
pub(super) async fn ended(
    authority: &str,
    instances: u64,
    probe: Option<&Probe>,
) -> Result<(), Failure> {
    let mut connection = Connection::to(authority);
    loop {
        let ended = metric(&mut connection, "segue_instances_ended_total").await?;
        // Those of a probe that ended and were not answered yet make it early by a few.
        let probes = probe.map_or(0, |probe| probe.course.done.load(Ordering::Relaxed));
        if ended >= instances + probes {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
