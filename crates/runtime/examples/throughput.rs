//! Measures a node without HTTP: one-task instances from create to end, on SQLite.
//!
//! `cargo run --release -p runtime --example throughput -- CALLERS SECONDS`

use runtime::node::{Node, Options};
use runtime::request::{ActivateJobs, Answer, Caller, DefinitionRef, Request, Resource};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

fn caller() -> Caller {
    let actor = access::Actor {
        id: "local".into(),
        acting_for: None,
        tenants: [0].into(),
        grants: access::Grants::All,
    };
    Caller { actor, tenant: 0, request_key: None }
}

fn create() -> Request {
    Request::CreateInstance {
        definition: DefinitionRef::Latest("process".into()),
        variables: vec![
            ("orderId".into(), "\"A-1234567890\"".into()),
            ("amount".into(), "42.5".into()),
            ("customer".into(), "\"cust-4242\"".into()),
        ],
        business_id: None,
        await_result: true,
        options: Default::default(),
    }
}

async fn work(node: Node) {
    loop {
        let wanted = ActivateJobs {
            job_type: "a".into(),
            worker: "w".into(),
            timeout_ms: 60_000,
            limit: 8,
            fetch: Vec::new(),
            wait_ms: 10_000,
            tenants: vec![0],
        };
        let Ok(jobs) = node.activate(caller(), wanted).await else { return };
        for job in jobs {
            let complete =
                Request::CompleteJob { job: job.key, variables: Vec::new(), result: None };
            if node.submit(caller(), complete).await.is_err() {
                return;
            }
        }
    }
}

async fn call(node: Node, until: Instant, done: Arc<AtomicU64>) {
    while Instant::now() < until {
        match node.submit(caller(), create()).await {
            Ok(Answer::InstanceEnded(_)) => done.fetch_add(1, Ordering::Relaxed),
            _ => return,
        };
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let callers: usize = arguments.next().map_or(Ok(128), |text| text.parse())?;
    let seconds: u64 = arguments.next().map_or(Ok(5), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let store = store::sqlite::Sqlite::open(folder.path(), &store::sqlite::Options::default())?;
    let node = Node::start(Arc::new(store), Options::default())?;
    let content = model::short::to_bpmn("start -> a:job(a) -> end").map_err(|p| p.to_string())?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let done = Arc::new(AtomicU64::new(0));
    runtime.block_on(async {
        let resources = vec![Resource { name: "p".into(), content: content.into_bytes() }];
        drop(node.submit(caller(), Request::Deploy { resources }).await);
        for _ in 0..32 {
            tokio::spawn(work(node.clone()));
        }
        let until = Instant::now() + Duration::from_secs(seconds);
        let calls = (0..callers).map(|_| tokio::spawn(call(node.clone(), until, done.clone())));
        for call in calls.collect::<Vec<_>>() {
            drop(call.await);
        }
    });
    let total = done.load(Ordering::Relaxed);
    use std::io::Write;
    let rate = total as f64 / seconds as f64;
    writeln!(std::io::stdout(), "{total} instances, {rate:.0}/s, {callers} callers")?;
    node.stop();
    Ok(())
}
