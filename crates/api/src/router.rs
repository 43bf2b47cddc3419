//! Which path leads to which handler, and what answers when none does.
//!
//! Not here: the handlers.

use crate::edge::EdgeLayer;
use crate::extract::AskedPath;
use crate::problem::Problem;
use crate::state::{ApiState, VERSION};
use crate::{own, v2, workspace};
use axum::Router;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

#[derive(OpenApi)]
#[openapi(info(
    title = "Segue",
    version = "2",
    description = "Processes as a service. `/v2` is what Camunda 8 clients speak; `/api/v1` is \
                   Segue's own.",
    license(name = "Apache-2.0", identifier = "Apache-2.0")
))]
struct Description;

fn described() -> OpenApiRouter<ApiState> {
    let mut description = Description::openapi();
    VERSION.clone_into(&mut description.info.version);
    OpenApiRouter::with_openapi(description).merge(v2::routes()).merge(own::routes())
}

/// The OpenAPI description of every route, as JSON.
#[must_use]
pub fn openapi() -> String {
    let (_, description) = described().split_for_parts();
    description.to_json().expect("a description is texts and numbers")
}

/// All routes.
pub fn router(state: ApiState) -> Router {
    let (router, _) = described().split_for_parts();
    router
        .merge(own::docs::parts())
        .fallback(nothing_here)
        .method_not_allowed_fallback(no_such_method)
        .layer(EdgeLayer(state.clone()))
        .with_state(state)
}

async fn nothing_here(request: Request) -> Response {
    if let Some(page) = workspace::answer(&request) {
        return page;
    }
    no_such_path(request.method(), request.uri().path()).into_response()
}

fn no_such_path(method: &Method, path: &str) -> Problem {
    let asked = format!("{method} {path}");
    if path == "/v2" || path.starts_with("/v2/") {
        return Problem::not_implemented(format!(
            "Expected an operation that Segue has, but `{asked}` is not among them yet. \
             `/api/v1/docs` lists what there is."
        ));
    }
    Problem::not_found(format!("Expected a path that exists, but found `{asked}`."))
}

async fn no_such_method(AskedPath(asked): AskedPath) -> Problem {
    // Camunda has it, Segue has not: the path alone would answer 405.
    let is_known_elsewhere = |path: &str| {
        path.strip_prefix("PATCH /v2/user-tasks/").is_some_and(|rest| !rest.contains('/'))
    };
    if is_known_elsewhere(&asked) {
        return Problem::not_implemented(format!(
            "Expected an operation that Segue has, but `{asked}` is not among them yet."
        ));
    }
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "METHOD_NOT_ALLOWED",
        format!("Expected another method for this path, but found `{asked}`."),
    )
}
