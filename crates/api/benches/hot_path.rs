//! What a request costs above what the node itself costs: CPU of the thread that serves it.
//!
//! `cargo bench -p api`. The node runs on threads of its own, which are not counted.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement, not the product")]

use api::{ApiState, Config};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request as HttpRequest;
use runtime::node::{Node, Options};
use runtime::request::{ActivateJobs, Answer, Caller, DefinitionRef, Request, Resource};
use std::sync::Arc;
use tower::ServiceExt;

const ROUNDS: usize = 2_000;
const AT_ONCE: u32 = 100;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(measure());
}

/// Nanoseconds of CPU this thread has used.
fn cpu_ns() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

fn caller() -> Caller {
    let actor = access::Actor {
        id: "local".into(),
        acting_for: None,
        tenants: Arc::new([0]),
        grants: access::Grants::All,
    };
    Caller { actor, tenant: 0, request_key: None }
}

async fn post(router: &Router, path: &str, body: String) -> Vec<u8> {
    let request = HttpRequest::post(path)
        .header("host", "127.0.0.1:8080")
        .header("content-type", "application/json")
        .header("user-agent", "bench")
        .header("accept", "*/*")
        .body(Body::from(body))
        .unwrap();
    let answer = router.clone().oneshot(request).await.unwrap();
    assert!(answer.status().is_success(), "{answer:?}");
    to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec()
}

async fn measure() {
    let store = Arc::new(store::memory::Memory::new());
    let node = Node::start(store, Options::default()).unwrap();
    let config = Config::at("127.0.0.1:8080".parse().unwrap());
    let router = api::router(ApiState::new(node.clone(), &config));
    let bpmn = model::short::to_bpmn("start -> a:job(a) -> end").unwrap();
    let resources = vec![Resource { name: "a.bpmn".to_owned(), content: bpmn.into_bytes() }];
    node.submit(caller(), Request::Deploy { resources }).await.unwrap();
    for round in ["warm", "measured"] {
        let direct = direct(&node).await;
        let served = served(&router).await;
        for ((what, direct), (_, served)) in direct.iter().zip(&served) {
            let micros = |ns: &u64| *ns as f64 / 1_000.0 / ROUNDS as f64;
            let (direct, served) = (micros(direct), micros(served));
            println!("{round:9} {what:9} node {direct:6.2} us, with API {served:6.2} us");
        }
    }
    node.stop();
}

const VARIABLES: [(&str, &str); 3] = [
    ("orderId", "\"A-4711\""),
    ("amount", "129.90"),
    ("customer", "{\"name\":\"Ada\",\"vip\":true}"),
];

async fn direct(node: &Node) -> Vec<(&'static str, u64)> {
    let started = cpu_ns();
    for _ in 0..ROUNDS {
        let variables = VARIABLES.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        let request = Request::CreateInstance {
            definition: DefinitionRef::Latest("process".into()),
            variables: variables.collect(),
            business_id: None,
            await_result: false,
            options: Default::default(),
        };
        let answer = node.submit(caller(), request).await.unwrap();
        assert!(matches!(answer, Answer::InstanceCreated(_)));
    }
    let created = cpu_ns();
    let mut jobs = Vec::new();
    while jobs.len() < ROUNDS {
        let wanted = ActivateJobs {
            job_type: "a".into(),
            worker: "w".into(),
            timeout_ms: 600_000,
            limit: AT_ONCE,
            fetch: Vec::new(),
            wait_ms: 1_000,
            tenants: vec![0],
        };
        jobs.extend(node.activate(caller(), wanted).await.unwrap());
    }
    let activated = cpu_ns();
    for job in &jobs {
        let request = Request::CompleteJob { job: job.key, variables: Vec::new(), result: None };
        node.submit(caller(), request).await.unwrap();
    }
    let completed = cpu_ns();
    vec![
        ("create", created - started),
        ("activate", activated - created),
        ("complete", completed - activated),
    ]
}

async fn served(router: &Router) -> Vec<(&'static str, u64)> {
    let fields = VARIABLES.iter().map(|(name, value)| format!("\"{name}\":{value}"));
    let fields: Vec<_> = fields.collect();
    let create =
        format!("{{\"processDefinitionId\":\"process\",\"variables\":{{{}}}}}", fields.join(","));
    let started = cpu_ns();
    for _ in 0..ROUNDS {
        post(router, "/v2/process-instances", create.clone()).await;
    }
    let created = cpu_ns();
    let mut jobs = Vec::new();
    let (mut asking, mut reading) = (0, 0);
    while jobs.len() < ROUNDS {
        let before = cpu_ns();
        let body = format!(
            "{{\"type\":\"a\",\"worker\":\"w\",\"timeout\":600000,\
             \"maxJobsToActivate\":{AT_ONCE},\"requestTimeout\":1000}}"
        );
        let answer = post(router, "/v2/jobs/activation", body).await;
        let heard = cpu_ns();
        let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
        let found = answer["jobs"].as_array().unwrap();
        jobs.extend(found.iter().map(|job| job["jobKey"].as_str().unwrap().to_owned()));
        asking += heard - before;
        reading += cpu_ns() - heard;
    }
    assert!(reading > 0, "the client's own work is not counted");
    let activated = cpu_ns();
    for job in &jobs {
        post(router, &format!("/v2/jobs/{job}/completion"), "{\"variables\":{}}".to_owned()).await;
    }
    let completed = cpu_ns();
    vec![("create", created - started), ("activate", asking), ("complete", completed - activated)]
}
