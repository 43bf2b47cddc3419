//! The scan every file passes before the XML parser sees it: encoding, budgets, no DTD.
//!
//! Not a parser: what is merely malformed passes and is reported by the parser. It exists because
//! a parser's time is not linear in the number of attributes and namespaces of hostile input.

use crate::limits::{
    MAX_ATTRIBUTES, MAX_DEPTH, MAX_ELEMENTS, MAX_NAMESPACE_DECLARATIONS, MAX_NAMESPACES,
    MAX_QUOTED_BYTES, MAX_SOURCE_BYTES,
};
use crate::position::LineIndex;
use crate::problem::{Problem, Severity, clip};

const ENTITIES: &[&str] = &["amp", "apos", "gt", "lt", "quot"];

/// Checks encoding and budgets in one pass and returns the text.
pub(crate) fn scan(source: &[u8]) -> Result<&str, Box<Problem>> {
    if source.len() > MAX_SOURCE_BYTES {
        let message =
            format!("Expected at most {MAX_SOURCE_BYTES} bytes, but found {}", source.len());
        let hint = "split the file, for example into one process or decision graph each";
        return Err(refuse("", 0, "xml-too-large", message, hint));
    }
    let text = decode(source)?;
    if let Some(at) = source.iter().position(|byte| *byte == 0) {
        let message = "Expected text, but found a NUL byte";
        return Err(refuse(text, at, "xml-encoding", message, "save the file as UTF-8 text"));
    }
    let mut scan = Scan { text, at: 0, open: Vec::new(), elements: 0, in_force: 0, declared: 0 };
    match scan.run() {
        Ok(()) => Ok(text),
        Err(found) => Err(refuse(text, scan.at, found.rule, found.message, found.hint)),
    }
}

fn decode(source: &[u8]) -> Result<&str, Box<Problem>> {
    let hint = "save the file as UTF-8";
    if matches!(source, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [b'<', 0, ..] | [0, b'<', ..]) {
        let message = "Expected UTF-8, but found UTF-16";
        return Err(refuse("", 0, "xml-encoding", message, hint));
    }
    std::str::from_utf8(source).map_err(|error| {
        let (good, rest) = source.split_at(error.valid_up_to());
        let good = std::str::from_utf8(good).unwrap_or_default();
        let byte = rest.first().copied().unwrap_or_default();
        let message = format!("Expected UTF-8, but found the byte 0x{byte:02X}");
        let declared = good.split_once("encoding=").and_then(|(_, rest)| rest.get(1..));
        let declared = declared.and_then(|rest| rest.split(['"', '\'', '>']).next());
        let hint = declared.map_or_else(
            || hint.to_owned(),
            |name| format!("{hint}; it says it is {}", clip(name, MAX_QUOTED_BYTES)),
        );
        refuse(good, good.len(), "xml-encoding", message, hint)
    })
}

fn refuse(
    text: &str,
    at: usize,
    rule: &'static str,
    message: impl Into<String>,
    hint: impl Into<String>,
) -> Box<Problem> {
    let position = LineIndex::new(text).position(text, at);
    Box::new(Problem::at(Severity::Error, position, rule, message).with_hint(hint))
}

struct Found {
    rule: &'static str,
    message: String,
    hint: &'static str,
}

/// A walk along the markup. When it refuses, `at` is where.
struct Scan<'s> {
    text: &'s str,
    at: usize,
    /// For each open element the namespaces it declares.
    open: Vec<usize>,
    elements: usize,
    /// Namespaces declared by the open elements.
    in_force: usize,
    /// Namespaces declared so far.
    declared: usize,
}

impl Scan<'_> {
    fn run(&mut self) -> Result<(), Found> {
        while let Some(ahead) = self.rest().iter().position(|byte| matches!(byte, b'<' | b'&')) {
            self.at += ahead;
            let rest = self.rest();
            if rest[0] == b'&' {
                self.reference()?;
                self.at += 1;
            } else if rest.starts_with(b"<!--") {
                self.skip(4, "-->");
            } else if rest.starts_with(b"<![CDATA[") {
                self.skip(9, "]]>");
            } else if rest.starts_with(b"<?") {
                self.skip(2, "?>");
            } else if rest.starts_with(b"<!") {
                return Err(Found {
                    rule: "xml-doctype",
                    message: "Expected elements only, but found a document type".to_owned(),
                    hint: "remove the <!DOCTYPE ...> declaration; BPMN and DMN files have none",
                });
            } else if rest.starts_with(b"</") {
                self.in_force -= self.open.pop().unwrap_or(0);
                self.skip(2, ">");
            } else {
                self.start_tag()?;
            }
        }
        Ok(())
    }

    fn rest(&self) -> &[u8] {
        &self.text.as_bytes()[self.at..]
    }

    fn skip(&mut self, opening: usize, closing: &str) {
        let from = self.at + opening;
        let rest = self.text.get(from..).unwrap_or_default();
        self.at = rest.find(closing).map_or(self.text.len(), |at| from + at + closing.len());
    }

    fn start_tag(&mut self) -> Result<(), Found> {
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            let hint = "split the file, for example into one process or decision graph each";
            return Err(over("xml-too-many-elements", MAX_ELEMENTS, "elements", hint));
        }
        let tag = self.at;
        self.at += 1;
        let (mut attributes, mut declared) = (0, 0);
        loop {
            let rest = self.rest();
            let Some(ahead) = rest.iter().position(|b| matches!(b, b'"' | b'\'' | b'>')) else {
                self.at = self.text.len();
                return Ok(());
            };
            let (before, mark) = (&rest[..ahead], rest[ahead]);
            if mark == b'>' {
                let empty = before.ends_with(b"/");
                self.at += ahead + 1;
                if empty {
                    self.in_force -= declared;
                    return Ok(());
                }
                return self.descend(tag, declared);
            }
            attributes += 1;
            if attributes > MAX_ATTRIBUTES {
                let hint = "an element has fewer than 20; remove generated ones";
                return Err(over("xml-too-many-attributes", MAX_ATTRIBUTES, "attributes", hint));
            }
            if is_namespace_declaration(before) {
                declared += 1;
                self.in_force += 1;
                self.declared += 1;
                self.check_namespaces()?;
            }
            self.at += ahead + 1;
            self.value(mark)?;
        }
    }

    fn check_namespaces(&self) -> Result<(), Found> {
        let hint = "declare each once, at the root element";
        let rule = "xml-too-many-namespaces";
        if self.in_force > MAX_NAMESPACES {
            return Err(over(rule, MAX_NAMESPACES, "namespaces at an element", hint));
        }
        if self.declared > MAX_NAMESPACE_DECLARATIONS {
            return Err(over(rule, MAX_NAMESPACE_DECLARATIONS, "namespace declarations", hint));
        }
        Ok(())
    }

    fn descend(&mut self, tag: usize, declared: usize) -> Result<(), Found> {
        self.open.push(declared);
        if self.open.len() > MAX_DEPTH {
            self.at = tag;
            let hint = "move what is inside into a process or model of its own and call it";
            return Err(over("xml-too-deep", MAX_DEPTH, "levels", hint));
        }
        Ok(())
    }

    /// Walks to the end of an attribute's value.
    fn value(&mut self, quote: u8) -> Result<(), Found> {
        loop {
            let ahead = self.rest().iter().position(|byte| *byte == quote || *byte == b'&');
            let Some(ahead) = ahead else {
                self.at = self.text.len();
                return Ok(());
            };
            self.at += ahead;
            if self.rest()[0] == quote {
                self.at += 1;
                return Ok(());
            }
            self.reference()?;
            self.at += 1;
        }
    }

    /// Checks an `&`: a character reference or one of the five entities of XML.
    fn reference(&self) -> Result<(), Found> {
        let rest = &self.text[self.at + 1..];
        let name = rest.split([';', '<', '&', '"', '\'', ' ', '\n']).next().unwrap_or_default();
        let ended = rest[name.len()..].starts_with(';');
        if ended && (name.starts_with('#') || ENTITIES.contains(&name)) {
            return Ok(());
        }
        let message = if ended && !name.is_empty() {
            let name = clip(name, MAX_QUOTED_BYTES);
            format!("Expected &amp;, &lt;, &gt;, &quot; or &apos;, but found the entity &{name};")
        } else {
            "Expected a reference such as &amp;, but found a single &".to_owned()
        };
        let hint = "write the character itself in UTF-8, and & as &amp;";
        Err(Found { rule: "xml-entity", message, hint })
    }
}

/// Whether what stands before a quote ends in `xmlns=` or `xmlns:prefix=`.
fn is_namespace_declaration(before: &[u8]) -> bool {
    let name = before.trim_ascii_end().strip_suffix(b"=").unwrap_or(before).trim_ascii_end();
    let start = name.iter().rposition(u8::is_ascii_whitespace).map_or(0, |at| at + 1);
    let name = &name[start..];
    name == b"xmlns" || name.starts_with(b"xmlns:")
}

fn over(rule: &'static str, limit: usize, what: &str, hint: &'static str) -> Found {
    Found { rule, message: format!("Expected at most {limit} {what}, but found more"), hint }
}
