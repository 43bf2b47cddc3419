//! User tasks in events: how one came to be, and what people change about it.
//!
//! Not here: whether that may be done (`step::user_task`).

use super::Slot;
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
