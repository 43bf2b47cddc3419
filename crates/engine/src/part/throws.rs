//! What an event with several definitions throws.
//!
//! Not here: the order of throwing (`life::multiple`).

use super::bpmn_signal::BpmnSignalSpec;
use super::escalation::EscalationSpec;
use super::send::SendSpec;
use model::{NodeRef, Problems};

/// Everything a multiple throw or end event throws.
#[derive(Debug, Default, PartialEq)]
pub struct Throws {
    /// BPMN signals to broadcast.
    pub signals: Vec<BpmnSignalSpec>,
    /// A message to publish.
    pub message: Option<SendSpec>,
    /// Escalations.
    pub escalations: Vec<EscalationSpec>,
}

impl Throws {
    /// Reads the definitions of an event.
    pub fn read<'a>(
        event: NodeRef<'a>,
        definitions: impl Iterator<Item = NodeRef<'a>>,
        problems: &mut Problems,
    ) -> Throws {
        let mut throws = Throws::default();
        for definition in definitions {
            match definition.name() {
                "signalEventDefinition" => {
                    throws.signals.push(BpmnSignalSpec::read(definition, problems));
                }
                "escalationEventDefinition" => {
                    throws.escalations.push(EscalationSpec::read(definition, true, problems));
                }
                "messageEventDefinition" if throws.message.is_none() => {
                    let send = SendSpec::read(event, definition, problems);
                    if send.job().is_some() {
                        refuse(event, definition, "a message that a worker sends", problems);
                    }
                    throws.message = Some(send);
                }
                "messageEventDefinition" => {
                    refuse(event, definition, "a second message", problems);
                }
                other => refuse(event, definition, other, problems),
            }
        }
        throws
    }
}

fn refuse(event: NodeRef<'_>, definition: NodeRef<'_>, found: &str, problems: &mut Problems) {
    let message = format!(
        "Expected BPMN signals, escalations and one message with `segue:publishMessage` to be \
         thrown together by {} `{}`, but found {found}.",
        event.name(),
        event.id().unwrap_or_default()
    );
    problems
        .error(definition, "multiple-throw", message)
        .hint("Put it into an event of its own, behind this one.");
}
