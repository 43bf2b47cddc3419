//! What waits for instances that stand still, and what becomes of an order that broke one.
//!
//! Not here: standing still (`engine::step::quarantine`).

use super::work::Work;
use super::{Answered, Lane, Order, Reply};
use crate::request::Refusal;
use engine::key::Key;
use engine::state::Kind;
use rustc_hash::FxHashMap;
use store::load::{Load, Pages};

/// Timers that are due at instances that stand still. Effects wait in the outbox.
pub(super) type HeldTimers = FxHashMap<Key, Vec<Key>>;

impl Lane {
    /// Whether an instance in memory stands still.
    pub(super) fn stands_still(&self, target: Key) -> bool {
        let instance = self.cache.peek(target).and_then(|cached| cached.aggregate.instance());
        instance.is_some_and(engine::state::instance::Instance::stands_still)
    }

    /// A timer or effect waits until its instance goes on. Its row stays.
    pub(super) fn hold(&mut self, work: &mut Work, order: Order) {
        match order {
            Order::Timer(row) => {
                let timer = Key(row.key);
                // It stays among those that fire, so that nobody takes it up meanwhile.
                work.fired.retain(|fired| *fired != timer);
                self.firing.insert(timer);
                self.held_timers.entry(Key(row.aggregate)).or_default().push(timer);
            }
            Order::Effect(row) => {
                work.forget_taken(&row);
                self.outbox.hold(row);
            }
            order => work.postponed.push(order),
        }
    }

    /// What waits for an instance is tried again, unless that still stands still.
    pub(super) fn release_held(&mut self, instance: Key) {
        if self.held_timers.is_empty() && !self.outbox.holds() || self.stands_still(instance) {
            return;
        }
        if let Some(timers) = self.held_timers.remove(&instance) {
            for timer in &timers {
                self.firing.remove(timer);
            }
            self.next_timer_ms = Some(i64::MIN);
        }
        self.outbox.release(instance);
    }

    /// Everything that waits is tried again; what still has to waits again.
    pub(super) fn release_all_held(&mut self) {
        for timer in std::mem::take(&mut self.held_timers).into_values().flatten() {
            self.firing.remove(&timer);
            self.next_timer_ms = Some(i64::MIN);
        }
        self.outbox.release_all();
    }

    /// An order broke an instance at its first step. When nothing in this batch rests on that,
    /// the instance is put into quarantine at once, and the batch goes on; otherwise the order
    /// comes back.
    pub(super) fn isolate(
        &mut self,
        work: &mut Work,
        order: Order,
        instance: Key,
        message: &str,
    ) -> Result<Option<Order>, Box<Order>> {
        let on_its_way =
            self.cache.peek(instance).is_some_and(|cached| cached.written > self.settled);
        let elsewhere = self.target(&order).is_some_and(|target| target != instance);
        let changed = work.dirty.contains_key(&instance) || work.has_changed(work.last());
        if on_its_way || elsewhere || changed {
            return Err(Box::new(order));
        }
        self.cache.forget(instance);
        tracing::error!(%instance, message, "the engine broke an invariant");
        let reply = match order {
            Order::Request { reply, .. } => reply,
            Order::Quarantine { reply, .. } => {
                give_up(reply, instance, message);
                return Ok(None);
            }
            order => {
                self.hold(work, order);
                Reply::nowhere()
            }
        };
        Ok(Some(Order::Quarantine { instance, message: message.to_owned(), reply }))
    }

    /// What is to be done instead of an order that broke an instance: first, and in its place.
    pub(super) fn broken(
        &mut self,
        order: Order,
        instance: Key,
        message: &str,
    ) -> (Option<Order>, Vec<Order>) {
        let quarantine = |reply| Order::Quarantine { instance, message: message.to_owned(), reply };
        // Whoever asked something of another aggregate is not to blame: once the instance stands
        // still, what he asked goes on without it.
        let elsewhere = self.target(&order).is_some_and(|target| target != instance);
        let elsewhere = elsewhere && self.is_stored_instance(instance);
        match order {
            Order::Effect(row) if elsewhere => {
                self.outbox.put_back(row, true);
                (Some(quarantine(Reply::nowhere())), Vec::new())
            }
            order if elsewhere => (None, vec![quarantine(Reply::nowhere()), order]),
            Order::Request { reply, .. } => (None, vec![quarantine(reply)]),
            Order::Quarantine { reply, .. } => {
                give_up(reply, instance, message);
                (None, Vec::new())
            }
            order => {
                self.hold(&mut Work::default(), order);
                (None, vec![quarantine(Reply::nowhere())])
            }
        }
    }

    fn is_stored_instance(&self, key: Key) -> bool {
        let load = Load { aggregates: vec![(key.0, Pages::Root)], ..Load::default() };
        let row = self.store.load(&load).ok().and_then(|it| it.aggregates.into_iter().next());
        row.flatten().is_some_and(|row| row.kind == Kind::Instance as u8)
    }
}

/// Even quarantine broke it: it stays as it is stored.
fn give_up(reply: Reply<Answered>, instance: Key, message: &str) {
    let reason = format!("the engine broke an invariant at `{instance}`: {message}");
    // Whoever does not wait any more needs no answer.
    drop(reply.send(Err(Refusal::Internal { reason })));
}
