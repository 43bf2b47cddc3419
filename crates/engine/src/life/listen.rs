//! Listeners: jobs that are done one after the other before an element instance goes on.
//!
//! An element instance remembers the last event it was heard with and how many listeners have had
//! their job, so that what came before the first is not done again. Not here: what the listeners
//! are (`part::listener`).

use super::Ctx;
use crate::event::{Activation, InstanceEvent, JobKind, ListenerEvent, Slot, Variables, Work};
use crate::part::Failure;
use crate::state::instance::{Job, Listening};

impl Ctx<'_> {
    /// Whether a listener of this event is to be heard first: the job at work, or the next, which
    /// is created here.
    pub(crate) fn listens(&mut self, slot: Slot, event: ListenerEvent) -> Result<bool, Failure> {
        let node = self.node(slot);
        if node.listeners.is_empty() {
            return Ok(false);
        }
        let repeats = self.is_body(slot);
        if event != ListenerEvent::BeforeAll && repeats {
            // They belong to each instance of a multi-instance activity, to each round of a loop.
            return Ok(false);
        }
        if self.is_listening(slot) {
            return Ok(true);
        }
        let heard = self.heard(slot, event);
        let mut listeners = node.listeners.iter().filter(|listener| listener.event == event);
        let Some(listener) = listeners.nth(heard as usize) else { return Ok(false) };
        let mut created = self.new_job(slot, &listener.job)?;
        created.kind = listener.kind();
        (created.listener, created.number) = (event, heard + 1);
        if created.kind == JobKind::TaskListener {
            created.headers = self.task_headers(slot, &listener.job.headers);
        } else if listener.job.headers.as_slice() != node.headers() {
            created.headers.clone_from(&listener.job.headers);
        }
        self.emit(InstanceEvent::JobCreated(Box::new(created)));
        Ok(true)
    }

    /// How many listeners of an event have had their job; what came before them is done if any.
    pub(crate) fn heard(&self, slot: Slot, event: ListenerEvent) -> u32 {
        match self.at(slot).listening {
            Some(Listening { event: last, number }) if last == event => number,
            _ => 0,
        }
    }

    /// Whether the job of a listener is at work.
    pub(crate) fn is_listening(&self, slot: Slot) -> bool {
        self.at(slot).job.as_ref().is_some_and(|job| job.kind.listens())
    }

    /// A worker did the job of an execution listener.
    pub(crate) fn hear(&mut self, slot: Slot, job: &Job, variables: Variables, by: Activation) {
        self.emit(InstanceEvent::JobCompleted { slot, key: job.key, by });
        match job.listener {
            // What an end listener brings is for those who come after the element.
            ListenerEvent::End => self.propagate(self.at(slot).scope, variables),
            _ => self.set_variables(slot, variables),
        }
        match job.listener {
            ListenerEvent::Start if slot == 0 => self.take_agenda(),
            ListenerEvent::End if slot == 0 => self.push(Work::Settle { slot }),
            ListenerEvent::End => self.push(Work::Complete { slot }),
            ListenerEvent::Cancel => self.finish_cancel(slot),
            _ => self.push(Work::Activate { slot }),
        }
    }

    /// An end listener whose scope begins anew is not needed any more.
    pub(super) fn stop_listener(&mut self, slot: Slot) {
        if self.is_listening(slot)
            && let Some(key) = self.at(slot).job.as_ref().map(|job| job.key)
        {
            self.emit(InstanceEvent::JobCancelled { slot, key });
        }
    }
}
