//! A value as FEEL's `string()` and warnings write it.
//! It is not JSON: contexts have bare keys, and no text is escaped.

use super::Value;
use crate::limits::WARNING_VALUE_BYTES;
use std::fmt::{self, Write};

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Boolean(value) => write!(f, "{value}"),
            Value::Number(value) => write!(f, "{value}"),
            Value::String(value) => write!(f, "\"{value}\""),
            Value::Date(value) => write!(f, "{value}"),
            Value::Time(value) => write!(f, "{value}"),
            Value::DateTime(value) => write!(f, "{value}"),
            Value::Far(value) => write!(f, "{value}"),
            Value::DaysTimeDuration(value) => crate::temporal::write_duration(f, *value),
            Value::YearsMonthsDuration(value) => write!(f, "{value}"),
            Value::List(list) => {
                f.write_char('[')?;
                for (at, item) in list.items().iter().enumerate() {
                    f.write_str(if at == 0 { "" } else { ", " })?;
                    write!(f, "{item}")?;
                }
                f.write_char(']')
            }
            Value::Context(context) => {
                f.write_char('{')?;
                for (at, (key, value)) in context.entries().iter().enumerate() {
                    f.write_str(if at == 0 { "" } else { ", " })?;
                    write!(f, "{key}:{value}")?;
                }
                f.write_char('}')
            }
            Value::Range(range) => {
                f.write_char(if range.start_included { '[' } else { '(' })?;
                write!(f, "{}..{}", range.start, range.end)?;
                f.write_char(if range.end_included { ']' } else { ')' })
            }
            Value::Function(function) => {
                write!(f, "function({})", function.parameters().join(", "))
            }
        }
    }
}

/// A value's text, cut to what a warning may carry.
pub(crate) struct Brief<'a>(pub(crate) &'a Value);

impl fmt::Display for Brief<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut cut = Cut { text: String::new() };
        if write!(cut, "{}", self.0).is_err() {
            cut.text.push('…');
        }
        f.write_str(&cut.text)
    }
}

/// Collects text and refuses more than its limit, which ends the writing early.
struct Cut {
    text: String,
}

impl Write for Cut {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let room = WARNING_VALUE_BYTES - self.text.len();
        if part.len() <= room {
            self.text.push_str(part);
            return Ok(());
        }
        self.text.push_str(&part[..part.floor_char_boundary(room)]);
        Err(fmt::Error)
    }
}
