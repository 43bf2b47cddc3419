//! Ad-hoc sub-process: which of its activities run, and how often, is decided while it runs.
//!
//! An expression names those that begin with it, a worker decides step by step, or somebody asks
//! for one from outside. Each lives in an inner instance of its own (`ad_hoc_inner`).

use super::*;
use crate::event::{IncidentKind, InstanceEvent, Variables, Work};
use crate::part::text::{Written, compile_condition, compile_program};
use decision::Program;
use std::sync::Arc;

/// The variable that says what may be activated, as Camunda 8 names it.
const CHOICES: &str = "adHocSubProcessElements";

/// An ad-hoc sub-process.
#[derive(Debug, PartialEq)]
pub struct AdHoc {
    /// Ids of the activities it begins with.
    active: Option<Program>,
    /// Whether it has done what it is for, seen when an activity in it has ended.
    pub condition: Option<Program>,
    /// Whether what still runs is cancelled then.
    pub cancels_remaining: bool,
    /// Variable that collects the outputs.
    pub outputs: Option<Arc<str>>,
    /// What an inner instance leaves in it.
    pub output: Option<Program>,
    /// A worker decides, if it says so.
    pub job: Option<JobSpec>,
    /// For the worker: what it may activate, as JSON.
    choices: Arc<str>,
}

impl Element for AdHoc {
    fn matches(node: NodeRef<'_>) -> bool {
        node.is_bpmn("adHocSubProcess")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        let job = node.extension("taskDefinition").map(|_| JobSpec::read(node, problems));
        let own = node.extension("adHoc");
        let is_written = |name: &str| {
            let text = own.and_then(|own| own.attr(name));
            text.is_some_and(|text| !text.trim().is_empty())
        };
        let mut program = |name: &str| {
            let own = own.filter(|_| is_written(name))?;
            compile_program(own, Written::Attribute(name), problems)
        };
        let active = program("activeElementsCollection");
        let output = program("outputElement");
        let condition = node.bpmn("completionCondition").next();
        let condition = condition.filter(|it| !it.text().trim().is_empty());
        if job.is_some() && (active.is_some() || condition.is_some()) {
            problems
                .error(
                    node,
                    "ad-hoc-decides-twice",
                    "Expected either a job type or expressions on an ad-hoc sub-process, but found \
                     both: who decides what is activated and when it is done?"
                        .to_owned(),
                )
                .hint(
                    "With a worker, remove the collection of active elements and the completion \
                     condition.",
                );
        }
        if choices(node).is_empty() {
            problems
                .error(
                    node,
                    "ad-hoc-empty",
                    "Expected an activity in the ad-hoc sub-process that no flow leads to, but \
                     found none."
                        .to_owned(),
                )
                .hint("Add the activities that may be activated; they need no start event.");
        }
        let outputs = own.and_then(|own| own.attr("outputCollection")).map(str::trim);
        AdHoc {
            active,
            condition: condition.and_then(|it| compile_condition(it, Written::Text, problems)),
            cancels_remaining: !matches!(
                node.attr("cancelRemainingInstances").map(str::trim),
                Some("false" | "0")
            ),
            outputs: outputs.filter(|name| !name.is_empty()).map(Arc::from),
            output,
            job,
            choices: described(node).into(),
        }
    }

    fn enter(&self, slot: Slot, ctx: &mut Ctx<'_>) -> Result<Entered, Failure> {
        let element = ctx.at(slot).element;
        let wanted = match &self.active {
            Some(program) => self.wanted(slot, element, program, ctx)?,
            None => Vec::new(),
        };
        let job = self.job.as_ref().map(|spec| ctx.planner_job(slot, spec)).transpose()?;
        let mut variables: Variables = vec![(CHOICES.into(), self.choices.clone())];
        if let Some(name) = &self.outputs {
            variables.push((name.clone(), "[]".into()));
        }
        ctx.set_variables(slot, variables);
        if let Some(job) = job {
            ctx.emit(InstanceEvent::JobCreated(Box::new(job)));
        }
        for element in wanted {
            ctx.push(Work::ActivateInner { slot, element, variables: Vec::new() });
        }
        Ok(Entered::Waits)
    }

    fn job(&self) -> Option<&JobSpec> {
        self.job.as_ref()
    }
}

impl AdHoc {
    /// The elements an expression names.
    fn wanted(
        &self,
        slot: Slot,
        element: ElementIndex,
        program: &Program,
        ctx: &Ctx<'_>,
    ) -> Result<Vec<ElementIndex>, Failure> {
        let value = ctx.evaluate(slot, program, IncidentKind::ExtractValue)?;
        let source = program.source().trim();
        let fails = |found: String| {
            Failure::new(
                IncidentKind::ExtractValue,
                format!(
                    "Expected the active elements `{source}` to be a list of ids of activities \
                     that no flow leads to, but found {found}. Correct the variables and resolve."
                ),
            )
        };
        if value == decision::Value::Null {
            return Ok(Vec::new());
        }
        let items = value.as_list().ok_or_else(|| fails(value.type_name().to_owned()))?;
        if items.len() > crate::limits::AD_HOC_ACTIVATIONS_MAX {
            return Err(fails(format!("{} of them", items.len())));
        }
        let found = items.iter().map(|item| {
            let id = crate::part::text::plain_text(item);
            let found = id.as_ref().and_then(|id| ctx.graph().activity(element, id));
            found.ok_or_else(|| fails(item.to_json()))
        });
        found.collect()
    }
}

/// What may be activated in an ad-hoc sub-process: what no flow leads to.
fn choices(node: NodeRef<'_>) -> Vec<NodeRef<'_>> {
    let targets: Vec<&str> =
        node.bpmn("sequenceFlow").filter_map(|flow| flow.attr("targetRef")).collect();
    let is_choice = |child: &NodeRef<'_>| {
        let says = |name: &str| matches!(child.attr(name).map(str::trim), Some("true" | "1"));
        let name = child.name();
        let is_node = name.ends_with("Task")
            || name.ends_with("Gateway")
            || name.ends_with("ubProcess")
            || matches!(name, "task" | "transaction" | "callActivity")
            || matches!(name, "intermediateThrowEvent" | "intermediateCatchEvent");
        is_node
            && !says("triggeredByEvent")
            && !says("isForCompensation")
            && child.id().is_some_and(|id| !targets.contains(&id))
    };
    node.children().filter(|child| child.namespace() == Namespace::Bpmn).filter(is_choice).collect()
}

/// What a worker is told about them, as Camunda's `adHocSubProcessElements`.
fn described(node: NodeRef<'_>) -> String {
    let one = |child: NodeRef<'_>| {
        let documentation = child.bpmn("documentation").next().map(NodeRef::text);
        let properties = child.extension("properties").into_iter().flat_map(NodeRef::children);
        let pairs = properties.filter_map(|it| {
            let value = it.attr("value").unwrap_or_default();
            Some((it.attr("name")?.to_owned(), serde_json::Value::from(value)))
        });
        let mut members = serde_json::Map::new();
        members.insert("elementId".to_owned(), child.id().unwrap_or_default().into());
        members.insert("elementName".to_owned(), child.attr("name").into());
        members.insert("documentation".to_owned(), documentation.into());
        members.insert("properties".to_owned(), serde_json::Value::Object(pairs.collect()));
        serde_json::Value::Object(members)
    };
    serde_json::Value::Array(choices(node).into_iter().map(one).collect()).to_string()
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn begins_what_its_expression_names_and_ends_with_the_last() {
        check(
            r#"
                start -> care:ad-hoc active(= wanted) results(notes, = note) {
                  call:job(call) -> tell:job(tell)
                  visit:job(visit)
                  rest:task
                } -> done:end
            "#,
            r#"
                start {"wanted": ["call", "visit"]}
                > entered start
                > entered care
                > variables of care {"adHocSubProcessElements":[{"elementId":"call","elementName":null,"documentation":null,"properties":{}},{"elementId":"visit","elementName":null,"documentation":null,"properties":{}},{"elementId":"rest","elementName":null,"documentation":null,"properties":{}}],"notes":[]}
                > entered care#innerInstance
                > entered care#innerInstance
                > entered call
                > entered visit
                > job call
                > job visit
                complete visit {"note": "v"}
                > variables of care#innerInstance {"note":"v"}
                > completed visit
                > variables of care {"notes":["v"]}
                > fulfilled care
                > completed care#innerInstance
                complete call {"note": "c"}
                > variables of care#innerInstance {"note":"c"}
                > completed call
                > entered tell
                > job tell
                complete tell
                > completed tell
                > variables of care {"notes":["v","c"]}
                > completed care#innerInstance
                > variables {"notes":["v","c"]}
                > completed care
                > entered done
                > completed {"notes":["v","c"],"wanted":["call","visit"]}
            "#,
        );
    }

    #[test]
    fn ends_when_its_condition_holds_and_cancels_the_rest() {
        check(
            r#"
                start -> care:ad-hoc active(= ["call", "visit", "visit"]) until(= ok) {
                  call:job(call)
                  visit:job(visit)
                } -> done:end
            "#,
            r#"
                start {"ok": false}
                complete visit
                > completed visit
                > completed care#innerInstance
                complete call {"ok": true}
                > variables {"ok":true}
                > completed call
                > fulfilled care
                > completed care#innerInstance
                > job visit cancelled
                > cancelled visit
                > cancelled care#innerInstance
                > completed care
                > entered done
                > completed {"ok":true}
            "#,
        );
    }

    #[test]
    fn is_done_step_by_step_by_a_worker_that_decides() {
        check(
            r#"
                start -> care:ad-hoc type=planner retries=2 results(notes, = note) {
                  call:job(call)
                  visit:job(visit)
                } -> done:end
            "#,
            r#"
                start
                > entered start
                > entered care
                > variables of care {"adHocSubProcessElements":[{"elementId":"call","elementName":null,"documentation":null,"properties":{}},{"elementId":"visit","elementName":null,"documentation":null,"properties":{}}],"notes":[]}
                > job planner retries=2
                complete planner activate nothing
                > rejected not found
                complete planner {"plan": 1} activate call {"note": "first"} visit
                > variables of care {"plan":1}
                > entered care#innerInstance
                > variables of care#innerInstance {"note":"first"}
                > entered care#innerInstance
                > entered call
                > entered visit
                > job call
                > job visit
                complete call
                > completed call
                > job planner retries=2
                > variables of care {"notes":["first"]}
                > completed care#innerInstance
                complete planner fulfilled instead
                > fulfilled care
                > job visit cancelled
                > cancelled visit
                > cancelled care#innerInstance
                > variables {"notes":["first"]}
                > completed care
                > entered done
                > completed {"notes":["first"]}
            "#,
        );
    }

    #[test]
    fn begins_what_somebody_asks_for() {
        check(
            r#"
                start -> care:ad-hoc until(= ok) {
                  call:job(call)
                  visit:job(visit) -> after:task
                } -> done:end
            "#,
            r#"
                start {"ok": false}
                > entered start
                > entered care
                > variables of care {"adHocSubProcessElements":[{"elementId":"call","elementName":null,"documentation":null,"properties":{}},{"elementId":"visit","elementName":null,"documentation":null,"properties":{}}]}
                activate care after
                > rejected not found
                activate care visit {"who": "eva"}
                > entered care#innerInstance
                > variables of care#innerInstance {"who":"eva"}
                > entered visit
                > job visit
                activate care call instead
                > entered care#innerInstance
                > job visit cancelled
                > cancelled visit
                > entered call
                > cancelled care#innerInstance
                > job call
                complete call {"ok": true}
                > variables {"ok":true}
                > completed call
                > fulfilled care
                > completed care#innerInstance
                > completed care
                > entered done
                > completed {"ok":true}
            "#,
        );
    }

    #[test]
    fn stops_at_a_list_that_names_others() {
        check(
            r#"
                start -> care:ad-hoc active(= wanted) {
                  call:job(call) -> after:task
                } -> done:end
            "#,
            r#"
                start {"wanted": "call"}
                > entered start
                > entered care
                > incident EXTRACT_VALUE_ERROR care
                set {"wanted": ["after"]}
                resolve care
                > resolved care
                > incident EXTRACT_VALUE_ERROR care
                set {"wanted": ["call"]}
                resolve care
                > resolved care
                > variables of care {"adHocSubProcessElements":[{"elementId":"call","elementName":null,"documentation":null,"properties":{}}]}
                > entered care#innerInstance
                > entered call
                > job call
                complete call
                > completed call
                > entered after
                > fulfilled care
                > completed care#innerInstance
                > completed care
                > entered done
                > completed {"wanted":["call"]}
            "#,
        );
    }

    #[test]
    fn is_cancelled_with_what_runs_in_it() {
        check(
            r#"
                start -> care:ad-hoc type=planner { call:job(call) } -> done:end
                care ! late:timer(PT1H) -> too-late:end
            "#,
            r#"
                start
                complete planner activate call
                advance PT1H
                > fired late
                > job call cancelled
                > cancelled call
                > cancelled care#innerInstance
                > cancelled care
                > entered late
                > entered too-late
                > completed {}
            "#,
        );
    }

    #[test]
    fn undoes_what_completed_in_it() {
        check(
            r#"
                start -> care:ad-hoc active(= ["call"]) {
                  call:job(call) ! called:compensation -> uncall:job(uncall)
                } -> undo:compensation-throw -> done:end
            "#,
            r#"
                start
                complete call
                > completed call
                > fulfilled care
                > completed care#innerInstance
                > completed care
                > entered undo
                > entered care
                > entered care#innerInstance
                > entered uncall
                > job uncall
                complete uncall
                > completed uncall
                > completed care#innerInstance
                > completed care
                > completed undo
                > entered done
                > completed {}
            "#,
        );
    }

    #[test]
    fn runs_its_event_sub_processes_beside() {
        check(
            r#"
                start -> care:ad-hoc active(= ["call"]) {
                  call:job(call)
                  asked:event-sub { told:message-start(ask, = 1) non-interrupting -> answer:job(answer) -> end }
                } -> done:end
            "#,
            r#"
                start
                publish ask 1
                > correlated ask 1
                > entered asked
                > entered told
                > entered answer
                > job answer
                complete call
                > completed call
                > fulfilled care
                > completed care#innerInstance
                complete answer
                > completed answer
                > entered asked_end
                > completed asked
                > unsubscribed ask 1
                > completed care
                > entered done
                > completed {}
            "#,
        );
    }

    #[test]
    fn goes_on_with_the_rest_if_it_says_so() {
        check(
            r#"<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
              xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="t">
              <bpmn:process id="p" isExecutable="true">
              <bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>
              <bpmn:adHocSubProcess id="care" cancelRemainingInstances="false">
                <bpmn:extensionElements>
                  <zeebe:adHoc activeElementsCollection="= [&quot;a&quot;, &quot;b&quot;]"/>
                </bpmn:extensionElements>
                <bpmn:userTask id="a"/><bpmn:userTask id="b"/>
                <bpmn:completionCondition>= true</bpmn:completionCondition>
              </bpmn:adHocSubProcess>
              <bpmn:sequenceFlow id="f" sourceRef="s" targetRef="care"/>
              <bpmn:sequenceFlow id="g" sourceRef="care" targetRef="e"/>
              </bpmn:process></bpmn:definitions>"#,
            r#"
                start
                complete io.camunda.zeebe:userTask
                > completed a
                > fulfilled care
                > completed care#innerInstance
                complete io.camunda.zeebe:userTask
                > completed b
                > completed care#innerInstance
                > completed care
                > entered e
                > completed {}
            "#,
        );
    }

    #[test]
    fn is_refused_where_nobody_or_two_decide() {
        let refused = [
            ("start -> a:ad-hoc type=x until(= true) { b:task } -> end", "found both"),
            ("start -> a:ad-hoc { b:event-sub { s:timer-start(PT1H) -> end } } -> end", "no flow leads to"),
        ];
        for (process, why) in refused {
            let refusal = testkit::scenario::play(process, "start").unwrap_err();
            assert!(refusal.contains(why), "{process}: {refusal}");
        }
    }
}
