//! An entry: the one open instance a message start allows per (tenant, process id, correlation
//! key), and the messages that wait for its end.
//!
//! Not here: starts without a correlation key; they always start and have no entry.

use crate::event::Variables;
use crate::key::Key;
use std::sync::Arc;

/// An entry. The hash of its name may be shared, so each door keeps its own name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Entry {
    /// Tenant number.
    pub tenant: u32,
    /// Open instances by name; almost always one.
    pub doors: Vec<Door>,
}

/// One (process id, correlation key) of an entry.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Door {
    /// BPMN process id.
    pub process_id: Arc<str>,
    /// Correlation key.
    pub correlation_key: Arc<str>,
    /// The instance that holds the door.
    pub instance: Key,
    /// Messages waiting for its end, oldest first.
    pub waiting: Vec<WaitingStart>,
}

/// A message that will start the next instance.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WaitingStart {
    /// Message key.
    pub message: Key,
    /// Message name.
    pub name: Arc<str>,
    /// Until when it may still start, Unix milliseconds.
    pub deadline_ms: i64,
    /// Variables it brings.
    pub variables: Variables,
}

/// A domain event of an entry.
#[expect(missing_docs, reason = "fields carry the words of GLOSSARY.md")]
#[derive(Debug, Clone, PartialEq)]
pub enum EntryEvent {
    /// An instance holds the door now.
    DoorOpened { tenant: u32, process_id: Arc<str>, correlation_key: Arc<str>, instance: Key },
    /// A message waits for the end of the open instance.
    StartQueued { instance: Key, waiting: Box<WaitingStart> },
    /// The oldest waiting message was taken (to start, or because it expired).
    StartTaken { instance: Key },
    /// The instance at the door was replaced by the next.
    DoorPassed { instance: Key, next: Key },
    /// The instance ended and nobody waits.
    DoorClosed { instance: Key },
}

impl Entry {
    /// Applies one event; the only writer of this state.
    pub fn apply(&mut self, event: &EntryEvent) {
        use EntryEvent as E;
        match event {
            E::DoorOpened { tenant, process_id, correlation_key, instance } => {
                self.tenant = *tenant;
                self.doors.push(Door {
                    process_id: process_id.clone(),
                    correlation_key: correlation_key.clone(),
                    instance: *instance,
                    waiting: Vec::new(),
                });
            }
            E::StartQueued { instance, waiting } => {
                self.door(*instance).waiting.push((**waiting).clone());
            }
            E::StartTaken { instance } => {
                self.door(*instance).waiting.remove(0);
            }
            E::DoorPassed { instance, next } => self.door(*instance).instance = *next,
            E::DoorClosed { instance } => self.doors.retain(|door| door.instance != *instance),
        }
    }

    fn door(&mut self, instance: Key) -> &mut Door {
        let door = self.doors.iter_mut().find(|door| door.instance == instance);
        door.expect("an entry event names an open door")
    }
}
