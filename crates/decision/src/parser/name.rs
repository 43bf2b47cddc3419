//! Names that may hold blanks or operators: called functions, parameters, context keys.
//! They are read from the text itself, because tokens would tear them apart.

use super::prefix::RESERVED;
use super::{Parser, power};
use crate::ast::{Kind, Parameter};
use crate::builtin;
use crate::error::Refused;
use crate::lexer::{Token, continues_name, starts_name, unescape};
use crate::program::Mode;
use std::sync::Arc;

/// Most words of a built-in function's name ("years and months duration").
const WORDS: usize = 4;

impl<'a> Parser<'a> {
    /// The name of the function called here, if one is; leaves the cursor on its `(`.
    pub(super) fn called_name(&mut self, first: &str) -> Result<Option<Arc<str>>, Refused> {
        let mut name = String::from(first);
        let mut plain = !RESERVED.contains(&first);
        let mut lexer = self.lexer;
        for _ in 1..=WORDS {
            let (token, span) = lexer.next()?;
            match token {
                Token::Symbol("(") if plain || builtin::exists(&name) => {
                    self.before = span.start;
                    self.jump(span.start)?;
                    return Ok(Some(name.into()));
                }
                Token::Word(word) => {
                    // A keyword is part of a name only if a built-in function is called so.
                    plain &= !RESERVED.contains(&word);
                    name.push(' ');
                    name.push_str(word);
                }
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    /// A variable's name from its first word on. In the standard's mode it may have several: words
    /// in a row mean nothing else there.
    pub(super) fn variable_name(&mut self, first: &'a str) -> Result<Arc<str>, Refused> {
        self.advance()?;
        let mut name = std::borrow::Cow::Borrowed(first);
        while self.mode == Mode::Standard
            && let Token::Word(word) = self.token
            && !RESERVED.contains(&word)
        {
            self.advance()?;
            name = format!("{name} {word}").into();
        }
        Ok(name.into())
    }

    /// A name after a `.`; the only one with a blank is `time offset`.
    pub(super) fn member_name(&mut self) -> Result<Arc<str>, Refused> {
        if let Some(name) = self.known_name(&self.vocabulary.members)? {
            return Ok(name);
        }
        let name: Arc<str> = match self.token {
            Token::Word("time") if self.peek()? == Token::Word("offset") => {
                self.advance()?;
                "time offset".into()
            }
            Token::Word(name) => return self.variable_name(name),
            Token::Quoted(name) => name.into(),
            _ => return Err(self.unexpected("a name after '.'")),
        };
        self.advance()?;
        Ok(name)
    }

    /// `name:` before an argument, which is consumed; `None` when the argument has no name.
    pub(super) fn parameter_name(&mut self) -> Result<Option<Arc<str>>, Refused> {
        if let Token::Quoted(name) = self.token {
            if self.peek()? != Token::Symbol(":") {
                return Ok(None);
            }
            self.advance()?;
            self.advance()?;
            return Ok(Some(name.into()));
        }
        let rest = &self.lexer.source[self.span.start..];
        if let Some((name, length)) = self.vocabulary.members.longest(rest)
            && let after = rest[length..].trim_start()
            && after.starts_with(':')
        {
            self.jump(self.lexer.source.len() - after.len() + 1)?;
            return Ok(Some(name));
        }
        let length =
            rest.find(|c: char| !continues_name(c) && !c.is_whitespace()).unwrap_or(rest.len());
        let name = rest[..length].trim_end();
        if !name.starts_with(starts_name) || !rest[length..].starts_with(':') {
            return Ok(None);
        }
        self.jump(self.span.start + length + 1)?;
        Ok(Some(name.into()))
    }

    pub(super) fn context(&mut self) -> Result<Kind, Refused> {
        let mut entries = Vec::new();
        // The lexer stands behind the brace: keys are not tokens.
        loop {
            self.lexer.skip_blanks()?;
            if entries.is_empty() && self.lexer.rest().starts_with('}') {
                self.advance()?;
                break;
            }
            let key = self.key()?;
            entries.push((key, self.expression(power::ANY)?));
            if !self.at(",") {
                break;
            }
        }
        if !self.at("}") {
            return Err(self.unexpected("',' or '}'"));
        }
        self.advance()?;
        Ok(Kind::Context(entries))
    }

    /// A key and its `:`; leaves the cursor on the value.
    fn key(&mut self) -> Result<Arc<str>, Refused> {
        let rest = self.lexer.rest();
        let key: Arc<str> = if rest.starts_with(['"', '`']) {
            self.advance()?;
            match self.token {
                Token::Text(raw) => unescape(raw).into(),
                Token::Quoted(name) => name.into(),
                _ => return Err(self.unexpected("a key")),
            }
        } else {
            let reserved = ['"', '{', '}', ':', ',', '[', ']', '`'];
            let length = rest.find(reserved).unwrap_or(rest.len());
            let key = rest[..length].trim_end();
            if key.is_empty() || matches!(key, "null" | "true" | "false") {
                self.advance()?;
                return Err(self.unexpected("a key"));
            }
            self.lexer.at += length;
            key.into()
        };
        self.advance()?;
        self.expect(":")?;
        Ok(key)
    }

    pub(super) fn function(&mut self) -> Result<Kind, Refused> {
        self.advance()?;
        self.expect("(")?;
        let mut parameters = Vec::new();
        while !self.at(")") {
            parameters.push(self.declared_parameter()?);
            if !self.at(")") {
                self.expect(",")?;
            }
        }
        self.advance()?;
        if self.at_word("external") {
            self.advance()?;
            self.expression(power::ANY)?;
            return Ok(Kind::Function(parameters, None));
        }
        Ok(Kind::Function(parameters, Some(Box::new(self.expression(power::ANY)?))))
    }

    /// A parameter, with its type if it has one.
    fn declared_parameter(&mut self) -> Result<Parameter, Refused> {
        if let Some(name) = self.parameter_name()? {
            return Ok(Parameter { name, kind: Some(self.type_of()?) });
        }
        let mut name = match self.token {
            Token::Word(word) | Token::Quoted(word) => word.to_owned(),
            _ => return Err(self.unexpected("the name of a parameter")),
        };
        self.advance()?;
        while let Token::Word(word) = self.token {
            name.push(' ');
            name.push_str(word);
            self.advance()?;
        }
        Ok(Parameter { name: name.into(), kind: None })
    }

    /// What an author may have meant who wrote two operands in a row.
    pub(super) fn hint_after_expression(&self) -> Option<String> {
        match self.token {
            Token::Word(_) => Some(
                "A name with blanks is written in back-ticks: `first name`. Texts stand in quotes."
                    .to_owned(),
            ),
            Token::Symbol("=") => Some("Equality is a single '='.".to_owned()),
            _ => None,
        }
    }
}
