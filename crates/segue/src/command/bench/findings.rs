//! Figures of one workload against what is wanted, as a table and as JSON.
//!
//! Not the figures of a closed loop (`report`).

use serde_json::{Map, Value, json};

use super::machine;
use super::report::round;
use crate::terminal;

/// What was found, in order.
#[derive(Debug)]
pub(super) struct Findings {
    workload: &'static str,
    size: u64,
    rows: Vec<Finding>,
}

#[derive(Debug)]
struct Finding {
    /// What, with its unit at the end.
    what: String,
    value: f64,
    wanted: &'static str,
}

impl Findings {
    /// Nothing yet.
    pub(super) fn of(workload: &'static str, size: u64) -> Self {
        Findings { workload, size, rows: Vec::new() }
    }

    /// A figure; `wanted` may be empty.
    pub(super) fn add(&mut self, what: impl Into<String>, value: f64, wanted: &'static str) {
        self.rows.push(Finding { what: what.into(), value: round(value, 3), wanted });
    }

    /// Memory of a server now and at most so far, MiB.
    pub(super) fn add_memory(&mut self, when: &str, pid: u32, wanted: &'static str) {
        if let Some(figures) = machine::figures(&pid.to_string()) {
            self.add(format!("memory {when} MiB"), mib(figures.resident_bytes), wanted);
        }
    }

    /// The most memory a server ever had, MiB.
    pub(super) fn add_peak(&mut self, when: &str, pid: u32, wanted: &'static str) {
        if let Some(bytes) = machine::peak_bytes(&pid.to_string()) {
            self.add(format!("peak memory {when} MiB"), mib(bytes), wanted);
        }
    }

    /// Prints everything.
    pub(super) fn print(&self, as_json: bool) {
        let load = machine::load_average().unwrap_or_default();
        if as_json {
            let figures: Map<String, Value> =
                self.rows.iter().map(|row| (row.what.clone(), json!(row.value))).collect();
            return terminal::json(&json!({
                "workload": self.workload,
                "size": self.size,
                "loadAverage": load,
                "figures": figures,
            }));
        }
        let head = [
            [format!("{} --size", self.workload), self.size.to_string(), String::new()],
            ["load average".to_owned(), load.to_string(), String::new()],
        ];
        let rows = self.rows.iter();
        let rows = rows.map(|row| [row.what.clone(), row.value.to_string(), row.wanted.to_owned()]);
        terminal::table(["figure", "value", "wanted"], head.into_iter().chain(rows));
    }
}

fn mib(bytes: u64) -> f64 {
    round(bytes as f64 / (1024.0 * 1024.0), 1)
}
