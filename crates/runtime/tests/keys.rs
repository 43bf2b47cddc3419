//! Commands by key alone at an instance of very many elements: which bytes they read and write.
//!
//! Not here: jobs, timers and messages, whose commands carry the slot; which pages a step needs
//! (`engine::life::pages`).
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use engine::event::Variables;
use engine::key::Key;
use runtime::deploy::compile_all;
use runtime::lane::{Lane, LaneLimits, LaneOptions, Order, Reply};
use runtime::project::Projection;
use runtime::request::{Answer, Caller, DefinitionRef, Request, Resource};
use std::sync::Arc;
use store::Store;
use store::memory::Memory;
use store::view::{
    Cell, Column, Page, PageStart, Query, View, ViewWrite, elements, incidents, user_tasks,
};
use tokio::sync::oneshot;

const NOW_MS: i64 = 1_767_225_600_000;
/// Commands of each kind.
const COMMANDS: u32 = 12;

/// Half of its elements are user tasks; the other half are jobs that nothing can make, each an
/// incident.
fn process(elements: u32) -> String {
    let half = elements / 2;
    format!(
        "start -> fork:and -> ask:user each(= for i in 1..{half} return i) -> asked:end
         fork -> work:job(= if known then \"work\" else null) each(= for i in 1..{half} return i) -> end"
    )
}

/// A lane that keeps no pages in memory, and how many bytes it reads and writes.
struct Desk {
    store: Arc<Memory>,
    lane: Lane,
    projection: Projection,
    written: usize,
}

impl Desk {
    fn open() -> Desk {
        let store = Arc::new(Memory::new());
        let limits = LaneLimits { aggregate_bytes: 0, ..LaneLimits::default() };
        let zone = jiff::tz::TimeZone::UTC;
        let options = LaneOptions { node: 0, zone, seed: 1, shared: false, limits };
        let lane = Lane::open(store.clone(), options).unwrap();
        Desk { store, lane, projection: Projection::default(), written: 0 }
    }

    fn turn(&mut self, orders: Vec<Order>) {
        let prepared = self.lane.prepare(NOW_MS, orders);
        let prepared = prepared.unwrap_or_else(|_| panic!("the batch is prepared"));
        let writes = prepared.batch.components.iter().flat_map(|component| &component.aggregates);
        let bytes = writes.map(|write| {
            let pages = write.pages.iter().filter_map(|(_, body)| body.as_ref());
            write.body.as_ref().map_or(0, Vec::len) + pages.map(Vec::len).sum::<usize>()
        });
        self.written = bytes.sum();
        let committed = self.store.commit(&prepared.batch).unwrap();
        self.lane.finish(prepared, &committed, &mut self.projection).unwrap();
    }

    fn ask(&mut self, request: Request) -> Answer {
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
        let caller = Caller { actor, tenant: 0, request_key: None };
        let (sender, mut answer) = oneshot::channel();
        self.turn(vec![Order::Request { caller, request, compiled, reply: Reply::to(sender) }]);
        answer.try_recv().expect("a request is answered after its commit").unwrap()
    }

    /// Bytes of aggregates a request made the lane read and write.
    fn bytes_of(&mut self, request: Request) -> u64 {
        let before = self.lane.counts().loaded_bytes;
        self.ask(request);
        self.lane.counts().loaded_bytes - before + self.written as u64
    }

    fn start(&mut self, elements: u32) -> Key {
        let content = model::short::to_bpmn(&process(elements)).unwrap().into_bytes();
        let resources = vec![Resource { name: "p.bpmn".to_owned(), content }];
        self.ask(Request::Deploy { resources });
        let definition = DefinitionRef::Latest("process".into());
        let (variables, business_id) = (vec![("known".into(), "false".into())], None);
        let await_result = false;
        let request = Request::CreateInstance {
            definition,
            variables,
            business_id,
            await_result,
            options: Default::default(),
        };
        let Answer::InstanceCreated(created) = self.ask(request) else { panic!("it is created") };
        // It goes on in continuations until everything in it waits.
        while self.lane.wake_ms() == Some(0) {
            self.turn(Vec::new());
        }
        created.instance
    }

    fn write_views(&mut self) {
        let (through, writes) = self.projection.take();
        self.store.project(through, &writes).unwrap();
    }

    /// Keys of the newest rows of a view.
    fn newest(&self, view: View, column: Column) -> Vec<Key> {
        let page = Page { limit: COMMANDS, start: PageStart::Offset(0) };
        let (tenants, sort) = (vec![0], vec![(column, false)]);
        let (filters, conditions) = (Vec::new(), Vec::new());
        let query = Query { view, tenants, filters, conditions, sort, page };
        let rows = self.store.query(&query).unwrap().rows;
        rows.iter().map(|row| key(&row[usize::from(column)])).collect()
    }

    /// The most bytes a user task, a variable of one element, one of all, and an incident cost.
    fn dearest(&mut self, instance: Key) -> [u64; 4] {
        let variables =
            |value: u32| -> Variables { vec![("seen".into(), value.to_string().into())] };
        let mut most = [0; 4];
        let tasks = self.newest(View::UserTasks, user_tasks::KEY);
        let holders = self.newest(View::Elements, elements::KEY);
        let stopped = self.newest(View::Incidents, incidents::KEY);
        assert_eq!([tasks.len(), holders.len(), stopped.len()], [COMMANDS as usize; 3]);
        for (n, element) in (0..).zip(holders) {
            let (variables, local) = (variables(n), true);
            let request = Request::SetVariables { instance, element, variables, local };
            most[1] = most[1].max(self.bytes_of(request));
        }
        for (n, task) in (0..).zip(tasks) {
            let (variables, action) = (variables(n), "done".into());
            let request = Request::CompleteUserTask { instance, task, variables, action };
            most[0] = most[0].max(self.bytes_of(request));
        }
        let (element, local) = (instance, false);
        let variables = vec![("known".into(), "true".into())];
        most[2] = self.bytes_of(Request::SetVariables { instance, element, variables, local });
        for incident in stopped {
            let request = Request::ResolveIncident { instance, incident };
            most[3] = most[3].max(self.bytes_of(request));
        }
        most
    }
}

fn key(cell: &Cell) -> Key {
    let Cell::Int(key) = cell else { panic!("a key is a number, not {cell:?}") };
    Key(key.cast_unsigned())
}

#[test]
fn commands_by_key_alone_cost_as_much_among_100_000_elements_as_among_2_000() {
    let bytes = |elements| {
        let mut desk = Desk::open();
        let instance = desk.start(elements);
        desk.write_views();
        let most = desk.dearest(instance);
        desk.write_views();
        // The memory store looks through a whole view for each of the doctor's questions.
        if elements < 10_000 {
            assert_eq!(runtime::doctor::examine(&*desk.store).unwrap(), []);
        }
        most
    };
    let (few, many) = (bytes(2_000), bytes(100_000));
    for (few, many) in few.iter().zip(&many) {
        assert!(many <= &(2 * few), "{few:?} and {many:?} bytes");
    }
}

#[test]
fn what_the_views_do_not_show_yet_is_found_by_looking_everywhere() {
    let mut desk = Desk::open();
    let instance = desk.start(2_000);
    // The views were never written: the key comes from what was about to be.
    let (_, writes) = desk.projection.take();
    let task = writes.iter().find_map(|write| match write {
        ViewWrite::Put(View::UserTasks, cells) => Some(key(&cells[usize::from(user_tasks::KEY)])),
        _ => None,
    });
    let (task, variables, action) = (task.unwrap(), Vec::new(), "done".into());
    desk.ask(Request::CompleteUserTask { instance, task, variables, action });
}
