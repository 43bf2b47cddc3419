//! Lanes over one memory store, driven by hand: what restarts, late commits and other lanes do.
//!
//! Not here: threads and random orders of things; those are the simulator's.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use engine::command::RejectionKind;
use engine::key::Key;
use runtime::deploy::compile_all;
use runtime::lane::{Answered, Lane, LaneLimits, LaneOptions, Order, Prepared, Reply};
use runtime::project::Projection;
use runtime::request::{
    ActivateJobs, ActivatedJob, Answer, Caller, DefinitionRef, Refusal, Request, Resource,
};
use std::sync::Arc;
use store::Store;
use store::memory::Memory;
use tokio::sync::oneshot;

const NOW_MS: i64 = 1_767_225_600_000;

struct Desk {
    store: Arc<Memory>,
    lane: Lane,
}

impl Desk {
    fn open(store: &Arc<Memory>, node: u16, shared: bool, limits: LaneLimits) -> Desk {
        let zone = jiff::tz::TimeZone::UTC;
        let options = LaneOptions { node, zone, seed: u64::from(node), shared, limits };
        Desk { store: store.clone(), lane: Lane::open(store.clone(), options).unwrap() }
    }

    fn prepare(&mut self, now_ms: i64, orders: Vec<Order>) -> Prepared {
        self.lane.prepare(now_ms, orders).unwrap_or_else(|_| panic!("the batch is prepared"))
    }

    /// Commits a batch; what did not go in is tried again until it does.
    fn commit(&mut self, prepared: Prepared) {
        let committed = self.store.commit(&prepared.batch).unwrap();
        let mut projection = Projection::default();
        let finished = self.lane.finish(prepared, &committed, &mut projection).unwrap();
        if !finished.again.is_empty() {
            let prepared = self.prepare(NOW_MS, finished.again);
            self.commit(prepared);
        }
    }

    fn turn(&mut self, now_ms: i64, orders: Vec<Order>) {
        let prepared = self.prepare(now_ms, orders);
        self.commit(prepared);
    }

    fn ask(&mut self, request: Request) -> Answered {
        let (order, mut answer) = order(request, None);
        self.turn(NOW_MS, vec![order]);
        answer.try_recv().expect("a request is answered after its commit")
    }

    fn deploy(&mut self, short: &str) {
        let content = model::short::to_bpmn(short).unwrap().into_bytes();
        let resources = vec![Resource { name: "p.bpmn".to_owned(), content }];
        self.ask(Request::Deploy { resources }).unwrap();
    }

    fn start(&mut self, variables: &[(&str, &str)]) -> Key {
        match self.ask(create(variables)).unwrap() {
            Answer::InstanceCreated(created) => created.instance,
            other => panic!("expected an instance, found {other:?}"),
        }
    }

    fn activate(&mut self, job_type: &str) -> Vec<ActivatedJob> {
        let (order, mut jobs) = poll(job_type);
        self.turn(NOW_MS, vec![order]);
        jobs.try_recv().unwrap_or_default()
    }
}

fn create(variables: &[(&str, &str)]) -> Request {
    let variables = variables.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect();
    let definition = DefinitionRef::Latest("process".into());
    Request::CreateInstance {
        definition,
        variables,
        business_id: None,
        await_result: false,
        options: Default::default(),
    }
}

fn order(request: Request, key: Option<&str>) -> (Order, oneshot::Receiver<Answered>) {
    let compiled = match &request {
        Request::Deploy { resources } => compile_all(resources.clone()).unwrap(),
        _ => Vec::new(),
    };
    let actor = access::Actor {
        id: "local".into(),
        acting_for: None,
        tenants: [0].into(),
        grants: access::Grants::All,
    };
    let caller = Caller { actor, tenant: 0, request_key: key.map(Into::into) };
    let (sender, answer) = oneshot::channel();
    (Order::Request { caller, request, compiled, reply: Reply::to(sender) }, answer)
}

fn poll(job_type: &str) -> (Order, oneshot::Receiver<Vec<ActivatedJob>>) {
    let wanted = ActivateJobs {
        job_type: job_type.into(),
        worker: "w".into(),
        timeout_ms: 60_000,
        limit: 8,
        fetch: Vec::new(),
        wait_ms: 1_000,
        tenants: vec![0],
    };
    let (sender, jobs) = oneshot::channel();
    (Order::Activate { wanted, reply: Reply::to(sender) }, jobs)
}

fn fail(job: Key, retries: i32) -> Request {
    let (back_off_ms, variables) = (0, vec![("tried".into(), "true".into())]);
    Request::FailJob { job, retries, back_off_ms, message: "no".into(), variables }
}

fn alone() -> Desk {
    Desk::open(&Arc::new(Memory::new()), 0, false, LaneLimits::default())
}

/// Two lanes over one store in which a process is deployed.
fn two(short: &str, limits: &LaneLimits) -> (Desk, Desk) {
    let mut first = alone();
    first.deploy(short);
    let store = first.store;
    (Desk::open(&store, 1, true, limits.clone()), Desk::open(&store, 2, true, limits.clone()))
}

fn open_incident(desk: &Desk, instance: Key) -> Key {
    let load = store::load::Load {
        aggregates: vec![(instance.0, store::load::Pages::All)],
        ..store::load::Load::default()
    };
    let row = desk.store.load(&load).unwrap().aggregates.remove(0).unwrap();
    let state = engine::record::decode_instance(instance, &row.body, &row.pages).unwrap();
    state.elements.values().find_map(|held| held.incidents.first()).unwrap().key
}

#[test]
fn a_job_behind_an_incident_is_handed_out_again_after_a_restart() {
    let mut desk = alone();
    desk.deploy("start -> a:job(a) -> end");
    let instance = desk.start(&[]);
    let job = desk.activate("a")[0].key;
    desk.ask(fail(job, 0)).unwrap();
    desk.ask(Request::UpdateJob { job, retries: Some(1), timeout_ms: None }).unwrap();
    let incident = open_incident(&desk, instance);
    let mut desk = Desk::open(&desk.store, 3, false, LaneLimits::default());
    desk.ask(Request::ResolveIncident { instance, incident }).unwrap();
    assert_eq!(desk.activate("a").len(), 1);
}

#[test]
fn a_worker_sees_no_variables_of_a_batch_that_is_not_committed() {
    let mut desk = alone();
    desk.deploy("start -> a:job(a) -> end");
    let instance = desk.start(&[("x", "1")]);
    let (wish, mut jobs) = poll("a");
    let first = desk.prepare(NOW_MS, vec![wish]);
    let variables = vec![("x".into(), "2".into())];
    let set = Request::SetVariables { instance, element: instance, variables, local: true };
    let second = desk.prepare(NOW_MS, vec![order(set, None).0]);
    desk.commit(first);
    assert_eq!(jobs.try_recv().unwrap()[0].variables, [("x".into(), "1".into())]);
    desk.commit(second);
}

#[test]
fn a_correlation_that_nobody_takes_changes_nothing() {
    let mut desk = alone();
    desk.deploy("begin:message-start(order) -> a:job(a) -> end");
    let correlate = || Request::CorrelateMessage {
        name: "order".into(),
        correlation_key: "k".into(),
        variables: Vec::new(),
    };
    assert!(matches!(desk.ask(correlate()), Ok(Answer::MessageCorrelated { .. })));
    let before = desk.store.events(0, 100).unwrap().len();
    let again = desk.ask(correlate()).unwrap_err();
    assert!(again.to_string().contains("but none did"), "{again}");
    assert_eq!(desk.store.events(0, 100).unwrap().len(), before, "an open instance holds the door");
}

#[test]
fn a_start_repeated_after_the_end_is_answered() {
    let mut desk = alone();
    desk.deploy("start -> end");
    let request = || Request::CreateInstance {
        definition: DefinitionRef::Latest("process".into()),
        variables: Vec::new(),
        business_id: None,
        await_result: true,
        options: Default::default(),
    };
    let (first, mut answer) = order(request(), Some("k"));
    desk.turn(NOW_MS, vec![first]);
    let Ok(Ok(Answer::InstanceEnded(ended))) = answer.try_recv() else { panic!("it has ended") };
    let (again, mut answer) = order(request(), Some("k"));
    desk.turn(NOW_MS, vec![again]);
    let Ok(Ok(Answer::InstanceCreated(created))) = answer.try_recv() else { panic!("an answer") };
    assert_eq!(created, ended.created);
}

#[test]
fn a_timer_that_is_due_while_its_commit_is_under_way_fires_afterwards() {
    let mut desk = alone();
    desk.deploy("start -> wait:timer(PT1S) -> a:job(a) -> end");
    let late = desk.prepare(NOW_MS, vec![order(create(&[]), None).0]);
    let looked = desk.prepare(NOW_MS + 2_000, Vec::new());
    assert!(looked.is_idle(), "its row is not there yet");
    desk.commit(late);
    assert!(desk.lane.wake_ms().is_some_and(|wake_ms| wake_ms <= NOW_MS + 2_000));
    desk.turn(NOW_MS + 2_000, Vec::new());
    assert_eq!(desk.store.all_jobs(0, 9).unwrap().len(), 1);
}

#[test]
fn a_refusal_is_not_given_from_what_a_lane_remembers() {
    let (mut one, mut other) = two("start -> a:user -> b:user -> end", &LaneLimits::default());
    let instance = one.start(&[]);
    let set = |value: &str| Request::SetVariables {
        instance,
        element: instance,
        variables: vec![("x".into(), value.into())],
        local: true,
    };
    other.ask(set("1")).unwrap();
    let first = task(&one, instance);
    let complete = |task| Request::CompleteUserTask {
        instance,
        task,
        variables: Vec::new(),
        action: "done".into(),
    };
    one.ask(complete(first)).unwrap();
    let second = task(&one, instance);
    other.ask(complete(second)).expect("the other lane looks again before it says no");
    let Err(Refusal::Rejected(rejection)) = one.ask(complete(second)) else { panic!("done") };
    assert_eq!(rejection.kind, RejectionKind::NotFound);
}

fn task(desk: &Desk, instance: Key) -> Key {
    let load = store::load::Load {
        aggregates: vec![(instance.0, store::load::Pages::All)],
        ..store::load::Load::default()
    };
    let row = desk.store.load(&load).unwrap().aggregates.remove(0).unwrap();
    let state = engine::record::decode_instance(instance, &row.body, &row.pages).unwrap();
    state.elements.values().find_map(|held| held.user_task.as_ref()).unwrap().key
}

#[test]
fn effects_keep_their_order_whichever_lane_left_them() {
    let limits = LaneLimits { chain_commands: 1, ..LaneLimits::default() };
    let short = "start -> a:job(a) -> end
        a ! paid:message(paid, = key) -> end";
    let (mut one, mut other) = two(short, &limits);
    one.start(&[("key", "\"k\"")]);
    assert_eq!(one.store.pending_effects((0, 0, 0), 9).unwrap().len(), 1, "it is to subscribe");
    other.lane.look_again().unwrap();
    let job = one.store.all_jobs(0, 1).unwrap()[0].key;
    let complete = Request::CompleteJob { job: Key(job), variables: Vec::new(), result: None };
    other.ask(complete).unwrap();
    for _ in 0..3 {
        other.turn(NOW_MS, Vec::new());
        one.turn(NOW_MS, Vec::new());
    }
    assert_eq!(one.store.pending_effects((0, 0, 0), 9).unwrap(), []);
    assert!(one.lane.wake_ms().is_none(), "what the other lane took is forgotten");
    assert_eq!(runtime::doctor::examine(&*one.store).unwrap(), []);
    let rows = one.store.aggregates(0, 9).unwrap();
    assert_eq!(rows.len(), 1, "only the head is left: nothing waits for a message any more");
}

#[test]
fn jobs_are_handed_out_from_pages_that_are_not_in_memory() {
    let limits = LaneLimits { aggregate_bytes: 0, ..LaneLimits::default() };
    let mut desk = Desk::open(&Arc::new(Memory::new()), 0, false, limits);
    desk.deploy("start -> a:job(a) each(= for i in 1..600 return i, item) -> end");
    let instance = desk.start(&[]);
    while desk.lane.wake_ms() == Some(0) {
        desk.turn(NOW_MS, Vec::new());
    }
    let mut items = Vec::new();
    loop {
        let jobs = desk.activate("a");
        if jobs.is_empty() {
            break;
        }
        for job in jobs {
            let item = job.variables.iter().find(|(name, _)| &**name == "item").unwrap();
            items.push(item.1.parse::<u32>().unwrap());
            desk.ask(Request::CompleteJob { job: job.key, variables: Vec::new(), result: None })
                .unwrap();
        }
    }
    items.sort_unstable();
    assert_eq!(items, (1..=600).collect::<Vec<_>>());
    let aggregates = vec![(instance.0, store::load::Pages::Root)];
    let load = store::load::Load { aggregates, ..store::load::Load::default() };
    assert_eq!(desk.store.load(&load).unwrap().aggregates, [None], "the instance has ended");
}

#[test]
fn a_correlation_answers_after_its_chain_however_full_the_batch_is() {
    let limits = LaneLimits { batch_events: 1, ..LaneLimits::default() };
    let mut desk = Desk::open(&Arc::new(Memory::new()), 0, false, limits);
    desk.deploy("ordered:message-start(order) -> a:job(a) -> end");
    let (name, correlation_key, variables) = ("order".into(), "k".into(), Vec::new());
    let answer = desk.ask(Request::CorrelateMessage { name, correlation_key, variables });
    assert!(matches!(answer, Ok(Answer::MessageCorrelated { .. })), "{answer:?}");
}

#[test]
fn due_timers_wait_while_they_are_held_and_come_a_few_at_a_time_beside_other_work() {
    let mut desk = alone();
    desk.deploy("start -> nap:timer(PT1S) -> end");
    let (many, later_ms) = (250, NOW_MS + 5_000);
    for _ in 0..many {
        desk.start(&[]);
    }
    let left = |desk: &Desk| desk.store.all_timers(0, 1_000).unwrap().len();
    desk.lane.hold_unasked(true);
    assert!(desk.lane.holds_unasked(later_ms) && desk.lane.wake_ms().is_none());
    desk.turn(later_ms, Vec::new());
    assert_eq!(left(&desk), many);
    desk.lane.hold_unasked(false);
    assert!(desk.lane.wake_ms().is_some_and(|wake_ms| wake_ms <= later_ms));
    desk.turn(later_ms, vec![order(create(&[]), None).0]);
    assert_eq!(left(&desk), many + 1 - 100, "whoever asks does not wait for all of them");
    for _ in 0..20 {
        desk.turn(later_ms, Vec::new());
    }
    assert_eq!(left(&desk), 1, "the last one was started just now");
}

/// Instances alive in the store.
fn alive(desk: &Desk) -> usize {
    let rows = desk.store.aggregates(0, u32::MAX).unwrap();
    rows.iter().filter(|row| row.kind == engine::state::Kind::Instance as u8).count()
}

#[test]
fn a_process_that_calls_itself_twice_leaves_room_in_each_turn_and_ends_with_another_version() {
    let limits = LaneLimits { chain_commands: 8, effects_per_turn: 8, ..LaneLimits::default() };
    let mut desk = Desk::open(&Arc::new(Memory::new()), 0, false, limits);
    desk.deploy("start -> again:call(process) each(= [1, 2]) -> end");
    desk.start(&[]);
    for _ in 0..40 {
        let before = desk.lane.counts().created;
        desk.turn(NOW_MS, Vec::new());
        let begun = desk.lane.counts().created - before;
        assert!(begun <= 8 * 8, "{begun} instances begin in one turn");
    }
    assert!(alive(&desk) > 100, "{} instances", alive(&desk));
    // Calls take the latest version: what is called from now on ends at once.
    desk.deploy("start -> end");
    let mut turns = 0;
    while desk.lane.wake_ms() == Some(0) {
        desk.turn(NOW_MS, Vec::new());
        turns += 1;
        assert!(turns < 10_000, "{} instances do not end", alive(&desk));
    }
    assert_eq!(alive(&desk), 0);
    assert_eq!(runtime::doctor::examine(&*desk.store).unwrap(), []);
}

#[test]
fn a_body_of_thousands_goes_on_in_small_steps_beside_others_and_waits_while_it_is_held() {
    let mut desk = alone();
    desk.deploy("start -> a:job(a) each(= items) -> end");
    let items: Vec<u32> = (0..2_000).collect();
    desk.start(&[("items", &serde_json::to_string(&items).unwrap())]);
    let jobs = |desk: &Desk| desk.store.all_jobs(0, 3_000).unwrap().len();
    let first = jobs(&desk);
    assert!((1..200).contains(&first), "whoever asks waits for {first} jobs");
    desk.lane.hold_unasked(true);
    assert!(desk.lane.holds_unasked(NOW_MS) && desk.lane.wake_ms().is_none());
    desk.start(&[("items", "[1]")]);
    assert_eq!(jobs(&desk), first + 1, "others go on");
    desk.lane.hold_unasked(false);
    assert_eq!(desk.lane.wake_ms(), Some(0));
    desk.turn(NOW_MS, Vec::new());
    assert!((first + 2..first + 200).contains(&jobs(&desk)));
    for _ in 0..40 {
        desk.turn(NOW_MS, Vec::new());
    }
    assert_eq!(jobs(&desk), 2_001, "alone it takes long steps");
}
