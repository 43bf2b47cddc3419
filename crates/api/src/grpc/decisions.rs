//! Decisions, asked outside of any process.
//!
//! Not here: evaluating and keeping; REST has the same (`v2::decisions`).

use super::Answered;
use super::caller::caller_in;
use super::status::{key, number, of};
use super::variables;
use super::wire;
use crate::keys::WireKey;
use crate::state::ApiState;
use crate::tenant::DEFAULT_NAME;
use crate::v2::decisions::evaluation::{
    EvaluatedDecisionResult, EvaluatedInputResult, EvaluatedOutputResult, MatchedRuleResult,
    evaluate,
};
use engine::key::Key;
use runtime::request::DecisionRef;
use tonic::{Request, Response, Status};

pub(super) async fn evaluate_decision(
    state: &ApiState,
    request: Request<wire::EvaluateDecisionRequest>,
) -> Answered<wire::EvaluateDecisionResponse> {
    let caller = caller_in(state, &request, &request.get_ref().tenant_id)?;
    let asked = request.into_inner();
    let decision = match (asked.decision_key, asked.decision_id.as_str()) {
        (0, "") => {
            return Err(Status::invalid_argument(
                "Expected `decisionKey` or `decisionId`, but found neither.",
            ));
        }
        (0, id) => DecisionRef::Latest(id.into()),
        (given, _) => DecisionRef::Key(key("decisionKey", given)?),
    };
    let given = variables::read(&asked.variables)?;
    let said = evaluate(state, caller, decision, given.0).await.map_err(of)?;
    Ok(Response::new(wire::EvaluateDecisionResponse {
        decision_key: number(said.decision_definition_key.0),
        decision_id: said.decision_definition_id,
        decision_name: said.decision_definition_name,
        decision_version: said.decision_definition_version.cast_signed(),
        decision_requirements_id: said.decision_requirements_id,
        decision_requirements_key: number(said.decision_requirements_key.0),
        decision_output: said.output,
        evaluated_decisions: said.evaluated_decisions.into_iter().map(decided).collect(),
        failed_decision_id: said.failed_decision_definition_id.unwrap_or_default(),
        failure_message: said.failure_message.unwrap_or_default(),
        tenant_id: DEFAULT_NAME.to_owned(),
        decision_instance_key: number(said.decision_evaluation_key.0),
        decision_evaluation_key: number(said.decision_evaluation_key.0),
    }))
}

fn decided(it: EvaluatedDecisionResult) -> wire::EvaluatedDecision {
    let key = it.decision_definition_key.map_or(Key(0), |WireKey(key)| key);
    wire::EvaluatedDecision {
        decision_key: number(key),
        decision_id: it.decision_definition_id,
        decision_name: it.decision_definition_name,
        decision_version: it.decision_definition_version.cast_signed(),
        decision_type: it.decision_definition_type.to_owned(),
        decision_output: it.output,
        matched_rules: it.matched_rules.into_iter().map(rule).collect(),
        evaluated_inputs: it.evaluated_inputs.into_iter().map(input).collect(),
        tenant_id: DEFAULT_NAME.to_owned(),
        decision_evaluation_instance_key: it.decision_evaluation_instance_key,
    }
}

fn rule(it: MatchedRuleResult) -> wire::MatchedDecisionRule {
    wire::MatchedDecisionRule {
        rule_id: it.rule_id,
        rule_index: it.rule_index.cast_signed(),
        evaluated_outputs: it.evaluated_outputs.into_iter().map(output).collect(),
    }
}

fn output(it: EvaluatedOutputResult) -> wire::EvaluatedDecisionOutput {
    wire::EvaluatedDecisionOutput {
        output_id: it.output_id,
        output_name: it.output_name,
        output_value: it.output_value,
    }
}

fn input(it: EvaluatedInputResult) -> wire::EvaluatedDecisionInput {
    wire::EvaluatedDecisionInput {
        input_id: it.input_id,
        input_name: it.input_name,
        input_value: it.input_value,
    }
}
