//! Error boundary event: catches a BPMN error thrown by its activity or inside it.
//!
//! It never waits for anything; `life::throw` finds it by its code. It always interrupts.

use super::*;

/// An error boundary event.
#[derive(Debug, PartialEq)]
pub struct BoundaryError {
    /// What it catches.
    pub error: ErrorSpec,
}

impl Element for BoundaryError {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "boundaryEvent", "errorEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        if node.attr("cancelActivity").map(str::trim) == Some("false") {
            problems
                .error(
                    node,
                    "error-boundary-interrupts",
                    "Expected an interrupting error boundary event, but found \
                     `cancelActivity=\"false\"`."
                        .to_owned(),
                )
                .at_attr("cancelActivity")
                .hint("An error always ends its activity; remove the attribute.");
        }
        BoundaryError { error: ErrorSpec::read(definition_of(node), false, problems) }
    }

    fn catches(&self) -> Option<&ErrorSpec> {
        Some(&self.error)
    }
}
