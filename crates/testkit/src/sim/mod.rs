//! The simulator: real lanes over one memory store, one source of chance, one clock, and faults.
//!
//! A seed is a whole life of a small cluster. While faults are on nothing wrong may happen; when
//! they stop everything must finish. Not here: threads, disks, networks.

mod chance;
mod client;
mod figures;
mod finale;
mod ledger;
mod node;
mod plan;
mod process;
mod trace;
mod wire;

pub use crate::dice::Dice;
pub use figures::Figures;
pub use plan::Plan;
pub use process::Process;

use client::Clients;
use ledger::{Ledger, Wrong, ensure};
use node::{Did, Node, Pace};
use runtime::deploy::CompiledResource;
use runtime::lane::{LaneOptions, Order, Reply};
use runtime::project::Projection;
use runtime::request::{Caller, Request, Resource};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use store::Store;
use trace::Trace;
use wire::{Trouble, Wire};

/// 2026-01-01T00:00:00Z: when every simulation begins, Unix milliseconds.
const BEGIN_MS: i64 = 1_767_225_600_000;
/// Requests may be repeated for this long: answers are kept for a day.
const REPEAT_MS_MAX: i64 = 20 * 3_600_000;

/// A simulation that went well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Hash of everything that was committed, in order.
    pub hash: u64,
    /// What happened.
    pub figures: Figures,
}

/// A simulation in which something went wrong.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The seed to run it again.
    pub seed: u64,
    /// What went wrong.
    pub reason: String,
    /// The last things that happened.
    pub trace: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.trace)?;
        write!(f, "seed {}: {}", self.seed, self.reason)
    }
}

/// Runs a seed twice: it must go well, and both must commit the same. `lanes` overrides how many
/// lanes the seed would have.
///
/// # Errors
/// What went wrong, with the seed and a trace.
pub fn check(seed: u64, lanes: Option<usize>) -> Result<Report, Failure> {
    let first = attempt(seed, lanes, false);
    let second = attempt(seed, lanes, first.is_err());
    match (first, second) {
        (Ok(first), Ok(second)) if first == second => Ok(first),
        (Ok(first), Ok(second)) => Err(Failure {
            seed,
            reason: format!("expected the same twice: {:x}, {:x}", first.hash, second.hash),
            trace: String::new(),
        }),
        (Err(failure), Ok(_)) | (_, Err(failure)) => Err(failure),
    }
}

fn attempt(seed: u64, lanes: Option<usize>, traced: bool) -> Result<Report, Failure> {
    let mut sim = Sim::new(seed, lanes, traced);
    let outcome = catch_unwind(AssertUnwindSafe(|| sim.run()));
    let reason = match outcome {
        Ok(Ok(report)) => return Ok(report),
        Ok(Err(Wrong(reason))) => reason,
        Err(panic) => panic_text(&*panic),
    };
    Err(Failure { seed, reason, trace: sim.trace.text() })
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    format!("panicked: {}", text.unwrap_or("without words"))
}

/// A process ready to be deployed.
fn compile(process: &Process) -> Result<Vec<CompiledResource>, String> {
    let content = model::short::to_bpmn(&process.short);
    let content = content.map_err(|bad| format!("{}: {bad}", process.id))?;
    let name = format!("{}.bpmn", process.id);
    let resources = vec![Resource { name, content: content.into_bytes() }];
    runtime::deploy::compile_all(resources)
        .map_err(|refusal| format!("{}: {refusal:?}", process.id))
}

/// One simulation.
struct Sim {
    dice: Dice,
    plan: Plan,
    now_ms: i64,
    jumped_ms: i64,
    wire: Arc<Wire>,
    nodes: Vec<Node>,
    opened: u16,
    calm: bool,
    clients: Clients,
    ledger: Ledger,
    figures: Figures,
    trace: Trace,
}

impl Sim {
    fn new(seed: u64, lanes: Option<usize>, traced: bool) -> Sim {
        let mut dice = Dice::new(seed);
        let plan = Plan::draw(&mut dice, lanes);
        let wire = Arc::new(Wire::new(dice.roll(), plan.eager));
        Sim {
            dice,
            plan,
            now_ms: BEGIN_MS,
            jumped_ms: 0,
            wire,
            nodes: Vec::new(),
            opened: 0,
            calm: false,
            clients: Clients::default(),
            ledger: Ledger::default(),
            figures: Figures::default(),
            trace: Trace::new(traced, BEGIN_MS),
        }
    }

    fn run(&mut self) -> Result<Report, Wrong> {
        let ids: Vec<&str> = self.plan.processes.iter().map(|process| &*process.id).collect();
        let words = format!("{} lanes, {ids:?}, {:?}", self.plan.lanes, self.plan.limits);
        self.trace.say(|| words);
        self.deploy()?;
        for index in 0..self.plan.lanes {
            let node = self.open(index)?;
            self.nodes.push(node);
        }
        for _ in 0..self.plan.steps {
            self.act()?;
        }
        self.finale()?;
        for node in &self.nodes {
            self.figures.add_many("lanes", "conflicts", node.counts().conflicts);
            self.figures.add_many("lanes", "batches", node.counts().batches);
        }
        self.figures.add("seeds", &format!("with {} lanes", self.plan.lanes));
        Ok(Report { hash: self.ledger.hash, figures: self.figures.clone() })
    }

    /// Everything is deployed by a lane of its own before the others open.
    fn deploy(&mut self) -> Result<(), Wrong> {
        let mut node = self.open(0)?;
        for process in &self.plan.processes {
            let compiled = compile(process).map_err(Wrong)?;
            let actor = access::Actor {
                id: "admin".into(),
                acting_for: None,
                tenants: [0].into(),
                grants: access::Grants::All,
            };
            let caller = Caller { actor, tenant: 0, request_key: None };
            let request = Request::Deploy { resources: Vec::new() };
            node.inbox.push_back(Order::Request {
                caller,
                request,
                compiled,
                reply: Reply::nowhere(),
            });
        }
        while !node.inbox.is_empty() {
            node.turn(&self.wire, self.now_ms);
            node.send(&self.wire, None);
            node.ticket().inspect(|ticket| self.wire.land_ticket(*ticket));
            node.settle(&self.wire);
        }
        self.read()
    }

    fn open(&mut self, index: usize) -> Result<Node, Wrong> {
        let pace = Pace {
            lag_ms: self.plan.lags[index],
            batch_max: self.plan.batch_max,
            pipelined: self.plan.pipelined,
        };
        let options = LaneOptions {
            node: self.opened % 1_024,
            zone: jiff::tz::TimeZone::UTC,
            seed: self.dice.roll(),
            shared: self.plan.lanes > 1,
            limits: self.plan.limits.clone(),
        };
        self.opened += 1;
        Node::open(&self.wire, options, pace).map_err(Wrong)
    }

    /// Reads what was committed, and what was answered by a node that settled a batch.
    fn took(&mut self, index: usize, did: Did) -> Result<bool, Wrong> {
        self.read()?;
        match did {
            Did::Nothing => return Ok(false),
            Did::Moved => {}
            Did::Settled => {
                let at = (self.nodes[index].read_at, self.nodes[index].settled_at);
                let (figures, trace) = (&mut self.figures, &mut self.trace);
                self.clients.collect(at, &self.ledger, figures, trace)?;
            }
            Did::Failed => {
                self.figures.add("faults", "store failed");
                self.crash(index, true)?;
            }
            Did::Broke(message) => {
                return Err(Wrong(format!("the engine broke an invariant {message}")));
            }
        }
        Ok(true)
    }

    fn read(&mut self) -> Result<(), Wrong> {
        self.ledger.read(&*self.wire, &mut self.figures, &mut self.trace)
    }

    /// A node dies with all it had in memory, and another takes its place. Its commit on the
    /// way lands or never does; where several nodes share a database it may also land later.
    fn crash(&mut self, index: usize, failed: bool) -> Result<(), Wrong> {
        if let Some(ticket) = self.nodes[index].ticket() {
            match self.dice.below(if self.plan.lanes > 1 { 3 } else { 2 }) {
                0 => self.wire.lose(ticket),
                1 => self.wire.land_ticket(ticket),
                _ => self.figures.add("faults", "commit outlives its node"),
            }
        }
        self.trace.say(|| format!("n{index} {}", if failed { "fails" } else { "crashes" }));
        let counts = self.nodes[index].counts();
        self.figures.add_many("lanes", "conflicts", counts.conflicts);
        self.figures.add_many("lanes", "batches", counts.batches);
        self.nodes[index] = self.open(index)?;
        self.read()?;
        let at = (self.ledger.position, self.ledger.position);
        let (figures, trace) = (&mut self.figures, &mut self.trace);
        self.clients.collect(at, &self.ledger, figures, trace)
    }

    /// What can happen to the next commit.
    fn trouble(&mut self) -> Option<Trouble> {
        if self.calm {
            return None;
        }
        if self.dice.chance(self.plan.faults) {
            let lost = self.dice.chance(50);
            self.figures.add("faults", if lost { "commit lost" } else { "commit unknown" });
            let fault =
                if lost { store::memory::Fault::Lost } else { store::memory::Fault::Unknown };
            return Some(Trouble::Failed(fault));
        }
        if self.dice.chance(self.plan.refusals) {
            self.figures.add("faults", "commit refused");
            return Some(Trouble::Refused);
        }
        None
    }

    /// Writes the views from the history, as a node does when it starts.
    fn project(&mut self) -> Result<(), Wrong> {
        let store = &*self.wire;
        let failed = |error: store::Error| Wrong(error.to_string());
        let definitions = self.nodes[0].lane.definitions();
        loop {
            let rows = store.events(store.projected().map_err(failed)?, 200).map_err(failed)?;
            if rows.is_empty() {
                return Ok(());
            }
            let mut projection = Projection::default();
            for row in &rows {
                let key = engine::key::Key(row.aggregate);
                let sections = engine::record::decode_sections(key, &row.body);
                let sections = sections.map_err(|bad| Wrong(bad.to_string()))?;
                projection.fold(definitions, (key, row.position), row.at_ms, &sections);
                projection.through(row.position);
            }
            let (through, writes) = projection.take();
            store.project(through, &writes).map_err(failed)?;
        }
    }

    /// Every commit leaves the store sound, so the doctor may come at any time. A lane that is
    /// alone and at rest has no timer left to fire.
    fn examine(&mut self) -> Result<(), Wrong> {
        if let [node] = &self.nodes[..]
            && node.is_idle(self.now_ms)
        {
            self.check_timers()?;
        }
        self.figures.add("checks", "doctor");
        let findings = runtime::doctor::examine(self.wire.memory());
        let findings = findings.map_err(|error| Wrong(error.to_string()))?;
        let words = || findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        ensure(findings.is_empty(), || format!("the doctor finds nothing, not\n{}", words()))
    }
}
