//! What a route needs before its handler runs: nothing, a known caller, or a permission.
//!
//! Not here: commands on processes; the runtime asks for their permissions where it has loaded what
//! they are about.

use crate::problem::Problem;
use access::{Actor, Permission, Reach, ResourceType};
use axum::http::{Method, StatusCode};
use store::view::{Column, View};

/// A permission to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Of what.
    pub(crate) resource: ResourceType,
    /// Which permission.
    pub(crate) permission: Permission,
}

/// What a route needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guard {
    /// Nothing: it asks nobody who they are.
    Public,
    /// Somebody who is known; where more is needed, the runtime asks for it.
    Known,
    /// A permission, on some resource of the kind at least; searches show those alone.
    Reads(Reading),
    /// A permission on all resources of the kind.
    Needs(Reading),
}

const fn reads(resource: ResourceType, permission: Permission) -> Guard {
    Guard::Reads(Reading { resource, permission })
}

const fn needs(resource: ResourceType, permission: Permission) -> Guard {
    Guard::Needs(Reading { resource, permission })
}

/// Routes that ask nobody who they are. Alphabetical.
const PUBLIC: &[&str] = &[
    "/api/v1/docs",
    "/api/v1/docs/page.css",
    "/api/v1/docs/page.js",
    "/api/v1/oauth/token",
    "/api/v1/openapi.json",
    "/api/v1/session",
    "/health/live",
    "/health/ready",
];

use Permission as P;
use ResourceType as R;

/// What reading at or below a route needs; of several that fit, the longest counts. Where none
/// fits: to read the system. Alphabetical.
const READING: &[(&str, Guard)] = &[
    ("/api/v1/access-notes", needs(R::AuditLog, P::Read)),
    ("/api/v1/alerts", reads(R::Alert, P::Read)),
    ("/api/v1/case-types", reads(R::Case, P::Read)),
    ("/api/v1/cases", reads(R::Case, P::Read)),
    ("/api/v1/cases/{caseKey}/clock", needs(R::Case, P::Read)),
    ("/api/v1/cases/{caseKey}/history", needs(R::Case, P::Read)),
    ("/api/v1/clients", reads(R::User, P::Read)),
    ("/api/v1/decision-evaluations", needs(R::DecisionDefinition, P::ReadDecisionInstance)),
    ("/api/v1/detection-rules", reads(R::Alert, P::Read)),
    ("/api/v1/evidence", needs(R::Case, P::Read)),
    ("/api/v1/incidents", reads(R::ProcessDefinition, P::ReadProcessInstance)),
    ("/api/v1/messages", needs(R::Message, P::Read)),
    ("/api/v1/process-instances", needs(R::ProcessDefinition, P::ReadProcessInstance)),
    ("/api/v1/queues", needs(R::Case, P::Read)),
    ("/api/v1/signals", reads(R::Signal, P::Read)),
    ("/api/v1/solutions", needs(R::Resource, P::Read)),
    ("/api/v1/suppressions", needs(R::Alert, P::Read)),
    ("/api/v1/suspensions", needs(R::ProcessDefinition, P::ReadProcessDefinition)),
    ("/api/v1/tokens", Guard::Known),
    ("/v2/audit-logs", reads(R::AuditLog, P::Read)),
    ("/v2/authentication/me", Guard::Known),
    ("/v2/authorizations", needs(R::Authorization, P::Read)),
    ("/v2/batch-operation-items", needs(R::Batch, P::Read)),
    ("/v2/batch-operations", needs(R::Batch, P::Read)),
    ("/v2/correlated-message-subscriptions", reads(R::ProcessDefinition, P::ReadProcessInstance)),
    ("/v2/decision-definitions", reads(R::DecisionDefinition, P::ReadDecisionDefinition)),
    (
        "/v2/decision-definitions/{decisionDefinitionKey}/xml",
        needs(R::DecisionDefinition, P::ReadDecisionDefinition),
    ),
    ("/v2/decision-instances", reads(R::DecisionDefinition, P::ReadDecisionInstance)),
    ("/v2/decision-requirements", reads(R::DecisionRequirementsDefinition, P::Read)),
    (
        "/v2/decision-requirements/{decisionRequirementsKey}/xml",
        needs(R::DecisionRequirementsDefinition, P::Read),
    ),
    ("/v2/element-instances", reads(R::ProcessDefinition, P::ReadProcessInstance)),
    ("/v2/forms", needs(R::Resource, P::Read)),
    ("/v2/groups", reads(R::Group, P::Read)),
    ("/v2/incidents", reads(R::ProcessDefinition, P::ReadProcessInstance)),
    ("/v2/jobs", reads(R::ProcessDefinition, P::ReadProcessInstance)),
    ("/v2/license", Guard::Known),
    ("/v2/message-subscriptions", reads(R::ProcessDefinition, P::ReadProcessInstance)),
    ("/v2/process-definitions", reads(R::ProcessDefinition, P::ReadProcessDefinition)),
    ("/v2/process-instances", reads(R::ProcessDefinition, P::ReadProcessInstance)),
    ("/v2/resources", needs(R::Resource, P::Read)),
    ("/v2/roles", reads(R::Role, P::Read)),
    ("/v2/tenants", reads(R::Tenant, P::Read)),
    ("/v2/topology", Guard::Known),
    ("/v2/user-tasks", reads(R::ProcessDefinition, P::ReadUserTask)),
    ("/v2/users", reads(R::User, P::Read)),
    ("/v2/variables", reads(R::ProcessDefinition, P::ReadProcessInstance)),
];

/// What changing at or below a route needs, in the same way. `Known`: the runtime asks for more.
/// Where none fits: to change the system. Alphabetical.
const CHANGING: &[(&str, Guard)] = &[
    ("/api/v1/alerts", Guard::Known),
    ("/api/v1/audit-verification", needs(R::AuditLog, P::Read)),
    ("/api/v1/batch-operations", needs(R::Batch, P::Create)),
    ("/api/v1/cases", Guard::Known),
    ("/api/v1/check", Guard::Known),
    ("/api/v1/decision-evaluations", needs(R::DecisionDefinition, P::ReadDecisionInstance)),
    ("/api/v1/element-instances", Guard::Known),
    ("/api/v1/job-types", Guard::Known),
    ("/api/v1/password", Guard::Known),
    ("/api/v1/process-definitions", Guard::Known),
    ("/api/v1/process-instances", needs(R::ProcessDefinition, P::ReadProcessInstance)),
    ("/api/v1/process-instances/{processInstanceKey}/cancellation", Guard::Known),
    ("/api/v1/process-instances/{processInstanceKey}/restart", Guard::Known),
    ("/api/v1/queues", needs(R::Case, P::Read)),
    ("/api/v1/signals", Guard::Known),
    ("/api/v1/solutions", Guard::Known),
    ("/api/v1/suppressions", Guard::Known),
    ("/api/v1/tokens", Guard::Known),
    ("/v2/batch-operations", needs(R::Batch, P::Update)),
    ("/v2/conditionals/evaluation", Guard::Known),
    ("/v2/decision-definitions/evaluation", Guard::Known),
    ("/v2/decision-instances", Guard::Known),
    ("/v2/deployments", Guard::Known),
    ("/v2/element-instances", Guard::Known),
    ("/v2/incidents", Guard::Known),
    ("/v2/jobs", Guard::Known),
    ("/v2/messages", Guard::Known),
    ("/v2/process-instances", Guard::Known),
    ("/v2/resources", Guard::Known),
    ("/v2/signals", Guard::Known),
    ("/v2/user-tasks", Guard::Known),
];

/// Who there is: making one, changing it (and its members), deleting it. Alphabetical.
const PARTIES: &[(&str, ResourceType)] = &[
    ("/api/v1/clients", R::User),
    ("/v2/authorizations", R::Authorization),
    ("/v2/groups", R::Group),
    ("/v2/roles", R::Role),
    ("/v2/users", R::User),
];

/// What changing who there is needs.
fn changing_parties(method: &Method, route: &str) -> Option<Guard> {
    let (prefix, resource) = PARTIES.iter().find(|(prefix, _)| is_below(route, prefix))?;
    let parts = route[prefix.len()..].matches('/').count();
    let permission = match (method, parts) {
        (&Method::POST, 0) => P::Create,
        (&Method::DELETE, 1) => P::Delete,
        _ => P::Update,
    };
    Some(needs(*resource, permission))
}

fn is_below(route: &str, prefix: &str) -> bool {
    route.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn longest(table: &[(&str, Guard)], route: &str) -> Option<Guard> {
    let fitting = table.iter().filter(|(prefix, _)| is_below(route, prefix));
    fitting.max_by_key(|(prefix, _)| prefix.len()).map(|(_, guard)| *guard)
}

/// What a request to a route needs; routes are as the router writes them.
pub(crate) fn guard(method: &Method, route: &str) -> Guard {
    if PUBLIC.contains(&route) {
        return Guard::Public;
    }
    let searches = route.ends_with("/search") || route.contains("/statistics/");
    if method == Method::GET || method == Method::HEAD || (method == Method::POST && searches) {
        return longest(READING, route).unwrap_or(needs(R::System, P::Read));
    }
    let parties = changing_parties(method, route);
    parties.or_else(|| longest(CHANGING, route)).unwrap_or(needs(R::System, P::Update))
}

impl Guard {
    /// Lets an actor pass; what it reads, if it reads.
    pub(crate) fn pass(self, actor: &Actor) -> Result<Option<Reading>, Problem> {
        match self {
            Guard::Public | Guard::Known => Ok(None),
            Guard::Reads(reading) => match reading.reach(actor) {
                Reach::Nothing => Err(reading.denied()),
                _ => Ok(Some(reading)),
            },
            Guard::Needs(reading) => match reading.reach(actor) {
                Reach::Everything => Ok(None),
                Reach::Only(_) => Err(reading.denied_without_all()),
                Reach::Nothing => Err(reading.denied()),
            },
        }
    }
}

impl Reading {
    /// How far an actor may read.
    pub(crate) fn reach(self, actor: &Actor) -> Reach {
        actor.grants.reach(self.resource, self.permission)
    }

    /// Whether grants name processes.
    pub(crate) fn names_processes(self) -> bool {
        self.resource == ResourceType::ProcessDefinition
    }

    /// The column of a view that has the id grants name.
    pub(crate) fn column(self, view: View) -> Option<Column> {
        let name = match (self.resource, view) {
            (R::Alert, View::Alerts) => "rule_id",
            (R::Case, View::Cases) => "case_type_id",
            (R::ProcessDefinition, _) => "process_id",
            (R::Signal, View::Signals) => "type",
            (R::DecisionDefinition, View::DecisionInstances) => "decision_id",
            (
                R::Alert | R::Case | R::DecisionDefinition | R::DecisionRequirementsDefinition,
                View::Resources,
            ) => "id",
            _ => return None,
        };
        let at = view.columns().iter().position(|column| column.name == name)?;
        Column::try_from(at).ok()
    }

    pub(crate) fn denied(self) -> Problem {
        forbidden(format!(
            "Expected permission {} on {}, but it was not granted.",
            self.permission, self.resource
        ))
    }

    pub(crate) fn denied_without_all(self) -> Problem {
        forbidden(format!(
            "Expected permission {} on all of {} (resource id `*`), but it was granted on some \
             only.",
            self.permission, self.resource
        ))
    }
}

/// 403: known, and not allowed.
pub(crate) fn forbidden(detail: String) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "FORBIDDEN", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_that_is_described_is_public_by_name_only() {
        let description: serde_json::Value =
            serde_json::from_str(&crate::router::openapi()).unwrap();
        for (route, methods) in description["paths"].as_object().unwrap() {
            for method in methods.as_object().unwrap().keys() {
                let method: Method = method.to_uppercase().parse().unwrap();
                let open = PUBLIC.contains(&route.as_str());
                assert_eq!(guard(&method, route) == Guard::Public, open, "{method} {route}");
            }
        }
    }

    #[test]
    fn the_longest_route_counts() {
        let get = |route| guard(&Method::GET, route);
        assert_eq!(get("/api/v1/backups"), needs(R::System, P::Read));
        assert_eq!(get("/api/v1/something-new"), needs(R::System, P::Read));
        assert_eq!(
            get("/api/v1/process-instances/{processInstanceKey}/history"),
            needs(R::ProcessDefinition, P::ReadProcessInstance)
        );
        assert_eq!(get("/v2/topology"), Guard::Known);
        assert_eq!(get("/v2/topologies"), needs(R::System, P::Read));
    }

    #[test]
    fn changing_is_not_reading() {
        let post = |route| guard(&Method::POST, route);
        assert_eq!(post("/v2/process-instances"), Guard::Known);
        assert_eq!(
            post("/v2/process-instances/search"),
            reads(R::ProcessDefinition, P::ReadProcessInstance)
        );
        assert_eq!(post("/api/v1/backups"), needs(R::System, P::Update));
        assert_eq!(post("/v2/something-new"), needs(R::System, P::Update));
        assert_eq!(guard(&Method::PUT, "/v2/clock"), needs(R::System, P::Update));
        assert_eq!(post("/v2/users"), needs(R::User, P::Create));
        assert_eq!(post("/v2/users/search"), reads(R::User, P::Read));
        assert_eq!(guard(&Method::PUT, "/v2/users/{username}"), needs(R::User, P::Update));
        assert_eq!(guard(&Method::DELETE, "/v2/users/{username}"), needs(R::User, P::Delete));
        let member = "/v2/roles/{roleId}/users/{username}";
        assert_eq!(guard(&Method::DELETE, member), needs(R::Role, P::Update));
        assert_eq!(post("/api/v1/clients/{clientId}/secret"), needs(R::User, P::Update));
    }

    #[test]
    fn tables_are_in_order() {
        for table in [READING, CHANGING] {
            assert!(table.is_sorted_by_key(|(prefix, _)| *prefix));
        }
        assert!(PARTIES.is_sorted_by_key(|(prefix, _)| *prefix));
        assert!(PUBLIC.is_sorted());
    }
}
