//! Reading the members of a definition: each with its type, and what is wrong with its place.
//!
//! Not here: which members there are (`rule`, `case_type`).

use super::node::{Node, Tree};
use super::{Fault, Formula};
use jiff::{SignedDuration, Span, Timestamp};
use std::sync::Arc;

/// A mapping that is being read: what nobody asked for is a fault in the end.
pub(super) struct Members<'n, 'f> {
    node: &'n Node,
    path: String,
    known: Vec<&'static str>,
    faults: &'f mut Vec<Fault>,
}

impl<'n, 'f> Members<'n, 'f> {
    /// The members of a mapping; anything else is a fault, and has none.
    pub(super) fn of(node: &'n Node, path: &str, faults: &'f mut Vec<Fault>) -> Self {
        if !matches!(node.value, Tree::Map(_)) {
            let found = node.value.describe();
            faults.push(Fault::at(node, path, format!("Expected a mapping, but found {found}.")));
        }
        Members { node, path: path.to_owned(), known: Vec::new(), faults }
    }

    /// The value of a member, if it is there.
    pub(super) fn get(&mut self, name: &'static str) -> Option<&'n Node> {
        self.known.push(name);
        let Tree::Map(members) = &self.node.value else { return None };
        let found = members.iter().find(|(known, _)| known == name);
        found.map(|(_, node)| node).filter(|node| node.value != Tree::Null)
    }

    /// Where a member stands, in words.
    pub(super) fn path(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// Something is wrong with a member.
    pub(super) fn fault(&mut self, node: &Node, name: &str, message: String) {
        let path = self.path(name);
        self.faults.push(Fault::at(node, &path, message));
    }

    /// Something is missing.
    pub(super) fn missing(&mut self, name: &str, what: &str) {
        if matches!(self.node.value, Tree::Map(_)) {
            self.fault(self.node, name, format!("Expected `{name}`, {what}, but found none."));
        }
    }

    /// The members of a member.
    pub(super) fn inside<'m>(&mut self, node: &'m Node, name: &str) -> Members<'m, '_> {
        let path = self.path(name);
        Members::of(node, &path, self.faults)
    }

    /// A text that may be absent.
    pub(super) fn text(&mut self, name: &'static str) -> Option<Arc<str>> {
        let node = self.get(name)?;
        let text = match &node.value {
            Tree::Text(text) | Tree::Number(text) => text.trim(),
            other => {
                let found = other.describe();
                self.fault(node, name, format!("Expected a text, but found {found}."));
                return None;
            }
        };
        if text.chars().count() > crate::limits::TEXT_CHARACTERS_MAX {
            let most = crate::limits::TEXT_CHARACTERS_MAX;
            self.fault(node, name, format!("Expected at most {most} characters, but found more."));
            return None;
        }
        (!text.is_empty()).then(|| text.into())
    }

    /// A text there must be.
    pub(super) fn need_text(&mut self, name: &'static str, what: &str) -> Arc<str> {
        let before = self.faults.len();
        let found = self.text(name);
        if found.is_none() && self.faults.len() == before {
            self.missing(name, what);
        }
        found.unwrap_or_default()
    }

    /// One of a few words; the first is the default.
    pub(super) fn word<T: Copy>(&mut self, name: &'static str, words: &[(&str, T)]) -> T {
        let default = words[0].1;
        let Some(node) = self.get(name) else { return default };
        let found = match &node.value {
            Tree::Text(text) => words.iter().find(|(word, _)| *word == text),
            _ => None,
        };
        if found.is_none() {
            let known: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
            let (known, found) = (known.join(", "), node.value.describe());
            self.fault(node, name, format!("Expected one of {known}, but found {found}."));
        }
        found.map_or(default, |(_, value)| *value)
    }

    /// A whole number within bounds.
    pub(super) fn number(&mut self, name: &'static str, least: i64, most: i64) -> Option<i64> {
        let node = self.get(name)?;
        let number = match &node.value {
            Tree::Number(text) => text.parse().ok(),
            _ => None,
        };
        let number = number.filter(|number| (least..=most).contains(number));
        if number.is_none() {
            let found = node.value.describe();
            let message =
                format!("Expected a whole number from {least} to {most}, but found {found}.");
            self.fault(node, name, message);
        }
        number
    }

    /// The items of a list, at most so many.
    pub(super) fn items(&mut self, name: &'static str, most: usize) -> &'n [Node] {
        let Some(node) = self.get(name) else { return &[] };
        let Tree::List(items) = &node.value else {
            let found = node.value.describe();
            self.fault(node, name, format!("Expected a list, but found {found}."));
            return &[];
        };
        if items.len() > most {
            let message = format!("Expected at most {most} items, but found {}.", items.len());
            self.fault(node, name, message);
            return &[];
        }
        items
    }

    /// A list of texts, at most so many; numbers are taken as they are written.
    pub(super) fn texts(&mut self, name: &'static str, most: usize) -> Vec<Arc<str>> {
        let mut texts = Vec::new();
        for item in self.items(name, most) {
            match &item.value {
                Tree::Text(text) | Tree::Number(text) if !text.trim().is_empty() => {
                    texts.push(text.trim().into());
                }
                other => {
                    let found = other.describe();
                    self.fault(item, name, format!("Expected a text, but found {found}."));
                }
            }
        }
        texts
    }

    /// A moment with its offset, such as `2026-11-29T20:00:00+01:00`, in Unix milliseconds.
    pub(super) fn instant_ms(&mut self, name: &'static str) -> Option<i64> {
        let node = self.get(name)?;
        let parsed = match &node.value {
            Tree::Text(text) => text.trim().parse::<Timestamp>().ok(),
            _ => None,
        };
        if parsed.is_none() {
            let found = node.value.describe();
            let message = format!(
                "Expected a time with its offset such as `2026-11-29T20:00:00+01:00`, but found \
                 {found}."
            );
            self.fault(node, name, message);
        }
        parsed.map(Timestamp::as_millisecond)
    }

    /// An ISO 8601 duration of a fixed length (days have 24 hours), in milliseconds.
    pub(super) fn duration_ms(&mut self, name: &'static str) -> Option<i64> {
        let node = self.get(name)?;
        let parsed = match &node.value {
            Tree::Text(text) => parse_duration_ms(text),
            _ => None,
        };
        if parsed.is_none() {
            let found = node.value.describe();
            let message = format!(
                "Expected a duration longer than zero such as `PT10M` or `P1D`, but found {found}."
            );
            self.fault(node, name, message);
        }
        parsed
    }

    /// A duration there must be, in milliseconds.
    pub(super) fn need_duration_ms(&mut self, name: &'static str, what: &str) -> i64 {
        let before = self.faults.len();
        let found = self.duration_ms(name);
        if found.is_none() && self.faults.len() == before {
            self.missing(name, what);
        }
        found.unwrap_or_default()
    }

    /// A FEEL expression that may be absent; a leading `=` may be left out.
    pub(super) fn formula(&mut self, name: &'static str) -> Option<Formula> {
        let node = self.get(name)?;
        self.expression(node, name)
    }

    fn expression(&mut self, node: &Node, name: &str) -> Option<Formula> {
        let source = match &node.value {
            Tree::Text(text) | Tree::Number(text) => text.clone(),
            Tree::Flag(flag) => flag.to_string(),
            other => {
                let found = other.describe();
                self.fault(node, name, format!("Expected a FEEL expression, but found {found}."));
                return None;
            }
        };
        let source = source.trim();
        self.compile(node, name, source.strip_prefix('=').unwrap_or(source))
    }

    /// A list of FEEL expressions, at most so many.
    pub(super) fn formulas(&mut self, name: &'static str, most: usize) -> Vec<Formula> {
        let mut formulas = Vec::new();
        for item in self.items(name, most) {
            formulas.extend(self.expression(item, name));
        }
        formulas
    }

    /// A FEEL expression there must be.
    pub(super) fn need_formula(&mut self, name: &'static str, what: &str) -> Option<Formula> {
        let before = self.faults.len();
        let found = self.formula(name);
        if found.is_none() && self.faults.len() == before {
            self.missing(name, what);
        }
        found
    }

    /// A text, or with a leading `=` a FEEL expression.
    pub(super) fn template(&mut self, name: &'static str) -> Option<Formula> {
        let text = self.text(name)?;
        let node = self.get(name)?;
        match text.strip_prefix('=') {
            Some(source) => self.compile(node, name, source),
            None => Some(Formula::Fixed(text)),
        }
    }

    fn compile(&mut self, node: &Node, name: &str, source: &str) -> Option<Formula> {
        match decision::compile(source.trim(), decision::Mode::Camunda) {
            Ok(program) => Some(Formula::Feel(program)),
            Err(error) => {
                self.fault(node, name, error.to_string());
                None
            }
        }
    }

    /// Ends the reading: members nobody asked for are faults.
    pub(super) fn finish(self) {
        let Tree::Map(members) = &self.node.value else { return };
        for (name, node) in members {
            if !self.known.contains(&name.as_str()) {
                let known: Vec<String> = self.known.iter().map(|it| format!("`{it}`")).collect();
                let known = known.join(", ");
                let path = self.path(name);
                let message = format!("Expected one of {known}, but found `{name}`.");
                self.faults.push(Fault::at(node, &path, message));
            }
        }
    }
}

/// An ISO 8601 duration longer than zero, in milliseconds; weeks and days have a fixed length,
/// months and years have none.
#[must_use]
pub fn parse_duration_ms(text: &str) -> Option<i64> {
    let text = text.trim();
    let span: Span = text.starts_with('P').then(|| text.parse().ok())??;
    let days = i64::from(span.get_weeks()) * 7 + i64::from(span.get_days());
    if span.get_years() != 0 || span.get_months() != 0 {
        return None;
    }
    let clock = span.weeks(0).days(0);
    let clock = SignedDuration::try_from(clock).ok()?;
    let total = SignedDuration::from_hours(days.checked_mul(24)?).checked_add(clock)?;
    i64::try_from(total.as_millis()).ok().filter(|ms| *ms > 0)
}

#[cfg(test)]
mod tests {
    use super::parse_duration_ms;

    #[test]
    fn a_duration_has_a_fixed_length() {
        let table = [
            ("PT10M", Some(600_000)),
            ("P1DT1H", Some(90_000_000)),
            ("P1W", Some(604_800_000)),
            ("PT0S", None),
            ("P1M", None),
            ("10 minutes", None),
        ];
        for (text, expected) in table {
            assert_eq!(parse_duration_ms(text), expected, "{text}");
        }
    }
}
