//! Message start event: a message starts an instance, one open instance per correlation key, or an
//! event sub-process.
//!
//! The entry aggregate keeps that rule. For an event sub-process the scope around it waits, with a
//! correlation key evaluated there; once started, the token passes.

use super::event_sub_process::is_in_event_sub;
use super::*;
use crate::part::message::MessageSpec;
use crate::part::text::Text;

/// A message start event.
#[derive(Debug, PartialEq)]
pub struct MessageStart {
    /// What starts it; the name of one that starts a process is fixed.
    pub message: MessageSpec,
}

impl Element for MessageStart {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "startEvent", "messageEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        let definition = definition_of(node);
        let inside = is_in_event_sub(node);
        let message = MessageSpec::read(definition, inside, problems);
        if !inside && matches!(message.name, Text::Computed(_)) {
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

    fn wait(&self, slot: Slot, ctx: &Ctx<'_>) -> Result<Option<Wait>, Failure> {
        ctx.message_wait(slot, &self.message).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn starts_an_instance_with_the_message() {
        check(
            "received:message-start(order) -> pack:job(pack) -> end",
            r#"
                publish order "" {"id": 7}
                > started process {"id":7}
                > entered received
                > entered pack
                > job pack
                complete pack
                > completed pack
                > entered end
                > completed {"id":7}
            "#,
        );
    }

    #[test]
    fn stops_at_a_broken_mapping_and_can_be_cancelled() {
        check(
            r"
                received:message-start(order) -> end
                received: outputs { total = = assert(amount, amount != null) }
            ",
            r#"
                publish order "" {"id": 7}
                > started process {"id":7}
                > entered received
                > incident IO_MAPPING_ERROR received
                cancel
                > resolved received
                > cancelled received
                > cancelled
            "#,
        );
    }

    #[test]
    fn maps_what_the_message_brings() {
        check(
            r"
                received:message-start(order) -> end
                received: outputs { total = = amount * 2 }
            ",
            r#"
                publish order "" {"amount": 7}
                > started process {"amount":7}
                > entered received
                > variables {"total":14}
                > entered end
                > completed {"amount":7,"total":14}
            "#,
        );
    }

    #[test]
    fn starts_an_event_sub_process_with_what_the_message_brings() {
        check(
            r"
                start -> work:job(work) -> end
                asked:event-sub {
                  told:message-start(ask, = order) non-interrupting -> answer:job(answer) -> end
                }
                told: outputs { question = = text }
            ",
            r#"
                start {"order": 1}
                > subscribed ask 1
                > entered start
                > entered work
                > job work
                publish ask 1 {"text": "where?"}
                > correlated ask 1
                > entered asked
                > entered told
                > variables of told {"text":"where?"}
                > variables {"question":"where?"}
                > entered answer
                > job answer
                publish ask 2
                > expired ask 2
            "#,
        );
    }
}
