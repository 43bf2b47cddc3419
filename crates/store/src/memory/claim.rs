//! Handing out jobs from the memory store.
//!
//! Not here: waiting for jobs.

use std::cmp::Reverse;
use std::sync::Arc;

use super::state::State;
use crate::batch::{ClaimedJobs, JobClaim};

impl State {
    pub(super) fn claim(&mut self, claim: &JobClaim, now_ms: i64) -> ClaimedJobs {
        let places = || claim.tenants.iter().map(|tenant| (*tenant, Arc::clone(&claim.job_type)));
        let limit = claim.limit as usize;
        let mut due: Vec<(Reverse<i32>, i64, u64)> = Vec::new();
        for priorities in places().filter_map(|place| self.jobs_due.get(&place)) {
            let rows = priorities.iter().flat_map(|(priority, rows)| {
                let now = rows.iter().take_while(|(due_ms, _)| *due_ms <= now_ms);
                now.map(|(due_ms, key)| (*priority, *due_ms, *key))
            });
            due.extend(rows.take(limit));
        }
        due.sort_unstable();
        due.dedup();
        due.truncate(limit);
        let mut jobs = Vec::with_capacity(due.len());
        for (_, _, key) in due {
            let mut row = self.jobs[&key].clone();
            row.worker = Some(Arc::clone(&claim.worker));
            row.activated_ms = now_ms;
            row.attempt += 1;
            row.due_ms = claim.deadline_ms;
            self.put_job(row.clone());
            jobs.push(row);
        }
        let next_due_ms = (jobs.len() < limit)
            .then(|| {
                let firsts = places().filter_map(|(tenant, kind)| self.next_job_ms(tenant, &kind));
                firsts.min()
            })
            .flatten();
        ClaimedJobs { id: claim.id, jobs, next_due_ms }
    }
}
