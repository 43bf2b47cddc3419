//! Walking along a text in short notation: words, strings, balanced pieces.
//!
//! Not the grammar; it does not know what a statement is.

use super::Fault;
use xml::{MAX_QUOTED_BYTES, clip};

/// A place in the text.
#[derive(Debug)]
pub(super) struct Cursor<'t> {
    text: &'t str,
    pub(super) at: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Steps over `piece` if it is next.
    pub(super) fn eat(&mut self, piece: &str) -> bool {
        let found = self.rest().starts_with(piece);
        if found {
            self.at += piece.len();
        }
        found
    }

    /// Steps over blanks and a comment, not over the end of the line.
    pub(super) fn skip_blanks(&mut self) {
        self.skip_while(|c| c != '\n' && c.is_whitespace());
        if self.peek() == Some('#') {
            self.skip_line();
        }
    }

    /// Steps over blanks, comments and ends of lines.
    pub(super) fn skip_space(&mut self) {
        loop {
            self.skip_while(char::is_whitespace);
            if self.peek() != Some('#') {
                return;
            }
            self.skip_line();
        }
    }

    /// Steps to the end of the line.
    pub(super) fn skip_line(&mut self) {
        self.skip_while(|c| c != '\n');
    }

    /// A word: letters, digits, `_`, and `-` before a letter or digit.
    pub(super) fn word(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        if !rest.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return None;
        }
        let mut end = 0;
        for (at, c) in rest.char_indices() {
            let after = &rest[at + c.len_utf8()..];
            let joins = c == '-' && after.starts_with(|next: char| next.is_alphanumeric());
            if !(c.is_alphanumeric() || c == '_' || joins) {
                break;
            }
            end = at + c.len_utf8();
        }
        self.at += end;
        Some(&rest[..end])
    }

    /// A value without blanks, for example `5` in `retries=5`.
    pub(super) fn bare_value(&mut self) -> &'t str {
        let start = self.at;
        self.skip_while(|c| !c.is_whitespace() && !matches!(c, ';' | '{' | '}'));
        &self.text[start..self.at]
    }

    /// A string in double quotes; `\"` and `\\` stand for themselves.
    pub(super) fn string(&mut self) -> Result<String, Fault> {
        let start = self.at;
        self.at += 1;
        let mut value = String::new();
        while let Some(c) = self.peek() {
            self.at += c.len_utf8();
            match c {
                '"' => return Ok(value),
                '\\' if matches!(self.peek(), Some('"' | '\\')) => {
                    value.extend(self.peek());
                    self.at += 1;
                }
                _ => value.push(c),
            }
        }
        self.at = start;
        Err(self.fault("short-syntax", "Expected a closing \", but found the end", ""))
    }

    /// A piece of text up to one of `ends` outside of strings and brackets; not over that end.
    pub(super) fn piece(&mut self, ends: &[char]) -> Result<&'t str, Fault> {
        let start = self.at;
        let mut closing = Vec::new();
        while let Some(c) = self.peek() {
            if closing.is_empty() && ends.contains(&c) {
                break;
            }
            let after_blank = self.text[..self.at].ends_with(char::is_whitespace);
            if closing.is_empty() && c == '#' && after_blank && ends.contains(&'\n') {
                break;
            }
            match c {
                '"' => {
                    self.string()?;
                    continue;
                }
                '(' => closing.push(')'),
                '[' => closing.push(']'),
                '{' => closing.push('}'),
                ')' | ']' | '}' if closing.last() == Some(&c) => {
                    closing.pop();
                }
                // FEEL intervals may close otherwise than they open: `(1..2]`, `]1..2[`.
                ')' | ']' if matches!(closing.last(), Some(')' | ']')) => {
                    closing.pop();
                }
                _ => {}
            }
            self.at += c.len_utf8();
        }
        if self.peek().is_none() && !ends.contains(&'\n') {
            self.at = start;
            let end = ends.iter().map(char::to_string).collect::<Vec<_>>().join(" or ");
            let message = format!("Expected {end} after this, but found the end");
            return Err(self.fault("short-syntax", message, ""));
        }
        Ok(self.text[start..self.at].trim())
    }

    /// What is next, for a message.
    pub(super) fn found(&self) -> String {
        match self.peek() {
            None => "the end".to_owned(),
            Some('\n') => "the end of the line".to_owned(),
            Some(_) => {
                let rest = self.rest();
                let word = rest.split_whitespace().next().unwrap_or(rest);
                format!("`{}`", clip(word, MAX_QUOTED_BYTES))
            }
        }
    }

    /// Something wrong here.
    pub(super) fn fault(
        &self,
        rule: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Fault {
        let length = self.peek().map_or(0, char::len_utf8);
        Fault { at: self.at, length, rule, message: message.into(), hint: hint.into() }
    }

    fn skip_while(&mut self, matching: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.find(|c| !matching(c)).unwrap_or(rest.len());
    }
}

/// The contents of a piece that is one string in quotes; any other piece as it is.
pub(super) fn unquote(piece: &str) -> String {
    if piece.len() > 1 && piece.starts_with('"') {
        let mut cursor = Cursor::new(piece);
        if let (Ok(value), true) = (cursor.string(), cursor.rest().is_empty()) {
            return value;
        }
    }
    piece.to_owned()
}
