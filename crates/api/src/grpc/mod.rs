//! gRPC as Camunda 8 workers and clients speak it: messages in, the same requests as REST, messages
//! out.
//!
//! Not here: what a request may say; the DTOs of `v2` check that for both.

mod admit;
mod caller;
mod decisions;
mod gateway;
mod hand_out;
mod health;
mod instance_changes;
mod jobs;
mod messages;
mod process_instances;
mod resources;
mod serve;
mod status;
#[cfg(test)]
mod tests;
mod variables;

pub(crate) use serve::serve;

/// Messages and service of `gateway_protocol`, made from proto/gateway.proto.
#[allow(clippy::all, missing_docs, unreachable_pub, dead_code, reason = "made by a generator")]
pub(crate) mod wire {
    include!("../../proto/gateway.inc");
}

/// Messages and service of `grpc.health.v1`, made from proto/health.proto.
#[allow(clippy::all, missing_docs, unreachable_pub, dead_code, reason = "made by a generator")]
pub(crate) mod health_wire {
    include!("../../proto/health.inc");
}

/// What most methods answer.
pub(crate) type Answered<T> = Result<tonic::Response<T>, tonic::Status>;
