//! Handing out jobs inside a group commit: highest priority first, then oldest due first.
//!
//! Not here: waiting for jobs.

use std::cmp::Reverse;
use std::sync::Arc;

use rusqlite::{Connection, params};

use super::scan::{JOB_COLUMNS, job_row};
use super::words::Interner;
use crate::batch::{ClaimedJobs, JobClaim, JobRow};

/// Claims jobs for one wish; runs after the writes of the same transaction.
pub(super) fn claim(
    db: &Connection,
    words: &Interner<'_>,
    wish: &JobClaim,
    now_ms: i64,
) -> rusqlite::Result<ClaimedJobs> {
    let mut claimed = ClaimedJobs { id: wish.id, jobs: Vec::new(), next_due_ms: None };
    // A type nobody ever wrote has no jobs.
    let Some(job_type) = words.find(db, &wish.job_type)? else {
        return Ok(claimed);
    };
    let mut tenants = wish.tenants.clone();
    tenants.sort_unstable();
    tenants.dedup();
    for tenant in &tenants {
        due(db, &mut claimed.jobs, *tenant, job_type, wish, now_ms)?;
    }
    if tenants.len() > 1 {
        claimed.jobs.sort_unstable_by_key(|row| (Reverse(row.priority), row.due_ms, row.key));
        claimed.jobs.truncate(wish.limit as usize);
    }
    let mut update = db.prepare_cached(
        "update job set worker = ?2, activated_ms = ?3, attempt = ?4, due_ms = ?5 where key = ?1",
    )?;
    for row in &mut claimed.jobs {
        row.worker = Some(Arc::clone(&wish.worker));
        row.activated_ms = now_ms;
        row.attempt += 1;
        row.due_ms = wish.deadline_ms;
        let key = row.key.cast_signed();
        update.execute(params![key, row.worker, now_ms, row.attempt, row.due_ms])?;
    }
    if claimed.jobs.len() < wish.limit as usize {
        for tenant in &tenants {
            let next = next_due_ms(db, *tenant, job_type)?;
            claimed.next_due_ms = match (claimed.next_due_ms, next) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
        }
    }
    Ok(claimed)
}

/// Jobs of one tenant that are due, from the highest priority down.
fn due(
    db: &Connection,
    into: &mut Vec<JobRow>,
    tenant: u32,
    job_type: i64,
    wish: &JobClaim,
    now_ms: i64,
) -> rusqlite::Result<()> {
    let mut select = db.prepare_cached(&due_sql())?;
    let mut left = wish.limit;
    let mut below = ABOVE_ALL;
    while left > 0
        && let Some(priority) = priority_below(db, tenant, job_type, below)?
    {
        let rows = select.query_map(params![tenant, job_type, priority, now_ms, left], |row| {
            job_row(row, |_| Ok(Arc::clone(&wish.job_type)))
        })?;
        for row in rows {
            into.push(row?);
            left -= 1;
        }
        below = priority;
    }
    Ok(())
}

/// Higher than any priority.
const ABOVE_ALL: i64 = i64::MAX;

/// Jobs of a type and priority that are due, oldest first.
pub(super) fn due_sql() -> String {
    format!(
        "select {JOB_COLUMNS} from job
         where tenant = ?1 and job_type = ?2 and priority = ?3 and due_ms <= ?4
         order by due_ms, key limit ?5"
    )
}

/// The highest priority below another one that jobs of the type have.
pub(super) const PRIORITY_BELOW: &str =
    "select max(priority) from job where tenant = ?1 and job_type = ?2 and priority < ?3";

fn priority_below(
    db: &Connection,
    tenant: u32,
    job_type: i64,
    below: i64,
) -> rusqlite::Result<Option<i64>> {
    let mut select = db.prepare_cached(PRIORITY_BELOW)?;
    select.query_row(params![tenant, job_type, below], |row| row.get(0))
}

/// The next due time of any job of the type; rows that never come due do not count.
pub(super) fn next_due_ms(
    db: &Connection,
    tenant: u32,
    job_type: i64,
) -> rusqlite::Result<Option<i64>> {
    let select =
        "select min(due_ms) from job where tenant = ?1 and job_type = ?2 and priority = ?3";
    let mut select = db.prepare_cached(select)?;
    let (mut first, mut below): (Option<i64>, i64) = (None, ABOVE_ALL);
    while let Some(priority) = priority_below(db, tenant, job_type, below)? {
        let next: Option<i64> =
            select.query_row(params![tenant, job_type, priority], |row| row.get(0))?;
        first = first.into_iter().chain(next).min();
        below = priority;
    }
    Ok(first.filter(|due_ms| *due_ms < i64::MAX))
}
