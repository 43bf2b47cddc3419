//! A node: the handle through which everything is asked.
//!
//! Not here: deciding; a lane does that on its own thread.

use crate::batch_operation::{Bell, run_batches};
use crate::clock::{Clock, random_seed};
use crate::deploy::{self, compile_all};
use crate::disk::Gauge;
use crate::driver::{self, Turn};
use crate::identity::{Identities, permit_work, who};
use crate::inbox::Inbox;
use crate::keep::{Backups, Sweep, run_sweep};
use crate::lane::{Counts, Lane, LaneLimits, LaneOptions, Order, Reply, Suspended};
use crate::limits::{CATCH_UP_ROWS, HISTORY_PAGE_MAX, REQUEST_KEY_CHARACTERS_MAX};
use crate::project::Projection;
use crate::request::{ActivateJobs, ActivatedJob, Answer, Caller, Previewed, Refusal, Request};
use crate::stream::Tail;
use engine::definitions::Definitions;
use engine::key::Key;
use engine::record::decode_sections;
use engine::resources::Resources;
use jiff::tz::TimeZone;
use parking_lot::{Mutex, RwLock};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;
use store::Store;
use store::batch::{DefinitionRow, ResourceRow};
use store::load::HistoryRow;
use store::view::{Query, Rows};
use tokio::sync::oneshot;

/// What a node starts with.
#[derive(Debug, Clone)]
pub struct Options {
    /// The zone of times that name none.
    pub zone: TimeZone,
    /// Node number, 0..1024.
    pub node: u16,
    /// The data folder, to watch its free disk; none: nothing is watched.
    pub folder: Option<PathBuf>,
    /// Where backups go that are asked for while it runs; none: there are no such.
    pub backups: Option<PathBuf>,
    /// How long the history of an ended instance is kept where nobody says otherwise,
    /// milliseconds; none: for ever.
    pub history_ttl_ms: Option<i64>,
    /// How long received events are kept, milliseconds; none: as long as history.
    pub signal_ttl_ms: Option<i64>,
    /// The clock it reads.
    pub clock: Clock,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            zone: TimeZone::UTC,
            node: 0,
            folder: None,
            backups: None,
            history_ttl_ms: None,
            signal_ttl_ms: None,
            clock: Clock::Machine,
        }
    }
}

/// Why a node did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A stored definition does not compile any more.
    #[error(
        "Expected definition `{key}` of process `{process_id}` to be executable, but this version \
         of Segue cannot run it. Use the version it was deployed with."
    )]
    Definition {
        /// Definition key.
        key: u64,
        /// BPMN process id.
        process_id: String,
    },
    /// A stored resource cannot be read any more.
    #[error(
        "Expected resource `{key}` (`{name}`) to be readable, but this version of Segue cannot \
         read it. Use the version it was deployed with."
    )]
    Resource {
        /// Its key.
        key: u64,
        /// Its name.
        name: String,
    },
    /// A stored record cannot be read.
    #[error(transparent)]
    Record(#[from] engine::record::codec::Bad),
    /// The operating system gave no thread.
    #[error("Expected to start a thread, but found: {0}")]
    Thread(std::io::Error),
}

/// What callers are told when the inbox is full.
const BUSY: Refusal = Refusal::Busy { retry_after_ms: 100 };

/// A running node. Cheap to clone.
#[derive(Clone)]
pub struct Node {
    shared: Arc<Shared>,
    threads: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

/// What a node's threads share.
pub struct Shared {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) inbox: Inbox,
    pub(crate) projection: Mutex<Projection>,
    pub(crate) projecting: Turn,
    pub(crate) projected: AtomicU64,
    pub(crate) counts: Mutex<Counts>,
    projector: OnceLock<std::thread::Thread>,
    pub(crate) disk: Gauge,
    pub(crate) tail: Tail,
    pub(crate) folder: Option<PathBuf>,
    pub(crate) identities: Identities,
    pub(crate) sweep: Sweep,
    pub(crate) batches: Bell,
    pub(crate) suspended: Suspended,
    pub(crate) backups: Backups,
    /// Held while the audit chain is read back.
    pub(crate) verifying: Mutex<()>,
    pub(crate) definitions: RwLock<BTreeMap<Key, Arc<DefinitionRow>>>,
    pub(crate) resources: RwLock<BTreeMap<Key, Arc<ResourceRow>>>,
    /// Definitions and other resources that are deleted.
    pub(crate) deleted: RwLock<BTreeSet<Key>>,
    pub(crate) known: RwLock<Arc<Resources>>,
    pub(crate) zone: TimeZone,
    failure: Mutex<Option<String>>,
    stopping: AtomicBool,
    started_ms: i64,
    pub(crate) clock: Clock,
}

impl Shared {
    /// The node cannot go on; whoever asks is told so.
    pub(crate) fn fail(&self, reason: String) {
        self.failure.lock().get_or_insert(reason);
        self.stopping.store(true, Ordering::Release);
        self.tail.close();
        // Whoever waits in the inbox is answered by the dropped orders.
        self.inbox.clear();
    }

    /// The calling thread writes the views.
    pub(crate) fn announce_projector(&self) {
        self.projector.get_or_init(std::thread::current);
    }

    /// The views are to be written now.
    pub(crate) fn wake_projector(&self) {
        if let Some(projector) = self.projector.get() {
            projector.unpark();
        }
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }
}

impl Node {
    /// Starts a node over a store: recovers what the views have not seen, then takes orders.
    pub fn start(store: Arc<dyn Store>, options: Options) -> Result<Self, StartError> {
        let seed = random_seed();
        let lane_options = LaneOptions {
            node: options.node,
            zone: options.zone.clone(),
            seed,
            shared: false,
            limits: LaneLimits::default(),
        };
        let lane = Lane::open(store.clone(), lane_options)?;
        catch_up(&*store, lane.definitions())?;
        let (rows, resources) = (lane.definition_rows()?, lane.resource_rows()?);
        let projected = store.projected()?;
        let zone = options.zone;
        let shared = Arc::new(Shared {
            inbox: Inbox::default(),
            projection: Mutex::default(),
            projecting: Turn::default(),
            projected: AtomicU64::new(projected),
            counts: Mutex::default(),
            projector: OnceLock::new(),
            disk: Gauge::default(),
            tail: Tail::open(&*store, projected)?,
            folder: options.folder,
            identities: Identities::open(&*store)?,
            sweep: Sweep::new(
                options.history_ttl_ms,
                options.signal_ttl_ms.or(options.history_ttl_ms),
            ),
            batches: Bell::default(),
            suspended: lane.suspended(),
            backups: Backups { folder: options.backups, ..Backups::default() },
            verifying: Mutex::default(),
            definitions: RwLock::default(),
            resources: RwLock::default(),
            deleted: RwLock::new(store.deletions()?.into_iter().map(Key).collect()),
            known: RwLock::new(Arc::new(lane.definitions().resources.clone())),
            zone,
            failure: Mutex::default(),
            stopping: AtomicBool::new(false),
            started_ms: options.clock.now_ms(),
            clock: options.clock,
            store,
        });
        shared.add_definitions(&rows);
        shared.add_resources(&resources);
        let node = Node { shared: shared.clone(), threads: Arc::default() };
        let lane_shared = shared.clone();
        node.spawn("segue-lane", move || driver::run_lane(lane, &lane_shared))?;
        let sweep_shared = shared.clone();
        let batches_shared = shared.clone();
        node.spawn("segue-views", move || driver::run_projector(&shared))?;
        node.spawn("segue-purge", move || run_sweep(&sweep_shared))?;
        node.spawn("segue-batches", move || run_batches(&batches_shared))?;
        Ok(node)
    }

    fn spawn(&self, name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), StartError> {
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(run);
        self.threads.lock().push(thread.map_err(StartError::Thread)?);
        Ok(())
    }

    /// Takes no more orders, finishes what is there, writes the views, ends the threads.
    pub fn stop(&self) {
        self.shared.inbox.close();
        let mut threads = std::mem::take(&mut *self.threads.lock()).into_iter();
        if let Some(lane) = threads.next() {
            drop(lane.join());
        }
        self.shared.tail.close();
        self.shared.stopping.store(true, Ordering::Release);
        self.shared.sweep.wake();
        self.shared.batches.ring();
        self.shared.wake_projector();
        for thread in threads {
            drop(thread.join());
        }
        let last = driver::write_views(&self.shared);
        if let Err(error) = last.and_then(|()| self.shared.store.anchor(self.shared.clock.now_ms()))
        {
            tracing::error!(%error, "the views are behind; the next start catches up");
        }
    }

    /// Carries out a request: answered after its commit.
    pub async fn submit(&self, caller: Caller, request: Request) -> Result<Answer, Refusal> {
        self.check_caller(&caller)?;
        if let Some(reason) = self.shared.disk.refuses(&request) {
            return Err(Refusal::Unavailable { reason });
        }
        if let Request::DeleteResource { resource } = request {
            self.check_deletion(&caller, resource).await?;
        }
        let (request, compiled) = match request {
            Request::Deploy { resources } => {
                let compiled = tokio::task::spawn_blocking(|| compile_all(resources)).await;
                let compiled =
                    compiled.map_err(|error| Refusal::Internal { reason: error.to_string() })??;
                (Request::Deploy { resources: Vec::new() }, compiled)
            }
            request => (request, Vec::new()),
        };
        let warnings = deploy::warnings(&compiled);
        let (sender, answer) = oneshot::channel();
        let who = who(&caller);
        self.push(Order::Request { caller, request, compiled, reply: Reply::to(sender) })?;
        let answer = answer.await.unwrap_or_else(|_| Err(self.unavailable()));
        let mut answer = self.note_if_forbidden(who, answer).await?;
        if let Answer::Deployed(deployment) = &mut answer {
            deployment.warnings = warnings;
        }
        Ok(answer)
    }

    fn check_caller(&self, caller: &Caller) -> Result<(), Refusal> {
        let key = caller.request_key.as_ref();
        if key.is_some_and(|key| key.chars().count() > REQUEST_KEY_CHARACTERS_MAX) {
            return Err(Refusal::BadQuery {
                reason: format!(
                    "Expected an idempotency key of at most {REQUEST_KEY_CHARACTERS_MAX} \
                     characters."
                ),
            });
        }
        Ok(())
    }

    /// Whether a start would be taken now. Asked before the start is read: what will be refused
    /// shall not cost the others anything.
    pub fn takes_starts(&self) -> Result<(), Refusal> {
        if self.shared.inbox.has_room_for_start() { Ok(()) } else { Err(BUSY) }
    }

    fn push(&self, order: Order) -> Result<(), Refusal> {
        let is_stopping = self.shared.is_stopping() || self.shared.inbox.is_closed();
        if is_stopping {
            Err(self.unavailable())
        } else {
            self.shared.inbox.push(order).or(Err(BUSY))
        }
    }

    fn unavailable(&self) -> Refusal {
        let reason = self.shared.failure.lock().clone();
        Refusal::Unavailable { reason: reason.unwrap_or_else(|| "The node is stopping.".into()) }
    }

    /// Hands out jobs; waits up to `wait_ms` for the first.
    pub async fn activate(
        &self,
        caller: Caller,
        wanted: ActivateJobs,
    ) -> Result<Vec<ActivatedJob>, Refusal> {
        if let Err(refusal) = permit_work(&caller) {
            return self.note_if_forbidden(who(&caller), Err(refusal)).await;
        }
        let wait = Duration::from_millis(wanted.wait_ms.max(1));
        let at_once = wanted.wait_ms == 0;
        let (sender, jobs) = oneshot::channel();
        self.push(Order::Activate { wanted, reply: Reply::to(sender) })?;
        let mut awaited = Awaited { node: self, jobs, is_taken: false };
        // An answer at once still needs its turn in the lane.
        let wait = if at_once { Duration::from_millis(50) } else { wait };
        match tokio::time::timeout(wait, &mut awaited.jobs).await {
            Ok(answer) => {
                awaited.is_taken = true;
                answer.map_err(|_| self.unavailable())
            }
            Err(_) => Ok(awaited.take()),
        }
    }

    /// What a request to an instance would do. Nothing is done.
    pub async fn preview(
        &self,
        caller: Caller,
        instance: Key,
        request: Request,
    ) -> Result<Previewed, Refusal> {
        let (sender, answer) = oneshot::channel();
        let reply = Reply::to(sender);
        let who = who(&caller);
        self.push(Order::Preview { caller, instance, request, reply })?;
        self.note_if_forbidden(who, answer.await.unwrap_or_else(|_| Err(self.unavailable()))).await
    }

    /// Gives back jobs whose client went away before the answer's first byte: (job, attempt).
    pub fn release(&self, jobs: &[(Key, u32)]) {
        self.shared.inbox.push_again(vec![Order::Release(jobs.to_vec())]);
    }

    /// Answers a question; sees everything answered before it.
    pub async fn query(&self, query: Query) -> Result<Rows, Refusal> {
        self.read(move |shared| {
            driver::write_views(shared)?;
            shared.store.query(&query)
        })
        .await
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Shared) -> Result<T, store::Error> + Send + 'static,
    ) -> Result<T, Refusal> {
        let shared = self.shared.clone();
        let read = tokio::task::spawn_blocking(move || read(&shared)).await;
        let read = read.map_err(|error| Refusal::Internal { reason: error.to_string() })?;
        read.map_err(|error| match error {
            store::Error::Query { reason } => Refusal::BadQuery { reason },
            full @ store::Error::Full { .. } => Refusal::Unavailable { reason: full.to_string() },
            other => Refusal::Internal { reason: other.to_string() },
        })
    }

    /// History of one aggregate after a position (decode with `engine::record::decode_sections`).
    pub async fn history(
        &self,
        instance: Key,
        after: u64,
        limit: u32,
    ) -> Result<Vec<HistoryRow>, Refusal> {
        let limit = limit.min(HISTORY_PAGE_MAX);
        self.read(move |shared| shared.store.events_of(instance.0, after, limit)).await
    }

    /// Figures for `/metrics`.
    #[must_use]
    pub fn metrics(&self) -> Vec<Metric> {
        crate::metric::all(&self.shared)
    }

    /// Whether the node can take work: `Err` says why not.
    pub fn ready(&self) -> Result<(), String> {
        match self.shared.failure.lock().clone() {
            Some(reason) => Err(reason),
            None if self.shared.is_stopping() => Err("The node is stopping.".to_owned()),
            None => Ok(()),
        }
    }

    /// Pins the clock at a moment, Unix milliseconds, or lets it run again (`None`).
    ///
    /// # Errors
    /// When the node was not started with a clock that can be set.
    pub fn set_clock(&self, at_ms: Option<i64>) -> Result<(), Refusal> {
        if !self.shared.clock.set(at_ms) {
            return Err(Refusal::Forbidden {
                reason: "Expected a server whose clock may be set, but this one reads the \
                         machine's. Start a server for tests with --test-clock."
                    .to_owned(),
            });
        }
        // What is due by now shall not wait for the lane to look up by itself.
        self.shared.inbox.push_again(vec![Order::Release(Vec::new())]);
        Ok(())
    }

    /// Now, by the node's clock, Unix milliseconds.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.shared.clock.now_ms()
    }

    /// Since when it runs, Unix milliseconds.
    #[must_use]
    pub fn started_ms(&self) -> i64 {
        self.shared.started_ms
    }
}

/// Jobs on their way to a client. Whoever drops this before taking them (the client went away)
/// gives back what had been handed out already.
struct Awaited<'a> {
    node: &'a Node,
    jobs: oneshot::Receiver<Vec<ActivatedJob>>,
    is_taken: bool,
}

impl Awaited<'_> {
    fn take(&mut self) -> Vec<ActivatedJob> {
        self.is_taken = true;
        self.jobs.close();
        self.jobs.try_recv().unwrap_or_default()
    }
}

impl Drop for Awaited<'_> {
    fn drop(&mut self) {
        if !self.is_taken {
            let jobs: Vec<_> = self.take().iter().map(|job| (job.key, job.attempt)).collect();
            if !jobs.is_empty() {
                self.node.release(&jobs);
            }
        }
    }
}

/// Folds history that the views have not seen: what a crash cut off.
fn catch_up(store: &dyn Store, definitions: &Definitions) -> Result<(), StartError> {
    let mut after = store.projected()?;
    loop {
        let rows = store.events(after, CATCH_UP_ROWS)?;
        if rows.len() == CATCH_UP_ROWS as usize {
            tracing::info!(after, "the views are behind; folding history");
        }
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.position;
        let mut projection = Projection::default();
        for row in &rows {
            let sections = decode_sections(Key(row.aggregate), &row.body)?;
            let at = (Key(row.aggregate), row.position);
            projection.fold(definitions, at, row.at_ms, &sections);
            projection.through(row.position);
        }
        let (through, writes) = projection.take();
        store.project(through, &writes)?;
    }
}

pub use crate::metric::Metric;
