//! What an instance has done so far, folded from its events, and what it waits for.
//!
//! Not the engine's state: only what a person in front of a terminal wants to know.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::event::{ElementIndex, InstanceEvent, Slot};
use engine::graph::Graph;
use engine::key::Key;
use serde_json::{Map, Value, json};

/// What became of an element instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Alive,
    Completed,
    Cancelled,
}

#[derive(Debug)]
struct Element {
    index: ElementIndex,
    scope: Slot,
    depth: usize,
    fate: Fate,
    /// Whether its beginning was printed.
    shown: bool,
}

/// A user task that is open.
#[derive(Debug, Clone)]
pub(super) struct OpenTask {
    pub(super) key: Key,
    pub(super) element_id: Arc<str>,
}

/// The instance as seen through its events.
#[derive(Debug)]
pub(super) struct Picture {
    graph: Arc<Graph>,
    elements: BTreeMap<Slot, Element>,
    variables: BTreeMap<Slot, BTreeMap<Arc<str>, Arc<str>>>,
    jobs: BTreeMap<Key, Arc<str>>,
    /// Failed jobs that are tried again later, with that time.
    retries: BTreeMap<Key, i64>,
    timers: BTreeMap<Key, i64>,
    subscriptions: BTreeMap<Key, String>,
    tasks: BTreeMap<Key, OpenTask>,
    incidents: BTreeMap<Key, String>,
    /// How the instance ended: `true` if it completed.
    pub(super) ended: Option<bool>,
    lines: Vec<String>,
}

impl Picture {
    /// Nothing has happened.
    pub(super) fn of(graph: Arc<Graph>) -> Self {
        Picture {
            graph,
            elements: BTreeMap::new(),
            variables: BTreeMap::new(),
            jobs: BTreeMap::new(),
            retries: BTreeMap::new(),
            timers: BTreeMap::new(),
            subscriptions: BTreeMap::new(),
            tasks: BTreeMap::new(),
            incidents: BTreeMap::new(),
            ended: None,
            lines: Vec::new(),
        }
    }

    /// Takes events in and returns the lines to print: an element that came and went within them
    /// is one line.
    pub(super) fn fold(&mut self, events: &[InstanceEvent]) -> Vec<String> {
        for event in events {
            self.apply(event);
        }
        let fresh: Vec<Slot> = self
            .elements
            .iter()
            .filter(|(_, element)| !element.shown && element.fate == Fate::Alive)
            .map(|(slot, _)| *slot)
            .collect();
        for slot in fresh {
            self.show(slot);
        }
        std::mem::take(&mut self.lines)
    }

    fn apply(&mut self, event: &InstanceEvent) {
        use InstanceEvent as E;
        match event {
            E::InstanceCreated(created) => self.set(0, &created.variables),
            E::VariablesSet { slot, variables } => self.set(*slot, variables),
            E::InstanceCompleted => self.ended = Some(true),
            E::InstanceCancelled => self.ended = Some(false),
            E::ElementEntered { slot, element, scope, .. } => {
                let depth = self.elements.get(scope).map_or(0, |scope| scope.depth + 1);
                let (index, scope) = (*element, *scope);
                let entered = Element { index, scope, depth, fate: Fate::Alive, shown: false };
                self.elements.insert(*slot, entered);
            }
            E::ElementCompleted { slot } => self.end(*slot, Fate::Completed),
            E::ElementCancelled { slot } => self.end(*slot, Fate::Cancelled),
            E::DecisionEvaluated { slot, evaluation, .. } if evaluation.failure.is_none() => {
                self.say(*slot, '=', &format!(": {}", evaluation.output));
            }
            E::IncidentRaised { slot, key, kind, message, .. } => {
                self.say(*slot, '!', &format!(": {}: {message}", kind.as_str()));
                self.incidents.insert(*key, message.to_string());
            }
            E::IncidentResolved { key, .. } => drop(self.incidents.remove(key)),
            waits => self.wait(waits),
        }
    }

    fn wait(&mut self, event: &InstanceEvent) {
        use InstanceEvent as E;
        match event {
            E::JobCreated(job) => drop(self.jobs.insert(job.key, job.job_type.clone())),
            E::JobFailed { slot, key, retries, due_ms, message, .. } => {
                self.say(*slot, '~', &format!(": failed, {retries} retries left: {message}"));
                if *retries <= 0 {
                    self.jobs.remove(key);
                } else {
                    self.retries.insert(*key, *due_ms);
                }
            }
            E::JobErrorThrown { slot, key, code, .. } => {
                self.say(*slot, '~', &format!(": threw {code}"));
                self.jobs.remove(key);
                self.retries.remove(key);
            }
            E::JobCompleted { key, .. } | E::JobCancelled { key, .. } => {
                self.jobs.remove(key);
                self.retries.remove(key);
            }
            E::TimerStarted { key, due_ms, .. } => drop(self.timers.insert(*key, *due_ms)),
            E::TimerFired { key, .. } | E::TimerCancelled { key, .. } => {
                self.timers.remove(key);
            }
            E::SubscriptionOpened(opened) => {
                let what = format!("message {} with key {}", opened.name, opened.correlation_key);
                self.subscriptions.insert(opened.key, what);
            }
            E::SubscriptionCorrelated { key, closes: true, .. }
            | E::SubscriptionClosed { key, .. } => drop(self.subscriptions.remove(key)),
            E::UserTaskCreated(task) => {
                let element_id = self
                    .elements
                    .get(&task.slot)
                    .map(|element| self.graph.node(element.index).id.clone());
                let element_id = element_id.unwrap_or_default();
                self.tasks.insert(task.key, OpenTask { key: task.key, element_id });
            }
            E::UserTaskCompleted { key, .. } | E::UserTaskCancelled { key, .. } => {
                self.tasks.remove(key);
            }
            _ => {}
        }
    }

    fn set(&mut self, slot: Slot, variables: &engine::event::Variables) {
        self.variables.entry(slot).or_default().extend(variables.iter().cloned());
    }

    /// Says that an element began, after those around it.
    fn show(&mut self, slot: Slot) {
        let Some(element) = self.elements.get_mut(&slot) else { return };
        if std::mem::replace(&mut element.shown, true) {
            return;
        }
        let scope = element.scope;
        self.show(scope);
        self.say(slot, '>', "");
    }

    fn end(&mut self, slot: Slot, fate: Fate) {
        if let Some(scope) = self.elements.get(&slot).map(|element| element.scope) {
            self.show(scope);
        }
        self.say(slot, if fate == Fate::Completed { '+' } else { 'x' }, "");
        if let Some(element) = self.elements.get_mut(&slot) {
            element.fate = fate;
            element.shown = true;
        }
    }

    fn say(&mut self, slot: Slot, mark: char, more: &str) {
        let Some(element) = self.elements.get(&slot) else { return };
        if element.index == 0 {
            return;
        }
        let node = self.graph.node(element.index);
        let name = if node.name.is_empty() { &node.id } else { &node.name };
        let kind = node.kind.bpmn_type().to_lowercase().replace('_', " ");
        let indent = "  ".repeat(element.depth);
        self.lines.push(format!("{indent}{mark} {name} ({kind}){more}"));
    }

    /// The type of a job nobody works on.
    pub(super) fn job_without(&self, works: impl Fn(&str) -> bool) -> Option<Arc<str>> {
        self.jobs.values().find(|job_type| !works(job_type)).cloned()
    }

    /// When the next timer is due or the next failed job is tried again, Unix milliseconds; none
    /// while a worker has something to do.
    pub(super) fn next_ms(&self) -> Option<i64> {
        if self.jobs.keys().any(|job| !self.retries.contains_key(job)) {
            return None;
        }
        self.timers.values().chain(self.retries.values()).min().copied()
    }

    /// User tasks that are open.
    pub(super) fn tasks(&self) -> impl Iterator<Item = &OpenTask> {
        self.tasks.values()
    }

    /// Variables of the process.
    pub(super) fn variables(&self) -> engine::event::Variables {
        let own = self.variables.get(&0).into_iter().flatten();
        own.map(|(name, json)| (name.clone(), json.clone())).collect()
    }

    /// What it waits for, if neither time nor a worker will wake it.
    pub(super) fn stuck(&self, does_task: impl Fn(&str) -> bool) -> Option<String> {
        let moves = !self.timers.is_empty()
            || !self.jobs.is_empty()
            || self.tasks.values().any(|task| does_task(&task.element_id));
        if self.ended.is_some() || moves {
            return None;
        }
        let incidents = self.incidents.values().map(|message| format!("incident: {message}"));
        let messages = self
            .subscriptions
            .values()
            .map(|what| format!("{what}: add --message NAME=KEY, or NAME=KEY=JSON with variables"));
        let tasks = self
            .tasks
            .values()
            .map(|task| format!("user task {0}: add --task {0}='= {{}}'", task.element_id));
        let all: Vec<String> = incidents.chain(messages).chain(tasks).collect();
        (!all.is_empty()).then(|| all.join("\n"))
    }

    /// Everything as JSON.
    pub(super) fn as_json(&self) -> Value {
        let elements: Vec<Value> = self
            .elements
            .values()
            .filter(|element| element.index != 0)
            .map(|element| {
                let node = self.graph.node(element.index);
                let state = match element.fate {
                    Fate::Alive => "ACTIVE",
                    Fate::Completed => "COMPLETED",
                    Fate::Cancelled => "TERMINATED",
                };
                json!({ "elementId": &*node.id, "type": node.kind.bpmn_type(), "state": state })
            })
            .collect();
        json!({
            "process": &*self.graph.process_id,
            "completed": self.ended == Some(true),
            "elements": elements,
            "variables": object_of(&self.variables()),
        })
    }
}

/// Variables as a JSON object.
pub(super) fn object_of(variables: &engine::event::Variables) -> Value {
    let read = |json: &str| serde_json::from_str(json).unwrap_or(Value::Null);
    let object: Map<String, Value> =
        variables.iter().map(|(name, json)| (name.to_string(), read(json))).collect();
    Value::Object(object)
}
