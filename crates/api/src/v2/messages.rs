//! Messages: publishing them, with a time to live, and correlating them now or never.
//!
//! Not here: who waits for them.

use crate::answer;
use crate::extract::{CallerOf, JsonBody};
use crate::json_write::ObjectWriter;
use crate::keys::WireKey;
use crate::names::{name, no_name_or, some_name};
use crate::problem::{Problem, ProblemDetail};
use crate::raw_variables::RawVariables;
use crate::state::{ApiState, unexpected};
use crate::tenant::{self, DEFAULT_NAME};
use crate::wire_int::WireInt;
use axum::extract::State;
use axum::response::Response;
use engine::limits::MESSAGE_TTL_MS_MAX;
use runtime::request::{Answer, Request};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// A message.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MessagePublication {
    /// Name of the message.
    pub(crate) name: String,
    /// The text that finds the instance it is for.
    pub(crate) correlation_key: Option<String>,
    /// How long it may wait for a taker, milliseconds; 0 by default.
    pub(crate) time_to_live: Option<WireInt>,
    /// While a message with this id waits, another one is refused.
    pub(crate) message_id: Option<String>,
    /// Variables it brings.
    pub(crate) variables: Option<RawVariables>,
    /// `<default>` or absent.
    pub(crate) tenant_id: Option<String>,
}

/// A message that was taken in.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct PublishedMessage {
    tenant_id: String,
    message_key: WireKey,
}

/// Publish a message
#[utoipa::path(
    post,
    path = "/v2/messages/publication",
    operation_id = "publishMessage",
    tag = "Message",
    request_body = MessagePublication,
    responses(
        (status = 200, description = "Taken in.", body = PublishedMessage),
        (status = "4XX", description = "Not taken in.", body = ProblemDetail),
    )
)]
pub(crate) async fn publish_message(
    State(state): State<ApiState>,
    CallerOf(mut caller): CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted: MessagePublication = body.parse()?;
    caller.tenant = tenant::number(wanted.tenant_id.as_deref())?;
    let answer = state.submit(caller, wanted.request()?).await?;
    let Answer::MessagePublished { message } = answer else { return Err(unexpected(&answer)) };
    let mut out = String::new();
    let mut object = ObjectWriter::open(&mut out);
    object.text("tenantId", DEFAULT_NAME);
    object.key("messageKey", message);
    object.close();
    Ok(answer::json(out))
}

impl MessagePublication {
    /// What is asked of the node; the tenant is the caller's.
    pub(crate) fn request(self) -> Result<Request, Problem> {
        let ttl_ms = self.time_to_live.map_or(0, |WireInt(ms)| ms);
        if !(0..=MESSAGE_TTL_MS_MAX).contains(&ttl_ms) {
            return Err(Problem::invalid(format!(
                "Expected `timeToLive` to be 0 to {MESSAGE_TTL_MS_MAX} ms, but found {ttl_ms}."
            )));
        }
        Ok(Request::PublishMessage {
            name: some_name("name", &self.name)?,
            correlation_key: correlation_key(self.correlation_key)?,
            id: no_name_or("messageId", self.message_id.as_deref())?,
            ttl_ms,
            variables: self.variables.unwrap_or_default().0,
        })
    }
}

/// A message that must be taken now.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MessageCorrelation {
    /// Name of the message.
    name: String,
    /// The text that finds the instance it is for.
    correlation_key: Option<String>,
    /// Variables it brings.
    variables: Option<RawVariables>,
    /// `<default>` or absent.
    tenant_id: Option<String>,
}

/// A message and the instance that took it.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct CorrelatedMessage {
    tenant_id: String,
    message_key: WireKey,
    process_instance_key: WireKey,
}

/// Correlate a message
///
/// Unlike a published message it never waits: nobody there to take it is 404.
#[utoipa::path(
    post,
    path = "/v2/messages/correlation",
    operation_id = "correlateMessage",
    tag = "Message",
    request_body = MessageCorrelation,
    responses(
        (status = 200, description = "Taken.", body = CorrelatedMessage),
        (status = "4XX", description = "Not taken.", body = ProblemDetail),
    )
)]
pub(crate) async fn correlate_message(
    State(state): State<ApiState>,
    CallerOf(mut caller): CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted: MessageCorrelation = body.parse()?;
    caller.tenant = tenant::number(wanted.tenant_id.as_deref())?;
    let request = Request::CorrelateMessage {
        name: some_name("name", &wanted.name)?,
        correlation_key: correlation_key(wanted.correlation_key)?,
        variables: wanted.variables.unwrap_or_default().0,
    };
    let answer = state.submit(caller, request).await?;
    let Answer::MessageCorrelated { message, instance } = answer else {
        return Err(unexpected(&answer));
    };
    let mut out = String::new();
    let mut object = ObjectWriter::open(&mut out);
    object.text("tenantId", DEFAULT_NAME);
    object.key("messageKey", message);
    object.key("processInstanceKey", instance);
    object.close();
    Ok(answer::json(out))
}

fn correlation_key(text: Option<String>) -> Result<Arc<str>, Problem> {
    name("correlationKey", &text.unwrap_or_default())
}
