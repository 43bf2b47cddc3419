//! Message end event: sends a message, by a worker or published by Segue itself.
//!
//! With `zeebe:taskDefinition` it is a job. With `segue:publishMessage` whoever waits in this
//! tenant gets the message; it brings what the input mappings made, and nothing else.
//! Then the token is consumed.

use super::*;
use crate::part::send::SendSpec;

/// A message end event.
#[derive(Debug, PartialEq)]
pub struct MessageEnd {
    /// How the message is sent.
    pub send: SendSpec,
}

impl Element for MessageEnd {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "endEvent", "messageEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        MessageEnd { send: SendSpec::read(node, definition_of(node), problems) }
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
                fork -> tell:message-end(offer) publish(= id)
            ",
            r#"
                start {"id": 7}
                > entered start
                > entered fork
                > entered hear
                > entered tell
                > subscribed offer 7
                > sent offer 7
                > correlated offer 7
                > completed hear
                > entered heard
                > completed {"id":7}
            "#,
        );
    }

    #[test]
    fn is_sent_by_a_worker_before_its_scope_is_done() {
        check(
            r"
                start -> tell:message-end(offer, send-mail) retries=1
            ",
            r#"
                start
                > entered start
                > entered tell
                > job send-mail retries=1
                fail send-mail "no route"
                > job send-mail failed retries=0
                > incident JOB_NO_RETRIES tell
                retries send-mail 1
                resolve
                complete send-mail {"sent": true}
                > variables {"sent":true}
                > completed tell
                > completed {"sent":true}
                start
                cancel
                > #2 job send-mail cancelled
                > #2 cancelled tell
                > #2 cancelled
            "#,
        );
    }
}
