//! One process definition, looked at closely: its form, its variables, who waits for messages.
//!
//! Not here: finding definitions (`process_definitions`), counting instances (`statistics`).

use super::tables::PROCESS_DEFINITIONS;
use crate::extract::JsonBody;
use crate::keys::{PathKey, WireKey};
use crate::problem::{Problem, ProblemDetail};
use crate::search::schema::list_schema;
use crate::search::{
    Field, Kind, PageRequest, Sort, conditions_on, each_row, filter_on, find, key_of, listing,
    text_of,
};
use crate::state::ApiState;
use crate::tenant::DEFAULT_NAME;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use engine::key::Key;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use store::view::{Condition, View, subscriptions, variable_names};
use utoipa::ToSchema;

/// Get the start form of a process definition
#[utoipa::path(
    get,
    path = "/v2/process-definitions/{processDefinitionKey}/form",
    operation_id = "getStartProcessForm",
    tag = "Process definition",
    params(("processDefinitionKey" = String, Path, description = "Key of the definition.")),
    responses(
        (status = 204, description = "It has no start form; Segue keeps none yet."),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn get_start_form(
    State(state): State<ApiState>,
    PathKey(definition): PathKey,
) -> Result<StatusCode, Problem> {
    find(&state, &PROCESS_DEFINITIONS, definition).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which names.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct VariableNameFilter {
    /// A name, or conditions.
    #[schema(value_type = Option<crate::search::schema::StringFilter>)]
    name: Option<Value>,
}

/// Names of variables, as a list to be cut into pages.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VariableNameSearch {
    /// Which names.
    filter: Option<VariableNameFilter>,
    /// Which part.
    page: Option<PageRequest>,
}

/// A name of variables.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VariableName {
    name: String,
}

list_schema!(VariableName, VariableNameSearchResult);

/// Search the names of variables of a process definition
#[utoipa::path(
    post,
    path = "/v2/process-definitions/{processDefinitionKey}/variable-names/search",
    operation_id = "searchProcessDefinitionVariableNames",
    tag = "Process definition",
    params(("processDefinitionKey" = String, Path, description = "Key of the definition.")),
    request_body = Option<VariableNameSearch>,
    responses(
        (status = 200, description = "The names, each once.", body = VariableNameSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail),
    )
)]
pub(crate) async fn search_variable_names(
    State(state): State<ApiState>,
    PathKey(definition): PathKey,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted: VariableNameSearch = body.parse()?;
    let mut filters = vec![filter_on(variable_names::DEFINITION, definition.0.cast_signed())];
    if let Some(name) = wanted.filter.unwrap_or_default().name {
        let field = Field::asked("name", variable_names::NAME, Kind::Text);
        filters.extend(conditions_on(&field, &name)?.into_iter().filter_map(|one| match one {
            Condition::Column(filter) => Some(filter),
            _ => None,
        }));
    }
    let mut items = Vec::new();
    each_row(&state, View::VariableNames, filters, Vec::new(), |row| {
        let name = text_of(row, variable_names::NAME).unwrap_or_default().to_owned();
        items.push(VariableName { name });
    })
    .await?;
    listing::page(&items, &[], wanted.page.as_ref())
}

/// Which definitions.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SubscriptionStatisticsFilter {
    /// Key of the definition, or conditions.
    #[schema(value_type = Option<crate::search::schema::KeyFilter>)]
    process_definition_key: Option<Value>,
    /// The process, or conditions.
    #[schema(value_type = Option<crate::search::schema::StringFilter>)]
    process_definition_id: Option<Value>,
    /// Name of the message, or conditions.
    #[schema(value_type = Option<crate::search::schema::StringFilter>)]
    message_name: Option<Value>,
}

/// Definitions, as a list to be sorted and cut into pages.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubscriptionStatisticsQuery {
    /// Which definitions and messages.
    filter: Option<SubscriptionStatisticsFilter>,
    /// Fields to sort by.
    #[serde(default)]
    sort: Vec<Sort>,
    /// Which part.
    page: Option<PageRequest>,
}

/// How many wait for messages.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubscriptionStatistics {
    process_definition_id: String,
    tenant_id: &'static str,
    process_definition_key: WireKey,
    process_instances_with_active_subscriptions: usize,
    active_subscriptions: u64,
}

list_schema!(SubscriptionStatistics, SubscriptionStatisticsResult);

/// Count open message subscriptions of each process definition
#[utoipa::path(
    post,
    path = "/v2/process-definitions/statistics/message-subscriptions",
    operation_id = "getProcessDefinitionMessageSubscriptionStatistics",
    tag = "Process definition",
    request_body = Option<SubscriptionStatisticsQuery>,
    responses(
        (status = 200, description = "The counts.", body = SubscriptionStatisticsResult),
        (status = "4XX", description = "A wrong query.", body = ProblemDetail),
    )
)]
pub(crate) async fn subscription_statistics(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted: SubscriptionStatisticsQuery = body.parse()?;
    let filter = wanted.filter.unwrap_or_default();
    let mut filters = vec![filter_on(subscriptions::STATE, 0)];
    for (name, column, kind, value) in [
        (
            "processDefinitionKey",
            subscriptions::DEFINITION,
            Kind::Key,
            filter.process_definition_key,
        ),
        (
            "processDefinitionId",
            subscriptions::PROCESS_ID,
            Kind::Text,
            filter.process_definition_id,
        ),
        ("messageName", subscriptions::MESSAGE_NAME, Kind::Text, filter.message_name),
    ] {
        let Some(value) = value else { continue };
        let conditions = conditions_on(&Field::asked(name, column, kind), &value)?;
        filters.extend(conditions.into_iter().filter_map(|one| match one {
            Condition::Column(filter) => Some(filter),
            _ => None,
        }));
    }
    let order = vec![(subscriptions::DEFINITION, true), (subscriptions::INSTANCE, true)];
    let mut found: BTreeMap<Key, (String, BTreeSet<Key>, u64)> = BTreeMap::new();
    each_row(&state, View::Subscriptions, filters, order, |row| {
        let definition = key_of(row, subscriptions::DEFINITION);
        let (_, instances, count) = found.entry(definition).or_insert_with(|| {
            let process_id = text_of(row, subscriptions::PROCESS_ID).unwrap_or_default();
            (process_id.to_owned(), BTreeSet::new(), 0)
        });
        instances.insert(key_of(row, subscriptions::INSTANCE));
        *count += 1;
    })
    .await?;
    let items: Vec<SubscriptionStatistics> = found
        .into_iter()
        .map(|(key, (process_id, instances, active_subscriptions))| SubscriptionStatistics {
            process_definition_id: process_id,
            tenant_id: DEFAULT_NAME,
            process_definition_key: WireKey(key),
            process_instances_with_active_subscriptions: instances.len(),
            active_subscriptions,
        })
        .collect();
    listing::page(&items, &wanted.sort, wanted.page.as_ref())
}
