//! Tokens into an expression: a Pratt parser with a counted depth.
//! It does not know which variables exist: one text has one meaning, whatever is in scope.

mod kind;
mod name;
mod prefix;
mod tests_of_input;

#[cfg(test)]
pub(crate) use prefix::RESERVED;

use crate::ast::{Comparison, Expr, Kind, Operator, Type, UnaryTests};
use crate::error::Refused;
use crate::lexer::{Lexer, Token, error};
use crate::limits::{SOURCE_BYTES, SOURCE_DEPTH};
use crate::names::{Names, Vocabulary};
use crate::program::Mode;
use std::ops::Range;
use std::sync::Arc;

/// How tightly operators bind, loosest first.
pub(crate) mod power {
    pub(crate) const ANY: u8 = 0;
    pub(crate) const OR: u8 = 1;
    pub(crate) const AND: u8 = 2;
    pub(crate) const COMPARE: u8 = 3;
    pub(crate) const ADD: u8 = 4;
    pub(crate) const MULTIPLY: u8 = 5;
    pub(crate) const EXPONENT: u8 = 6;
}

/// Parses an expression.
pub(crate) fn parse_expression(
    source: &str,
    mode: Mode,
    vocabulary: &Vocabulary,
) -> Result<Expr, Refused> {
    let mut parser = Parser::new(source, mode, vocabulary)?;
    let expr = parser.expression(power::ANY)?;
    parser.end()?;
    Ok(expr)
}

/// Parses the name of a type.
pub(crate) fn parse_type(
    source: &str,
    mode: Mode,
    vocabulary: &Vocabulary,
) -> Result<Type, Refused> {
    let mut parser = Parser::new(source, mode, vocabulary)?;
    let kind = parser.type_of()?;
    parser.end()?;
    Ok(kind)
}

/// Parses the unary tests of a decision table's cell.
pub(crate) fn parse_unary_tests(
    source: &str,
    mode: Mode,
    vocabulary: &Vocabulary,
) -> Result<UnaryTests, Refused> {
    let mut parser = Parser::new(source, mode, vocabulary)?;
    let tests = parser.unary_tests()?;
    parser.end()?;
    Ok(tests)
}

pub(crate) struct Parser<'a> {
    lexer: Lexer<'a>,
    mode: Mode,
    vocabulary: &'a Vocabulary,
    token: Token<'a>,
    span: Range<usize>,
    /// Where the token before the current one ended.
    before: usize,
    depth: u32,
    /// Inside the upper end of a range, where `[` may close it.
    range_end: bool,
}

impl<'a> Parser<'a> {
    fn new(source: &'a str, mode: Mode, vocabulary: &'a Vocabulary) -> Result<Parser<'a>, Refused> {
        if source.len() > SOURCE_BYTES {
            let found = format!("{} bytes", source.len());
            return Err(error("an expression of at most 64 KiB", &found, 0..source.len()));
        }
        let mut lexer = Lexer { source, at: 0 };
        let (token, span) = lexer.next()?;
        Ok(Parser { lexer, mode, vocabulary, token, span, before: 0, depth: 0, range_end: false })
    }

    fn advance(&mut self) -> Result<(), Refused> {
        self.before = self.span.end;
        (self.token, self.span) = self.lexer.next()?;
        Ok(())
    }

    /// Goes on at another position of the source.
    fn jump(&mut self, at: usize) -> Result<(), Refused> {
        self.lexer.at = at;
        (self.token, self.span) = self.lexer.next()?;
        Ok(())
    }

    /// Takes the longest name of several words or symbols that stands here.
    fn known_name(&mut self, names: &Names) -> Result<Option<Arc<str>>, Refused> {
        let start = self.span.start;
        let Some((name, length)) = names.longest(&self.lexer.source[start..]) else {
            return Ok(None);
        };
        self.jump(start + length)?;
        self.before = start + length;
        Ok(Some(name))
    }

    /// The token after the current one.
    fn peek(&self) -> Result<Token<'a>, Refused> {
        let mut lexer = self.lexer;
        Ok(lexer.next()?.0)
    }

    fn at(&self, symbol: &str) -> bool {
        matches!(self.token, Token::Symbol(found) if found == symbol)
    }

    fn at_word(&self, word: &str) -> bool {
        matches!(self.token, Token::Word(found) if found == word)
    }

    /// Takes the symbol if it is the current token.
    fn eat(&mut self, symbol: &str) -> Result<bool, Refused> {
        let found = self.at(symbol);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn expect(&mut self, symbol: &str) -> Result<(), Refused> {
        if self.eat(symbol)? { Ok(()) } else { Err(self.unexpected(&format!("'{symbol}'"))) }
    }

    fn expect_word(&mut self, word: &str) -> Result<(), Refused> {
        if !self.at_word(word) {
            return Err(self.unexpected(&format!("'{word}'")));
        }
        self.advance()
    }

    fn end(&mut self) -> Result<(), Refused> {
        if self.token == Token::End {
            return Ok(());
        }
        let mut problem = self.unexpected("an operator or the end of the expression");
        problem.hint = self.hint_after_expression();
        Err(problem)
    }

    #[cold]
    fn unexpected(&self, expected: &str) -> Refused {
        let found = match self.token {
            Token::End => "the end of the expression".to_owned(),
            _ => format!("'{}'", &self.lexer.source[self.span.clone()]),
        };
        error(expected, &found, self.span.clone())
    }

    /// Runs `parse` one level deeper; this alone bounds the native recursion of everything that
    /// walks an expression.
    fn deeper<T>(
        &mut self,
        parse: impl FnOnce(&mut Self) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        if self.depth >= SOURCE_DEPTH {
            return Err(error(
                "an expression nested at most 128 deep",
                "deeper nesting",
                self.span.clone(),
            ));
        }
        self.depth += 1;
        let range_end = std::mem::replace(&mut self.range_end, false);
        let result = parse(self);
        self.range_end = range_end;
        self.depth -= 1;
        result
    }

    /// An expression of operators that bind at least as tightly as `least`. What waits for its
    /// right operand is kept in a list, so that precedence needs no native recursion.
    pub(crate) fn expression(&mut self, least: u8) -> Result<Expr, Refused> {
        let mut waiting: Vec<Waiting> = Vec::new();
        let mut operand = self.prefix()?;
        let mut comparisons = 0;
        loop {
            let next = self.infix().filter(|(binding, _)| *binding >= least);
            let binding = next.map_or(power::ANY, |(binding, _)| binding);
            while let Some(last) = waiting.pop_if(|last| last.binding >= binding) {
                operand = Self::combine(last, operand);
            }
            let Some((binding, infix)) = next else { return Ok(operand) };
            if binding < power::COMPARE {
                comparisons = 0;
            }
            if binding == power::COMPARE {
                comparisons += 1;
                if comparisons + self.depth > SOURCE_DEPTH {
                    return Err(self.unexpected("fewer comparisons in a row"));
                }
            }
            self.advance()?;
            match infix {
                Infix::Or | Infix::And | Infix::Compare(_) | Infix::Operator(_) => {
                    waiting.push(Waiting { left: operand, binding, infix });
                    operand = self.prefix()?;
                }
                Infix::Between | Infix::In | Infix::InstanceOf => {
                    operand = self.deeper(|parser| parser.test_of(operand, infix))?;
                }
            }
        }
    }

    fn infix(&self) -> Option<(u8, Infix)> {
        Some(match self.token {
            Token::Word("or") => (power::OR, Infix::Or),
            Token::Word("and") => (power::AND, Infix::And),
            Token::Word("between") => (power::COMPARE, Infix::Between),
            Token::Word("in") => (power::COMPARE, Infix::In),
            Token::Word("instance") => (power::COMPARE, Infix::InstanceOf),
            Token::Symbol("+") => (power::ADD, Infix::Operator(Operator::Add)),
            Token::Symbol("-") => (power::ADD, Infix::Operator(Operator::Subtract)),
            Token::Symbol("*") => (power::MULTIPLY, Infix::Operator(Operator::Multiply)),
            Token::Symbol("/") => (power::MULTIPLY, Infix::Operator(Operator::Divide)),
            Token::Symbol("**") => (power::EXPONENT, Infix::Operator(Operator::Power)),
            Token::Symbol(symbol) => (power::COMPARE, Infix::Compare(comparison(symbol)?)),
            _ => return None,
        })
    }

    /// `left infix right`; chains of one precedence become flat.
    fn combine(waiting: Waiting, right: Expr) -> Expr {
        let Waiting { left, binding, infix } = waiting;
        let span = left.span.start..right.span.end;
        let kind = match (infix, left.kind) {
            (Infix::Or, Kind::Or(mut terms)) => {
                terms.push(right);
                Kind::Or(terms)
            }
            (Infix::And, Kind::And(mut terms)) => {
                terms.push(right);
                Kind::And(terms)
            }
            (Infix::Or, kind) => Kind::Or(vec![Expr { kind, span: left.span }, right]),
            (Infix::And, kind) => Kind::And(vec![Expr { kind, span: left.span }, right]),
            (Infix::Operator(operator), Kind::Chain(first, mut rest))
                if precedence(rest[0].0) == binding =>
            {
                rest.push((operator, right));
                Kind::Chain(first, rest)
            }
            (Infix::Operator(operator), kind) => {
                let first = Box::new(Expr { kind, span: left.span });
                Kind::Chain(first, vec![(operator, right)])
            }
            (Infix::Compare(comparison), kind) => {
                let left = Box::new(Expr { kind, span: left.span });
                Kind::Compare(comparison, left, Box::new(right))
            }
            (Infix::Between | Infix::In | Infix::InstanceOf, _) => {
                unreachable!("these do not wait for an operand")
            }
        };
        Expr { kind, span }
    }

    /// `between`, `in` or `instance of`, from behind the word on.
    fn test_of(&mut self, left: Expr, infix: Infix) -> Result<Expr, Refused> {
        let start = left.span.start;
        let kind = match infix {
            Infix::Between => {
                let low = self.expression(power::ADD)?;
                self.expect_word("and")?;
                let high = self.expression(power::ADD)?;
                Kind::Between(Box::new([left, low, high]))
            }
            Infix::In => Kind::In(Box::new(left), self.in_tests()?),
            _ => {
                self.expect_word("of")?;
                Kind::InstanceOf(Box::new(left), self.type_of()?)
            }
        };
        Ok(Expr { kind, span: start..self.before })
    }
}

/// An operator whose right operand is being parsed.
struct Waiting {
    left: Expr,
    binding: u8,
    infix: Infix,
}

#[derive(Clone, Copy)]
enum Infix {
    Or,
    And,
    Compare(Comparison),
    Between,
    In,
    InstanceOf,
    Operator(Operator),
}

fn precedence(operator: Operator) -> u8 {
    match operator {
        Operator::Add | Operator::Subtract => power::ADD,
        Operator::Multiply | Operator::Divide => power::MULTIPLY,
        Operator::Power => power::EXPONENT,
    }
}

pub(crate) fn comparison(symbol: &str) -> Option<Comparison> {
    Some(match symbol {
        "=" => Comparison::Equal,
        "!=" => Comparison::NotEqual,
        "<" => Comparison::Less,
        "<=" => Comparison::LessOrEqual,
        ">" => Comparison::Greater,
        ">=" => Comparison::GreaterOrEqual,
        _ => return None,
    })
}
