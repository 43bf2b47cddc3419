//! Parts elements are made of: texts, mappings, jobs, timers, messages, errors.
//!
//! Not elements themselves: a part neither waits nor leaves on its own.

pub mod bpmn_signal;
pub mod compensation;
pub mod condition;
pub mod decision;
pub mod duration;
pub mod error;
pub mod escalation;
pub mod job;
pub mod listener;
pub mod mapping;
pub mod message;
pub mod multi_instance;
pub mod send;
pub mod standard_loop;
pub mod text;
pub mod throws;
pub mod timer;

use crate::event::IncidentKind;
use std::sync::Arc;

/// Why an element cannot proceed; it becomes an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What kind of obstacle.
    pub kind: IncidentKind,
    /// What was expected, what was found, what to do.
    pub message: String,
}

impl Failure {
    /// A failure of this kind.
    pub fn new(kind: IncidentKind, message: impl Into<String>) -> Self {
        Failure { kind, message: message.into() }
    }
}

/// What an event waits for, evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wait {
    /// A moment.
    Timer {
        /// Unix milliseconds.
        due_ms: i64,
        /// Firings left after this one; -1: no end.
        repetitions: i32,
    },
    /// A message.
    Message {
        /// Message name.
        name: Arc<str>,
        /// Correlation key.
        correlation_key: Arc<str>,
    },
    /// That its condition is true.
    Condition,
    /// A BPMN signal.
    BpmnSignal {
        /// Its name.
        name: Arc<str>,
    },
}
