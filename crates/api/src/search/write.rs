//! Rows as JSON.
//!
//! Not here: which rows.

use super::cursor::padded;
use super::{Field, Kind, Row, Table, key_of, text_of};
use crate::json_write::{ObjectWriter, list, string};
use crate::tenant::DEFAULT_NAME;
use crate::time;
use engine::key::Key;
use std::fmt::Write;
use store::view::{Cell, Rows};

/// Writes the answer to a search; `extra` adds the fields of an item that are no columns.
pub(crate) fn answer(
    table: &Table,
    rows: &Rows,
    extra: &mut dyn FnMut(&Row, &mut ObjectWriter<'_>),
) -> String {
    let mut out = String::with_capacity(256 + 512 * rows.rows.len());
    let mut object = ObjectWriter::open(&mut out);
    list(object.name("items"), &rows.rows, |out, row| item(table, row, out, extra));
    let mut page = ObjectWriter::open(object.name("page"));
    page.number("totalItems", rows.total);
    page.number("hasMoreTotalItems", rows.total_is_floor);
    for (name, cursor) in [("startCursor", &rows.start_cursor), ("endCursor", &rows.end_cursor)] {
        page.text_or_null(name, cursor.as_deref().map(padded).as_deref());
    }
    page.close();
    object.close();
    out
}

/// Writes one item.
pub(crate) fn item(
    table: &Table,
    row: &Row,
    out: &mut String,
    extra: &mut dyn FnMut(&Row, &mut ObjectWriter<'_>),
) {
    let mut object = ObjectWriter::open(out);
    for field in table.fields.iter().filter(|field| field.shown) {
        value(field, row, object.name(field.name));
    }
    extra(row, &mut object);
    object.close();
}

/// For items whose fields are all columns.
pub(crate) fn nothing_extra(_: &Row, _: &mut ObjectWriter<'_>) {}

fn value(field: &Field, row: &Row, out: &mut String) {
    let cell = row.get(field.column as usize).unwrap_or(&Cell::Null);
    match (field.kind, cell) {
        (Kind::Fixed(json), _) => out.push_str(json),
        (Kind::Tenant, _) => string(out, DEFAULT_NAME),
        (Kind::Flag | Kind::FlagOrNull, Cell::Int(count)) => {
            out.push_str(if *count > 0 { "true" } else { "false" });
        }
        (Kind::Flag, _) => out.push_str("false"),
        (Kind::Word(words, _), Cell::Int(at)) => {
            let word = usize::try_from(*at).ok().and_then(|at| words.get(at));
            string(out, word.expect("views hold only states that have a word"));
        }
        (Kind::Key | Kind::KeyOr(_), Cell::Int(number)) => {
            let _ = write!(out, "\"{}\"", number.cast_unsigned());
        }
        (Kind::KeyOr(other), _) => match key_of(row, other) {
            Key(0) => out.push_str("null"),
            key => {
                let _ = write!(out, "\"{key}\"");
            }
        },
        (Kind::Object, Cell::Text(json)) => out.push_str(json),
        (Kind::Object, _) => out.push_str("{}"),
        (Kind::Digits, Cell::Text(text)) if !is_number(text) => out.push_str("null"),
        (Kind::NoDigits, Cell::Text(text)) if is_number(text) => out.push_str("null"),
        (Kind::Explained(kind, known), Cell::Text(text)) => {
            match text_of(row, kind).filter(|kind| !known.contains(kind)) {
                Some(kind) => string(out, &format!("{kind}: {text}")),
                None => string(out, text),
            }
        }
        (Kind::Explained(..), _) => out.push_str("\"\""),
        (Kind::Time, Cell::Int(ms)) => string(out, &time::format(*ms)),
        (Kind::Known(known), Cell::Text(text)) => {
            string(out, if known.contains(&&**text) { text } else { "UNKNOWN" });
        }
        (Kind::TextList, Cell::Text(json)) => out.push_str(json),
        (Kind::TextList, _) => out.push_str("[]"),
        (Kind::TextOrNull, Cell::Text(text)) if text.is_empty() => out.push_str("null"),
        (Kind::TextOr(other), Cell::Text(text)) if text.is_empty() => {
            string(out, text_of(row, other).unwrap_or_default());
        }
        (Kind::TextOr(other), Cell::Null) => string(out, text_of(row, other).unwrap_or_default()),
        (Kind::TextOrEmpty, Cell::Null) => out.push_str("\"\""),
        (_, Cell::Null) => out.push_str("null"),
        (_, Cell::Text(text)) => string(out, text),
        (_, Cell::Int(number)) => {
            let _ = write!(out, "{number}");
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::v2::tables::{ELEMENT_INSTANCES, INCIDENTS, JOBS, TABLES, USER_TASKS};
    use serde_json::{Value, json};

    fn row(table: &Table, cells: &[(&str, Cell)]) -> Row {
        let mut row = vec![Cell::Null; table.view.columns().len()];
        for (name, cell) in cells {
            row[table.view.column(name).unwrap() as usize] = cell.clone();
        }
        row
    }

    fn written(table: &Table, cells: &[(&str, Cell)]) -> Value {
        let mut out = String::new();
        item(table, &row(table, cells), &mut out, &mut nothing_extra);
        serde_json::from_str(&out).unwrap()
    }

    #[test]
    fn writes_cells_as_their_kind_says() {
        let job = written(
            &JOBS,
            &[
                ("key", Cell::Int(7)),
                ("job_type", Cell::Text("pay".into())),
                ("state", Cell::Int(4)),
                ("ended_ms", Cell::Int(1_767_225_600_000)),
                ("retries", Cell::Int(3)),
            ],
        );
        assert_eq!(job["jobKey"], "7");
        assert_eq!(job["type"], "pay");
        assert_eq!(job["state"], "ERROR_THROWN");
        assert_eq!(job["endTime"], "2026-01-01T00:00:00.000Z");
        assert_eq!(job["worker"], "");
        assert_eq!(job["errorCode"], Value::Null);
        assert_eq!(job["retries"], 3);
        assert_eq!(job["tenantId"], "<default>");
    }

    #[test]
    fn puts_something_fitting_where_a_cell_is_empty() {
        let element = written(
            &ELEMENT_INSTANCES,
            &[("element_id", Cell::Text("Pay".into())), ("element_name", Cell::Text("".into()))],
        );
        assert_eq!(element["elementName"], "Pay");
        assert_eq!(element["hasIncident"], false);
        let groups = Cell::Text(r#"["a","b"]"#.into());
        let task = written(&USER_TASKS, &[("candidate_groups", groups)]);
        assert_eq!(task["candidateGroups"], json!(["a", "b"]));
        assert_eq!(task["candidateUsers"], json!([]));
        assert_eq!((&task["customHeaders"], &task["formKey"]), (&json!({}), &Value::Null));
        let form = |form: &str| written(&USER_TASKS, &[("form", Cell::Text(form.into()))]);
        assert_eq!(form("77")["formKey"], "77");
        assert_eq!(form("77")["externalFormReference"], Value::Null);
        assert_eq!(form("desk:refund")["formKey"], Value::Null);
        assert_eq!(form("desk:refund")["externalFormReference"], "desk:refund");
        let incident = written(&INCIDENTS, &[("kind", Cell::Text("LOOP".into()))]);
        assert_eq!(incident["errorType"], "UNKNOWN");
        let (kind, words) = (Cell::Text("LOOP".into()), Cell::Text("it goes round".into()));
        let incident = written(&INCIDENTS, &[("kind", kind), ("message", words.clone())]);
        assert_eq!(incident["errorMessage"], "LOOP: it goes round");
        let kind = Cell::Text("CONDITION_ERROR".into());
        let incident = written(&INCIDENTS, &[("kind", kind), ("message", words)]);
        assert_eq!(incident["errorMessage"], "it goes round");
    }

    #[test]
    fn an_answer_without_rows_is_a_page_all_the_same() {
        for table in TABLES {
            let text = answer(table, &Rows::default(), &mut nothing_extra);
            let expected = json!({"items": [], "page": {
                "totalItems": 0, "hasMoreTotalItems": false, "startCursor": null, "endCursor": null
            }});
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected);
        }
    }
}
