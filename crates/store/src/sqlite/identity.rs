//! The table of who there is, and notes of what was refused: each with its record in the audit
//! chain.
//!
//! Not here: what the rows mean.

use rusqlite::{Connection, Row, params};

use super::{Sqlite, io, upkeep};
use crate::Error;
use crate::identity::{AccessNote, IdentityChange, IdentityRow};

impl Sqlite {
    pub(super) fn all_identity(&self) -> Result<Vec<IdentityRow>, Error> {
        self.read("read who there is", |db| {
            let mut select =
                db.prepare_cached("select kind, id, body from identity order by kind, id")?;
            let row = |row: &Row<'_>| {
                Ok(IdentityRow { kind: row.get(0)?, id: row.get(1)?, body: row.get(2)? })
            };
            select.query_map([], row)?.collect()
        })
    }

    pub(super) fn apply_identity(
        &self,
        actor: &str,
        now_ms: i64,
        change: &IdentityChange,
    ) -> Result<(), Error> {
        let body = upkeep::note_body(actor, &change.what);
        self.note("change who there is", upkeep::IDENTITY, (now_ms, body), |db| write(db, change))
    }

    pub(super) fn note_refusal(&self, actor: &str, now_ms: i64, what: &str) -> Result<(), Error> {
        let body = upkeep::note_body(actor, what);
        self.note("note what was refused", upkeep::REFUSED, (now_ms, body), |_| Ok(()))
    }

    pub(super) fn notes(&self, before: u64, limit: u32) -> Result<Vec<AccessNote>, Error> {
        self.read("read notes of access", |db| {
            let mut select = db.prepare_cached(
                "select id, kind, at_ms, body from upkeep \
                 where kind in (3, 4) and id < ?1 order by id desc limit ?2",
            )?;
            let before = i64::try_from(before).unwrap_or(i64::MAX);
            let note = |row: &Row<'_>| {
                let (actor, what) = upkeep::note(&row.get::<_, Vec<u8>>(3)?);
                Ok(AccessNote {
                    id: row.get::<_, i64>(0)?.cast_unsigned(),
                    refused: row.get::<_, u8>(1)? == upkeep::REFUSED,
                    at_ms: row.get(2)?,
                    actor,
                    what,
                })
            };
            select.query_map(params![before, limit], note)?.collect()
        })
    }

    /// Does something in the transaction that writes its record.
    fn note(
        &self,
        action: &'static str,
        kind: u8,
        (now_ms, body): (i64, Vec<u8>),
        and: impl FnOnce(&Connection) -> rusqlite::Result<()>,
    ) -> Result<(), Error> {
        let mut writer = self.writer()?;
        self.transact(&mut writer, action, |db, head| {
            let salt = db.query_row("select randomblob(16)", [], |row| row.get(0));
            salt.and_then(|salt| {
                and(db)?;
                upkeep::append(db, head, kind, (now_ms, salt), body)
            })
            .map_err(io(action))
        })
    }
}

fn write(db: &Connection, change: &IdentityChange) -> rusqlite::Result<()> {
    for (kind, id) in &change.delete {
        db.prepare_cached("delete from identity where kind = ?1 and id = ?2")?
            .execute(params![kind, id])?;
    }
    for row in &change.put {
        db.prepare_cached("insert or replace into identity(kind, id, body) values (?1, ?2, ?3)")?
            .execute(params![row.kind, row.id, row.body])?;
    }
    Ok(())
}
