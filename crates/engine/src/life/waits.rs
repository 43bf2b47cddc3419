//! Waits: opening and closing jobs, timers, subscriptions and user tasks of a slot.
//!
//! Not here: what ends a wait; commands do (`step::instance`).

use super::Ctx;
use crate::command::{Command, MailboxCommand};
use crate::element::Entered;
use crate::event::{
    ElementIndex, IncidentKind, InstanceEvent, JobCreated, ListenerEvent, Slot, SubscriptionOpened,
    Verdict,
};
use crate::key::Key;
use crate::limits::NAME_CHARACTERS_MAX;
use crate::part::job::JobSpec;
use crate::part::{Failure, Wait};
use crate::state::instance::Subscription;
use crate::state::mailbox::Waiting;
use crate::state::{Kind, named_key};
use std::sync::Arc;

/// Retries of a job that does not say.
const RETRIES_DEFAULT: i32 = 3;

impl Ctx<'_> {
    /// Creates a job for a worker and waits.
    pub(crate) fn create_job(&mut self, slot: Slot, spec: &JobSpec) -> Result<Entered, Failure> {
        let created = self.new_job(slot, spec)?;
        self.emit(InstanceEvent::JobCreated(Box::new(created)));
        Ok(Entered::Waits)
    }

    /// A job as it is asked for, with a key.
    pub(super) fn new_job(&mut self, slot: Slot, spec: &JobSpec) -> Result<JobCreated, Failure> {
        let job_type = self.text(slot, &spec.job_type, "the job type")?;
        if job_type.chars().count() > NAME_CHARACTERS_MAX {
            return Err(Failure::new(
                IncidentKind::ExtractValue,
                format!("Expected a job type of at most {NAME_CHARACTERS_MAX} characters."),
            ));
        }
        let retries = match &spec.retries {
            None => RETRIES_DEFAULT,
            Some(written) => {
                let text = self.text(slot, written, "the retries")?;
                text.trim().parse::<i32>().map_err(|_| {
                    Failure::new(
                        IncidentKind::ExtractValue,
                        format!("Expected the retries to be a whole number, but found `{text}`."),
                    )
                })?
            }
        };
        let priority = self.job_priority(slot)?;
        let key = self.next_key();
        Ok(JobCreated { slot, key, job_type, retries, priority, ..JobCreated::default() })
    }

    /// The priority an element gives its jobs, or its process gives all of them.
    fn job_priority(&self, slot: Slot) -> Result<i32, Failure> {
        let process = &self.graph.node(0).job_priority;
        let Some(written) = self.node(slot).job_priority.as_ref().or(process.as_ref()) else {
            return Ok(0);
        };
        let text = self.text(slot, written, "the job priority")?;
        text.trim().parse::<i32>().map_err(|_| {
            Failure::new(
                IncidentKind::ExtractValue,
                format!(
                    "Expected the job priority to be a whole number of 32 bits, but found `{text}`."
                ),
            )
        })
    }

    /// Opens a wait of a slot for its element or one of its boundary events.
    pub(crate) fn open_wait(&mut self, slot: Slot, element: ElementIndex, wait: Wait) {
        let key = self.next_key();
        match wait {
            Wait::Timer { due_ms, repetitions } => {
                self.emit(InstanceEvent::TimerStarted { slot, key, element, due_ms, repetitions });
            }
            Wait::Message { name, correlation_key } => {
                let once = self.closes(slot, element);
                let waiting = Waiting {
                    key,
                    instance: self.state.key,
                    slot,
                    process_id: self.graph.process_id.clone(),
                    name: name.clone(),
                    correlation_key: correlation_key.clone(),
                    once,
                    offered: None,
                };
                let mailbox = self.mailbox(&name, &correlation_key);
                let opened = SubscriptionOpened { slot, key, element, name, correlation_key };
                self.emit(InstanceEvent::SubscriptionOpened(Box::new(opened)));
                let tenant = self.state.tenant;
                let command = MailboxCommand::Subscribe { tenant, waiting: Box::new(waiting) };
                self.ask(mailbox, Command::Mailbox(command));
            }
            Wait::BpmnSignal { name } => self.listen(slot, element, key, name),
            Wait::Condition => self.await_condition(slot, element),
        }
    }

    /// Whether one event at this element ends the wait: only boundary events and starts of event
    /// sub-processes that do not interrupt go on waiting.
    pub(crate) fn closes(&self, slot: Slot, element: ElementIndex) -> bool {
        let event = self.graph.owner(element);
        self.at(slot).element == event || self.graph.node(event).interrupting
    }

    pub(crate) fn mailbox(&self, name: &Arc<str>, correlation_key: &Arc<str>) -> Key {
        named_key(Kind::Mailbox, self.state.tenant, &[name, correlation_key])
    }

    /// Closes everything a slot waits for; its incidents are over with it.
    pub(crate) fn close_waits(&mut self, slot: Slot) {
        let held = self.at(slot);
        let job = held.job.as_ref().map(|job| job.key);
        let task = held.task().map(|task| task.key);
        let proposed = held.proposal.as_ref().map(|proposal| proposal.task.key);
        let incidents: Vec<Key> = held.incidents.iter().map(|held| held.key).collect();
        if let Some(key) = job {
            self.emit(InstanceEvent::JobCancelled { slot, key });
        }
        if let Some(key) = proposed {
            self.decide_task(slot, key, Verdict::Cancelled);
        }
        if let Some(key) = task.filter(|_| !self.hears(slot, ListenerEvent::Canceling)) {
            self.emit(InstanceEvent::UserTaskCancelled { slot, key });
        }
        self.close_events(slot, |_| true);
        for key in incidents {
            self.emit(InstanceEvent::IncidentResolved { slot, key });
        }
    }

    /// Closes the timers and subscriptions a slot holds for some elements.
    pub(super) fn close_events(&mut self, slot: Slot, closes: impl Fn(ElementIndex) -> bool) {
        let held = self.at(slot);
        let timers = held.timers.iter().filter(|timer| closes(timer.element));
        let timers: Vec<Key> = timers.map(|timer| timer.key).collect();
        let subscriptions = held.subscriptions.iter().filter(|held| closes(held.element));
        let subscriptions: Vec<Subscription> = subscriptions.cloned().collect();
        for key in timers {
            self.emit(InstanceEvent::TimerCancelled { slot, key });
        }
        self.stop_listening(slot, &closes);
        self.drop_conditions(slot, &closes);
        for held in subscriptions {
            self.emit(InstanceEvent::SubscriptionClosed { slot, key: held.key });
            let mailbox = self.mailbox(&held.name, &held.correlation_key);
            let command = MailboxCommand::Unsubscribe { subscription: held.key };
            self.ask(mailbox, Command::Mailbox(command));
        }
    }
}
