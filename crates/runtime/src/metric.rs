//! Figures a node shows under `/metrics`.
//!
//! Not here: the text format, which `api` writes.

use crate::node::Shared;

/// One figure.
#[derive(Debug, Clone)]
pub struct Metric {
    /// Name with unit, `segue_...`.
    pub name: &'static str,
    /// What it is.
    pub help: &'static str,
    /// Whether it only rises.
    pub is_counter: bool,
    /// Labels.
    pub labels: Vec<(&'static str, String)>,
    /// Value.
    pub value: f64,
}

/// All figures of a node.
pub(crate) fn all(shared: &Shared) -> Vec<Metric> {
    let counts = *shared.counts.lock();
    let (starts, work) = shared.inbox.len();
    let views = shared.projection.lock().len();
    let rows: [(&'static str, &'static str, bool, u64); 13] = [
        ("segue_batches_total", "Batches committed.", true, counts.batches),
        ("segue_orders_total", "Orders carried out.", true, counts.orders),
        ("segue_conflicts_total", "Components that conflicted.", true, counts.conflicts),
        ("segue_instances_created_total", "Process instances created.", true, counts.created),
        ("segue_instances_ended_total", "Process instances ended.", true, counts.ended),
        ("segue_jobs_created_total", "Jobs created.", true, counts.jobs),
        ("segue_incidents_raised_total", "Incidents raised.", true, counts.incidents),
        ("segue_aggregates_cached", "Aggregates in memory.", false, counts.cached),
        ("segue_aggregates_cached_bytes", "Rough bytes of them.", false, counts.cached_bytes),
        ("segue_workers_waiting", "Activation requests that wait.", false, counts.polls),
        ("segue_starts_waiting", "Starts in the inbox.", false, starts as u64),
        ("segue_work_waiting", "Other orders in the inbox.", false, work as u64),
        ("segue_view_rows_waiting", "View rows not written yet.", false, views as u64),
    ];
    let metric = |(name, help, is_counter, value): (_, _, _, u64)| Metric {
        name,
        help,
        is_counter,
        labels: Vec::new(),
        value: value as f64,
    };
    let sweep = &shared.sweep;
    let purged = [
        ("segue_purged_instances_total", "Instances purged.", true, &sweep.instances),
        ("segue_purged_rows_total", "History rows erased.", true, &sweep.rows),
    ];
    let purged = purged.map(|(name, help, is_counter, count)| {
        (name, help, is_counter, count.load(std::sync::atomic::Ordering::Relaxed))
    });
    let files = shared.store.sizes().into_iter().map(|held| Metric {
        name: "segue_file_bytes",
        help: "Bytes of the files of the data folder, their write-ahead logs included.",
        is_counter: false,
        labels: vec![("file", held.file.to_owned())],
        value: held.bytes as f64,
    });
    rows.into_iter().chain(purged).map(metric).chain(files).collect()
}
