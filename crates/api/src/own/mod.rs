//! What is our own: `/api/v1`, health and figures.
//!
//! Not here: anything Camunda has; that is `v2`.

pub(crate) mod docs;

use crate::state::ApiState;
use utoipa_axum::router::OpenApiRouter;

/// All described routes of our own.
pub(crate) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
}
