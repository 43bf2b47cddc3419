//! User tasks: what is to happen to one is heard by its listeners first, and then happens.
//!
//! A proposal is what the task will be, who asked and with which variables. Each listener of its
//! event has a job, one after the other, and may correct the task as it will be; one that denies
//! ends it, and nothing has happened. Not here: who may ask (`step::user_task`).

use super::Ctx;
use crate::command::{JobResult, Rejection, TaskCorrections};
use crate::event::{
    Activation, Date, InstanceEvent, ListenerEvent, Resume, Slot, TaskChanges, TaskProposal,
    UserTaskCreated, Variables, Verdict, Work,
};
use crate::key::Key;
use crate::part::text::Text;
use crate::part::timer::{TimerKind, TimerSpec};
use crate::state::instance::{Job, Phase};
use crate::step::user_task::check;
use std::sync::Arc;

/// What Camunda 8 puts in front of the headers that tell a listener of its task.
const HEADER_PREFIX: &str = "io.camunda.zeebe:";

impl Ctx<'_> {
    /// A user task is to come into being.
    pub(crate) fn propose_task(&mut self, slot: Slot, task: UserTaskCreated) {
        let task = UserTaskCreated { slot, key: self.next_key(), ..task };
        let event = ListenerEvent::Creating;
        self.propose(slot, TaskProposal { event, task, ..TaskProposal::default() });
    }

    /// Something is to happen to a user task: at once, or when its listeners have heard it.
    pub(crate) fn propose(&mut self, slot: Slot, proposal: TaskProposal) {
        if !self.hears(slot, proposal.event) {
            return self.carry_out(slot, proposal);
        }
        let proposal = Box::new(proposal);
        self.emit(InstanceEvent::UserTaskChangeProposed { slot, proposal });
        self.push(Work::HearTask { slot });
    }

    /// Whether somebody listens to an event here.
    pub(crate) fn hears(&self, slot: Slot, event: ListenerEvent) -> bool {
        self.node(slot).listeners.iter().any(|listener| listener.event == event)
    }

    /// Whether variables set at a slot are a change of its user task that listeners hear.
    pub(crate) fn hears_of_variables(&self, slot: Slot) -> bool {
        let held = self.at(slot);
        held.task().is_some()
            && held.phase != Phase::Cancelling
            && self.hears(slot, ListenerEvent::Updating)
            && self.state.quarantine().is_none()
    }

    /// The end of the user task in a slot that is about to be cancelled, if listeners hear of it.
    pub(super) fn task_to_cancel(&self, slot: Slot) -> Option<TaskProposal> {
        let event = ListenerEvent::Canceling;
        let task = self.at(slot).task().filter(|_| self.hears(slot, event))?.clone();
        Some(TaskProposal { event, task, ..TaskProposal::default() })
    }

    /// The next listener hears what is proposed; when all have, it happens.
    pub(super) fn hear_task(&mut self, slot: Slot) {
        let held = self.state.element(slot).and_then(|held| held.proposal.as_deref());
        let Some((event, key)) = held.map(|held| (held.event, held.task.key)) else { return };
        match self.listens(slot, event) {
            Ok(true) => {}
            Ok(false) => {
                let proposal = self.at(slot).proposal.clone().expect("it was found before");
                self.decide_task(slot, key, Verdict::Accepted);
                self.carry_out(slot, *proposal);
            }
            Err(failure) => self.raise(slot, failure, Resume::Task, None),
        }
    }

    pub(super) fn decide_task(&mut self, slot: Slot, key: Key, verdict: Verdict) {
        let (reason, job) = ("".into(), None);
        self.emit(InstanceEvent::UserTaskChangeDecided { slot, key, verdict, reason, job });
    }

    fn carry_out(&mut self, slot: Slot, proposal: TaskProposal) {
        let TaskProposal { event, task, action, variables, local } = proposal;
        let key = task.key;
        match event {
            ListenerEvent::Creating => self.begin_task(slot, task),
            ListenerEvent::Assigning => {
                let (assignee, by) = (task.assignee.clone(), action.clone());
                self.emit(InstanceEvent::UserTaskAssigned { slot, key, assignee, action: by });
                self.note_differences(slot, &task, &action);
            }
            ListenerEvent::Updating => {
                self.note_differences(slot, &task, &action);
                if local {
                    self.set_variables(slot, variables);
                } else {
                    self.propagate(slot, variables);
                }
            }
            ListenerEvent::Completing => {
                self.note_differences(slot, &task, &action);
                self.emit(InstanceEvent::UserTaskCompleted { slot, key, action });
                self.receive(slot, variables);
                self.push(Work::Complete { slot });
            }
            _ => {
                self.note_differences(slot, &task, &action);
                self.emit(InstanceEvent::UserTaskCancelled { slot, key });
                self.finish_cancel(slot);
            }
        }
    }

    /// The task is there. Who is to have it gets it when those who listen to that agree.
    fn begin_task(&mut self, slot: Slot, task: UserTaskCreated) {
        let asks = task.assignee.is_some() && self.hears(slot, ListenerEvent::Assigning);
        let assignee = task.assignee.clone().filter(|_| !asks);
        let created = UserTaskCreated { assignee, ..task.clone() };
        self.emit(InstanceEvent::UserTaskCreated(Box::new(created)));
        if asks {
            let (event, action) = (ListenerEvent::Assigning, "assign".into());
            self.propose(slot, TaskProposal { event, task, action, ..TaskProposal::default() });
        }
    }

    /// What a proposal and its corrections make of the task, if it is there.
    fn note_differences(&mut self, slot: Slot, after: &UserTaskCreated, action: &Arc<str>) {
        let Some(before) = self.at(slot).user_task.as_deref() else { return };
        let changes = TaskChanges::between(before, after);
        let (key, action) = (after.key, action.clone());
        if before.assignee != after.assignee {
            let (assignee, action) = (after.assignee.clone(), action.clone());
            self.emit(InstanceEvent::UserTaskAssigned { slot, key, assignee, action });
        }
        if !changes.is_empty() {
            let changes = Box::new(changes);
            self.emit(InstanceEvent::UserTaskUpdated { slot, key, changes, action });
        }
    }

    /// A worker did the job of a task listener.
    pub(crate) fn hear_listener(
        &mut self,
        slot: Slot,
        job: &Job,
        variables: &Variables,
        result: Option<&JobResult>,
        by: Activation,
    ) -> Result<(), Rejection> {
        let proposal = self.at(slot).proposal.clone();
        let proposal = proposal.expect("a task listener is at work for a proposal");
        if !variables.is_empty() {
            return Err(Rejection::invalid_argument(format!(
                "Expected job `{}` of a task listener to be completed without variables, but found \
                 some. Set them at the process or the task instead.",
                job.key
            )));
        }
        let nothing = TaskCorrections::default();
        let corrections = result.map_or(&nothing, |result| &result.corrections);
        if result.is_some_and(|result| result.denied) {
            refuse_denial(proposal.event, *corrections != nothing)?;
            let reason = result.map(|result| result.denied_reason.clone()).unwrap_or_default();
            let (key, verdict) = (proposal.task.key, Verdict::Denied);
            let denier = Some(job.key);
            self.emit(InstanceEvent::JobCompleted { slot, key: job.key, by });
            let job = denier;
            self.emit(InstanceEvent::UserTaskChangeDecided { slot, key, verdict, reason, job });
            return Ok(());
        }
        let corrected = self.corrected(&proposal, corrections)?;
        self.emit(InstanceEvent::JobCompleted { slot, key: job.key, by });
        if corrected != proposal.task {
            let task = Box::new(corrected);
            self.emit(InstanceEvent::UserTaskChangeCorrected { slot, task });
        }
        self.push(Work::HearTask { slot });
        Ok(())
    }

    /// The task as it will be with a listener's corrections.
    fn corrected(
        &self,
        proposal: &TaskProposal,
        corrections: &TaskCorrections,
    ) -> Result<UserTaskCreated, Rejection> {
        let changes = TaskChanges {
            candidate_groups: corrections.candidate_groups.clone(),
            candidate_users: corrections.candidate_users.clone(),
            due: self.date("dueDate", corrections.due_date.as_ref())?,
            follow_up: self.date("followUpDate", corrections.follow_up_date.as_ref())?,
            priority: corrections.priority,
        };
        check(&changes)?;
        let mut task = proposal.task.clone();
        task.take(&changes);
        if let Some(assignee) = &corrections.assignee {
            if proposal.event == ListenerEvent::Creating && task.assignee.is_some() {
                return Err(Rejection::invalid_argument(
                    "Expected no correction of the assignee while the task is created, for the \
                     process says who it is, but found one. Correct it when it is assigned.",
                ));
            }
            task.assignee = Some(assignee.clone()).filter(|name| !name.is_empty());
        }
        Ok(task)
    }

    fn date(&self, what: &str, text: Option<&Arc<str>>) -> Result<Option<Date>, Rejection> {
        let Some(text) = text else { return Ok(None) };
        if text.is_empty() {
            return Ok(Some(Date { at_ms: None }));
        }
        let spec = TimerSpec { kind: TimerKind::Date, text: Text::Fixed(text.clone()) };
        let due = spec.due(text, self.inputs.now_ms, &self.inputs.zone);
        let due = due.map_err(|message| {
            Rejection::invalid_argument(format!("For correction `{what}`: {message}"))
        })?;
        Ok(Some(Date { at_ms: Some(due.due_ms) }))
    }

    /// What a task listener's job says of its task, after the headers of the element and its own.
    pub(super) fn task_headers(
        &self,
        slot: Slot,
        own: &[(Arc<str>, Arc<str>)],
    ) -> Vec<(Arc<str>, Arc<str>)> {
        let held = self.at(slot);
        let proposal = held.proposal.as_deref().expect("a task listener hears a proposal");
        let task = &proposal.task;
        let mut headers = own.to_vec();
        let mut add = |name: &str, value: Option<Arc<str>>| {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                headers.push((format!("{HEADER_PREFIX}{name}").into(), value));
            }
        };
        let date = |ms: Option<i64>| {
            let moment = jiff::Timestamp::from_millisecond(ms?).ok()?;
            Some(moment.to_string().into())
        };
        let before = held.user_task.as_deref().unwrap_or(task);
        let changed = proposal.changed(before);
        add("action", Some(proposal.action.clone()));
        add("assignee", task.assignee.clone());
        add("candidateGroups", list(&task.candidate_groups));
        add("candidateUsers", list(&task.candidate_users));
        add("changedAttributes", list(&changed));
        add("dueDate", date(task.due_ms));
        add("followUpDate", date(task.follow_up_ms));
        add("formKey", task.form_key.clone());
        add("priority", Some(task.priority.to_string().into()));
        add("userTaskKey", Some(task.key.to_string().into()));
        headers
    }
}

/// Texts as a JSON list; none: nothing.
fn list<T: AsRef<str>>(texts: &[T]) -> Option<Arc<str>> {
    let quoted: Vec<String> =
        texts.iter().map(|text| serde_json::Value::from(text.as_ref()).to_string()).collect();
    (!quoted.is_empty()).then(|| format!("[{}]", quoted.join(",")).into())
}

/// What has happened already cannot be denied, and what is denied needs no corrections.
fn refuse_denial(event: ListenerEvent, corrects: bool) -> Result<(), Rejection> {
    if matches!(event, ListenerEvent::Creating | ListenerEvent::Canceling) {
        return Err(Rejection::invalid_argument(format!(
            "Expected a change that can be denied, but {} cannot: only assigning, updating and \
             completing can.",
            event.as_str()
        )));
    }
    if corrects {
        return Err(Rejection::invalid_argument(
            "Expected the listener to deny the change or to correct the task, but it does both.",
        ));
    }
    Ok(())
}
