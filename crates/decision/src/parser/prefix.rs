//! What an expression starts with, and the paths, filters and calls that follow it.
//! It does not handle operators; the loop in the parent does.

use super::{Parser, power};
use crate::ast::{Arguments, Expr, Iteration, Kind, Step};
use crate::error::Refused;
use crate::lexer::{Token, error, unescape};
use crate::number::Number;
use crate::value::Value;
use std::sync::Arc;

/// Words that are never a variable.
pub(crate) const RESERVED: &[&str] = &[
    "and",
    "between",
    "else",
    "every",
    "external",
    "false",
    "for",
    "function",
    "if",
    "in",
    "instance",
    "not",
    "null",
    "of",
    "or",
    "return",
    "satisfies",
    "some",
    "then",
    "true",
];

impl<'a> Parser<'a> {
    /// An operand with everything that follows it more tightly than any operator.
    pub(super) fn prefix(&mut self) -> Result<Expr, Refused> {
        let start = self.span.start;
        if self.at("-") {
            self.advance()?;
            let operand = self.deeper(Self::prefix)?;
            let kind = Kind::Negate(Box::new(operand));
            return Ok(Expr { kind, span: start..self.before });
        }
        let operand = self.operand()?;
        self.postfix(operand)
    }

    fn operand(&mut self) -> Result<Expr, Refused> {
        let start = self.span.start;
        let kind = match self.token {
            Token::Number(text) => {
                let Ok(number) = text.parse::<Number>() else {
                    return Err(self.unexpected("a number below 1e6145"));
                };
                self.advance()?;
                Kind::Literal(Value::Number(number))
            }
            Token::Text(raw) => {
                self.advance()?;
                Kind::Literal(Value::from(unescape(raw)))
            }
            Token::Quoted(name) => {
                self.advance()?;
                match self.at("(") {
                    true => Kind::Call(name.into(), self.arguments()?),
                    false => Kind::Name(name.into()),
                }
            }
            Token::Symbol("@") => self.temporal()?,
            Token::Symbol("?") => {
                self.advance()?;
                Kind::Input
            }
            Token::Symbol("(") => return self.deeper(|p| p.parenthesis(start)),
            Token::Symbol("[") => return self.deeper(|p| p.list_or_range(start)),
            Token::Symbol("]") => return self.deeper(|p| p.open_range(start)),
            Token::Symbol("{") => self.deeper(Self::context)?,
            Token::Word(word) => match self.known_name(&self.vocabulary.variables)? {
                Some(name) if self.at("(") => Kind::Call(name, self.arguments()?),
                Some(name) => Kind::Name(name),
                None => self.word(word)?,
            },
            _ => return Err(self.unexpected("an expression")),
        };
        Ok(Expr { kind, span: start..self.before })
    }

    fn word(&mut self, word: &'a str) -> Result<Kind, Refused> {
        if let Some(name) = self.called_name(word)? {
            return Ok(Kind::Call(name, self.arguments()?));
        }
        match word {
            "null" => self.literal(Value::Null),
            "true" => self.literal(Value::Boolean(true)),
            "false" => self.literal(Value::Boolean(false)),
            "if" => self.deeper(Self::conditional),
            "for" => self.deeper(|p| {
                let iterations = p.iterations()?;
                p.expect_word("return")?;
                Ok(Kind::For(iterations, Box::new(p.expression(power::ANY)?)))
            }),
            "some" | "every" => self.deeper(|p| {
                let iterations = p.iterations()?;
                p.expect_word("satisfies")?;
                let condition = Box::new(p.expression(power::ANY)?);
                Ok(match word {
                    "some" => Kind::Some(iterations, condition),
                    _ => Kind::Every(iterations, condition),
                })
            }),
            "function" => self.deeper(Self::function),
            _ if RESERVED.contains(&word) => Err(self.unexpected("an expression")),
            _ => Ok(Kind::Name(self.variable_name(word)?)),
        }
    }

    fn literal(&mut self, value: Value) -> Result<Kind, Refused> {
        self.advance()?;
        Ok(Kind::Literal(value))
    }

    /// `@"2024-02-29"`; what is no temporal value is null.
    fn temporal(&mut self) -> Result<Kind, Refused> {
        self.advance()?;
        let Token::Text(raw) = self.token else {
            return Err(self.unexpected("a text such as \"2024-02-29\" after '@'"));
        };
        let value = crate::temporal::parse_literal(&unescape(raw)).unwrap_or(Value::Null);
        self.literal(value)
    }

    fn parenthesis(&mut self, start: usize) -> Result<Expr, Refused> {
        self.advance()?;
        if self.at("<") || self.at("<=") || self.at(">") || self.at(">=") {
            let found = "a comparison without a left side";
            let mut problem = error("a value", found, self.span.clone());
            problem.hint = Some("Write '? < 3', or 'x in (< 3)'.".to_owned());
            return Err(problem);
        }
        let inner = self.expression(power::ANY)?;
        if self.at("..") {
            return self.range(inner, false, start);
        }
        self.expect(")")?;
        Ok(inner)
    }

    fn open_range(&mut self, start: usize) -> Result<Expr, Refused> {
        self.advance()?;
        let low = self.expression(power::ADD)?;
        self.range(low, false, start)
    }

    fn list_or_range(&mut self, start: usize) -> Result<Expr, Refused> {
        self.advance()?;
        let mut items = Vec::new();
        if !self.at("]") {
            items.push(self.expression(power::ANY)?);
            if self.at("..") {
                let low = items.remove(0);
                return self.range(low, true, start);
            }
            while self.eat(",")? {
                items.push(self.expression(power::ANY)?);
            }
        }
        self.expect("]")?;
        Ok(Expr { kind: Kind::List(items), span: start..self.before })
    }

    fn conditional(&mut self) -> Result<Kind, Refused> {
        self.advance()?;
        let condition = self.expression(power::ANY)?;
        self.expect_word("then")?;
        let met = self.expression(power::ANY)?;
        self.expect_word("else")?;
        let otherwise = self.expression(power::ANY)?;
        Ok(Kind::If(Box::new([condition, met, otherwise])))
    }

    /// From `for` or `some` to before `return` or `satisfies`.
    fn iterations(&mut self) -> Result<Vec<Iteration>, Refused> {
        self.advance()?;
        let mut iterations = Vec::new();
        loop {
            let name: Arc<str> = match self.token {
                Token::Quoted(name) => {
                    self.advance()?;
                    name.into()
                }
                Token::Word(name) if !RESERVED.contains(&name) => self.variable_name(name)?,
                _ => return Err(self.unexpected("the name of an iterator")),
            };
            self.expect_word("in")?;
            let from = self.expression(power::ADD)?;
            let to = match self.eat("..")? {
                true => Some(self.expression(power::ADD)?),
                false => None,
            };
            iterations.push(Iteration { name, from, to });
            if iterations.len() + self.depth as usize > crate::limits::SOURCE_DEPTH as usize {
                return Err(self.unexpected("fewer iterators"));
            }
            if !self.eat(",")? {
                return Ok(iterations);
            }
        }
    }

    fn postfix(&mut self, operand: Expr) -> Result<Expr, Refused> {
        let mut steps = Vec::new();
        loop {
            match self.token {
                Token::Symbol(".") => {
                    self.advance()?;
                    steps.push(Step::Member(self.member_name()?));
                }
                Token::Symbol("[") if !self.closes_range()? => {
                    steps.push(Step::Filter(self.deeper(|p| {
                        p.advance()?;
                        let filter = p.expression(power::ANY)?;
                        p.expect("]")?;
                        Ok(filter)
                    })?));
                }
                Token::Symbol("(") => steps.push(Step::Call(self.arguments()?)),
                _ => break,
            }
        }
        if steps.is_empty() {
            return Ok(operand);
        }
        let span = operand.span.start..self.before;
        Ok(Expr { kind: Kind::Postfix(Box::new(operand), steps), span })
    }

    /// Whether the `[` at hand ends a range: nothing that could be a filter follows it.
    fn closes_range(&self) -> Result<bool, Refused> {
        if !self.range_end {
            return Ok(false);
        }
        Ok(match self.peek()? {
            Token::End | Token::Symbol("," | ")" | "]" | "}" | "=" | "!=" | "<" | ">" | ".") => {
                true
            }
            Token::Word(word) => {
                matches!(word, "and" | "or" | "then" | "else" | "return" | "satisfies" | "in")
            }
            _ => false,
        })
    }

    /// `(...)` after a function.
    pub(super) fn arguments(&mut self) -> Result<Arguments, Refused> {
        self.deeper(|p| {
            p.advance()?;
            if p.eat(")")? {
                return Ok(Arguments::Positional(Vec::new()));
            }
            let arguments = match p.parameter_name()? {
                Some(name) => p.named_arguments(name)?,
                None => {
                    let mut values = vec![p.expression(power::ANY)?];
                    while p.eat(",")? {
                        values.push(p.expression(power::ANY)?);
                    }
                    Arguments::Positional(values)
                }
            };
            p.expect(")")?;
            Ok(arguments)
        })
    }

    fn named_arguments(&mut self, first: Arc<str>) -> Result<Arguments, Refused> {
        let mut named = vec![(first, self.expression(power::ANY)?)];
        while self.eat(",")? {
            let Some(name) = self.parameter_name()? else {
                return Err(self.unexpected("the name of a parameter and ':'"));
            };
            named.push((name, self.expression(power::ANY)?));
        }
        Ok(Arguments::Named(named))
    }
}
