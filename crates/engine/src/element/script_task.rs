//! Script task: evaluates a FEEL expression into a variable, or asks a worker to run a script.
//!
//! Other script languages are not run inside the engine; give the task a job type for those.

use super::*;
use crate::event::IncidentKind;
use crate::part::text::{Written, compile_program};
use decision::Program;
use std::sync::Arc;

/// A script task.
#[derive(Debug, PartialEq)]
pub enum ScriptTask {
    /// `zeebe:script`.
    Feel {
        /// The script.
        script: Option<Program>,
        /// Where its value goes.
        result: Arc<str>,
    },
    /// `zeebe:taskDefinition`.
    Job(JobSpec),
}

impl Element for ScriptTask {
    fn matches(node: NodeRef<'_>) -> bool {
        node.is_bpmn("scriptTask")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        if node.extension("taskDefinition").is_some() {
            return ScriptTask::Job(JobSpec::read(node, problems));
        }
        let Some(script) = node.extension("script") else {
            problems
                .error(
                    node,
                    "script-missing",
                    "Expected `zeebe:script` or `zeebe:taskDefinition` on a script task, but \
                     found neither."
                        .to_owned(),
                )
                .hint("Choose the implementation \"FEEL expression\" and write one.");
            return ScriptTask::Feel { script: None, result: "".into() };
        };
        let result = script.attr("resultVariable").map(str::trim).unwrap_or_default();
        if result.is_empty() {
            problems
                .error(
                    script,
                    "script-result-missing",
                    "Expected a result variable for the script, but found none.".to_owned(),
                )
                .hint("Name the variable that takes the value.");
        }
        let program = compile_program(script, Written::Attribute("expression"), problems);
        ScriptTask::Feel { script: program, result: result.into() }
    }

    fn enter(&self, slot: Slot, ctx: &mut Ctx<'_>) -> Result<Entered, Failure> {
        match self {
            ScriptTask::Job(spec) => ctx.create_job(slot, spec),
            ScriptTask::Feel { script: None, .. } => Ok(Entered::Passes),
            ScriptTask::Feel { script: Some(script), result } => {
                let value = ctx.evaluate(slot, script, IncidentKind::ExtractValue)?;
                ctx.receive(slot, vec![(result.clone(), value.to_json().into())]);
                Ok(Entered::Passes)
            }
        }
    }

    fn job(&self) -> Option<&JobSpec> {
        match self {
            ScriptTask::Job(spec) => Some(spec),
            ScriptTask::Feel { .. } => None,
        }
    }
}
