//! Send task: sends a message, by a worker or published by Segue itself.
//!
//! With `zeebe:taskDefinition` it is a job. With `segue:publishMessage` whoever waits in this
//! tenant gets the message; it brings what the input mappings made, and nothing else.
//! The token goes on at once.

use super::*;
use crate::part::send::SendSpec;

/// A send task.
#[derive(Debug, PartialEq)]
pub struct SendTask {
    /// How the message is sent.
    pub send: SendSpec,
}

impl Element for SendTask {
    fn matches(node: NodeRef<'_>) -> bool {
        node.is_bpmn("sendTask")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        SendTask { send: SendSpec::read(node, node, problems) }
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
    fn is_sent_by_a_worker() {
        check(
            "start -> mail:send(mail) -> end",
            r#"
                start
                > entered start
                > entered mail
                > job mail
                complete mail
                > completed mail
                > entered end
                > completed {}
                start
                cancel
                > #2 job mail cancelled
                > #2 cancelled mail
                > #2 cancelled
            "#,
        );
    }

    #[test]
    fn is_published_to_who_waits_for_it() {
        check(
            r"
                start -> fork:and -> hear:receive(offer, = id) -> heard:end
                fork -> tell:send-message(offer) publish(= id) -> told:end
                tell: inputs { price = = amount } outputs { offered = = price }
            ",
            r#"
                start {"id": 7, "amount": 10}
                > entered start
                > entered fork
                > entered hear
                > entered tell
                > subscribed offer 7
                > variables of tell {"price":10}
                > sent offer 7
                > variables {"offered":10}
                > entered told
                > correlated offer 7
                > variables {"price":10}
                > completed hear
                > entered heard
                > completed {"amount":10,"id":7,"offered":10,"price":10}
            "#,
        );
    }

    #[test]
    fn opens_no_boundary_event_when_it_publishes() {
        check(
            r"
                start -> tell:send-message(offer) publish(= id) -> told:end
                tell ! late:timer(PT1H) -> never:end
            ",
            r#"
                start
                > entered start
                > entered tell
                > incident EXTRACT_VALUE_ERROR tell
                set {"id": 7}
                resolve
                > resolved tell
                > sent offer 7
                > entered told
                > completed {"id":7}
                > expired offer 7
            "#,
        );
    }
}
