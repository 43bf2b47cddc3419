//! Escalation boundary event: catches an escalation thrown inside its activity.
//!
//! Interrupting, it takes the place of the activity; not interrupting, it runs beside it and who
//! threw the escalation goes on. It never waits for anything; `life::escalate` finds it by its
//! code.

use super::*;

/// An escalation boundary event.
#[derive(Debug, PartialEq)]
pub struct BoundaryEscalation {
    /// What it catches.
    pub escalation: EscalationSpec,
}

impl Element for BoundaryEscalation {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "boundaryEvent", "escalationEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        BoundaryEscalation {
            escalation: EscalationSpec::read(definition_of(node), false, problems),
        }
    }

    fn escalation(&self) -> Option<&EscalationSpec> {
        Some(&self.escalation)
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn runs_beside_its_activity_which_goes_on() {
        check(
            r"
                start -> ship:sub {
                  start -> warn:escalation-throw(LATE) -> pack:job(pack) -> end
                } -> shipped:end
                ship !~ late:escalation(LATE) -> tell:job(tell) -> told:end
            ",
            r#"
                start
                > entered start
                > entered ship
                > entered ship_start
                > entered warn
                > escalated LATE
                > entered late
                > entered pack
                > job pack
                > entered tell
                > job tell
                complete tell
                > completed tell
                > entered told
                complete pack
                > completed pack
                > entered ship_end
                > completed ship
                > entered shipped
                > completed {}
            "#,
        );
    }


    #[test]
    fn interrupts_its_activity() {
        check(
            r"
                start -> ship:sub {
                  start -> fork:and -> warn:escalation-throw(LATE) -> never:end
                  fork -> pack:job(pack) -> packed:end
                } -> shipped:end
                ship ! late:escalation(LATE) -> tell:job(tell) -> told:end
            ",
            r#"
                start
                > entered start
                > entered ship
                > entered ship_start
                > entered fork
                > entered warn
                > entered pack
                > escalated LATE
                > job pack
                > cancelled warn
                > job pack cancelled
                > cancelled pack
                > cancelled ship
                > entered late
                > entered tell
                > job tell
                complete tell
                > completed tell
                > entered told
                > completed {}
            "#,
        );
    }


    #[test]
    fn catches_the_exact_code_before_every_code() {
        check(
            r"
                start -> ship:sub { start -> warn:escalation-throw(= code) -> end } -> shipped:end
                ship !~ any:escalation -> any-end:end
                ship !~ late:escalation(LATE) -> late-end:end
            ",
            r#"
                start {"code": "LATE"}
                > entered start
                > entered ship
                > entered ship_start
                > entered warn
                > escalated LATE
                > entered late
                > entered ship_end
                > entered late-end
                > completed ship
                > entered shipped
                > completed {"code":"LATE"}
                start {"code": "DAMAGED"}
                > #2 entered start
                > #2 entered ship
                > #2 entered ship_start
                > #2 entered warn
                > #2 escalated DAMAGED
                > #2 entered any
                > #2 entered ship_end
                > #2 entered any-end
                > #2 completed ship
                > #2 entered shipped
                > #2 completed {"code":"DAMAGED"}
            "#,
        );
    }


    #[test]
    fn stops_at_its_own_broken_mapping_and_can_be_cancelled() {
        check(
            r"
                start -> ship:sub { start -> warn:escalation-end(LATE) } -> shipped:end
                ship ! late:escalation(LATE) -> told:end
                late: outputs { total = = assert(amount, amount != null) }
            ",
            r#"
                start
                > entered start
                > entered ship
                > entered ship_start
                > entered warn
                > escalated LATE
                > cancelled warn
                > cancelled ship
                > entered late
                > incident IO_MAPPING_ERROR late
                cancel
                > resolved late
                > cancelled late
                > cancelled
            "#,
        );
    }


    #[test]
    fn catches_what_a_called_process_throws() {
        check(
            r"
                start -> ship:call(shipping) -> shipped:end
                ship !~ late:escalation(LATE) -> late-end:end
                ship ! lost:escalation(LOST) -> lost-end:end
                process shipping
                start -> warn:escalation-throw(= code) -> pack:job(pack) -> end
            ",
            r#"
                start {"code": "LATE"}
                > entered start
                > entered ship
                > #2 started shipping {"code":"LATE"}
                > #2 entered shipping_start
                > #2 entered warn
                > #2 escalated LATE
                > #2 entered pack
                > #2 job pack
                > escalated LATE
                > entered late
                > entered late-end
                complete pack
                > #2 completed pack
                > #2 entered shipping_end
                > #2 completed {"code":"LATE"}
                > completed ship
                > entered shipped
                > completed {"code":"LATE"}
                start {"code": "LOST"}
                > #3 entered start
                > #3 entered ship
                > #4 started shipping {"code":"LOST"}
                > #4 entered shipping_start
                > #4 entered warn
                > #4 escalated LOST
                > #3 escalated LOST
                > #4 cancelled warn
                > #4 cancelled
                > #3 cancelled ship
                > #3 entered lost
                > #3 entered lost-end
                > #3 completed {"code":"LOST"}
                start {"code": "ODD"}
                > #5 entered start
                > #5 entered ship
                > #6 started shipping {"code":"ODD"}
                > #6 entered shipping_start
                > #6 entered warn
                > #6 escalated ODD to nobody
                > #6 entered pack
                > #6 job pack
                complete pack
                > #6 completed pack
                > #6 entered shipping_end
                > #6 completed {"code":"ODD"}
                > #5 completed ship
                > #5 entered shipped
                > #5 completed {"code":"ODD"}
            "#,
        );
    }


    #[test]
    fn catches_what_a_process_throws_that_a_called_process_calls() {
        check(
            r"
                start -> ship:call(shipping) -> shipped:end
                ship ! lost:escalation -> lost-end:end
                process shipping
                start -> send:call(sending) -> sent:end
                send !~ late:escalation(LATE) -> late-end:end
                process sending
                start -> warn:escalation-throw(= code) -> pack:job(pack) -> end
            ",
            r#"
                start {"code": "LATE"}
                > entered start
                > entered ship
                > #2 started shipping {"code":"LATE"}
                > #2 entered shipping_start
                > #2 entered send
                > #3 started sending {"code":"LATE"}
                > #3 entered sending_start
                > #3 entered warn
                > #3 escalated LATE
                > #3 entered pack
                > #3 job pack
                > #2 escalated LATE
                > #2 entered late
                > #2 entered late-end
                complete pack
                > #3 completed pack
                > #3 entered sending_end
                > #3 completed {"code":"LATE"}
                > #2 completed send
                > #2 entered sent
                > #2 completed {"code":"LATE"}
                > completed ship
                > entered shipped
                > completed {"code":"LATE"}
                start {"code": "LOST"}
                > #4 entered start
                > #4 entered ship
                > #5 started shipping {"code":"LOST"}
                > #5 entered shipping_start
                > #5 entered send
                > #6 started sending {"code":"LOST"}
                > #6 entered sending_start
                > #6 entered warn
                > #6 escalated LOST
                > #5 escalated LOST
                > #4 escalated LOST
                > #6 cancelled warn
                > #6 cancelled
                > #5 cancelled send
                > #5 cancelled
                > #4 cancelled ship
                > #4 entered lost
                > #4 entered lost-end
                > #4 completed {"code":"LOST"}
            "#,
        );
    }
}
