//! `segue bench compare`: us and the sizing toy by turns, in one run, as ratios.
//!
//! Not absolute figures: on a machine that others use only the ratio of neighbours says anything.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::Value;

use super::workload::Workload;
use super::{Load, measure, report};
use crate::failure::{Failure, Outcome};
use crate::terminal;

/// Measures us and a sizing toy without an engine by turns, and prints the ratios
///
/// The toy is a program called as `BIN server PORT DIR full` and `BIN load PORT INSTANCES
/// CONCURRENCY STEPS WORKERS PID MAX single`, which prints one line of JSON with
/// `instances_per_s`, `p50_ms` and `p99_ms`.
#[derive(Debug, clap::Args)]
pub(super) struct Compare {
    /// The toy's program
    #[arg(long, value_name = "BIN")]
    ceiling: PathBuf,
    /// Rounds; the medians are printed
    #[arg(long, default_value_t = 3, value_name = "N")]
    rounds: u32,
    /// How much smaller each measurement is than usual, to try things out
    #[arg(long, default_value_t = 1, value_name = "N")]
    divide: u64,
    /// Print ratios and all figures as one JSON object
    #[arg(long)]
    json: bool,
}

/// One target of docs/performance.md.
struct Target {
    name: &'static str,
    workload: Workload,
    instances: u64,
    concurrency: u32,
    workers: u32,
}

const TARGETS: &[Target] = &[
    Target {
        name: "P1 one task, c=128",
        workload: Workload::OneTask,
        instances: 60_000,
        concurrency: 128,
        workers: 32,
    },
    Target {
        name: "P2 ten tasks, c=128",
        workload: Workload::TenTasks,
        instances: 8_000,
        concurrency: 128,
        workers: 32,
    },
    Target {
        name: "P3 one task, c=1",
        workload: Workload::OneTask,
        instances: 3_000,
        concurrency: 1,
        workers: 1,
    },
];

/// What both are asked for.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
struct Pace {
    instances_per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    target: &'static str,
    ours: Pace,
    ceiling: Pace,
    /// Ours over the ceiling's; more is better.
    rate_ratio: f64,
    /// Ours over the ceiling's; less is better.
    p50_ratio: f64,
    p99_ratio: f64,
}

impl Compare {
    /// Measures by turns and prints medians of the ratios' parts.
    pub(super) fn run(&self) -> Outcome {
        let mut rows = Vec::new();
        let steps = TARGETS.len() as u64 * u64::from(self.rounds);
        let bar = terminal::progress(steps, "measuring by turns");
        for target in TARGETS {
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            for _ in 0..self.rounds.max(1) {
                theirs.push(self.ceiling_once(target)?);
                ours.push(self.ours_once(target)?);
                bar.inc(1);
            }
            rows.push(row(target.name, &ours, &theirs));
        }
        bar.finish_and_clear();
        if self.json {
            terminal::json(&rows);
        } else {
            print(&rows);
        }
        Ok(())
    }

    fn instances(&self, target: &Target) -> u64 {
        (target.instances / self.divide.max(1)).max(1)
    }

    fn ours_once(&self, target: &Target) -> Result<Pace, Failure> {
        let load = Load {
            concurrency: target.concurrency,
            duration: Duration::ZERO,
            instances: Some(self.instances(target)),
            warm_up: Duration::ZERO,
            workers: target.workers,
            activate_max: 8,
            rate: None,
            address: None,
            server_pid: None,
            json: false,
        };
        let measured = measure(target.workload, &load)?;
        Ok(Pace {
            instances_per_second: measured.instances_per_second,
            p50_ms: measured.p50_ms,
            p99_ms: measured.p99_ms,
        })
    }

    fn ceiling_once(&self, target: &Target) -> Result<Pace, Failure> {
        let folder = tempfile::tempdir().map_err(Failure::work)?;
        let port = free_port()?.to_string();
        let mut server = Command::new(&self.ceiling)
            .args(["server", &port])
            .arg(folder.path())
            .arg("full")
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| unusable(&self.ceiling, &error.to_string()))?;
        let pace = wait_for(&port).and_then(|()| {
            let pid = server.id();
            let numbers = [
                self.instances(target),
                u64::from(target.concurrency),
                u64::from(target.workload.jobs()),
                u64::from(target.workers),
                u64::from(pid),
                8,
            ];
            let output = Command::new(&self.ceiling)
                .args(["load", &port])
                .args(numbers.map(|number| number.to_string()))
                .arg("single")
                .output()
                .map_err(|error| unusable(&self.ceiling, &error.to_string()))?;
            read_pace(&String::from_utf8_lossy(&output.stdout))
                .ok_or_else(|| unusable(&self.ceiling, &String::from_utf8_lossy(&output.stderr)))
        });
        drop(server.kill());
        drop(server.wait());
        pace
    }
}

fn unusable(program: &Path, said: &str) -> Failure {
    let program = program.display();
    Failure::work(format!("Expected {program} to measure, but found: {}", said.trim()))
}

fn free_port() -> Result<u16, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(Failure::work)?;
    Ok(listener.local_addr().map_err(Failure::work)?.port())
}

fn wait_for(port: &str) -> Result<(), Failure> {
    let deadline = Instant::now() + Duration::from_secs(10);
    let address = format!("127.0.0.1:{port}");
    while Instant::now() < deadline {
        if std::net::TcpStream::connect(&address).is_ok() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Err(Failure::work(format!("Expected the ceiling to listen on {address} within 10 s.")))
}

fn read_pace(line: &str) -> Option<Pace> {
    let value: Value = serde_json::from_str(line.trim()).ok()?;
    Some(Pace {
        instances_per_second: value["instances_per_s"].as_f64()?,
        p50_ms: value["p50_ms"].as_f64()?,
        p99_ms: value["p99_ms"].as_f64()?,
    })
}

fn row(target: &'static str, ours: &[Pace], ceiling: &[Pace]) -> Row {
    let (ours, ceiling) = (median(ours), median(ceiling));
    let ratio = |a: f64, b: f64| report::round(a / b.max(f64::EPSILON), 3);
    Row {
        target,
        ours,
        ceiling,
        rate_ratio: ratio(ours.instances_per_second, ceiling.instances_per_second),
        p50_ratio: ratio(ours.p50_ms, ceiling.p50_ms),
        p99_ratio: ratio(ours.p99_ms, ceiling.p99_ms),
    }
}

/// The median of each figure by itself.
fn median(paces: &[Pace]) -> Pace {
    let middle = |figure: fn(&Pace) -> f64| {
        let mut figures: Vec<f64> = paces.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        figures[figures.len() / 2]
    };
    Pace {
        instances_per_second: middle(|pace| pace.instances_per_second),
        p50_ms: middle(|pace| pace.p50_ms),
        p99_ms: middle(|pace| pace.p99_ms),
    }
}

fn print(rows: &[Row]) {
    let header = [
        "target",
        "ours /s",
        "ceiling /s",
        "ratio",
        "p50 ms",
        "of",
        "ratio",
        "p99 ms",
        "of",
        "ratio",
    ];
    terminal::table(
        header,
        rows.iter().map(|row| {
            [
                row.target.to_owned(),
                row.ours.instances_per_second.to_string(),
                row.ceiling.instances_per_second.to_string(),
                row.rate_ratio.to_string(),
                row.ours.p50_ms.to_string(),
                row.ceiling.p50_ms.to_string(),
                row.p50_ratio.to_string(),
                row.ours.p99_ms.to_string(),
                row.ceiling.p99_ms.to_string(),
                row.p99_ratio.to_string(),
            ]
        }),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_toy_prints() {
        let line = "{\"peer\":\"x\",\"instances_per_s\":20800,\"p50_ms\":5.9,\"p99_ms\":11.2}\n";
        let pace = read_pace(line).unwrap();
        assert_eq!((pace.instances_per_second, pace.p99_ms), (20_800.0, 11.2));
        assert!(read_pace("thread panicked").is_none());
    }

    #[test]
    fn an_odd_round_does_not_move_the_median() {
        let pace = |rate| Pace { instances_per_second: rate, p50_ms: 1.0, p99_ms: 2.0 };
        let row = row("P1", &[pace(90.0), pace(10.0), pace(100.0)], &[pace(200.0)]);
        assert_eq!(row.rate_ratio, 0.45);
    }
}
