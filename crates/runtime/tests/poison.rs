//! Poison: instances that break the engine stand still, cost the others little, and can be
//! repaired or cancelled.
//!
//! Not here: what a broken invariant looks like otherwise; the feature `poison` of the engine
//! panics at elements whose id begins so, unless there is a variable `antidote`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use engine::command::RejectionKind;
use engine::key::Key;
use runtime::node::{Node, Options};
use runtime::request::{
    ActivateJobs, ActivatedJob, Answer, Caller, DefinitionRef, Refusal, Request, Resource,
};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::Store;
use store::memory::Memory;

/// Instances, unless `SEGUE_POISON_INSTANCES` says otherwise; one of a hundred is poisoned.
const INSTANCES: u32 = 2_000;
const POISONED_OF: u32 = 100;
/// Requests under way at once.
const AT_ONCE: usize = 128;

const PROCESS: &str = "process p\nstart -> a:job(a) -> gate:xor\n\
    gate -[= bad]-> poison-task:task -> done:end\ngate -[default]-> done";

struct Clinic {
    node: Node,
    store: Arc<Memory>,
}

fn caller() -> Caller {
    let actor = access::Actor {
        id: "a".into(),
        acting_for: None,
        tenants: [0].into(),
        grants: access::Grants::All,
    };
    Caller { actor, tenant: 0, request_key: None }
}

impl Clinic {
    fn open() -> Clinic {
        let store = Arc::new(Memory::default());
        Clinic { node: Node::start(store.clone(), Options::default()).unwrap(), store }
    }

    async fn ask(&self, request: Request) -> Result<Answer, Refusal> {
        self.node.submit(caller(), request).await
    }

    async fn deploy(&self, short: &str) {
        let content = model::short::to_bpmn(short).unwrap().into_bytes();
        let resources = vec![Resource { name: "p.bpmn".to_owned(), content }];
        self.ask(Request::Deploy { resources }).await.unwrap();
    }

    async fn start(&self, bad: bool) -> Key {
        let request = Request::CreateInstance {
            definition: DefinitionRef::Latest("p".into()),
            variables: vec![("bad".into(), bad.to_string().into())],
            business_id: None,
            await_result: false,
            options: Default::default(),
        };
        match self.ask(request).await.unwrap() {
            Answer::InstanceCreated(created) => created.instance,
            other => panic!("expected an instance, found {other:?}"),
        }
    }

    async fn take(&self, limit: u32, wait_ms: u64) -> Vec<ActivatedJob> {
        let wanted = ActivateJobs {
            job_type: "a".into(),
            worker: "w".into(),
            timeout_ms: 600_000,
            limit,
            fetch: Vec::new(),
            wait_ms,
            tenants: vec![0],
        };
        self.node.activate(caller(), wanted).await.unwrap()
    }

    async fn complete(&self, job: Key) -> Result<Answer, Refusal> {
        self.ask(Request::CompleteJob { job, variables: Vec::new(), result: None }).await
    }

    /// Incidents of quarantine, from the state of the instances: (instance, incident).
    async fn quarantined(&self) -> Vec<(Key, Key)> {
        // Whatever was answered is in the store.
        let definitions = engine::definitions::Definitions::default();
        let rows = self.store.aggregates(0, u32::MAX).unwrap();
        let decoded = rows.iter().filter_map(|row| {
            let held = runtime::lane::Aggregate::decode(row, &definitions).ok()?;
            let incident = held.instance()?.quarantine()?;
            Some((Key(row.key), incident))
        });
        decoded.collect()
    }

    /// Starts instances and completes their jobs, many at once. Returns the jobs whose completion
    /// broke an instance.
    async fn work_off(self: &Arc<Self>, instances: u32, poisoned: bool) -> Vec<Key> {
        let mut starts = tokio::task::JoinSet::new();
        for n in 0..instances {
            let clinic = self.clone();
            let bad = poisoned && n % POISONED_OF == 0;
            starts.spawn(async move { clinic.start(bad).await });
            if starts.len() >= AT_ONCE {
                starts.join_next().await.unwrap().unwrap();
            }
        }
        starts.join_all().await;
        let (mut broken, mut done) = (Vec::new(), tokio::task::JoinSet::new());
        let mut note = |(job, answer): (Key, Result<Answer, Refusal>)| match answer {
            Ok(_) => {}
            Err(Refusal::Internal { .. }) => broken.push(job),
            Err(other) => panic!("{other}"),
        };
        let mut asked = 0;
        while asked < instances {
            for job in self.take(500, 2_000).await {
                asked += 1;
                let clinic = self.clone();
                done.spawn(async move { (job.key, clinic.complete(job.key).await) });
                if done.len() >= AT_ONCE {
                    note(done.join_next().await.unwrap().unwrap());
                }
            }
        }
        done.join_all().await.into_iter().for_each(&mut note);
        broken
    }
}

fn run(test: impl AsyncFnOnce()) {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().unwrap().block_on(test());
}

/// Processor time of this process so far, in ticks; other programs do not count.
fn cpu_ticks() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields).split(' ');
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum()
}

fn instances() -> u32 {
    let said = std::env::var("SEGUE_POISON_INSTANCES").ok();
    said.and_then(|text| text.parse().ok()).unwrap_or(INSTANCES)
}

/// Rounds of both kinds: several only to measure.
fn rounds() -> u32 {
    if instances() > INSTANCES { 4 } else { 1 }
}

#[test]
fn poisoned_instances_stand_still_and_are_repaired_or_cancelled() {
    run(async || {
        let clinic = Arc::new(Clinic::open());
        clinic.deploy(PROCESS).await;
        let (mut broken, mut clean, mut mixed) = (Vec::new(), 0, 0);
        // By turns, so that what else the machine does falls on both.
        for _ in 0..rounds() {
            let began = cpu_ticks();
            let none = clinic.work_off(instances(), false).await;
            assert_eq!(none, []);
            let middle = cpu_ticks();
            broken.extend(clinic.work_off(instances(), true).await);
            clean += middle - began;
            mixed += cpu_ticks() - middle;
            println!("processor time so far: {clean} ticks clean, {mixed} with poison");
        }
        let poisoned = (rounds() * instances() / POISONED_OF) as usize;
        assert_eq!(broken.len(), poisoned);
        let quarantined = clinic.quarantined().await;
        assert_eq!(quarantined.len(), poisoned, "each stands still once");
        // Nobody is offered their jobs, and who still holds one is told why it cannot go on.
        assert!(clinic.take(10, 0).await.is_empty());
        match clinic.complete(broken[0]).await {
            Err(Refusal::Rejected(why)) => {
                assert_eq!(why.kind, RejectionKind::InvalidState);
                assert!(why.message.contains("stands still"), "{}", why.message);
            }
            other => panic!("expected a refusal, found {other:?}"),
        }
        // Some are cancelled, the others get the antidote and try again.
        let (cancel, cure) = quarantined.split_at(poisoned - (poisoned / 2).min(500));
        for (instance, _) in cancel {
            clinic.ask(Request::CancelInstance { instance: *instance }).await.unwrap();
        }
        for (instance, incident) in cure {
            resolve(&clinic, *instance, *incident).await.unwrap();
        }
        // Without the antidote it is the same again.
        let jobs = clinic.take(1_000, 2_000).await;
        assert_eq!(jobs.len(), cure.len(), "what is resolved is offered again");
        assert!(matches!(clinic.complete(jobs[0].key).await, Err(Refusal::Internal { .. })));
        for (instance, incident) in clinic.quarantined().await {
            give_antidote(&clinic, instance).await;
            resolve(&clinic, instance, incident).await.unwrap();
        }
        for (instance, _) in cure {
            give_antidote(&clinic, *instance).await;
        }
        let again: BTreeSet<Key> =
            clinic.take(1_000, 2_000).await.iter().chain(&jobs).map(|job| job.key).collect();
        for job in again {
            clinic.complete(job).await.unwrap();
        }
        clinic.node.stop();
        let instances = clinic.store.aggregates(0, u32::MAX).unwrap();
        let live = instances.iter().filter(|row| row.kind == engine::state::Kind::Instance as u8);
        assert_eq!(live.count(), 0, "all have ended");
        assert_eq!(runtime::doctor::examine(&*clinic.store).unwrap(), []);
    });
}

async fn resolve(clinic: &Clinic, instance: Key, incident: Key) -> Result<Answer, Refusal> {
    clinic.ask(Request::ResolveIncident { instance, incident }).await
}

async fn give_antidote(clinic: &Clinic, instance: Key) {
    let variables = vec![("antidote".into(), "true".into())];
    let request = Request::SetVariables { instance, element: instance, variables, local: false };
    clinic.ask(request).await.unwrap();
}

/// A timer whose firing breaks its instance, again and again if nobody held it.
const TIMED: &str = "process p\nstart -> wait:timer(PT0.05S) -> poison-task:task -> done:end";
/// A message whose arrival breaks its instance.
const TOLD: &str =
    "process p\nstart -> told:receive(told, = \"k\") -> poison-task:task -> done:end";

#[test]
fn a_timer_and_a_message_wait_until_the_instance_goes_on() {
    run(async || {
        for text in [TIMED, TOLD] {
            let clinic = Clinic::open();
            clinic.deploy(text).await;
            let instance = clinic.start(false).await;
            if text == TOLD {
                let publish = Request::PublishMessage {
                    name: "told".into(),
                    correlation_key: "k".into(),
                    ttl_ms: 600_000,
                    id: None,
                    variables: Vec::new(),
                };
                // It is taken in, whatever it does to whom it is for.
                clinic.ask(publish).await.unwrap();
            }
            let since = Instant::now();
            let incident = loop {
                if let [(_, incident)] = clinic.quarantined().await[..] {
                    break incident;
                }
                assert!(since.elapsed() < Duration::from_secs(20), "it does not stand still");
                tokio::time::sleep(Duration::from_millis(10)).await;
            };
            // It does not break again by itself: the history does not grow.
            let before = clinic.store.events(0, u32::MAX).unwrap().len();
            tokio::time::sleep(Duration::from_millis(300)).await;
            assert_eq!(clinic.store.events(0, u32::MAX).unwrap().len(), before);
            assert_eq!(runtime::doctor::examine(&*clinic.store).unwrap(), []);
            give_antidote(&clinic, instance).await;
            resolve(&clinic, instance, incident).await.unwrap();
            while !clinic
                .store
                .aggregates(0, u32::MAX)
                .unwrap()
                .iter()
                .all(|row| row.key != instance.0)
            {
                assert!(since.elapsed() < Duration::from_secs(30), "it does not go on");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            clinic.node.stop();
        }
    });
}
