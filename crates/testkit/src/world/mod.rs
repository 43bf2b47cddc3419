//! A synchronous machine over the pure engine: deploys, steps, carries effects, moves a clock.
//!
//! Not a model of the runtime: no batches, no store, no faults. It checks the engine itself.

mod bpmn_signal;
mod check;
mod deploy;
mod rows;
mod step;
mod work;

pub use deploy::Refused;
pub use rows::{Job, TimerOwner};

use crate::coverage::Coverage;
use crate::oracle::Oracle;
use engine::command::{Command, Effect, Rejection};
use engine::definitions::{Definition, Definitions};
use engine::event::{ElementIndex, InstanceEvent};
use engine::key::{Key, Keys};
use engine::life::Inputs;
use engine::limits::STEP_TRANSITIONS_MAX;
use engine::state::bpmn_signal::{BpmnSignal, BpmnSignalEvent};
use engine::state::entry::{Entry, EntryEvent};
use engine::state::evaluation::EvaluationEvent;
use engine::state::head::{Head, HeadEvent};
use engine::state::instance::Instance;
use engine::state::mailbox::{Mailbox, MailboxEvent, Shape};
use engine::state::resource::ResourceHead;
use rows::Rows;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// The tenant every scenario runs in.
pub const TENANT: u32 = 1;
/// 2026-01-01T00:00:00Z: when every world begins, Unix milliseconds.
pub const BEGIN_MS: i64 = 1_767_225_600_000;
/// Effects carried in one go before the machine is taken to run in circles.
const EFFECTS_MAX: usize = 100_000;

/// An aggregate with the fold of its own recorded events beside it.
#[derive(Debug, Clone, Default)]
struct Held<S> {
    state: S,
    replayed: S,
}

/// One thing that happened, with what a reader needs to name it.
#[derive(Debug, Clone)]
pub struct Happened {
    /// Aggregate it happened to.
    pub aggregate: Key,
    /// When, Unix milliseconds.
    pub now_ms: i64,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum What {
    /// In a process instance.
    Instance {
        /// The event.
        event: InstanceEvent,
        /// The element it is about; 0 is the process.
        element: ElementIndex,
        /// The definition the instance runs.
        definition: Arc<Definition>,
    },
    /// In a mailbox; with the message's name and key, and whether it reached anybody.
    Mailbox {
        /// The event.
        event: MailboxEvent,
        /// Name and correlation key of the message it is about.
        about: Option<(Arc<str>, Arc<str>)>,
        /// Whether that message has reached a process.
        reached: bool,
    },
    /// Among the listeners of a BPMN signal.
    BpmnSignal(BpmnSignalEvent),
    /// In an entry.
    Entry(EntryEvent),
    /// Outside of any process.
    Evaluation(EvaluationEvent),
    /// In a definition head.
    Head {
        /// The event.
        event: HeadEvent,
        /// The process the head is of.
        process_id: Arc<str>,
    },
}

/// The machine.
#[derive(Debug, Clone)]
pub struct World {
    inputs: Inputs,
    definitions: Definitions,
    instances: BTreeMap<Key, Held<Instance>>,
    /// Pages of instances beyond the root, as a store would hold them.
    pages: BTreeMap<Key, BTreeMap<u32, Vec<u8>>>,
    mailboxes: BTreeMap<Key, Held<Mailbox>>,
    signals: BTreeMap<Key, Held<BpmnSignal>>,
    /// How new mailboxes and BPMN signals lie in pages.
    shape: Shape,
    entries: BTreeMap<Key, Held<Entry>>,
    heads: BTreeMap<Key, Held<Head>>,
    resources: BTreeMap<Key, Held<ResourceHead>>,
    /// Received events, detectors, alerts, cases and expectations.
    work: BTreeMap<Key, Held<::work::State>>,
    started: Vec<Key>,
    /// Effects on their way, each with its source.
    queue: VecDeque<(Key, Effect)>,
    /// Effects that wait for suspended instances, in order.
    held: Vec<(Key, Effect)>,
    rows: Rows,
    log: Vec<Happened>,
    coverage: Coverage,
    hash: u64,
    /// Whole instances are compared and checked at every so many-th step.
    check_every: u32,
    steps: u32,
    /// What says apart from the engine what should happen, if it is to be asked.
    oracle: Option<Oracle>,
}

impl Default for World {
    fn default() -> Self {
        World::new(0)
    }
}

impl World {
    /// An empty machine. The seed feeds `uuid()` and the like.
    #[must_use]
    pub fn new(seed: u64) -> World {
        let mut keys = Keys::above(1, Key(0));
        keys.tick(BEGIN_MS);
        World {
            inputs: Inputs {
                now_ms: BEGIN_MS,
                keys,
                seed,
                zone: jiff::tz::TimeZone::UTC,
                transitions_max: STEP_TRANSITIONS_MAX,
            },
            definitions: Definitions::default(),
            instances: BTreeMap::new(),
            pages: BTreeMap::new(),
            mailboxes: BTreeMap::new(),
            signals: BTreeMap::new(),
            shape: Shape::default(),
            entries: BTreeMap::new(),
            heads: BTreeMap::new(),
            resources: BTreeMap::new(),
            work: BTreeMap::new(),
            started: Vec::new(),
            queue: VecDeque::new(),
            held: Vec::new(),
            rows: Rows::default(),
            log: Vec::new(),
            coverage: Coverage::default(),
            hash: 0xcbf2_9ce4_8422_2325,
            check_every: 1,
            steps: 0,
            oracle: None,
        }
    }

    /// Has an interpreter of BPMN that shares nothing with the engine say after each step what
    /// must wait. To be asked for before anything is deployed.
    #[must_use]
    pub fn with_oracle(mut self) -> World {
        self.oracle = Some(Oracle::default());
        self
    }

    /// How many states the oracle was compared with; in how many of them variables depended on
    /// which of two tokens moved first, which BPMN leaves open; and how many it left out.
    #[must_use]
    pub fn compared(&self) -> (usize, usize, usize) {
        self.oracle.as_ref().map_or((0, 0, 0), Oracle::compared)
    }

    /// Pages of an instance beyond its root, as a store would hold them.
    #[must_use]
    pub fn stored_pages(&self, instance: Key) -> usize {
        self.pages.get(&instance).map_or(0, BTreeMap::len)
    }

    /// The clock, Unix milliseconds.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.inputs.now_ms
    }

    /// What is deployed.
    #[must_use]
    pub fn definitions(&self) -> &Definitions {
        &self.definitions
    }

    /// Keys of all instances in the order they began.
    #[must_use]
    pub fn started(&self) -> &[Key] {
        &self.started
    }

    /// An instance, also one that has ended.
    #[must_use]
    pub fn instance(&self, key: Key) -> Option<&Instance> {
        // The fold: the state itself may have left pages to the store.
        self.instances.get(&key).map(|held| &held.replayed)
    }

    /// The definition an instance runs.
    #[must_use]
    pub fn definition_of(&self, instance: Key) -> Option<&Arc<Definition>> {
        self.definitions.get(self.instance(instance)?.definition)
    }

    /// Jobs that are not done yet, by key: the oldest first.
    pub fn jobs(&self) -> impl Iterator<Item = (Key, &Job)> {
        self.rows.jobs.iter().map(|(key, job)| (*key, job))
    }

    /// Running timers in the order they are due.
    pub fn timers(&self) -> impl Iterator<Item = (i64, Key, TimerOwner)> + '_ {
        self.rows.timers.iter().map(|((due_ms, key), owner)| (*due_ms, *key, *owner))
    }

    /// The timer that is due next.
    #[must_use]
    pub fn next_timer(&self) -> Option<(i64, Key, TimerOwner)> {
        self.timers().find(|(_, _, owner)| match owner {
            // Those of suspended instances wait.
            TimerOwner::Instance(instance, _) => !self.is_suspended(*instance),
            TimerOwner::Mailbox(_) | TimerOwner::Head(_) => true,
        })
    }

    /// Mailboxes by key.
    pub fn mailboxes(&self) -> impl Iterator<Item = (Key, &Mailbox)> {
        self.mailboxes.iter().map(|(key, held)| (*key, &held.replayed))
    }

    /// BPMN signals somebody waits for, by key.
    pub fn bpmn_signals(&self) -> impl Iterator<Item = (Key, &BpmnSignal)> {
        self.signals.iter().map(|(key, held)| (*key, &held.replayed))
    }

    /// Effects that are on their way, the oldest first.
    pub fn effects(&self) -> impl Iterator<Item = &Effect> {
        self.queue.iter().map(|(_, effect)| effect)
    }

    /// What happened since this was last asked.
    pub fn take_log(&mut self) -> Vec<Happened> {
        std::mem::take(&mut self.log)
    }

    /// Which phases of which elements were seen.
    #[must_use]
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// A hash over everything recorded so far, byte for byte.
    #[must_use]
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// Compares and checks whole instances only at every `steps`-th step: for instances so large
    /// that looking at all of them would be the work. What a step records is always read back.
    pub fn check_every(&mut self, steps: u32) {
        self.check_every = steps.max(1);
    }

    /// Lets new mailboxes and BPMN signals lie in smaller pages: what happens is the same, except
    /// that expired messages may be swept later.
    pub fn shape_mailboxes(&mut self, shape: Shape) {
        self.shape = shape;
    }

    /// The next key; for commands that bring their own.
    pub fn next_key(&mut self) -> Key {
        self.inputs.keys.next_key()
    }

    /// Gives a command to an aggregate and carries effects until none is left.
    pub fn ask(&mut self, target: Key, command: &Command) -> Result<(), Rejection> {
        self.post(target, command)?;
        self.settle();
        Ok(())
    }

    /// Gives a command to an aggregate and leaves its effects waiting.
    pub fn post(&mut self, target: Key, command: &Command) -> Result<(), Rejection> {
        let effects = self.step(target, command)?;
        self.queue.extend(effects.into_iter().map(|effect| (target, effect)));
        Ok(())
    }

    /// Carries the oldest waiting effect; `false` if there is none. An effect that is rejected
    /// is over: its target has ended.
    pub fn carry(&mut self) -> bool {
        self.carry_one_of(0)
    }

    /// Carries one of the effects that may be next: those from one aggregate to another arrive
    /// in their order, and nothing else is promised. `choice` counts from the oldest.
    pub fn carry_one_of(&mut self, choice: usize) -> bool {
        let mut pairs = std::collections::BTreeSet::new();
        let heads = self.queue.iter().enumerate();
        let heads = heads.filter(|(_, (source, effect))| pairs.insert((*source, effect.target)));
        let places: Vec<usize> = heads.map(|(place, _)| place).collect();
        let Some(place) = places.get(choice % places.len().max(1)) else { return false };
        let (source, effect) = self.queue.remove(*place).expect("the place was just found");
        // A rejection is an answer to nobody, unless its target stands still: then it waits.
        let done = self.post(effect.target, &effect.command);
        if done.is_err() && self.is_suspended(effect.target) {
            self.held.push((source, effect));
        }
        true
    }

    fn is_suspended(&self, instance: Key) -> bool {
        self.instance(instance).is_some_and(Instance::is_suspended)
    }

    /// What waited for an instance comes before everything else.
    fn release(&mut self, instance: Key) {
        let waited = self.held.extract_if(.., |(_, effect)| effect.target == instance);
        for held in waited.collect::<Vec<_>>().into_iter().rev() {
            self.queue.push_front(held);
        }
    }

    /// Carries effects until none is left, then checks what must hold between aggregates.
    pub fn settle(&mut self) {
        for _ in 0..EFFECTS_MAX {
            if !self.carry() {
                self.check_between();
                return;
            }
        }
        panic!("effects come to an end: {EFFECTS_MAX} were carried and more are waiting");
    }

    /// Moves the clock and fires every timer that is due on the way, in order of due.
    /// Returns how many fired.
    pub fn advance_to(&mut self, until_ms: i64) -> usize {
        let mut fired = 0;
        while let Some((due_ms, key, owner)) = self.next_timer()
            && due_ms <= until_ms
        {
            self.set_clock(due_ms);
            self.fire(key, owner);
            self.settle();
            fired += 1;
        }
        self.set_clock(until_ms);
        fired
    }

    /// Moves the clock to the next timer and fires it; its effects are left waiting. `false` if
    /// no timer runs.
    pub fn fire_next(&mut self) -> bool {
        let Some((due_ms, key, owner)) = self.next_timer() else { return false };
        self.set_clock(due_ms);
        self.fire(key, owner);
        true
    }

    /// Moves the clock without firing anything, as if nobody was there; never backwards.
    pub fn set_clock(&mut self, now_ms: i64) {
        self.inputs.now_ms = self.inputs.now_ms.max(now_ms);
        self.inputs.keys.tick(self.inputs.now_ms);
    }
}
