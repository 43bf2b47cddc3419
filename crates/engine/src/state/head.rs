//! A definition head: the versions of one (tenant, process id), and the timers that start it.
//!
//! Not here: the executable graphs; those are made from the deployed sources.

use crate::event::ElementIndex;
use crate::key::Key;
use std::sync::Arc;

/// A definition head.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Head {
    /// Tenant number.
    pub tenant: u32,
    /// BPMN process id.
    pub process_id: Arc<str>,
    /// Highest version there ever was; 0: none yet.
    pub version: u32,
    /// Definition key of the newest version that is not deleted; 0: none.
    pub latest: Key,
    /// SHA-256 of the newest resource: an identical one makes no new version.
    pub digest: [u8; 32],
    /// Running start timers of the newest version.
    pub timers: Vec<StartTimer>,
}

/// A timer that starts instances.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StartTimer {
    /// Timer key.
    pub key: Key,
    /// The timer start event.
    pub element: ElementIndex,
    /// Due time, Unix milliseconds.
    pub due_ms: i64,
    /// Firings left after this one; -1: no end.
    pub repetitions: i32,
}

/// A domain event of a head.
#[expect(missing_docs, reason = "fields carry the words of GLOSSARY.md")]
#[derive(Debug, Clone, PartialEq)]
pub enum HeadEvent {
    /// A new version is the latest; start timers of older ones are gone.
    VersionDeployed {
        tenant: u32,
        process_id: Arc<str>,
        version: u32,
        definition: Key,
        deployment: Key,
        digest: [u8; 32],
    },
    /// A start timer runs.
    StartTimerStarted { timer: StartTimer },
    /// A start timer was due.
    StartTimerFired { key: Key },
    /// A version starts nothing any more. `latest`: the newest version that is left (0: none); if
    /// it was another one before, that one's start timers are gone.
    DefinitionDeleted { definition: Key, latest: Key },
}

impl Head {
    /// Applies one event; the only writer of this state.
    pub fn apply(&mut self, event: &HeadEvent) {
        match event {
            HeadEvent::VersionDeployed {
                tenant, process_id, version, definition, digest, ..
            } => {
                self.tenant = *tenant;
                self.process_id = process_id.clone();
                self.version = *version;
                self.latest = *definition;
                self.digest = *digest;
                self.timers.clear();
            }
            HeadEvent::StartTimerStarted { timer } => self.timers.push(timer.clone()),
            HeadEvent::StartTimerFired { key } => self.timers.retain(|timer| timer.key != *key),
            HeadEvent::DefinitionDeleted { latest, .. } if *latest != self.latest => {
                self.latest = *latest;
                self.timers.clear();
                // Whatever is deployed next is new.
                self.digest = [0; 32];
            }
            HeadEvent::DefinitionDeleted { .. } => {}
        }
    }
}
