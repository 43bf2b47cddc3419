//! `GET /v2/topology`: one node, one partition.
//!
//! Not here: how a node is doing in detail (`/health`, `/metrics`).

use crate::answer;
use crate::state::{ApiState, VERSION};
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

/// The Camunda version whose clients we speak with; they choose their ways by it.
pub(crate) const COMPATIBLE_VERSION: &str = "8.8.0";

/// The cluster.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Topology {
    brokers: Vec<Broker>,
    #[schema(required)]
    cluster_id: Option<String>,
    cluster_size: u32,
    partitions_count: u32,
    replication_factor: u32,
    /// The Camunda version whose clients this server speaks with.
    gateway_version: &'static str,
    last_completed_change_id: &'static str,
}

/// A node.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Broker {
    node_id: u32,
    broker_id: &'static str,
    host: String,
    port: u16,
    partitions: Vec<Partition>,
    /// Segue's own version.
    version: &'static str,
}

/// A partition.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Partition {
    partition_id: u32,
    role: &'static str,
    health: &'static str,
    state: &'static str,
}

/// Show the cluster
#[utoipa::path(
    get,
    path = "/v2/topology",
    operation_id = "getTopology",
    tag = "Cluster",
    responses((status = 200, description = "The cluster.", body = Topology))
)]
pub(crate) async fn get_topology(State(state): State<ApiState>) -> Response {
    let health = if state.node().ready().is_ok() { "healthy" } else { "unhealthy" };
    let partition = Partition { partition_id: 1, role: "leader", health, state: "active" };
    let broker = Broker {
        node_id: 0,
        broker_id: "0",
        host: state.address().ip().to_string(),
        port: state.address().port(),
        partitions: vec![partition],
        version: VERSION,
    };
    answer::dto(&Topology {
        brokers: vec![broker],
        cluster_id: None,
        cluster_size: 1,
        partitions_count: 1,
        replication_factor: 1,
        gateway_version: COMPATIBLE_VERSION,
        last_completed_change_id: "-1",
    })
}
