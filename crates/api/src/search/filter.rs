//! Filters on the wire: a plain value, or an object of conditions (`$eq`, `$in`, ...).
//!
//! Not here: what the tests accept (`store::view`).

use super::{Field, Kind, Search, Table};
use crate::problem::Problem;
use crate::tenant::DEFAULT_NAME;
use crate::{keys, time};
use serde_json::Value;
use store::limits::IN_CELLS_MAX;
use store::view::{Cell, Filter, Test};

/// Adds the condition on one field to a search.
pub(crate) fn add(
    table: &Table,
    name: &str,
    value: &Value,
    search: &mut Search,
) -> Result<(), Problem> {
    if table.missing.contains(&name) {
        return Err(Problem::not_implemented(format!(
            "Expected filters that Segue has, but `{name}` is not among them yet."
        )));
    }
    let asked = || table.fields.iter().filter(|field| field.asked);
    let Some(field) = asked().find(|field| field.name == name) else {
        let special = table.special.iter().map(|(name, _)| *name);
        let known: Vec<_> = asked().map(|field| field.name).chain(special).collect();
        return Err(Problem::invalid(format!(
            "Expected to filter by one of {}, but found `{name}`.",
            known.join(", ")
        )));
    };
    for (condition, value) in conditions(name, value)? {
        let test = test(field, condition, value)?;
        if let Kind::Tenant = field.kind {
            // There is one tenant; whether it passes is known without asking.
            search.nothing |= !test.accepts(&Cell::Text(DEFAULT_NAME.into()));
        } else {
            search.query.filters.push(Filter { column: field.column, test });
        }
    }
    Ok(())
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
enum Condition {
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
const CONDITIONS: [(&str, Condition); 10] = [
    ("$eq", Condition::Eq),
    ("$neq", Condition::Neq),
    ("$exists", Condition::Exists),
    ("$gt", Condition::Gt),
    ("$gte", Condition::Gte),
    ("$lt", Condition::Lt),
    ("$lte", Condition::Lte),
    ("$in", Condition::In),
    ("$notIn", Condition::NotIn),
    ("$like", Condition::Like),
];

fn conditions<'a>(name: &str, value: &'a Value) -> Result<Vec<(Condition, &'a Value)>, Problem> {
    let Value::Object(object) = value else { return Ok(vec![(Condition::Eq, value)]) };
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

fn test(field: &Field, condition: Condition, value: &Value) -> Result<Test, Problem> {
    let name = field.name;
    match field.kind {
        Kind::Flag => flag(name, condition, value),
        Kind::Word(words, others) => word(name, words, others, condition, value),
        Kind::TextList => within(name, condition, value),
        Kind::Int => compared(name, condition, value, &|value| int_cell(name, value)),
        Kind::Key => compared(name, condition, value, &|value| key_cell(name, value)),
        Kind::Time => compared(name, condition, value, &|value| time_cell(name, value)),
        Kind::Text
        | Kind::TextOrEmpty
        | Kind::TextOrNull
        | Kind::TextOr(_)
        | Kind::Known(_)
        | Kind::Tenant
        | Kind::Fixed(_) => compared(name, condition, value, &|value| text_cell(name, value)),
    }
}

type ToCell<'a> = &'a dyn Fn(&Value) -> Result<Cell, Problem>;

fn compared(
    name: &str,
    condition: Condition,
    value: &Value,
    cell: ToCell<'_>,
) -> Result<Test, Problem> {
    Ok(match condition {
        Condition::Eq => Test::Eq(cell(value)?),
        Condition::Neq => Test::Ne(cell(value)?),
        Condition::Gt => Test::Gt(cell(value)?),
        Condition::Gte => Test::Ge(cell(value)?),
        Condition::Lt => Test::Lt(cell(value)?),
        Condition::Lte => Test::Le(cell(value)?),
        Condition::Exists => Test::Exists(boolean(name, value)?),
        Condition::In => Test::In(cells(name, value, cell)?),
        Condition::NotIn => Test::NotIn(cells(name, value, cell)?),
        Condition::Like => match value {
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

fn flag(name: &str, condition: Condition, value: &Value) -> Result<Test, Problem> {
    let wanted = boolean(name, value)?;
    match condition {
        Condition::Exists => Ok(Test::Exists(wanted)),
        Condition::Eq | Condition::Neq if wanted == (condition == Condition::Eq) => {
            Ok(Test::Gt(Cell::Int(0)))
        }
        Condition::Eq | Condition::Neq => Ok(Test::Le(Cell::Int(0))),
        _ => Err(wrong(name, "true or false", value)),
    }
}

fn word(
    name: &str,
    words: &[&str],
    others: &[&str],
    condition: Condition,
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
        Condition::Eq => {
            let one = known(value)?;
            Test::In(places(&|word| word == one))
        }
        Condition::Neq => {
            let one = known(value)?;
            Test::NotIn(places(&|word| word == one))
        }
        Condition::In => {
            let some = listed(value)?;
            Test::In(places(&|word| some.iter().any(|it| it == word)))
        }
        Condition::NotIn => {
            let some = listed(value)?;
            Test::NotIn(places(&|word| some.iter().any(|it| it == word)))
        }
        Condition::Like => {
            let Value::String(pattern) = value else {
                return Err(wrong(name, "a pattern as text", value));
            };
            let like = Test::Like(pattern.clone());
            Test::In(places(&|word| like.accepts(&Cell::Text(word.into()))))
        }
        Condition::Exists => Test::Exists(boolean(name, value)?),
        _ => return Err(wrong(name, "$eq, $neq, $exists, $in, $notIn or $like", value)),
    })
}

/// Whether a text is in a list: the list is kept as JSON, so its JSON form is looked for.
fn within(name: &str, condition: Condition, value: &Value) -> Result<Test, Problem> {
    let one = match (condition, value) {
        (Condition::Eq, Value::String(_)) => value,
        (Condition::In, Value::Array(values)) if values.len() == 1 && values[0].is_string() => {
            &values[0]
        }
        (Condition::Eq | Condition::In, _) => return Err(wrong(name, "one text", value)),
        _ => {
            return Err(Problem::not_implemented(format!(
                "Expected `filter.{name}` to be one text, but found a condition that Segue does \
                 not have yet."
            )));
        }
    };
    let mut pattern = String::from("*");
    for character in one.to_string().chars() {
        if matches!(character, '*' | '?' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('*');
    Ok(Test::Like(pattern))
}

fn text_cell(name: &str, value: &Value) -> Result<Cell, Problem> {
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

fn boolean(name: &str, value: &Value) -> Result<bool, Problem> {
    value.as_bool().ok_or_else(|| wrong(name, "true or false", value))
}

/// Characters of a wrong value that are repeated to the client.
const SHOWN_CHARACTERS: usize = 100;

fn wrong(name: &str, expected: &str, found: &Value) -> Problem {
    let found: String = found.to_string().chars().take(SHOWN_CHARACTERS).collect();
    Problem::invalid(format!("Expected `filter.{name}` to be {expected}, but found {found}."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::JsonBody;
    use crate::search::nothing_special;
    use crate::v2::tables::{INCIDENTS, JOBS, PROCESS_INSTANCES, USER_TASKS};

    fn parse(table: &Table, filter: &str) -> Result<Search, Problem> {
        let text = format!(r#"{{"filter":{filter}}}"#);
        Search::parse(table, &JsonBody::of(&text), nothing_special)
    }

    fn tests(table: &Table, filter: &str) -> Vec<Test> {
        parse(table, filter).unwrap().query.filters.into_iter().map(|it| it.test).collect()
    }

    fn text(text: &str) -> Cell {
        Cell::Text(text.into())
    }

    #[test]
    fn takes_a_plain_value_or_conditions() {
        assert_eq!(tests(&JOBS, r#"{"type":"pay"}"#), [Test::Eq(text("pay"))]);
        let found = tests(
            &JOBS,
            r#"{"retries":{"$gt":1,"$gte":2,"$lt":9,"$lte":8,"$neq":5,"$exists":true,"$in":[3],
                "$notIn":[4]}}"#,
        );
        let expected = [
            Test::Gt(Cell::Int(1)),
            Test::Ge(Cell::Int(2)),
            Test::Lt(Cell::Int(9)),
            Test::Le(Cell::Int(8)),
            Test::Ne(Cell::Int(5)),
            Test::Exists(true),
            Test::In(vec![Cell::Int(3)]),
            Test::NotIn(vec![Cell::Int(4)]),
        ];
        assert_eq!(found, expected);
        assert_eq!(tests(&JOBS, r#"{"type":{"$like":"p*"}}"#), [Test::Like("p*".to_owned())]);
    }

    #[test]
    fn turns_words_into_numbers() {
        let created = tests(&JOBS, r#"{"state":"CREATED"}"#);
        assert_eq!(created, [Test::In(vec![Cell::Int(0), Cell::Int(1)])]);
        assert_eq!(tests(&JOBS, r#"{"state":"MIGRATED"}"#), [Test::In(vec![])]);
        let ended = tests(&PROCESS_INSTANCES, r#"{"state":{"$like":"*ED"}}"#);
        assert_eq!(ended, [Test::In(vec![Cell::Int(1), Cell::Int(2)])]);
        let not = tests(&PROCESS_INSTANCES, r#"{"state":{"$neq":"ACTIVE"}}"#);
        assert_eq!(not, [Test::NotIn(vec![Cell::Int(0)])]);
    }

    #[test]
    fn turns_times_keys_and_flags_into_numbers() {
        let found = tests(&INCIDENTS, r#"{"creationTime":{"$gte":"2026-01-01T00:00:00Z"}}"#);
        assert_eq!(found, [Test::Ge(Cell::Int(1_767_225_600_000))]);
        let found = tests(&PROCESS_INSTANCES, r#"{"hasIncident":true}"#);
        assert_eq!(found, [Test::Gt(Cell::Int(0))]);
        let found = tests(&PROCESS_INSTANCES, r#"{"hasIncident":false}"#);
        assert_eq!(found, [Test::Le(Cell::Int(0))]);
        let found = tests(&INCIDENTS, r#"{"incidentKey":{"$in":["1","2"]}}"#);
        assert_eq!(found, [Test::In(vec![Cell::Int(1), Cell::Int(2)])]);
    }

    #[test]
    fn looks_for_a_text_in_a_list_whatever_characters_it_has() {
        let filter = r#"{"candidateGroup":"a*\"b"}"#;
        let [test] = &tests(&USER_TASKS, filter)[..] else { panic!() };
        let list = |items: &[&str]| text(&serde_json::to_string(items).unwrap());
        assert!(test.accepts(&list(&["x", "a*\"b"])));
        assert!(!test.accepts(&list(&["x", "axx\"b"])));
        assert!(!test.accepts(&list(&["xa*\"b"])));
    }

    #[test]
    fn another_tenant_has_nothing_to_show() {
        assert!(!parse(&JOBS, r#"{"tenantId":"<default>"}"#).unwrap().nothing);
        assert!(parse(&JOBS, r#"{"tenantId":"acme"}"#).unwrap().nothing);
        assert!(parse(&JOBS, r#"{"tenantId":{"$in":["acme"]}}"#).unwrap().nothing);
        assert!(!parse(&JOBS, r#"{"tenantId":{"$neq":"acme"}}"#).unwrap().nothing);
    }

    #[test]
    fn says_what_was_expected() {
        for (filter, part) in [
            (r#"{"colour":1}"#, "found `colour`"),
            (r#"{"type":1}"#, "`filter.type` to be a text, but found 1"),
            (r#"{"type":{"$regex":"x"}}"#, "found `$regex`"),
            (r#"{"state":"DONE"}"#, "one of CREATED"),
            (r#"{"retries":"3"}"#, "an integer"),
            (r#"{"jobKey":"x"}"#, "a key as a decimal string"),
            (r#"{"endTime":"yesterday"}"#, "a time like"),
            (r#"{"type":{"$in":"x"}}"#, "a list"),
            (r#"{"type":{"$exists":1}}"#, "true or false"),
            (r#"{"isDenied":true}"#, "not among them yet"),
        ] {
            let detail = parse(&JOBS, filter).unwrap_err().detail;
            assert!(detail.contains(part), "{filter}: {detail}");
        }
    }
}
