//! `grpc.health.v1.Health`: whether the server can take work. It asks nobody who they are.
//!
//! Not here: why it cannot (`/health`).

use super::Answered;
use super::hand_out::Outgoing;
use super::health_wire::health_check_response::ServingStatus;
use super::health_wire::health_server::Health;
use super::health_wire::{HealthCheckRequest, HealthCheckResponse};
use crate::limits::HEALTH_WATCH_MS;
use crate::state::ApiState;
use futures_util::stream::unfold;
use std::time::Duration;
use tonic::{Request, Response, Status};

/// The services there are; empty is the server.
const SERVICES: [&str; 3] = ["", "gateway_protocol.Gateway", "grpc.health.v1.Health"];

pub(super) struct HealthService(pub(super) ApiState);

fn status(state: &ApiState, service: &str) -> ServingStatus {
    if !SERVICES.contains(&service) {
        return ServingStatus::ServiceUnknown;
    }
    match state.node().ready() {
        Ok(()) => ServingStatus::Serving,
        Err(_) => ServingStatus::NotServing,
    }
}

#[tonic::async_trait]
impl Health for HealthService {
    async fn check(&self, request: Request<HealthCheckRequest>) -> Answered<HealthCheckResponse> {
        let service = &request.get_ref().service;
        match status(&self.0, service) {
            ServingStatus::ServiceUnknown => Err(Status::not_found(format!(
                "Expected one of the services {SERVICES:?}, but found `{service}`."
            ))),
            status => Ok(Response::new(HealthCheckResponse { status: status.into() })),
        }
    }

    type WatchStream = Outgoing<HealthCheckResponse>;

    async fn watch(&self, request: Request<HealthCheckRequest>) -> Answered<Self::WatchStream> {
        let begin = (self.0.clone(), request.into_inner().service, None);
        Ok(Response::new(Box::pin(unfold(begin, async |(state, service, last)| {
            loop {
                let now = status(&state, &service);
                if last != Some(now) {
                    let response = HealthCheckResponse { status: now.into() };
                    return Some((Ok(response), (state, service, Some(now))));
                }
                tokio::select! {
                    () = state.stopped() => return None,
                    () = tokio::time::sleep(Duration::from_millis(HEALTH_WATCH_MS)) => {}
                }
            }
        }))))
    }
}
