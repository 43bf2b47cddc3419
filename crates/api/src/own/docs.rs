//! The OpenAPI description and a page that shows it; the page asks nobody but this server.
//!
//! Not here: the description itself; it is made from the handlers.

use crate::answer;
use crate::state::ApiState;
use axum::Router;
use axum::routing::get;
use bytes::Bytes;

/// The description, the page and its parts.
pub(crate) fn routes(description: Bytes) -> Router<ApiState> {
    Router::new().route(
        "/api/v1/openapi.json",
        get(move || {
            let description = description.clone();
            async move { answer::json(description) }
        }),
    )
}
