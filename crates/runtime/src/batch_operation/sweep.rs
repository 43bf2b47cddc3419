//! The sweep: goes through the items of batch operations, a few at a time, beside everything else.
//!
//! What it holds is looked up and can be looked up again: which batch operations are on their way,
//! and how far they are, is in the store, so that wherever it is cut off it goes on. Not here: what
//! is meant (`select`).

use super::select;
use crate::driver;
use crate::lane::{Aggregate, Answered, Order, Reply};
use crate::limits::{
    BATCH_ITEMS_BESIDE_WORK_MAX, BATCH_ITEMS_PER_TURN_MAX, BATCH_LOOK_INTERVAL_MS,
    BATCH_PAGE_ITEMS, BATCH_TURN_BESIDE_WORK_MS, BATCHES_AT_ONCE, PROJECTION_ROWS_UNASKED_MAX,
};
use crate::node::Shared;
use crate::request::{BatchItem, BatchRequest, Caller, Request};
use access::Grants;
use engine::definitions::Definitions;
use engine::key::Key;
use engine::state::batch_operation::{BatchOperation, BatchPhase};
use parking_lot::{Condvar, Mutex};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::load::{Load, Pages};
use store::view::{Cell, Filter, Page, PageStart, Query, Test, View, batches};
use tokio::sync::oneshot;

/// How far the sweep's thread stands back when the cores are busy.
const NICENESS: i32 = 10;
/// How long a full inbox, a full disk or views that are behind are left alone.
const PAUSE: Duration = Duration::from_millis(50);

/// Wakes the sweep.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    rung: Mutex<bool>,
    bell: Condvar,
}

impl Bell {
    /// There is something to do, or the node stops.
    pub(crate) fn ring(&self) {
        *self.rung.lock() = true;
        self.bell.notify_all();
    }

    fn wait(&self, at_most: Duration) {
        let until = Instant::now() + at_most;
        let mut rung = self.rung.lock();
        while !*rung && !self.bell.wait_until(&mut rung, until).timed_out() {}
        *rung = false;
    }
}

/// Why no items were tried.
enum Stop {
    /// The store failed, or the node stops: later.
    Later,
    /// The batch operation is over, or suspended.
    Over,
}

impl From<store::Error> for Stop {
    fn from(error: store::Error) -> Self {
        tracing::warn!(%error, "a batch operation is put off");
        Stop::Later
    }
}

/// The next items of a batch operation, as the views had them when they were looked up.
#[derive(Default)]
struct Ahead {
    items: VecDeque<BatchItem>,
    is_last: bool,
}

/// Sweeps until the node stops.
pub(crate) fn run_batches(shared: &Arc<Shared>) {
    let thread = rustix::thread::gettid();
    if let Err(error) = rustix::process::setpriority_process(Some(thread), NICENESS) {
        tracing::debug!(%error, "batch operations keep the priority of the others");
    }
    let mut ahead: BTreeMap<Key, Ahead> = BTreeMap::new();
    while !shared.is_stopping() {
        let active = on_their_way(shared).unwrap_or_default();
        ahead.retain(|batch, _| active.contains(batch));
        // A few items each, in turns: a large one does not hold up a small one.
        let mut went_on = false;
        for batch in active {
            if shared.is_stopping() {
                return;
            }
            let held = ahead.entry(batch).or_default();
            let done = sweep_some(shared, batch, held);
            if done.is_err() {
                *held = Ahead::default();
            }
            went_on |= done.is_ok();
        }
        if !went_on {
            shared.batches.wait(Duration::from_millis(BATCH_LOOK_INTERVAL_MS));
            // What was begun or resumed is seen: the views may be behind.
            if let Err(error) = driver::write_views(shared) {
                tracing::warn!(%error, "batch operations are put off");
            }
        }
    }
}

fn on_their_way(shared: &Shared) -> Result<Vec<Key>, Stop> {
    // Instances belong to the tenants of their definitions.
    let tenants: BTreeSet<u32> = shared.definitions.read().values().map(|row| row.tenant).collect();
    let found = shared.store.query(&Query {
        view: View::Batches,
        tenants: tenants.into_iter().collect(),
        filters: vec![Filter { column: batches::STATE, test: Test::Eq(Cell::Int(0)) }],
        conditions: Vec::new(),
        sort: vec![(batches::KEY, true)],
        page: Page { limit: BATCHES_AT_ONCE, start: PageStart::Offset(0) },
    })?;
    let key = |row: &Vec<Cell>| match row[batches::KEY as usize] {
        Cell::Int(key) => Some(Key(key.cast_unsigned())),
        _ => None,
    };
    Ok(found.rows.iter().filter_map(key).collect())
}

/// Tries the next items of a batch operation.
fn sweep_some(shared: &Arc<Shared>, batch: Key, ahead: &mut Ahead) -> Result<(), Stop> {
    let state = load(shared, batch)?.ok_or(Stop::Over)?;
    if state.phase != BatchPhase::Active {
        return Err(Stop::Over);
    }
    let_views_catch_up(shared)?;
    // What was tried before is done; the lane may have taken fewer than it was given.
    while ahead.items.front().is_some_and(|item| item.cursor <= state.cursor) {
        ahead.items.pop_front();
    }
    if ahead.items.is_empty() && !ahead.is_last {
        driver::write_views(shared)?;
        let begun = &state.begun;
        let (operation, selection) = (&begun.operation, &begun.selection);
        let found = select::page(
            shared,
            begun.tenant,
            operation,
            selection,
            state.cursor,
            BATCH_PAGE_ITEMS,
        )?;
        *ahead = Ahead { items: found.items.into(), is_last: found.is_last };
    }
    let begun = Instant::now();
    let is_busy = || {
        let (starts, work) = shared.inbox.len();
        starts + work > 0
    };
    let was_busy = is_busy();
    let items = next(&ahead.items, was_busy);
    let is_last = ahead.is_last && items.len() == ahead.items.len();
    let request = BatchRequest::TryItems { batch, from: state.cursor, items, is_last };
    let answer = ask(shared, &caller_of(&state), &Request::Batch(request))?;
    match answer.blocking_recv() {
        Ok(Ok(_)) => {}
        Ok(Err(refusal)) => {
            // Somebody suspended or cancelled it meanwhile.
            tracing::debug!(%refusal, %batch, "items were not tried");
            return Err(Stop::Over);
        }
        Err(_) => return Err(Stop::Later),
    }
    // While others wait, items take their time.
    let least = Duration::from_millis(BATCH_TURN_BESIDE_WORK_MS);
    let rest = least.checked_sub(begun.elapsed());
    if let Some(rest) = rest.filter(|_| was_busy || is_busy()) {
        std::thread::sleep(rest);
    }
    Ok(())
}

/// Items for one order: all that share a number are together.
fn next(items: &VecDeque<BatchItem>, is_busy: bool) -> Vec<BatchItem> {
    let most = if is_busy { BATCH_ITEMS_BESIDE_WORK_MAX } else { BATCH_ITEMS_PER_TURN_MAX };
    let mut taken: Vec<BatchItem> = Vec::with_capacity(most);
    for item in items {
        let is_full = taken.len() >= most;
        if is_full && taken.last().is_none_or(|last| last.cursor != item.cursor) {
            break;
        }
        taken.push(*item);
    }
    taken
}

/// A batch operation must not outrun the views, as a herd of timers must not.
fn let_views_catch_up(shared: &Shared) -> Result<(), Stop> {
    while shared.projection.lock().len() > PROJECTION_ROWS_UNASKED_MAX {
        if shared.is_stopping() {
            return Err(Stop::Later);
        }
        shared.wake_projector();
        std::thread::sleep(PAUSE);
    }
    Ok(())
}

/// Whoever asked for the batch operation: what is meant was narrowed to what they may change.
fn caller_of(state: &BatchOperation) -> Caller {
    let begun = &state.begun;
    let actor = access::Actor {
        id: begun.actor.clone(),
        acting_for: begun.acting_for.clone(),
        tenants: [begun.tenant].into(),
        grants: Grants::All,
    };
    Caller { actor, tenant: begun.tenant, request_key: None }
}

/// Asks the lane; a full inbox or disk is left alone for a while.
fn ask(
    shared: &Arc<Shared>,
    caller: &Caller,
    request: &Request,
) -> Result<oneshot::Receiver<Answered>, Stop> {
    loop {
        if shared.is_stopping() {
            return Err(Stop::Later);
        }
        let (sender, answer) = oneshot::channel();
        let order = Order::Request {
            caller: caller.clone(),
            request: request.clone(),
            compiled: Vec::new(),
            reply: Reply::to(sender),
        };
        if shared.disk.refuses(request).is_none() && shared.inbox.push(order).is_ok() {
            return Ok(answer);
        }
        std::thread::sleep(PAUSE);
    }
}

/// How far a batch operation is, as committed.
fn load(shared: &Shared, batch: Key) -> Result<Option<BatchOperation>, Stop> {
    let load = Load { aggregates: vec![(batch.0, Pages::Root)], ..Load::default() };
    let row = shared.store.load(&load)?.aggregates.into_iter().next().flatten();
    let Some(row) = row else { return Ok(None) };
    match Aggregate::decode(&row, &Definitions::default()) {
        Ok(Aggregate::BatchOperation(state)) => Ok(Some(*state)),
        Ok(_) => Ok(None),
        Err(bad) => {
            tracing::error!(%batch, %bad, "a batch operation is damaged");
            Ok(None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_with_one_number_are_taken_together() {
        let item = |cursor: u64, item: u64| BatchItem {
            cursor: Key(cursor),
            item: Key(item),
            instance: Key(cursor),
        };
        let mut items: VecDeque<BatchItem> = (0..BATCH_ITEMS_BESIDE_WORK_MAX as u64 - 1)
            .map(|number| item(number + 1, number + 1))
            .collect();
        let last = items.back().expect("there are many").cursor.0 + 1;
        items.extend([item(last, 9_001), item(last, 9_002), item(last + 1, 9_003)]);
        let taken = next(&items, true);
        assert_eq!(taken.len(), BATCH_ITEMS_BESIDE_WORK_MAX + 1);
        assert_eq!(taken.last().map(|item| item.item), Some(Key(9_002)));
    }
}
