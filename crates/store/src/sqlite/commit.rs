//! One group commit: every component is checked before its first write, so that a conflict
//! leaves no trace and needs no savepoint.
//!
//! Not here: claims, and the link of the audit chain.

use access::chain::Hash;
use rusqlite::{Connection, OptionalExtension, params};

use super::rows::Hot;
use super::words::Interner;
use super::{Head, audit, claim, order_in, refused_or_io, scan, schema};
use crate::Error;
use crate::batch::{Batch, Committed, Component, EffectWrite, JobWrite, Stamp};
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
    let (position, tip) = (head.position, head.segment.tip);
    Ok(Committed { accepted, claimed, position, segment: tip.segment, seq: tip.seq })
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

/// A transaction being filled.
pub(super) struct Writing<'a, 'c, 'w> {
    pub(super) db: &'c Connection,
    pub(super) hot: Hot<'c>,
    pub(super) head: &'a mut Head,
    pub(super) words: &'a mut Interner<'w>,
    pub(super) now_ms: i64,
    pub(super) leaves: Vec<Hash>,
    pub(super) buffer: Vec<u8>,
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
        for row in &component.resources {
            self.resource(row)?;
        }
        for key in &component.deletions {
            self.delete_resource(*key)?;
        }
        for key in &component.erasures {
            self.erase(*key)?;
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
        for row in &component.resources {
            let mut select = self.db.prepare_cached("select 1 from resource where key = ?1")?;
            if select.exists([row.key.cast_signed()])? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    pub(super) fn stamp(&mut self, key: u64) -> rusqlite::Result<Option<Stamp>> {
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
}

/// INVARIANT: stamps were compared in `fits`, so only an aggregate named twice gets here.
fn twice(key: u64) -> rusqlite::Error {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CONSTRAINT);
    rusqlite::Error::SqliteFailure(code, Some(format!("aggregate {key} is written twice")))
}
