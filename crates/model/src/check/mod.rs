//! The checks of a document's structure: one file per family, one function per rule.
//!
//! Not whether an element can be executed; the engine refuses what it cannot.

mod ends;
mod events;
mod extensions;
mod file;
mod flows;
mod ids;
mod links;
mod names;
mod races;
mod references;

use crate::document::Document;
use crate::limits::MAX_SUGGESTIONS;
use crate::namespace::Namespace;
use crate::node::NodeRef;
use crate::problem::Problems;
use crate::structure::{Process, Structure};
use crate::vocabulary::nearest;
use xml::{MAX_QUOTED_BYTES, Problem, Severity, clip};

/// One thing that is checked.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Its name in problems.
    pub id: &'static str,
    /// What it asks of a model, as a sentence.
    pub doc: &'static str,
    check: fn(&Checked<'_>, &mut Problems),
}

const fn rule(id: &'static str, doc: &'static str, check: fn(&Checked<'_>, &mut Problems)) -> Rule {
    Rule { id, doc, check }
}

/// What is refused before there is a tree, with a sentence each.
pub const FILE_RULES: &[(&str, &str)] = &[
    ("xml-doctype", "A file has no document type declaration."),
    ("xml-encoding", "A file is UTF-8 text without NUL bytes."),
    ("xml-entity", "A file uses no entities but the five of XML and character references."),
    ("xml-malformed", "A file is well-formed XML with declared namespaces."),
    ("xml-too-deep", "Elements are nested at most 128 deep."),
    ("xml-too-large", "A file has at most 4 MiB."),
    ("xml-too-many-attributes", "An element has at most 256 attributes."),
    ("xml-too-many-elements", "A file has at most 50,000 elements."),
    (
        "xml-too-many-namespaces",
        "At most 64 namespaces are declared at an element, and 4,096 in a file.",
    ),
];

/// Every rule of a model, by name.
pub const RULES: &[Rule] = &[
    rule("ad-hoc-start", events::AD_HOC_START, events::ad_hoc_start),
    rule("attribute-unknown", names::ATTRIBUTE_UNKNOWN, names::attribute_unknown),
    rule("boundary-unattached", events::BOUNDARY_UNATTACHED, events::boundary_unattached),
    rule("camunda7-extension", extensions::CAMUNDA7, extensions::camunda7),
    rule("condition-missing", flows::CONDITION_MISSING, flows::condition_missing),
    rule("default-not-outgoing", flows::DEFAULT_NOT_OUTGOING, flows::default_not_outgoing),
    rule("element-foreign", names::ELEMENT_FOREIGN, names::element_foreign),
    rule("element-misplaced", names::ELEMENT_MISPLACED, names::element_misplaced),
    rule("event-gateway-events", races::EVENTS, races::events),
    rule("event-gateway-target", races::TARGET, races::target),
    rule("event-sub-process-start", events::EVENT_SUB_START, events::event_sub_process_start),
    rule("extension-attribute-unknown", extensions::ATTRIBUTE, extensions::attribute_unknown),
    rule("extension-repeated", extensions::REPEATED, extensions::repeated),
    rule("extension-unknown", extensions::UNKNOWN, extensions::unknown),
    rule("flow-at-compensation", ends::FLOW_AT_COMPENSATION, ends::flow_at_compensation),
    rule(
        "flow-at-event-sub-process",
        ends::FLOW_AT_EVENT_SUB_PROCESS,
        ends::flow_at_event_sub_process,
    ),
    rule("flow-at-link", links::FLOW_AT_LINK, links::flow_at_link),
    rule("flow-crosses-scope", ends::FLOW_CROSSES_SCOPE, ends::flow_crosses_scope),
    rule("flow-from-end", ends::FLOW_FROM_END, ends::flow_from_end),
    rule("flow-into-boundary", ends::FLOW_INTO_BOUNDARY, ends::flow_into_boundary),
    rule("flow-into-start", ends::FLOW_INTO_START, ends::flow_into_start),
    rule("flow-reference-dangling", flows::REFERENCE_DANGLING, flows::reference_dangling),
    rule("flow-source-missing", ends::FLOW_SOURCE_MISSING, ends::flow_source_missing),
    rule("flow-target-missing", ends::FLOW_TARGET_MISSING, ends::flow_target_missing),
    rule("id-duplicate", ids::ID_DUPLICATE, ids::id_duplicate),
    rule("id-missing", ids::ID_MISSING, ids::id_missing),
    rule("id-too-long", ids::ID_TOO_LONG, ids::id_too_long),
    rule("link-catch-missing", links::CATCH_MISSING, links::catch_missing),
    rule("link-catch-repeated", links::CATCH_REPEATED, links::catch_repeated),
    rule("link-name-missing", links::NAME_MISSING, links::name_missing),
    rule("link-throw-missing", links::THROW_MISSING, links::throw_missing),
    rule("message-missing", references::MESSAGE_MISSING, references::message_missing),
    rule("node-unreachable", flows::NODE_UNREACHABLE, flows::node_unreachable),
    rule("not-bpmn", file::NOT_BPMN, file::not_bpmn),
    rule("process-missing", file::PROCESS_MISSING, file::process_missing),
    rule("process-not-executable", file::NOT_EXECUTABLE, file::process_not_executable),
    rule("reference-missing", references::REFERENCE_MISSING, references::reference_missing),
    rule("start-missing", events::START_MISSING, events::start_missing),
    rule("start-not-none", events::START_NOT_NONE, events::start_not_none),
    rule("start-repeated", events::START_REPEATED, events::start_repeated),
    rule("unknown-element", names::UNKNOWN_ELEMENT, names::unknown_element),
];

/// What every rule looks at.
struct Checked<'d> {
    document: &'d Document,
    processes: Vec<(Process<'d>, Structure<'d>)>,
    /// For each node whether it is inside of extension elements.
    in_extensions: Vec<bool>,
}

/// Runs every rule over a document. Problems come sorted by position.
pub(crate) fn run(document: &Document) -> Problems {
    let processes = document.processes().map(|process| (process, process.structure()));
    let checked = Checked {
        document,
        processes: processes.collect(),
        in_extensions: in_extensions(document),
    };
    let mut problems = Problems::new();
    for rule in RULES {
        let mut found = Problems::new();
        (rule.check)(&checked, &mut found);
        let softened = found.into_iter().map(|problem| checked.soften(problem));
        problems.extend(softened);
        if rule.id == "not-bpmn" && problems.iter().any(|problem| problem.rule == rule.id) {
            break;
        }
    }
    problems.sort();
    problems
}

fn in_extensions(document: &Document) -> Vec<bool> {
    let mut inside: Vec<bool> = Vec::with_capacity(document.len());
    for index in 0..document.len() {
        let parent = document.node(index).parent();
        let is_inside =
            |parent: NodeRef<'_>| inside[parent.index()] || parent.is_bpmn("extensionElements");
        inside.push(parent.is_some_and(is_inside));
    }
    inside
}

impl<'d> Checked<'d> {
    /// BPMN elements that are not inside of extension elements.
    fn elements(&self) -> impl Iterator<Item = NodeRef<'d>> {
        self.outside_extensions().filter(|node| node.namespace() == Namespace::Bpmn)
    }

    fn outside_extensions(&self) -> impl Iterator<Item = NodeRef<'d>> {
        self.all().filter(|node| !self.in_extensions[node.index()])
    }

    fn all(&self) -> impl Iterator<Item = NodeRef<'d>> {
        let document = self.document;
        (0..document.len()).map(|index| document.node(index))
    }

    /// BPMN elements inside of processes and not inside of extension elements.
    fn process_elements(&self) -> impl Iterator<Item = NodeRef<'d>> {
        let inside = self.processes.iter().flat_map(|(process, _)| process.node.descendants());
        inside
            .filter(|node| node.namespace() == Namespace::Bpmn && !self.in_extensions[node.index()])
    }

    /// Whether a node is inside of a process.
    fn is_in_process(&self, node: NodeRef<'_>) -> bool {
        let before =
            self.processes.partition_point(|(process, _)| process.node.index() < node.index());
        self.processes[..before]
            .last()
            .is_some_and(|(process, _)| node.index() < process.node.end())
    }

    /// What is wrong in a process that nobody will execute is only a warning.
    fn soften(&self, mut problem: Problem) -> Problem {
        let processes = &self.processes;
        let after =
            processes.partition_point(|(process, _)| process.node.offset() <= problem.offset);
        let ends_after = |process: &Process<'_>| {
            let end = process.node.end();
            end == self.document.len() || problem.offset < self.document.node(end).offset()
        };
        let process = processes[..after].last().map(|(process, _)| process);
        let process = process.filter(|process| ends_after(process));
        let is_drawn_only = process.is_some_and(|process| !process.is_executable());
        let about_that = problem.rule == "process-not-executable";
        if problem.severity == Severity::Error && is_drawn_only && !about_that {
            problem.severity = Severity::Warning;
        }
        problem
    }
}

/// What was likely meant, for a hint; the first few times only, because looking is slow.
fn suggest<'w>(
    problems: &Problems,
    word: &str,
    words: impl Iterator<Item = &'w str>,
) -> Option<&'w str> {
    if problems.len() < MAX_SUGGESTIONS { nearest(word, words) } else { None }
}

/// A value from the file in a message.
fn quoted(value: &str) -> String {
    let short = clip(value, MAX_QUOTED_BYTES);
    let more = if short.len() < value.len() { "..." } else { "" };
    format!("`{short}{more}`")
}

/// What a message calls an element: its name and, if it has one, its id.
fn called(node: NodeRef<'_>) -> String {
    let name = clip(node.name(), MAX_QUOTED_BYTES);
    node.id().map_or_else(|| name.to_owned(), |id| format!("{name} {}", quoted(id)))
}

/// Whether an attribute says yes.
fn is_true(node: NodeRef<'_>, attribute: &str) -> bool {
    matches!(node.attr(attribute).map(str::trim), Some("true" | "1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_listed_by_name_and_documented_by_a_sentence() {
        assert!(RULES.is_sorted_by_key(|rule| rule.id));
        assert!(FILE_RULES.is_sorted_by_key(|(id, _)| *id));
        let docs = RULES.iter().map(|rule| rule.doc);
        for doc in docs.chain(FILE_RULES.iter().map(|(_, doc)| *doc)) {
            assert!(doc.ends_with('.') && doc.len() > 20, "{doc}");
        }
    }
}
