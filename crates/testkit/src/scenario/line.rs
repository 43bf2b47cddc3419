//! The words of one line: names, quoted text, JSON objects, ISO durations.
//!
//! Not the verbs themselves (`verb`).

use engine::event::Variables;
use engine::part::duration;
use std::collections::BTreeMap;

/// What is left to read of a line.
pub(super) struct Words<'t> {
    rest: &'t str,
}

impl<'t> Words<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Words { rest: text.trim() }
    }

    /// The next word or quoted text.
    pub(super) fn next(&mut self) -> Option<String> {
        if self.rest.starts_with('"') {
            let end = json_end(self.rest)?;
            let text = serde_json::from_str(&self.rest[..end]).ok()?;
            self.rest = self.rest[end..].trim_start();
            return Some(text);
        }
        if self.rest.starts_with('{') {
            return None;
        }
        let end = self.rest.find(char::is_whitespace).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        (!word.is_empty()).then(|| word.to_owned())
    }

    /// The next word, which must be there.
    pub(super) fn need(&mut self, what: &str) -> Result<String, String> {
        let rest = self.rest;
        self.next().ok_or_else(|| format!("Expected {what}, but found `{rest}`."))
    }

    /// Skips this word if it comes next.
    pub(super) fn eat(&mut self, word: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(word) else { return false };
        if !rest.is_empty() && !rest.starts_with(char::is_whitespace) {
            return false;
        }
        self.rest = rest.trim_start();
        true
    }

    /// Whether this word comes next.
    pub(super) fn comes(&self, word: &str) -> bool {
        let rest = self.rest.strip_prefix(word);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
    }

    /// The value of `name=value` if it comes next.
    pub(super) fn option(&mut self, name: &str) -> Option<String> {
        let rest = self.rest.strip_prefix(name)?.strip_prefix('=')?;
        self.rest = rest;
        self.next()
    }

    /// A JSON object if one comes next, as variables by name.
    pub(super) fn variables(&mut self) -> Result<Variables, String> {
        if !self.rest.starts_with('{') {
            return Ok(Variables::new());
        }
        let end = json_end(self.rest);
        let end =
            end.ok_or_else(|| format!("Expected a JSON object, but found `{}`.", self.rest))?;
        let (object, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        parse_variables(object)
    }

    /// Everything that is left.
    pub(super) fn rest(&mut self) -> &'t str {
        std::mem::take(&mut self.rest)
    }

    /// Nothing may be left.
    pub(super) fn end(self) -> Result<(), String> {
        match self.rest {
            "" => Ok(()),
            rest => Err(format!("Expected the end of the line, but found `{rest}`.")),
        }
    }
}

/// A JSON object's members as raw text, by name.
pub(super) fn parse_variables(object: &str) -> Result<Variables, String> {
    let raw: BTreeMap<String, Box<serde_json::value::RawValue>> = serde_json::from_str(object)
        .map_err(|error| format!("Expected a JSON object, but found `{object}`: {error}."))?;
    let compact = |(name, value): (String, Box<serde_json::value::RawValue>)| {
        (name.into(), normal(value.get()).into())
    };
    Ok(raw.into_iter().map(compact).collect())
}

/// Milliseconds of an ISO 8601 duration.
pub(super) fn duration_ms(text: &str) -> Result<i64, String> {
    duration::parse_ms(text)
}

/// Where the JSON text at the beginning ends.
fn json_end(text: &str) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0_i32, false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '{' | '[' if !quoted => depth += 1,
            '}' | ']' if !quoted => depth -= 1,
            _ => {}
        }
        if depth == 0 && !quoted && !escaped {
            return Some(at + character.len_utf8());
        }
    }
    None
}

/// A line in its normal form: one space between words, none inside JSON.
pub(super) fn normal(line: &str) -> String {
    let (mut result, mut quoted, mut escaped) = (String::new(), false, false);
    let (mut gap, mut depth) = (false, 0_i32);
    for character in line.trim().chars() {
        if quoted {
            result.push(character);
            match character {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => quoted = false,
                _ => {}
            }
            continue;
        }
        if character.is_whitespace() {
            gap = true;
            continue;
        }
        if gap && depth == 0 {
            result.push(' ');
        }
        gap = false;
        match character {
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            '"' => quoted = true,
            _ => {}
        }
        result.push(character);
    }
    result
}

/// Milliseconds as an ISO 8601 duration of hours, minutes and seconds.
pub(super) fn iso(ms: i64) -> String {
    let sign = if ms < 0 { "-" } else { "" };
    let ms = ms.unsigned_abs();
    let (days, hours, minutes) = (ms / 86_400_000, ms / 3_600_000 % 24, ms / 60_000 % 60);
    let (seconds, rest) = (ms / 1_000 % 60, ms % 1_000);
    let mut text = format!("{sign}P");
    if days > 0 {
        text += &format!("{days}D");
    }
    if ms.is_multiple_of(86_400_000) && days > 0 {
        return text;
    }
    text.push('T');
    for (count, unit) in [(hours, 'H'), (minutes, 'M')] {
        if count > 0 {
            text += &format!("{count}{unit}");
        }
    }
    match (seconds, rest) {
        (0, 0) if ms > 0 => {}
        (seconds, 0) => text += &format!("{seconds}S"),
        (seconds, rest) => text += &format!("{seconds}.{rest:03}S"),
    }
    text
}
