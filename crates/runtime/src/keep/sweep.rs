//! The purge: a sweep that erases the history of instances whose time to live is over.
//!
//! Not here: erasing (`store`). It has no list of its own: the view rows of ended instances are
//! the list, and they go last, so that wherever it is cut off it goes on.

use crate::driver;
use crate::limits::{SWEEP_INTERVAL_MS, SWEEP_PAGE, SWEEP_ROWS_PER_STEP};
use crate::node::Shared;
use engine::graph::keep::history_ttl_ms;
use engine::key::Key;
use engine::state::Kind;
use engine::step::work::received_key;
use parking_lot::{Condvar, Mutex};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use store::batch::DefinitionRow;
use store::keep::{Keeping, PurgeOrder};
use store::view::{Cell, Filter, Page, PageStart, Query, Test, View, signals};

/// How far the sweep's thread stands back when the cores are busy.
const NICENESS: i32 = 10;
/// After each step it rests so many times as long as the step took.
const REST_TIMES: u32 = 2;
/// The same while others wait for the lane.
const REST_TIMES_BUSY: u32 = 20;
/// Longest rest between two steps.
const REST_MAX: Duration = Duration::from_secs(2);

/// The sweep's side of a node.
#[derive(Debug, Default)]
pub(crate) struct Sweep {
    /// How long history is kept where nobody says otherwise, milliseconds; none: for ever.
    pub default_ttl_ms: Option<i64>,
    /// How long received events are kept, milliseconds; none: for ever.
    pub signal_ttl_ms: Option<i64>,
    woken: Mutex<bool>,
    bell: Condvar,
    pub instances: AtomicU64,
    pub rows: AtomicU64,
    is_working: AtomicBool,
    /// What the models say, by definition.
    models: Mutex<BTreeMap<Key, Option<i64>>>,
}

/// Who says how long history is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Somebody set it for the process.
    Set,
    /// The model of the latest version.
    Model,
    /// The server's setting.
    Server,
}

/// How long the history of a process is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionOf {
    /// Tenant number.
    pub tenant: u32,
    /// BPMN process id.
    pub process_id: Arc<str>,
    /// Milliseconds after the end; none: for ever.
    pub ttl_ms: Option<i64>,
    /// Who says so.
    pub source: Source,
}

/// What is kept how long, and how far the purge is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Where nobody says otherwise, milliseconds; none: for ever.
    pub default_ttl_ms: Option<i64>,
    /// Received events, milliseconds; none: for ever.
    pub signal_ttl_ms: Option<i64>,
    /// By process, of its latest version.
    pub processes: Vec<RetentionOf>,
    /// Whether the purge is paused.
    pub is_paused: bool,
    /// Whether it works just now.
    pub is_working: bool,
    /// Instances purged since the start.
    pub instances: u64,
    /// History rows erased since the data file was made.
    pub rows: u64,
}

impl Sweep {
    pub(crate) fn new(default_ttl_ms: Option<i64>, signal_ttl_ms: Option<i64>) -> Self {
        Sweep { default_ttl_ms, signal_ttl_ms, ..Sweep::default() }
    }

    /// Begins the next round now.
    pub(crate) fn wake(&self) {
        *self.woken.lock() = true;
        self.bell.notify_all();
    }

    fn rest(&self, at_most: Duration) {
        let until = Instant::now() + at_most;
        let mut woken = self.woken.lock();
        while !*woken && !self.bell.wait_until(&mut woken, until).timed_out() {}
        *woken = false;
    }

    /// How long the history of a definition's instances is kept, and who says so.
    fn ttl(&self, row: &DefinitionRow, keeping: &Keeping) -> (Option<i64>, Source) {
        let set = keeping
            .retentions
            .iter()
            .find(|it| it.tenant == row.tenant && it.process_id == *row.process_id);
        if let Some(set) = set {
            return (set.ttl_ms, Source::Set);
        }
        let mut models = self.models.lock();
        let modelled = *models.entry(Key(row.key)).or_insert_with(|| read_model(row));
        match modelled {
            Some(ttl_ms) => (Some(ttl_ms), Source::Model),
            None => (self.default_ttl_ms, Source::Server),
        }
    }
}

fn read_model(row: &DefinitionRow) -> Option<i64> {
    let document = model::parse(&row.source).ok()?;
    let process = document.processes().find(|process| process.id() == &*row.process_id)?;
    history_ttl_ms(process.node, &mut model::Problems::new())
}

pub(crate) fn status(shared: &Shared) -> Result<Status, store::Error> {
    let (sweep, keeping) = (&shared.sweep, shared.store.keeping()?);
    let mut latest: BTreeMap<(u32, Arc<str>), Arc<DefinitionRow>> = BTreeMap::new();
    for row in shared.definition_rows() {
        let place = (row.tenant, row.process_id.clone());
        let held = latest.entry(place).or_insert_with(|| row.clone());
        if held.version < row.version {
            *held = row;
        }
    }
    let processes = latest.into_iter().map(|((tenant, process_id), row)| {
        let (ttl_ms, source) = sweep.ttl(&row, &keeping);
        RetentionOf { tenant, process_id, ttl_ms, source }
    });
    Ok(Status {
        default_ttl_ms: sweep.default_ttl_ms,
        signal_ttl_ms: sweep.signal_ttl_ms,
        processes: processes.collect(),
        is_paused: keeping.paused,
        is_working: sweep.is_working.load(Ordering::Relaxed),
        instances: sweep.instances.load(Ordering::Relaxed),
        rows: keeping.erased,
    })
}

/// Erases what is over until the node stops.
pub(crate) fn run_sweep(shared: &Arc<Shared>) {
    let thread = rustix::thread::gettid();
    if let Err(error) = rustix::process::setpriority_process(Some(thread), NICENESS) {
        tracing::debug!(%error, "the purge keeps the priority of the others");
    }
    while !shared.is_stopping() {
        shared.sweep.rest(Duration::from_millis(SWEEP_INTERVAL_MS));
        if shared.is_stopping() {
            return;
        }
        let round = Round { shared, kept: BTreeSet::new() };
        let done = round.run();
        shared.sweep.is_working.store(false, Ordering::Relaxed);
        if let Err(error) = done {
            // What decides fails on its own if the disk does; erasing can wait.
            tracing::warn!(%error, "the purge is put off");
        }
    }
}

/// One look at everything.
struct Round<'s> {
    shared: &'s Arc<Shared>,
    /// What could not be erased yet.
    kept: BTreeSet<u64>,
}

impl Round<'_> {
    fn run(mut self) -> Result<(), store::Error> {
        // What has ended since the views were written last counts too.
        driver::write_views(self.shared)?;
        let store = &self.shared.store;
        let sweep = &self.shared.sweep;
        for row in self.shared.definition_rows() {
            let keeping = store.keeping()?;
            if keeping.paused {
                return Ok(());
            }
            let (Some(ttl_ms), _) = sweep.ttl(&row, &keeping) else { continue };
            let before_ms = self.shared.clock.now_ms().saturating_sub(ttl_ms);
            while self.goes_on()? {
                let found = store.ended_instances(row.key, before_ms, SWEEP_PAGE)?;
                let kept = self.kept.len();
                if !self.instances(row.key, before_ms, &found)? || self.kept.len() > kept {
                    break;
                }
            }
        }
        if let Some(ttl_ms) = sweep.signal_ttl_ms {
            self.signals(self.shared.clock.now_ms().saturating_sub(ttl_ms))?;
        }
        if let Some(ttl_ms) = sweep.default_ttl_ms {
            self.others(self.shared.clock.now_ms().saturating_sub(ttl_ms))?;
        }
        while self.goes_on()? {
            let begun = Instant::now();
            if !store.shrink()? {
                break;
            }
            self.breathe(begun);
        }
        Ok(())
    }

    fn goes_on(&self) -> Result<bool, store::Error> {
        Ok(!self.shared.is_stopping() && !self.shared.store.keeping()?.paused)
    }

    /// Erases a page of instances; false: there was nothing to do.
    fn instances(
        &mut self,
        definition: u64,
        before_ms: i64,
        found: &[u64],
    ) -> Result<bool, store::Error> {
        let page: Vec<u64> = found.iter().copied().filter(|key| !self.kept.contains(key)).collect();
        if page.is_empty() {
            return Ok(false);
        }
        self.shared.sweep.is_working.store(true, Ordering::Relaxed);
        let kept = self.erase(definition, before_ms, &page, None)?;
        let gone: Vec<u64> = page.into_iter().filter(|key| !kept.contains(key)).collect();
        for some in gone.chunks(store::limits::PURGE_VIEW_INSTANCES_MAX) {
            let begun = Instant::now();
            self.shared.store.purge_views(some)?;
            self.breathe(begun);
        }
        self.kept.extend(kept);
        self.shared.sweep.instances.fetch_add(gone.len() as u64, Ordering::Relaxed);
        Ok(true)
    }

    /// Erases received events that are older: from then on one that is sent again is new.
    fn signals(&self, before_ms: i64) -> Result<(), store::Error> {
        while self.goes_on()? {
            let found = self.shared.store.query(&older_signals(before_ms))?.rows;
            let (rows, names): (Vec<u64>, Vec<u64>) =
                found.iter().filter_map(|it| name(it)).unzip();
            if rows.is_empty() {
                return Ok(());
            }
            self.shared.sweep.is_working.store(true, Ordering::Relaxed);
            let order = PurgeOrder { forgets: true, ..self.order(0, before_ms, &names, None) };
            let kept = self.carry_out(order)?;
            let gone = |(row, name): (&u64, &u64)| (!kept.contains(name)).then_some(*row);
            let gone: Vec<u64> = rows.iter().zip(&names).filter_map(gone).collect();
            for some in gone.chunks(store::limits::PURGE_VIEW_INSTANCES_MAX) {
                let begun = Instant::now();
                self.shared.store.purge_views(some)?;
                self.breathe(begun);
            }
            if !kept.is_empty() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Erases mailboxes, entries, heads, alerts and cases that are no more.
    fn others(&self, before_ms: i64) -> Result<(), store::Error> {
        while self.goes_on()? {
            let from = self.shared.store.keeping()?.swept;
            let ended = self.shared.store.ended(Kind::Instance as u8, before_ms)?;
            if ended.swept <= from {
                return Ok(());
            }
            let kept = self.erase(0, before_ms, &ended.aggregates, Some(ended.swept))?;
            // Evaluations, alerts and cases are among them, and have rows in views.
            let gone: Vec<u64> =
                ended.aggregates.into_iter().filter(|key| !kept.contains(key)).collect();
            for some in gone.chunks(store::limits::PURGE_VIEW_INSTANCES_MAX) {
                self.shared.store.purge_views(some)?;
            }
        }
        Ok(())
    }

    /// Erases in short steps; tells what stays for now.
    fn erase(
        &self,
        definition: u64,
        before_ms: i64,
        aggregates: &[u64],
        swept: Option<u64>,
    ) -> Result<Vec<u64>, store::Error> {
        self.carry_out(self.order(definition, before_ms, aggregates, swept))
    }

    fn order(
        &self,
        definition: u64,
        before_ms: i64,
        aggregates: &[u64],
        swept: Option<u64>,
    ) -> PurgeOrder {
        PurgeOrder {
            aggregates: aggregates.to_vec(),
            definition,
            before_ms,
            now_ms: self.shared.clock.now_ms(),
            rows_max: SWEEP_ROWS_PER_STEP,
            swept,
            is_told: false,
            salt: [0; 16],
            forgets: false,
        }
    }

    fn carry_out(&self, mut order: PurgeOrder) -> Result<Vec<u64>, store::Error> {
        let mut kept = Vec::new();
        loop {
            let begun = Instant::now();
            order.salt = salt();
            let purged = self.shared.store.purge(&order)?;
            self.shared.sweep.rows.fetch_add(purged.rows, Ordering::Relaxed);
            kept.extend(purged.kept);
            order.aggregates.drain(..purged.done);
            if order.aggregates.is_empty() || self.shared.is_stopping() {
                kept.extend(order.aggregates);
                return Ok(kept);
            }
            self.breathe(begun);
        }
    }

    /// Lets others have the disk: several times as long as the step took it.
    fn breathe(&self, begun: Instant) {
        let (starts, work) = self.shared.inbox.len();
        let times = if starts + work > 0 { REST_TIMES_BUSY } else { REST_TIMES };
        if !self.shared.is_stopping() {
            std::thread::sleep((begun.elapsed() * times).min(REST_MAX));
        }
    }
}

/// Received events older than that, oldest first, of the one tenant there is.
fn older_signals(before_ms: i64) -> Query {
    let test = Test::Lt(Cell::Int(before_ms));
    Query {
        view: View::Signals,
        tenants: vec![0],
        filters: vec![Filter { column: signals::RECEIVED_MS, test }],
        conditions: Vec::new(),
        sort: vec![(signals::KEY, true)],
        page: Page { limit: SWEEP_PAGE, start: PageStart::Offset(0) },
    }
}

/// The key of a received event, and that of the aggregate under its name.
fn name(row: &[Cell]) -> Option<(u64, u64)> {
    let cell = |column: u16| row.get(usize::from(column));
    let (Some(Cell::Int(key)), Some(Cell::Text(source)), Some(Cell::Text(id))) =
        (cell(signals::KEY), cell(signals::SOURCE), cell(signals::ID))
    else {
        return None;
    };
    Some((key.cast_unsigned(), received_key(0, source, id).0))
}

/// Sixteen random bytes.
fn salt() -> [u8; 16] {
    let (one, two) = (crate::clock::random_seed(), crate::clock::random_seed());
    (u128::from(one) << 64 | u128::from(two)).to_be_bytes()
}
