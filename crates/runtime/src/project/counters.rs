//! Counters: what the rows add up to, so that nobody has to count them.
//!
//! They are sums of differences: folding an event twice would count it twice, so they are written
//! in one transaction with the position (`take`). Not here: rows.

use super::{number, text};
use engine::definitions::Definition;
use engine::event::ElementIndex;
use engine::key::Key;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use store::view::{Cell, View, ViewWrite, counts, job_counts};

/// What is counted of instances and elements.
#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    Active,
    Completed,
    Cancelled,
    Incidents,
    Subscriptions,
}

/// What became of a job.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fate {
    Created,
    Completed,
    Failed,
}

/// Differences that wait to be written.
#[derive(Debug, Default)]
pub(super) struct Counters {
    elements: FxHashMap<(Key, Option<ElementIndex>), Sums>,
    jobs: FxHashMap<JobPlace, Jobs>,
}

#[derive(Debug)]
struct Sums {
    element_id: Arc<str>,
    process_id: Arc<str>,
    tenant: u32,
    by: [i64; 5],
}

/// Minute, tenant, job type, worker.
type JobPlace = (i64, u32, Arc<str>, Option<Arc<str>>);

/// Count and last time of each fate.
type Jobs = [(i64, i64); 3];

/// Milliseconds of a minute.
const MINUTE_MS: i64 = 60_000;

impl What {
    /// The word for a state that is an end: 1 completed, 2 cancelled.
    pub(super) fn ended(state: i64) -> Self {
        if state == 1 { What::Completed } else { What::Cancelled }
    }
}

impl Counters {
    pub(super) fn is_empty(&self) -> bool {
        self.elements.is_empty() && self.jobs.is_empty()
    }

    /// Counts instances of a definition.
    pub(super) fn count_instances(&mut self, definition: &Definition, what: What, more: i64) {
        self.add(definition, None, what, more);
    }

    /// Counts instances of an element.
    pub(super) fn count(
        &mut self,
        definition: &Definition,
        element: ElementIndex,
        what: What,
        more: i64,
    ) {
        self.add(definition, Some(element), what, more);
    }

    fn add(
        &mut self,
        definition: &Definition,
        element: Option<ElementIndex>,
        what: What,
        more: i64,
    ) {
        if more == 0 {
            return;
        }
        let sums = self.elements.entry((definition.key, element)).or_insert_with(|| {
            let graph = &definition.graph;
            Sums {
                element_id: element.map_or_else(|| "".into(), |it| graph.node(it).id.clone()),
                process_id: graph.process_id.clone(),
                tenant: definition.tenant,
                by: [0; 5],
            }
        });
        sums.by[what as usize] += more;
    }

    /// Counts a job of a tenant and type that a worker ended, or that was created.
    pub(super) fn count_job(
        &mut self,
        (tenant, job_type, worker): (u32, &Arc<str>, Option<&Arc<str>>),
        fate: Fate,
        now_ms: i64,
    ) {
        let minute_ms = now_ms - now_ms.rem_euclid(MINUTE_MS);
        let place = (minute_ms, tenant, job_type.clone(), worker.cloned());
        let (count, last_ms) = &mut self.jobs.entry(place).or_default()[fate as usize];
        *count += 1;
        *last_ms = now_ms.max(*last_ms);
    }

    /// As rows to be added.
    pub(super) fn into_writes(self) -> impl Iterator<Item = ViewWrite> {
        let sums = self.elements.into_iter().map(|((definition, _), sums)| sums.row(definition));
        let jobs = self.jobs.into_iter().map(|(place, jobs)| job_row(place, jobs));
        sums.chain(jobs)
    }
}

impl Sums {
    fn row(self, definition: Key) -> ViewWrite {
        let mut row = vec![Cell::Null; View::Counts.columns().len()];
        let columns = [
            counts::ACTIVE,
            counts::COMPLETED,
            counts::CANCELLED,
            counts::INCIDENTS,
            counts::SUBSCRIPTIONS,
        ];
        for (column, sum) in columns.into_iter().zip(self.by) {
            row[column as usize] = Cell::Int(sum);
        }
        row[counts::DEFINITION as usize] = number(definition.0);
        row[counts::ELEMENT_ID as usize] = text(&self.element_id);
        row[counts::PROCESS_ID as usize] = text(&self.process_id);
        row[counts::TENANT as usize] = Cell::Int(i64::from(self.tenant));
        ViewWrite::Count(View::Counts, row)
    }
}

fn job_row((minute_ms, tenant, job_type, worker): JobPlace, jobs: Jobs) -> ViewWrite {
    let mut row = vec![Cell::Null; View::JobCounts.columns().len()];
    let columns = [
        (job_counts::CREATED, job_counts::CREATED_MS),
        (job_counts::COMPLETED, job_counts::COMPLETED_MS),
        (job_counts::FAILED, job_counts::FAILED_MS),
    ];
    for ((count, last), (counted, last_ms)) in columns.into_iter().zip(jobs) {
        row[count as usize] = Cell::Int(counted);
        row[last as usize] = if counted > 0 { Cell::Int(last_ms) } else { Cell::Null };
    }
    row[job_counts::MINUTE_MS as usize] = Cell::Int(minute_ms);
    row[job_counts::TENANT as usize] = Cell::Int(i64::from(tenant));
    row[job_counts::JOB_TYPE as usize] = text(&job_type);
    row[job_counts::WORKER as usize] = worker.as_ref().map_or(Cell::Text("".into()), text);
    ViewWrite::Count(View::JobCounts, row)
}
