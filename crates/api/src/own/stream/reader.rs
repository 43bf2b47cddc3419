//! A reader of the event stream: first through history, then with the hub, without a hole and
//! without a repetition between them.
//!
//! Not here: what is asked and refused before the first byte (`mod`).

use super::event_id::EventId;
use super::filter::Filter;
use super::hub::{Hub, Joined, Message};
use super::item::{items, sections};
use crate::limits::{STREAM_HEARTBEAT_MS, STREAM_PAGE_ROWS, STREAM_RETRY_MS};
use axum::body::HttpBody;
use bytes::{Bytes, BytesMut};
use http_body::Frame;
use runtime::stream::Place;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use store::load::HistoryRow;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::Instant;

const HEARTBEAT: Duration = Duration::from_millis(STREAM_HEARTBEAT_MS);
/// Queued messages that go out in one piece, bytes.
const PIECE_BYTES: usize = 64 * 1024;

/// A reader on its way.
pub(super) struct Reader {
    hub: Hub,
    filter: Filter,
    follows: bool,
    /// Everything up to here was sent, or is not wanted.
    at: EventId,
    phase: Phase,
    sent: Instant,
    stopping: watch::Receiver<bool>,
    _slot: OwnedSemaphorePermit,
}

enum Phase {
    /// Nothing was sent yet.
    New,
    /// Reads history.
    Behind,
    /// Reads the history that was committed before it joined.
    Joining(Joined),
    /// Takes what the hub hands out.
    Live(Joined),
    /// The last word was said.
    Over,
}

impl Reader {
    pub(super) fn new(
        hub: Hub,
        filter: Filter,
        at: EventId,
        follows: bool,
        slot: OwnedSemaphorePermit,
    ) -> Self {
        let stopping = hub.stopping();
        let sent = Instant::now();
        Reader { hub, filter, follows, at, phase: Phase::New, sent, stopping, _slot: slot }
    }

    /// The next piece of the stream; `None` at its end.
    async fn next(&mut self) -> Option<Bytes> {
        let mut stopping = self.stopping.clone();
        let piece = tokio::select! {
            biased;
            _ = stopping.wait_for(|stopping| *stopping) => None,
            piece = self.advance() => piece,
        };
        self.sent = Instant::now();
        piece
    }

    async fn advance(&mut self) -> Option<Bytes> {
        loop {
            match std::mem::replace(&mut self.phase, Phase::Over) {
                Phase::New => {
                    self.phase = Phase::Behind;
                    let hello = format!("retry: {STREAM_RETRY_MS}\nid: {}\n\n", self.at);
                    return Some(hello.into());
                }
                Phase::Behind => {
                    let (piece, is_last) = self.read_page(None).await?;
                    self.phase = match is_last {
                        false => Phase::Behind,
                        true if self.follows => Phase::Joining(self.hub.join(&self.filter)),
                        true => Phase::Over,
                    };
                    let is_over = matches!(self.phase, Phase::Over);
                    if let Some(piece) = self.piece(piece, is_over) {
                        return Some(piece);
                    }
                    if is_over {
                        return None;
                    }
                }
                Phase::Joining(joined) => {
                    let (piece, is_last) = self.read_page(Some(joined.end)).await?;
                    self.phase = match is_last {
                        false => Phase::Joining(joined),
                        true => Phase::Live(joined),
                    };
                    if let Some(piece) = self.piece(piece, false) {
                        return Some(piece);
                    }
                }
                Phase::Live(mut joined) => {
                    let piece = live(&mut joined, &mut self.at).await;
                    if piece.is_some() {
                        self.phase = Phase::Live(joined);
                    }
                    // Who was cut reads why, and comes back with its last id.
                    return Some(piece.unwrap_or_else(|| ": too slow, cut; resume\n\n".into()));
                }
                Phase::Over => return None,
            }
        }
    }

    /// A page without anything wanted says now and then, and at the end, how far it went.
    fn piece(&self, piece: Bytes, is_over: bool) -> Option<Bytes> {
        if piece.is_empty() && (is_over || self.sent.elapsed() >= HEARTBEAT) {
            return Some(beat(&self.at));
        }
        (!piece.is_empty()).then_some(piece)
    }

    /// Reads and writes a page of history; whether it was the last one, or reached `until`.
    async fn read_page(&mut self, until: Option<Place>) -> Option<(Bytes, bool)> {
        let permit = self.hub.catching_up().acquire().await.ok()?;
        let (after, seen) = self.at.after();
        if until.is_some_and(|until| self.at.item.is_none() && until.position <= after) {
            return Some((Bytes::new(), true));
        }
        let node = self.hub.node();
        let mut rows = match node.history_after(self.filter.instance, after, STREAM_PAGE_ROWS).await
        {
            Ok(Some(rows)) => rows,
            // Purged under the reader's feet: it comes back and is told.
            Ok(None) => return None,
            Err(error) => {
                tracing::error!(%error, "the event stream cannot read the history");
                return None;
            }
        };
        let is_full = rows.len() == STREAM_PAGE_ROWS as usize;
        let mut is_last = !is_full;
        if let Some(until) = until {
            let read = rows.len();
            rows.retain(|row| row.position <= until.position);
            is_last |= rows.len() < read;
        }
        let history = self.at.place.history;
        let reached = rows.last().map(|row| EventId::behind(Place::behind(history, row)));
        let (hub, filter, at) = (self.hub.clone(), self.filter.clone(), self.at);
        let write = move || write_rows(&hub, &filter, &rows, at, seen);
        let piece = tokio::task::spawn_blocking(write).await.ok()?;
        drop(permit);
        self.at = reached.unwrap_or(self.at);
        Some((piece, is_last))
    }
}

fn write_rows(
    hub: &Hub,
    filter: &Filter,
    rows: &[HistoryRow],
    at: EventId,
    seen: Option<u32>,
) -> Bytes {
    let mut out = BytesMut::new();
    for row in rows {
        let sections = sections(row);
        for item in items(hub.node(), hub.models(), row, &sections) {
            let is_seen = row.position == at.place.position
                && seen.is_some_and(|number| item.is_seen(number));
            if is_seen || !filter.wants(&item) {
                continue;
            }
            if let Some(frame) = item.frame(at.place.history, &filter.kinds) {
                out.extend_from_slice(&frame);
            }
        }
    }
    out.freeze()
}

/// What the hub has queued, or a heartbeat when that takes too long.
async fn live(joined: &mut Joined, at: &mut EventId) -> Option<Bytes> {
    let deadline = Instant::now() + HEARTBEAT;
    let mut piece = BytesMut::new();
    let mut next = first(joined, at, deadline).await?;
    while let Some(Message { id, frame }) = next {
        // The store may have shown a row before the hub came to it; it is not sent again.
        if id.is_later_than(at) {
            *at = id;
            piece.extend_from_slice(&frame);
        }
        next = match piece.len() {
            0 => first(joined, at, deadline).await?,
            1..PIECE_BYTES => joined.next_queued(),
            _ => None,
        };
    }
    Some(if piece.is_empty() { beat(at) } else { piece.freeze() })
}

/// Waits for a message. `Some(None)`: there is none in time, and the place is moved to where
/// nothing is queued; `None`: this reader was cut.
async fn first(
    joined: &mut Joined,
    at: &mut EventId,
    deadline: Instant,
) -> Option<Option<Message>> {
    match tokio::time::timeout_at(deadline, joined.next()).await {
        Ok(Some(message)) => Some(Some(message)),
        Ok(None) => None,
        Err(_) => {
            // In this order: what was handed out by then is in the queue, or was taken.
            let handed_out = EventId::behind(joined.handed_out());
            let queued = joined.next_queued();
            if queued.is_none() && handed_out.is_later_than(at) {
                *at = handed_out;
            }
            Some(queued)
        }
    }
}

/// A comment that keeps the connection open, and an id that saves reading again what was not
/// wanted.
fn beat(at: &EventId) -> Bytes {
    format!(": heartbeat\nid: {at}\n\n").into()
}

/// The stream as the body of an answer.
pub(super) struct StreamBody(Option<Step>);

type Step = Pin<Box<dyn Future<Output = (Reader, Option<Bytes>)> + Send>>;

fn step(mut reader: Reader) -> Step {
    Box::pin(async move {
        let piece = reader.next().await;
        (reader, piece)
    })
}

impl StreamBody {
    pub(super) fn new(reader: Reader) -> Self {
        StreamBody(Some(step(reader)))
    }
}

impl HttpBody for StreamBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some(running) = &mut self.0 else { return Poll::Ready(None) };
        let Poll::Ready((reader, piece)) = running.as_mut().poll(cx) else { return Poll::Pending };
        self.0 = piece.is_some().then(|| step(reader));
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }
}
