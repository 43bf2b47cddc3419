//! How many active instances stand still for the same reason.
//!
//! Open incidents are few and lie together in an index; they are added up when asked for, because
//! the end of an incident does not name its message. Not here: incidents themselves.

use crate::extract::JsonBody;
use crate::keys::WireKey;
use crate::problem::{Problem, ProblemDetail};
use crate::search::schema::list_schema;
use crate::search::{PageRequest, Sort, each_row, filter_on, key_of, listing, text_of};
use crate::state::ApiState;
use crate::tenant::DEFAULT_NAME;
use axum::extract::State;
use axum::response::Response;
use engine::key::Key;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use store::view::{Cell, View, incidents};
use utoipa::ToSchema;

/// A list to be sorted and cut into pages.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErrorStatisticsQuery {
    /// Fields to sort by.
    #[serde(default)]
    sort: Vec<Sort>,
    /// Which part.
    page: Option<PageRequest>,
}

/// Active instances with the same error.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ErrorStatistics {
    error_hash_code: i64,
    error_message: String,
    active_instances_with_error_count: usize,
}

list_schema!(ErrorStatistics, ErrorStatisticsResult);

/// Count active instances by their errors
#[utoipa::path(
    post,
    path = "/v2/incidents/statistics/process-instances-by-error",
    operation_id = "getProcessInstanceStatisticsByError",
    tag = "Incident",
    request_body = Option<ErrorStatisticsQuery>,
    responses(
        (status = 200, description = "The counts.", body = ErrorStatisticsResult),
        (status = "4XX", description = "A wrong query.", body = ProblemDetail),
    )
)]
pub(crate) async fn by_error(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted: ErrorStatisticsQuery = body.parse()?;
    let mut found: BTreeMap<(i64, String), BTreeSet<Key>> = BTreeMap::new();
    let open = vec![filter_on(incidents::STATE, 0)];
    let order = vec![(incidents::CREATED_MS, true)];
    each_row(&state, View::Incidents, open, order, |row| {
        let Cell::Int(hash) = row[incidents::MESSAGE_HASH as usize] else { return };
        let message = text_of(row, incidents::MESSAGE).unwrap_or_default().to_owned();
        found.entry((hash, message)).or_default().insert(key_of(row, incidents::INSTANCE));
    })
    .await?;
    let items: Vec<ErrorStatistics> = found
        .into_iter()
        .map(|((error_hash_code, error_message), instances)| ErrorStatistics {
            error_hash_code,
            error_message,
            active_instances_with_error_count: instances.len(),
        })
        .collect();
    listing::page(&items, &wanted.sort, wanted.page.as_ref())
}

/// Which error.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OneError {
    /// Its hash.
    error_hash_code: i64,
}

/// Definitions with one error, as a list to be sorted and cut into pages.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErrorDefinitionStatisticsQuery {
    /// Which error.
    filter: OneError,
    /// Fields to sort by.
    #[serde(default)]
    sort: Vec<Sort>,
    /// Which part.
    page: Option<PageRequest>,
}

/// Active instances of a definition with one error.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ErrorDefinitionStatistics {
    process_definition_id: String,
    process_definition_key: WireKey,
    process_definition_name: String,
    process_definition_version: u32,
    tenant_id: &'static str,
    active_instances_with_error_count: usize,
}

list_schema!(ErrorDefinitionStatistics, ErrorDefinitionStatisticsResult);

/// Count active instances with one error by their definitions
#[utoipa::path(
    post,
    path = "/v2/incidents/statistics/process-instances-by-definition",
    operation_id = "getProcessInstanceStatisticsByDefinition",
    tag = "Incident",
    request_body = ErrorDefinitionStatisticsQuery,
    responses(
        (status = 200, description = "The counts.", body = ErrorDefinitionStatisticsResult),
        (status = "4XX", description = "A wrong query.", body = ProblemDetail),
    )
)]
pub(crate) async fn by_definition(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted: ErrorDefinitionStatisticsQuery = body.parse()?;
    let mut found: BTreeMap<Key, BTreeSet<Key>> = BTreeMap::new();
    let open = vec![
        filter_on(incidents::STATE, 0),
        filter_on(incidents::MESSAGE_HASH, wanted.filter.error_hash_code),
    ];
    each_row(&state, View::Incidents, open, Vec::new(), |row| {
        let definition = key_of(row, incidents::DEFINITION);
        found.entry(definition).or_default().insert(key_of(row, incidents::INSTANCE));
    })
    .await?;
    let items: Vec<ErrorDefinitionStatistics> = found
        .into_iter()
        .filter_map(|(key, instances)| {
            let definition = state.node().definition(key)?;
            let name =
                if definition.name.is_empty() { &definition.process_id } else { &definition.name };
            Some(ErrorDefinitionStatistics {
                process_definition_id: definition.process_id.to_string(),
                process_definition_key: WireKey(key),
                process_definition_name: name.to_string(),
                process_definition_version: definition.version,
                tenant_id: DEFAULT_NAME,
                active_instances_with_error_count: instances.len(),
            })
        })
        .collect();
    listing::page(&items, &wanted.sort, wanted.page.as_ref())
}
