//! How searches look in the OpenAPI description, from the same tables that carry them out.
//!
//! Not here: carrying them out.

use super::{Field, Joined, Kind, SpecialKind, Table};
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, KnownFormat, Object, ObjectBuilder, OneOfBuilder, Schema,
    SchemaFormat, SchemaType, Type,
};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// The request of a search.
pub(crate) fn request(table: &Table) -> RefOr<Schema> {
    let mut filter = ObjectBuilder::new().additional_properties(Some(no_others()));
    for field in table.fields.iter().filter(|field| field.asked) {
        filter = filter.property(field.name, condition(field));
    }
    for special in table.special {
        let any = ObjectBuilder::new().schema_type(SchemaType::AnyValue);
        let any: RefOr<Schema> = any.description(Some(special.description)).into();
        let schema = match &special.kind {
            SpecialKind::Related(_, _, field, _) => condition(field),
            _ => any,
        };
        filter = filter.property(special.name, schema);
    }
    let ways = ArrayBuilder::new().items(ObjectBuilder::new());
    let ways = ways.description(Some("Objects of filters; one of them must hold."));
    filter = filter.property("$or", ways);
    let sortable = |field: &&Field| field.asked && !matches!(field.kind, Kind::TextList);
    let names = table.fields.iter().filter(sortable).map(|field| field.name);
    let order = text().enum_values(Some(["ASC", "DESC"]));
    let sort = ObjectBuilder::new()
        .property("field", text().enum_values(Some(names.collect::<Vec<_>>())))
        .required("field")
        .property("order", order.description(Some("ASC by default.")));
    let page = ObjectBuilder::new()
        .property("limit", integer().description(Some("At most this many items; 100 by default.")))
        .property("from", integer().description(Some("Skip this many items.")))
        .property("after", text().description(Some("The `endCursor` of the page before.")))
        .property("before", text().description(Some("The `startCursor` of the page behind.")));
    ObjectBuilder::new()
        .property("filter", filter.description(Some("All conditions must hold.")))
        .property("sort", ArrayBuilder::new().items(sort))
        .property("page", page)
        .additional_properties(Some(no_others()))
        .into()
}

/// The answer of a search.
pub(crate) fn answer(item_name: &str) -> RefOr<Schema> {
    let items = ArrayBuilder::new().items(Ref::from_schema_name(item_name));
    let page = ObjectBuilder::new()
        .property("totalItems", integer())
        .required("totalItems")
        .property("hasMoreTotalItems", ObjectBuilder::new().schema_type(Type::Boolean))
        .required("hasMoreTotalItems")
        .property("startCursor", text_or_null())
        .property("endCursor", text_or_null());
    let answer = ObjectBuilder::new().property("items", items).required("items");
    answer.property("page", page).required("page").into()
}

/// A field of an item that is no column: its name and how it is described.
pub(crate) type Extra = (&'static str, fn() -> Object);

/// One item; `extra` are the fields that are no columns.
pub(crate) fn item(table: &Table, extra: &[Extra]) -> RefOr<Schema> {
    let mut object = ObjectBuilder::new();
    for field in table.fields.iter().filter(|field| field.shown) {
        object = object.property(field.name, shown(field)).required(field.name);
    }
    for (name, joined) in table.joined {
        let schema: RefOr<Schema> = match joined {
            Joined::Root => or_null(Type::String).pattern(Some("^[0-9]{1,19}$")).into(),
            Joined::BusinessId => text_or_null().into(),
            Joined::Tags => ArrayBuilder::new().items(text()).into(),
        };
        object = object.property(*name, schema).required(*name);
    }
    for (name, schema) in extra {
        object = object.property(*name, schema()).required(*name);
    }
    object.into()
}

/// A text.
pub(crate) fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// A text or null.
pub(crate) fn text_or_null() -> Object {
    or_null(Type::String).build()
}

/// An integer or null.
pub(crate) fn integer_or_null() -> Object {
    or_null(Type::Integer).build()
}

/// An integer.
pub(crate) fn integer() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer)
}

fn no_others() -> AdditionalProperties<Schema> {
    AdditionalProperties::FreeForm(false)
}

fn or_null(kind: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::from_iter([kind, Type::Null]))
}

fn condition(field: &Field) -> RefOr<Schema> {
    match field.kind {
        Kind::Int => Ref::from_schema_name("IntegerFilter").into(),
        Kind::Key | Kind::KeyOr(_) => Ref::from_schema_name("KeyFilter").into(),
        Kind::Time => Ref::from_schema_name("DateTimeFilter").into(),
        Kind::Flag | Kind::FlagOrNull => ObjectBuilder::new().schema_type(Type::Boolean).into(),
        Kind::Fixed(_) => ObjectBuilder::new().schema_type(SchemaType::AnyValue).into(),
        _ => Ref::from_schema_name("StringFilter").into(),
    }
}

fn shown(field: &Field) -> RefOr<Schema> {
    let time = SchemaFormat::KnownFormat(KnownFormat::DateTime);
    match field.kind {
        Kind::Text | Kind::TextOrNull | Kind::Digits | Kind::NoDigits => text_or_null().into(),
        Kind::TextOrEmpty | Kind::TextOr(_) | Kind::Tenant | Kind::Explained(..) => text().into(),
        Kind::Object => ObjectBuilder::new().into(),
        Kind::Known(words) => text().enum_values(Some(with_unknown(words))).into(),
        Kind::TextList => ArrayBuilder::new().items(text()).into(),
        Kind::Int => integer().into(),
        Kind::Key | Kind::KeyOr(_) => or_null(Type::String).pattern(Some("^[0-9]{1,19}$")).into(),
        Kind::Time => or_null(Type::String).format(Some(time)).into(),
        Kind::Flag => ObjectBuilder::new().schema_type(Type::Boolean).into(),
        Kind::FlagOrNull => or_null(Type::Boolean).into(),
        Kind::Word(words, others) => {
            let mut all = [words, others].concat();
            all.sort_unstable();
            all.dedup();
            text().enum_values(Some(all)).into()
        }
        Kind::Fixed(_) => ObjectBuilder::new().schema_type(SchemaType::AnyValue).into(),
    }
}

fn with_unknown(words: &[&'static str]) -> Vec<&'static str> {
    let mut all = words.to_vec();
    all.push("UNKNOWN");
    all.dedup();
    all
}

/// A filter schema: a plain value, or an object of conditions.
fn filter(value: &Object, is_text: bool, is_ordered: bool) -> RefOr<Schema> {
    let list = || ArrayBuilder::new().items(value.clone());
    let mut object = ObjectBuilder::new()
        .property("$eq", value.clone())
        .property("$neq", value.clone())
        .property("$exists", ObjectBuilder::new().schema_type(Type::Boolean))
        .property("$in", list())
        .property("$notIn", list());
    for name in ["$gt", "$gte", "$lt", "$lte"].iter().filter(|_| is_ordered) {
        object = object.property(*name, value.clone());
    }
    if is_text {
        let pattern = text().description(Some("`*` is any text, `?` one character, `\\` escapes."));
        object = object.property("$like", pattern);
    }
    OneOfBuilder::new().item(value.clone()).item(object).into()
}

/// Declares one of the four filter schemas.
macro_rules! filter_schema {
    ($($(#[$doc:meta])+ $name:ident = $value:expr, $is_text:literal, $is_ordered:literal;)+) => {
        $(
            $(#[$doc])+
            pub(crate) struct $name;
            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    filter(&$value, $is_text, $is_ordered)
                }
            }
            impl ToSchema for $name {}
        )+
    };
}

filter_schema! {
    /// Conditions on a time.
    DateTimeFilter = date_time(), false, true;
    /// Conditions on an integer.
    IntegerFilter = integer().build(), false, true;
    /// Conditions on a key.
    KeyFilter = text().pattern(Some("^[0-9]{1,19}$")).build(), false, false;
    /// Conditions on a text.
    StringFilter = text().build(), true, false;
}

fn date_time() -> Object {
    text().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))).build()
}

/// Declares the schema of a list made by hand: its items and its page.
macro_rules! list_schema {
    ($item:ident, $answer:ident) => {
        /// A page of a list.
        pub(crate) struct $answer;
        impl utoipa::PartialSchema for $answer {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                crate::search::schema::answer(stringify!($item))
            }
        }
        impl utoipa::ToSchema for $answer {
            fn schemas(
                schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)>,
            ) {
                let item = <$item as utoipa::PartialSchema>::schema();
                schemas.push((stringify!($item).to_owned(), item));
                <$item as utoipa::ToSchema>::schemas(schemas);
            }
        }
    };
}
pub(crate) use list_schema;

/// Declares the schemas of a search: its item, its request, its answer.
macro_rules! search_schemas {
    (
        $table:expr, $item:ident, $request:ident, $answer:ident
        $(, $extra:literal: $schema:path)*
    ) => {
        /// An item.
        pub(crate) struct $item;
        impl utoipa::PartialSchema for $item {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                crate::search::schema::item($table, &[$(($extra, $schema)),*])
            }
        }
        impl utoipa::ToSchema for $item {}

        /// A search.
        pub(crate) struct $request;
        impl utoipa::PartialSchema for $request {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                crate::search::schema::request($table)
            }
        }
        impl utoipa::ToSchema for $request {}

        /// What a search found.
        pub(crate) struct $answer;
        impl utoipa::PartialSchema for $answer {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                crate::search::schema::answer(stringify!($item))
            }
        }
        impl utoipa::ToSchema for $answer {
            fn schemas(
                schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)>,
            ) {
                // The answer names its items; they are described once.
                let item = <$item as utoipa::PartialSchema>::schema();
                schemas.push((stringify!($item).to_owned(), item));
            }
        }
    };
}
pub(crate) use search_schemas;
