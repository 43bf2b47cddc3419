//! User tasks in events: how one came to be, and what people change about it.
//!
//! Not here: whether that may be done (`step::user_task`).

use super::{ListenerEvent, Slot, Variables};
use crate::key::Key;
use std::sync::Arc;

/// A user task's birth.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UserTaskCreated {
    /// Element instance it belongs to.
    pub slot: Slot,
    /// Task key.
    pub key: Key,
    /// Who has it.
    pub assignee: Option<Arc<str>>,
    /// Groups that may claim it.
    pub candidate_groups: Vec<Arc<str>>,
    /// Persons who may claim it.
    pub candidate_users: Vec<Arc<str>>,
    /// Due date, Unix milliseconds.
    pub due_ms: Option<i64>,
    /// Follow-up date, Unix milliseconds.
    pub follow_up_ms: Option<i64>,
    /// 0 to 100, 50 by default.
    pub priority: i32,
    /// Form key or id.
    pub form_key: Option<Arc<str>>,
}

/// What changes at a user task; what is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskChanges {
    /// Groups that may claim it.
    pub candidate_groups: Option<Vec<Arc<str>>>,
    /// Persons who may claim it.
    pub candidate_users: Option<Vec<Arc<str>>>,
    /// Due date.
    pub due: Option<Date>,
    /// Follow-up date.
    pub follow_up: Option<Date>,
    /// 0 to 100.
    pub priority: Option<i32>,
}

/// What is to happen to a user task once its listeners have heard it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskProposal {
    /// What the listeners listen to.
    pub event: ListenerEvent,
    /// The task as it will be.
    pub task: UserTaskCreated,
    /// What is done, in the words of whoever asked.
    pub action: Arc<str>,
    /// Variables that come with it.
    pub variables: Variables,
    /// Whether they are set at the task alone.
    pub local: bool,
}

/// What became of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verdict {
    /// It happens.
    #[default]
    Accepted,
    /// A listener denied it: the task is as it was.
    Denied,
    /// The task was cancelled meanwhile.
    Cancelled,
}

impl Verdict {
    /// In APIs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Accepted => "ACCEPTED",
            Verdict::Denied => "DENIED",
            Verdict::Cancelled => "CANCELED",
        }
    }
}

impl TaskProposal {
    /// Attributes that will differ from what they are; Camunda 8's words.
    #[must_use]
    pub fn changed(&self, before: &UserTaskCreated) -> Vec<&'static str> {
        let after = &self.task;
        let table = [
            ("assignee", after.assignee != before.assignee),
            ("candidateGroupsList", after.candidate_groups != before.candidate_groups),
            ("candidateUsersList", after.candidate_users != before.candidate_users),
            ("dueDate", after.due_ms != before.due_ms),
            ("followUpDate", after.follow_up_ms != before.follow_up_ms),
            ("priority", after.priority != before.priority),
            ("variables", self.event == ListenerEvent::Updating && !self.variables.is_empty()),
        ];
        table.into_iter().filter(|(_, changed)| *changed).map(|(name, _)| name).collect()
    }
}

impl UserTaskCreated {
    /// Takes over what changes.
    pub(crate) fn take(&mut self, changes: &TaskChanges) {
        if let Some(groups) = &changes.candidate_groups {
            self.candidate_groups.clone_from(groups);
        }
        if let Some(users) = &changes.candidate_users {
            self.candidate_users.clone_from(users);
        }
        if let Some(due) = changes.due {
            self.due_ms = due.at_ms;
        }
        if let Some(follow_up) = changes.follow_up {
            self.follow_up_ms = follow_up.at_ms;
        }
        self.priority = changes.priority.unwrap_or(self.priority);
    }
}

impl TaskChanges {
    /// What makes one task of another; who has it is not in here.
    #[must_use]
    pub fn between(before: &UserTaskCreated, after: &UserTaskCreated) -> TaskChanges {
        let date = |before: Option<i64>, after: Option<i64>| {
            (before != after).then_some(Date { at_ms: after })
        };
        let list = |before: &Vec<Arc<str>>, after: &Vec<Arc<str>>| {
            (before != after).then(|| after.clone())
        };
        TaskChanges {
            candidate_groups: list(&before.candidate_groups, &after.candidate_groups),
            candidate_users: list(&before.candidate_users, &after.candidate_users),
            due: date(before.due_ms, after.due_ms),
            follow_up: date(before.follow_up_ms, after.follow_up_ms),
            priority: (before.priority != after.priority).then_some(after.priority),
        }
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == TaskChanges::default()
    }
}

/// A date of a user task, or that it has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Date {
    /// Unix milliseconds.
    pub at_ms: Option<i64>,
}
