//! Tests of one value: `between`, `in`, and the cells of decision tables.
//! It does not run them; a test is a comparison or a node of its own in the program.

use super::{Compiled, Compiler};
use crate::ast::{Comparison, Expr, Kind, Test, UnaryTests};
use crate::error::Refused;
use crate::lexer::error;
use crate::program::{Id, Node};
use crate::value::Value;
use std::sync::Arc;

impl Compiler<'_> {
    /// `a between b and c` reads `a` once.
    pub(super) fn between(&mut self, parts: &[Expr; 3]) -> Compiled {
        let [value, low, high] = parts;
        let value = self.expression(value)?;
        let mark = self.frame().mark();
        let (input, bound) = self.input_node(value);
        let low = self.expression(low)?;
        let high = self.expression(high)?;
        self.frame().release(mark);
        let above = self.compare(Comparison::GreaterOrEqual, input, low);
        let below = self.compare(Comparison::LessOrEqual, input, high);
        let run = self.run_of(&[above, below]);
        let both = self.push_folded(Node::And(run), &[above, below]);
        Ok(match bound {
            Some(local) => self.push(Node::Bind { local, value, body: both }),
            None => both,
        })
    }

    /// A node to read `value` from as often as needed, and the local it must be bound to first.
    fn input_node(&mut self, value: Id) -> (Id, Option<u32>) {
        if self.is_leaf(value) {
            return (value, None);
        }
        let local = self.frame().bind(&"".into());
        (self.push(Node::Local(local)), Some(local))
    }

    /// Whether reading a node again costs nothing.
    fn is_leaf(&self, id: Id) -> bool {
        matches!(
            self.code.nodes[id as usize],
            Node::Constant(_) | Node::Slot(_) | Node::Local(_) | Node::Captured(_)
        )
    }

    pub(super) fn in_tests(&mut self, value: &Expr, tests: &[Test]) -> Compiled {
        let value = self.expression(value)?;
        if self.is_leaf(value) && tests.iter().all(is_plain) {
            return self.any_of(value, tests);
        }
        let mark = self.frame().mark();
        let local = self.frame().bind(&"?".into());
        let input = self.push(Node::Local(local));
        let body = self.any_of(input, tests)?;
        self.frame().release(mark);
        Ok(self.push(Node::Bind { local, value, body }))
    }

    pub(super) fn unary_tests(&mut self, tests: &UnaryTests) -> Compiled {
        if tests.tests.is_empty() {
            return Ok(self.constant(Value::Boolean(true)));
        }
        let slot = self.slot(&"?".into());
        let input = self.push(Node::Slot(slot));
        self.tests_of(input, tests)
    }

    /// Tests of a node's value.
    pub(super) fn tests_of(&mut self, input: Id, tests: &UnaryTests) -> Compiled {
        if let ([Test::Value(expr)], false) = (&tests.tests[..], tests.negated)
            && matches!(expr.kind, Kind::Literal(Value::Boolean(_)))
        {
            let value = self.expression(expr)?;
            return Ok(self.compare(Comparison::Equal, input, value));
        }
        let any = self.any_of(input, &tests.tests)?;
        Ok(if tests.negated { self.push(Node::Not(any)) } else { any })
    }

    pub(super) fn any_of(&mut self, input: Id, tests: &[Test]) -> Compiled {
        let ids: Result<Vec<Id>, Refused> =
            tests.iter().map(|test| self.test(input, test)).collect();
        let ids = ids?;
        if let [only] = ids[..] {
            return Ok(only);
        }
        let run = self.run_of(&ids);
        Ok(self.push(Node::Or(run)))
    }

    fn test(&mut self, input: Id, test: &Test) -> Compiled {
        let expr = match test {
            Test::Compare(comparison, operand) => {
                let operand = self.expression(operand)?;
                return Ok(self.compare(*comparison, input, operand));
            }
            Test::Value(expr) => expr,
        };
        match &expr.kind {
            Kind::Range(range) => {
                let (range, _) = self.range(range)?;
                Ok(self.push(Node::InRange { input, range }))
            }
            Kind::Literal(value) if !matches!(value, Value::Boolean(_)) => {
                let value = self.expression(expr)?;
                Ok(self.compare(Comparison::Equal, input, value))
            }
            _ => {
                let reads = self.frame().reads_of_input;
                let test = self.expression(expr)?;
                let asks_input = self.frame().reads_of_input != reads;
                Ok(self.push(Node::Test { input, test, asks_input }))
            }
        }
    }

    pub(super) fn input(&mut self, expr: &Expr) -> Compiled {
        self.frame().reads_of_input += 1;
        let name: Arc<str> = "?".into();
        let level = self.frames.len() - 1;
        let found = self.resolve(level, &name);
        if found.found.is_none() && !self.code.unary {
            let found = "'?' where no input is tested";
            let mut problem = error("an expression", found, expr.span.clone());
            problem.hint = Some("'?' stands for the value on the left of 'in'.".to_owned());
            return Err(problem);
        }
        Ok(self.resolved(&name, found))
    }
}

/// Whether a test is a comparison with a literal, in which no `?` can stand.
fn is_plain(test: &Test) -> bool {
    let is_literal = |expr: &Expr| match &expr.kind {
        Kind::Literal(_) => true,
        Kind::Negate(inner) => matches!(inner.kind, Kind::Literal(_)),
        _ => false,
    };
    match test {
        Test::Compare(_, operand) => is_literal(operand),
        Test::Value(expr) => match &expr.kind {
            Kind::Range(range) => is_literal(&range.start) && is_literal(&range.end),
            _ => is_literal(expr),
        },
    }
}
