//! Variables: finding them, and setting them from outside.
//!
//! Not here: how they spread between scopes (`engine`).

use super::tables::{ELEMENT_INSTANCES, PROCESS_INSTANCES, VARIABLES};
use crate::answer;
use crate::extract::{CallerOf, JsonBody};
use crate::json_write::{ObjectWriter, string};
use crate::keys::PathKey;
use crate::limits::VARIABLE_PREVIEW_CHARACTERS;
use crate::problem::{Problem, ProblemDetail};
use crate::raw_variables::RawVariables;
use crate::search::schema::{item, search_schemas, text};
use crate::search::{Row, Search, find_one, key_of, look_up, text_of};
use crate::state::ApiState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use engine::key::Key;
use runtime::request::Request;
use serde::Deserialize;
use serde_json::value::RawValue;
use store::view::{elements, variables};
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

search_schemas!(
    &VARIABLES,
    VariableSearchItem,
    VariableSearch,
    VariableSearchResult,
    "value": preview,
    "isTruncated": boolean
);

fn preview() -> Object {
    text().description(Some("JSON text, cut off when it is long.")).build()
}

fn boolean() -> Object {
    ObjectBuilder::new().schema_type(Type::Boolean).build()
}

/// A variable with its whole value.
pub(crate) struct Variable;

impl PartialSchema for Variable {
    fn schema() -> RefOr<Schema> {
        item(&VARIABLES, &[("value", || text().description(Some("JSON text.")).build())])
    }
}

impl ToSchema for Variable {}

/// Get a variable
#[utoipa::path(
    get,
    path = "/v2/variables/{variableKey}",
    operation_id = "getVariable",
    tag = "Variable",
    params(("variableKey" = String, Path, description = "Key of the variable.")),
    responses(
        (status = 200, description = "The variable.", body = Variable),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn get_variable(
    State(state): State<ApiState>,
    PathKey(variable): PathKey,
) -> Result<Response, Problem> {
    let found = find_one(&state, &VARIABLES, variable).await?;
    Ok(answer::json(found.item(&VARIABLES, &mut |row, object| {
        object.text("value", text_of(row, variables::VALUE).unwrap_or_default());
    })))
}

/// Search variables
#[utoipa::path(
    post,
    path = "/v2/variables/search",
    operation_id = "searchVariables",
    tag = "Variable",
    params(("truncateValues" = Option<bool>, Query,
        description = "Whether long values are cut off; true by default.")),
    request_body = Option<VariableSearch>,
    responses(
        (status = 200, description = "What was found.", body = VariableSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail),
    )
)]
pub(crate) async fn search_variables(
    State(state): State<ApiState>,
    uri: axum::http::Uri,
    body: JsonBody,
) -> Result<Response, Problem> {
    let found = Search::parse(&VARIABLES, &body)?.find(&state, &VARIABLES).await?;
    let whole = shows_all(&uri);
    Ok(answer::json(found.answer(&VARIABLES, &mut |row, object| {
        write_preview(row, whole, object);
    })))
}

/// Whether long values are shown whole.
pub(crate) fn shows_all(uri: &axum::http::Uri) -> bool {
    uri.query().is_some_and(|query| {
        query.split('&').any(|pair| pair.eq_ignore_ascii_case("truncateValues=false"))
    })
}

/// Writes the value of a variable, cut off when it is long unless all of it is wanted.
pub(crate) fn write_preview(row: &Row, whole: bool, object: &mut ObjectWriter<'_>) {
    let value = text_of(row, variables::VALUE).unwrap_or_default();
    write_value(object, value, if whole { usize::MAX } else { VARIABLE_PREVIEW_CHARACTERS });
}

fn write_value(object: &mut ObjectWriter<'_>, value: &str, most: usize) {
    let end = value.char_indices().nth(most).map(|(at, _)| at);
    string(object.name("value"), &value[..end.unwrap_or(value.len())]);
    object.number("isTruncated", end.is_some());
}

/// Variables to set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct VariablesToSet<'a> {
    /// The variables.
    variables: RawVariables,
    /// Whether they go into this scope only; else each goes where a variable of its name is found
    /// on the way outwards.
    local: Option<bool>,
    /// Taken and not kept.
    #[serde(borrow)]
    #[schema(value_type = Option<i64>)]
    #[expect(dead_code, reason = "taken and not kept")]
    operation_reference: Option<&'a RawValue>,
}

/// Set variables at an element instance or a process instance
#[utoipa::path(
    put,
    path = "/v2/element-instances/{elementInstanceKey}/variables",
    operation_id = "createElementInstanceVariables",
    tag = "Element instance",
    params(("elementInstanceKey" = String, Path,
        description = "Key of the element instance or the process instance.")),
    request_body = VariablesToSet,
    responses(
        (status = 204, description = "Set."),
        (status = "4XX", description = "Nothing was set.", body = ProblemDetail),
    )
)]
pub(crate) async fn set_variables(
    State(state): State<ApiState>,
    PathKey(element): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    let wanted: VariablesToSet<'_> = body.parse()?;
    let local = wanted.local.unwrap_or(false);
    let request = setting(&state, element, wanted.variables, local).await?;
    answer::no_content(&state.submit(caller, request).await?)
}

/// What is asked of the node to set variables.
pub(crate) async fn setting(
    state: &ApiState,
    element: Key,
    RawVariables(variables): RawVariables,
    local: bool,
) -> Result<Request, Problem> {
    let instance = instance_of(state, element).await?;
    Ok(Request::SetVariables { instance, element, variables, local })
}

/// The process instance an element instance belongs to; an instance belongs to itself.
pub(crate) async fn instance_of(state: &ApiState, element: Key) -> Result<Key, Problem> {
    if let Some(row) = look_up(state, &ELEMENT_INSTANCES, element).await? {
        return Ok(key_of(&row, elements::INSTANCE));
    }
    match look_up(state, &PROCESS_INSTANCES, element).await? {
        Some(_) => Ok(element),
        None => Err(Problem::not_found(format!(
            "Expected an element instance or process instance {element} to exist, but found none."
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_long_values_off_between_characters() {
        let written = |value: &str, most| {
            let mut out = String::new();
            let mut object = ObjectWriter::open(&mut out);
            write_value(&mut object, value, most);
            object.close();
            out
        };
        assert_eq!(written("äöü", 3), r#"{"value":"äöü","isTruncated":false}"#);
        assert_eq!(written("äöü", 2), r#"{"value":"äö","isTruncated":true}"#);
    }
}
