//! Rules of the two ends of a sequence flow.
//!
//! Not of the paths flows make; see `flows`.

use super::{Checked, called, is_true, quoted, suggest};
use crate::namespace::Namespace;
use crate::node::NodeRef;
use crate::problem::Problems;
use crate::structure::{Flow, FlowNode};
use crate::vocabulary::{is_flow_node, is_scope};

pub(super) const FLOW_SOURCE_MISSING: &str = "A sequence flow starts at a flow node of the file.";
pub(super) const FLOW_TARGET_MISSING: &str = "A sequence flow ends at a flow node of the file.";
pub(super) const FLOW_CROSSES_SCOPE: &str =
    "A sequence flow stays in the process or sub-process it is in.";
pub(super) const FLOW_INTO_START: &str = "No sequence flow leads into a start event.";
pub(super) const FLOW_INTO_BOUNDARY: &str = "No sequence flow leads into a boundary event.";
pub(super) const FLOW_FROM_END: &str = "No sequence flow leads out of an end event.";
pub(super) const FLOW_AT_EVENT_SUB_PROCESS: &str =
    "No sequence flow leads into or out of an event sub-process.";
pub(super) const FLOW_AT_COMPENSATION: &str =
    "No sequence flow leads into or out of a compensation handler.";

pub(super) fn flow_source_missing(checked: &Checked<'_>, problems: &mut Problems) {
    missing(checked, problems, "flow-source-missing", "sourceRef");
}

pub(super) fn flow_target_missing(checked: &Checked<'_>, problems: &mut Problems) {
    missing(checked, problems, "flow-target-missing", "targetRef");
}

fn missing(
    checked: &Checked<'_>,
    problems: &mut Problems,
    rule: &'static str,
    attribute: &'static str,
) {
    for flow in sequence_flows(checked) {
        if problems.is_full() {
            return;
        }
        let id = flow.attr(attribute).unwrap_or_default();
        let end = checked.document.by_id(id);
        if end.is_some_and(can_be_connected) {
            continue;
        }
        let found = match end {
            _ if id.is_empty() => "none".to_owned(),
            None => format!("{}, which does not exist", quoted(id)),
            Some(other) => format!("{}, which is a {}", quoted(id), other.name()),
        };
        let message = format!("Expected the flow node of {attribute}, but found {found}");
        let scope = flow.parent().into_iter().flat_map(NodeRef::children);
        let ids = scope.filter(|node| can_be_connected(*node)).filter_map(NodeRef::id);
        let hint = suggest(problems, id, ids).map_or_else(
            || format!("set {attribute} to the id of an activity, event or gateway"),
            |near| format!("write {near}"),
        );
        problems.error(flow, rule, message).at_attr(attribute).hint(hint);
    }
}

fn can_be_connected(node: NodeRef<'_>) -> bool {
    node.namespace() == Namespace::Bpmn && is_flow_node(node.name())
}

/// Sequence flows that are where sequence flows can be.
fn sequence_flows<'d>(checked: &Checked<'d>) -> impl Iterator<Item = NodeRef<'d>> {
    let flows = checked.process_elements().filter(|node| node.name() == "sequenceFlow");
    flows.filter(|flow| flow.parent().is_some_and(|parent| is_scope(parent.name())))
}

pub(super) fn flow_crosses_scope(checked: &Checked<'_>, problems: &mut Problems) {
    for flow in sequence_flows(checked) {
        for attribute in ["sourceRef", "targetRef"] {
            let end = flow.attr(attribute).and_then(|id| checked.document.by_id(id));
            let Some(end) = end.filter(|end| can_be_connected(*end)) else {
                continue;
            };
            if end.parent() == flow.parent() {
                continue;
            }
            let of = |node: NodeRef<'_>| node.parent().map_or_else(String::new, called);
            let message = format!(
                "Expected {attribute} in {}, but found {}, which is in {}",
                of(flow),
                quoted(end.id().unwrap_or_default()),
                of(end)
            );
            let hint = "end the sub-process and go on from it, or throw and catch an event; \
                        between processes use messages";
            let draft = problems.error(flow, "flow-crosses-scope", message);
            draft.at_attr(attribute).hint(hint);
        }
    }
}

pub(super) fn flow_into_start(checked: &Checked<'_>, problems: &mut Problems) {
    forbidden(checked, |flow, _, target| {
        if target.node.name() == "startEvent" {
            let found = called(target.node);
            let message = format!("Expected a target that can be entered, but found {found}");
            let hint = "lead the flow to what comes after the start event, through a gateway";
            problems.error(flow.node, "flow-into-start", message).at_attr("targetRef").hint(hint);
        }
    });
}

pub(super) fn flow_into_boundary(checked: &Checked<'_>, problems: &mut Problems) {
    forbidden(checked, |flow, _, target| {
        if target.node.name() == "boundaryEvent" {
            let found = called(target.node);
            let message = format!("Expected a target that can be entered, but found {found}");
            let hint = "lead the flow to the activity, or use an intermediate event";
            let draft = problems.error(flow.node, "flow-into-boundary", message);
            draft.at_attr("targetRef").hint(hint);
        }
    });
}

pub(super) fn flow_from_end(checked: &Checked<'_>, problems: &mut Problems) {
    forbidden(checked, |flow, source, _| {
        if source.node.name() == "endEvent" {
            let found = called(source.node);
            let message = format!("Expected a source that can be left, but found {found}");
            let hint = "use an intermediate throw event, or remove the flow";
            problems.error(flow.node, "flow-from-end", message).at_attr("sourceRef").hint(hint);
        }
    });
}

pub(super) fn flow_at_event_sub_process(checked: &Checked<'_>, problems: &mut Problems) {
    let hint = "an event sub-process is started by its start event; remove the flow";
    let is_one = |node: &FlowNode<'_>| is_true(node.node, "triggeredByEvent");
    at_ends(checked, problems, "flow-at-event-sub-process", "event sub-process", hint, is_one);
}

pub(super) fn flow_at_compensation(checked: &Checked<'_>, problems: &mut Problems) {
    let hint = "connect it to its compensation boundary event by an association";
    let is_one = |node: &FlowNode<'_>| is_true(node.node, "isForCompensation");
    at_ends(checked, problems, "flow-at-compensation", "compensation handler", hint, is_one);
}

fn at_ends(
    checked: &Checked<'_>,
    problems: &mut Problems,
    rule: &'static str,
    what: &str,
    hint: &str,
    is_one: impl Fn(&FlowNode<'_>) -> bool,
) {
    forbidden(checked, |flow, source, target| {
        for (attribute, end) in [("sourceRef", source), ("targetRef", target)] {
            if is_one(end) {
                let id = quoted(end.id);
                let message =
                    format!("Expected a flow node in the flow, but found the {what} {id}");
                problems.error(flow.node, rule, message).at_attr(attribute).hint(hint);
            }
        }
    });
}

fn forbidden(checked: &Checked<'_>, mut look: impl FnMut(&Flow<'_>, &FlowNode<'_>, &FlowNode<'_>)) {
    for (_, structure) in &checked.processes {
        for flow in &structure.flows {
            look(flow, &structure.nodes[flow.source], &structure.nodes[flow.target]);
        }
    }
}
