//! Rules of references from events and tasks to messages, errors, signals and escalations.
//!
//! Not of what those contain.

use super::{Checked, quoted, suggest};
use crate::node::NodeRef;
use crate::problem::Problems;

pub(super) const MESSAGE_MISSING: &str = "What waits for a message or a signal says for which one.";
pub(super) const REFERENCE_MISSING: &str =
    "References to messages, errors, signals and escalations name one of the file.";

const REFERENCES: &[(&str, &str)] = &[
    ("errorRef", "error"),
    ("escalationRef", "escalation"),
    ("messageRef", "message"),
    ("signalRef", "signal"),
];

/// Elements that refer to one of these by an attribute.
fn refers(node: NodeRef<'_>) -> bool {
    matches!(node.name(), "receiveTask" | "sendTask") || node.name().ends_with("EventDefinition")
}

pub(super) fn reference_missing(checked: &Checked<'_>, problems: &mut Problems) {
    for node in checked.process_elements().filter(|node| refers(*node)) {
        for (attribute, kind) in REFERENCES {
            let Some(reference) = node.attr(attribute).filter(|id| !id.is_empty()) else {
                continue;
            };
            if problems.is_full() {
                return;
            }
            let target = checked.document.resolve(reference);
            if target.is_some_and(|target| target.is_bpmn(kind)) {
                continue;
            }
            let found = target.map_or_else(
                || format!("{}, which does not exist", quoted(reference)),
                |other| format!("{}, which is a {}", quoted(reference), other.name()),
            );
            let message = format!("Expected the {kind} of {attribute}, but found {found}");
            let ids = checked.document.root().bpmn(kind).filter_map(NodeRef::id);
            let hint = suggest(problems, reference, ids).map_or_else(
                || {
                    format!(
                        "add <{kind} id={}> to definitions",
                        quoted(reference).replace('`', "\"")
                    )
                },
                |near| format!("write {near}"),
            );
            let draft = problems.error(node, "reference-missing", message);
            draft.at_attr(attribute).hint(hint);
        }
    }
}

pub(super) fn message_missing(checked: &Checked<'_>, problems: &mut Problems) {
    for node in checked.process_elements() {
        let parent = node.parent().map_or("", NodeRef::name);
        let catches = matches!(parent, "boundaryEvent" | "intermediateCatchEvent" | "startEvent");
        let (attribute, kind) = match node.name() {
            "receiveTask" => ("messageRef", "message"),
            "messageEventDefinition" if catches => ("messageRef", "message"),
            "signalEventDefinition" if parent.ends_with("Event") => ("signalRef", "signal"),
            _ => continue,
        };
        if node.attr(attribute).is_none_or(str::is_empty) {
            let message = format!("Expected a {kind} to be named by {attribute}, but found none");
            let hint = format!("add <{kind} id=\"..\" name=\"..\"> to definitions and its id here");
            problems.error(node, "message-missing", message).hint(hint);
        }
    }
}
