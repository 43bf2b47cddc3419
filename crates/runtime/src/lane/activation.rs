//! What a worker is handed: a job with its headers and the variables it asked for.
//!
//! Not here: who gets which job (`board`, and claims in the commit).

use super::Lane;
use super::aggregate::Aggregate;
use super::board::Poll;
use super::chain::Stop;
use super::finish::Finished;
use crate::limits::ACTIVATION_BYTES_MAX;
use crate::request::{ActivateJobs, ActivatedJob};
use engine::event::{JobKind, Slot, Variables};
use engine::key::Key;
use engine::state::elements::page_of;
use engine::state::instance::Instance;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::batch::{ClaimedJobs, JobRow};
use store::load::{AggregateRow, Load, Pages};

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
        let headers = if job.headers.is_empty() { node.headers() } else { &job.headers };
        let heard = element.proposal.as_deref().filter(|_| job.kind == JobKind::TaskListener);
        let proposal = heard.map(|proposal| {
            let before = element.user_task.as_deref().unwrap_or(&proposal.task);
            Box::new((proposal.clone(), proposal.changed(before)))
        });
        let mut variables = variables(instance, row.slot, &wanted.fetch);
        if let Some((proposal, _)) = proposal.as_deref() {
            see_proposed(&mut variables, &proposal.variables, &wanted.fetch);
        }
        Some(ActivatedJob {
            key: job.key,
            job_type: job.job_type.clone(),
            instance: instance.key,
            element: element.key,
            element_id: node.id.clone(),
            definition: definition.key,
            process_id: definition.graph.process_id.clone(),
            version: definition.version,
            kind: job.kind,
            listener: job.listener,
            headers: headers.to_vec(),
            worker: row.worker.clone().unwrap_or_else(|| "".into()),
            retries: row.retries,
            deadline_ms: row.due_ms,
            attempt: row.attempt,
            variables,
            tenant: row.tenant,
            root: instance.parent.as_ref().map_or(instance.key, |parent| parent.root),
            business_id: instance.business_id.clone(),
            tags: instance.tags.clone(),
            priority: job.priority,
            proposal,
        })
    }

    /// Answers a worker whose claim was committed; one that got nothing goes on waiting.
    pub(super) fn hand_out(
        &mut self,
        poll: Poll,
        claimed: &ClaimedJobs,
        turn: u64,
        finished: &mut Finished,
    ) -> Result<(), store::Error> {
        let job_type = poll.wanted.job_type.clone();
        if self.board.is_suspended(&job_type) {
            // Suspended while the claim was on its way.
            finished.unwanted.extend(claimed.jobs.iter().map(|row| (Key(row.key), row.attempt)));
            self.board.wait_first(poll);
            return Ok(());
        }
        if claimed.jobs.len() < poll.wanted.limit as usize {
            self.board.exhausted(&job_type, claimed.next_due_ms);
        } else {
            self.board.plentiful(&job_type);
        }
        let committed = self.committed_instances(claimed, turn)?;
        let mut jobs: Vec<ActivatedJob> = Vec::with_capacity(claimed.jobs.len());
        let mut bytes = 0;
        for row in &claimed.jobs {
            self.board.ready(&job_type, row.due_ms);
            let held = self.activated(row, &poll.wanted);
            if held.is_some() {
                self.cache.jobs.insert(Key(row.key), row.clone());
            }
            let job = match committed.get(&row.instance) {
                Some(state) => state
                    .instance()
                    .and_then(|instance| self.activated_of(instance, row, &poll.wanted)),
                None => held,
            };
            let Some(job) = job else { continue };
            if fits(bytes, &job) {
                bytes += answer_bytes(&job);
                jobs.push(job);
            } else {
                finished.unwanted.push((job.key, job.attempt));
            }
        }
        if jobs.is_empty() {
            self.board.wait_first(poll);
        } else if let Err(jobs) = poll.reply.send(jobs) {
            finished.unwanted.extend(jobs.iter().map(|job| (job.key, job.attempt)));
        }
        Ok(())
    }

    /// Instances of claimed jobs that memory does not hold as they are committed: a worker must
    /// not see what a later turn did to them, nor what another lane has changed since.
    fn committed_instances(
        &mut self,
        claimed: &ClaimedJobs,
        turn: u64,
    ) -> Result<FxHashMap<u64, Aggregate>, store::Error> {
        let mut slots: BTreeMap<u64, Vec<Slot>> = BTreeMap::new();
        for row in &claimed.jobs {
            let cached = self.cache.peek(Key(row.instance));
            let settled = cached.is_some_and(|cached| cached.written <= turn && !self.shared);
            if !settled || !self.brings_slot(Key(row.instance), row.slot)? {
                slots.entry(row.instance).or_default().push(row.slot);
            }
        }
        let mut committed = FxHashMap::default();
        if slots.is_empty() {
            return Ok(committed);
        }
        let pages = |slots: &[Slot]| match self.shared {
            // Another lane may write between two reads.
            true => Pages::All,
            false => Pages::Some(pages_of(slots)),
        };
        let aggregates = slots.iter().map(|(key, slots)| (*key, pages(slots))).collect();
        let loaded = self.store.load(&Load { aggregates, ..Load::default() })?;
        for row in loaded.aggregates.into_iter().flatten() {
            let Ok(mut aggregate) = Aggregate::decode(&row, &self.definitions) else { continue };
            self.load_scopes(&row, &mut aggregate, &slots[&row.key])?;
            if !self.cache.has(Key(row.key)) {
                self.cache.put(Key(row.key), aggregate.clone(), Some(row.stamp), self.turn);
                self.paged.push(Key(row.key));
            }
            committed.insert(row.key, aggregate);
        }
        Ok(committed)
    }

    /// Makes sure that a slot of a kept instance and the scopes around it are in memory. `false`:
    /// another lane has written it since.
    fn brings_slot(&mut self, instance: Key, slot: Slot) -> Result<bool, store::Error> {
        loop {
            let held = self.cache.peek(instance).and_then(|cached| cached.aggregate.instance());
            let Some(page) = held.and_then(|held| held.absent_page(slot)) else {
                return Ok(held.is_some());
            };
            match self.bring_pages(instance, &[page]) {
                Ok(()) => {}
                Err(Stop::Store(error)) => return Err(error),
                Err(_) => return Ok(false),
            }
        }
    }

    /// Loads the pages of the scopes around slots; their own are there.
    fn load_scopes(
        &self,
        row: &AggregateRow,
        aggregate: &mut Aggregate,
        slots: &[Slot],
    ) -> Result<(), store::Error> {
        for slot in slots {
            while let Some(page) = aggregate.instance().and_then(|held| held.absent_page(*slot)) {
                let aggregates = vec![(row.key, Pages::Some(vec![page]))];
                let again = self.store.load(&Load { aggregates, ..Load::default() })?;
                let found = again.aggregates.into_iter().flatten().next();
                let found = found.filter(|again| again.stamp == row.stamp);
                let pages = found.map(|again| again.pages).unwrap_or_default();
                if pages.is_empty() || aggregate.bring_pages(Key(row.key), &[], &pages).is_err() {
                    // What cannot be read now is not handed out; its claim lapses.
                    break;
                }
            }
        }
        Ok(())
    }
}

/// Pages of slots beyond the root's.
fn pages_of(slots: &[Slot]) -> Vec<u32> {
    let mut pages: Vec<u32> = slots.iter().map(|slot| page_of(*slot)).collect();
    pages.retain(|page| *page > 0);
    pages.sort_unstable();
    pages.dedup();
    pages
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

/// A task listener sees the variables that come with what it hears.
fn see_proposed(variables: &mut Variables, proposed: &Variables, fetch: &[Arc<str>]) {
    let asked = |name: &Arc<str>| fetch.is_empty() || fetch.contains(name);
    for (name, value) in proposed.iter().filter(|(name, _)| asked(name)) {
        variables.retain(|(held, _)| held != name);
        variables.push((name.clone(), value.clone()));
    }
}

/// Rough bytes of a job in an answer.
pub(super) fn answer_bytes(job: &ActivatedJob) -> usize {
    512 + job.variables.iter().map(|(name, value)| name.len() + value.len() + 8).sum::<usize>()
}

/// Whether one more job of this size fits an answer that has `bytes` already.
pub(super) fn fits(bytes: usize, job: &ActivatedJob) -> bool {
    bytes == 0 || bytes + answer_bytes(job) <= ACTIVATION_BYTES_MAX
}
