//! What a lane asks for before it steps: rows, pages and stored answers in one snapshot (rule R4).
//!
//! Not here: queries people ask; those are views.

use crate::batch::{AnswerRow, JobRow, Stamp};

/// One gather. All of it is read in one snapshot.
#[derive(Debug, Clone, Default)]
pub struct Load {
    /// Aggregates by key, with the pages wanted.
    pub aggregates: Vec<(u64, Pages)>,
    /// Job rows by key.
    pub jobs: Vec<u64>,
    /// Stored answers by (aggregate, id).
    pub answers: Vec<(u64, String)>,
}

/// Which pages of an aggregate to load beside its root row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pages {
    /// All of them.
    All,
    /// The root row only.
    Root,
    /// These.
    Some(Vec<u32>),
}

/// The answer, in the order asked.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// `None`: no such aggregate.
    pub aggregates: Vec<Option<AggregateRow>>,
    /// `None`: no such job.
    pub jobs: Vec<Option<JobRow>>,
    /// `None`: never answered (or expired).
    pub answers: Vec<Option<AnswerRow>>,
}

/// An aggregate as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AggregateRow {
    /// Aggregate key.
    pub key: u64,
    /// What kind of aggregate (engine's number).
    pub kind: u8,
    /// Tenant number.
    pub tenant: u32,
    /// Its stamp now.
    pub stamp: Stamp,
    /// Root body.
    pub body: Vec<u8>,
    /// Pages asked for, by number.
    pub pages: Vec<(u32, Vec<u8>)>,
}

/// One committed history row, as projectors, streams and verifiers read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRow {
    /// Scalar, commit-ordered position, from 1.
    pub position: u64,
    /// Aggregate key.
    pub aggregate: u64,
    /// What kind of aggregate (engine's number).
    pub kind: u8,
    /// Tenant number.
    pub tenant: u32,
    /// Commit time, Unix milliseconds.
    pub at_ms: i64,
    /// Audit segment and number of the commit in it.
    pub segment: u64,
    /// Number of the commit within the segment.
    pub seq: u64,
    /// Encoded record: context and events.
    pub body: Vec<u8>,
}

/// Which history a store keeps, and from where on it is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// A random number given to the database when it was made; a copy keeps it.
    pub history: u64,
    /// The highest position whose row was deleted: up to here rows are missing. 0: none was.
    pub purged: u64,
}
