//! A process instance: its live element instances and what each of them waits for.
//!
//! Not here: how it changes (`instance_apply`), and anything that has ended: history keeps that.

use super::elements::{Elements, page_of};
use crate::event::{
    ElementIndex, IncidentKind, Interruption, JobKind, ListenerEvent, Parent, Resume, Slot,
    TaskProposal, UserTaskCreated, Variables, Work,
};
use crate::key::Key;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A process instance.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Instance {
    /// Instance key; 0 until `InstanceCreated`.
    pub key: Key,
    /// Definition it runs.
    pub definition: Key,
    /// Tenant number.
    pub tenant: u32,
    /// Entry to tell when it ends.
    pub entry: Option<Key>,
    /// What the business calls it.
    pub business_id: Option<Arc<str>>,
    /// Words whoever began it marked it with.
    pub tags: Vec<Arc<str>>,
    /// The call activity that began it.
    pub parent: Option<Box<Parent>>,
    /// The case to tell when it ends.
    pub case: Option<Key>,
    /// Elements, by id, whose end is its end.
    pub stop_after: Vec<Arc<str>>,
    /// Whether it ends because one of them has.
    pub stopped: bool,
    /// The error it ends with, for the call activity to throw: (code, variables).
    pub failing: Option<Box<(Arc<str>, Variables)>>,
    /// Whether it goes on.
    pub phase: InstancePhase,
    /// Whether nothing in it goes on until it is resumed.
    pub suspended: bool,
    /// The next free slot.
    pub next_slot: Slot,
    /// Live element instances; slot 0 is the process scope.
    pub elements: Elements,
    /// Open incidents, those in absent pages included.
    pub incidents: u32,
    /// Work kept when a step stopped at its budget.
    pub agenda: Vec<Work>,
    /// Slots that await a condition.
    pub watchers: Vec<Slot>,
    /// Continuations since the last wait, in transitions of the steps that stopped at their budget.
    pub continuations: u32,
    /// How many activities that can be undone have completed.
    pub completions: u32,
    /// How many of them are noted, those in absent pages included.
    pub notes: u32,
    /// Pages changed since they were last written (page number = slot / PAGE_ELEMENTS).
    pub dirty: BTreeSet<u32>,
}

/// Whether an instance goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InstancePhase {
    /// It runs or waits.
    #[default]
    Active,
    /// It is being cancelled.
    Cancelling,
    /// It ended; nothing changes any more.
    Completed,
    /// It was cancelled; nothing changes any more.
    Cancelled,
}

/// An element that holds a token.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ElementInstance {
    /// Element instance key.
    pub key: Key,
    /// Which element.
    pub element: ElementIndex,
    /// The slot of its scope (0 for the process scope itself too).
    pub scope: Slot,
    /// Where it stands in its life.
    pub phase: Phase,
    /// Live element instances directly inside.
    pub children: u32,
    /// Tokens parked before joins inside this scope: (flow, count), by flow.
    pub parked: Vec<(u32, u32)>,
    /// Variables of this scope, by name.
    pub variables: BTreeMap<Arc<str>, Arc<str>>,
    /// Variables an event brought, waiting for the output mappings.
    pub payload: Variables,
    /// Who cancels it, if a boundary event does; who cancels what is in it, if it is an active
    /// scope.
    pub interrupted_by: Option<Interruption>,
    /// The job it waits for.
    pub job: Option<Job>,
    /// Timers of the element and of its boundary events.
    pub timers: Vec<Timer>,
    /// Message subscriptions of the element and of its boundary events.
    pub subscriptions: Vec<Subscription>,
    /// The user task it waits for.
    pub user_task: Option<Box<UserTaskCreated>>,
    /// What is to happen to that task when its listeners have heard it.
    pub proposal: Option<Box<TaskProposal>>,
    /// Why it cannot proceed.
    pub incidents: Vec<Incident>,
    /// How far it is, if it is a multi-instance body.
    pub body: Option<Box<Body>>,
    /// The process instance it called and waits for.
    pub child: Option<Key>,
    /// The listeners it was last heard by.
    pub listening: Option<Listening>,
    /// The slot of what completed last in it and can be undone; 0: nothing.
    pub last_done: Slot,
    /// An ad-hoc sub-process that has done what it is for.
    pub fulfilled: bool,
    /// What it undoes, or for whom.
    pub compensation: Option<Box<Compensation>>,
    /// Events it waits for that are neither timers nor messages.
    pub events: Option<Box<Awaited>>,
}

/// What an element instance undoes, or for whom it does.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Compensation {
    /// Who waits for its end, if it is a handler or a scope that is compensated.
    pub by: Option<Slot>,
    /// It undoes what completed up to this number.
    pub until: u32,
    /// The handler at work for it; 0: none yet.
    pub active: Slot,
    /// It is a scope that had completed and is entered again.
    pub revived: bool,
    /// The event sub-process that undoes it has begun.
    pub handled: bool,
}

/// A completed activity that can be undone, in the slot it lived in.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Done {
    /// Which element.
    pub element: ElementIndex,
    /// Rises with each that completes in the instance.
    pub order: u32,
    /// The slot of the one that completed before it in the same scope; 0: none.
    pub before: Slot,
    /// The slot of the last one that completed in it; 0: none.
    pub last: Slot,
    /// Variables of a scope when it ended.
    pub variables: BTreeMap<Arc<str>, Arc<str>>,
    /// Whether it is entered again to undo what is in it.
    pub is_scope: bool,
    /// Its own handler has begun; what is in it comes next.
    pub undone: bool,
}

/// How far an element instance is with its listeners.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Listening {
    /// What they listen to.
    pub event: ListenerEvent,
    /// How many have their job, the one at work included.
    pub number: u32,
}

/// Events that few elements wait for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Awaited {
    /// BPMN signals.
    pub signals: Vec<AwaitedSignal>,
    /// Elements whose condition is awaited.
    pub conditions: Vec<ElementIndex>,
    /// Of several events that must all happen those that have, with what they brought.
    pub kept: Vec<(ElementIndex, Variables)>,
    /// Complex gateways in this scope that wait for their reset, and the flows over which tokens
    /// came before.
    pub resets: Vec<(ElementIndex, Vec<u32>)>,
}

/// An awaited BPMN signal.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AwaitedSignal {
    /// Subscription key.
    pub key: Key,
    /// The waiting element, the boundary event or the start of an event sub-process.
    pub element: ElementIndex,
    /// Name of the BPMN signal.
    pub name: Arc<str>,
}

impl Awaited {
    /// Whether nothing is awaited.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Awaited::default()
    }
}

impl ElementInstance {
    /// The user task it waits for, or is about to.
    #[must_use]
    pub fn task(&self) -> Option<&UserTaskCreated> {
        let proposed = self.proposal.as_ref().map(|proposal| &proposal.task);
        self.user_task.as_deref().or(proposed)
    }

    /// BPMN signals it waits for.
    #[must_use]
    pub fn signals(&self) -> &[AwaitedSignal] {
        self.events.as_ref().map_or(&[], |events| &events.signals)
    }

    /// Elements whose condition it awaits.
    #[must_use]
    pub fn conditions(&self) -> &[ElementIndex] {
        self.events.as_ref().map_or(&[], |events| &events.conditions)
    }

    /// Of several events that must all happen those that have.
    #[must_use]
    pub fn kept(&self) -> &[(ElementIndex, Variables)] {
        self.events.as_ref().map_or(&[], |events| &events.kept)
    }

    /// Complex gateways in this scope that wait for their reset.
    #[must_use]
    pub fn resets(&self) -> &[(ElementIndex, Vec<u32>)] {
        self.events.as_ref().map_or(&[], |events| &events.resets)
    }
}

/// How far a multi-instance body is. Its instances have the slots `first..first + count`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Body {
    /// Slot of the first instance.
    pub first: Slot,
    /// How many instances there are to be.
    pub count: u32,
    /// How many have begun.
    pub begun: u32,
    /// How many have completed.
    pub completed: u32,
    /// How many were cancelled.
    pub cancelled: u32,
    /// Whether the completion condition held: no more begin.
    pub stopped: bool,
    /// Whether it is a standard loop: nobody knows how many there are to be, and each gets a slot
    /// when it begins.
    pub loops: bool,
}

impl Body {
    /// The slots of its instances.
    #[must_use]
    pub fn slots(&self) -> std::ops::Range<Slot> {
        self.first..self.first + self.count
    }
}

/// Where an element instance stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Phase {
    /// Entered; input mappings and waits not done yet.
    #[default]
    Entering,
    /// Waits.
    Active,
    /// Being cancelled.
    Cancelling,
}

/// A job as the instance knows it. Who holds it is in the job row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Job {
    /// Job key.
    pub key: Key,
    /// Type workers poll for.
    pub job_type: Arc<str>,
    /// Retries left.
    pub retries: i32,
    /// Headers that replace those of the element, usually empty.
    pub headers: Vec<(Arc<str>, Arc<str>)>,
    /// What it is for.
    pub kind: JobKind,
    /// The event its listener listens to.
    pub listener: ListenerEvent,
    /// Jobs of higher priority are handed out first.
    pub priority: i32,
}

/// A running timer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Timer {
    /// Timer key.
    pub key: Key,
    /// The waiting element or the boundary event.
    pub element: ElementIndex,
    /// Due time, Unix milliseconds.
    pub due_ms: i64,
    /// Firings left after this one; -1: no end.
    pub repetitions: i32,
}

/// A waiting message subscription.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Subscription {
    /// Subscription key.
    pub key: Key,
    /// The waiting element or the boundary event.
    pub element: ElementIndex,
    /// Message name.
    pub name: Arc<str>,
    /// Correlation key.
    pub correlation_key: Arc<str>,
}

/// An open incident.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Incident {
    /// Incident key.
    pub key: Key,
    /// What kind of obstacle.
    pub kind: IncidentKind,
    /// What resolving it does.
    pub resume: Resume,
    /// The job it is about.
    pub job: Option<Key>,
}

impl Done {
    /// Rough bytes held in memory beside its own size.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.variables.iter().map(|(name, value)| name.len() + value.len() + 96).sum()
    }
}

impl Instance {
    /// The element instance in a slot, if it lives.
    #[must_use]
    pub fn element(&self, slot: Slot) -> Option<&ElementInstance> {
        self.elements.get(&slot)
    }

    /// Whether it has ended.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        matches!(self.phase, InstancePhase::Completed | InstancePhase::Cancelled)
    }

    /// The open incident because of which it stands still, if it does. One that is being
    /// cancelled goes on.
    #[must_use]
    pub fn quarantine(&self) -> Option<Key> {
        let scope = self.element(0).filter(|scope| scope.phase != Phase::Cancelling)?;
        let mut incidents = scope.incidents.iter();
        incidents.find(|it| it.kind == IncidentKind::Quarantined).map(|it| it.key)
    }

    /// Whether it stands still because somebody suspended it. One that is being cancelled goes
    /// on.
    #[must_use]
    pub fn is_suspended(&self) -> bool {
        self.suspended && self.phase == InstancePhase::Active
    }

    /// Whether nothing in it goes on for now.
    #[must_use]
    pub fn stands_still(&self) -> bool {
        self.is_suspended() || self.quarantine().is_some()
    }

    /// The live element instance with this key.
    #[must_use]
    pub fn slot_of(&self, key: Key) -> Option<Slot> {
        self.elements.iter().find(|(_, element)| element.key == key).map(|(slot, _)| *slot)
    }

    /// The page to bring before a step may look at a slot and the scopes around it.
    #[must_use]
    pub fn absent_page(&self, slot: Slot) -> Option<u32> {
        // The walk outwards ends at the process scope, or at a slot nobody in memory has.
        let last = self.scopes(slot).last().unwrap_or(0);
        Some(page_of(last)).filter(|page| self.elements.is_absent(*page))
    }

    /// Brings a page back into memory.
    pub fn bring(&mut self, page: super::elements::Page) {
        self.elements.bring(page);
    }

    /// Slots from `slot` outwards to the process scope.
    pub fn scopes(&self, slot: Slot) -> impl Iterator<Item = Slot> + '_ {
        let mut next = Some(slot);
        std::iter::from_fn(move || {
            let here = next?;
            next = match here {
                0 => None,
                _ => self.elements.get(&here).map(|element| element.scope),
            };
            Some(here)
        })
    }

    /// A variable as seen from a slot: the innermost scope wins.
    #[must_use]
    pub fn variable(&self, slot: Slot, name: &str) -> Option<&Arc<str>> {
        self.scopes(slot).find_map(|scope| self.elements.get(&scope)?.variables.get(name))
    }

    /// All variables visible from a slot, by name.
    #[must_use]
    pub fn visible(&self, slot: Slot) -> BTreeMap<Arc<str>, Arc<str>> {
        let mut seen = BTreeMap::new();
        for scope in self.scopes(slot) {
            let Some(element) = self.elements.get(&scope) else { continue };
            for (name, value) in &element.variables {
                seen.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        seen
    }

    /// Rough bytes held in memory, for the cache's budget.
    #[must_use]
    pub fn weight(&self) -> usize {
        /// Entries of a B-tree node of the standard library; a node is at least half full.
        const NODE_ENTRIES: usize = 11;
        let node = |entries: usize, bytes: usize| {
            entries.div_ceil(NODE_ENTRIES / 2 + 1) * NODE_ENTRIES * bytes
        };
        let contents = |element: &ElementInstance| {
            let texts = element.variables.iter().map(|(n, v)| n.len() + v.len() + 32);
            node(element.variables.len(), size_of::<(Arc<str>, Arc<str>)>())
                + texts.sum::<usize>()
                + element.payload.iter().map(|(n, v)| n.len() + v.len() + 64).sum::<usize>()
                + element.timers.capacity() * size_of::<Timer>()
                + element.subscriptions.capacity() * (size_of::<Subscription>() + 64)
                + element.signals().len() * (size_of::<AwaitedSignal>() + 64)
                + element.user_task.as_ref().map_or(0, |_| size_of::<UserTaskCreated>() + 128)
                + element.proposal.as_ref().map_or(0, |_| size_of::<TaskProposal>() + 256)
        };
        size_of::<Instance>()
            + self.elements.weight()
            + self.elements.values().map(contents).sum::<usize>()
    }
}
