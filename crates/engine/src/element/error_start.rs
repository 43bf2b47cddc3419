//! Error start event: starts an event sub-process when its scope throws a BPMN error.
//!
//! It waits for nothing; `life::throw` finds it by its code, before the boundary events around the
//! scope. It always interrupts. What its own event sub-process throws goes outward.

use super::event_sub_process::is_in_event_sub;
use super::*;

/// An error start event.
#[derive(Debug, PartialEq)]
pub struct ErrorStart {
    /// What it catches.
    pub error: ErrorSpec,
}

impl Element for ErrorStart {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "startEvent", "errorEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        if !is_in_event_sub(node) {
            problems
                .error(
                    node,
                    "error-start-outside",
                    "Expected an error start event in an event sub-process, but found it \
                     elsewhere: no error starts a process.",
                )
                .hint("Put it into an event sub-process, or use a none start event.");
        }
        if node.attr("isInterrupting").map(str::trim) == Some("false") {
            problems
                .error(
                    node,
                    "error-start-interrupts",
                    "Expected an interrupting error start event, but found \
                     `isInterrupting=\"false\"`.",
                )
                .at_attr("isInterrupting")
                .hint("An error always ends what threw it; remove the attribute.");
        }
        ErrorStart { error: ErrorSpec::read(definition_of(node), false, problems) }
    }

    fn catches(&self) -> Option<&ErrorSpec> {
        Some(&self.error)
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn catches_what_a_worker_throws_anywhere_in_its_scope() {
        check(
            r"
                start -> fork:and -> box:sub { start -> charge:job(charge-card) -> end } -> paid:end
                fork -> pack:job(pack) -> packed:end
                poor:event-sub { declined:error-start(DECLINED) -> tell:job(tell) -> end }
            ",
            r#"
                start
                > entered start
                > entered fork
                > entered box
                > entered pack
                > job pack
                > entered box_start
                > entered charge
                > job charge-card
                throw charge-card DECLINED "limit reached" {"limit": 5}
                > job charge-card threw DECLINED
                > interrupted process
                > job pack cancelled
                > cancelled pack
                > cancelled charge
                > cancelled box
                > entered poor
                > entered declined
                > variables {"limit":5}
                > entered tell
                > job tell
                complete tell
                > completed tell
                > entered poor_end
                > completed poor
                > completed {"limit":5}
            "#,
        );
    }

    #[test]
    fn comes_before_the_boundary_events_of_its_scope() {
        check(
            r"
                start -> pay:sub {
                  start -> broke:error-end(NO_MONEY)
                  poor:event-sub { start-poor:error-start(NO_MONEY) -> lend:job(lend) -> end }
                } -> paid:end
                pay ! out:error(NO_MONEY) -> unpaid:end
            ",
            r#"
                start
                > entered start
                > entered pay
                > entered pay_start
                > entered broke
                > interrupted pay
                > cancelled broke
                > entered poor
                > entered start-poor
                > entered lend
                > job lend
                complete lend
                > completed lend
                > entered poor_end
                > completed poor
                > completed pay
                > entered paid
                > completed {}
            "#,
        );
    }

    #[test]
    fn lets_what_its_own_sub_process_throws_go_outward() {
        check(
            r"
                start -> pay:sub {
                  start -> broke:error-end(NO_MONEY)
                  poor:event-sub {
                    start-poor:error-start -> lend:job(lend) -> again:error-end(NO_MONEY)
                  }
                } -> paid:end
                pay ! out:error(NO_MONEY) -> unpaid:end
            ",
            r#"
                start
                > entered start
                > entered pay
                > entered pay_start
                > entered broke
                > interrupted pay
                > cancelled broke
                > entered poor
                > entered start-poor
                > entered lend
                > job lend
                complete lend
                > completed lend
                > entered again
                > cancelled again
                > cancelled poor
                > cancelled pay
                > entered out
                > entered unpaid
                > completed {}
            "#,
        );
    }

    #[test]
    fn prefers_the_exact_code_and_leaves_others_alone() {
        check(
            r"
                start -> charge:job(charge-card) -> end
                any:event-sub { caught-any:error-start -> any-end:end }
                exact:event-sub { caught-exact:error-start(DECLINED) -> exact-end:end }
            ",
            r#"
                start
                throw charge-card DECLINED
                > job charge-card threw DECLINED
                > interrupted process
                > cancelled charge
                > entered exact
                > entered caught-exact
                > entered exact-end
                > completed exact
                > completed {}
                start
                throw charge-card EXPIRED
                > #2 job charge-card threw EXPIRED
                > #2 interrupted process
                > #2 cancelled charge
                > #2 entered any
                > #2 entered caught-any
                > #2 entered any-end
                > #2 completed any
                > #2 completed {}
            "#,
        );
    }

    #[test]
    fn stops_at_its_own_broken_mapping_and_can_be_cancelled() {
        check(
            r"
                start -> charge:job(charge-card) -> end
                poor:event-sub { declined:error-start(DECLINED) -> end }
                declined: outputs { total = = assert(amount, amount != null) }
            ",
            r#"
                start
                throw charge-card DECLINED
                > job charge-card threw DECLINED
                > interrupted process
                > cancelled charge
                > entered poor
                > entered declined
                > incident IO_MAPPING_ERROR declined
                cancel
                > resolved declined
                > cancelled declined
                > cancelled poor
                > cancelled
            "#,
        );
    }
}
