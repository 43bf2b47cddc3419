//! Writing the memory store: each component is checked whole, then applied whole.
//!
//! Not here: claims.

use std::sync::Arc;

use super::state::{Held, State};
use crate::batch::{
    AggregateWrite, Batch, Committed, Component, EffectWrite, HistoryWrite, JobWrite, TimerWrite,
};
use crate::limits::{ANSWER_SPAN_MS, ANSWER_SPANS};
use crate::load::HistoryRow;

/// The one audit segment of a store in memory.
const SEGMENT: u64 = 1;

impl State {
    pub(super) fn commit(&mut self, batch: &Batch) -> Committed {
        let span = batch.now_ms.div_euclid(ANSWER_SPAN_MS);
        let span = self.answers.last_key_value().map_or(span, |(last, _)| span.max(*last));
        self.answers.retain(|old, _| *old > span - ANSWER_SPANS);
        let mut accepted = Vec::with_capacity(batch.components.len());
        let before = self.history.len();
        for component in &batch.components {
            let fits = self.fits(component);
            if fits {
                self.apply(component, span, batch.now_ms);
            }
            accepted.push(fits);
        }
        if self.history.len() > before {
            self.seq += 1;
        }
        let claimed = batch.claims.iter().map(|claim| self.claim(claim, batch.now_ms)).collect();
        let position = self.history.len() as u64;
        Committed { accepted, claimed, position, segment: SEGMENT, seq: self.seq }
    }

    /// Whether everything the component was decided on still holds.
    fn fits(&self, component: &Component) -> bool {
        let stamp = |key: &u64| self.aggregates.get(key).map(|held| held.stamp);
        component.reads.iter().all(|(key, expected)| stamp(key) == Some(*expected))
            && component.aggregates.iter().all(|write| stamp(&write.key) == write.expected)
            && component.answers.iter().all(|row| self.answer(row.aggregate, &row.id).is_none())
            && component.definitions.iter().all(|row| !self.definitions.contains_key(&row.key))
            && component.resources.iter().all(|row| !self.resources.contains_key(&row.key))
            && (0..component.jobs.len()).all(|index| self.job_fits(&component.jobs, index))
            && (0..component.effects.len()).all(|index| self.effect_fits(component, index))
    }

    fn job_fits(&self, writes: &[JobWrite], index: usize) -> bool {
        let JobWrite::Delete { key, attempt: Some(expected) } = &writes[index] else {
            return true;
        };
        let put = writes[..index].iter().rev().find_map(|write| match write {
            JobWrite::Put(row) if row.key == *key => Some(row),
            _ => None,
        });
        put.or_else(|| self.jobs.get(key)).is_some_and(|row| row.attempt == *expected)
    }

    fn effect_fits(&self, component: &Component, index: usize) -> bool {
        match &component.effects[index] {
            EffectWrite::Put(row) => !self.effects.contains_key(&(row.target, row.source, row.n)),
            EffectWrite::Delete { target, source, n } => {
                let place = (*target, *source, *n);
                self.effects.contains_key(&place)
                    || component.effects[..index].iter().any(|write| {
                        matches!(write, EffectWrite::Put(row)
                            if (row.target, row.source, row.n) == place)
                    })
            }
        }
    }

    fn apply(&mut self, component: &Component, span: i64, now_ms: i64) {
        for write in &component.aggregates {
            self.write_aggregate(write);
        }
        for write in &component.jobs {
            self.write_job(write);
        }
        for write in &component.timers {
            match write {
                TimerWrite::Put(row) => self.put_timer(row.clone()),
                TimerWrite::Delete { key } => self.delete_timer(*key),
            }
        }
        for write in &component.effects {
            match write {
                EffectWrite::Put(row) => {
                    let place = (row.target, row.source, row.n);
                    self.effects.insert(place, row.body.as_slice().into());
                }
                EffectWrite::Delete { target, source, n } => {
                    self.effects.remove(&(*target, *source, *n));
                }
            }
        }
        for row in &component.definitions {
            self.definitions.insert(row.key, Arc::new(row.clone()));
        }
        for row in &component.resources {
            self.resources.insert(row.key, Arc::new(row.clone()));
        }
        self.deleted.extend(component.deletions.iter().map(|key| (*key, now_ms)));
        for row in &component.answers {
            let answers = self.answers.entry(span).or_default();
            answers.insert((row.aggregate, row.id.clone()), Arc::new(row.clone()));
        }
        for write in &component.history {
            self.write_history(write, now_ms);
        }
    }

    fn write_aggregate(&mut self, write: &AggregateWrite) {
        let Some(body) = &write.body else {
            self.aggregates.remove(&write.key);
            return;
        };
        let (kind, tenant, stamp) = (write.kind, write.tenant, write.stamp);
        let body: Arc<[u8]> = body.as_slice().into();
        let pages = self.aggregates.remove(&write.key).map(|held| held.pages).unwrap_or_default();
        let mut held = Held { kind, tenant, stamp, body, pages };
        for (page, body) in &write.pages {
            match body {
                Some(body) => {
                    held.pages.insert(*page, body.as_slice().into());
                }
                None => {
                    held.pages.remove(page);
                }
            }
        }
        self.aggregates.insert(write.key, held);
    }

    fn write_job(&mut self, write: &JobWrite) {
        match write {
            JobWrite::Put(row) => self.put_job(row.clone()),
            JobWrite::Release { key, attempt, due_ms } => {
                let held = self.jobs.get(key).filter(|row| row.attempt == *attempt);
                if let Some(mut row) = held.cloned() {
                    row.worker = None;
                    row.due_ms = *due_ms;
                    self.put_job(row);
                }
            }
            JobWrite::Delete { key, .. } => self.delete_job(*key),
        }
    }

    fn write_history(&mut self, write: &HistoryWrite, now_ms: i64) {
        let position = self.history.len() as u64 + 1;
        let row = HistoryRow {
            position,
            aggregate: write.aggregate,
            kind: write.kind,
            tenant: write.tenant,
            at_ms: now_ms,
            segment: SEGMENT,
            seq: self.seq + 1,
            body: write.body.clone(),
        };
        self.history_of.entry(write.aggregate).or_default().push(position);
        self.history.push(Arc::new(row));
    }
}
