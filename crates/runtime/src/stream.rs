//! The tail of the history: committed rows as they come, and the places where readers stand.
//!
//! Not here: how events look, and who wants which. A lane leaves its rows here and never waits;
//! who is too slow for what is kept in memory reads the store.

use crate::limits::{TAIL_BYTES_MAX, TAIL_READ_ROWS};
use crate::node::Node;
use crate::request::Refusal;
use engine::key::Key;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;
use store::Store;
use store::batch::{Batch, Committed, HistoryWrite};
use store::load::HistoryRow;
use tokio::sync::watch;

/// A place in a history: behind a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// The history.
    pub history: u64,
    /// Audit segment of the row; 0 at the beginning.
    pub segment: u64,
    /// Number of the row's commit within the segment.
    pub seq: u64,
    /// Position of the row; 0 at the beginning.
    pub position: u64,
}

impl Place {
    /// The place behind a row.
    #[must_use]
    pub fn behind(history: u64, row: &HistoryRow) -> Self {
        Place { history, segment: row.segment, seq: row.seq, position: row.position }
    }
}

/// What has become of a place somebody remembers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Everything behind it is here.
    Whole,
    /// Rows behind it were deleted; from this position on all are here.
    Purged {
        /// Where one can go on.
        from: u64,
    },
    /// It is of another database.
    Unknown {
        /// The history that is here.
        history: u64,
    },
    /// It is of this history, but of commits that are not here: an older copy was restored.
    Lost {
        /// The last position here.
        last: u64,
    },
}

/// Where the tail ends.
#[derive(Debug, Clone, Copy)]
struct End {
    place: Place,
    is_closed: bool,
}

/// The newest committed rows.
#[derive(Debug)]
pub(crate) struct Tail {
    held: Mutex<Held>,
    end: watch::Sender<End>,
}

#[derive(Debug, Default)]
struct Held {
    commits: VecDeque<Arc<[HistoryRow]>>,
    bytes: usize,
}

impl Tail {
    /// The tail of a store nothing is written to yet by this process.
    pub(crate) fn open(store: &dyn Store, last: u64) -> Result<Self, store::Error> {
        let history = store.origin()?.history;
        let row = match last {
            0 => None,
            _ => store.events(last - 1, 1)?.into_iter().next(),
        };
        let beginning = Place { history, position: last, ..Place::default() };
        let place = row.map_or(beginning, |row| Place::behind(history, &row));
        let end = watch::Sender::new(End { place, is_closed: false });
        Ok(Tail { held: Mutex::default(), end })
    }

    /// Leaves the rows of a commit for whoever reads. Costs next to nothing while nobody does.
    pub(crate) fn publish(&self, batch: &mut Batch, committed: &Committed) {
        let before = self.end.borrow().place;
        if committed.position <= before.position {
            return;
        }
        let Committed { position, segment, seq, .. } = *committed;
        if self.end.receiver_count() > 0 {
            self.keep(rows(batch, committed));
        } else {
            *self.held.lock() = Held::default();
        }
        let place = Place { history: before.history, segment, seq, position };
        self.end.send_modify(|end| end.place = place);
    }

    fn keep(&self, rows: Vec<HistoryRow>) {
        let bytes = |rows: &[HistoryRow]| {
            rows.iter().map(|row| row.body.len() + size_of::<HistoryRow>()).sum::<usize>()
        };
        let mut held = self.held.lock();
        held.bytes += bytes(&rows);
        held.commits.push_back(rows.into());
        while held.bytes > TAIL_BYTES_MAX
            && let Some(oldest) = held.commits.pop_front()
        {
            held.bytes -= bytes(&oldest);
        }
    }

    /// Nothing more will come.
    pub(crate) fn close(&self) {
        self.end.send_modify(|end| end.is_closed = true);
    }

    /// The commits kept that lie behind a position; `None` when some are not kept any more.
    fn after(&self, position: u64) -> Option<Vec<Arc<[HistoryRow]>>> {
        let last = |rows: &Arc<[HistoryRow]>| rows.last().map_or(0, |row| row.position);
        let held = self.held.lock();
        let from = held.commits.partition_point(|rows| last(rows) <= position);
        let found: Vec<_> = held.commits.range(from..).cloned().collect();
        let first = found.first().and_then(|rows| rows.first())?;
        (first.position <= position + 1).then_some(found)
    }
}

/// The accepted history rows of a batch as they stand in the store.
fn rows(batch: &mut Batch, committed: &Committed) -> Vec<HistoryRow> {
    let at_ms = batch.now_ms;
    let components = batch.components.iter_mut().zip(&committed.accepted);
    let accepted = components.filter(|(_, accepted)| **accepted);
    let written = accepted.flat_map(|(component, _)| std::mem::take(&mut component.history));
    let written: Vec<HistoryWrite> = written.collect();
    // Others than lanes write history too, so positions are counted from the end.
    let first = committed.position + 1 - written.len() as u64;
    let row = |(position, write): (u64, HistoryWrite)| HistoryRow {
        position,
        aggregate: write.aggregate,
        kind: write.kind,
        tenant: write.tenant,
        at_ms,
        segment: committed.segment,
        seq: committed.seq,
        body: write.body,
    };
    (first..).zip(written).map(row).collect()
}

/// Committed rows, some of which may be older than asked for.
#[derive(Debug)]
pub struct TailRows {
    after: u64,
    commits: Vec<Arc<[HistoryRow]>>,
}

impl TailRows {
    /// The rows in order, without a hole behind those the reader had.
    pub fn iter(&self) -> impl Iterator<Item = &HistoryRow> {
        let all = self.commits.iter().flat_map(|rows| rows.iter());
        all.skip_while(|row| row.position <= self.after)
    }
}

/// Reads the tail from its end on.
pub struct TailReader {
    node: Node,
    end: watch::Receiver<End>,
    position: u64,
}

impl TailReader {
    /// Where it began to read.
    #[must_use]
    pub fn place(&self) -> Place {
        let End { place, .. } = *self.end.borrow();
        place
    }

    /// Waits for rows; `None` when the node has stopped and all have been read, or when rows were
    /// deleted before they could be read.
    pub async fn next(&mut self) -> Result<Option<TailRows>, Refusal> {
        loop {
            let End { place, is_closed } = *self.end.borrow_and_update();
            if place.position > self.position {
                return self.take(place.position).await;
            }
            if is_closed || self.end.changed().await.is_err() {
                return Ok(None);
            }
        }
    }

    async fn take(&mut self, last: u64) -> Result<Option<TailRows>, Refusal> {
        let after = self.position;
        let commits = match self.node.shared().tail.after(after) {
            Some(commits) => commits,
            None => {
                let read = self.node.history_after(None, after, TAIL_READ_ROWS).await?;
                let Some(rows) = read else { return Ok(None) };
                vec![rows.into()]
            }
        };
        let reached = commits.last().and_then(|rows| rows.last()).map(|row| row.position);
        self.position = reached.unwrap_or(last);
        Ok(Some(TailRows { after, commits }))
    }
}

impl Node {
    /// Reads what is committed from now on.
    #[must_use]
    pub fn tail(&self) -> TailReader {
        let end = self.shared().tail.end.subscribe();
        let position = end.borrow().place.position;
        TailReader { node: self.clone(), end, position }
    }

    /// The place behind the last committed row.
    #[must_use]
    pub fn end(&self) -> Place {
        self.shared().tail.end.borrow().place
    }

    /// The place from which on the history is whole.
    pub async fn oldest(&self) -> Result<Place, Refusal> {
        let origin = self.read(|shared| shared.store.origin()).await?;
        let (history, position) = (origin.history, origin.purged);
        Ok(Place { history, position, ..Place::default() })
    }

    /// History after a position, of one aggregate or of all (decode with `engine::record`);
    /// `None` when rows behind that position were deleted.
    pub async fn history_after(
        &self,
        instance: Option<Key>,
        after: u64,
        limit: u32,
    ) -> Result<Option<Vec<HistoryRow>>, Refusal> {
        self.read(move |shared| {
            let rows = match instance {
                Some(instance) => shared.store.events_of(instance.0, after, limit)?,
                None => shared.store.events(after, limit)?,
            };
            // Looked at afterwards: what was deleted before the read shows.
            Ok((shared.store.origin()?.purged <= after).then_some(rows))
        })
        .await
    }

    /// What has become of a place that somebody remembers.
    pub async fn find(&self, place: Place) -> Result<Found, Refusal> {
        let last = self.end();
        self.read(move |shared| find(&*shared.store, place, last)).await
    }
}

fn find(store: &dyn Store, place: Place, last: Place) -> Result<Found, store::Error> {
    let origin = store.origin()?;
    if place.history != origin.history {
        return Ok(Found::Unknown { history: origin.history });
    }
    if place.position < origin.purged {
        return Ok(Found::Purged { from: origin.purged + 1 });
    }
    // Nobody stands behind a row without naming its commit, but at the beginning and behind
    // rows that were deleted.
    if place.segment == 0 {
        return Ok(Found::Whole);
    }
    let row = store.events(place.position.saturating_sub(1), 1)?.into_iter().next();
    let is_here = match row.filter(|row| row.position == place.position) {
        Some(row) => Place::behind(place.history, &row) == place,
        // The row itself was deleted, or it has never been here.
        None => place.position <= last.position.max(origin.purged),
    };
    Ok(if is_here { Found::Whole } else { Found::Lost { last: last.position } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::TAIL_BYTES_MAX;
    use store::batch::Component;
    use store::memory::Memory;

    fn batch(bodies: &[usize]) -> Batch {
        let write = |bytes: &usize| HistoryWrite {
            aggregate: 7,
            kind: 1,
            tenant: 0,
            salt: [0; 16],
            body: vec![1; *bytes],
        };
        let component =
            |bytes: &usize| Component { history: vec![write(bytes)], ..Component::default() };
        Batch { components: bodies.iter().map(component).collect(), ..Batch::default() }
    }

    fn commit(store: &Memory, tail: &Tail, bodies: &[usize]) {
        let mut batch = batch(bodies);
        let committed = store.commit(&batch).unwrap();
        tail.publish(&mut batch, &committed);
    }

    fn positions(found: &[Arc<[HistoryRow]>]) -> Vec<u64> {
        found.iter().flat_map(|rows| rows.iter().map(|row| row.position)).collect()
    }

    #[test]
    fn keeps_rows_as_the_store_has_them_while_somebody_reads() {
        let store = Memory::new();
        commit(&store, &Tail::open(&store, 0).unwrap(), &[1]);
        let tail = Tail::open(&store, 1).unwrap();
        commit(&store, &tail, &[1, 2]);
        assert_eq!(tail.after(1), None, "nobody reads, nothing is kept");
        let _reader = tail.end.subscribe();
        commit(&store, &tail, &[3]);
        commit(&store, &tail, &[4, 5]);
        let found: Vec<_> = tail.after(3).unwrap().iter().flat_map(|it| it.to_vec()).collect();
        assert_eq!(found, store.events(3, 10).unwrap());
        assert_eq!(positions(&tail.after(4).unwrap()), [5, 6]);
        assert_eq!(tail.after(2), None, "an older row is not kept");
    }

    #[test]
    fn drops_the_oldest_rows_when_they_are_too_many_bytes() {
        let store = Memory::new();
        let tail = Tail::open(&store, 0).unwrap();
        let _reader = tail.end.subscribe();
        for _ in 0..5 {
            commit(&store, &tail, &[TAIL_BYTES_MAX / 3]);
        }
        assert!(tail.held.lock().bytes <= TAIL_BYTES_MAX);
        assert_eq!(tail.after(0), None);
        assert_eq!(positions(&tail.after(3).unwrap()), [4, 5]);
    }

    #[test]
    fn tells_what_became_of_a_place() {
        let store = Memory::new();
        let tail = Tail::open(&store, 0).unwrap();
        let beginning = tail.end.borrow().place;
        commit(&store, &tail, &[1]);
        commit(&store, &tail, &[1]);
        let last = tail.end.borrow().place;
        let row = store.events(0, 1).unwrap().remove(0);
        let first = Place::behind(last.history, &row);
        for place in [beginning, first, last] {
            assert_eq!(find(&store, place, last).unwrap(), Found::Whole, "{place:?}");
        }
        let elsewhere = Place { history: 99, ..first };
        let history = last.history;
        assert_eq!(find(&store, elsewhere, last).unwrap(), Found::Unknown { history });
        for lost in [Place { position: 3, ..last }, Place { segment: 8, ..first }] {
            assert_eq!(find(&store, lost, last).unwrap(), Found::Lost { last: 2 }, "{lost:?}");
        }
    }
}
