//! Values of both engines as one kind of value, to compare and to print.
//! It is not a conversion one could compute with: ranges and functions become contexts and texts.

use crate::support::run;
use crate::tck;
use decision::Value;
use dsntk_feel::values::Value as Theirs;
use std::collections::BTreeMap;

/// Of our values.
pub(crate) fn of_ours(value: &Value) -> Value {
    match value {
        Value::List(list) => Value::list(list.items().iter().map(of_ours).collect()),
        Value::Context(all) => {
            let entry = |(key, value): &(std::sync::Arc<str>, Value)| (key.clone(), of_ours(value));
            Value::context(all.entries().iter().map(entry).collect())
        }
        Value::Range(range) => {
            let (start, end) = (of_ours(&range.start), of_ours(&range.end));
            interval(start, range.start_included, end, range.end_included)
        }
        Value::Function(_) => Value::from("<function>"),
        plain => plain.clone(),
    }
}

/// Of theirs.
pub(crate) fn of_theirs(value: &Theirs) -> Value {
    match value {
        Theirs::Null(_) => Value::Null,
        Theirs::Boolean(value) => Value::from(*value),
        Theirs::Number(number) => {
            let text = number.to_string();
            text.parse().map_or_else(|_| Value::from(format!("<number {text}>")), Value::Number)
        }
        Theirs::String(text) => Value::from(text.as_str()),
        Theirs::Date(value) => temporal(&value.to_string()),
        Theirs::Time(value) => temporal(&value.to_string()),
        Theirs::DateTime(value) => temporal(&value.to_string()),
        Theirs::DaysAndTimeDuration(value) => temporal(&value.to_string()),
        Theirs::YearsAndMonthsDuration(value) => temporal(&value.to_string()),
        Theirs::List(items) => Value::list(items.iter().map(of_theirs).collect()),
        Theirs::Context(all) => {
            let entry = |(name, value): (&dsntk_feel::Name, &Theirs)| {
                (name.to_string().into(), of_theirs(value))
            };
            Value::context(all.iter().map(entry).collect())
        }
        Theirs::Range(start, open, end, close) => {
            interval(of_theirs(start), open.closed(), of_theirs(end), close.closed())
        }
        Theirs::FunctionDefinition(..) | Theirs::BuiltInFunction(_) => Value::from("<function>"),
        other => Value::from(format!("<{other}>")),
    }
}

fn interval(start: Value, start_included: bool, end: Value, end_included: bool) -> Value {
    Value::context(vec![
        ("range from".into(), start),
        ("included".into(), Value::from(start_included)),
        ("to".into(), end),
        ("also included".into(), Value::from(end_included)),
    ])
}

fn temporal(text: &str) -> Value {
    let read = run(&format!("@\"{text}\""), &BTreeMap::new());
    match read.map(|read| read.value) {
        Ok(value) if !value.is_null() => value,
        _ => Value::from(format!("<{text}>")),
    }
}

/// Whether both say the same; numbers to the digits that the kit asks for, texts exactly.
pub(crate) fn same(ours: &Value, theirs: &Value) -> bool {
    tck::same(ours, theirs)
}

/// A value as an expression that gives it.
pub(crate) fn literal(value: &Value) -> String {
    let all = |parts: Vec<String>| parts.join(", ");
    match value {
        Value::Null | Value::Boolean(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => quoted(text),
        Value::List(list) => format!("[{}]", all(list.items().iter().map(literal).collect())),
        Value::Context(context) => {
            let entry = |(key, value): &(std::sync::Arc<str>, Value)| {
                format!("{}: {}", quoted(key), literal(value))
            };
            format!("{{{}}}", all(context.entries().iter().map(entry).collect()))
        }
        temporal => format!("@\"{temporal}\""),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
