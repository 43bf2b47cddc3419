//! A herd of timers: many instances wait for the same moment, others work beside them.
//!
//! Not timers one by one; those cost like any other command.

use std::time::{Duration, Instant};

use super::beside::{self, Probe, TRIED, moment_after_filling};
use super::child::Child;
use super::findings::Findings;
use super::scale::{Scale, date, until};
use super::workload::{Workload, short_file};
use crate::client::Client;
use crate::failure::{Failure, Outcome};

const PROCESS: &str = "process bench-timer-herd\nstart -> nap:timer(date: = due) -> done:end";

/// Fills a server with instances that wait for one moment, and lets it come.
pub(super) fn run(scale: &Scale) -> Outcome {
    let size = scale.size_or(100_000);
    let child = Child::start()?;
    let findings = super::runtime()?.block_on(measure(&child, size))?;
    findings.print(scale.json);
    Ok(())
}

async fn measure(child: &Child, size: u64) -> Result<Findings, Failure> {
    let mut findings = Findings::of("timer_herd", size);
    let files = [Workload::OneTask.file(), short_file("bench-timer-herd", PROCESS)];
    Client::to(&child.authority).deploy(&files).await?;
    let body = |due_ms| {
        Ok(format!(
            "{{\"processDefinitionId\":\"bench-timer-herd\",\"variables\":{{\"due\":\"{}\"}}}}",
            date(due_ms)?
        ))
    };
    let due_ms = moment_after_filling(&child.authority, size, body).await?;
    let filling = Instant::now();
    beside::fill(&child.authority, size, &body(due_ms)?).await?;
    findings.add("instances started /s", size as f64 / filling.elapsed().as_secs_f64(), "");
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut probe = Probe::start(&child.authority);
    let calm = probe.feel(Duration::from_secs(5)).await?;
    until(due_ms).await?;
    probe.felt()?;
    let draining = Instant::now();
    beside::ended(&child.authority, TRIED + size, Some(&probe)).await?;
    let seconds = draining.elapsed().as_secs_f64();
    let felt = probe.felt()?;
    findings.add("drained in s", seconds, "");
    findings.add("timers /s", size as f64 / seconds, "");
    findings.add("one task beside it before, p50 ms", calm.p50_ms, "");
    findings.add("one task beside it before, p99 ms", calm.p99_ms, "");
    findings.add("one task beside it meanwhile, p50 ms", felt.p50_ms, "");
    findings.add("one task beside it meanwhile, p99 ms", felt.p99_ms, "");
    findings.add_peak("in all", child.pid(), "");
    Ok(findings)
}
