//! The bounded inbox of a lane: starts on one side, everything else on the other.
//!
//! Completions, timers and effects hold at least half of each batch, so starts never starve
//! them. Not here: what the orders mean.

use crate::lane::Order;
use crate::limits::{BATCH_COMMANDS_MAX, BATCH_WORK_RESERVED, INBOX_STARTS_MAX, INBOX_WORK_MAX};
use crate::request::Request;
use parking_lot::{Condvar, Mutex};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Orders waiting for a lane.
#[derive(Default)]
pub(crate) struct Inbox {
    state: Mutex<State>,
    arrived: Condvar,
}

#[derive(Default)]
struct State {
    starts: VecDeque<Order>,
    work: VecDeque<Order>,
    committed: bool,
    closed: bool,
}

/// What woke the lane.
pub(crate) struct Taken {
    /// Orders for the next batch, in order.
    pub orders: Vec<Order>,
    /// The batch on its way was committed (or refused).
    pub committed: bool,
    /// No more orders will come.
    pub closed: bool,
}

impl Inbox {
    /// Adds an order; it comes back when there is no room for it.
    pub(crate) fn push(&self, order: Order) -> Result<(), Order> {
        let mut state = self.state.lock();
        let starts =
            matches!(&order, Order::Request { request: Request::CreateInstance { .. }, .. });
        let (queue, max) = if starts {
            (&mut state.starts, INBOX_STARTS_MAX)
        } else {
            (&mut state.work, INBOX_WORK_MAX)
        };
        if queue.len() >= max {
            return Err(order);
        }
        queue.push_back(order);
        drop(state);
        self.arrived.notify_one();
        Ok(())
    }

    /// Puts orders back in front: they were here before.
    pub(crate) fn push_again(&self, orders: Vec<Order>) {
        let mut state = self.state.lock();
        for order in orders.into_iter().rev() {
            state.work.push_front(order);
        }
        drop(state);
        self.arrived.notify_one();
    }

    /// Tells the lane that its commit is done.
    pub(crate) fn committed(&self) {
        self.state.lock().committed = true;
        self.arrived.notify_one();
    }

    /// Tells the lane to stop after what is here.
    pub(crate) fn close(&self) {
        self.state.lock().closed = true;
        self.arrived.notify_one();
    }

    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        let state = self.state.lock();
        state.starts.is_empty() && state.work.is_empty()
    }

    /// How many starts and other orders wait.
    pub(crate) fn len(&self) -> (usize, usize) {
        let state = self.state.lock();
        (state.starts.len(), state.work.len())
    }

    /// Waits for orders, a commit, the end, or the time-out, and takes one batch.
    pub(crate) fn take(&self, wait: Duration) -> Taken {
        let mut state = self.state.lock();
        let until = Instant::now() + wait;
        while state.starts.is_empty() && state.work.is_empty() && !state.committed && !state.closed
        {
            if self.arrived.wait_until(&mut state, until).timed_out() {
                break;
            }
        }
        let room = if state.work.is_empty() {
            BATCH_COMMANDS_MAX
        } else {
            BATCH_COMMANDS_MAX - state.work.len().min(BATCH_WORK_RESERVED)
        };
        let starts = state.starts.len().min(room);
        let work = state.work.len().min(BATCH_COMMANDS_MAX - starts);
        let mut orders: Vec<Order> = state.work.drain(..work).collect();
        orders.extend(state.starts.drain(..starts));
        let committed = std::mem::take(&mut state.committed);
        Taken { orders, committed, closed: state.closed }
    }
}
