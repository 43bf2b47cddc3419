//! Parallel gateway: waits for one token on each incoming flow, then leaves by every flow.
//!
//! Parking tokens is `life`'s work; the gateway itself never holds one.

use super::*;

/// A parallel gateway.
#[derive(Debug, PartialEq)]
pub struct ParallelGateway;

impl Element for ParallelGateway {
    fn matches(node: NodeRef<'_>) -> bool {
        node.is_bpmn("parallelGateway")
    }

    fn read(_: NodeRef<'_>, _: &mut Problems) -> Self {
        ParallelGateway
    }

    fn joins(&self) -> Joining {
        Joining::All
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn waits_for_a_token_on_each_incoming_flow() {
        check(
            r"
                start -> fork:and -> a:job(a) -> join:and -> end
                fork -> b:job(b) -> join
            ",
            r#"
                start
                > entered start
                > entered fork
                > entered a
                > entered b
                > job a
                > job b
                complete b
                > completed b
                > parked b.join
                complete a
                > completed a
                > parked a.join
                > entered join
                > entered end
                > completed {}
            "#,
        );
    }

    #[test]
    fn joins_one_token_of_each_flow_at_a_time() {
        check(
            r"
                start -> twice:and -> merge:xor
                twice -> merge -> fork:and -> a:job(a) -> join:and -> after:job(after) -> end
                fork -> b:job(b) -> join
            ",
            r#"
                start
                > entered start
                > entered twice
                > entered merge
                > entered merge
                > entered fork
                > entered fork
                > entered a
                > entered b
                > entered a
                > entered b
                > job a
                > job b
                > job a
                > job b
                complete a
                > completed a
                > parked a.join
                complete a
                > completed a
                > parked a.join
                complete b
                > completed b
                > parked b.join
                > entered join
                > entered after
                > job after
                complete b
                > completed b
                > parked b.join
                > entered join
                > entered after
                > job after
                complete after
                complete after
                > completed after
                > entered end
                > completed {}
            "#,
        );
    }

    #[test]
    fn is_cancelled_when_its_scope_is_terminated() {
        check(
            r"
                start -> fork:and -> join:and -> never:end
                fork -> kill:terminate
                fork -> other:and -> never
            ",
            r#"
                start
                > entered start
                > entered fork
                > entered join
                > entered kill
                > entered other
                > cancelled join
                > cancelled other
                > completed {}
            "#,
        );
    }

    #[test]
    fn says_when_a_join_can_never_be_complete() {
        check(
            r"
                start -> choose:xor -[= left]-> a:manual -> join:and -> end
                choose -[default]-> b:manual -> join
            ",
            r#"
                start {"left": true}
                > entered start
                > entered choose
                > entered a
                > parked a.join
                > incident DEADLOCK process
                ~ because nothing is left that could bring the missing ones
                resolve
                > resolved process
                > incident DEADLOCK process
                cancel
                > resolved process
                > cancelled
            "#,
        );
    }
}
