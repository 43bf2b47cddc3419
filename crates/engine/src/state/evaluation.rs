//! An evaluation somebody asked for outside of any process: it exists for one commit, and only its
//! history stays.
//!
//! Not here: evaluations of business rule tasks; those are events of their instance.

use crate::decide::Evaluation;
use crate::key::Key;
use std::sync::Arc;

/// An evaluation, before and after it happened.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Asked {
    /// Tenant number.
    pub tenant: u32,
    /// Whether it has happened.
    pub is_done: bool,
}

/// A domain event of an evaluation.
#[derive(Debug, Clone, PartialEq)]
pub enum EvaluationEvent {
    /// The decision was evaluated, or stopped.
    DecisionEvaluated {
        /// Tenant number.
        tenant: u32,
        /// What it was asked and what it said.
        evaluation: Box<Evaluation>,
    },
    /// The history of an earlier evaluation is erased: this is what is left to say of it.
    EvaluationDeleted {
        /// Tenant number.
        tenant: u32,
        /// Key of that evaluation.
        evaluation: Key,
        /// Id of the decision it was of.
        decision_id: Arc<str>,
        /// How many decisions were evaluated in it.
        decisions: u32,
    },
}

impl Asked {
    /// Applies one event; the only writer of this state.
    pub fn apply(&mut self, event: &EvaluationEvent) {
        let (EvaluationEvent::DecisionEvaluated { tenant, .. }
        | EvaluationEvent::EvaluationDeleted { tenant, .. }) = event;
        self.tenant = *tenant;
        self.is_done = true;
    }
}
