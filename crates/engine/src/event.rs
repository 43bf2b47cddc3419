//! What happened: the only thing that changes state.
//!
//! Not here: how events look on disk (`record`) and what they do to state (`state`).

mod incident;
mod job;
mod user_task;

use crate::change::Migrated;
use crate::decide::Evaluation;
use crate::key::Key;
pub use incident::{IncidentKind, Resume};
pub use job::{JobCreated, JobKind, ListenerEvent};
use std::sync::Arc;
pub use user_task::{Date, TaskChanges, TaskProposal, UserTaskCreated, Verdict};

/// Variables by name, each as raw JSON text.
pub type Variables = Vec<(Arc<str>, Arc<str>)>;

/// An element instance's place within its instance: rising, never reused; 0 is the instance.
pub type Slot = u32;

/// An element's place in the executable graph; 0 is the process itself.
pub type ElementIndex = u32;

/// A domain event of a process instance.
#[expect(missing_docs, reason = "fields carry the words of GLOSSARY.md")]
#[derive(Debug, Clone, PartialEq)]
pub enum InstanceEvent {
    /// The instance exists; slot 0 is its process scope.
    InstanceCreated(Box<Created>),
    /// Every scope is done.
    InstanceCompleted,
    /// Cancelled on request.
    InstanceCancelled,
    /// Variables were created or replaced in one scope.
    VariablesSet { slot: Slot, variables: Variables },
    /// A token entered an element. `body`: it is the body of a multi-instance activity.
    ElementEntered { slot: Slot, key: Key, element: ElementIndex, scope: Slot, body: bool },
    /// The element waits for something.
    ElementActivated { slot: Slot },
    /// The element is done and left its scope.
    ElementCompleted { slot: Slot },
    /// The element is being cancelled; `by` is the boundary event that interrupted it.
    ElementCancelling { slot: Slot, by: Option<Interruption> },
    /// The element is gone without having completed.
    ElementCancelled { slot: Slot },
    /// An event reached the element: its variables wait for the output mappings.
    PayloadReceived { slot: Slot, variables: Variables },
    /// A token waits before a joining gateway.
    TokenParked { scope: Slot, flow: u32 },
    /// A join took one token from each of its incoming flows.
    TokensJoined { scope: Slot, flows: Vec<u32> },
    /// A terminate end event dropped the tokens parked in its scope.
    TokensDropped { scope: Slot },
    /// Work for a worker exists.
    JobCreated(Box<JobCreated>),
    /// A worker completed the job.
    JobCompleted { slot: Slot, key: Key, by: Activation },
    /// A worker failed; it may be tried again at `due_ms` while retries are left.
    JobFailed {
        slot: Slot,
        key: Key,
        by: Activation,
        /// Retries left.
        retries: i32,
        due_ms: i64,
        message: Arc<str>,
    },
    /// A worker threw a BPMN error.
    JobErrorThrown { slot: Slot, key: Key, by: Activation, code: Arc<str>, message: Arc<str> },
    /// Someone changed the retries left.
    JobRetriesUpdated { slot: Slot, key: Key, retries: i32 },
    /// Someone moved the deadline of an activated job.
    JobTimeoutUpdated { slot: Slot, key: Key, deadline_ms: i64 },
    /// After an incident the job may be handed out again.
    JobOffered { slot: Slot, key: Key },
    /// The job is not needed any more.
    JobCancelled { slot: Slot, key: Key },
    /// A timer runs. `element` is the waiting element or the boundary event.
    TimerStarted { slot: Slot, key: Key, element: ElementIndex, due_ms: i64, repetitions: i32 },
    /// The timer was due.
    TimerFired { slot: Slot, key: Key },
    /// The timer is not needed any more.
    TimerCancelled { slot: Slot, key: Key },
    /// A message is awaited.
    SubscriptionOpened(Box<SubscriptionOpened>),
    /// A message arrived at the subscription; `closes`: it was the only one it waits for.
    SubscriptionCorrelated { slot: Slot, key: Key, message: Key, closes: bool },
    /// The subscription is not needed any more.
    SubscriptionClosed { slot: Slot, key: Key },
    /// A person has something to do.
    UserTaskCreated(Box<UserTaskCreated>),
    /// A person did it.
    UserTaskCompleted { slot: Slot, key: Key, action: Arc<str> },
    /// The task is not needed any more.
    UserTaskCancelled { slot: Slot, key: Key },
    /// A person has the task now, or nobody.
    UserTaskAssigned { slot: Slot, key: Key, assignee: Option<Arc<str>>, action: Arc<str> },
    /// Who may have the task, until when, or how urgent it is has changed.
    UserTaskUpdated { slot: Slot, key: Key, changes: Box<TaskChanges>, action: Arc<str> },
    /// Something is to happen to a user task when its listeners have heard it.
    UserTaskChangeProposed { slot: Slot, proposal: Box<TaskProposal> },
    /// A listener corrected what the task will be.
    UserTaskChangeCorrected { slot: Slot, task: Box<UserTaskCreated> },
    /// What became of a proposal; `job`: that of the listener who denied it.
    UserTaskChangeDecided {
        slot: Slot,
        key: Key,
        verdict: Verdict,
        reason: Arc<str>,
        job: Option<Key>,
    },
    /// A step cannot proceed.
    IncidentRaised {
        slot: Slot,
        key: Key,
        kind: IncidentKind,
        message: Arc<str>,
        job: Option<Key>,
        resume: Resume,
    },
    /// The incident is over: resolved, or its element is gone.
    IncidentResolved { slot: Slot, key: Key },
    /// An event sub-process takes the place of everything in a scope; `by` is its start event.
    ScopeInterrupted { slot: Slot, by: Interruption },
    /// Nothing of that is left: the event sub-process begins.
    ScopeCleared { slot: Slot },
    /// A message was published.
    MessageSent { slot: Slot, name: Arc<str>, correlation_key: Arc<str> },
    /// The step stopped at its budget, after so many transitions; the unfinished work is kept.
    AgendaKept { agenda: Vec<Work>, transitions: u32 },
    /// The unfinished work was taken up again.
    AgendaTaken,
    /// A multi-instance body knows its items; its instances have the slots from `first` on.
    BodyBegun { slot: Slot, first: Slot, items: Vec<Arc<str>> },
    /// An instance of a body leaves its output, as raw JSON.
    OutputKept { slot: Slot, value: Arc<str> },
    /// The completion condition held: no more instances of the body begin.
    BodyStopped { slot: Slot },
    /// A call activity began a process instance.
    ChildCalled { slot: Slot, instance: Key, definition: Key },
    /// The called process instance has ended.
    ChildEnded { slot: Slot, instance: Key },
    /// A decision was evaluated for an element, or stopped.
    DecisionEvaluated { slot: Slot, key: Key, evaluation: Box<Evaluation> },
    /// The instance ends with an error that its caller catches.
    ErrorEscalated { code: Arc<str>, variables: Variables },
    /// A BPMN signal is awaited.
    BpmnSignalAwaited(Box<BpmnSignalAwaited>),
    /// A BPMN signal arrived; `closes`: it was the only one it waits for.
    BpmnSignalReceived { slot: Slot, key: Key, signal: Key, closes: bool },
    /// The BPMN signal is not awaited any more.
    BpmnSignalClosed { slot: Slot, key: Key },
    /// A BPMN signal was broadcast.
    BpmnSignalThrown { slot: Slot, name: Arc<str> },
    /// A condition is awaited by an element, a boundary event or the start of an event sub-process.
    ConditionAwaited { slot: Slot, element: ElementIndex },
    /// The condition became true; `closes`: that ends the waiting for it.
    ConditionMet { slot: Slot, element: ElementIndex, closes: bool },
    /// The condition is not awaited any more.
    ConditionDropped { slot: Slot, element: ElementIndex },
    /// An activity with a standard loop begins its rounds.
    LoopBegun { slot: Slot },
    /// A complex gateway let through what its condition asks for; until tokens have come over the
    /// other flows, or cannot any more, it lets nothing through.
    GatewayActivated { scope: Slot, element: ElementIndex, flows: Vec<u32> },
    /// A complex gateway has taken the tokens that came after that and begins anew.
    GatewayReset { scope: Slot, element: ElementIndex },
    /// One of several events that must all happen has.
    EventKept { slot: Slot, element: ElementIndex, variables: Variables },
    /// All of them have: they begin anew.
    EventsTaken { slot: Slot, elements: Vec<ElementIndex> },
    /// An escalation was thrown; `caught`: somebody in this instance, or who called it, catches it.
    EscalationThrown { slot: Slot, code: Arc<str>, caught: bool },
    /// An activity that can be undone is about to leave completed. `scope`: with what completed
    /// in it, and its variables.
    CompensationKept { slot: Slot, scope: bool },
    /// A compensation event begins to undo what has completed up to now.
    CompensationThrown { slot: Slot },
    /// What is noted in a slot is being undone by its handler, or by itself entered again; `after`:
    /// the note in front of it. `keep`: what completed in it comes next.
    CompensationBegun { slot: Slot, by: Slot, scope: Slot, note: Slot, after: Slot, keep: bool },
    /// The event sub-process that undoes a scope begins in it.
    CompensationHandled { slot: Slot, by: Slot },
    /// An ad-hoc sub-process has done what it is for: it ends when nothing lives in it.
    AdHocFulfilled { slot: Slot },
    /// Their scope is gone: these are not undone any more.
    CompensationsDropped { slots: Vec<Slot> },
    /// An element after which the instance was to end has ended.
    InstanceStopped,
    /// Nothing in the instance goes on until it is resumed.
    InstanceSuspended,
    /// It goes on.
    InstanceResumed,
    /// Somebody changed where its tokens are; the events behind say how.
    InstanceModified { activated: Vec<ElementIndex>, cancelled: Vec<Key> },
    /// It runs another definition from now on.
    InstanceMigrated(Box<Migrated>),
}

/// How an instance came to be.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Created {
    /// Instance key.
    pub key: Key,
    /// Definition it runs.
    pub definition: Key,
    /// Tenant number.
    pub tenant: u32,
    /// The entry that allows one open instance per key; told at the end.
    pub entry: Option<Key>,
    /// What the business calls it.
    pub business_id: Option<Arc<str>>,
    /// Words whoever began it marked it with.
    pub tags: Vec<Arc<str>>,
    /// Start variables.
    pub variables: Variables,
    /// The call activity that began it.
    pub parent: Option<Box<Parent>>,
    /// The case it runs for; told at the end.
    pub case: Option<Key>,
    /// Elements, by id, whose end is its end.
    pub stop_after: Vec<Arc<str>>,
}

/// The call activity that began an instance.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parent {
    /// The calling process instance.
    pub instance: Key,
    /// The call activity's slot there.
    pub slot: Slot,
    /// The call activity's element instance.
    pub element: Key,
    /// The outermost process instance of the calls.
    pub root: Key,
    /// How many calls lie between that and this instance.
    pub depth: u32,
    /// Error codes somebody catches further out.
    pub catches: Vec<Arc<str>>,
    /// Whether somebody further out catches every error.
    pub catches_all: bool,
    /// Escalations somebody further out catches, the nearest first.
    pub escalations: Vec<CaughtEscalation>,
}

/// An escalation that is caught further out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaughtEscalation {
    /// Its code; `None`: every one.
    pub code: Option<Arc<str>>,
    /// Whether who throws it ends with that.
    pub interrupts: bool,
}

/// A message subscription's birth.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SubscriptionOpened {
    /// Element instance that holds it.
    pub slot: Slot,
    /// Subscription key.
    pub key: Key,
    /// The waiting element or the boundary event.
    pub element: ElementIndex,
    /// Message name.
    pub name: Arc<str>,
    /// Correlation key.
    pub correlation_key: Arc<str>,
}

/// The begin of waiting for a BPMN signal.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BpmnSignalAwaited {
    /// Element instance that waits.
    pub slot: Slot,
    /// Subscription key.
    pub key: Key,
    /// The waiting element, the boundary event or the start of an event sub-process.
    pub element: ElementIndex,
    /// Name of the BPMN signal.
    pub name: Arc<str>,
}

/// Who held a job, as far as the job row knew.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Activation {
    /// Worker name; empty if the job was never handed out.
    pub worker: Arc<str>,
    /// When it was handed out, Unix milliseconds.
    pub activated_ms: i64,
    /// How often it was handed out.
    pub attempt: u32,
}

/// The boundary event that cancels its host, or the start event of an event sub-process that
/// cancels what is in its scope, with the variables it brings.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Interruption {
    /// Boundary or start event.
    pub element: ElementIndex,
    /// Variables of the event.
    pub variables: Variables,
}

/// A unit of unfinished work inside one instance.
#[expect(missing_docs, reason = "fields carry the words of GLOSSARY.md")]
#[derive(Debug, Clone, PartialEq)]
pub enum Work {
    /// A token arrives at an element over a flow (or from nowhere: start and boundary events).
    Arrive { element: ElementIndex, scope: Slot, flow: Option<u32>, payload: Variables },
    /// Input mappings, waits, behaviour.
    Activate { slot: Slot },
    /// Output mappings, outgoing flows.
    Complete { slot: Slot },
    /// Cancel, children first.
    Cancel { slot: Slot },
    /// A child ended: see whether the scope is done.
    Settle { slot: Slot },
    /// Waits of the process's event sub-processes, then the first token.
    Begin { start: ElementIndex },
    /// A multi-instance body begins more of its instances.
    Spawn { slot: Slot },
    /// Cancel what lives in a scope in slots from `from` on, except one.
    CancelInside { scope: Slot, from: Slot, except: Slot },
    /// A condition that a slot awaits is true.
    Happen { slot: Slot, element: ElementIndex },
    /// Variables changed: conditions awaited in slots from `from` on may be true now.
    Watch { changes: Vec<Change>, from: Slot },
    /// Undo what completed, the last first.
    Compensate { slot: Slot },
    /// Forget what completed in a scope that is gone, from this slot back.
    DropNotes { note: Slot },
    /// An activity of an ad-hoc sub-process begins.
    ActivateInner { slot: Slot, element: ElementIndex, variables: Variables },
    /// Waits of the process's event sub-processes, then tokens at some of its elements.
    BeginAt { elements: Vec<ElementIndex> },
    /// The next listener hears what is to happen to a user task, or it happens.
    HearTask { slot: Slot },
}

/// A variable that changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// Where it is.
    pub scope: Slot,
    /// Its name.
    pub name: Arc<str>,
    /// Whether it was not there before.
    pub is_new: bool,
}

impl InstanceEvent {
    /// The slot the event is about, if it is about one that lived before.
    #[must_use]
    pub fn slot(&self) -> Option<Slot> {
        use InstanceEvent as E;
        match self {
            E::VariablesSet { slot, .. }
            | E::ElementActivated { slot }
            | E::ElementCompleted { slot }
            | E::ElementCancelling { slot, .. }
            | E::ElementCancelled { slot }
            | E::PayloadReceived { slot, .. }
            | E::JobCompleted { slot, .. }
            | E::JobFailed { slot, .. }
            | E::JobErrorThrown { slot, .. }
            | E::JobRetriesUpdated { slot, .. }
            | E::JobTimeoutUpdated { slot, .. }
            | E::JobOffered { slot, .. }
            | E::JobCancelled { slot, .. }
            | E::TimerStarted { slot, .. }
            | E::TimerFired { slot, .. }
            | E::TimerCancelled { slot, .. }
            | E::SubscriptionCorrelated { slot, .. }
            | E::SubscriptionClosed { slot, .. }
            | E::UserTaskCompleted { slot, .. }
            | E::UserTaskCancelled { slot, .. }
            | E::UserTaskAssigned { slot, .. }
            | E::UserTaskUpdated { slot, .. }
            | E::UserTaskChangeProposed { slot, .. }
            | E::UserTaskChangeCorrected { slot, .. }
            | E::UserTaskChangeDecided { slot, .. }
            | E::MessageSent { slot, .. }
            | E::DecisionEvaluated { slot, .. }
            | E::ScopeInterrupted { slot, .. }
            | E::ScopeCleared { slot }
            | E::BpmnSignalReceived { slot, .. }
            | E::BpmnSignalClosed { slot, .. }
            | E::BpmnSignalThrown { slot, .. }
            | E::EscalationThrown { slot, .. }
            | E::ConditionAwaited { slot, .. }
            | E::ConditionMet { slot, .. }
            | E::ConditionDropped { slot, .. }
            | E::LoopBegun { slot }
            | E::EventKept { slot, .. }
            | E::EventsTaken { slot, .. }
            | E::IncidentRaised { slot, .. }
            | E::IncidentResolved { slot, .. } => Some(*slot),
            E::BodyBegun { slot, .. }
            | E::OutputKept { slot, .. }
            | E::BodyStopped { slot }
            | E::ChildCalled { slot, .. }
            | E::ChildEnded { slot, .. }
            | E::AdHocFulfilled { slot }
            | E::CompensationKept { slot, .. }
            | E::CompensationThrown { slot }
            | E::CompensationBegun { slot, .. }
            | E::CompensationHandled { slot, .. } => Some(*slot),
            E::JobCreated(created) => Some(created.slot),
            E::SubscriptionOpened(opened) => Some(opened.slot),
            E::BpmnSignalAwaited(awaited) => Some(awaited.slot),
            E::UserTaskCreated(created) => Some(created.slot),
            E::InstanceCreated(_)
            | E::InstanceCompleted
            | E::InstanceCancelled
            | E::ElementEntered { .. }
            | E::TokenParked { .. }
            | E::TokensJoined { .. }
            | E::TokensDropped { .. }
            | E::GatewayActivated { .. }
            | E::GatewayReset { .. }
            | E::AgendaKept { .. }
            | E::AgendaTaken
            | E::CompensationsDropped { .. }
            | E::ErrorEscalated { .. }
            | E::InstanceStopped
            | E::InstanceSuspended
            | E::InstanceResumed
            | E::InstanceModified { .. }
            | E::InstanceMigrated(_) => None,
        }
    }
}

/// Where an event happened, for readers who do not hold the instance's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// The slot.
    pub slot: Slot,
    /// Its element instance key.
    pub key: Key,
    /// Its element.
    pub element: ElementIndex,
}
