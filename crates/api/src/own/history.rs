//! `GET /api/v1/process-instances/{key}/history`: who did what, and what happened.
//!
//! Not here: how events look as JSON (`event_json`).

use super::event_json::{Scene, write_event};
use crate::answer;
use crate::json_write::{ObjectWriter, list};
use crate::keys::PathKey;
use crate::limits::HISTORY_ROWS_MAX;
use crate::problem::{Problem, ProblemDetail};
use crate::state::ApiState;
use crate::time;
use axum::extract::{Query, State};
use axum::response::Response;
use engine::graph::Graph;
use engine::graph::compile::compile;
use engine::key::Key;
use engine::record::v1_name::command_name;
use engine::record::{Cause, Events, Section, decode_sections};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use store::batch::DefinitionRow;
use store::load::HistoryRow;
use utoipa::{IntoParams, ToSchema};

/// Which part of the history.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct HistoryPage {
    /// Only what happened after this position.
    #[serde(default)]
    pub(super) after: u64,
    /// At most this many commits; 1,000 by default and at most.
    pub(super) limit: Option<u32>,
}

/// A part of an instance's history.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct InstanceHistory {
    items: Vec<HistoryItem>,
    /// The `after` of the next page; null if this is the last one.
    #[schema(required)]
    next_after: Option<u64>,
}

/// What one command did to the instance.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct HistoryItem {
    /// Place in the order of all commits.
    position: u64,
    /// When it was committed.
    time: String,
    /// Who acted.
    actor: String,
    /// For whom, if for someone else.
    #[schema(required)]
    acting_for: Option<String>,
    /// What was asked, for example `COMPLETE_JOB`.
    command: String,
    /// Key of the aggregate that asked; null for a request from outside.
    #[schema(required)]
    source: Option<String>,
    /// The client's idempotency key.
    #[schema(required)]
    idempotency_key: Option<String>,
    /// What happened, each with a `type` and the fields of its kind.
    events: Vec<Object>,
}

type Object = serde_json::Map<String, serde_json::Value>;

/// Show the history of a process instance
#[utoipa::path(
    get,
    path = "/api/v1/process-instances/{processInstanceKey}/history",
    operation_id = "getProcessInstanceHistory",
    tag = "Segue",
    params(
        ("processInstanceKey" = String, Path, description = "Key of the instance."),
        HistoryPage,
    ),
    responses(
        (status = 200, description = "The history, oldest first.", body = InstanceHistory),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn instance_history(
    State(state): State<ApiState>,
    PathKey(instance): PathKey,
    page: Result<Query<HistoryPage>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(page) = page.map_err(|error| {
        Problem::invalid(format!("Expected `after` and `limit` as numbers, but: {error}."))
    })?;
    let limit = page.limit.unwrap_or(HISTORY_ROWS_MAX).clamp(1, HISTORY_ROWS_MAX);
    let mut rows = state.node().history(instance, page.after, limit).await?;
    // Other aggregates have keys too; their history is not an instance's.
    let actor = state.actor();
    rows.retain(|row| actor.is_member_of(row.tenant));
    let commits = decode(instance, rows)?;
    if commits.is_empty() && page.after == 0 {
        return Err(Problem::not_found(format!(
            "Expected process instance {instance} to exist, but found none."
        )));
    }
    let named = commits.iter().flat_map(|(_, sections)| sections).filter_map(|it| it.definition);
    let named: BTreeSet<Key> = named.collect();
    let rows: Vec<_> = named.into_iter().filter_map(|key| state.node().definition(key)).collect();
    let text = state
        .compute(move || {
            let graphs = rows.iter().filter_map(|row| Some((Key(row.key), graph(row)?)));
            write(&commits, &graphs.collect(), limit)
        })
        .await?;
    Ok(answer::json(text))
}

/// A history row with the sections of the instance in it.
pub(crate) type Commit = (HistoryRow, Vec<Section>);

/// Decodes history rows of an instance.
pub(crate) fn decode(instance: Key, rows: Vec<HistoryRow>) -> Result<Vec<Commit>, Problem> {
    let decoded = rows.into_iter().map(|row| {
        let mut sections = decode_sections(instance, &row.body).map_err(|error| {
            tracing::error!(%error, position = row.position, "a history row cannot be read");
            Problem::internal(format!("Expected history that can be read, but found this: {error}"))
        })?;
        sections.retain(|section| matches!(section.events, Events::Instance(_)));
        Ok((row, sections))
    });
    let decoded: Result<Vec<Commit>, Problem> = decoded.collect();
    decoded.map(|all| all.into_iter().filter(|(_, sections)| !sections.is_empty()).collect())
}

/// The graph the instance runs, for the names of elements.
pub(crate) fn graph(row: &DefinitionRow) -> Option<Graph> {
    let document = model::parse(&row.source).ok()?;
    let graphs = compile(&document, &mut model::Problems::new());
    graphs.into_iter().find(|graph| graph.process_id == row.process_id)
}

/// Graphs an instance ran, by definition.
type Graphs = BTreeMap<Key, Graph>;

fn write(commits: &[Commit], graphs: &Graphs, limit: u32) -> String {
    let mut out = String::new();
    let mut object = ObjectWriter::open(&mut out);
    let sections =
        commits.iter().flat_map(|(row, sections)| sections.iter().map(move |it| (row, it)));
    list(object.name("items"), sections, |out, (row, section)| {
        write_section(out, row, section, graphs);
    });
    let next = commits.last().filter(|_| commits.len() >= limit as usize);
    match next {
        Some((row, _)) => object.number("nextAfter", row.position),
        None => object.raw("nextAfter", "null"),
    }
    object.close();
    out
}

fn write_section(out: &mut String, row: &HistoryRow, section: &Section, graphs: &Graphs) {
    let mut object = ObjectWriter::open(out);
    object.number("position", row.position);
    object.text("time", &time::format(row.at_ms));
    write_cause(&mut object, &section.cause);
    let graph = section.definition.and_then(|key| graphs.get(&key));
    let mut scene = Scene::of(graph, section);
    let events = match &section.events {
        Events::Instance(events) => events.as_slice(),
        _ => &[],
    };
    list(object.name("events"), events, |out, event| write_event(out, event, &mut scene));
    object.close();
}

/// Who did it, and how.
pub(super) fn write_cause(object: &mut ObjectWriter<'_>, cause: &Cause) {
    object.text("actor", &cause.actor);
    object.text_or_null("actingFor", cause.acting_for.as_deref());
    object.text("command", command_name(cause.command));
    object.key_or_null("source", cause.source);
    object.text_or_null("idempotencyKey", cause.request.as_deref());
}
