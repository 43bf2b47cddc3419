//! Rows of what waits, kept from events alone, as the store keeps them: jobs and timers.
//!
//! Not read by the engine; the checks compare them with the aggregates' own state.

use super::World;
use engine::command::{Command, HeadCommand, InstanceCommand, MailboxCommand};
use engine::event::{Activation, InstanceEvent, Slot};
use engine::key::Key;
use engine::state::head::HeadEvent;
use engine::state::mailbox::MailboxEvent;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A job row.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Instance it belongs to.
    pub instance: Key,
    /// Element instance it belongs to.
    pub slot: Slot,
    /// Type workers poll for.
    pub job_type: Arc<str>,
    /// Tries left.
    pub retries: i32,
    /// Not handed out before, Unix milliseconds.
    pub due_ms: i64,
    /// Who holds it.
    pub by: Activation,
    /// Higher ones are handed out first.
    pub priority: i32,
}

/// Whom a timer wakes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimerOwner {
    /// An element instance.
    Instance(Key, Slot),
    /// A mailbox whose message expires.
    Mailbox(Key),
    /// A definition head with a start timer.
    Head(Key),
}

/// All rows.
#[derive(Debug, Clone, Default)]
pub(super) struct Rows {
    pub(super) jobs: BTreeMap<Key, Job>,
    pub(super) timers: BTreeMap<(i64, Key), TimerOwner>,
    /// Keys that ended; each may end once.
    over: BTreeSet<Key>,
}

impl Rows {
    fn end(&mut self, key: Key) {
        assert!(self.over.insert(key), "{key} ends once");
    }

    fn end_job(&mut self, key: Key) {
        assert!(self.jobs.remove(&key).is_some(), "job {key} lived until it ended");
        self.end(key);
    }

    fn end_timer(&mut self, key: Key, now_ms: Option<i64>) {
        let held = self.timers.keys().find(|(_, held)| *held == key).copied();
        let (due_ms, _) = held.unwrap_or_else(|| panic!("timer {key} ran until it ended"));
        assert!(now_ms.is_none_or(|now_ms| due_ms <= now_ms), "timer {key} fires when it is due");
        self.timers.remove(&(due_ms, key));
        self.end(key);
    }

    pub(super) fn note_instance(&mut self, instance: Key, event: &InstanceEvent, now_ms: i64) {
        use InstanceEvent as E;
        match event {
            E::JobCreated(created) => {
                let job = Job {
                    instance,
                    slot: created.slot,
                    job_type: created.job_type.clone(),
                    retries: created.retries,
                    due_ms: 0,
                    by: Activation::default(),
                    priority: created.priority,
                };
                assert!(self.jobs.insert(created.key, job).is_none(), "a job is created once");
            }
            E::JobCompleted { key, .. }
            | E::JobErrorThrown { key, .. }
            | E::JobCancelled { key, .. } => self.end_job(*key),
            E::JobFailed { key, retries, due_ms, .. } => {
                let job = self.job(*key);
                (job.retries, job.due_ms) = (*retries, *due_ms);
                job.by.worker = "".into();
            }
            E::JobRetriesUpdated { key, retries, .. } => self.job(*key).retries = *retries,
            E::JobOffered { key, .. } => self.job(*key).due_ms = now_ms,
            E::JobTimeoutUpdated { key, deadline_ms, .. } => self.job(*key).due_ms = *deadline_ms,
            E::TimerStarted { slot, key, due_ms, .. } => {
                self.timers.insert((*due_ms, *key), TimerOwner::Instance(instance, *slot));
            }
            E::TimerFired { key, .. } => self.end_timer(*key, Some(now_ms)),
            E::TimerCancelled { key, .. } => self.end_timer(*key, None),
            E::UserTaskCompleted { key, .. } | E::UserTaskCancelled { key, .. } => self.end(*key),
            _ => {}
        }
    }

    pub(super) fn note_mailbox(&mut self, mailbox: Key, event: &MailboxEvent) {
        if let MailboxEvent::ExpirySet { timer } = event {
            self.timers.retain(|_, owner| *owner != TimerOwner::Mailbox(mailbox));
            if let Some((key, due_ms)) = timer {
                self.timers.insert((*due_ms, *key), TimerOwner::Mailbox(mailbox));
            }
        }
    }

    pub(super) fn note_head(&mut self, head: Key, event: &HeadEvent, now_ms: i64) {
        match event {
            // Deleting another version than the latest stops no timer; no scenario does that.
            HeadEvent::VersionDeployed { .. } | HeadEvent::DefinitionDeleted { .. } => {
                self.timers.retain(|_, owner| *owner != TimerOwner::Head(head));
            }
            HeadEvent::StartTimerStarted { timer } => {
                self.timers.insert((timer.due_ms, timer.key), TimerOwner::Head(head));
            }
            HeadEvent::StartTimerFired { key } => self.end_timer(*key, Some(now_ms)),
        }
    }

    fn job(&mut self, key: Key) -> &mut Job {
        self.jobs.get_mut(&key).unwrap_or_else(|| panic!("job {key} lives while it changes"))
    }
}

impl World {
    /// The job of a type that is handed out next, of one instance or of any: of those of the
    /// highest priority the oldest.
    #[must_use]
    pub fn available_job(&self, job_type: &str, instance: Option<Key>) -> Option<Key> {
        let fits = |job: &Job| {
            *job.job_type == *job_type
                && job.retries > 0
                && job.due_ms <= self.now_ms()
                && instance.is_none_or(|key| key == job.instance)
        };
        let ready = self.jobs().filter(|(_, job)| fits(job));
        ready.min_by_key(|(key, job)| (Reverse(job.priority), *key)).map(|(key, _)| key)
    }

    /// Hands a job to a worker: changes the row and not the instance.
    pub fn activate(&mut self, key: Key, worker: &str) -> Option<Job> {
        let activated_ms = self.now_ms();
        let job = self.rows.jobs.get_mut(&key)?;
        job.by = Activation { worker: worker.into(), activated_ms, attempt: job.by.attempt + 1 };
        Some(job.clone())
    }

    pub(super) fn fire(&mut self, timer: Key, owner: TimerOwner) {
        let (target, command) = match owner {
            TimerOwner::Instance(instance, slot) => {
                (instance, Command::Instance(InstanceCommand::FireTimer { slot, timer }))
            }
            TimerOwner::Mailbox(mailbox) => {
                (mailbox, Command::Mailbox(MailboxCommand::ExpireMessages))
            }
            TimerOwner::Head(head) => (head, Command::Head(HeadCommand::FireStartTimer { timer })),
        };
        let fired = self.post(target, &command);
        fired.unwrap_or_else(|why| panic!("a timer whose row is there fires: {why}"));
        let again = self.rows.timers.contains_key(&(self.now_ms(), timer));
        assert!(!again, "timer {timer} is gone or later after it fired");
    }
}
