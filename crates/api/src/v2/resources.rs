//! `/v2/resources`: deployed files whatever they are, and deleting them.
//!
//! Not here: deploying (`deployments`), and searching processes, decisions and forms.

use crate::answer;
use crate::extract::{CallerOf, JsonBody};
use crate::keys::{PathKey, WireKey};
use crate::problem::{Problem, ProblemDetail};
use crate::search::schema::search_schemas;
use crate::search::write::{self, nothing_extra};
use crate::search::{Field, Kind, Search, Table};
use crate::state::ApiState;
use crate::tenant::{DEFAULT_NAME, DEFAULT_TENANT};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use engine::key::Key;
use engine::resources::ResourceKind;
use runtime::request::Request;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use store::view::{Cell, Filter, Test, View, resources};
use utoipa::ToSchema;

/// What is deployed and is no process, decision or form: detection rules and case types.
pub(crate) const RESOURCES: Table = Table {
    view: View::Resources,
    what: "resource",
    key: resources::KEY,
    instance: None,
    fields: &[
        Field::new("resourceKey", resources::KEY, Kind::Key),
        Field::new("resourceName", resources::RESOURCE, Kind::TextOrEmpty),
        Field::new("resourceId", resources::ID, Kind::TextOrEmpty),
        Field::new("version", resources::VERSION, Kind::Int),
        Field::new("versionTag", resources::VERSION_TAG, Kind::TextOrNull),
        Field::asked("deploymentKey", resources::DEPLOYMENT, Kind::Key),
        Field::new("tenantId", resources::TENANT, Kind::Tenant),
    ],
    joined: &[],
    special: &[],
    missing: &[],
};

search_schemas!(&RESOURCES, DeployedResource, ResourceSearch, ResourceSearchResult);

/// A version of a deployed file.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResourceResult {
    resource_name: String,
    version: u32,
    #[schema(required)]
    version_tag: Option<String>,
    resource_id: String,
    tenant_id: &'static str,
    resource_key: WireKey,
}

/// A deployed file with what is said of it.
struct Deployed {
    result: ResourceResult,
    source: Vec<u8>,
    is_json: bool,
}

/// The deployed file with this key; a decision has no file of its own.
fn deployed(state: &ApiState, key: Key) -> Result<Deployed, Problem> {
    let tag = |tag: &str| (!tag.is_empty()).then(|| tag.to_owned());
    if let Some(row) = state.node().definition(key).filter(|row| row.tenant == DEFAULT_TENANT) {
        let result = ResourceResult {
            resource_name: row.resource.to_string(),
            version: row.version,
            version_tag: tag(&row.version_tag),
            resource_id: row.process_id.to_string(),
            tenant_id: DEFAULT_NAME,
            resource_key: WireKey(key),
        };
        return Ok(Deployed { result, source: row.source.clone(), is_json: false });
    }
    let found = state.node().resource(key);
    let found = found.filter(|row| row.tenant == DEFAULT_TENANT && row.parent.is_none());
    let row = found.ok_or_else(|| {
        Problem::not_found(format!("Expected resource {key} to exist, but found none."))
    })?;
    let is_json = row.kind == ResourceKind::Form as u8 || row.resource.ends_with(".json");
    let result = ResourceResult {
        resource_name: row.resource.to_string(),
        version: row.version,
        version_tag: tag(&row.version_tag),
        resource_id: row.id.to_string(),
        tenant_id: DEFAULT_NAME,
        resource_key: WireKey(key),
    };
    Ok(Deployed { result, source: row.source.clone(), is_json })
}

/// Get a resource
///
/// Any deployed file: of a process, of decisions, a form, a detection rule or a case type; also one
/// that is deleted, for who reads history.
#[utoipa::path(
    get,
    path = "/v2/resources/{resourceKey}",
    operation_id = "getResource",
    tag = "Resource",
    params(("resourceKey" = String, Path, description = "Key of the resource.")),
    responses(
        (status = 200, description = "The resource.", body = ResourceResult),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn get_resource(
    State(state): State<ApiState>,
    PathKey(resource): PathKey,
) -> Result<Response, Problem> {
    Ok(answer::dto(&deployed(&state, resource)?.result))
}

/// Get the content of a JSON resource
///
/// Of a form, for example. Everything else is there as bytes under `content/binary`.
#[utoipa::path(
    get,
    path = "/v2/resources/{resourceKey}/content",
    operation_id = "getResourceContent",
    tag = "Resource",
    params(("resourceKey" = String, Path, description = "Key of the resource.")),
    responses(
        (status = 200, description = "The file, byte for byte.", body = serde_json::Value),
        (status = 406, description = "It is no JSON.", body = ProblemDetail),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn get_resource_content(
    State(state): State<ApiState>,
    PathKey(resource): PathKey,
) -> Result<Response, Problem> {
    let found = deployed(&state, resource)?;
    if !found.is_json {
        let detail = format!(
            "Expected a JSON resource, but {resource} is `{}`. Ask for `content/binary`.",
            found.result.resource_name
        );
        return Err(Problem::new(StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE", detail));
    }
    Ok(answer::json(found.source))
}

/// Get the content of a resource as bytes
#[utoipa::path(
    get,
    path = "/v2/resources/{resourceKey}/content/binary",
    operation_id = "getResourceContentBinary",
    tag = "Resource",
    params(("resourceKey" = String, Path, description = "Key of the resource.")),
    responses(
        (status = 200, description = "The file, byte for byte.", body = String,
            content_type = "application/octet-stream"),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn get_resource_content_binary(
    State(state): State<ApiState>,
    PathKey(resource): PathKey,
) -> Result<Response, Problem> {
    let mut response = Response::new(Body::from(deployed(&state, resource)?.source));
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("application/octet-stream");
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}

/// Search resources
///
/// Detection rules and case types. Processes, decisions and forms have searches of their own.
#[utoipa::path(
    post,
    path = "/v2/resources/search",
    operation_id = "searchResources",
    tag = "Resource",
    request_body = Option<ResourceSearch>,
    responses(
        (status = 200, description = "What was found.", body = ResourceSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail),
    )
)]
pub(crate) async fn search_resources(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let mut search = Search::parse(&RESOURCES, &body)?;
    let kinds = [
        ResourceKind::DetectionRule,
        ResourceKind::CaseType,
        ResourceKind::Suppression,
        ResourceKind::Calendar,
        ResourceKind::Queue,
        ResourceKind::Team,
        ResourceKind::Solution,
    ];
    let kinds = kinds.map(|kind| Cell::Int(kind as i64)).to_vec();
    search.query.filters.push(Filter { column: resources::KIND, test: Test::In(kinds) });
    search.query.filters.push(not_deleted(resources::DELETED_MS));
    let rows = search.run(&state).await?;
    Ok(answer::json(write::answer(&RESOURCES, &rows, &mut nothing_extra)))
}

/// Only what is not deleted.
pub(crate) fn not_deleted(deleted_ms: store::view::Column) -> Filter {
    Filter { column: deleted_ms, test: Test::Exists(false) }
}

/// A deletion.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ResourceDeletion<'a> {
    /// Only `false`: history is kept as long as retention says.
    #[serde(default)]
    delete_history: bool,
    /// Taken and not kept.
    #[serde(borrow)]
    #[schema(value_type = Option<i64>)]
    #[expect(dead_code, reason = "taken and not kept")]
    operation_reference: Option<&'a RawValue>,
}

/// What was deleted.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeletedResource {
    resource_key: WireKey,
    /// Always null.
    #[schema(required)]
    batch_operation: Option<String>,
}

/// Delete a resource
///
/// A version of a process, of decision requirements with their decisions, or of a form: nothing
/// starts or is bound by it any more, the newest version that is left is the latest and starts by
/// its own timers, messages and BPMN signals. Refused with 409 while instances of the process run.
/// History stays, with the file.
#[utoipa::path(
    post,
    path = "/v2/resources/{resourceKey}/deletion",
    operation_id = "deleteResource",
    tag = "Resource",
    params(("resourceKey" = String, Path, description = "Key of the resource.")),
    request_body = Option<ResourceDeletion>,
    responses(
        (status = 200, description = "It is deleted.", body = DeletedResource),
        (status = "4XX", description = "Not deleted.", body = ProblemDetail),
    )
)]
pub(crate) async fn delete_resource(
    State(state): State<ApiState>,
    PathKey(resource): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    if body.parse::<ResourceDeletion<'_>>()?.delete_history {
        return Err(Problem::invalid(
            "Expected `deleteHistory` to be false, but found true: history is kept as long as its \
             retention says (`/api/v1/retention`).",
        ));
    }
    answer::done(&state.submit(caller, Request::DeleteResource { resource }).await?)?;
    Ok(answer::dto(&DeletedResource { resource_key: WireKey(resource), batch_operation: None }))
}
