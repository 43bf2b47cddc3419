//! Business rule task: evaluates a deployed decision, or asks a worker to decide.
//!
//! Which decision, which version and what it said is told in the history of the instance.

use super::*;
use crate::part::decision::CalledDecision;

/// A business rule task.
#[derive(Debug, PartialEq)]
pub enum BusinessRuleTask {
    /// `zeebe:calledDecision`; none: it could not be read.
    Decision(Option<CalledDecision>),
    /// `zeebe:taskDefinition`.
    Job(JobSpec),
}

impl Element for BusinessRuleTask {
    fn matches(node: NodeRef<'_>) -> bool {
        node.is_bpmn("businessRuleTask")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        if node.extension("taskDefinition").is_some() {
            return BusinessRuleTask::Job(JobSpec::read(node, problems));
        }
        let Some(called) = node.extension("calledDecision") else {
            problems
                .error(
                    node,
                    "called-decision-missing",
                    "Expected `zeebe:calledDecision` or `zeebe:taskDefinition` on a business rule \
                     task, but found neither."
                        .to_owned(),
                )
                .hint("Choose the implementation \"DMN decision\" and name one.");
            return BusinessRuleTask::Decision(None);
        };
        BusinessRuleTask::Decision(Some(CalledDecision::read(called, problems)))
    }

    fn enter(&self, slot: Slot, ctx: &mut Ctx<'_>) -> Result<Entered, Failure> {
        match self {
            BusinessRuleTask::Job(spec) => ctx.create_job(slot, spec),
            BusinessRuleTask::Decision(None) => Ok(Entered::Passes),
            BusinessRuleTask::Decision(Some(called)) => {
                let output = ctx.decide(slot, called)?;
                ctx.receive(slot, vec![(called.result.clone(), output)]);
                Ok(Entered::Passes)
            }
        }
    }

    fn job(&self) -> Option<&JobSpec> {
        match self {
            BusinessRuleTask::Job(spec) => Some(spec),
            BusinessRuleTask::Decision(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn takes_the_answer_of_its_decision() {
        check(
            r"
                start -> rate:decision(discount, discount) -> end
                decide discount = if amount > 1000 then 0.1 else 0
            ",
            r#"
                start {"amount": 1200}
                > entered start
                > entered rate
                > decided discount 0.1
                > variables {"discount":0.1}
                > entered end
                > completed {"amount":1200,"discount":0.1}
            "#,
        );
    }

    #[test]
    fn maps_what_it_asks_and_keeps_the_rest_to_itself() {
        check(
            r"
                start -> rate:decision(discount, discount) -> end
                rate: inputs { amount = = total } outputs { rebate = = discount * total }
                decide discount = if amount > 1000 then 0.1 else 0
            ",
            r#"
                start {"total": 1200}
                > entered start
                > entered rate
                > variables of rate {"amount":1200}
                > decided discount 0.1
                > variables of rate {"discount":0.1}
                > variables {"rebate":120}
                > entered end
                > completed {"rebate":120,"total":1200}
            "#,
        );
    }

    #[test]
    fn stops_at_a_decision_that_is_not_there() {
        check(
            "start -> rate:decision(= which, discount) -> end",
            r#"
                start {"which": "discount"}
                > entered start
                > entered rate
                > incident CALLED_DECISION_ERROR rate
                ~ because Expected decision `discount` to be deployed
                redeploy decide discount = 0.2
                resolve rate
                > resolved rate
                > decided discount 0.2
                > variables {"discount":0.2}
                > entered end
                > completed {"discount":0.2,"which":"discount"}
            "#,
        );
    }

    #[test]
    fn stops_with_its_decision_until_it_is_repaired() {
        check(
            r"
                start -> rate:decision(discount, discount) -> end
                decide discount = assert(amount, amount != null) / 10
            ",
            r#"
                start
                > entered start
                > entered rate
                > undecided discount at discount
                > incident DECISION_EVALUATION_ERROR rate
                ~ because Expected decision `discount` (version 1) to be evaluated
                set {"amount": 50}
                resolve rate
                > resolved rate
                > decided discount 5
                > variables {"discount":5}
                > entered end
                > completed {"amount":50,"discount":5}
            "#,
        );
    }

    #[test]
    fn decides_by_the_latest_version() {
        check(
            r"
                start -> wait:job(wait) -> rate:decision(discount, discount) -> end
                decide discount = 0.1
            ",
            r#"
                start
                redeploy decide discount = 0.3
                complete wait
                > completed wait
                > entered rate
                > decided discount 0.3
                > variables {"discount":0.3}
                > entered end
                > completed {"discount":0.3}
            "#,
        );
    }

    #[test]
    fn asks_a_worker_to_decide() {
        check(
            r#"
                <definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
                    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="test">
                  <process id="process" isExecutable="true">
                    <startEvent id="start" />
                    <sequenceFlow id="a" sourceRef="start" targetRef="rate" />
                    <businessRuleTask id="rate">
                      <extensionElements>
                        <zeebe:taskDefinition type="rules" />
                      </extensionElements>
                    </businessRuleTask>
                  </process>
                </definitions>
            "#,
            r#"
                start
                > entered start
                > entered rate
                > job rules
                complete rules {"discount": 0.1}
                > variables {"discount":0.1}
                > completed rate
                > completed {"discount":0.1}
            "#,
        );
    }

    #[test]
    fn is_cancelled_with_its_instance() {
        check(
            "start -> rate:decision(discount, discount) -> end",
            r#"
                start
                > entered start
                > entered rate
                > incident CALLED_DECISION_ERROR rate
                cancel
                > resolved rate
                > cancelled rate
                > cancelled
            "#,
        );
    }
}
