//! Process definitions: finding them, and their BPMN as it was deployed.
//!
//! Not here: deploying them (`deployments`).

use super::tables::PROCESS_DEFINITIONS;
use crate::answer;
use crate::auth::asker::sees;
use crate::extract::JsonBody;
use crate::keys::PathKey;
use crate::problem::{Problem, ProblemDetail};
use crate::search::schema::search_schemas;
use crate::search::write::{self, nothing_extra};
use crate::search::{Row, Search, find_one, key_of, text_of};
use crate::state::ApiState;
use crate::tenant::DEFAULT_TENANT;
use crate::v2::resources::not_deleted;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use engine::key::Key;
use serde_json::Value;
use store::limits::PAGE_ROWS_MAX;
use store::view::{PageStart, Rows, definitions};

search_schemas!(
    &PROCESS_DEFINITIONS,
    ProcessDefinition,
    ProcessDefinitionSearch,
    ProcessDefinitionSearchResult
);

/// Get a process definition
#[utoipa::path(
    get,
    path = "/v2/process-definitions/{processDefinitionKey}",
    operation_id = "getProcessDefinition",
    tag = "Process definition",
    params(("processDefinitionKey" = String, Path, description = "Key of the definition.")),
    responses(
        (status = 200, description = "The definition.", body = ProcessDefinition),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn get_process_definition(
    State(state): State<ApiState>,
    PathKey(definition): PathKey,
) -> Result<Response, Problem> {
    let found = find_one(&state, &PROCESS_DEFINITIONS, definition).await?;
    Ok(answer::json(found.item(&PROCESS_DEFINITIONS, &mut nothing_extra)))
}

/// Get the BPMN of a process definition
#[utoipa::path(
    get,
    path = "/v2/process-definitions/{processDefinitionKey}/xml",
    operation_id = "getProcessDefinitionXML",
    tag = "Process definition",
    params(("processDefinitionKey" = String, Path, description = "Key of the definition.")),
    responses(
        (status = 200, description = "The file, byte for byte.", body = String,
            content_type = "text/xml"),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn get_process_definition_xml(
    State(state): State<ApiState>,
    PathKey(definition): PathKey,
) -> Result<Response, Problem> {
    let found = state.node().definition(definition).filter(|it| it.tenant == DEFAULT_TENANT);
    let found = match found {
        Some(found) if sees(&state, &found.process_id)? => Some(found),
        _ => None,
    };
    let found = found.ok_or_else(|| {
        Problem::not_found(format!(
            "Expected process definition {definition} to exist, but found none."
        ))
    })?;
    Ok(file(found.source.clone()))
}

/// A deployed file, byte for byte.
pub(crate) fn file(source: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(source));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/xml; charset=utf-8"));
    // A model may hold anything; a browser that opens it must not run it.
    let policy = HeaderValue::from_static("default-src 'none'; sandbox");
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Search process definitions
#[utoipa::path(
    post,
    path = "/v2/process-definitions/search",
    operation_id = "searchProcessDefinitions",
    tag = "Process definition",
    request_body = Option<ProcessDefinitionSearch>,
    responses(
        (status = 200, description = "What was found.", body = ProcessDefinitionSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail),
    )
)]
pub(crate) async fn search_process_definitions(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let mut search = Search::parse(&PROCESS_DEFINITIONS, &body)?;
    search.query.filters.push(not_deleted(definitions::DELETED_MS));
    let rows = if wants_latest(&search)? {
        latest_only(&state, search, |row| is_latest(&state, row)).await?
    } else {
        search.run(&state).await?
    };
    Ok(answer::json(write::answer(&PROCESS_DEFINITIONS, &rows, &mut nothing_extra)))
}

/// Whether only latest versions are wanted (`isLatestVersion`).
pub(crate) fn wants_latest(search: &Search) -> Result<bool, Problem> {
    match search.own.first() {
        None => Ok(false),
        Some((_, Value::Bool(latest))) => Ok(*latest),
        Some((name, value)) => Err(Problem::invalid(format!(
            "Expected `filter.{name}` to be true or false, but found {value}."
        ))),
    }
}

/// Which version is the latest is known for each process id, not by the view: everything that
/// matches is looked at, and the page is cut from what is left.
pub(crate) async fn latest_only(
    state: &ApiState,
    mut search: Search,
    is_latest: impl Fn(&Row) -> bool,
) -> Result<Rows, Problem> {
    let limit = search.query.page.limit as usize;
    let skip = match search.query.page.start {
        PageStart::Offset(offset) => offset as usize,
        PageStart::After(_) => 0,
        PageStart::Before(_) => {
            return Err(Problem::invalid(
                "Expected `page.after` or `page.from` with `isLatestVersion`, but found \
                 `page.before`.",
            ));
        }
    };
    if skip > 0 {
        search.query.page.start = PageStart::Offset(0);
    }
    search.query.page.limit = PAGE_ROWS_MAX;
    let mut found = search.run(state).await?;
    found.rows.retain(|row| is_latest(row));
    let total = found.rows.len() as u64;
    let rest: Vec<Row> = found.rows.drain(..).skip(skip).take(limit).collect();
    // A cursor cannot be cut out of the middle of a page.
    let whole = skip == 0 && rest.len() as u64 == total;
    Ok(Rows {
        rows: rest,
        total,
        total_is_floor: found.total_is_floor,
        start_cursor: None,
        end_cursor: found.end_cursor.filter(|_| whole),
    })
}

fn is_latest(state: &ApiState, row: &Row) -> bool {
    let process_id = text_of(row, definitions::PROCESS_ID).unwrap_or_default();
    let latest = state.node().latest(DEFAULT_TENANT, process_id);
    latest.is_some_and(|latest| Key(latest.key) == key_of(row, definitions::KEY))
}
