//! `soak`: a server under steady load for a long while, and whether anything of it grows.
//!
//! Not here: the load, which is `segue bench`, and faults.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::workspace::Workspace;
use crate::{Failure, child};

/// Minutes when the caller gives none.
const MINUTES: u64 = 30;
/// Of what the server can take, in per cent.
const LOAD_PERCENT: u64 = 60;
/// One row of the table for so many seconds of load.
const SECONDS_PER_ROW: u64 = 30;
/// Seconds the capacity is measured for.
const CAPACITY_SECONDS: u64 = 20;
/// Callers of the load.
const CALLERS: &str = "64";

/// One row of the table.
#[derive(Debug, Clone, PartialEq)]
struct Sample {
    minute: f64,
    rate: f64,
    p50_ms: f64,
    p99_ms: f64,
    resident_mib: f64,
    handles: usize,
    wal_mib: f64,
    views_wal_mib: f64,
    data_mib: f64,
}

pub(crate) fn soak(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let (minutes, binary) = options(arguments)?;
    let binary = match binary {
        Some(binary) => binary,
        None => {
            child::cargo(&workspace.root, &["build", "--release", "--package", "segue"])?;
            workspace.binary("release")
        }
    };
    let folder = std::env::temp_dir().join(format!("segue-soak-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(failed("make a folder"))?;
    let outcome = Server::start(&binary, &folder).and_then(|server| run(&server, minutes));
    drop(std::fs::remove_dir_all(&folder));
    outcome
}

fn run(server: &Server, minutes: u64) -> Result<(), Failure> {
    let capacity = server.load(CAPACITY_SECONDS, None)?;
    let capacity = number(&capacity, "instancesPerSecond");
    let rate = (capacity as u64 * LOAD_PERCENT / 100).max(1);
    println!("capacity {capacity:.0} instances/s; load {rate}/s for {minutes} minutes\n");
    println!(
        "| minute | instances/s | p50 ms | p99 ms | resident MiB | file handles | log MiB | views' log MiB | data MiB |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    let mut samples = Vec::new();
    for row in 1..=minutes * 60 / SECONDS_PER_ROW {
        let report = server.load(SECONDS_PER_ROW, Some(rate))?;
        let minute = (row * SECONDS_PER_ROW) as f64 / 60.0;
        let sample = server.sample(minute, &report)?;
        println!("{}", sample.line());
        samples.push(sample);
    }
    println!("\n{}", verdict(&samples));
    Ok(())
}

/// First quarter against last quarter, medians.
fn verdict(samples: &[Sample]) -> String {
    let quarter = samples.len().div_ceil(4);
    let (first, last) = (&samples[..quarter], &samples[samples.len() - quarter..]);
    let compare = |name: &str, of: fn(&Sample) -> f64| {
        let (before, after) = (median(first, of), median(last, of));
        format!("{name}: {before:.1} in the first quarter, {after:.1} in the last\n")
    };
    [
        compare("p99 ms", |sample| sample.p99_ms),
        compare("resident MiB", |sample| sample.resident_mib),
        compare("file handles", |sample| sample.handles as f64),
        compare("log MiB", |sample| sample.wal_mib),
        compare("views' log MiB", |sample| sample.views_wal_mib),
    ]
    .concat()
}

fn median(samples: &[Sample], of: fn(&Sample) -> f64) -> f64 {
    let mut figures: Vec<f64> = samples.iter().map(of).collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(0.0)
}

fn options(arguments: &[String]) -> Result<(u64, Option<PathBuf>), Failure> {
    let (mut minutes, mut binary) = (MINUTES, None);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let value = rest.next().map(String::as_str).unwrap_or_default();
        match argument.as_str() {
            "--minutes" => {
                minutes = value.parse().ok().filter(|minutes| *minutes > 0).ok_or_else(|| {
                    Failure::Usage(format!("Expected minutes above 0, but found `{value}`."))
                })?;
            }
            "--binary" => binary = Some(PathBuf::from(value)),
            other => {
                let names = "--minutes or --binary";
                return Err(Failure::Usage(format!("Expected {names}, but found `{other}`.")));
            }
        }
    }
    Ok((minutes, binary))
}

/// A server of our own; killed when dropped.
struct Server {
    process: Child,
    binary: PathBuf,
    data: PathBuf,
    url: String,
}

impl Server {
    fn start(binary: &Path, folder: &Path) -> Result<Self, Failure> {
        let data = folder.join("data");
        let mut process = Command::new(binary)
            .args(["serve", "--json", "--http", "127.0.0.1:0", "--grpc", "off", "--data"])
            .arg(&data)
            .env("SEGUE_LOG", "warn")
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failed("start the server"))?;
        let output = process.stdout.take().expect("standard output is piped");
        let mut server = Server { process, binary: binary.to_owned(), data, url: String::new() };
        let mut said = String::new();
        BufReader::new(output).read_line(&mut said).map_err(failed("hear the server"))?;
        let said: Value = serde_json::from_str(&said).unwrap_or(Value::Null);
        let url = said["http"].as_str();
        server.url = url
            .ok_or_else(|| Failure::Work("Expected the server to say where it listens.".into()))?
            .to_owned();
        Ok(server)
    }

    /// Runs the bench against it and returns its report.
    fn load(&self, seconds: u64, rate: Option<u64>) -> Result<Value, Failure> {
        let mut bench = Command::new(&self.binary);
        bench.args(["bench", "one_task", "--json", "--concurrency", CALLERS, "--warm-up", "0s"]);
        bench.args(["--address", &self.url, "--server-pid", &self.process.id().to_string()]);
        bench.args(["--duration", &format!("{seconds}s")]);
        if let Some(rate) = rate {
            bench.args(["--rate", &rate.to_string()]);
        }
        let output = bench.stderr(Stdio::inherit()).output().map_err(failed("run the load"))?;
        if !output.status.success() {
            return Err(Failure::Work(format!("the load failed ({})", output.status)));
        }
        serde_json::from_slice(&output.stdout)
            .map_err(|error| Failure::Work(format!("Expected a report in JSON: {error}")))
    }

    fn sample(&self, minute: f64, report: &Value) -> Result<Sample, Failure> {
        let mib = |name: &str| {
            let bytes = std::fs::metadata(self.data.join(name)).map_or(0, |file| file.len());
            bytes as f64 / (1024.0 * 1024.0)
        };
        let handles = std::fs::read_dir(format!("/proc/{}/fd", self.process.id()))
            .map_err(failed("count file handles"))?;
        Ok(Sample {
            minute,
            rate: number(report, "instancesPerSecond"),
            p50_ms: number(report, "p50Ms"),
            p99_ms: number(report, "p99Ms"),
            resident_mib: number(report, "serverRssMib"),
            handles: handles.count(),
            wal_mib: mib("segue.db-wal"),
            views_wal_mib: mib("views.db-wal"),
            data_mib: mib("segue.db") + mib("views.db"),
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its data goes away with it: an end in peace would be of no use.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Sample {
    fn line(&self) -> String {
        format!(
            "| {:.1} | {:.0} | {:.1} | {:.1} | {:.1} | {} | {:.1} | {:.1} | {:.0} |",
            self.minute,
            self.rate,
            self.p50_ms,
            self.p99_ms,
            self.resident_mib,
            self.handles,
            self.wal_mib,
            self.views_wal_mib,
            self.data_mib
        )
    }
}

fn number(report: &Value, name: &str) -> f64 {
    report[name].as_f64().unwrap_or(0.0)
}

fn failed(action: &'static str) -> impl Fn(std::io::Error) -> Failure {
    move |error| Failure::Work(format!("Expected to {action}, but found: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    fn sample(p99_ms: f64) -> Sample {
        Sample {
            minute: 0.5,
            rate: 100.0,
            p50_ms: 1.0,
            p99_ms,
            resident_mib: 50.0,
            handles: 30,
            wal_mib: 32.0,
            views_wal_mib: 16.0,
            data_mib: 10.0,
        }
    }

    #[test]
    fn reads_how_long_and_which_binary() {
        assert_eq!(options(&[]), Ok((MINUTES, None)));
        let read = options(&words("--minutes 3 --binary target/ci/segue"));
        assert_eq!(read, Ok((3, Some(PathBuf::from("target/ci/segue")))));
        for line in ["--minutes 0", "--minutes", "--hours 3"] {
            assert!(matches!(options(&words(line)), Err(Failure::Usage(_))), "{line}");
        }
    }

    #[test]
    fn compares_the_first_quarter_with_the_last() {
        let samples: Vec<Sample> = (1..=8).map(|n| sample(f64::from(n))).collect();
        let said = verdict(&samples);
        assert!(said.contains("p99 ms: 2.0 in the first quarter, 8.0 in the last"), "{said}");
    }
}
