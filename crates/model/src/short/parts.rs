//! What stands at a flow node: its kind, arguments, options and braces.
//!
//! Not whether an option belongs to the kind; the kind may be declared further down.

use std::borrow::Cow;

use super::cursor::unquote;
use super::grammar::Reader;
use super::kinds::{self, Form, Kind};
use super::{Choice, Fault, Item, Mention, Scope};
use crate::limits::MAX_SHORT_DEPTH;
use crate::vocabulary::nearest;

impl<'t> Reader<'t> {
    /// What follows the colon: a kind with its arguments, or only options of a known flow node.
    pub(super) fn kind(
        &mut self,
        mention: usize,
        host: Option<(usize, bool)>,
    ) -> Result<(), Fault> {
        self.cursor.skip_blanks();
        let at = self.cursor.at;
        let word = self.cursor.word().unwrap_or_default();
        let Some(kind) = kinds::find(word, host.is_some()) else {
            self.cursor.at = at;
            let names_only = kinds::option(word).is_some() || self.cursor.peek() == Some('"');
            if host.is_none() && names_only {
                return Ok(());
            }
            return Err(self.unknown_kind(word, host.is_some()));
        };
        let arguments = if self.cursor.eat("(") { self.arguments()? } else { Vec::new() };
        self.check_arguments(at, kind, &arguments)?;
        let Mention { id, at, scope, .. } = self.sheet.mentions[mention];
        self.sheet.mentions[mention].item = Some(self.sheet.items.len());
        self.sheet.items.push(Item {
            id: Cow::Borrowed(id),
            at,
            kind,
            arguments,
            scope,
            opens: None,
            name: None,
            options: Vec::new(),
            host: host.map(|(host, _)| host),
            interrupting: host.is_none_or(|(_, interrupting)| interrupting),
            compensates: false,
        });
        Ok(())
    }

    fn unknown_kind(&self, word: &str, boundary: bool) -> Fault {
        let kinds = if boundary { kinds::BOUNDARY_KINDS } else { kinds::KINDS };
        let what = if boundary { "a kind of boundary event" } else { "a kind of flow node" };
        let message = format!("Expected {what}, but found {}", self.cursor.found());
        let words: Vec<_> = kinds.iter().map(|kind| kind.word).collect();
        let hint = nearest(word, words.iter().copied())
            .map_or_else(|| format!("one of {}", words.join(" ")), |near| format!("write {near}"));
        let fault = self.cursor.fault("short-unknown-kind", message, hint);
        Fault { length: word.len(), ..fault }
    }

    fn check_arguments(&self, at: usize, kind: &Kind, given: &[String]) -> Result<(), Fault> {
        let fits = (kind.needs()..=kind.arguments.len()).contains(&given.len());
        let expected = kind.arguments.iter().zip(given).find(|(argument, value)| {
            argument.starts_with('=') && !value.starts_with('=') || value.is_empty()
        });
        if fits && expected.is_none() {
            return Ok(());
        }
        let word = kind.word;
        let usage = match kind.arguments {
            [] => word.to_owned(),
            arguments => format!("{word}({})", arguments.join(", ")),
        };
        let found = match expected {
            Some((argument, value)) => format!("`{value}` where {argument} belongs"),
            None => format!("{} arguments", given.len()),
        };
        Err(Fault {
            at,
            length: word.len(),
            rule: "short-arguments",
            message: format!("Expected {usage}, but found {found}"),
            hint: "separate arguments by commas; quote one that contains a comma".to_owned(),
        })
    }

    /// Arguments up to the closing parenthesis, whose opening one has been read.
    fn arguments(&mut self) -> Result<Vec<String>, Fault> {
        let mut arguments = Vec::new();
        loop {
            self.cursor.skip_space();
            if arguments.is_empty() && self.cursor.eat(")") {
                return Ok(arguments);
            }
            let piece = self.cursor.piece(&[',', ')'])?;
            arguments.push(unquote(piece));
            if !self.cursor.eat(",") {
                self.cursor.eat(")");
                return Ok(arguments);
            }
        }
    }

    /// A bare word or a string.
    pub(super) fn value(&mut self) -> Result<String, Fault> {
        if self.cursor.peek() == Some('"') {
            return self.cursor.string();
        }
        match self.cursor.bare_value() {
            "" => {
                let message = format!("Expected a value, but found {}", self.cursor.found());
                Err(self.cursor.fault(
                    "short-syntax",
                    message,
                    "write option=value or =\"a value\"",
                ))
            }
            value => Ok(value.to_owned()),
        }
    }

    /// Names, options and braces after a flow node.
    pub(super) fn options(&mut self, mention: usize) -> Result<(), Fault> {
        loop {
            self.cursor.skip_blanks();
            match self.cursor.peek() {
                Some('"') => {
                    self.sheet.mentions[mention].name = Some(self.cursor.string()?);
                }
                Some('{') => self.braces(mention)?,
                Some(c) if c.is_alphabetic() => {
                    let choice = self.choice()?;
                    self.sheet.mentions[mention].options.push(choice);
                }
                _ => return Ok(()),
            }
        }
    }

    fn choice(&mut self) -> Result<Choice<'t>, Fault> {
        let at = self.cursor.at;
        let word = self.cursor.word().unwrap_or_default();
        let mut choice = Choice { at, word, values: Vec::new(), entries: Vec::new() };
        let Some(option) = kinds::option(word) else {
            let words: Vec<_> = kinds::OPTIONS.iter().map(|option| option.word).collect();
            let hint = nearest(word, words.iter().copied()).map_or_else(
                || format!("one of {}", words.join(" ")),
                |near| format!("write {near}"),
            );
            let message = format!("Expected -> or an option, but found `{word}`");
            let fault = self.cursor.fault("short-unknown-option", message, hint);
            return Err(Fault { at, length: word.len(), ..fault });
        };
        match option.form {
            Form::Flag => {}
            Form::Value => {
                self.expect("=", word)?;
                choice.values.push(self.value()?);
            }
            Form::Arguments(least, most) => {
                self.expect("(", word)?;
                choice.values = self.arguments()?;
                if !(least..=most).contains(&choice.values.len()) {
                    let found = choice.values.len();
                    let message = format!(
                        "Expected {word} with {least} to {most} arguments, but found {found}"
                    );
                    let fault = self.cursor.fault("short-arguments", message, "");
                    return Err(Fault { at, length: word.len(), ..fault });
                }
            }
            Form::Entries => {
                self.cursor.skip_blanks();
                self.expect("{", word)?;
                choice.entries = self.entries()?;
            }
        }
        Ok(choice)
    }

    fn expect(&mut self, piece: &str, after: &str) -> Result<(), Fault> {
        if self.cursor.eat(piece) {
            return Ok(());
        }
        let found = self.cursor.found();
        let message = format!("Expected {piece} after {after}, but found {found}");
        Err(self.cursor.fault("short-syntax", message, ""))
    }

    /// `name = value` up to the closing brace, one a line or separated by `;`.
    fn entries(&mut self) -> Result<Vec<(String, String)>, Fault> {
        let mut entries = Vec::new();
        loop {
            self.skip_separators();
            if self.cursor.eat("}") {
                return Ok(entries);
            }
            let name = self.cursor.piece(&['=', '\n', ';', '}'])?;
            if name.is_empty() || !self.cursor.eat("=") {
                let message = format!("Expected name = value, but found {}", self.cursor.found());
                return Err(self.cursor.fault("short-syntax", message, "close with }"));
            }
            self.cursor.skip_blanks();
            let value = self.cursor.piece(&['\n', ';', '}'])?;
            entries.push((unquote(name), unquote(value)));
        }
    }

    /// The flow nodes of a sub-process.
    fn braces(&mut self, mention: usize) -> Result<(), Fault> {
        let item = self.sheet.mentions[mention].item;
        let item = item.filter(|item| self.sheet.items[*item].kind.is_scope());
        let Some(item) = item.filter(|item| self.sheet.items[*item].opens.is_none()) else {
            let message = "Expected -> or a new line, but found {";
            let hint = "only sub, event-sub, ad-hoc and transaction have braces, once";
            return Err(self.cursor.fault("short-syntax", message, hint));
        };
        if self.depth == MAX_SHORT_DEPTH {
            let message = format!("Expected at most {MAX_SHORT_DEPTH} levels, but found more");
            return Err(self.cursor.fault("short-too-deep", message, ""));
        }
        let opening = self.cursor.at;
        self.cursor.at += 1;
        let scope = self.sheet.scopes.len();
        let process = self.sheet.scopes[self.sheet.items[item].scope].process;
        self.sheet.scopes.push(Scope { process, owner: Some(mention) });
        self.sheet.items[item].opens = Some(scope);
        self.depth += 1;
        loop {
            self.skip_separators();
            if self.cursor.eat("}") {
                self.depth -= 1;
                return Ok(());
            }
            if self.cursor.peek().is_none() {
                self.cursor.at = opening;
                let message = "Expected } for this {, but found the end";
                return Err(self.cursor.fault("short-syntax", message, ""));
            }
            self.chain(scope)?;
            self.end_of_statement()?;
        }
    }
}
