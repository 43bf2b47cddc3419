//! Reading the memory store.
//!
//! Not here: views (`query`).

use std::ops::Bound::{Excluded, Unbounded};
use std::sync::Arc;

use super::state::{Held, State};
use crate::batch::{AnswerRow, DefinitionRow, EffectRow, JobRow, ResourceRow, TimerRow};
use crate::load::{AggregateRow, HistoryRow, Load, Loaded, Pages};

impl State {
    pub(super) fn load(&self, load: &Load) -> Loaded {
        let aggregates = load.aggregates.iter().map(|(key, pages)| {
            let held = self.aggregates.get(key)?;
            Some(row(*key, held, pages))
        });
        let answers = load.answers.iter().map(|(aggregate, id)| self.answer(*aggregate, id));
        Loaded {
            aggregates: aggregates.collect(),
            jobs: load.jobs.iter().map(|key| self.jobs.get(key).cloned()).collect(),
            answers: answers.map(|found| found.map(|row| AnswerRow::clone(row))).collect(),
        }
    }

    pub(super) fn answer(&self, aggregate: u64, id: &str) -> Option<&Arc<AnswerRow>> {
        let place = (aggregate, id.to_owned());
        self.answers.values().find_map(|span| span.get(&place))
    }

    pub(super) fn due_timers(&self, now_ms: i64, after: (i64, u64), limit: u32) -> Vec<TimerRow> {
        let due = self.timers_due.range((Excluded(after), Unbounded));
        due.take_while(|(due_ms, _)| *due_ms <= now_ms)
            .take(limit as usize)
            .map(|(_, key)| self.timers[key].clone())
            .collect()
    }

    pub(super) fn pending_effects(&self, after: (u64, u64, u64), limit: u32) -> Vec<EffectRow> {
        let left = self.effects.range((Excluded(after), Unbounded)).take(limit as usize);
        left.map(|(&(target, source, n), body)| EffectRow {
            target,
            source,
            n,
            body: body.to_vec(),
        })
        .collect()
    }

    pub(super) fn next_job_ms(&self, tenant: u32, job_type: &str) -> Option<i64> {
        let priorities = self.jobs_due.get(&(tenant, Arc::from(job_type)))?;
        let firsts = priorities.values().filter_map(|due| due.first().map(|(due_ms, _)| *due_ms));
        firsts.min().filter(|due_ms| *due_ms < i64::MAX)
    }

    pub(super) fn events(&self, after: u64, limit: u32) -> Vec<HistoryRow> {
        let from = usize::try_from(after).unwrap_or(usize::MAX).min(self.history.len());
        let rows = self.history[from..].iter().take(limit as usize);
        rows.map(|row| HistoryRow::clone(row)).collect()
    }

    pub(super) fn events_of(&self, aggregate: u64, after: u64, limit: u32) -> Vec<HistoryRow> {
        let positions = self.history_of.get(&aggregate).map_or(&[][..], Vec::as_slice);
        let from = positions.partition_point(|position| *position <= after);
        let rows = positions[from..].iter().take(limit as usize);
        rows.map(|position| HistoryRow::clone(&self.history[*position as usize - 1])).collect()
    }

    pub(super) fn definitions(&self, after_key: u64, limit: u32) -> Vec<DefinitionRow> {
        let rows = self.definitions.range((Excluded(after_key), Unbounded)).take(limit as usize);
        rows.map(|(_, row)| DefinitionRow::clone(row)).collect()
    }

    pub(super) fn resources(&self, after_key: u64, limit: u32) -> Vec<ResourceRow> {
        let rows = self.resources.range((Excluded(after_key), Unbounded)).take(limit as usize);
        rows.map(|(_, row)| ResourceRow::clone(row)).collect()
    }

    pub(super) fn all_aggregates(&self, after_key: u64, limit: u32) -> Vec<AggregateRow> {
        let rows = self.aggregates.range((Excluded(after_key), Unbounded)).take(limit as usize);
        rows.map(|(key, held)| row(*key, held, &Pages::All)).collect()
    }

    pub(super) fn all_jobs(&self, after_key: u64, limit: u32) -> Vec<JobRow> {
        let rows = self.jobs.range((Excluded(after_key), Unbounded)).take(limit as usize);
        rows.map(|(_, row)| row.clone()).collect()
    }

    pub(super) fn all_timers(&self, after_key: u64, limit: u32) -> Vec<TimerRow> {
        let rows = self.timers.range((Excluded(after_key), Unbounded)).take(limit as usize);
        rows.map(|(_, row)| row.clone()).collect()
    }
}

fn row(key: u64, held: &Held, pages: &Pages) -> AggregateRow {
    let pages = match pages {
        Pages::Root => Vec::new(),
        Pages::All => held.pages.iter().map(|(page, body)| (*page, body.to_vec())).collect(),
        Pages::Some(wanted) => {
            wanted.iter().filter_map(|page| Some((*page, held.pages.get(page)?.to_vec()))).collect()
        }
    };
    let Held { kind, tenant, stamp, .. } = *held;
    AggregateRow { key, kind, tenant, stamp, body: held.body.to_vec(), pages }
}
