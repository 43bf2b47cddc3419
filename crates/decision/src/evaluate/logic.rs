//! Conditions: comparisons, `and` and `or` in three-valued logic, tests of an input.
//! It makes no values where a truth is all that is asked for.

use super::{Frame, Machine};
use crate::ast::Comparison;
use crate::error::{Stop, WarningKind};
use crate::limits;
use crate::program::{Id, Node, Run};
use crate::value::{Brief, Range, Value};
use std::cmp::Ordering;

impl Machine<'_> {
    /// The truth of a node, or a warning and nothing; without making a value of it where it can.
    pub(super) fn condition(&mut self, frame: &Frame<'_>, id: Id) -> Result<Option<bool>, Stop> {
        let truth = match &frame.code.nodes[id as usize] {
            node @ (Node::CompareSlot { .. }
            | Node::Compare { .. }
            | Node::Or(_)
            | Node::And(_)) => {
                self.step()?;
                self.logic(frame, node)?
            }
            _ => {
                let value = self.eval(frame, id)?;
                return Ok(self.truth(&value));
            }
        };
        if truth.is_none() {
            self.expected("boolean", &Value::Null);
        }
        Ok(truth)
    }

    /// The truth of a node, without a warning where it has none.
    pub(super) fn holds(&mut self, frame: &Frame<'_>, id: Id) -> Result<Option<bool>, Stop> {
        match &frame.code.nodes[id as usize] {
            node @ (Node::CompareSlot { .. }
            | Node::Compare { .. }
            | Node::Or(_)
            | Node::And(_)) => {
                self.step()?;
                self.logic(frame, node)
            }
            _ => Ok(self.eval(frame, id)?.as_boolean()),
        }
    }

    /// The truth of a comparison or junction; `None` is null.
    pub(super) fn logic(&mut self, frame: &Frame<'_>, node: &Node) -> Result<Option<bool>, Stop> {
        match node {
            Node::CompareSlot { comparison, slot, constant } => {
                self.slot(frame, *slot)?;
                let Node::Constant(b) = &frame.code.nodes[*constant as usize] else {
                    unreachable!("the compiler put a constant there");
                };
                let a = self.slots.loaded(*slot);
                if let Some(truth) = compare(*comparison, a, b) {
                    return Ok(Some(truth));
                }
                let a = a.clone();
                self.not_comparable(&a, b);
                Ok(None)
            }
            Node::Compare { comparison, left, right } => {
                self.comparison(frame, *comparison, *left, *right)
            }
            Node::Or(terms) => self.junction(frame, *terms, true),
            Node::And(terms) => self.junction(frame, *terms, false),
            _ => unreachable!("the caller chose the node"),
        }
    }

    /// `and` and `or` in three-valued logic; `wins` is the value that decides at once.
    fn junction(
        &mut self,
        frame: &Frame<'_>,
        terms: Run,
        wins: bool,
    ) -> Result<Option<bool>, Stop> {
        self.deeper()?;
        let mut result = Some(!wins);
        for id in terms.of(&frame.code.children) {
            match self.condition(frame, *id)? {
                Some(truth) if truth == wins => {
                    result = Some(wins);
                    break;
                }
                Some(_) => {}
                None => result = None,
            }
        }
        self.depth -= 1;
        Ok(result)
    }

    /// The boolean, or a warning.
    pub(super) fn truth(&mut self, value: &Value) -> Option<bool> {
        if let Value::Boolean(truth) = value {
            return Some(*truth);
        }
        self.expected("boolean", value);
        None
    }

    fn comparison(
        &mut self,
        frame: &Frame<'_>,
        comparison: Comparison,
        left: Id,
        right: Id,
    ) -> Result<Option<bool>, Stop> {
        let left = self.operand(frame, left)?;
        let right = self.operand(frame, right)?;
        let (a, b) = (self.view(frame, &left), self.view(frame, &right));
        if let Some(truth) = compare(comparison, a, b) {
            if matches!(a, Value::List(_) | Value::Context(_)) {
                let size = size_to_compare(a).min(size_to_compare(b));
                self.budget.charge(size, 0)?;
            }
            return Ok(Some(truth));
        }
        let (a, b) = (a.clone(), b.clone());
        self.not_comparable(&a, &b);
        Ok(None)
    }

    /// A unary test with the value of an expression.
    pub(super) fn test(
        &mut self,
        frame: &Frame<'_>,
        input: Id,
        test: Id,
        asks_input: bool,
    ) -> Result<Value, Stop> {
        let result = self.eval(frame, test)?;
        if asks_input {
            return Ok(result.as_boolean().into());
        }
        if result == Value::Boolean(true) {
            return Ok(result);
        }
        let input = self.eval(frame, input)?;
        match &result {
            Value::List(list) => {
                self.budget.charge(list.items().len(), 0)?;
                let holds = |item: &Value| match item {
                    Value::Range(range) => range.contains(&input) == Some(true),
                    _ => *item == input,
                };
                let equal = input == result;
                return Ok(Value::Boolean(equal || list.items().iter().any(holds)));
            }
            Value::Range(range) if !matches!(input, Value::Range(_)) => {
                let found = range.contains(&input);
                if found.is_none() {
                    self.not_comparable(&input, &result);
                }
                return Ok(found.into());
            }
            _ => {}
        }
        match input.equals(&result) {
            Some(equal) => Ok(Value::Boolean(equal)),
            None if result == Value::Boolean(false) => Ok(result),
            None => {
                self.not_comparable(&input, &result);
                Ok(Value::Null)
            }
        }
    }

    pub(super) fn in_range(
        &mut self,
        frame: &Frame<'_>,
        input: Id,
        range: u32,
    ) -> Result<Value, Stop> {
        let node = frame.code.ranges[range as usize];
        let start = self.eval(frame, node.start)?;
        let end = self.eval(frame, node.end)?;
        let input = self.eval(frame, input)?;
        let (start_included, end_included) = (node.start_included, node.end_included);
        let range = Range { start, start_included, end, end_included };
        let found = range.contains(&input);
        if found.is_none() {
            self.warn(WarningKind::NotComparable, || {
                let (start, end) = (Brief(&range.start), Brief(&range.end));
                format!("Can't compare '{}' with '{start}' and '{end}'", Brief(&input))
            });
        }
        Ok(found.into())
    }
}

#[inline]
fn compare(comparison: Comparison, a: &Value, b: &Value) -> Option<bool> {
    match comparison {
        Comparison::Equal => a.equals(b),
        Comparison::NotEqual => a.equals(b).map(|equal| !equal),
        Comparison::Less => a.order(b).map(Ordering::is_lt),
        Comparison::LessOrEqual => a.order(b).map(Ordering::is_le),
        Comparison::Greater => a.order(b).map(Ordering::is_gt),
        Comparison::GreaterOrEqual => a.order(b).map(Ordering::is_ge),
    }
}

/// Elements that comparing a value may touch at most.
fn size_to_compare(value: &Value) -> usize {
    match value {
        Value::List(list) => list.items().len(),
        Value::Context(context) => context.entries().len(),
        Value::String(text) => text.len() / limits::BYTES_PER_FUEL,
        _ => 0,
    }
}
