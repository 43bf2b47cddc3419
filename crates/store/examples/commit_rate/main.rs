//! Prints how fast the SQLite store commits, projects, loads and answers, and what a finished
//! one-task instance costs on disk.
//!
//! `cargo run --release -p store --example commit_rate [FOLDER] [INSTANCES]`; times are of this
//! machine.

#![allow(clippy::print_stdout)]

mod sample;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use sample::{int, rows, text};
use store::Store;
use store::batch::{AggregateWrite, Batch, Component, HistoryWrite, JobClaim, JobRow, JobWrite};
use store::load::{Load, Pages};
use store::sqlite::{Options, Sqlite};
use store::view::{
    Cell, Condition, Filter, Page, PageStart, Query, Test, View, instances, variables,
};

const NOW_MS: i64 = 1_800_000_000_000;
/// Components of a commit.
const BATCH: u64 = 256;

fn main() -> Result<(), store::Error> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "target/commit_rate".into());
    let folder = Path::new(&folder);
    let idle = fresh(&folder.join("idle"))?;
    println!("resident with an empty store open: {} KiB", memory_kib());
    drop(idle);
    for size in [1, 16, 64, BATCH] {
        commits(&folder.join(format!("commit-{size}")), size)?;
    }
    sustained(&folder.join("sustained"))?;
    turns(&folder.join("sustained"))?;
    beside(&folder.join("beside"))?;
    let instances = std::env::args().nth(2).and_then(|count| count.parse().ok());
    finished(&folder.join("finished"), instances.unwrap_or(100_000))
}

/// Resident memory of this process, KiB, where the system tells.
fn memory_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}

fn fresh(folder: &Path) -> Result<Sqlite, store::Error> {
    // A folder that is not there yet is as good as an empty one.
    drop(std::fs::remove_dir_all(folder));
    Sqlite::open(folder, &Options::default())
}

/// A key as the runtime makes them: milliseconds, node, sequence.
fn key(n: u64) -> u64 {
    ((NOW_MS as u64 + n / 40) << 22) | (n % 4096)
}

/// A number that looks random.
fn mixed(n: u64) -> u64 {
    let n = (n ^ n >> 31).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (n ^ n >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

fn body(n: u64, length: usize) -> Vec<u8> {
    (0..length).map(|place| mixed(n + place as u64) as u8).collect()
}

fn job(n: u64, job_type: &Arc<str>) -> JobRow {
    JobRow {
        key: key(n) + 1,
        instance: key(n),
        slot: 2,
        tenant: 0,
        job_type: Arc::clone(job_type),
        due_ms: NOW_MS,
        worker: None,
        activated_ms: 0,
        attempt: 0,
        retries: 3,
        priority: 0,
    }
}

fn component(n: u64, done: bool, job_type: &Arc<str>) -> Component {
    let jobs = if done {
        JobWrite::Delete { key: key(n) + 1, attempt: Some(0) }
    } else {
        JobWrite::Put(job(n, job_type))
    };
    let aggregate = AggregateWrite {
        key: key(n),
        kind: 1,
        tenant: 0,
        expected: done.then(|| mixed(n)),
        stamp: mixed(n),
        body: Some(body(n, 300)),
        pages: vec![],
    };
    Component {
        aggregates: vec![aggregate],
        jobs: vec![jobs],
        history: vec![HistoryWrite {
            aggregate: key(n),
            kind: 1,
            tenant: 0,
            salt: [n as u8; 16],
            body: body(n, 250),
        }],
        ..Component::default()
    }
}

fn commits(folder: &Path, size: u64) -> Result<(), store::Error> {
    let store = fresh(folder)?;
    let job_type: Arc<str> = "charge-card".into();
    let rounds = if size == 1 { 2_000 } else { 200_000 / size };
    for (done, what) in [(false, "insert aggregate, put job"), (true, "update, delete job")] {
        let batches: Vec<Batch> = (0..rounds)
            .map(|round| Batch {
                now_ms: NOW_MS,
                components: (round * size..(round + 1) * size)
                    .map(|n| component(n, done, &job_type))
                    .collect(),
                claims: vec![],
            })
            .collect();
        let mut times = Vec::with_capacity(batches.len());
        let start = Instant::now();
        for batch in &batches {
            let before = Instant::now();
            let committed = store.commit(batch)?;
            times.push(before.elapsed());
            assert!(committed.accepted.iter().all(|went_in| *went_in));
        }
        let took = start.elapsed();
        times.sort_unstable();
        let rate = (rounds * size) as f64 / took.as_secs_f64();
        println!(
            "commit, batch {size:>3}, {what:<26} {rate:>9.0} components/s, p50 {:?}, p99 {:?}, \
             log {} KiB",
            times[times.len() / 2],
            times[times.len() * 99 / 100],
            store.wal_bytes() >> 10,
        );
    }
    Ok(())
}

/// Two million components without a pause: what the log grows to, and how long a commit may wait.
fn sustained(folder: &Path) -> Result<(), store::Error> {
    let store = fresh(folder)?;
    let job_type: Arc<str> = "charge-card".into();
    let (mut times, mut log) = (Vec::new(), 0);
    let start = Instant::now();
    for round in 0..2_000_000 / BATCH {
        let components =
            (round * BATCH..(round + 1) * BATCH).map(|n| component(n, false, &job_type));
        let components = components.collect();
        let batch = Batch { now_ms: NOW_MS, components, claims: vec![] };
        let before = Instant::now();
        store.commit(&batch)?;
        times.push(before.elapsed());
        log = log.max(store.wal_bytes());
    }
    let rate = times.len() as f64 * BATCH as f64 / start.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |thousandths: usize| times[(times.len() - 1) * thousandths / 1_000];
    println!(
        "sustained, batch {BATCH}: {rate:.0} components/s, p50 {:?}, p99 {:?}, p99.9 {:?}, \
         longest {:?}, log up to {} MiB",
        at(500),
        at(990),
        at(999),
        at(1_000),
        log >> 20,
    );
    Ok(())
}

/// Turns of a lane without a cache: load what an earlier turn wrote, update it, commit.
fn turns(folder: &Path) -> Result<(), store::Error> {
    let store = Sqlite::open(folder, &Options::default())?;
    let job_type: Arc<str> = "charge-card".into();
    let (mut loads, mut commits) = (Vec::new(), Vec::new());
    for round in 0..200 {
        let numbers = || (0..BATCH).map(move |place| (round * BATCH + place) * 7);
        let load = Load {
            aggregates: numbers().map(|n| (key(n), Pages::All)).collect(),
            jobs: numbers().map(|n| key(n) + 1).collect(),
            answers: vec![],
        };
        let before = Instant::now();
        let loaded = store.load(&load)?;
        loads.push(before.elapsed());
        assert!(loaded.aggregates.iter().all(Option::is_some));
        let components = numbers().map(|n| component(n, true, &job_type)).collect();
        let before = Instant::now();
        store.commit(&Batch { now_ms: NOW_MS, components, claims: vec![] })?;
        commits.push(before.elapsed());
    }
    loads.sort_unstable();
    commits.sort_unstable();
    let (load, commit) = (loads[loads.len() / 2], commits[commits.len() / 2]);
    println!(
        "turn of {BATCH} scattered over 2,000,000 instances: load {load:?}, commit {commit:?}"
    );
    Ok(())
}

fn bytes(folder: &Path) -> u64 {
    let length = |file| std::fs::metadata(folder.join(file)).map_or(0, |file| file.len());
    ["segue.db", "views.db"].into_iter().map(length).sum()
}

/// Bytes this process has sent to the disk, where the system tells.
fn written_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("write_bytes:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}

/// Commits of 64, one every 9 ms, alone and while views are written 60,000 rows at a time.
fn beside(folder: &Path) -> Result<(), store::Error> {
    const ROWS: usize = 60_000;
    let store = fresh(folder)?;
    let job_type: Arc<str> = "charge-card".into();
    let is_over = AtomicBool::new(false);
    let mut next = 0;
    let mut commits = |until: &dyn Fn(usize) -> bool| -> Result<Vec<Duration>, store::Error> {
        let mut times = Vec::new();
        while !until(times.len()) {
            let components = (next..next + 64).map(|n| component(n, false, &job_type)).collect();
            next += 64;
            let before = Instant::now();
            store.commit(&Batch { now_ms: NOW_MS, components, claims: vec![] })?;
            times.push(before.elapsed());
            std::thread::sleep(Duration::from_millis(9).saturating_sub(before.elapsed()));
        }
        times.sort_unstable();
        Ok(times)
    };
    let alone = commits(&|count| count >= 500)?;
    let (beside, rate) = std::thread::scope(|scope| {
        let projector = scope.spawn(|| {
            let mut took = Duration::ZERO;
            for chunk in 0..60 {
                let mut writes = Vec::new();
                (chunk * 7_500..(chunk + 1) * 7_500).for_each(|n| rows(n, &mut writes));
                let before = Instant::now();
                store.project(chunk + 1, &writes)?;
                took += before.elapsed();
            }
            is_over.store(true, Ordering::Release);
            Ok::<_, store::Error>(60.0 * ROWS as f64 / took.as_secs_f64())
        });
        let times = commits(&|_| is_over.load(Ordering::Acquire));
        (times, projector.join().expect("the projector does not panic"))
    });
    println!("project {ROWS} rows at a time beside commits: {:.0} rows/s", rate?);
    for (what, times) in [("alone", alone), ("beside the projector", beside?)] {
        let at = |percent: usize| times[(times.len() - 1) * percent / 100];
        println!(
            "{} commits of 64 {what}: p50 {:?}, p99 {:?}, longest {:?}",
            times.len(),
            at(50),
            at(99),
            at(100)
        );
    }
    Ok(())
}

fn finished(folder: &Path, count: u64) -> Result<(), store::Error> {
    const INSTANCES: u64 = 10_000;
    let rounds = (count / INSTANCES).max(1);
    let history_only = {
        let store = fresh(folder)?;
        let job_type: Arc<str> = "charge-card".into();
        // A finished instance: created in one commit, completed and gone in another.
        for batch in 0..INSTANCES * rounds / BATCH {
            for done in [false, true] {
                let components = (batch * BATCH..(batch + 1) * BATCH).map(|n| {
                    let mut part = component(n * 8, done, &job_type);
                    part.history[0].body.truncate(225);
                    if done {
                        part.aggregates[0].body = None;
                    }
                    part
                });
                let components = components.collect();
                store.commit(&Batch { now_ms: NOW_MS, components, claims: vec![] })?;
            }
        }
        store.anchor(NOW_MS)?;
        drop(store);
        bytes(folder) / (INSTANCES * rounds)
    };
    let store = Sqlite::open(folder, &Options::default())?;
    for round in 0..rounds {
        let mut writes = Vec::new();
        (round * INSTANCES..(round + 1) * INSTANCES).for_each(|n| rows(n, &mut writes));
        let (start, before) = (Instant::now(), written_bytes());
        store.project(round + 1, &writes)?;
        if round < 3 || round + 3 >= rounds {
            let (count, took) = (writes.len(), start.elapsed());
            let written = (written_bytes() - before) / INSTANCES;
            println!(
                "project {count} rows of {INSTANCES} instances: {took:?}, \
                 {written} bytes written an instance"
            );
        }
    }
    println!("resident after projecting: {} KiB", memory_kib());
    ask(&store)?;
    claim(&store)?;
    drop(store);
    let all = bytes(folder) / (INSTANCES * rounds);
    println!("disk per finished one-task instance: {all} bytes ({history_only} without views)");
    sizes(folder, INSTANCES * rounds);
    let start = Instant::now();
    let report = store::sqlite::verify(folder, None)?;
    println!("verify {} records: {:?}, {:?}", report.records, start.elapsed(), report.findings);
    Ok(())
}

/// Bytes per instance of every table and index.
fn sizes(folder: &Path, instances: u64) {
    let select = "select name, sum(pgsize) from dbstat group by name order by 2 desc";
    for file in ["segue.db", "views.db"] {
        let Ok(db) = rusqlite::Connection::open(folder.join(file)) else { return };
        let Ok(mut select) = db.prepare(select) else { return };
        let Ok(rows) = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))) else { return };
        let sizes: Vec<String> = rows
            .flatten()
            .map(|(name, bytes): (String, u32)| (name, u64::from(bytes) / instances))
            .filter(|(_, bytes)| *bytes > 0)
            .map(|(name, bytes)| format!("{name} {bytes}"))
            .collect();
        println!("{file}, bytes per instance: {}", sizes.join(", "));
    }
}

fn ask(store: &Sqlite) -> Result<(), store::Error> {
    let page = |sort, filters, conditions| Query {
        view: View::Instances,
        tenants: vec![0],
        filters,
        conditions,
        sort,
        page: Page { limit: 50, start: PageStart::Offset(0) },
    };
    let is = |column, cell| Filter { column, test: Test::Eq(cell) };
    let newest = || vec![(instances::STARTED_MS, false)];
    let amount = format!("{}", mixed(77) % 100_000);
    let own: &[_] = &[(instances::KEY, variables::INSTANCE)];
    let amount_is = |test| Condition::variable(own, "amount", test);
    let approved = Condition::variable(own, "approved", Test::Eq(text("true")));
    let of_instance = Query {
        view: View::Variables,
        filters: vec![is(variables::INSTANCE, int(key(77 * 8)))],
        ..page(vec![], vec![], vec![])
    };
    for (what, query) in [
        ("one instance by key", page(vec![], vec![is(instances::KEY, int(key(77 * 8)))], vec![])),
        ("variables of an instance", of_instance),
        ("newest of a state", page(newest(), vec![is(instances::STATE, Cell::Int(1))], vec![])),
        (
            "newest of a process",
            page(newest(), vec![is(instances::PROCESS_ID, text("order-process"))], vec![]),
        ),
        ("by key, of a state", page(vec![], vec![is(instances::STATE, Cell::Int(1))], vec![])),
        ("none of a state", page(newest(), vec![is(instances::STATE, Cell::Int(0))], vec![])),
        ("by a rare variable", page(newest(), vec![], vec![amount_is(Test::Eq(text(&amount)))])),
        ("by a common variable", page(newest(), vec![], vec![approved])),
        ("by a variable's range", page(newest(), vec![], vec![amount_is(Test::Gt(text("99")))])),
    ] {
        let found = store.query(&query)?;
        let start = Instant::now();
        let rounds = 20;
        for _ in 0..rounds {
            store.query(&query)?;
        }
        let took = start.elapsed() / rounds;
        println!("query {what:<26} {took:>12?}, {} rows of {}", found.rows.len(), found.total);
    }
    Ok(())
}

fn claim(store: &Sqlite) -> Result<(), store::Error> {
    let job_type: Arc<str> = "claimed".into();
    let rows = (0..100_000).map(|n| JobWrite::Put(job(n, &job_type))).collect();
    let components = vec![Component { jobs: rows, ..Component::default() }];
    store.commit(&Batch { now_ms: NOW_MS, components, claims: vec![] })?;
    let start = Instant::now();
    let mut claimed = 0;
    for id in 0..300 {
        let wish = JobClaim {
            id,
            tenants: vec![0],
            job_type: Arc::clone(&job_type),
            worker: "worker-1".into(),
            deadline_ms: NOW_MS + 60_000,
            limit: 256,
        };
        let batch = Batch { now_ms: NOW_MS, components: vec![], claims: vec![wish] };
        claimed += store.commit(&batch)?.claimed[0].jobs.len();
    }
    let rate = claimed as f64 / start.elapsed().as_secs_f64();
    println!("claim 256 at once: {rate:.0} jobs/s");
    let start = Instant::now();
    for round in 0..400_u64 {
        let jobs = (0..256).map(|n| key(round * 256 + n) + 1).collect();
        let aggregates = (0..256).map(|n| (key(round * 256 + n), Pages::All)).collect();
        store.load(&Load { aggregates, jobs, answers: vec![] })?;
    }
    println!("load 256 jobs and as many absent aggregates: {:?}", start.elapsed() / 400);
    let components = (0..100_000).map(|n| {
        let jobs = vec![JobWrite::Delete { key: key(n) + 1, attempt: None }];
        Component { jobs, ..Component::default() }
    });
    let components = components.collect();
    store.commit(&Batch { now_ms: NOW_MS, components, claims: vec![] })?;
    Ok(())
}
