//! The OpenAPI description and a page that shows it; the page asks nobody but this server.
//!
//! Not here: the description itself; it is made from the handlers.

use crate::answer;
use crate::state::ApiState;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use axum::routing::get;
use bytes::Bytes;
use std::sync::LazyLock;

/// The description, made once.
static DESCRIPTION: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(crate::router::openapi()));

const PAGE: &str = include_str!("docs/page.html");
const SCRIPT: &str = include_str!("docs/page.js");
const STYLE: &str = include_str!("docs/page.css");

/// Only our own script, style and description; no frames, no forms.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// The parts of the page.
pub(crate) fn parts() -> Router<ApiState> {
    Router::new()
        .route("/api/v1/docs/page.js", get(|| async { file("text/javascript", SCRIPT) }))
        .route("/api/v1/docs/page.css", get(|| async { file("text/css", STYLE) }))
}

/// Show this description
#[utoipa::path(
    get,
    path = "/api/v1/openapi.json",
    operation_id = "getOpenApi",
    tag = "Segue",
    responses((status = 200, description = "OpenAPI 3.1.", body = Object))
)]
pub(crate) async fn openapi_json() -> Response {
    answer::json(DESCRIPTION.clone())
}

/// Show the reference page
#[utoipa::path(
    get,
    path = "/api/v1/docs",
    operation_id = "getReference",
    tag = "Segue",
    responses((status = 200, description = "A page for people.", body = String,
        content_type = "text/html"))
)]
pub(crate) async fn reference_page() -> Response {
    file("text/html", PAGE)
}

fn file(kind: &'static str, text: &'static str) -> Response {
    let mut response = Response::new(Body::from(text));
    let headers = response.headers_mut();
    let kind = HeaderValue::try_from(format!("{kind}; charset=utf-8"));
    headers.insert(header::CONTENT_TYPE, kind.expect("media types are ASCII"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
