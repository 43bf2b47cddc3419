//! One process instance, looked at closely: who called it, which way it went, what it counts.
//!
//! Not here: finding instances (`process_instances`).

use super::statistics::{ElementStatistics, ElementStatisticsResult};
use super::tables::PROCESS_INSTANCES;
use crate::answer;
use crate::json_write::{ObjectWriter, list};
use crate::keys::{PathKey, WireKey};
use crate::limits::{CALLS_MAX, HISTORY_ROWS_MAX};
use crate::own::history::{Commit, decode, graph};
use crate::problem::{Problem, ProblemDetail};
use crate::search::{each_row, filter_on, find, key_of, look_up, text_of};
use crate::state::ApiState;
use crate::tenant::DEFAULT_NAME;
use axum::extract::State;
use axum::response::Response;
use engine::graph::Graph;
use engine::graph::path::Path;
use engine::key::Key;
use engine::record::Events;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use store::view::{Cell, View, elements, instances};
use utoipa::ToSchema;

/// An instance in a chain of calls.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct CallHierarchyEntry {
    process_instance_key: WireKey,
    process_definition_key: WireKey,
    process_definition_name: String,
}

/// Show who called a process instance
#[utoipa::path(
    get,
    path = "/v2/process-instances/{processInstanceKey}/call-hierarchy",
    operation_id = "getProcessInstanceCallHierarchy",
    tag = "Process instance",
    params(("processInstanceKey" = String, Path, description = "Key of the instance.")),
    responses(
        (status = 200, description = "From the top down to the instance itself.",
            body = Vec<CallHierarchyEntry>),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn call_hierarchy(
    State(state): State<ApiState>,
    PathKey(instance): PathKey,
) -> Result<Response, Problem> {
    let mut chain = vec![find(&state, &PROCESS_INSTANCES, instance).await?];
    while chain.len() <= CALLS_MAX {
        let parent = chain.last().map_or(Key(0), |row| key_of(row, instances::PARENT_INSTANCE));
        if parent == Key(0) {
            break;
        }
        // The caller may be gone from the views.
        let Some(row) = look_up(&state, &PROCESS_INSTANCES, parent).await? else { break };
        chain.push(row);
    }
    let mut out = String::new();
    list(&mut out, chain.iter().rev(), |out, row| {
        let name = text_of(row, instances::NAME).filter(|name| !name.is_empty());
        let name = name.or_else(|| text_of(row, instances::PROCESS_ID)).unwrap_or_default();
        let mut object = ObjectWriter::open(out);
        object.key("processInstanceKey", key_of(row, instances::KEY));
        object.key("processDefinitionKey", key_of(row, instances::DEFINITION));
        object.text("processDefinitionName", name);
        object.close();
    });
    Ok(answer::json(out))
}

/// Count the element instances of a process instance
#[utoipa::path(
    get,
    path = "/v2/process-instances/{processInstanceKey}/statistics/element-instances",
    operation_id = "getProcessInstanceStatistics",
    tag = "Process instance",
    params(("processInstanceKey" = String, Path, description = "Key of the instance.")),
    responses(
        (status = 200, description = "The counts.", body = ElementStatisticsResult),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn instance_elements(
    State(state): State<ApiState>,
    PathKey(instance): PathKey,
) -> Result<Response, Problem> {
    find(&state, &PROCESS_INSTANCES, instance).await?;
    let mut found: BTreeMap<String, ElementStatistics> = BTreeMap::new();
    let filters = vec![filter_on(elements::INSTANCE, instance.0.cast_signed())];
    each_row(&state, View::Elements, filters, Vec::new(), |row| {
        let id = text_of(row, elements::ELEMENT_ID).unwrap_or_default();
        if !found.contains_key(id) {
            let element_id = id.to_owned();
            let counts = ElementStatistics { element_id, ..ElementStatistics::default() };
            found.insert(id.to_owned(), counts);
        }
        let Some(counts) = found.get_mut(id) else { return };
        let stopped = i64::from(row[elements::INCIDENTS as usize] > Cell::Int(0));
        match row[elements::STATE as usize] {
            Cell::Int(0) => {
                counts.active += 1 - stopped;
                counts.incidents += stopped;
            }
            Cell::Int(1) => counts.completed += 1,
            _ => counts.canceled += 1,
        }
    })
    .await?;
    let items: Vec<ElementStatistics> = found.into_values().collect();
    Ok(answer::json(json!({ "items": items }).to_string()))
}

/// How many instances of an element wait.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct WaitStateStatistics {
    element_id: String,
    waiting_count: i64,
}

/// Elements that wait.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct WaitStateStatisticsResult {
    items: Vec<WaitStateStatistics>,
}

/// Count the waiting element instances of a process instance
#[utoipa::path(
    get,
    path = "/v2/process-instances/{processInstanceKey}/statistics/wait-states",
    operation_id = "getProcessInstanceWaitStateStatistics",
    tag = "Process instance",
    params(("processInstanceKey" = String, Path, description = "Key of the instance.")),
    responses(
        (status = 200, description = "Elements that wait for something outside.",
            body = WaitStateStatisticsResult),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn instance_wait_states(
    State(state): State<ApiState>,
    PathKey(instance): PathKey,
) -> Result<Response, Problem> {
    find(&state, &PROCESS_INSTANCES, instance).await?;
    let mut active: BTreeMap<Key, String> = BTreeMap::new();
    let mut scopes = BTreeSet::new();
    let filters = vec![
        filter_on(elements::INSTANCE, instance.0.cast_signed()),
        filter_on(elements::STATE, 0),
    ];
    each_row(&state, View::Elements, filters, Vec::new(), |row| {
        let id = text_of(row, elements::ELEMENT_ID).unwrap_or_default();
        active.insert(key_of(row, elements::KEY), id.to_owned());
        scopes.insert(key_of(row, elements::SCOPE));
    })
    .await?;
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    // What others live in waits for them, and not for something outside.
    for (_, id) in active.into_iter().filter(|(key, _)| !scopes.contains(key)) {
        *counts.entry(id).or_default() += 1;
    }
    let items: Vec<_> = counts
        .into_iter()
        .map(|(id, count)| json!({"elementId": id, "waitingCount": count}))
        .collect();
    Ok(answer::json(json!({ "items": items }).to_string()))
}

/// A sequence flow a token went over.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct SequenceFlow {
    sequence_flow_id: String,
    process_instance_key: WireKey,
    #[schema(required)]
    root_process_instance_key: Option<WireKey>,
    #[schema(required)]
    process_definition_key: Option<WireKey>,
    #[schema(required)]
    process_definition_id: Option<String>,
    element_id: String,
    tenant_id: String,
}

/// Sequence flows that were taken.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct SequenceFlows {
    items: Vec<SequenceFlow>,
}

/// Show which sequence flows a process instance took
#[utoipa::path(
    get,
    path = "/v2/process-instances/{processInstanceKey}/sequence-flows",
    operation_id = "getProcessInstanceSequenceFlows",
    tag = "Process instance",
    params(("processInstanceKey" = String, Path, description = "Key of the instance.")),
    responses(
        (status = 200, description = "Each flow once.", body = SequenceFlows),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn sequence_flows(
    State(state): State<ApiState>,
    PathKey(instance): PathKey,
) -> Result<Response, Problem> {
    let row = find(&state, &PROCESS_INSTANCES, instance).await?;
    let mut commits: Vec<Commit> = Vec::new();
    loop {
        let after = commits.last().map_or(0, |(row, _)| row.position);
        let rows = state.node().history(instance, after, HISTORY_ROWS_MAX).await?;
        let last = rows.len() < HISTORY_ROWS_MAX as usize;
        commits.extend(decode(instance, rows)?);
        if last {
            break;
        }
    }
    let definition = state.node().definition(key_of(&row, instances::DEFINITION));
    let root = key_of(&row, instances::ROOT);
    let root = if root == Key(0) { instance } else { root };
    let text = state
        .compute(move || {
            let graph = definition.as_deref().and_then(graph);
            let taken = graph.as_ref().map(|graph| taken(graph, &commits)).unwrap_or_default();
            let mut out = String::from("{\"items\":");
            list(&mut out, taken, |out, flow| {
                let Some(graph) = &graph else { return };
                let flow = graph.flow(flow);
                let mut object = ObjectWriter::open(out);
                object.text("sequenceFlowId", &flow.id);
                object.key("processInstanceKey", instance);
                object.key("rootProcessInstanceKey", root);
                let key = definition.as_ref().map(|definition| Key(definition.key));
                object.key_or_null("processDefinitionKey", key);
                object.text("processDefinitionId", &graph.process_id);
                object.text("elementId", &flow.id);
                object.text("tenantId", DEFAULT_NAME);
                object.close();
            });
            out.push('}');
            out
        })
        .await?;
    Ok(answer::json(text))
}

/// Flows that tokens went over.
fn taken(graph: &Graph, commits: &[Commit]) -> BTreeSet<u32> {
    let mut path = Path::default();
    for section in commits.iter().flat_map(|(_, sections)| sections) {
        section.places.iter().for_each(|place| path.know(place));
        if let Events::Instance(events) = &section.events {
            for event in events {
                path.follow(graph, event);
            }
        }
    }
    path.taken().clone()
}
