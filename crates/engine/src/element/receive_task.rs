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

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn waits_for_its_message() {
        check(
            "start -> hear:receive(paid, = order) -> end",
            r#"
                start {"order": "A-1"}
                > entered start
                > entered hear
                > subscribed paid A-1
                publish paid A-1 {"amount": 5}
                > correlated paid A-1
                > variables {"amount":5}
                > completed hear
                > entered end
                > completed {"amount":5,"order":"A-1"}
            "#,
        );
    }

    #[test]
    fn needs_a_correlation_key_and_can_be_cancelled() {
        check(
            "start -> hear:receive(paid, = order) -> end",
            r#"
                start
                > entered start
                > entered hear
                > incident EXTRACT_VALUE_ERROR hear
                cancel
                > resolved hear
                > cancelled hear
                > cancelled
            "#,
        );
    }

    #[test]
    fn finds_a_message_that_came_before_it() {
        check(
            "start -> hear:receive(paid, = order) -> end",
            r#"
                publish paid A-1 {"amount": 5} ttl PT1H
                > buffered paid A-1
                start {"order": "A-1"}
                > entered start
                > entered hear
                > subscribed paid A-1
                > correlated paid A-1
                > variables {"amount":5}
                > completed hear
                > entered end
                > completed {"amount":5,"order":"A-1"}
            "#,
        );
    }
}
