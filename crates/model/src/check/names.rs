//! Rules of names and places: typos, and elements where nobody looks for them.
//!
//! Not of extensions; see `extensions`.

use super::{Checked, called, quoted, suggest};
use crate::namespace::Namespace;
use crate::problem::Problems;
use crate::vocabulary::{ATTRIBUTES, ELEMENTS, is_flow_node, is_scope};
use xml::Severity;

pub(super) const ATTRIBUTE_UNKNOWN: &str = "Attributes of BPMN elements are attributes of BPMN.";
pub(super) const ELEMENT_FOREIGN: &str =
    "Elements that are not BPMN stand inside of extensionElements.";
pub(super) const ELEMENT_MISPLACED: &str =
    "Flow nodes and flows stand directly in a process or sub-process, processes in definitions.";
pub(super) const UNKNOWN_ELEMENT: &str = "Elements of the BPMN namespace are elements of BPMN.";

pub(super) fn unknown_element(checked: &Checked<'_>, problems: &mut Problems) {
    for node in checked.elements() {
        if problems.is_full() {
            return;
        }
        if ELEMENTS.binary_search(&node.name()).is_ok() {
            continue;
        }
        let severity =
            if checked.is_in_process(node) { Severity::Error } else { Severity::Warning };
        let message = format!("Expected an element of BPMN, but found {}", quoted(node.name()));
        let hint = suggest(problems, node.name(), ELEMENTS.iter().copied()).map_or_else(
            || "remove it, or put it inside of extensionElements in a namespace of its own".into(),
            |near| format!("write {near}"),
        );
        problems.draft(severity, node, "unknown-element", message).hint(hint);
    }
}

pub(super) fn attribute_unknown(checked: &Checked<'_>, problems: &mut Problems) {
    for node in checked.elements() {
        for (namespace, name, _) in node.attributes() {
            if problems.is_full() {
                return;
            }
            if namespace.is_some() || ATTRIBUTES.binary_search(&name).is_ok() {
                continue;
            }
            let message = format!("Expected an attribute of BPMN, but found {}", quoted(name));
            let hint = suggest(problems, name, ATTRIBUTES.iter().copied()).map_or_else(
                || "remove it, or give it a namespace of its own; it is ignored".to_owned(),
                |near| format!("write {near}; it is ignored as it is"),
            );
            let draft = problems.warning(node, "attribute-unknown", message);
            draft.at_attr(name).hint(hint);
        }
    }
}

pub(super) fn element_misplaced(checked: &Checked<'_>, problems: &mut Problems) {
    for node in checked.elements() {
        let name = node.name();
        let Some(parent) = node.parent() else {
            continue;
        };
        let choreography = matches!(parent.name(), "choreography" | "subChoreography");
        let is_right = match name {
            "process" => parent.is_bpmn("definitions"),
            "sequenceFlow" => is_scope(parent.name()) || choreography,
            _ if is_flow_node(name) => is_scope(parent.name()) || choreography,
            _ => true,
        };
        if !is_right {
            let place = if name == "process" { "definitions" } else { "a process or sub-process" };
            let message =
                format!("Expected {name} directly in {place}, but found it in {}", called(parent));
            let draft = problems.error(node, "element-misplaced", message);
            draft.hint("move it; nothing reads it where it is");
        }
    }
}

pub(super) fn element_foreign(checked: &Checked<'_>, problems: &mut Problems) {
    for node in checked.outside_extensions() {
        let Some(parent) = node.parent() else {
            continue;
        };
        // Diagrams are foreign to nobody; documentation and conditions may hold any markup.
        let is_free = matches!(parent.name(), "documentation" | "text" | "script" | "definitions")
            || matches!(node.namespace(), Namespace::Bpmn | Namespace::Di);
        if is_free || parent.namespace() != Namespace::Bpmn {
            continue;
        }
        let message = format!(
            "Expected elements of BPMN in {}, but found {}",
            called(parent),
            quoted(node.qname())
        );
        let draft = problems.warning(node, "element-foreign", message);
        draft.hint("move it into extensionElements; nothing reads it where it is");
    }
}
