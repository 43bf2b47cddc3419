//! A server to ask, and short ways to ask it.

use api::{ApiState, Authentication, Config, PasswordCost};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use runtime::clock::Clock;
use runtime::node::{Node, Options};
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;

/// Hashes that cost tests nothing.
pub(crate) const CHEAP: PasswordCost = PasswordCost { memory_kib: 64, passes: 1 };

/// The header `Authorization` of a name and a password.
pub(crate) fn basic(name: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{name}:{password}")))
}

/// A node behind a router; it stops when it is dropped.
pub(crate) struct Server {
    pub(crate) node: Node,
    pub(crate) router: Router,
    /// The header `Authorization` of whoever asks; empty: nobody says who they are.
    pub(crate) who: String,
    /// Whether the node is somebody else's.
    is_guest: bool,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Heard {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The body of a success.
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{self:?}");
        self.json()
    }

    /// The detail of a problem with this status.
    pub(crate) fn refused(self, status: u16) -> String {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        assert_eq!(self.headers["content-type"], "application/problem+json");
        let problem = self.json();
        for field in ["type", "title", "status", "detail", "instance"] {
            assert!(!problem[field].is_null(), "{field} of {problem}");
        }
        assert_eq!(problem["status"], status);
        problem["detail"].as_str().unwrap().to_owned()
    }

    pub(crate) fn done(self) {
        assert_eq!(self.status, StatusCode::NO_CONTENT, "{self:?}");
    }
}

impl Server {
    /// A server that stops its node.
    pub(crate) fn over(node: Node, router: Router) -> Self {
        Server { node, router, who: String::new(), is_guest: false }
    }

    pub(crate) fn start() -> Self {
        Self::start_as(Options::default())
    }

    /// A server whose clock tests may set.
    pub(crate) fn with_clock() -> Self {
        Self::start_as(Options { clock: Clock::settable(), ..Options::default() })
    }

    fn start_as(options: Options) -> Self {
        let store = Arc::new(store::memory::Memory::new());
        let node = Node::start(store, options).unwrap();
        let config = Config::at("127.0.0.1:8080".parse().unwrap());
        let router = api::router(ApiState::new(node.clone(), &config));
        Server::over(node, router)
    }

    /// A server with one deployed process, in short notation.
    pub(crate) async fn with(process: &str) -> Self {
        let server = Self::start();
        server.deploy(process).await.ok();
        server
    }

    /// A server that asks who calls, and its administrator.
    pub(crate) async fn asking() -> Self {
        let store = Arc::new(store::memory::Memory::new());
        Self::asking_over(Node::start(store, Options::default()).unwrap()).await
    }

    /// The same over a node.
    pub(crate) async fn asking_over(node: Node) -> Self {
        let config = Config {
            authentication: Authentication::Local,
            password_cost: CHEAP,
            ..Config::at("127.0.0.1:8080".parse().unwrap())
        };
        let first = api::first_administrator(&node, CHEAP).await.unwrap();
        let who = first.map(|it| basic(&it.username, &it.password)).unwrap_or_default();
        let router = api::router(ApiState::new(node.clone(), &config));
        let mut server = Server::over(node, router);
        server.who = who;
        server
    }

    /// The same server, asked by somebody else; it stops when the first is dropped.
    pub(crate) fn by(&self, who: &str) -> Self {
        let (node, router) = (self.node.clone(), self.router.clone());
        Server { node, router, who: who.to_owned(), is_guest: true }
    }

    pub(crate) async fn send(&self, mut request: Request<Body>) -> Heard {
        if !self.who.is_empty() {
            request.headers_mut().insert("authorization", self.who.parse().unwrap());
        }
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        Heard { status: parts.status, headers: parts.headers, text }
    }

    pub(crate) async fn ask(&self, method: Method, path: &str, body: impl Into<Body>) -> Heard {
        let request = Request::builder().method(method).uri(path).header("host", "localhost:8080");
        let request = request.header("content-type", "application/json");
        self.send(request.body(body.into()).unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Heard {
        self.ask(Method::GET, path, Body::empty()).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Heard {
        self.ask(Method::POST, path, body.to_string()).await
    }

    pub(crate) async fn deploy(&self, process: &str) -> Heard {
        let bpmn = model::short::to_bpmn(process).unwrap();
        self.form("/v2/deployments", "order.bpmn", &bpmn).await
    }

    pub(crate) async fn form(&self, path: &str, name: &str, content: &str) -> Heard {
        self.files(path, &[(name, content)]).await
    }

    pub(crate) async fn files(&self, path: &str, files: &[(&str, &str)]) -> Heard {
        let file = |(name, content): &(&str, &str)| {
            format!(
                "--x\r\nContent-Disposition: form-data; name=\"resources\"; \
                 filename=\"{name}\"\r\nContent-Type: application/xml\r\n\r\n{content}\r\n"
            )
        };
        let body = files.iter().map(file).collect::<String>() + "--x--\r\n";
        let request = Request::post(path).header("host", "localhost:8080");
        let request = request.header("content-type", "multipart/form-data; boundary=x");
        self.send(request.body(body.into()).unwrap()).await
    }

    /// Starts an instance of the process `process`; its key.
    pub(crate) async fn create(&self, variables: Value) -> String {
        let body = json!({"processDefinitionId": "process", "variables": variables});
        text(&self.post("/v2/process-instances", body).await.ok()["processInstanceKey"])
    }

    /// Takes at most one job.
    pub(crate) async fn job(&self, job_type: &str) -> Option<Value> {
        let body = json!({"type": job_type, "worker": "test", "timeout": 60_000,
            "maxJobsToActivate": 1, "requestTimeout": 2_000});
        let answer = self.post("/v2/jobs/activation", body).await.ok();
        answer["jobs"].as_array().unwrap().first().cloned()
    }

    /// Searches with a filter; the items.
    pub(crate) async fn search(&self, what: &str, filter: Value) -> Vec<Value> {
        let found = self.post(&format!("/v2/{what}/search"), json!({"filter": filter})).await.ok();
        let items = found["items"].as_array().unwrap().clone();
        assert_eq!(found["page"]["totalItems"], items.len(), "{found}");
        items
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !self.is_guest {
            self.node.stop();
        }
    }
}

/// The text of a JSON string.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
