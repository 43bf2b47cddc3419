//! A server in this process: store, node and API, from the first lock to the last join.
//!
//! Not here: settings (`config`), and who waits for the end.

use std::net::SocketAddr;
use std::sync::Arc;

use api::{Authentication, Listeners};
use runtime::clock::Clock;
use runtime::node::{Node, Options};
use store::sqlite::Sqlite;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::config::{Grpc, Settings};
use crate::failure::{Failure, Outcome};
#[cfg(feature = "otlp")]
use crate::telemetry::Telemetry;
use crate::terminal;

/// A running server.
pub(crate) struct Server {
    /// Where REST really listens.
    pub(crate) address: SocketAddr,
    /// Where gRPC really listens.
    pub(crate) grpc: Option<SocketAddr>,
    node: Node,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<std::io::Result<()>>,
    /// Passwords of the guests it was started with, in their order.
    pub(crate) passwords: Vec<String>,
    telemetry: Option<Telemetry>,
}

impl Server {
    /// Takes the data folder, starts the node, listens.
    pub(crate) async fn start(settings: &Settings) -> Result<Self, Failure> {
        Server::start_with(settings, Vec::new()).await
    }

    /// The same, with users and clients that are to be there if it asks who calls.
    pub(crate) async fn start_with(
        settings: &Settings,
        guests: Vec<api::Guest>,
    ) -> Result<Self, Failure> {
        let http = listen(settings.http, "--http").await?;
        let address = http.local_addr().map_err(Failure::work)?;
        let listeners = Listeners { http, grpc: listen_for_grpc(settings.grpc).await? };
        let grpc = listeners.grpc.as_ref().map(TcpListener::local_addr).transpose();
        let grpc = grpc.map_err(Failure::work)?;
        let (folder, zone) = (settings.data.clone(), settings.zone.clone());
        let (backups, history_ttl_ms) = (settings.backups.clone(), settings.history_ttl_ms);
        let signal_ttl_ms = settings.signal_ttl_ms;
        let clock = if settings.test_clock { Clock::settable() } else { Clock::Machine };
        let starting = tokio::task::spawn_blocking(move || -> Result<Node, Failure> {
            let store =
                Sqlite::open(&folder, &store::sqlite::Options::default()).map_err(Failure::work)?;
            let options = Options {
                zone,
                folder: Some(folder),
                backups: Some(backups),
                history_ttl_ms,
                signal_ttl_ms,
                clock,
                ..Options::default()
            };
            Node::start(Arc::new(store), options).map_err(Failure::work)
        });
        let node = starting.await.map_err(Failure::work)??;
        let telemetry = match &settings.otlp {
            Some(url) => Some(Telemetry::start(url, &node).await?),
            None => None,
        };
        let (stop, stopped) = oneshot::channel();
        let config = api::Config {
            hosts: settings.host_names.clone(),
            authentication: settings.authentication,
            ..api::Config::at(address)
        };
        let mut passwords = Vec::new();
        if config.authentication == Authentication::Local {
            if !guests.is_empty() {
                let invited = api::invite(&node, config.password_cost, guests).await;
                passwords = invited.map_err(Failure::Work)?;
            }
            let made = api::first_administrator(&node, config.password_cost).await;
            if let Some(first) = made.map_err(Failure::Work)? {
                // To the terminal, which no log keeps.
                terminal::note(format_args!(
                    "The first administrator is `{}` with password `{}`: it is shown this once.",
                    first.username, first.password
                ));
            }
        }
        let serving = tokio::spawn(api::serve(listeners, node.clone(), config, async {
            // A dropped sender means the same as a word from it.
            drop(stopped.await);
        }));
        Ok(Server { address, grpc, node, stop, serving, passwords, telemetry })
    }

    /// Its URL.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Waits for a signal that ends it (`Ok`), or for a reason why it cannot go on.
    pub(crate) async fn until_signal(&mut self) -> Outcome {
        let failed = tokio::select! {
            () = signal() => None,
            failure = failure_of(&self.node) => Some(failure),
            served = &mut self.serving => {
                let reason = match served {
                    Ok(Ok(())) => "it ended by itself".to_owned(),
                    Ok(Err(error)) => error.to_string(),
                    Err(error) => error.to_string(),
                };
                Some(format!("Expected to keep listening, but found: {reason}"))
            }
        };
        failed.map_or(Ok(()), |reason| Err(Failure::Work(reason)))
    }

    /// Ends it: requests under way are answered, what was taken is committed.
    pub(crate) async fn stop(self) -> Outcome {
        tracing::info!("stopping: no new requests");
        // Nobody hears it only when serving has ended already.
        let _ = self.stop.send(());
        if !self.serving.is_finished() {
            drop(self.serving.await);
        }
        let node = self.node;
        tokio::task::spawn_blocking(move || node.stop()).await.map_err(Failure::work)?;
        if let Some(telemetry) = self.telemetry {
            telemetry.stop().await;
        }
        tracing::info!("stopped");
        Ok(())
    }
}

async fn listen(address: SocketAddr, option: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure::work(format!(
            "Expected to listen on {address}, but found: {error}. Choose another address with \
             {option}."
        ))
    })
}

async fn listen_for_grpc(wanted: Grpc) -> Result<Option<TcpListener>, Failure> {
    match wanted {
        Grpc::Off => Ok(None),
        Grpc::At(address) => listen(address, "--grpc").await.map(Some),
        Grpc::IfFree(address) => match TcpListener::bind(address).await {
            Ok(listener) => Ok(Some(listener)),
            Err(error) => {
                tracing::warn!(%address, %error, "no gRPC: choose another address with --grpc");
                Ok(None)
            }
        },
    }
}

/// Why the node cannot go on. Only a restart knows what is on disk, so the process ends.
async fn failure_of(node: &Node) -> String {
    let mut pulse = tokio::time::interval(std::time::Duration::from_millis(200));
    loop {
        pulse.tick().await;
        if let Err(reason) = node.ready() {
            return reason;
        }
    }
}

/// Ctrl-C, or SIGTERM where there is one.
async fn signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => tokio::select! {
                interrupted = tokio::signal::ctrl_c() => drop(interrupted),
                _ = terminate.recv() => {}
            },
            Err(_) => drop(tokio::signal::ctrl_c().await),
        }
    }
    #[cfg(not(unix))]
    drop(tokio::signal::ctrl_c().await);
}

/// What stands for the export in a binary built without it.
#[cfg(not(feature = "otlp"))]
struct Telemetry;

#[cfg(not(feature = "otlp"))]
impl Telemetry {
    async fn start(_: &str, _: &Node) -> Result<Self, Failure> {
        std::future::ready(Err(Failure::usage(
            "Expected a binary with OpenTelemetry for --otlp, but this one was built without the \
             feature `otlp`.",
        )))
        .await
    }

    async fn stop(self) {
        std::future::ready(()).await;
    }
}
