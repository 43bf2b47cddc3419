//! `POST /v2/deployments`: all files, or none.
//!
//! Not here: what is checked in a file (`model`, `engine`).

use crate::answer;
use crate::extract::CallerOf;
use crate::keys::WireKey;
use crate::multipart::form;
use crate::problem::{Problem, ProblemDetail};
use crate::state::{ApiState, unexpected};
use crate::tenant::{self, DEFAULT_NAME};
use axum::extract::{Request as HttpRequest, State};
use axum::response::Response;
use runtime::request::{Answer, Deployment, Request};
use serde::Serialize;
use utoipa::ToSchema;

/// Files to deploy.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what `multipart` reads")]
pub(crate) struct DeploymentForm {
    /// BPMN files.
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
    /// One per process.
    deployments: Vec<DeployedItem>,
}

/// One deployed thing: exactly one field is not null.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeployedItem {
    process_definition: DeployedProcess,
    #[schema(required, value_type = Option<Object>)]
    decision_definition: Option<()>,
    #[schema(required, value_type = Option<Object>)]
    decision_requirements: Option<()>,
    #[schema(required, value_type = Option<Object>)]
    form: Option<()>,
    #[schema(required, value_type = Option<Object>)]
    resource: Option<()>,
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

/// Deploy BPMN files
///
/// A file that is identical to the latest version makes no new version.
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

fn describe(deployment: &Deployment) -> DeploymentResult {
    let items = deployment.processes.iter().map(|process| DeployedItem {
        process_definition: DeployedProcess {
            process_definition_id: process.process_id.to_string(),
            process_definition_version: process.version,
            process_definition_key: WireKey(process.definition),
            resource_name: process.resource.to_string(),
            tenant_id: DEFAULT_NAME,
        },
        decision_definition: None,
        decision_requirements: None,
        form: None,
        resource: None,
    });
    DeploymentResult {
        deployment_key: WireKey(deployment.key),
        tenant_id: DEFAULT_NAME,
        deployments: items.collect(),
    }
}
