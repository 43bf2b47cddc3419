//! `/api/v1/detection-rules` and `/api/v1/case-types`: which versions are deployed, what they say,
//! and their files as they were written.
//!
//! Not here: deploying them (`v2::deployments`), and what they cause (`alerts`, `cases`).

mod content;

use crate::answer;
use crate::extract::JsonBody;
use crate::json_write::ObjectWriter;
use crate::keys::PathKey;
use crate::problem::{Problem, ProblemDetail};
use crate::search::schema::search_schemas;
use crate::search::{Field, Kind, Row, Special, SpecialKind, Table, find_one, key_of, write};
use crate::state::ApiState;
use crate::v2::decisions::definitions::search;
use crate::v2::forms::resource;
use crate::v2::process_definitions::file;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use content::{CaseTypeDefinition, RuleDefinition, case_type_schema, rule_schema};
use engine::key::Key;
use engine::resources::ResourceKind;
use store::view::{View, resources};
use work::definition::Definition;

const LATEST: Special =
    Special::new("isLatestVersion", SpecialKind::Handler, "Only the latest version of each id.");

/// Detection rules.
pub(crate) const DETECTION_RULES: Table = Table {
    view: View::Resources,
    what: "detection rule",
    key: resources::KEY,
    instance: None,
    fields: &[
        Field::new("detectionRuleKey", resources::KEY, Kind::Key),
        Field::new("detectionRuleId", resources::ID, Kind::TextOrEmpty),
        Field::new("name", resources::NAME, Kind::TextOrEmpty),
        Field::new("version", resources::VERSION, Kind::Int),
        Field::new("versionTag", resources::VERSION_TAG, Kind::TextOrNull),
        Field::new("resourceName", resources::RESOURCE, Kind::TextOrEmpty),
        Field::new("deploymentTime", resources::DEPLOYED_MS, Kind::Time),
        Field::new("tenantId", resources::TENANT, Kind::Tenant),
    ],
    joined: &[],
    special: &[LATEST],
    missing: &[],
};

/// Case types.
pub(crate) const CASE_TYPES: Table = Table {
    view: View::Resources,
    what: "case type",
    key: resources::KEY,
    instance: None,
    fields: &[
        Field::new("caseTypeKey", resources::KEY, Kind::Key),
        Field::new("caseTypeId", resources::ID, Kind::TextOrEmpty),
        Field::new("name", resources::NAME, Kind::TextOrEmpty),
        Field::new("version", resources::VERSION, Kind::Int),
        Field::new("versionTag", resources::VERSION_TAG, Kind::TextOrNull),
        Field::new("resourceName", resources::RESOURCE, Kind::TextOrEmpty),
        Field::new("deploymentTime", resources::DEPLOYED_MS, Kind::Time),
        Field::new("tenantId", resources::TENANT, Kind::Tenant),
    ],
    joined: &[],
    special: &[LATEST],
    missing: &[],
};

search_schemas!(
    &DETECTION_RULES,
    DetectionRule,
    DetectionRuleSearch,
    DetectionRuleSearchResult,
    "definition": rule_schema
);
search_schemas!(
    &CASE_TYPES,
    CaseType,
    CaseTypeSearch,
    CaseTypeSearchResult,
    "definition": case_type_schema
);

/// Adds what the file of a row says; null when this release cannot read it.
fn write_definition(state: &ApiState, row: &Row, object: &mut ObjectWriter<'_>) {
    let held = state.node().resource(key_of(row, resources::KEY));
    let definition = held.and_then(|held| work::definition::read(&held.source).ok());
    let said = match &definition {
        Some(Definition::Rule(rule)) => serde_json::to_string(&RuleDefinition::of(rule)),
        Some(Definition::CaseType(it)) => serde_json::to_string(&CaseTypeDefinition::of(it)),
        Some(_) | None => Ok("null".to_owned()),
    };
    object.raw("definition", &said.expect("definitions have text keys"));
}

async fn find_all(
    state: &ApiState,
    table: &'static Table,
    kind: ResourceKind,
    body: &JsonBody,
) -> Result<Response, Problem> {
    let rows = search(state, table, kind, body).await?;
    let text = write::answer(table, &rows, &mut |row, object| write_definition(state, row, object));
    Ok(answer::json(text))
}

async fn get(
    state: &ApiState,
    table: &'static Table,
    kind: ResourceKind,
    key: Key,
) -> Result<Response, Problem> {
    resource(state, key, kind)?;
    let found = find_one(state, table, key).await?;
    let text = found.item(table, &mut |row, object| write_definition(state, row, object));
    Ok(answer::json(text))
}

/// The file, for whoever may read the row.
async fn source(
    state: &ApiState,
    table: &'static Table,
    kind: ResourceKind,
    key: Key,
) -> Result<Response, Problem> {
    let held = resource(state, key, kind)?;
    find_one(state, table, key).await?;
    let mut response = file(held.source.clone());
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, text);
    Ok(response)
}

/// Search detection rules
#[utoipa::path(
    post,
    path = "/api/v1/detection-rules/search",
    operation_id = "searchDetectionRules",
    tag = "Signals",
    request_body = Option<DetectionRuleSearch>,
    responses(
        (status = 200, description = "What was found.", body = DetectionRuleSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail),
    )
)]
pub(crate) async fn search_detection_rules(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    find_all(&state, &DETECTION_RULES, ResourceKind::DetectionRule, &body).await
}

/// Get a detection rule
#[utoipa::path(
    get,
    path = "/api/v1/detection-rules/{detectionRuleKey}",
    operation_id = "getDetectionRule",
    tag = "Signals",
    params(("detectionRuleKey" = String, Path, description = "Key of the version.")),
    responses(
        (status = 200, description = "The version.", body = DetectionRule),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn get_detection_rule(
    State(state): State<ApiState>,
    PathKey(rule): PathKey,
) -> Result<Response, Problem> {
    get(&state, &DETECTION_RULES, ResourceKind::DetectionRule, rule).await
}

/// Get the file of a detection rule
#[utoipa::path(
    get,
    path = "/api/v1/detection-rules/{detectionRuleKey}/source",
    operation_id = "getDetectionRuleSource",
    tag = "Signals",
    params(("detectionRuleKey" = String, Path, description = "Key of the version.")),
    responses(
        (status = 200, description = "YAML or JSON, byte for byte.", body = String,
            content_type = "text/plain"),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn get_detection_rule_source(
    State(state): State<ApiState>,
    PathKey(rule): PathKey,
) -> Result<Response, Problem> {
    source(&state, &DETECTION_RULES, ResourceKind::DetectionRule, rule).await
}

/// Search case types
#[utoipa::path(
    post,
    path = "/api/v1/case-types/search",
    operation_id = "searchCaseTypes",
    tag = "Cases",
    request_body = Option<CaseTypeSearch>,
    responses(
        (status = 200, description = "What was found.", body = CaseTypeSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail),
    )
)]
pub(crate) async fn search_case_types(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    find_all(&state, &CASE_TYPES, ResourceKind::CaseType, &body).await
}

/// Get a case type
#[utoipa::path(
    get,
    path = "/api/v1/case-types/{caseTypeKey}",
    operation_id = "getCaseType",
    tag = "Cases",
    params(("caseTypeKey" = String, Path, description = "Key of the version.")),
    responses(
        (status = 200, description = "The version.", body = CaseType),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn get_case_type(
    State(state): State<ApiState>,
    PathKey(case_type): PathKey,
) -> Result<Response, Problem> {
    get(&state, &CASE_TYPES, ResourceKind::CaseType, case_type).await
}

/// Get the file of a case type
#[utoipa::path(
    get,
    path = "/api/v1/case-types/{caseTypeKey}/source",
    operation_id = "getCaseTypeSource",
    tag = "Cases",
    params(("caseTypeKey" = String, Path, description = "Key of the version.")),
    responses(
        (status = 200, description = "YAML or JSON, byte for byte.", body = String,
            content_type = "text/plain"),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn get_case_type_source(
    State(state): State<ApiState>,
    PathKey(case_type): PathKey,
) -> Result<Response, Problem> {
    source(&state, &CASE_TYPES, ResourceKind::CaseType, case_type).await
}
