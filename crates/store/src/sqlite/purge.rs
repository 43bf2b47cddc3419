//! Erasing history of aggregates that are no more, in short transactions.
//!
//! Not here: whose time has come (the runtime's sweep), and view rows (`views`).
//!
//! A row goes away whole; its leaf stays in the audit chain, and its position in `purged`. An
//! aggregate with more rows than fit one transaction stands in `purging` meanwhile, and an
//! interrupted one is finished before anybody reads history again: the views could not be made
//! from half of it.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Head, Sqlite, io, scan, schema, upkeep};
use crate::Error;
use crate::keep::{Ended, FileSize, Keeping, KeepingChange, PurgeOrder, Purged, Retention};
use crate::limits::{ANSWER_SPANS, PURGE_ROWS_MAX, SWEEP_ROWS_MAX};

const ACTION: &str = "purge history";

impl Sqlite {
    pub(super) fn purge_history(&self, order: &PurgeOrder) -> Result<Purged, Error> {
        let projected = self.views.projected()?;
        let mut writer = self.writer()?;
        let outcome = self.transact(&mut writer, ACTION, |db, head| {
            secure(db, true).and_then(|()| purge(db, head, order, projected)).map_err(io(ACTION))
        });
        // What commits overwrite is not erased on purpose: that would slow them down.
        secure(&writer.connection, false).map_err(io(ACTION))?;
        outcome
    }

    /// Finishes what an interrupted process had begun to erase.
    pub(super) fn finish_purges(&self, now_ms: i64) -> Result<(), Error> {
        loop {
            let begun = self.read(ACTION, |db| {
                let mut select = db.prepare("select aggregate from purging limit 100")?;
                let keys = select.query_map([], |row| row.get::<_, i64>(0))?;
                keys.map(|key| key.map(i64::cast_unsigned)).collect::<rusqlite::Result<Vec<_>>>()
            })?;
            if begun.is_empty() {
                return Ok(());
            }
            let order = PurgeOrder {
                aggregates: begun,
                definition: 0,
                before_ms: now_ms,
                now_ms,
                rows_max: PURGE_ROWS_MAX,
                swept: None,
                is_told: false,
                salt: self.read(ACTION, |db| {
                    db.query_row("select randomblob(16)", [], |row| row.get(0))
                })?,
                forgets: false,
            };
            let mut writer = self.writer()?;
            // Views made anew have seen nothing yet, and must not see these.
            self.transact(&mut writer, ACTION, |db, head| {
                purge(db, head, &order, u64::MAX).map_err(io(ACTION))
            })?;
        }
    }

    pub(super) fn change(
        &self,
        actor: &str,
        now_ms: i64,
        change: &KeepingChange,
    ) -> Result<(), Error> {
        let action = "change what is kept";
        let mut writer = self.writer()?;
        self.transact(&mut writer, action, |db, head| {
            let salt = db.query_row("select randomblob(16)", [], |row| row.get(0));
            salt.and_then(|salt| {
                apply(db, change)?;
                let body = upkeep::change_body(actor, change);
                upkeep::append(db, head, upkeep::CHANGED, (now_ms, salt), body)
            })
            .map_err(io(action))
        })
    }

    /// Gives free pages at the end of the main file back, a few at a time. Tells how many are
    /// left to give back.
    pub(super) fn shrink_main(&self, pages: u32) -> Result<u64, Error> {
        let mut writer = self.writer()?;
        self.transact(&mut writer, "shrink the data file", |db, _| {
            shrink(db, pages).map_err(io("shrink the data file"))
        })
    }

    pub(super) fn sizes_of_files(&self) -> Vec<FileSize> {
        let names = ["segue.db", "segue.db-wal", "views.db", "views.db-wal"];
        let size = |file| {
            let bytes = std::fs::metadata(self.folder.join(file)).map_or(0, |held| held.len());
            FileSize { file, bytes }
        };
        names.into_iter().map(size).collect()
    }
}

/// Whether what is deleted is overwritten with zeros.
fn secure(db: &Connection, on: bool) -> rusqlite::Result<()> {
    db.pragma_update_and_check(None, "secure_delete", on, |_| Ok(()))
}

/// Moves pages from the end of the file into free ones, if the file is one that can do it.
pub(super) fn shrink(db: &Connection, pages: u32) -> rusqlite::Result<u64> {
    let mode: i64 = db.pragma_query_value(None, "auto_vacuum", |row| row.get(0))?;
    if mode == 0 {
        return Ok(0);
    }
    db.execute_batch(&format!("pragma incremental_vacuum({pages})"))?;
    let free: i64 = db.pragma_query_value(None, "freelist_count", |row| row.get(0))?;
    Ok(free.max(0).cast_unsigned())
}

/// Erases from the first aggregate on, until the order is done or full.
fn purge(
    db: &Connection,
    head: &mut Head,
    order: &PurgeOrder,
    projected: u64,
) -> rusqlite::Result<Purged> {
    let mut positions: Vec<u64> = Vec::new();
    let (mut done, mut kept) = (0, Vec::new());
    for key in &order.aggregates {
        let left = (order.rows_max as usize).saturating_sub(positions.len());
        if left == 0 {
            break;
        }
        if !order.forgets && lives(db, *key)? {
            kept.push(*key);
            done += 1;
            continue;
        }
        let Some(found) = erasable(db, *key, projected, left)? else {
            kept.push(*key);
            done += 1;
            continue;
        };
        if order.forgets {
            // Its stamp goes with it: who still remembers it cannot commit on it.
            db.prepare_cached("delete from aggregate where key = ?1")?
                .execute([key.cast_signed()])?;
        }
        let is_whole = found.len() < left || positions_of(db, *key)? == found.len() as u64;
        erase(db, *key, &found, is_whole)?;
        positions.extend(found);
        if !is_whole {
            break;
        }
        done += 1;
    }
    if let Some(swept) = order.swept.filter(|_| done == order.aggregates.len()) {
        scan::set_meta(db, schema::META_SWEPT, swept.cast_signed())?;
    }
    positions.sort_unstable();
    if let Some(highest) = positions.last() {
        let ranges = ranges(&positions);
        ranges.iter().try_for_each(|range| note(db, *range))?;
        if !order.is_told {
            let raised = scan::meta(db, schema::META_PURGED)?.max(highest.cast_signed());
            scan::set_meta(db, schema::META_PURGED, raised)?;
        }
        let erased = scan::meta(db, schema::META_ERASED)? + positions.len() as i64;
        scan::set_meta(db, schema::META_ERASED, erased)?;
        let body = upkeep::purge_body(order, &ranges);
        upkeep::append(db, head, upkeep::PURGED, (order.now_ms, order.salt), body)?;
    }
    Ok(Purged { done, kept, rows: positions.len() as u64 })
}

fn lives(db: &Connection, key: u64) -> rusqlite::Result<bool> {
    let lives = "select 1 from aggregate where key = ?1";
    db.prepare_cached(lives)?.exists([key.cast_signed()])
}

/// The first positions of an aggregate that the views have seen to its end; `None`: it is not so
/// yet.
fn erasable(
    db: &Connection,
    key: u64,
    projected: u64,
    limit: usize,
) -> rusqlite::Result<Option<Vec<u64>>> {
    // The row the views have reached stays: they are recognised by it.
    let last = "select position from history where aggregate = ?1 order by position desc limit 1";
    let last: Option<i64> =
        db.prepare_cached(last)?.query_row([key.cast_signed()], |row| row.get(0)).optional()?;
    if last.is_some_and(|last| last.cast_unsigned() >= projected) {
        return Ok(None);
    }
    let first = "select position from history where aggregate = ?1 order by position limit ?2";
    let mut first = db.prepare_cached(first)?;
    let rows = first.query_map(params![key.cast_signed(), limit as i64], |row| row.get(0))?;
    rows.map(|row| row.map(i64::cast_unsigned)).collect::<rusqlite::Result<_>>().map(Some)
}

fn positions_of(db: &Connection, key: u64) -> rusqlite::Result<u64> {
    let count = "select count(*) from history where aggregate = ?1";
    let count = db.prepare_cached(count)?.query_row([key.cast_signed()], |row| row.get(0));
    count.map(i64::cast_unsigned)
}

fn erase(db: &Connection, key: u64, found: &[u64], is_whole: bool) -> rusqlite::Result<()> {
    let Some(last) = found.last() else { return Ok(()) };
    let key = key.cast_signed();
    db.prepare_cached("delete from history where aggregate = ?1 and position <= ?2")?
        .execute([key, last.cast_signed()])?;
    if !is_whole {
        db.prepare_cached("insert or ignore into purging(aggregate) values (?1)")?
            .execute([key])?;
        return Ok(());
    }
    db.prepare_cached("delete from purging where aggregate = ?1")?.execute([key])?;
    for span in 0..ANSWER_SPANS {
        db.prepare_cached(&format!("delete from answer_{span} where aggregate = ?1"))?
            .execute([key])?;
    }
    Ok(())
}

/// Neighbours joined.
fn ranges(sorted: &[u64]) -> Vec<(u64, u64)> {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for position in sorted {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *position => *last = *position,
            _ => ranges.push((*position, *position)),
        }
    }
    ranges
}

/// Notes a range, joined with those it touches.
fn note(db: &Connection, (first, last): (u64, u64)) -> rusqlite::Result<()> {
    let (mut first, mut last) = (first.cast_signed(), last.cast_signed());
    let before = "delete from purged where first = (select max(first) from purged where first < ?1)
         and last = ?1 - 1 returning first";
    if let Some(joined) =
        db.prepare_cached(before)?.query_row([first], |row| row.get(0)).optional()?
    {
        first = joined;
    }
    let after = "delete from purged where first = ?1 + 1 returning last";
    if let Some(joined) =
        db.prepare_cached(after)?.query_row([last], |row| row.get(0)).optional()?
    {
        last = joined;
    }
    db.prepare_cached("insert into purged(first, last) values (?1, ?2)")?.execute([first, last])?;
    Ok(())
}

/// Aggregates of other kinds than `kind` that are no more and whose last row is older than
/// `before_ms`, found from where the last look ended.
pub(super) fn ended(
    db: &Connection,
    kind: u8,
    before_ms: i64,
    projected: u64,
) -> rusqlite::Result<Ended> {
    let swept = scan::meta(db, schema::META_SWEPT)?;
    let mut found = Ended { aggregates: Vec::new(), swept: swept.cast_unsigned() };
    let select = "select position, aggregate, kind, at_ms from history
         where position > ?1 and position < ?2 order by position limit ?3";
    let mut select = db.prepare_cached(select)?;
    let bounds = params![swept, projected.cast_signed(), SWEEP_ROWS_MAX];
    let mut rows = select.query(bounds)?;
    while let Some(row) = rows.next()? {
        if row.get::<_, i64>(3)? >= before_ms {
            break;
        }
        found.swept = row.get::<_, i64>(0)?.cast_unsigned();
        let key: i64 = row.get(1)?;
        // Whoever lives, or was heard of later, is met again at its last row.
        let is_over = "select not exists (select 1 from aggregate where key = ?1)
             and not exists (select 1 from history where aggregate = ?1 and position > ?2)";
        let place = params![key, found.swept.cast_signed()];
        if row.get::<_, i64>(2)? != i64::from(kind)
            && db.prepare_cached(is_over)?.query_row(place, |row| row.get(0))?
        {
            found.aggregates.push(key.cast_unsigned());
        }
    }
    Ok(found)
}

const ENDED_INSTANCES: &str = "select key from view_instance
     where definition = ?1 and ended_ms < ?2 order by ended_ms limit ?3";

/// Instances of a definition that ended before a time, longest ago first, from the views' file.
pub(super) fn ended_instances(
    db: &Connection,
    definition: u64,
    before_ms: i64,
    limit: u32,
) -> rusqlite::Result<Vec<u64>> {
    let mut select = db.prepare_cached(ENDED_INSTANCES)?;
    let bounds = params![definition.cast_signed(), before_ms, limit];
    let keys = select.query_map(bounds, |row| row.get(0))?;
    keys.map(|key| key.map(i64::cast_unsigned)).collect()
}

fn apply(db: &Connection, change: &KeepingChange) -> rusqlite::Result<()> {
    match change {
        KeepingChange::Set(Retention { tenant, process_id, ttl_ms }) => {
            let put = "insert into retention(tenant, process_id, ttl_ms) values (?1, ?2, ?3)
                 on conflict(tenant, process_id) do update set ttl_ms = excluded.ttl_ms";
            db.execute(put, params![tenant, process_id, ttl_ms])?;
        }
        KeepingChange::Inherit { tenant, process_id } => {
            let delete = "delete from retention where tenant = ?1 and process_id = ?2";
            db.execute(delete, params![tenant, process_id])?;
        }
        KeepingChange::Pause => drop(scan::set_meta(db, schema::META_PAUSED, 1)?),
        KeepingChange::Resume => drop(scan::set_meta(db, schema::META_PAUSED, 0)?),
    }
    Ok(())
}

pub(super) fn keeping(db: &Connection) -> rusqlite::Result<Keeping> {
    let select = "select tenant, process_id, ttl_ms from retention order by tenant, process_id";
    let retentions = db
        .prepare_cached(select)?
        .query_map([], |row| {
            Ok(Retention { tenant: row.get(0)?, process_id: row.get(1)?, ttl_ms: row.get(2)? })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(Keeping {
        retentions,
        paused: scan::meta(db, schema::META_PAUSED)? != 0,
        swept: scan::meta(db, schema::META_SWEPT)?.cast_unsigned(),
        erased: scan::meta(db, schema::META_ERASED)?.cast_unsigned(),
    })
}

#[cfg(test)]
#[path = "purge_tests.rs"]
mod tests;
