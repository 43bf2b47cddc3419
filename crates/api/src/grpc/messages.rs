//! Messages and BPMN signals.
//!
//! Not here: correlating them at once; gRPC has no method for it.

use super::Answered;
use super::caller::caller_in;
use super::status::{number, of};
use super::variables;
use super::wire;
use crate::state::{ApiState, unexpected};
use crate::tenant::DEFAULT_NAME;
use crate::v2::bpmn_signals::SignalBroadcast;
use crate::v2::messages::MessagePublication;
use crate::wire_int::WireInt;
use runtime::request::Answer;
use tonic::{Request, Response};

pub(super) async fn publish(
    state: &ApiState,
    request: Request<wire::PublishMessageRequest>,
) -> Answered<wire::PublishMessageResponse> {
    let caller = caller_in(state, &request, &request.get_ref().tenant_id)?;
    let asked = request.into_inner();
    let publication = MessagePublication {
        name: asked.name,
        correlation_key: Some(asked.correlation_key),
        time_to_live: Some(WireInt(asked.time_to_live)),
        message_id: Some(asked.message_id),
        variables: Some(variables::read(&asked.variables)?),
        tenant_id: None,
    };
    let request = publication.request().map_err(of)?;
    match state.submit(caller, request).await.map_err(of)? {
        Answer::MessagePublished { message } => Ok(Response::new(wire::PublishMessageResponse {
            key: number(message),
            tenant_id: DEFAULT_NAME.to_owned(),
        })),
        other => Err(of(unexpected(&other))),
    }
}

pub(super) async fn broadcast_signal(
    state: &ApiState,
    request: Request<wire::BroadcastSignalRequest>,
) -> Answered<wire::BroadcastSignalResponse> {
    let caller = caller_in(state, &request, &request.get_ref().tenant_id)?;
    let asked = request.into_inner();
    let broadcast = SignalBroadcast {
        signal_name: asked.signal_name,
        variables: Some(variables::read(&asked.variables)?),
        tenant_id: None,
    };
    let request = broadcast.request().map_err(of)?;
    match state.submit(caller, request).await.map_err(of)? {
        Answer::BpmnSignalBroadcast { signal } => {
            Ok(Response::new(wire::BroadcastSignalResponse {
                key: number(signal),
                tenant_id: DEFAULT_NAME.to_owned(),
            }))
        }
        other => Err(of(unexpected(&other))),
    }
}
