//! Intermediate message catch event: waits for a message with its correlation key.
//!
//! Matching and buffering are the mailbox's work.

use super::*;
use crate::part::message::MessageSpec;

/// An intermediate message catch event.
#[derive(Debug, PartialEq)]
pub struct MessageCatch {
    /// What it waits for.
    pub message: MessageSpec,
}

impl Element for MessageCatch {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "intermediateCatchEvent", "messageEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        MessageCatch { message: MessageSpec::read(definition_of(node), true, problems) }
    }

    fn wait(&self, slot: Slot, ctx: &Ctx<'_>) -> Result<Option<Wait>, Failure> {
        ctx.message_wait(slot, &self.message).map(Some)
    }
}
