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
                Some(condition) => {
                    if ctx.condition(slot, condition, &flow.id)? {
                        return Ok(Leaving::By(*at));
                    }
                }
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
