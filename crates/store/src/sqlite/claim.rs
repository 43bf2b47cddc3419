//! Handing out jobs inside a group commit, oldest due first.
//!
//! Not here: waiting for jobs.

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
        claimed.jobs.sort_unstable_by_key(|row| (row.due_ms, row.key));
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

fn due(
    db: &Connection,
    into: &mut Vec<JobRow>,
    tenant: u32,
    job_type: i64,
    wish: &JobClaim,
    now_ms: i64,
) -> rusqlite::Result<()> {
    let mut select = db.prepare_cached(&due_sql())?;
    let rows = select.query_map(params![tenant, job_type, now_ms, wish.limit], |row| {
        job_row(row, |_| Ok(Arc::clone(&wish.job_type)))
    })?;
    for row in rows {
        into.push(row?);
    }
    Ok(())
}

/// Jobs of a type that are due, oldest first.
pub(super) fn due_sql() -> String {
    format!(
        "select {JOB_COLUMNS} from job where tenant = ?1 and job_type = ?2 and due_ms <= ?3
         order by due_ms, key limit ?4"
    )
}

/// The next due time of any job of the type; rows that never come due do not count.
pub(super) fn next_due_ms(
    db: &Connection,
    tenant: u32,
    job_type: i64,
) -> rusqlite::Result<Option<i64>> {
    let select = "select min(due_ms) from job where tenant = ?1 and job_type = ?2";
    let first: Option<i64> =
        db.prepare_cached(select)?.query_row(params![tenant, job_type], |row| row.get(0))?;
    Ok(first.filter(|due_ms| *due_ms < i64::MAX))
}
