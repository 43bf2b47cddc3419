//! Deployments, and the cluster as clients ask for it.
//!
//! Not here: what is checked in a file.

use super::Answered;
use super::caller::{caller, caller_in};
use super::status::{key, number, of};
use super::wire;
use super::wire::deployment::Metadata;
use crate::limits::MULTIPART_FILES_MAX;
use crate::problem::Problem;
use crate::state::{ApiState, VERSION, unexpected};
use crate::tenant::DEFAULT_NAME;
use crate::v2::topology::COMPATIBLE_VERSION;
use engine::resources::ResourceKind;
use runtime::request::{
    Answer, Caller, DeployedProcess, DeployedResource, Deployment, Request as Asked, Resource,
};
use tonic::{Request, Response, Status};

async fn deploy(
    state: &ApiState,
    caller: Caller,
    resources: Vec<Resource>,
) -> Result<Deployment, Status> {
    if resources.is_empty() || resources.len() > MULTIPART_FILES_MAX {
        return Err(Status::invalid_argument(format!(
            "Expected 1 to {MULTIPART_FILES_MAX} resources, but found {}.",
            resources.len()
        )));
    }
    if resources.iter().any(|it| it.name.is_empty() || it.name.contains('\0')) {
        return Err(of(Problem::invalid(
            "Expected every resource to have a name, but found one without.",
        )));
    }
    match state.submit(caller, Asked::Deploy { resources }).await.map_err(of)? {
        Answer::Deployed(deployment) => Ok(deployment),
        other => Err(of(unexpected(&other))),
    }
}

pub(super) async fn delete_resource(
    state: &ApiState,
    request: Request<wire::DeleteResourceRequest>,
) -> Answered<wire::DeleteResourceResponse> {
    let caller = caller(state, &request)?;
    let resource = key("resourceKey", request.get_ref().resource_key)?;
    let deleted = state.submit(caller, Asked::DeleteResource { resource }).await.map_err(of)?;
    crate::answer::done(&deleted).map_err(of)?;
    Ok(Response::new(wire::DeleteResourceResponse {}))
}

pub(super) async fn deploy_resource(
    state: &ApiState,
    request: Request<wire::DeployResourceRequest>,
) -> Answered<wire::DeployResourceResponse> {
    let caller = caller_in(state, &request, &request.get_ref().tenant_id)?;
    let files = request.into_inner().resources.into_iter();
    let files = files.map(|it| Resource { name: it.name, content: it.content }).collect();
    let deployment = deploy(state, caller, files).await?;
    let processes = deployment.processes.iter().map(process_metadata).map(Metadata::Process);
    let mut deployed: Vec<Metadata> = processes.collect();
    let mut requirements = &DeployedResource::default();
    for resource in &deployment.resources {
        if resource.kind == ResourceKind::Requirements {
            requirements = resource;
        }
        deployed.extend(metadata(resource, requirements));
    }
    let deployments =
        deployed.into_iter().map(|it| wire::Deployment { metadata: Some(it) }).collect();
    Ok(Response::new(wire::DeployResourceResponse {
        key: number(deployment.key),
        deployments,
        tenant_id: DEFAULT_NAME.to_owned(),
    }))
}

pub(super) async fn deploy_process(
    state: &ApiState,
    request: Request<wire::DeployProcessRequest>,
) -> Answered<wire::DeployProcessResponse> {
    let caller = caller(state, &request)?;
    let files = request.into_inner().processes.into_iter();
    let files = files.map(|it| Resource { name: it.name, content: it.definition }).collect();
    let deployment = deploy(state, caller, files).await?;
    Ok(Response::new(wire::DeployProcessResponse {
        key: number(deployment.key),
        processes: deployment.processes.iter().map(process_metadata).collect(),
    }))
}

/// What is not a process; decisions follow the requirements they are part of. Camunda's protocol
/// has no word for detection rules and case types.
fn metadata(resource: &DeployedResource, requirements: &DeployedResource) -> Option<Metadata> {
    let (version, tenant_id) = (resource.version.cast_signed(), DEFAULT_NAME.to_owned());
    Some(match resource.kind {
        ResourceKind::Requirements => {
            Metadata::DecisionRequirements(wire::DecisionRequirementsMetadata {
                dmn_decision_requirements_id: resource.id.to_string(),
                dmn_decision_requirements_name: resource.name.to_string(),
                version,
                decision_requirements_key: number(resource.key),
                resource_name: resource.resource.to_string(),
                tenant_id,
            })
        }
        ResourceKind::Decision => Metadata::Decision(wire::DecisionMetadata {
            dmn_decision_id: resource.id.to_string(),
            dmn_decision_name: resource.name.to_string(),
            version,
            decision_key: number(resource.key),
            dmn_decision_requirements_id: requirements.id.to_string(),
            decision_requirements_key: number(requirements.key),
            tenant_id,
        }),
        ResourceKind::Form => Metadata::Form(wire::FormMetadata {
            form_id: resource.id.to_string(),
            version,
            form_key: number(resource.key),
            resource_name: resource.resource.to_string(),
            tenant_id,
        }),
        ResourceKind::DetectionRule
        | ResourceKind::CaseType
        | ResourceKind::Suppression
        | ResourceKind::Calendar
        | ResourceKind::Queue
        | ResourceKind::Team
        | ResourceKind::Solution => return None,
    })
}

fn process_metadata(process: &DeployedProcess) -> wire::ProcessMetadata {
    wire::ProcessMetadata {
        bpmn_process_id: process.process_id.to_string(),
        version: process.version.cast_signed(),
        process_definition_key: number(process.definition),
        resource_name: process.resource.to_string(),
        tenant_id: DEFAULT_NAME.to_owned(),
    }
}

pub(super) async fn topology(
    state: &ApiState,
    request: Request<wire::TopologyRequest>,
) -> Answered<wire::TopologyResponse> {
    caller(state, &request)?;
    let health = match state.node().ready() {
        Ok(()) => wire::partition::PartitionBrokerHealth::Healthy,
        Err(_) => wire::partition::PartitionBrokerHealth::Unhealthy,
    };
    let partition = wire::Partition {
        partition_id: 1,
        role: wire::partition::PartitionBrokerRole::Leader.into(),
        health: health.into(),
    };
    let broker = wire::BrokerInfo {
        node_id: 0,
        host: state.address().ip().to_string(),
        port: state.address().port().into(),
        partitions: vec![partition],
        version: VERSION.to_owned(),
    };
    Ok(Response::new(wire::TopologyResponse {
        brokers: vec![broker],
        cluster_size: 1,
        partitions_count: 1,
        replication_factor: 1,
        gateway_version: COMPATIBLE_VERSION.to_owned(),
        cluster_id: String::new(),
    }))
}
