//! Conditions that start processes: which are true, given some variables and no instance.
//!
//! Not here: starting them, and conditions within an instance (`life::condition`).

use crate::definitions::Definition;
use crate::event::{ElementIndex, Variables};
use crate::graph::Graph;
use crate::life::Inputs;
use crate::part::condition::ConditionSpec;
use decision::{Budget, Env, Scope, Variable};

/// Variables that belong to nobody yet.
struct Given<'v>(&'v Variables);

impl Scope for Given<'_> {
    fn variable(&self, name: &str) -> Option<Variable<'_>> {
        let found = self.0.iter().find(|(held, _)| **held == *name);
        found.map(|(_, value)| Variable::Json(value))
    }
}

/// Start events of a process that begin when a condition is true.
pub fn starts(graph: &Graph) -> impl Iterator<Item = (ElementIndex, &ConditionSpec)> {
    let starts = graph.node(0).starts.iter().copied();
    starts.filter_map(|start| Some((start, graph.node(start).kind.condition()?)))
}

/// The start events of a definition whose condition is true, of those that name one of the
/// variables. One that is null or cannot be evaluated is not true. Takes fuel from the budget.
#[must_use]
pub fn true_starts(
    definition: &Definition,
    variables: &Variables,
    inputs: &Inputs,
    budget: &mut Budget,
) -> Vec<ElementIndex> {
    let named = |spec: &ConditionSpec| {
        spec.names.is_empty()
            || spec.names.iter().any(|name| variables.iter().any(|(held, _)| held == name))
    };
    let is_true = |spec: &ConditionSpec, budget: &mut Budget, seed: u64| {
        let Some(program) = &spec.program else { return false };
        let env = Env { now_ms: inputs.now_ms, zone: inputs.zone.clone(), seed };
        let value = program.evaluate(&Given(variables), &env, budget);
        value.is_ok_and(|found| found.value.as_boolean() == Some(true))
    };
    let found = starts(&definition.graph).filter(|(_, spec)| named(spec));
    let found = found
        .filter(|(start, spec)| is_true(spec, budget, inputs.seed.wrapping_add(u64::from(*start))));
    found.map(|(start, _)| start).collect()
}
