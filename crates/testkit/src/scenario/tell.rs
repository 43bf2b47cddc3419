//! What happened, in the words of a transcript: one line an event that matters to a reader.
//!
//! Not the names of events: those are many, and most only matter to the engine.

use super::line::iso;
use crate::world::{Happened, TENANT, What, World};
use engine::decide::Evaluation;
use engine::event::{InstanceEvent, TaskChanges, UserTaskCreated, Variables, Verdict, Work};
use engine::graph::Graph;
use engine::key::Key;
use engine::state::entry::EntryEvent;
use engine::state::head::{HeadEvent, StartTimer};
use engine::state::mailbox::MailboxEvent;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

/// What a teller remembers: which elements waited, what jobs and subscriptions were about.
#[derive(Debug, Default)]
pub(super) struct Teller {
    /// Element instances that began to wait.
    active: BTreeSet<(Key, u32)>,
    /// Bodies of multi-instance activities.
    bodies: BTreeSet<(Key, u32)>,
    /// What keys were called when they appeared.
    names: BTreeMap<Key, String>,
    /// Instances begun by a verb, whose beginning need not be told.
    pub(super) expected: BTreeSet<Key>,
}

impl Teller {
    /// The lines about what happened.
    pub(super) fn tell(&mut self, world: &World, happened: &[Happened]) -> Vec<String> {
        let mut lines = Vec::new();
        for it in happened {
            let line = match &it.what {
                What::Instance { event, element, definition } => {
                    let graph = &definition.graph;
                    let place = (it.aggregate, &*graph.node(*element).id);
                    let line = self.tell_instance(world, place, graph, event, it.now_ms);
                    let number = number_of(world, it.aggregate);
                    line.map(|line| if number > 1 { format!("#{number} {line}") } else { line })
                }
                What::Mailbox { event, about, reached } => tell_mailbox(event, about, *reached, it),
                What::Entry(event) => tell_entry(event),
                What::Evaluation(_) => None,
                // Whom a broadcast reaches, the instances tell.
                What::BpmnSignal(_) => None,
                What::Head { event, process_id } => {
                    self.tell_head(world, process_id, event, it.now_ms)
                }
            };
            lines.extend(line);
        }
        lines
    }

    fn tell_instance(
        &mut self,
        world: &World,
        (instance, id): (Key, &str),
        graph: &Graph,
        event: &InstanceEvent,
        now_ms: i64,
    ) -> Option<String> {
        use InstanceEvent as E;
        let line = match event {
            E::InstanceCreated(created) => {
                if self.expected.contains(&instance) {
                    return None;
                }
                format!("started {}{}", graph.process_id, after(&created.variables))
            }
            E::InstanceCompleted => format!("completed {}", root_variables(world, instance)),
            E::InstanceCancelled => "cancelled".to_owned(),
            E::VariablesSet { slot: 0, variables } => format!("variables {}", object(variables)),
            E::VariablesSet { variables, .. } => format!("variables of {id} {}", object(variables)),
            E::ElementEntered { slot, body, .. } => {
                if *body {
                    self.bodies.insert((instance, *slot));
                }
                format!("entered {}", self.part(instance, *slot, id))
            }
            E::ElementActivated { slot } => {
                self.active.insert((instance, *slot));
                return None;
            }
            E::ElementCompleted { slot } => {
                // What passes at once is told by its entering alone.
                let part = self.part(instance, *slot, id);
                self.active.contains(&(instance, *slot)).then(|| format!("completed {part}"))?
            }
            E::ElementCancelled { slot } => {
                format!("cancelled {}", self.part(instance, *slot, id))
            }
            E::OutputKept { value, .. } => format!("output of {id} {value}"),
            E::DecisionEvaluated { evaluation, .. } => tell_decision(world, evaluation),
            E::BodyStopped { .. } => format!("stopped each {id}"),
            E::ErrorEscalated { code, .. } => format!("failed with {code}"),
            E::EscalationThrown { code, caught: true, .. } => format!("escalated {code}"),
            E::EscalationThrown { code, .. } => format!("escalated {code} to nobody"),
            E::BpmnSignalThrown { name, .. } => format!("broadcast {}", quoted(name)),
            E::TokenParked { flow, .. } => format!("parked {}", graph.flow(*flow).id),
            E::TokensDropped { .. } => "dropped parked tokens".to_owned(),
            E::IncidentRaised { kind, .. } => format!("incident {} {id}", kind.as_str()),
            E::IncidentResolved { .. } => format!("resolved {id}"),
            // It has not begun; the incident that comes with it says why.
            E::AgendaKept { agenda, .. }
                if matches!(agenda[..], [Work::Begin { .. } | Work::BeginAt { .. }]) =>
            {
                return None;
            }
            E::AgendaKept { .. } => "paused".to_owned(),
            E::ScopeInterrupted { .. } => format!("interrupted {id}"),
            E::InstanceStopped => "stopped".to_owned(),
            E::InstanceSuspended => "suspended".to_owned(),
            E::InstanceResumed => "resumed".to_owned(),
            E::InstanceModified { .. } => "modified".to_owned(),
            E::InstanceMigrated(migrated) => {
                let found = world.definitions().get(migrated.definition)?;
                format!("migrated to {} version {}", graph.process_id, found.version)
            }
            other => return self.tell_wait(id, other, now_ms),
        };
        Some(line)
    }

    fn tell_wait(&mut self, id: &str, event: &InstanceEvent, now_ms: i64) -> Option<String> {
        use InstanceEvent as E;
        let line = match event {
            E::JobCreated(created) => {
                self.names.insert(created.key, created.job_type.to_string());
                let retries = match created.retries {
                    3 => String::new(),
                    other => format!(" retries={other}"),
                };
                let priority = match created.priority {
                    0 => String::new(),
                    other => format!(" priority={other}"),
                };
                format!("job {}{retries}{priority}", created.job_type)
            }
            E::JobFailed { key, retries, due_ms, .. } => {
                let again = match due_ms.saturating_sub(now_ms) {
                    wait if wait > 0 && *due_ms < i64::MAX => format!(" again in {}", iso(wait)),
                    _ => String::new(),
                };
                format!("job {} failed retries={retries}{again}", self.name(*key))
            }
            E::JobErrorThrown { key, code, .. } => {
                format!("job {} threw {code}", self.name(*key))
            }
            E::JobRetriesUpdated { key, retries, .. } => {
                format!("job {} retries={retries}", self.name(*key))
            }
            E::JobOffered { key, .. } => format!("job {} offered", self.name(*key)),
            E::JobCancelled { key, .. } => format!("job {} cancelled", self.name(*key)),
            E::TimerStarted { due_ms, repetitions, .. } => {
                format!("timer {id} in {}{}", iso(due_ms - now_ms), more(*repetitions))
            }
            E::TimerFired { .. } => format!("fired {id}"),
            E::TimerCancelled { .. } => format!("timer {id} cancelled"),
            E::SubscriptionOpened(opened) => {
                let name = format!("{} {}", opened.name, quoted(&opened.correlation_key));
                self.names.insert(opened.key, name.clone());
                format!("subscribed {name}")
            }
            E::SubscriptionCorrelated { key, .. } => format!("correlated {}", self.name(*key)),
            E::SubscriptionClosed { key, .. } => format!("unsubscribed {}", self.name(*key)),
            E::MessageSent { name, correlation_key, .. } => {
                format!("sent {name} {}", quoted(correlation_key))
            }
            E::BpmnSignalAwaited(awaited) => {
                self.names.insert(awaited.key, quoted(&awaited.name));
                format!("listening {}", quoted(&awaited.name))
            }
            E::ConditionAwaited { .. } => format!("watching {id}"),
            E::ConditionMet { .. } => format!("true {id}"),
            E::ConditionDropped { .. } => format!("stopped watching {id}"),
            E::EventKept { .. } => format!("kept {id}"),
            E::GatewayReset { .. } => format!("reset {id}"),
            E::AdHocFulfilled { .. } => format!("fulfilled {id}"),
            E::BpmnSignalReceived { key, .. } => format!("heard {}", self.name(*key)),
            E::BpmnSignalClosed { key, .. } => format!("stopped listening {}", self.name(*key)),
            other => return tell_task(id, other, now_ms),
        };
        Some(line)
    }

    fn tell_head(
        &mut self,
        world: &World,
        process_id: &str,
        event: &HeadEvent,
        now_ms: i64,
    ) -> Option<String> {
        let line = match event {
            HeadEvent::VersionDeployed { version: 1, .. } => return None,
            HeadEvent::VersionDeployed { version, .. } => {
                format!("deployed {process_id} version {version}")
            }
            HeadEvent::StartTimerStarted { timer } => {
                let StartTimer { key, element, due_ms, repetitions } = timer;
                let definition = world.definitions().latest(TENANT, process_id)?;
                let id = definition.graph.node(*element).id.to_string();
                let line = format!("timer {id} in {}{}", iso(due_ms - now_ms), more(*repetitions));
                self.names.insert(*key, id);
                line
            }
            HeadEvent::StartTimerFired { key } => format!("fired {}", self.name(*key)),
            HeadEvent::DefinitionDeleted { definition, .. } => {
                format!("deleted {process_id} {}", self.name(*definition))
            }
        };
        Some(line)
    }

    /// The body of a multi-instance activity is told apart from its instances.
    fn part(&self, instance: Key, slot: u32, id: &str) -> String {
        let each = if self.bodies.contains(&(instance, slot)) { "each " } else { "" };
        format!("{each}{id}")
    }

    fn name(&self, key: Key) -> &str {
        self.names.get(&key).map_or("?", String::as_str)
    }
}

/// The number of an instance in the order they began, from 1.
pub(super) fn number_of(world: &World, instance: Key) -> usize {
    world.started().iter().position(|key| *key == instance).map_or(0, |at| at + 1)
}

fn tell_mailbox(
    event: &MailboxEvent,
    about: &Option<(Arc<str>, Arc<str>)>,
    reached: bool,
    it: &Happened,
) -> Option<String> {
    let (name, key) = about.as_ref()?;
    let what = format!("{name} {}", quoted(key));
    match event {
        MailboxEvent::MessagePublished { message, .. } if message.deadline_ms > it.now_ms => {
            Some(format!("buffered {what}"))
        }
        MailboxEvent::MessageRefused { .. } => Some(format!("refused {what}")),
        MailboxEvent::MessageExpired { .. } if !reached => Some(format!("expired {what}")),
        _ => None,
    }
}

/// What a decision said, and by which rules; or that it stopped.
fn tell_decision(world: &World, evaluation: &Evaluation) -> String {
    let resources = &world.definitions().resources;
    let id = resources.get(evaluation.decision).map_or("?", |asked| &*asked.id);
    if let Some(failure) = &evaluation.failure {
        return format!("undecided {id} at {}", failure.decision);
    }
    let rules = evaluation.decisions.last().map_or(&[][..], |decided| &decided.rules);
    let places: Vec<String> = rules.iter().map(|rule| rule.index.to_string()).collect();
    let by = match places.len() {
        0 => String::new(),
        1 => format!(" by rule {}", places[0]),
        _ => format!(" by rules {}", places.join(",")),
    };
    format!("decided {id} {}{by}", evaluation.output)
}

fn tell_entry(event: &EntryEvent) -> Option<String> {
    match event {
        EntryEvent::StartQueued { waiting, .. } => Some(format!("queued {}", waiting.name)),
        _ => None,
    }
}

fn root_variables(world: &World, instance: Key) -> String {
    let scope = world.instance(instance).and_then(|held| held.element(0));
    let variables = scope.map(|scope| &scope.variables);
    let pairs = variables.into_iter().flatten().map(|(n, v)| (n.clone(), v.clone()));
    object(&pairs.collect())
}

/// Variables as a JSON object, by name.
pub(super) fn object(variables: &Variables) -> String {
    let sorted: BTreeMap<_, _> = variables.iter().map(|(name, value)| (name, value)).collect();
    let member = |(name, value): (&Arc<str>, &Arc<str>)| format!("{}:{value}", json(name));
    format!("{{{}}}", sorted.into_iter().map(member).collect::<Vec<_>>().join(","))
}

fn after(variables: &Variables) -> String {
    if variables.is_empty() { String::new() } else { format!(" {}", object(variables)) }
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A text as the transcript writes it: in quotes only if it must be.
fn quoted(text: &str) -> String {
    let plain =
        !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || "\"{".contains(c));
    if plain { text.to_owned() } else { json(text) }
}

fn more(repetitions: i32) -> String {
    match repetitions {
        0 => String::new(),
        -1 => " and on".to_owned(),
        left => format!(" and {left} more"),
    }
}

fn changed(changes: &TaskChanges, now_ms: i64) -> String {
    let mut text = String::new();
    let mut add = |name: &str, value: &str| {
        let _ = write!(text, " {name}={value}");
    };
    for (name, held) in [("groups", &changes.candidate_groups), ("users", &changes.candidate_users)]
    {
        if let Some(held) = held {
            add(name, &held.join(","));
        }
    }
    for (name, date) in [("due", changes.due), ("follow-up", changes.follow_up)] {
        if let Some(date) = date {
            add(name, &date.at_ms.map_or_else(String::new, |ms| iso(ms - now_ms)));
        }
    }
    if let Some(priority) = changes.priority {
        add("priority", &priority.to_string());
    }
    text
}

fn details(task: &UserTaskCreated, now_ms: i64) -> String {
    let mut text = String::new();
    let mut add = |name: &str, value: &str| {
        let _ = write!(text, " {name}={value}");
    };
    if let Some(assignee) = &task.assignee {
        add("assignee", assignee);
    }
    if !task.candidate_groups.is_empty() {
        add("groups", &task.candidate_groups.join(","));
    }
    if !task.candidate_users.is_empty() {
        add("users", &task.candidate_users.join(","));
    }
    for (name, moment) in [("due", task.due_ms), ("follow-up", task.follow_up_ms)] {
        if let Some(ms) = moment {
            add(name, &iso(ms - now_ms));
        }
    }
    if task.priority != 50 {
        add("priority", &task.priority.to_string());
    }
    if let Some(form) = &task.form_key {
        add("form", form);
    }
    text
}

fn tell_task(id: &str, event: &InstanceEvent, now_ms: i64) -> Option<String> {
    use InstanceEvent as E;
    let line = match event {
        E::UserTaskCreated(task) => format!("task {id}{}", details(task, now_ms)),
        E::UserTaskCancelled { .. } => format!("task {id} cancelled"),
        E::UserTaskAssigned { assignee: Some(name), .. } => {
            format!("task {id} assignee={}", quoted(name))
        }
        E::UserTaskAssigned { .. } => format!("task {id} unassigned"),
        E::UserTaskUpdated { changes, .. } => {
            format!("task {id} updated{}", changed(changes, now_ms))
        }
        E::UserTaskChangeProposed { proposal, .. } => {
            let event = proposal.event.as_str().to_lowercase();
            format!("task {id} {event}{}", details(&proposal.task, now_ms))
        }
        E::UserTaskChangeCorrected { task, .. } => {
            format!("task {id} corrected{}", details(task, now_ms))
        }
        E::UserTaskChangeDecided { verdict: Verdict::Denied, .. } => {
            format!("task {id} denied")
        }
        _ => return None,
    };
    Some(line)
}
