//! What must hold in every state and between states: the invariants of docs/scenarios.md.
//!
//! Not here: state equals the fold of events (`step`), and rows end once (`rows`).

use super::{TimerOwner, World};
use engine::command::{Command, InstanceCommand};
use engine::element::Kind;
use engine::event::{ElementIndex, Resume, Slot, Work};
use engine::graph::Graph;
use engine::key::Key;
use engine::state::instance::{ElementInstance, Instance, InstancePhase, Phase};
use engine::state::mailbox::Mailbox;
use std::collections::{BTreeMap, BTreeSet};

impl World {
    /// What must hold in one instance after each step.
    pub(super) fn check_instance(&self, key: Key, state: &Instance, graph: &Graph) {
        if state.next_slot == 0 {
            return;
        }
        if state.has_ended() {
            check_ended(key, state);
        } else {
            check_accounting(key, state, graph);
        }
        self.check_waits(key, state);
    }

    /// Every job and timer of a state has its row, and every row its state.
    fn check_waits(&self, key: Key, state: &Instance) {
        let mut jobs = BTreeMap::new();
        let mut timers = BTreeSet::new();
        let mut seen = BTreeSet::new();
        for (slot, held) in &state.elements {
            if let Some(job) = &held.job {
                jobs.insert(job.key, (*slot, job.job_type.clone(), job.retries));
            }
            for timer in &held.timers {
                let owner = TimerOwner::Instance(key, *slot);
                assert!(timers.insert((timer.due_ms, timer.key, owner)), "a timer is held once");
            }
            let subscriptions = held.subscriptions.iter().map(|held| held.key);
            let incidents = held.incidents.iter().map(|held| held.key);
            let signals = held.signals().iter().map(|held| held.key);
            for held in subscriptions.chain(incidents).chain(signals).chain([held.key]) {
                assert!(seen.insert(held), "key {held} is in instance {key} once");
            }
        }
        let rows = self.rows.jobs.iter().filter(|(_, job)| job.instance == key);
        let rows = rows.map(|(job, row)| (*job, (row.slot, row.job_type.clone(), row.retries)));
        assert_eq!(rows.collect::<BTreeMap<_, _>>(), jobs, "job rows of instance {key}");
        let mine = |owner: &TimerOwner| matches!(owner, TimerOwner::Instance(of, _) if *of == key);
        let rows = self.timers().filter(|(_, _, owner)| mine(owner));
        assert_eq!(rows.collect::<BTreeSet<_>>(), timers, "timer rows of instance {key}");
    }

    /// What must hold in one mailbox after each step.
    pub(super) fn check_mailbox(&self, key: Key, state: &Mailbox) {
        let owner = TimerOwner::Mailbox(key);
        let rows: Vec<_> = self.timers().filter(|(_, _, held)| *held == owner).collect();
        let expiry = state.expiry.map(|(timer, due_ms)| (due_ms, timer, owner));
        assert_eq!(rows, Vec::from_iter(expiry), "a mailbox has its one expiry timer");
        for message in state.messages.iter() {
            let mut reached = message.reached.clone();
            reached.sort();
            reached.dedup();
            let once = reached.len() == message.reached.len();
            assert!(once, "message {} reaches each process once", message.key);
        }
        for waiting in state.subscriptions.iter() {
            let Some(message) = waiting.offered else { continue };
            let held = state.messages.iter().find(|held| held.key == message);
            let offered = held.is_some_and(|held| held.offers.iter().any(|o| o.0 == waiting.key));
            assert!(offered, "subscription {} knows the message on its way", waiting.key);
        }
    }

    /// What must hold between aggregates once no effect is on its way.
    pub(super) fn check_between(&self) {
        if !self.held.is_empty() {
            // What waits for suspended instances is on its way.
            return;
        }
        let open = || self.instances.iter().filter(|(_, held)| !held.replayed.has_ended());
        let mut waiting = BTreeSet::new();
        for (instance, held) in open() {
            let held = &held.replayed;
            let kept = held.agenda.is_empty()
                || has_loop_incident(held)
                || begins(held)
                || held.is_suspended();
            assert!(kept, "instance {instance} goes on with its agenda");
            for (slot, held) in &held.elements {
                waiting.extend(held.subscriptions.iter().map(|it| (it.key, *instance, *slot)));
            }
        }
        let mut known = BTreeSet::new();
        for (key, held) in &self.mailboxes {
            let state = &held.replayed;
            for message in state.messages.iter() {
                assert!(message.offers.is_empty(), "no offer of mailbox {key} is left unanswered");
            }
            assert!(!state.goes_on(), "mailbox {key} has nothing left to do by itself");
            let timer = state.expiry.map(|(_, due_ms)| due_ms);
            let wakes = |wake_ms| timer.is_some_and(|due_ms| due_ms <= wake_ms);
            assert!(state.wake_ms().is_none_or(wakes), "a timer wakes mailbox {key}");
            assert_eq!(state.unmet(self.now_ms()), None, "who waits gets what there is: {key}");
            for held in state.subscriptions.iter() {
                assert_eq!(held.offered, None, "no message is on its way to {}", held.key);
                let inserted = known.insert((held.key, held.instance, held.slot));
                assert!(inserted, "subscription {} is in one mailbox once", held.key);
            }
        }
        assert_eq!(known, waiting, "mailboxes know the subscriptions of instances, and no others");
        self.check_listeners();
        self.check_doors();
        self.check_calls();
    }

    /// BPMN signals know who waits for them, and no others; no broadcast is on its way.
    fn check_listeners(&self) {
        let mut waiting = BTreeSet::new();
        for (instance, held) in &self.instances {
            for (slot, held) in &held.replayed.elements {
                let signals = held.signals().iter();
                waiting.extend(signals.map(|it| (it.key, *instance, *slot, it.name.clone())));
            }
        }
        let mut known = BTreeSet::new();
        for (key, held) in &self.signals {
            assert!(held.replayed.broadcasts.is_empty(), "no broadcast of {key} is on its way");
            let listeners = held.replayed.listeners.iter();
            known.extend(listeners.map(|it| (it.key, it.instance, it.slot, it.name.clone())));
        }
        assert_eq!(known, waiting, "BPMN signals know who waits for them, and no others");
    }

    /// Call activities wait for instances that are open, and those know them.
    fn check_calls(&self) {
        let open = || self.instances.iter().filter(|(_, held)| !held.replayed.has_ended());
        let mut called = BTreeSet::new();
        let mut callers = BTreeSet::new();
        for (key, held) in open() {
            for (slot, element) in &held.replayed.elements {
                called.extend(element.child.map(|child| (child, *key, *slot)));
            }
            let parent = held.replayed.parent.as_deref();
            callers.extend(parent.map(|parent| (*key, parent.instance, parent.slot)));
        }
        assert_eq!(called, callers, "call activities and what they called know each other");
    }

    fn check_doors(&self) {
        let mut doors = BTreeSet::new();
        for held in self.entries.values() {
            for door in &held.state.doors {
                assert!(doors.insert(door.instance), "an instance holds one door");
                let open = self.instance(door.instance).is_some_and(|it| !it.has_ended());
                assert!(open, "the instance {} at a door is open", door.instance);
            }
        }
    }

    /// Open instances that nobody can wake: no job, task, timer, message or incident.
    #[must_use]
    pub fn stuck(&self) -> Vec<Key> {
        let open = self.instances.iter().filter(|(_, held)| !held.replayed.has_ended());
        let open = open.filter(|(_, held)| !held.replayed.is_suspended());
        let asleep = open.filter(|(_, held)| !held.replayed.elements.values().any(wakes));
        asleep.map(|(key, _)| *key).collect()
    }

    /// Whether an instance is to go on with its agenda by an effect that is on its way.
    #[must_use]
    pub fn continues(&self, instance: Key) -> bool {
        self.effects().any(|effect| {
            effect.target == instance
                && effect.command == Command::Instance(InstanceCommand::Continue)
        })
    }
}

fn wakes(held: &ElementInstance) -> bool {
    held.job.is_some()
        || held.child.is_some()
        || held.user_task.is_some()
        || !held.timers.is_empty()
        || !held.subscriptions.is_empty()
        || !held.signals().is_empty()
        || !held.conditions().is_empty()
        || !held.incidents.is_empty()
}

fn has_loop_incident(state: &Instance) -> bool {
    let incidents = state.elements.values().flat_map(|held| &held.incidents);
    incidents.into_iter().any(|incident| incident.resume == Resume::Agenda)
}

/// Whether its process hears a listener before the first token moves.
fn begins(state: &Instance) -> bool {
    let job = state.element(0).and_then(|scope| scope.job.as_ref());
    job.is_some() && matches!(state.agenda[..], [Work::Begin { .. } | Work::BeginAt { .. }])
}

fn check_ended(key: Key, state: &Instance) {
    assert!(state.agenda.is_empty(), "ended instance {key} has nothing left to do");
    assert_eq!(state.elements.len(), 1, "ended instance {key} has no live elements");
    let scope = &state.elements[&0];
    assert!(scope.children == 0 && !wakes(scope), "ended instance {key} waits for nothing");
}

/// Tokens are accounted for: every scope has children, parked tokens or a reason to stand still.
fn check_accounting(key: Key, state: &Instance, graph: &Graph) {
    let mut children: BTreeMap<Slot, u32> = BTreeMap::new();
    for (slot, held) in &state.elements {
        assert!(*slot < state.next_slot, "slot {slot} of {key} was given out");
        if *slot != 0 {
            assert!(state.elements.contains_key(&held.scope), "slot {slot} of {key} has a scope");
            *children.entry(held.scope).or_default() += 1;
            let scope = state.elements[&held.scope].element;
            let around = &state.elements[&held.scope];
            let fits = match &around.body {
                Some(body) => held.element == scope && (body.loops || body.slots().contains(slot)),
                // An instance of a body is entered again in its body.
                None if held.element == scope => {
                    held.compensation.as_ref().is_some_and(|it| it.revived)
                }
                None => graph.node(held.element).scope == scope,
            };
            assert!(fits, "slot {slot} is in its scope");
        }
    }
    let unfinished = unfinished(state);
    for (slot, held) in &state.elements {
        let counted = children.get(slot).copied().unwrap_or_default();
        assert_eq!(held.children, counted, "slot {slot} of {key} counts its children");
        for (flow, count) in &held.parked {
            let target = graph.node(graph.flow(*flow).target);
            assert!(*count > 0 && target.scope == held.element, "parked tokens are in their scope");
        }
        let scope = graph.node(held.element).kind.is_scope();
        // A scope's own timers belong to its boundary events: they do not keep it alive.
        let busy =
            if scope || held.body.is_some() { held.children > 0 } else { waits(graph, held) };
        let undoes = held.compensation.as_ref();
        let undoes = undoes.is_some_and(|it| state.elements.contains_key(&it.active));
        // Somebody may still ask for an activity in it.
        let kind = &graph.node(held.element).kind;
        let open = matches!(kind, Kind::AdHoc(_)) && !held.fulfilled && held.body.is_none();
        let busy = busy || held.job.is_some() || undoes || open;
        let stopped = !held.incidents.is_empty();
        let fine = busy || stopped || unfinished.contains(slot);
        assert!(fine, "slot {slot} of {key} is alive for a reason: {held:#?}");
        let entering = held.phase == Phase::Entering;
        let listens = held.job.as_ref().is_some_and(|job| job.kind.listens());
        let excused = stopped || listens || unfinished.contains(slot);
        assert!(!entering || excused, "slot {slot} is activated");
        let cancelling = held.phase == Phase::Cancelling;
        let goes_on = excused || held.children > 0 || held.child.is_some();
        assert!(!cancelling || goes_on, "slot {slot} goes on being cancelled");
        if let Some(body) = &held.body {
            assert_eq!(
                body.begun,
                held.children + body.completed + body.cancelled,
                "a body counts"
            );
        }
    }
    check_notes(key, state);
    let cancelling = state.phase == InstancePhase::Cancelling;
    assert_eq!(cancelling, state.elements[&0].phase == Phase::Cancelling, "phases agree");
}

/// What can be undone is noted once, and known by its scope unless that is gone.
fn check_notes(key: Key, state: &Instance) {
    let pages = state.elements.pages().flat_map(|page| &page.done);
    let noted: BTreeMap<Slot, Slot> = pages.map(|(slot, done)| (*slot, done.last)).collect();
    assert_eq!(noted.len(), state.notes as usize, "instance {key} counts its notes");
    let mut known = BTreeSet::new();
    let heads = state.elements.values().map(|held| held.last_done);
    let mut heads: Vec<Slot> = heads.chain(noted.values().copied()).collect();
    heads.extend(state.agenda.iter().filter_map(|work| match work {
        Work::DropNotes { note } => Some(*note),
        _ => None,
    }));
    for head in heads {
        let mut at = head;
        while at != 0 {
            assert!(known.insert(at), "note {at} of {key} is in one scope");
            let done = state.elements.done(at);
            at = done.unwrap_or_else(|| panic!("what is known is noted: {at} of {key}")).before;
        }
    }
    assert_eq!(known.len(), noted.len(), "instance {key} forgets no note");
}

fn waits(graph: &Graph, held: &ElementInstance) -> bool {
    // What a boundary event waits for does not keep its host alive.
    let own = |element: ElementIndex| graph.node(element).attached_to.is_none();
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
    held.phase == Phase::Active && graph.node(held.element).kind.escalates()
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
