//! JSON written by hand, for the answers that must be cheap.
//!
//! Not here: parsing, and DTOs whose shape alone is a description of them.

use engine::key::Key;
use std::fmt::{Display, Write};

/// An object being written; fields come in the order they are added.
pub(crate) struct ObjectWriter<'a> {
    out: &'a mut String,
    empty: bool,
}

impl<'a> ObjectWriter<'a> {
    /// Opens an object.
    pub(crate) fn open(out: &'a mut String) -> Self {
        out.push('{');
        ObjectWriter { out, empty: true }
    }

    /// Writes a field's name and hands out the text for its value.
    pub(crate) fn name(&mut self, name: &'static str) -> &mut String {
        self.out.push_str(if self.empty { "\"" } else { ",\"" });
        self.empty = false;
        self.out.push_str(name);
        self.out.push_str("\":");
        self.out
    }

    pub(crate) fn text(&mut self, name: &'static str, text: &str) {
        string(self.name(name), text);
    }

    pub(crate) fn key(&mut self, name: &'static str, key: Key) {
        let _ = write!(self.name(name), "\"{key}\"");
    }

    pub(crate) fn text_or_null(&mut self, name: &'static str, text: Option<&str>) {
        match text {
            Some(text) => self.text(name, text),
            None => self.raw(name, "null"),
        }
    }

    pub(crate) fn key_or_null(&mut self, name: &'static str, key: Option<Key>) {
        match key {
            Some(key) => self.key(name, key),
            None => self.raw(name, "null"),
        }
    }

    pub(crate) fn number(&mut self, name: &'static str, number: impl Display) {
        let _ = write!(self.name(name), "{number}");
    }

    /// A value that is JSON already.
    pub(crate) fn raw(&mut self, name: &'static str, json: &str) {
        self.name(name).push_str(json);
    }

    pub(crate) fn close(self) {
        self.out.push('}');
    }

    /// Closes with fields written beforehand: a comma in front, the brace at the end.
    pub(crate) fn close_with(self, rest: &'static str) {
        self.out.push_str(rest);
    }
}

/// Writes a JSON string.
pub(crate) fn string(out: &mut String, text: &str) {
    out.push('"');
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(&text[from..at]);
        from = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            _ => {
                let _ = write!(out, "\\u{byte:04x}");
            }
        }
    }
    out.push_str(&text[from..]);
    out.push('"');
}

/// Writes a list, one item after the other.
pub(crate) fn list<T>(
    out: &mut String,
    items: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut String, T),
) {
    out.push('[');
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write(out, item);
    }
    out.push(']');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_strings_every_reader_understands() {
        let every: String =
            (0..=0x2FF).filter_map(char::from_u32).chain(['😀', '"', '\\']).collect();
        let mut out = String::new();
        string(&mut out, &every);
        assert_eq!(serde_json::from_str::<String>(&out).unwrap(), every);
    }

    #[test]
    fn writes_objects_and_lists() {
        let mut out = String::new();
        let mut object = ObjectWriter::open(&mut out);
        object.text("a", "x");
        object.key("b", Key(7));
        object.number("c", -1);
        list(object.name("d"), ["x", "y"], string);
        object.close();
        assert_eq!(out, r#"{"a":"x","b":"7","c":-1,"d":["x","y"]}"#);
    }
}
