//! What can be wrong with a graph before anything in it is compiled.
//! It does not look into expressions.

use crate::dmn::Node;
use crate::dmn::problem::Problems;
use crate::dmn::tree::{Definitions, Element, Import, Kind, Reference};
use crate::limits::GRAPH_NODES;
use std::collections::BTreeMap;
use std::ops::Range;
use xml::Severity;

pub(super) fn import_missing(import: &Import, problems: &mut Problems<'_>) {
    let found = problems.brief(&import.namespace);
    let message =
        format!("Expected the imported model `{found}`, but found no model of that namespace");
    problems
        .error(import.at.clone(), "dmn-import-missing", message)
        .hint("give the imported model along with this one");
}

pub(super) fn too_large(at: Range<usize>, problems: &mut Problems<'_>) {
    let message =
        format!("Expected at most {GRAPH_NODES} elements with those imported, but found more");
    problems.error(at, "dmn-too-large", message);
}

/// Elements by their ids; one id twice is a problem.
pub(super) fn ids<'d>(
    definitions: &'d Definitions,
    problems: &mut Problems<'_>,
) -> BTreeMap<&'d str, usize> {
    let mut by_id = BTreeMap::new();
    for (at, element) in definitions.elements.iter().enumerate() {
        if element.id.is_empty() {
            let message = "Expected an id or a name, but found neither".to_owned();
            problems.error(element.at.clone(), "dmn-id-missing", message);
            continue;
        }
        if by_id.contains_key(&*element.id) {
            let id = problems.brief(&element.id);
            let message =
                format!("Expected ids that are unique in the file, but found `{id}` again");
            problems
                .error(element.at.clone(), "dmn-id-duplicate", message)
                .element(Some(&element.id));
            continue;
        }
        by_id.insert(&*element.id, at);
    }
    by_id
}

pub(super) fn reference_missing<'n>(
    reference: &Reference,
    known: impl Iterator<Item = &'n str>,
    problems: &mut Problems<'_>,
) {
    let id = reference.href.rsplit('#').next().unwrap_or_default();
    let found = problems.brief(&reference.href);
    let message = format!("Expected a reference to an element that exists, but found `{found}`");
    let near = crate::nearest::nearest(id, known);
    let severity = if reference.is_input { Severity::Warning } else { Severity::Error };
    let rule = "dmn-reference-missing";
    let mut problem = problems.add(severity, reference.at.clone(), rule, message);
    if let Some(near) = near {
        problem.hint(format!("did you mean `#{near}`?"));
    }
}

pub(super) fn decision_empty(element: &Element, problems: &mut Problems<'_>) {
    let message = "Expected logic in a decision, but found none; it is always null".to_owned();
    problems.warning(element.at.clone(), "dmn-decision-empty", message).element(Some(&element.id));
}

/// Finds elements that require themselves, with a list instead of recursion.
pub(super) fn cycles(
    nodes: &[Node],
    own: usize,
    elements: &[Element],
    problems: &mut Problems<'_>,
) {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; nodes.len()];
    for start in own..nodes.len() {
        if marks[start] != Mark::New {
            continue;
        }
        marks[start] = Mark::Open;
        let mut open = vec![(start, 0)];
        while let Some((at, next)) = open.last_mut() {
            let at = *at;
            let Some(required) = nodes[at].requires.get(*next) else {
                marks[at] = Mark::Done;
                open.pop();
                continue;
            };
            *next += 1;
            let to = required.node;
            match marks[to] {
                Mark::New => {
                    marks[to] = Mark::Open;
                    open.push((to, 0));
                }
                Mark::Open if to >= own => {
                    let begin = open.iter().position(|(node, _)| *node == to).unwrap_or(0);
                    let around: Vec<&str> = open[begin..]
                        .iter()
                        .take(10)
                        .map(|(node, _)| &*nodes[*node].name)
                        .collect();
                    let around = around.join("` requires `");
                    report_cycle(&elements[to - own], &around, problems);
                }
                Mark::Open | Mark::Done => {}
            }
        }
    }
}

fn report_cycle(element: &Element, around: &str, problems: &mut Problems<'_>) {
    let what = match element.kind {
        Kind::Decision => "decision",
        Kind::Knowledge => "business knowledge model",
        Kind::Service => "decision service",
        Kind::InputData => "input",
    };
    let name = problems.brief(&element.name);
    let message = format!(
        "Expected a {what} that does not require itself, but found that `{around}` requires `{name}`"
    );
    problems
        .error(element.at.clone(), "dmn-cycle", message)
        .element(Some(&element.id))
        .hint("remove one of the requirements, or merge the elements into one");
}
