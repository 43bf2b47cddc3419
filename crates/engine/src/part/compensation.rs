//! A compensation event definition: which activity is compensated, and what undoes one.
//!
//! Not here: undoing it (`life::compensate`).

use model::{NodeRef, Problems};
use std::sync::Arc;

/// Reads `compensateEventDefinition` of a throw or end event: the id of the activity; `None` is
/// all of its scope. An activity out of reach is a problem.
pub fn read_thrown(event: NodeRef<'_>, problems: &mut Problems) -> Option<Arc<str>> {
    let definition = event.bpmn("compensateEventDefinition").next()?;
    if definition.attr("waitForCompletion").map(str::trim) == Some("false") {
        problems
            .error(
                definition,
                "compensation-waits",
                "Expected a compensation event that waits for its handlers, but found \
                 `waitForCompletion=\"false\"`.",
            )
            .at_attr("waitForCompletion")
            .hint("Remove the attribute; put the event on a parallel path to go on beside it.");
    }
    let reference = definition.attr("activityRef").map(str::trim).filter(|id| !id.is_empty())?;
    let found = definition.document().resolve(reference);
    let mut scope = event.parent();
    while let (Some(around), Some(found)) = (scope, found) {
        if found.parent() == Some(around) {
            return found.id().map(Arc::from);
        }
        // The handlers of a scope may undo what is in it.
        let handles = around.attr("triggeredByEvent").map(str::trim) == Some("true");
        scope = around.parent().filter(|_| handles);
    }
    problems
        .error(
            definition,
            "compensation-activity",
            format!(
                "Expected an activity of the same scope to compensate, but found `{reference}`."
            ),
        )
        .at_attr("activityRef")
        .hint("Name an activity beside the event, or none to compensate all of them.");
    None
}

/// Reads the handler a compensation boundary event leads to by its association.
pub fn read_handler(boundary: NodeRef<'_>, problems: &mut Problems) -> Option<Arc<str>> {
    let id = boundary.id().unwrap_or_default();
    let root = boundary.document().root();
    let mut associations = root.descendants().filter(|node| node.is_bpmn("association"));
    let leads = |node: &NodeRef<'_>| node.attr("sourceRef").map(str::trim) == Some(id);
    let target = associations.find(leads).and_then(|it| it.attr("targetRef")).unwrap_or_default();
    let found = boundary.document().resolve(target.trim());
    let is_handler = |node: &NodeRef<'_>| {
        node.parent() == boundary.parent()
            && matches!(node.attr("isForCompensation").map(str::trim), Some("true" | "1"))
    };
    if let Some(handler) = found.filter(is_handler) {
        return handler.id().map(Arc::from);
    }
    problems
        .error(
            boundary,
            "compensation-handler",
            format!(
                "Expected an association from `{id}` to an activity with \
                 `isForCompensation=\"true\"` in the same scope, but found {}.",
                if target.is_empty() { "none".to_owned() } else { format!("`{target}`") }
            ),
        )
        .hint("Connect the boundary event with the activity that undoes what it is attached to.");
    None
}
