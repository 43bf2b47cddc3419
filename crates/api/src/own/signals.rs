//! `/api/v1/signals`: events of sources, received durably and once, and what rules made of them.
//!
//! Not here: reading a CloudEvent (`cloud_events`), and alerts (`alerts`).

use super::cloud_events;
use crate::answer;
use crate::extract::{CallerOf, JsonBody, RoomForStart, read};
use crate::json_write::{ObjectWriter, list};
use crate::keys::{PathKey, WireKey};
use crate::limits::JSON_BYTES_MAX;
use crate::problem::{Problem, ProblemDetail};
use crate::search::schema::search_schemas;
use crate::search::{Field, Kind, Row, Search, Table, find_one, text_of};
use crate::state::{ApiState, unexpected};
use axum::extract::{Request as HttpRequest, State};
use axum::http::StatusCode;
use axum::response::Response;
use runtime::request::{Answer, Request, WorkRequest};
use store::view::{View, signals};
use utoipa::ToSchema;

/// Received events.
pub(crate) const SIGNALS: Table = Table {
    view: View::Signals,
    what: "signal",
    key: signals::KEY,
    instance: None,
    fields: &[
        Field::new("signalKey", signals::KEY, Kind::Key),
        Field::new("id", signals::ID, Kind::TextOrEmpty),
        Field::new("source", signals::SOURCE, Kind::TextOrEmpty),
        Field::new("type", signals::TYPE, Kind::TextOrEmpty),
        Field::new("subject", signals::SUBJECT, Kind::Text),
        Field::shown("time", signals::TIME, Kind::Text),
        Field::new("receivedTime", signals::RECEIVED_MS, Kind::Time),
        Field::new("isMatched", signals::MATCHED, Kind::Flag),
        Field::shown("dataContentType", signals::CONTENT_TYPE, Kind::Text),
        Field::shown("dataSchema", signals::SCHEMA, Kind::Text),
        Field::shown("extensions", signals::EXTENSIONS, Kind::Object),
        Field::new("tenantId", signals::TENANT, Kind::Tenant),
    ],
    joined: &[],
    special: &[],
    missing: &[],
};

search_schemas!(&SIGNALS, Signal, SignalSearch, SignalSearchResult);

/// A CloudEvent 1.0 in JSON; further members are extension attributes.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `cloud_events` reads")]
pub(crate) struct CloudEventJson {
    /// `1.0`.
    specversion: String,
    /// With the source it names the event: it is received once.
    id: String,
    source: String,
    r#type: String,
    subject: Option<String>,
    time: Option<String>,
    datacontenttype: Option<String>,
    dataschema: Option<String>,
    /// Any JSON.
    #[schema(value_type = Object)]
    data: Option<()>,
}

/// Received events, in the order they were sent.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct ReceivedSignals {
    signals: Vec<ReceivedSignal>,
}

/// A received event.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct ReceivedSignal {
    signal_key: WireKey,
    /// False: it was received before, and nothing changed.
    is_new: bool,
}

/// Send signals
///
/// One CloudEvent (`application/cloudevents+json`, or binary mode with `ce-` headers) or many
/// (`application/cloudevents-batch+json`). The answer comes when all are stored; if one of them is
/// wrong none is. An event with an `id` and `source` that were received before changes nothing.
#[utoipa::path(
    post,
    path = "/api/v1/signals",
    operation_id = "sendSignals",
    tag = "Signals",
    request_body(content = CloudEventJson, content_type = "application/cloudevents+json"),
    responses(
        (status = 202, description = "Received, for good.", body = ReceivedSignals),
        (status = "4XX", description = "None was received; says which is wrong and why.",
            body = ProblemDetail),
    )
)]
pub(crate) async fn send_signals(
    State(state): State<ApiState>,
    CallerOf(caller): CallerOf,
    _: RoomForStart,
    request: HttpRequest,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = read(body, JSON_BYTES_MAX).await?;
    let events = cloud_events::read(&parts.headers, &body)?;
    let request = Request::Work(WorkRequest::ReceiveEvents { events });
    let answer = state.submit(caller, request).await?;
    let Answer::EventsReceived { events } = answer else { return Err(unexpected(&answer)) };
    let mut out = String::new();
    let mut object = ObjectWriter::open(&mut out);
    list(object.name("signals"), &events, |out, (key, is_new)| {
        let mut object = ObjectWriter::open(out);
        object.key("signalKey", *key);
        object.raw("isNew", if *is_new { "true" } else { "false" });
        object.close();
    });
    object.close();
    let mut response = answer::json(out);
    *response.status_mut() = StatusCode::ACCEPTED;
    Ok(response)
}

fn write_details(row: &Row, object: &mut ObjectWriter<'_>) {
    object.raw("rules", text_of(row, signals::RULES).unwrap_or("[]"));
    object.raw("data", text_of(row, signals::DATA).unwrap_or("null"));
}

/// Get a signal
///
/// With its `data`, and the `rules` that looked at it, each with the subject it found.
#[utoipa::path(
    get,
    path = "/api/v1/signals/{signalKey}",
    operation_id = "getSignal",
    tag = "Signals",
    params(("signalKey" = String, Path, description = "Key of the signal.")),
    responses(
        (status = 200, description = "The signal, with `data` and `rules`.", body = Signal),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn get_signal(
    State(state): State<ApiState>,
    PathKey(signal): PathKey,
) -> Result<Response, Problem> {
    let found = find_one(&state, &SIGNALS, signal).await?;
    Ok(answer::json(found.item(&SIGNALS, &mut write_details)))
}

/// Search signals
#[utoipa::path(
    post,
    path = "/api/v1/signals/search",
    operation_id = "searchSignals",
    tag = "Signals",
    request_body = Option<SignalSearch>,
    responses(
        (status = 200, description = "What was found, each with `data` and `rules`.",
            body = SignalSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail),
    )
)]
pub(crate) async fn search_signals(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let found = Search::parse(&SIGNALS, &body)?.find(&state, &SIGNALS).await?;
    Ok(answer::json(found.answer(&SIGNALS, &mut write_details)))
}
