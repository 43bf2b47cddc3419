//! Exclusive gateway: leaves by the first flow whose condition is true, else by the default.
//!
//! It does not join: every token passes on its own.

use super::*;
use crate::event::IncidentKind;

/// An exclusive gateway.
#[derive(Debug, PartialEq)]
pub struct ExclusiveGateway;

impl Element for ExclusiveGateway {
    fn matches(node: NodeRef<'_>) -> bool {
        node.is_bpmn("exclusiveGateway")
    }

    fn read(_: NodeRef<'_>, _: &mut Problems) -> Self {
        ExclusiveGateway
    }

    fn leave(&self, slot: Slot, ctx: &mut Ctx<'_>) -> Result<Leaving, Failure> {
        let graph = ctx.graph();
        let node = ctx.node(slot);
        let mut otherwise = None;
        for at in &node.outgoing {
            let flow = graph.flow(*at);
            match &flow.condition {
                _ if flow.is_default => otherwise = Some(*at),
                // A single flow without a condition is a merge, several are refused below.
                None if node.outgoing.len() == 1 => return Ok(Leaving::By(*at)),
                None => {}
                Some(condition) if ctx.condition(slot, condition, &flow.id)? => {
                    return Ok(Leaving::By(*at));
                }
                Some(_) => {}
            }
        }
        match otherwise {
            Some(flow) => Ok(Leaving::By(flow)),
            None if node.outgoing.is_empty() => Ok(Leaving::ByAll),
            None => Err(Failure::new(
                IncidentKind::Condition,
                format!(
                    "Expected at least one condition of exclusive gateway `{}` to be true, or a \
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
    fn takes_the_first_flow_whose_condition_is_true() {
        check(
            r"
                start -> size:xor -[= amount > 100]-> big:end
                size -[= amount > 10]-> middle:end
                size -[default]-> small:end
            ",
            r#"
                start {"amount": 500}
                > entered start
                > entered size
                > entered big
                > completed {"amount":500}
                start {"amount": 50}
                > #2 entered start
                > #2 entered size
                > #2 entered middle
                > #2 completed {"amount":50}
                start {"amount": 5}
                > #3 entered start
                > #3 entered size
                > #3 entered small
                > #3 completed {"amount":5}
            "#,
        );
    }

    #[test]
    fn raises_an_incident_when_nothing_fits() {
        check(
            r"
                start -> size:xor -[= amount > 100]-> big:end
                size -[= amount > 10]-> middle:end
            ",
            r#"
                start {"amount": 5}
                > entered start
                > entered size
                > incident CONDITION_ERROR size
                ~ because a default flow
                resolve size
                > resolved size
                > incident CONDITION_ERROR size
                set {"amount": 50}
                resolve size
                > resolved size
                > entered middle
                > completed {"amount":50}
            "#,
        );
    }

    #[test]
    fn raises_an_incident_when_a_condition_is_neither_true_nor_false() {
        check(
            r"
                start -> size:xor -[= amount > 100]-> big:end
                size -[default]-> small:end
            ",
            r#"
                start
                > entered start
                > entered size
                > incident CONDITION_ERROR size
                ~ because to be true or false
                cancel
                > resolved size
                > cancelled size
                > cancelled
            "#,
        );
    }

    #[test]
    fn passes_each_token_of_a_merge_on_its_own() {
        check(
            r"
                start -> fork:and -> a:manual -> merge:xor
                fork -> b:manual -> merge -> end
            ",
            r#"
                start
                > entered start
                > entered fork
                > entered a
                > entered b
                > entered merge
                > entered merge
                > entered end
                > entered end
                > completed {}
            "#,
        );
    }
}
