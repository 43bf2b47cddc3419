//! The bounded inbox of a lane: starts on one side, everything else on the other.
//!
//! Completions, timers and effects hold at least half of each batch, so starts never starve
//! them; and while they wait too long, a batch takes fewer starts (`Pace`). Not here: what the
//! orders mean.

use crate::lane::Order;
use crate::limits::{
    BATCH_BYTES_MAX, BATCH_COMMANDS_MAX, BATCH_STARTS_MAX, BATCH_STARTS_MIN, BATCH_WORK_RESERVED,
    INBOX_BYTES_MAX, INBOX_STARTS_MAX, INBOX_STARTS_WAIT_MS, INBOX_WORK_MAX, WORK_WAIT_WANTED_US,
};
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
    starts: VecDeque<Waiting>,
    work: VecDeque<Waiting>,
    pace: Pace,
    bytes: usize,
    starts_held: bool,
    committed: bool,
    closed: bool,
    woken: bool,
}

/// An order, and since when it waits.
struct Waiting {
    since: Instant,
    order: Order,
}

/// How many starts a batch takes beside work. Starts that are taken cost the cores that work
/// needs too, here and where requests are read: so the longer work waits, the fewer are taken
/// (additive increase, multiplicative decrease: Chiu and Jain 1989; the wait in the queue as the
/// sign of overload: CoDel, RFC 8289).
struct Pace {
    starts_max: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Pace { starts_max: BATCH_STARTS_MAX }
    }
}

impl Pace {
    /// A batch was taken; the oldest work in it had waited so long.
    fn note(&mut self, work_waited: Option<Duration>) {
        let is_late = work_waited > Some(Duration::from_micros(WORK_WAIT_WANTED_US));
        self.starts_max = match is_late {
            true => (self.starts_max / 4 * 3).max(BATCH_STARTS_MIN),
            false => (self.starts_max + 1).min(BATCH_STARTS_MAX),
        };
    }

    /// Starts to take beside so much work. Where as much ends as begins there is no flood.
    fn starts_beside(&self, work: usize) -> usize {
        self.starts_max.max(work).min(BATCH_STARTS_MAX)
    }
}

/// There is no room for an order.
#[derive(Debug)]
pub(crate) struct Full;

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
    /// Adds an order. When there is no room it is dropped, and so whoever waits for it learns it.
    pub(crate) fn push(&self, order: Order) -> Result<(), Full> {
        self.state.lock().push(order)?;
        self.arrived.notify_one();
        Ok(())
    }

    /// Puts orders back in front: they were here before.
    pub(crate) fn push_again(&self, orders: Vec<Order>) {
        let mut state = self.state.lock();
        for order in orders.into_iter().rev() {
            state.bytes += order.bytes();
            state.work.push_front(Waiting { since: Instant::now(), order });
        }
        drop(state);
        self.arrived.notify_one();
    }

    /// Holds starts back; everything else comes as before.
    pub(crate) fn hold_starts(&self) {
        self.state.lock().starts_held = true;
    }

    /// Lets starts come again; when views were written the lane looks whether timers may, too.
    pub(crate) fn caught_up(&self, wrote: bool) {
        let mut state = self.state.lock();
        let held = std::mem::take(&mut state.starts_held);
        state.woken |= wrote;
        drop(state);
        if held || wrote {
            self.arrived.notify_one();
        }
    }

    /// Whether one more start would be taken: asked before its body is read.
    pub(crate) fn has_room_for_start(&self) -> bool {
        let state = self.state.lock();
        let oldest = state.starts.front().map(|start| start.since.elapsed());
        state.starts.len() < INBOX_STARTS_MAX
            && state.bytes < INBOX_BYTES_MAX
            && oldest <= Some(Duration::from_millis(INBOX_STARTS_WAIT_MS))
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

    /// Whether the lane stops after what is here.
    pub(crate) fn is_closed(&self) -> bool {
        self.state.lock().closed
    }

    /// Drops everything that waits.
    pub(crate) fn clear(&self) {
        let mut state = self.state.lock();
        state.starts.clear();
        state.work.clear();
        state.bytes = 0;
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

    /// Waits for orders, a commit, the end, or the time-out, and takes one batch of at most
    /// `orders_max` orders.
    pub(crate) fn take(&self, wait: Duration, orders_max: usize) -> Taken {
        let mut state = self.state.lock();
        let until = Instant::now() + wait;
        while !(state.has_orders() || state.committed || state.closed || state.woken) {
            if self.arrived.wait_until(&mut state, until).timed_out() {
                break;
            }
        }
        let orders = state.batch(orders_max.min(BATCH_COMMANDS_MAX));
        let committed = std::mem::take(&mut state.committed);
        state.woken = false;
        Taken { orders, committed, closed: state.closed }
    }
}

impl State {
    fn push(&mut self, order: Order) -> Result<(), Full> {
        // The lane may have ended already: nobody would answer.
        if self.closed {
            return Err(Full);
        }
        let bytes = order.bytes();
        if bytes > 0 && self.bytes + bytes > INBOX_BYTES_MAX {
            return Err(Full);
        }
        let (queue, max) = match &order {
            Order::Request {
                request:
                    Request::CreateInstance { .. }
                    | Request::EvaluateConditionals { .. }
                    | Request::EvaluateDecision { .. },
                ..
            } => (&mut self.starts, INBOX_STARTS_MAX),
            _ => (&mut self.work, INBOX_WORK_MAX),
        };
        if queue.len() >= max {
            return Err(Full);
        }
        queue.push_back(Waiting { since: Instant::now(), order });
        self.bytes += bytes;
        Ok(())
    }

    fn has_orders(&self) -> bool {
        !self.work.is_empty() || !self.starts.is_empty() && !self.starts_held
    }

    /// Work first up to its reserve, then starts, then whatever room is left for work.
    fn batch(&mut self, orders_max: usize) -> Vec<Order> {
        let mut batch = Batch { orders: Vec::new(), bytes: 0, orders_max };
        let work_since = batch.fill(&mut self.work, BATCH_WORK_RESERVED.min(orders_max));
        if !self.starts_held {
            let work = batch.orders.len();
            let starts = work + self.pace.starts_beside(work);
            batch.fill(&mut self.starts, starts.min(orders_max));
        }
        batch.fill(&mut self.work, orders_max);
        if !batch.orders.is_empty() {
            self.pace.note(work_since.map(|since| since.elapsed()));
        }
        self.bytes = self.bytes.saturating_sub(batch.bytes);
        batch.orders
    }
}

struct Batch {
    orders: Vec<Order>,
    bytes: usize,
    orders_max: usize,
}

impl Batch {
    /// Takes orders until the batch has so many; tells since when the oldest had waited.
    fn fill(&mut self, queue: &mut VecDeque<Waiting>, up_to: usize) -> Option<Instant> {
        let mut oldest = None;
        while self.orders.len() < up_to.min(self.orders_max) && self.bytes <= BATCH_BYTES_MAX {
            let Some(Waiting { since, order }) = queue.pop_front() else { break };
            oldest = Some(oldest.map_or(since, |oldest: Instant| oldest.min(since)));
            self.bytes += order.bytes();
            self.orders.push(order);
        }
        oldest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lane::Reply;
    use crate::request::{Caller, DefinitionRef};

    fn request(request: Request) -> Order {
        let actor = access::Actor {
            id: "a".into(),
            acting_for: None,
            tenants: [0].into(),
            grants: access::Grants::All,
        };
        let caller = Caller { actor, tenant: 0, request_key: None };
        Order::Request { caller, request, compiled: Vec::new(), reply: Reply::nowhere() }
    }

    fn start(bytes: usize) -> Order {
        request(Request::CreateInstance {
            definition: DefinitionRef::Latest("p".into()),
            variables: vec![("x".into(), "1".repeat(bytes).into())],
            business_id: None,
            await_result: false,
            options: Default::default(),
        })
    }

    fn completion() -> Order {
        request(Request::CompleteJob {
            job: engine::key::Key(1),
            variables: Vec::new(),
            result: None,
        })
    }

    fn is_start(order: &Order) -> bool {
        matches!(order, Order::Request { request: Request::CreateInstance { .. }, .. })
    }

    #[test]
    fn starts_never_starve_completions() {
        let inbox = Inbox::default();
        for _ in 0..INBOX_STARTS_MAX {
            inbox.push(start(1)).unwrap();
        }
        assert!(inbox.push(start(1)).is_err(), "a full inbox says so");
        assert!(!inbox.has_room_for_start(), "and before a start is read");
        for _ in 0..2_000 {
            inbox.push(completion()).unwrap();
        }
        let taken = inbox.take(Duration::ZERO, BATCH_COMMANDS_MAX).orders;
        assert_eq!(taken.len(), BATCH_COMMANDS_MAX);
        let starts = taken.iter().filter(|order| is_start(order)).count();
        assert_eq!(starts, BATCH_STARTS_MAX, "the rest of the batch is work");
    }

    #[test]
    fn the_longer_work_waits_the_fewer_starts_are_taken_beside_it() {
        let mut pace = Pace::default();
        let late = Some(Duration::from_micros(WORK_WAIT_WANTED_US + 1));
        assert_eq!(pace.starts_beside(0), BATCH_STARTS_MAX);
        (0..100).for_each(|_| pace.note(late));
        assert_eq!(pace.starts_beside(0), BATCH_STARTS_MIN);
        assert_eq!(pace.starts_beside(20), 20, "as much as ends may begin");
        assert_eq!(pace.starts_beside(10_000), BATCH_STARTS_MAX);
        // Without work, or with work that does not wait, all of them come again.
        (0..BATCH_STARTS_MAX).for_each(|_| pace.note(None));
        assert_eq!(pace.starts_beside(0), BATCH_STARTS_MAX);
        pace.note(late);
        let few = pace.starts_beside(0);
        pace.note(Some(Duration::ZERO));
        assert_eq!(pace.starts_beside(0), few + 1);
    }

    #[test]
    fn starts_that_are_held_back_let_the_work_pass() {
        let inbox = Inbox::default();
        inbox.hold_starts();
        inbox.push(start(1)).unwrap();
        inbox.push(completion()).unwrap();
        let taken = inbox.take(Duration::ZERO, BATCH_COMMANDS_MAX).orders;
        assert!(taken.len() == 1 && !is_start(&taken[0]), "{taken:?}");
        assert!(inbox.take(Duration::ZERO, BATCH_COMMANDS_MAX).orders.is_empty());
        inbox.caught_up(false);
        assert_eq!(inbox.take(Duration::ZERO, BATCH_COMMANDS_MAX).orders.len(), 1);
    }

    #[test]
    fn a_closed_inbox_takes_nothing_that_nobody_would_answer() {
        let inbox = Inbox::default();
        inbox.push(completion()).unwrap();
        inbox.close();
        assert!(inbox.push(completion()).is_err() && inbox.push(start(1)).is_err());
        let taken = inbox.take(Duration::ZERO, BATCH_COMMANDS_MAX);
        assert!(taken.closed && taken.orders.len() == 1, "what is there is finished");
    }

    #[test]
    fn an_inbox_holds_a_bounded_number_of_bytes() {
        let inbox = Inbox::default();
        let mut accepted = 0;
        while inbox.push(start(1024 * 1024)).is_ok() {
            accepted += 1;
        }
        assert!(accepted <= INBOX_BYTES_MAX / (1024 * 1024), "{accepted} of 1 MiB");
        inbox.push(completion()).unwrap();
        let taken = inbox.take(Duration::ZERO, BATCH_COMMANDS_MAX).orders;
        assert!(taken.len() <= BATCH_BYTES_MAX / (1024 * 1024) + 3, "{}", taken.len());
        inbox.push(start(1024 * 1024)).unwrap();
    }
}
