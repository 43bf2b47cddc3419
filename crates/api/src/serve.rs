//! Connections: accepting them, their limits, and ending them when the server stops.
//!
//! Not here: routes.

use crate::limits::{CONNECTIONS_MAX, HEADER_BYTES_MAX, HEADER_READ_MS, HEADERS_MAX, STOP_MS};
use crate::router::router;
use crate::stall::Stalling;
use crate::state::{ApiState, Config};
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use runtime::node::Node;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// Where the API is reached.
#[derive(Debug)]
pub struct Listeners {
    /// REST.
    pub http: TcpListener,
    /// gRPC, if it is wanted.
    pub grpc: Option<TcpListener>,
}

/// Serves the API at its listeners until `shutdown` resolves; then running requests have a few
/// seconds to end, and those who wait for jobs are sent home.
///
/// # Errors
/// A listener has no address.
pub async fn serve(
    listeners: Listeners,
    node: Node,
    mut config: Config,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let Listeners { http: listener, grpc } = listeners;
    config.address = listener.local_addr()?;
    let state = ApiState::new(node, &config);
    let grpc = grpc.map(|listener| tokio::spawn(crate::grpc::serve(listener, state.clone())));
    let router = router(state.clone());
    let http = http();
    let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let open = GracefulShutdown::new();
    tokio::pin!(shutdown);
    loop {
        let slot = tokio::select! {
            slot = Arc::clone(&slots).acquire_owned() => slot.expect("nobody closes the slots"),
            () = &mut shutdown => break,
        };
        let stream = tokio::select! {
            stream = accept(&listener) => stream,
            () = &mut shutdown => break,
        };
        let service = TowerToHyperService::new(router.clone());
        let connection = http.serve_connection(TokioIo::new(Stalling::new(stream)), service);
        let connection = open.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended badly");
            }
            drop(slot);
        });
    }
    drop(listener);
    state.stop();
    let ended = async { tokio::join!(open.shutdown(), end_of(grpc)) };
    if tokio::time::timeout(Duration::from_millis(STOP_MS), ended).await.is_err() {
        tracing::warn!("some requests still ran when the server stopped");
    }
    Ok(())
}

/// Waits for the end of gRPC.
async fn end_of(grpc: Option<JoinHandle<Result<(), String>>>) {
    let Some(grpc) = grpc else { return };
    match grpc.await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(error, "gRPC ended badly"),
        Err(error) => tracing::error!(%error, "gRPC failed"),
    }
}

fn http() -> Builder {
    let mut http = Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(HEADER_READ_MS))
        .max_headers(HEADERS_MAX)
        .max_header_size(HEADER_BYTES_MAX);
    http
}

/// Why accepting fails is never the client's fault alone: wait a moment and go on.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

pub(crate) async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Small answers must not wait for more; a failure costs time only.
                let _ = stream.set_nodelay(true);
                return stream;
            }
            Err(error) if is_of_the_client(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "accepting a connection failed");
                tokio::time::sleep(ACCEPT_AGAIN).await;
            }
        }
    }
}

fn is_of_the_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
