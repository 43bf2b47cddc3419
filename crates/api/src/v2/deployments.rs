//! `POST /v2/deployments`: all files, or none.
//!
//! Not here: what is checked in a file (`model`, `engine`).

use crate::answer;
use crate::extract::CallerOf;
use crate::keys::WireKey;
use crate::multipart::form;
use crate::problem::{ModelProblem, Problem, ProblemDetail};
use crate::state::{ApiState, unexpected};
use crate::tenant::{self, DEFAULT_NAME};
use axum::extract::{Request as HttpRequest, State};
use axum::response::Response;
use engine::resources::ResourceKind;
use runtime::request::{Answer, DeployedResource, Deployment, Request};
use serde::Serialize;
use utoipa::ToSchema;

/// Files to deploy.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what `multipart` reads")]
pub(crate) struct DeploymentForm {
    /// BPMN, DMN and form files.
    #[schema(content_media_type = "application/octet-stream")]
    resources: Vec<String>,
    /// `<default>` or absent.
    tenant_id: Option<String>,
}

/// What was deployed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeploymentResult {
    deployment_key: WireKey,
    tenant_id: &'static str,
    /// One per process, decision, file of decisions and form.
    deployments: Vec<DeployedItem>,
    /// What runs, but likely not as meant, in any of the files; absent if there is nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    problems: Vec<ModelProblem>,
}

/// One deployed thing: exactly one field is not null.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeployedItem {
    #[schema(required)]
    process_definition: Option<DeployedProcess>,
    #[schema(required)]
    decision_definition: Option<DeployedDecision>,
    #[schema(required)]
    decision_requirements: Option<DeployedRequirements>,
    #[schema(required)]
    form: Option<DeployedForm>,
    #[schema(required)]
    resource: Option<DeployedOther>,
}

/// A deployed version of a detection rule, a case type, a calendar, a queue and the like.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeployedOther {
    resource_id: String,
    version: u32,
    resource_name: String,
    tenant_id: &'static str,
    resource_key: WireKey,
}

/// A deployed version of a process.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeployedProcess {
    process_definition_id: String,
    process_definition_version: u32,
    process_definition_key: WireKey,
    resource_name: String,
    tenant_id: &'static str,
}

/// A deployed version of a decision.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeployedDecision {
    decision_definition_id: String,
    version: u32,
    name: String,
    tenant_id: &'static str,
    decision_requirements_id: String,
    decision_definition_key: WireKey,
    decision_requirements_key: WireKey,
}

/// A deployed version of a file of decisions.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeployedRequirements {
    decision_requirements_id: String,
    decision_requirements_name: String,
    version: u32,
    resource_name: String,
    tenant_id: &'static str,
    decision_requirements_key: WireKey,
}

/// A deployed version of a form.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeployedForm {
    form_id: String,
    version: u32,
    resource_name: String,
    tenant_id: &'static str,
    form_key: WireKey,
}

/// Deploy processes, decisions and forms
///
/// Files that are all identical to their latest versions make no new versions; if one of them is
/// new, all get a new version. What a file is says its extension: `.dmn`, `.form`, or else BPMN.
#[utoipa::path(
    post,
    path = "/v2/deployments",
    operation_id = "createDeployment",
    tag = "Resource",
    request_body(content = DeploymentForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, description = "Deployed.", body = DeploymentResult),
        (status = "4XX", description = "Nothing was deployed; `problems` says why.",
            body = ProblemDetail),
    )
)]
pub(crate) async fn create_deployment(
    State(state): State<ApiState>,
    CallerOf(mut caller): CallerOf,
    request: HttpRequest,
) -> Result<Response, Problem> {
    let form = form(request).await?;
    caller.tenant = tenant::number(form.tenant_id.as_deref())?;
    let answer = state.submit(caller, Request::Deploy { resources: form.resources }).await?;
    match answer {
        Answer::Deployed(deployment) => Ok(answer::dto(&describe(&deployment))),
        other => Err(unexpected(&other)),
    }
}

pub(crate) fn describe(deployment: &Deployment) -> DeploymentResult {
    let processes = deployment.processes.iter().map(|process| DeployedItem {
        process_definition: Some(DeployedProcess {
            process_definition_id: process.process_id.to_string(),
            process_definition_version: process.version,
            process_definition_key: WireKey(process.definition),
            resource_name: process.resource.to_string(),
            tenant_id: DEFAULT_NAME,
        }),
        ..DeployedItem::default()
    });
    let mut deployments: Vec<DeployedItem> = processes.collect();
    let mut requirements = &DeployedResource::default();
    for resource in &deployment.resources {
        if resource.kind == ResourceKind::Requirements {
            requirements = resource;
        }
        deployments.push(item(resource, requirements));
    }
    DeploymentResult {
        deployment_key: WireKey(deployment.key),
        tenant_id: DEFAULT_NAME,
        deployments,
        problems: ModelProblem::of_all(&deployment.warnings),
    }
}

fn item(resource: &DeployedResource, requirements: &DeployedResource) -> DeployedItem {
    let mut item = DeployedItem::default();
    let (key, version) = (WireKey(resource.key), resource.version);
    let (id, name) = (resource.id.to_string(), resource.name.to_string());
    let (resource_name, tenant_id) = (resource.resource.to_string(), DEFAULT_NAME);
    match resource.kind {
        ResourceKind::Requirements => {
            item.decision_requirements = Some(DeployedRequirements {
                decision_requirements_id: id,
                decision_requirements_name: name,
                version,
                resource_name,
                tenant_id,
                decision_requirements_key: key,
            });
        }
        ResourceKind::Decision => {
            item.decision_definition = Some(DeployedDecision {
                decision_definition_id: id,
                version,
                name,
                tenant_id,
                decision_requirements_id: requirements.id.to_string(),
                decision_definition_key: key,
                decision_requirements_key: WireKey(requirements.key),
            });
        }
        ResourceKind::Form => {
            item.form = Some(DeployedForm {
                form_id: id,
                version,
                resource_name,
                tenant_id,
                form_key: key,
            });
        }
        ResourceKind::DetectionRule
        | ResourceKind::CaseType
        | ResourceKind::Suppression
        | ResourceKind::Calendar
        | ResourceKind::Queue
        | ResourceKind::Team
        | ResourceKind::Solution => {
            item.resource = Some(DeployedOther {
                resource_id: id,
                version,
                resource_name,
                tenant_id,
                resource_key: key,
            });
        }
    }
    item
}
