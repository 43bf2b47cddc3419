//! What must hold inside one process instance: tokens are accounted for.
//!
//! Not here: its rows, and what other aggregates know of it.

use super::Exam;
use engine::element::Kind;
use engine::event::{ElementIndex, Resume, Slot, Work};
use engine::graph::Graph;
use engine::key::Key;
use engine::state::instance::{ElementInstance, Instance, InstancePhase, Phase};
use std::collections::{BTreeMap, BTreeSet};

impl Exam<'_> {
    pub(super) fn instance(&mut self, key: Key, state: &Instance, graph: Option<&Graph>) {
        let own = state.key;
        self.check(own == key, key, "I13", || format!("key {key}"), || format!("key {own}"));
        self.check(
            !state.has_ended(),
            key,
            "I3",
            || "no row of an instance that has ended".to_owned(),
            || format!("one that is {:?}", state.phase),
        );
        let Some(graph) = graph else {
            let found = format!("definition {}, which is not there", state.definition);
            return self.find(key, "I1", "a definition to run", found);
        };
        let Some(root) = state.elements.get(&0) else {
            return self.find(key, "I2", "a process scope", "none");
        };
        let cancelling = state.phase == InstancePhase::Cancelling;
        self.check(
            cancelling == (root.phase == Phase::Cancelling),
            key,
            "I2",
            || format!("a process scope that fits an instance that is {:?}", state.phase),
            || format!("one that is {:?}", root.phase),
        );
        let children = count_children(state);
        let unfinished = unfinished(state);
        for (slot, held) in &state.elements {
            self.element(key, state, graph, (*slot, held));
            let counted = children.get(slot).copied().unwrap_or_default();
            self.check(
                held.children == counted,
                key,
                "I2",
                || format!("slot {slot} to count its {counted} children"),
                || format!("{}", held.children),
            );
            self.purpose(key, graph, (*slot, held), unfinished.contains(slot));
        }
        self.keys_once(key, state);
    }

    fn element(
        &mut self,
        key: Key,
        state: &Instance,
        graph: &Graph,
        (slot, held): (Slot, &ElementInstance),
    ) {
        let next = state.next_slot;
        self.check(
            slot < next,
            key,
            "I2",
            || format!("slots below {next}"),
            || format!("slot {slot}"),
        );
        let Some(node) = graph.nodes.get(held.element as usize) else {
            let expected = format!("an element of process `{}` in slot {slot}", graph.process_id);
            return self.find(key, "I2", expected, format!("element {}", held.element));
        };
        if slot == 0 {
            return;
        }
        let scope = state.elements.get(&held.scope);
        self.check(
            scope.is_some_and(|scope| match &scope.body {
                Some(body) => {
                    let mine = body.loops || body.slots().contains(&slot);
                    scope.element == held.element && mine
                }
                None => scope.element == node.scope || scope.element == held.element,
            }),
            key,
            "I2",
            || format!("slot {slot} (`{}`) inside of its scope", node.id),
            || match scope {
                None => format!("scope slot {}, which is not there", held.scope),
                Some(scope) => format!("scope slot {} of element {}", held.scope, scope.element),
            },
        );
        for (flow, count) in &held.parked {
            let target = graph.flows.get(*flow as usize).map(|flow| graph.node(flow.target));
            self.check(
                *count > 0 && target.is_some_and(|target| target.scope == held.element),
                key,
                "I2",
                || format!("tokens parked in slot {slot} before joins inside of it"),
                || format!("{count} on flow {flow}"),
            );
        }
    }

    /// Everything alive is alive for a reason: something inside, a wait, an incident, or work
    /// that is kept for the next step.
    fn purpose(
        &mut self,
        key: Key,
        graph: &Graph,
        (slot, held): (Slot, &ElementInstance),
        unfinished: bool,
    ) {
        let Some(node) = graph.nodes.get(held.element as usize) else { return };
        let stopped = !held.incidents.is_empty();
        let scope = node.kind.is_scope();
        // A scope's own timers belong to its boundary events: they do not keep it alive.
        let busy =
            if scope || held.body.is_some() { held.children > 0 } else { waits(graph, held) };
        let undoes = held.compensation.as_ref().is_some_and(|it| it.active != 0);
        // Somebody may still ask for an activity in it.
        let open = matches!(node.kind, Kind::AdHoc(_)) && !held.fulfilled && held.body.is_none();
        let busy = busy || held.job.is_some() || undoes || open;
        self.check(
            busy || stopped || unfinished,
            key,
            "I2",
            || format!("slot {slot} (`{}`) to be alive for a reason", node.id),
            || "no child, wait, incident or work left".to_owned(),
        );
        let passing = held.phase != Phase::Active;
        let waiting_for_children =
            held.phase == Phase::Cancelling && (held.children > 0 || held.child.is_some());
        self.check(
            !passing || stopped || unfinished || waiting_for_children || held.job.is_some(),
            key,
            "I2",
            || format!("slot {slot} (`{}`) to go on", node.id),
            || format!("it {:?} with no work left for it", held.phase),
        );
        if let Some(job) = &held.job
            && !scope
        {
            let stopped = held.incidents.iter().any(|incident| incident.job == Some(job.key));
            self.check(
                job.retries > 0 || stopped,
                key,
                "L1",
                || format!("an incident for job {} without retries", job.key),
                || "none".to_owned(),
            );
        }
    }

    fn keys_once(&mut self, key: Key, state: &Instance) {
        let mut seen = BTreeSet::new();
        for held in state.elements.values() {
            let jobs = held.job.iter().map(|job| job.key);
            let tasks = held.task().into_iter().map(|task| task.key);
            let timers = held.timers.iter().map(|timer| timer.key);
            let subscriptions = held.subscriptions.iter().map(|held| held.key);
            let incidents = held.incidents.iter().map(|held| held.key);
            let signals = held.signals().iter().map(|held| held.key);
            let subscriptions = subscriptions.chain(signals);
            let waits = jobs.chain(tasks).chain(timers).chain(subscriptions).chain(incidents);
            for found in waits.chain([held.key]) {
                let first = seen.insert(found);
                self.check(
                    first,
                    key,
                    "I13",
                    || format!("key {found} once"),
                    || "it again".to_owned(),
                );
            }
        }
    }
}

fn count_children(state: &Instance) -> BTreeMap<Slot, u32> {
    let mut children: BTreeMap<Slot, u32> = BTreeMap::new();
    for (slot, held) in &state.elements {
        if *slot != 0 {
            *children.entry(held.scope).or_default() += 1;
        }
    }
    children
}

fn waits(graph: &Graph, held: &ElementInstance) -> bool {
    // What a boundary event waits for does not keep its host alive.
    let own = |element: ElementIndex| {
        graph.nodes.get(element as usize).is_none_or(|node| node.attached_to.is_none())
    };
    held.job.is_some()
        || held.child.is_some()
        || held.user_task.is_some()
        || held.timers.iter().any(|timer| own(timer.element))
        || held.subscriptions.iter().any(|waiting| own(waiting.element))
        || held.signals().iter().any(|awaited| own(awaited.element))
        || held.conditions().iter().any(|element| own(*element))
        || escalates(graph, held)
}

/// Whether it threw an escalation that will interrupt it, or hears from its callers that not.
fn escalates(graph: &Graph, held: &ElementInstance) -> bool {
    let node = graph.nodes.get(held.element as usize);
    held.phase == Phase::Active && node.is_some_and(|node| node.kind.escalates())
}

/// Slots the kept agenda will come back to, and the scopes around them.
fn unfinished(state: &Instance) -> BTreeSet<Slot> {
    let named = state.agenda.iter().filter_map(|work| match work {
        Work::Arrive { scope, .. } => Some(*scope),
        Work::Begin { .. } | Work::BeginAt { .. } => Some(0),
        Work::Activate { slot }
        | Work::Complete { slot }
        | Work::Cancel { slot }
        | Work::Settle { slot }
        | Work::Spawn { slot }
        | Work::Compensate { slot }
        | Work::HearTask { slot }
        | Work::Happen { slot, .. } => Some(*slot),
        Work::CancelInside { scope, .. } => Some(*scope),
        Work::Watch { .. } => Some(0),
        Work::ActivateInner { slot, .. } => Some(*slot),
        Work::DropNotes { .. } => None,
    });
    let mut found: BTreeSet<Slot> =
        named.flat_map(|slot| state.scopes(slot).collect::<Vec<_>>()).collect();
    // Whatever lives in a scope that is being emptied will be cancelled.
    let emptied = state.agenda.iter().filter_map(|work| match work {
        Work::CancelInside { scope, .. } => Some(*scope),
        _ => None,
    });
    let emptied: BTreeSet<Slot> = emptied.collect();
    if !emptied.is_empty() {
        let all = state.elements.keys().copied();
        found.extend(all.filter(|slot| state.scopes(*slot).any(|it| emptied.contains(&it))));
    }
    found
}

/// Whether an incident keeps the agenda from going on.
pub(super) fn is_looping(state: &Instance) -> bool {
    let incidents = state.elements.values().flat_map(|held| &held.incidents);
    incidents.into_iter().any(|incident| incident.resume == Resume::Agenda)
}
