//! Step: a command goes in, events and effects come out; state changes only by those events.
//!
//! Not here: loading, committing and answering, which `runtime` does.

pub mod batch_operation;
pub mod bpmn_signal;
pub mod condition;
pub mod entry;
pub mod evaluation;
pub mod head;
pub mod instance;
mod job;
pub mod mailbox;
mod migrate;
mod modify;
mod quarantine;
pub mod resource;
mod suspend;
pub mod suspensions;
pub(crate) mod user_task;
pub mod work;

use crate::command::{Effect, Rejection};
use crate::event::Place;

/// What a step did: events already applied to the state, and what it asks of others.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome<E> {
    /// What happened, in order.
    pub events: Vec<E>,
    /// What other aggregates are asked, in order.
    pub effects: Vec<Effect>,
    /// Slots of an instance that lived before the step and are named by its events.
    pub places: Vec<Place>,
    /// What its expressions cost (`decision::Budget`).
    pub fuel: u64,
}

impl<E> Default for Outcome<E> {
    fn default() -> Self {
        Outcome { events: Vec::new(), effects: Vec::new(), places: Vec::new(), fuel: 0 }
    }
}

/// Why a step was not made. Nothing changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Halt {
    /// The command is refused.
    Rejected(Rejection),
    /// These stored pages must be in memory first.
    Needs(Vec<u32>),
}

impl From<Rejection> for Halt {
    fn from(rejection: Rejection) -> Self {
        Halt::Rejected(rejection)
    }
}
