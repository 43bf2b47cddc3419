//! A lane: a synchronous machine that turns orders into one commit, and the commit into answers.
//!
//! Not here: threads and clocks. A driver (or the simulator) calls `prepare`, commits, `finish`.

mod activation;
mod aggregate;
mod assemble;
mod batch_operation;
mod board;
mod cache;
mod carry;
mod case;
mod caught;
mod chain;
mod conditional;
mod delete;
mod deploy;
mod due;
mod edit;
mod evaluate;
mod finish;
mod gather;
mod inside;
mod message;
mod order;
mod outbox;
mod pages;
mod permit;
mod preview;
mod quarantine;
mod rows;
mod suspension;
mod work;

pub use aggregate::Aggregate;
pub use assemble::Unprepared;
pub use finish::Finished;
pub use suspension::Suspended;
pub use work::Prepared;

use crate::deploy::CompiledResource;
use crate::limits::{
    AGGREGATE_BYTES_MAX, BATCH_EVENTS_MAX, CACHE_BYTES_MAX, CHAIN_COMMANDS_MAX,
    EFFECTS_PER_TURN_MAX, TIMERS_PER_TURN_MAX,
};
use crate::request::{ActivateJobs, ActivatedJob, Answer, Caller, Previewed, Refusal, Request};
use board::Board;
use cache::Cache;
use engine::definitions::Definitions;
use engine::event::Variables;
use engine::key::{Key, Keys};
use engine::life::Inputs;
use engine::limits::STEP_TRANSITIONS_MAX;
use engine::state::mailbox::Shape;
use jiff::tz::TimeZone;
use outbox::Outbox;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use store::Store;
use store::batch::{AnswerRow, DefinitionRow, EffectRow, ResourceRow, TimerRow};
use tokio::sync::oneshot;

/// Where an answer goes; nowhere for orders from inside.
#[derive(Debug)]
pub struct Reply<T>(Option<oneshot::Sender<T>>);

impl<T> Reply<T> {
    /// An answer somebody waits for.
    #[must_use]
    pub fn to(sender: oneshot::Sender<T>) -> Self {
        Reply(Some(sender))
    }

    /// An answer nobody waits for.
    #[must_use]
    pub fn nowhere() -> Self {
        Reply(None)
    }

    /// Whether whoever waited has gone.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.0.as_ref().is_none_or(oneshot::Sender::is_closed)
    }

    /// Answers. The value comes back when whoever waited has gone.
    pub fn send(self, value: T) -> Result<(), T> {
        match self.0 {
            Some(sender) => sender.send(value),
            None => Err(value),
        }
    }
}

/// The answer to a request.
pub type Answered = Result<Answer, Refusal>;

/// Something for a lane to do.
#[derive(Debug)]
pub enum Order {
    /// A request from outside. Deployments come compiled.
    Request {
        /// Who asks.
        caller: Caller,
        /// What.
        request: Request,
        /// The compiled resources of a deployment.
        compiled: Vec<CompiledResource>,
        /// Where the answer goes.
        reply: Reply<Answered>,
    },
    /// A worker wants jobs.
    Activate {
        /// What it wants.
        wanted: ActivateJobs,
        /// Where the jobs go.
        reply: Reply<Vec<ActivatedJob>>,
    },
    /// What would a request do to an instance?
    Preview {
        /// Who asks.
        caller: Caller,
        /// The instance.
        instance: Key,
        /// The request.
        request: Request,
        /// Where the answer goes.
        reply: Reply<Result<Previewed, Refusal>>,
    },
    /// Jobs come back from a client that has gone: (job, attempt).
    Release(Vec<(Key, u32)>),
    /// A timer may be due.
    Timer(TimerRow),
    /// An effect from the outbox.
    Effect(EffectRow),
    /// This aggregate broke an invariant.
    Quarantine {
        /// The instance.
        instance: Key,
        /// What broke.
        message: String,
        /// Who waits for the request that broke it.
        reply: Reply<Answered>,
    },
}

impl Order {
    /// Bytes it brings from outside, for the inbox's budget.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let Order::Request { request, compiled, .. } = self else { return 0 };
        let resources: usize = compiled.iter().map(|resource| resource.content.len()).sum();
        let variables = match request {
            Request::CreateInstance { variables, .. }
            | Request::CompleteJob { variables, .. }
            | Request::FailJob { variables, .. }
            | Request::ThrowJobError { variables, .. }
            | Request::PublishMessage { variables, .. }
            | Request::CorrelateMessage { variables, .. }
            | Request::EvaluateConditionals { variables, .. }
            | Request::EvaluateDecision { variables, .. }
            | Request::BroadcastBpmnSignal { variables, .. }
            | Request::SetVariables { variables, .. }
            | Request::EditVariables { variables, .. }
            | Request::CompleteUserTask { variables, .. } => variables.as_slice(),
            _ => &[],
        };
        let listed: &[(Arc<str>, Variables)] = match request {
            Request::ActivateActivities { activities, .. } => activities,
            Request::CompleteJob { result: Some(result), .. } => &result.activate,
            _ => &[],
        };
        let listed = listed.iter().flat_map(|(_, variables)| variables);
        let all = variables.iter().chain(listed);
        resources + all.map(|(name, value)| name.len() + value.len()).sum::<usize>()
    }
}

/// What a lane is made of.
pub struct Lane {
    store: Arc<dyn Store>,
    definitions: Definitions,
    cache: Cache,
    board: Board,
    inputs: Inputs,
    random: Random,
    turn: u64,
    /// The last turn whose commit is finished.
    settled: u64,
    results: FxHashMap<Key, Vec<finish::Awaiting>>,
    /// Who waits for the listeners of a user task.
    proposals: FxHashMap<Key, VecDeque<Reply<Answered>>>,
    next_timer_ms: Option<i64>,
    /// Due timers, and what goes on with its own work, wait.
    unasked_held: bool,
    /// Turns since the last order from outside.
    unasked_turns: u32,
    firing: FxHashSet<Key>,
    held_timers: quarantine::HeldTimers,
    suspended: Suspended,
    outbox: Outbox,
    shared: bool,
    reserved: Key,
    uncommitted_answers: Vec<AnswerRow>,
    /// Aggregates whose pages were loaded since a commit was finished.
    paged: Vec<Key>,
    limits: LaneLimits,
    counts: Counts,
}

/// Figures of a lane.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    /// Batches committed.
    pub batches: u64,
    /// Orders carried out.
    pub orders: u64,
    /// Components that conflicted.
    pub conflicts: u64,
    /// Instances created.
    pub created: u64,
    /// Instances ended.
    pub ended: u64,
    /// Jobs created.
    pub jobs: u64,
    /// Incidents raised.
    pub incidents: u64,
    /// Bytes of aggregates loaded: roots and pages.
    pub loaded_bytes: u64,
    /// Aggregates in memory.
    pub cached: u64,
    /// Rough bytes of aggregates in memory.
    pub cached_bytes: u64,
    /// Workers that wait for jobs.
    pub polls: u64,
}

/// Randomness of a lane: splitmix64 (Steele, Lea, Flood 2014), seeded once from outside.
#[derive(Debug, Clone)]
pub struct Random(pub u64);

impl Random {
    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// What a lane starts with.
#[derive(Debug, Clone)]
pub struct LaneOptions {
    /// Node number, 0..1024.
    pub node: u16,
    /// The zone of times that name none.
    pub zone: TimeZone,
    /// Seed of stamps, salts and `uuid()`.
    pub seed: u64,
    /// Whether other lanes write to the same store: then nothing is decided on memory alone.
    pub shared: bool,
    /// How much it takes on at once.
    pub limits: LaneLimits,
}

/// How much a lane takes on at once. Smaller limits change when things happen, never what.
#[derive(Debug, Clone)]
pub struct LaneLimits {
    /// Commands of one request's chain of effects taken in one batch.
    pub chain_commands: usize,
    /// Domain events at which a batch closes.
    pub batch_events: usize,
    /// Effects taken from the outbox in one turn.
    pub effects_per_turn: usize,
    /// Due timers taken in one turn.
    pub timers_per_turn: u32,
    /// Rough bytes of aggregates kept in memory.
    pub cache_bytes: usize,
    /// Rough bytes of one aggregate beyond which its pages do not stay in memory.
    pub aggregate_bytes: usize,
    /// How much of a new mailbox lies in its root row, and in each page.
    pub mailbox: Shape,
}

impl Default for LaneLimits {
    fn default() -> Self {
        LaneLimits {
            chain_commands: CHAIN_COMMANDS_MAX,
            batch_events: BATCH_EVENTS_MAX,
            effects_per_turn: EFFECTS_PER_TURN_MAX,
            timers_per_turn: TIMERS_PER_TURN_MAX,
            cache_bytes: CACHE_BYTES_MAX,
            aggregate_bytes: AGGREGATE_BYTES_MAX,
            mailbox: Shape::default(),
        }
    }
}

impl Lane {
    /// A lane over a store, with everything the store remembers. Reads only.
    pub fn open(
        store: Arc<dyn Store>,
        options: LaneOptions,
    ) -> Result<Self, crate::node::StartError> {
        caught::install();
        let reserved = Key(store.reserve_keys(0)?);
        let mut lane = Lane {
            definitions: Definitions::default(),
            cache: Cache::default(),
            board: Board::default(),
            inputs: Inputs {
                now_ms: 0,
                keys: Keys::above(options.node, reserved),
                seed: 0,
                zone: options.zone,
                transitions_max: STEP_TRANSITIONS_MAX,
            },
            random: Random(options.seed),
            turn: 0,
            settled: 0,
            results: FxHashMap::default(),
            proposals: FxHashMap::default(),
            next_timer_ms: store.next_timer_ms()?,
            unasked_held: false,
            unasked_turns: 0,
            firing: FxHashSet::default(),
            held_timers: FxHashMap::default(),
            suspended: Suspended::default(),
            outbox: Outbox::default(),
            shared: options.shared,
            reserved,
            uncommitted_answers: Vec::new(),
            paged: Vec::new(),
            limits: options.limits,
            counts: Counts::default(),
            store,
        };
        lane.load_definitions()?;
        lane.load_outbox()?;
        Ok(lane)
    }

    fn load_definitions(&mut self) -> Result<(), crate::node::StartError> {
        let (mut after, mut tenants) = (0, BTreeSet::new());
        loop {
            let rows = self.store.definitions(after, 256)?;
            let Some(last) = rows.last() else { break };
            after = last.key;
            for row in &rows {
                tenants.insert(row.tenant);
                self.definitions.add(crate::deploy::definition(row)?);
            }
        }
        let rows = crate::deploy::resource_rows(&*self.store)?;
        crate::deploy::add_resources(&mut self.definitions, &rows)?;
        self.store.deletions()?.into_iter().for_each(|key| self.definitions.delete(Key(key)));
        self.load_suspensions(&tenants)
    }

    fn load_outbox(&mut self) -> Result<(), store::Error> {
        let mut after = (0, 0, 0);
        loop {
            let rows = self.store.pending_effects(after, 1_024)?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = (last.target, last.source, last.n);
            for row in rows {
                self.outbox.leave(row);
            }
        }
    }

    /// Other lanes may have written since: looks again for the effects, timers and jobs they left.
    pub fn look_again(&mut self) -> Result<(), store::Error> {
        self.board.forget_all();
        self.next_timer_ms = self.store.next_timer_ms()?;
        self.load_outbox()
    }

    /// Lets due timers and big aggregates that go on with their own work wait, or come again. A
    /// herd of timers or a body of 100,000 instances must not outrun the views.
    pub fn hold_unasked(&mut self, hold: bool) {
        self.unasked_held = hold;
    }

    /// Whether something waits that nobody asked for.
    #[must_use]
    pub fn holds_unasked(&self, now_ms: i64) -> bool {
        let is_due = self.next_timer_ms.is_some_and(|due_ms| due_ms <= now_ms);
        self.unasked_held && (is_due || self.outbox.has_own())
    }

    /// The definitions this lane knows.
    #[must_use]
    pub fn definitions(&self) -> &Definitions {
        &self.definitions
    }

    /// Definition rows the store has, for the node's look-ups.
    pub fn definition_rows(&self) -> Result<Vec<DefinitionRow>, store::Error> {
        let mut all = Vec::new();
        let mut after = 0;
        loop {
            let rows = self.store.definitions(after, 256)?;
            let Some(last) = rows.last() else { return Ok(all) };
            after = last.key;
            all.extend(rows);
        }
    }

    /// Resource rows the store has, for the node's look-ups.
    pub fn resource_rows(&self) -> Result<Vec<ResourceRow>, store::Error> {
        crate::deploy::resource_rows(&*self.store)
    }

    /// When the lane has something to do although nobody asked: a timer, a lapsed job.
    #[must_use]
    pub fn wake_ms(&self) -> Option<i64> {
        if self.outbox.has_others() || self.outbox.has_own() && !self.unasked_held {
            return Some(0);
        }
        let timer_ms = self.next_timer_ms.filter(|_| !self.unasked_held);
        [timer_ms, self.board.wake_ms()].into_iter().flatten().min()
    }

    /// Figures.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let (cached, bytes) = self.cache.size();
        Counts {
            cached: cached as u64,
            cached_bytes: bytes as u64,
            polls: self.board.waiting() as u64,
            ..self.counts
        }
    }
}
