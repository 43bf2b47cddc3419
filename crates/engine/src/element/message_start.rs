//! Message start event: a message starts an instance, one open instance per correlation key.
//!
//! The entry aggregate keeps that rule; once started, the token passes.

use super::*;
use crate::part::message::MessageSpec;
use crate::part::text::Text;

/// A message start event.
#[derive(Debug, PartialEq)]
pub struct MessageStart {
    /// What starts it; its name is fixed.
    pub message: MessageSpec,
}

impl Element for MessageStart {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "startEvent", "messageEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        let definition = definition_of(node);
        let message = MessageSpec::read(definition, false, problems);
        if matches!(message.name, Text::Computed(_)) {
            problems
                .error(
                    definition,
                    "message-start-computed",
                    "Expected a fixed message name at a start event, but found an expression: no \
                     variables exist yet."
                        .to_owned(),
                )
                .hint("Remove the `=` from the message's name.");
        }
        MessageStart { message }
    }
}
