//! `GET /v2/license`: free, always valid.
//!
//! Not here: anything to buy.

use crate::answer;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

/// The licence.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct License {
    valid_license: bool,
    license_type: &'static str,
    is_commercial: bool,
    #[schema(required)]
    expires_at: Option<String>,
}

/// Show the licence
#[utoipa::path(
    get,
    path = "/v2/license",
    operation_id = "getLicense",
    tag = "License",
    responses((status = 200, description = "The licence.", body = License))
)]
pub(crate) async fn get_license() -> Response {
    answer::dto(&License {
        valid_license: true,
        license_type: "Apache-2.0",
        is_commercial: false,
        expires_at: None,
    })
}
