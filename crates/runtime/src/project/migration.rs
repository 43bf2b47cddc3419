//! What people change about running instances: suspended, or another definition.
//!
//! Not here: tokens that were moved; those are entered and left like any other.

use super::counters::What;
use super::{Projection, RowKey, Scene, number, text};
use engine::change::{Migrated, Moved};
use engine::definitions::Definition;
use store::view::{Cell, View, elements, incidents, instances, jobs, subscriptions, user_tasks};

impl Projection {
    pub(super) fn fold_standstill(&mut self, scene: &Scene<'_>, state: i64) {
        let key = RowKey::one(View::Instances, scene.instance.0);
        self.patch(key, [(instances::STATE, Cell::Int(state))]);
    }

    /// Everything that lives belongs to the new definition from here on.
    pub(super) fn fold_migration<'d>(
        &mut self,
        scene: &mut Scene<'d>,
        migrated: &Migrated,
        definition: &'d Definition,
        open_incidents: Option<u32>,
    ) {
        let before = scene.definition;
        let graph = &definition.graph;
        let key = RowKey::one(View::Instances, scene.instance.0);
        self.patch(
            key,
            [
                (instances::DEFINITION, number(definition.key.0)),
                (instances::PROCESS_ID, text(&graph.process_id)),
                (instances::NAME, text(&graph.name)),
                (instances::VERSION, Cell::Int(i64::from(definition.version))),
                (instances::VERSION_TAG, text(&graph.version_tag)),
            ],
        );
        self.counters.count_instances(before, What::Active, -1);
        self.counters.count_instances(definition, What::Active, 1);
        let stopped = migrated.moved.iter().any(|moved| !moved.incidents.is_empty());
        if stopped && open_incidents.is_none_or(|open| open > 0) {
            self.counters.count_instances(before, What::Incidents, -1);
            self.counters.count_instances(definition, What::Incidents, 1);
        }
        for moved in &migrated.moved {
            self.fold_moved(scene, moved, before, definition);
        }
        scene.definition = definition;
        for place in &mut scene.places {
            if let Some(moved) = migrated.moved.iter().find(|moved| moved.slot == place.slot) {
                place.element = moved.to;
            }
        }
    }

    fn fold_moved(
        &mut self,
        scene: &Scene<'_>,
        moved: &Moved,
        before: &Definition,
        definition: &Definition,
    ) {
        let graph = &definition.graph;
        let node = graph.node(moved.to);
        let (key, process_id) = (number(definition.key.0), text(&graph.process_id));
        let element_id = text(&node.id);
        if moved.slot != 0 {
            self.patch(
                RowKey::element(scene.instance.0, moved.key.0),
                [
                    (elements::DEFINITION, key.clone()),
                    (elements::PROCESS_ID, process_id.clone()),
                    (elements::ELEMENT_ID, element_id.clone()),
                    (elements::ELEMENT_NAME, text(&node.name)),
                ],
            );
            self.counters.count(before, moved.from, What::Active, -1);
            self.counters.count(definition, moved.to, What::Active, 1);
        }
        if let Some(job) = moved.job {
            self.patch(
                RowKey::one(View::Jobs, job.0),
                [
                    (jobs::DEFINITION, key.clone()),
                    (jobs::PROCESS_ID, process_id.clone()),
                    (jobs::ELEMENT_ID, element_id.clone()),
                ],
            );
        }
        if let Some(task) = moved.task {
            let name = if node.name.is_empty() { &node.id } else { &node.name };
            self.patch(
                RowKey::one(View::UserTasks, task.0),
                [
                    (user_tasks::DEFINITION, key.clone()),
                    (user_tasks::PROCESS_ID, process_id.clone()),
                    (user_tasks::ELEMENT_ID, element_id.clone()),
                    (user_tasks::NAME, text(name)),
                ],
            );
        }
        for incident in &moved.incidents {
            self.patch(
                RowKey::one(View::Incidents, incident.0),
                [
                    (incidents::DEFINITION, key.clone()),
                    (incidents::PROCESS_ID, process_id.clone()),
                    (incidents::ELEMENT_ID, element_id.clone()),
                ],
            );
            self.counters.count(before, moved.from, What::Incidents, -1);
            self.counters.count(definition, moved.to, What::Incidents, 1);
        }
        self.fold_moved_subscriptions(moved, before, definition);
    }

    fn fold_moved_subscriptions(
        &mut self,
        moved: &Moved,
        before: &Definition,
        definition: &Definition,
    ) {
        let graph = &definition.graph;
        for (subscription, element) in &moved.subscriptions {
            self.patch(
                RowKey::one(View::Subscriptions, subscription.0),
                [
                    (subscriptions::DEFINITION, number(definition.key.0)),
                    (subscriptions::PROCESS_ID, text(&graph.process_id)),
                    (subscriptions::ELEMENT_ID, text(&graph.node(*element).id)),
                ],
            );
            self.counters.count_instances(before, What::Subscriptions, -1);
            self.counters.count_instances(definition, What::Subscriptions, 1);
        }
    }
}
