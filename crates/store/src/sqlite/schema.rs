//! The tables of the SQLite store, as numbered scripts that are never changed after a release.
//!
//! Not here: view tables; those are derived from history and live in a file of their own
//! (`views`), made from their specs (`tables`).

use rusqlite::Connection;

use crate::Error;

/// "SEGU": marks the file as ours.
const APPLICATION_ID: i32 = 0x5345_4755;

/// One script per format; format n is reached after script n - 1.
const SCRIPTS: &[&str] = &[FORMAT_1, FORMAT_2, FORMAT_3, FORMAT_4, FORMAT_5, FORMAT_6];

/// The newest format this build reads and writes.
pub(super) const FORMAT: u32 = SCRIPTS.len() as u32;

/// The oldest format this build reads as it is: backups of older releases are checked without
/// being changed.
pub(super) const READABLE: u32 = 2;
/// The format since which there are resources.
pub(super) const WITH_RESOURCES: u32 = 3;
/// The format since which resources can be deleted.
pub(super) const WITH_DELETIONS: u32 = 6;

/// The format since which jobs have a priority.
pub(super) const WITH_PRIORITIES: u32 = 5;

/// Rows of `meta`: the highest key reserved.
pub(super) const META_RESERVED: i64 = 1;
/// Rows of `meta`: the newest span of time with a table of answers.
pub(super) const META_SPAN: i64 = 4;
/// Rows of `meta`: the random number that names this history.
pub(super) const META_HISTORY: i64 = 5;
/// Rows of `meta`: the highest position whose history row was deleted. Who deletes history rows
/// raises it in the same transaction, unless a row behind tells what is gone.
pub(super) const META_PURGED: i64 = 6;
/// Rows of `meta`: up to here the purge has looked through aggregates other than instances.
pub(super) const META_SWEPT: i64 = 7;
/// Rows of `meta`: 1 while the purge is paused.
pub(super) const META_PAUSED: i64 = 8;
/// Rows of `meta`: how many history rows were erased.
pub(super) const META_ERASED: i64 = 9;

// Keys are u64 stored bit for bit as i64, except in `effect` where they are stored so that their
// order as i64 is their order as u64 (`order_in`).
const FORMAT_1: &str = "
create table meta(id integer primary key, value integer not null) strict;
create table word(id integer primary key, text text not null unique) strict;
create table aggregate(
    key integer primary key, kind integer not null, tenant integer not null,
    stamp integer not null, body blob not null) strict;
create table page(
    id integer primary key, aggregate integer not null, page integer not null,
    body blob not null) strict;
create unique index page_of on page(aggregate, page);
create table job(
    key integer primary key, instance integer not null, slot integer not null,
    tenant integer not null, job_type integer not null, due_ms integer not null, worker text,
    activated_ms integer not null, attempt integer not null, retries integer not null) strict;
create index job_due on job(tenant, job_type, due_ms);
create table timer(
    key integer primary key, aggregate integer not null, slot integer not null,
    due_ms integer not null) strict;
create index timer_due on timer(due_ms);
create table effect(
    target integer not null, source integer not null, n integer not null, body blob not null,
    primary key (target, source, n)) strict, without rowid;
create table definition(
    key integer primary key, deployment integer not null, tenant integer not null,
    process_id text not null, name text not null, version integer not null,
    version_tag text not null, resource text not null, digest blob not null,
    deployed_ms integer not null, source blob not null) strict;
create index definition_of on definition(tenant, process_id, version);
create table history(
    position integer primary key, aggregate integer not null, kind integer not null,
    tenant integer not null, at_ms integer not null, segment integer not null,
    seq integer not null, salt blob not null, body blob) strict;
create index history_of on history(aggregate);
create table segment(
    id integer primary key, segment integer not null unique, opened_ms integer not null,
    previous_segment integer, previous_seq integer, previous_link blob,
    build text not null) strict;
-- id = segment.id << 40 | number of the commit in the segment: one small key, always appended.
create table audit(id integer primary key, leaves blob not null, link blob not null) strict;
create table anchor(
    n integer primary key, tips blob not null, root blob not null, at_ms integer not null) strict;
create table answer_0(
    aggregate integer not null, id text not null, request_hash integer not null,
    body blob not null, primary key (aggregate, id)) strict, without rowid;
create table answer_1(
    aggregate integer not null, id text not null, request_hash integer not null,
    body blob not null, primary key (aggregate, id)) strict, without rowid;
create table answer_2(
    aggregate integer not null, id text not null, request_hash integer not null,
    body blob not null, primary key (aggregate, id)) strict, without rowid;
create table answer_3(
    aggregate integer not null, id text not null, request_hash integer not null,
    body blob not null, primary key (aggregate, id)) strict, without rowid;
create table answer_4(
    aggregate integer not null, id text not null, request_hash integer not null,
    body blob not null, primary key (aggregate, id)) strict, without rowid;
insert into meta(id, value) values (1, 0), (4, 0);
";

// Positions are dense, so a range of them says which leaves of the chain have no record any more.
const FORMAT_2: &str = "
create table purged(first integer primary key, last integer not null) strict;
create table purging(aggregate integer primary key) strict;
-- id = audit.id of the commit whose only leaf is this record.
create table upkeep(
    id integer primary key, kind integer not null, at_ms integer not null, salt blob not null,
    body blob not null) strict;
create table retention(
    tenant integer not null, process_id text not null, ttl_ms integer,
    primary key (tenant, process_id)) strict, without rowid;
create table lineage(
    id integer primary key, history integer not null, after integer not null,
    at_ms integer not null) strict;
insert or ignore into meta(id, value) values (7, 0), (8, 0), (9, 0);
";

const FORMAT_3: &str = "
create table resource(
    key integer primary key, kind integer not null, deployment integer not null,
    tenant integer not null, id text not null, name text not null, version integer not null,
    version_tag text not null, resource text not null, digest blob not null,
    deployed_ms integer not null, parent integer, parent_id text not null,
    parent_name text not null, parent_version integer not null, source blob not null) strict;
create index resource_of on resource(tenant, kind, id, version);
";

const FORMAT_4: &str = "
-- Who there is: users, clients, groups, roles, what they may do. The runtime says what the bytes mean.
create table identity(
    kind integer not null, id text not null, body blob not null,
    primary key (kind, id)) strict, without rowid;
";

// A claim goes from the highest priority down, and through each by due time.
const FORMAT_5: &str = "
alter table job add column priority integer not null default 0;
drop index job_due;
create index job_due on job(tenant, job_type, priority, due_ms);
";

const FORMAT_6: &str = "
alter table definition add column deleted_ms integer;
alter table resource add column deleted_ms integer;
";

/// Brings the file to the newest format, or refuses one that is newer. Tells the format found;
/// 0: the file was empty.
pub(super) fn migrate(connection: &mut Connection) -> Result<u32, Error> {
    let found = run(connection, SCRIPTS)?;
    connection
        .execute(
            "insert or ignore into meta(id, value) values (?1, random()), (?2, 0)",
            [META_HISTORY, META_PURGED],
        )
        .map_err(super::io("migrate the data file"))?;
    Ok(found)
}

/// Runs the scripts the file has not seen, each in a transaction with its number: wherever that
/// is interrupted, it goes on from there.
fn run(connection: &mut Connection, scripts: &[&str]) -> Result<u32, Error> {
    let found = format(connection)?;
    refuse_newer(found, scripts.len() as u32)?;
    let failed = super::io("migrate the data file");
    if found == 0 {
        connection.pragma_update(None, "application_id", APPLICATION_ID).map_err(&failed)?;
    }
    for (index, script) in scripts.iter().enumerate().skip(found as usize) {
        let transaction = connection.transaction().map_err(&failed)?;
        transaction.execute_batch(script).map_err(&failed)?;
        transaction.pragma_update(None, "user_version", index as u32 + 1).map_err(&failed)?;
        transaction.commit().map_err(&failed)?;
    }
    Ok(found)
}

/// The file's format, if this build can read it.
pub(super) fn check(connection: &Connection) -> Result<u32, Error> {
    let found = format(connection)?;
    refuse_newer(found, FORMAT)?;
    Ok(found)
}

fn format(connection: &Connection) -> Result<u32, Error> {
    version(connection).map_err(super::io("read the format of the data file"))
}

/// The file's format, whoever made it.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

fn refuse_newer(found: u32, expected: u32) -> Result<(), Error> {
    if found > expected { Err(Error::Format { expected, found }) } else { Ok(()) }
}

#[cfg(test)]
#[path = "schema_tests.rs"]
mod tests;
