//! What a measurement means: rates, quantiles and costs per instance, as a table and as JSON.
//!
//! Not the measuring (`load`).

use std::time::Duration;

use serde::Serialize;

use super::load::{Measured, Plan};
use super::machine;
use crate::terminal;

/// The figures of one measurement.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    workload: &'static str,
    concurrency: u32,
    workers: u32,
    activate_max: u32,
    seconds: f64,
    instances: u64,
    pub(super) instances_per_second: f64,
    jobs_per_second: f64,
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
    max_ms: f64,
    busy: u64,
    server_rss_mib: Option<f64>,
    pub(super) server_cpu_ms_per_instance: Option<f64>,
    client_cpu_ms_per_instance: Option<f64>,
    pub(super) written_bytes_per_instance: Option<f64>,
    disk_bytes_per_instance: Option<f64>,
    load_average: Option<f64>,
}

impl Report {
    /// Computes the figures; `disk_bytes` is the data folder after a clean end.
    pub(super) fn of(plan: &Plan, measured: &Measured, disk_bytes: Option<u64>) -> Self {
        let instances = measured.latencies.len() as u64;
        let seconds = measured.elapsed.as_secs_f64();
        let each = |total: f64| round(total / instances.max(1) as f64, 4);
        let rate = instances as f64 / seconds.max(f64::EPSILON);
        let server = measured.server;
        let ms = |q| round(quantile(&measured.latencies, q).as_secs_f64() * 1_000.0, 3);
        Report {
            workload: plan.workload.name(),
            concurrency: plan.concurrency,
            workers: if plan.workload.jobs() > 0 { plan.workers } else { 0 },
            activate_max: plan.activate_max,
            seconds: round(seconds, 3),
            instances,
            instances_per_second: round(rate, 1),
            jobs_per_second: round(rate * f64::from(plan.workload.jobs()), 1),
            p50_ms: ms(0.5),
            p99_ms: ms(0.99),
            max_ms: ms(1.0),
            busy: measured.busy,
            server_rss_mib: server
                .map(|(_, end)| round(end.resident_bytes as f64 / (1024.0 * 1024.0), 1)),
            server_cpu_ms_per_instance: server.map(|(from, to)| each(to.cpu_ms - from.cpu_ms)),
            client_cpu_ms_per_instance: measured
                .client
                .map(|(from, to)| each(to.cpu_ms - from.cpu_ms)),
            written_bytes_per_instance: server
                .map(|(from, to)| each(to.written_bytes.saturating_sub(from.written_bytes) as f64)),
            disk_bytes_per_instance: disk_bytes
                .map(|bytes| round(bytes as f64 / measured.ended.max(1) as f64, 1)),
            load_average: machine::load_average(),
        }
    }

    /// Prints the figures.
    pub(super) fn print(&self, as_json: bool) {
        if as_json {
            return terminal::json(self);
        }
        let absent = || "unknown".to_owned();
        let optional = |figure: Option<f64>| figure.map_or_else(absent, |it| it.to_string());
        let clients = format!("{} callers, {} workers", self.concurrency, self.workers);
        let rows = [
            ["workload".to_owned(), self.workload.to_owned()],
            ["load".to_owned(), clients],
            ["instances".to_owned(), format!("{} in {} s", self.instances, self.seconds)],
            ["instances/s".to_owned(), self.instances_per_second.to_string()],
            ["jobs/s".to_owned(), self.jobs_per_second.to_string()],
            ["p50 ms".to_owned(), self.p50_ms.to_string()],
            ["p99 ms".to_owned(), self.p99_ms.to_string()],
            ["max ms".to_owned(), self.max_ms.to_string()],
            ["refused as busy".to_owned(), self.busy.to_string()],
            ["server memory MiB".to_owned(), optional(self.server_rss_mib)],
            ["server CPU ms/instance".to_owned(), optional(self.server_cpu_ms_per_instance)],
            ["client CPU ms/instance".to_owned(), optional(self.client_cpu_ms_per_instance)],
            ["written bytes/instance".to_owned(), optional(self.written_bytes_per_instance)],
            ["disk bytes/instance".to_owned(), optional(self.disk_bytes_per_instance)],
            ["load average".to_owned(), optional(self.load_average)],
        ];
        terminal::table(["figure", "value"], rows);
    }
}

/// The value below which a share `q` of the sorted values lies.
pub(super) fn quantile(sorted: &[Duration], q: f64) -> Duration {
    let at = (sorted.len() as f64 * q) as usize;
    sorted.get(at).or(sorted.last()).copied().unwrap_or_default()
}

pub(super) fn round(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_few_values_are_values() {
        let sorted: Vec<Duration> = (1..=100).map(Duration::from_millis).collect();
        assert_eq!(quantile(&sorted, 0.5), Duration::from_millis(51));
        assert_eq!(quantile(&sorted, 0.99), Duration::from_millis(100));
        assert_eq!(quantile(&sorted, 1.0), Duration::from_millis(100));
        assert_eq!(quantile(&[], 0.5), Duration::ZERO);
    }
}
