//! Complex gateway: joins as its activation condition says, and leaves by every flow whose
//! condition is true, else by the default.
//!
//! In the condition `activationCount` is how many incoming flows have a token, and
//! `activationCounts` how many tokens each has, by the flow's id. It is looked at when a token
//! comes and when something in the scope ends. Tokens that come after the gateway has let others
//! through are taken in silence until none can come any more (BPMN 2.0.2, 13.4.5): only flows whose
//! condition names `waitingForStart` may get a token then. Camunda 8 has none: this one is ours.

use super::*;
use crate::event::IncidentKind;
use crate::graph::Graph;
use crate::part::text::{Written, compile_condition};
use decision::Program;

/// The variable of the gateway that tells conditions which of its two phases it is in.
pub(crate) const WAITING_FOR_START: &str = "waitingForStart";

/// A complex gateway.
#[derive(Debug, PartialEq)]
pub struct ComplexGateway {
    /// Which tokens it waits for; none: every token passes.
    pub condition: Option<Program>,
}

impl ComplexGateway {
    /// Whether a flow out of it may get a token when it begins anew.
    pub(crate) fn minds_reset(&self, graph: &Graph, gate: ElementIndex) -> bool {
        let mut flows = graph.node(gate).outgoing.iter();
        flows.any(|flow| minds(graph.flow(*flow).condition.as_ref()))
    }
}

fn minds(condition: Option<&Program>) -> bool {
    let names = |it: &Program| it.free_names().iter().any(|name| **name == *WAITING_FOR_START);
    condition.is_some_and(names)
}

impl Element for ComplexGateway {
    fn matches(node: NodeRef<'_>) -> bool {
        node.is_bpmn("complexGateway")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        let condition = node.bpmn("activationCondition").next();
        let condition = condition.filter(|node| !node.text().trim().is_empty());
        if condition.is_none() && node.bpmn("incoming").count() > 1 {
            problems
                .error(
                    node,
                    "activation-condition-missing",
                    format!(
                        "Expected an activation condition on complex gateway `{}`, into which \
                         several flows lead, but found none.",
                        node.id().unwrap_or_default()
                    ),
                )
                .hint("Write one, for example `= activationCount >= 2`.");
        }
        let condition = condition.and_then(|node| compile_condition(node, Written::Text, problems));
        ComplexGateway { condition }
    }

    fn joins(&self) -> Joining {
        if self.condition.is_some() { Joining::AsItSays } else { Joining::Nobody }
    }

    fn leave(&self, slot: Slot, ctx: &mut Ctx<'_>) -> Result<Leaving, Failure> {
        let graph = ctx.graph();
        let node = ctx.node(slot);
        let phase = ctx.at(slot).variables.get(WAITING_FOR_START);
        let resets = phase.is_some_and(|phase| **phase == *"false");
        let (mut taken, mut otherwise) = (Vec::new(), None);
        for at in &node.outgoing {
            let flow = graph.flow(*at);
            if resets && !minds(flow.condition.as_ref()) {
                continue;
            }
            match &flow.condition {
                _ if flow.is_default => otherwise = Some(*at),
                None => taken.push(*at),
                Some(condition) if ctx.condition(slot, condition, &flow.id)? => taken.push(*at),
                Some(_) => {}
            }
        }
        match otherwise {
            _ if !taken.is_empty() || resets || node.outgoing.is_empty() => {
                Ok(Leaving::ByThese(taken))
            }
            Some(flow) => Ok(Leaving::By(flow)),
            None => Err(Failure::new(
                IncidentKind::Condition,
                format!(
                    "Expected at least one condition of complex gateway `{}` to be true, or a \
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
    fn lets_two_of_three_through_and_takes_the_third_in_silence() {
        check(
            r"
                start -> fork:and -> a:job(a) -> gate:complex when(= activationCount >= 2) -> go:job(go) -> end
                fork -> b:job(b) -> gate
                fork -> c:job(c) -> gate
            ",
            r#"
                start
                > entered start
                > entered fork
                > entered a
                > entered b
                > entered c
                > job a
                > job b
                > job c
                complete a
                > completed a
                > parked a.gate
                complete b
                > completed b
                > parked b.gate
                > entered gate
                > variables of gate {"waitingForStart":true}
                > entered go
                > job go
                complete go
                > completed go
                > entered end
                complete c
                > completed c
                > parked c.gate
                > reset gate
                > completed {}
            "#,
        );
    }

    #[test]
    fn takes_the_late_token_before_the_others_go_on() {
        check(
            r"
                start -> fork:and -> a:job(a) -> gate:complex when(= activationCount >= 2) -> go:job(go) -> end
                fork -> b:job(b) -> gate
                fork -> c:job(c) -> gate
            ",
            r#"
                start
                > entered start
                > entered fork
                > entered a
                > entered b
                > entered c
                > job a
                > job b
                > job c
                complete a
                > completed a
                > parked a.gate
                complete b
                > completed b
                > parked b.gate
                > entered gate
                > variables of gate {"waitingForStart":true}
                > entered go
                > job go
                complete c
                > completed c
                > parked c.gate
                > reset gate
                complete go
                > completed go
                > entered end
                > completed {}
            "#,
        );
    }

    #[test]
    fn leaves_by_its_conditions_and_by_others_when_it_begins_anew() {
        check(
            r"
                start -> fork:and -> a:job(a) -> gate:complex when(= activationCount >= 1) -[= waitingForStart]-> first:end
                fork -> b:job(b) -> gate
                gate -[= not(waitingForStart)]-> late:end
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
                > parked b.gate
                > entered gate
                > variables of gate {"waitingForStart":true}
                > entered first
                complete a
                > completed a
                > parked a.gate
                > reset gate
                > entered gate
                > variables of gate {"waitingForStart":false}
                > entered late
                > completed {}
            "#,
        );
    }

    #[test]
    fn forks_by_conditions_or_the_default() {
        check(
            r"
                start -> pick:complex -[= n > 1]-> a:end
                pick -[= n > 2]-> b:end
                pick -[default]-> c:end
            ",
            r#"
                start {"n": 3}
                > entered start
                > entered pick
                > entered a
                > entered b
                > completed {"n":3}
                start {"n": 0}
                > #2 entered start
                > #2 entered pick
                > #2 entered c
                > #2 completed {"n":0}
            "#,
        );
    }

    #[test]
    fn stops_where_no_condition_fits_and_can_be_cancelled() {
        check(
            r"
                start -> pick:complex -[= n > 1]-> a:end
                pick -[= n > 2]-> b:end
            ",
            r#"
                start {"n": 0}
                > entered start
                > entered pick
                > incident CONDITION_ERROR pick
                set {"n": 2}
                > variables {"n":2}
                resolve pick
                > resolved pick
                > entered a
                > completed {"n":2}
                start {"n": 0}
                > #2 entered start
                > #2 entered pick
                > #2 incident CONDITION_ERROR pick
                cancel
                > #2 resolved pick
                > #2 cancelled pick
                > #2 cancelled
            "#,
        );
    }

    #[test]
    fn an_activation_condition_that_is_no_truth_is_an_incident_of_the_scope() {
        check(
            r"
                start -> fork:and -> a:job(a) -> gate:complex when(= enough) -> end
                fork -> b:job(b) -> gate
            ",
            r#"
                start
                > entered start
                > entered fork
                > entered a
                > entered b
                > job a
                > job b
                complete a
                > completed a
                > parked a.gate
                > incident CONDITION_ERROR process
                set {"enough": true}
                > variables {"enough":true}
                resolve
                > resolved process
                > entered gate
                > variables of gate {"waitingForStart":true}
                > entered end
                complete b
                > completed b
                > parked b.gate
                > reset gate
                > completed {"enough":true}
            "#,
        );
    }
}
