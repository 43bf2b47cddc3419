//! JSON: decoding what an expression names, skipping what it does not, and encoding results.
//! It is not a validator of documents: text that is skipped is only checked for its brackets.

mod encode;
mod skip;

pub(crate) use skip::{keys, navigate};

use crate::limits::VALUE_DEPTH;
use crate::number::Number;
use crate::value::Value;
use std::sync::Arc;

/// A text that is not the JSON expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Expected {expected}, but found {found} at byte {at}")]
pub struct JsonError {
    /// What may stand there.
    pub expected: &'static str,
    /// What stands there.
    pub found: String,
    /// Where, in bytes.
    pub at: usize,
}

impl Value {
    /// Decodes JSON nested at most 128 deep; of duplicate keys the last wins.
    pub fn from_json(text: &str) -> Result<Value, JsonError> {
        let mut reader = Reader { text, at: 0, depth: 0 };
        let value = reader.value()?;
        reader.space();
        if reader.at < text.len() {
            return Err(reader.error("the end of the document"));
        }
        Ok(value)
    }

    /// Encodes as JSON: numbers exactly, temporal values as ISO strings, functions and ranges as
    /// their text.
    pub fn to_json(&self) -> String {
        let mut text = String::new();
        encode::write_value(&mut text, self);
        text
    }
}

/// A position in a JSON text.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    #[cold]
    fn error(&self, expected: &'static str) -> JsonError {
        let found = match self.text[self.at..].chars().next() {
            Some(found) => format!("'{found}'"),
            None => "the end".to_owned(),
        };
        JsonError { expected, found, at: self.at }
    }

    fn value(&mut self) -> Result<Value, JsonError> {
        self.space();
        match self.peek() {
            Some(b'"') => Ok(Value::String(self.string()?)),
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b't') => self.word("true", Value::Boolean(true)),
            Some(b'f') => self.word("false", Value::Boolean(false)),
            Some(b'n') => self.word("null", Value::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(self.error("a value")),
        }
    }

    /// Native recursion ends here: `VALUE_DEPTH` bounds it.
    fn nested(
        &mut self,
        read: fn(&mut Self) -> Result<Value, JsonError>,
    ) -> Result<Value, JsonError> {
        if self.depth >= VALUE_DEPTH {
            return Err(self.error("at most 128 levels of nesting"));
        }
        self.depth += 1;
        self.at += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn word(&mut self, word: &'static str, value: Value) -> Result<Value, JsonError> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.error(word));
        }
        self.at += word.len();
        Ok(value)
    }

    fn array(&mut self) -> Result<Value, JsonError> {
        let mut items = Vec::new();
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::list(items));
        }
        loop {
            items.push(self.value()?);
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return Err(self.error("',' or ']'")),
            }
        }
        self.at += 1;
        Ok(Value::list(items))
    }

    fn object(&mut self) -> Result<Value, JsonError> {
        let mut entries = Vec::new();
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::context(entries));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.error("a key"));
            }
            let key = self.string()?;
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.error("':'"));
            }
            self.at += 1;
            entries.push((key, self.value()?));
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return Err(self.error("',' or '}'")),
            }
        }
        self.at += 1;
        Ok(Value::context(entries))
    }

    fn number(&mut self) -> Result<Value, JsonError> {
        let bytes = &self.text.as_bytes()[self.at..];
        let mut whole = 0i64;
        let negative = usize::from(bytes[0] == b'-');
        let mut length = negative;
        while let Some(digit) = bytes.get(length).filter(|byte| byte.is_ascii_digit()) {
            whole = whole.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
            length += 1;
        }
        let plain = !matches!(bytes.get(length), Some(b'.' | b'e' | b'E'));
        if plain && length > negative && length <= 18 {
            self.at += length;
            return Ok(Value::from(if negative == 1 { -whole } else { whole }));
        }
        let number = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
        let length = bytes.iter().take_while(number).count();
        let text = &self.text[self.at..self.at + length];
        let value = match text.parse::<Number>() {
            Ok(number) => Value::Number(number),
            // Beyond decimal128, like an infinite float: there is no such number.
            Err(_) if text.contains(['e', 'E']) => Value::Null,
            Err(_) => return Err(self.error("a number")),
        };
        self.at += length;
        Ok(value)
    }

    /// A string; the cursor stands on its opening quote.
    fn string(&mut self) -> Result<Arc<str>, JsonError> {
        self.at += 1;
        let start = self.at;
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at) {
                Some(b'"') => break,
                Some(b'\\') => return self.escaped(start),
                Some(0..0x20) | None => return Err(self.error("the end of a string")),
                Some(_) => self.at += 1,
            }
        }
        let text = &self.text[start..self.at];
        self.at += 1;
        Ok(text.into())
    }

    /// The slow path: the string has escapes, the first of them at the cursor.
    fn escaped(&mut self, start: usize) -> Result<Arc<str>, JsonError> {
        let mut text = String::from(&self.text[start..self.at]);
        loop {
            let from = self.at;
            while !matches!(self.peek(), Some(b'"' | b'\\' | 0..0x20) | None) {
                self.at += 1;
            }
            text.push_str(&self.text[from..self.at]);
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => text.push(self.escape()?),
                _ => return Err(self.error("the end of a string")),
            }
        }
        self.at += 1;
        Ok(text.into())
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        self.at += 1;
        let Some(byte) = self.peek() else {
            return Err(self.error("an escape"));
        };
        let plain = match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'u' => return self.unicode(),
            _ => return Err(self.error("an escape")),
        };
        self.at += 1;
        Ok(plain)
    }

    /// `uXXXX`, with its low surrogate where it has one; a lone surrogate is U+FFFD.
    fn unicode(&mut self) -> Result<char, JsonError> {
        let high = self.hex()?;
        if !(0xD800..0xDC00).contains(&high) {
            return Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        if !self.text.as_bytes()[self.at..].starts_with(b"\\u") {
            return Ok(char::REPLACEMENT_CHARACTER);
        }
        let before = self.at;
        self.at += 1;
        let low = self.hex()?;
        if !(0xDC00..0xE000).contains(&low) {
            self.at = before;
            return Ok(char::REPLACEMENT_CHARACTER);
        }
        let code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
        Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex(&mut self) -> Result<u32, JsonError> {
        let digits = self.text.as_bytes().get(self.at + 1..self.at + 5);
        let Some(digits) = digits.filter(|d| d.iter().all(u8::is_ascii_hexdigit)) else {
            return Err(self.error("four hexadecimal digits"));
        };
        let value = digits.iter().fold(0, |value, digit| {
            value * 16 + char::from(*digit).to_digit(16).expect("checked above")
        });
        self.at += 5;
        Ok(value)
    }
}

#[cfg(test)]
mod tests;
