//! Chance: what happens next while faults are on.
//!
//! Not here: whether it was right (`ledger`, `client`).

use super::ledger::Wrong;
use super::node::Did;
use super::process::{self, ERRORS, JOB_TYPES, KEYS, MESSAGES, SIGNALS};
use super::{REPEAT_MS_MAX, Sim};
use engine::command::BatchCommand;
use engine::event::Variables;
use engine::key::Key;
use engine::state::batch_operation::{Begun, Operation};
use runtime::request::{ActivateJobs, BatchItem, BatchRequest, DefinitionRef, Request};

/// Workers that wait at once.
const POLLS_MAX: usize = 6;

impl Sim {
    /// One thing happens.
    pub(super) fn act(&mut self) -> Result<(), Wrong> {
        let plan = &self.plan;
        let several = if plan.lanes > 1 { 5 } else { 0 };
        let landing = if self.wire.is_busy() { 20 } else { 0 };
        let weights = [34, 25, landing, 10, plan.jumps, plan.crashes, several, 1, 2, 4];
        match self.dice.weighted(&weights) {
            0 => self.ask(),
            1 => self.move_node()?,
            2 => {
                self.wire.land_any();
                self.read()?;
            }
            3 => self.pass(50),
            4 => self.jump(),
            5 => {
                let index = self.dice.below(self.nodes.len());
                self.figures.add("faults", "crash");
                self.crash(index, false)?;
            }
            6 => {
                let index = self.dice.below(self.nodes.len());
                self.refresh(index)?;
            }
            7 => {
                // Views are compared when they are up to date.
                if self.dice.chance(60) {
                    self.project()?;
                }
                self.examine()?;
            }
            8 => self.project()?,
            _ => self.repeat(),
        }
        if self.dice.chance(80) { self.step_node() } else { Ok(()) }
    }

    fn pass(&mut self, most_ms: i64) {
        self.now_ms += self.dice.between(1, most_ms);
        self.trace.clock(self.now_ms);
    }

    fn jump(&mut self) {
        let most_ms = [5_000, 90_000, 3_600_000][self.dice.below(3)];
        if self.jumped_ms + most_ms < REPEAT_MS_MAX {
            let before_ms = self.now_ms;
            self.pass(most_ms);
            self.jumped_ms += self.now_ms - before_ms;
            self.figures.add("faults", "clock jump");
        }
    }

    /// A lane looks for what others have written.
    pub(super) fn refresh(&mut self, index: usize) -> Result<(), Wrong> {
        self.nodes[index].lane.look_again().map_err(|error| Wrong(error.to_string()))
    }

    fn any_node(&mut self) -> usize {
        self.dice.weighted(&self.plan.weights)
    }

    /// One small action of a node.
    fn step_node(&mut self) -> Result<(), Wrong> {
        let index = self.any_node();
        let trouble = self.trouble();
        let node = &mut self.nodes[index];
        let did = match self.dice.below(3) {
            0 => node.turn(&self.wire, self.now_ms),
            1 => node.send(&self.wire, trouble),
            _ => node.settle(&self.wire),
        };
        self.took(index, did).map(drop)
    }

    fn move_node(&mut self) -> Result<(), Wrong> {
        let index = self.any_node();
        self.go_through(index).map(drop)
    }

    /// A node steps, commits and answers without anybody in between.
    pub(super) fn go_through(&mut self, index: usize) -> Result<bool, Wrong> {
        let mut moved = false;
        for stage in 0..4 {
            let trouble = if stage == 1 { self.trouble() } else { None };
            let node = &mut self.nodes[index];
            let did = match stage {
                0 => node.turn(&self.wire, self.now_ms),
                1 => node.send(&self.wire, trouble),
                2 => {
                    node.ticket().inspect(|ticket| self.wire.land_ticket(*ticket));
                    Did::Moved
                }
                _ => node.settle(&self.wire),
            };
            moved |= self.took(index, did)? && stage != 2;
        }
        Ok(moved)
    }

    /// A client asks for something.
    fn ask(&mut self) {
        if self.dice.chance(20) {
            return self.poll();
        }
        if self.dice.chance(self.plan.deployments) {
            return self.deploy_again();
        }
        let Some(request) = self.draw_request() else { return };
        let keyed = self.dice.chance(self.plan.keyed);
        self.figures.add("asked", &super::figures::variant(&request));
        let index = self.dice.below(self.nodes.len());
        let order = self.clients.ask(request, Vec::new(), keyed, self.now_ms);
        self.say_asked(index);
        self.nodes[index].inbox.push_back(order);
        if keyed && self.dice.chance(self.plan.doubled) {
            let index = self.dice.below(self.nodes.len());
            if let Some(order) = self.clients.double() {
                self.figures.add("clients", "sent twice");
                self.say_asked(index);
                self.nodes[index].inbox.push_back(order);
            }
        }
    }

    /// Somebody deploys a process with another body: what runs goes on with its own.
    fn deploy_again(&mut self) {
        let mut others = process::all();
        others.retain(|process| process.id != "spinning");
        let other = others.remove(self.dice.below(others.len()));
        let at = self.dice.below(self.plan.processes.len());
        let next = process::again(&self.plan.processes[at], &other);
        let Ok(compiled) = super::compile(&next) else { return };
        self.figures.add("asked", "Deploy");
        let request = Request::Deploy { resources: Vec::new() };
        let order = self.clients.ask(request, compiled, false, self.now_ms);
        self.say_asked(0);
        self.nodes[0].inbox.push_back(order);
    }

    fn say_asked(&mut self, index: usize) {
        if let Some(asked) = self.clients.asked.last() {
            let keyed = if asked.key.is_some() { "" } else { " without key" };
            self.trace.say(|| format!("n{index} <- r{}{keyed} {:?}", asked.number, asked.request));
        }
    }

    /// A client that got no answer asks again, with the same key.
    fn repeat(&mut self) {
        if self.clients.lost.is_empty() {
            return;
        }
        let at = self.dice.below(self.clients.lost.len());
        let lost = &self.clients.lost[at];
        if lost.key.is_none() || self.now_ms - lost.asked_ms > REPEAT_MS_MAX {
            self.clients.lost.remove(at);
            return;
        }
        self.figures.add("clients", "asked again");
        let order = self.clients.repeat(at);
        let index = self.dice.below(self.nodes.len());
        self.say_asked(index);
        self.nodes[index].inbox.push_back(order);
    }

    /// A worker asks for jobs, or one that waits goes away.
    fn poll(&mut self) {
        let polls = self.clients.polls();
        if polls >= POLLS_MAX || (polls > 0 && self.dice.chance(15)) {
            let at = self.dice.below(polls);
            return self.clients.leave(at);
        }
        let job_type = JOB_TYPES[self.dice.below(JOB_TYPES.len())];
        let timeout_ms = [50, 2_000, 60_000, 600_000][self.dice.below(4)];
        let limit = 1 + self.dice.below(4) as u32;
        let order = self.clients.poll(wanted(job_type, timeout_ms, limit));
        let index = self.dice.below(self.nodes.len());
        self.trace.say(|| format!("n{index} <- poll {job_type} {timeout_ms} ms"));
        self.nodes[index].inbox.push_back(order);
    }

    fn draw_request(&mut self) -> Option<Request> {
        match self.dice.weighted(&[18, 24, 10, 6, 5, 3, 3, 5, 5, 8, 14, 4, 6, 5]) {
            0 => self.draw_create(),
            1 => Some(Request::CompleteJob {
                job: self.take_job()?,
                variables: self.draw_variables(),
                result: None,
            }),
            2 => {
                let (job, retries) = (self.take_job()?, self.dice.below(3) as i32);
                let back_off_ms = [0, 0, 1_000, 30_000][self.dice.below(4)];
                let variables = self.draw_variables();
                Some(Request::FailJob {
                    job,
                    retries,
                    back_off_ms,
                    message: "no".into(),
                    variables,
                })
            }
            3 => {
                let code = ERRORS[self.dice.below(ERRORS.len())].into();
                let (job, message) = (self.take_job()?, "thrown".into());
                let variables = self.draw_variables();
                Some(Request::ThrowJobError { job, code, message, variables })
            }
            4 => {
                let retries = self.dice.chance(70).then(|| 1 + self.dice.below(3) as i32);
                let timeout_ms = (retries.is_none() || self.dice.chance(20)).then_some(5_000);
                Some(Request::UpdateJob { job: self.any_job()?, retries, timeout_ms })
            }
            5 => Some(Request::CancelInstance { instance: self.any_instance()? }),
            6 => self.draw_set(),
            7 => self.draw_resolve(),
            8 => self.draw_task(),
            9 | 10 => self.draw_publish(),
            13 => self.draw_batch(),
            12 => {
                let name = SIGNALS[self.dice.below(SIGNALS.len())].into();
                let variables = self.draw_variables();
                Some(Request::BroadcastBpmnSignal { name, variables })
            }
            _ => {
                let name = MESSAGES[self.dice.below(MESSAGES.len())].into();
                let correlation_key = KEYS[self.dice.below(KEYS.len())].into();
                let variables = self.draw_variables();
                Some(Request::CorrelateMessage { name, correlation_key, variables })
            }
        }
    }

    fn draw_create(&mut self) -> Option<Request> {
        let processes = &self.plan.processes;
        let startable = processes.iter().filter(|process| process.startable);
        let startable: Vec<&str> = startable.map(|process| &*process.id).collect();
        let id = *self.dice.pick(&startable)?;
        let key = KEYS[self.dice.below(KEYS.len())];
        let mut variables: Variables =
            vec![("key".into(), format!("\"{key}\"").into()), ("n".into(), "0".into())];
        for name in ["go", "fixed"] {
            let value = ["true", "false", ""][self.dice.below(3)];
            if !value.is_empty() {
                variables.push((name.into(), value.into()));
            }
        }
        let business_id = self.dice.chance(10).then(|| "b".into());
        Some(Request::CreateInstance {
            definition: DefinitionRef::Latest(id.into()),
            variables,
            business_id,
            await_result: self.plan.lanes == 1 && self.dice.chance(5),
            options: Default::default(),
        })
    }

    fn draw_variables(&mut self) -> Variables {
        match self.dice.below(3) {
            0 => Vec::new(),
            1 => vec![("x".into(), self.dice.below(9).to_string().into())],
            _ => vec![("go".into(), self.dice.chance(50).to_string().into())],
        }
    }

    /// A job a worker has in hand; often it lets go of it.
    fn take_job(&mut self) -> Option<Key> {
        if self.clients.held.is_empty() || self.dice.chance(5) {
            return self.any_job();
        }
        let at = self.dice.below(self.clients.held.len());
        let job = self.clients.held[at].key;
        if self.dice.chance(80) {
            self.clients.held.remove(at);
        }
        Some(job)
    }

    /// Any job that ever was, those that are there now more often.
    fn any_job(&mut self) -> Option<Key> {
        let jobs = &self.ledger.jobs;
        let live: Vec<Key> =
            jobs.iter().filter(|(_, span)| span.ends.is_none()).map(|(key, _)| *key).collect();
        if live.is_empty() || self.dice.chance(15) {
            let at = self.dice.below(jobs.len());
            return jobs.keys().nth(at).copied();
        }
        self.dice.pick(&live).copied()
    }

    fn any_instance(&mut self) -> Option<Key> {
        if self.ledger.live.is_empty() || self.dice.chance(15) {
            let at = self.dice.below(self.ledger.instances.len());
            return self.ledger.instances.keys().nth(at).copied();
        }
        let at = self.dice.below(self.ledger.live.len());
        self.ledger.live.keys().nth(at).copied()
    }

    fn draw_set(&mut self) -> Option<Request> {
        let instance = self.any_instance()?;
        let mut element = instance;
        if let Some(state) = self.ledger.live.get(&instance)
            && self.dice.chance(40)
        {
            let keys: Vec<Key> = state.elements.values().map(|held| held.key).collect();
            element = *self.dice.pick(&keys)?;
        }
        // Setting what is set already does nothing: `mark` is always new.
        let variables = vec![
            ("go".into(), self.dice.chance(70).to_string().into()),
            ("mark".into(), self.dice.below(1 << 40).to_string().into()),
        ];
        let local = self.dice.chance(30);
        Some(Request::SetVariables { instance, element, variables, local })
    }

    /// A batch operation is begun, told something, or some of its items are tried: now and then
    /// from where it is no more.
    fn draw_batch(&mut self) -> Option<Request> {
        let batches: Vec<Key> = self.ledger.batches.keys().copied().collect();
        let Some(batch) = self.dice.pick(&batches).copied().filter(|_| self.dice.chance(80)) else {
            let operation = match self.dice.below(3) {
                0 => Operation::Cancel,
                1 => Operation::ResolveIncidents { retries: 1 },
                _ => Operation::SetVariables { variables: self.draw_variables() },
            };
            let begun = Box::new(Begun { operation, ..Begun::default() });
            return Some(Request::Batch(BatchRequest::Begin { begun }));
        };
        if self.dice.chance(15) {
            let command = match self.dice.below(5) {
                0 => BatchCommand::CancelBatch,
                1 | 2 => BatchCommand::SuspendBatch,
                _ => BatchCommand::ResumeBatch,
            };
            let command = Box::new(command);
            return Some(Request::Batch(BatchRequest::Tell { batch, command }));
        }
        let state = &self.ledger.batches[&batch];
        let (from, resolves) = (state.cursor, state.begun.operation.is_about_incidents());
        let most = 1 + self.dice.below(4);
        let instance = |key: &Key| BatchItem { cursor: *key, item: *key, instance: *key };
        let behind = self.ledger.instances.keys().filter(|key| **key > from).map(instance);
        let items: Vec<BatchItem> = match resolves {
            false => behind.take(most).collect(),
            true => behind.take(most).flat_map(|item| self.open_incidents(item)).collect(),
        };
        let from = if self.dice.chance(5) { Key(0) } else { from };
        let is_last = self.dice.chance(20);
        if items.is_empty() && !is_last {
            return None;
        }
        Some(Request::Batch(BatchRequest::TryItems { batch, from, items, is_last }))
    }

    /// The open incidents of an instance as items.
    fn open_incidents(&self, of: BatchItem) -> Vec<BatchItem> {
        let held = self.ledger.live.get(&of.instance).into_iter();
        let open = held.flat_map(|state| state.elements.values()).flat_map(|held| &held.incidents);
        open.map(|incident| BatchItem { item: incident.key, ..of }).collect()
    }

    fn draw_resolve(&mut self) -> Option<Request> {
        let open = self.ledger.live.iter().flat_map(|(instance, state)| {
            let incidents = state.elements.values().flat_map(|held| &held.incidents);
            incidents.map(|incident| (*instance, incident.key))
        });
        let open: Vec<(Key, Key)> = open.collect();
        let (instance, incident) = *self.dice.pick(&open)?;
        Some(Request::ResolveIncident { instance, incident })
    }

    fn draw_task(&mut self) -> Option<Request> {
        let open = self.ledger.live.iter().flat_map(|(instance, state)| {
            let tasks = state.elements.values().filter_map(|held| held.user_task.as_ref());
            tasks.map(|task| (*instance, task.key))
        });
        let open: Vec<(Key, Key)> = open.collect();
        let (instance, task) = *self.dice.pick(&open)?;
        let variables = self.draw_variables();
        Some(Request::CompleteUserTask { instance, task, variables, action: "done".into() })
    }

    fn draw_publish(&mut self) -> Option<Request> {
        let name = MESSAGES[self.dice.below(MESSAGES.len())].into();
        let correlation_key = KEYS[self.dice.below(KEYS.len())].into();
        let ttl_ms = [0, 0, 500, 60_000, 3_600_000][self.dice.below(5)];
        let id = self.dice.chance(20).then(|| format!("id{}", self.dice.below(3)).into());
        let variables = self.draw_variables();
        Some(Request::PublishMessage { name, correlation_key, id, ttl_ms, variables })
    }
}

/// A worker's wish.
pub(super) fn wanted(job_type: &str, timeout_ms: i64, limit: u32) -> ActivateJobs {
    ActivateJobs {
        job_type: job_type.into(),
        worker: "worker".into(),
        timeout_ms,
        limit,
        fetch: Vec::new(),
        wait_ms: 10_000,
        tenants: vec![0],
    }
}
