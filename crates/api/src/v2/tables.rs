//! What each view shows under `/v2`: Camunda's names for our columns.
//!
//! Not here: how a search is carried out (`search`).

use crate::search::{Field, Kind, Table};
use store::view::{View, definitions, elements, incidents, instances, jobs, user_tasks, variables};

/// States of instances and element instances.
const STATES: Kind = Kind::Word(&["ACTIVE", "COMPLETED", "TERMINATED"], &["SUSPENDED"]);

/// Process instances.
pub(crate) const PROCESS_INSTANCES: Table = Table {
    view: View::Instances,
    what: "process instance",
    key: instances::KEY,
    fields: &[
        Field::new("processInstanceKey", instances::KEY, Kind::Key),
        Field::shown("rootProcessInstanceKey", instances::KEY, Kind::Key),
        Field::new("processDefinitionId", instances::PROCESS_ID, Kind::Text),
        Field::new("processDefinitionName", instances::NAME, Kind::TextOrNull),
        Field::new("processDefinitionVersion", instances::VERSION, Kind::Int),
        Field::new("processDefinitionVersionTag", instances::VERSION_TAG, Kind::TextOrNull),
        Field::new("processDefinitionKey", instances::DEFINITION, Kind::Key),
        Field::new("parentProcessInstanceKey", instances::PARENT_INSTANCE, Kind::Key),
        Field::new("parentElementInstanceKey", instances::PARENT_ELEMENT, Kind::Key),
        Field::new("startDate", instances::STARTED_MS, Kind::Time),
        Field::new("endDate", instances::ENDED_MS, Kind::Time),
        Field::new("state", instances::STATE, STATES),
        Field::new("hasIncident", instances::INCIDENTS, Kind::Flag),
        Field::new("tenantId", instances::TENANT, Kind::Tenant),
        Field::new("businessId", instances::BUSINESS_ID, Kind::Text),
        Field::fixed("suspendedDate", "null"),
        Field::fixed("tags", "[]"),
    ],
    special: &[("variables", "A list of `{name, value}`; `value` is JSON text or conditions.")],
    missing: &[
        "$or",
        "batchOperationId",
        "batchOperationKey",
        "elementId",
        "elementInstanceState",
        "errorMessage",
        "hasElementInstanceIncident",
        "hasRetriesLeft",
        "incidentErrorHashCode",
        "tags",
    ],
};

/// Element instances.
pub(crate) const ELEMENT_INSTANCES: Table = Table {
    view: View::Elements,
    what: "element instance",
    key: elements::KEY,
    fields: &[
        Field::new("elementInstanceKey", elements::KEY, Kind::Key),
        Field::new("processInstanceKey", elements::INSTANCE, Kind::Key),
        Field::shown("rootProcessInstanceKey", elements::INSTANCE, Kind::Key),
        Field::new("processDefinitionKey", elements::DEFINITION, Kind::Key),
        Field::new("processDefinitionId", elements::PROCESS_ID, Kind::Text),
        Field::new("elementId", elements::ELEMENT_ID, Kind::TextOrEmpty),
        Field::new("elementName", elements::ELEMENT_NAME, Kind::TextOr(elements::ELEMENT_ID)),
        Field::new("type", elements::ELEMENT_TYPE, Kind::TextOrEmpty),
        Field::new("state", elements::STATE, STATES),
        Field::new("startDate", elements::STARTED_MS, Kind::Time),
        Field::new("endDate", elements::ENDED_MS, Kind::Time),
        Field::new("hasIncident", elements::INCIDENTS, Kind::Flag),
        Field::asked("elementInstanceScopeKey", elements::SCOPE, Kind::Key),
        Field::new("tenantId", elements::TENANT, Kind::Tenant),
    ],
    special: &[],
    missing: &["incidentKey"],
};

/// Words for incidents that Camunda has too; ours are `UNKNOWN` there.
const ERROR_TYPES: Kind = Kind::Known(&[
    "UNSPECIFIED",
    "IO_MAPPING_ERROR",
    "JOB_NO_RETRIES",
    "CONDITION_ERROR",
    "EXTRACT_VALUE_ERROR",
    "UNHANDLED_ERROR_EVENT",
    "MESSAGE_SIZE_EXCEEDED",
]);

/// Incidents.
pub(crate) const INCIDENTS: Table = Table {
    view: View::Incidents,
    what: "incident",
    key: incidents::KEY,
    fields: &[
        Field::new("incidentKey", incidents::KEY, Kind::Key),
        Field::new("processDefinitionKey", incidents::DEFINITION, Kind::Key),
        Field::new("processDefinitionId", incidents::PROCESS_ID, Kind::Text),
        Field::new("processInstanceKey", incidents::INSTANCE, Kind::Key),
        Field::shown("rootProcessInstanceKey", incidents::INSTANCE, Kind::Key),
        Field::new("errorType", incidents::KIND, ERROR_TYPES),
        Field::new("errorMessage", incidents::MESSAGE, Kind::TextOrEmpty),
        Field::new("elementId", incidents::ELEMENT_ID, Kind::TextOrEmpty),
        Field::new("elementInstanceKey", incidents::ELEMENT, Kind::Key),
        Field::new("creationTime", incidents::CREATED_MS, Kind::Time),
        Field::new(
            "state",
            incidents::STATE,
            Kind::Word(&["ACTIVE", "RESOLVED"], &["MIGRATED", "PENDING", "UNKNOWN"]),
        ),
        Field::new("jobKey", incidents::JOB, Kind::Key),
        Field::new("tenantId", incidents::TENANT, Kind::Tenant),
    ],
    special: &[],
    missing: &[],
};

/// Jobs.
pub(crate) const JOBS: Table = Table {
    view: View::Jobs,
    what: "job",
    key: jobs::KEY,
    fields: &[
        Field::new("jobKey", jobs::KEY, Kind::Key),
        Field::new("type", jobs::JOB_TYPE, Kind::TextOrEmpty),
        Field::new(
            "state",
            jobs::STATE,
            // Number 1 is a job in a worker's hands, which Camunda does not tell apart.
            Kind::Word(
                &[
                    "CREATED",
                    "CREATED",
                    "COMPLETED",
                    "FAILED",
                    "ERROR_THROWN",
                    "CANCELED",
                    "TIMED_OUT",
                ],
                &["MIGRATED", "PRIORITY_UPDATED", "RETRIES_UPDATED", "TIMEOUT_UPDATED"],
            ),
        ),
        Field::new("worker", jobs::WORKER, Kind::TextOrEmpty),
        Field::new("retries", jobs::RETRIES, Kind::Int),
        Field::new("deadline", jobs::DEADLINE_MS, Kind::Time),
        Field::new("creationTime", jobs::CREATED_MS, Kind::Time),
        Field::new("endTime", jobs::ENDED_MS, Kind::Time),
        Field::new("errorCode", jobs::ERROR_CODE, Kind::Text),
        Field::new("errorMessage", jobs::ERROR_MESSAGE, Kind::Text),
        Field::new("elementId", jobs::ELEMENT_ID, Kind::Text),
        Field::new("elementInstanceKey", jobs::ELEMENT, Kind::Key),
        Field::new("processInstanceKey", jobs::INSTANCE, Kind::Key),
        Field::shown("rootProcessInstanceKey", jobs::INSTANCE, Kind::Key),
        Field::new("processDefinitionKey", jobs::DEFINITION, Kind::Key),
        Field::new("processDefinitionId", jobs::PROCESS_ID, Kind::Text),
        Field::new("tenantId", jobs::TENANT, Kind::Tenant),
        Field::fixed("kind", "\"BPMN_ELEMENT\""),
        Field::fixed("listenerEventType", "\"UNSPECIFIED\""),
        Field::fixed("customHeaders", "{}"),
        Field::fixed("deniedReason", "null"),
        Field::fixed("isDenied", "null"),
        Field::fixed("businessId", "null"),
        Field::fixed("lastUpdateTime", "null"),
        Field::fixed("priority", "0"),
    ],
    special: &[],
    missing: &["deniedReason", "hasFailedWithRetriesLeft", "isDenied", "kind", "listenerEventType"],
};

/// User tasks.
pub(crate) const USER_TASKS: Table = Table {
    view: View::UserTasks,
    what: "user task",
    key: user_tasks::KEY,
    fields: &[
        Field::new("userTaskKey", user_tasks::KEY, Kind::Key),
        Field::new("name", user_tasks::NAME, Kind::TextOrNull),
        Field::new(
            "state",
            user_tasks::STATE,
            Kind::Word(
                &["CREATED", "COMPLETED", "CANCELED"],
                &["ASSIGNING", "CANCELING", "COMPLETING", "CREATING", "FAILED", "UPDATING"],
            ),
        ),
        Field::new("assignee", user_tasks::ASSIGNEE, Kind::Text),
        Field::new("elementId", user_tasks::ELEMENT_ID, Kind::TextOrEmpty),
        Field::new("elementInstanceKey", user_tasks::ELEMENT, Kind::Key),
        Field::shown("candidateGroups", user_tasks::CANDIDATE_GROUPS, Kind::TextList),
        Field::shown("candidateUsers", user_tasks::CANDIDATE_USERS, Kind::TextList),
        Field::asked("candidateGroup", user_tasks::CANDIDATE_GROUPS, Kind::TextList),
        Field::asked("candidateUser", user_tasks::CANDIDATE_USERS, Kind::TextList),
        Field::new("processDefinitionId", user_tasks::PROCESS_ID, Kind::Text),
        Field::new("processDefinitionKey", user_tasks::DEFINITION, Kind::Key),
        Field::new("processInstanceKey", user_tasks::INSTANCE, Kind::Key),
        Field::shown("rootProcessInstanceKey", user_tasks::INSTANCE, Kind::Key),
        Field::new("creationDate", user_tasks::CREATED_MS, Kind::Time),
        Field::new("completionDate", user_tasks::ENDED_MS, Kind::Time),
        Field::new("followUpDate", user_tasks::FOLLOW_UP_MS, Kind::Time),
        Field::new("dueDate", user_tasks::DUE_MS, Kind::Time),
        Field::new("priority", user_tasks::PRIORITY, Kind::Int),
        Field::new("tenantId", user_tasks::TENANT, Kind::Tenant),
        Field::fixed("externalFormReference", "null"),
        Field::fixed("formKey", "null"),
        Field::fixed("customHeaders", "{}"),
        Field::fixed("businessId", "null"),
        Field::fixed("tags", "[]"),
    ],
    special: &[],
    missing: &["localVariables", "processInstanceVariables", "tags"],
};

/// Variables; their values are written by the module of the view.
pub(crate) const VARIABLES: Table = Table {
    view: View::Variables,
    what: "variable",
    key: variables::KEY,
    fields: &[
        Field::new("variableKey", variables::KEY, Kind::Key),
        Field::new("name", variables::NAME, Kind::TextOrEmpty),
        Field::asked("value", variables::VALUE, Kind::Text),
        Field::new("scopeKey", variables::SCOPE, Kind::Key),
        Field::new("processInstanceKey", variables::INSTANCE, Kind::Key),
        Field::shown("rootProcessInstanceKey", variables::INSTANCE, Kind::Key),
        Field::new("tenantId", variables::TENANT, Kind::Tenant),
    ],
    special: &[],
    missing: &["isTruncated"],
};

/// Process definitions.
pub(crate) const PROCESS_DEFINITIONS: Table = Table {
    view: View::Definitions,
    what: "process definition",
    key: definitions::KEY,
    fields: &[
        Field::new("processDefinitionKey", definitions::KEY, Kind::Key),
        Field::new("processDefinitionId", definitions::PROCESS_ID, Kind::TextOrEmpty),
        Field::new("name", definitions::NAME, Kind::TextOrNull),
        Field::new("version", definitions::VERSION, Kind::Int),
        Field::new("versionTag", definitions::VERSION_TAG, Kind::TextOrNull),
        Field::new("resourceName", definitions::RESOURCE, Kind::TextOrEmpty),
        Field::new("tenantId", definitions::TENANT, Kind::Tenant),
        Field::fixed("hasStartForm", "false"),
        Field::fixed("state", "\"ACTIVE\""),
    ],
    special: &[
        ("isLatestVersion", "Only the latest version of each process id."),
        ("hasStartForm", "Whether the start event has a form; none has one yet."),
    ],
    missing: &[],
};

/// All of them, for tests that look at each.
#[cfg(test)]
pub(crate) const TABLES: [&Table; 7] = [
    &PROCESS_INSTANCES,
    &ELEMENT_INSTANCES,
    &INCIDENTS,
    &JOBS,
    &USER_TASKS,
    &VARIABLES,
    &PROCESS_DEFINITIONS,
];
