//! 64-bit integers on the wire: numbers; some clients send them as decimal strings.
//!
//! Not here: which values are allowed.

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use std::fmt;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A 64-bit integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WireInt(pub(crate) i64);

impl<'de> Deserialize<'de> for WireInt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(IntVisitor)
    }
}

struct IntVisitor;

impl Visitor<'_> for IntVisitor {
    type Value = WireInt;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a 64-bit integer")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<WireInt, E> {
        Ok(WireInt(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<WireInt, E> {
        let unexpected = Unexpected::Unsigned(number);
        i64::try_from(number).map(WireInt).map_err(|_| E::invalid_value(unexpected, &self))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<WireInt, E> {
        text.parse().map(WireInt).map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
    }
}

impl PartialSchema for WireInt {
    fn schema() -> RefOr<Schema> {
        let long = SchemaFormat::KnownFormat(KnownFormat::Int64);
        ObjectBuilder::new().schema_type(Type::Integer).format(Some(long)).into()
    }
}

impl ToSchema for WireInt {
    fn name() -> std::borrow::Cow<'static, str> {
        "Long".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_numbers_and_their_texts() {
        let read = |text: &str| serde_json::from_str::<WireInt>(text).map(|WireInt(it)| it).ok();
        assert_eq!(read("-5"), Some(-5));
        assert_eq!(read("\"60000\""), Some(60_000));
        for text in ["1.5", "\"x\"", "9223372036854775808", "null", "[]"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
