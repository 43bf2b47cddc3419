//! Part of a multiple event: one of the definitions of an event that has several.
//!
//! No XML element is read as one by itself: it stands behind the elements of the model and waits in
//! the name of its event.

use super::event_sub_process::is_in_event_sub;
use super::*;
use crate::part::bpmn_signal::BpmnSignalSpec;
use crate::part::condition::ConditionSpec;
use crate::part::message::MessageSpec;

/// One of several definitions.
#[derive(Debug, PartialEq)]
pub enum MultiplePart {
    /// A message.
    Message(MessageSpec),
    /// A time.
    Timer(TimerSpec),
    /// A BPMN signal.
    BpmnSignal(BpmnSignalSpec),
    /// A condition.
    Condition(ConditionSpec),
    /// An error.
    Error(ErrorSpec),
    /// An escalation.
    Escalation(EscalationSpec),
    /// What cannot be awaited; it was a problem.
    Nothing,
}

/// The parts of an event, if it is one that waits for several.
pub(crate) fn of(kind: &Kind, event: NodeRef<'_>, problems: &mut Problems) -> Vec<Kind> {
    use Kind as K;
    if !matches!(kind, K::BoundaryMultiple(_) | K::MultipleCatch(_) | K::MultipleStart(_)) {
        return Vec::new();
    }
    let definitions: Vec<NodeRef<'_>> = event_definitions(event).collect();
    let read = |definition| Kind::MultiplePart(read_part(event, definition, problems));
    definitions.into_iter().map(read).collect()
}

fn read_part(
    event: NodeRef<'_>,
    definition: NodeRef<'_>,
    problems: &mut Problems,
) -> MultiplePart {
    let begins = event.is_bpmn("startEvent") && !is_in_event_sub(event);
    let inner = event.is_bpmn("boundaryEvent") || is_in_event_sub(event);
    let gentle = |name: &str| event.attr(name).map(str::trim) == Some("false");
    let is_gentle = gentle("cancelActivity") || gentle("isInterrupting");
    let thrown = inner && !is_parallel(event);
    match definition.name() {
        "messageEventDefinition" => {
            MultiplePart::Message(MessageSpec::read(definition, !begins, problems))
        }
        "timerEventDefinition" => {
            let cyclic = begins || is_gentle;
            MultiplePart::Timer(TimerSpec::read(definition, cyclic, problems))
        }
        "signalEventDefinition" => MultiplePart::BpmnSignal(match begins {
            true => BpmnSignalSpec::read_start(definition, problems),
            false => BpmnSignalSpec::read(definition, problems),
        }),
        "conditionalEventDefinition" if !begins => {
            MultiplePart::Condition(ConditionSpec::read(definition, problems))
        }
        "errorEventDefinition" if thrown && !is_gentle => {
            MultiplePart::Error(ErrorSpec::read(definition, false, problems))
        }
        "escalationEventDefinition" if thrown => {
            MultiplePart::Escalation(EscalationSpec::read(definition, false, problems))
        }
        other => {
            problems
                .error(
                    definition,
                    "multiple-event-part",
                    format!(
                        "Expected events that {} `{}` can wait for together, but found {other}.",
                        event.name(),
                        event.id().unwrap_or_default()
                    ),
                )
                .hint("docs/elements.md says which they are; give this one an event of its own.");
            MultiplePart::Nothing
        }
    }
}

impl Kind {
    /// Whether all definitions of the event must happen.
    #[must_use]
    pub fn needs_all(&self) -> bool {
        match self {
            Kind::BoundaryMultiple(it) => it.parallel,
            Kind::MultipleCatch(it) => it.parallel,
            Kind::MultipleStart(it) => it.parallel,
            _ => false,
        }
    }

    /// The message that starts a process, if it is such a start event or part of one.
    #[must_use]
    pub fn message(&self) -> Option<&MessageSpec> {
        match self {
            Kind::MessageStart(start) => Some(&start.message),
            Kind::MultiplePart(MultiplePart::Message(message)) => Some(message),
            _ => None,
        }
    }

    /// The BPMN signal that starts a process, if it is such a start event or part of one.
    #[must_use]
    pub fn bpmn_signal(&self) -> Option<&BpmnSignalSpec> {
        match self {
            Kind::BpmnSignalStart(start) => Some(&start.signal),
            Kind::MultiplePart(MultiplePart::BpmnSignal(signal)) => Some(signal),
            _ => None,
        }
    }

    /// Whether it throws escalations, and waits where one interrupts it.
    #[must_use]
    pub fn escalates(&self) -> bool {
        matches!(
            self,
            Kind::EscalationEnd(_)
                | Kind::EscalationThrow(_)
                | Kind::MultipleEnd(_)
                | Kind::MultipleThrow(_)
        )
    }
}

impl Element for MultiplePart {
    fn matches(_: NodeRef<'_>) -> bool {
        false
    }

    fn read(_: NodeRef<'_>, _: &mut Problems) -> Self {
        MultiplePart::Nothing
    }

    fn wait(&self, slot: Slot, ctx: &Ctx<'_>) -> Result<Option<Wait>, Failure> {
        match self {
            MultiplePart::Message(message) => ctx.message_wait(slot, message).map(Some),
            MultiplePart::Timer(timer) => ctx.timer_wait(slot, timer).map(Some),
            MultiplePart::BpmnSignal(signal) => ctx.signal_wait(slot, signal).map(Some),
            MultiplePart::Condition(_) => Ok(Some(Wait::Condition)),
            // What is thrown finds it.
            _ => Ok(None),
        }
    }

    fn catches(&self) -> Option<&ErrorSpec> {
        match self {
            MultiplePart::Error(error) => Some(error),
            _ => None,
        }
    }

    fn condition(&self) -> Option<&ConditionSpec> {
        match self {
            MultiplePart::Condition(condition) => Some(condition),
            _ => None,
        }
    }

    fn escalation(&self) -> Option<&EscalationSpec> {
        match self {
            MultiplePart::Escalation(escalation) => Some(escalation),
            _ => None,
        }
    }

    fn timer(&self) -> Option<&TimerSpec> {
        match self {
            MultiplePart::Timer(timer) => Some(timer),
            _ => None,
        }
    }
}
