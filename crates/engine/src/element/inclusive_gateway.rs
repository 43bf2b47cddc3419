//! Inclusive gateway: leaves by every flow whose condition is true, else by the default, and joins
//! whoever can still come.
//!
//! As a join it waits until no other token of its scope can reach one of its empty flows (BPMN
//! 2.0, section 13.3.3). Paths that lead through the gateway itself do not count, and a token that
//! can also come where one waits already holds nobody back: in a loop each round is joined on its
//! own. Joins that only wait for each other go on, the first of the model first. The waiting is
//! `life`'s work.

use super::*;
use crate::event::IncidentKind;

/// An inclusive gateway.
#[derive(Debug, PartialEq)]
pub struct InclusiveGateway;

impl Element for InclusiveGateway {
    fn matches(node: NodeRef<'_>) -> bool {
        node.is_bpmn("inclusiveGateway")
    }

    fn read(_: NodeRef<'_>, _: &mut Problems) -> Self {
        InclusiveGateway
    }

    fn joins(&self) -> Joining {
        Joining::WhoeverCanCome
    }

    fn leave(&self, slot: Slot, ctx: &mut Ctx<'_>) -> Result<Leaving, Failure> {
        let graph = ctx.graph();
        let node = ctx.node(slot);
        if node.outgoing.len() < 2 && node.outgoing.iter().all(|at| graph.flow(*at).is_plain()) {
            return Ok(Leaving::ByAll);
        }
        let (mut taken, mut otherwise) = (Vec::new(), None);
        for at in &node.outgoing {
            let flow = graph.flow(*at);
            match &flow.condition {
                _ if flow.is_default => otherwise = Some(*at),
                Some(condition) if ctx.condition(slot, condition, &flow.id)? => taken.push(*at),
                _ => {}
            }
        }
        match otherwise {
            _ if !taken.is_empty() => Ok(Leaving::ByThese(taken)),
            Some(flow) => Ok(Leaving::By(flow)),
            None => Err(Failure::new(
                IncidentKind::Condition,
                format!(
                    "Expected at least one condition of inclusive gateway `{}` to be true, or a \
                     default flow, but found neither. Correct the variables and resolve.",
                    node.id
                ),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn leaves_by_every_flow_whose_condition_is_true() {
        check(
            r"
                start -> what:or -[= drink]-> tea:end
                what -[= food]-> cake:end
                what -[default]-> nothing:end
            ",
            r#"
                start {"drink": true, "food": true}
                > entered start
                > entered what
                > entered tea
                > entered cake
                > completed {"drink":true,"food":true}
                start {"drink": false, "food": true}
                > #2 entered start
                > #2 entered what
                > #2 entered cake
                > #2 completed {"drink":false,"food":true}
                start {"drink": false, "food": false}
                > #3 entered start
                > #3 entered what
                > #3 entered nothing
                > #3 completed {"drink":false,"food":false}
            "#,
        );
    }

    #[test]
    fn raises_an_incident_when_nothing_fits() {
        check(
            r"
                start -> what:or -[= drink]-> tea:end
                what -[= food]-> cake:end
            ",
            r#"
                start {"drink": false, "food": false}
                > entered start
                > entered what
                > incident CONDITION_ERROR what
                ~ because a default flow
                set {"food": true}
                resolve what
                > resolved what
                > entered cake
                > completed {"drink":false,"food":true}
            "#,
        );
    }

    #[test]
    fn leaves_by_none_when_one_condition_is_neither_true_nor_false() {
        check(
            r"
                start -> what:or -[= drink]-> tea:end
                what -[= food]-> cake:end
            ",
            r#"
                start {"drink": true}
                > entered start
                > entered what
                > incident CONDITION_ERROR what
                ~ because to be true or false
                cancel
                > resolved what
                > cancelled what
                > cancelled
            "#,
        );
    }

    #[test]
    fn joins_those_that_were_sent_and_no_others() {
        check(
            r"
                start -> what:or -[= drink]-> tea:job(tea) -> join:or -> eat:user -> end
                what -[= food]-> cake:job(cake) -> join
                what -[= sweet]-> sugar:job(sugar) -> join
            ",
            r#"
                start {"drink": true, "food": true, "sweet": false}
                > entered start
                > entered what
                > entered tea
                > entered cake
                > job tea
                > job cake
                complete tea
                > completed tea
                > parked tea.join
                complete cake
                > completed cake
                > parked cake.join
                > entered join
                > entered eat
                > task eat
                start {"drink": true, "food": false, "sweet": false}
                complete tea
                > #2 completed tea
                > #2 parked tea.join
                > #2 entered join
                > #2 entered eat
                > #2 task eat
            "#,
        );
    }

    #[test]
    fn goes_on_when_the_one_it_waits_for_ends_elsewhere() {
        check(
            r"
                start -> fork:and -> a:job(a) -> join:or -> end
                fork -> b:job(b) -> left:xor -[= back]-> join
                left -[default]-> away:end
            ",
            r#"
                start {"back": false}
                complete a
                > completed a
                > parked a.join
                complete b
                > completed b
                > entered left
                > entered away
                > entered join
                > entered end
                > completed {"back":false}
            "#,
        );
    }

    #[test]
    fn waits_for_what_can_come_from_a_boundary_event() {
        check(
            r"
                start -> fork:and -> a:job(a) -> join:or -> end
                fork -> b:job(b) -> away:end
                b ! late:timer(PT1H) -> join
            ",
            r#"
                start
                complete a
                > completed a
                > parked a.join
                advance PT1H
                > fired late
                > job b cancelled
                > cancelled b
                > entered late
                > parked late.join
                > entered join
                > entered end
                > completed {}
                start
                complete a
                complete b
                > #2 timer late cancelled
                > #2 completed b
                > #2 entered away
                > #2 entered join
                > #2 entered end
                > #2 completed {}
            "#,
        );
    }

    #[test]
    fn joins_each_round_of_a_loop_on_its_own() {
        check(
            r"
                start -> twice:and -> again:xor
                twice -> wait:job(wait) -> again
                again -> fork:or -[= true]-> a:job(a) -> join:or -> more:xor -[= n < 1]-> count:script(= n + 1, n) -> again
                fork -[= true]-> b:job(b) -> join
                more -[default]-> end
            ",
            r#"
                start {"n": 0}
                > entered start
                > entered twice
                > entered again
                > entered wait
                > job wait
                > entered fork
                > entered a
                > entered b
                > job a
                > job b
                complete a
                > completed a
                > parked a.join
                complete b
                > completed b
                > parked b.join
                > entered join
                > entered more
                > entered count
                > variables {"n":1}
                > entered again
                > entered fork
                > entered a
                > entered b
                > job a
                > job b
            "#,
        );
    }

    #[test]
    fn lets_a_token_come_back_to_where_it_began() {
        check(
            r"
                start -> again:or -> work:job(work) -> more:xor -[= n < 1]-> count:script(= n + 1, n) -> again
                more -[default]-> end
            ",
            r#"
                start {"n": 0}
                > entered start
                > parked start.again
                > entered again
                > entered work
                > job work
                complete work
                > completed work
                > entered more
                > entered count
                > variables {"n":1}
                > parked count.again
                > entered again
                > entered work
                > job work
                complete work
                > completed work
                > entered more
                > entered end
                > completed {"n":1}
            "#,
        );
    }

    #[test]
    fn does_not_wait_for_ever_for_another_that_waits_for_it() {
        check(
            r"
                start -> fork:and -> one:or -> split:xor -[= again]-> two:or -> other:xor -[= again]-> one
                fork -> two
                split -[default]-> left:end
                other -[default]-> right:end
            ",
            r#"
                start {"again": false}
                > entered start
                > entered fork
                > parked fork.one
                > parked fork.two
                > entered one
                > entered split
                > entered left
                > entered two
                > entered other
                > entered right
                > completed {"again":false}
            "#,
        );
    }

    #[test]
    fn waits_only_for_tokens_of_its_own_scope() {
        check(
            r"
                start -> fork:and -> ship:sub {
                  start -> what:or -[= true]-> a:job(a) -> join:or -> end
                  what -[= false]-> b:job(b) -> join
                } -> join2:or -> end
                fork -> bill:job(bill) -> join2
            ",
            r#"
                start
                complete a
                > completed a
                > parked a.join
                > entered join
                > entered ship_end
                > completed ship
                > parked ship.join2
                complete bill
                > completed bill
                > parked bill.join2
                > entered join2
                > entered end
                > completed {}
            "#,
        );
    }

    #[test]
    fn is_cancelled_when_its_scope_is_terminated() {
        check(
            r"
                start -> fork:and -> join:or -> never:end
                fork -> kill:terminate
                fork -> work:job(work) -> join
                fork -> what:or -> never
            ",
            r#"
                start
                > entered start
                > entered fork
                > parked fork.join
                > entered kill
                > entered work
                > entered what
                > dropped parked tokens
                > cancelled work
                > cancelled what
                > completed {}
            "#,
        );
    }
}
