//! Variables on the wire: a JSON object whose values are kept as the client wrote them.
//!
//! Not here: what the values mean; they are decoded where an expression names them.

use crate::json_write::string;
use engine::event::Variables;
use engine::limits::NAME_CHARACTERS_MAX;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// The `variables` object of a request: raw JSON text per name; of equal names the last wins.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct RawVariables(pub(crate) Variables);

impl<'de> Deserialize<'de> for RawVariables {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = RawVariables;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with variables by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawVariables, A::Error> {
        let mut variables = Variables::new();
        while let Some(Name(name)) = map.next_key()? {
            let value: &RawValue = map.next_value()?;
            variables.push((name, value.get().into()));
        }
        keep_last(&mut variables);
        Ok(RawVariables(variables))
    }
}

/// A variable's name, straight into the form the engine keeps.
struct Name(Arc<str>);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl Visitor<'_> for NameVisitor {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a variable name of at most {NAME_CHARACTERS_MAX} characters")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Name, E> {
        if text.len() > NAME_CHARACTERS_MAX && text.chars().count() > NAME_CHARACTERS_MAX {
            let found = format!("one of {}", text.chars().count());
            return Err(E::invalid_value(serde::de::Unexpected::Other(&found), &self));
        }
        Ok(Name(text.into()))
    }
}

/// Few names are compared one by one; from here on a set is cheaper.
const COMPARED_NAMES: usize = 16;

fn keep_last(variables: &mut Variables) {
    let names = variables.len();
    let twice = if names <= COMPARED_NAMES {
        (1..names).any(|at| variables[..at].iter().any(|(name, _)| *name == variables[at].0))
    } else {
        variables.iter().map(|(name, _)| &**name).collect::<HashSet<_>>().len() < names
    };
    if twice {
        let mut seen = HashSet::new();
        variables.reverse();
        variables.retain(|(name, _)| seen.insert(Arc::clone(name)));
        variables.reverse();
    }
}

/// Writes variables as a JSON object; values are copied as they are.
pub(crate) fn write(out: &mut String, variables: &Variables) {
    out.push('{');
    for (at, (name, value)) in variables.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        string(out, name);
        out.push(':');
        out.push_str(value);
    }
    out.push('}');
}

impl PartialSchema for RawVariables {
    fn schema() -> RefOr<Schema> {
        let any = AdditionalProperties::FreeForm(true);
        let object = ObjectBuilder::new().additional_properties(Some(any));
        object.description(Some("Variables by name; any JSON value.")).into()
    }
}

impl ToSchema for RawVariables {
    fn name() -> std::borrow::Cow<'static, str> {
        "Variables".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        let RawVariables(variables) = serde_json::from_str(text).unwrap();
        variables.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn keeps_values_as_written() {
        let text = r#"{"a": 1.50e+3 , "b\u0020c": {"x":[ 1, 2 ]}, "d":"\u00e9"}"#;
        let expected =
            [pair("a", "1.50e+3"), pair("b c", r#"{"x":[ 1, 2 ]}"#), pair("d", r#""\u00e9""#)];
        assert_eq!(read(text), expected);
    }

    #[test]
    fn of_equal_names_the_last_wins() {
        assert_eq!(read(r#"{"a":1,"b":2,"a":3}"#), [pair("b", "2"), pair("a", "3")]);
        let many: Vec<String> = (0..100).map(|n| format!("\"v{}\":{n}", n % 50)).collect();
        let found = read(&format!("{{{}}}", many.join(",")));
        assert_eq!((found.len(), &found[0]), (50, &pair("v0", "50")));
    }

    #[test]
    fn writes_back_what_it_read() {
        let text = r#"{"a\"b":{"x":[ 1, 2 ]},"c":null}"#;
        let variables: RawVariables = serde_json::from_str(text).unwrap();
        let mut out = String::new();
        write(&mut out, &variables.0);
        assert_eq!(out, text);
    }

    #[test]
    fn refuses_what_is_no_object_and_names_that_are_too_long() {
        assert!(serde_json::from_str::<RawVariables>("[1]").is_err());
        let long = format!("{{\"{}\":1}}", "x".repeat(513));
        let error = serde_json::from_str::<RawVariables>(&long).unwrap_err().to_string();
        assert!(error.contains("at most 512 characters"), "{error}");
    }
}
