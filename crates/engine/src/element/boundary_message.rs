//! Message boundary event: reacts to a message while its activity is active.
//!
//! Opening and closing the subscription with the activity is `life`'s work.

use super::*;
use crate::part::message::MessageSpec;

/// A message boundary event.
#[derive(Debug, PartialEq)]
pub struct BoundaryMessage {
    /// What it waits for.
    pub message: MessageSpec,
}

impl Element for BoundaryMessage {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "boundaryEvent", "messageEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        BoundaryMessage { message: MessageSpec::read(definition_of(node), true, problems) }
    }

    fn wait(&self, slot: Slot, ctx: &Ctx<'_>) -> Result<Option<Wait>, Failure> {
        ctx.message_wait(slot, &self.message).map(Some)
    }
}
