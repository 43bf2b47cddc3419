//! Element instances: each visit of an instance to an element.
//!
//! Not here: their variables (`variables`).

use super::tables::ELEMENT_INSTANCES;
use crate::answer;
use crate::extract::JsonBody;
use crate::json_write::ObjectWriter;
use crate::keys::PathKey;
use crate::problem::{Problem, ProblemDetail};
use crate::search::schema::{search_schemas, text_or_null};
use crate::search::{Row, Search, find, key_of, nothing_special, rows_with, write};
use crate::state::ApiState;
use axum::extract::State;
use axum::response::Response;
use engine::key::Key;
use std::collections::BTreeMap;
use store::limits::{IN_CELLS_MAX, PAGE_ROWS_MAX};
use store::view::{Cell, Filter, Test, View, elements, incidents};

search_schemas!(
    &ELEMENT_INSTANCES,
    ElementInstance,
    ElementInstanceSearch,
    ElementInstanceSearchResult,
    "incidentKey": text_or_null
);

/// Get an element instance
#[utoipa::path(
    get,
    path = "/v2/element-instances/{elementInstanceKey}",
    operation_id = "getElementInstance",
    tag = "Element instance",
    params(("elementInstanceKey" = String, Path, description = "Key of the element instance.")),
    responses(
        (status = 200, description = "The element instance.", body = ElementInstance),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn get_element_instance(
    State(state): State<ApiState>,
    PathKey(element): PathKey,
) -> Result<Response, Problem> {
    let row = find(&state, &ELEMENT_INSTANCES, element).await?;
    let rows = [row];
    let open = open_incidents(&state, &rows).await?;
    let mut out = String::new();
    write::item(&ELEMENT_INSTANCES, &rows[0], &mut out, &mut |row, object| {
        write_incident(row, &open, object);
    });
    Ok(answer::json(out))
}

/// Search element instances
#[utoipa::path(
    post,
    path = "/v2/element-instances/search",
    operation_id = "searchElementInstances",
    tag = "Element instance",
    request_body = Option<ElementInstanceSearch>,
    responses(
        (status = 200, description = "What was found.", body = ElementInstanceSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail),
    )
)]
pub(crate) async fn search_element_instances(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let rows = Search::parse(&ELEMENT_INSTANCES, &body, nothing_special)?.run(&state).await?;
    let open = open_incidents(&state, &rows.rows).await?;
    Ok(answer::json(write::answer(&ELEMENT_INSTANCES, &rows, &mut |row, object| {
        write_incident(row, &open, object);
    })))
}

/// One open incident for each element instance that has any.
async fn open_incidents(state: &ApiState, rows: &[Row]) -> Result<BTreeMap<Key, Key>, Problem> {
    let stopped = rows.iter().filter(|row| row[elements::INCIDENTS as usize] > Cell::Int(0));
    let cells: Vec<Cell> = stopped.map(|row| row[elements::KEY as usize].clone()).collect();
    let mut open = BTreeMap::new();
    for some in cells.chunks(IN_CELLS_MAX) {
        let filters = vec![
            Filter { column: incidents::ELEMENT, test: Test::In(some.to_vec()) },
            Filter { column: incidents::STATE, test: Test::Eq(Cell::Int(0)) },
        ];
        for row in rows_with(state, View::Incidents, filters, PAGE_ROWS_MAX).await? {
            open.insert(key_of(&row, incidents::ELEMENT), key_of(&row, incidents::KEY));
        }
    }
    Ok(open)
}

fn write_incident(row: &Row, open: &BTreeMap<Key, Key>, object: &mut ObjectWriter<'_>) {
    object.key_or_null("incidentKey", open.get(&key_of(row, elements::KEY)).copied());
}
