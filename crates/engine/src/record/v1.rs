//! Record version 1 of events and commands: the numbers are for ever.
//!
//! A changed shape is a new number or a `v2`; numbers are never reused.

use super::codec::{Bad, Reader, Wire, Writer, fields, numbers, variants};
use super::{Cause, Events, Section};
use crate::command::{
    BpmnSignalCommand, ChildEscalation, ChildOutcome, Command, CreateInstance, EntryCommand,
    EvaluationCommand, HeadCommand, InstanceCommand, MailboxCommand, ResourceCommand,
};
use crate::decide::{DecisionFailure, DecisionValue, EvaluatedDecision, Evaluation, MatchedRule};
use crate::event::{
    Activation, BpmnSignalAwaited, CaughtEscalation, Change, Created, IncidentKind, InstanceEvent,
    Interruption, Parent, Place, Resume, SubscriptionOpened, Work,
};
use crate::resources::ResourceKind;
use crate::state::bpmn_signal::{BpmnSignalEvent, Broadcast, Listener};
use crate::state::entry::{EntryEvent, WaitingStart};
use crate::state::evaluation::{Asked, EvaluationEvent};
use crate::state::head::{HeadEvent, StartTimer};
use crate::state::mailbox::{MailboxEvent, Message, Numbers, Waiting};
use crate::state::resource::ResourceEvent;

fields!(Cause { 1: actor, 2: acting_for, 3: command, 4: source, 5: request });
fields!(Section { 1: cause, 2: events, 3: definition, 4: places, 5: open_incidents });
fields!(Place { 1: slot, 2: key, 3: element });
variants!(Events {
    1: Instance(events),
    2: Mailbox(events),
    3: Entry(events),
    4: Head(events),
    10: BpmnSignal(events),
    20: Resource(events),
    21: Evaluation(events),
    3300: Work(events),
    3600: BatchOperation(events),
    3601: Suspension(events),
});

variants!(InstanceEvent {
    1: InstanceCreated(created),
    2: InstanceCompleted,
    3: InstanceCancelled,
    4: VariablesSet { 1: slot, 2: variables },
    5: ElementEntered { 1: slot, 2: key, 3: element, 4: scope, 5: body },
    6: ElementActivated { 1: slot },
    7: ElementCompleted { 1: slot },
    8: ElementCancelling { 1: slot, 2: by },
    9: ElementCancelled { 1: slot },
    10: PayloadReceived { 1: slot, 2: variables },
    11: TokenParked { 1: scope, 2: flow },
    12: TokensJoined { 1: scope, 2: flows },
    13: TokensDropped { 1: scope },
    14: JobCreated(created),
    15: JobCompleted { 1: slot, 2: key, 3: by },
    16: JobFailed { 1: slot, 2: key, 3: by, 4: retries, 5: due_ms, 6: message },
    17: JobErrorThrown { 1: slot, 2: key, 3: by, 4: code, 5: message },
    18: JobRetriesUpdated { 1: slot, 2: key, 3: retries },
    19: JobTimeoutUpdated { 1: slot, 2: key, 3: deadline_ms },
    20: JobOffered { 1: slot, 2: key },
    21: JobCancelled { 1: slot, 2: key },
    22: TimerStarted { 1: slot, 2: key, 3: element, 4: due_ms, 5: repetitions },
    23: TimerFired { 1: slot, 2: key },
    24: TimerCancelled { 1: slot, 2: key },
    25: SubscriptionOpened(opened),
    26: SubscriptionCorrelated { 1: slot, 2: key, 3: message, 4: closes },
    27: SubscriptionClosed { 1: slot, 2: key },
    28: UserTaskCreated(task),
    29: UserTaskCompleted { 1: slot, 2: key, 3: action },
    30: UserTaskCancelled { 1: slot, 2: key },
    31: IncidentRaised { 1: slot, 2: key, 3: kind, 4: message, 5: job, 6: resume },
    32: IncidentResolved { 1: slot, 2: key },
    33: AgendaKept { 1: agenda, 2: transitions },
    34: AgendaTaken,
    40: MessageSent { 1: slot, 2: name, 3: correlation_key },
    41: ScopeInterrupted { 1: slot, 2: by },
    42: ScopeCleared { 1: slot },
    50: BodyBegun { 1: slot, 2: first, 3: items },
    51: OutputKept { 1: slot, 2: value },
    52: BodyStopped { 1: slot },
    53: ChildCalled { 1: slot, 2: instance, 3: definition },
    54: ChildEnded { 1: slot, 2: instance },
    55: ErrorEscalated { 1: code, 2: variables },
    60: BpmnSignalAwaited(awaited),
    61: BpmnSignalReceived { 1: slot, 2: key, 3: signal, 4: closes },
    62: BpmnSignalClosed { 1: slot, 2: key },
    63: BpmnSignalThrown { 1: slot, 2: name },
    64: EscalationThrown { 1: slot, 2: code, 3: caught },
    65: ConditionAwaited { 1: slot, 2: element },
    66: ConditionMet { 1: slot, 2: element, 3: closes },
    67: ConditionDropped { 1: slot, 2: element },
    68: LoopBegun { 1: slot },
    69: GatewayActivated { 1: scope, 2: element, 3: flows },
    70: GatewayReset { 1: scope, 2: element },
    71: EventKept { 1: slot, 2: element, 3: variables },
    72: EventsTaken { 1: slot, 2: elements },
    80: CompensationKept { 1: slot, 2: scope },
    81: CompensationThrown { 1: slot },
    82: CompensationBegun { 1: slot, 2: by, 3: scope, 4: note, 5: after, 6: keep },
    83: CompensationHandled { 1: slot, 2: by },
    84: CompensationsDropped { 1: slots },
    100: UserTaskAssigned { 1: slot, 2: key, 3: assignee, 4: action },
    101: UserTaskUpdated { 1: slot, 2: key, 3: changes, 4: action },
    102: InstanceSuspended,
    103: InstanceResumed,
    104: InstanceModified { 1: activated, 2: cancelled },
    105: InstanceMigrated(migrated),
    130: DecisionEvaluated { 1: slot, 2: key, 3: evaluation },
    3200: AdHocFulfilled { 1: slot },
    3503: InstanceStopped,
    3500: UserTaskChangeProposed { 1: slot, 2: proposal },
    3501: UserTaskChangeCorrected { 1: slot, 2: task },
    3502: UserTaskChangeDecided { 1: slot, 2: key, 3: verdict, 4: reason, 5: job },
});

fields!(Created {
    1: key,
    2: definition,
    3: tenant,
    4: entry,
    5: business_id,
    6: variables,
    7: parent,
    3300: case,
    3500: tags,
    3501: stop_after,
});
fields!(Parent {
    1: instance,
    2: slot,
    3: element,
    4: root,
    5: depth,
    6: catches,
    7: catches_all,
    60: escalations,
});
fields!(CaughtEscalation { 1: code, 2: interrupts });
fields!(BpmnSignalAwaited { 1: slot, 2: key, 3: element, 4: name });
fields!(SubscriptionOpened { 1: slot, 2: key, 3: element, 4: name, 5: correlation_key });
fields!(Activation { 1: worker, 2: activated_ms, 3: attempt });
fields!(Interruption { 1: element, 2: variables });

numbers!(IncidentKind {
    0: Unspecified,
    1: IoMapping,
    2: JobNoRetries,
    3: Condition,
    4: ExtractValue,
    5: UnhandledError,
    6: MessageSize,
    7: Loop,
    8: Deadlock,
    9: Quarantined,
    13: ExecutionListenerNoRetries,
    14: TaskListenerNoRetries,
    25: CalledElement,
    130: CalledDecision,
    131: DecisionEvaluation,
    3200: FormNotFound,
    3201: AdHocNoRetries,
});
numbers!(Resume { 0: Activate, 1: Complete, 2: Job, 3: Scope, 4: Agenda, 15: Call, 3500: Task });

variants!(Work {
    1: Arrive { 1: element, 2: scope, 3: flow, 4: payload },
    2: Activate { 1: slot },
    3: Complete { 1: slot },
    4: Cancel { 1: slot },
    5: Settle { 1: slot },
    10: Begin { 1: start },
    15: Spawn { 1: slot },
    16: CancelInside { 1: scope, 2: from, 3: except },
    20: Happen { 1: slot, 2: element },
    21: Watch { 1: changes, 2: from },
    30: Compensate { 1: slot },
    31: DropNotes { 1: note },
    3200: ActivateInner { 1: slot, 2: element, 3: variables },
    3500: HearTask { 1: slot },
    3501: BeginAt { 1: elements },
});
fields!(Change { 1: scope, 2: name, 3: is_new });

impl Wire for Numbers {
    fn put(&self, writer: &mut Writer) {
        writer.varint(self.message);
        writer.varint(self.subscription);
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Bad> {
        Ok(Numbers { message: reader.varint()?, subscription: reader.varint()? })
    }
    fn is_default(&self) -> bool {
        *self == Numbers::default()
    }
    fn absent() -> Option<Self> {
        Some(Numbers::default())
    }
}

variants!(MailboxEvent {
    1: MessagePublished { 1: tenant, 2: message },
    2: MessageOffered { 1: message, 2: subscription, 3: at },
    3: MessageAccepted { 1: message, 2: subscription, 3: at },
    4: MessageRefused { 1: message, 2: subscription, 3: at },
    5: MessageStarted { 1: message, 2: process_id, 3: number },
    6: MessageExpired { 1: message, 2: number },
    7: SubscriptionAdded { 1: tenant, 2: waiting },
    8: SubscriptionRemoved { 1: subscription, 2: number },
    9: ExpirySet { 1: timer },
    20: MessagesSought { 1: process_id, 2: name, 3: correlation_key, 4: below, 5: goes_on },
    21: MessagesSwept { 1: next },
});
fields!(Message {
    1: key,
    2: name,
    3: correlation_key,
    4: id,
    5: variables,
    6: deadline_ms,
    7: offers,
    8: reached,
    9: sweep_ms,
});
fields!(Waiting {
    1: key,
    2: instance,
    3: slot,
    4: process_id,
    5: name,
    6: correlation_key,
    7: once,
    8: offered,
});

variants!(EntryEvent {
    1: DoorOpened { 1: tenant, 2: process_id, 3: correlation_key, 4: instance },
    2: StartQueued { 1: instance, 2: waiting },
    3: StartTaken { 1: instance },
    4: DoorPassed { 1: instance, 2: next },
    5: DoorClosed { 1: instance },
});
fields!(WaitingStart { 1: message, 2: name, 3: deadline_ms, 4: variables });

variants!(HeadEvent {
    1: VersionDeployed {
        1: tenant,
        2: process_id,
        3: version,
        4: definition,
        5: deployment,
        6: digest,
    },
    2: StartTimerStarted { 1: timer },
    3: StartTimerFired { 1: key },
    3400: DefinitionDeleted { 1: definition, 2: latest },
});
fields!(StartTimer { 1: key, 2: element, 3: due_ms, 4: repetitions });

fields!(Evaluation {
    1: decision,
    2: variables,
    3: decisions,
    4: output,
    5: failure,
    6: fuel,
    7: is_cut,
});
fields!(DecisionFailure { 1: decision, 2: message });
fields!(EvaluatedDecision { 1: id, 2: key, 3: output, 4: inputs, 5: rules });
fields!(MatchedRule { 1: id, 2: index, 3: outputs });
fields!(DecisionValue { 1: id, 2: name, 3: value });

variants!(EvaluationEvent {
    130: DecisionEvaluated { 1: tenant, 2: evaluation },
    3400: EvaluationDeleted { 1: tenant, 2: evaluation, 3: decision_id, 4: decisions },
});
// An evaluation is never an effect; this is here so that no bytes are unreadable.
variants!(EvaluationCommand {
    130: EvaluateDecision { 1: tenant, 2: decision, 3: variables },
    3400: DeleteEvaluation { 1: tenant, 2: evaluation, 3: decision_id, 4: decisions },
});
fields!(Asked { 1: tenant, 2: is_done });

numbers!(ResourceKind {
    1: Requirements,
    2: Decision,
    3: Form,
    33: DetectionRule,
    34: CaseType,
    70: Suppression,
    71: Calendar,
    72: Queue,
    73: Team,
    74: Solution,
});
variants!(ResourceEvent {
    130: ResourceDeployed {
        1: tenant,
        2: kind,
        3: id,
        4: version,
        5: resource,
        6: deployment,
        7: digest,
    },
    3400: ResourceDeleted { 1: resource, 2: latest },
});

variants!(Command {
    1: Instance(command),
    2: Mailbox(command),
    3: Entry(command),
    4: Head(command),
    10: BpmnSignal(command),
    20: Resource(command),
    21: Evaluation(command),
    3300: Work(command),
    3600: BatchOperation(command),
    3601: Suspension(command),
});

// A deployment is never an effect; this is here so that no bytes are unreadable.
variants!(ResourceCommand {
    130: DeployResource { 1: tenant, 2: kind, 3: id, 4: deployment, 5: digest },
    3400: DeleteResource { 1: resource, 2: newest },
});

variants!(InstanceCommand {
    1: CreateInstance(create),
    2: CancelInstance,
    3: CompleteJob { 1: slot, 2: job, 3: variables, 4: by, 30: result },
    4: FailJob { 1: slot, 2: job, 3: retries, 4: back_off_ms, 5: message, 6: variables, 7: by },
    5: ThrowJobError { 1: slot, 2: job, 3: code, 4: message, 5: variables, 6: by },
    6: UpdateJob { 1: slot, 2: job, 3: retries, 4: deadline_ms },
    7: FireTimer { 1: slot, 2: timer },
    8: OfferMessage { 1: slot, 2: subscription, 3: message, 4: mailbox, 5: variables, 6: at },
    9: ResolveIncident { 1: incident },
    10: SetVariables { 1: element, 2: variables, 3: local },
    11: CompleteUserTask { 1: task, 2: variables, 3: action },
    12: Continue,
    13: Quarantine { 1: message },
    14: CancelCalled,
    15: EndChild { 1: slot, 2: child, 3: outcome },
    60: ReceiveBpmnSignal { 1: slot, 2: subscription, 3: signal, 4: variables },
    61: EscalateChild(escalation),
    62: PassEscalation { 1: slot },
    100: AssignUserTask { 1: task, 2: assignee, 3: allow_override, 4: action },
    101: UpdateUserTask { 1: task, 2: changes, 3: action },
    102: SuspendInstance,
    103: ResumeInstance,
    104: ModifyInstance(modification),
    105: MigrateInstance(migration),
    3200: ActivateActivities { 1: element, 2: activities, 3: cancels_remaining },
    3600: RetryIncident { 1: incident, 2: retries },
    3601: CompensateInstance,
});
fields!(ChildEscalation { 1: slot, 2: child, 3: code, 4: thrower, 5: waits });
variants!(ChildOutcome {
    1: Completed { 1: variables },
    2: Cancelled,
    3: Failed { 1: code, 2: variables },
});
fields!(CreateInstance {
    1: instance,
    2: definition,
    3: start,
    4: variables,
    5: business_id,
    6: entry,
    7: parent,
    3300: case,
    3500: tags,
    3501: begin_at,
    3502: stop_after,
});

variants!(MailboxCommand {
    1: PublishMessage {
        1: tenant,
        2: name,
        3: correlation_key,
        4: id,
        5: ttl_ms,
        6: variables,
        7: must_correlate,
    },
    2: Subscribe { 1: tenant, 2: waiting },
    3: Unsubscribe { 1: subscription },
    4: AcceptMessage { 1: subscription, 2: message, 3: at },
    5: RefuseMessage { 1: subscription, 2: message, 3: at },
    6: ExpireMessages,
    20: Continue,
});

variants!(EntryCommand {
    1: StartByMessage {
        1: tenant,
        2: process_id,
        3: correlation_key,
        4: message,
        5: name,
        6: deadline_ms,
        7: variables,
    },
    2: EndInstance { 1: instance },
});

variants!(BpmnSignalCommand {
    1: BroadcastBpmnSignal { 1: tenant, 2: name, 3: variables },
    2: Listen { 1: tenant, 2: listener },
    3: StopListening { 1: subscription },
    4: Continue,
});
variants!(BpmnSignalEvent {
    1: BroadcastAccepted { 1: tenant, 2: broadcast },
    2: ListenersReached { 1: next },
    3: BroadcastEnded,
    4: ListenerAdded { 1: tenant, 2: listener },
    5: ListenerRemoved { 1: subscription, 2: number },
});
fields!(Listener { 1: key, 2: instance, 3: slot, 4: name, 5: once });
fields!(Broadcast { 1: key, 2: name, 3: variables, 4: next, 5: below });

impl Wire for HeadCommand {
    fn put(&self, writer: &mut Writer) {
        // A deployment or deletion is never an effect: its graph is code, not data.
        let HeadCommand::FireStartTimer { timer } = self else {
            unreachable!("a deployment or deletion is never left in the outbox")
        };
        writer.varint(2);
        writer.nested(|writer| writer.field(1, timer));
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Bad> {
        let kind = reader.varint()?;
        let mut inner = reader.nested()?;
        if kind != 2 {
            return Err(reader.bad(format!("unknown number {kind} of HeadCommand")));
        }
        inner.varint()?;
        let timer = Wire::take(&mut inner.nested()?)?;
        Ok(HeadCommand::FireStartTimer { timer })
    }
}

/// The number of a command in audit records.
#[must_use]
pub fn command_number(command: &Command) -> u32 {
    use InstanceCommand as I;
    match command {
        Command::Instance(command) => match command {
            I::CreateInstance(_) => 1,
            I::CancelInstance => 2,
            I::CompleteJob { .. } => 3,
            I::FailJob { .. } => 4,
            I::ThrowJobError { .. } => 5,
            I::UpdateJob { .. } => 6,
            I::FireTimer { .. } => 7,
            I::OfferMessage { .. } => 8,
            I::ResolveIncident { .. } => 9,
            I::SetVariables { .. } => 10,
            I::CompleteUserTask { .. } => 11,
            I::Continue => 12,
            I::Quarantine { .. } => 13,
            I::CancelCalled => 14,
            I::EndChild { .. } => 15,
            I::ReceiveBpmnSignal { .. } => 60,
            I::EscalateChild(_) => 61,
            I::PassEscalation { .. } => 62,
            I::AssignUserTask { .. } => 2_100,
            I::UpdateUserTask { .. } => 2_101,
            I::SuspendInstance => 2_102,
            I::ResumeInstance => 2_103,
            I::ModifyInstance(_) => 2_104,
            I::MigrateInstance(_) => 2_105,
            I::ActivateActivities { .. } => 3_200,
            I::RetryIncident { .. } => 3_600,
            I::CompensateInstance => 3_601,
        },
        Command::Mailbox(command) => super::v1_mailbox::command_number(command),
        Command::Entry(EntryCommand::StartByMessage { .. }) => 201,
        Command::Entry(EntryCommand::EndInstance { .. }) => 202,
        Command::Head(HeadCommand::DeployDefinition { .. }) => 301,
        Command::Head(HeadCommand::FireStartTimer { .. }) => 302,
        Command::Head(HeadCommand::DeleteDefinition { .. }) => 3400,
        Command::Resource(ResourceCommand::DeployResource { .. }) => 130,
        Command::Resource(ResourceCommand::DeleteResource { .. }) => 3401,
        Command::Evaluation(EvaluationCommand::EvaluateDecision { .. }) => 131,
        Command::Evaluation(EvaluationCommand::DeleteEvaluation { .. }) => 3402,
        Command::Work(command) => super::v1_work::command_number(command),
        Command::BatchOperation(command) => super::v1_batch::command_number(command),
        Command::Suspension(command) => super::v1_suspension::command_number(command),
        Command::BpmnSignal(command) => super::v1_bpmn_signal::command_number(command),
    }
}
