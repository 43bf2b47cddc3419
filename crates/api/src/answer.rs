//! Answers that are not DTOs: JSON texts written by hand, and nothing at all.
//!
//! Not here: problems.

use crate::problem::Problem;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use runtime::request::Answer;
use serde::Serialize;

/// 200 with a JSON text.
pub(crate) fn json(text: impl Into<Body>) -> Response {
    let mut response = Response::new(text.into());
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// 200 with a DTO.
pub(crate) fn dto(answer: &impl Serialize) -> Response {
    json(serde_json::to_string(answer).expect("DTOs have text keys and no failing values"))
}

/// What a request that needs no answer gets: 204.
pub(crate) fn no_content(answer: &Answer) -> Result<StatusCode, Problem> {
    done(answer).map(|()| StatusCode::NO_CONTENT)
}

/// The answer to a request that needs none.
pub(crate) fn done(answer: &Answer) -> Result<(), Problem> {
    match answer {
        Answer::Done => Ok(()),
        other => Err(crate::state::unexpected(other)),
    }
}
