//! Evaluating a deployed decision, and what is kept of it.
//!
//! Not here: DMN itself (`decision::dmn`), which version is meant (`resources`), and who asks.

use crate::event::Variables;
use crate::key::Key;
use crate::limits::EVALUATION_BYTES_MAX;
use crate::resources::{Resource, Resources};
use decision::dmn::{self, Evaluated};
use decision::{Budget, Env, Scope, Value, Variable};
use std::cell::RefCell;
use std::sync::Arc;

/// What a decision was asked and what it said.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evaluation {
    /// The version of the decision that was asked.
    pub decision: Key,
    /// Variables it read, as raw JSON.
    pub variables: Variables,
    /// The decisions that were evaluated, required ones first, the asked one last.
    pub decisions: Vec<EvaluatedDecision>,
    /// What it says, as JSON; null after a failure.
    pub output: Arc<str>,
    /// What stopped it.
    pub failure: Option<DecisionFailure>,
    /// What it cost (`decision::Budget`): the same at every evaluation of the same variables.
    pub fuel: u64,
    /// Whether inputs, rules and outputs of required decisions were left out, being too large.
    pub is_cut: bool,
}

/// A decision that stopped.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DecisionFailure {
    /// Its id.
    pub decision: Arc<str>,
    /// Why.
    pub message: Arc<str>,
}

/// One decision that was evaluated.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EvaluatedDecision {
    /// Its id.
    pub id: Arc<str>,
    /// Its version; none for a decision of an imported model.
    pub key: Option<Key>,
    /// What it says, as JSON; empty if left out.
    pub output: Arc<str>,
    /// Inputs of a decision table.
    pub inputs: Vec<DecisionValue>,
    /// Rules of a decision table that made the output.
    pub rules: Vec<MatchedRule>,
}

/// A rule that matched.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MatchedRule {
    /// Its id, empty without one.
    pub id: Arc<str>,
    /// Its place in the table, from 1.
    pub index: u32,
    /// Its outputs.
    pub outputs: Vec<DecisionValue>,
}

/// The value of an input or output of a decision table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DecisionValue {
    /// Id of the column, empty without one.
    pub id: Arc<str>,
    /// Its label, name or expression.
    pub name: Arc<str>,
    /// Its value, as JSON.
    pub value: Arc<str>,
}

/// Evaluates a decision; `None` if its model is not known.
#[must_use]
pub fn decide(
    resources: &Resources,
    decision: &Resource,
    scope: &dyn Scope,
    env: &Env,
) -> Option<Evaluation> {
    let (requirements, model) = resources.model_of(decision)?;
    let noted = Noted { scope, asked: RefCell::default() };
    let mut budget = Budget::default();
    let before = budget.fuel;
    let found = model.evaluate(&decision.id, &noted, env, &mut budget)?;
    let mut keeping = Keeping { left: EVALUATION_BYTES_MAX, is_cut: false };
    let decisions = found.decisions.iter().map(|held| {
        let key = resources.part(requirements, &held.id).map(|part| part.key);
        keeping.decision(held, key)
    });
    let decisions = decisions.collect();
    Some(Evaluation {
        decision: decision.key,
        variables: noted.asked.into_inner(),
        decisions,
        output: found.output.to_json().into(),
        failure: found.failure.as_ref().map(failure),
        fuel: before.saturating_sub(budget.fuel),
        is_cut: keeping.is_cut,
    })
}

fn failure(failed: &dmn::Failed) -> DecisionFailure {
    let message = failed.failure.to_string();
    DecisionFailure { decision: failed.decision.clone(), message: message.into() }
}

/// A scope that notes what was read from it.
struct Noted<'a> {
    scope: &'a dyn Scope,
    asked: RefCell<Variables>,
}

impl Scope for Noted<'_> {
    fn variable(&self, name: &str) -> Option<Variable<'_>> {
        let found = self.scope.variable(name)?;
        let mut asked = self.asked.borrow_mut();
        if asked.iter().all(|(known, _)| **known != *name) {
            let json: Arc<str> = match &found {
                Variable::Json(json) => (*json).into(),
                Variable::Value(value) => value.to_json().into(),
                Variable::Borrowed(value) => value.to_json().into(),
            };
            asked.push((name.into(), json));
        }
        Some(found)
    }
}

/// What is kept, up to a limit: after it only ids are.
struct Keeping {
    left: usize,
    is_cut: bool,
}

impl Keeping {
    fn decision(&mut self, held: &Evaluated, key: Option<Key>) -> EvaluatedDecision {
        let output = self.value(&held.output).unwrap_or_default();
        let inputs = held.inputs.iter().filter_map(|input| {
            let value = self.value(&input.value)?;
            Some(DecisionValue { id: input.id.clone(), name: input.name.clone(), value })
        });
        let inputs = inputs.collect();
        let rules = held.rules.iter().filter_map(|rule| self.rule(rule)).collect();
        EvaluatedDecision { id: held.id.clone(), key, output, inputs, rules }
    }

    fn rule(&mut self, rule: &dmn::MatchedRule) -> Option<MatchedRule> {
        let outputs = rule.outputs.iter().map(|output| {
            let value = self.value(&output.value)?;
            Some(DecisionValue { id: output.id.clone(), name: output.name.clone(), value })
        });
        let outputs = outputs.collect::<Option<Vec<_>>>()?;
        let index = u32::try_from(rule.index).unwrap_or(u32::MAX);
        Some(MatchedRule { id: rule.id.clone(), index, outputs })
    }

    fn value(&mut self, value: &Value) -> Option<Arc<str>> {
        /// Bytes around a value: ids and names.
        const AROUND: usize = 64;
        if self.is_cut {
            return None;
        }
        let json = value.to_json();
        match self.left.checked_sub(json.len() + AROUND) {
            Some(left) => {
                self.left = left;
                Some(json.into())
            }
            None => {
                self.is_cut = true;
                None
            }
        }
    }
}

/// Variables as they came from outside.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a>(pub &'a Variables);

impl Scope for Given<'_> {
    fn variable(&self, name: &str) -> Option<Variable<'_>> {
        let found = self.0.iter().rev().find(|(known, _)| **known == *name);
        found.map(|(_, json)| Variable::Json(json))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::{Content, ResourceKind};

    /// A file with the decision `all`, which rests on `part`.
    fn resources(part: &str, all: &str) -> Resources {
        let dmn = format!(
            r##"<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"
            xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" name="D" namespace="n">
            <decision id="part" name="part"><variable name="part" />
            <literalExpression><text>{part}</text></literalExpression></decision>
            <decision id="all" name="all"><variable name="all" />
            <informationRequirement><requiredDecision href="#part" /></informationRequirement>
            <literalExpression><text>{all}</text></literalExpression></decision></definitions>"##
        );
        let model = dmn::read(dmn.as_bytes(), &[]).expect("a good model");
        let mut resources = Resources::default();
        let mut add = |key, kind, id: &str, content| {
            resources.add(Resource {
                key: Key(key),
                kind,
                tenant: 0,
                deployment: Key(1),
                id: id.into(),
                version: 1,
                version_tag: "".into(),
                name: id.into(),
                content,
            });
        };
        add(2, ResourceKind::Requirements, "d", Content::Requirements(model));
        let decision = || Content::Decision { requirements: Key(2) };
        add(3, ResourceKind::Decision, "part", decision());
        add(4, ResourceKind::Decision, "all", decision());
        resources
    }

    fn evaluate(resources: &Resources, variables: &[(&str, &str)]) -> Evaluation {
        let pair = |(name, value): &(&str, &str)| ((*name).into(), (*value).into());
        let variables: Variables = variables.iter().map(pair).collect();
        let env = Env { now_ms: 0, zone: jiff::tz::TimeZone::UTC, seed: 0 };
        let decision = resources.latest(0, ResourceKind::Decision, "all").expect("it is deployed");
        decide(resources, decision, &Given(&variables), &env).expect("its model is known")
    }

    #[test]
    fn keeps_the_variables_that_were_read_and_no_others() {
        let resources = resources("a + 1", "part * b");
        let said = evaluate(&resources, &[("a", "1"), ("b", "2"), ("c", "3")]);
        assert_eq!(&*said.output, "4");
        assert_eq!(said.variables, [("a".into(), "1".into()), ("b".into(), "2".into())]);
        let ids: Vec<_> = said.decisions.iter().map(|it| (&*it.id, it.key)).collect();
        assert_eq!(ids, [("part", Some(Key(3))), ("all", Some(Key(4)))]);
        assert_eq!(evaluate(&resources, &[("a", "1"), ("b", "2")]).fuel, said.fuel);
    }

    #[test]
    fn leaves_out_what_is_too_large_and_never_the_answer() {
        // Each text has 50 characters: 30,000 of them are more than is kept.
        let text = "x".repeat(50);
        let resources = resources(&format!("for i in 1..30000 return \"{text}\""), "part");
        let said = evaluate(&resources, &[]);
        assert!(said.output.len() > EVALUATION_BYTES_MAX && said.is_cut);
        assert!(said.decisions.iter().all(|it| it.output.is_empty()), "their ids are kept");
        assert_eq!(said.decisions.len(), 2);
    }
}
