//! What each view shows under `/v2`: Camunda's names for our columns.
//!
//! Not here: how a search is carried out (`search`).

use super::filters;
use crate::search::{Field, Joined, Kind, Special, SpecialKind, Table};
use engine::event::{JobKind, ListenerEvent};
use store::view::{View, definitions, elements, incidents, instances, jobs, user_tasks, variables};

/// What most rows show of their process instance.
const ROOT: (&str, Joined) = ("rootProcessInstanceKey", Joined::Root);
const BUSINESS_ID: (&str, Joined) = ("businessId", Joined::BusinessId);

/// States of instances and element instances.
const STATES: Kind = Kind::Word(&["ACTIVE", "COMPLETED", "TERMINATED", "SUSPENDED"], &[]);

/// Process instances.
pub(crate) const PROCESS_INSTANCES: Table = Table {
    view: View::Instances,
    what: "process instance",
    key: instances::KEY,
    instance: None,
    fields: &[
        Field::new("processInstanceKey", instances::KEY, Kind::Key),
        Field::shown("rootProcessInstanceKey", instances::ROOT, Kind::KeyOr(instances::KEY)),
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
        Field::shown("tags", instances::TAGS, Kind::TextList),
        Field::fixed("suspendedDate", "null"),
    ],
    joined: &[],
    special: filters::PROCESS_INSTANCES,
    missing: &[],
};

/// Element instances.
pub(crate) const ELEMENT_INSTANCES: Table = Table {
    view: View::Elements,
    what: "element instance",
    key: elements::KEY,
    instance: Some(elements::INSTANCE),
    fields: &[
        Field::new("elementInstanceKey", elements::KEY, Kind::Key),
        Field::new("processInstanceKey", elements::INSTANCE, Kind::Key),
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
    joined: &[ROOT],
    special: filters::ELEMENT_INSTANCES,
    missing: &[],
};

/// Words for incidents that Camunda has too; ours are `UNKNOWN` there.
const ERROR_TYPES: &[&str] = &[
    "UNSPECIFIED",
    "AD_HOC_SUB_PROCESS_NO_RETRIES",
    "CALLED_DECISION_ERROR",
    "CALLED_ELEMENT_ERROR",
    "CONDITION_ERROR",
    "DECISION_EVALUATION_ERROR",
    "EXECUTION_LISTENER_NO_RETRIES",
    "EXTRACT_VALUE_ERROR",
    "FORM_NOT_FOUND",
    "IO_MAPPING_ERROR",
    "JOB_NO_RETRIES",
    "MESSAGE_SIZE_EXCEEDED",
    "RESOURCE_NOT_FOUND",
    "TASK_LISTENER_NO_RETRIES",
    "UNHANDLED_ERROR_EVENT",
];

/// Incidents.
pub(crate) const INCIDENTS: Table = Table {
    view: View::Incidents,
    what: "incident",
    key: incidents::KEY,
    instance: Some(incidents::INSTANCE),
    fields: &[
        Field::new("incidentKey", incidents::KEY, Kind::Key),
        Field::new("processDefinitionKey", incidents::DEFINITION, Kind::Key),
        Field::new("processDefinitionId", incidents::PROCESS_ID, Kind::Text),
        Field::new("processInstanceKey", incidents::INSTANCE, Kind::Key),
        Field::new("errorType", incidents::KIND, Kind::Known(ERROR_TYPES)),
        Field::new(
            "errorMessage",
            incidents::MESSAGE,
            Kind::Explained(incidents::KIND, ERROR_TYPES),
        ),
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
        // Ours: what groups of incidents have in common.
        Field::asked("fingerprint", incidents::FINGERPRINT, Kind::Key),
    ],
    joined: &[ROOT],
    special: &[],
    missing: &[],
};

/// Jobs.
pub(crate) const JOBS: Table = Table {
    view: View::Jobs,
    what: "job",
    key: jobs::KEY,
    instance: Some(jobs::INSTANCE),
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
        Field::new("processDefinitionKey", jobs::DEFINITION, Kind::Key),
        Field::new("processDefinitionId", jobs::PROCESS_ID, Kind::Text),
        Field::new("tenantId", jobs::TENANT, Kind::Tenant),
        Field::new("kind", jobs::KIND, Kind::Word(&JobKind::WORDS, &[])),
        Field::new("listenerEventType", jobs::LISTENER, Kind::Word(&ListenerEvent::WORDS, &[])),
        Field::shown("customHeaders", jobs::HEADERS, Kind::Object),
        Field::new("lastUpdateTime", jobs::UPDATED_MS, Kind::Time),
        Field::new("deniedReason", jobs::DENIED_REASON, Kind::Text),
        Field::new("isDenied", jobs::DENIED, Kind::FlagOrNull),
        Field::new("priority", jobs::PRIORITY, Kind::Int),
    ],
    joined: &[ROOT, BUSINESS_ID],
    special: filters::JOBS,
    missing: &[],
};

/// User tasks.
pub(crate) const USER_TASKS: Table = Table {
    view: View::UserTasks,
    what: "user task",
    key: user_tasks::KEY,
    instance: Some(user_tasks::INSTANCE),
    fields: &[
        Field::new("userTaskKey", user_tasks::KEY, Kind::Key),
        Field::new("name", user_tasks::NAME, Kind::TextOrNull),
        Field::new(
            "state",
            user_tasks::STATE,
            Kind::Word(
                &[
                    "CREATED",
                    "COMPLETED",
                    "CANCELED",
                    "CREATING",
                    "ASSIGNING",
                    "UPDATING",
                    "COMPLETING",
                    "CANCELING",
                ],
                &["FAILED"],
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
        Field::new("creationDate", user_tasks::CREATED_MS, Kind::Time),
        Field::new("completionDate", user_tasks::ENDED_MS, Kind::Time),
        Field::new("followUpDate", user_tasks::FOLLOW_UP_MS, Kind::Time),
        Field::new("dueDate", user_tasks::DUE_MS, Kind::Time),
        Field::new("priority", user_tasks::PRIORITY, Kind::Int),
        Field::new("tenantId", user_tasks::TENANT, Kind::Tenant),
        Field::shown("externalFormReference", user_tasks::FORM, Kind::NoDigits),
        Field::shown("formKey", user_tasks::FORM, Kind::Digits),
        Field::shown("customHeaders", user_tasks::HEADERS, Kind::Object),
    ],
    joined: &[ROOT, BUSINESS_ID, ("tags", Joined::Tags)],
    special: filters::USER_TASKS,
    missing: &[],
};

/// Variables; their values are written by the module of the view.
pub(crate) const VARIABLES: Table = Table {
    view: View::Variables,
    what: "variable",
    key: variables::KEY,
    instance: Some(variables::INSTANCE),
    fields: &[
        Field::new("variableKey", variables::KEY, Kind::Key),
        Field::new("name", variables::NAME, Kind::TextOrEmpty),
        Field::asked("value", variables::VALUE, Kind::Text),
        Field::new("scopeKey", variables::SCOPE, Kind::Key),
        Field::new("processInstanceKey", variables::INSTANCE, Kind::Key),
        Field::new("tenantId", variables::TENANT, Kind::Tenant),
    ],
    joined: &[ROOT],
    special: &[],
    missing: &["isTruncated"],
};

/// Process definitions.
pub(crate) const PROCESS_DEFINITIONS: Table = Table {
    view: View::Definitions,
    what: "process definition",
    key: definitions::KEY,
    instance: None,
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
    joined: &[],
    special: &[Special::new(
        "isLatestVersion",
        SpecialKind::Handler,
        "Only the latest version of each process id.",
    )],
    missing: &[],
};

/// All of them, for tests that look at each.
#[cfg(test)]
pub(crate) const TABLES: [&Table; 17] = [
    &super::audit_logs::AUDIT_LOGS,
    &super::batch_operations::BATCH_ITEMS,
    &super::batch_operations::BATCH_OPERATIONS,
    &super::decisions::tables::DECISION_DEFINITIONS,
    &super::decisions::tables::DECISION_INSTANCES,
    &super::decisions::tables::DECISION_REQUIREMENTS,
    &super::resources::RESOURCES,
    &super::subscriptions::MESSAGE_SUBSCRIPTIONS,
    &super::subscriptions::CORRELATIONS,
    &crate::own::messages::MESSAGES,
    &PROCESS_INSTANCES,
    &ELEMENT_INSTANCES,
    &INCIDENTS,
    &JOBS,
    &USER_TASKS,
    &VARIABLES,
    &PROCESS_DEFINITIONS,
];
