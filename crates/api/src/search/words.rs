//! Filters on what is no plain column: words for numbers, lists of texts, constants.
//!
//! Not here: plain values (`filter`).

use super::Field;
use super::filter::{Ask, boolean, compared, text_cell, wrong};
use crate::problem::Problem;
use serde_json::Value;
use store::view::{Cell, Condition, Filter, Test};

/// Whether a value that is the same for all rows passes.
pub(super) fn is_constant(
    name: &str,
    json: &str,
    condition: Ask,
    value: &Value,
) -> Result<bool, Problem> {
    let own: Value = serde_json::from_str(json).expect("constants are JSON");
    let listed = |value: &Value| match value {
        Value::Array(values) => Ok(values.contains(&own)),
        other => Err(wrong(name, "a list", other)),
    };
    let ordered = |fits: fn(std::cmp::Ordering) -> bool| match (own.as_f64(), value.as_f64()) {
        (Some(own), Some(value)) => own.partial_cmp(&value).is_some_and(fits),
        _ => false,
    };
    Ok(match condition {
        Ask::Eq => own == *value,
        Ask::Neq => own != *value,
        Ask::Exists => boolean(name, value)? != own.is_null(),
        Ask::In => listed(value)?,
        Ask::NotIn => !listed(value)?,
        Ask::Gt => ordered(std::cmp::Ordering::is_gt),
        Ask::Gte => ordered(std::cmp::Ordering::is_ge),
        Ask::Lt => ordered(std::cmp::Ordering::is_lt),
        Ask::Lte => ordered(std::cmp::Ordering::is_le),
        Ask::Like => match (&own, value) {
            (Value::String(own), Value::String(pattern)) => {
                Test::Like(pattern.clone()).accepts(&Cell::Text(own.as_str().into()))
            }
            _ => false,
        },
    })
}

/// A test of a word; those Camunda does not know are `UNKNOWN` to its clients.
pub(super) fn unknown(
    name: &str,
    known: &[&str],
    condition: Ask,
    value: &Value,
) -> Result<Test, Problem> {
    const UNKNOWN: &str = "UNKNOWN";
    let asked: Vec<&Value> = match (condition, value) {
        (Ask::Eq | Ask::Neq, value) => vec![value],
        (Ask::In | Ask::NotIn, Value::Array(values)) => values.iter().collect(),
        _ => Vec::new(),
    };
    if !asked.iter().any(|value| *value == UNKNOWN) {
        return compared(name, condition, value, &|value| text_cell(name, value));
    }
    let others = known.iter().filter(|word| !asked.iter().any(|value| *value == *word));
    let others = others.map(|word| Cell::Text((*word).into())).collect();
    Ok(match condition {
        Ask::Eq | Ask::In => Test::NotIn(others),
        _ => Test::In(others),
    })
}

pub(super) fn word(
    name: &str,
    words: &[&str],
    others: &[&str],
    condition: Ask,
    value: &Value,
) -> Result<Test, Problem> {
    // Several numbers may share a word, and a word Camunda has may have none.
    let places = |wanted: &dyn Fn(&str) -> bool| -> Vec<Cell> {
        (0..).zip(words).filter(|(_, word)| wanted(word)).map(|(at, _)| Cell::Int(at)).collect()
    };
    let known = |value: &Value| match value {
        Value::String(word) if words.contains(&&**word) || others.contains(&&**word) => {
            Ok(word.clone())
        }
        other => {
            let mut all = words.to_vec();
            all.extend(others);
            all.dedup();
            Err(wrong(name, &format!("one of {}", all.join(", ")), other))
        }
    };
    let listed = |value: &Value| match value {
        Value::Array(values) => values.iter().map(known).collect::<Result<Vec<_>, _>>(),
        other => Err(wrong(name, "a list", other)),
    };
    Ok(match condition {
        Ask::Eq => {
            let one = known(value)?;
            Test::In(places(&|word| word == one))
        }
        Ask::Neq => {
            let one = known(value)?;
            Test::NotIn(places(&|word| word == one))
        }
        Ask::In => {
            let some = listed(value)?;
            Test::In(places(&|word| some.iter().any(|it| it == word)))
        }
        Ask::NotIn => {
            let some = listed(value)?;
            Test::NotIn(places(&|word| some.iter().any(|it| it == word)))
        }
        Ask::Like => {
            let Value::String(pattern) = value else {
                return Err(wrong(name, "a pattern as text", value));
            };
            let like = Test::Like(pattern.clone());
            Test::In(places(&|word| like.accepts(&Cell::Text(word.into()))))
        }
        Ask::Exists => Test::Exists(boolean(name, value)?),
        _ => return Err(wrong(name, "$eq, $neq, $exists, $in, $notIn or $like", value)),
    })
}

/// Whether a text is in a list: the list is kept as JSON, so its JSON form is looked for.
pub(super) fn within(field: &Field, condition: Ask, value: &Value) -> Result<Condition, Problem> {
    let (name, column) = (field.name, field.column);
    let one = |value: &Value| match value {
        Value::String(_) => Ok(pattern_of_one(value)),
        other => Err(wrong(name, "a text", other)),
    };
    let each = |value: &Value| match value {
        Value::Array(values) if values.len() <= LISTED_MAX => {
            values.iter().map(one).collect::<Result<Vec<_>, _>>()
        }
        other => Err(wrong(name, "a list of few texts", other)),
    };
    let is = |test| Condition::Column(Filter { column, test });
    let no_others = Test::In(vec![Cell::Text("[]".into()), Cell::Null]);
    Ok(match condition {
        Ask::Eq => is(Test::Like(one(value)?)),
        Ask::Neq => is(Test::NotLike(one(value)?)),
        Ask::In => {
            let ways = each(value)?.into_iter().map(|like| vec![is(Test::Like(like))]);
            Condition::Any(ways.collect())
        }
        Ask::NotIn => {
            let none = each(value)?.into_iter().map(|like| is(Test::NotLike(like)));
            Condition::Any(vec![none.collect()])
        }
        Ask::Exists if boolean(name, value)? => is(Test::Like("[?*]".into())),
        Ask::Exists => is(no_others),
        Ask::Like => match value {
            Value::String(pattern) => {
                let inner = Value::from(pattern.as_str()).to_string();
                is(Test::Like(format!("*{}*", inner.replace("\\\\", "\\"))))
            }
            other => return Err(wrong(name, "a pattern as text", other)),
        },
        Ask::Gt | Ask::Gte | Ask::Lt | Ask::Lte => {
            return Err(wrong(name, "$eq, $neq, $exists, $in, $notIn or $like", value));
        }
    })
}

/// Texts looked for in a list of texts at once.
const LISTED_MAX: usize = 50;

/// The pattern that finds a text in a JSON list of texts.
pub(super) fn pattern_of_one(text: &Value) -> String {
    let mut pattern = String::from("*");
    for character in text.to_string().chars() {
        if matches!(character, '*' | '?' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('*');
    pattern
}
