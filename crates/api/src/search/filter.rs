//! Filters on the wire: a plain value, or an object of conditions (`$eq`, `$in`, ...).
//!
//! Not here: what the tests accept (`store::view`).

use super::words::{is_constant, unknown, within, word};
use super::{Field, Kind, OwnFilter, SpecialKind, Table};
use crate::problem::Problem;
use crate::tenant::DEFAULT_NAME;
use crate::{keys, time};
use serde_json::{Map, Value};
use store::limits::IN_CELLS_MAX;
use store::view::{Cell, Condition, Filter, Test, View};

/// Alternatives: each is an object of filters.
const OR: &str = "$or";

/// The conditions an object of filters stands for; `None` if nothing meets them all. Filters the
/// module of the view handles go to `own`, which is there at the top only.
pub(crate) fn all(
    table: &Table,
    wanted: &Map<String, Value>,
    mut own: Option<&mut Vec<OwnFilter>>,
) -> Result<Option<Vec<Condition>>, Problem> {
    let mut conditions = Vec::new();
    let mut nothing = false;
    for (name, value) in wanted.iter().filter(|(_, value)| !value.is_null()) {
        let special = table.special.iter().find(|special| special.name == name);
        let found = match (special, &mut own) {
            (Some(special), Some(own)) if matches!(special.kind, SpecialKind::Handler) => {
                own.push((special.name, value.clone()));
                Some(Vec::new())
            }
            (Some(special), _) => special.conditions(value)?,
            (None, Some(_)) if name == OR => any(table, value)?,
            (None, _) => field(known(table, name)?, value)?,
        };
        match found {
            Some(found) => found.into_iter().for_each(|one| merge(&mut conditions, one)),
            None => nothing = true,
        }
    }
    Ok((!nothing).then_some(conditions))
}

/// Alternatives; `None` if nothing meets any.
fn any(table: &Table, value: &Value) -> Result<Option<Vec<Condition>>, Problem> {
    let expected = || wrong(OR, "a list of objects with filters", value);
    let mut ways = Vec::new();
    let wanted = value.as_array().ok_or_else(expected)?;
    for way in wanted {
        let way = way.as_object().ok_or_else(expected)?;
        ways.extend(all(table, way, None)?);
    }
    if wanted.is_empty() {
        return Ok(Some(Vec::new()));
    }
    Ok((!ways.is_empty()).then(|| vec![Condition::Any(ways)]))
}

/// Adds a condition. Those on elements mean one element, those on incidents one incident.
fn merge(conditions: &mut Vec<Condition>, more: Condition) {
    if let Condition::Related(more) = &more
        && more.exists
        && matches!(more.view, View::Elements | View::Incidents)
    {
        let held = conditions.iter_mut().find_map(|condition| match condition {
            Condition::Related(held)
                if (held.view, held.by, held.exists) == (more.view, more.by, true) =>
            {
                Some(held)
            }
            _ => None,
        });
        if let Some(held) = held {
            held.filters.extend(more.filters.iter().cloned());
            return;
        }
    }
    conditions.push(more);
}

fn known<'a>(table: &'a Table, name: &str) -> Result<&'a Field, Problem> {
    if table.missing.contains(&name) {
        return Err(Problem::not_implemented(format!(
            "Expected filters that Segue has, but `{name}` is not among them yet."
        )));
    }
    let asked = || table.fields.iter().filter(|field| field.asked);
    asked().find(|field| field.name == name).ok_or_else(|| {
        let special = table.special.iter().map(|special| special.name);
        let known: Vec<_> = asked().map(|field| field.name).chain(special).collect();
        Problem::invalid(format!(
            "Expected to filter by one of {}, but found `{name}`.",
            known.join(", ")
        ))
    })
}

/// The conditions on one field; `None` if nothing meets them.
pub(super) fn field(field: &Field, value: &Value) -> Result<Option<Vec<Condition>>, Problem> {
    let mut found = Vec::new();
    for (condition, value) in conditions(field.name, value)? {
        match field.kind {
            Kind::Fixed(json) => {
                if !is_constant(field.name, json, condition, value)? {
                    return Ok(None);
                }
            }
            Kind::TextList => found.push(within(field, condition, value)?),
            // There is one tenant; whether it passes is known without asking.
            Kind::Tenant => {
                let test = test(field, condition, value)?;
                if !test.accepts(&Cell::Text(DEFAULT_NAME.into())) {
                    return Ok(None);
                }
            }
            _ => {
                let test = test(field, condition, value)?;
                found.push(Condition::Column(Filter { column: field.column, test }));
            }
        }
    }
    Ok(Some(found))
}

/// The tests a text value must pass, for filters that are no columns.
pub(crate) fn text_tests(name: &str, value: &Value) -> Result<Vec<Test>, Problem> {
    let mut tests = Vec::new();
    for (condition, value) in conditions(name, value)? {
        tests.push(compared(name, condition, value, &|value| text_cell(name, value))?);
    }
    Ok(tests)
}

/// What a field's value must be compared to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    Eq,
    Neq,
    Exists,
    Gt,
    Gte,
    Lt,
    Lte,
    In,
    NotIn,
    Like,
}

/// Conditions by their names. Camunda's order.
const CONDITIONS: [(&str, Ask); 10] = [
    ("$eq", Ask::Eq),
    ("$neq", Ask::Neq),
    ("$exists", Ask::Exists),
    ("$gt", Ask::Gt),
    ("$gte", Ask::Gte),
    ("$lt", Ask::Lt),
    ("$lte", Ask::Lte),
    ("$in", Ask::In),
    ("$notIn", Ask::NotIn),
    ("$like", Ask::Like),
];

fn conditions<'a>(name: &str, value: &'a Value) -> Result<Vec<(Ask, &'a Value)>, Problem> {
    let Value::Object(object) = value else { return Ok(vec![(Ask::Eq, value)]) };
    let mut found = Vec::new();
    for (text, value) in object {
        let known = CONDITIONS.iter().find(|(known, _)| known == text);
        let (_, condition) = known.ok_or_else(|| {
            let known = CONDITIONS.map(|(known, _)| known).join(", ");
            Problem::invalid(format!(
                "Expected `filter.{name}` to have conditions out of {known}, but found `{text}`."
            ))
        })?;
        if !value.is_null() {
            found.push((*condition, value));
        }
    }
    Ok(found)
}

fn test(field: &Field, condition: Ask, value: &Value) -> Result<Test, Problem> {
    let name = field.name;
    match field.kind {
        Kind::Flag | Kind::FlagOrNull => flag(name, condition, value),
        Kind::Word(words, others) => word(name, words, others, condition, value),
        Kind::Int => compared(name, condition, value, &|value| int_cell(name, value)),
        Kind::Key | Kind::KeyOr(_) => {
            compared(name, condition, value, &|value| key_cell(name, value))
        }
        Kind::Known(known) => unknown(name, known, condition, value),
        Kind::Time => compared(name, condition, value, &|value| time_cell(name, value)),
        Kind::Text
        | Kind::TextOrEmpty
        | Kind::TextOrNull
        | Kind::TextOr(_)
        | Kind::TextList
        | Kind::Object
        | Kind::Digits
        | Kind::NoDigits
        | Kind::Explained(..)
        | Kind::Tenant
        | Kind::Fixed(_) => compared(name, condition, value, &|value| text_cell(name, value)),
    }
}

type ToCell<'a> = &'a dyn Fn(&Value) -> Result<Cell, Problem>;

pub(super) fn compared(
    name: &str,
    condition: Ask,
    value: &Value,
    cell: ToCell<'_>,
) -> Result<Test, Problem> {
    Ok(match condition {
        Ask::Eq => Test::Eq(cell(value)?),
        Ask::Neq => Test::Ne(cell(value)?),
        Ask::Gt => Test::Gt(cell(value)?),
        Ask::Gte => Test::Ge(cell(value)?),
        Ask::Lt => Test::Lt(cell(value)?),
        Ask::Lte => Test::Le(cell(value)?),
        Ask::Exists => Test::Exists(boolean(name, value)?),
        Ask::In => Test::In(cells(name, value, cell)?),
        Ask::NotIn => Test::NotIn(cells(name, value, cell)?),
        Ask::Like => match value {
            Value::String(pattern) => Test::Like(pattern.clone()),
            other => return Err(wrong(name, "a pattern as text", other)),
        },
    })
}

fn cells(name: &str, value: &Value, cell: ToCell<'_>) -> Result<Vec<Cell>, Problem> {
    let Value::Array(values) = value else { return Err(wrong(name, "a list", value)) };
    if values.len() > IN_CELLS_MAX {
        return Err(Problem::invalid(format!(
            "Expected at most {IN_CELLS_MAX} values in `filter.{name}`, but found {}.",
            values.len()
        )));
    }
    values.iter().map(cell).collect()
}

fn flag(name: &str, condition: Ask, value: &Value) -> Result<Test, Problem> {
    let wanted = boolean(name, value)?;
    match condition {
        Ask::Exists => Ok(Test::Exists(wanted)),
        Ask::Eq | Ask::Neq if wanted == (condition == Ask::Eq) => Ok(Test::Gt(Cell::Int(0))),
        Ask::Eq | Ask::Neq => Ok(Test::Le(Cell::Int(0))),
        _ => Err(wrong(name, "true or false", value)),
    }
}

pub(super) fn text_cell(name: &str, value: &Value) -> Result<Cell, Problem> {
    match value {
        Value::String(text) => Ok(Cell::Text(text.as_str().into())),
        other => Err(wrong(name, "a text", other)),
    }
}

fn int_cell(name: &str, value: &Value) -> Result<Cell, Problem> {
    value.as_i64().map(Cell::Int).ok_or_else(|| wrong(name, "an integer", value))
}

fn key_cell(name: &str, value: &Value) -> Result<Cell, Problem> {
    let key = match value {
        Value::String(text) => keys::parse(text).map(|key| key.0.cast_signed()),
        other => other.as_i64().filter(|number| *number >= 0),
    };
    key.map(Cell::Int).ok_or_else(|| wrong(name, "a key as a decimal string", value))
}

fn time_cell(name: &str, value: &Value) -> Result<Cell, Problem> {
    let ms = value.as_str().and_then(time::parse);
    ms.map(Cell::Int).ok_or_else(|| wrong(name, "a time like 2026-01-01T00:00:00.000Z", value))
}

pub(super) fn boolean(name: &str, value: &Value) -> Result<bool, Problem> {
    value.as_bool().ok_or_else(|| wrong(name, "true or false", value))
}

/// Characters of a wrong value that are repeated to the client.
const SHOWN_CHARACTERS: usize = 100;

pub(super) fn wrong(name: &str, expected: &str, found: &Value) -> Problem {
    let found: String = found.to_string().chars().take(SHOWN_CHARACTERS).collect();
    Problem::invalid(format!("Expected `filter.{name}` to be {expected}, but found {found}."))
}

#[cfg(test)]
#[path = "filter_tests.rs"]
mod tests;
