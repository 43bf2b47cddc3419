//! The service `gateway_protocol.Gateway`: which method is answered where.
//!
//! Not here: the answers.

use super::hand_out::Outgoing;
use super::wire::gateway_server::Gateway;
use super::wire::{
    ActivateJobsRequest, ActivateJobsResponse, ActivatedJob, BroadcastSignalRequest,
    BroadcastSignalResponse, CancelProcessInstanceRequest, CancelProcessInstanceResponse,
    CompleteJobRequest, CompleteJobResponse, CreateProcessInstanceRequest,
    CreateProcessInstanceResponse, CreateProcessInstanceWithResultRequest,
    CreateProcessInstanceWithResultResponse, DeleteResourceRequest, DeleteResourceResponse,
    DeployProcessRequest, DeployProcessResponse, DeployResourceRequest, DeployResourceResponse,
    EvaluateConditionalRequest, EvaluateConditionalResponse, EvaluateDecisionRequest,
    EvaluateDecisionResponse, FailJobRequest, FailJobResponse, MigrateProcessInstanceRequest,
    MigrateProcessInstanceResponse, ModifyProcessInstanceRequest, ModifyProcessInstanceResponse,
    PublishMessageRequest, PublishMessageResponse, ResolveIncidentRequest, ResolveIncidentResponse,
    SetVariablesRequest, SetVariablesResponse, StreamActivatedJobsRequest, ThrowErrorRequest,
    ThrowErrorResponse, TopologyRequest, TopologyResponse, UpdateJobRetriesRequest,
    UpdateJobRetriesResponse, UpdateJobTimeoutRequest, UpdateJobTimeoutResponse,
};
use super::{Answered, decisions, instance_changes, jobs, messages, process_instances, resources};
use crate::state::ApiState;
use tonic::Request;

pub(super) struct GatewayService(pub(super) ApiState);

#[tonic::async_trait]
impl Gateway for GatewayService {
    type ActivateJobsStream = Outgoing<ActivateJobsResponse>;
    type StreamActivatedJobsStream = Outgoing<ActivatedJob>;

    async fn activate_jobs(
        &self,
        request: Request<ActivateJobsRequest>,
    ) -> Answered<Self::ActivateJobsStream> {
        jobs::activate(&self.0, request).await
    }

    async fn stream_activated_jobs(
        &self,
        request: Request<StreamActivatedJobsRequest>,
    ) -> Answered<Self::StreamActivatedJobsStream> {
        jobs::stream(&self.0, request).await
    }

    async fn cancel_process_instance(
        &self,
        request: Request<CancelProcessInstanceRequest>,
    ) -> Answered<CancelProcessInstanceResponse> {
        process_instances::cancel(&self.0, request).await
    }

    async fn complete_job(
        &self,
        request: Request<CompleteJobRequest>,
    ) -> Answered<CompleteJobResponse> {
        jobs::complete(&self.0, request).await
    }

    async fn create_process_instance(
        &self,
        request: Request<CreateProcessInstanceRequest>,
    ) -> Answered<CreateProcessInstanceResponse> {
        process_instances::create(&self.0, request).await
    }

    async fn create_process_instance_with_result(
        &self,
        request: Request<CreateProcessInstanceWithResultRequest>,
    ) -> Answered<CreateProcessInstanceWithResultResponse> {
        process_instances::create_with_result(&self.0, request).await
    }

    async fn evaluate_decision(
        &self,
        request: Request<EvaluateDecisionRequest>,
    ) -> Answered<EvaluateDecisionResponse> {
        decisions::evaluate_decision(&self.0, request).await
    }

    async fn deploy_process(
        &self,
        request: Request<DeployProcessRequest>,
    ) -> Answered<DeployProcessResponse> {
        resources::deploy_process(&self.0, request).await
    }

    async fn deploy_resource(
        &self,
        request: Request<DeployResourceRequest>,
    ) -> Answered<DeployResourceResponse> {
        resources::deploy_resource(&self.0, request).await
    }

    async fn fail_job(&self, request: Request<FailJobRequest>) -> Answered<FailJobResponse> {
        jobs::fail(&self.0, request).await
    }

    async fn throw_error(
        &self,
        request: Request<ThrowErrorRequest>,
    ) -> Answered<ThrowErrorResponse> {
        jobs::throw_error(&self.0, request).await
    }

    async fn publish_message(
        &self,
        request: Request<PublishMessageRequest>,
    ) -> Answered<PublishMessageResponse> {
        messages::publish(&self.0, request).await
    }

    async fn resolve_incident(
        &self,
        request: Request<ResolveIncidentRequest>,
    ) -> Answered<ResolveIncidentResponse> {
        process_instances::resolve_incident(&self.0, request).await
    }

    async fn set_variables(
        &self,
        request: Request<SetVariablesRequest>,
    ) -> Answered<SetVariablesResponse> {
        process_instances::set_variables(&self.0, request).await
    }

    async fn topology(&self, request: Request<TopologyRequest>) -> Answered<TopologyResponse> {
        resources::topology(&self.0, request).await
    }

    async fn update_job_retries(
        &self,
        request: Request<UpdateJobRetriesRequest>,
    ) -> Answered<UpdateJobRetriesResponse> {
        jobs::update_retries(&self.0, request).await
    }

    async fn modify_process_instance(
        &self,
        request: Request<ModifyProcessInstanceRequest>,
    ) -> Answered<ModifyProcessInstanceResponse> {
        instance_changes::modify(&self.0, request).await
    }

    async fn migrate_process_instance(
        &self,
        request: Request<MigrateProcessInstanceRequest>,
    ) -> Answered<MigrateProcessInstanceResponse> {
        instance_changes::migrate(&self.0, request).await
    }

    async fn update_job_timeout(
        &self,
        request: Request<UpdateJobTimeoutRequest>,
    ) -> Answered<UpdateJobTimeoutResponse> {
        jobs::update_timeout(&self.0, request).await
    }

    async fn delete_resource(
        &self,
        request: Request<DeleteResourceRequest>,
    ) -> Answered<DeleteResourceResponse> {
        resources::delete_resource(&self.0, request).await
    }

    async fn broadcast_signal(
        &self,
        request: Request<BroadcastSignalRequest>,
    ) -> Answered<BroadcastSignalResponse> {
        messages::broadcast_signal(&self.0, request).await
    }

    async fn evaluate_conditional(
        &self,
        request: Request<EvaluateConditionalRequest>,
    ) -> Answered<EvaluateConditionalResponse> {
        process_instances::evaluate_conditional(&self.0, request).await
    }
}
