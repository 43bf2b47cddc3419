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

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn waits_for_its_message() {
        check(
            "start -> hear:catch-message(paid, = order) -> end",
            r#"
                start {"order": "A-1"}
                > entered start
                > entered hear
                > subscribed paid A-1
                publish paid A-2
                > expired paid A-2
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
    fn needs_a_correlation_key() {
        check(
            "start -> hear:catch-message(paid, = order) -> end",
            r#"
                start
                > entered start
                > entered hear
                > incident EXTRACT_VALUE_ERROR hear
                ~ because Expected the correlation key to be text
                set {"order": 7}
                resolve hear
                > resolved hear
                > subscribed paid 7
                publish paid 7
                > correlated paid 7
                > completed hear
                > entered end
                > completed {"order":7}
            "#,
        );
    }

    #[test]
    fn is_cancelled_with_its_instance() {
        check(
            "start -> hear:catch-message(paid, = order) -> end",
            r#"
                start {"order": "A-1"}
                > entered start
                > entered hear
                > subscribed paid A-1
                cancel
                > unsubscribed paid A-1
                > cancelled hear
                > cancelled
                publish paid A-1 ttl PT1M
                > buffered paid A-1
                advance PT1M
                > expired paid A-1
            "#,
        );
    }

    #[test]
    fn maps_what_the_message_brings() {
        check(
            r"
                start -> hear:catch-message(paid, = order) -> end
                hear: outputs { total = = amount * 2 }
            ",
            r#"
                start {"order": "A-1"}
                publish paid A-1 {"amount": 5}
                > correlated paid A-1
                > variables of hear {"amount":5}
                > variables {"total":10}
                > completed hear
                > entered end
                > completed {"order":"A-1","total":10}
            "#,
        );
    }
}
