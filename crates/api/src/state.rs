//! What every handler has at hand: the node, who asks, the hosts we answer for.
//!
//! Not here: anything a request brings.

use crate::auth::{Authentication, Authenticator, PasswordCost, asker};
use crate::host::Hosts;
use crate::limits::{CHECKS_AT_ONCE, COMMAND_MS};
use crate::own::{Askers, Hub};
use crate::problem::Problem;
use access::Actor;
use runtime::node::Node;
use runtime::request::{Answer, Caller, Request};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, watch};

/// The version of this server.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How the server is reached.
#[derive(Debug, Clone)]
pub struct Config {
    /// The address it listens at, with the port it really has.
    pub address: SocketAddr,
    /// Other names people and proxies use for it: `name` (any port) or `name:port`.
    pub hosts: Vec<String>,
    /// Whether callers must say who they are.
    pub authentication: Authentication,
    /// What a password's hash costs.
    pub password_cost: PasswordCost,
}

impl Config {
    /// At an address, for whoever reaches it.
    #[must_use]
    pub fn at(address: SocketAddr) -> Self {
        Config {
            address,
            hosts: Vec::new(),
            authentication: Authentication::None,
            password_cost: PasswordCost::default(),
        }
    }
}

/// What every handler has at hand. Cheap to clone.
#[derive(Clone)]
pub struct ApiState(Arc<Inner>);

struct Inner {
    node: Node,
    /// Who asks where nobody is asked who they are; and who asks outside of requests.
    anybody: Actor,
    auth: Authenticator,
    hosts: Hosts,
    address: SocketAddr,
    checks: Arc<Semaphore>,
    events: Hub,
    askers: Askers,
    stopping: watch::Sender<bool>,
}

impl ApiState {
    /// The state of an API in front of a node.
    #[must_use]
    pub fn new(node: Node, config: &Config) -> Self {
        let auth = Authenticator::new(config.authentication, config.password_cost);
        let anybody = if auth.asks() { Authenticator::nobody() } else { Authenticator::anybody() };
        let stopping = watch::Sender::new(false);
        ApiState(Arc::new(Inner {
            events: Hub::new(node.clone(), stopping.subscribe()),
            node,
            anybody,
            auth,
            hosts: Hosts::new(config),
            address: config.address,
            checks: Arc::new(Semaphore::new(CHECKS_AT_ONCE)),
            askers: Askers::default(),
            stopping,
        }))
    }

    pub(crate) fn node(&self) -> &Node {
        &self.0.node
    }

    pub(crate) fn auth(&self) -> &Authenticator {
        &self.0.auth
    }

    /// Who asks, within a request.
    pub(crate) fn actor(&self) -> Actor {
        if !self.auth().asks() {
            return self.0.anybody.clone();
        }
        asker::current().map_or_else(|| self.0.anybody.clone(), |asker| asker.actor)
    }

    pub(crate) fn hosts(&self) -> &Hosts {
        &self.0.hosts
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.0.address
    }

    pub(crate) fn events(&self) -> &Hub {
        &self.0.events
    }

    /// Who asks for the next piece of work just now.
    pub(crate) fn askers(&self) -> &Askers {
        &self.0.askers
    }

    /// Runs work that keeps a core busy for a while, a few at a time.
    pub(crate) async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let slot = Arc::clone(&self.0.checks).acquire_owned().await;
        let slot = slot.expect("nobody closes the slots");
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(slot);
            done
        });
        done.await.map_err(|error| {
            tracing::error!(%error, "a computation failed");
            Problem::internal("Expected the server to finish, but it failed. The log says more.")
        })
    }

    /// Who asks, for a request about a tenant.
    pub(crate) fn caller(&self, tenant: u32) -> Caller {
        Caller { actor: self.actor(), tenant, request_key: None }
    }

    /// Carries out a request that is quick or fails.
    pub(crate) async fn submit(&self, caller: Caller, request: Request) -> Result<Answer, Problem> {
        let work = self.0.node.submit(caller, request);
        match tokio::time::timeout(Duration::from_millis(COMMAND_MS), work).await {
            Ok(answer) => Ok(answer?),
            Err(_) => Err(Problem::timed_out(format!(
                "Expected an answer within {} s, but there is none yet. The request may still be \
                 carried out; repeat it with the same `Idempotency-Key`.",
                COMMAND_MS / 1_000
            ))),
        }
    }

    /// Tells those who wait that the server stops.
    pub(crate) fn stop(&self) {
        self.0.stopping.send_replace(true);
    }

    /// Resolves when the server stops.
    pub(crate) async fn stopped(&self) {
        let mut stopping = self.0.stopping.subscribe();
        // The sender lives as long as this state.
        let _ = stopping.wait_for(|stopping| *stopping).await;
    }
}

/// An answer that does not fit its request: a broken node, not a wrong client.
pub(crate) fn unexpected(answer: &Answer) -> Problem {
    tracing::error!(?answer, "the node answered something else than was asked");
    Problem::internal("Expected the node to answer what was asked, but it did not.")
}
