//! The driver: the threads that give a lane its orders, commit its batches and write the views.
//!
//! Not here: deciding. The lane is the same machine the simulator runs.

use crate::clock::Clock;
use crate::inbox::{Inbox, Taken};
use crate::lane::{Lane, Order, Prepared, Unprepared};
use crate::limits::{
    ANCHOR_INTERVAL_MS, BATCH_COMMANDS_MAX, DISK_FULL_PAUSE_MS, PROJECTION_CHUNK_ROWS,
    PROJECTION_DELAY_MS, PROJECTION_ROWS_MAX, PROJECTION_ROWS_UNASKED_MAX, STOP_TURNS_MAX,
};
use crate::node::Shared;
use crate::request::Refusal;
use engine::definitions::Definitions;
use engine::key::Key;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;
use store::Store;
use store::batch::{Batch, Committed};
use store::view::ViewWrite;

/// At so many times the rows that hold starts, everything waits for the projector.
const PROJECTION_ROWS_TIMES: usize = 4;
/// How far the projector's thread stands back when the cores are busy.
const PROJECTOR_NICENESS: i32 = 5;
/// Longest sleep of an idle lane.
const IDLE_WAIT: Duration = Duration::from_millis(500);

type Outcome = Result<Committed, store::Error>;

/// Runs a lane until its inbox is closed or the store fails.
pub(crate) fn run_lane(mut lane: Lane, shared: &Arc<Shared>) {
    let (to_committer, batches) = sync_channel::<Batch>(1);
    let (to_lane, outcomes) = sync_channel::<Outcome>(1);
    let committer = {
        let (store, inbox) = (shared.store.clone(), shared.clone());
        std::thread::Builder::new()
            .name("segue-commit".to_owned())
            .spawn(move || commit_batches(&*store, &inbox.inbox, &batches, &to_lane))
    };
    let result = drive(&mut lane, shared, &to_committer, &outcomes);
    drop(to_committer);
    if let Ok(committer) = committer {
        drop(committer.join());
    }
    if let Err(error) = result {
        tracing::error!(%error, "the store failed; the node stops and recovers at restart");
        shared.fail(error.to_string());
    }
}

fn commit_batches(
    store: &dyn Store,
    inbox: &Inbox,
    batches: &Receiver<Batch>,
    to_lane: &SyncSender<Outcome>,
) {
    while let Ok(batch) = batches.recv() {
        let outcome = store.commit(&batch);
        if to_lane.send(outcome).is_err() {
            return;
        }
        inbox.committed();
    }
}

fn drive(
    lane: &mut Lane,
    shared: &Arc<Shared>,
    to_committer: &SyncSender<Batch>,
    outcomes: &Receiver<Outcome>,
) -> Result<(), store::Error> {
    let mut in_flight: Option<Prepared> = None;
    // A batch the store refuses is halved until one order stands alone.
    let mut orders_max = BATCH_COMMANDS_MAX;
    let mut last_turns = 0;
    loop {
        let Taken { orders, committed, closed } =
            shared.inbox.take(patience(lane, &shared.clock), orders_max);
        if committed && let Ok(outcome) = outcomes.try_recv() {
            let sent = in_flight.take().expect("an outcome belongs to a batch on its way");
            finish(lane, shared, sent, outcome, &mut orders_max, &mut None)?;
        }
        let idle = orders.is_empty();
        // Two processes that ask each other for ever would never let a node stop. What is left is
        // in the outbox, for the next start.
        last_turns = if closed && idle { last_turns + 1 } else { 0 };
        hold_unasked(lane, shared);
        let mut next = match last_turns > STOP_TURNS_MAX {
            true => None,
            false => prepare(lane, shared, orders, in_flight.is_some())?,
        };
        if let Some(sent) = in_flight.take_if(|_| next.is_some() || closed && idle) {
            let outcome = receive(outcomes)?;
            finish(lane, shared, sent, outcome, &mut orders_max, &mut next)?;
        }
        match next {
            None if closed && idle && shared.inbox.is_empty() => return Ok(()),
            None => {}
            Some(prepared) if !prepared.writes() => {
                let nothing = Ok(Committed::default());
                finish(lane, shared, prepared, nothing, &mut orders_max, &mut None)?;
            }
            // Nobody else waits: committing here saves two hops between threads.
            Some(prepared) if shared.inbox.is_empty() => {
                let outcome = shared.store.commit(&prepared.batch);
                finish(lane, shared, prepared, outcome, &mut orders_max, &mut None)?;
            }
            Some(prepared) => {
                send(to_committer, &prepared);
                in_flight = Some(prepared);
            }
        }
    }
}

/// Due timers and big instances that go on wait while the views are behind: a herd of them must not
/// hold up starts.
fn hold_unasked(lane: &mut Lane, shared: &Shared) {
    lane.hold_unasked(shared.projection.lock().len() > PROJECTION_ROWS_UNASKED_MAX);
    if lane.holds_unasked(shared.clock.now_ms()) {
        shared.wake_projector();
    }
}

/// How long the lane may sleep when nothing arrives.
fn patience(lane: &Lane, clock: &Clock) -> Duration {
    let Some(wake_ms) = lane.wake_ms() else { return IDLE_WAIT };
    let ms = u64::try_from(wake_ms.saturating_sub(clock.now_ms())).unwrap_or(0);
    Duration::from_millis(ms).min(IDLE_WAIT)
}

fn send(to_committer: &SyncSender<Batch>, prepared: &Prepared) {
    let sent = to_committer.send(prepared.batch.clone());
    sent.expect("the committer lives as long as the lane");
}

fn receive(outcomes: &Receiver<Outcome>) -> Result<Outcome, store::Error> {
    outcomes.recv().map_err(|_| store::Error::Io {
        action: "commit a batch",
        reason: "the committing thread ended".to_owned(),
    })
}

fn prepare(
    lane: &mut Lane,
    shared: &Arc<Shared>,
    mut orders: Vec<Order>,
    busy: bool,
) -> Result<Option<Prepared>, store::Error> {
    if orders.is_empty() && lane.wake_ms().is_none_or(|wake| wake > shared.clock.now_ms()) {
        return Ok(None);
    }
    loop {
        match lane.prepare(shared.clock.now_ms(), orders) {
            Ok(prepared) if prepared.is_idle() => return Ok(None),
            Ok(mut prepared) => {
                shared.inbox.push_again(prepared.take_rest());
                return Ok(Some(prepared));
            }
            Err(Unprepared { orders, error: Some(error @ store::Error::Full { .. }) }) => {
                wait_for_room(shared, orders, &error);
                return Ok(None);
            }
            Err(Unprepared { error: Some(error), .. }) => return Err(error),
            // An aggregate broke: while a commit is on its way its rows cannot be read again.
            Err(Unprepared { orders: again, error: None }) if busy => {
                shared.inbox.push_again(again);
                return Ok(None);
            }
            Err(Unprepared { orders: again, error: None }) => orders = again,
        }
    }
}

/// Settles a batch. Unless all of it went in, what was stepped on it is stepped again, after it.
fn finish(
    lane: &mut Lane,
    shared: &Arc<Shared>,
    mut prepared: Prepared,
    outcome: Outcome,
    orders_max: &mut usize,
    next: &mut Option<Prepared>,
) -> Result<(), store::Error> {
    let whole = matches!(&outcome, Ok(done) if done.accepted.iter().all(|accepted| *accepted));
    if !whole && let Some(next) = next.take() {
        shared.inbox.push_again(lane.abandon(next));
    }
    let committed = match outcome {
        Ok(committed) => committed,
        Err(error @ store::Error::Full { .. }) => {
            wait_for_room(shared, lane.abandon(prepared), &error);
            return Ok(());
        }
        Err(error @ store::Error::Refused { .. }) => {
            *orders_max = refuse(lane, shared, prepared, &error);
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    *orders_max = (*orders_max * 2).min(BATCH_COMMANDS_MAX);
    let rows = prepared.batch.components.iter().zip(&committed.accepted);
    let mut known: Option<Definitions> = None;
    for (row, _) in rows.filter(|(_, accepted)| **accepted) {
        shared.add_definitions(&row.definitions);
        shared.add_resources(&row.resources);
        shared.delete(&row.deletions);
        if !row.resources.is_empty() || !row.deletions.is_empty() {
            let known = known.get_or_insert_with(|| lane.definitions().clone());
            // What cannot be read is told when the lane takes it in.
            drop(crate::deploy::add_resources(known, &row.resources));
            row.deletions.iter().for_each(|key| known.delete(Key(*key)));
        }
    }
    if let Some(known) = known {
        // Before anybody is answered: who deployed something sees it.
        shared.know(&known.resources);
    }
    shared.tail.publish(&mut prepared.batch, &committed);
    let finished = {
        let mut projection = shared.projection.lock();
        lane.finish(prepared, &committed, &mut projection)?
    };
    if !finished.unwanted.is_empty() {
        shared.inbox.push_again(vec![Order::Release(finished.unwanted)]);
    }
    if !finished.again.is_empty() {
        shared.inbox.push_again(finished.again);
    }
    *shared.counts.lock() = lane.counts();
    let rows = shared.projection.lock().len();
    if rows > PROJECTION_ROWS_MAX {
        // Starts wait until the views have caught up; what is under way goes on.
        shared.inbox.hold_starts();
        shared.wake_projector();
    }
    if rows > PROJECTION_ROWS_MAX * PROJECTION_ROWS_TIMES {
        return unless_full(shared, write_views(shared));
    }
    Ok(())
}

/// The disk is full: who asked is told so, what comes from inside waits for room.
fn wait_for_room(shared: &Shared, orders: Vec<Order>, error: &store::Error) {
    shared.disk.fill_up(shared.folder.as_deref());
    let mut inside = Vec::new();
    for order in orders {
        match order {
            Order::Request { reply, .. } => {
                let refusal = Refusal::Unavailable { reason: error.to_string() };
                // Who does not wait any more needs no answer.
                drop(reply.send(Err(refusal)));
            }
            order => inside.push(order),
        }
    }
    shared.inbox.push_again(inside);
    std::thread::sleep(Duration::from_millis(DISK_FULL_PAUSE_MS));
}

/// A full disk stops nobody: what could not be written is kept, and is written later.
fn unless_full(shared: &Shared, done: Result<(), store::Error>) -> Result<(), store::Error> {
    if let Err(store::Error::Full { .. }) = done {
        shared.disk.fill_up(shared.folder.as_deref());
        return Ok(());
    }
    done
}

/// The store refused a batch: its orders are tried again in smaller ones; an order that is
/// refused alone is answered, and its instance stands still. Returns how many to try at once.
fn refuse(
    lane: &mut Lane,
    shared: &Arc<Shared>,
    prepared: Prepared,
    error: &store::Error,
) -> usize {
    let mut orders = lane.abandon(prepared);
    tracing::error!(%error, orders = orders.len(), "the store refused a batch");
    let half = (orders.len() / 2).max(1);
    if orders.len() == 1 {
        let instance = orders.first().and_then(|order| lane.instance_of(order));
        if let (Some(instance), Some(Order::Request { reply, .. })) = (instance, orders.pop()) {
            let message = error.to_string();
            orders.push(Order::Quarantine { instance, message, reply });
        }
    }
    shared.inbox.push_again(orders);
    half
}

/// Writes all waiting view rows.
pub(crate) fn write_views(shared: &Shared) -> Result<(), store::Error> {
    let mut unwritten = shared.projecting.lock();
    if let Some(left) = unwritten.take() {
        write_rows(shared, &left).inspect_err(|_| *unwritten = Some(left))?;
    }
    let taken = shared.projection.lock().take();
    write_rows(shared, &taken).inspect_err(|_| *unwritten = Some(taken))
}

fn write_rows(shared: &Shared, (through, writes): &Unwritten) -> Result<(), store::Error> {
    let through = *through;
    if through <= shared.projected.load(Ordering::Acquire) && writes.is_empty() {
        return Ok(());
    }
    // Rows are absolute, so a crash between two chunks is mended by folding them again: only
    // the last chunk moves the position. What counters add goes in with it, once.
    let rows = writes.partition_point(|write| !matches!(write, ViewWrite::Count(..)));
    let last = rows.saturating_sub(1) / PROJECTION_CHUNK_ROWS * PROJECTION_CHUNK_ROWS;
    for chunk in writes[..last].chunks(PROJECTION_CHUNK_ROWS) {
        shared.store.project(shared.projected.load(Ordering::Acquire), chunk)?;
    }
    shared.store.project(through, &writes[last..])?;
    shared.projected.store(through, Ordering::Release);
    Ok(())
}

/// Writes views and anchors until the node stops.
pub(crate) fn run_projector(shared: &Arc<Shared>) {
    shared.announce_projector();
    let thread = rustix::thread::gettid();
    if let Err(error) = rustix::process::setpriority_process(Some(thread), PROJECTOR_NICENESS) {
        tracing::debug!(%error, "the projector keeps the priority of the others");
    }
    let mut anchored_ms = 0;
    while !shared.is_stopping() {
        std::thread::park_timeout(Duration::from_millis(PROJECTION_DELAY_MS));
        let waits = !shared.projection.lock().is_empty() || shared.projecting.lock().is_some();
        let mut result = if waits { unless_full(shared, write_views(shared)) } else { Ok(()) };
        shared.inbox.caught_up(waits);
        let now_ms = shared.clock.now_ms();
        if result.is_ok() && now_ms - anchored_ms >= ANCHOR_INTERVAL_MS as i64 {
            anchored_ms = now_ms;
            if let Some(folder) = &shared.folder {
                shared.disk.measure(folder);
            }
            result = unless_full(shared, shared.store.anchor(now_ms));
        }
        if let Err(error) = result {
            shared.fail(error.to_string());
            return;
        }
    }
}

/// View rows that were taken to be written, and the position they reach.
type Unwritten = (u64, Vec<ViewWrite>);

/// Whoever writes views holds this. Rows that found no room wait inside.
pub(crate) type Turn = Mutex<Option<Unwritten>>;
