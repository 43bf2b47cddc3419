//! The multi-instance marker of an activity: its collection, outputs and completion condition.
//!
//! Not here: beginning and counting the instances (`life::multi_instance`).

use super::text::{Written, compile_condition, compile_program};
use decision::Program;
use model::{NodeRef, Problems};
use std::sync::Arc;

/// `bpmn:multiInstanceLoopCharacteristics` with `zeebe:loopCharacteristics`.
#[derive(Debug, PartialEq)]
pub struct MultiInstance {
    /// Whether one instance begins when the one before has ended.
    pub sequential: bool,
    /// The items: one instance each.
    pub collection: Program,
    /// Variable of an instance that holds its item.
    pub item: Option<Arc<str>>,
    /// Variable that collects the outputs.
    pub outputs: Option<Arc<str>>,
    /// What an instance leaves in it.
    pub output: Option<Program>,
    /// Ends the activity early.
    pub condition: Option<Program>,
}

impl MultiInstance {
    /// Reads the marker of an activity, if it has one. Without a collection it is a problem.
    pub fn read(activity: NodeRef<'_>, problems: &mut Problems) -> Option<Box<MultiInstance>> {
        let marker = activity.bpmn("multiInstanceLoopCharacteristics").next()?;
        let loops = marker.extension("loopCharacteristics");
        let collection = loops.filter(|loops| {
            loops.attr("inputCollection").is_some_and(|source| !source.trim().is_empty())
        });
        let Some(loops) = collection else {
            problems
                .error(
                    marker,
                    "multi-instance-collection",
                    format!(
                        "Expected an input collection on multi-instance {} `{}`, but found none.",
                        activity.name(),
                        activity.id().unwrap_or_default()
                    ),
                )
                .hint("Set \"Multi-instance > Input collection\", for example `= order.items`.");
            return None;
        };
        let name = |attribute: &str| {
            let text = loops.attr(attribute).map(str::trim).filter(|text| !text.is_empty());
            text.map(Arc::from)
        };
        let outputs = name("outputCollection");
        let output = loops
            .attr("outputElement")
            .filter(|source| !source.trim().is_empty())
            .and_then(|_| compile_program(loops, Written::Attribute("outputElement"), problems));
        let condition = marker.bpmn("completionCondition").next();
        let condition = condition.filter(|node| !node.text().trim().is_empty());
        Some(Box::new(MultiInstance {
            sequential: marker.attr("isSequential").map(str::trim) == Some("true"),
            collection: compile_program(loops, Written::Attribute("inputCollection"), problems)?,
            item: name("inputElement"),
            outputs,
            output,
            condition: condition.and_then(|node| compile_condition(node, Written::Text, problems)),
        }))
    }

    /// The variable the output is read from, if the output is just a variable.
    #[must_use]
    pub fn output_variable(&self) -> Option<&str> {
        let source = self.output.as_ref()?.source().trim();
        let mut characters = source.chars();
        let starts = characters.next().is_some_and(|c| c.is_alphabetic() || c == '_');
        (starts && characters.all(|c| c.is_alphanumeric() || c == '_')).then_some(source)
    }
}
