//! Rules of extensions: Camunda 8's are known by name, Camunda 7's are to be converted.
//!
//! Not which extension an element may have; each element reads its own.

use super::{Checked, called, quoted, suggest};
use crate::namespace::Namespace;
use crate::node::NodeRef;
use crate::problem::Problems;
use crate::vocabulary::{EXTENSIONS, OWN_EXTENSIONS};
use xml::clip;

pub(super) const UNKNOWN: &str = "Extensions of the zeebe and segue namespaces are known ones.";
pub(super) const ATTRIBUTE: &str = "Attributes of zeebe and segue extensions are known ones.";
pub(super) const REPEATED: &str = "An element has each zeebe extension once.";
pub(super) const CAMUNDA7: &str = "Extensions of Camunda 7 are converted to those of Camunda 8.";

pub(super) fn unknown(checked: &Checked<'_>, problems: &mut Problems) {
    for node in checked.all().filter(|node| known_of(node.namespace()).is_some()) {
        if problems.is_full() {
            return;
        }
        if attributes_of(node).is_some() || is_inside_unknown(node) {
            continue;
        }
        let message = format!("Expected a known extension, but found {}", quoted(node.qname()));
        let known = known_of(node.namespace()).unwrap_or_default();
        let names = known.iter().map(|(name, _)| *name);
        let hint = suggest(problems, node.name(), names).map_or_else(
            || "it is ignored; remove it if it was meant to do something".to_owned(),
            |near| format!("write {near}; it is ignored as it is"),
        );
        problems.warning(node, "extension-unknown", message).hint(hint);
    }
}

fn attributes_of(node: NodeRef<'_>) -> Option<&'static [&'static str]> {
    // The text of a form is the only extension with a name of BPMN's kind of markup inside.
    let known = known_of(node.namespace())?;
    let index = known.binary_search_by_key(&node.name(), |(name, _)| name).ok()?;
    Some(known[index].1)
}

/// The extensions of a namespace, by name; none if they are not ours to know.
fn known_of(namespace: Namespace) -> Option<&'static [(&'static str, &'static [&'static str])]> {
    match namespace {
        Namespace::Segue => Some(OWN_EXTENSIONS),
        Namespace::Zeebe => Some(EXTENSIONS),
        _ => None,
    }
}

fn is_inside_unknown(node: NodeRef<'_>) -> bool {
    let parent = node.parent().filter(|parent| parent.namespace() == node.namespace());
    parent.is_some_and(|parent| attributes_of(parent).is_none())
}

pub(super) fn attribute_unknown(checked: &Checked<'_>, problems: &mut Problems) {
    for node in checked.all() {
        let known = match node.namespace() {
            Namespace::Segue | Namespace::Zeebe => attributes_of(node),
            Namespace::Bpmn => Some(&[][..]),
            _ => None,
        };
        let Some(known) = known else { continue };
        for (namespace, name, _) in node.attributes() {
            if problems.is_full() {
                return;
            }
            let is_ours = match namespace {
                None => known_of(node.namespace()).is_some(),
                Some(namespace) => namespace == Namespace::Zeebe,
            };
            if !is_ours || known.contains(&name) || is_for_modelers(name) {
                continue;
            }
            let found = format!("{} of {}", quoted(name), clip(node.qname(), 80));
            let message = format!("Expected a known attribute, but found {found}");
            let hint = suggest(problems, name, known.iter().copied()).map_or_else(
                || "it is ignored; remove it if it was meant to do something".to_owned(),
                |near| format!("write {near}; it is ignored as it is"),
            );
            let draft = problems.warning(node, "extension-attribute-unknown", message);
            draft.at_attr(name).hint(hint);
        }
    }
}

/// Attributes only a modeler reads: templates and their counters.
fn is_for_modelers(name: &str) -> bool {
    name.starts_with("modelerTemplate")
        || name.starts_with("modelerConfiguration")
        || name == "retryCounter"
}

pub(super) fn repeated(checked: &Checked<'_>, problems: &mut Problems) {
    for list in checked.elements().filter(|node| node.name() == "extensionElements") {
        let mut seen: Vec<&str> = Vec::new();
        for node in list.children().filter(|node| node.namespace() == Namespace::Zeebe) {
            if attributes_of(node).is_none() {
                continue;
            }
            if !seen.contains(&node.name()) {
                // At most as long as the list of known extensions.
                seen.push(node.name());
                continue;
            }
            let message = format!("Expected one {}, but found another", node.qname());
            let draft = problems.warning(node, "extension-repeated", message);
            draft.hint("only the first is read; merge them");
        }
    }
}

pub(super) fn camunda7(checked: &Checked<'_>, problems: &mut Problems) {
    for node in checked.all() {
        let (what, name) = if node.namespace() == Namespace::Camunda7 {
            let parent = node.parent().map(NodeRef::namespace);
            if parent == Some(Namespace::Camunda7) {
                continue;
            }
            (format!("element {}", quoted(node.qname())), node.name())
        } else {
            let mut attributes = node.attributes();
            let of_camunda = attributes.find(|found| found.0 == Some(Namespace::Camunda7));
            let Some((_, name, _)) = of_camunda else {
                continue;
            };
            (format!("attribute {} of {}", quoted(name), called(node)), name)
        };
        let message = format!("Expected extensions of Camunda 8, but found Camunda 7's {what}");
        problems.warning(node, "camunda7-extension", message).hint(conversion(name));
    }
}

/// What replaces an extension of Camunda 7.
fn conversion(name: &str) -> &'static str {
    match name {
        "assignee" | "candidateGroups" | "candidateUsers" => {
            "convert it to zeebe:assignmentDefinition"
        }
        "asyncAfter" | "asyncBefore" | "exclusive" | "historyTimeToLive" | "jobPriority" => {
            "remove it; every step is stored anyway"
        }
        "class" | "delegateExpression" | "expression" | "topic" | "type" => {
            "convert it to zeebe:taskDefinition with the job type of a worker"
        }
        "collection" | "elementVariable" => "convert it to zeebe:loopCharacteristics",
        "decisionRef" | "mapDecisionResult" => "convert it to zeebe:calledDecision",
        "dueDate" | "followUpDate" => "convert it to zeebe:taskSchedule",
        "executionListener" => "convert it to zeebe:executionListeners",
        "formData" | "formKey" | "formRef" => "convert it to zeebe:formDefinition",
        "in" | "inputOutput" | "out" => "convert it to zeebe:ioMapping",
        "properties" => "convert it to zeebe:properties",
        "taskListener" => "convert it to zeebe:taskListeners",
        "versionTag" => "convert it to zeebe:versionTag",
        _ => "it is ignored; convert it to a zeebe extension or remove it",
    }
}
