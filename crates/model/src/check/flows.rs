//! Rules of paths: what leads where, and what is never reached.
//!
//! Not of conditions; expressions are compiled by the engine.

use super::{Checked, called, is_true, quoted};
use crate::node::NodeRef;
use crate::problem::Problems;
use crate::structure::{FlowNode, Scope, Structure};

pub(super) const DEFAULT_NOT_OUTGOING: &str =
    "The default flow of a flow node is one of its outgoing flows.";
pub(super) const CONDITION_MISSING: &str =
    "Each of several flows out of an inclusive gateway has a condition or is the default.";
pub(super) const REFERENCE_DANGLING: &str =
    "What a flow node lists as incoming and outgoing are flows that end and start there.";
pub(super) const NODE_UNREACHABLE: &str =
    "Every flow node can be reached from a start event or another event.";

pub(super) fn default_not_outgoing(checked: &Checked<'_>, problems: &mut Problems) {
    for (_, structure) in &checked.processes {
        for node in &structure.nodes {
            let Some(default) = node.node.attr("default").filter(|id| !id.is_empty()) else {
                continue;
            };
            if node.outgoing.iter().any(|flow| structure.flows[*flow].is_default) {
                continue;
            }
            let message = format!(
                "Expected one of its outgoing flows as default, but found {}",
                quoted(default)
            );
            let hint = match node.outgoing.first() {
                None => "remove the attribute; it has no outgoing flow".to_owned(),
                Some(flow) => format!("write {} or another one", quoted(structure.flows[*flow].id)),
            };
            let draft = problems.error(node.node, "default-not-outgoing", message);
            draft.at_attr("default").hint(hint);
        }
    }
}

pub(super) fn condition_missing(checked: &Checked<'_>, problems: &mut Problems) {
    for (_, structure) in &checked.processes {
        for node in structure.nodes.iter().filter(|node| node.outgoing.len() > 1) {
            if node.node.name() != "inclusiveGateway" {
                continue;
            }
            for flow in node.outgoing.iter().map(|flow| &structure.flows[*flow]) {
                if flow.condition.is_some() || flow.is_default {
                    continue;
                }
                let message = format!(
                    "Expected a condition on a flow out of {}, but found none",
                    called(node.node)
                );
                let hint = "write a condition, or make it the default flow of the gateway";
                problems.error(flow.node, "condition-missing", message).hint(hint);
            }
        }
    }
}

pub(super) fn reference_dangling(checked: &Checked<'_>, problems: &mut Problems) {
    for (_, structure) in &checked.processes {
        for node in &structure.nodes {
            for (name, end) in [("incoming", "targetRef"), ("outgoing", "sourceRef")] {
                for listed in node.node.bpmn(name) {
                    let id = listed.text();
                    let flow = checked.document.resolve(id);
                    let flow = flow.filter(|flow| flow.is_bpmn("sequenceFlow"));
                    if flow.is_some_and(|flow| flow.attr(end) == Some(node.id)) {
                        continue;
                    }
                    let message = format!(
                        "Expected an {name} sequence flow of {}, but found {}",
                        called(node.node),
                        quoted(id)
                    );
                    let hint = "remove it, or add the sequence flow; flows are taken from the \
                                sequenceFlow elements only";
                    let draft = problems.warning(listed, "flow-reference-dangling", message);
                    draft.at_text().hint(hint);
                }
            }
        }
    }
}

pub(super) fn node_unreachable(checked: &Checked<'_>, problems: &mut Problems) {
    for (_, structure) in &checked.processes {
        let reached = reached(structure);
        for scope in &structure.scopes {
            // Without a start there is nothing to be reached from; that is a problem of its own.
            if !scope.nodes.iter().any(|node| reached[*node]) {
                continue;
            }
            for node in beginnings(structure, scope, &reached) {
                let message = format!(
                    "Expected a path from a start event, but found none to {}",
                    called(node)
                );
                let draft = problems.warning(node, "node-unreachable", message);
                draft.hint("lead a sequence flow to it, or remove it; it never runs");
            }
        }
    }
}

/// Where unreached paths begin: one warning there, not for everything behind. If all of them are
/// in circles, the first.
fn beginnings<'d>(
    structure: &Structure<'d>,
    scope: &Scope<'d>,
    reached: &[bool],
) -> Vec<NodeRef<'d>> {
    let unreached = scope.nodes.iter().filter(|node| !reached[**node]);
    let unreached: Vec<_> = unreached.map(|node| &structure.nodes[*node]).collect();
    let begins = |node: &&&FlowNode<'d>| {
        node.incoming.iter().all(|flow| structure.flows[*flow].is_loop())
            && node.attached_to.is_none()
    };
    let found: Vec<_> = unreached.iter().filter(begins).map(|node| node.node).collect();
    if found.is_empty() {
        unreached.first().map(|node| node.node).into_iter().collect()
    } else {
        found
    }
}

fn reached(structure: &Structure<'_>) -> Vec<bool> {
    let mut reached = vec![false; structure.nodes.len()];
    let mut agenda: Vec<usize> =
        (0..structure.nodes.len()).filter(|node| begins(structure, *node)).collect();
    while let Some(index) = agenda.pop() {
        if std::mem::replace(&mut reached[index], true) {
            continue;
        }
        let node = &structure.nodes[index];
        agenda.extend(node.outgoing.iter().map(|flow| structure.flows[*flow].target));
        agenda.extend(&node.boundary);
    }
    reached
}

/// Whether a flow node runs without a flow that leads to it.
fn begins(structure: &Structure<'_>, index: usize) -> bool {
    let node = &structure.nodes[index];
    let in_ad_hoc = structure.scopes[node.scope].node.name() == "adHocSubProcess";
    match node.node.name() {
        "startEvent" => true,
        // One that is attached to nothing has a problem of its own.
        "boundaryEvent" => node.attached_to.is_none(),
        "intermediateCatchEvent" if node.node.bpmn("linkEventDefinition").next().is_some() => true,
        _ if in_ad_hoc && node.incoming.is_empty() => true,
        _ => is_true(node.node, "triggeredByEvent") || is_true(node.node, "isForCompensation"),
    }
}
