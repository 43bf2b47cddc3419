//! Fan-out: one instance with very many parts, as called instances and as jobs.
//!
//! Not many instances side by side (`one_task`).

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::beside::{self, Probe, Workers};
use super::child::Child;
use super::findings::Findings;
use super::scale::Scale;
use super::workload::{Workload, short_file};
use crate::client::Client;
use crate::failure::{Failure, Outcome};
use crate::http::Connection;

/// Type of the jobs of the parts.
const JOB: &str = "bench-part";
const CALLS: &str = "process bench-calls\n\
                     start -> parts:call(bench-part) propagate=no -> done:end\n\
                     parts: each(= for i in 1..count return i, item)";
const WORKS: &str = "process bench-works\n\
                     start -> parts:call(bench-work) propagate=no -> done:end\n\
                     parts: each(= for i in 1..count return i, item)";
const JOBS: &str = "process bench-jobs\n\
                    start -> parts:job(bench-part) each(= items, item) -> done:end";
const PART: &str = "process bench-part\nstart -> done:end";
const WORK: &str = "process bench-work\nstart -> work:job(bench-part) -> done:end";
/// Jobs of one instance for each called one: the other limit of a multi-instance activity.
const JOBS_TIMES: u64 = 10;
/// How long the probe feels a calm server.
const CALM: Duration = Duration::from_secs(5);

/// One parent calls so many children; one instance has ten times as many jobs at once.
pub(super) fn run(scale: &Scale) -> Outcome {
    let size = scale.size_or(10_000);
    let mut findings = Findings::of("call_fan_out", size);
    let runtime = super::runtime()?;
    let child = Child::start()?;
    runtime.block_on(calls(&child, size, &mut findings))?;
    drop(child);
    let child = Child::start()?;
    runtime.block_on(jobs(&child, size * JOBS_TIMES, &mut findings))?;
    drop(child);
    findings.print(scale.json);
    Ok(())
}

async fn calls(child: &Child, size: u64, findings: &mut Findings) -> Result<(), Failure> {
    let files = [("calls", CALLS), ("works", WORKS), ("part", PART), ("work", WORK)];
    let files = files.map(|(name, process)| short_file(&format!("bench-{name}"), process));
    Client::to(&child.authority).deploy(&files).await?;
    let mut workers = Workers::start(&child.authority, JOB, 32, 8);
    let mut ended = 0;
    for (process, what) in [("bench-calls", "that end at once"), ("bench-works", "with a job")] {
        let begun = Instant::now();
        let mut connection = Connection::to(&child.authority);
        beside::post(
            &mut connection,
            "/v2/process-instances",
            &start(process, &json!({ "count": size })),
        )
        .await?;
        ended += size + 1;
        beside::ended(&child.authority, ended, None).await?;
        findings.add(format!("{size} children {what}, s"), begun.elapsed().as_secs_f64(), "< 5");
    }
    workers.done(size).await?;
    findings.add_peak("of the calls", child.pid(), "");
    Ok(())
}

async fn jobs(child: &Child, size: u64, findings: &mut Findings) -> Result<(), Failure> {
    let files = [Workload::OneTask.file(), short_file("bench-jobs", JOBS)];
    Client::to(&child.authority).deploy(&files).await?;
    let mut probe = Probe::start(&child.authority);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let calm = probe.feel(CALM).await?;
    let items: Vec<u64> = (1..=size).collect();
    let items = json!({ "items": items });
    let begun = Instant::now();
    let mut connection = Connection::to(&child.authority);
    beside::post(&mut connection, "/v2/process-instances", &start("bench-jobs", &items)).await?;
    while beside::metric(&mut connection, "segue_jobs_created_total").await? < size {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let all_there = begun.elapsed().as_secs_f64();
    let beginning = probe.felt()?;
    let mut workers = Workers::start(&child.authority, JOB, 8, 32);
    workers.done(size).await?;
    let seconds = begun.elapsed().as_secs_f64();
    let felt = probe.felt()?;
    findings.add(format!("{size} jobs of one instance: all there, s"), all_there, "");
    findings.add(format!("{size} jobs of one instance: all done, s"), seconds, "");
    findings.add_peak("of the jobs", child.pid(), "< 300 with 100,000");
    findings.add("one task beside it before, p99 ms", calm.p99_ms, "");
    findings.add("one task while the jobs are made, p99 ms", beginning.p99_ms, "< 2 times");
    findings.add("one task while the jobs are done, p99 ms", felt.p99_ms, "< 2 times");
    Ok(())
}

fn start(process: &str, variables: &Value) -> String {
    json!({ "processDefinitionId": process, "variables": variables }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::check::problems_of;

    #[test]
    fn every_process_can_be_deployed() {
        for process in [CALLS, WORKS, JOBS, PART, WORK] {
            let problems = problems_of(&short_file("bench", process).1);
            assert!(!problems.has_errors(), "{process}: {problems}");
        }
    }
}
