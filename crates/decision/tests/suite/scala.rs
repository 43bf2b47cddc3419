//! The Scala literals in which the corpus writes variables and results. It is not Scala: what it
//! cannot read it refuses, and the case counts as unreadable.

use crate::support::run;
use decision::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) struct Reader<'a> {
    rest: &'a str,
}

/// The arguments of a case: the tested value, if it has one, and the variables.
#[derive(Default)]
pub(crate) struct Arguments {
    pub(crate) input: Option<Value>,
    pub(crate) variables: BTreeMap<String, Value>,
}

/// One literal and nothing else.
pub(crate) fn value(text: &str) -> Option<Value> {
    let mut reader = Reader { rest: text };
    let value = reader.value()?;
    reader.space();
    reader.rest.is_empty().then_some(value)
}

pub(crate) fn arguments(text: &str, unary: bool) -> Option<Arguments> {
    let mut reader = Reader { rest: text };
    let mut arguments = Arguments::default();
    reader.space();
    while !reader.rest.is_empty() {
        let named = reader.rest.starts_with("Map(UnaryTests.");
        let map =
            named || (reader.rest.starts_with("Map(") && (!unary || arguments.input.is_some()));
        if reader.eat("inputValue =") {
            arguments.input = Some(reader.value()?);
        } else if reader.eat("variables =") || reader.eat("context =") || map {
            reader.eat("functions =");
            if !reader.eat("Context.EmptyContext") {
                reader.variables(&mut arguments)?;
            }
        } else if reader.eat("functions =") {
            reader.variables(&mut arguments)?;
        } else if unary && arguments.input.is_none() {
            arguments.input = Some(reader.value()?);
        } else {
            return None;
        }
        reader.space();
        reader.eat(",");
        reader.space();
    }
    Some(arguments)
}

impl Reader<'_> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn eat(&mut self, text: &str) -> bool {
        self.space();
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn variables(&mut self, arguments: &mut Arguments) -> Option<()> {
        let Value::Context(context) = self.value()? else { return None };
        let named = context.get("UnaryTests.inputVariable").cloned();
        for (key, value) in context.entries() {
            let input = **key == *"UnaryTests.defaultInputVariable"
                || named.as_ref().and_then(Value::as_str) == Some(key);
            match input {
                true => arguments.input = Some(value.clone()),
                false => drop(arguments.variables.insert(key.to_string(), value.clone())),
            }
        }
        Some(())
    }

    fn value(&mut self) -> Option<Value> {
        self.space();
        for (text, value) in [
            ("List.empty", Value::list(Vec::new())),
            ("Map.empty", Value::context(Vec::new())),
            ("true", Value::from(true)),
            ("false", Value::from(false)),
            ("null", Value::Null),
            ("None", Value::Null),
            ("ValNull", Value::Null),
            ("listOfLists", Value::list(vec![Value::list(vec![Value::from(1i64)])])),
        ] {
            if self.eat(text) {
                return Some(value);
            }
        }
        if self.eat("hugeList") {
            return Some(Value::list((1..=10_000i64).map(Value::from).collect()));
        }
        if self.rest.starts_with('"') {
            return self.text().map(Value::from);
        }
        if self.rest.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
            let digits = |c: char| !c.is_ascii_digit() && !matches!(c, '-' | '.' | '_' | 'E');
            let length = self.rest.find(digits).unwrap_or(self.rest.len());
            let text = self.rest[..length].replace('_', "");
            self.rest = &self.rest[length..];
            return Some(Value::Number(text.parse().ok()?));
        }
        if self.eat("List(") {
            return self.items().map(Value::list);
        }
        if self.eat("Map(") {
            return self.entries().map(Value::context);
        }
        if self.eat("ZonedDateTime.of(") {
            let local = self.value()?;
            self.eat(",");
            let zone = self.value()?;
            self.eat(")").then_some(())?;
            let scope = [("local", local), ("zone", zone)];
            return Some(run("date and time(local, zone)", &scope).ok()?.value);
        }
        if self.eat("ZoneOffset.ofHours(2)") {
            return Some(Value::from("+02:00"));
        }
        self.call()
    }

    /// `Wrapper(value)`, where the wrapper says at most that a text is temporal.
    fn call(&mut self) -> Option<Value> {
        const PLAIN: &[&str] = &[
            "Right",
            "ValNumber",
            "ValBoolean",
            "ValString",
            "ValContext",
            "CustomValue",
            "new MyCustomContext",
            "ZoneId.of",
        ];
        const TEMPORAL: &[&str] = &[
            "LocalDate.parse",
            "LocalTime.parse",
            "OffsetTime.parse",
            "LocalDateTime.parse",
            "ZonedDateTime.parse",
            "Duration.parse",
            "Period.parse",
            "date",
            "localTime",
            "time",
            "localDateTime",
            "dateTime",
            "yearMonthDuration",
            "dayTimeDuration",
            "ValDate",
            "ValTime",
            "ValLocalTime",
            "ValDateTime",
            "ValLocalDateTime",
            "ValDayTimeDuration",
            "ValYearMonthDuration",
        ];
        let open = self.rest.find('(')?;
        let name = self.rest[..open].trim();
        if name == "evaluateFunction" {
            self.rest = &self.rest[open + 1..];
            let source = self.text()?;
            self.eat(")").then_some(())?;
            return Some(run(&source, &BTreeMap::new()).ok()?.value);
        }
        let temporal = TEMPORAL.contains(&name);
        if !temporal && !PLAIN.contains(&name) {
            return None;
        }
        self.rest = &self.rest[open + 1..];
        let value = self.value()?;
        self.eat(")").then_some(())?;
        match (temporal, value) {
            (true, Value::String(text)) => {
                let value = run(&format!("@\"{text}\""), &BTreeMap::new()).ok()?.value;
                (!value.is_null()).then_some(value)
            }
            (_, value) => Some(value),
        }
    }

    fn items(&mut self) -> Option<Vec<Value>> {
        let mut items = Vec::new();
        while !self.eat(")") {
            items.push(self.value()?);
            self.eat(",");
        }
        Some(items)
    }

    fn entries(&mut self) -> Option<Vec<(Arc<str>, Value)>> {
        let mut entries = Vec::new();
        while !self.eat(")") {
            self.space();
            let key = if self.rest.starts_with('"') {
                self.text()?
            } else {
                let end = self.rest.find("->")?;
                let key = self.rest[..end].trim().to_owned();
                self.rest = &self.rest[end..];
                key.starts_with("UnaryTests.").then_some(key)?
            };
            self.eat("->").then_some(())?;
            entries.push((key.into(), self.value()?));
            self.eat(",");
        }
        Some(entries)
    }

    fn text(&mut self) -> Option<String> {
        if self.eat("\"\"\"") {
            let end = self.rest.find("\"\"\"")?;
            let text = self.rest[..end].to_owned();
            self.rest = &self.rest[end + 3..];
            return Some(text);
        }
        self.eat("\"").then_some(())?;
        let mut end = 0;
        while !self.rest[end..].starts_with('"') {
            let escaped = usize::from(self.rest[end..].starts_with('\\'));
            end += self.rest[end..].chars().take(1 + escaped).map(char::len_utf8).sum::<usize>();
            self.rest.get(end..).filter(|rest| !rest.is_empty())?;
        }
        let literal = format!("\"{}\"", &self.rest[..end]);
        self.rest = &self.rest[end + 1..];
        Some(Value::from_json(&literal).ok()?.as_str()?.to_owned())
    }
}
