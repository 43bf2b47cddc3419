//! A BPMN signal: who waits for one (tenant, name), and broadcasts on their way to them.
//!
//! Not here: what a process does with it, and processes it starts, which definitions know. Those
//! who wait lie on a shelf, as in a mailbox: few in the root row, many in pages.

use super::mailbox::{Absent, Item, Shape, Shelf};
use crate::event::{Slot, Variables};
use crate::key::Key;
use std::sync::Arc;

/// The listeners of a BPMN signal. Names are kept per entry because two names may share the
/// aggregate's hash.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BpmnSignal {
    /// Tenant number.
    pub tenant: u32,
    /// Who waits, oldest first.
    pub listeners: Shelf<Listener>,
    /// Broadcasts that have not reached everybody yet, oldest first. The first is on its way.
    pub broadcasts: Vec<Broadcast>,
    undo: Option<Box<(u32, Vec<Broadcast>)>>,
}

/// An element instance that waits.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Listener {
    /// Subscription key.
    pub key: Key,
    /// Instance that waits.
    pub instance: Key,
    /// Element instance that waits.
    pub slot: Slot,
    /// Name of the BPMN signal.
    pub name: Arc<str>,
    /// Whether one broadcast ends it.
    pub once: bool,
}

/// A broadcast on its way. It reaches the listeners with the numbers `next..below`: those who
/// waited when it was accepted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Broadcast {
    /// Key of the broadcast.
    pub key: Key,
    /// Name of the BPMN signal.
    pub name: Arc<str>,
    /// Variables it brings.
    pub variables: Variables,
    /// The number of the listener it looks at next.
    pub next: u64,
    /// The number of the first listener it does not reach.
    pub below: u64,
}

/// A domain event of a BPMN signal.
#[expect(missing_docs, reason = "fields carry the words of GLOSSARY.md")]
#[derive(Debug, Clone, PartialEq)]
pub enum BpmnSignalEvent {
    /// It is to be broadcast to those who wait now.
    BroadcastAccepted { tenant: u32, broadcast: Box<Broadcast> },
    /// The broadcast on its way has reached the listeners below a number.
    ListenersReached { next: u64 },
    /// It has reached everybody.
    BroadcastEnded,
    /// Somebody waits.
    ListenerAdded { tenant: u32, listener: Box<Listener> },
    /// Somebody waits no more.
    ListenerRemoved { subscription: Key, number: u64 },
}

impl Item for Listener {
    const PART: u32 = 0;

    fn key(&self) -> Key {
        self.key
    }

    fn hash(&self) -> Option<u32> {
        Some(super::mailbox::hash(self.key.0.to_le_bytes().into_iter()))
    }

    fn weight(&self) -> usize {
        192
    }
}

impl Shelf<Listener> {
    /// Numbers of the listeners that may have a key.
    pub(crate) fn find_key(&self, key: Key) -> Result<Vec<u64>, Absent> {
        self.find(super::mailbox::hash(key.0.to_le_bytes().into_iter()))
    }
}

impl BpmnSignal {
    /// One nobody waits for, of this shape.
    #[must_use]
    pub fn shaped(tenant: u32, shape: Shape) -> BpmnSignal {
        let mut signal = BpmnSignal { tenant, ..BpmnSignal::default() };
        signal.listeners.shape = shape;
        signal
    }

    /// Whether nothing is left to remember.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.listeners.is_empty() && self.broadcasts.is_empty()
    }

    /// Whether it goes on by itself: by an effect that is on its way to it.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        !self.broadcasts.is_empty()
    }

    /// Whether all listeners lie in the root row.
    #[must_use]
    pub fn is_one_row(&self) -> bool {
        !self.listeners.head.spilled
    }

    /// How many listeners lie where.
    #[must_use]
    pub fn shape(&self) -> Shape {
        self.listeners.shape
    }

    /// Rough bytes in memory.
    #[must_use]
    pub fn weight(&self) -> usize {
        let bytes = |held: &Broadcast| {
            let texts = held.variables.iter().map(|(name, value)| name.len() + value.len() + 64);
            128 + texts.sum::<usize>()
        };
        size_of::<BpmnSignal>()
            + self.listeners.weight()
            + self.broadcasts.iter().map(bytes).sum::<usize>()
    }

    /// Drops pages that are as they are stored, except those to be kept.
    pub fn drop_pages(&mut self, keep: impl Fn(u32) -> bool) {
        self.listeners.drop_pages(&keep);
    }

    /// What changed is written.
    pub fn written(&mut self) {
        self.listeners.dirty.clear();
    }

    /// A listener.
    pub fn listener(&self, key: Key) -> Result<Option<&Listener>, Absent> {
        for number in self.listeners.find_key(key)? {
            if let Some(held) = self.listeners.get(number, key)? {
                return Ok(Some(held));
            }
        }
        Ok(None)
    }

    /// What is not in order of one that is whole in memory; `Ok`: counts and indexes say what is
    /// held, and no broadcast reaches who came after it.
    pub fn verify(&self) -> Result<(), String> {
        let beyond = self
            .broadcasts
            .iter()
            .find(|held| held.next > held.below || held.below > self.listeners.head().next);
        if let Some(held) = beyond {
            return Err(format!("broadcast {} reaches who is not there yet", held.key));
        }
        self.listeners.verify()
    }

    /// Whether listeners may go, as far as can be said before the first has gone.
    pub(crate) fn may_remove(&self, gone: &[(u64, Key)]) -> Result<(), Absent> {
        let asked = gone.iter().map(|(number, key)| self.listeners.may_remove(*number, *key));
        let mut absent: Vec<u32> = asked.filter_map(Result::err).flat_map(|it| it.0).collect();
        absent.sort_unstable();
        absent.dedup();
        if absent.is_empty() { Ok(()) } else { Err(Absent(absent)) }
    }

    /// Whether every page an event changes is in memory.
    pub(crate) fn may_apply(&self, event: &BpmnSignalEvent) -> Result<(), Absent> {
        use BpmnSignalEvent as E;
        match event {
            E::ListenerAdded { listener, .. } => self.listeners.may_push(listener.hash()),
            E::ListenerRemoved { subscription, number } => {
                self.listeners.may_remove(*number, *subscription)
            }
            E::BroadcastAccepted { .. } | E::ListenersReached { .. } | E::BroadcastEnded => Ok(()),
        }
    }

    /// Applies one event; the only writer of this state.
    pub fn apply(&mut self, event: &BpmnSignalEvent) {
        use BpmnSignalEvent as E;
        match event {
            E::BroadcastAccepted { tenant, broadcast } => {
                self.tenant = *tenant;
                self.broadcasts.push((**broadcast).clone());
            }
            E::ListenersReached { next } => {
                let first = self.broadcasts.first_mut();
                first.expect("a broadcast is on its way").next = *next;
            }
            E::BroadcastEnded => drop(self.broadcasts.remove(0)),
            E::ListenerAdded { tenant, listener } => {
                self.tenant = *tenant;
                self.listeners.push((**listener).clone());
            }
            E::ListenerRemoved { subscription, number } => {
                self.listeners.remove(*number, *subscription);
            }
        }
        // One that is empty has no row: the next begins anew.
        if self.is_empty() {
            self.listeners.restart();
        }
    }

    /// From now on a step can be taken back. What lies in one row needs no page: its steps never
    /// are.
    pub(crate) fn begin(&mut self) {
        if self.is_one_row() {
            return;
        }
        self.undo = Some(Box::new((self.tenant, self.broadcasts.clone())));
        self.listeners.begin();
    }

    /// What the step did stays, or is taken back.
    pub(crate) fn end(&mut self, stays: bool) {
        let Some(undo) = self.undo.take() else { return };
        self.listeners.end(stays);
        if !stays {
            (self.tenant, self.broadcasts) = *undo;
        }
    }
}
