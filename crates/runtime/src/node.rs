//! A node: the handle through which everything is asked.
//!
//! Not here: deciding; a lane does that on its own thread.

use crate::request::{ActivateJobs, ActivatedJob, Answer, Caller, Refusal, Request};
use engine::key::Key;
use std::sync::Arc;
use store::batch::DefinitionRow;
use store::load::HistoryRow;
use store::view::{Query, Rows};

/// A running node. Cheap to clone.
#[derive(Clone)]
pub struct Node {}

impl Node {
    /// Carries out a request: answered after its commit.
    pub async fn submit(&self, _caller: Caller, _request: Request) -> Result<Answer, Refusal> {
        Err(Refusal::Unavailable { reason: String::new() })
    }

    /// Hands out jobs; waits up to `wait_ms` for the first.
    pub async fn activate(
        &self,
        _caller: Caller,
        _jobs: ActivateJobs,
    ) -> Result<Vec<ActivatedJob>, Refusal> {
        Err(Refusal::Unavailable { reason: String::new() })
    }

    /// Gives back jobs whose client went away before the answer's first byte.
    pub fn release(&self, _jobs: &[(Key, u32)]) {}

    /// Answers a question; sees everything answered before it.
    pub async fn query(&self, _query: Query) -> Result<Rows, Refusal> {
        Err(Refusal::Unavailable { reason: String::new() })
    }

    /// A deployed definition with its source.
    #[must_use]
    pub fn definition(&self, _key: Key) -> Option<Arc<DefinitionRow>> {
        None
    }

    /// The latest definition of a process id.
    #[must_use]
    pub fn latest(&self, _tenant: u32, _process_id: &str) -> Option<Arc<DefinitionRow>> {
        None
    }

    /// History of one instance after a position (decode with `engine::record::decode_sections`).
    pub async fn history(
        &self,
        _instance: Key,
        _after: u64,
        _limit: u32,
    ) -> Result<Vec<HistoryRow>, Refusal> {
        Err(Refusal::Unavailable { reason: String::new() })
    }

    /// Figures for `/metrics`.
    #[must_use]
    pub fn metrics(&self) -> Vec<Metric> {
        Vec::new()
    }

    /// Whether the node can take work: `Err` says why not.
    pub fn ready(&self) -> Result<(), String> {
        Ok(())
    }
}

/// One figure, as `/metrics` shows it.
#[derive(Debug, Clone)]
pub struct Metric {
    /// Name with unit, `segue_...`.
    pub name: &'static str,
    /// What it is.
    pub help: &'static str,
    /// Whether it only rises.
    pub is_counter: bool,
    /// Labels.
    pub labels: Vec<(&'static str, String)>,
    /// Value.
    pub value: f64,
}
