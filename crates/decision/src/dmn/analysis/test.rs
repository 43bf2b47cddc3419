//! What a cell asks of its input, as far as it compares it with constants.
//! It does not run; it reads the nodes that would.

use crate::ast::Comparison;
use crate::program::{Code, Id, Node};
use crate::value::{Range, Value};
use std::sync::Arc;

/// A condition on one input.
#[derive(Debug)]
pub(super) enum Test {
    Always,
    Compare(Comparison, Value),
    Within(Arc<Range>),
    /// Equal to one of these values, or within one of these ranges.
    OneOf(Vec<Test>),
    Or(Vec<Test>),
    And(Vec<Test>),
    Not(Box<Test>),
}

/// What a node asks of the local `input`; `None` if that depends on more than the input, or is
/// none of the questions above.
pub(super) fn test_of(code: &Code, input: u32, node: Id) -> Option<Test> {
    let reader = Reader { code, inputs: vec![input] };
    reader.truth(node)
}

struct Reader<'c> {
    code: &'c Code,
    /// Locals that hold the input.
    inputs: Vec<u32>,
}

impl Reader<'_> {
    fn node(&self, id: Id) -> &Node {
        &self.code.nodes[id as usize]
    }

    fn is_input(&self, id: Id) -> bool {
        matches!(self.node(id), Node::Local(local) if self.inputs.contains(local))
    }

    fn constant(&self, id: Id) -> Option<&Value> {
        if let Node::Constant(value) = self.node(id) { Some(value) } else { None }
    }

    /// Native recursion is bounded by the depth of the source.
    fn truth(&self, id: Id) -> Option<Test> {
        match self.node(id) {
            Node::Constant(Value::Boolean(true)) => Some(Test::Always),
            Node::Compare { comparison, left, right } => {
                self.comparison(*comparison, *left, *right)
            }
            Node::Or(terms) => Some(Test::Or(self.all(terms.of(&self.code.children))?)),
            Node::And(terms) => Some(Test::And(self.all(terms.of(&self.code.children))?)),
            Node::Not(inner) => Some(Test::Not(Box::new(self.truth(*inner)?))),
            Node::InRange { input, range } if self.is_input(*input) => {
                let range = self.code.ranges[*range as usize];
                let (start, end) = (self.constant(range.start)?, self.constant(range.end)?);
                let (start, end) = (start.clone(), end.clone());
                let (start_included, end_included) = (range.start_included, range.end_included);
                Some(Test::Within(Arc::new(Range { start, start_included, end, end_included })))
            }
            Node::Test { test, asks_input: true, .. } => self.truth(*test),
            Node::Test { input, test, .. } if self.is_input(*input) => {
                Some(of_value(self.constant(*test)?))
            }
            Node::Bind { local, value, body } if self.is_input(*value) => {
                let inputs = self.inputs.iter().chain([local]).copied().collect();
                Reader { code: self.code, inputs }.truth(*body)
            }
            _ => None,
        }
    }

    fn all(&self, ids: &[Id]) -> Option<Vec<Test>> {
        ids.iter().map(|id| self.truth(*id)).collect()
    }

    fn comparison(&self, comparison: Comparison, left: Id, right: Id) -> Option<Test> {
        if self.is_input(left) {
            return Some(Test::Compare(comparison, self.constant(right)?.clone()));
        }
        if !self.is_input(right) {
            return None;
        }
        let turned = match comparison {
            Comparison::Less => Comparison::Greater,
            Comparison::LessOrEqual => Comparison::GreaterOrEqual,
            Comparison::Greater => Comparison::Less,
            Comparison::GreaterOrEqual => Comparison::LessOrEqual,
            Comparison::Equal | Comparison::NotEqual => comparison,
        };
        Some(Test::Compare(turned, self.constant(left)?.clone()))
    }
}

/// The test that a value is when it stands for one.
fn of_value(value: &Value) -> Test {
    match value {
        Value::Boolean(true) => Test::Always,
        Value::List(list) => Test::OneOf(
            list.items()
                .iter()
                .map(|item| match item {
                    Value::Range(range) => Test::Within(Arc::clone(range)),
                    _ => Test::Compare(Comparison::Equal, item.clone()),
                })
                .collect(),
        ),
        Value::Range(range) => Test::Within(Arc::clone(range)),
        // Unlike a comparison, `false` is false for anything but a boolean.
        Value::Boolean(false) => Test::OneOf(vec![Test::Compare(Comparison::Equal, value.clone())]),
        _ => Test::Compare(Comparison::Equal, value.clone()),
    }
}

impl Test {
    /// Visits every constant; `ordered` where its order counts.
    pub(super) fn constants<'t>(&'t self, visit: &mut impl FnMut(&'t Value, bool)) {
        match self {
            Test::Always => {}
            Test::Compare(Comparison::Equal | Comparison::NotEqual, value) => visit(value, false),
            Test::Compare(_, value) => visit(value, true),
            Test::Within(range) => {
                visit(&range.start, true);
                visit(&range.end, true);
            }
            Test::OneOf(tests) | Test::Or(tests) | Test::And(tests) => {
                tests.iter().for_each(|test| test.constants(visit));
            }
            Test::Not(test) => test.constants(visit),
        }
    }
}
