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

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn interrupts_its_activity_with_what_the_message_brings() {
        check(
            r"
                start -> work:job(work) -> end
                work ! stopped:message(stop, = order) -> stopped-end:end
            ",
            r#"
                start {"order": 1}
                > entered start
                > entered work
                > job work
                > subscribed stop 1
                publish stop 1 {"why": "late"}
                > correlated stop 1
                > job work cancelled
                > cancelled work
                > entered stopped
                > variables {"why":"late"}
                > entered stopped-end
                > completed {"order":1,"why":"late"}
            "#,
        );
    }

    #[test]
    fn hears_every_message_beside_its_activity() {
        check(
            r"
                start -> work:job(work) -> end
                work !~ asked:message(ask, = order) -> answer:job(answer) -> answered:end
            ",
            r#"
                start {"order": 1}
                > entered start
                > entered work
                > job work
                > subscribed ask 1
                publish ask 1 {"q": 1}
                > correlated ask 1
                > entered asked
                > variables {"q":1}
                > entered answer
                > job answer
                publish ask 1 {"q": 2}
                > correlated ask 1
                > entered asked
                > variables {"q":2}
                > entered answer
                > job answer
                complete work
                > unsubscribed ask 1
                > completed work
                > entered end
                publish ask 1
                > expired ask 1
                complete answer
                complete answer
                > completed answer
                > entered answered
                > completed {"order":1,"q":2}
            "#,
        );
    }

    #[test]
    fn stops_at_its_own_broken_mapping_and_can_be_cancelled() {
        check(
            r"
                start -> work:job(work) -> end
                work ! stopped:message(stop, = 1) -> stopped-end:end
                stopped: outputs { total = = assert(amount, amount != null) }
            ",
            r#"
                start
                publish stop 1
                > correlated stop 1
                > job work cancelled
                > cancelled work
                > entered stopped
                > incident IO_MAPPING_ERROR stopped
                cancel
                > resolved stopped
                > cancelled stopped
                > cancelled
            "#,
        );
    }
}
