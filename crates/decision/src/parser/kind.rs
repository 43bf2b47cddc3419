//! Types as `instance of` and declared parameters name them.
//! It does not know what types a DMN model defines; the compiler looks their names up.

use super::Parser;
use crate::ast::Type;
use crate::error::Refused;
use crate::lexer::{Token, name_length};
use std::sync::Arc;

/// Names of more than one word, longest first.
const LONG: &[&str] = &[
    "years and months duration",
    "days and time duration",
    "year-month-duration",
    "day-time-duration",
    "date and time",
    "date time",
];

impl Parser<'_> {
    /// A type, such as `number`, `list<date and time>` or `context<name: string>`.
    pub(super) fn type_of(&mut self) -> Result<Type, Refused> {
        let rest = &self.lexer.source[self.span.start..];
        let long = LONG.iter().find_map(|name| Some((*name, spells(rest, name)?)));
        if let Some((name, length)) = long {
            let end = self.span.start + length;
            self.jump(end)?;
            self.before = end;
            return Ok(Type::Named(name.into()));
        }
        if let Some(name) = self.known_name(&self.vocabulary.types)? {
            return Ok(Type::Named(name));
        }
        let Token::Word(first) = self.token else {
            return Err(self.unexpected("a type"));
        };
        self.advance()?;
        match first {
            "Any" | "any" => Ok(Type::Any),
            "list" if self.at("<") => {
                let item = self.deeper(Self::only_argument)?;
                Ok(Type::List(Box::new(item)))
            }
            "range" if self.at("<") => {
                let end = self.deeper(Self::only_argument)?;
                Ok(Type::Range(Box::new(end)))
            }
            "context" if self.at("<") => self.deeper(Self::members),
            "function" if self.at("<") => self.deeper(Self::function_type),
            _ => {
                let mut name = first.to_owned();
                while self.eat(".")? {
                    name.push('.');
                    name.push_str(&self.member_name()?);
                }
                Ok(Type::Named(name.into()))
            }
        }
    }

    fn only_argument(&mut self) -> Result<Type, Refused> {
        self.advance()?;
        let argument = self.type_of()?;
        self.expect(">")?;
        Ok(argument)
    }

    fn members(&mut self) -> Result<Type, Refused> {
        self.advance()?;
        let mut members = Vec::new();
        loop {
            let name: Arc<str> = match self.token {
                Token::Word(name) | Token::Quoted(name) => name.into(),
                _ => return Err(self.unexpected("the name of a member")),
            };
            self.advance()?;
            self.expect(":")?;
            members.push((name, self.type_of()?));
            if !self.eat(",")? {
                self.expect(">")?;
                return Ok(Type::Context(members));
            }
        }
    }

    /// `function<number, string> -> boolean`.
    fn function_type(&mut self) -> Result<Type, Refused> {
        self.advance()?;
        let mut parameters = Vec::new();
        if !self.at(">") {
            parameters.push(self.type_of()?);
            while self.eat(",")? {
                parameters.push(self.type_of()?);
            }
        }
        self.expect(">")?;
        let result = if self.eat("->")? { Some(Box::new(self.type_of()?)) } else { None };
        Ok(Type::Function(parameters, result))
    }
}

/// The length in `text` of `name`, with any blanks between its words.
fn spells(text: &str, name: &str) -> Option<usize> {
    let mut rest = text;
    for (at, word) in name.split(' ').enumerate() {
        let trimmed = rest.trim_start();
        if at > 0 && trimmed.len() == rest.len() {
            return None;
        }
        rest = trimmed.strip_prefix(word)?;
    }
    (name_length(rest) == 0).then_some(text.len() - rest.len())
}
