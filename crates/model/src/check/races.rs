//! Rules of event-based gateways: what stands behind them.
//!
//! Not of which of those events can be executed.

use super::{Checked, called};
use crate::node::NodeRef;
use crate::problem::Problems;
use crate::structure::{FlowNode, Structure};

pub(super) const EVENTS: &str = "An event-based gateway has at least two events behind it.";
pub(super) const TARGET: &str = "Behind an event-based gateway are catch events and receive tasks \
                                 without markers or boundary events, each with no other flow into it.";

fn gateways<'c, 'd>(
    checked: &'c Checked<'d>,
) -> impl Iterator<Item = (&'c Structure<'d>, &'c FlowNode<'d>)> {
    checked.processes.iter().flat_map(|(_, structure)| {
        let nodes = structure.nodes.iter();
        let gateways = nodes.filter(|node| node.node.name() == "eventBasedGateway");
        gateways.map(move |gateway| (structure, gateway))
    })
}

pub(super) fn events(checked: &Checked<'_>, problems: &mut Problems) {
    for (_, gateway) in gateways(checked).filter(|(_, gateway)| gateway.outgoing.len() < 2) {
        let message = format!(
            "Expected at least two flows out of {}, but found {}",
            called(gateway.node),
            gateway.outgoing.len()
        );
        let hint = "lead it to the events that compete, such as a message and a timer";
        problems.error(gateway.node, "event-gateway-events", message).hint(hint);
    }
}

pub(super) fn target(checked: &Checked<'_>, problems: &mut Problems) {
    for (structure, gateway) in gateways(checked) {
        for flow in gateway.outgoing.iter().map(|flow| &structure.flows[*flow]) {
            let target = &structure.nodes[flow.target];
            let (found, hint) = if !can_be_awaited(target.node) {
                (called(target.node), "put a message or timer catch event before it")
            } else if target.incoming.len() > 1 {
                (
                    format!("another flow into {}", called(target.node)),
                    "lead that flow to what comes after the event",
                )
            } else if target.node.bpmn("multiInstanceLoopCharacteristics").next().is_some() {
                (
                    format!("a multi-instance marker on {}", called(target.node)),
                    "the event happens once: repeat what comes after it",
                )
            } else if !target.boundary.is_empty() {
                (
                    format!("a boundary event on {}", called(target.node)),
                    "put what it waits for behind the gateway",
                )
            } else {
                continue;
            };
            let message =
                format!("Expected only events behind {}, but found {found}", called(gateway.node));
            let draft = problems.error(flow.node, "event-gateway-target", message);
            draft.at_attr("targetRef").hint(hint);
        }
    }
}

fn can_be_awaited(node: NodeRef<'_>) -> bool {
    let links = node.bpmn("linkEventDefinition").next().is_some();
    node.name() == "receiveTask" || node.name() == "intermediateCatchEvent" && !links
}
