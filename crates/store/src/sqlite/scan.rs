//! Reads in order: due timers, effects left, history, definitions, and whole tables for checkers.
//!
//! Not here: views (`query`).

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::words::Words;
use super::{load, order_in, order_out, schema};
use crate::batch::{DefinitionRow, EffectRow, JobRow, ParentRow, ResourceRow, TimerRow};
use crate::load::{AggregateRow, HistoryRow, Origin, Pages};

pub(super) const JOB_COLUMNS: &str = "key, instance, slot, tenant, job_type, due_ms, worker, \
                                      activated_ms, attempt, retries, priority";
/// The same of a file whose jobs have no priorities yet.
const OLD_JOB_COLUMNS: &str = "key, instance, slot, tenant, job_type, due_ms, worker, \
                               activated_ms, attempt, retries, 0";

/// A job row from `JOB_COLUMNS`; `text` turns the number of the type into its name.
pub(super) fn job_row(
    row: &Row<'_>,
    text: impl FnOnce(i64) -> rusqlite::Result<Arc<str>>,
) -> rusqlite::Result<JobRow> {
    Ok(JobRow {
        key: row.get::<_, i64>(0)?.cast_unsigned(),
        instance: row.get::<_, i64>(1)?.cast_unsigned(),
        slot: row.get(2)?,
        tenant: row.get(3)?,
        job_type: text(row.get(4)?)?,
        due_ms: row.get(5)?,
        worker: row.get(6)?,
        activated_ms: row.get(7)?,
        attempt: row.get(8)?,
        retries: row.get(9)?,
        priority: row.get(10)?,
    })
}

fn timer_row(row: &Row<'_>) -> rusqlite::Result<TimerRow> {
    Ok(TimerRow {
        key: row.get::<_, i64>(0)?.cast_unsigned(),
        aggregate: row.get::<_, i64>(1)?.cast_unsigned(),
        slot: row.get(2)?,
        due_ms: row.get(3)?,
    })
}

const DUE_TIMERS: &str = "select key, aggregate, slot, due_ms from timer
     where due_ms <= ?1 and (due_ms, key) > (?2, ?3) order by due_ms, key limit ?4";
const EFFECTS: &str = "select target, source, n, body from effect
     where (target, source, n) > (?1, ?2, ?3) order by target, source, n limit ?4";

/// Timers due, oldest first.
pub(super) fn due_timers(
    db: &Connection,
    now_ms: i64,
    after: (i64, u64),
    limit: u32,
) -> rusqlite::Result<Vec<TimerRow>> {
    // Timer keys have 63 bits, so their order as i64 is their order.
    let mut select = db.prepare_cached(DUE_TIMERS)?;
    let bounds = params![now_ms, after.0, after.1.cast_signed(), limit];
    select.query_map(bounds, timer_row)?.collect()
}

/// The earliest due time of any timer.
pub(super) fn next_timer_ms(db: &Connection) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached("select min(due_ms) from timer")?.query_row([], |row| row.get(0))
}

/// Effects left, in order.
pub(super) fn pending_effects(
    db: &Connection,
    after: (u64, u64, u64),
    limit: u32,
) -> rusqlite::Result<Vec<EffectRow>> {
    let mut select = db.prepare_cached(EFFECTS)?;
    let bounds = params![order_in(after.0), order_in(after.1), order_in(after.2), limit];
    let rows = select.query_map(bounds, |row| {
        Ok(EffectRow {
            target: order_out(row.get(0)?),
            source: order_out(row.get(1)?),
            n: order_out(row.get(2)?),
            body: row.get(3)?,
        })
    })?;
    rows.collect()
}

const HISTORY_COLUMNS: &str = "position, aggregate, kind, tenant, at_ms, \
     (select s.segment from segment s where s.id = history.segment), seq, body";

fn history_row(row: &Row<'_>) -> rusqlite::Result<HistoryRow> {
    Ok(HistoryRow {
        position: row.get::<_, i64>(0)?.cast_unsigned(),
        aggregate: row.get::<_, i64>(1)?.cast_unsigned(),
        kind: row.get(2)?,
        tenant: row.get(3)?,
        at_ms: row.get(4)?,
        segment: row.get::<_, Option<i64>>(5)?.unwrap_or(0).cast_unsigned(),
        seq: row.get::<_, i64>(6)?.cast_unsigned(),
        // An erased body reads as empty.
        body: row.get::<_, Option<Vec<u8>>>(7)?.unwrap_or_default(),
    })
}

/// History after a position.
pub(super) fn events(db: &Connection, after: u64, limit: u32) -> rusqlite::Result<Vec<HistoryRow>> {
    let select = format!(
        "select {HISTORY_COLUMNS} from history where position > ?1 order by position limit ?2"
    );
    let bounds = params![after.cast_signed(), limit];
    db.prepare_cached(&select)?.query_map(bounds, history_row)?.collect()
}

/// History of one aggregate after a position.
pub(super) fn events_of(
    db: &Connection,
    aggregate: u64,
    after: u64,
    limit: u32,
) -> rusqlite::Result<Vec<HistoryRow>> {
    let select = format!(
        "select {HISTORY_COLUMNS} from history where aggregate = ?1 and position > ?2
         order by position limit ?3"
    );
    let bounds = params![aggregate.cast_signed(), after.cast_signed(), limit];
    db.prepare_cached(&select)?.query_map(bounds, history_row)?.collect()
}

/// Which history this is, and from where on it is whole.
pub(super) fn origin(db: &Connection) -> rusqlite::Result<Origin> {
    let history = meta(db, schema::META_HISTORY)?.cast_unsigned();
    Ok(Origin { history, purged: meta(db, schema::META_PURGED)?.cast_unsigned() })
}

/// Definitions with their sources, by key.
pub(super) fn definitions(
    db: &Connection,
    after_key: u64,
    limit: u32,
) -> rusqlite::Result<Vec<DefinitionRow>> {
    let columns = "key, deployment, tenant, process_id, name, version, version_tag, resource, \
                   digest, deployed_ms, source";
    by_key(db, "definition", columns, after_key, limit, |row| {
        Ok(DefinitionRow {
            key: row.get::<_, i64>(0)?.cast_unsigned(),
            deployment: row.get::<_, i64>(1)?.cast_unsigned(),
            tenant: row.get(2)?,
            process_id: row.get(3)?,
            name: row.get(4)?,
            version: row.get(5)?,
            version_tag: row.get(6)?,
            resource: row.get(7)?,
            digest: row.get(8)?,
            deployed_ms: row.get(9)?,
            source: row.get(10)?,
        })
    })
}

/// Other resources with their sources, by key.
pub(super) fn resources(
    db: &Connection,
    after_key: u64,
    limit: u32,
) -> rusqlite::Result<Vec<ResourceRow>> {
    let columns = "key, kind, deployment, tenant, id, name, version, version_tag, resource, \
                   digest, deployed_ms, parent, parent_id, parent_name, parent_version, source";
    if schema::version(db)? < schema::WITH_RESOURCES {
        return Ok(Vec::new());
    }
    by_key(db, "resource", columns, after_key, limit, |row| {
        let parent = match row.get::<_, Option<i64>>(11)? {
            None => None,
            Some(key) => {
                let (id, name, version) = (row.get(12)?, row.get(13)?, row.get(14)?);
                Some(ParentRow { key: key.cast_unsigned(), id, name, version })
            }
        };
        Ok(ResourceRow {
            key: row.get::<_, i64>(0)?.cast_unsigned(),
            kind: row.get(1)?,
            deployment: row.get::<_, i64>(2)?.cast_unsigned(),
            tenant: row.get(3)?,
            id: row.get(4)?,
            name: row.get(5)?,
            version: row.get(6)?,
            version_tag: row.get(7)?,
            resource: row.get(8)?,
            digest: row.get(9)?,
            deployed_ms: row.get(10)?,
            parent,
            source: row.get(15)?,
        })
    })
}

/// Keys of definitions and other resources that are deleted.
pub(super) fn deletions(db: &Connection) -> rusqlite::Result<Vec<u64>> {
    if schema::version(db)? < schema::WITH_DELETIONS {
        return Ok(Vec::new());
    }
    let select = "select key from definition where deleted_ms is not null
         union all select key from resource where deleted_ms is not null";
    let mut select = db.prepare(select)?;
    let keys = select.query_map([], |row| row.get::<_, i64>(0))?;
    keys.map(|key| key.map(i64::cast_unsigned)).collect()
}

/// Aggregates with all pages, by key.
pub(super) fn aggregates(
    db: &Connection,
    after_key: u64,
    limit: u32,
) -> rusqlite::Result<Vec<AggregateRow>> {
    load::snapshot(db, |db| {
        let keys = by_key(db, "aggregate", "key", after_key, limit, |row| row.get::<_, i64>(0))?;
        let rows =
            keys.into_iter().map(|key| load::aggregate(db, key.cast_unsigned(), &Pages::All));
        rows.filter_map(Result::transpose).collect()
    })
}

/// Job rows, by key.
pub(super) fn jobs(
    db: &Connection,
    words: &Words,
    after_key: u64,
    limit: u32,
) -> rusqlite::Result<Vec<JobRow>> {
    let columns = match schema::version(db)? {
        ..schema::WITH_PRIORITIES => OLD_JOB_COLUMNS,
        _ => JOB_COLUMNS,
    };
    by_key(db, "job", columns, after_key, limit, |row| job_row(row, |id| words.text(db, id)))
}

/// Timer rows, by key.
pub(super) fn timers(
    db: &Connection,
    after_key: u64,
    limit: u32,
) -> rusqlite::Result<Vec<TimerRow>> {
    by_key(db, "timer", "key, aggregate, slot, due_ms", after_key, limit, timer_row)
}

/// Rows of a table in the order of `u64` keys: those stored as negative numbers come last.
fn by_key<T>(
    db: &Connection,
    table: &str,
    columns: &str,
    after_key: u64,
    limit: u32,
    mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    let select = format!(
        "select {columns} from {table} where key >= ?1 and key <= ?2 order by key limit ?3"
    );
    let mut select = db.prepare_cached(&select)?;
    let Some(first) = after_key.checked_add(1) else {
        return Ok(Vec::new());
    };
    let first = first.cast_signed();
    let ranges = [(first, i64::MAX), (i64::MIN, -1), (first, -1)];
    let ranges = if first >= 0 { &ranges[..2] } else { &ranges[2..] };
    let mut found = Vec::new();
    for (from, to) in ranges {
        let left = limit as usize - found.len();
        for row in select.query_map(params![from, to, left as i64], &mut read)? {
            found.push(row?);
        }
    }
    Ok(found)
}

/// Position of the last history row, 0 if there is none.
pub(super) fn last_position(db: &Connection) -> rusqlite::Result<u64> {
    // The last rows may have been purged; their positions are not given again.
    let last = "select max(coalesce((select max(position) from history), 0),
         coalesce((select max(last) from purged), 0))";
    db.query_row(last, [], |row| row.get(0)).map(i64::cast_unsigned)
}

/// Name of the audit segment a history row is of, bit for bit.
pub(super) fn segment_at(db: &Connection, position: u64) -> rusqlite::Result<Option<i64>> {
    let select = "select segment.segment from history join segment on segment.id = history.segment
         where history.position = ?1";
    let mut select = db.prepare_cached(select)?;
    select.query_row([position.cast_signed()], |row| row.get(0)).optional()
}

/// A stored answer: hash of its request, and body.
pub(super) fn answer(
    db: &Connection,
    aggregate: u64,
    id: &str,
) -> rusqlite::Result<Option<(u64, Vec<u8>)>> {
    const SELECT: &str = "
        select request_hash, body from answer_0 where aggregate = ?1 and id = ?2 union all
        select request_hash, body from answer_1 where aggregate = ?1 and id = ?2 union all
        select request_hash, body from answer_2 where aggregate = ?1 and id = ?2 union all
        select request_hash, body from answer_3 where aggregate = ?1 and id = ?2 union all
        select request_hash, body from answer_4 where aggregate = ?1 and id = ?2";
    db.prepare_cached(SELECT)?
        .query_row(params![aggregate.cast_signed(), id], |row| {
            Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?))
        })
        .optional()
}

/// One number of `meta`.
pub(super) fn meta(db: &Connection, id: i64) -> rusqlite::Result<i64> {
    db.prepare_cached("select value from meta where id = ?1")?.query_row([id], |row| row.get(0))
}

/// Sets one number of `meta`.
pub(super) fn set_meta(db: &Connection, id: i64, value: i64) -> rusqlite::Result<usize> {
    db.prepare_cached("update meta set value = ?2 where id = ?1")?.execute([id, value])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::{Options, Sqlite, claim};

    #[test]
    fn hot_reads_walk_an_index_and_sort_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Sqlite::open(folder.path(), &Options::default()).expect("it opens");
        for (sql, expected) in [
            (DUE_TIMERS, "SEARCH timer USING INDEX timer_due (due_ms>? AND due_ms<?)"),
            (EFFECTS, "SEARCH effect USING PRIMARY KEY ((target,source,n)>(?,?,?))"),
            (
                claim::PRIORITY_BELOW,
                "SEARCH job USING COVERING INDEX job_due (tenant=? AND job_type=? AND priority<?)",
            ),
            (
                &claim::due_sql(),
                "SEARCH job USING INDEX job_due (tenant=? AND job_type=? AND priority=? AND due_ms<?)",
            ),
        ] {
            let explained = store.read("explain", |db| {
                let mut explain = db.prepare(&format!("explain query plan {sql}"))?;
                let rows = explain.raw_query().mapped(|row| row.get(3));
                rows.collect::<rusqlite::Result<Vec<String>>>()
            });
            assert_eq!(explained.expect("it explains"), [expected], "{sql}");
        }
    }
}
