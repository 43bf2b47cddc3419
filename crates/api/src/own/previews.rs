//! Previews: what a change of a running instance would do, and which mapping a migration proposes.
//!
//! Nothing is done. Not a promise either: the instance may go on before the change is made.

use super::event_json::{Scene, kind, write_event};
use super::history::graph;
use crate::answer;
use crate::extract::{CallerOf, JsonBody};
use crate::json_write::{ObjectWriter, list};
use crate::keys::{PathKey, WireKey};
use crate::problem::{Problem, ProblemDetail};
use crate::search::{find, key_of};
use crate::state::ApiState;
use crate::v2::instance_changes::{ProcessInstanceMigration, ProcessInstanceModification};
use crate::v2::tables::PROCESS_INSTANCES;
use axum::extract::State;
use axum::response::Response;
use engine::record::{Events, Section};
use runtime::request::{Caller, Previewed, Request};
use serde::Deserialize;
use std::collections::BTreeMap;
use store::view::instances;
use utoipa::ToSchema;

/// What would happen.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct ChangePreview {
    /// The definition the instance would run.
    process_definition_key: WireKey,
    /// How many events of each kind, for example `TIMER_CANCELLED`.
    counts: BTreeMap<String, u64>,
    /// What would happen, in order, as in the history.
    events: Vec<serde_json::Map<String, serde_json::Value>>,
}

/// Preview a modification
///
/// What it would do to tokens, timers, jobs, tasks and subscriptions. Nothing is done.
#[utoipa::path(
    post,
    path = "/api/v1/process-instances/{processInstanceKey}/modification-preview",
    operation_id = "previewProcessInstanceModification",
    tag = "Segue",
    params(("processInstanceKey" = String, Path, description = "Key of the instance.")),
    request_body = ProcessInstanceModification,
    responses(
        (status = 200, description = "What would happen.", body = ChangePreview),
        (status = "4XX", description = "It would be refused.", body = ProblemDetail),
    )
)]
pub(crate) async fn preview_modification(
    State(state): State<ApiState>,
    PathKey(instance): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    let modification = Box::new(body.parse::<ProcessInstanceModification<'_>>()?.read()?);
    show(&state, caller, Request::ModifyInstance { instance, modification }, instance).await
}

/// Preview a migration
#[utoipa::path(
    post,
    path = "/api/v1/process-instances/{processInstanceKey}/migration-preview",
    operation_id = "previewProcessInstanceMigration",
    tag = "Segue",
    params(("processInstanceKey" = String, Path, description = "Key of the instance.")),
    request_body = ProcessInstanceMigration,
    responses(
        (status = 200, description = "What would happen.", body = ChangePreview),
        (status = "4XX", description = "It would be refused.", body = ProblemDetail),
    )
)]
pub(crate) async fn preview_migration(
    State(state): State<ApiState>,
    PathKey(instance): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    let migration = Box::new(body.parse::<ProcessInstanceMigration<'_>>()?.read()?);
    show(&state, caller, Request::MigrateInstance { instance, migration }, instance).await
}

/// Preview a cancellation
///
/// What is open and would be cancelled, without compensation: what completed activities did outside
/// stays done.
#[utoipa::path(
    post,
    path = "/api/v1/process-instances/{processInstanceKey}/cancellation-preview",
    operation_id = "previewProcessInstanceCancellation",
    tag = "Segue",
    params(("processInstanceKey" = String, Path, description = "Key of the instance.")),
    responses(
        (status = 200, description = "What would happen.", body = ChangePreview),
        (status = "4XX", description = "It would be refused.", body = ProblemDetail),
    )
)]
pub(crate) async fn preview_cancellation(
    State(state): State<ApiState>,
    PathKey(instance): PathKey,
    CallerOf(caller): CallerOf,
) -> Result<Response, Problem> {
    show(&state, caller, Request::CancelInstance { instance }, instance).await
}

pub(super) async fn show(
    state: &ApiState,
    caller: Caller,
    request: Request,
    instance: engine::key::Key,
) -> Result<Response, Problem> {
    let previewed = state.node().preview(caller, instance, request).await?;
    let definition = state.node().definition(previewed.definition);
    let text = state
        .compute(move || {
            let graph = definition.and_then(|row| graph(&row));
            write(previewed, graph.as_ref())
        })
        .await?;
    Ok(answer::json(text))
}

fn write(previewed: Previewed, graph: Option<&engine::graph::Graph>) -> String {
    let Previewed { definition, events, places } = previewed;
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for event in &events {
        *counts.entry(kind(event)).or_default() += 1;
    }
    let section = Section { events: Events::Instance(events), places, ..Section::default() };
    let mut scene = Scene::of(graph, &section);
    let Events::Instance(events) = &section.events else { return String::new() };
    let mut out = String::new();
    let mut object = ObjectWriter::open(&mut out);
    object.key("processDefinitionKey", definition);
    {
        let mut inner = ObjectWriter::open(object.name("counts"));
        counts.into_iter().for_each(|(kind, count)| inner.number(kind, count));
        inner.close();
    }
    list(object.name("events"), events, |out, event| write_event(out, event, &mut scene));
    object.close();
    out
}

/// For which definition a mapping is wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MappingWanted {
    /// The definition the instance shall run.
    target_process_definition_key: WireKey,
}

/// A proposed mapping.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct MappingProposal {
    target_process_definition_key: WireKey,
    /// Elements with the same id, kind and scope in both definitions.
    mapping_instructions: Vec<serde_json::Map<String, serde_json::Value>>,
    /// Elements of the present definition that need a decision.
    unmapped_element_ids: Vec<String>,
}

/// Propose the mapping of a migration
///
/// Elements that have the same id, kind and scope in both definitions. The instance itself is not
/// looked at: the preview says whether it can be migrated with that.
#[utoipa::path(
    post,
    path = "/api/v1/process-instances/{processInstanceKey}/migration-proposal",
    operation_id = "proposeProcessInstanceMigration",
    tag = "Segue",
    params(("processInstanceKey" = String, Path, description = "Key of the instance.")),
    request_body = MappingWanted,
    responses(
        (status = 200, description = "The proposal.", body = MappingProposal),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn propose_mapping(
    State(state): State<ApiState>,
    PathKey(instance): PathKey,
    body: JsonBody,
) -> Result<Response, Problem> {
    let WireKey(target) = body.parse::<MappingWanted>()?.target_process_definition_key;
    let row = find(&state, &PROCESS_INSTANCES, instance).await?;
    let found = |key| {
        let row = state.node().definition(key);
        row.filter(|row| state.actor().is_member_of(row.tenant)).ok_or_else(|| {
            Problem::not_found(format!("Expected process definition {key}, but found none."))
        })
    };
    let (from, to) = (found(key_of(&row, instances::DEFINITION))?, found(target)?);
    let text = state
        .compute(move || {
            let (from, to) = (graph(&from)?, graph(&to)?);
            let same = from.same_elements(&to);
            let mut out = String::new();
            let mut object = ObjectWriter::open(&mut out);
            object.key("targetProcessDefinitionKey", target);
            list(object.name("mappingInstructions"), &same, |out, (source, target)| {
                let mut pair = ObjectWriter::open(out);
                pair.text("sourceElementId", source);
                pair.text("targetElementId", target);
                pair.close();
            });
            let left = from.by_id.iter().filter(|(id, element)| {
                **element != 0 && !same.iter().any(|(held, _)| held == *id)
            });
            list(object.name("unmappedElementIds"), left, |out, (id, _)| {
                crate::json_write::string(out, id);
            });
            object.close();
            Some(out)
        })
        .await?;
    let text = text.ok_or_else(|| {
        Problem::internal("Expected definitions that compile, but they do not.".to_owned())
    })?;
    Ok(answer::json(text))
}
