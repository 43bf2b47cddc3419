//! gRPC connections: accepting them, their limits, and ending them when the server stops.
//!
//! Not here: methods.

use super::admit::AdmitLayer;
use super::gateway::GatewayService;
use super::health::HealthService;
use super::health_wire::health_server::HealthServer;
use super::wire::gateway_server::GatewayServer;
use crate::limits::{
    CONNECTIONS_MAX, GRPC_CALLS_PER_CONNECTION_MAX, GRPC_PING_ANSWER_MS, GRPC_PING_MS,
    HEADER_BYTES_MAX, MULTIPART_BYTES_MAX,
};
use crate::serve::accept;
use crate::stall::Stalling;
use crate::state::ApiState;
use futures_util::stream::unfold;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tonic::codec::CompressionEncoding;
use tonic::transport::Server;
use tonic::transport::server::Connected;

impl Connected for Stalling<TcpStream> {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

/// Serves gRPC at a listener until the server stops.
pub(crate) async fn serve(listener: TcpListener, state: ApiState) -> Result<(), String> {
    let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let incoming = unfold((listener, slots), async |(listener, slots)| {
        let slot = Arc::clone(&slots).acquire_owned().await.expect("nobody closes the slots");
        let stream = Stalling::new(accept(&listener).await).holding(slot);
        Some((Ok::<_, io::Error>(stream), (listener, slots)))
    });
    // Requests may be packed. Answers are small and never are: packing costs more than it saves.
    let gateway = GatewayServer::new(GatewayService(state.clone()))
        .accept_compressed(CompressionEncoding::Gzip)
        .max_decoding_message_size(MULTIPART_BYTES_MAX)
        .max_encoding_message_size(usize::MAX);
    let server = Server::builder()
        .layer(AdmitLayer(state.clone()))
        .http2_keepalive_interval(Some(Duration::from_millis(GRPC_PING_MS)))
        .http2_keepalive_timeout(Some(Duration::from_millis(GRPC_PING_ANSWER_MS)))
        .http2_max_header_list_size(u32::try_from(HEADER_BYTES_MAX).ok())
        .max_concurrent_streams(Some(GRPC_CALLS_PER_CONNECTION_MAX))
        .add_service(gateway)
        .add_service(HealthServer::new(HealthService(state.clone())));
    let stopped = async move { state.stopped().await };
    let served = server.serve_with_incoming_shutdown(incoming, stopped).await;
    served.map_err(|error| error.to_string())
}
