//! A node of the simulation: a lane, what waits for it, and at most one commit on its way.
//!
//! It does what the runtime's driver does, one small action at a time and without threads.

use super::wire::{Landed, Trouble, Wire};
use runtime::lane::{Counts, Lane, LaneOptions, Order, Prepared, Unprepared};
use runtime::project::Projection;
use std::collections::VecDeque;
use std::sync::Arc;
use store::Error;
use store::batch::Committed;

/// A node.
pub(super) struct Node {
    pub(super) lane: Lane,
    pub(super) inbox: VecDeque<Order>,
    /// View rows of what was committed here.
    pub(super) projection: Projection,
    /// Where the history ended when the last settled batch had landed.
    pub(super) settled_at: u64,
    /// Where it ended when that batch began to read.
    pub(super) read_at: u64,
    flight: Option<(u64, u64, Prepared)>,
    next: Option<(u64, Prepared)>,
    lag_ms: i64,
    batch_max: usize,
    orders_max: usize,
    pipelined: bool,
}

/// What came of an action.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Did {
    /// Nothing was to do.
    Nothing,
    /// Something moved on.
    Moved,
    /// A batch was settled: answers may have gone out.
    Settled,
    /// The store failed: the node stops.
    Failed,
    /// The engine broke an invariant.
    Broke(String),
}

/// How a node runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    pub(super) lag_ms: i64,
    pub(super) batch_max: usize,
    pub(super) pipelined: bool,
}

impl Node {
    pub(super) fn open(wire: &Arc<Wire>, options: LaneOptions, pace: Pace) -> Result<Node, String> {
        let lane = Lane::open(wire.clone(), options).map_err(|error| error.to_string())?;
        Ok(Node {
            lane,
            inbox: VecDeque::new(),
            projection: Projection::default(),
            settled_at: 0,
            read_at: 0,
            flight: None,
            next: None,
            lag_ms: pace.lag_ms,
            batch_max: pace.batch_max,
            orders_max: pace.batch_max,
            pipelined: pace.pipelined,
        })
    }

    pub(super) fn counts(&self) -> Counts {
        self.lane.counts()
    }

    /// The ticket of the commit on its way.
    pub(super) fn ticket(&self) -> Option<u64> {
        self.flight.as_ref().map(|(ticket, _, _)| *ticket)
    }

    pub(super) fn is_idle(&self, now_ms: i64) -> bool {
        let wakes = self.lane.wake_ms().is_some_and(|wake_ms| wake_ms <= now_ms - self.lag_ms);
        self.inbox.is_empty() && self.flight.is_none() && self.next.is_none() && !wakes
    }

    /// What it has to do, in words.
    pub(super) fn describe(&self) -> String {
        format!(
            "wakes at {:?}, {} orders wait, commit under way: {}, batch prepared: {}",
            self.lane.wake_ms(),
            self.inbox.len(),
            self.flight.is_some(),
            self.next.is_some()
        )
    }

    /// Steps what waits into the next batch.
    pub(super) fn turn(&mut self, wire: &Wire, now_ms: i64) -> Did {
        let now_ms = now_ms - self.lag_ms;
        let waits = self.next.is_some() || (self.flight.is_some() && !self.pipelined);
        let asleep = self.lane.wake_ms().is_none_or(|wake_ms| wake_ms > now_ms);
        if waits || (self.inbox.is_empty() && asleep) {
            return Did::Nothing;
        }
        let count = self.inbox.len().min(self.orders_max);
        let orders: Vec<Order> = self.inbox.drain(..count).collect();
        let read_at = wire.position();
        match self.lane.prepare(now_ms, orders) {
            // Effects that must wait for older ones were put back: the next turn has others.
            Ok(prepared) if prepared.is_idle() && count == 0 && self.lane.wake_ms() != Some(0) => {
                Did::Nothing
            }
            Ok(prepared) if prepared.is_idle() => Did::Moved,
            Ok(mut prepared) => {
                let rest = prepared.take_rest();
                self.push_again(rest);
                self.next = Some((read_at, prepared));
                Did::Moved
            }
            Err(Unprepared { error: Some(_), .. }) => Did::Failed,
            Err(Unprepared { orders, error: None }) => {
                let broken = orders.iter().find_map(|order| match order {
                    Order::Quarantine { instance, message, .. } => {
                        Some(format!("at {instance}: {message}"))
                    }
                    _ => None,
                });
                if broken.is_none() {
                    // Another node has written what was about to be stepped: it is read again.
                    self.push_again(orders);
                }
                broken.map_or(Did::Moved, Did::Broke)
            }
        }
    }

    /// Sends the prepared batch, if none is on its way.
    pub(super) fn send(&mut self, wire: &Wire, trouble: Option<Trouble>) -> Did {
        if self.flight.is_some() {
            return Did::Nothing;
        }
        let Some((read_at, prepared)) = self.next.take() else { return Did::Nothing };
        if !prepared.writes() {
            let landed = Landed { outcome: Ok(Committed::default()), position: wire.position() };
            return self.finish(prepared, read_at, landed);
        }
        let ticket = wire.send(prepared.batch.clone(), trouble);
        self.flight = Some((ticket, read_at, prepared));
        Did::Moved
    }

    /// Takes in the outcome of the batch on its way, if it has landed.
    pub(super) fn settle(&mut self, wire: &Wire) -> Did {
        let Some(landed) = self.ticket().and_then(|ticket| wire.outcome(ticket)) else {
            return Did::Nothing;
        };
        let (_, read_at, prepared) = self.flight.take().expect("a ticket belongs to a flight");
        self.finish(prepared, read_at, landed)
    }

    fn finish(&mut self, prepared: Prepared, read_at: u64, landed: Landed) -> Did {
        self.read_at = read_at;
        self.settled_at = landed.position;
        let whole = matches!(&landed.outcome, Ok(done) if done.accepted.iter().all(|it| *it));
        let next = if whole { None } else { self.next.take() };
        if let Some((_, next)) = next {
            // What was stepped on a batch that did not go in must be stepped again, after it.
            let again = self.lane.abandon(next);
            self.push_again(again);
        }
        let committed = match landed.outcome {
            Ok(committed) => committed,
            Err(Error::Refused { .. }) => {
                let again = self.lane.abandon(prepared);
                self.orders_max = (again.len() / 2).max(1);
                self.push_again(again);
                return Did::Moved;
            }
            Err(_) => return Did::Failed,
        };
        self.orders_max = (self.orders_max * 2).min(self.batch_max);
        let finished = match self.lane.finish(prepared, &committed, &mut self.projection) {
            Ok(finished) => finished,
            Err(_) => return Did::Failed,
        };
        if !finished.unwanted.is_empty() {
            self.push_again(vec![Order::Release(finished.unwanted)]);
        }
        self.push_again(finished.again);
        Did::Settled
    }

    fn push_again(&mut self, orders: Vec<Order>) {
        for order in orders.into_iter().rev() {
            self.inbox.push_front(order);
        }
    }
}
