//! Many instances that wait: how much memory they take, and how long a start takes with them.
//!
//! Not how fast they are started (`one_task`).

use std::time::{Duration, Instant};

use super::beside::{self, Probe, moment_after_filling};
use super::child::Child;
use super::findings::Findings;
use super::scale::{Scale, date, until};
use super::workload::{Workload, short_file};
use crate::client::Client;
use crate::failure::{Failure, Outcome};

const PROCESS: &str = "process bench-waiting\nstart -> hold:job(bench-hold) -> done:end\n\
                       hold ! late:timer(date: = due) -> given-up:end";
/// Starts of an empty server; the median counts.
const EMPTY_STARTS: usize = 5;
/// After this much quiet, memory is what waiting takes.
const QUIET: Duration = Duration::from_secs(5);

/// Fills a server with instances that wait for a worker and a timer, and starts it again when
/// all the timers are due.
pub(super) fn run(scale: &Scale) -> Outcome {
    let size = scale.size_or(1_000_000);
    let mut findings = Findings::of("waiting_instances", size);
    let runtime = super::runtime()?;
    let mut starts = Vec::new();
    for _ in 1..EMPTY_STARTS {
        let begun = Instant::now();
        drop(Child::start()?);
        starts.push(begun.elapsed());
    }
    let begun = Instant::now();
    let mut child = Child::start()?;
    starts.push(begun.elapsed());
    starts.sort_unstable();
    findings.add("start, empty, ms", starts[EMPTY_STARTS / 2].as_secs_f64() * 1e3, "< 100");
    let due_ms = runtime.block_on(fill(&child, size, &mut findings))?;
    child.pause()?;
    runtime.block_on(until(due_ms))?;
    let took = child.resume()?;
    findings.add("start with them all due, s", took.as_secs_f64(), "< 10");
    runtime.block_on(drain(&child, size, &mut findings))?;
    findings.print(scale.json);
    Ok(())
}

async fn fill(child: &Child, size: u64, findings: &mut Findings) -> Result<i64, Failure> {
    let files = [Workload::OneTask.file(), short_file("bench-waiting", PROCESS)];
    Client::to(&child.authority).deploy(&files).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    findings.add_memory("idle", child.pid(), "< 30");
    let body = |due_ms| {
        Ok(format!(
            "{{\"processDefinitionId\":\"bench-waiting\",\"variables\":{{\"orderId\":\"A-1\",\
             \"due\":\"{}\"}}}}",
            date(due_ms)?
        ))
    };
    let due_ms = moment_after_filling(&child.authority, size, body).await?;
    let body = body(due_ms)?;
    let mut done = 0;
    for (part, wanted) in [(size / 10, "< 150 with 100,000"), (size, "< 400 with 1,000,000")] {
        let filling = Instant::now();
        beside::fill(&child.authority, part - done, &body).await?;
        let rate = (part - done) as f64 / filling.elapsed().as_secs_f64();
        findings.add(format!("instances started /s, up to {part}"), rate, "");
        done = part;
        tokio::time::sleep(QUIET).await;
        findings.add_memory(&format!("with {part} waiting"), child.pid(), wanted);
        findings.add_peak(&format!("up to {part} waiting"), child.pid(), "");
    }
    Ok(due_ms)
}

async fn drain(child: &Child, size: u64, findings: &mut Findings) -> Result<(), Failure> {
    let draining = Instant::now();
    let mut probe = Probe::start(&child.authority);
    let early = probe.feel(Duration::from_secs(5).min(Duration::from_millis(1 + size / 20)));
    let early = early.await?;
    beside::ended(&child.authority, size, Some(&probe)).await?;
    let seconds = draining.elapsed().as_secs_f64();
    let felt = probe.felt()?;
    findings.add("one task in the first 5 s, p50 ms", early.p50_ms, "");
    findings.add("one task in the first 5 s, p99 ms", early.p99_ms, "");
    findings.add("one task in the rest, p50 ms", felt.p50_ms, "");
    findings.add("one task in the rest, p99 ms", felt.p99_ms, "");
    findings.add("drained in s", seconds, "");
    findings.add("timers /s", size as f64 / seconds, "");
    findings.add_peak("after the start", child.pid(), "");
    Ok(())
}
