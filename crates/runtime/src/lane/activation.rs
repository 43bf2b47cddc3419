//! What a worker is handed: a job with its headers and the variables it asked for.
//!
//! Not here: who gets which job (`board`, and claims in the commit).

use super::Lane;
use crate::limits::ACTIVATION_BYTES_MAX;
use crate::request::{ActivateJobs, ActivatedJob};
use engine::event::Variables;
use engine::key::Key;
use engine::state::instance::Instance;
use std::sync::Arc;
use store::batch::JobRow;

impl Lane {
    /// The job of a row, if its instance still holds it.
    pub(super) fn activated(&self, row: &JobRow, wanted: &ActivateJobs) -> Option<ActivatedJob> {
        let instance = self.cache.peek(Key(row.instance))?.aggregate.instance()?;
        self.activated_of(instance, row, wanted)
    }

    /// The job of a row, if this state of its instance holds it.
    pub(super) fn activated_of(
        &self,
        instance: &Instance,
        row: &JobRow,
        wanted: &ActivateJobs,
    ) -> Option<ActivatedJob> {
        let element = instance.element(row.slot)?;
        let job = element.job.as_ref().filter(|job| job.key.0 == row.key)?;
        let definition = self.definitions.get(instance.definition)?;
        let node = definition.graph.node(element.element);
        let headers = if job.headers.is_empty() {
            node.kind.job().map(|spec| spec.headers.clone()).unwrap_or_default()
        } else {
            job.headers.clone()
        };
        Some(ActivatedJob {
            key: job.key,
            job_type: job.job_type.clone(),
            instance: instance.key,
            element: element.key,
            element_id: node.id.clone(),
            definition: definition.key,
            process_id: definition.graph.process_id.clone(),
            version: definition.version,
            headers,
            worker: row.worker.clone().unwrap_or_else(|| "".into()),
            retries: row.retries,
            deadline_ms: row.due_ms,
            attempt: row.attempt,
            variables: variables(instance, row.slot, &wanted.fetch),
            tenant: row.tenant,
        })
    }
}

/// The variables a worker sees: those it asked for, or all visible ones.
fn variables(instance: &Instance, slot: u32, fetch: &[Arc<str>]) -> Variables {
    if fetch.is_empty() {
        return instance.visible(slot).into_iter().collect();
    }
    let found =
        |name: &Arc<str>| instance.variable(slot, name).map(|value| (name.clone(), value.clone()));
    fetch.iter().filter_map(found).collect()
}

/// Rough bytes of a job in an answer.
pub(super) fn answer_bytes(job: &ActivatedJob) -> usize {
    512 + job.variables.iter().map(|(name, value)| name.len() + value.len() + 8).sum::<usize>()
}

/// Whether one more job of this size fits an answer that has `bytes` already.
pub(super) fn fits(bytes: usize, job: &ActivatedJob) -> bool {
    bytes == 0 || bytes + answer_bytes(job) <= ACTIVATION_BYTES_MAX
}
