//! Rules of the file as a whole: that it is BPMN and has something to execute.
//!
//! Not the contents of processes.

use super::{Checked, called, quoted};
use crate::namespace::Namespace;
use crate::problem::Problems;
use xml::{MAX_QUOTED_BYTES, clip};

pub(super) const NOT_BPMN: &str = "The outermost element is `definitions` of BPMN 2.0.";
pub(super) const PROCESS_MISSING: &str = "A file has at least one process.";
pub(super) const NOT_EXECUTABLE: &str = "At least one process of a file is executable.";

pub(super) fn not_bpmn(checked: &Checked<'_>, problems: &mut Problems) {
    let root = checked.document.root();
    if root.is_bpmn("definitions") {
        return;
    }
    let name = clip(root.name(), MAX_QUOTED_BYTES);
    let uri = match root.namespace_uri() {
        "" => "no namespace".to_owned(),
        uri => format!("the namespace {}", quoted(uri)),
    };
    let message = format!("Expected definitions of BPMN 2.0, but found {name} of {uri}");
    let hint = match (name, root.namespace_uri()) {
        ("definitions", uri) if uri.contains("DMN") => {
            "this is a decision model; deploy it as a .dmn file".to_owned()
        }
        _ => format!("a BPMN file begins with <definitions xmlns=\"{}\">", Namespace::Bpmn.uri()),
    };
    problems.error(root, "not-bpmn", message).hint(hint);
}

pub(super) fn process_missing(checked: &Checked<'_>, problems: &mut Problems) {
    let root = checked.document.root();
    if checked.processes.is_empty() && root.is_bpmn("definitions") {
        let message = "Expected a process, but found none";
        let hint = "add <process id=\"..\" isExecutable=\"true\">; a collaboration or a \
                    choreography alone is only drawn";
        problems.error(root, "process-missing", message).hint(hint);
    }
}

pub(super) fn process_not_executable(checked: &Checked<'_>, problems: &mut Problems) {
    let is_executable = checked.processes.iter().any(|(process, _)| process.is_executable());
    let Some((first, _)) = checked.processes.first().filter(|_| !is_executable) else {
        return;
    };
    let found = first.node.attr("isExecutable").map_or_else(
        || "none that says so".to_owned(),
        |value| format!("isExecutable={}", quoted(value)),
    );
    let message = format!("Expected an executable process, but found {found}");
    let hint = format!("set isExecutable=\"true\" on {}", called(first.node));
    let draft = problems.error(first.node, "process-not-executable", message);
    draft.hint(hint).at_attr("isExecutable");
}
