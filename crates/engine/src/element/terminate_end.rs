//! Terminate end event: cancels whatever else lives in its scope, which then completes.
//!
//! It does not reach beyond its scope: a sub-process ends, the process around it goes on.

use super::*;

/// A terminate end event.
#[derive(Debug, PartialEq)]
pub struct TerminateEnd;

impl Element for TerminateEnd {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "endEvent", "terminateEventDefinition")
    }

    fn read(_: NodeRef<'_>, _: &mut Problems) -> Self {
        TerminateEnd
    }

    fn enter(&self, slot: Slot, ctx: &mut Ctx<'_>) -> Result<Entered, Failure> {
        ctx.terminate_siblings(slot);
        Ok(Entered::Passes)
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn ends_everything_else_in_its_scope() {
        check(
            r"
                start -> fork:and -> stop:job(stop) -> kill:terminate
                fork -> work:job(work) -> done:end
                fork -> wait:timer(PT1H) -> done
                fork -> review:user -> done
                fork -> hear:receive(news, = 1) -> done
            ",
            r#"
                start
                > entered start
                > entered fork
                > entered stop
                > entered work
                > entered wait
                > entered review
                > entered hear
                > job stop
                > job work
                > timer wait in PT1H
                > task review
                > subscribed news 1
                complete stop
                > completed stop
                > entered kill
                > job work cancelled
                > cancelled work
                > timer wait cancelled
                > cancelled wait
                > task review cancelled
                > cancelled review
                > unsubscribed news 1
                > cancelled hear
                > completed {}
            "#,
        );
    }

    #[test]
    fn does_not_reach_beyond_its_sub_process() {
        check(
            r"
                start -> fork:and -> ship:sub {
                  start -> split:and -> kill:terminate
                  split -> pack:job(pack) -> packed:end
                } -> shipped:end
                fork -> bill:job(bill) -> billed:end
            ",
            r#"
                start
                > entered start
                > entered fork
                > entered ship
                > entered bill
                > job bill
                > entered ship_start
                > entered split
                > entered kill
                > entered pack
                > cancelled pack
                > completed ship
                > entered shipped
                complete bill
                > completed bill
                > entered billed
                > completed {}
            "#,
        );
    }

    #[test]
    fn drops_tokens_that_are_on_their_way_or_parked() {
        check(
            r"
                start -> fork:and -> a:manual -> b:manual -> kill:terminate
                fork -> join:and -> never:end
                fork -> work:job(work) -> join
            ",
            r#"
                start
                > entered start
                > entered fork
                > entered a
                > parked fork.join
                > entered work
                > job work
                > entered b
                > entered kill
                > dropped parked tokens
                > job work cancelled
                > cancelled work
                > completed {}
            "#,
        );
    }

    #[test]
    fn stops_at_a_broken_input_mapping() {
        check(
            r"
                start -> kill:terminate
                kill: inputs { total = = assert(amount, amount != null) }
            ",
            r#"
                start
                > entered start
                > entered kill
                > incident IO_MAPPING_ERROR kill
                cancel
                > resolved kill
                > cancelled kill
                > cancelled
            "#,
        );
    }

    #[test]
    fn goes_on_after_its_input_mapping_is_repaired() {
        check(
            r"
                start -> kill:terminate
                kill: inputs { total = = assert(amount, amount != null) }
            ",
            r#"
                start
                set {"amount":1}
                resolve
                > resolved kill
                > variables of kill {"total":1}
                > completed {"amount":1}
            "#,
        );
    }
}
