//! Statistics of processes, from the counters the projector keeps.
//!
//! Not here: of one instance (`instance_details`), of incidents and of jobs.

use crate::answer;
use crate::extract::JsonBody;
use crate::keys::{PathKey, WireKey};
use crate::problem::{Problem, ProblemDetail};
use crate::search::schema::list_schema;
use crate::search::{PageRequest, Row, Sort, each_row, filter_on, key_of, listing, text_of};
use crate::state::ApiState;
use crate::tenant::{DEFAULT_NAME, DEFAULT_TENANT};
use axum::extract::State;
use axum::response::Response;
use engine::key::Key;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::batch::DefinitionRow;
use store::view::{Cell, Column, Filter, Test, View, counts};
use utoipa::ToSchema;

/// How many instances of an element there are.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ElementStatistics {
    /// The element.
    pub(crate) element_id: String,
    /// Active ones without an open incident.
    pub(crate) active: i64,
    /// Terminated ones.
    pub(crate) canceled: i64,
    /// Open incidents.
    pub(crate) incidents: i64,
    /// Completed ones.
    pub(crate) completed: i64,
}

/// Elements with their counts.
#[derive(Serialize, ToSchema)]
pub(crate) struct ElementStatisticsResult {
    pub(crate) items: Vec<ElementStatistics>,
}

/// Which instances to count.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ElementStatisticsQuery {
    /// Must be empty: counters know no filters.
    #[schema(value_type = Option<Object>)]
    filter: Option<Map<String, Value>>,
}

/// Count the instances of each element of a process definition
#[utoipa::path(
    post,
    path = "/v2/process-definitions/{processDefinitionKey}/statistics/element-instances",
    operation_id = "getProcessDefinitionStatistics",
    tag = "Process definition",
    params(("processDefinitionKey" = String, Path, description = "Key of the definition.")),
    request_body = Option<ElementStatisticsQuery>,
    responses(
        (status = 200, description = "The counts.", body = ElementStatisticsResult),
        (status = "4XX", description = "Not counted.", body = ProblemDetail),
        (status = 501, description = "A filter.", body = ProblemDetail),
    )
)]
pub(crate) async fn definition_elements(
    State(state): State<ApiState>,
    PathKey(definition): PathKey,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted: ElementStatisticsQuery = body.parse()?;
    let filter = wanted.filter.unwrap_or_default();
    if let Some((name, _)) = filter.iter().find(|(_, value)| !value.is_null()) {
        return Err(Problem::not_implemented(format!(
            "Expected no filter, for all instances of a definition are counted while they run; \
             but found `{name}`."
        )));
    }
    let filters = vec![filter_on(counts::DEFINITION, definition.0.cast_signed())];
    let mut items = Vec::new();
    each_row(&state, View::Counts, filters, Vec::new(), |row| {
        let element_id = text_of(row, counts::ELEMENT_ID).unwrap_or_default();
        if !element_id.is_empty() {
            let incidents = sum(row, counts::INCIDENTS);
            items.push(ElementStatistics {
                element_id: element_id.to_owned(),
                active: (sum(row, counts::ACTIVE) - incidents).max(0),
                canceled: sum(row, counts::CANCELLED),
                incidents,
                completed: sum(row, counts::COMPLETED),
            });
        }
    })
    .await?;
    Ok(answer::json(json!({ "items": items }).to_string()))
}

fn sum(row: &Row, column: Column) -> i64 {
    match row.get(column as usize) {
        Some(Cell::Int(sum)) => *sum,
        _ => 0,
    }
}

/// Counters of instances, of each definition that has any.
async fn instance_counts(state: &ApiState) -> Result<Vec<(Arc<DefinitionRow>, Row)>, Problem> {
    let test = Test::Eq(Cell::Text("".into()));
    let filters = vec![Filter { column: counts::ELEMENT_ID, test }];
    let mut found = Vec::new();
    each_row(state, View::Counts, filters, Vec::new(), |row| {
        let definition = state.node().definition(key_of(row, counts::DEFINITION));
        found.extend(definition.map(|definition| (definition, row.clone())));
    })
    .await?;
    Ok(found)
}

fn name_of(definition: &DefinitionRow) -> Option<String> {
    Some(definition.name.to_string()).filter(|name| !name.is_empty())
}

/// A list to be sorted and cut into pages.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProcessInstanceStatisticsQuery {
    /// Fields to sort by.
    #[serde(default)]
    sort: Vec<Sort>,
    /// Which part.
    page: Option<PageRequest>,
}

/// How many instances of a process are active.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProcessStatistics {
    process_definition_id: String,
    tenant_id: &'static str,
    /// Name of the latest version.
    #[schema(required)]
    latest_process_definition_name: Option<String>,
    has_multiple_versions: bool,
    active_instances_without_incident_count: i64,
    active_instances_with_incident_count: i64,
}

list_schema!(ProcessStatistics, ProcessStatisticsResult);

/// Count the active instances of each process
#[utoipa::path(
    post,
    path = "/v2/process-definitions/statistics/process-instances",
    operation_id = "getProcessDefinitionInstanceStatistics",
    tag = "Process definition",
    request_body = Option<ProcessInstanceStatisticsQuery>,
    responses(
        (status = 200, description = "The counts.", body = ProcessStatisticsResult),
        (status = "4XX", description = "A wrong query.", body = ProblemDetail),
    )
)]
pub(crate) async fn by_process(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted: ProcessInstanceStatisticsQuery = body.parse()?;
    let mut sums: BTreeMap<Arc<str>, [i64; 2]> = BTreeMap::new();
    for (definition, row) in instance_counts(&state).await? {
        let [active, stopped] = sums.entry(definition.process_id.clone()).or_default();
        *active += sum(&row, counts::ACTIVE);
        *stopped += sum(&row, counts::INCIDENTS);
    }
    let live = sums.into_iter().filter(|(_, [active, _])| *active > 0);
    let items: Vec<ProcessStatistics> = live
        .map(|(process_id, [active, stopped])| {
            let latest = state.node().latest(DEFAULT_TENANT, &process_id);
            ProcessStatistics {
                process_definition_id: process_id.to_string(),
                tenant_id: DEFAULT_NAME,
                latest_process_definition_name: latest.as_deref().and_then(name_of),
                has_multiple_versions: latest.is_some_and(|latest| latest.version > 1),
                active_instances_without_incident_count: active - stopped,
                active_instances_with_incident_count: stopped,
            }
        })
        .collect();
    listing::page(&items, &wanted.sort, wanted.page.as_ref())
}

/// Which process.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OneProcess {
    /// The process.
    process_definition_id: String,
    /// `<default>` or absent.
    tenant_id: Option<String>,
}

/// The versions of a process, as a list to be sorted and cut into pages.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VersionStatisticsQuery {
    /// Which process.
    filter: OneProcess,
    /// Fields to sort by.
    #[serde(default)]
    sort: Vec<Sort>,
    /// Which part.
    page: Option<PageRequest>,
}

/// How many instances of a version of a process are active.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VersionStatistics {
    process_definition_id: String,
    process_definition_key: WireKey,
    #[schema(required)]
    process_definition_name: Option<String>,
    tenant_id: &'static str,
    process_definition_version: u32,
    active_instances_with_incident_count: i64,
    active_instances_without_incident_count: i64,
}

list_schema!(VersionStatistics, VersionStatisticsResult);

/// Count the active instances of each version of a process
#[utoipa::path(
    post,
    path = "/v2/process-definitions/statistics/process-instances-by-version",
    operation_id = "getProcessDefinitionInstanceVersionStatistics",
    tag = "Process definition",
    request_body = VersionStatisticsQuery,
    responses(
        (status = 200, description = "The counts.", body = VersionStatisticsResult),
        (status = "4XX", description = "A wrong query.", body = ProblemDetail),
    )
)]
pub(crate) async fn by_version(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted: VersionStatisticsQuery = body.parse()?;
    let process_id = wanted.filter.process_definition_id;
    let ours = wanted.filter.tenant_id.is_none_or(|tenant| tenant == DEFAULT_NAME);
    let counted = instance_counts(&state).await?.into_iter();
    let items: Vec<VersionStatistics> = counted
        .filter(|(definition, row)| {
            ours && *definition.process_id == *process_id && sum(row, counts::ACTIVE) > 0
        })
        .map(|(definition, row)| {
            let stopped = sum(&row, counts::INCIDENTS);
            VersionStatistics {
                process_definition_id: definition.process_id.to_string(),
                process_definition_key: WireKey(Key(definition.key)),
                process_definition_name: name_of(&definition),
                tenant_id: DEFAULT_NAME,
                process_definition_version: definition.version,
                active_instances_with_incident_count: stopped,
                active_instances_without_incident_count: sum(&row, counts::ACTIVE) - stopped,
            }
        })
        .collect();
    listing::page(&items, &wanted.sort, wanted.page.as_ref())
}
