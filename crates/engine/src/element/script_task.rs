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

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn sets_its_result() {
        check(
            "start -> sum:script(= a + b, total) -> end",
            r#"
                start {"a": 1, "b": 2}
                > entered start
                > entered sum
                > variables {"total":3}
                > entered end
                > completed {"a":1,"b":2,"total":3}
            "#,
        );
    }

    #[test]
    fn stops_at_a_failing_script_until_it_is_repaired() {
        check(
            "start -> sum:script(= assert(a, a != null) + 1, total) -> end",
            r#"
                start
                > entered start
                > entered sum
                > incident EXTRACT_VALUE_ERROR sum
                set {"a": 1}
                resolve sum
                > resolved sum
                > variables {"total":2}
                > entered end
                > completed {"a":1,"total":2}
            "#,
        );
    }

    #[test]
    fn is_cancelled_with_its_instance() {
        check(
            "start -> sum:script(= assert(a, a != null) + 1, total) -> end",
            r#"
                start
                > entered start
                > entered sum
                > incident EXTRACT_VALUE_ERROR sum
                cancel
                > resolved sum
                > cancelled sum
                > cancelled
            "#,
        );
    }

    #[test]
    fn maps_its_result_and_keeps_the_rest_to_itself() {
        check(
            r"
                start -> sum:script(= a + 1, total) -> end
                sum: inputs { a = = 41 } outputs { answer = = total }
            ",
            r#"
                start
                > entered start
                > entered sum
                > variables of sum {"a":41}
                > variables of sum {"total":42}
                > variables {"answer":42}
                > entered end
                > completed {"answer":42}
            "#,
        );
    }

    #[test]
    fn asks_a_worker_to_run_other_scripts() {
        check(
            r#"
                <definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
                    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="test">
                  <process id="process" isExecutable="true">
                    <startEvent id="start" />
                    <sequenceFlow id="a" sourceRef="start" targetRef="script" />
                    <scriptTask id="script">
                      <extensionElements>
                        <zeebe:taskDefinition type="python" />
                      </extensionElements>
                    </scriptTask>
                  </process>
                </definitions>
            "#,
            r#"
                start
                > entered start
                > entered script
                > job python
                complete python
                > completed script
                > completed {}
            "#,
        );
    }
}
