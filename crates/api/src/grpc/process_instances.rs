//! Process instances: starting, awaiting, cancelling; their variables and incidents.
//!
//! Not here: their jobs.

use super::Answered;
use super::caller::{caller, caller_in};
use super::status::{key, number, of};
use super::variables;
use super::wire;
use crate::answer::done;
use crate::keys::WireKey;
use crate::state::{ApiState, unexpected};
use crate::tenant::DEFAULT_NAME;
use crate::v2::conditionals::ConditionalEvaluation;
use crate::v2::create_instance::{
    ProcessInstanceCreation, RuntimeInstruction, StartInstruction, result, start,
};
use crate::v2::incidents::resolution;
use crate::v2::variables::setting;
use crate::wire_int::WireInt;
use engine::key::Key;
use runtime::request::{Answer, Request as Asked};
use tonic::{Request, Response, Status};

use super::wire::process_instance_creation_runtime_instruction::Instruction;

type Creation = ProcessInstanceCreation<'static>;

/// A message as the DTO that REST has for it.
fn creation(asked: wire::CreateProcessInstanceRequest) -> Result<Creation, Status> {
    let by_key = asked.process_definition_key > 0;
    let begins = asked.start_instructions.into_iter();
    let stops = asked.runtime_instructions.into_iter().filter_map(|it| it.instruction);
    Ok(ProcessInstanceCreation {
        process_definition_key: by_key
            .then(|| key("processDefinitionKey", asked.process_definition_key).map(WireKey))
            .transpose()?,
        process_definition_id: Some(asked.bpmn_process_id).filter(|id| !by_key && !id.is_empty()),
        // Clients that leave it out send 0.
        process_definition_version: (!by_key && asked.version != 0).then_some(asked.version),
        variables: Some(variables::read(&asked.variables)?),
        tags: asked.tags,
        start_instructions: begins
            .map(|it| StartInstruction { element_id: it.element_id })
            .collect(),
        runtime_instructions: stops
            .map(|Instruction::Terminate(it)| RuntimeInstruction {
                kind: None,
                after_element_id: it.after_element_id,
            })
            .collect(),
        ..ProcessInstanceCreation::default()
    })
}

pub(super) async fn create(
    state: &ApiState,
    request: Request<wire::CreateProcessInstanceRequest>,
) -> Answered<wire::CreateProcessInstanceResponse> {
    state.node().takes_starts().map_err(|it| of(it.into()))?;
    let caller = caller_in(state, &request, &request.get_ref().tenant_id)?;
    let wanted = creation(request.into_inner())?.check().map_err(of)?;
    let tags = wanted.tags.iter().map(|tag| tag.to_string()).collect();
    match start(state, caller, wanted).await.map_err(of)? {
        Answer::InstanceCreated(created) => {
            Ok(Response::new(wire::CreateProcessInstanceResponse {
                process_definition_key: number(created.definition),
                bpmn_process_id: created.process_id.to_string(),
                version: created.version.cast_signed(),
                process_instance_key: number(created.instance),
                tenant_id: DEFAULT_NAME.to_owned(),
                tags,
            }))
        }
        other => Err(of(unexpected(&other))),
    }
}

pub(super) async fn create_with_result(
    state: &ApiState,
    request: Request<wire::CreateProcessInstanceWithResultRequest>,
) -> Answered<wire::CreateProcessInstanceWithResultResponse> {
    state.node().takes_starts().map_err(|it| of(it.into()))?;
    let tenant = request.get_ref().request.as_ref().map_or("", |asked| &asked.tenant_id);
    let caller = caller_in(state, &request, tenant)?;
    let asked = request.into_inner();
    let wanted = ProcessInstanceCreation {
        await_completion: Some(true),
        request_timeout: Some(WireInt(asked.request_timeout)),
        fetch_variables: asked.fetch_variables,
        ..creation(asked.request.unwrap_or_default())?
    };
    let wanted = wanted.check().map_err(of)?;
    let tags = wanted.tags.iter().map(|tag| tag.to_string()).collect();
    let fetch = wanted.fetch.clone();
    match start(state, caller, wanted).await.map_err(of)? {
        Answer::InstanceEnded(ended) => {
            let variables = variables::text(&result(&ended, &fetch).map_err(of)?);
            Ok(Response::new(wire::CreateProcessInstanceWithResultResponse {
                process_definition_key: number(ended.created.definition),
                bpmn_process_id: ended.created.process_id.to_string(),
                version: ended.created.version.cast_signed(),
                process_instance_key: number(ended.created.instance),
                variables,
                tenant_id: DEFAULT_NAME.to_owned(),
                tags,
            }))
        }
        other => Err(of(unexpected(&other))),
    }
}

pub(super) async fn evaluate_conditional(
    state: &ApiState,
    request: Request<wire::EvaluateConditionalRequest>,
) -> Answered<wire::EvaluateConditionalResponse> {
    state.node().takes_starts().map_err(|it| of(it.into()))?;
    let caller = caller_in(state, &request, &request.get_ref().tenant_id)?;
    let asked = request.into_inner();
    let definition = asked.process_definition_key.filter(|key| *key != 0);
    let evaluation = ConditionalEvaluation {
        process_definition_key: definition
            .map(|it| key("processDefinitionKey", it).map(WireKey))
            .transpose()?,
        variables: variables::read(&asked.variables)?,
        tenant_id: None,
    };
    match state.submit(caller, evaluation.request()).await.map_err(of)? {
        Answer::ConditionalsEvaluated { evaluation, started } => {
            let instances =
                started.iter().map(|(definition, instance)| wire::ProcessInstanceReference {
                    process_definition_key: number(*definition),
                    process_instance_key: number(*instance),
                });
            Ok(Response::new(wire::EvaluateConditionalResponse {
                process_instances: instances.collect(),
                conditional_evaluation_key: number(evaluation),
                tenant_id: DEFAULT_NAME.to_owned(),
            }))
        }
        other => Err(of(unexpected(&other))),
    }
}

pub(super) async fn cancel(
    state: &ApiState,
    request: Request<wire::CancelProcessInstanceRequest>,
) -> Answered<wire::CancelProcessInstanceResponse> {
    let caller = caller(state, &request)?;
    let instance = key("processInstanceKey", request.get_ref().process_instance_key)?;
    let answer = state.submit(caller, Asked::CancelInstance { instance }).await.map_err(of)?;
    done(&answer).map_err(of)?;
    Ok(Response::new(wire::CancelProcessInstanceResponse {}))
}

pub(super) async fn resolve_incident(
    state: &ApiState,
    request: Request<wire::ResolveIncidentRequest>,
) -> Answered<wire::ResolveIncidentResponse> {
    let caller = caller(state, &request)?;
    let incident = key("incidentKey", request.get_ref().incident_key)?;
    let request = resolution(state, incident).await.map_err(of)?;
    done(&state.submit(caller, request).await.map_err(of)?).map_err(of)?;
    Ok(Response::new(wire::ResolveIncidentResponse {}))
}

pub(super) async fn set_variables(
    state: &ApiState,
    request: Request<wire::SetVariablesRequest>,
) -> Answered<wire::SetVariablesResponse> {
    let caller = caller(state, &request)?;
    let asked = request.into_inner();
    let element: Key = key("elementInstanceKey", asked.element_instance_key)?;
    let variables = variables::read(&asked.variables)?;
    let request = setting(state, element, variables, asked.local).await.map_err(of)?;
    done(&state.submit(caller, request).await.map_err(of)?).map_err(of)?;
    // The command has no key of its own: clients hand it through and never ask by it.
    Ok(Response::new(wire::SetVariablesResponse { key: asked.element_instance_key }))
}
