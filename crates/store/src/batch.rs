//! What one group commit writes, and what it answers.
//!
//! Not here: what the bytes mean. Bodies are encoded by `engine::record`; the store moves them.

/// A random 64-bit value, new at every attempt to commit an aggregate (ARCHITECTURE.md, "Stamps").
pub type Stamp = u64;

/// Everything one lane commits at once: one transaction, one sync.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// Database time of the batch, Unix milliseconds.
    pub now_ms: i64,
    /// Aggregates linked by effects taken in this batch go in together or not at all (rule R1).
    pub components: Vec<Component>,
    /// Job activations, executed after all writes of the same transaction.
    pub claims: Vec<JobClaim>,
}

/// Rows that are accepted or refused together.
#[derive(Debug, Clone, Default)]
pub struct Component {
    /// Stamps of definition heads that were read and must still hold.
    pub reads: Vec<(u64, Stamp)>,
    /// Aggregates to write, each compared with its expected stamp.
    pub aggregates: Vec<AggregateWrite>,
    /// Job rows to put, change or delete.
    pub jobs: Vec<JobWrite>,
    /// Timer rows to put or delete.
    pub timers: Vec<TimerWrite>,
    /// Effects left for a later batch, and effects taken by this one.
    pub effects: Vec<EffectWrite>,
    /// Process definitions deployed.
    pub definitions: Vec<DefinitionRow>,
    /// Other resources deployed.
    pub resources: Vec<ResourceRow>,
    /// Keys of definitions and other resources deleted, with what is part of them: their rows stay
    /// for who reads history, and say since when nothing starts by them.
    pub deletions: Vec<u64>,
    /// Aggregates whose history is to be erased: if the process ends before [`crate::Store::purge`]
    /// has done it, the next one does.
    pub erasures: Vec<u64>,
    /// Answers of commands that carried an idempotency key.
    pub answers: Vec<AnswerRow>,
    /// One row per aggregate and commit: the encoded events.
    pub history: Vec<HistoryWrite>,
}

/// One aggregate's new state.
#[derive(Debug, Clone)]
pub struct AggregateWrite {
    /// Aggregate key: an instance's key, or the hash of a mailbox, entry or head.
    pub key: u64,
    /// What kind of aggregate (engine's number).
    pub kind: u8,
    /// Tenant number.
    pub tenant: u32,
    /// The stamp the row must carry now; `None`: the row must not exist.
    pub expected: Option<Stamp>,
    /// The stamp it carries afterwards.
    pub stamp: Stamp,
    /// The root row's new body; `None` deletes the aggregate with all its pages.
    pub body: Option<Vec<u8>>,
    /// Dirty pages only: new body, or `None` to delete the page.
    pub pages: Vec<(u32, Option<Vec<u8>>)>,
}

/// A job row as stored: what activation reads and changes without touching the instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// Job key.
    pub key: u64,
    /// The instance that waits for it.
    pub instance: u64,
    /// The element instance's slot in the instance.
    pub slot: u32,
    /// Tenant number.
    pub tenant: u32,
    /// Job type, as polled by workers.
    pub job_type: std::sync::Arc<str>,
    /// When it may next be handed out, Unix milliseconds: creation, end of back-off, or deadline
    /// while a worker holds it. `i64::MAX`: not at all (no retries left).
    pub due_ms: i64,
    /// The worker that holds it, if any.
    pub worker: Option<std::sync::Arc<str>>,
    /// When it was handed out last, Unix milliseconds; 0 if never.
    pub activated_ms: i64,
    /// How often it was handed out.
    pub attempt: u32,
    /// Retries left.
    pub retries: i32,
    /// Higher ones are handed out first.
    pub priority: i32,
}

/// A change of a job row.
#[derive(Debug, Clone)]
pub enum JobWrite {
    /// Insert, or replace the whole row.
    Put(JobRow),
    /// The worker gives it back: it may be handed out from `due_ms` on, unless the attempt moved.
    Release {
        /// Job key.
        key: u64,
        /// Attempt that is given back.
        attempt: u32,
        /// New due time, Unix milliseconds.
        due_ms: i64,
    },
    /// Delete. When `attempt` is given and there is no row of that attempt, the component
    /// conflicts.
    Delete {
        /// Job key.
        key: u64,
        /// The attempt the decision was made on.
        attempt: Option<u32>,
    },
}

/// A change of a timer row.
#[derive(Debug, Clone)]
pub enum TimerWrite {
    /// Insert or replace.
    Put(TimerRow),
    /// Delete by key.
    Delete {
        /// Timer key.
        key: u64,
    },
}

/// A timer row: a hint that an aggregate holds something due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimerRow {
    /// Timer key.
    pub key: u64,
    /// The aggregate that holds it.
    pub aggregate: u64,
    /// Slot of the element instance (0 for aggregates without slots).
    pub slot: u32,
    /// Due time, Unix milliseconds.
    pub due_ms: i64,
}

/// A change of the outbox.
#[derive(Debug, Clone)]
pub enum EffectWrite {
    /// Leave an effect for a later batch. Where one lies already, the component conflicts.
    Put(EffectRow),
    /// Taken: deleted in the transaction that applies it. When it is gone, somebody else took it
    /// and the component conflicts.
    Delete {
        /// Target aggregate.
        target: u64,
        /// Source aggregate.
        source: u64,
        /// Number within (target, source).
        n: u64,
    },
}

/// An effect between aggregates, first in first out per source and target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectRow {
    /// Target aggregate.
    pub target: u64,
    /// Source aggregate.
    pub source: u64,
    /// Number within (target, source), rising.
    pub n: u64,
    /// Encoded command.
    pub body: Vec<u8>,
}

/// A deployed process definition, kept with its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinitionRow {
    /// Definition key.
    pub key: u64,
    /// Deployment key it came with.
    pub deployment: u64,
    /// Tenant number.
    pub tenant: u32,
    /// BPMN process id.
    pub process_id: std::sync::Arc<str>,
    /// Process name, or the empty string.
    pub name: std::sync::Arc<str>,
    /// Version, from 1.
    pub version: u32,
    /// `zeebe:versionTag`, or the empty string.
    pub version_tag: std::sync::Arc<str>,
    /// Name of the resource it was deployed as.
    pub resource: std::sync::Arc<str>,
    /// SHA-256 of the resource.
    pub digest: [u8; 32],
    /// Deployment time, Unix milliseconds.
    pub deployed_ms: i64,
    /// The resource, byte for byte.
    pub source: Vec<u8>,
}

/// A deployed version of decision requirements, a decision in them, or a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceRow {
    /// Key of this version.
    pub key: u64,
    /// What it is (engine's number).
    pub kind: u8,
    /// Deployment key it came with.
    pub deployment: u64,
    /// Tenant number.
    pub tenant: u32,
    /// Id, as written in the file.
    pub id: std::sync::Arc<str>,
    /// Name, or the empty string.
    pub name: std::sync::Arc<str>,
    /// Version, from 1.
    pub version: u32,
    /// Version tag, or the empty string.
    pub version_tag: std::sync::Arc<str>,
    /// Name of the file it was deployed as.
    pub resource: std::sync::Arc<str>,
    /// SHA-256 of the file.
    pub digest: [u8; 32],
    /// Deployment time, Unix milliseconds.
    pub deployed_ms: i64,
    /// What it is part of, if it has no file of its own.
    pub parent: Option<ParentRow>,
    /// The file, byte for byte; empty for what is part of another one.
    pub source: Vec<u8>,
}

/// What a resource is part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParentRow {
    /// Key.
    pub key: u64,
    /// Id.
    pub id: std::sync::Arc<str>,
    /// Name, or the empty string.
    pub name: std::sync::Arc<str>,
    /// Version.
    pub version: u32,
}

/// The stored answer of a command that carried an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerRow {
    /// Aggregate the command addressed; 0 for creating commands, where the id alone is the gate.
    pub aggregate: u64,
    /// The client's key, with its tenant in front.
    pub id: String,
    /// Hash of the request: same key and other body is refused.
    pub request_hash: u64,
    /// Keys to answer with, encoded; never bodies.
    pub body: Vec<u8>,
}

/// The events of one aggregate in one commit, and the audit record of who caused them.
#[derive(Debug, Clone)]
pub struct HistoryWrite {
    /// Aggregate key.
    pub aggregate: u64,
    /// What kind of aggregate (engine's number).
    pub kind: u8,
    /// Tenant number.
    pub tenant: u32,
    /// Salt of the audit leaf: an erased body leaves the chain valid.
    pub salt: [u8; 16],
    /// Encoded record: context and events.
    pub body: Vec<u8>,
}

/// A wish to hand out jobs of a type to a worker.
#[derive(Debug, Clone)]
pub struct JobClaim {
    /// The caller's number, returned with the answer.
    pub id: u64,
    /// Tenants the worker may serve.
    pub tenants: Vec<u32>,
    /// Job type.
    pub job_type: std::sync::Arc<str>,
    /// Worker name.
    pub worker: std::sync::Arc<str>,
    /// Deadline given to claimed jobs, Unix milliseconds.
    pub deadline_ms: i64,
    /// At most this many.
    pub limit: u32,
}

/// What a claim got.
#[derive(Debug, Clone)]
pub struct ClaimedJobs {
    /// The claim's number.
    pub id: u64,
    /// Rows as they stand after the claim: highest priority first, and of one priority oldest due
    /// first.
    pub jobs: Vec<JobRow>,
    /// When fewer than the limit were due: the next due time of that type, if any row is left.
    pub next_due_ms: Option<i64>,
}

/// What a commit did.
#[derive(Debug, Clone, Default)]
pub struct Committed {
    /// One entry per component: `true` went in, `false` conflicted and left no trace.
    pub accepted: Vec<bool>,
    /// One entry per claim.
    pub claimed: Vec<ClaimedJobs>,
    /// Position of the last history row written, or of the last one before if none was.
    pub position: u64,
    /// Audit segment of the history rows written.
    pub segment: u64,
    /// Number of the commit within the segment; that of the last one before if none was written.
    pub seq: u64,
}
