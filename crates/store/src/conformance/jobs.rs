//! Job rows and claims.
//!
//! Not here: what a job is for.

use super::Case;
use super::given::{
    NOW_MS, batch, body, claim, claimed, commit, commit_all, job, job_now, jobs, together, write,
};
use crate::Store;
use crate::batch::{JobClaim, JobRow, JobWrite};

pub(super) const CASES: &[(&str, Case)] = &[
    ("keeps a job row as it was put", keeps_jobs),
    ("hands out the oldest due first", hands_out_oldest_first),
    ("hands out the highest priority first", highest_priority_first),
    ("hands out no more than asked", respects_the_limit),
    ("hands out no job twice", no_double_hand_out),
    ("sees jobs put in the same batch", born_activated),
    ("hands out again after the deadline", expires),
    ("hands out only the type asked for", only_the_type),
    ("merges tenants by due time", merges_tenants),
    ("tells when the next job comes due", tells_the_next_due),
    ("gives a job back", releases),
    ("ignores a stale release", stale_release),
    ("deletes a job only at the attempt decided on", deletes_at_attempt),
    ("drops the component when the attempt has moved", attempt_moves_component),
    ("walks all jobs in key order", walks_jobs),
];

fn put(rows: Vec<JobRow>) -> crate::batch::Component {
    jobs(rows.into_iter().map(JobWrite::Put).collect())
}

fn keys(rows: &[JobRow]) -> Vec<u64> {
    rows.iter().map(|row| row.key).collect()
}

fn keeps_jobs(store: &dyn Store) {
    let row = JobRow {
        key: u64::MAX,
        instance: u64::MAX - 1,
        slot: u32::MAX,
        tenant: u32::MAX,
        job_type: "größe".into(),
        due_ms: i64::MAX,
        worker: Some("bo".into()),
        activated_ms: 7,
        attempt: u32::MAX,
        retries: i32::MIN,
        priority: i32::MIN,
    };
    commit(store, vec![put(vec![row.clone(), job(1, NOW_MS)])]);
    assert_eq!(job_now(store, u64::MAX), Some(row.clone()));
    let changed = JobRow { job_type: "other".into(), worker: None, slot: 0, ..row };
    commit(store, vec![put(vec![changed.clone()])]);
    assert_eq!(job_now(store, u64::MAX), Some(changed));
    assert_eq!(job_now(store, 1), Some(job(1, NOW_MS)));
    assert_eq!(job_now(store, 2), None);
}

fn hands_out_oldest_first(store: &dyn Store) {
    let rows = vec![job(1, NOW_MS), job(2, NOW_MS - 5), job(3, NOW_MS + 1), job(4, NOW_MS - 5)];
    commit(store, vec![put(rows)]);
    let rows = claimed(store, NOW_MS, claim(10));
    assert_eq!(keys(&rows), [2, 4, 1]);
    let expected = JobRow {
        worker: Some("ada".into()),
        activated_ms: NOW_MS,
        attempt: 1,
        due_ms: NOW_MS + 1_000,
        ..job(2, 0)
    };
    assert_eq!(rows[0], expected);
    assert_eq!(job_now(store, 2), Some(expected));
}

fn highest_priority_first(store: &dyn Store) {
    let of = |key, priority, due_ms| JobRow { priority, ..job(key, due_ms) };
    let rows = vec![
        of(1, 0, NOW_MS - 9),
        of(2, i32::MAX, NOW_MS + 1),
        of(3, -5, NOW_MS - 10),
        of(4, 70, NOW_MS),
        of(5, 70, NOW_MS - 1),
        of(6, i32::MIN, NOW_MS - 20),
    ];
    commit(store, vec![put(rows)]);
    assert_eq!(keys(&claimed(store, NOW_MS, claim(2))), [5, 4]);
    let tenants = JobRow { tenant: 1, ..of(7, 1, NOW_MS) };
    commit(store, vec![put(vec![tenants])]);
    let wish = JobClaim { tenants: vec![0, 1], ..claim(3) };
    assert_eq!(keys(&claimed(store, NOW_MS, wish)), [7, 1, 3]);
    let done = commit_all(store, &batch(vec![], vec![claim(9)])).claimed.remove(0);
    assert_eq!((keys(&done.jobs), done.next_due_ms), (vec![6], Some(NOW_MS + 1)));
    assert_eq!(store.next_job_ms(0, "pay").expect("reads"), Some(NOW_MS + 1));
    assert_eq!(keys(&claimed(store, NOW_MS + 1, claim(9))), [2]);
}

fn respects_the_limit(store: &dyn Store) {
    commit(store, vec![put((1..=5).map(|key| job(key, NOW_MS)).collect())]);
    assert_eq!(keys(&claimed(store, NOW_MS, claim(2))), [1, 2]);
    assert_eq!(keys(&claimed(store, NOW_MS, claim(0))), []);
    assert_eq!(keys(&claimed(store, NOW_MS, claim(9))), [3, 4, 5]);
}

fn no_double_hand_out(store: &dyn Store) {
    commit(store, vec![put((1..=5).map(|key| job(key, NOW_MS)).collect())]);
    let wishes = (1..=4).map(|id| JobClaim { id, ..claim(2) }).collect();
    let done = commit_all(store, &batch(vec![], wishes));
    let got: Vec<_> = done.claimed.iter().map(|got| (got.id, keys(&got.jobs))).collect();
    assert_eq!(got, [(1, vec![1, 2]), (2, vec![3, 4]), (3, vec![5]), (4, vec![])]);
}

fn born_activated(store: &dyn Store) {
    let done = commit_all(store, &batch(vec![put(vec![job(1, NOW_MS)])], vec![claim(5)]));
    assert_eq!(keys(&done.claimed[0].jobs), [1]);
    assert_eq!(job_now(store, 1).map(|row| row.attempt), Some(1));
    let dropped = together(vec![write(1, Some(9), 10, "stale"), put(vec![job(2, NOW_MS)])]);
    let done = commit_all(store, &batch(vec![dropped], vec![claim(5)]));
    assert_eq!(keys(&done.claimed[0].jobs), []);
}

fn expires(store: &dyn Store) {
    commit(store, vec![put(vec![job(1, NOW_MS)])]);
    assert_eq!(claimed(store, NOW_MS, claim(5)).len(), 1);
    assert_eq!(claimed(store, NOW_MS + 999, claim(5)).len(), 0);
    let wish = JobClaim { worker: "bo".into(), deadline_ms: NOW_MS + 9_000, ..claim(5) };
    let rows = claimed(store, NOW_MS + 1_000, wish);
    assert_eq!((rows[0].attempt, rows[0].worker.as_deref()), (2, Some("bo")));
    assert_eq!(rows[0].activated_ms, NOW_MS + 1_000);
}

fn only_the_type(store: &dyn Store) {
    let other = JobRow { job_type: "ship".into(), ..job(2, NOW_MS) };
    commit(store, vec![put(vec![job(1, NOW_MS), other])]);
    let wish = JobClaim { job_type: "unheard of".into(), ..claim(5) };
    assert_eq!(claimed(store, NOW_MS, wish).len(), 0);
    let wish = JobClaim { job_type: "ship".into(), ..claim(5) };
    assert_eq!(keys(&claimed(store, NOW_MS, wish)), [2]);
    assert_eq!(keys(&claimed(store, NOW_MS, claim(5))), [1]);
}

fn merges_tenants(store: &dyn Store) {
    let of = |key, tenant, due_ms| JobRow { tenant, ..job(key, due_ms) };
    let rows = vec![
        of(1, 1, NOW_MS - 1),
        of(2, 2, NOW_MS - 3),
        of(3, 1, NOW_MS - 2),
        of(4, 3, NOW_MS - 9),
        of(5, 2, NOW_MS),
    ];
    commit(store, vec![put(rows)]);
    assert_eq!(claimed(store, NOW_MS, claim(9)).len(), 0);
    let wish = |limit| JobClaim { tenants: vec![2, 1, 2], ..claim(limit) };
    assert_eq!(keys(&claimed(store, NOW_MS, wish(3))), [2, 3, 1]);
    assert_eq!(job_now(store, 5).map(|row| row.attempt), Some(0));
    assert_eq!(keys(&claimed(store, NOW_MS, wish(3))), [5]);
    let nobody = JobClaim { tenants: vec![], ..claim(9) };
    assert_eq!(claimed(store, NOW_MS, nobody).len(), 0);
}

fn tells_the_next_due(store: &dyn Store) {
    let next = |tenant| store.next_job_ms(tenant, "pay").expect("reads");
    assert_eq!(next(0), None);
    let rows = vec![job(1, NOW_MS), job(2, NOW_MS + 500), job(3, i64::MAX)];
    commit(store, vec![put(rows)]);
    assert_eq!((next(0), next(1)), (Some(NOW_MS), None));
    let told = |limit| commit_all(store, &batch(vec![], vec![claim(limit)])).claimed.remove(0);
    assert_eq!(told(1).next_due_ms, None);
    assert_eq!(told(1).next_due_ms, Some(NOW_MS + 500));
    commit(store, vec![jobs(vec![JobWrite::Delete { key: 2, attempt: None }])]);
    assert_eq!(told(1).next_due_ms, Some(NOW_MS + 1_000));
    commit(store, vec![jobs(vec![JobWrite::Delete { key: 1, attempt: None }])]);
    assert_eq!(told(1).next_due_ms, None);
    assert_eq!(next(0), None);
}

fn releases(store: &dyn Store) {
    commit(store, vec![put(vec![job(1, NOW_MS)])]);
    claimed(store, NOW_MS, claim(1));
    let release = JobWrite::Release { key: 1, attempt: 1, due_ms: NOW_MS };
    assert_eq!(commit(store, vec![jobs(vec![release])]), [true]);
    let row = job_now(store, 1).expect("still there");
    assert_eq!((row.worker, row.due_ms, row.attempt), (None, NOW_MS, 1));
    assert_eq!(claimed(store, NOW_MS, claim(1))[0].attempt, 2);
}

fn stale_release(store: &dyn Store) {
    commit(store, vec![put(vec![job(1, NOW_MS)])]);
    claimed(store, NOW_MS, claim(1));
    claimed(store, NOW_MS + 1_000, JobClaim { deadline_ms: NOW_MS + 2_000, ..claim(1) });
    let held = job_now(store, 1);
    let releases = vec![
        JobWrite::Release { key: 1, attempt: 1, due_ms: NOW_MS },
        JobWrite::Release { key: 2, attempt: 1, due_ms: NOW_MS },
    ];
    assert_eq!(commit(store, vec![jobs(releases)]), [true]);
    assert_eq!(job_now(store, 1), held);
    assert_eq!(job_now(store, 2), None);
}

fn deletes_at_attempt(store: &dyn Store) {
    let delete = |attempt| vec![jobs(vec![JobWrite::Delete { key: 1, attempt }])];
    assert_eq!(commit(store, delete(None)), [true]);
    assert_eq!(commit(store, delete(Some(0))), [false]);
    commit(store, vec![put(vec![job(1, NOW_MS)])]);
    claimed(store, NOW_MS, claim(1));
    assert_eq!(commit(store, delete(Some(0))), [false]);
    assert_eq!(commit(store, delete(Some(2))), [false]);
    assert!(job_now(store, 1).is_some());
    assert_eq!(commit(store, delete(Some(1))), [true]);
    assert_eq!(job_now(store, 1), None);
    let both = vec![JobWrite::Put(job(1, NOW_MS)), JobWrite::Delete { key: 1, attempt: Some(0) }];
    assert_eq!(commit(store, vec![jobs(both)]), [true]);
    assert_eq!(job_now(store, 1), None);
    assert_eq!(claimed(store, NOW_MS, claim(1)).len(), 0);
}

fn attempt_moves_component(store: &dyn Store) {
    commit(store, vec![together(vec![write(7, None, 10, "one"), put(vec![job(1, NOW_MS)])])]);
    claimed(store, NOW_MS, claim(1));
    let complete = |attempt| {
        let gone = jobs(vec![JobWrite::Delete { key: 1, attempt: Some(attempt) }]);
        vec![together(vec![write(7, Some(10), 11, "completed"), gone])]
    };
    assert_eq!(commit(store, complete(0)), [false]);
    assert_eq!(body(store, 7).as_deref(), Some("one"));
    assert_eq!(commit(store, complete(1)), [true]);
    assert_eq!(body(store, 7).as_deref(), Some("completed"));
}

fn walks_jobs(store: &dyn Store) {
    commit(store, vec![put(vec![job(1 << 63, 4), job(2, 5), job(7, 3)])]);
    assert_eq!(store.all_jobs(0, 2).expect("reads"), [job(2, 5), job(7, 3)]);
    assert_eq!(store.all_jobs(7, 2).expect("reads"), [job(1 << 63, 4)]);
}
