//! `segue bench`: how many instances a second, how long each takes, and what it costs.
//!
//! Not a test: nothing fails because a machine is slow.

mod backlog;
mod beside;
mod call_fan_out;
mod child;
mod compare;
mod findings;
mod growing_history;
mod load;
mod machine;
mod operations;
mod overload;
mod report;
mod scale;
mod signals;
mod timer_herd;
mod waiting_instances;
mod workload;

use std::time::Duration;

use clap::Subcommand;

use crate::client::{Client, ServerAddress};
use crate::failure::{Failure, Outcome};
use child::Child;
use load::{Amount, Plan};
use report::Report;
use scale::Scale;
use workload::Workload;

/// Measures a server: callers that wait for the end of what they start, workers beside them
///
/// Without --address a server is started on a free port and a temporary data folder, which is what
/// the published figures use. Machines are noisy: compare figures of one run, not of two days.
#[derive(Debug, clap::Args)]
pub(crate) struct Bench {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// One service task: create, activate, complete, result
    #[command(name = "one_task")]
    OneTask(Load),
    /// Ten service tasks one after the other
    #[command(name = "ten_tasks")]
    TenTasks(Load),
    /// Create, wait for a message, publish it, result; no workers
    #[command(name = "message_round_trip")]
    MessageRoundTrip(Load),
    #[command(name = "message_backlog")]
    MessageBacklog(backlog::Backlog),
    /// N instances (100,000) whose timers are all due at once, and other work beside them
    #[command(name = "timer_herd")]
    TimerHerd(Scale),
    /// N waiting instances (1,000,000): memory, and a start when all their timers are due
    #[command(name = "waiting_instances")]
    WaitingInstances(Scale),
    /// N finished instances (1,000,000) in history: the rate against an empty server
    #[command(name = "growing_history")]
    GrowingHistory(Scale),
    /// One parent of N called instances (10,000), and one instance with ten times as many jobs
    #[command(name = "call_fan_out")]
    CallFanOut(Scale),
    /// N instances (100,000) modified, migrated and cancelled, each with one task beside it
    #[command(name = "batch_operations")]
    BatchOperations(Scale),
    /// N completed activities (1,000) of one instance undone
    #[command(name = "compensation")]
    Compensation(Scale),
    Compare(compare::Compare),
    Overload(overload::Overload),
    Signals(signals::Signals),
}

/// How much load, and against what.
#[derive(Debug, Clone, clap::Args)]
struct Load {
    /// Callers; each has one instance under way
    #[arg(long, default_value_t = 128, value_name = "N")]
    concurrency: u32,
    /// How long to measure, like 10s or 2m
    #[arg(long, default_value = "10s", value_name = "TIME", value_parser = duration)]
    duration: Duration,
    /// Measure exactly this many instances instead, without warming up
    #[arg(long, value_name = "N", conflicts_with = "duration")]
    instances: Option<u64>,
    /// How long to run before measuring
    #[arg(long, default_value = "1s", value_name = "TIME", value_parser = duration)]
    warm_up: Duration,
    /// Workers
    #[arg(long, default_value_t = 32, value_name = "N")]
    workers: u32,
    /// Jobs a worker takes at a time; it completes them one by one
    #[arg(long, default_value_t = 8, value_name = "N")]
    activate_max: u32,
    /// Starts a second at most, spread evenly; without it as many as the server takes
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    rate: Option<u32>,
    /// A running server instead of one of our own
    #[arg(long, env = "SEGUE_ADDRESS", value_name = "URL")]
    address: Option<String>,
    /// Process id of the server at --address, for its memory, CPU and writes
    #[arg(long, requires = "address", value_name = "PID")]
    server_pid: Option<u32>,
    /// Print the figures as one JSON object
    #[arg(long)]
    json: bool,
}

impl Bench {
    /// Measures and prints.
    pub(crate) fn run(&self) -> Outcome {
        let (workload, load) = match &self.what {
            What::OneTask(load) => (Workload::OneTask, load),
            What::TenTasks(load) => (Workload::TenTasks, load),
            What::MessageRoundTrip(load) => (Workload::MessageRoundTrip, load),
            What::MessageBacklog(backlog) => return backlog.run(),
            What::TimerHerd(scale) => return timer_herd::run(scale),
            What::WaitingInstances(scale) => return waiting_instances::run(scale),
            What::GrowingHistory(scale) => return growing_history::run(scale),
            What::CallFanOut(scale) => return call_fan_out::run(scale),
            What::BatchOperations(scale) => return operations::run_batches(scale),
            What::Compensation(scale) => return operations::run_compensation(scale),
            What::Compare(compare) => return compare.run(),
            What::Overload(overload) => return overload.run(),
            What::Signals(signals) => return signals.run(),
        };
        let report = measure(workload, load)?;
        report.print(load.json);
        Ok(())
    }
}

/// Two threads, like the load generators we compare with: cores are shared with the server.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().map_err(Failure::work)
}

fn measure(workload: Workload, load: &Load) -> Result<Report, Failure> {
    let child = match &load.address {
        Some(_) => None,
        None => Some(Child::start()?),
    };
    let authority = match (&child, &load.address) {
        (Some(child), _) => child.authority.clone(),
        (None, address) => {
            ServerAddress { address: address.clone().unwrap_or_default() }.authority()?
        }
    };
    let plan = Plan {
        authority,
        workload,
        concurrency: load.concurrency,
        workers: load.workers,
        activate_max: load.activate_max,
        rate: load.rate,
        amount: match load.instances {
            Some(instances) => Amount::Instances(instances),
            None => Amount::For { warm_up: load.warm_up, measured: load.duration },
        },
        server_pid: child.as_ref().map(Child::pid).or(load.server_pid),
    };
    let measured = runtime()?.block_on(async {
        let mut client = Client::to(&plan.authority);
        client.deploy(&[workload.file()]).await?;
        load::run(&plan).await
    })?;
    let disk_bytes = child.map(Child::stop).transpose()?;
    Ok(Report::of(&plan, &measured, disk_bytes))
}

/// A time like `10s`, `500ms` or `2m`.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| "Expected a time like 10s".to_owned())?;
    match unit {
        "ms" => Ok(Duration::from_millis(number)),
        "s" | "" => Ok(Duration::from_secs(number)),
        "m" => Ok(Duration::from_secs(number.saturating_mul(60))),
        _ => Err(format!("Expected a time like 10s, 500ms or 2m, but found unit `{unit}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        assert_eq!(duration("10s"), Ok(Duration::from_secs(10)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        assert!(duration("2h").is_err() && duration("s").is_err());
    }
}
