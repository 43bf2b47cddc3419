//! Rows of what waits: every job and timer an aggregate holds has its row, and the reverse.
//!
//! Not here: view rows.

use super::{Exam, PAGE};
use crate::lane::Aggregate;
use engine::key::Key;
use engine::state::instance::{ElementInstance, Instance};
use std::collections::BTreeMap;
use store::batch::{JobRow, TimerRow};
use store::load::{Load, Pages};

impl Exam<'_> {
    /// Rows of the jobs and timers of an instance.
    pub(super) fn instance_waits(
        &mut self,
        key: Key,
        state: &Instance,
    ) -> Result<(), store::Error> {
        let held: Vec<_> = state.elements.iter().filter(|(_, held)| held.job.is_some()).collect();
        let jobs = held.iter().filter_map(|(_, held)| Some(held.job.as_ref()?.key.0)).collect();
        let rows = self.store.load(&Load { jobs, ..Load::default() })?.jobs;
        for ((slot, held), row) in held.into_iter().zip(rows) {
            let still = state.stands_still();
            self.job(key, state.tenant, (*slot, still), held, row.as_ref());
        }
        for (slot, held) in &state.elements {
            for timer in &held.timers {
                let expected = TimerRow {
                    key: timer.key.0,
                    aggregate: key.0,
                    slot: *slot,
                    due_ms: timer.due_ms,
                };
                self.timer(&expected)?;
            }
        }
        Ok(())
    }

    fn job(
        &mut self,
        key: Key,
        tenant: u32,
        (slot, still): (u32, bool),
        held: &ElementInstance,
        row: Option<&JobRow>,
    ) {
        let Some(job) = &held.job else { return };
        let Some(row) = row else {
            return self.find(key, "I5", format!("a row of job {}", job.key), "none");
        };
        let expected = JobRow {
            key: job.key.0,
            instance: key.0,
            slot,
            tenant,
            job_type: job.job_type.clone(),
            retries: job.retries,
            priority: job.priority,
            ..row.clone()
        };
        self.check(*row == expected, key, "I5", || format!("{expected:?}"), || format!("{row:?}"));
        let stopped = still || held.incidents.iter().any(|incident| incident.job == Some(job.key));
        self.check(
            stopped || row.due_ms < i64::MAX,
            key,
            "L1",
            || format!("job {} to be handed out some time, for no incident stops it", job.key),
            || "that it never is".to_owned(),
        );
    }

    /// A timer an aggregate holds has exactly this row.
    pub(super) fn timer(&mut self, expected: &TimerRow) -> Result<(), store::Error> {
        let row = self.store.all_timers(expected.key - 1, 1)?.into_iter().next();
        let row = row.filter(|row| row.key == expected.key);
        self.check(
            row.as_ref() == Some(expected),
            Key(expected.aggregate),
            "I9",
            || format!("{expected:?}"),
            || row.as_ref().map_or_else(|| "no row".to_owned(), |row| format!("{row:?}")),
        );
        Ok(())
    }

    /// Every job row is of a job its instance holds.
    pub(super) fn job_rows(&mut self) -> Result<(), store::Error> {
        let mut after = 0;
        loop {
            let rows = self.store.all_jobs(after, PAGE)?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = last.key;
            let held = self.load_all(rows.iter().map(|row| row.instance))?;
            for row in &rows {
                let instance = held.get(&row.instance).and_then(Aggregate::instance);
                let element = instance.and_then(|instance| instance.element(row.slot));
                let job = element.and_then(|element| element.job.as_ref());
                self.check(
                    job.is_some_and(|job| job.key.0 == row.key),
                    Key(row.instance),
                    "I5",
                    || format!("an instance that holds job {}, which has a row", row.key),
                    || describe(instance),
                );
            }
        }
    }

    /// Every timer row is of a timer its instance holds. Heads and mailboxes move on without
    /// deleting the row of the timer they held before: the lane drops it when it is due.
    pub(super) fn timer_rows(&mut self) -> Result<(), store::Error> {
        let mut after = 0;
        loop {
            let rows = self.store.all_timers(after, PAGE)?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = last.key;
            let held = self.load_all(rows.iter().map(|row| row.aggregate))?;
            for row in &rows {
                // A row without an aggregate is a mailbox's that is empty now, or a damage that
                // the other direction cannot see: nobody can tell them apart, and it is dropped.
                let Some(Aggregate::Instance(instance, _)) = held.get(&row.aggregate) else {
                    continue;
                };
                let element = instance.element(row.slot);
                let timers = element.map_or(&[][..], |element| &element.timers);
                self.check(
                    timers.iter().any(|timer| timer.key.0 == row.key),
                    Key(row.aggregate),
                    "I9",
                    || format!("an instance that holds timer {}, which has a row", row.key),
                    || describe(Some(instance)),
                );
            }
        }
    }

    fn load_all(
        &self,
        keys: impl Iterator<Item = u64>,
    ) -> Result<BTreeMap<u64, Aggregate>, store::Error> {
        let mut keys: Vec<u64> = keys.collect();
        keys.sort_unstable();
        keys.dedup();
        let aggregates = keys.into_iter().map(|key| (key, Pages::All)).collect();
        let rows = self.store.load(&Load { aggregates, ..Load::default() })?.aggregates;
        let decoded = rows
            .into_iter()
            .flatten()
            .filter_map(|row| Some((row.key, Aggregate::decode(&row, &self.definitions).ok()?)));
        Ok(decoded.collect())
    }
}

fn describe(instance: Option<&Instance>) -> String {
    match instance {
        None => "no such instance".to_owned(),
        Some(instance) => {
            let slots = instance.elements.keys().map(ToString::to_string).collect::<Vec<_>>();
            format!("one that does not; its slots are {}", slots.join(", "))
        }
    }
}
