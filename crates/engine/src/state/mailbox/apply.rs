//! How a mailbox changes: only here, and only by an event.
//!
//! Not here: whether an event may happen. One that does not fit the state is passed over.

use super::runs::Runs;
use super::{Absent, Mailbox, MailboxEvent, Message, Numbers, Waiting};
use super::{Item, Line};
use crate::key::Key;
use std::sync::Arc;

impl Mailbox {
    /// Whether every page an event changes is in memory.
    pub(crate) fn may_apply(&self, event: &MailboxEvent) -> Result<(), Absent> {
        use MailboxEvent as E;
        match event {
            E::MessagePublished { message, .. } => self.messages.may_push(message.hash()),
            E::SubscriptionAdded { waiting, .. } => self.subscriptions.may_push(waiting.hash()),
            E::MessageOffered { at, .. } => {
                self.messages.may_change(at.message)?;
                self.subscriptions.may_change(at.subscription)
            }
            E::MessageAccepted { at, subscription, .. }
            | E::MessageRefused { at, subscription, .. } => {
                self.messages.may_change(at.message)?;
                self.subscriptions.may_remove(at.subscription, *subscription)
            }
            E::MessageStarted { number, .. } => self.messages.may_change(*number),
            E::MessageExpired { message, number } => self.messages.may_remove(*number, *message),
            E::SubscriptionRemoved { subscription, number } => {
                self.subscriptions.may_remove(*number, *subscription)
            }
            E::ExpirySet { .. } | E::MessagesSought { .. } | E::MessagesSwept { .. } => Ok(()),
        }
    }

    /// Applies one event; the only writer of this state.
    pub fn apply(&mut self, event: &MailboxEvent) {
        use MailboxEvent as E;
        match event {
            E::MessagePublished { tenant, message } => {
                self.tenant = *tenant;
                self.due.add(message.sweep_at_ms());
                self.messages.push((**message).clone());
            }
            E::MessageOffered { message, subscription, at } => {
                let at = self.numbers(*message, *subscription, *at);
                self.offer((*message, at.message), (*subscription, at.subscription));
            }
            E::MessageAccepted { message, subscription, at } => {
                let at = self.numbers(*message, *subscription, *at);
                self.take_offer((*message, at.message), *subscription, true);
                self.accept(*message, (*subscription, at.subscription));
            }
            E::MessageRefused { message, subscription, at } => {
                let at = self.numbers(*message, *subscription, *at);
                self.take_offer((*message, at.message), *subscription, false);
                self.unsubscribe(*subscription, at.subscription);
            }
            E::MessageStarted { message, process_id, number } => {
                let number = self.number_of(*message, *number);
                self.start((*message, number), process_id);
            }
            E::MessageExpired { message, number } => {
                let number = self.number_of(*message, *number);
                self.expire(*message, number);
            }
            E::SubscriptionAdded { tenant, waiting } => {
                self.tenant = *tenant;
                self.subscribe(waiting);
            }
            E::SubscriptionRemoved { subscription, number } => {
                let at = self.numbers(
                    Key(0),
                    *subscription,
                    Numbers { message: u64::MAX, subscription: *number },
                );
                self.unsubscribe(*subscription, at.subscription);
            }
            E::ExpirySet { timer } => self.expiry = *timer,
            E::MessagesSought { process_id, name, correlation_key, below, goes_on } => {
                if let Some(line) = self.line_mut((process_id, name, correlation_key)) {
                    line.unreached.drop_below(*below);
                    line.seeks = *goes_on;
                }
            }
            E::MessagesSwept { next } => self.sweep = *next,
        }
        // One that is empty has no row: the next begins anew.
        if self.is_empty() {
            self.messages.restart();
            self.subscriptions.restart();
        }
    }

    /// Older records know no numbers; what they are about lies in memory.
    fn numbers(&self, message: Key, subscription: Key, at: Numbers) -> Numbers {
        let subscription = match at.subscription {
            0 => self.subscriptions.number_of(subscription).unwrap_or_default(),
            number => number,
        };
        Numbers { message: self.number_of(message, at.message), subscription }
    }

    fn number_of(&self, message: Key, number: u64) -> u64 {
        match number {
            0 => self.messages.number_of(message).unwrap_or_default(),
            number => number,
        }
    }

    fn subscribe(&mut self, waiting: &Waiting) {
        let number = self.subscriptions.push(waiting.clone());
        let spilled = self.subscriptions.head.spilled;
        let line = self.open_line(&waiting.process_id, &waiting.name, &waiting.correlation_key);
        if spilled && line.free == 0 {
            line.unoffered = Runs::from(number);
        }
        line.subscriptions += 1;
        line.free += 1;
    }

    fn offer(&mut self, (message, number): (Key, u64), (subscription, taker): (Key, u64)) {
        let waiting = self.subscriptions.get_mut(taker, subscription);
        let waiting = waiting.expect("an offer names a subscription");
        waiting.offered = Some(message);
        let process_id = waiting.process_id.clone();
        let (name, key) = (waiting.name.clone(), waiting.correlation_key.clone());
        let held = self.messages.get_mut(number, message).expect("an offer names a message");
        held.offers.push((subscription, process_id.clone()));
        if held.offers.len() == 1 {
            let sweep_ms = held.sweep_at_ms();
            self.due.take(sweep_ms);
        }
        let spilled = (self.messages.head.spilled, self.subscriptions.head.spilled);
        let line = self.line_mut((&process_id, &name, &key)).expect("a subscription has a line");
        line.free -= 1;
        // Offers are made from the oldest on: below there is nothing left.
        if spilled.0 {
            line.unreached.drop_below(number + 1);
        }
        if spilled.1 {
            line.unoffered.drop_below(taker + 1);
        }
    }

    fn take_offer(&mut self, (message, number): (Key, u64), subscription: Key, reached: bool) {
        let spilled = self.messages.head.spilled;
        let Some(held) = self.messages.get_mut(number, message) else { return };
        let Some(at) = held.offers.iter().position(|(to, _)| *to == subscription) else { return };
        let (_, process_id) = held.offers.remove(at);
        if reached {
            held.reached.push(process_id.clone());
        }
        let (name, key) = (held.name.clone(), held.correlation_key.clone());
        if held.offers.is_empty() {
            let sweep_ms = held.sweep_at_ms();
            self.due.add(sweep_ms);
        }
        if spilled
            && !reached
            && let Some(line) = self.line_mut((&process_id, &name, &key))
        {
            line.unreached.add(number);
        }
    }

    fn accept(&mut self, message: Key, (subscription, number): (Key, u64)) {
        let Ok(Some(waiting)) = self.subscriptions.get(number, subscription) else { return };
        if waiting.once {
            self.unsubscribe(subscription, number);
        } else if waiting.offered == Some(message) {
            let waiting = self.subscriptions.get_mut(number, subscription);
            let waiting = waiting.expect("it was just looked at");
            waiting.offered = None;
            let (process_id, name) = (waiting.process_id.clone(), waiting.name.clone());
            let key = waiting.correlation_key.clone();
            let spilled = self.subscriptions.head.spilled;
            let line = self.line_mut((&process_id, &name, &key));
            let line = line.expect("a subscription has a line");
            line.free += 1;
            if spilled {
                line.unoffered.add(number);
            }
        }
    }

    fn unsubscribe(&mut self, subscription: Key, number: u64) {
        let Some(gone) = self.subscriptions.remove(number, subscription) else { return };
        let names = (&*gone.process_id, &*gone.name, &*gone.correlation_key);
        let line = self.line_mut(names).expect("a subscription has a line");
        line.subscriptions -= 1;
        if gone.offered.is_none() {
            line.free -= 1;
        }
        if self.subscriptions.is_empty() {
            self.lines.iter_mut().for_each(|line| line.unoffered = Runs::default());
        }
        self.close_lines();
    }

    /// While messages lie in one row, only those who wait have a line.
    fn close_lines(&mut self) {
        if !self.messages.head.spilled {
            self.lines.retain(|line| line.subscriptions > 0);
        }
    }

    fn start(&mut self, (message, number): (Key, u64), process_id: &Arc<str>) {
        let held = self.messages.get_mut(number, message).expect("a start names a message");
        held.reached.push(process_id.clone());
        let (name, key) = (held.name.clone(), held.correlation_key.clone());
        if self.messages.head.spilled {
            self.open_line(process_id, &name, &key).unreached.remove(number);
        }
    }

    fn expire(&mut self, message: Key, number: u64) {
        let Some(gone) = self.messages.remove(number, message) else { return };
        self.due.take(gone.sweep_at_ms());
        if self.messages.is_empty() {
            self.sweep = 0;
            for line in &mut self.lines {
                line.unreached = Runs::default();
                line.seeks = false;
            }
            self.close_lines();
        }
    }

    /// Rebuilds from what lies in the root row what is not written there.
    pub(crate) fn open_row(&mut self) {
        if !self.messages.head.spilled {
            let messages = self.messages.iter().filter(|message| message.offers.is_empty());
            let moments: Vec<i64> = messages.map(Message::sweep_at_ms).collect();
            moments.into_iter().for_each(|at_ms| self.due.add(at_ms));
        }
        if self.is_one_row() {
            let waiting: Vec<Waiting> = self.subscriptions.iter().cloned().collect();
            for waiting in &waiting {
                let (process_id, name) = (&waiting.process_id, &waiting.name);
                let line: &mut Line = self.open_line(process_id, name, &waiting.correlation_key);
                line.subscriptions += 1;
                line.free += u64::from(waiting.offered.is_none());
            }
        }
        // A row of an older release may hold more than fits one today.
        if !self.messages.head.spilled && self.messages.len() > self.shape().inline as usize {
            self.messages.spill();
        }
        let most = self.shape().inline as usize;
        if !self.subscriptions.head.spilled && self.subscriptions.len() > most {
            self.subscriptions.spill();
        }
    }
}
