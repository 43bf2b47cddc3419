//! Drives a process through a random life on a [`World`] and then to its end.
//!
//! Not a simulation of nodes and faults (`sim`): here only the order of things is random.

use crate::coverage::Coverage;
use crate::dice::Dice;
use crate::random::{BELL, CALL, ERRORS, GONG, JOB_TYPES, KEYS, MESSAGES};
use crate::world::{TENANT, World};
use engine::command::{BpmnSignalCommand, Command, InstanceCommand, JobResult, MailboxCommand};
use engine::event::{JobKind, Slot, Variables};
use engine::key::Key;
use engine::state::instance::Instance;
use engine::state::mailbox::Shape;
use engine::state::{Kind, named_key};
use std::sync::Arc;

/// Random actions of a life, at most.
const ACTIONS: usize = 120;
/// Rounds of serving everybody before a life is taken to have no end.
const ROUNDS: usize = 2_000;

/// What a life came to.
#[derive(Debug, Clone)]
pub struct Life {
    /// Over everything recorded, byte for byte.
    pub hash: u64,
    /// Instances that began, all of which ended.
    pub instances: usize,
    /// States that were as an interpreter written apart from the engine says.
    pub compared: usize,
    /// In how many of them variables depended on which of two tokens moved first.
    pub raced: usize,
    /// How many states it left out.
    pub missed: usize,
    /// Which phases of which elements were seen.
    pub coverage: Coverage,
}

/// Drives a process, in short notation and with the id `random`, through the life of a seed.
///
/// # Panics
/// When the process cannot be deployed, an invariant is broken, or an instance does not end.
#[must_use]
pub fn drive(process: &str, seed: u64) -> Life {
    let mut world = World::new(seed).with_oracle();
    world.shape_mailboxes(Shape::SMALL);
    let deployed = world.deploy_short(process);
    deployed.unwrap_or_else(|why| panic!("a random process is valid: {why}\n{process}"));
    let mut driver = Driver { world, dice: Dice::new(seed ^ 0x5eed), started: 0 };
    for _ in 0..ACTIONS {
        driver.act();
        for _ in 0..driver.dice.below(4) {
            let choice = driver.dice.below(8);
            driver.world.carry_one_of(choice);
        }
    }
    driver.finish();
    let world = driver.world;
    let (hash, instances) = (world.hash(), world.started().len());
    let (compared, raced, missed) = world.compared();
    Life { hash, instances, compared, raced, missed, coverage: world.coverage().clone() }
}

struct Driver {
    world: World,
    dice: Dice,
    /// Instances begun by hand.
    started: usize,
}

impl Driver {
    /// One legal action of somebody outside. What is refused changes nothing.
    fn act(&mut self) {
        match self.dice.weighted(&[4, 12, 4, 6, 8, 5, 3, 1, 1, 3]) {
            0 => self.start(),
            1 => self.work(),
            2 => self.do_task(),
            3 => self.publish(),
            4 => {
                self.world.fire_next();
            }
            5 => self.repair(),
            6 => self.set_variables(),
            7 => self.cancel(),
            9 => {
                let name = if self.dice.chance(50) { CALL } else { GONG };
                self.broadcast(name);
            }
            _ => {
                let later = self.world.now_ms() + self.dice.between(0, 300_000);
                if self.world.next_timer().is_none_or(|(due_ms, _, _)| due_ms > later) {
                    self.world.set_clock(later);
                }
            }
        }
        self.world.take_log();
    }

    fn start(&mut self) {
        if self.started < 6 {
            self.started += 1;
            let variables = self.variables(70);
            let started = self.world.post_start("random", variables, None);
            started.unwrap_or_else(|why| panic!("a random process has a none start event: {why}"));
        }
    }

    /// Variables a process reads, each with this chance.
    fn variables(&mut self, percent: u32) -> Variables {
        let mut variables = Variables::new();
        let key = KEYS[self.dice.below(KEYS.len())];
        let values = [
            ("fixed", self.dice.chance(70).to_string()),
            ("go", self.dice.chance(50).to_string()),
            ("key", format!("\"{key}\"")),
            ("n", self.dice.below(5).to_string()),
        ];
        for (name, value) in values {
            if self.dice.chance(percent) {
                variables.push((name.into(), value.into()));
            }
        }
        variables
    }

    fn ask(&mut self, instance: Key, command: InstanceCommand) {
        // Refusals are answers; that they change nothing is checked by the machine.
        let _ = self.world.post(instance, &Command::Instance(command));
    }

    fn work(&mut self) {
        let job_type = JOB_TYPES[self.dice.below(JOB_TYPES.len())];
        let Some(job) = self.world.available_job(job_type, None) else { return };
        let row = self.world.activate(job, "worker").expect("an available job has its row");
        let (slot, by, mut variables) = (row.slot, row.by, self.variables(20));
        let mut result = None;
        if self.hears_a_task(row.instance, slot) {
            variables.clear();
            let denied = self.dice.chance(30);
            result = Some(Box::new(JobResult { denied, ..JobResult::default() }));
        }
        let command = match self.dice.weighted(&[6, 2, 2]) {
            0 => InstanceCommand::CompleteJob { slot, job, variables, by, result },
            1 => InstanceCommand::FailJob {
                slot,
                job,
                retries: row.retries - 1,
                back_off_ms: self.dice.between(0, 1) * 60_000,
                message: "".into(),
                variables,
                by,
            },
            _ => {
                let code: Arc<str> = ERRORS[self.dice.below(ERRORS.len())].into();
                let message = "".into();
                InstanceCommand::ThrowJobError { slot, job, code, message, variables, by }
            }
        };
        self.ask(row.instance, command);
    }

    /// Whether the job in a slot is that of a task listener.
    fn hears_a_task(&self, instance: Key, slot: Slot) -> bool {
        let state = self.world.instance(instance);
        let held = state.and_then(|state| state.element(slot));
        let job = held.and_then(|held| held.job.as_ref());
        job.is_some_and(|job| job.kind == JobKind::TaskListener)
    }

    fn open(&self) -> Vec<(Key, &Instance)> {
        let keys = self.world.started().iter();
        let states = keys.filter_map(|key| Some((*key, self.world.instance(*key)?)));
        states.filter(|(_, state)| !state.has_ended()).collect()
    }

    fn do_task(&mut self) {
        let mut tasks = Vec::new();
        for (instance, state) in self.open() {
            let held = state.elements.values().filter_map(|held| held.user_task.as_ref());
            tasks.extend(held.map(|task| (instance, task.key)));
        }
        let Some((instance, task)) = self.dice.pick(&tasks).copied() else { return };
        let variables = self.variables(10);
        let command = InstanceCommand::CompleteUserTask { task, variables, action: "".into() };
        self.ask(instance, command);
    }

    fn publish(&mut self) {
        let name = MESSAGES.get(self.dice.below(MESSAGES.len() + 1)).unwrap_or(&BELL);
        let key = KEYS[self.dice.below(KEYS.len())];
        let ttl_ms = self.dice.between(0, 1) * self.dice.between(0, 600_000);
        self.publish_to(name, key, ttl_ms);
    }

    fn publish_to(&mut self, name: &str, key: &str, ttl_ms: i64) {
        let mailbox = named_key(Kind::Mailbox, TENANT, &[name, key]);
        let id = self.dice.chance(30).then(|| Arc::from(self.dice.below(9).to_string()));
        let command = MailboxCommand::PublishMessage {
            tenant: TENANT,
            name: name.into(),
            correlation_key: key.into(),
            id,
            ttl_ms,
            variables: self.variables(20),
            must_correlate: self.dice.chance(10),
        };
        let _ = self.world.post(mailbox, &Command::Mailbox(command));
    }

    fn broadcast(&mut self, name: &str) {
        let target = named_key(Kind::BpmnSignal, TENANT, &[name]);
        let (name, variables) = (name.into(), self.variables(20));
        let tenant = TENANT;
        let command = BpmnSignalCommand::BroadcastBpmnSignal { tenant, name, variables };
        let _ = self.world.post(target, &Command::BpmnSignal(command));
    }

    /// Somebody looks at an incident, sets what may be missing, gives retries and tries again.
    fn repair(&mut self) {
        let mut found = Vec::new();
        for (instance, state) in self.open() {
            for (slot, held) in &state.elements {
                let job = held.job.as_ref().map(|job| job.key);
                let incidents = held.incidents.iter();
                let place = (instance, *slot, held.key);
                found.extend(incidents.map(|incident| (place, incident.key, job)));
            }
        }
        let Some((place, incident, job)) = self.dice.pick(&found).copied() else { return };
        let (instance, slot, element) = place;
        let mut variables = self.variables(100);
        variables[0].1 = "true".into();
        self.ask(instance, InstanceCommand::SetVariables { element, variables, local: false });
        // Retries come before, or with it.
        if incident.0.is_multiple_of(2) {
            self.ask(instance, InstanceCommand::RetryIncident { incident, retries: 1 });
            return;
        }
        if let Some(job) = job {
            let (retries, deadline_ms) = (Some(1), None);
            self.ask(instance, InstanceCommand::UpdateJob { slot, job, retries, deadline_ms });
        }
        self.ask(instance, InstanceCommand::ResolveIncident { incident });
    }

    fn set_variables(&mut self) {
        let elements: Vec<(Key, Key)> = self
            .open()
            .into_iter()
            .flat_map(|(instance, state)| {
                state.elements.values().map(move |held| (instance, held.key))
            })
            .collect();
        let Some((instance, element)) = self.dice.pick(&elements).copied() else { return };
        let variables = vec![(
            Arc::from(format!("v{}", self.dice.below(3))),
            Arc::from(self.dice.below(9).to_string()),
        )];
        let local = self.dice.chance(50);
        self.ask(instance, InstanceCommand::SetVariables { element, variables, local });
    }

    fn cancel(&mut self) {
        let open: Vec<Key> = self.open().into_iter().map(|(key, _)| key).collect();
        if let Some(instance) = self.dice.pick(&open).copied() {
            self.ask(instance, InstanceCommand::CancelInstance);
        }
    }

    /// Nothing new begins; everybody is served until every instance has ended.
    fn finish(&mut self) {
        for _ in 0..ROUNDS {
            self.world.settle();
            self.world.take_log();
            let stuck = self.world.stuck();
            assert!(stuck.is_empty(), "nobody can wake {stuck:?}");
            let open: Vec<Key> = self.open().into_iter().map(|(key, _)| key).collect();
            let starts = self.world.definitions().latest(TENANT, "random").is_some()
                && self.world.timers().next().is_some();
            if open.is_empty() && !starts {
                return;
            }
            self.serve();
        }
        panic!("instances come to an end when everybody is served: {:#?}", self.open());
    }

    fn serve(&mut self) {
        for job_type in JOB_TYPES {
            while let Some(job) = self.world.available_job(job_type, None) {
                let row = self.world.activate(job, "worker").expect("an available job has a row");
                let (slot, by, variables) = (row.slot, row.by, Variables::new());
                let command =
                    InstanceCommand::CompleteJob { slot, job, variables, by, result: None };
                self.ask(row.instance, command);
            }
        }
        self.do_task();
        self.repair();
        let mut waiting = Vec::new();
        for (_, state) in self.open() {
            let held = state.elements.values().flat_map(|held| &held.subscriptions);
            waiting.extend(held.map(|it| (it.name.clone(), it.correlation_key.clone())));
        }
        // Ringing the bell only makes more work.
        waiting.retain(|(name, _)| **name != *BELL);
        if let Some((name, key)) = self.dice.pick(&waiting).cloned() {
            self.publish_to(&name, &key, 0);
        }
        let listens = |state: &Instance| {
            state.elements.values().any(|held| held.signals().iter().any(|it| *it.name == *CALL))
        };
        if self.open().into_iter().any(|(_, state)| listens(state)) {
            self.broadcast(CALL);
        }
        self.world.settle();
        self.world.fire_next();
        // Back-offs are over without a timer.
        let later = self.world.now_ms() + 60_000;
        if self.world.next_timer().is_none_or(|(due_ms, _, _)| due_ms > later) {
            self.world.set_clock(later);
        }
    }
}
