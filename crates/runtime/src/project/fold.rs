//! Fold: what each event means for the views.
//!
//! It knows only the event, where it happened, and the definitions: never the state.

use super::{Projection, RowKey, number, optional, text};
use engine::definitions::{Definition, Definitions};
use engine::event::{
    Activation, Created, InstanceEvent, JobCreated, Place, Slot, SubscriptionOpened,
    UserTaskCreated, Variables,
};
use engine::graph::Node;
use engine::key::Key;
use engine::record::{Events, Section};
use engine::state::{Kind, named_key};
use std::sync::Arc;
use store::view::{
    Cell, View, elements, incidents, instances, jobs, subscriptions, user_tasks, variables,
};

/// One section's surroundings.
struct Scene<'a> {
    instance: Key,
    definition: &'a Definition,
    now_ms: i64,
    actor: &'a Arc<str>,
    places: Vec<Place>,
}

impl Projection {
    /// Folds the sections of one aggregate and commit.
    pub fn fold(
        &mut self,
        definitions: &Definitions,
        aggregate: Key,
        now_ms: i64,
        sections: &[Section],
    ) {
        for section in sections {
            let Events::Instance(events) = &section.events else { continue };
            let created = events.iter().find_map(|event| match event {
                InstanceEvent::InstanceCreated(created) => Some(created.definition),
                _ => None,
            });
            let definition = created.or(section.definition);
            let Some(definition) = definition.and_then(|key| definitions.get(key)) else {
                continue;
            };
            let mut scene = Scene {
                instance: aggregate,
                definition,
                now_ms,
                actor: &section.cause.actor,
                places: section.places.clone(),
            };
            for event in events {
                self.fold_event(&mut scene, event);
            }
            if let Some(open) = section.open_incidents {
                let key = RowKey::one(View::Instances, aggregate.0);
                self.patch(key, [(instances::INCIDENTS, Cell::Int(i64::from(open)))]);
            }
        }
    }

    fn fold_event(&mut self, scene: &mut Scene<'_>, event: &InstanceEvent) {
        use InstanceEvent as E;
        match event {
            E::InstanceCreated(created) => self.fold_created(scene, created),
            E::InstanceCompleted => self.fold_end(scene, 1),
            E::InstanceCancelled => self.fold_end(scene, 2),
            E::VariablesSet { slot, variables } => {
                let scope = scene.place(*slot).key;
                self.fold_variables(scene, scope, variables);
            }
            E::ElementEntered { slot, key, element, scope, .. } => {
                scene.places.push(Place { slot: *slot, key: *key, element: *element });
                self.fold_entered(scene, *key, *element, *scope);
            }
            E::ElementCompleted { slot } => self.fold_left(scene, *slot, 1),
            E::ElementCancelled { slot } => self.fold_left(scene, *slot, 2),
            E::JobCreated(created) => self.fold_job(scene, created),
            E::SubscriptionOpened(opened) => self.fold_subscription(scene, opened),
            E::SubscriptionCorrelated { key, closes, .. } => {
                self.fold_subscription_state(scene, *key, if *closes { 1 } else { 0 });
            }
            E::SubscriptionClosed { key, .. } => self.fold_subscription_state(scene, *key, 2),
            E::UserTaskCreated(created) => self.fold_task(scene, created),
            E::UserTaskCompleted { key, .. } => self.fold_task_state(scene, *key, 1),
            E::UserTaskCancelled { key, .. } => self.fold_task_state(scene, *key, 2),
            E::IncidentRaised { slot, key, kind, message, job, .. } => {
                self.fold_incident(scene, (*slot, *key, kind.as_str()), message, *job);
            }
            E::IncidentResolved { slot, key } => {
                let row = RowKey::one(View::Incidents, key.0);
                let resolved = Cell::Int(scene.now_ms);
                self.patch(
                    row,
                    [(incidents::STATE, Cell::Int(1)), (incidents::RESOLVED_MS, resolved)],
                );
                self.fold_element_incidents(scene, *slot, 0);
            }
            other => self.fold_job_event(scene, other),
        }
    }

    fn fold_job_event(&mut self, scene: &Scene<'_>, event: &InstanceEvent) {
        use InstanceEvent as E;
        match event {
            E::JobCompleted { key, by, .. } => self.fold_job_end(scene, *key, 2, Some(by)),
            E::JobCancelled { key, .. } => self.fold_job_end(scene, *key, 5, None),
            E::JobErrorThrown { key, by, code, message, .. } => {
                self.fold_job_end(scene, *key, 4, Some(by));
                let row = RowKey::one(View::Jobs, key.0);
                let changes =
                    [(jobs::ERROR_CODE, text(code)), (jobs::ERROR_MESSAGE, text(message))];
                self.patch(row, changes);
            }
            E::JobFailed { key, by, retries, message, .. } => {
                let row = RowKey::one(View::Jobs, key.0);
                let changes = [
                    (jobs::STATE, Cell::Int(3)),
                    (jobs::RETRIES, Cell::Int(i64::from(*retries))),
                    (jobs::WORKER, text(&by.worker)),
                    (jobs::ERROR_MESSAGE, text(message)),
                ];
                self.patch(row, changes);
            }
            E::JobRetriesUpdated { key, retries, .. } => {
                let row = RowKey::one(View::Jobs, key.0);
                self.patch(row, [(jobs::RETRIES, Cell::Int(i64::from(*retries)))]);
            }
            E::JobTimeoutUpdated { key, deadline_ms, .. } => {
                let row = RowKey::one(View::Jobs, key.0);
                self.patch(row, [(jobs::DEADLINE_MS, Cell::Int(*deadline_ms))]);
            }
            E::JobOffered { key, .. } => {
                let row = RowKey::one(View::Jobs, key.0);
                self.patch(row, [(jobs::STATE, Cell::Int(0))]);
            }
            _ => {}
        }
    }

    fn fold_created(&mut self, scene: &Scene<'_>, created: &Created) {
        let definition = scene.definition;
        let row = [
            (instances::KEY, number(created.key.0)),
            (instances::DEFINITION, number(definition.key.0)),
            (instances::PROCESS_ID, text(&definition.graph.process_id)),
            (instances::NAME, text(&definition.graph.name)),
            (instances::VERSION, Cell::Int(i64::from(definition.version))),
            (instances::VERSION_TAG, text(&definition.graph.version_tag)),
            (instances::TENANT, Cell::Int(i64::from(definition.tenant))),
            (instances::STATE, Cell::Int(0)),
            (instances::INCIDENTS, Cell::Int(0)),
            (instances::STARTED_MS, Cell::Int(scene.now_ms)),
            (instances::BUSINESS_ID, optional(created.business_id.as_ref())),
            (instances::ACTOR, text(scene.actor)),
        ];
        self.put(View::Instances, RowKey::one(View::Instances, created.key.0), &row);
        self.fold_variables(scene, created.key, &created.variables);
    }

    fn fold_end(&mut self, scene: &Scene<'_>, state: i64) {
        let key = RowKey::one(View::Instances, scene.instance.0);
        let changes =
            [(instances::STATE, Cell::Int(state)), (instances::ENDED_MS, Cell::Int(scene.now_ms))];
        self.patch(key, changes);
    }

    fn fold_variables(&mut self, scene: &Scene<'_>, scope: Key, held: &Variables) {
        for (name, value) in held {
            let key = variable_key(scope, name);
            let row = [
                (variables::INSTANCE, number(scene.instance.0)),
                (variables::SCOPE, number(scope.0)),
                (variables::NAME, text(name)),
                (variables::KEY, number(key.0)),
                (variables::VALUE, text(value)),
                (variables::TENANT, Cell::Int(i64::from(scene.definition.tenant))),
            ];
            let row_key = RowKey::variable(scene.instance.0, scope.0, name);
            self.put(View::Variables, row_key, &row);
        }
    }

    fn fold_entered(&mut self, scene: &Scene<'_>, key: Key, element: u32, scope: Slot) {
        let node = scene.definition.graph.node(element);
        let scope = scene.place(scope).key;
        let row = [
            (elements::INSTANCE, number(scene.instance.0)),
            (elements::KEY, number(key.0)),
            (elements::DEFINITION, number(scene.definition.key.0)),
            (elements::PROCESS_ID, text(&scene.definition.graph.process_id)),
            (elements::ELEMENT_ID, text(&node.id)),
            (elements::ELEMENT_NAME, text(&node.name)),
            (elements::ELEMENT_TYPE, Cell::Text(node.kind.bpmn_type().into())),
            (elements::STATE, Cell::Int(0)),
            (elements::STARTED_MS, Cell::Int(scene.now_ms)),
            (elements::SCOPE, number(scope.0)),
            (elements::INCIDENTS, Cell::Int(0)),
            (elements::TENANT, Cell::Int(i64::from(scene.definition.tenant))),
        ];
        self.put(View::Elements, RowKey::element(scene.instance.0, key.0), &row);
    }

    fn fold_left(&mut self, scene: &Scene<'_>, slot: Slot, state: i64) {
        let key = RowKey::element(scene.instance.0, scene.place(slot).key.0);
        let changes =
            [(elements::STATE, Cell::Int(state)), (elements::ENDED_MS, Cell::Int(scene.now_ms))];
        self.patch(key, changes);
    }

    fn fold_job(&mut self, scene: &Scene<'_>, created: &JobCreated) {
        let (place, node) = scene.node(created.slot);
        let row = [
            (jobs::KEY, number(created.key.0)),
            (jobs::INSTANCE, number(scene.instance.0)),
            (jobs::ELEMENT, number(place.key.0)),
            (jobs::ELEMENT_ID, text(&node.id)),
            (jobs::DEFINITION, number(scene.definition.key.0)),
            (jobs::PROCESS_ID, text(&scene.definition.graph.process_id)),
            (jobs::JOB_TYPE, text(&created.job_type)),
            (jobs::KIND, Cell::Int(0)),
            (jobs::STATE, Cell::Int(0)),
            (jobs::RETRIES, Cell::Int(i64::from(created.retries))),
            (jobs::CREATED_MS, Cell::Int(scene.now_ms)),
            (jobs::TENANT, Cell::Int(i64::from(scene.definition.tenant))),
        ];
        self.put(View::Jobs, RowKey::one(View::Jobs, created.key.0), &row);
    }

    fn fold_job_end(&mut self, scene: &Scene<'_>, key: Key, state: i64, by: Option<&Activation>) {
        let row = RowKey::one(View::Jobs, key.0);
        let worker = optional(by.map(|by| &by.worker).filter(|worker| !worker.is_empty()));
        let changes = [
            (jobs::STATE, Cell::Int(state)),
            (jobs::WORKER, worker),
            (jobs::ENDED_MS, Cell::Int(scene.now_ms)),
        ];
        self.patch(row, changes);
    }

    fn fold_subscription(&mut self, scene: &Scene<'_>, opened: &SubscriptionOpened) {
        let (place, _) = scene.node(opened.slot);
        let node = scene.definition.graph.node(opened.element);
        let row = [
            (subscriptions::KEY, number(opened.key.0)),
            (subscriptions::INSTANCE, number(scene.instance.0)),
            (subscriptions::ELEMENT, number(place.key.0)),
            (subscriptions::ELEMENT_ID, text(&node.id)),
            (subscriptions::DEFINITION, number(scene.definition.key.0)),
            (subscriptions::PROCESS_ID, text(&scene.definition.graph.process_id)),
            (subscriptions::MESSAGE_NAME, text(&opened.name)),
            (subscriptions::CORRELATION_KEY, text(&opened.correlation_key)),
            (subscriptions::STATE, Cell::Int(0)),
            (subscriptions::CREATED_MS, Cell::Int(scene.now_ms)),
            (subscriptions::UPDATED_MS, Cell::Int(scene.now_ms)),
            (subscriptions::TENANT, Cell::Int(i64::from(scene.definition.tenant))),
        ];
        self.put(View::Subscriptions, RowKey::one(View::Subscriptions, opened.key.0), &row);
    }

    fn fold_subscription_state(&mut self, scene: &Scene<'_>, key: Key, state: i64) {
        let row = RowKey::one(View::Subscriptions, key.0);
        let updated = Cell::Int(scene.now_ms);
        self.patch(
            row,
            [(subscriptions::STATE, Cell::Int(state)), (subscriptions::UPDATED_MS, updated)],
        );
    }

    fn fold_task(&mut self, scene: &Scene<'_>, created: &UserTaskCreated) {
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
            (user_tasks::STATE, Cell::Int(0)),
            (user_tasks::CREATED_MS, Cell::Int(scene.now_ms)),
            (user_tasks::TENANT, Cell::Int(i64::from(scene.definition.tenant))),
        ];
        self.put(View::UserTasks, RowKey::one(View::UserTasks, created.key.0), &row);
    }

    fn fold_task_state(&mut self, scene: &Scene<'_>, key: Key, state: i64) {
        let row = RowKey::one(View::UserTasks, key.0);
        let ended = Cell::Int(scene.now_ms);
        self.patch(row, [(user_tasks::STATE, Cell::Int(state)), (user_tasks::ENDED_MS, ended)]);
    }

    fn fold_incident(
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
        ];
        self.put(View::Incidents, RowKey::one(View::Incidents, key.0), &row);
        self.fold_element_incidents(scene, slot, 1);
    }

    fn fold_element_incidents(&mut self, scene: &Scene<'_>, slot: Slot, count: i64) {
        if slot != 0 {
            let key = RowKey::element(scene.instance.0, scene.place(slot).key.0);
            self.patch(key, [(elements::INCIDENTS, Cell::Int(count))]);
        }
    }
}

impl<'a> Scene<'a> {
    fn place(&self, slot: Slot) -> Place {
        let found = self.places.iter().find(|place| place.slot == slot).copied();
        found.unwrap_or(Place { slot, key: self.instance, element: 0 })
    }

    fn node(&self, slot: Slot) -> (Place, &'a Node) {
        let place = self.place(slot);
        (place, self.definition.graph.node(place.element))
    }
}

/// A variable has no key of its own: one is made from its scope and name. The second the scope
/// was born comes first, so that the index on it grows at its end instead of everywhere.
fn variable_key(scope: Key, name: &str) -> Key {
    /// Bits of a key below its milliseconds.
    const BELOW_MS: u32 = 22;
    let second = (scope.0 >> BELOW_MS) / 1_000;
    let hash = named_key(Kind::Instance, 0, &[&scope.0.to_string(), name]).0;
    Key((second << 32) | (hash & u64::from(u32::MAX)))
}

/// A list of texts as JSON, for the columns that hold lists.
fn list(texts: &[Arc<str>]) -> Cell {
    let quoted: Vec<String> =
        texts.iter().map(|text| serde_json::Value::from(&**text).to_string()).collect();
    Cell::Text(format!("[{}]", quoted.join(",")).into())
}
