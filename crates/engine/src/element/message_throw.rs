//! Message intermediate throw event: sends a message, by a worker or published by Segue itself.
//!
//! With `zeebe:taskDefinition` it is a job. With `segue:publishMessage` whoever waits in this
//! tenant gets the message; it brings what the input mappings made, and nothing else.
//! The token goes on at once.

use super::*;
use crate::part::send::SendSpec;

/// A message intermediate throw event.
#[derive(Debug, PartialEq)]
pub struct MessageThrow {
    /// How the message is sent.
    pub send: SendSpec,
}

impl Element for MessageThrow {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "intermediateThrowEvent", "messageEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        MessageThrow { send: SendSpec::read(node, definition_of(node), problems) }
    }

    fn enter(&self, slot: Slot, ctx: &mut Ctx<'_>) -> Result<Entered, Failure> {
        ctx.send(slot, &self.send)
    }

    fn job(&self) -> Option<&JobSpec> {
        self.send.job()
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn is_published_to_who_waits_for_it() {
        check(
            r"
                start -> fork:and -> hear:receive(offer, = id) -> heard:end
                fork -> tell:message-throw(offer) publish(= id) -> told:end
                tell: inputs { price = = amount * 2 }
            ",
            r#"
                start {"id": 7, "amount": 10}
                > entered start
                > entered fork
                > entered hear
                > entered tell
                > subscribed offer 7
                > variables of tell {"price":20}
                > sent offer 7
                > entered told
                > correlated offer 7
                > variables {"price":20}
                > completed hear
                > entered heard
                > completed {"amount":10,"id":7,"price":20}
            "#,
        );
    }

    #[test]
    fn waits_for_its_receiver_as_long_as_it_lives() {
        check(
            r#"
                start -> tell:message-throw(offer) publish(= id, = duration("PT1H"), = "once") -> ask:user -> hear:receive(offer, = id) -> end
            "#,
            r#"
                start {"id": 7}
                > entered start
                > entered tell
                > sent offer 7
                > entered ask
                > task ask
                > buffered offer 7
                task ask complete
                > completed ask
                > entered hear
                > subscribed offer 7
                > correlated offer 7
                > completed hear
                > entered end
                > completed {"id":7}
                start {"id": 8}
                > #2 entered start
                > #2 entered tell
                > #2 sent offer 8
                > #2 entered ask
                > #2 task ask
                > buffered offer 8
                advance PT1H
                > expired offer 8
            "#,
        );
    }

    #[test]
    fn starts_a_process() {
        check(
            r"
                process shop
                start -> tell:message-throw(ship) publish(= id) -> end
                tell: inputs { what = tea }
                process shipping
                ordered:message-start(ship) -> pack:job(pack) -> end
            ",
            r#"
                start {"id": "A-1"}
                > entered start
                > entered tell
                > variables of tell {"what":"tea"}
                > sent ship A-1
                > entered end
                > completed {"id":"A-1"}
                > #2 started shipping {"what":"tea"}
                > #2 entered ordered
                > #2 entered pack
                > #2 job pack
            "#,
        );
    }

    #[test]
    fn stops_when_it_cannot_say_what_to_publish() {
        check(
            r"
                start -> tell:message-throw(offer) publish(= id, = wait) -> end
            ",
            r#"
                start
                > entered start
                > entered tell
                > incident EXTRACT_VALUE_ERROR tell
                ~ because the correlation key
                set {"id": "7", "wait": "soon"}
                resolve
                > resolved tell
                > incident EXTRACT_VALUE_ERROR tell
                ~ because a time to live
                set {"wait": "PT5M"}
                resolve
                > resolved tell
                > sent offer 7
                > entered end
                > completed {"id":"7","wait":"PT5M"}
                > buffered offer 7
            "#,
        );
    }

    #[test]
    fn is_sent_by_a_worker() {
        check(
            r"
                start -> tell:message-throw(offer, send-mail) -> end
            ",
            r#"
                start
                > entered start
                > entered tell
                > job send-mail
                complete send-mail
                > completed tell
                > entered end
                > completed {}
                start
                cancel
                > #2 job send-mail cancelled
                > #2 cancelled tell
                > #2 cancelled
            "#,
        );
    }
}
