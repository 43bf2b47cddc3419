//! Gather: rows, pages and stored answers in one snapshot.
//!
//! Not here: scans for checkers and projectors (`scan`).

use rusqlite::{Connection, OptionalExtension, params};

use super::scan;
use super::scan::{JOB_COLUMNS, job_row};
use super::words::Words;
use crate::batch::AnswerRow;
use crate::load::{AggregateRow, Load, Loaded, Pages};

/// Loads everything asked for in one read transaction.
pub(super) fn load(db: &Connection, words: &Words, load: &Load) -> rusqlite::Result<Loaded> {
    snapshot(db, |db| {
        let mut loaded = Loaded::default();
        for (key, pages) in &load.aggregates {
            loaded.aggregates.push(aggregate(db, *key, pages)?);
        }
        if !load.jobs.is_empty() {
            let select = format!("select {JOB_COLUMNS} from job where key = ?1");
            let mut select = db.prepare_cached(&select)?;
            for key in &load.jobs {
                let row = select
                    .query_row([key.cast_signed()], |row| job_row(row, |id| words.text(db, id)));
                loaded.jobs.push(row.optional()?);
            }
        }
        for (aggregate, id) in &load.answers {
            let found = scan::answer(db, *aggregate, id)?;
            loaded.answers.push(found.map(|(request_hash, body)| AnswerRow {
                aggregate: *aggregate,
                id: id.clone(),
                request_hash,
                body,
            }));
        }
        Ok(loaded)
    })
}

/// Runs several reads on one state of the database.
pub(super) fn snapshot<T>(
    db: &Connection,
    work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    db.prepare_cached("begin")?.execute([])?;
    let outcome = work(db);
    // An interrupted statement may have ended the transaction itself.
    if !db.is_autocommit() {
        db.prepare_cached("commit")?.execute([])?;
    }
    outcome
}

/// One aggregate with the pages wanted.
pub(super) fn aggregate(
    db: &Connection,
    key: u64,
    pages: &Pages,
) -> rusqlite::Result<Option<AggregateRow>> {
    let root = "select kind, tenant, stamp, body from aggregate where key = ?1";
    let row = db.prepare_cached(root)?.query_row([key.cast_signed()], |row| {
        Ok(AggregateRow {
            key,
            kind: row.get(0)?,
            tenant: row.get(1)?,
            stamp: row.get::<_, i64>(2)?.cast_unsigned(),
            body: row.get(3)?,
            pages: Vec::new(),
        })
    });
    let Some(mut row) = row.optional()? else {
        return Ok(None);
    };
    match pages {
        Pages::Root => {}
        Pages::All => {
            let all = "select page, body from page where aggregate = ?1 order by page";
            let mut all = db.prepare_cached(all)?;
            let found = all.query_map([key.cast_signed()], |row| Ok((row.get(0)?, row.get(1)?)))?;
            row.pages = found.collect::<Result<_, _>>()?;
        }
        Pages::Some(wanted) => {
            let one = "select body from page where aggregate = ?1 and page = ?2";
            let mut one = db.prepare_cached(one)?;
            for page in wanted {
                let body = one.query_row(params![key.cast_signed(), page], |row| row.get(0));
                if let Some(body) = body.optional()? {
                    row.pages.push((*page, body));
                }
            }
        }
    }
    Ok(Some(row))
}
