//! Element instances: each visit of an instance to an element.
//!
//! Not here: their variables (`variables`).

use super::incidents::{IncidentSearch, IncidentSearchResult};
use super::tables::{ELEMENT_INSTANCES, INCIDENTS};
use crate::answer;
use crate::extract::JsonBody;
use crate::json_write::ObjectWriter;
use crate::keys::PathKey;
use crate::limits::SCOPES_INSIDE_MAX;
use crate::problem::{Problem, ProblemDetail};
use crate::search::schema::{search_schemas, text_or_null};
use crate::search::write::nothing_extra;
use crate::search::{Row, Search, find, find_one, key_of, rows_with};
use crate::state::ApiState;
use axum::extract::State;
use axum::response::Response;
use engine::key::Key;
use std::collections::BTreeMap;
use store::limits::{IN_CELLS_MAX, PAGE_ROWS_MAX};
use store::view::{Cell, Condition, Filter, Related, Test, View, elements, incidents};

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
    let found = find_one(&state, &ELEMENT_INSTANCES, element).await?;
    let open = open_incidents(&state, &found.rows.rows).await?;
    Ok(answer::json(found.item(&ELEMENT_INSTANCES, &mut |row, object| {
        write_incident(row, &open, object);
    })))
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
    let found = Search::parse(&ELEMENT_INSTANCES, &body)?.find(&state, &ELEMENT_INSTANCES).await?;
    let open = open_incidents(&state, &found.rows.rows).await?;
    Ok(answer::json(found.answer(&ELEMENT_INSTANCES, &mut |row, object| {
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

/// Search the incidents of an element instance
///
/// Those of the element itself, and of everything inside it.
#[utoipa::path(
    post,
    path = "/v2/element-instances/{elementInstanceKey}/incidents/search",
    operation_id = "searchElementInstanceIncidents",
    tag = "Element instance",
    params(("elementInstanceKey" = String, Path, description = "Key of the element instance.")),
    request_body = Option<IncidentSearch>,
    responses(
        (status = 200, description = "What was found.", body = IncidentSearchResult),
        (status = "4XX", description = "Not found, or a wrong search.", body = ProblemDetail),
    )
)]
pub(crate) async fn search_element_instance_incidents(
    State(state): State<ApiState>,
    PathKey(element): PathKey,
    body: JsonBody,
) -> Result<Response, Problem> {
    let mut search = Search::parse(&INCIDENTS, &body)?;
    let row = find(&state, &ELEMENT_INSTANCES, element).await?;
    search.within(incidents::INSTANCE, key_of(&row, elements::INSTANCE));
    let scopes = Test::In(scopes_inside(&state, &row).await?);
    let itself = Filter { column: incidents::ELEMENT, test: scopes.clone() };
    let inside = Related {
        view: View::Elements,
        by: &[(incidents::INSTANCE, elements::INSTANCE), (incidents::ELEMENT, elements::KEY)],
        filters: vec![Filter { column: elements::SCOPE, test: scopes }],
        exists: true,
    };
    let ways = vec![vec![Condition::Column(itself)], vec![Condition::Related(inside)]];
    search.add(vec![Condition::Any(ways)]);
    let found = search.find(&state, &INCIDENTS).await?;
    Ok(answer::json(found.answer(&INCIDENTS, &mut nothing_extra)))
}

/// Keys of an element instance and of those inside it that have others inside.
async fn scopes_inside(state: &ApiState, row: &Row) -> Result<Vec<Cell>, Problem> {
    const SCOPES: [&str; 6] = [
        "SUB_PROCESS",
        "EVENT_SUB_PROCESS",
        "MULTI_INSTANCE_BODY",
        "AD_HOC_SUB_PROCESS",
        "AD_HOC_SUB_PROCESS_INNER_INSTANCE",
        "PROCESS",
    ];
    let types = SCOPES.map(|name| Cell::Text(name.into())).to_vec();
    let instance = row[elements::INSTANCE as usize].clone();
    let mut found = vec![row[elements::KEY as usize].clone()];
    let mut from = 0;
    while from < found.len() && found.len() < SCOPES_INSIDE_MAX {
        let around = found[from..].to_vec();
        from = found.len();
        let filters = vec![
            Filter { column: elements::INSTANCE, test: Test::Eq(instance.clone()) },
            Filter { column: elements::SCOPE, test: Test::In(around) },
            Filter { column: elements::ELEMENT_TYPE, test: Test::In(types.clone()) },
        ];
        let left = (SCOPES_INSIDE_MAX - found.len()) as u32;
        let rows = rows_with(state, View::Elements, filters, left).await?;
        found.extend(rows.iter().map(|row| row[elements::KEY as usize].clone()));
    }
    Ok(found)
}
