//! Rules of link events: pairs by name within one scope.
//!
//! Not of where the paths behind them lead.

use std::collections::BTreeMap;

use super::{Checked, called, quoted, suggest};
use crate::node::NodeRef;
use crate::problem::Problems;
use crate::structure::{Scope, Structure};

pub(super) const CATCH_MISSING: &str =
    "A link throw event has a link catch event of its name in the same scope.";
pub(super) const CATCH_REPEATED: &str =
    "A scope has one link catch event of a name; several throw events may lead to it.";
pub(super) const FLOW_AT_LINK: &str =
    "No sequence flow leads out of a link throw event or into a link catch event.";
pub(super) const NAME_MISSING: &str = "The definition of a link event has a name.";
pub(super) const THROW_MISSING: &str =
    "A link catch event has a link throw event of its name in the same scope.";

/// Link events of a scope: the event's element, its definition and the link's name.
type Links<'d> = Vec<(NodeRef<'d>, NodeRef<'d>, &'d str)>;

/// The link definition of an event.
fn definition<'d>(event: NodeRef<'d>) -> Option<NodeRef<'d>> {
    event.children().find(|child| child.is_bpmn("linkEventDefinition"))
}

fn name(definition: NodeRef<'_>) -> &str {
    definition.attr("name").unwrap_or_default()
}

fn links<'d>(structure: &Structure<'d>, scope: &Scope<'d>, element: &str) -> Links<'d> {
    let nodes = scope.nodes.iter().map(|node| structure.nodes[*node].node);
    let events = nodes.filter(|node| node.name() == element);
    let found = events.filter_map(|event| Some((event, definition(event)?)));
    found.map(|(event, definition)| (event, definition, name(definition))).collect()
}

const CATCH: &str = "intermediateCatchEvent";
const THROW: &str = "intermediateThrowEvent";

fn scopes<'c, 'd>(
    checked: &'c Checked<'d>,
) -> impl Iterator<Item = (NodeRef<'d>, Links<'d>, Links<'d>)> + use<'c, 'd> {
    checked.processes.iter().flat_map(|(_, structure)| {
        structure.scopes.iter().map(move |scope| {
            (scope.node, links(structure, scope, THROW), links(structure, scope, CATCH))
        })
    })
}

pub(super) fn catch_missing(checked: &Checked<'_>, problems: &mut Problems) {
    for (scope, throws, catches) in scopes(checked) {
        for (_, definition, name) in throws.into_iter().filter(|(.., name)| !name.is_empty()) {
            if problems.is_full() {
                return;
            }
            if catches.iter().any(|(.., caught)| *caught == name) {
                continue;
            }
            let message = format!(
                "Expected a link catch event named {} in {}, but found none",
                quoted(name),
                called(scope)
            );
            let hint = suggest(problems, name, catches.iter().map(|(.., caught)| *caught))
                .map_or_else(
                    || "add one to the same process or sub-process".to_owned(),
                    |near| format!("write {near}"),
                );
            let draft = problems.error(definition, "link-catch-missing", message);
            draft.at_attr("name").hint(hint);
        }
    }
}

pub(super) fn catch_repeated(checked: &Checked<'_>, problems: &mut Problems) {
    for (_, _, catches) in scopes(checked) {
        let mut first: BTreeMap<&str, NodeRef<'_>> = BTreeMap::new();
        for (event, definition, name) in catches {
            if let Some(first) = first.get(name) {
                let message = format!(
                    "Expected one link catch event named {}, but found another beside {}",
                    quoted(name),
                    called(*first)
                );
                let hint = "a token can only go to one place: give one of them another name";
                let draft = problems.error(definition, "link-catch-repeated", message);
                draft.at_attr("name").hint(hint);
            } else if !name.is_empty() {
                first.insert(name, event);
            }
        }
    }
}

pub(super) fn throw_missing(checked: &Checked<'_>, problems: &mut Problems) {
    for (scope, throws, catches) in scopes(checked) {
        for (_, definition, name) in catches.into_iter().filter(|(.., name)| !name.is_empty()) {
            if problems.is_full() {
                return;
            }
            if throws.iter().any(|(.., thrown)| *thrown == name) {
                continue;
            }
            let message = format!(
                "Expected a link throw event named {} in {}, but found none",
                quoted(name),
                called(scope)
            );
            let draft = problems.warning(definition, "link-throw-missing", message);
            draft.at_attr("name").hint("add one, or remove the catch event; it never runs");
        }
    }
}

pub(super) fn name_missing(checked: &Checked<'_>, problems: &mut Problems) {
    for (_, throws, catches) in scopes(checked) {
        for (_, definition, _) in throws.iter().chain(&catches).filter(|(.., name)| name.is_empty())
        {
            let message = "Expected the name of a link, but found none";
            let hint = "give the throw and the catch event the same link name";
            problems.error(*definition, "link-name-missing", message).hint(hint);
        }
    }
}

pub(super) fn flow_at_link(checked: &Checked<'_>, problems: &mut Problems) {
    for (_, structure) in &checked.processes {
        for flow in &structure.flows {
            let ends = [("sourceRef", flow.source, THROW), ("targetRef", flow.target, CATCH)];
            for (attribute, end, element) in ends {
                let end = structure.nodes[end].node;
                if end.name() != element || definition(end).is_none() {
                    continue;
                }
                let message = format!("Expected no flow at {}, but found one", called(end));
                let hint = "the token goes from the link throw event to the link catch event";
                let draft = problems.error(flow.node, "flow-at-link", message);
                draft.at_attr(attribute).hint(hint);
            }
        }
    }
}
