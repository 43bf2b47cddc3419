//! Evaluated decisions: a row for each decision of an evaluation.
//!
//! Not here: evaluating; an event brings everything but names and versions.

use super::{Projection, RowKey, Scene, number, text};
use engine::decide::{DecisionValue, EvaluatedDecision, Evaluation, MatchedRule};
use engine::event::Slot;
use engine::key::Key;
use engine::resources::{Resource, Resources};
use engine::state::evaluation::EvaluationEvent;
use serde_json::{Value, json};
use std::sync::Arc;
use store::view::{Cell, Column, View, decision_instances};

/// Surroundings of an evaluation outside of any process.
pub(super) struct Asked<'a> {
    pub(super) resources: &'a Resources,
    pub(super) now_ms: i64,
}

impl Projection {
    /// Evaluations outside of any process.
    pub(super) fn fold_evaluations(
        &mut self,
        asked: &Asked<'_>,
        key: Key,
        events: &[EvaluationEvent],
    ) {
        for event in events {
            match event {
                EvaluationEvent::DecisionEvaluated { tenant, evaluation } => {
                    let more = [(decision_instances::TENANT, Cell::Int(i64::from(*tenant)))];
                    self.put_evaluation(asked, key, evaluation, &more);
                }
                EvaluationEvent::EvaluationDeleted { evaluation, decisions, .. } => {
                    for place in 1..=u64::from(*decisions) {
                        let view = View::DecisionInstances;
                        self.delete(RowKey {
                            view,
                            first: evaluation.0,
                            second: place,
                            name: None,
                        });
                    }
                }
            }
        }
    }

    /// An evaluation for an element.
    pub(super) fn fold_decision(
        &mut self,
        scene: &Scene<'_>,
        slot: Slot,
        key: Key,
        evaluation: &Evaluation,
    ) {
        let more = [
            (decision_instances::INSTANCE, number(scene.instance.0)),
            (decision_instances::ELEMENT, number(scene.place(slot).key.0)),
            (decision_instances::DEFINITION, number(scene.definition.key.0)),
            (decision_instances::PROCESS_ID, text(&scene.definition.graph.process_id)),
            (decision_instances::TENANT, Cell::Int(i64::from(scene.definition.tenant))),
        ];
        let asked = Asked { resources: scene.resources, now_ms: scene.now_ms };
        self.put_evaluation(&asked, key, evaluation, &more);
    }

    fn put_evaluation(
        &mut self,
        asked: &Asked<'_>,
        key: Key,
        evaluation: &Evaluation,
        more: &[(Column, Cell)],
    ) {
        let stopped = evaluation.failure.as_ref().map(|failure| EvaluatedDecision {
            id: failure.decision.clone(),
            key: asked.key_of(evaluation, &failure.decision),
            output: "null".into(),
            ..EvaluatedDecision::default()
        });
        let all: Vec<&EvaluatedDecision> = evaluation.decisions.iter().chain(&stopped).collect();
        for (at, decision) in all.iter().enumerate() {
            let place = at as u64 + 1;
            let mut row = asked.row(evaluation, decision);
            row.push((decision_instances::KEY, number(key.0)));
            row.push((decision_instances::PLACE, number(place)));
            row.push((decision_instances::ID, Cell::Text(format!("{key}-{place}").into())));
            if at + 1 == all.len() {
                row.push((decision_instances::VARIABLES, variables(evaluation)));
                row.push((decision_instances::FUEL, Cell::Int(evaluation.fuel as i64)));
                if let Some(failure) = &evaluation.failure {
                    row.push((decision_instances::STATE, Cell::Int(1)));
                    row.push((decision_instances::FAILURE, text(&failure.message)));
                }
            }
            row.extend_from_slice(more);
            let view = View::DecisionInstances;
            self.put(view, RowKey { view, first: key.0, second: place, name: None }, &row);
        }
    }
}

impl Asked<'_> {
    fn key_of(&self, evaluation: &Evaluation, id: &str) -> Option<Key> {
        let asked = self.resources.get(evaluation.decision)?;
        let (requirements, _) = self.resources.model_of(asked)?;
        self.resources.part(requirements, id).map(|part| part.key)
    }

    fn row(&self, evaluation: &Evaluation, decision: &EvaluatedDecision) -> Vec<(Column, Cell)> {
        let known = decision.key.and_then(|key| self.resources.get(key));
        let file = known.and_then(|known| self.resources.model_of(known)).map(|(key, _)| key);
        let requirements = file.and_then(|key| self.resources.get(key));
        let name = known.map_or(&decision.id, |known| &known.name);
        let version = known.map_or(0, |known| known.version);
        let logic = known.map_or(2, |known| logic(self.resources, known));
        let mut row = vec![
            (decision_instances::STATE, Cell::Int(0)),
            (decision_instances::EVALUATED_MS, Cell::Int(self.now_ms)),
            (decision_instances::DECISION, decision.key.map_or(Cell::Null, |key| number(key.0))),
            (decision_instances::DECISION_ID, text(&decision.id)),
            (decision_instances::NAME, text(name)),
            (decision_instances::VERSION, Cell::Int(i64::from(version))),
            (decision_instances::LOGIC, Cell::Int(logic)),
            (decision_instances::RESULT, text(&decision.output)),
            (decision_instances::INPUTS, inputs(&decision.inputs)),
            (decision_instances::RULES, rules(&decision.rules)),
            (decision_instances::ROOT_DECISION, number(evaluation.decision.0)),
        ];
        if let Some(requirements) = requirements {
            row.push((decision_instances::REQUIREMENTS, number(requirements.key.0)));
            row.push((decision_instances::REQUIREMENTS_ID, text(&requirements.id)));
        }
        row
    }
}

/// Number of what a decision's logic is, as in the view.
fn logic(resources: &Resources, decision: &Resource) -> i64 {
    use decision::dmn::LogicKind;
    let model = resources.model_of(decision).map(|(_, model)| model);
    match model.and_then(|model| model.decision(&decision.id)).map(|held| held.logic) {
        Some(LogicKind::DecisionTable) => 0,
        Some(LogicKind::LiteralExpression) => 1,
        _ => 2,
    }
}

/// Camunda's form of inputs.
fn inputs(inputs: &[DecisionValue]) -> Cell {
    let input = |it: &DecisionValue| {
        let (id, name, value) = (&*it.id, &*it.name, &*it.value);
        json!({"inputId": id, "inputName": name, "inputValue": value})
    };
    list(inputs.iter().map(input))
}

/// Camunda's form of rules that matched.
fn rules(rules: &[MatchedRule]) -> Cell {
    let rule = |rule: &MatchedRule| {
        let output = |it: &DecisionValue| {
            json!({"outputId": &*it.id, "outputName": &*it.name, "outputValue": &*it.value,
                "ruleId": &*rule.id, "ruleIndex": rule.index})
        };
        let outputs: Vec<Value> = rule.outputs.iter().map(output).collect();
        json!({"ruleId": &*rule.id, "ruleIndex": rule.index, "evaluatedOutputs": outputs})
    };
    list(rules.iter().map(rule))
}

fn list(items: impl Iterator<Item = Value>) -> Cell {
    Cell::Text(Value::Array(items.collect()).to_string().into())
}

/// Variables as a JSON object, each as it was written.
fn variables(evaluation: &Evaluation) -> Cell {
    let member = |(name, value): &(Arc<str>, Arc<str>)| format!("{}:{value}", Value::from(&**name));
    let members: Vec<String> = evaluation.variables.iter().map(member).collect();
    Cell::Text(format!("{{{}}}", members.join(",")).into())
}
