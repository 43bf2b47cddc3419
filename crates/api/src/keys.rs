//! Keys on the wire: decimal strings, in bodies and in paths.
//!
//! Not here: what a key names.

use crate::problem::Problem;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use engine::key::Key;
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::{Serialize, Serializer};
use std::fmt;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A key in a JSON body: a decimal string; a number is taken too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WireKey(pub(crate) Key);

impl<'de> Deserialize<'de> for WireKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KeyVisitor)
    }
}

impl Serialize for WireKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

struct KeyVisitor;

impl Visitor<'_> for KeyVisitor {
    type Value = WireKey;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key as a decimal string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<WireKey, E> {
        parse(text)
            .map(WireKey)
            .ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<WireKey, E> {
        let fits = i64::try_from(number).is_ok();
        let unexpected = serde::de::Unexpected::Unsigned(number);
        fits.then_some(WireKey(Key(number))).ok_or_else(|| E::invalid_value(unexpected, &self))
    }
}

impl PartialSchema for WireKey {
    fn schema() -> RefOr<Schema> {
        let key = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[0-9]{1,19}$"));
        key.description(Some("A key: a 63-bit number as a decimal string.")).into()
    }
}

impl ToSchema for WireKey {
    fn name() -> std::borrow::Cow<'static, str> {
        "Key".into()
    }
}

/// A key from its decimal text; digits only.
pub(crate) fn parse(text: &str) -> Option<Key> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// The one key in a request's path.
pub(crate) struct PathKey(pub(crate) Key);

impl<S: Send + Sync> FromRequestParts<S> for PathKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state).await;
        let params = params.map_err(|fault| {
            Problem::invalid(format!(
                "Expected a path in UTF-8, but found something else: {fault}."
            ))
        })?;
        let (name, text) = params.iter().next().expect("the route has one parameter");
        parse(text).map(PathKey).ok_or_else(|| {
            Problem::invalid(format!(
                "Expected `{name}` in the path to be a key, a decimal number, but found \
                 `{text}`."
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_key_as_text_or_number() {
        let keys: Vec<WireKey> = serde_json::from_str(r#"["42", 42]"#).unwrap();
        assert_eq!(keys, [WireKey(Key(42)), WireKey(Key(42))]);
    }

    #[test]
    fn refuses_what_is_no_key() {
        for text in [r#""""#, r#""-1""#, r#""+1""#, "-1", "1.5", r#""9223372036854775808""#, "{}"] {
            assert!(serde_json::from_str::<WireKey>(text).is_err(), "{text}");
        }
        assert_eq!(parse("9223372036854775807"), Some(Key(i64::MAX as u64)));
    }
}
