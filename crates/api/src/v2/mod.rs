//! `/v2`: Camunda 8's paths and JSON shapes.
//!
//! Not here: anything of our own; that is `own`.

pub(crate) mod ad_hoc;
pub(crate) mod audit_logs;
pub(crate) mod batch_operations;
pub(crate) mod bpmn_signals;
mod clock;
pub(crate) mod conditionals;
pub(crate) mod create_instance;
pub(crate) mod decisions;
mod definition_details;
pub(crate) mod deployments;
mod element_instances;
mod filters;
pub(crate) mod forms;
pub(crate) mod identity;
mod incident_statistics;
pub(crate) mod incidents;
pub(crate) mod instance_batches;
pub(crate) mod instance_changes;
mod instance_details;
pub(crate) mod job_activation;
mod job_search;
mod job_statistics;
pub(crate) mod jobs;
mod license;
mod me;
pub(crate) mod messages;
pub(crate) mod process_definitions;
pub(crate) mod process_instances;
mod resources;
mod statistics;
pub(crate) mod subscriptions;
pub(crate) mod tables;
pub(crate) mod topology;
mod user_task_changes;
mod user_task_details;
mod user_tasks;
pub(crate) mod variables;

use crate::search::schema::{DateTimeFilter, IntegerFilter, KeyFilter, StringFilter};
use crate::state::ApiState;
use axum::extract::DefaultBodyLimit;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Schemas that tables refer to by name.
#[derive(OpenApi)]
#[openapi(components(schemas(DateTimeFilter, IntegerFilter, KeyFilter, StringFilter)))]
struct Filters;

/// All routes under `/v2`. Those with one path are together.
pub(crate) fn routes() -> OpenApiRouter<ApiState> {
    // A form is read by our own hands, with our own limit.
    let forms = OpenApiRouter::new()
        .routes(routes!(deployments::create_deployment))
        .layer(DefaultBodyLimit::disable());
    OpenApiRouter::with_openapi(Filters::openapi())
        .merge(forms)
        .merge(decision_routes())
        .merge(details())
        .merge(identity::routes())
        .merge(batches())
        .merge(changes())
        .merge(resource_routes())
        .merge(statistics())
        .routes(routes!(ad_hoc::activate_activities))
        .routes(routes!(audit_logs::get_audit_log))
        .routes(routes!(audit_logs::search_audit_logs))
        .routes(routes!(bpmn_signals::broadcast_signal))
        .routes(routes!(clock::pin_clock))
        .routes(routes!(clock::reset_clock))
        .routes(routes!(conditionals::evaluate_conditionals))
        .routes(routes!(create_instance::create_process_instance))
        .routes(routes!(element_instances::get_element_instance))
        .routes(routes!(element_instances::search_element_instances))
        .routes(routes!(incidents::get_incident))
        .routes(routes!(incidents::resolve_incident))
        .routes(routes!(incidents::search_incidents))
        .routes(routes!(job_activation::activate_jobs))
        .routes(routes!(job_search::search_jobs))
        .routes(routes!(jobs::complete_job))
        .routes(routes!(jobs::fail_job))
        .routes(routes!(jobs::throw_job_error))
        .routes(routes!(jobs::update_job))
        .routes(routes!(license::get_license))
        .routes(routes!(me::get_authentication))
        .routes(routes!(messages::correlate_message))
        .routes(routes!(messages::publish_message))
        .routes(routes!(process_definitions::get_process_definition))
        .routes(routes!(process_definitions::get_process_definition_xml))
        .routes(routes!(process_definitions::search_process_definitions))
        .routes(routes!(process_instances::cancel_process_instance))
        .routes(routes!(process_instances::get_process_instance))
        .routes(routes!(process_instances::resolve_process_instance_incidents))
        .routes(routes!(process_instances::search_process_instance_incidents))
        .routes(routes!(process_instances::search_process_instances))
        .routes(routes!(subscriptions::search_correlated_message_subscriptions))
        .routes(routes!(subscriptions::search_message_subscriptions))
        .routes(routes!(topology::get_topology))
        .routes(routes!(user_task_changes::assign_user_task))
        .routes(routes!(user_task_changes::unassign_user_task))
        .routes(routes!(user_tasks::complete_user_task))
        .routes(routes!(user_tasks::get_user_task, user_task_changes::update_user_task))
        .routes(routes!(user_tasks::search_user_tasks))
        .routes(routes!(variables::get_variable))
        .routes(routes!(variables::search_variables))
        .routes(routes!(variables::set_variables))
}

/// Decisions.
fn decision_routes() -> OpenApiRouter<ApiState> {
    use decisions::{definitions, evaluation, instances, requirements};
    OpenApiRouter::new()
        .routes(routes!(definitions::get_decision_definition))
        .routes(routes!(definitions::get_decision_definition_xml))
        .routes(routes!(definitions::search_decision_definitions))
        .routes(routes!(evaluation::evaluate_decision))
        .routes(routes!(instances::delete_decision_instance))
        .routes(routes!(instances::get_decision_instance))
        .routes(routes!(instances::search_decision_instances))
        .routes(routes!(requirements::get_decision_requirements))
        .routes(routes!(requirements::get_decision_requirements_xml))
        .routes(routes!(requirements::search_decision_requirements))
}

/// What operators ask for many instances at once.
fn batches() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(batch_operations::cancel_batch_operation))
        .routes(routes!(batch_operations::get_batch_operation))
        .routes(routes!(batch_operations::resume_batch_operation))
        .routes(routes!(batch_operations::search_batch_operation_items))
        .routes(routes!(batch_operations::search_batch_operations))
        .routes(routes!(batch_operations::suspend_batch_operation))
        .routes(routes!(instance_batches::cancel_process_instances))
        .routes(routes!(instance_batches::migrate_process_instances))
        .routes(routes!(instance_batches::modify_process_instances))
        .routes(routes!(instance_batches::resolve_incidents))
        .routes(routes!(instance_batches::resume_process_instances))
        .routes(routes!(instance_batches::suspend_process_instances))
}

/// Deployed files.
fn resource_routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(resources::delete_resource))
        .routes(routes!(resources::get_resource))
        .routes(routes!(resources::get_resource_content))
        .routes(routes!(resources::get_resource_content_binary))
        .routes(routes!(resources::search_resources))
}

/// What operators change about running instances.
fn changes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(instance_changes::migrate_process_instance))
        .routes(routes!(instance_changes::modify_process_instance))
        .routes(routes!(instance_changes::resume_process_instance))
        .routes(routes!(instance_changes::suspend_process_instance))
}

/// One thing, looked at closely.
fn details() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(audit_logs::search_user_task_audit_logs))
        .routes(routes!(definition_details::get_start_form))
        .routes(routes!(definition_details::search_variable_names))
        .routes(routes!(element_instances::search_element_instance_incidents))
        .routes(routes!(forms::get_form))
        .routes(routes!(instance_details::call_hierarchy))
        .routes(routes!(instance_details::sequence_flows))
        .routes(routes!(user_task_details::get_user_task_form))
        .routes(routes!(user_task_details::search_user_task_effective_variables))
        .routes(routes!(user_task_details::search_user_task_variables))
}

/// Counts.
fn statistics() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(definition_details::subscription_statistics))
        .routes(routes!(incident_statistics::by_definition))
        .routes(routes!(incident_statistics::by_error))
        .routes(routes!(instance_details::instance_elements))
        .routes(routes!(instance_details::instance_wait_states))
        .routes(routes!(job_statistics::by_types))
        .routes(routes!(job_statistics::by_workers))
        .routes(routes!(job_statistics::errors))
        .routes(routes!(job_statistics::global))
        .routes(routes!(job_statistics::time_series))
        .routes(routes!(statistics::by_process))
        .routes(routes!(statistics::by_version))
        .routes(routes!(statistics::definition_elements))
}
