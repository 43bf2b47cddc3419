//! One line of an export, as JSON or CSV.
//!
//! Not here: what stands in it.

use super::Format;
use crate::json_write::string;
use crate::time;
use std::fmt::Write;

/// A cell with its name.
pub(crate) type Cells = Vec<(String, Value)>;

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// Nothing.
    Absent,
    /// A number.
    Int(i64),
    /// A key: a decimal text, because JSON readers round long numbers.
    Key(u64),
    /// A time, Unix milliseconds.
    Time(i64),
    /// A text.
    Text(String),
    /// A JSON text.
    Json(String),
}

/// Lines being written.
pub(super) struct Writer {
    out: String,
    format: Format,
    with_names: bool,
}

impl Writer {
    pub(super) fn new(format: Format, with_names: bool) -> Self {
        Writer { out: String::new(), format, with_names: with_names && format == Format::Csv }
    }

    pub(super) fn line(&mut self, cells: &Cells) {
        match self.format {
            Format::JsonLines => self.object(cells),
            Format::Csv => {
                if std::mem::take(&mut self.with_names) {
                    let names = cells.iter().map(|(name, _)| name.as_str());
                    self.out.push_str(&names.collect::<Vec<_>>().join(","));
                    self.out.push_str("\r\n");
                }
                for (at, (_, value)) in cells.iter().enumerate() {
                    self.out.push_str(if at == 0 { "" } else { "," });
                    csv(&mut self.out, value);
                }
                self.out.push_str("\r\n");
            }
        }
    }

    fn object(&mut self, cells: &Cells) {
        let out = &mut self.out;
        for (at, (name, value)) in cells.iter().enumerate() {
            out.push(if at == 0 { '{' } else { ',' });
            string(out, name);
            out.push(':');
            match value {
                Value::Absent => out.push_str("null"),
                Value::Int(number) => drop(write!(out, "{number}")),
                Value::Key(key) => drop(write!(out, "\"{key}\"")),
                Value::Time(ms) => string(out, &time::format(*ms)),
                Value::Text(text) => string(out, text),
                Value::Json(text) => out.push_str(text),
            }
        }
        out.push_str("}\n");
    }

    pub(super) fn finish(self) -> String {
        self.out
    }
}

fn csv(out: &mut String, value: &Value) {
    match value {
        Value::Absent => {}
        Value::Int(number) => drop(write!(out, "{number}")),
        Value::Key(key) => drop(write!(out, "{key}")),
        Value::Time(ms) => out.push_str(&time::format(*ms)),
        Value::Text(text) | Value::Json(text) => {
            // Programs that show tables take these for the beginning of a formula.
            let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
            let is_number = matches!(value, Value::Json(_)) && text.parse::<f64>().is_ok();
            let safe = if is_formula && !is_number { "'" } else { "" };
            if !safe.is_empty() || text.contains(['"', ',', '\n', '\r']) {
                let _infallible = write!(out, "\"{safe}{}\"", text.replace('"', "\"\""));
            } else {
                out.push_str(text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(format: Format, values: &[Value]) -> String {
        let cells: Cells =
            values.iter().enumerate().map(|(at, it)| (format!("c{at}"), it.clone())).collect();
        let mut writer = Writer::new(format, true);
        writer.line(&cells);
        writer.line(&cells);
        writer.finish()
    }

    #[test]
    fn a_line_of_json_is_an_object() {
        let values = [
            Value::Absent,
            Value::Int(-1),
            Value::Key(u64::MAX >> 1),
            Value::Time(0),
            Value::Text("a\"b".into()),
            Value::Json("[1.0]".into()),
        ];
        let line = "{\"c0\":null,\"c1\":-1,\"c2\":\"9223372036854775807\",\
                    \"c3\":\"1970-01-01T00:00:00.000Z\",\"c4\":\"a\\\"b\",\"c5\":[1.0]}\n";
        assert_eq!(written(Format::JsonLines, &values), line.repeat(2));
    }

    #[test]
    fn a_cell_of_csv_never_begins_a_formula() {
        let values = ["=1+1", "+1", "-1", "@x", "a,b", "a\"b", "two\nlines", "plain"]
            .map(|text| Value::Text(text.into()));
        let written = written(Format::Csv, &values);
        let (names, line) = written.split_once("\r\n").unwrap();
        assert_eq!(names, "c0,c1,c2,c3,c4,c5,c6,c7");
        let expected =
            "\"'=1+1\",\"'+1\",\"'-1\",\"'@x\",\"a,b\",\"a\"\"b\",\"two\nlines\",plain\r\n";
        assert_eq!(line, expected.repeat(2));
        let number = [Value::Json("-1.5".into()), Value::Int(-1)];
        assert!(self::written(Format::Csv, &number).ends_with("-1.5,-1\r\n"));
    }
}
