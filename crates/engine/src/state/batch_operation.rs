//! A batch operation: what somebody asked for very many instances at once, and how far it is.
//!
//! Not here: finding and changing the instances. The runtime sweeps through them, a few at a time,
//! and tells in the same commit what became of each.

use crate::change::{Migration, Modification};
use crate::event::Variables;
use crate::key::Key;
use std::sync::Arc;

/// A batch operation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BatchOperation {
    /// What was asked, of whom.
    pub begun: Begun,
    /// Everything up to this key is done; what is meant is taken in the order of its keys.
    pub cursor: Key,
    /// How many items went well.
    pub completed: u64,
    /// How many did not.
    pub failed: u64,
    /// Whether it goes on.
    pub phase: BatchPhase,
}

/// What was asked, by whom, of which instances.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Begun {
    /// Its key; 0 until it was asked for.
    pub key: Key,
    /// Tenant number.
    pub tenant: u32,
    /// In whose name each item is changed.
    pub actor: Arc<str>,
    /// On whose behalf.
    pub acting_for: Option<Arc<str>>,
    /// What is done to each.
    pub operation: Operation,
    /// To which.
    pub selection: Selection,
    /// How many items there were when it was accepted.
    pub total: u64,
}

/// What is done to each item.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Operation {
    /// Cancel the instance.
    #[default]
    Cancel,
    /// Try an incident again; if its job has no retries left it gets these. Each incident is an
    /// item.
    ResolveIncidents {
        /// Retries for a job that has none.
        retries: i32,
    },
    /// Add, move and cancel tokens.
    Modify(Box<Modification>),
    /// Have it run another definition.
    Migrate(Box<Migration>),
    /// Set variables in its process scope.
    SetVariables {
        /// The variables.
        variables: Variables,
    },
    /// Suspend it.
    Suspend,
    /// Resume it.
    Resume,
}

/// What is done to each item, without how. In the order of the view's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OperationKind {
    /// Cancel.
    #[default]
    Cancel,
    /// Try incidents again.
    ResolveIncidents,
    /// Add, move and cancel tokens.
    Modify,
    /// Change the definition.
    Migrate,
    /// Set variables.
    SetVariables,
    /// Suspend.
    Suspend,
    /// Resume.
    Resume,
}

/// Which instances, or which of their incidents.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Selection {
    /// What the filter is about.
    pub of: Chosen,
    /// A filter as the runtime writes it.
    pub filter: Arc<str>,
    /// Of these instances only, rising; empty: of all the filter finds.
    pub keys: Vec<Key>,
    /// For failed items: the batch operation they are of.
    pub batch: Option<Key>,
    /// What came later is not meant.
    pub upper: Key,
}

/// What a selection chooses from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Chosen {
    /// Process instances.
    #[default]
    Instances,
    /// Open incidents.
    Incidents,
    /// Failed items of another batch operation.
    FailedItems,
}

/// Whether it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BatchPhase {
    /// Items are being changed.
    #[default]
    Active,
    /// Nothing is changed until it is resumed.
    Suspended,
    /// Somebody ended it; what was changed stays changed.
    Cancelled,
    /// All items were tried.
    Completed,
}

/// What became of an item.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tried {
    /// The item: an instance, or an incident.
    pub item: Key,
    /// The instance it is, or is of.
    pub instance: Key,
    /// Why it was refused; none: it went well.
    pub error: Option<Arc<str>>,
}

/// A domain event of a batch operation.
#[expect(missing_docs, reason = "fields carry the words of GLOSSARY.md")]
#[derive(Debug, Clone, PartialEq)]
pub enum BatchOperationEvent {
    /// It was accepted.
    BatchBegun(Box<Begun>),
    /// Items up to `cursor` were tried; so many went well and failed since it began.
    ItemsTried {
        tenant: u32,
        kind: OperationKind,
        cursor: Key,
        tried: Vec<Tried>,
        completed: u64,
        failed: u64,
    },
    /// Nothing is changed until it is resumed.
    BatchSuspended { tenant: u32 },
    /// It goes on.
    BatchResumed { tenant: u32 },
    /// Somebody ended it.
    BatchCancelled { tenant: u32 },
    /// All items were tried: so many went well and failed.
    BatchCompleted { completed: u64, failed: u64 },
}

impl Operation {
    /// What is done, without how.
    #[must_use]
    pub fn kind(&self) -> OperationKind {
        match self {
            Operation::Cancel => OperationKind::Cancel,
            Operation::ResolveIncidents { .. } => OperationKind::ResolveIncidents,
            Operation::Modify(_) => OperationKind::Modify,
            Operation::Migrate(_) => OperationKind::Migrate,
            Operation::SetVariables { .. } => OperationKind::SetVariables,
            Operation::Suspend => OperationKind::Suspend,
            Operation::Resume => OperationKind::Resume,
        }
    }

    /// Whether its items are incidents, and not instances.
    #[must_use]
    pub fn is_about_incidents(&self) -> bool {
        matches!(self, Operation::ResolveIncidents { .. })
    }
}

impl BatchOperation {
    /// Whether nothing changes any more.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        matches!(self.phase, BatchPhase::Cancelled | BatchPhase::Completed)
    }

    /// Applies one event; the only writer of this state.
    pub fn apply(&mut self, event: &BatchOperationEvent) {
        use BatchOperationEvent as E;
        match event {
            E::BatchBegun(begun) => self.begun = (**begun).clone(),
            E::ItemsTried { cursor, completed, failed, .. } => {
                self.cursor = *cursor;
                self.completed = *completed;
                self.failed = *failed;
            }
            E::BatchSuspended { .. } => self.phase = BatchPhase::Suspended,
            E::BatchResumed { .. } => self.phase = BatchPhase::Active,
            E::BatchCancelled { .. } => self.phase = BatchPhase::Cancelled,
            E::BatchCompleted { .. } => self.phase = BatchPhase::Completed,
        }
    }
}
