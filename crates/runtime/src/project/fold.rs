//! Fold: what each event means for the views.
//!
//! It knows only the event, where it happened, and the definitions: never the state.

use super::counters::What;
use super::decisions::Asked;
use super::{Projection, RowKey, Scene, number, optional, text};
use engine::definitions::Definitions;
use engine::event::{Created, InstanceEvent, Parent, Place, Slot, Variables};
use engine::key::Key;
use engine::record::{Events, Section};
use engine::state::{Kind, named_key};
use store::view::{Cell, View, elements, instances, variables};

impl Projection {
    /// Folds the sections of one aggregate and commit: its history row at `position`.
    pub fn fold(
        &mut self,
        definitions: &Definitions,
        (aggregate, position): (Key, u64),
        now_ms: i64,
        sections: &[Section],
    ) {
        for (place, section) in sections.iter().enumerate() {
            match &section.events {
                Events::Instance(events) => {
                    let created = events.iter().find_map(|event| match event {
                        InstanceEvent::InstanceCreated(created) => Some(created.definition),
                        _ => None,
                    });
                    // The events before a change of definition are about the old one.
                    let before = events.iter().find_map(|event| match event {
                        InstanceEvent::InstanceMigrated(migrated) => Some(migrated.before),
                        _ => None,
                    });
                    let definition = created.or(before).or(section.definition);
                    let Some(definition) = definition.and_then(|key| definitions.get(key)) else {
                        continue;
                    };
                    let mut scene = Scene {
                        instance: aggregate,
                        definition,
                        now_ms,
                        actor: &section.cause.actor,
                        resources: &definitions.resources,
                        places: section.places.clone(),
                    };
                    self.fold_instance(definitions, &mut scene, section, events);
                    self.fold_act(&scene, (position, place), section, events);
                }
                Events::Mailbox(events) => self.fold_mailbox(now_ms, events),
                Events::Head(events) => {
                    let at = (position, place);
                    self.fold_deployment(definitions, at, now_ms, section, events);
                }
                Events::Resource(events) => {
                    let (known, at) = (&definitions.resources, (position, place));
                    self.fold_resources(known, at, now_ms, section, events);
                }
                Events::Evaluation(events) => {
                    let scene = Asked { resources: &definitions.resources, now_ms };
                    self.fold_evaluations(&scene, aggregate, events);
                    self.fold_asked(&scene, (position, place), aggregate, section, events);
                }
                Events::Work(events) => {
                    let scene = super::work::Scene {
                        aggregate,
                        definitions: &definitions.resources.work,
                        now_ms,
                    };
                    self.fold_work(&scene, events);
                    self.fold_work_act(&scene, (position, place), section, events);
                }
                Events::BatchOperation(events) => {
                    self.fold_batch(aggregate, (position, place), now_ms, section, events);
                }
                Events::Suspension(events) => {
                    self.fold_suspensions((position, place), now_ms, section, events);
                }
                Events::BpmnSignal(_) | Events::Entry(_) => {}
            }
        }
    }

    fn fold_instance<'d>(
        &mut self,
        definitions: &'d Definitions,
        scene: &mut Scene<'d>,
        section: &'d Section,
        events: &[InstanceEvent],
    ) {
        for event in events {
            match event {
                InstanceEvent::InstanceMigrated(migrated) => {
                    if let Some(definition) = definitions.get(migrated.definition) {
                        self.fold_migration(scene, migrated, definition, section.open_incidents);
                    }
                }
                event => self.fold_event(scene, event),
            }
        }
        let Some(open) = section.open_incidents else { return };
        let key = RowKey::one(View::Instances, scene.instance.0);
        self.patch(key, [(instances::INCIDENTS, Cell::Int(i64::from(open)))]);
        let raised = events.iter().map(|event| match event {
            InstanceEvent::IncidentRaised { .. } => 1,
            InstanceEvent::IncidentResolved { .. } => -1,
            _ => 0,
        });
        let before = i64::from(open) - raised.sum::<i64>();
        let more = i64::from(open > 0) - i64::from(before > 0);
        self.counters.count_instances(scene.definition, What::Incidents, more);
    }

    fn fold_event(&mut self, scene: &mut Scene<'_>, event: &InstanceEvent) {
        use InstanceEvent as E;
        match event {
            E::InstanceCreated(created) => self.fold_created(scene, created),
            E::InstanceCompleted => self.fold_end(scene, 1),
            E::InstanceCancelled => self.fold_end(scene, 2),
            E::InstanceSuspended => self.fold_standstill(scene, 3),
            E::InstanceResumed => self.fold_standstill(scene, 0),
            E::VariablesSet { slot, variables } => {
                let scope = scene.place(*slot).key;
                self.fold_variables(scene, scope, variables);
            }
            E::ElementEntered { slot, key, element, scope, body } => {
                let place = Place { slot: *slot, key: *key, element: *element };
                scene.places.push(place);
                self.fold_entered(scene, place, *scope, *body);
            }
            E::ElementCompleted { slot } => self.fold_left(scene, *slot, 1),
            E::ElementCancelled { slot } => self.fold_left(scene, *slot, 2),
            E::JobCreated(created) => self.fold_job(scene, created),
            E::SubscriptionOpened(opened) => self.fold_subscription(scene, opened),
            E::SubscriptionCorrelated { slot, key, message, closes } => {
                self.fold_correlation(scene, *slot, (*key, *message), *closes);
            }
            E::SubscriptionClosed { key, .. } => self.fold_subscription_closed(scene, *key),
            E::UserTaskCreated(created) => self.fold_task(scene, created, 0),
            E::UserTaskCompleted { key, .. } => self.fold_task_state(scene, *key, 1),
            E::UserTaskCancelled { key, .. } => self.fold_task_state(scene, *key, 2),
            E::UserTaskAssigned { key, assignee, .. } => {
                self.fold_assignment(*key, assignee.as_ref());
            }
            E::UserTaskUpdated { key, changes, .. } => self.fold_task_changes(*key, changes),
            E::UserTaskChangeProposed { proposal, .. } => self.fold_proposal(scene, proposal),
            E::UserTaskChangeDecided { key, reason, job, .. } => {
                self.fold_verdict(*key, reason, *job);
            }
            E::IncidentRaised { slot, key, kind, message, job, .. } => {
                self.fold_incident(scene, (*slot, *key, kind.as_str()), message, *job);
            }
            E::IncidentResolved { slot, key } => self.fold_resolved(scene, *slot, *key),
            E::DecisionEvaluated { slot, key, evaluation } => {
                self.fold_decision(scene, *slot, *key, evaluation);
            }
            other => self.fold_job_event(scene, other),
        }
    }

    fn fold_created(&mut self, scene: &Scene<'_>, created: &Created) {
        let definition = scene.definition;
        let parent = |key: fn(&Parent) -> Key| {
            created.parent.as_ref().map_or(Cell::Null, |parent| number(key(parent).0))
        };
        let tags = match created.tags.as_slice() {
            [] => Cell::Null,
            tags => super::tasks::list(tags),
        };
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
            (instances::PARENT_INSTANCE, parent(|parent| parent.instance)),
            (instances::PARENT_ELEMENT, parent(|parent| parent.element)),
            (instances::ROOT, parent(|parent| parent.root)),
            (instances::TAGS, tags),
        ];
        self.put(View::Instances, RowKey::one(View::Instances, created.key.0), &row);
        self.counters.count_instances(definition, What::Active, 1);
        self.fold_variables(scene, created.key, &created.variables);
    }

    fn fold_end(&mut self, scene: &Scene<'_>, state: i64) {
        let key = RowKey::one(View::Instances, scene.instance.0);
        let changes =
            [(instances::STATE, Cell::Int(state)), (instances::ENDED_MS, Cell::Int(scene.now_ms))];
        self.patch(key, changes);
        self.counters.count_instances(scene.definition, What::Active, -1);
        self.counters.count_instances(scene.definition, What::ended(state), 1);
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
            self.note_name(scene.definition, name);
        }
    }

    fn fold_entered(&mut self, scene: &Scene<'_>, place: Place, scope: Slot, body: bool) {
        let Place { key, element, slot } = place;
        let node = scene.definition.graph.node(element);
        let kind = if body { "MULTI_INSTANCE_BODY" } else { node.kind.bpmn_type() };
        let scope = scene.place(scope).key;
        let row = [
            (elements::INSTANCE, number(scene.instance.0)),
            (elements::KEY, number(key.0)),
            (elements::DEFINITION, number(scene.definition.key.0)),
            (elements::PROCESS_ID, text(&scene.definition.graph.process_id)),
            (elements::ELEMENT_ID, text(&node.id)),
            (elements::ELEMENT_NAME, text(&node.name)),
            (elements::ELEMENT_TYPE, Cell::Text(kind.into())),
            (elements::STATE, Cell::Int(0)),
            (elements::STARTED_MS, Cell::Int(scene.now_ms)),
            (elements::SCOPE, number(scope.0)),
            (elements::INCIDENTS, Cell::Int(0)),
            (elements::TENANT, Cell::Int(i64::from(scene.definition.tenant))),
            (elements::SLOT, Cell::Int(i64::from(slot))),
        ];
        self.put(View::Elements, RowKey::element(scene.instance.0, key.0), &row);
        self.counters.count(scene.definition, element, What::Active, 1);
    }

    fn fold_left(&mut self, scene: &Scene<'_>, slot: Slot, state: i64) {
        let place = scene.place(slot);
        let key = RowKey::element(scene.instance.0, place.key.0);
        let changes =
            [(elements::STATE, Cell::Int(state)), (elements::ENDED_MS, Cell::Int(scene.now_ms))];
        self.patch(key, changes);
        if slot != 0 {
            self.counters.count(scene.definition, place.element, What::Active, -1);
            self.counters.count(scene.definition, place.element, What::ended(state), 1);
        }
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
