//! What callers ask of a node, and what they get back.
//!
//! Not here: how it looks on a wire (`api`), and how it is carried out (`lane`).

mod operator;

pub use operator::{BatchItem, BatchRequest, SuspensionRequest};

use engine::change::{Migration, Modification};
use engine::command::{JobResult, Rejection};
use engine::decide::Evaluation;
use engine::event::{JobKind, ListenerEvent, TaskChanges, TaskProposal, Variables};
use engine::key::Key;
use engine::resources::ResourceKind;
use std::sync::Arc;
use work::case::CaseCommand;
use work::received::CloudEvent;

/// Who asks, and under which idempotency key.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Identity and tenants.
    pub actor: access::Actor,
    /// Tenant the request is about.
    pub tenant: u32,
    /// The client's idempotency key (`Idempotency-Key` header): same key, same answer.
    pub request_key: Option<Arc<str>>,
}

/// A resource to deploy.
#[derive(Debug, Clone)]
pub struct Resource {
    /// File name, as the client sent it.
    pub name: String,
    /// The file, byte for byte.
    pub content: Vec<u8>,
}

/// Which definition to start.
#[derive(Debug, Clone)]
pub enum DefinitionRef {
    /// This one.
    Key(Key),
    /// The latest version of a process id.
    Latest(Arc<str>),
    /// A given version of a process id.
    Version(Arc<str>, u32),
}

/// What may be said when an instance is started, and mostly is not.
#[derive(Debug, Clone, Default)]
pub struct StartOptions {
    /// Words to mark it with.
    pub tags: Vec<Arc<str>>,
    /// Elements, by id, at which tokens begin instead of at the start event.
    pub begin_at: Vec<Arc<str>>,
    /// Elements, by id, whose end is the end of the instance.
    pub stop_after: Vec<Arc<str>>,
}

/// Which decision to evaluate.
#[derive(Debug, Clone)]
pub enum DecisionRef {
    /// This version.
    Key(Key),
    /// The latest version of a decision id.
    Latest(Arc<str>),
}

/// A request that may change something.
#[expect(missing_docs, reason = "fields carry the words of GLOSSARY.md")]
#[derive(Debug, Clone)]
pub enum Request {
    /// Deploy processes, decisions and forms: all or none.
    Deploy { resources: Vec<Resource> },
    /// Start an instance. `await_result`: answer when it has ended, with its variables.
    CreateInstance {
        definition: DefinitionRef,
        variables: Variables,
        business_id: Option<Arc<str>>,
        await_result: bool,
        options: StartOptions,
    },
    /// Cancel an instance.
    CancelInstance { instance: Key },
    /// Cancel an instance and undo what has completed in it.
    CompensateInstance { instance: Key },
    /// Complete a job. `result`: what its worker decided, if there was something to decide.
    CompleteJob { job: Key, variables: Variables, result: Option<Box<JobResult>> },
    /// Fail a job.
    FailJob { job: Key, retries: i32, back_off_ms: i64, message: Arc<str>, variables: Variables },
    /// Throw a BPMN error for a job.
    ThrowJobError { job: Key, code: Arc<str>, message: Arc<str>, variables: Variables },
    /// Change a job's retries or, from now on, its time-out.
    UpdateJob { job: Key, retries: Option<i32>, timeout_ms: Option<i64> },
    /// Publish a message; without a taker it is buffered for its time to live.
    PublishMessage {
        name: Arc<str>,
        correlation_key: Arc<str>,
        id: Option<Arc<str>>,
        ttl_ms: i64,
        variables: Variables,
    },
    /// Publish a message that must be taken now; the answer names the instance.
    CorrelateMessage { name: Arc<str>, correlation_key: Arc<str>, variables: Variables },
    /// Broadcast a BPMN signal to everybody who waits for it; what starts on it begins.
    BroadcastBpmnSignal { name: Arc<str>, variables: Variables },
    /// Try again what an incident stopped. (`instance` from the incidents view.)
    ResolveIncident { instance: Key, incident: Key },
    /// The same, and a job without retries gets these. (`instance` from the incidents view.)
    RetryIncident { instance: Key, incident: Key, retries: i32 },
    /// Set variables at an element instance or an instance. (`instance` from the views.)
    SetVariables { instance: Key, element: Key, variables: Variables, local: bool },
    /// The same; the answer tells what the variables were and are. `expected`: what they are
    /// taken to be, by name; if one is something else, nothing is done.
    EditVariables {
        instance: Key,
        element: Key,
        variables: Variables,
        local: bool,
        expected: Variables,
    },
    /// Start each process whose condition is true with these variables: of one definition, or of
    /// the latest version of all.
    EvaluateConditionals { definition: Option<Key>, variables: Variables },
    /// Evaluate a decision; the answer is in the history afterwards.
    EvaluateDecision { decision: DecisionRef, variables: Variables },
    /// Start and bind nothing by a version of a process, of decision requirements or of a form any
    /// more. Refused while instances of the process run.
    DeleteResource { resource: Key },
    /// Erase the history of an evaluation outside of any process.
    DeleteEvaluation(DeletedEvaluation),
    /// Give a user task to a person, or to nobody. (`instance` from the user tasks view.)
    AssignUserTask {
        instance: Key,
        task: Key,
        assignee: Option<Arc<str>>,
        allow_override: bool,
        action: Arc<str>,
    },
    /// Change a user task. (`instance` from the user tasks view.)
    UpdateUserTask { instance: Key, task: Key, changes: TaskChanges, action: Arc<str> },
    /// Nothing in an instance goes on until it is resumed.
    SuspendInstance { instance: Key },
    /// A suspended instance goes on.
    ResumeInstance { instance: Key },
    /// Add, move and cancel tokens of an instance.
    ModifyInstance { instance: Key, modification: Box<Modification> },
    /// Have an instance run another definition.
    MigrateInstance { instance: Key, migration: Box<Migration> },
    /// Begin activities of an ad-hoc sub-process. (`instance` from the element instances view.)
    ActivateActivities {
        instance: Key,
        element: Key,
        activities: Vec<(Arc<str>, Variables)>,
        cancels_remaining: bool,
    },
    /// About batch operations.
    Batch(BatchRequest),
    /// About suspended definitions and job types.
    Suspension(SuspensionRequest),
    /// About signals, alerts and cases.
    Work(WorkRequest),
    /// Complete a user task. (`instance` from the user tasks view.)
    CompleteUserTask { instance: Key, task: Key, variables: Variables, action: Arc<str> },
}

/// An evaluation to be deleted, as the decision instances view has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedEvaluation {
    /// Its key.
    pub evaluation: Key,
    /// Tenant number.
    pub tenant: u32,
    /// Id of the decision that was asked.
    pub decision_id: Arc<str>,
    /// How many decisions were evaluated in it.
    pub decisions: u32,
}

/// A request about signals, alerts and cases.
#[expect(missing_docs, reason = "fields carry the words of GLOSSARY.md")]
#[derive(Debug, Clone)]
pub enum WorkRequest {
    /// Receive events of sources, each once: all or none.
    ReceiveEvents { events: Vec<CloudEvent> },
    /// Open a case.
    OpenCase { case_type: Arc<str>, title: Arc<str>, subject: Arc<str>, site: Option<Arc<str>> },
    /// Ask something of a case.
    AskCase { case: Key, command: Box<CaseCommand> },
    /// Somebody has seen an alert. (`name` from the alerts view.)
    AcknowledgeAlert { name: Arc<str>, alert: Key },
    /// An alert that is held back is to be acted on now. (`name` from the alerts view.)
    ReleaseAlert { name: Arc<str>, alert: Key },
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Deployed, or found identical.
    Deployed(Deployment),
    /// An instance runs.
    InstanceCreated(CreatedInstance),
    /// An instance ended (only with `await_result`).
    InstanceEnded(EndedInstance),
    /// A message was taken in.
    MessagePublished {
        /// Message key.
        message: Key,
    },
    /// A message was taken by an instance.
    MessageCorrelated {
        /// Message key.
        message: Key,
        /// The instance that took it, or was started by it.
        instance: Key,
    },
    /// A decision was evaluated, or stopped.
    DecisionEvaluated {
        /// Key of the evaluation.
        evaluation: Key,
        /// What it was asked and what it said; none in the answer to a repeated request: the
        /// history has it.
        evaluated: Option<Box<Evaluation>>,
    },
    /// Conditions were evaluated.
    ConditionalsEvaluated {
        /// Key of the evaluation.
        evaluation: Key,
        /// Instances that began: (definition, instance).
        started: Vec<(Key, Key)>,
    },
    /// A BPMN signal is on its way.
    BpmnSignalBroadcast {
        /// Key of the broadcast.
        signal: Key,
    },
    /// Events were received: the key of each, and whether it was new.
    EventsReceived {
        /// In the order they were given.
        events: Vec<(Key, bool)>,
    },
    /// A case was opened.
    CaseOpened {
        /// Its key.
        case: Key,
    },
    /// Variables were edited.
    VariablesEdited {
        /// What each was and is, in the order they were set.
        changes: Vec<VariableChange>,
    },
    /// A batch operation was accepted.
    BatchBegun {
        /// Its key.
        batch: Key,
    },
    /// Something is to happen to a user task when its listeners have heard it. Whoever asked is
    /// answered when they have; this is what is meanwhile known.
    TaskChangeProposed {
        /// Key of the task.
        task: Key,
    },
    /// Done; nothing more to say.
    Done,
}

/// What an edit did to a variable.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VariableChange {
    /// The scope it is in: an instance, or an element instance.
    pub scope: Key,
    /// Its name.
    pub name: Arc<str>,
    /// JSON text it was; none: there was no such variable in the scope.
    pub before: Option<Arc<str>>,
    /// JSON text it is.
    pub after: Arc<str>,
}

/// A deployment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Deployment {
    /// Deployment key.
    pub key: Key,
    /// One per process.
    pub processes: Vec<DeployedProcess>,
    /// What else was deployed; parts follow what they are part of.
    pub resources: Vec<DeployedResource>,
    /// What runs, but likely not as meant: for each file that has any. Not stored with the answer.
    pub warnings: Vec<ResourceProblems>,
}

/// A deployed version.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeployedProcess {
    /// Definition key.
    pub definition: Key,
    /// BPMN process id.
    pub process_id: Arc<str>,
    /// Version, from 1.
    pub version: u32,
    /// Resource name.
    pub resource: Arc<str>,
}

/// A deployed version of something that is no process.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeployedResource {
    /// Its key.
    pub key: Key,
    /// What it is.
    pub kind: ResourceKind,
    /// Id, as written in the file.
    pub id: Arc<str>,
    /// Name, or the empty string.
    pub name: Arc<str>,
    /// Version, from 1.
    pub version: u32,
    /// Resource name.
    pub resource: Arc<str>,
}

/// A created instance.
#[derive(Debug, Clone, PartialEq)]
pub struct CreatedInstance {
    /// Instance key.
    pub instance: Key,
    /// Definition key.
    pub definition: Key,
    /// BPMN process id.
    pub process_id: Arc<str>,
    /// Version.
    pub version: u32,
    /// Tags.
    pub business_id: Option<Arc<str>>,
}

/// An ended instance with its variables.
#[derive(Debug, Clone, PartialEq)]
pub struct EndedInstance {
    /// Who it was.
    pub created: CreatedInstance,
    /// Whether it completed (else it was cancelled).
    pub completed: bool,
    /// Variables of the process scope at the end.
    pub variables: Variables,
}

/// Why a request was not carried out.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Refusal {
    /// The engine says no.
    #[error("{0}")]
    Rejected(#[from] Rejection),
    /// The file has problems; nothing was deployed.
    #[error("Expected resources that can be deployed, but found problems.")]
    Problems(Vec<ResourceProblems>),
    /// Too much is waiting already.
    #[error("Expected room in the queue, but it is full. Try again in {retry_after_ms} ms.")]
    Busy {
        /// When to try again.
        retry_after_ms: u64,
    },
    /// The idempotency key was used for another request.
    #[error("Expected idempotency key `{key}` to be new, but it was used for another request.")]
    KeyReused {
        /// The key.
        key: String,
    },
    /// The disk is full, or the node is stopping: reads and cancel still answer.
    #[error("{reason}")]
    Unavailable {
        /// Why.
        reason: String,
    },
    /// This node does not do that for anybody.
    #[error("{reason}")]
    Forbidden {
        /// Why, and what would help.
        reason: String,
    },
    /// A query that cannot be answered.
    #[error("{reason}")]
    BadQuery {
        /// Why.
        reason: String,
    },
    /// Something is broken; the log has more.
    #[error("Expected the node to work, but it failed: {reason}")]
    Internal {
        /// What.
        reason: String,
    },
}

/// Problems of one resource.
#[derive(Debug, Clone, PartialEq)]
pub struct ResourceProblems {
    /// Resource name.
    pub resource: String,
    /// All problems found.
    pub problems: Vec<model::Problem>,
}

/// What a request would do to an instance; nothing was done.
#[derive(Debug, Clone)]
pub struct Previewed {
    /// The definition it would run.
    pub definition: Key,
    /// What would happen, in order.
    pub events: Vec<engine::event::InstanceEvent>,
    /// Slots the events name that live already.
    pub places: Vec<engine::event::Place>,
}

/// A request for jobs.
#[derive(Debug, Clone)]
pub struct ActivateJobs {
    /// Job type.
    pub job_type: Arc<str>,
    /// Worker name.
    pub worker: Arc<str>,
    /// How long the worker may hold a job, milliseconds.
    pub timeout_ms: i64,
    /// At most this many.
    pub limit: u32,
    /// Variables wanted; empty: all visible ones.
    pub fetch: Vec<Arc<str>>,
    /// How long to wait for the first job, milliseconds; 0 answers at once.
    pub wait_ms: u64,
    /// Tenants the worker serves.
    pub tenants: Vec<u32>,
}

/// A job handed to a worker.
#[derive(Debug, Clone, PartialEq)]
pub struct ActivatedJob {
    /// Job key.
    pub key: Key,
    /// Job type.
    pub job_type: Arc<str>,
    /// Instance key.
    pub instance: Key,
    /// Element instance key.
    pub element: Key,
    /// BPMN id of the element.
    pub element_id: Arc<str>,
    /// Definition key.
    pub definition: Key,
    /// BPMN process id.
    pub process_id: Arc<str>,
    /// Version of the definition.
    pub version: u32,
    /// What it is for.
    pub kind: JobKind,
    /// The event its listener listens to.
    pub listener: ListenerEvent,
    /// Headers in the order written.
    pub headers: Vec<(Arc<str>, Arc<str>)>,
    /// Worker it was handed to.
    pub worker: Arc<str>,
    /// Retries left.
    pub retries: i32,
    /// Until when it is the worker's, Unix milliseconds.
    pub deadline_ms: i64,
    /// How often it has been handed out, this time included.
    pub attempt: u32,
    /// Variables, as raw JSON.
    pub variables: Variables,
    /// Tenant number.
    pub tenant: u32,
    /// The instance at the top of the calls.
    pub root: Key,
    /// What the business calls its instance.
    pub business_id: Option<Arc<str>>,
    /// Words its instance was marked with.
    pub tags: Vec<Arc<str>>,
    /// Jobs of higher priority are handed out first.
    pub priority: i32,
    /// For a task listener: what is to happen to its task, and the attributes that will change.
    pub proposal: Option<Box<(TaskProposal, Vec<&'static str>)>>,
}
