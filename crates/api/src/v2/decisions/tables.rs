//! What the views of decisions show under `/v2`: Camunda's names for our columns.
//!
//! Not here: how a search is carried out (`search`).

use crate::search::{Field, Joined, Kind, Special, SpecialKind, Table};
use store::view::{View, decision_instances, resources};

const LATEST: Special =
    Special::new("isLatestVersion", SpecialKind::Handler, "Only the latest version of each id.");

/// Decisions.
pub(crate) const DECISION_DEFINITIONS: Table = Table {
    view: View::Resources,
    what: "decision definition",
    key: resources::KEY,
    instance: None,
    fields: &[
        Field::new("decisionDefinitionKey", resources::KEY, Kind::Key),
        Field::new("decisionDefinitionId", resources::ID, Kind::TextOrEmpty),
        Field::new("name", resources::NAME, Kind::TextOrEmpty),
        Field::new("version", resources::VERSION, Kind::Int),
        Field::new("decisionRequirementsKey", resources::PARENT, Kind::Key),
        Field::new("decisionRequirementsId", resources::PARENT_ID, Kind::TextOrEmpty),
        Field::new("decisionRequirementsName", resources::PARENT_NAME, Kind::TextOrEmpty),
        Field::new("decisionRequirementsVersion", resources::PARENT_VERSION, Kind::Int),
        Field::new("tenantId", resources::TENANT, Kind::Tenant),
    ],
    joined: &[],
    special: &[LATEST],
    missing: &[],
};

/// Files of decisions.
pub(crate) const DECISION_REQUIREMENTS: Table = Table {
    view: View::Resources,
    what: "decision requirements",
    key: resources::KEY,
    instance: None,
    fields: &[
        Field::new("decisionRequirementsKey", resources::KEY, Kind::Key),
        Field::new("decisionRequirementsId", resources::ID, Kind::TextOrEmpty),
        Field::new("decisionRequirementsName", resources::NAME, Kind::TextOrEmpty),
        Field::new("version", resources::VERSION, Kind::Int),
        Field::new("resourceName", resources::RESOURCE, Kind::TextOrEmpty),
        Field::new("tenantId", resources::TENANT, Kind::Tenant),
    ],
    joined: &[],
    special: &[LATEST],
    missing: &[],
};

/// What a decision's logic is.
pub(crate) const LOGICS: &[&str] = &["DECISION_TABLE", "LITERAL_EXPRESSION", "UNSPECIFIED"];

/// Evaluated decisions.
pub(crate) const DECISION_INSTANCES: Table = Table {
    view: View::DecisionInstances,
    what: "decision instance",
    key: decision_instances::KEY,
    instance: Some(decision_instances::INSTANCE),
    fields: &[
        Field::new("decisionEvaluationInstanceKey", decision_instances::ID, Kind::Text),
        Field::new("decisionEvaluationKey", decision_instances::KEY, Kind::Key),
        Field::new(
            "state",
            decision_instances::STATE,
            Kind::Word(&["EVALUATED", "FAILED"], &["UNKNOWN", "UNSPECIFIED"]),
        ),
        Field::new("evaluationDate", decision_instances::EVALUATED_MS, Kind::Time),
        Field::new("evaluationFailure", decision_instances::FAILURE, Kind::Text),
        Field::new("decisionDefinitionKey", decision_instances::DECISION, Kind::Key),
        Field::new("decisionDefinitionId", decision_instances::DECISION_ID, Kind::TextOrEmpty),
        Field::new("decisionDefinitionName", decision_instances::NAME, Kind::TextOrEmpty),
        Field::new("decisionDefinitionVersion", decision_instances::VERSION, Kind::Int),
        Field::new(
            "decisionDefinitionType",
            decision_instances::LOGIC,
            Kind::Word(LOGICS, &["UNKNOWN"]),
        ),
        Field::shown("result", decision_instances::RESULT, Kind::TextOrEmpty),
        Field::new("rootDecisionDefinitionKey", decision_instances::ROOT_DECISION, Kind::Key),
        Field::new("decisionRequirementsKey", decision_instances::REQUIREMENTS, Kind::Key),
        Field::new("decisionRequirementsId", decision_instances::REQUIREMENTS_ID, Kind::Text),
        Field::new("processDefinitionKey", decision_instances::DEFINITION, Kind::Key),
        Field::new("processDefinitionId", decision_instances::PROCESS_ID, Kind::Text),
        Field::new("processInstanceKey", decision_instances::INSTANCE, Kind::Key),
        Field::new("elementInstanceKey", decision_instances::ELEMENT, Kind::Key),
        Field::new("tenantId", decision_instances::TENANT, Kind::Tenant),
    ],
    joined: &[("rootProcessInstanceKey", Joined::Root)],
    special: &[],
    missing: &[],
};
