//! Unary tests: what stands in a decision table's cell and behind `in`.
//! It does not decide what a test means; that is the compiler's.

use super::{Parser, comparison, power};
use crate::ast::{Expr, Kind, Test, UnaryTests};
use crate::error::Refused;
use crate::lexer::Token;

impl Parser<'_> {
    /// `-`, `not(...)`, or tests separated by commas.
    pub(super) fn unary_tests(&mut self) -> Result<UnaryTests, Refused> {
        if self.at("-") && self.peek()? == Token::End {
            self.advance()?;
            return Ok(UnaryTests { negated: false, tests: Vec::new() });
        }
        if self.at_word("not") && self.peek()? == Token::Symbol("(") {
            let start = self.span.start;
            self.advance()?;
            self.advance()?;
            let tests = self.deeper(Self::test_list)?;
            self.expect(")")?;
            if self.token == Token::End {
                return Ok(UnaryTests { negated: true, tests });
            }
            // `not(...)` was only the beginning of a condition.
            self.jump(start)?;
        }
        Ok(UnaryTests { negated: false, tests: self.test_list()? })
    }

    fn test_list(&mut self) -> Result<Vec<Test>, Refused> {
        let mut tests = vec![self.test(power::ANY)?];
        while self.eat(",")? {
            tests.push(self.test(power::ANY)?);
        }
        Ok(tests)
    }

    fn test(&mut self, least: u8) -> Result<Test, Refused> {
        if let Token::Symbol(symbol) = self.token
            && let Some(comparison) = comparison(symbol)
        {
            self.advance()?;
            return Ok(Test::Compare(comparison, self.expression(power::ADD)?));
        }
        Ok(Test::Value(self.expression(least)?))
    }

    /// What follows `in`: one test, or several in parentheses. A range also starts with one.
    pub(super) fn in_tests(&mut self) -> Result<Vec<Test>, Refused> {
        if !self.at("(") {
            return Ok(vec![self.test(power::COMPARE)?]);
        }
        let start = self.span.start;
        self.advance()?;
        let tests = self.deeper(|parser| {
            let first = parser.test(power::ANY)?;
            if let (true, Test::Value(low)) = (parser.at(".."), &first)
                && !matches!(low.kind, Kind::Range(_))
            {
                let Test::Value(low) = first else {
                    return Ok(vec![first]);
                };
                return Ok(vec![Test::Value(parser.range(low, false, start)?)]);
            }
            let mut tests = vec![first];
            while parser.eat(",")? {
                tests.push(parser.test(power::ANY)?);
            }
            parser.expect(")")?;
            Ok(tests)
        })?;
        Ok(tests)
    }

    /// The rest of a range, from its `..` on.
    pub(super) fn range(
        &mut self,
        low: Expr,
        start_included: bool,
        start: usize,
    ) -> Result<Expr, Refused> {
        self.expect("..")?;
        self.range_end = true;
        let end = self.expression(power::ADD)?;
        self.range_end = false;
        let end_included = match self.token {
            Token::Symbol("]") => true,
            Token::Symbol(")" | "[") => false,
            _ => return Err(self.unexpected("']', ')' or '[' to end the range")),
        };
        self.advance()?;
        let range = crate::ast::RangeExpr { start: low, start_included, end, end_included };
        Ok(Expr { kind: Kind::Range(Box::new(range)), span: start..self.before })
    }
}
