//! Values as JSON text.
//! It is not FEEL's text of a value; that is `Display`.

use crate::temporal::{Time, write_duration, write_offset};
use crate::value::Value;
use std::fmt::Write;

/// Native recursion is bounded by the depth of values.
pub(super) fn write_value(out: &mut String, value: &Value) {
    const INFALLIBLE: &str = "strings take any text";
    match value {
        Value::Null => out.push_str("null"),
        Value::Boolean(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(value) => write!(out, "{value}").expect(INFALLIBLE),
        Value::String(value) => write_string(out, value),
        Value::Time(value) => write_string(out, &time(value)),
        Value::DateTime(value) => write_string(out, &value.to_iso()),
        Value::DaysTimeDuration(value) => {
            let mut text = String::new();
            write_duration(&mut text, *value).expect(INFALLIBLE);
            write_string(out, &text);
        }
        Value::List(list) => {
            out.push('[');
            for (at, item) in list.items().iter().enumerate() {
                out.push_str(if at == 0 { "" } else { "," });
                write_value(out, item);
            }
            out.push(']');
        }
        Value::Context(context) => {
            out.push('{');
            for (at, (key, value)) in context.entries().iter().enumerate() {
                out.push_str(if at == 0 { "" } else { "," });
                write_string(out, key);
                out.push(':');
                write_value(out, value);
            }
            out.push('}');
        }
        Value::Date(_)
        | Value::Far(_)
        | Value::YearsMonthsDuration(_)
        | Value::Range(_)
        | Value::Function(_) => {
            write_string(out, &value.to_string());
        }
    }
}

/// ISO 8601 knows offsets of times, but no regions.
fn time(time: &Time) -> String {
    let mut text = time.clock.to_string();
    if let Some(zone) = &time.zone {
        write_offset(&mut text, zone.offset).expect("strings take any text");
    }
    text
}

/// Writes a JSON string with its quotes.
fn write_string(out: &mut String, text: &str) {
    out.push('"');
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x8 => "\\b",
            0xc => "\\f",
            0..0x20 => "",
            _ => continue,
        };
        out.push_str(&text[from..at]);
        if escape.is_empty() {
            write!(out, "\\u{byte:04x}").expect("strings take any text");
        } else {
            out.push_str(escape);
        }
        from = at + 1;
    }
    out.push_str(&text[from..]);
    out.push('"');
}
