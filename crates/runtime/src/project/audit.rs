//! Who did what: a row for each command people and clients gave, except those of workers at work.
//!
//! Not here: the audit chain; a row here is a finger that points at a history row.

use super::decisions::Asked;
use super::{Projection, RowKey, Scene, number, optional, text};
use ::work::alert::AlertEvent;
use ::work::case::CaseEvent;
use engine::definitions::Definitions;
use engine::event::InstanceEvent;
use engine::key::Key;
use engine::record::{Section, v1_name::command_name};
use engine::resources::{ResourceKind, Resources};
use engine::state::evaluation::EvaluationEvent;
use engine::state::head::HeadEvent;
use engine::state::resource::ResourceEvent;
use engine::state::suspensions::SuspensionEvent;
use std::sync::Arc;
use store::view::{Cell, Column, View, audit};

/// Sections of one history row that have a key of their own.
const SECTIONS_MAX: u64 = 1_024;

/// What a command was about.
pub(super) struct Act {
    /// Number of the entity, as in the view.
    entity: i64,
    /// Number of the operation, as in the view.
    operation: i64,
    key: Key,
    element: Option<Key>,
    detail: Option<Arc<str>>,
}

impl Act {
    pub(super) fn new(entity: i64, operation: i64, key: Key) -> Self {
        Act { entity, operation, key, element: None, detail: None }
    }
}

impl Projection {
    /// Notes what was done to an instance, if somebody outside did it.
    pub(super) fn fold_act(
        &mut self,
        scene: &Scene<'_>,
        at: (u64, usize),
        section: &Section,
        events: &[InstanceEvent],
    ) {
        if section.cause.source.is_some() {
            return;
        }
        let Some(act) = act(scene, command_name(section.cause.command), events) else { return };
        let more = [
            (audit::DEFINITION, number(scene.definition.key.0)),
            (audit::PROCESS_ID, text(&scene.definition.graph.process_id)),
            (audit::INSTANCE, number(scene.instance.0)),
            (audit::ELEMENT, act.element.map_or(Cell::Null, |key| number(key.0))),
            (audit::TENANT, Cell::Int(i64::from(scene.definition.tenant))),
        ];
        self.put_act(at, scene.now_ms, section, &act, &more);
    }

    /// Notes a deployment, or a deletion.
    pub(super) fn fold_deployment(
        &mut self,
        definitions: &Definitions,
        at: (u64, usize),
        now_ms: i64,
        section: &Section,
        events: &[HeadEvent],
    ) {
        for event in events {
            let (key, operation) = match event {
                HeadEvent::VersionDeployed {
                    tenant, process_id, definition, deployment, ..
                } => {
                    let more = [
                        (audit::DEFINITION, number(definition.0)),
                        (audit::PROCESS_ID, text(process_id)),
                        (audit::DEPLOYMENT, number(deployment.0)),
                        (audit::TENANT, Cell::Int(i64::from(*tenant))),
                    ];
                    self.put_act(at, now_ms, section, &Act::new(5, 0, *definition), &more);
                    continue;
                }
                HeadEvent::DefinitionDeleted { definition, .. } => (*definition, 11),
                HeadEvent::StartTimerStarted { .. } | HeadEvent::StartTimerFired { .. } => continue,
            };
            let Some(definition) = definitions.get(key) else { continue };
            let more = [
                (audit::DEFINITION, number(key.0)),
                (audit::PROCESS_ID, text(&definition.graph.process_id)),
                (audit::DEPLOYMENT, number(definition.deployment.0)),
                (audit::TENANT, Cell::Int(i64::from(definition.tenant))),
            ];
            self.put_act(at, now_ms, section, &Act::new(5, operation, key), &more);
        }
    }

    /// Notes the deployment or deletion of something that is no process.
    pub(super) fn fold_resources(
        &mut self,
        known: &Resources,
        at: (u64, usize),
        now_ms: i64,
        section: &Section,
        events: &[ResourceEvent],
    ) {
        for event in events {
            let (tenant, kind, id, deployment, mut act) = match event {
                ResourceEvent::ResourceDeployed {
                    tenant, kind, id, resource, deployment, ..
                } => (*tenant, *kind, id, *deployment, Act::new(5, 0, *resource)),
                ResourceEvent::ResourceDeleted { resource, .. } => {
                    let Some(held) = known.get(*resource) else { continue };
                    let act = Act::new(5, 11, *resource);
                    (held.tenant, held.kind, &held.id, held.deployment, act)
                }
            };
            // What is part of a file is deployed and deleted with it.
            if kind == ResourceKind::Decision {
                continue;
            }
            let more = [
                (audit::DEPLOYMENT, number(deployment.0)),
                (audit::TENANT, Cell::Int(i64::from(tenant))),
            ];
            act.detail = Some(id.clone());
            self.put_act(at, now_ms, section, &act, &more);
        }
    }

    /// Notes that definitions and job types were suspended or resumed.
    pub(super) fn fold_suspensions(
        &mut self,
        at: (u64, usize),
        now_ms: i64,
        section: &Section,
        events: &[SuspensionEvent],
    ) {
        use SuspensionEvent as E;
        for event in events {
            let (tenant, mut act) = match event {
                E::DefinitionSuspended { tenant, definition } => {
                    (tenant, Act::new(5, 9, *definition))
                }
                E::DefinitionResumed { tenant, definition } => {
                    (tenant, Act::new(5, 10, *definition))
                }
                E::JobTypeSuspended { tenant, .. } => (tenant, Act::new(1, 9, Key(0))),
                E::JobTypeResumed { tenant, .. } => (tenant, Act::new(1, 10, Key(0))),
            };
            let mut more = vec![(audit::TENANT, Cell::Int(i64::from(*tenant)))];
            match event {
                E::DefinitionSuspended { definition, .. }
                | E::DefinitionResumed { definition, .. } => {
                    more.push((audit::DEFINITION, number(definition.0)));
                }
                E::JobTypeSuspended { job_type, .. } | E::JobTypeResumed { job_type, .. } => {
                    act.detail = Some(job_type.clone());
                }
            }
            self.put_act(at, now_ms, section, &act, &more);
        }
    }

    /// Notes what was done to a case or an alert, if somebody outside did it.
    pub(super) fn fold_work_act(
        &mut self,
        scene: &super::work::Scene<'_>,
        at: (u64, usize),
        section: &Section,
        events: &[::work::Event],
    ) {
        if section.cause.source.is_some() {
            return;
        }
        let command = command_name(section.cause.command);
        let Some((act, tenant)) = work_act(scene.aggregate, command, events) else { return };
        let act = Act { detail: Some(command.into()), ..act };
        let more = [(audit::TENANT, Cell::Int(i64::from(tenant)))];
        self.put_act(at, scene.now_ms, section, &act, &more);
    }

    /// Notes that a decision was asked outside of any process, or that this was deleted.
    pub(super) fn fold_asked(
        &mut self,
        asked: &Asked<'_>,
        at: (u64, usize),
        key: Key,
        section: &Section,
        events: &[EvaluationEvent],
    ) {
        for event in events {
            let (tenant, act, id) = match event {
                EvaluationEvent::DecisionEvaluated { tenant, evaluation } => {
                    let decision = asked.resources.get(evaluation.decision);
                    let id = decision.map(|held| held.id.clone());
                    (*tenant, Act::new(9, 12, key), id)
                }
                EvaluationEvent::EvaluationDeleted { tenant, evaluation, decision_id, .. } => {
                    (*tenant, Act::new(9, 11, *evaluation), Some(decision_id.clone()))
                }
            };
            let more = [(audit::TENANT, Cell::Int(i64::from(tenant)))];
            self.put_act(at, asked.now_ms, section, &Act { detail: id, ..act }, &more);
        }
    }

    pub(super) fn put_act(
        &mut self,
        (position, place): (u64, usize),
        now_ms: i64,
        section: &Section,
        act: &Act,
        more: &[(Column, Cell)],
    ) {
        let key = position * SECTIONS_MAX + (place as u64).min(SECTIONS_MAX - 1);
        let mut row = vec![
            (audit::KEY, number(key)),
            (audit::AT_MS, Cell::Int(now_ms)),
            (audit::ACTOR, text(&section.cause.actor)),
            (audit::ACTING_FOR, optional(section.cause.acting_for.as_ref())),
            (audit::ENTITY, Cell::Int(act.entity)),
            (audit::OPERATION, Cell::Int(act.operation)),
            (audit::ENTITY_KEY, number(act.key.0)),
            (audit::DETAIL, optional(act.detail.as_ref())),
        ];
        row.extend_from_slice(more);
        self.put(View::Audit, RowKey::one(View::Audit, key), &row);
    }
}

/// What a command did to a case or an alert, and the tenant; `None` for sources at work and for the
/// engine itself. Events do not repeat the tenant, of which there is one.
fn work_act(aggregate: Key, command: &str, events: &[::work::Event]) -> Option<(Act, u32)> {
    use ::work::Event as E;
    let operation = match command {
        "OPEN_CASE" => 0,
        "CANCEL_CASE" => 1,
        "RESOLVE_CASE" => 3,
        "WAIVE_OUTCOME" => 4,
        "RELEASE_ALERT" => 10,
        "ENTER_STAGE" | "ATTEST_OUTCOME" | "ADD_EVIDENCE" | "ACKNOWLEDGE_ALERT"
        | "EXTEND_CLOCK" | "WAIVE_CLOCK" => 2,
        "ASSIGN_CASE" | "TAKE_CASE" => {
            let is_given = |event: &E| {
                matches!(event, E::Case(CaseEvent::CaseAssigned { driver: Some(_), .. }))
            };
            if events.iter().any(is_given) { 5 } else { 6 }
        }
        _ => return None,
    };
    let alert = events.iter().find_map(|event| match event {
        E::Alert(
            AlertEvent::AlertAcknowledged { alert, .. } | AlertEvent::AlertAdmitted { alert, .. },
        ) => Some(*alert),
        _ => None,
    });
    let act = match alert {
        Some(alert) => Act::new(8, operation, alert),
        None => Act::new(7, operation, aggregate),
    };
    Some((act, 0))
}

/// What a command did; `None` for workers at work and for the engine itself.
fn act(scene: &Scene<'_>, command: &str, events: &[InstanceEvent]) -> Option<Act> {
    use InstanceEvent as E;
    let act = match command {
        "CREATE_INSTANCE" => Act::new(0, 0, scene.instance),
        "CANCEL_INSTANCE" => Act::new(0, 1, scene.instance),
        "COMPENSATE_INSTANCE" => {
            Act { detail: Some("with compensation".into()), ..Act::new(0, 1, scene.instance) }
        }
        "UPDATE_JOB" => {
            let key = events.iter().find_map(|event| match event {
                E::JobRetriesUpdated { key, .. } | E::JobTimeoutUpdated { key, .. } => Some(*key),
                _ => None,
            });
            Act::new(1, 2, key?)
        }
        "RESOLVE_INCIDENT" | "RETRY_INCIDENT" => {
            let (slot, key) = events.iter().find_map(|event| match event {
                E::IncidentResolved { slot, key } => Some((*slot, *key)),
                _ => None,
            })?;
            Act { element: Some(scene.place(slot).key), ..Act::new(2, 3, key) }
        }
        "SET_VARIABLES" => {
            let slot = events.iter().find_map(|event| match event {
                E::VariablesSet { slot, .. } | E::UserTaskChangeProposed { slot, .. } => {
                    Some(*slot)
                }
                _ => None,
            })?;
            let scope = scene.place(slot).key;
            Act { element: (slot != 0).then_some(scope), ..Act::new(3, 2, scope) }
        }
        "SUSPEND_INSTANCE" => Act::new(0, 9, scene.instance),
        "RESUME_INSTANCE" => Act::new(0, 10, scene.instance),
        "MODIFY_INSTANCE" => Act::new(0, 8, scene.instance),
        "MIGRATE_INSTANCE" => Act::new(0, 7, scene.instance),
        _ => return task_act(scene, command, events),
    };
    Some(act)
}

/// What a command did to a user task.
fn task_act(scene: &Scene<'_>, command: &str, events: &[InstanceEvent]) -> Option<Act> {
    use InstanceEvent as E;
    let act = match command {
        "COMPLETE_USER_TASK" => {
            let (slot, key, action) = events.iter().find_map(|event| match event {
                E::UserTaskCompleted { slot, key, action } => Some((*slot, *key, action.clone())),
                E::UserTaskChangeProposed { slot, proposal } => {
                    Some((*slot, proposal.task.key, proposal.action.clone()))
                }
                _ => None,
            })?;
            let element = Some(scene.place(slot).key);
            Act { element, detail: Some(action), ..Act::new(4, 4, key) }
        }
        "ASSIGN_USER_TASK" => {
            let (slot, key, operation, action) = events.iter().find_map(|event| match event {
                E::UserTaskAssigned { slot, key, assignee, action } => {
                    let operation = if assignee.is_some() { 5 } else { 6 };
                    Some((*slot, *key, operation, action.clone()))
                }
                E::UserTaskChangeProposed { slot, proposal } => {
                    let operation = if proposal.task.assignee.is_some() { 5 } else { 6 };
                    Some((*slot, proposal.task.key, operation, proposal.action.clone()))
                }
                _ => None,
            })?;
            let element = Some(scene.place(slot).key);
            Act { element, detail: Some(action), ..Act::new(4, operation, key) }
        }
        "UPDATE_USER_TASK" => {
            let (slot, key, action) = events.iter().find_map(|event| match event {
                E::UserTaskUpdated { slot, key, action, .. } => Some((*slot, *key, action.clone())),
                E::UserTaskChangeProposed { slot, proposal } => {
                    Some((*slot, proposal.task.key, proposal.action.clone()))
                }
                _ => None,
            })?;
            let element = Some(scene.place(slot).key);
            Act { element, detail: Some(action), ..Act::new(4, 2, key) }
        }
        _ => return None,
    };
    Some(act)
}
