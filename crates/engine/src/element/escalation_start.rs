//! Escalation start event: starts an event sub-process when an escalation is thrown in its scope.
//!
//! Interrupting, it takes the place of everything in the scope; not interrupting, it runs beside
//! it and who threw the escalation goes on. It waits for nothing; `life::escalate` finds it by its
//! code, before the boundary events around the scope.

use super::event_sub_process::is_in_event_sub;
use super::*;

/// An escalation start event.
#[derive(Debug, PartialEq)]
pub struct EscalationStart {
    /// What it catches.
    pub escalation: EscalationSpec,
}

impl Element for EscalationStart {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "startEvent", "escalationEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        if !is_in_event_sub(node) {
            problems
                .error(
                    node,
                    "escalation-start-outside",
                    "Expected an escalation start event in an event sub-process, but found it \
                     elsewhere: no escalation starts a process.",
                )
                .hint("Put it into an event sub-process, or use a none start event.");
        }
        EscalationStart { escalation: EscalationSpec::read(definition_of(node), false, problems) }
    }

    fn escalation(&self) -> Option<&EscalationSpec> {
        Some(&self.escalation)
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn runs_beside_its_scope() {
        check(
            r"
                start -> warn:escalation-throw(LATE) -> pack:job(pack) -> end
                late:event-sub { told:escalation-start(LATE) non-interrupting -> tell:job(tell) -> end }
            ",
            r#"
                start
                > entered start
                > entered warn
                > escalated LATE
                > entered late
                > entered pack
                > entered told
                > job pack
                > entered tell
                > job tell
                complete pack
                > completed pack
                > entered end
                complete tell
                > completed tell
                > entered late_end
                > completed late
                > completed {}
            "#,
        );
    }


    #[test]
    fn takes_the_place_of_its_scope() {
        check(
            r"
                start -> ship:sub {
                  start -> fork:and -> warn:escalation-throw(LATE) -> never:end
                  fork -> pack:job(pack) -> packed:end
                  late:event-sub { told:escalation-start -> tell:job(tell) -> end }
                } -> shipped:end
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
                > interrupted ship
                > cancelled warn
                > cancelled pack
                > entered late
                > entered told
                > entered tell
                > job tell
                complete tell
                > completed tell
                > entered late_end
                > completed late
                > completed ship
                > entered shipped
                > completed {}
            "#,
        );
    }


    #[test]
    fn throws_its_own_escalation_outward() {
        check(
            r"
                start -> ship:sub {
                  start -> warn:escalation-throw(LATE) -> end
                  late:event-sub {
                    told:escalation-start(LATE) non-interrupting -> again:escalation-end(LATE)
                  }
                } -> shipped:end
                ship !~ late2:escalation(LATE) -> late-end:end
            ",
            r#"
                start
                > entered start
                > entered ship
                > entered ship_start
                > entered warn
                > escalated LATE
                > entered late
                > entered ship_end
                > entered told
                > entered again
                > escalated LATE
                > entered late2
                > completed late
                > entered late-end
                > completed ship
                > entered shipped
                > completed {}
            "#,
        );
    }


    #[test]
    fn stops_at_a_broken_mapping_and_can_be_cancelled() {
        check(
            r"
                start -> warn:escalation-end(LATE)
                late:event-sub { told:escalation-start(LATE) -> tell:job(tell) -> end }
                told: outputs { double = = assert(day, day != null) * 2 }
            ",
            r#"
                start
                > entered start
                > entered warn
                > escalated LATE
                > interrupted process
                > cancelled warn
                > entered late
                > entered told
                > incident IO_MAPPING_ERROR told
                cancel
                > resolved told
                > cancelled told
                > cancelled late
                > cancelled
            "#,
        );
    }
}
