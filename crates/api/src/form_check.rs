//! Checks what somebody submits for a form against the form's schema, as form-js shows it.
//!
//! Not here: which form a task has, and what is hidden or computed by expressions: that is known
//! where the form is shown, so such a field may be absent.

use crate::limits::{FORM_DEPTH_MAX, FORM_FINDINGS_MAX};
use decision::{Budget, Env, Mode};
use engine::event::Variables;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

/// What does not fit, a sentence for each field; empty if all does.
///
/// A schema that is no JSON has no fields. Values of fields that the schema does not have are
/// nobody's business here.
pub(crate) fn findings(schema: &str, submitted: &Variables) -> Vec<String> {
    let Ok(schema) = serde_json::from_str::<Value>(schema) else { return Vec::new() };
    let parsed = submitted.iter().filter_map(|(name, value)| {
        Some((name.to_string(), serde_json::from_str::<Value>(value).ok()?))
    });
    let data: Map<String, Value> = parsed.collect();
    let mut check = Check { found: Vec::new() };
    check.components(&schema, &data, "", false, 0);
    check.found
}

struct Check {
    found: Vec<String>,
}

impl Check {
    /// The fields of a form, a group or a row. `optional`: it may not be shown at all.
    fn components(
        &mut self,
        holder: &Value,
        data: &Map<String, Value>,
        path: &str,
        optional: bool,
        depth: usize,
    ) {
        if depth > FORM_DEPTH_MAX {
            return;
        }
        for field in holder["components"].as_array().into_iter().flatten() {
            let optional = optional || may_be_absent(field);
            match text(field, "type") {
                "group" => self.group(field, data, path, optional, depth),
                "dynamiclist" => self.rows(field, data, path, optional, depth),
                _ => self.field(field, data, path, optional),
            }
        }
    }

    fn group(
        &mut self,
        group: &Value,
        data: &Map<String, Value>,
        path: &str,
        optional: bool,
        depth: usize,
    ) {
        let nothing = Map::new();
        let (inner, path) = match text(group, "path") {
            "" => (data, path.to_owned()),
            own => {
                let found = member(data, own).and_then(Value::as_object);
                (found.unwrap_or(&nothing), joined(path, own))
            }
        };
        self.components(group, inner, &path, optional, depth + 1);
    }

    fn rows(
        &mut self,
        list: &Value,
        data: &Map<String, Value>,
        path: &str,
        optional: bool,
        depth: usize,
    ) {
        let own = text(list, "path");
        let path = joined(path, own);
        let Some(found) = member(data, own).filter(|found| !found.is_null()) else { return };
        let Some(rows) = found.as_array() else {
            return self.tell(&path, "must be a list");
        };
        for (at, row) in rows.iter().enumerate() {
            let path = format!("{path}[{at}]");
            match row.as_object() {
                Some(row) => self.components(list, row, &path, optional, depth + 1),
                None => self.tell(&path, "must be an object"),
            }
        }
    }

    fn field(&mut self, field: &Value, data: &Map<String, Value>, path: &str, optional: bool) {
        let key = text(field, "key");
        let Some(kind) = Kind::of(text(field, "type")).filter(|_| !key.is_empty()) else { return };
        let path = joined(path, key);
        let rules = &field["validate"];
        let value = member(data, key).unwrap_or(&Value::Null);
        if is_empty(value, kind) {
            if rules["required"] == Value::Bool(true) && !optional {
                self.tell(&path, "is required");
            }
            return;
        }
        let problem = match kind {
            Kind::Text => value.as_str().map_or_else(
                || Some("must be a text".to_owned()),
                |written| text_problem(written, rules),
            ),
            Kind::Number => number_of(value, field).map_or_else(
                || Some("must be a number".to_owned()),
                |it| number_problem(it, rules),
            ),
            Kind::Flag => (!value.is_boolean()).then(|| "must be true or false".to_owned()),
            Kind::One => option_problem(value, field),
            Kind::Some => match value.as_array() {
                None => Some("must be a list".to_owned()),
                Some(chosen) => chosen.iter().find_map(|one| option_problem(one, field)),
            },
            Kind::Moment => (!value.is_string()).then(|| "must be a date or time".to_owned()),
        };
        if let Some(problem) = problem {
            self.tell(&path, &problem);
        }
    }

    fn tell(&mut self, path: &str, problem: &str) {
        if self.found.len() < FORM_FINDINGS_MAX {
            self.found.push(format!("`{path}` {problem}"));
        }
    }
}

/// What kind of value a field has.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Number,
    Flag,
    /// One of its options.
    One,
    /// Some of its options.
    Some,
    Moment,
}

impl Kind {
    /// The types of form-js that bring a value; others only show something.
    fn of(component: &str) -> Option<Kind> {
        Some(match component {
            "textfield" | "textarea" => Kind::Text,
            "number" => Kind::Number,
            "checkbox" => Kind::Flag,
            "radio" | "select" => Kind::One,
            "checklist" | "taglist" => Kind::Some,
            "datetime" => Kind::Moment,
            _ => return None,
        })
    }
}

/// Whether a field may be missing although it is required: nobody can fill it in, or it is hidden
/// under a condition.
fn may_be_absent(field: &Value) -> bool {
    let says = |name: &str| !matches!(field[name], Value::Null | Value::Bool(false));
    let hidden = !text(&field["conditional"], "hide").is_empty();
    says("disabled") || says("readonly") || hidden
}

fn is_empty(value: &Value, kind: Kind) -> bool {
    match value {
        Value::Null => true,
        // An unchecked box has not been filled in, as form-js has it.
        Value::Bool(checked) => kind == Kind::Flag && !checked,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => kind == Kind::Some && items.is_empty(),
        _ => false,
    }
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().map(str::trim).unwrap_or_default()
}

fn joined(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// The value under a key; dots lead into objects.
fn member<'v>(data: &'v Map<String, Value>, key: &str) -> Option<&'v Value> {
    let mut parts = key.split('.');
    let first = data.get(parts.next()?)?;
    parts.try_fold(first, |value, part| value.get(part))
}

/// A number, or one written as text where the field keeps it so.
fn number_of(value: &Value, field: &Value) -> Option<f64> {
    let as_text = field["serializeToString"] == Value::Bool(true);
    let written = value.as_str().filter(|_| as_text);
    value.as_f64().or_else(|| written?.trim().parse().ok())
}

/// A bound of a field, unless an expression says it.
fn bound(rules: &Value, name: &str) -> Option<f64> {
    let bound = &rules[name];
    bound.as_f64().or_else(|| bound.as_str()?.trim().parse().ok())
}

fn number_problem(number: f64, rules: &Value) -> Option<String> {
    match (bound(rules, "min"), bound(rules, "max")) {
        (Some(min), _) if number < min => Some(format!("must be at least {min}")),
        (_, Some(max)) if number > max => Some(format!("must be at most {max}")),
        _ => None,
    }
}

fn text_problem(written: &str, rules: &Value) -> Option<String> {
    // As JavaScript counts, which shows the form.
    let length = written.encode_utf16().count();
    let length = f64::from(u32::try_from(length).unwrap_or(u32::MAX));
    let characters =
        |problem: &str, bound: f64| format!("must have at {problem} {bound} characters");
    match (bound(rules, "minLength"), bound(rules, "maxLength")) {
        (Some(min), _) if length < min => return Some(characters("least", min)),
        (_, Some(max)) if length > max => return Some(characters("most", max)),
        _ => {}
    }
    let pattern = rules["pattern"].as_str().filter(|it| !it.is_empty())?;
    (matches(written, pattern) == Some(false)).then(|| format!("must match `{pattern}`"))
}

/// Whether a text has what a pattern describes, by FEEL's `matches`; `None`: the pattern is not
/// one that can be tried here.
fn matches(written: &str, pattern: &str) -> Option<bool> {
    let quoted = |text: &str| Value::from(text).to_string();
    let source = format!("matches({}, {})", quoted(written), quoted(pattern));
    let program = decision::compile(&source, Mode::Camunda).ok()?;
    let env = Env { now_ms: 0, zone: TimeZone::UTC, seed: 0 };
    let nothing: [(&str, decision::Value); 0] = [];
    let outcome = program.evaluate(&nothing, &env, &mut Budget::default()).ok()?;
    outcome.value.as_boolean()
}

/// Options that an expression or a variable brings are not known here.
fn option_problem(value: &Value, field: &Value) -> Option<String> {
    let options = field["values"].as_array()?;
    let fits = options.iter().any(|option| option["value"] == *value || *option == *value);
    (!fits).then(|| format!("must not be {value}, which is no option"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = r#"{"id": "refund", "components": [
        {"type": "text", "text": "Hello"},
        {"type": "textfield", "key": "name", "validate": {"required": true, "minLength": 2,
            "maxLength": 5, "pattern": "^[a-z]+$"}},
        {"type": "number", "key": "amount", "validate": {"min": 1, "max": "100"}},
        {"type": "number", "key": "iban", "serializeToString": true},
        {"type": "checkbox", "key": "agreed", "validate": {"required": true}},
        {"type": "select", "key": "way", "values": [{"label": "A", "value": "bank"},
            {"label": "B", "value": "cash"}]},
        {"type": "radio", "key": "free", "valuesKey": "ways"},
        {"type": "checklist", "key": "tags", "values": [{"value": "a"}, {"value": "b"}]},
        {"type": "datetime", "key": "on", "subtype": "date"},
        {"type": "textfield", "key": "why", "validate": {"required": true},
            "conditional": {"hide": "= amount < 10"}},
        {"type": "textfield", "key": "fixed", "disabled": true, "validate": {"required": true}},
        {"type": "group", "path": "bank", "components": [
            {"type": "textfield", "key": "bic", "validate": {"maxLength": 3}}]},
        {"type": "dynamiclist", "path": "items", "components": [
            {"type": "number", "key": "price", "validate": {"required": true, "min": 0}}]},
        {"type": "textfield", "key": "who.first", "validate": {"maxLength": 2}}
    ]}"#;

    fn found(data: &str) -> Vec<String> {
        let data: Map<String, Value> = serde_json::from_str(data).unwrap();
        let variables: Variables = data
            .iter()
            .map(|(name, value)| (name.as_str().into(), value.to_string().into()))
            .collect();
        findings(FORM, &variables)
    }

    #[test]
    fn what_fits_is_taken() {
        for data in [
            r#"{"name": "ada", "agreed": true}"#,
            r#"{"name": "ada", "agreed": true, "amount": 100, "iban": "77", "way": "cash",
                "free": 7, "tags": ["b", "a"], "on": "2026-01-01", "why": "", "other": [1],
                "bank": {"bic": "abc"}, "items": [{"price": 0}], "who": {"first": "al"}}"#,
            r#"{"name": "ada", "agreed": true, "amount": null, "tags": [], "items": null}"#,
        ] {
            assert_eq!(found(data), Vec::<String>::new(), "{data}");
        }
    }

    #[test]
    fn what_does_not_fit_is_named_with_its_place() {
        let table = [
            (r#""amount": 1"#, "`name` is required; `agreed` is required"),
            (r#""name": "", "agreed": false"#, "`name` is required; `agreed` is required"),
            (r#""name": "a", "agreed": true"#, "`name` must have at least 2 characters"),
            (r#""name": "abcdef", "agreed": true"#, "`name` must have at most 5 characters"),
            (r#""name": "Ada", "agreed": true"#, "`name` must match `^[a-z]+$`"),
            (
                r#""name": 7, "agreed": "yes""#,
                "`name` must be a text; `agreed` must be true or false",
            ),
        ];
        for (data, expected) in table {
            assert_eq!(found(&format!("{{{data}}}")).join("; "), expected, "{data}");
        }
        let table = [
            (r#""amount": 0"#, "`amount` must be at least 1"),
            (r#""amount": 100.5"#, "`amount` must be at most 100"),
            (r#""amount": "7""#, "`amount` must be a number"),
            (r#""iban": "x""#, "`iban` must be a number"),
            (r#""way": "gold""#, "`way` must not be \"gold\", which is no option"),
            (r#""tags": ["a", "c"]"#, "`tags` must not be \"c\", which is no option"),
            (r#""tags": "a""#, "`tags` must be a list"),
            (r#""on": 7"#, "`on` must be a date or time"),
            (r#""bank": {"bic": "abcd"}"#, "`bank.bic` must have at most 3 characters"),
            (r#""items": [{"price": 1}, {}]"#, "`items[1].price` is required"),
            (r#""items": [7]"#, "`items[0]` must be an object"),
            (r#""items": {}"#, "`items` must be a list"),
            (r#""who": {"first": "ada"}"#, "`who.first` must have at most 2 characters"),
        ];
        for (data, expected) in table {
            let data = format!(r#"{{"name": "ada", "agreed": true, {data}}}"#);
            assert_eq!(found(&data).join("; "), expected, "{data}");
        }
    }

    #[test]
    fn a_schema_nobody_can_read_checks_nothing() {
        let odd = Variables::from([("a".into(), "1".into())]);
        for schema in ["", "7", "{}", r#"{"components": 7}"#, r#"{"components": [{"type": 1}]}"#] {
            assert_eq!(findings(schema, &odd), Vec::<String>::new(), "{schema}");
        }
        let broken = r#"{"components": [{"type": "textfield", "key": "a",
            "validate": {"pattern": "("}}]}"#;
        let text = Variables::from([("a".into(), "\"x\"".into())]);
        assert_eq!(findings(broken, &text), Vec::<String>::new());
    }
}
