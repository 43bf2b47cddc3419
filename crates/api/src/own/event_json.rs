//! Events of an instance as JSON, for people who read its history.
//!
//! Not here: how events are kept (`engine::record`). These shapes may gain fields; the kept ones
//! never change.

use crate::json_write::{ObjectWriter, list, string};
use crate::raw_variables;
use crate::time;
use engine::event::{
    Activation, Created, ElementIndex, InstanceEvent, JobKind, Place, Slot, TaskChanges,
    UserTaskCreated,
};
use engine::graph::Graph;
use engine::key::Key;
use engine::record::{Events, Section};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Which element lives in which slot, as far as the history says so.
pub(crate) struct Scene<'a> {
    graph: Option<&'a Graph>,
    places: BTreeMap<Slot, (Key, ElementIndex)>,
}

impl<'a> Scene<'a> {
    /// The slots a section names, in the graph they run.
    pub(crate) fn new(graph: Option<&'a Graph>, places: &[Place]) -> Self {
        let places = places.iter().map(|place| (place.slot, (place.key, place.element)));
        Scene { graph, places: places.collect() }
    }

    /// The slots of a section, in the graph the instance runs behind it.
    pub(crate) fn of(graph: Option<&'a Graph>, section: &Section) -> Self {
        let mut scene = Scene::new(graph, &section.places);
        let events = match &section.events {
            Events::Instance(events) => events.as_slice(),
            _ => &[],
        };
        for event in events {
            // Their places are told as they were before it changed its definition.
            let InstanceEvent::InstanceMigrated(migrated) = event else { continue };
            for moved in &migrated.moved {
                if let Some((_, element)) = scene.places.get_mut(&moved.slot) {
                    *element = moved.to;
                }
            }
        }
        scene
    }

    fn element_id(&self, element: ElementIndex) -> Option<&'a str> {
        self.graph.and_then(|graph| graph.nodes.get(element as usize)).map(|node| &*node.id)
    }
}

/// Writes one event.
pub(crate) fn write_event(out: &mut String, event: &InstanceEvent, scene: &mut Scene<'_>) {
    if let InstanceEvent::ElementEntered { slot, key, element, .. } = event {
        scene.places.insert(*slot, (*key, *element));
    }
    let mut object = ObjectWriter::open(out);
    object.text("type", kind(event));
    let slot = match event {
        InstanceEvent::ElementEntered { slot, .. } => Some(*slot),
        other => other.slot(),
    };
    if let Some((key, element)) = slot.and_then(|slot| scene.places.get(&slot)) {
        object.key("elementInstanceKey", *key);
        object.text_or_null("elementId", scene.element_id(*element));
    }
    write_fields(&mut object, event, scene);
    object.close();
}

/// Names the kinds of events: the function that tells an event's kind, and the list of all.
macro_rules! kinds {
    ($($pattern:pat => $name:literal,)+) => {
        /// The event's name, in the style of command names.
        pub(super) fn kind(event: &InstanceEvent) -> &'static str {
            use InstanceEvent as E;
            match event {
                $($pattern => $name,)+
            }
        }

        /// All names.
        pub(super) const KINDS: &[&str] = &[$($name,)+];
    };
}

kinds! {
        E::InstanceCreated(_) => "INSTANCE_CREATED",
        E::InstanceCompleted => "INSTANCE_COMPLETED",
        E::InstanceCancelled => "INSTANCE_CANCELLED",
        E::VariablesSet { .. } => "VARIABLES_SET",
        E::ElementEntered { .. } => "ELEMENT_ENTERED",
        E::ElementActivated { .. } => "ELEMENT_ACTIVATED",
        E::ElementCompleted { .. } => "ELEMENT_COMPLETED",
        E::ElementCancelling { .. } => "ELEMENT_CANCELLING",
        E::ElementCancelled { .. } => "ELEMENT_CANCELLED",
        E::PayloadReceived { .. } => "PAYLOAD_RECEIVED",
        E::TokenParked { .. } => "TOKEN_PARKED",
        E::TokensJoined { .. } => "TOKENS_JOINED",
        E::TokensDropped { .. } => "TOKENS_DROPPED",
        E::JobCreated(_) => "JOB_CREATED",
        E::JobCompleted { .. } => "JOB_COMPLETED",
        E::JobFailed { .. } => "JOB_FAILED",
        E::JobErrorThrown { .. } => "JOB_ERROR_THROWN",
        E::JobRetriesUpdated { .. } => "JOB_RETRIES_UPDATED",
        E::JobTimeoutUpdated { .. } => "JOB_TIMEOUT_UPDATED",
        E::JobOffered { .. } => "JOB_OFFERED",
        E::JobCancelled { .. } => "JOB_CANCELLED",
        E::TimerStarted { .. } => "TIMER_STARTED",
        E::TimerFired { .. } => "TIMER_FIRED",
        E::TimerCancelled { .. } => "TIMER_CANCELLED",
        E::SubscriptionOpened(_) => "SUBSCRIPTION_OPENED",
        E::SubscriptionCorrelated { .. } => "SUBSCRIPTION_CORRELATED",
        E::SubscriptionClosed { .. } => "SUBSCRIPTION_CLOSED",
        E::UserTaskCreated(_) => "USER_TASK_CREATED",
        E::UserTaskCompleted { .. } => "USER_TASK_COMPLETED",
        E::UserTaskCancelled { .. } => "USER_TASK_CANCELLED",
        E::UserTaskAssigned { .. } => "USER_TASK_ASSIGNED",
        E::UserTaskUpdated { .. } => "USER_TASK_UPDATED",
        E::UserTaskChangeProposed { .. } => "USER_TASK_CHANGE_PROPOSED",
        E::UserTaskChangeCorrected { .. } => "USER_TASK_CHANGE_CORRECTED",
        E::UserTaskChangeDecided { .. } => "USER_TASK_CHANGE_DECIDED",
        E::IncidentRaised { .. } => "INCIDENT_RAISED",
        E::IncidentResolved { .. } => "INCIDENT_RESOLVED",
        E::MessageSent { .. } => "MESSAGE_SENT",
        E::ScopeInterrupted { .. } => "SCOPE_INTERRUPTED",
        E::ScopeCleared { .. } => "SCOPE_CLEARED",
        E::AgendaKept { .. } => "AGENDA_KEPT",
        E::AgendaTaken => "AGENDA_TAKEN",
        E::BodyBegun { .. } => "BODY_BEGUN",
        E::OutputKept { .. } => "OUTPUT_KEPT",
        E::BodyStopped { .. } => "BODY_STOPPED",
        E::ChildCalled { .. } => "CHILD_CALLED",
        E::ChildEnded { .. } => "CHILD_ENDED",
        E::ErrorEscalated { .. } => "ERROR_ESCALATED",
        E::DecisionEvaluated { .. } => "DECISION_EVALUATED",
        E::BpmnSignalAwaited(_) => "BPMN_SIGNAL_AWAITED",
        E::BpmnSignalReceived { .. } => "BPMN_SIGNAL_RECEIVED",
        E::BpmnSignalClosed { .. } => "BPMN_SIGNAL_CLOSED",
        E::BpmnSignalThrown { .. } => "BPMN_SIGNAL_THROWN",
        E::EscalationThrown { .. } => "ESCALATION_THROWN",
        E::ConditionAwaited { .. } => "CONDITION_AWAITED",
        E::ConditionMet { .. } => "CONDITION_MET",
        E::ConditionDropped { .. } => "CONDITION_DROPPED",
        E::LoopBegun { .. } => "LOOP_BEGUN",
        E::GatewayActivated { .. } => "GATEWAY_ACTIVATED",
        E::GatewayReset { .. } => "GATEWAY_RESET",
        E::EventKept { .. } => "EVENT_KEPT",
        E::EventsTaken { .. } => "EVENTS_TAKEN",
        E::AdHocFulfilled { .. } => "AD_HOC_FULFILLED",
        E::CompensationKept { .. } => "COMPENSATION_KEPT",
        E::CompensationThrown { .. } => "COMPENSATION_THROWN",
        E::CompensationBegun { .. } => "COMPENSATION_BEGUN",
        E::CompensationHandled { .. } => "COMPENSATION_HANDLED",
        E::CompensationsDropped { .. } => "COMPENSATIONS_DROPPED",
        E::InstanceStopped => "INSTANCE_STOPPED",
        E::InstanceSuspended => "INSTANCE_SUSPENDED",
        E::InstanceResumed => "INSTANCE_RESUMED",
        E::InstanceModified { .. } => "INSTANCE_MODIFIED",
        E::InstanceMigrated(_) => "INSTANCE_MIGRATED",
}

fn write_fields(object: &mut ObjectWriter<'_>, event: &InstanceEvent, scene: &Scene<'_>) {
    use InstanceEvent as E;
    match event {
        E::InstanceCreated(created) => write_created(object, created),
        E::VariablesSet { variables, .. } | E::PayloadReceived { variables, .. } => {
            raw_variables::write(object.name("variables"), variables);
        }
        E::ElementCancelling { by: Some(by), .. } | E::ScopeInterrupted { by, .. } => {
            object.text_or_null("interruptedBy", scene.element_id(by.element));
        }
        E::JobCreated(_)
        | E::JobCompleted { .. }
        | E::JobFailed { .. }
        | E::JobErrorThrown { .. }
        | E::JobRetriesUpdated { .. }
        | E::JobTimeoutUpdated { .. }
        | E::JobOffered { .. }
        | E::JobCancelled { .. } => write_job_fields(object, event),
        E::TimerStarted { key, due_ms, repetitions, .. } => {
            object.key("timerKey", *key);
            object.text("due", &time::format(*due_ms));
            object.number("repetitions", repetitions);
        }
        E::TimerFired { key, .. } | E::TimerCancelled { key, .. } => object.key("timerKey", *key),
        E::SubscriptionOpened(opened) => {
            object.key("subscriptionKey", opened.key);
            object.text("messageName", &opened.name);
            object.text("correlationKey", &opened.correlation_key);
        }
        E::SubscriptionCorrelated { key, message, .. } => {
            object.key("subscriptionKey", *key);
            object.key("messageKey", *message);
        }
        E::SubscriptionClosed { key, .. } => object.key("subscriptionKey", *key),
        E::UserTaskCreated(_)
        | E::UserTaskCompleted { .. }
        | E::UserTaskCancelled { .. }
        | E::UserTaskAssigned { .. }
        | E::UserTaskUpdated { .. }
        | E::UserTaskChangeProposed { .. }
        | E::UserTaskChangeCorrected { .. }
        | E::UserTaskChangeDecided { .. } => write_task_fields(object, event),
        E::IncidentRaised { key, kind, message, job, .. } => {
            object.key("incidentKey", *key);
            object.text("errorType", kind.as_str());
            object.text("errorMessage", message);
            object.key_or_null("jobKey", *job);
        }
        E::IncidentResolved { key, .. } => object.key("incidentKey", *key),
        E::InstanceModified { activated, cancelled } => {
            let ids = activated.iter().filter_map(|element| scene.element_id(*element));
            list(object.name("activatedElements"), ids, string);
            let keys = cancelled.iter();
            list(object.name("cancelledElementInstances"), keys, |out, key| {
                string(out, &key.to_string());
            });
        }
        other => write_more_fields(object, other),
    }
}

fn write_created(object: &mut ObjectWriter<'_>, created: &Created) {
    object.key("processInstanceKey", created.key);
    object.key("processDefinitionKey", created.definition);
    object.text_or_null("businessId", created.business_id.as_deref());
    if !created.tags.is_empty() {
        list(object.name("tags"), &created.tags, |out, tag| string(out, tag));
    }
    if let Some(parent) = &created.parent {
        object.key("parentProcessInstanceKey", parent.instance);
        object.key("parentElementInstanceKey", parent.element);
    }
    raw_variables::write(object.name("variables"), &created.variables);
}

/// The fields of events about calls, multi-instance bodies and unfinished work.
fn write_more_fields(object: &mut ObjectWriter<'_>, event: &InstanceEvent) {
    use InstanceEvent as E;
    match event {
        E::DecisionEvaluated { key, evaluation, .. } => {
            object.key("decisionEvaluationKey", *key);
            object.key("decisionDefinitionKey", evaluation.decision);
            object.raw("output", &evaluation.output);
            let failure = evaluation.failure.as_ref().map(|failure| &*failure.message);
            object.text_or_null("failureMessage", failure);
        }
        E::MessageSent { name, correlation_key, .. } => {
            object.text("messageName", name);
            object.text("correlationKey", correlation_key);
        }
        E::AgendaKept { agenda, .. } => object.number("movesLeft", agenda.len()),
        E::BodyBegun { items, .. } => object.number("instances", items.len()),
        E::OutputKept { value, .. } => object.name("output").push_str(value),
        E::ChildCalled { instance, .. } | E::ChildEnded { instance, .. } => {
            object.key("calledProcessInstanceKey", *instance);
        }
        E::ErrorEscalated { code, variables } => {
            object.text("errorCode", code);
            raw_variables::write(object.name("variables"), variables);
        }
        E::BpmnSignalAwaited(awaited) => {
            object.key("subscriptionKey", awaited.key);
            object.text("signalName", &awaited.name);
        }
        E::BpmnSignalReceived { key, signal, .. } => {
            object.key("subscriptionKey", *key);
            object.key("signalKey", *signal);
        }
        E::BpmnSignalClosed { key, .. } => object.key("subscriptionKey", *key),
        E::BpmnSignalThrown { name, .. } => object.text("signalName", name),
        E::EscalationThrown { code, caught, .. } => {
            object.text("escalationCode", code);
            object.number("caught", caught);
        }
        E::InstanceMigrated(migrated) => {
            object.key("processDefinitionKey", migrated.definition);
            object.key("formerProcessDefinitionKey", migrated.before);
            object.number("elementInstances", migrated.moved.len());
        }
        E::ElementEntered { body: true, .. } => object.text("elementType", "MULTI_INSTANCE_BODY"),
        _ => {}
    }
}

/// The fields of an event about a job.
fn write_job_fields(object: &mut ObjectWriter<'_>, event: &InstanceEvent) {
    use InstanceEvent as E;
    match event {
        E::JobCreated(created) => {
            object.key("jobKey", created.key);
            object.text("jobType", &created.job_type);
            object.number("retries", created.retries);
            if created.priority != 0 {
                object.number("priority", created.priority);
            }
            if created.kind != JobKind::Element {
                object.text("jobKind", created.kind.as_str());
                object.text("listenerEventType", created.listener.as_str());
            }
        }
        E::JobCompleted { key, by, .. } => write_job(object, *key, by),
        E::JobFailed { key, by, retries, due_ms, message, .. } => {
            write_job(object, *key, by);
            object.number("retries", retries);
            object.text("due", &time::format(*due_ms));
            object.text("errorMessage", message);
        }
        E::JobErrorThrown { key, by, code, message, .. } => {
            write_job(object, *key, by);
            object.text("errorCode", code);
            object.text("errorMessage", message);
        }
        E::JobRetriesUpdated { key, retries, .. } => {
            object.key("jobKey", *key);
            object.number("retries", retries);
        }
        E::JobTimeoutUpdated { key, deadline_ms, .. } => {
            object.key("jobKey", *key);
            object.text("deadline", &time::format(*deadline_ms));
        }
        E::JobOffered { key, .. } | E::JobCancelled { key, .. } => object.key("jobKey", *key),
        _ => {}
    }
}

/// A job and who held it.
fn write_job(object: &mut ObjectWriter<'_>, key: Key, by: &Activation) {
    object.key("jobKey", key);
    object.text("worker", &by.worker);
    object.number("attempt", by.attempt);
    if by.attempt > 0 {
        object.text("activated", &time::format(by.activated_ms));
    }
}

/// The fields of an event about a user task.
fn write_task_fields(object: &mut ObjectWriter<'_>, event: &InstanceEvent) {
    use InstanceEvent as E;
    match event {
        E::UserTaskCreated(task) => write_user_task(object, task),
        E::UserTaskCompleted { key, action, .. } => {
            object.key("userTaskKey", *key);
            object.text("action", action);
        }
        E::UserTaskCancelled { key, .. } => object.key("userTaskKey", *key),
        E::UserTaskAssigned { key, assignee, action, .. } => {
            object.key("userTaskKey", *key);
            object.text_or_null("assignee", assignee.as_deref());
            object.text("action", action);
        }
        E::UserTaskUpdated { key, changes, action, .. } => {
            object.key("userTaskKey", *key);
            object.text("action", action);
            write_task_changes(object, changes);
        }
        E::UserTaskChangeProposed { proposal, .. } => {
            write_user_task(object, &proposal.task);
            object.text("listenerEventType", proposal.event.as_str());
            object.text("action", &proposal.action);
            raw_variables::write(object.name("variables"), &proposal.variables);
        }
        E::UserTaskChangeCorrected { task, .. } => write_user_task(object, task),
        E::UserTaskChangeDecided { key, verdict, reason, job, .. } => {
            object.key("userTaskKey", *key);
            object.text("verdict", verdict.as_str());
            object.text("deniedReason", reason);
            object.key_or_null("jobKey", *job);
        }
        _ => {}
    }
}

fn write_task_changes(object: &mut ObjectWriter<'_>, changes: &TaskChanges) {
    let people = [
        ("candidateGroups", &changes.candidate_groups),
        ("candidateUsers", &changes.candidate_users),
    ];
    for (name, held) in people {
        if let Some(held) = held {
            list(object.name(name), held, |out, it| string(out, it));
        }
    }
    for (name, date) in [("dueDate", changes.due), ("followUpDate", changes.follow_up)] {
        if let Some(date) = date {
            object.text_or_null(name, date.at_ms.map(time::format).as_deref());
        }
    }
    if let Some(priority) = changes.priority {
        object.number("priority", priority);
    }
}

fn write_user_task(object: &mut ObjectWriter<'_>, task: &UserTaskCreated) {
    let texts = |out: &mut String, texts: &[Arc<str>]| list(out, texts, |out, it| string(out, it));
    object.key("userTaskKey", task.key);
    object.text_or_null("assignee", task.assignee.as_deref());
    texts(object.name("candidateGroups"), &task.candidate_groups);
    texts(object.name("candidateUsers"), &task.candidate_users);
    object.text_or_null("due", task.due_ms.map(time::format).as_deref());
    object.number("priority", task.priority);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn written(event: &InstanceEvent, places: &[Place]) -> Value {
        let mut out = String::new();
        write_event(&mut out, event, &mut Scene::new(None, places));
        serde_json::from_str(&out).unwrap()
    }

    #[test]
    fn names_the_element_instance_an_event_is_about() {
        let by = Activation { worker: "w".into(), activated_ms: 0, attempt: 2 };
        let event = InstanceEvent::JobCompleted { slot: 3, key: Key(9), by };
        let place = Place { slot: 3, key: Key(8), element: 1 };
        let expected = json!({
            "type": "JOB_COMPLETED", "elementInstanceKey": "8", "elementId": null, "jobKey": "9",
            "worker": "w", "attempt": 2, "activated": "1970-01-01T00:00:00.000Z"
        });
        assert_eq!(written(&event, &[place]), expected);
    }

    #[test]
    fn keeps_variables_as_they_are() {
        let variables = vec![("a".into(), "1.0".into())];
        let text = {
            let mut out = String::new();
            let event = InstanceEvent::VariablesSet { slot: 0, variables };
            write_event(&mut out, &event, &mut Scene::new(None, &[]));
            out
        };
        assert_eq!(text, r#"{"type":"VARIABLES_SET","variables":{"a":1.0}}"#);
    }

    #[test]
    fn remembers_an_element_from_its_entry_on() {
        let mut scene = Scene::new(None, &[]);
        let entered = InstanceEvent::ElementEntered {
            slot: 1,
            key: Key(5),
            element: 1,
            scope: 0,
            body: false,
        };
        let mut out = String::new();
        write_event(&mut out, &entered, &mut scene);
        out.clear();
        write_event(&mut out, &InstanceEvent::ElementActivated { slot: 1 }, &mut scene);
        assert!(out.contains(r#""elementInstanceKey":"5""#), "{out}");
    }
}
