//! Evaluates a decision: what it requires first, each once, all from one budget.
//! It does not recurse over requirements: their order is found with a list.

use super::{Graph, LogicKind, Model, Node, tree::Kind};
use crate::budget::{Budget, Env, Scope, Variable};
use crate::error::{Failure, Warning};
use crate::evaluate::Trace;
use crate::limits;
use crate::value::Value;
use std::sync::Arc;

/// The result of evaluating a decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// What the decision says; null after a failure.
    pub output: Value,
    /// The decisions that were evaluated, required ones first, the asked one last.
    pub decisions: Vec<Evaluated>,
    /// What went wrong on the way without stopping it, at most 100.
    pub warnings: Vec<Warning>,
    /// What stopped it.
    pub failure: Option<Failed>,
}

/// A decision that could not be evaluated to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// Id of the decision (or knowledge model) at which it stopped.
    pub decision: Arc<str>,
    /// Why.
    pub failure: Failure,
}

/// One decision that was evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluated {
    /// Id of the decision.
    pub id: Arc<str>,
    /// Name of the decision.
    pub name: Arc<str>,
    /// What its logic is.
    pub logic: LogicKind,
    /// What it says.
    pub output: Value,
    /// For a decision table its inputs in order.
    pub inputs: Vec<EvaluatedInput>,
    /// For a decision table the rules that made the result.
    pub rules: Vec<MatchedRule>,
}

/// The value of an input of a decision table.
#[derive(Debug, Clone, PartialEq)]
pub struct EvaluatedInput {
    /// Id of the input clause, empty without one.
    pub id: Arc<str>,
    /// Its label, or else its expression.
    pub name: Arc<str>,
    /// Its value.
    pub value: Value,
}

/// A rule that matched.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchedRule {
    /// Id of the rule, empty without one.
    pub id: Arc<str>,
    /// Its place in the table, from 1.
    pub index: usize,
    /// Its outputs in order.
    pub outputs: Vec<EvaluatedOutput>,
}

/// An output of a rule.
#[derive(Debug, Clone, PartialEq)]
pub struct EvaluatedOutput {
    /// Id of the output clause, empty without one.
    pub id: Arc<str>,
    /// Its name, or else its label.
    pub name: Arc<str>,
    /// Its value.
    pub value: Value,
}

impl Model {
    /// Evaluates the decision of this id and what it requires; `None` if there is none. What is
    /// left of the budget stays in it, also after a failure.
    pub fn evaluate(
        &self,
        decision: &str,
        scope: &dyn Scope,
        env: &Env,
        budget: &mut Budget,
    ) -> Option<Evaluation> {
        let graph = &*self.graph;
        let own = graph.nodes.iter().enumerate().skip(graph.own);
        let (target, _) = own
            .filter(|(_, node)| node.kind == Kind::Decision)
            .find(|(_, node)| *node.id == *decision)?;
        Some(Run::new(graph, scope, env, budget).run(target))
    }

    /// Calls the decision service of this id: its inputs are taken from `scope` by their names, its
    /// outputs are the result. `None` if there is none.
    pub fn invoke_service(
        &self,
        service: &str,
        scope: &dyn Scope,
        env: &Env,
        budget: &mut Budget,
    ) -> Option<Evaluation> {
        let target = *self.graph.services.get(service)?;
        Some(Run::new(&self.graph, scope, env, budget).run(target))
    }
}

struct Run<'a> {
    graph: &'a Graph,
    scope: &'a dyn Scope,
    env: &'a Env,
    budget: &'a mut Budget,
    /// By node, as far as evaluated.
    values: Vec<Option<Value>>,
    decisions: Vec<Evaluated>,
    warnings: Vec<Warning>,
}

impl<'a> Run<'a> {
    fn new(
        graph: &'a Graph,
        scope: &'a dyn Scope,
        env: &'a Env,
        budget: &'a mut Budget,
    ) -> Run<'a> {
        let values = vec![None; graph.nodes.len()];
        Run { graph, scope, env, budget, values, decisions: Vec::new(), warnings: Vec::new() }
    }

    fn run(mut self, target: usize) -> Evaluation {
        let mut failure = None;
        for at in self.order(target) {
            if let Err(found) = self.node(at) {
                let decision = Arc::clone(&self.graph.nodes[at].id);
                failure = Some(Failed { decision, failure: found });
                break;
            }
        }
        let output = match failure {
            None => self.values[target].take().unwrap_or_default(),
            Some(_) => Value::Null,
        };
        let Run { decisions, mut warnings, .. } = self;
        warnings.truncate(limits::WARNINGS);
        Evaluation { output, decisions, warnings, failure }
    }

    /// The target after what it requires. A node on a cycle, which is an error of the model, is
    /// visited once like any other.
    fn order(&self, target: usize) -> Vec<usize> {
        let mut seen = vec![false; self.graph.nodes.len()];
        let mut order = Vec::new();
        let mut open = vec![(target, 0)];
        seen[target] = true;
        while let Some((at, next)) = open.last_mut() {
            let requires = &self.graph.nodes[*at].requires;
            match requires.get(*next) {
                Some(required) => {
                    *next += 1;
                    let node = required.node;
                    if !std::mem::replace(&mut seen[node], true) {
                        open.push((node, 0));
                    }
                }
                None => {
                    order.push(*at);
                    open.pop();
                }
            }
        }
        order
    }

    fn node(&mut self, at: usize) -> Result<(), Failure> {
        let node = &self.graph.nodes[at];
        if node.kind == Kind::InputData {
            self.values[at] = self.input(node)?;
        }
        let Some(program) = &node.program else {
            if node.kind == Kind::Decision {
                self.values[at] = Some(Value::Null);
                self.remember(node, Value::Null, None);
            }
            return Ok(());
        };
        let trace = program.0.table.map(|_| Trace::default());
        let scope = Required { run: self, node };
        let mut budget = self.budget.clone();
        // Each has its own randomness: two decisions that ask for a UUID get two.
        let env = self.env.of_part(at as u64);
        let result = program.run(&scope, &env, &mut budget, trace);
        *self.budget = budget;
        let (found, trace) = result?;
        self.warnings.extend(found.warnings);
        if node.kind == Kind::Decision {
            self.remember(node, found.value.clone(), trace);
        }
        self.values[at] = Some(found.value);
        Ok(())
    }

    /// Input data that JSON has differently than its type; others are read when they are asked for.
    fn input(&mut self, node: &Node) -> Result<Option<Value>, Failure> {
        let Some(kind) = &node.input_type else { return Ok(None) };
        let value = match self.scope.variable(&node.name) {
            None => return Ok(None),
            Some(Variable::Value(value)) => value,
            Some(Variable::Borrowed(value)) => value.clone(),
            Some(Variable::Json(text)) => {
                self.budget.charge_json(text.len()).map_err(|stop| *stop)?;
                Value::from_json(text).map_err(|error| Failure::MalformedVariable {
                    name: node.name.to_string(),
                    message: error.to_string(),
                })?
            }
        };
        let (value, warning) = crate::evaluate::input_as(
            crate::evaluate::from_wire(value, kind),
            kind,
            self.env,
            self.budget,
        )?;
        self.warnings.extend(warning);
        Ok(Some(value))
    }

    fn remember(&mut self, node: &Node, output: Value, trace: Option<Trace>) {
        let table = node
            .program
            .as_ref()
            .and_then(|program| program.0.table.map(|at| &program.0.tables[at as usize]));
        let (mut inputs, mut rules) = (Vec::new(), Vec::new());
        if let (Some(table), Some(trace)) = (table, trace) {
            for (input, value) in table.inputs.iter().zip(trace.inputs) {
                let (id, name) = (Arc::clone(&input.id), Arc::clone(&input.name));
                inputs.push(EvaluatedInput { id, name, value });
            }
            for matched in trace.rules {
                let outputs = table.outputs.iter().zip(matched.outputs).map(|(column, value)| {
                    let (id, name) = (Arc::clone(&column.id), Arc::clone(&column.name));
                    EvaluatedOutput { id, name, value }
                });
                let id = Arc::clone(&table.rules[matched.at].id);
                rules.push(MatchedRule { id, index: matched.at + 1, outputs: outputs.collect() });
            }
        }
        self.decisions.push(Evaluated {
            id: Arc::clone(&node.id),
            name: Arc::clone(&node.name),
            logic: node.logic,
            output,
            inputs,
            rules,
        });
    }
}

/// What a node sees: the values of what it requires; in Camunda's mode all variables too.
struct Required<'r, 'a> {
    run: &'r Run<'a>,
    node: &'r Node,
}

impl Scope for Required<'_, '_> {
    fn variable(&self, name: &str) -> Option<Variable<'_>> {
        let graph = self.run.graph;
        let mut imported = Vec::new();
        for required in &self.node.requires {
            let seen = required.import.as_ref().unwrap_or(&required.name);
            if **seen != *name {
                continue;
            }
            let value = self.run.values[required.node].as_ref();
            if required.import.is_some() {
                let found = value.cloned().or_else(|| self.outer(&graph.nodes[required.node].name));
                imported.push((Arc::clone(&required.name), found.unwrap_or_default()));
                continue;
            }
            if let Some(value) = value {
                return Some(Variable::Borrowed(value));
            }
            // Input data that stays where it is.
            return self.run.scope.variable(&graph.nodes[required.node].name);
        }
        if !imported.is_empty() {
            return Some(Variable::Value(Value::context(imported)));
        }
        match graph.mode {
            crate::Mode::Camunda => self.run.scope.variable(name),
            crate::Mode::Standard => None,
        }
    }
}

impl Required<'_, '_> {
    fn outer(&self, name: &str) -> Option<Value> {
        match self.run.scope.variable(name)? {
            Variable::Value(value) => Some(value),
            Variable::Borrowed(value) => Some(value.clone()),
            Variable::Json(text) => Value::from_json(text).ok(),
        }
    }
}
