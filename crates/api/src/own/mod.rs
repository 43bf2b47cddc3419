//! What is our own: `/api/v1`, health and figures.
//!
//! Not here: anything Camunda has; that is `v2`.

mod backups;
mod check;
pub(crate) mod docs;
mod evaluations;
pub(crate) mod event_json;
mod export;
mod health;
pub(crate) mod history;
pub(crate) mod messages;
mod metrics;
mod previews;
mod retention;
mod stream;

pub(crate) use stream::Hub;

use crate::state::ApiState;
use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// All described routes of our own.
pub(crate) fn routes() -> OpenApiRouter<ApiState> {
    // A form is read by our own hands, with our own limit.
    let forms = OpenApiRouter::new()
        .routes(routes!(check::check_models))
        .layer(DefaultBodyLimit::disable());
    OpenApiRouter::new()
        .merge(forms)
        .routes(routes!(backups::create_backup, backups::list_backups))
        .routes(routes!(backups::get_backup))
        .routes(routes!(docs::openapi_json))
        .routes(routes!(docs::reference_page))
        .routes(routes!(evaluations::get_evaluation))
        .routes(routes!(evaluations::what_if))
        .routes(routes!(export::export))
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(history::instance_history))
        .routes(routes!(messages::get_message))
        .routes(routes!(messages::search_messages))
        .routes(routes!(metrics::metrics))
        .routes(routes!(previews::preview_cancellation))
        .routes(routes!(previews::preview_migration))
        .routes(routes!(previews::preview_modification))
        .routes(routes!(previews::propose_mapping))
        .routes(routes!(retention::get_retention))
        .routes(routes!(retention::set_retention, retention::reset_retention))
        .routes(routes!(retention::pause_purge))
        .routes(routes!(retention::resume_purge))
        .routes(routes!(stream::stream_events))
}
