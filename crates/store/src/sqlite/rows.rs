//! Writing single rows of a component that fits.
//!
//! Not here: whether it fits (`commit`).

use rusqlite::{CachedStatement, Connection, params};

use super::commit::Writing;
use super::{audit, order_in};
use crate::batch::{
    AggregateWrite, AnswerRow, DefinitionRow, EffectWrite, HistoryWrite, JobRow, JobWrite,
    ResourceRow, TimerWrite,
};
use crate::limits::ANSWER_SPANS;

/// Statements nearly every batch needs, looked up once per batch.
pub(super) struct Hot<'c> {
    pub(super) stamp: CachedStatement<'c>,
    insert: CachedStatement<'c>,
    update: CachedStatement<'c>,
    delete: CachedStatement<'c>,
    delete_pages: CachedStatement<'c>,
    pub(super) attempt: CachedStatement<'c>,
    put_job: CachedStatement<'c>,
    delete_job: CachedStatement<'c>,
    history: CachedStatement<'c>,
}

impl<'c> Hot<'c> {
    pub(super) fn prepare(db: &'c Connection) -> rusqlite::Result<Self> {
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
                     activated_ms, attempt, retries, priority)
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                 on conflict(key) do update set instance = ?2, slot = ?3, tenant = ?4,
                     job_type = ?5, due_ms = ?6, worker = ?7, activated_ms = ?8, attempt = ?9,
                     retries = ?10, priority = ?11",
            )?,
            delete_job: db.prepare_cached("delete from job where key = ?1")?,
            history: db.prepare_cached(
                "insert into history(position, aggregate, kind, tenant, at_ms, segment, seq, salt,
                     body) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?,
        })
    }
}

impl Writing<'_, '_, '_> {
    /// Compares and writes one aggregate; `false` when the stamp is another.
    pub(super) fn aggregate(&mut self, write: &AggregateWrite) -> rusqlite::Result<bool> {
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

    pub(super) fn job(&mut self, write: &JobWrite) -> rusqlite::Result<()> {
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
            row.priority,
        ])
    }

    pub(super) fn timer(&self, write: &TimerWrite) -> rusqlite::Result<()> {
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

    pub(super) fn effect(&self, write: &EffectWrite) -> rusqlite::Result<()> {
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

    pub(super) fn definition(&self, row: &DefinitionRow) -> rusqlite::Result<()> {
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

    /// Marks a definition or other resource as deleted now.
    pub(super) fn delete_resource(&self, key: u64) -> rusqlite::Result<()> {
        for table in ["definition", "resource"] {
            let update = format!("update {table} set deleted_ms = ?2 where key = ?1");
            let key = key.cast_signed();
            self.db.prepare_cached(&update)?.execute(params![key, self.now_ms])?;
        }
        Ok(())
    }

    /// Marks the history of an aggregate as one that is being erased.
    pub(super) fn erase(&self, aggregate: u64) -> rusqlite::Result<()> {
        self.db
            .prepare_cached("insert or ignore into purging(aggregate) values (?1)")?
            .execute([aggregate.cast_signed()])?;
        Ok(())
    }

    pub(super) fn resource(&self, row: &ResourceRow) -> rusqlite::Result<()> {
        let parent = row.parent.as_ref();
        self.db
            .prepare_cached(
                "insert into resource(key, kind, deployment, tenant, id, name, version,
                     version_tag, resource, digest, deployed_ms, parent, parent_id, parent_name,
                     parent_version, source)
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
            )?
            .execute(params![
                row.key.cast_signed(),
                row.kind,
                row.deployment.cast_signed(),
                row.tenant,
                row.id,
                row.name,
                row.version,
                row.version_tag,
                row.resource,
                row.digest,
                row.deployed_ms,
                parent.map(|parent| parent.key.cast_signed()),
                parent.map_or("", |parent| &parent.id),
                parent.map_or("", |parent| &parent.name),
                parent.map_or(0, |parent| parent.version),
                row.source,
            ])?;
        Ok(())
    }

    pub(super) fn answer(&self, row: &AnswerRow) -> rusqlite::Result<()> {
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

    pub(super) fn history(&mut self, write: &HistoryWrite) -> rusqlite::Result<()> {
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
