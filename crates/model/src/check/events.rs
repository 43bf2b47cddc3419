//! Rules of events: how scopes start, what boundary events are attached to.
//!
//! Not which triggers can be executed.

use super::{Checked, called, is_true, quoted, suggest};
use crate::node::NodeRef;
use crate::problem::Problems;
use crate::structure::{Scope, Structure};
use crate::vocabulary::SUB_PROCESSES;

pub(super) const AD_HOC_START: &str = "An ad-hoc sub-process has no start event.";
pub(super) const BOUNDARY_UNATTACHED: &str =
    "A boundary event is attached to an activity of its scope.";
pub(super) const EVENT_SUB_START: &str =
    "An event sub-process has exactly one start event, and that waits for something.";
pub(super) const START_MISSING: &str = "A process or sub-process has a start event.";
pub(super) const START_NOT_NONE: &str =
    "The start event of an embedded sub-process waits for nothing.";
pub(super) const START_REPEATED: &str =
    "A process or sub-process has at most one start event that waits for nothing.";

/// How a scope starts.
#[derive(PartialEq, Eq)]
enum Style {
    Process,
    Embedded,
    Event,
    AdHoc,
}

fn style(scope: &Scope<'_>) -> Style {
    match scope.node.name() {
        "process" => Style::Process,
        "adHocSubProcess" => Style::AdHoc,
        _ if is_true(scope.node, "triggeredByEvent") => Style::Event,
        _ => Style::Embedded,
    }
}

fn starts<'d>(structure: &Structure<'d>, scope: &Scope<'d>) -> Vec<NodeRef<'d>> {
    let nodes = scope.nodes.iter().map(|node| structure.nodes[*node].node);
    nodes.filter(|node| node.name() == "startEvent").collect()
}

fn definitions<'d>(event: NodeRef<'d>) -> impl Iterator<Item = NodeRef<'d>> {
    event.children().filter(|child| {
        let name = child.name();
        child.is_bpmn("eventDefinitionRef")
            || child.is_bpmn(name) && name.ends_with("EventDefinition")
    })
}

fn is_none(event: NodeRef<'_>) -> bool {
    definitions(event).next().is_none()
}

fn scopes<'c, 'd>(
    checked: &'c Checked<'d>,
) -> impl Iterator<Item = (Style, &'c Scope<'d>, Vec<NodeRef<'d>>)> {
    checked.processes.iter().flat_map(|(_, structure)| {
        let scopes = structure.scopes.iter();
        scopes.map(move |scope| (style(scope), scope, starts(structure, scope)))
    })
}

pub(super) fn ad_hoc_start(checked: &Checked<'_>, problems: &mut Problems) {
    for (style, scope, starts) in scopes(checked) {
        for start in starts.iter().filter(|_| style == Style::AdHoc) {
            let message =
                format!("Expected no start event in {}, but found one", called(scope.node));
            let hint = "remove it; which activities run is decided by the ad-hoc sub-process";
            problems.error(*start, "ad-hoc-start", message).hint(hint);
        }
    }
}

pub(super) fn start_missing(checked: &Checked<'_>, problems: &mut Problems) {
    for (style, scope, starts) in scopes(checked) {
        if matches!(style, Style::Process | Style::Embedded) && starts.is_empty() {
            let message =
                format!("Expected a start event in {}, but found none", called(scope.node));
            let hint = "add a start event and a sequence flow to what runs first";
            problems.error(scope.node, "start-missing", message).hint(hint);
        }
    }
}

pub(super) fn start_repeated(checked: &Checked<'_>, problems: &mut Problems) {
    for (style, _, starts) in scopes(checked) {
        if !matches!(style, Style::Process | Style::Embedded) {
            continue;
        }
        let mut none = starts.into_iter().filter(|start| is_none(*start));
        let Some(first) = none.next() else { continue };
        for another in none {
            let message = format!(
                "Expected one start event without a trigger, but found another beside {}",
                called(first)
            );
            let hint =
                "join both paths behind one start event, or give it a message, timer or signal";
            problems.error(another, "start-repeated", message).hint(hint);
        }
    }
}

pub(super) fn start_not_none(checked: &Checked<'_>, problems: &mut Problems) {
    for (style, scope, starts) in scopes(checked) {
        if style != Style::Embedded {
            continue;
        }
        for definition in starts.into_iter().filter_map(|start| definitions(start).next()) {
            let message = format!(
                "Expected a start event without a trigger in {}, but found {}",
                called(scope.node),
                definition.name()
            );
            let hint = "remove the event definition, or set triggeredByEvent=\"true\" to make it \
                        an event sub-process";
            problems.error(definition, "start-not-none", message).hint(hint);
        }
    }
}

pub(super) fn event_sub_process_start(checked: &Checked<'_>, problems: &mut Problems) {
    let rule = "event-sub-process-start";
    for (style, scope, starts) in scopes(checked) {
        if style != Style::Event {
            continue;
        }
        let hint = "an event sub-process is started by one message, timer, error, signal, \
                    escalation or condition";
        let [start] = starts[..] else {
            let found = starts.len();
            let at = starts.get(1).copied().unwrap_or(scope.node);
            let message = format!("Expected exactly one start event, but found {found}");
            problems.error(at, rule, message).hint(hint);
            continue;
        };
        if is_none(start) {
            let message = "Expected a start event with a trigger, but found one without";
            problems.error(start, rule, message).hint(hint);
        }
    }
}

pub(super) fn boundary_unattached(checked: &Checked<'_>, problems: &mut Problems) {
    for (_, structure) in &checked.processes {
        for event in structure.nodes.iter().filter(|node| node.node.name() == "boundaryEvent") {
            if problems.is_full() {
                return;
            }
            let host = event.attached_to.map(|host| structure.nodes[host].node);
            if host.is_some_and(is_activity) {
                continue;
            }
            let id = event.node.attr("attachedToRef").unwrap_or_default();
            let found = match checked.document.by_id(id) {
                _ if id.is_empty() => "none".to_owned(),
                None => format!("{}, which does not exist", quoted(id)),
                Some(other) if !is_activity(other) => {
                    format!("{}, which is a {}", quoted(id), other.name())
                }
                Some(_) => format!("{}, which is in another scope", quoted(id)),
            };
            let message = format!("Expected the activity it is attached to, but found {found}");
            let siblings = &structure.scopes[event.scope].nodes;
            let ids = siblings.iter().map(|node| &structure.nodes[*node]);
            let ids = ids.filter(|node| is_activity(node.node)).map(|node| node.id);
            let hint = suggest(problems, id, ids).map_or_else(
                || "set attachedToRef to the id of a task, call activity or sub-process".to_owned(),
                |near| format!("write {near}"),
            );
            let draft = problems.error(event.node, "boundary-unattached", message);
            draft.at_attr("attachedToRef").hint(hint);
        }
    }
}

fn is_activity(node: NodeRef<'_>) -> bool {
    let name = node.name();
    let is_named = name == "task" || name == "callActivity" || name.ends_with("Task");
    node.is_bpmn(name) && (is_named || SUB_PROCESSES.contains(&name))
}
