//! Rules of ids.
//!
//! Not references to them.

use std::collections::BTreeMap;

use super::{Checked, quoted};
use crate::limits::MAX_ID_BYTES;
use crate::node::NodeRef;
use crate::problem::Problems;
use crate::vocabulary::is_flow_node;

pub(super) const ID_DUPLICATE: &str = "No two BPMN elements of a file have the same id.";
pub(super) const ID_MISSING: &str =
    "Processes, flow nodes and sequence flows have an id: history and incidents name them by it.";
pub(super) const ID_TOO_LONG: &str = "An id has at most 256 bytes.";

pub(super) fn id_duplicate(checked: &Checked<'_>, problems: &mut Problems) {
    let mut first: BTreeMap<&str, NodeRef<'_>> = BTreeMap::new();
    for node in checked.elements() {
        let Some(id) = node.id() else { continue };
        let Some(earlier) = first.get(id) else {
            first.insert(id, node);
            continue;
        };
        let line = earlier.position().line;
        let message = format!(
            "Expected an id of its own, but found {}, which is the {} in line {line}",
            quoted(id),
            earlier.name()
        );
        let draft = problems.error(node, "id-duplicate", message).at_attr("id");
        draft.hint("rename one of them and what refers to it");
    }
}

pub(super) fn id_missing(checked: &Checked<'_>, problems: &mut Problems) {
    for node in checked.elements() {
        let needs = matches!(node.name(), "process" | "sequenceFlow") || is_flow_node(node.name());
        if needs && node.id().unwrap_or_default().is_empty() {
            let name = node.name();
            let message = format!("Expected {name} with an id, but found none");
            let hint = "add a unique id, and keep it when the model changes";
            problems.error(node, "id-missing", message).hint(hint);
        }
    }
}

pub(super) fn id_too_long(checked: &Checked<'_>, problems: &mut Problems) {
    for node in checked.elements() {
        let length = node.id().map_or(0, str::len);
        if length > MAX_ID_BYTES {
            let message = format!("Expected at most {MAX_ID_BYTES} bytes, but found {length}");
            let draft = problems.error(node, "id-too-long", message).at_attr("id");
            draft.hint("shorten the id and what refers to it; the name may be long");
        }
    }
}
