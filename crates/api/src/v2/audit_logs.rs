//! `/v2/audit-logs`: who did what.
//!
//! Not here: the events of an instance (`own::history`), and the chain that proves them.

use super::tables::USER_TASKS;
use crate::answer;
use crate::extract::JsonBody;
use crate::json_write::ObjectWriter;
use crate::keys::PathKey;
use crate::problem::{Problem, ProblemDetail};
use crate::search::schema::{search_schemas, text_or_null};
use crate::search::{
    Field, Joined, Kind, Row, Search, Special, SpecialKind, Table, conditions_on, filter_on, find,
    find_one, key_of, text_of,
};
use crate::state::ApiState;
use axum::extract::State;
use axum::response::Response;
use engine::key::Key;
use serde_json::Value;
use store::view::{Cell, Condition, View, audit};

/// Numbers of what something was done to.
const JOB: i64 = 1;
const USER_TASK: i64 = 4;
const RESOURCE: i64 = 5;
const DECISION: i64 = 9;

const ENTITIES: Kind = Kind::Word(
    // "CASE" and "ALERT" are our own.
    &[
        "PROCESS_INSTANCE",
        "JOB",
        "INCIDENT",
        "VARIABLE",
        "USER_TASK",
        "RESOURCE",
        "BATCH",
        "CASE",
        "ALERT",
        "DECISION",
    ],
    &["AUTHORIZATION", "CLIENT", "GROUP", "MAPPING_RULE", "ROLE", "TENANT", "USER"],
);

const CATEGORIES: Kind = Kind::Word(
    &[
        "DEPLOYED_RESOURCES",
        "DEPLOYED_RESOURCES",
        "DEPLOYED_RESOURCES",
        "DEPLOYED_RESOURCES",
        "USER_TASKS",
        "DEPLOYED_RESOURCES",
        "DEPLOYED_RESOURCES",
        "USER_TASKS",
        "USER_TASKS",
        "DEPLOYED_RESOURCES",
    ],
    &["ADMIN"],
);

const OPERATIONS: Kind = Kind::Word(
    &[
        "CREATE", "CANCEL", "UPDATE", "RESOLVE", "COMPLETE", "ASSIGN", "UNASSIGN", "MIGRATE",
        "MODIFY", "SUSPEND", "RESUME", "DELETE", "EVALUATE",
    ],
    &["UNKNOWN"],
);

/// Who did what.
pub(crate) const AUDIT_LOGS: Table = Table {
    view: View::Audit,
    what: "audit log entry",
    key: audit::KEY,
    instance: Some(audit::INSTANCE),
    fields: &[
        Field::new("auditLogKey", audit::KEY, Kind::Key),
        Field::new("entityKey", audit::ENTITY_KEY, Kind::Key),
        Field::new("entityType", audit::ENTITY, ENTITIES),
        Field::new("operationType", audit::OPERATION, OPERATIONS),
        Field::new("timestamp", audit::AT_MS, Kind::Time),
        Field::new("actorId", audit::ACTOR, Kind::Text),
        Field::fixed("actorType", "\"USER\""),
        Field::fixed("result", "\"SUCCESS\""),
        Field::new("category", audit::ENTITY, CATEGORIES),
        Field::new("processDefinitionId", audit::PROCESS_ID, Kind::Text),
        Field::new("processDefinitionKey", audit::DEFINITION, Kind::Key),
        Field::new("processInstanceKey", audit::INSTANCE, Kind::Key),
        Field::new("elementInstanceKey", audit::ELEMENT, Kind::Key),
        Field::new("deploymentKey", audit::DEPLOYMENT, Kind::Key),
        Field::new("entityDescription", audit::DETAIL, Kind::Text),
        Field::new("tenantId", audit::TENANT, Kind::Tenant),
        Field::fixed("agentElementId", "null"),
        Field::fixed("batchOperationKey", "null"),
        Field::fixed("batchOperationType", "null"),
        Field::fixed("decisionDefinitionKey", "null"),
        Field::fixed("decisionRequirementsId", "null"),
        Field::fixed("decisionRequirementsKey", "null"),
        Field::fixed("formKey", "null"),
        Field::fixed("inboundChannelToolName", "null"),
        Field::fixed("inboundChannelType", "null"),
        Field::fixed("relatedEntityKey", "null"),
        Field::fixed("relatedEntityType", "null"),
    ],
    joined: &[("rootProcessInstanceKey", Joined::Root)],
    special: &[
        Special::new(
            "decisionEvaluationKey",
            SpecialKind::Own(evaluation),
            "Key of the evaluation.",
        ),
        Special::new("jobKey", SpecialKind::Own(job), "Key of the job."),
        Special::new("userTaskKey", SpecialKind::Own(user_task), "Key of the user task."),
        Special::new("resourceKey", SpecialKind::Own(resource), "Key of the resource."),
    ],
    missing: &[],
};

fn evaluation(value: &Value) -> Result<Vec<Condition>, Problem> {
    entity("decisionEvaluationKey", DECISION, value)
}

fn job(value: &Value) -> Result<Vec<Condition>, Problem> {
    entity("jobKey", JOB, value)
}

fn user_task(value: &Value) -> Result<Vec<Condition>, Problem> {
    entity("userTaskKey", USER_TASK, value)
}

fn resource(value: &Value) -> Result<Vec<Condition>, Problem> {
    entity("resourceKey", RESOURCE, value)
}

fn entity(name: &'static str, entity: i64, value: &Value) -> Result<Vec<Condition>, Problem> {
    let mut found = conditions_on(&Field::asked(name, audit::ENTITY_KEY, Kind::Key), value)?;
    found.push(Condition::Column(filter_on(audit::ENTITY, entity)));
    Ok(found)
}

search_schemas!(
    &AUDIT_LOGS,
    AuditLog,
    AuditLogSearch,
    AuditLogSearchResult,
    "decisionDefinitionId": text_or_null,
    "decisionEvaluationKey": text_or_null,
    "jobKey": text_or_null,
    "userTaskKey": text_or_null,
    "resourceKey": text_or_null
);

fn write_entity(row: &Row, object: &mut ObjectWriter<'_>) {
    let is_of = |entity| row[audit::ENTITY as usize] == Cell::Int(entity);
    for (name, entity) in [
        ("decisionEvaluationKey", DECISION),
        ("jobKey", JOB),
        ("userTaskKey", USER_TASK),
        ("resourceKey", RESOURCE),
    ] {
        let key = is_of(entity).then(|| key_of(row, audit::ENTITY_KEY));
        // A type of jobs has no key.
        object.key_or_null(name, key.filter(|key| key.0 != 0));
    }
    let decision = text_of(row, audit::DETAIL).filter(|_| is_of(DECISION));
    object.text_or_null("decisionDefinitionId", decision);
}

/// Get an audit log entry
#[utoipa::path(
    get,
    path = "/v2/audit-logs/{auditLogKey}",
    operation_id = "getAuditLog",
    tag = "Audit Log",
    params(("auditLogKey" = String, Path, description = "Key of the entry.")),
    responses(
        (status = 200, description = "The entry.", body = AuditLog),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn get_audit_log(
    State(state): State<ApiState>,
    PathKey(entry): PathKey,
) -> Result<Response, Problem> {
    let found = find_one(&state, &AUDIT_LOGS, entry).await?;
    Ok(answer::json(found.item(&AUDIT_LOGS, &mut write_entity)))
}

/// Search the audit log
///
/// Commands of people and clients, except those of workers at work: their jobs tell.
#[utoipa::path(
    post,
    path = "/v2/audit-logs/search",
    operation_id = "searchAuditLogs",
    tag = "Audit Log",
    request_body = Option<AuditLogSearch>,
    responses(
        (status = 200, description = "What was found.", body = AuditLogSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail),
    )
)]
pub(crate) async fn search_audit_logs(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    search(&state, &body, None).await
}

/// Search the audit log of a user task
#[utoipa::path(
    post,
    path = "/v2/user-tasks/{userTaskKey}/audit-logs/search",
    operation_id = "searchUserTaskAuditLogs",
    tag = "User task",
    params(("userTaskKey" = String, Path, description = "Key of the user task.")),
    request_body = Option<AuditLogSearch>,
    responses(
        (status = 200, description = "What was found.", body = AuditLogSearchResult),
        (status = "4XX", description = "Not found, or a wrong search.", body = ProblemDetail),
    )
)]
pub(crate) async fn search_user_task_audit_logs(
    State(state): State<ApiState>,
    PathKey(task): PathKey,
    body: JsonBody,
) -> Result<Response, Problem> {
    find(&state, &USER_TASKS, task).await?;
    search(&state, &body, Some(task)).await
}

async fn search(state: &ApiState, body: &JsonBody, task: Option<Key>) -> Result<Response, Problem> {
    let mut search = Search::parse(&AUDIT_LOGS, body)?;
    if let Some(task) = task {
        search.within(audit::ENTITY_KEY, task);
        search.query.filters.push(filter_on(audit::ENTITY, USER_TASK));
    }
    let found = search.find(state, &AUDIT_LOGS).await?;
    Ok(answer::json(found.answer(&AUDIT_LOGS, &mut write_entity)))
}
