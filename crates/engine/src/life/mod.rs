//! The life every element shares: arrive, activate, complete, cancel, one file per phase.
//!
//! Not here: what a particular element does; `life` asks its file and carries out the answer.

mod activate;
mod ad_hoc;
mod arrive;
mod broadcast;
mod call;
mod cancel;
mod compensate;
mod complete;
mod condition;
mod decide;
mod escalate;
mod evaluate;
mod gate;
mod handler;
mod happen;
mod join;
mod listen;
mod multi_instance;
mod multiple;
pub mod pages;
mod race;
mod scope;
mod send;
mod standard_loop;
mod task;
mod throw;
mod variables;
mod waits;

use crate::command::{Command, Effect, InstanceCommand};
use crate::definitions::Definitions;
use crate::event::{InstanceEvent, Place, Resume, Slot, Work};
use crate::graph::{Graph, Node};
use crate::key::{Key, Keys};
use crate::limits::{CONTINUED_TRANSITIONS_MAX, INSTANCE_ELEMENTS_MAX};
use crate::part::Failure;
use crate::state::instance::{ElementInstance, Instance};
use jiff::tz::TimeZone;
use std::cell::Cell;
use std::collections::{BTreeSet, VecDeque};

/// What a step is given from outside: one `now` per batch, keys, randomness, the zone.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// Unix milliseconds.
    pub now_ms: i64,
    /// Where new keys come from.
    pub keys: Keys,
    /// Randomness for `uuid()` and the like.
    pub seed: u64,
    /// The zone of times that name none.
    pub zone: TimeZone,
    /// Transitions one step may make before it stops and goes on later: `STEP_TRANSITIONS_MAX`,
    /// or fewer where others wait.
    pub transitions_max: u32,
}

/// One step over one instance: the only way elements touch it.
pub struct Ctx<'a> {
    pub(crate) definitions: &'a Definitions,
    pub(crate) graph: &'a Graph,
    pub(crate) state: &'a mut Instance,
    pub(crate) inputs: &'a mut Inputs,
    pub(crate) events: Vec<InstanceEvent>,
    pub(crate) places: Vec<Place>,
    pub(crate) effects: Vec<Effect>,
    pub(crate) agenda: VecDeque<Work>,
    draws: Cell<u64>,
    fuel: Cell<u64>,
    first_new_slot: Slot,
    placed: BTreeSet<Slot>,
    /// What the step has done so far, against its budget.
    pub(crate) transitions: u32,
}

impl<'a> Ctx<'a> {
    /// A step that has not done anything yet.
    pub fn new(
        definitions: &'a Definitions,
        graph: &'a Graph,
        state: &'a mut Instance,
        inputs: &'a mut Inputs,
    ) -> Self {
        let first_new_slot = state.next_slot;
        Ctx {
            definitions,
            transitions: 0,
            first_new_slot,
            placed: BTreeSet::new(),
            graph,
            state,
            inputs,
            events: Vec::new(),
            places: Vec::new(),
            effects: Vec::new(),
            agenda: VecDeque::new(),
            draws: Cell::new(0),
            fuel: Cell::new(0),
        }
    }

    /// The graph of the instance.
    #[must_use]
    pub fn graph(&self) -> &'a Graph {
        self.graph
    }

    /// What the expressions of this step cost so far.
    pub(crate) fn fuel(&self) -> u64 {
        self.fuel.get()
    }

    /// The element a slot stands on.
    #[must_use]
    pub fn node(&self, slot: Slot) -> &'a Node {
        self.graph.node(self.at(slot).element)
    }

    /// The element instance in a slot that is known to live.
    pub(crate) fn at(&self, slot: Slot) -> &ElementInstance {
        self.state.element(slot).expect("the step only follows live slots")
    }

    /// Records an event and applies it: nothing else changes state.
    pub(crate) fn emit(&mut self, event: InstanceEvent) {
        self.note_place(&event);
        self.state.apply(&event);
        self.events.push(event);
    }

    /// Notes where a slot is before its element gets another number.
    pub(crate) fn note(&mut self, slot: Slot) {
        self.note_place(&InstanceEvent::ElementActivated { slot });
    }

    /// Slots that lived before this step are noted once, with their key and element.
    fn note_place(&mut self, event: &InstanceEvent) {
        if let InstanceEvent::ElementEntered { slot, .. } = event {
            // An instance of a body enters a slot that was reserved for it before.
            if *slot < self.first_new_slot {
                self.placed.insert(*slot);
            }
            return;
        }
        let Some(slot) = event.slot() else { return };
        if slot >= self.first_new_slot || self.placed.contains(&slot) {
            return;
        }
        if let Some(held) = self.state.element(slot) {
            self.places.push(Place { slot, key: held.key, element: held.element });
            self.placed.insert(slot);
        }
    }

    pub(crate) fn next_key(&mut self) -> Key {
        self.inputs.keys.next_key()
    }

    /// Asks another aggregate for something.
    pub(crate) fn ask(&mut self, target: Key, command: Command) {
        self.effects.push(Effect { target, command });
    }

    pub(crate) fn push(&mut self, work: Work) {
        self.agenda.push_back(work);
    }

    /// Works off the agenda until nothing is left, the step's budget is, or a page must come
    /// from the store first.
    pub(crate) fn run(&mut self) {
        if self.state.is_suspended() {
            return self.hold_agenda();
        }
        while let Some(work) = self.agenda.pop_front() {
            if self.state.has_ended() {
                self.agenda.clear();
                return;
            }
            self.transitions += 1;
            // Only what adds an element instance is stopped: the others make room.
            let crowded = matches!(
                work,
                Work::Arrive { .. } | Work::Spawn { .. } | Work::ActivateInner { .. }
            ) && self.state.elements.len() + self.state.notes as usize
                > INSTANCE_ELEMENTS_MAX;
            let over = self.transitions > self.inputs.transitions_max;
            if over || crowded || !pages::of_work(self.graph, self.state, &work).is_empty() {
                self.agenda.push_front(work);
                self.keep_agenda(crowded);
                return;
            }
            match work {
                Work::Arrive { element, scope, flow, payload } => {
                    self.arrive(element, scope, flow, payload);
                }
                Work::Activate { slot } => self.activate(slot),
                Work::Complete { slot } => self.complete(slot),
                Work::Cancel { slot } => self.cancel(slot),
                Work::Settle { slot } => self.settle(slot),
                Work::Begin { .. } | Work::BeginAt { .. } => self.begin(work),
                Work::Spawn { slot } => self.spawn(slot),
                Work::CancelInside { scope, from, except } => {
                    self.cancel_inside(scope, from, except);
                }
                Work::Happen { slot, element } => self.meet_condition(slot, element),
                Work::Watch { changes, from } => self.watch(changes, from),
                Work::Compensate { slot } => self.compensate(slot),
                Work::DropNotes { note } => self.forget_notes(note),
                Work::ActivateInner { slot, element, variables } => {
                    self.activate_inner(slot, element, variables);
                }
                Work::HearTask { slot } => self.hear_task(slot),
            }
        }
    }

    /// A suspended instance does what is to be done when it is resumed.
    fn hold_agenda(&mut self) {
        if !self.agenda.is_empty() {
            let held = self.state.agenda.iter().cloned();
            let agenda = held.chain(self.agenda.drain(..)).collect();
            self.emit(InstanceEvent::AgendaKept { agenda, transitions: 0 });
        }
    }

    /// Stops here: the rest goes on at the end of the lane, or becomes a `loop` incident.
    fn keep_agenda(&mut self, crowded: bool) {
        let waiting = !self.state.agenda.is_empty();
        let agenda = self.state.agenda.iter().cloned().chain(self.agenda.drain(..)).collect();
        self.emit(InstanceEvent::AgendaKept { agenda, transitions: self.transitions });
        if waiting {
            // Another step left work before: it is to be continued, or stands behind an incident.
            return;
        }
        if !crowded && self.state.continuations < CONTINUED_TRANSITIONS_MAX {
            let target = self.state.key;
            self.ask(target, Command::Instance(InstanceCommand::Continue));
            return;
        }
        let message = if crowded {
            format!(
                "Expected at most {INSTANCE_ELEMENTS_MAX} live element instances, but found \
                 more. Cancel the instance, or correct the model and migrate."
            )
        } else {
            format!(
                "Expected the instance to wait for something, but it made \
                 {CONTINUED_TRANSITIONS_MAX} transitions without a wait: the model loops. Correct \
                 the variables or the model."
            )
        };
        let failure = Failure::new(crate::event::IncidentKind::Loop, message);
        self.raise(0, failure, Resume::Agenda, None);
    }

    /// Takes up the work a former step left, after what this step has to do.
    pub(crate) fn take_agenda(&mut self) {
        if !self.state.agenda.is_empty() {
            self.agenda.extend(self.state.agenda.clone());
            self.emit(InstanceEvent::AgendaTaken);
        }
    }

    /// Raises an incident on a slot.
    pub(crate) fn raise(&mut self, slot: Slot, failure: Failure, resume: Resume, job: Option<Key>) {
        let key = self.next_key();
        self.emit(InstanceEvent::IncidentRaised {
            slot,
            key,
            kind: failure.kind,
            message: failure.message.into(),
            job,
            resume,
        });
    }
}
