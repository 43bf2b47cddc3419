//! The hub: takes committed rows from the tail once and hands each item to whoever waits for it.
//!
//! Not here: reading history until a reader has caught up (`reader`). A reader that does not take
//! its messages is let go of; neither the lane nor other readers wait for it.

use super::event_id::EventId;
use super::filter::{Filter, Kinds, Post};
use super::item::{Item, Models, items, sections};
use crate::limits::{
    STREAM_CATCH_UPS_AT_ONCE, STREAM_QUEUE_BYTES_MAX, STREAM_QUEUE_MESSAGES_MAX, STREAM_READERS_MAX,
};
use crate::problem::Problem;
use axum::http::StatusCode;
use bytes::Bytes;
use engine::key::Key;
use runtime::node::Node;
use runtime::stream::{Place, TailReader, TailRows};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::load::HistoryRow;
use tokio::sync::{Semaphore, mpsc, watch};

/// All readers of the event stream. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Hub(Arc<Inner>);

struct Inner {
    node: Node,
    models: Models,
    waiting: Mutex<Waiting>,
    catching_up: Arc<Semaphore>,
    connected: Arc<Semaphore>,
    stopping: watch::Receiver<bool>,
}

/// Who waits for items.
#[derive(Default)]
struct Waiting {
    /// Rows up to here are somebody's business already: who joins reads them from the store.
    end: Place,
    /// Items of rows up to here lie in the queues.
    handed_out: Place,
    is_pumping: bool,
    next_number: u64,
    posts: BTreeMap<Post, Vec<Arc<Waiter>>>,
    count: usize,
}

/// A reader's end of a queue.
struct Waiter {
    number: u64,
    filter: Filter,
    messages: mpsc::Sender<Message>,
    bytes: Arc<AtomicUsize>,
    /// It has missed a message and must not get another.
    is_cut: AtomicBool,
}

/// A message and the place behind it.
pub(super) struct Message {
    pub(super) id: EventId,
    pub(super) frame: Bytes,
}

/// A reader that has caught up. When it is dropped, its place is free.
pub(super) struct Joined {
    hub: Hub,
    number: u64,
    post: Post,
    messages: mpsc::Receiver<Message>,
    bytes: Arc<AtomicUsize>,
    /// Rows up to here do not come through the queue.
    pub(super) end: Place,
}

impl Hub {
    pub(crate) fn new(node: Node, stopping: watch::Receiver<bool>) -> Self {
        Hub(Arc::new(Inner {
            node,
            models: Models::default(),
            waiting: Mutex::default(),
            catching_up: Arc::new(Semaphore::new(STREAM_CATCH_UPS_AT_ONCE)),
            connected: Arc::new(Semaphore::new(STREAM_READERS_MAX)),
            stopping,
        }))
    }

    pub(super) fn node(&self) -> &Node {
        &self.0.node
    }

    pub(super) fn models(&self) -> &Models {
        &self.0.models
    }

    pub(super) fn catching_up(&self) -> &Arc<Semaphore> {
        &self.0.catching_up
    }

    /// Resolves when the server stops.
    pub(super) fn stopping(&self) -> watch::Receiver<bool> {
        self.0.stopping.clone()
    }

    /// A reader's slot, held as long as it is connected.
    pub(super) fn slot(&self) -> Result<tokio::sync::OwnedSemaphorePermit, Problem> {
        Arc::clone(&self.0.connected).try_acquire_owned().map_err(|_| {
            Problem::new(
                StatusCode::TOO_MANY_REQUESTS,
                "RESOURCE_EXHAUSTED",
                format!("Expected at most {STREAM_READERS_MAX} readers of events. Come back."),
            )
        })
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on items for this filter are queued, beginning behind `Joined::end`.
    pub(super) fn join(&self, filter: &Filter) -> Joined {
        let (messages, queue) = mpsc::channel(STREAM_QUEUE_MESSAGES_MAX);
        let bytes = Arc::new(AtomicUsize::new(0));
        let post = filter.post();
        let mut waiting = self.waiting();
        if !waiting.is_pumping {
            waiting.is_pumping = true;
            let tail = self.0.node.tail();
            (waiting.end, waiting.handed_out) = (tail.place(), tail.place());
            tokio::spawn(pump(self.clone(), tail));
        }
        let number = waiting.next_number;
        waiting.next_number += 1;
        waiting.count += 1;
        let filter = filter.clone();
        let is_cut = AtomicBool::new(false);
        let waiter = Waiter { number, filter, messages, bytes: bytes.clone(), is_cut };
        waiting.posts.entry(post.clone()).or_default().push(Arc::new(waiter));
        let end = waiting.end;
        Joined { hub: self.clone(), number, post, messages: queue, bytes, end }
    }

    fn leave(&self, post: &Post, number: u64) {
        let mut waiting = self.waiting();
        let Some(waiters) = waiting.posts.get_mut(post) else { return };
        let before = waiters.len();
        waiters.retain(|waiter| waiter.number != number);
        let (left, is_empty) = (before - waiters.len(), waiters.is_empty());
        if is_empty {
            waiting.posts.remove(post);
        }
        waiting.count -= left;
    }

    /// Hands out rows; `false` when nobody is left.
    fn hand_out(&self, rows: &TailRows) -> bool {
        for row in rows.iter() {
            self.hand_out_row(row);
        }
        let mut waiting = self.waiting();
        waiting.handed_out = waiting.end;
        waiting.is_pumping = waiting.count > 0;
        waiting.is_pumping
    }

    fn hand_out_row(&self, row: &HistoryRow) {
        let place = {
            let mut waiting = self.waiting();
            let place = Place::behind(waiting.end.history, row);
            if !waiting.may_want(row) {
                waiting.end = place;
                return;
            }
            place
        };
        let sections = sections(row);
        let items = items(&self.0.node, &self.0.models, row, &sections);
        // Who joins before this lock is let go of is found here; who joins after it reads the
        // row from the store.
        let wanted: Vec<Vec<Arc<Waiter>>> = {
            let mut waiting = self.waiting();
            waiting.end = place;
            items.iter().map(|item| waiting.who_wants(item)).collect()
        };
        for (item, waiters) in items.iter().zip(wanted) {
            let id = item.id(place.history);
            let mut written: Vec<(&Kinds, Option<Bytes>)> = Vec::new();
            for waiter in &waiters {
                let kinds = &waiter.filter.kinds;
                let held = written.iter().position(|(other, _)| *other == kinds);
                let at = held.unwrap_or_else(|| {
                    written.push((kinds, item.frame(place.history, kinds)));
                    written.len() - 1
                });
                let Some(frame) = written[at].1.clone() else { continue };
                if !waiter.take(Message { id, frame }) {
                    self.leave(&waiter.filter.post(), waiter.number);
                }
            }
        }
    }
}

impl Waiting {
    /// Whether anybody could want a row that was not looked into yet.
    fn may_want(&self, row: &HistoryRow) -> bool {
        // Those who wait for single instances come first in the order of posts.
        let others = self.posts.keys().next_back();
        others.is_some_and(|post| !matches!(post, Post::Instance(_)))
            || self.posts.contains_key(&Post::Instance(Key(row.aggregate)))
    }

    fn who_wants(&self, item: &Item<'_>) -> Vec<Arc<Waiter>> {
        let process_id = item.process_id().map(|id| Post::Process(id.into()));
        let posts = [
            Some(Post::Instance(Key(item.row.aggregate))),
            item.section.definition.map(Post::Definition),
            process_id,
            Some(Post::All),
        ];
        let found = posts.iter().flatten().filter_map(|post| self.posts.get(post)).flatten();
        found.filter(|waiter| waiter.filter.wants(item)).cloned().collect()
    }
}

impl Waiter {
    /// Queues a message; `false` when the reader is too slow.
    fn take(&self, message: Message) -> bool {
        let length = message.frame.len();
        // One message of any size is always taken.
        let before = self.bytes.fetch_add(length, Ordering::AcqRel);
        let fits = before == 0 || before + length <= STREAM_QUEUE_BYTES_MAX;
        let is_cut = self.is_cut.load(Ordering::Acquire);
        let taken = !is_cut && fits && self.messages.try_send(message).is_ok();
        self.is_cut.fetch_or(!taken, Ordering::AcqRel);
        taken
    }
}

impl Joined {
    /// The next message; `None` when this reader was too slow and has taken all that was queued.
    pub(super) async fn next(&mut self) -> Option<Message> {
        let message = self.messages.recv().await?;
        Some(self.taken(message))
    }

    /// The next message, if one is queued.
    pub(super) fn next_queued(&mut self) -> Option<Message> {
        let message = self.messages.try_recv().ok()?;
        Some(self.taken(message))
    }

    fn taken(&self, message: Message) -> Message {
        self.bytes.fetch_sub(message.frame.len(), Ordering::AcqRel);
        message
    }

    /// Where the reader stands when it finds nothing queued afterwards.
    pub(super) fn handed_out(&self) -> Place {
        self.hub.waiting().handed_out
    }
}

impl Drop for Joined {
    fn drop(&mut self) {
        self.hub.leave(&self.post, self.number);
    }
}

/// Takes rows from the tail as long as somebody waits for them.
async fn pump(hub: Hub, mut tail: TailReader) {
    let mut stopping = hub.stopping();
    loop {
        let rows = tokio::select! {
            rows = tail.next() => rows,
            _ = stopping.wait_for(|stopping| *stopping) => break,
        };
        let rows = match rows {
            Ok(Some(rows)) => rows,
            Ok(None) => break,
            Err(error) => {
                tracing::error!(%error, "the event stream cannot read the history");
                break;
            }
        };
        let handing = hub.clone();
        match tokio::task::spawn_blocking(move || handing.hand_out(&rows)).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                tracing::error!(%error, "handing out events failed");
                break;
            }
        }
    }
    // Whoever waits is let go of, and comes back.
    let mut waiting = hub.waiting();
    waiting.is_pumping = false;
    waiting.count = 0;
    waiting.posts.clear();
}
