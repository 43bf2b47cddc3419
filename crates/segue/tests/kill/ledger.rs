//! What the clients know to be true, and the server's answers held against it.
//!
//! Not who asked (`load`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::http::{Connection, Request};

/// Instances looked at after each restart.
const RECENT: usize = 20;
/// How long what is under way may take to end.
const PATIENCE: Duration = Duration::from_secs(120);

#[derive(Default)]
pub(crate) struct Ledger {
    /// Acknowledged instances by number.
    created: Mutex<BTreeMap<u64, String>>,
    published: Mutex<BTreeSet<u64>>,
    /// Acknowledged completions: (instance, job type).
    completed: Mutex<BTreeSet<(String, &'static str)>>,
    is_over: AtomicBool,
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Ledger {
    pub(crate) fn begins(&self) -> bool {
        !self.is_over.load(Ordering::Relaxed)
    }

    pub(crate) fn stop_beginning(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    pub(crate) fn created(&self, n: u64, instance: &str) {
        let before = locked(&self.created).insert(n, instance.to_owned());
        assert!(before.is_none(), "number {n} was created twice");
    }

    pub(crate) fn published(&self, n: u64) {
        locked(&self.published).insert(n);
    }

    pub(crate) fn completed(&self, instance: &str, job_type: &'static str) {
        locked(&self.completed).insert((instance.to_owned(), job_type));
    }

    pub(crate) fn summary(&self) -> String {
        let created = locked(&self.created).len();
        let published = locked(&self.published).len();
        let completed = locked(&self.completed).len();
        format!("{created} instances, {completed} completions, {published} messages acknowledged")
    }

    /// Looks at what was acknowledged last: it is there, and as far as it was.
    pub(crate) async fn check_recent(&self, authority: &str, kill: u32) {
        let recent: Vec<(u64, String)> = {
            let created = locked(&self.created);
            created.iter().rev().take(RECENT).map(|(n, key)| (*n, key.clone())).collect()
        };
        for (n, instance) in recent {
            let has_ended = locked(&self.completed).contains(&(instance.clone(), "kill-second"));
            let path = format!("/v2/process-instances/{instance}");
            let mut connection = Connection::to(authority);
            let answer = connection.send(Request::get(&path)).await.expect("the server answers");
            let found: Value = serde_json::from_slice(answer.body).unwrap_or(Value::Null);
            let status = answer.status;
            assert_eq!(status, 200, "number {n} is lost after kill {kill}: {found}");
            let ended = found["state"] == "COMPLETED";
            assert!(ended || !has_ended, "the end of {n} is lost after kill {kill}: {found}");
        }
    }

    pub(crate) async fn wait_until_nothing_is_under_way(&self, authority: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let filter = json!({ "state": "ACTIVE" });
            let left = search(authority, "/v2/process-instances/search", &filter).await;
            if left.is_empty() {
                return;
            }
            assert!(Instant::now() < deadline, "{} instances do not end: {}", left.len(), left[0]);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Everything acknowledged is there once, and nothing else.
    pub(crate) async fn check_all(&self, authority: &str, kills: u32) {
        let created = locked(&self.created).clone();
        let published = locked(&self.published).clone();
        assert!(created.len() >= kills as usize, "only {} instances", created.len());
        assert!(!published.is_empty(), "no message got through");
        let ours = json!({ "processDefinitionId": "kill-loop" });
        let instances = search(authority, "/v2/process-instances/search", &ours).await;
        let found: BTreeSet<String> = fields(&instances, "processInstanceKey").collect();
        let known: BTreeSet<String> = created.values().cloned().collect();
        assert_eq!(found, known, "instances found, and instances acknowledged");
        assert_eq!(instances.len(), created.len(), "an instance is listed twice");
        assert!(instances.iter().all(|instance| instance["state"] == "COMPLETED"));
        let jobs = search(authority, "/v2/jobs/search", &ours).await;
        for job_type in ["kill-first", "kill-second"] {
            let of_type: Vec<Value> =
                jobs.iter().filter(|job| job["type"] == job_type).cloned().collect();
            let served: BTreeSet<String> = fields(&of_type, "processInstanceKey").collect();
            assert_eq!(of_type.len(), created.len(), "{job_type}: one job an instance");
            assert_eq!(served, known, "{job_type}: of every instance");
        }
        self.check_numbers(authority, "kill-loop", &created.keys().copied().collect()).await;
        self.check_numbers(authority, "kill-told", &published).await;
    }

    /// Every number stands in exactly one instance of the process.
    async fn check_numbers(&self, authority: &str, process: &str, wanted: &BTreeSet<u64>) {
        let filter = json!({ "processDefinitionId": process });
        let instances = search(authority, "/v2/process-instances/search", &filter).await;
        let keys: BTreeSet<String> = fields(&instances, "processInstanceKey").collect();
        let filter = json!({ "name": "n" });
        let variables = search(authority, "/v2/variables/search", &filter).await;
        let of_process: Vec<Value> = variables
            .into_iter()
            .filter(|row| keys.contains(row["processInstanceKey"].as_str().unwrap_or_default()))
            .collect();
        let numbers: Vec<u64> =
            fields(&of_process, "value").filter_map(|text| text.parse().ok()).collect();
        let distinct: BTreeSet<u64> = numbers.iter().copied().collect();
        assert_eq!(numbers.len(), distinct.len(), "{process}: a number came twice");
        assert_eq!(&distinct, wanted, "{process}: numbers found, and numbers acknowledged");
    }
}

fn fields<'r>(rows: &'r [Value], field: &'r str) -> impl Iterator<Item = String> + 'r {
    rows.iter().map(move |row| row[field].as_str().unwrap_or_default().to_owned())
}

/// All rows of a search, page by page.
async fn search(authority: &str, path: &str, filter: &Value) -> Vec<Value> {
    let mut connection = Connection::to(authority);
    let mut rows = Vec::new();
    let mut page = json!({ "limit": 1_000 });
    loop {
        let body = json!({ "filter": filter, "page": page }).to_string();
        let answer = connection
            .send(Request::post(path, body.as_bytes()))
            .await
            .expect("the server answers");
        let found: Value = serde_json::from_slice(answer.body).expect("an answer in JSON");
        assert_eq!(answer.status, 200, "{path}: {found}");
        let items = found["items"].as_array().expect("a search has items");
        rows.extend(items.iter().cloned());
        match found["page"]["endCursor"].as_str() {
            Some(cursor) if !items.is_empty() => page = json!({ "limit": 1_000, "after": cursor }),
            _ => return rows,
        }
    }
}
