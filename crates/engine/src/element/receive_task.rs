//! Receive task: waits for a message with its correlation key.
//!
//! It does not start a process, whatever `instantiate` says: that is a problem.

use super::*;
use crate::part::message::MessageSpec;

/// A receive task.
#[derive(Debug, PartialEq)]
pub struct ReceiveTask {
    /// What it waits for.
    pub message: MessageSpec,
}

impl Element for ReceiveTask {
    fn matches(node: NodeRef<'_>) -> bool {
        node.is_bpmn("receiveTask")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        if node.attr("instantiate").map(str::trim) == Some("true") {
            problems
                .error(
                    node,
                    "receive-task-instantiates",
                    "Expected a receive task that waits inside a process, but found \
                     `instantiate=\"true\"`."
                        .to_owned(),
                )
                .at_attr("instantiate")
                .hint("Put a message start event before it.");
        }
        ReceiveTask { message: MessageSpec::read(node, true, problems) }
    }

    fn wait(&self, slot: Slot, ctx: &Ctx<'_>) -> Result<Option<Wait>, Failure> {
        ctx.message_wait(slot, &self.message).map(Some)
    }
}
