//! What is our own: `/api/v1`, health and figures.
//!
//! Not here: anything Camunda has; that is `v2`.

mod access_notes;
mod alerts;
mod audit_verification;
mod backups;
mod batches;
mod cases;
mod check;
mod clients;
mod cloud_events;
pub(crate) mod docs;
mod evaluations;
pub(crate) mod event_json;
mod export;
mod health;
pub(crate) mod history;
mod incident_groups;
pub(crate) mod messages;
mod metrics;
mod oauth;
mod previews;
mod queues;
mod repairs;
mod retention;
mod session;
mod signals;
mod solutions;
mod stream;
mod suppressions;
mod suspensions;
mod tokens;
mod work_definitions;
mod work_json;

pub(crate) use queues::Askers;
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
        .routes(routes!(alerts::get_alert))
        .routes(routes!(alerts::search_alerts))
        .routes(routes!(alerts::acknowledge_alert))
        .routes(routes!(alerts::release_alert))
        .routes(routes!(suppressions::list_suppressions, suppressions::declare_suppression))
        .routes(routes!(suppressions::end_suppression))
        .routes(routes!(cases::open_case))
        .routes(routes!(cases::search_cases))
        .routes(routes!(cases::get_case))
        .routes(routes!(cases::case_history))
        .routes(routes!(cases::explain_clock))
        .routes(routes!(cases::extend_clock))
        .routes(routes!(cases::waive_clock))
        .routes(routes!(cases::assign_case))
        .routes(routes!(cases::enter_case_stage))
        .routes(routes!(cases::resolve_case))
        .routes(routes!(cases::attest_case))
        .routes(routes!(cases::waive_case))
        .routes(routes!(cases::cancel_case))
        .routes(routes!(cases::add_evidence))
        .routes(routes!(cases::search_evidence))
        .routes(routes!(solutions::list_solutions, solutions::import_solution))
        .routes(routes!(queues::list_queues))
        .routes(routes!(queues::list_queued_work))
        .routes(routes!(queues::list_candidates))
        .routes(routes!(queues::take_next_work))
        .routes(routes!(queues::assign_queued_work))
        .routes(routes!(signals::send_signals))
        .routes(routes!(signals::search_signals))
        .routes(routes!(signals::get_signal))
        .merge(work_definitions())
        .routes(routes!(audit_verification::verify_audit))
        .routes(routes!(backups::create_backup, backups::list_backups))
        .routes(routes!(backups::get_backup))
        .routes(routes!(batches::begin_batch_operation))
        .routes(routes!(batches::retry_batch_operation))
        .merge(callers())
        .merge(suspended())
        .routes(routes!(repairs::cancel_instance))
        .routes(routes!(repairs::edit_variables))
        .routes(routes!(repairs::restart_instance))
        .routes(routes!(docs::openapi_json))
        .routes(routes!(docs::reference_page))
        .routes(routes!(evaluations::get_evaluation))
        .routes(routes!(evaluations::what_if))
        .routes(routes!(export::export))
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(history::instance_history))
        .routes(routes!(incident_groups::search_incident_groups))
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

/// Detection rules and case types as they are deployed.
fn work_definitions() -> OpenApiRouter<ApiState> {
    use work_definitions as of;
    OpenApiRouter::new()
        .routes(routes!(of::search_case_types))
        .routes(routes!(of::get_case_type))
        .routes(routes!(of::get_case_type_source))
        .routes(routes!(of::search_detection_rules))
        .routes(routes!(of::get_detection_rule))
        .routes(routes!(of::get_detection_rule_source))
}

/// What stands still beside single instances.
fn suspended() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(suspensions::list_suspensions))
        .routes(routes!(suspensions::resume_definition))
        .routes(routes!(suspensions::resume_job_type))
        .routes(routes!(suspensions::suspend_definition))
        .routes(routes!(suspensions::suspend_job_type))
}

/// Those who call: clients, tokens, sessions, and what was noted of them.
fn callers() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(access_notes::list_access_notes))
        .routes(routes!(clients::create_client, clients::list_clients))
        .routes(routes!(clients::search_clients))
        .routes(routes!(clients::delete_client))
        .routes(routes!(clients::renew_client_secret))
        .routes(routes!(oauth::oauth_token))
        .routes(routes!(session::begin_session, session::get_session, session::end_session))
        .routes(routes!(session::change_password))
        .routes(routes!(tokens::create_token, tokens::list_tokens))
        .routes(routes!(tokens::delete_token))
}
