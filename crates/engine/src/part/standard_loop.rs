//! The standard loop marker of an activity: again and again, while a condition is true.
//!
//! Not here: beginning and counting the rounds (`life::standard_loop`). Camunda 8 refuses it.

use super::text::{Written, compile_condition};
use decision::Program;
use model::{NodeRef, Problems};

/// `bpmn:standardLoopCharacteristics` (BPMN 2.0.2, 10.3.8 and 13.3.6).
#[derive(Debug, PartialEq)]
pub struct StandardLoop {
    /// Whether the condition is looked at before the first round, not only after each.
    pub test_before: bool,
    /// Rounds at most.
    pub maximum: Option<u32>,
    /// What must be true for another round; none: always.
    pub condition: Option<Program>,
}

impl StandardLoop {
    /// Reads the marker of an activity, if it has one. A loop without an end is a problem.
    pub fn read(activity: NodeRef<'_>, problems: &mut Problems) -> Option<Box<StandardLoop>> {
        let marker = activity.bpmn("standardLoopCharacteristics").next()?;
        if let Some(other) = activity.bpmn("multiInstanceLoopCharacteristics").next() {
            let message = "Expected one loop marker, but found a multi-instance marker too.";
            problems.error(other, "loop-twice", message).hint("Nest one activity in the other.");
        }
        let written = marker.attr("loopMaximum").map(str::trim).filter(|text| !text.is_empty());
        let maximum = written.and_then(|text| text.parse::<u32>().ok()).filter(|it| *it > 0);
        if let (Some(text), None) = (written, maximum) {
            let message =
                format!("Expected `loopMaximum` to be a whole number from 1, but found `{text}`.");
            problems.error(marker, "loop-maximum", message).at_attr("loopMaximum");
        }
        let condition = marker.bpmn("loopCondition").next();
        let condition = condition.filter(|node| !node.text().trim().is_empty());
        if condition.is_none() && written.is_none() {
            problems
                .error(
                    marker,
                    "loop-endless",
                    format!(
                        "Expected the loop of {} `{}` to end, but found neither a `loopCondition` \
                         nor a `loopMaximum`.",
                        activity.name(),
                        activity.id().unwrap_or_default()
                    ),
                )
                .hint("Write a condition for another round; `loopCounter` counts them.");
        }
        Some(Box::new(StandardLoop {
            test_before: matches!(marker.attr("testBefore").map(str::trim), Some("true" | "1")),
            maximum,
            condition: condition.and_then(|node| compile_condition(node, Written::Text, problems)),
        }))
    }
}
