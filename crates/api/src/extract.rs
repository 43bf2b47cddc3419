//! What handlers take from a request: its JSON body, and who asks.
//!
//! Not here: what the fields mean.

use crate::json_scan::scan;
use crate::limits::{
    BODY_READ_MS, IDEMPOTENCY_KEY_CHARACTERS_MAX, JSON_BYTES_MAX, OVERSIZE_DRAIN_BYTES_MAX,
};
use crate::problem::Problem;
use crate::state::ApiState;
use crate::tenant::DEFAULT_TENANT;
use axum::body::{Body, HttpBody};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use runtime::request::Caller;
use serde::Deserialize;
use std::convert::Infallible;
use std::time::Duration;

/// A JSON body, read whole and looked over, not yet parsed: DTOs borrow from it.
pub(crate) struct JsonBody(Bytes);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let is_json = is_json(request.headers());
        let body = read(request.into_body(), JSON_BYTES_MAX).await?;
        if !is_json && !body.is_empty() {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "UNSUPPORTED_MEDIA_TYPE",
                "Expected the header `Content-Type: application/json`, but found another one or \
                 none.",
            ));
        }
        scan(&body)?;
        Ok(JsonBody(body))
    }
}

impl JsonBody {
    /// The body as a DTO; an absent body is an empty object.
    pub(crate) fn parse<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Problem> {
        let text: &[u8] = if self.0.is_empty() { b"{}" } else { &self.0 };
        serde_json::from_slice(text).map_err(|error| {
            Problem::invalid(format!("Expected a valid request body, but found this: {error}."))
        })
    }

    #[cfg(test)]
    pub(crate) fn of(text: &str) -> Self {
        JsonBody(Bytes::copy_from_slice(text.as_bytes()))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).map(|it| it.as_bytes()).unwrap_or_default();
    let kind = kind.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    let essence = kind.to_ascii_lowercase();
    essence == b"application/json"
        || (essence.starts_with(b"application/") && essence.ends_with(b"+json"))
}

/// Reads a body of at most `limit` bytes.
pub(crate) async fn read(mut body: Body, limit: usize) -> Result<Bytes, Problem> {
    let reading = async {
        if body.size_hint().lower() > limit as u64 {
            return Err(oversize(body, limit).await);
        }
        let mut first = Bytes::new();
        let mut rest = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| {
                Problem::invalid(format!("Expected a whole body, but it broke off: {error}."))
            })?;
            let Ok(data) = frame.into_data() else { continue };
            if first.len() + rest.len() + data.len() > limit {
                return Err(oversize(body, limit).await);
            }
            // A small body is one piece, which is not copied.
            if first.is_empty() && rest.is_empty() {
                first = data;
            } else {
                if rest.is_empty() {
                    rest.extend_from_slice(&std::mem::take(&mut first));
                }
                rest.extend_from_slice(&data);
            }
            if body.is_end_stream() {
                break;
            }
        }
        Ok(if rest.is_empty() { first } else { rest.freeze() })
    };
    match tokio::time::timeout(Duration::from_millis(BODY_READ_MS), reading).await {
        Ok(read) => read,
        Err(_) => Err(Problem::new(
            StatusCode::REQUEST_TIMEOUT,
            "REQUEST_TIMEOUT",
            format!(
                "Expected the whole body within {} s, but it took longer.",
                BODY_READ_MS / 1_000
            ),
        )),
    }
}

/// Reads on for a while: a client that is still writing would not read the answer.
async fn oversize(mut body: Body, limit: usize) -> Problem {
    let mut drained = 0;
    while let Some(Ok(frame)) = body.frame().await {
        drained += frame.data_ref().map_or(0, Bytes::len);
        if drained > OVERSIZE_DRAIN_BYTES_MAX {
            break;
        }
    }
    Problem::too_large(format!(
        "Expected a body of at most {limit} bytes, but it is longer. Keep large things outside \
         and send a reference."
    ))
}

/// Who asks, and under which idempotency key.
pub(crate) struct CallerOf(pub(crate) Caller);

const IDEMPOTENCY_KEY: &str = "idempotency-key";

impl FromRequestParts<ApiState> for CallerOf {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        caller_of(state, &parts.headers).map(CallerOf)
    }
}

/// Who asks with these headers, which are metadata in gRPC; the tenant is the default one.
pub(crate) fn caller_of(state: &ApiState, headers: &HeaderMap) -> Result<Caller, Problem> {
    let mut caller = state.caller(DEFAULT_TENANT);
    if let Some(key) = headers.get(IDEMPOTENCY_KEY) {
        let text = key.to_str().unwrap_or_default().trim();
        if text.is_empty() || text.len() > IDEMPOTENCY_KEY_CHARACTERS_MAX {
            return Err(Problem::invalid(format!(
                "Expected `Idempotency-Key` to be 1 to {IDEMPOTENCY_KEY_CHARACTERS_MAX} ASCII \
                 characters, but found something else."
            )));
        }
        caller.request_key = Some(text.into());
    }
    Ok(caller)
}

/// There is room for a start. Taken before the body, so that a flood of starts is refused unread.
pub(crate) struct RoomForStart;

impl FromRequestParts<ApiState> for RoomForStart {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        state.node().takes_starts()?;
        Ok(RoomForStart)
    }
}

/// The path that was asked, for answers that name it.
pub(crate) struct AskedPath(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for AskedPath {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(AskedPath(format!("{} {}", parts.method, parts.uri.path())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Greeting {
        #[expect(dead_code, reason = "only parsed")]
        name: Option<String>,
    }

    #[test]
    fn an_absent_body_is_an_empty_object() {
        assert!(JsonBody(Bytes::new()).parse::<Greeting>().is_ok());
    }

    #[test]
    fn names_the_field_it_does_not_know() {
        let problem = JsonBody::of(r#"{"nmae":"x"}"#).parse::<Greeting>().unwrap_err();
        assert_eq!(problem.status, StatusCode::BAD_REQUEST);
        assert!(problem.detail.contains("unknown field `nmae`"), "{}", problem.detail);
    }

    #[test]
    fn takes_json_by_any_of_its_names() {
        let found = |value: &'static str| {
            is_json(&HeaderMap::from_iter([(header::CONTENT_TYPE, value.parse().unwrap())]))
        };
        assert!(found("application/json"));
        assert!(found("Application/JSON; charset=utf-8"));
        assert!(found("application/vnd.camunda.api.keys.string+json"));
        assert!(!found("text/plain"));
        assert!(!is_json(&HeaderMap::new()));
    }

    #[tokio::test]
    async fn reads_a_body_up_to_its_limit() {
        assert_eq!(read(Body::from("abcd"), 4).await.unwrap(), "abcd");
        let problem = read(Body::from("abcde"), 4).await.unwrap_err();
        assert_eq!(problem.status, StatusCode::PAYLOAD_TOO_LARGE);
    }
}
