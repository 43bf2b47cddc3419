//! What waits for people: user tasks and incidents.
//!
//! Not here: jobs and messages.

use super::counters::What;
use super::shape::fingerprint;
use super::{Projection, RowKey, Scene, number, object, optional, text};
use engine::element::Kind;
use engine::event::{ListenerEvent, Slot, TaskChanges, TaskProposal, UserTaskCreated};
use engine::graph::Node;
use engine::key::Key;
use std::sync::Arc;
use store::view::{Cell, View, elements, incidents, jobs, user_tasks};

impl Projection {
    pub(super) fn fold_task(&mut self, scene: &Scene<'_>, created: &UserTaskCreated, state: i64) {
        let (place, node) = scene.node(created.slot);
        let moment = |ms: Option<i64>| ms.map_or(Cell::Null, Cell::Int);
        let row = [
            (user_tasks::KEY, number(created.key.0)),
            (user_tasks::INSTANCE, number(scene.instance.0)),
            (user_tasks::ELEMENT, number(place.key.0)),
            (user_tasks::ELEMENT_ID, text(&node.id)),
            (user_tasks::NAME, text(if node.name.is_empty() { &node.id } else { &node.name })),
            (user_tasks::DEFINITION, number(scene.definition.key.0)),
            (user_tasks::PROCESS_ID, text(&scene.definition.graph.process_id)),
            (user_tasks::ASSIGNEE, optional(created.assignee.as_ref())),
            (user_tasks::CANDIDATE_GROUPS, list(&created.candidate_groups)),
            (user_tasks::CANDIDATE_USERS, list(&created.candidate_users)),
            (user_tasks::DUE_MS, moment(created.due_ms)),
            (user_tasks::FOLLOW_UP_MS, moment(created.follow_up_ms)),
            (user_tasks::PRIORITY, Cell::Int(i64::from(created.priority))),
            (user_tasks::STATE, Cell::Int(state)),
            (user_tasks::CREATED_MS, Cell::Int(scene.now_ms)),
            (user_tasks::TENANT, Cell::Int(i64::from(scene.definition.tenant))),
            (user_tasks::HEADERS, object(task_headers(node))),
            (user_tasks::FORM, optional(created.form_key.as_ref())),
        ];
        self.put(View::UserTasks, RowKey::one(View::UserTasks, created.key.0), &row);
    }

    pub(super) fn fold_task_state(&mut self, scene: &Scene<'_>, key: Key, state: i64) {
        let row = RowKey::one(View::UserTasks, key.0);
        let ended = Cell::Int(scene.now_ms);
        self.patch(row, [(user_tasks::STATE, Cell::Int(state)), (user_tasks::ENDED_MS, ended)]);
    }

    pub(super) fn fold_assignment(&mut self, key: Key, assignee: Option<&Arc<str>>) {
        let row = RowKey::one(View::UserTasks, key.0);
        self.patch(row, [(user_tasks::ASSIGNEE, optional(assignee))]);
    }

    /// Its listeners hear what is to happen to a task. One that is to come into being is shown.
    pub(super) fn fold_proposal(&mut self, scene: &Scene<'_>, proposal: &TaskProposal) {
        let state = match proposal.event {
            ListenerEvent::Creating => return self.fold_task(scene, &proposal.task, 3),
            ListenerEvent::Assigning => 4,
            ListenerEvent::Updating => 5,
            ListenerEvent::Completing => 6,
            _ => 7,
        };
        let row = RowKey::one(View::UserTasks, proposal.task.key.0);
        self.patch(row, [(user_tasks::STATE, Cell::Int(state))]);
    }

    /// The task is as it was, or what comes next says what it is.
    pub(super) fn fold_verdict(&mut self, task: Key, reason: &Arc<str>, job: Option<Key>) {
        let row = RowKey::one(View::UserTasks, task.0);
        self.patch(row, [(user_tasks::STATE, Cell::Int(0))]);
        if let Some(job) = job {
            let row = RowKey::one(View::Jobs, job.0);
            self.patch(row, [(jobs::DENIED, Cell::Int(1)), (jobs::DENIED_REASON, text(reason))]);
        }
    }

    pub(super) fn fold_task_changes(&mut self, key: Key, changes: &TaskChanges) {
        let moment = |date: engine::event::Date| date.at_ms.map_or(Cell::Null, Cell::Int);
        let cells = [
            (user_tasks::CANDIDATE_GROUPS, changes.candidate_groups.as_deref().map(list)),
            (user_tasks::CANDIDATE_USERS, changes.candidate_users.as_deref().map(list)),
            (user_tasks::DUE_MS, changes.due.map(moment)),
            (user_tasks::FOLLOW_UP_MS, changes.follow_up.map(moment)),
            (user_tasks::PRIORITY, changes.priority.map(|it| Cell::Int(i64::from(it)))),
        ];
        for (column, cell) in cells {
            if let Some(cell) = cell {
                self.patch(RowKey::one(View::UserTasks, key.0), [(column, cell)]);
            }
        }
    }

    pub(super) fn fold_incident(
        &mut self,
        scene: &Scene<'_>,
        (slot, key, kind): (Slot, Key, &str),
        message: &Arc<str>,
        job: Option<Key>,
    ) {
        let (place, node) = scene.node(slot);
        let row = [
            (incidents::KEY, number(key.0)),
            (incidents::INSTANCE, number(scene.instance.0)),
            (incidents::DEFINITION, number(scene.definition.key.0)),
            (incidents::PROCESS_ID, text(&scene.definition.graph.process_id)),
            (incidents::ELEMENT, number(place.key.0)),
            (incidents::ELEMENT_ID, text(&node.id)),
            (incidents::JOB, job.map_or(Cell::Null, |job| number(job.0))),
            (incidents::KIND, Cell::Text(kind.into())),
            (incidents::MESSAGE, text(message)),
            (incidents::STATE, Cell::Int(0)),
            (incidents::CREATED_MS, Cell::Int(scene.now_ms)),
            (incidents::TENANT, Cell::Int(i64::from(scene.definition.tenant))),
            (incidents::MESSAGE_HASH, Cell::Int(i64::from(message_hash(message)))),
            (incidents::FINGERPRINT, number(fingerprint(kind, message).0)),
        ];
        self.put(View::Incidents, RowKey::one(View::Incidents, key.0), &row);
        self.fold_element_incidents(scene, slot, 1);
        self.counters.count(scene.definition, place.element, What::Incidents, 1);
    }

    pub(super) fn fold_resolved(&mut self, scene: &Scene<'_>, slot: Slot, key: Key) {
        let row = RowKey::one(View::Incidents, key.0);
        let resolved = Cell::Int(scene.now_ms);
        self.patch(row, [(incidents::STATE, Cell::Int(1)), (incidents::RESOLVED_MS, resolved)]);
        self.fold_element_incidents(scene, slot, 0);
        let element = scene.place(slot).element;
        self.counters.count(scene.definition, element, What::Incidents, -1);
    }

    fn fold_element_incidents(&mut self, scene: &Scene<'_>, slot: Slot, count: i64) {
        if slot != 0 {
            let key = RowKey::element(scene.instance.0, scene.place(slot).key.0);
            self.patch(key, [(elements::INCIDENTS, Cell::Int(count))]);
        }
    }
}

/// A list of texts as JSON, for the columns that hold lists.
pub(super) fn list(texts: &[Arc<str>]) -> Cell {
    let quoted: Vec<String> =
        texts.iter().map(|text| serde_json::Value::from(&**text).to_string()).collect();
    Cell::Text(format!("[{}]", quoted.join(",")).into())
}

/// Headers of a user task, as written at its element.
fn task_headers(node: &Node) -> &[(Arc<str>, Arc<str>)] {
    match &node.kind {
        Kind::UserTask(task) => task.headers(),
        _ => &[],
    }
}

/// The hash Camunda's clients know an error message by: Java's, of UTF-16 units.
fn message_hash(message: &str) -> i32 {
    message
        .encode_utf16()
        .fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_have_the_hash_java_gives_them() {
        assert_eq!(message_hash(""), 0);
        assert_eq!(message_hash("No retries left"), 1_138_761_344);
        assert_eq!(message_hash("größe"), 98_762_257);
    }
}
