//! Record version 1 of signals, alerts and cases: commands, events and state. The numbers are for
//! ever.
//!
//! Not here: what they mean (crate `work`).

use super::codec::{Bad, Reader, Wire, Writer, fields, numbers, variants};
use work::alert::{Alert, AlertCommand, AlertEvent, AlertLine, Draft, Hold, HoldCause, Pending};
use work::case::clock::{CaseClock, ClockChange, ClockStanding, Milestone};
use work::case::{
    Case, CaseCommand, CaseEvent, CaseState, CheckRun, CheckState, Evidence, EvidenceKind,
    OpenCase, Verdict,
};
use work::definition::Severity;
use work::detector::{
    Detector, DetectorCommand, DetectorEvent, DetectorPhase, Observation, Reading,
};
use work::expectation::{Expectation, ExpectationCommand, ExpectationEvent, Waiting};
use work::gate::{Gate, GateCommand, GateEvent, Storm};
use work::received::{CloudEvent, Matched, Received, ReceivedCommand, ReceivedEvent};
use work::{Command as WorkCommand, Event as WorkEvent};

variants!(WorkCommand {
    1: Received(command),
    2: Detector(command),
    3: Alert(command),
    4: Case(command),
    5: Expectation(command),
    6: Gate(command),
});
variants!(WorkEvent {
    1: Received(event),
    2: Detector(event),
    3: Alert(event),
    4: Case(event),
    5: Expectation(event),
    6: Gate(event),
});

variants!(ReceivedCommand { 1: ReceiveEvent { 1: tenant, 2: event } });
variants!(ReceivedEvent { 1: EventReceived { 1: tenant, 2: key, 3: event, 4: matched } });
fields!(CloudEvent {
    1: id,
    2: source,
    3: kind,
    4: subject,
    5: time,
    6: content_type,
    7: schema,
    8: extensions,
    9: data,
});
fields!(Matched { 1: definition, 2: id, 3: subject, 4: failure });
fields!(Received { 1: tenant, 2: key, 3: source, 4: id });

variants!(DetectorCommand {
    1: Observe(observation),
    2: Wake,
    3: ExpectSubject { 1: tenant, 2: rule, 3: rule_id, 4: subject },
});
variants!(DetectorEvent {
    1: PhaseChanged { 1: tenant, 2: rule, 3: rule_id, 4: subject, 5: phase, 6: since_ms, 7: draft },
    2: OccurrencesCounted { 1: tenant, 2: rule, 3: rule_id, 4: subject, 5: times_ms },
    3: TimerSet { 1: timer },
});
fields!(Observation {
    1: tenant,
    2: rule,
    3: rule_id,
    4: subject,
    5: reading,
    6: draft,
    7: steps,
    8: calendar
});
fields!(Draft { 1: name, 2: title, 3: severity, 4: event, 5: case_type, 6: is_storm, 7: site });
fields!(Detector {
    1: tenant,
    2: rule_id,
    3: subject,
    4: rule,
    5: phase,
    6: since_ms,
    7: timer,
    8: draft,
    9: times_ms,
});
numbers!(DetectorPhase { 0: Normal, 1: Pending, 2: Firing, 3: Recovering, 4: Awaiting });
numbers!(Reading { 0: Beyond, 1: Between, 2: Normal, 3: Begins, 4: Came });
numbers!(Severity { 0: Low, 1: Medium, 2: High, 3: Critical });

variants!(AlertCommand {
    1: RaiseAlert { 1: tenant, 2: rule, 3: rule_id, 4: subject, 5: draft },
    2: RecoverAlert { 1: rule_id, 2: subject },
    3: AcknowledgeAlert { 1: alert, 2: by },
    4: WatchAlert { 1: case, 2: watches },
    5: ReleaseCase { 1: case, 2: watch_ms },
    6: Wake,
    7: AdmitAlert { 1: alert },
    8: HoldAlert { 1: alert, 2: hold },
    9: ReleaseAlert { 1: alert, 2: by },
});
variants!(AlertEvent {
    1: AlertOpened {
        1: tenant,
        2: alert,
        3: rule,
        4: rule_id,
        5: subject,
        6: draft,
        7: case,
        8: pending,
    },
    2: AlertRepeated { 1: alert, 2: rule_id, 3: subject, 4: severity, 5: event, 6: occurrences },
    3: RaiserRecovered { 1: alert, 2: rule_id, 3: subject },
    4: AlertRecovered { 1: alert },
    5: AlertResolved { 1: alert },
    6: AlertAcknowledged { 1: alert, 2: by },
    7: CaseWatches { 1: case, 2: watches },
    8: CaseReleased { 1: case, 2: timer },
    9: WatchEnded { 1: case },
    10: AlertAdmitted { 1: alert, 2: case, 3: by },
    11: AlertHeld { 1: alert, 2: hold, 3: timer },
});
fields!(Alert { 1: key, 2: severity, 3: raisers, 4: acknowledged_by, 5: occurrences, 6: pending });
fields!(Pending { 1: rule, 2: rule_id, 3: subject, 4: draft, 5: follows, 6: hold });
fields!(Hold { 1: cause, 2: id, 3: until_ms });
numbers!(HoldCause { 0: Suppression, 1: Storm });
fields!(AlertLine { 1: tenant, 2: name, 3: open, 4: case, 5: watched, 6: timer });

variants!(CaseCommand {
    1: OpenCase(open),
    2: EnterStage { 1: stage, 2: by },
    3: AssignCase { 1: driver, 2: by },
    4: ResolveCase { 1: by, 2: comment },
    5: AttestOutcome { 1: check, 2: passes, 3: by, 4: comment },
    6: WaiveOutcome { 1: by, 2: reason },
    7: CancelCase { 1: by, 2: reason },
    8: AddEvidence { 1: by, 2: text },
    9: MeetCheck { 1: check, 2: event },
    10: RefuseExpectation { 1: check },
    11: NoteRecurrence { 1: alert },
    12: EndProcess { 1: instance, 2: completed },
    13: Wake,
    14: ExtendClock { 1: by_ms, 2: by, 3: reason },
    15: WaiveClock { 1: by, 2: reason },
    16: TakeCase { 1: driver, 2: by },
});
fields!(OpenCase {
    1: case,
    2: tenant,
    3: case_type,
    4: title,
    5: subject,
    6: severity,
    7: alert,
    8: alert_name,
    9: event,
    10: follows,
    11: site,
});
variants!(CaseEvent {
    1: CaseOpened { 1: open, 2: stage, 3: opened_ms },
    2: StageEntered { 1: stage, 2: by },
    3: CaseAssigned { 1: driver, 2: by },
    4: ProcessStarted { 1: instance, 2: definition },
    5: ProcessNotStarted { 1: process_id, 2: reason },
    6: ProcessEnded { 1: instance, 2: completed },
    7: CaseResolved { 1: by, 2: comment },
    8: CheckPlanned { 1: check, 2: due_ms },
    9: CheckStarted { 1: check, 2: due_ms },
    10: CheckPassed { 1: check },
    11: CheckFailed { 1: check, 2: reason },
    12: EvidenceKept { 1: evidence },
    13: CaseReopened { 1: check, 2: reason, 3: count },
    14: CaseClosed { 1: verdict, 2: watched_until_ms },
    15: CaseCancelled { 1: by, 2: reason },
    16: RecurrenceNoted { 1: alert, 2: durable },
    17: MilestoneReached { 1: milestone, 2: number, 3: due_ms },
    18: UrgencyChanged { 1: urgency },
    19: TimerSet { 1: timer },
    20: WatchEnded,
    21: ClockChanged { 1: change, 2: clock, 3: goal_ms, 4: deadline_ms, 5: by, 6: reason },
});
fields!(Evidence { 1: key, 2: tenant, 3: check, 4: kind, 5: event, 6: by, 7: text });
numbers!(EvidenceKind { 0: Note, 1: Event, 2: Attestation, 3: Quiet, 4: TimedOut, 5: Waiver });
numbers!(Verdict { 0: Verified, 1: Waived, 2: Failed });
numbers!(Milestone { 0: AtRisk, 1: Goal, 2: Deadline, 3: Passed });
fields!(Case {
    1: key,
    2: tenant,
    3: case_type,
    4: state,
    5: stage,
    6: subject,
    7: alert_name,
    8: driver,
    9: resolved_by,
    10: opened_ms,
    11: checks,
    12: reopened,
    13: process,
    14: reached,
    15: urgency,
    16: watched_until_ms,
    17: timer,
    18: site,
    19: clock,
});
fields!(CaseClock { 1: calendar, 2: standing, 3: elapsed_ms, 4: since_ms, 5: extended_ms });
numbers!(ClockStanding { 0: Running, 1: Waiting, 2: Paused, 3: Stopped, 4: Waived });
numbers!(ClockChange {
    0: Set,
    1: Started,
    2: Paused,
    3: Resumed,
    4: Stopped,
    5: Extended,
    6: Waived,
});
numbers!(CaseState {
    0: Open,
    1: Resolved,
    2: Verifying,
    3: ClosedVerified,
    4: ClosedWaived,
    5: ClosedFailed,
    6: Cancelled,
});
fields!(CheckRun { 1: id, 2: state, 3: due_ms });
numbers!(CheckState { 0: Planned, 1: Waiting, 2: Passed });

variants!(ExpectationCommand {
    1: Expect { 1: tenant, 2: waiting },
    2: ForgetExpectation { 1: case },
    3: MeetExpectation { 1: event },
});
variants!(ExpectationEvent {
    1: CaseWaits { 1: tenant, 2: waiting },
    2: CaseWaitsNoMore { 1: case },
});
fields!(Expectation { 1: tenant, 2: waiting });
fields!(Waiting { 1: case, 2: check });

variants!(GateCommand {
    1: PassGate { 1: tenant, 2: rule, 3: rule_id, 4: name, 5: alert },
    2: Wake,
});
variants!(GateEvent {
    1: PassesCounted { 1: tenant, 2: rule_id, 3: times_ms },
    2: StormBegan { 1: tenant, 2: rule_id, 3: since_ms },
    3: PassRefused { 1: last_ms, 2: held },
    4: StormEnded { 1: held },
    5: TimerSet { 1: timer },
});
fields!(Gate { 1: tenant, 2: rule_id, 3: times_ms, 4: storm, 5: timer });
fields!(Storm { 1: since_ms, 2: last_ms, 3: held });

/// The number of a command in audit records.
#[must_use]
pub(super) fn command_number(command: &WorkCommand) -> u32 {
    match command {
        WorkCommand::Received(ReceivedCommand::ReceiveEvent { .. }) => 3300,
        WorkCommand::Detector(DetectorCommand::Observe(_)) => 3310,
        WorkCommand::Detector(DetectorCommand::Wake) => 3311,
        WorkCommand::Detector(DetectorCommand::ExpectSubject { .. }) => 3700,
        WorkCommand::Alert(command) => match command {
            AlertCommand::RaiseAlert { .. } => 3320,
            AlertCommand::RecoverAlert { .. } => 3321,
            AlertCommand::AcknowledgeAlert { .. } => 3322,
            AlertCommand::WatchAlert { .. } => 3323,
            AlertCommand::ReleaseCase { .. } => 3324,
            AlertCommand::Wake => 3325,
            AlertCommand::AdmitAlert { .. } => 3701,
            AlertCommand::HoldAlert { .. } => 3702,
            AlertCommand::ReleaseAlert { .. } => 3703,
        },
        WorkCommand::Case(command) => match command {
            CaseCommand::OpenCase(_) => 3340,
            CaseCommand::EnterStage { .. } => 3341,
            CaseCommand::AssignCase { .. } => 3342,
            CaseCommand::ResolveCase { .. } => 3343,
            CaseCommand::AttestOutcome { .. } => 3344,
            CaseCommand::WaiveOutcome { .. } => 3345,
            CaseCommand::CancelCase { .. } => 3346,
            CaseCommand::AddEvidence { .. } => 3347,
            CaseCommand::MeetCheck { .. } => 3348,
            CaseCommand::RefuseExpectation { .. } => 3349,
            CaseCommand::NoteRecurrence { .. } => 3350,
            CaseCommand::EndProcess { .. } => 3351,
            CaseCommand::Wake => 3352,
            CaseCommand::ExtendClock { .. } => 3710,
            CaseCommand::WaiveClock { .. } => 3711,
            CaseCommand::TakeCase { .. } => 3712,
        },
        WorkCommand::Expectation(command) => match command {
            ExpectationCommand::Expect { .. } => 3360,
            ExpectationCommand::ForgetExpectation { .. } => 3361,
            ExpectationCommand::MeetExpectation { .. } => 3362,
        },
        WorkCommand::Gate(GateCommand::PassGate { .. }) => 3704,
        WorkCommand::Gate(GateCommand::Wake) => 3705,
    }
}
