//! `GET /api/v1/events`: what was committed, as it happens, as server-sent events.
//!
//! Not here: the order in which rows come (`runtime::stream`), and the history of one instance
//! page by page (`history`).

mod event_id;
mod filter;
mod hub;
mod item;
mod reader;

pub(crate) use hub::Hub;

use crate::problem::{Problem, ProblemDetail};
use crate::state::ApiState;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use event_id::EventId;
use filter::StreamQuery;
use reader::{Reader, StreamBody};
use runtime::node::Node;
use runtime::stream::Found;

const LAST_EVENT_ID: &str = "last-event-id";
/// The word for the beginning of what is kept.
const OLDEST: &str = "oldest";

/// What one command did to one process instance, as a message of the stream. About a case it has
/// `caseKey` in place of the keys of processes, about alerts and signals none of them: their events
/// have.
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct StreamedItem {
    /// The message's id, to come back with.
    id: String,
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
    process_instance_key: String,
    #[schema(required)]
    process_definition_key: Option<String>,
    #[schema(required)]
    process_definition_id: Option<String>,
    tenant_id: String,
    /// What happened, each with a `type` and the fields of its kind.
    events: Vec<serde_json::Map<String, serde_json::Value>>,
}

/// Follow what happens
///
/// Server-sent events: each message is what one committed command did to one process instance; with
/// `about` also to cases, alerts and signals.
/// Messages of an instance come in their order, each exactly once. The `id` of the last message
/// seen, sent as `Last-Event-ID` or `after`, resumes the stream behind it.
#[utoipa::path(
    get,
    path = "/api/v1/events",
    operation_id = "streamEvents",
    tag = "Segue",
    params(
        StreamQuery,
        ("Last-Event-ID" = Option<String>, Header, description = "Id of the last message seen."),
    ),
    responses(
        (status = 200, description = "Messages until one side ends the connection.",
            body = StreamedItem, content_type = "text/event-stream"),
        (status = 409, description = "The id is of another database, or of commits that a restored \
            copy does not have.", body = ProblemDetail),
        (status = 410, description = "Events behind the id were purged.", body = ProblemDetail),
        (status = "4XX", description = "The request is wrong, or there are too many readers.",
            body = ProblemDetail),
    )
)]
pub(crate) async fn stream_events(
    State(state): State<ApiState>,
    headers: HeaderMap,
    query: Result<Query<StreamQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|error| {
        Problem::invalid(format!("Expected filters and `after`, but found this: {error}."))
    })?;
    let filter = query.filter()?;
    let last = headers.get(LAST_EVENT_ID).map(|id| id.to_str().unwrap_or("not ASCII"));
    let after = last.filter(|id| !id.is_empty()).or(query.after.as_deref());
    let at = begin(state.node(), after).await?;
    let hub = state.events();
    let slot = hub.slot()?;
    let reader = Reader::new(hub.clone(), filter, at, query.follow.unwrap_or(true), slot);
    let mut response = Response::new(Body::new(StreamBody::new(reader)));
    let fields = response.headers_mut();
    fields.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    fields.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Asks proxies of the nginx family not to hold messages back.
    fields.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// Where the stream begins.
async fn begin(node: &Node, after: Option<&str>) -> Result<EventId, Problem> {
    let id = match after {
        None => return Ok(EventId::behind(node.end())),
        Some(OLDEST) => return Ok(EventId::behind(node.oldest().await?)),
        Some(text) => EventId::parse(text).ok_or_else(|| {
            Problem::invalid(format!(
                "Expected the id of an event of this stream, or `{OLDEST}`, but found `{text}`."
            ))
        })?,
    };
    let place = id.place;
    match node.find(place).await? {
        Found::Whole => Ok(id),
        Found::Purged { from } => Err(Problem::new(
            StatusCode::GONE,
            "PURGED",
            format!(
                "Expected to go on behind position {}, but events from there on were purged: the \
                 oldest position kept is {from}. Begin again with `after={OLDEST}`.",
                place.position
            ),
        )),
        Found::Unknown { history } => Err(Problem::new(
            StatusCode::CONFLICT,
            "OTHER_HISTORY",
            format!(
                "Expected an event id of history {history:x}, but found one of history {:x}: this \
                 is another database, and all you know is of the other one. Begin again with \
                 `after={OLDEST}`.",
                place.history
            ),
        )),
        Found::Lost { last } => Err(Problem::new(
            StatusCode::CONFLICT,
            "HISTORY_LOST",
            format!(
                "Expected commit {} of segment {:x} at position {}, but it is not here: an older \
                 copy of the database was restored, which ends at position {last} or went on \
                 differently. What you have seen of that segment since was lost. Begin again with \
                 `after={OLDEST}`.",
                place.seq, place.segment, place.position
            ),
        )),
    }
}
