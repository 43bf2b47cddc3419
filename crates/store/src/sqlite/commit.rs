//! One group commit: every component is checked before its first write, so that a conflict
//! leaves no trace and needs no savepoint.
//!
//! Not here: claims, and the link of the audit chain.

use access::chain::Hash;
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use super::words::Interner;
use super::{Head, audit, claim, order_in, refused_or_io, scan, schema};
use crate::Error;
use crate::batch::{
    AggregateWrite, AnswerRow, Batch, Committed, Component, DefinitionRow, EffectWrite,
    HistoryWrite, JobRow, JobWrite, Stamp, TimerWrite,
};
use crate::limits::{ANSWER_SPAN_MS, ANSWER_SPANS};

/// Applies the batch inside the transaction that is open.
pub(super) fn commit(
    db: &Connection,
    head: &mut Head,
    words: &mut Interner<'_>,
    batch: &Batch,
) -> Result<Committed, Error> {
    apply(db, head, words, batch).map_err(refused_or_io("commit"))
}

fn apply(
    db: &Connection,
    head: &mut Head,
    words: &mut Interner<'_>,
    batch: &Batch,
) -> rusqlite::Result<Committed> {
    turn_span(db, head, batch.now_ms)?;
    let mut writing = Writing {
        db,
        hot: Hot::prepare(db)?,
        head,
        words,
        now_ms: batch.now_ms,
        leaves: Vec::with_capacity(batch.components.len()),
        buffer: Vec::new(),
    };
    let mut accepted = Vec::with_capacity(batch.components.len());
    for component in &batch.components {
        accepted.push(writing.component(component)?);
    }
    let leaves = std::mem::take(&mut writing.leaves);
    drop(writing);
    if !leaves.is_empty() {
        audit::append(db, &mut head.segment, &leaves)?;
    }
    let mut claimed = Vec::with_capacity(batch.claims.len());
    for wish in &batch.claims {
        claimed.push(claim::claim(db, words, wish, batch.now_ms)?);
    }
    Ok(Committed { accepted, claimed, position: head.position })
}

/// When a new span of time begins, the table of the oldest answers is emptied whole.
fn turn_span(db: &Connection, head: &mut Head, now_ms: i64) -> rusqlite::Result<()> {
    let span = now_ms.div_euclid(ANSWER_SPAN_MS);
    if span <= head.span {
        return Ok(());
    }
    for old in (head.span + 1).max(span - ANSWER_SPANS + 1)..=span {
        db.execute(&format!("delete from answer_{}", old.rem_euclid(ANSWER_SPANS)), [])?;
    }
    scan::set_meta(db, schema::META_SPAN, span)?;
    head.span = span;
    Ok(())
}

/// Statements nearly every batch needs, looked up once per batch.
struct Hot<'c> {
    stamp: CachedStatement<'c>,
    insert: CachedStatement<'c>,
    update: CachedStatement<'c>,
    delete: CachedStatement<'c>,
    delete_pages: CachedStatement<'c>,
    attempt: CachedStatement<'c>,
    put_job: CachedStatement<'c>,
    delete_job: CachedStatement<'c>,
    history: CachedStatement<'c>,
}

impl<'c> Hot<'c> {
    fn prepare(db: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            stamp: db.prepare_cached("select stamp from aggregate where key = ?1")?,
            insert: db.prepare_cached(
                "insert into aggregate(key, kind, tenant, stamp, body)
                 values (?1, ?2, ?3, ?4, ?5) on conflict(key) do nothing",
            )?,
            update: db.prepare_cached(
                "update aggregate set stamp = ?3, body = ?4 where key = ?1 and stamp = ?2",
            )?,
            delete: db.prepare_cached("delete from aggregate where key = ?1 and stamp = ?2")?,
            delete_pages: db.prepare_cached("delete from page where aggregate = ?1")?,
            attempt: db.prepare_cached("select attempt from job where key = ?1")?,
            put_job: db.prepare_cached(
                "insert into job(key, instance, slot, tenant, job_type, due_ms, worker,
                     activated_ms, attempt, retries)
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                 on conflict(key) do update set instance = ?2, slot = ?3, tenant = ?4,
                     job_type = ?5, due_ms = ?6, worker = ?7, activated_ms = ?8, attempt = ?9,
                     retries = ?10",
            )?,
            delete_job: db.prepare_cached("delete from job where key = ?1")?,
            history: db.prepare_cached(
                "insert into history(position, aggregate, kind, tenant, at_ms, segment, seq, salt,
                     body) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?,
        })
    }
}

struct Writing<'a, 'c, 'w> {
    db: &'c Connection,
    hot: Hot<'c>,
    head: &'a mut Head,
    words: &'a mut Interner<'w>,
    now_ms: i64,
    leaves: Vec<Hash>,
    buffer: Vec<u8>,
}

impl Writing<'_, '_, '_> {
    /// Writes one component, or nothing of it when something it was decided on has moved.
    fn component(&mut self, component: &Component) -> rusqlite::Result<bool> {
        if !self.fits(component)? {
            return Ok(false);
        }
        // The first aggregate is compared by the statement that writes it: nothing is written
        // before, so there is nothing to take back.
        if let Some((first, rest)) = component.aggregates.split_first() {
            if !self.aggregate(first)? {
                return Ok(false);
            }
            for write in rest {
                if !self.aggregate(write)? {
                    return Err(twice(write.key));
                }
            }
        }
        for write in &component.jobs {
            self.job(write)?;
        }
        for write in &component.timers {
            self.timer(write)?;
        }
        for write in &component.effects {
            self.effect(write)?;
        }
        for row in &component.definitions {
            self.definition(row)?;
        }
        for row in &component.answers {
            self.answer(row)?;
        }
        for write in &component.history {
            self.history(write)?;
        }
        Ok(true)
    }

    /// Whether all but the first aggregate still is as it was when the component was decided.
    fn fits(&mut self, component: &Component) -> rusqlite::Result<bool> {
        for (key, expected) in &component.reads {
            if self.stamp(*key)? != Some(*expected) {
                return Ok(false);
            }
        }
        for write in component.aggregates.iter().skip(1) {
            if self.stamp(write.key)? != write.expected {
                return Ok(false);
            }
        }
        for (index, write) in component.jobs.iter().enumerate() {
            if let JobWrite::Delete { key, attempt: Some(expected) } = write
                && self.attempt(&component.jobs[..index], *key)? != Some(*expected)
            {
                return Ok(false);
            }
        }
        for (index, write) in component.effects.iter().enumerate() {
            if !self.effect_fits(&component.effects[..index], write)? {
                return Ok(false);
            }
        }
        for row in &component.answers {
            if scan::answer(self.db, row.aggregate, &row.id)?.is_some() {
                return Ok(false);
            }
        }
        for row in &component.definitions {
            let mut select = self.db.prepare_cached("select 1 from definition where key = ?1")?;
            if select.exists([row.key.cast_signed()])? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn stamp(&mut self, key: u64) -> rusqlite::Result<Option<Stamp>> {
        let stamp = self.hot.stamp.query_row([key.cast_signed()], |row| row.get::<_, i64>(0));
        Ok(stamp.optional()?.map(i64::cast_unsigned))
    }

    /// The attempt a job row will carry after the writes before this one.
    fn attempt(&mut self, before: &[JobWrite], key: u64) -> rusqlite::Result<Option<u32>> {
        let put = before.iter().rev().find_map(|write| match write {
            JobWrite::Put(row) if row.key == key => Some(row.attempt),
            _ => None,
        });
        if put.is_some() {
            return Ok(put);
        }
        self.hot.attempt.query_row([key.cast_signed()], |row| row.get(0)).optional()
    }

    fn effect_fits(&self, before: &[EffectWrite], write: &EffectWrite) -> rusqlite::Result<bool> {
        let (place, wanted) = match write {
            EffectWrite::Put(row) => ((row.target, row.source, row.n), false),
            EffectWrite::Delete { target, source, n } => ((*target, *source, *n), true),
        };
        let put_before = before.iter().any(|write| {
            matches!(write, EffectWrite::Put(row) if (row.target, row.source, row.n) == place)
        });
        if wanted && put_before {
            return Ok(true);
        }
        let select = "select 1 from effect where target = ?1 and source = ?2 and n = ?3";
        let place = params![order_in(place.0), order_in(place.1), order_in(place.2)];
        Ok(self.db.prepare_cached(select)?.exists(place)? == wanted)
    }

    /// Compares and writes one aggregate; `false` when the stamp is another.
    fn aggregate(&mut self, write: &AggregateWrite) -> rusqlite::Result<bool> {
        let key = write.key.cast_signed();
        let stamp = write.stamp.cast_signed();
        let changed = match (write.expected, &write.body) {
            (None, Some(body)) => {
                let row = params![key, write.kind, write.tenant, stamp, body];
                self.hot.insert.execute(row)?
            }
            (Some(expected), Some(body)) => {
                self.hot.update.execute(params![key, expected.cast_signed(), stamp, body])?
            }
            (Some(expected), None) => {
                let changed = self.hot.delete.execute([key, expected.cast_signed()])?;
                if changed == 1 {
                    self.hot.delete_pages.execute([key])?;
                }
                return Ok(changed == 1);
            }
            // Created and gone in the same batch.
            (None, None) => return Ok(self.stamp(write.key)?.is_none()),
        };
        if changed == 0 {
            return Ok(false);
        }
        for (page, body) in &write.pages {
            match body {
                Some(body) => self
                    .db
                    .prepare_cached(
                        "insert into page(aggregate, page, body) values (?1, ?2, ?3)
                         on conflict(aggregate, page) do update set body = ?3",
                    )?
                    .execute(params![key, page, body])?,
                None => self
                    .db
                    .prepare_cached("delete from page where aggregate = ?1 and page = ?2")?
                    .execute(params![key, page])?,
            };
        }
        Ok(true)
    }

    fn job(&mut self, write: &JobWrite) -> rusqlite::Result<()> {
        match write {
            JobWrite::Put(row) => self.put_job(row)?,
            JobWrite::Release { key, attempt, due_ms } => self
                .db
                .prepare_cached(
                    "update job set worker = null, due_ms = ?3 where key = ?1 and attempt = ?2",
                )?
                .execute(params![key.cast_signed(), attempt, due_ms])?,
            JobWrite::Delete { key, .. } => self.hot.delete_job.execute([key.cast_signed()])?,
        };
        Ok(())
    }

    fn put_job(&mut self, row: &JobRow) -> rusqlite::Result<usize> {
        let job_type = self.words.id(self.db, &row.job_type)?;
        self.hot.put_job.execute(params![
            row.key.cast_signed(),
            row.instance.cast_signed(),
            row.slot,
            row.tenant,
            job_type,
            row.due_ms,
            row.worker,
            row.activated_ms,
            row.attempt,
            row.retries,
        ])
    }

    fn timer(&self, write: &TimerWrite) -> rusqlite::Result<()> {
        match write {
            TimerWrite::Put(row) => self
                .db
                .prepare_cached(
                    "insert into timer(key, aggregate, slot, due_ms) values (?1, ?2, ?3, ?4)
                     on conflict(key) do update set aggregate = ?2, slot = ?3, due_ms = ?4",
                )?
                .execute(params![
                    row.key.cast_signed(),
                    row.aggregate.cast_signed(),
                    row.slot,
                    row.due_ms,
                ])?,
            TimerWrite::Delete { key } => self
                .db
                .prepare_cached("delete from timer where key = ?1")?
                .execute([key.cast_signed()])?,
        };
        Ok(())
    }

    fn effect(&self, write: &EffectWrite) -> rusqlite::Result<()> {
        match write {
            EffectWrite::Put(row) => self
                .db
                .prepare_cached(
                    "insert into effect(target, source, n, body) values (?1, ?2, ?3, ?4)",
                )?
                .execute(params![
                    order_in(row.target),
                    order_in(row.source),
                    order_in(row.n),
                    row.body,
                ])?,
            EffectWrite::Delete { target, source, n } => self
                .db
                .prepare_cached("delete from effect where target = ?1 and source = ?2 and n = ?3")?
                .execute([order_in(*target), order_in(*source), order_in(*n)])?,
        };
        Ok(())
    }

    fn definition(&self, row: &DefinitionRow) -> rusqlite::Result<()> {
        self.db
            .prepare_cached(
                "insert into definition(key, deployment, tenant, process_id, name, version,
                     version_tag, resource, digest, deployed_ms, source)
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute(params![
                row.key.cast_signed(),
                row.deployment.cast_signed(),
                row.tenant,
                row.process_id,
                row.name,
                row.version,
                row.version_tag,
                row.resource,
                row.digest,
                row.deployed_ms,
                row.source,
            ])?;
        Ok(())
    }

    fn answer(&self, row: &AnswerRow) -> rusqlite::Result<()> {
        let table = self.head.span.rem_euclid(ANSWER_SPANS);
        self.db
            .prepare_cached(&format!(
                "insert into answer_{table}(aggregate, id, request_hash, body)
                 values (?1, ?2, ?3, ?4)"
            ))?
            .execute(params![
                row.aggregate.cast_signed(),
                row.id,
                row.request_hash.cast_signed(),
                row.body,
            ])?;
        Ok(())
    }

    fn history(&mut self, write: &HistoryWrite) -> rusqlite::Result<()> {
        self.head.position += 1;
        self.leaves.push(audit::leaf(&mut self.buffer, write, self.now_ms));
        self.hot.history.execute(params![
            self.head.position.cast_signed(),
            write.aggregate.cast_signed(),
            write.kind,
            write.tenant,
            self.now_ms,
            self.head.segment.id,
            (self.head.segment.tip.seq + 1).cast_signed(),
            write.salt,
            write.body,
        ])?;
        Ok(())
    }
}

/// INVARIANT: stamps were compared in `fits`, so only an aggregate named twice gets here.
fn twice(key: u64) -> rusqlite::Error {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CONSTRAINT);
    rusqlite::Error::SqliteFailure(code, Some(format!("aggregate {key} is written twice")))
}
