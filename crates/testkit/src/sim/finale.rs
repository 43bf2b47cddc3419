//! The finale: faults are off, and everything must finish.
//!
//! Jobs are worked on, tasks done, incidents resolved, messages sent, time passes. Whatever does
//! not end by this is stuck, and is shown.

use super::chance::wanted;
use super::ledger::{Wrong, ensure};
use super::process::START;
use super::{Sim, node::Node};
use engine::command::BatchCommand;
use engine::event::{ElementIndex, IncidentKind};
use engine::key::Key;
use engine::state::Kind;
use engine::state::instance::{ElementInstance, Instance, Phase};
use runtime::request::{BatchRequest, Request};
use std::collections::BTreeSet;
use std::sync::Arc;
use store::Store;
use store::batch::JobRow;

/// Rounds after which what is still there has no end.
const ROUNDS_MAX: usize = 5_000;
/// Rounds after which nothing new is started: two processes that start each other go on for ever.
const STARTS_ROUNDS_MAX: usize = 100;
/// Rounds in which nothing is committed after which what is still there is stuck.
const QUIET_ROUNDS_MAX: usize = 40;
/// Turns in a row in which no order less waits after which nodes run in circles.
const TURNS_MAX: usize = 3_000;

impl Sim {
    pub(super) fn finale(&mut self) -> Result<(), Wrong> {
        self.calm = true;
        self.wire.calm();
        self.clients.leave_all();
        self.clients.held.clear();
        self.trace.say(|| "faults are off".to_owned());
        while self.wire.is_busy() {
            self.wire.land_any();
        }
        for node in 0..self.nodes.len() {
            let did = self.nodes[node].settle(&self.wire);
            self.took(node, did)?;
        }
        self.drain()?;
        let (mut position, mut quiet) = (0, 0);
        for round in 0..ROUNDS_MAX {
            quiet = if self.ledger.position == position { quiet + 1 } else { 0 };
            position = self.ledger.position;
            if quiet > QUIET_ROUNDS_MAX {
                break;
            }
            let asked = self.work(round < STARTS_ROUNDS_MAX)?;
            self.drain()?;
            if self.is_over()? {
                return self.check_over();
            }
            if !asked || round % 8 == 7 {
                self.wait()?;
            }
        }
        Err(Wrong(format!("expected everything to finish, but this is stuck:\n{}", self.stuck())))
    }

    /// Lets all nodes do all they have to do, and look for what the others left them.
    fn drain(&mut self) -> Result<(), Wrong> {
        loop {
            let before = self.wire.position();
            if self.plan.lanes > 1 {
                for index in 0..self.nodes.len() {
                    self.refresh(index)?;
                }
            }
            self.come_to_rest()?;
            let effects = self.wire.pending_effects((0, 0, 0), 1);
            let effects = effects.map_err(|error| Wrong(error.to_string()))?;
            if self.wire.position() == before && effects.is_empty() {
                return self.check_timers();
            }
        }
    }

    fn come_to_rest(&mut self) -> Result<(), Wrong> {
        // Slow nodes may need a turn for each of thousands of orders: those are no circles.
        let (mut fewest, mut turns) = (usize::MAX, 0);
        while turns < TURNS_MAX {
            turns += 1;
            let mut moved = false;
            for index in 0..self.nodes.len() {
                moved |= self.go_through(index)?;
            }
            let wait = self.nodes.iter().map(|node| node.inbox.len()).sum();
            if wait < fewest {
                (fewest, turns) = (wait, 0);
            }
            if !moved {
                let now_ms = self.now_ms;
                return ensure(self.nodes.iter().all(|node| Node::is_idle(node, now_ms)), || {
                    let waking = self.nodes.iter().map(Node::describe).collect::<Vec<_>>();
                    format!("a node that has something to do does it: {waking:?} at {now_ms}")
                });
            }
        }
        let waking = self.nodes.iter().map(Node::describe).collect::<Vec<_>>();
        Err(Wrong(format!("expected nodes to come to rest, but they run in circles: {waking:?}")))
    }

    /// Does for every live instance what it waits for. `false`: only time can help.
    fn work(&mut self, starts: bool) -> Result<bool, Wrong> {
        let mut requests = Vec::new();
        let mut types: BTreeSet<Arc<str>> = BTreeSet::new();
        for (key, state) in &self.ledger.live {
            wishes(*key, state, starts, &mut requests);
            let jobs = state.elements.values().filter_map(|held| held.job.as_ref());
            types.extend(jobs.map(|job| job.job_type.clone()));
        }
        for batch in self.ledger.batches.keys() {
            let (batch, command) = (*batch, Box::new(BatchCommand::CancelBatch));
            requests.push(Request::Batch(BatchRequest::Tell { batch, command }));
        }
        for job in std::mem::take(&mut self.clients.held) {
            requests.push(Request::CompleteJob {
                job: job.key,
                variables: Vec::new(),
                result: None,
            });
        }
        let asked = !requests.is_empty();
        for request in requests {
            let order = self.clients.ask(request, Vec::new(), false, self.now_ms);
            let index = self.dice.below(self.nodes.len());
            self.nodes[index].inbox.push_back(order);
        }
        for job_type in types {
            let order = self.clients.poll(wanted(&job_type, 1_000, 20));
            let index = self.dice.below(self.nodes.len());
            self.nodes[index].inbox.push_back(order);
        }
        self.drain()?;
        self.check_polls()?;
        self.clients.leave_all();
        Ok(asked || !self.clients.held.is_empty())
    }

    /// The clock of the lane that is furthest behind.
    fn behind_ms(&self) -> i64 {
        self.now_ms - self.plan.lags.iter().max().copied().unwrap_or_default()
    }

    /// Once all is quiet no timer is overdue.
    pub(super) fn check_timers(&self) -> Result<(), Wrong> {
        let due = self.wire.due_timers(self.behind_ms(), (i64::MIN, 0), 1);
        let due = due.map_err(|error| Wrong(error.to_string()))?;
        ensure(due.is_empty(), || {
            let waking = self.nodes.iter().map(Node::describe).collect::<Vec<_>>();
            format!("no timer is overdue: {due:?} at {}, {waking:?}", self.now_ms)
        })
    }

    /// Once all is quiet no worker waits for a job that is there.
    fn check_polls(&self) -> Result<(), Wrong> {
        let waiting = self.clients.waiting();
        let jobs = self.wire.all_jobs(0, 10_000).map_err(|error| Wrong(error.to_string()))?;
        let ready =
            |row: &&JobRow| row.due_ms <= self.behind_ms() && waiting.contains(&row.job_type);
        let found = jobs.iter().find(ready);
        ensure(found.is_none(), || format!("a worker that waits is handed {found:?}"))
    }

    /// Time passes until the next timer, deadline or end of a back-off.
    fn wait(&mut self) -> Result<(), Wrong> {
        let failed = |error: store::Error| Wrong(error.to_string());
        let timer_ms = self.wire.next_timer_ms().map_err(failed)?;
        let jobs = self.wire.all_jobs(0, 10_000).map_err(failed)?;
        let waits = |due_ms: &i64| *due_ms > self.now_ms && *due_ms < i64::MAX;
        let job_ms = jobs.iter().map(|row| row.due_ms).filter(waits).min();
        let next_ms = [timer_ms, job_ms].into_iter().flatten().min();
        self.now_ms = next_ms.unwrap_or(0).max(self.now_ms) + 1_000;
        self.trace.clock(self.now_ms);
        self.drain()
    }

    fn is_over(&self) -> Result<bool, Wrong> {
        let failed = |error: store::Error| Wrong(error.to_string());
        let effects = self.wire.pending_effects((0, 0, 0), 1).map_err(failed)?;
        let timers = self.wire.next_timer_ms().map_err(failed)?;
        let batches = &self.ledger.batches;
        Ok(self.ledger.live.is_empty()
            && batches.is_empty()
            && effects.is_empty()
            && timers.is_none())
    }

    /// Nothing is left but what was deployed.
    fn check_over(&mut self) -> Result<(), Wrong> {
        self.project()?;
        self.examine()?;
        let failed = |error: store::Error| Wrong(error.to_string());
        let jobs = self.wire.all_jobs(0, 1).map_err(failed)?;
        ensure(jobs.is_empty(), || format!("no job is left, not {jobs:?}"))?;
        let aggregates = self.wire.aggregates(0, 1_000).map_err(failed)?;
        let left: Vec<_> = aggregates.iter().filter(|row| !is_deployed(row.kind)).collect();
        ensure(left.is_empty(), || format!("only heads are left, not {left:?}"))?;
        let open = self.clients.asked.iter().filter(|asked| !awaits_listeners(&asked.request));
        let numbers: Vec<u32> = open.map(|asked| asked.number).collect();
        ensure(numbers.is_empty(), || format!("every request is answered, not r{numbers:?}"))
    }

    fn stuck(&self) -> String {
        let live = self.ledger.live.iter().map(|(key, state)| format!("{key}: {state:#?}"));
        let mut told: Vec<String> = live.take(3).collect();
        let effects = self.wire.pending_effects((0, 0, 0), 10).unwrap_or_default();
        told.push(format!("effects: {effects:?}"));
        let timers = self.wire.all_timers(0, 10).unwrap_or_default();
        told.push(format!("timers: {timers:?} at {}", self.now_ms));
        let jobs = self.wire.all_jobs(0, 10).unwrap_or_default();
        told.push(format!("jobs: {jobs:?}"));
        told.join("\n")
    }
}

/// Whether what waits at an element must come for its holder to go on: its own event, or one
/// behind an event-based gateway, which has nothing else to wait for.
fn needs(held: &ElementInstance, element: ElementIndex) -> bool {
    let own = |at: &ElementIndex| *at == held.element;
    let timers = held.timers.iter().map(|timer| timer.element);
    let signals = held.signals().iter().map(|awaited| awaited.element);
    let waits = held.subscriptions.iter().map(|waiting| waiting.element);
    let mut waits = waits.chain(timers).chain(signals);
    // What is called goes on by itself. Ringing at a call activity's boundary meanwhile may begin
    // another call, and so on without end.
    let calls = held.child.is_some();
    let busy = calls || held.job.is_some() || held.user_task.is_some() || held.children > 0;
    own(&element) || !busy && !waits.any(|at| own(&at))
}

/// What would help an instance on, apart from jobs and time.
fn wishes(key: Key, state: &Instance, starts: bool, requests: &mut Vec<Request>) {
    // What was called is cancelled with its outermost caller only.
    let outermost = state.parent.as_ref().map_or(key, |parent| parent.root);
    for held in state.elements.values() {
        if held.phase != Phase::Cancelling {
            ends_of_waits((key, outermost), held, starts, requests);
        }
        for incident in &held.incidents {
            match incident.kind {
                IncidentKind::Deadlock | IncidentKind::Loop => {
                    requests.push(Request::CancelInstance { instance: outermost });
                }
                _ => {
                    if let Some(job) = incident.job {
                        let (retries, timeout_ms) = (Some(1), None);
                        requests.push(Request::UpdateJob { job, retries, timeout_ms });
                    } else {
                        let set =
                            [("go", "true"), ("n", "0"), ("fixed", "true"), ("key", "\"k0\"")];
                        let set = set.map(|(name, value)| (name.into(), value.into()));
                        let variables = Vec::from(set);
                        let local = false;
                        // What an ended call or a worker brought may hide the process's own.
                        let element = held.key;
                        requests.push(Request::SetVariables {
                            instance: key,
                            element,
                            variables,
                            local,
                        });
                    }
                    let incident = incident.key;
                    requests.push(Request::ResolveIncident { instance: key, incident });
                }
            }
        }
    }
}

/// What would end the waits of an element.
fn ends_of_waits(
    (key, outermost): (Key, Key),
    held: &ElementInstance,
    starts: bool,
    requests: &mut Vec<Request>,
) {
    if let Some(task) = &held.user_task {
        requests.push(Request::CompleteUserTask {
            instance: key,
            task: task.key,
            variables: Vec::new(),
            action: "done".into(),
        });
    }
    // Boundary events need no message to let go.
    for waiting in held.subscriptions.iter().filter(|it| needs(held, it.element)) {
        if !starts && &*waiting.name == START {
            requests.push(Request::CancelInstance { instance: outermost });
            continue;
        }
        requests.push(Request::PublishMessage {
            name: waiting.name.clone(),
            correlation_key: waiting.correlation_key.clone(),
            id: None,
            ttl_ms: 0,
            variables: Vec::new(),
        });
    }
    for awaited in held.signals().iter().filter(|it| needs(held, it.element)) {
        let (name, variables) = (awaited.name.clone(), Vec::new());
        requests.push(Request::BroadcastBpmnSignal { name, variables });
    }
}

/// Whoever changes a user task hears what its listeners decide from the lane that took the request
/// in, if that lane is the one that decides: over the API a patience ends the wait otherwise.
fn awaits_listeners(request: &Request) -> bool {
    matches!(
        request,
        Request::AssignUserTask { .. }
            | Request::UpdateUserTask { .. }
            | Request::CompleteUserTask { .. }
            | Request::SetVariables { .. }
            | Request::EditVariables { .. }
    )
}

/// Whether an aggregate is what was deployed, which stays.
fn is_deployed(kind: u8) -> bool {
    [Kind::Head, Kind::Resource].iter().any(|deployed| *deployed as u8 == kind)
}
