//! Closed-loop load: callers that wait for the end of what they start, and workers beside them.
//!
//! Not the arithmetic over what was measured (`report`). Nothing here parses more than it must:
//! client and server share the cores.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::Deserialize;
use tokio::task::JoinSet;

use super::machine::{self, Figures};
use super::workload::{JOB_TYPE, Workload};
use crate::failure::Failure;
use crate::http::{Connection, Request};

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(super) enum Amount {
    /// Run for a while, then measure for a while.
    For { warm_up: Duration, measured: Duration },
    /// Measure this many from the first on.
    Instances(u64),
}

/// What is to be run.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) authority: String,
    pub(super) workload: Workload,
    pub(super) concurrency: u32,
    pub(super) workers: u32,
    pub(super) activate_max: u32,
    /// Starts a second at most.
    pub(super) rate: Option<u32>,
    pub(super) amount: Amount,
    pub(super) server_pid: Option<u32>,
}

/// What was measured.
#[derive(Debug)]
pub(super) struct Measured {
    /// Of the instances that ended while measuring, sorted.
    pub(super) latencies: Vec<Duration>,
    /// How long was measured.
    pub(super) elapsed: Duration,
    /// Instances that ended at all.
    pub(super) ended: u64,
    /// Requests refused because the server was busy; they were sent again.
    pub(super) busy: u64,
    pub(super) server: Option<(Figures, Figures)>,
    pub(super) client: Option<(Figures, Figures)>,
}

/// What callers and workers share.
#[derive(Debug)]
struct Course {
    plan: Plan,
    begun: AtomicU64,
    began: Instant,
    busy: AtomicU64,
    is_over: AtomicBool,
}

/// When an instance ended and how long it took.
type Ended = (Instant, Duration);

/// Runs the load.
pub(super) async fn run(plan: &Plan) -> Result<Measured, Failure> {
    let course = Arc::new(Course {
        plan: plan.clone(),
        begun: AtomicU64::new(0),
        began: Instant::now(),
        busy: AtomicU64::new(0),
        is_over: AtomicBool::new(false),
    });
    let mut workers = JoinSet::new();
    let needed = if plan.workload.jobs() > 0 { plan.workers } else { 0 };
    for number in 0..needed {
        workers.spawn(work(course.clone(), number));
    }
    // Workers wait for their first job before the first caller starts.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut from = (Instant::now(), figures(plan));
    let mut callers = JoinSet::new();
    for number in 0..plan.concurrency {
        callers.spawn(call(course.clone(), number));
    }
    let mut to = None;
    if let Amount::For { warm_up, measured } = plan.amount {
        let clock = async {
            tokio::time::sleep(warm_up).await;
            from = (Instant::now(), figures(plan));
            tokio::time::sleep(measured).await;
            to = Some((Instant::now(), figures(plan)));
        };
        tokio::select! {
            () = clock => {}
            Some(failed) = workers.join_next() => return Err(stopped(failed)),
        }
        course.is_over.store(true, Ordering::Relaxed);
    }
    let ended = finish(&mut callers, &mut workers).await?;
    let to = to.unwrap_or_else(|| (Instant::now(), figures(plan)));
    workers.abort_all();
    let measured = ended.iter().filter(|(at, _)| *at >= from.0 && *at <= to.0);
    let mut latencies: Vec<Duration> = measured.map(|(_, took)| *took).collect();
    latencies.sort_unstable();
    Ok(Measured {
        latencies,
        elapsed: to.0 - from.0,
        ended: ended.len() as u64,
        busy: course.busy.load(Ordering::Relaxed),
        server: from.1.0.zip(to.1.0),
        client: from.1.1.zip(to.1.1),
    })
}

/// Figures of the server and of this process.
fn figures(plan: &Plan) -> (Option<Figures>, Option<Figures>) {
    let server = plan.server_pid.and_then(|pid| machine::figures(&pid.to_string()));
    (server, machine::figures("self"))
}

/// Waits for all callers; a worker that stops before them has failed.
async fn finish(
    callers: &mut JoinSet<Result<Vec<Ended>, Failure>>,
    workers: &mut JoinSet<Failure>,
) -> Result<Vec<Ended>, Failure> {
    let mut all = Vec::new();
    loop {
        tokio::select! {
            Some(failed) = workers.join_next() => return Err(stopped(failed)),
            caller = callers.join_next() => match caller {
                None => return Ok(all),
                Some(ended) => all.extend(ended.map_err(Failure::work)??),
            },
        }
    }
}

fn stopped(worker: Result<Failure, tokio::task::JoinError>) -> Failure {
    worker.unwrap_or_else(Failure::work)
}

/// One caller: starts an instance, waits for its end, and again.
async fn call(course: Arc<Course>, number: u32) -> Result<Vec<Ended>, Failure> {
    let workload = course.plan.workload;
    let mut connection = Connection::to(&course.plan.authority);
    let mut second = Connection::to(&course.plan.authority);
    let fixed = workload.create("A-1234567890");
    let mut ended = Vec::new();
    while !course.is_over.load(Ordering::Relaxed) {
        let n = course.begun.fetch_add(1, Ordering::Relaxed);
        if matches!(course.plan.amount, Amount::Instances(wanted) if n >= wanted) {
            break;
        }
        if let Some(rate) = course.plan.rate {
            let due = course.began + Duration::from_secs_f64(n as f64 / f64::from(rate));
            tokio::time::sleep_until(due.into()).await;
        }
        let start = Instant::now();
        if workload == Workload::MessageRoundTrip {
            let order = format!("A-{}-{number}-{n}", std::process::id());
            let (create, publish) = (workload.create(&order), Workload::publish(&order));
            let created = post(&course, &mut connection, "/v2/process-instances", &create);
            let published = post(&course, &mut second, "/v2/messages/publication", &publish);
            let (created, published) = tokio::join!(created, published);
            created.and(published)?;
        } else {
            post(&course, &mut connection, "/v2/process-instances", &fixed).await?;
        }
        ended.push((Instant::now(), start.elapsed()));
    }
    Ok(ended)
}

/// One worker: takes jobs and completes each with a request of its own. Returns why it stopped.
async fn work(course: Arc<Course>, number: u32) -> Failure {
    match work_on(&course, number).await {
        Err(failure) => failure,
        Ok(never) => match never {},
    }
}

async fn work_on(course: &Course, number: u32) -> Result<std::convert::Infallible, Failure> {
    let mut connection = Connection::to(&course.plan.authority);
    let activate = format!(
        "{{\"type\":\"{JOB_TYPE}\",\"worker\":\"bench-{number}\",\"timeout\":60000,\
         \"maxJobsToActivate\":{},\"requestTimeout\":20000}}",
        course.plan.activate_max
    );
    loop {
        let answer = post(course, &mut connection, "/v2/jobs/activation", &activate).await?;
        let keys: Vec<String> = match serde_json::from_slice::<Activated<'_>>(answer) {
            Ok(activated) => activated.jobs.iter().map(|job| job.key.to_owned()).collect(),
            Err(error) => return Err(Failure::work(format!("Expected jobs: {error}"))),
        };
        for key in keys {
            let path = format!("/v2/jobs/{key}/completion");
            post(course, &mut connection, &path, "{}").await?;
        }
    }
}

#[derive(Deserialize)]
struct Activated<'a> {
    #[serde(borrow)]
    jobs: Vec<ActivatedJob<'a>>,
}

#[derive(Deserialize)]
struct ActivatedJob<'a> {
    #[serde(rename = "jobKey")]
    key: &'a str,
}

/// Sends a request until it is not refused for being too much.
async fn post<'c>(
    course: &Course,
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
        course.busy.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(5)).await;
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
