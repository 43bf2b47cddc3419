//! `/v2`: Camunda 8's paths and JSON shapes.
//!
//! Not here: anything of our own; that is `own`.

mod create_instance;
mod job_activation;
mod jobs;

use crate::state::ApiState;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// All routes under `/v2`.
pub(crate) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(create_instance::create_process_instance))
        .routes(routes!(job_activation::activate_jobs))
        .routes(routes!(jobs::complete_job))
        .routes(routes!(jobs::fail_job))
        .routes(routes!(jobs::throw_job_error))
        .routes(routes!(jobs::update_job))
}
