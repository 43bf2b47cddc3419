//! What may be asked of an aggregate, what it refuses, and what it asks of others.
//!
//! Not here: who may ask (`access`), and how requests look on the wire (`api`).

use crate::change::{Migration, Modification};
use crate::event::{Activation, ElementIndex, Parent, Slot, TaskChanges, Variables};
use crate::graph::Graph;
use crate::key::Key;
use crate::resources::ResourceKind;
use crate::state::batch_operation::{Begun, Tried};
use crate::state::bpmn_signal::Listener;
use crate::state::mailbox::{Numbers, Waiting};
use std::sync::Arc;

pub use work::rejection::{Rejection, RejectionKind};

/// A command to one aggregate.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// To a process instance.
    Instance(InstanceCommand),
    /// To a mailbox.
    Mailbox(MailboxCommand),
    /// To an entry.
    Entry(EntryCommand),
    /// To a definition head.
    Head(HeadCommand),
    /// To a resource head.
    Resource(ResourceCommand),
    /// To an evaluation.
    Evaluation(EvaluationCommand),
    /// To the listeners of a BPMN signal.
    BpmnSignal(BpmnSignalCommand),
    /// To a batch operation.
    BatchOperation(BatchCommand),
    /// To the suspensions of a tenant.
    Suspension(SuspensionCommand),
    /// To signals, alerts and cases.
    Work(work::Command),
}

/// What a process instance can be asked.
#[expect(missing_docs, reason = "fields carry the words of GLOSSARY.md")]
#[derive(Debug, Clone, PartialEq)]
pub enum InstanceCommand {
    /// Begin.
    CreateInstance(Box<CreateInstance>),
    /// Cancel everything and end.
    CancelInstance,
    /// Cancel everything, undo what has completed, the last first, and end.
    CompensateInstance,
    /// A worker did the job. `result`: what it decided, if there was something to decide.
    CompleteJob {
        slot: Slot,
        job: Key,
        variables: Variables,
        by: Activation,
        result: Option<Box<JobResult>>,
    },
    /// A worker failed.
    FailJob {
        slot: Slot,
        job: Key,
        retries: i32,
        back_off_ms: i64,
        message: Arc<str>,
        variables: Variables,
        by: Activation,
    },
    /// A worker throws a BPMN error.
    ThrowJobError {
        slot: Slot,
        job: Key,
        code: Arc<str>,
        message: Arc<str>,
        variables: Variables,
        by: Activation,
    },
    /// Change retries left and, if it is held by a worker, the deadline.
    UpdateJob { slot: Slot, job: Key, retries: Option<i32>, deadline_ms: Option<i64> },
    /// A timer is due.
    FireTimer { slot: Slot, timer: Key },
    /// A mailbox offers a message.
    OfferMessage {
        /// Where it is awaited.
        slot: Slot,
        subscription: Key,
        message: Key,
        mailbox: Key,
        variables: Variables,
        /// To be given back with the answer.
        at: Numbers,
    },
    /// Try again what could not proceed.
    ResolveIncident { incident: Key },
    /// Try again what could not proceed; if its job has no retries left it gets these.
    RetryIncident { incident: Key, retries: i32 },
    /// Set variables from an element instance (by key) outwards, or in its own scope only.
    SetVariables { element: Key, variables: Variables, local: bool },
    /// A person did the task.
    CompleteUserTask { task: Key, variables: Variables, action: Arc<str> },
    /// Give a task to a person, or to nobody. Without `allow_override` only who has it already
    /// may take what somebody has.
    AssignUserTask {
        task: Key,
        assignee: Option<Arc<str>>,
        /// Whether it may be taken from somebody else.
        allow_override: bool,
        action: Arc<str>,
    },
    /// Change who may have a task, its dates or its priority.
    UpdateUserTask { task: Key, changes: Box<TaskChanges>, action: Arc<str> },
    /// Stop where it is: nothing is handed out, timers and messages wait.
    SuspendInstance,
    /// Go on.
    ResumeInstance,
    /// Add, move and cancel tokens.
    ModifyInstance(Box<Modification>),
    /// Run another definition from now on.
    MigrateInstance(Box<Migration>),
    /// Go on with the kept agenda.
    Continue,
    /// The engine broke an invariant here: stand still until repaired.
    Quarantine { message: Arc<str> },
    /// The call activity that began this instance is cancelled.
    CancelCalled,
    /// Begin activities of an ad-hoc sub-process (its element instance by key), each by its id and
    /// with variables of its own. `cancels_remaining`: what runs in it goes first.
    ActivateActivities {
        element: Key,
        activities: Vec<(Arc<str>, Variables)>,
        cancels_remaining: bool,
    },
    /// A called instance has ended.
    EndChild { slot: Slot, child: Key, outcome: ChildOutcome },
    /// A BPMN signal reaches who waits for it.
    ReceiveBpmnSignal { slot: Slot, subscription: Key, signal: Key, variables: Variables },
    /// A called instance threw an escalation that nobody catches in it.
    EscalateChild(Box<ChildEscalation>),
    /// The escalation thrown in a slot, which waits for its end, interrupts nothing.
    PassEscalation { slot: Slot },
}

/// An escalation from a called instance to those above it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChildEscalation {
    /// The call activity it comes out of.
    pub slot: Slot,
    /// The instance it called.
    pub child: Key,
    /// Escalation code.
    pub code: Arc<str>,
    /// The instance that threw it.
    pub thrower: Key,
    /// Where it threw it; it waits there if it expects to be interrupted.
    pub waits: Option<Slot>,
}

/// What a worker decides beside bringing variables. Words as Camunda 8's `JobResult`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct JobResult {
    /// A task listener refuses the change of its task.
    pub denied: bool,
    /// Why.
    pub denied_reason: Arc<str>,
    /// A task listener's corrections of its task; what is absent stays.
    pub corrections: TaskCorrections,
    /// Elements an ad-hoc sub-process activates, each with its variables.
    pub activate: Vec<(Arc<str>, Variables)>,
    /// The ad-hoc sub-process has done what it is for.
    pub is_fulfilled: bool,
    /// What still runs in it is cancelled.
    pub cancels_remaining: bool,
}

/// What a task listener changes of its task; `None`: it stays as it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskCorrections {
    /// Who has it; empty: nobody.
    pub assignee: Option<Arc<str>>,
    /// Due date, as it is written in ISO 8601; empty: none.
    pub due_date: Option<Arc<str>>,
    /// Follow-up date, as it is written in ISO 8601; empty: none.
    pub follow_up_date: Option<Arc<str>>,
    /// Persons who may claim it.
    pub candidate_users: Option<Vec<Arc<str>>>,
    /// Groups that may claim it.
    pub candidate_groups: Option<Vec<Arc<str>>>,
    /// 0 to 100.
    pub priority: Option<i32>,
}

/// How a called instance ended.
#[expect(missing_docs, reason = "fields carry the words of GLOSSARY.md")]
#[derive(Debug, Clone, PartialEq)]
pub enum ChildOutcome {
    /// It completed, with the variables of its process scope.
    Completed { variables: Variables },
    /// It was cancelled.
    Cancelled,
    /// It ended with an error that somebody further out catches.
    Failed { code: Arc<str>, variables: Variables },
}

/// How an instance begins.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreateInstance {
    /// The key it gets.
    pub instance: Key,
    /// Definition to run.
    pub definition: Key,
    /// Start event.
    pub start: ElementIndex,
    /// Start variables.
    pub variables: Variables,
    /// What the business calls it.
    pub business_id: Option<Arc<str>>,
    /// Words whoever began it marked it with.
    pub tags: Vec<Arc<str>>,
    /// Entry to tell at the end.
    pub entry: Option<Key>,
    /// The call activity that begins it.
    pub parent: Option<Box<Parent>>,
    /// The case it runs for.
    pub case: Option<Key>,
    /// Elements, by id, at which tokens begin instead of at the start event.
    pub begin_at: Vec<Arc<str>>,
    /// Elements, by id, whose end is the end of the instance.
    pub stop_after: Vec<Arc<str>>,
}

/// What a mailbox can be asked.
#[expect(missing_docs, reason = "fields carry the words of GLOSSARY.md")]
#[derive(Debug, Clone, PartialEq)]
pub enum MailboxCommand {
    /// Take a message. `buffer`: without a taker it waits for its time to live; a correlation
    /// (not buffered) is refused when nobody takes it.
    PublishMessage {
        tenant: u32,
        name: Arc<str>,
        correlation_key: Arc<str>,
        id: Option<Arc<str>>,
        ttl_ms: i64,
        variables: Variables,
        must_correlate: bool,
    },
    /// Wait for a message.
    Subscribe { tenant: u32, waiting: Box<Waiting> },
    /// Wait no more.
    Unsubscribe { subscription: Key },
    /// The instance took the message.
    AcceptMessage { subscription: Key, message: Key, at: Numbers },
    /// The instance does not want it any more.
    RefuseMessage { subscription: Key, message: Key, at: Numbers },
    /// Messages may have expired.
    ExpireMessages,
    /// Go on with looking for messages and sweeping them.
    Continue,
}

/// What an entry can be asked.
#[expect(missing_docs, reason = "fields carry the words of GLOSSARY.md")]
#[derive(Debug, Clone, PartialEq)]
pub enum EntryCommand {
    /// Start an instance, or wait for the end of the open one.
    StartByMessage {
        tenant: u32,
        process_id: Arc<str>,
        correlation_key: Arc<str>,
        message: Key,
        name: Arc<str>,
        deadline_ms: i64,
        variables: Variables,
    },
    /// The open instance ended.
    EndInstance { instance: Key },
}

/// What a definition head can be asked.
#[expect(missing_docs, reason = "fields carry the words of GLOSSARY.md")]
#[derive(Debug, Clone, PartialEq)]
pub enum HeadCommand {
    /// Make this the newest version, unless it is identical to it; `anew`: even then, because
    /// something else in its deployment is new.
    DeployDefinition {
        tenant: u32,
        deployment: Key,
        digest: [u8; 32],
        graph: Arc<Graph>,
        anew: bool,
    },
    /// A start timer is due.
    FireStartTimer { timer: Key },
    /// Start nothing by this version any more; `newest`: the newest version that is left.
    DeleteDefinition { definition: Key, newest: Option<(Key, Arc<Graph>)> },
}

/// What a resource head can be asked.
#[expect(missing_docs, reason = "fields carry the words of GLOSSARY.md")]
#[derive(Debug, Clone, PartialEq)]
pub enum ResourceCommand {
    /// Make this the newest version.
    DeployResource {
        tenant: u32,
        kind: ResourceKind,
        id: Arc<str>,
        deployment: Key,
        digest: [u8; 32],
    },
    /// Bind nothing to this version any more; `newest`: the newest version that is left.
    DeleteResource { resource: Key, newest: Option<Key> },
}

/// What an evaluation can be asked.
#[expect(missing_docs, reason = "fields carry the words of GLOSSARY.md")]
#[derive(Debug, Clone, PartialEq)]
pub enum EvaluationCommand {
    /// Evaluate this version of a decision.
    EvaluateDecision { tenant: u32, decision: Key, variables: Variables },
    /// Say that the history of an earlier evaluation is erased; `decisions`: how many it was of.
    DeleteEvaluation { tenant: u32, evaluation: Key, decision_id: Arc<str>, decisions: u32 },
}

/// What the listeners of a BPMN signal can be asked.
#[expect(missing_docs, reason = "fields carry the words of GLOSSARY.md")]
#[derive(Debug, Clone, PartialEq)]
pub enum BpmnSignalCommand {
    /// Reach everybody who waits for it now, and start what it starts.
    BroadcastBpmnSignal { tenant: u32, name: Arc<str>, variables: Variables },
    /// Wait for it.
    Listen { tenant: u32, listener: Box<Listener> },
    /// Wait no more.
    StopListening { subscription: Key },
    /// Go on with broadcasts that are on their way.
    Continue,
}

/// What a batch operation can be asked.
#[expect(missing_docs, reason = "fields carry the words of GLOSSARY.md")]
#[derive(Debug, Clone, PartialEq)]
pub enum BatchCommand {
    /// Be accepted.
    BeginBatch(Box<Begun>),
    /// Items up to `cursor` were tried; after the last ones it ends.
    NoteItems { cursor: Key, tried: Vec<Tried>, is_last: bool },
    /// Change nothing until resumed.
    SuspendBatch,
    /// Go on.
    ResumeBatch,
    /// Leave the items that were not tried alone.
    CancelBatch,
}

/// What the suspensions of a tenant can be asked.
#[expect(missing_docs, reason = "fields carry the words of GLOSSARY.md")]
#[derive(Debug, Clone, PartialEq)]
pub enum SuspensionCommand {
    /// Let no instances of a definition begin.
    SuspendDefinition { tenant: u32, definition: Key },
    /// Let them begin again.
    ResumeDefinition { tenant: u32, definition: Key },
    /// Hand out no jobs of a type.
    SuspendJobType { tenant: u32, job_type: Arc<str> },
    /// Hand them out again.
    ResumeJobType { tenant: u32, job_type: Arc<str> },
}

/// A command one aggregate sends another: taken in the same commit, or left in the outbox.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// Target aggregate.
    pub target: Key,
    /// What it is asked.
    pub command: Command,
}
