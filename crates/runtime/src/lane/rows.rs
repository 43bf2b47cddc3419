//! From events to rows of what waits: jobs and timers, which decisions need at once.
//!
//! Not here: views (`project`), which only questions need.

use super::work::{Component, JobChange, TimerChange, Work};
use super::{Answered, Lane};
use crate::request::{Answer, CreatedInstance, EndedInstance, Refusal};
use engine::command::Rejection;
use engine::event::{InstanceEvent, Verdict};
use engine::key::Key;
use engine::record::Events;
use engine::state::head::HeadEvent;
use engine::state::mailbox::MailboxEvent;
use std::sync::Arc;
use store::batch::{JobRow, TimerRow};
use store::load::Load;

impl Lane {
    pub(super) fn note_rows(
        &mut self,
        work: &mut Work,
        component: Component,
        target: Key,
        events: &Events,
    ) {
        match events {
            Events::Instance(events) => {
                for event in events {
                    self.note_instance(work, component, target, event);
                }
            }
            Events::Mailbox(events) => {
                for event in events {
                    if let MailboxEvent::ExpirySet { timer } = event {
                        self.note_expiry(work, component, target, *timer);
                    }
                }
            }
            Events::Head(events) => {
                for event in events {
                    self.note_head(work, component, target, event);
                }
            }
            Events::Work(events) => {
                for (key, due_ms) in events.iter().filter_map(work::Event::timer) {
                    self.start_timer(work, component, target, (0, key, due_ms));
                }
            }
            Events::BatchOperation(_)
            | Events::Suspension(_)
            | Events::BpmnSignal(_)
            | Events::Entry(_)
            | Events::Evaluation(_)
            | Events::Resource(_) => {}
        }
    }

    /// Job rows that events change and nobody has looked up yet.
    pub(super) fn load_job_rows(
        &mut self,
        work: &Work,
        target: Key,
        events: &Events,
    ) -> Result<(), store::Error> {
        let Events::Instance(events) = events else { return Ok(()) };
        let changed = events.iter().filter_map(|event| match event {
            InstanceEvent::JobFailed { key, .. }
            | InstanceEvent::JobRetriesUpdated { key, .. }
            | InstanceEvent::JobTimeoutUpdated { key, .. }
            | InstanceEvent::JobOffered { key, .. } => Some(*key),
            _ => None,
        });
        let known = |key: &Key| self.cache.jobs.contains_key(key) || work.jobs.contains_key(key);
        let jobs: Vec<u64> = changed.filter(|key| !known(key)).map(|key| key.0).collect();
        if jobs.is_empty() {
            return Ok(());
        }
        match self.store.load(&Load { jobs, ..Load::default() }) {
            Ok(loaded) => {
                let rows = loaded.jobs.into_iter().flatten();
                self.cache.jobs.extend(rows.map(|row| (Key(row.key), row)));
                Ok(())
            }
            Err(error) => {
                self.cache.forget(target);
                Err(error)
            }
        }
    }

    fn note_instance(
        &mut self,
        work: &mut Work,
        component: Component,
        target: Key,
        event: &InstanceEvent,
    ) {
        use InstanceEvent as E;
        match event {
            E::InstanceCreated(_) => self.counts.created += 1,
            E::InstanceCompleted => self.note_end(work, component, target, true),
            E::InstanceCancelled => self.note_end(work, component, target, false),
            E::IncidentRaised { .. } => self.counts.incidents += 1,
            E::UserTaskChangeDecided { key, verdict, reason, .. } => {
                work.decided.push((component, decided(*key, *verdict, reason)));
            }
            E::JobCreated(created) => {
                self.counts.jobs += 1;
                let row = JobRow {
                    key: created.key.0,
                    instance: target.0,
                    slot: created.slot,
                    tenant: self.tenant_of(target),
                    job_type: created.job_type.clone(),
                    due_ms: if created.retries > 0 { self.inputs.now_ms } else { i64::MAX },
                    worker: None,
                    activated_ms: 0,
                    attempt: 0,
                    retries: created.retries,
                    priority: created.priority,
                };
                work.change_job(component, created.key, JobChange::New(row));
            }
            E::JobCompleted { key, .. }
            | E::JobErrorThrown { key, .. }
            | E::JobCancelled { key, .. } => self.drop_job(work, component, *key),
            E::JobFailed { key, retries, due_ms, .. } => {
                self.change_row(work, component, *key, |row| {
                    row.retries = *retries;
                    row.due_ms = *due_ms;
                    row.worker = None;
                });
            }
            E::JobRetriesUpdated { key, retries, .. } => {
                self.change_row(work, component, *key, |row| row.retries = *retries);
            }
            E::JobTimeoutUpdated { key, deadline_ms, .. } => {
                self.change_row(work, component, *key, |row| row.due_ms = *deadline_ms);
            }
            E::JobOffered { key, .. } => {
                let now_ms = self.inputs.now_ms;
                self.change_row(work, component, *key, |row| {
                    row.due_ms = now_ms;
                    row.worker = None;
                });
            }
            E::TimerStarted { slot, key, due_ms, .. } => {
                self.start_timer(work, component, target, (*slot, *key, *due_ms));
            }
            E::TimerFired { key, .. } | E::TimerCancelled { key, .. } => {
                drop_timer(work, component, *key);
            }
            _ => {}
        }
    }

    fn note_head(&mut self, work: &mut Work, component: Component, target: Key, event: &HeadEvent) {
        match event {
            HeadEvent::StartTimerStarted { timer } => {
                self.start_timer(work, component, target, (0, timer.key, timer.due_ms));
            }
            HeadEvent::StartTimerFired { key } => drop_timer(work, component, *key),
            // Their timers die by themselves: the head does not hold them any more.
            HeadEvent::VersionDeployed { .. } | HeadEvent::DefinitionDeleted { .. } => {}
        }
    }

    /// The old expiry row dies by itself: the mailbox does not hold it any more.
    fn note_expiry(
        &mut self,
        work: &mut Work,
        component: Component,
        target: Key,
        timer: Option<(Key, i64)>,
    ) {
        if let Some((key, due_ms)) = timer {
            self.start_timer(work, component, target, (0, key, due_ms));
        }
    }

    fn start_timer(
        &mut self,
        work: &mut Work,
        component: Component,
        target: Key,
        (slot, key, due_ms): (u32, Key, i64),
    ) {
        let row = TimerRow { key: key.0, aggregate: target.0, slot, due_ms };
        work.change_timer(component, key, TimerChange::New(row));
        self.next_timer_ms = Some(self.next_timer_ms.map_or(due_ms, |next| next.min(due_ms)));
    }

    fn drop_job(&mut self, work: &mut Work, component: Component, key: Key) {
        match work.jobs.get(&key) {
            // Nobody ever saw the row: it need not be written.
            Some((_, JobChange::New(_))) => {
                work.jobs.remove(&key);
                work.job_order.retain(|held| *held != key);
            }
            _ => work.change_job(component, key, JobChange::Gone),
        }
    }

    fn change_row(
        &mut self,
        work: &mut Work,
        component: Component,
        key: Key,
        change: impl FnOnce(&mut JobRow),
    ) {
        if let Some((_, JobChange::New(row) | JobChange::Changed(row))) = work.jobs.get_mut(&key) {
            change(row);
            return;
        }
        let Some(row) = self.cache.jobs.get(&key) else { return };
        let mut row = row.clone();
        change(&mut row);
        work.change_job(component, key, JobChange::Changed(row));
    }

    fn note_end(&mut self, work: &mut Work, component: Component, target: Key, completed: bool) {
        self.counts.ended += 1;
        let Some(cached) = self.cache.peek(target) else { return };
        let Some(instance) = cached.aggregate.instance() else { return };
        let Some(definition) = self.definitions.get(instance.definition) else { return };
        let created = CreatedInstance {
            instance: target,
            definition: definition.key,
            process_id: definition.graph.process_id.clone(),
            version: definition.version,
            business_id: instance.business_id.clone(),
        };
        let variables = instance.visible(0).into_iter().collect();
        // Whoever said where it ends awaits what it has come to by then.
        let completed = completed || instance.stopped;
        work.ended.push((component, target, EndedInstance { created, completed, variables }));
    }

    fn tenant_of(&self, target: Key) -> u32 {
        self.cache.peek(target).map_or(0, |cached| cached.aggregate.tenant())
    }
}

/// What whoever asked for a change of a user task is told.
fn decided(task: Key, verdict: Verdict, reason: &Arc<str>) -> (Key, Answered) {
    let answer = match verdict {
        Verdict::Accepted => Ok(Answer::Done),
        Verdict::Denied => Err(format!(
            "Expected the listeners of user task `{task}` to accept the change, but one denied \
             it: {}",
            if reason.is_empty() { "it says no reason." } else { reason }
        )),
        Verdict::Cancelled => Err(format!(
            "Expected user task `{task}` to be there when its listeners had heard the change, but \
             it was cancelled."
        )),
    };
    (task, answer.map_err(|message| Refusal::Rejected(Rejection::invalid_state(message))))
}

fn drop_timer(work: &mut Work, component: Component, key: Key) {
    if let Some((_, TimerChange::New(_))) = work.timers.get(&key) {
        work.timers.remove(&key);
        work.timer_order.retain(|held| *held != key);
    } else {
        work.change_timer(component, key, TimerChange::Gone);
    }
}
