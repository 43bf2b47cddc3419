//! A condition that is awaited, and the changes of variables at which it is looked at.
//!
//! Not conditions of sequence flows; those are looked at once, when a token comes.

use super::text::{Written, compile_condition};
use crate::event::Change;
use decision::Program;
use model::{Namespace, NodeRef, Problems};
use std::sync::Arc;

/// `bpmn:condition` with `zeebe:conditionalFilter`.
#[derive(Debug, PartialEq)]
pub struct ConditionSpec {
    /// What must be true; none only where that was a problem.
    pub program: Option<Program>,
    /// Variables at whose change it is looked at.
    pub names: Vec<Arc<str>>,
    /// Whether it is looked at when one of them appears.
    pub at_create: bool,
    /// Whether it is looked at when one of them gets another value.
    pub at_update: bool,
}

impl ConditionSpec {
    /// Reads a conditional event definition. Without a condition it is a problem.
    pub fn read(definition: NodeRef<'_>, problems: &mut Problems) -> ConditionSpec {
        let condition = definition.child(Namespace::Bpmn, "condition");
        let condition = condition.filter(|node| !node.text().trim().is_empty());
        if condition.is_none() {
            problems
                .error(
                    definition,
                    "event-condition-missing",
                    "Expected a condition on the conditional event, but found none.",
                )
                .hint("Set \"Condition\" in the properties panel, for example `= total > 100`.");
        }
        let program = condition.and_then(|node| compile_condition(node, Written::Text, problems));
        let filter = definition.extension("conditionalFilter");
        let list = |name: &str| -> Vec<Arc<str>> {
            let text = filter.and_then(|filter| filter.attr(name)).unwrap_or_default();
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            parts.map(Arc::from).collect()
        };
        let mut names = list("variableNames");
        if let (Some(program), true) = (&program, names.is_empty()) {
            names = program.free_names().to_vec();
        }
        let events = list("variableEvents");
        for event in &events {
            if !matches!(&**event, "create" | "update") {
                let message = format!(
                    "Expected `variableEvents` to be `create`, `update` or both, but found \
                     `{event}`."
                );
                let filter = filter.expect("events come from a filter");
                problems.error(filter, "condition-events", message).at_attr("variableEvents");
            }
        }
        let looks = |at: &str| events.is_empty() || events.iter().any(|event| **event == *at);
        ConditionSpec { program, names, at_create: looks("create"), at_update: looks("update") }
    }

    /// Whether a change of a variable is one at which it is looked at.
    #[must_use]
    pub fn minds(&self, change: &Change) -> bool {
        (if change.is_new { self.at_create } else { self.at_update })
            && self.names.contains(&change.name)
    }
}
