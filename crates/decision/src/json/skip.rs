//! Walking into a JSON document without building what lies beside the way.
//! It is not a parser: a scalar is passed over without a look at its spelling.

use super::{JsonError, Reader};
use std::sync::Arc;

/// How far a path leads into a document.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Landing<'a> {
    /// The value reached.
    pub(crate) text: &'a str,
    /// Names of the path that were walked.
    pub(crate) walked: usize,
}

/// Follows `path` through objects of `text`, as far as they have such members. Of duplicate keys
/// the last counts.
pub(crate) fn navigate<'a, K: AsRef<str>>(
    text: &'a str,
    path: &[K],
) -> Result<Landing<'a>, JsonError> {
    let mut landing = Landing { text, walked: 0 };
    for name in path {
        let mut reader = Reader { text: landing.text, at: 0, depth: 0 };
        reader.space();
        if reader.peek() != Some(b'{') {
            break;
        }
        match reader.member(name.as_ref())? {
            Some(found) => landing = Landing { text: found, walked: landing.walked + 1 },
            None => break,
        }
    }
    Ok(landing)
}

/// The first keys of an object, at most `most`.
pub(crate) fn keys(text: &str, most: usize) -> Result<Vec<Arc<str>>, JsonError> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let mut keys = Vec::new();
    reader.space();
    reader.at += 1;
    reader.space();
    while keys.len() < most && reader.peek() == Some(b'"') {
        keys.push(reader.string()?);
        reader.space();
        reader.at += 1;
        reader.space();
        reader.skip_value()?;
        reader.space();
        reader.at += usize::from(reader.peek() == Some(b','));
        reader.space();
    }
    Ok(keys)
}

impl<'a> Reader<'a> {
    /// The text of the last member called `name`; the cursor stands on the opening brace.
    fn member(&mut self, name: &str) -> Result<Option<&'a str>, JsonError> {
        let mut found = None;
        self.at += 1;
        self.space();
        if self.peek() == Some(b'}') {
            return Ok(None);
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.error("a key"));
            }
            let matches = self.key_is(name)?;
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.error("':'"));
            }
            self.at += 1;
            self.space();
            let start = self.at;
            self.skip_value()?;
            if matches {
                found = Some(&self.text[start..self.at]);
            }
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => return Ok(found),
                _ => return Err(self.error("',' or '}'")),
            }
        }
    }

    /// Reads a key and tells whether it is `name`, without allocating unless it has escapes.
    fn key_is(&mut self, name: &str) -> Result<bool, JsonError> {
        let start = self.at;
        self.skip_string()?;
        let raw = &self.text[start + 1..self.at - 1];
        if !raw.contains('\\') {
            return Ok(raw == name);
        }
        self.at = start;
        Ok(*self.string()? == *name)
    }

    fn skip_string(&mut self) -> Result<(), JsonError> {
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.at += 2,
                Some(_) => self.at += 1,
                None => {
                    self.at = self.text.len();
                    return Err(self.error("the end of a string"));
                }
            }
        }
        self.at += 1;
        Ok(())
    }

    fn skip_value(&mut self) -> Result<(), JsonError> {
        match self.peek() {
            Some(b'"') => self.skip_string(),
            Some(b'{' | b'[') => self.skip_nested(),
            Some(b',' | b':' | b'}' | b']') | None => Err(self.error("a value")),
            Some(_) => {
                while !matches!(
                    self.peek(),
                    None | Some(b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t')
                ) {
                    self.at += 1;
                }
                Ok(())
            }
        }
    }

    /// Passes over an object or array by counting brackets outside of strings.
    fn skip_nested(&mut self) -> Result<(), JsonError> {
        let mut open = 0usize;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.skip_string()?;
                    continue;
                }
                Some(b'{' | b'[') => open += 1,
                Some(b'}' | b']') => open -= 1,
                Some(_) => {}
                None => return Err(self.error("the end of an object or array")),
            }
            self.at += 1;
            if open == 0 {
                return Ok(());
            }
        }
    }
}
