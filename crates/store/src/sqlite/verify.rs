//! Reads history, audit and anchors back and has the chain checked, beside a running server.
//!
//! Not here: what counts as tampering (`access::verify`).

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;

use access::chain::{Hash, Opening, Tip};
use access::verify::{Anchor, Commit, Record, Report, Verifier, Witness};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::audit::{RecordHeader, audit_id, record_bytes, segment_of, seq_of, tips_out};
use super::erased::{Erased, Named};
use super::load::snapshot;
use super::{Sqlite, scan, upkeep};
use crate::Error;

/// Rows read at once; every read is a transaction of its own, so none lives long.
const CHUNK: u32 = 500;

/// Checks the audit chain of a data folder, and compares it with what a witness knows.
///
/// # Errors
/// Those of [`Sqlite::open_reader`]; findings are no errors.
pub fn verify(folder: &Path, witness: Option<Witness>) -> Result<Report, Error> {
    Sqlite::open_reader(folder)?.verify(witness)
}

/// What is read up to: everything written later is left alone.
struct Until {
    audit: i64,
    position: i64,
    anchor: i64,
}

/// A record as the chain sees it.
pub(super) struct Stored {
    pub(super) position: u64,
    place: i64,
    salt: [u8; 16],
    bytes: Option<Vec<u8>>,
}

impl Stored {
    /// Stands for a history row that was erased.
    pub(super) fn erased(position: u64) -> Self {
        Self { position, place: 0, salt: [0; 16], bytes: None }
    }

    fn upkeep(record: &upkeep::Upkeep) -> Self {
        Self { position: 0, place: record.id, salt: record.salt, bytes: Some(record.bytes()) }
    }

    fn record(&self) -> Record<'_> {
        let Self { position, salt, bytes, .. } = self;
        Record { position: *position, salt: *salt, bytes: bytes.as_deref() }
    }
}

/// An audit row.
struct Link {
    id: i64,
    leaves: Vec<Hash>,
    link: Hash,
}

impl Sqlite {
    /// Checks the audit chain, streaming; memory does not grow with the history.
    ///
    /// # Errors
    /// [`Error::Io`] when the file cannot be read; findings are no errors.
    pub fn verify(&self, witness: Option<Witness>) -> Result<Report, Error> {
        let action = "read the audit chain";
        let until = self.read(action, |db| snapshot(db, until))?;
        let openings = self.read(action, openings)?;
        let mut verifier = Verifier::new(witness);
        let mut named = Named::default();
        self.verify_commits(&mut verifier, &until, &openings, &mut named)?;
        // What was erased while this was read is named by commits behind the end.
        for record in self.read(action, |db| upkeep::between(db, until.audit + 1, i64::MAX))? {
            named.add(&record);
        }
        for (first, last) in self.read(action, |db| named.missing(db))? {
            verifier.erased_unordered(first, last);
        }
        for tip in openings.values().filter_map(|opening| opening.previous) {
            let found = self.read(action, |db| link_at(db, &tip))?;
            verifier.named_by_opening(&tip, found);
        }
        let mut after = 0;
        loop {
            let anchors = self.read(action, |db| anchors(db, after, until.anchor))?;
            let Some(last) = anchors.last() else { break };
            after = last.n.cast_signed();
            for anchor in &anchors {
                let found = anchor.tips.iter().map(|tip| self.read(action, |db| link_at(db, tip)));
                verifier.anchor(anchor, &found.collect::<Result<Vec<_>, _>>()?);
            }
        }
        Ok(verifier.finish())
    }

    /// Walks audit rows and history rows side by side; both lie in the order of commits.
    fn verify_commits(
        &self,
        verifier: &mut Verifier,
        until: &Until,
        openings: &BTreeMap<i64, Opening>,
        named: &mut Named,
    ) -> Result<(), Error> {
        let action = "read the audit chain";
        let mut erased = Erased::default();
        let mut records = Records { read_to: 0, until: until.position, waiting: VecDeque::new() };
        let mut after = -1;
        let name = |id: i64| openings.get(&segment_of(id)).map_or(0, |opening| opening.segment);
        loop {
            let links = self.read(action, |db| links(db, after, until.audit))?;
            let Some(last) = links.last() else { break };
            let from = std::mem::replace(&mut after, last.id) + 1;
            let upkeeps = self.read(action, |db| upkeep::between(db, from, last.id))?;
            let mut upkeeps = upkeeps.into_iter().peekable();
            for link in &links {
                while let Some(stray) = records.take_if(self, |place| place < link.id)? {
                    verifier.stray_record(name(stray.place), seq_of(stray.place), stray.position);
                }
                let mut own = Vec::with_capacity(link.leaves.len());
                while let Some(record) = records.take_if(self, |place| place == link.id)? {
                    own.push(record);
                }
                let seq = seq_of(link.id);
                let opening = openings.get(&segment_of(link.id)).filter(|_| seq == 0);
                if let Some(record) = upkeeps.next_if(|record| record.id <= link.id) {
                    named.add(&record);
                    own.push(Stored::upkeep(&record));
                } else if opening.is_none() {
                    own = self.read(action, |db| erased.fill(db, own, link.leaves.len()))?;
                }
                let own: Vec<Record<'_>> = own.iter().map(Stored::record).collect();
                let commit =
                    Commit { segment: name(link.id), seq, leaves: &link.leaves, link: link.link };
                verifier.commit(&commit, opening, &own);
            }
        }
        while let Some(stray) = records.take_if(self, |_| true)? {
            verifier.stray_record(name(stray.place), seq_of(stray.place), stray.position);
        }
        Ok(())
    }
}

/// History rows read ahead.
struct Records {
    read_to: i64,
    until: i64,
    waiting: VecDeque<Stored>,
}

impl Records {
    /// Takes the next row if its place in the chain is the one wanted.
    fn take_if(
        &mut self,
        store: &Sqlite,
        wanted: impl FnOnce(i64) -> bool,
    ) -> Result<Option<Stored>, Error> {
        if self.waiting.is_empty() && self.read_to < self.until {
            let (after, until) = (self.read_to, self.until);
            let rows = store.read("read history", |db| records(db, after, until))?;
            self.read_to = rows.last().map_or(until, |row| row.position.cast_signed());
            self.waiting.extend(rows);
        }
        Ok(self.waiting.pop_front_if(|row| wanted(row.place)))
    }
}

fn until(db: &Connection) -> rusqlite::Result<Until> {
    let last = |sql: &str| db.query_row(sql, [], |row| row.get(0));
    Ok(Until {
        audit: last("select coalesce(max(id), 0) from audit")?,
        position: last("select coalesce(max(position), 0) from history")?,
        anchor: last("select coalesce(max(n), 0) from anchor")?,
    })
}

fn openings(db: &Connection) -> rusqlite::Result<BTreeMap<i64, Opening>> {
    let select = "select id, segment, opened_ms, previous_segment, previous_seq, previous_link, \
                  build from segment";
    let mut select = db.prepare(select)?;
    let rows = select.query_map([], |row| {
        let previous = match (row.get(3)?, row.get(4)?, row.get(5)?) {
            (Some(segment), Some(seq), Some(link)) => Some(Tip {
                segment: i64::cast_unsigned(segment),
                seq: i64::cast_unsigned(seq),
                link: hash(link),
            }),
            _ => None,
        };
        let segment = row.get::<_, i64>(1)?.cast_unsigned();
        let opening = Opening { segment, opened_ms: row.get(2)?, previous, build: row.get(6)? };
        Ok((row.get(0)?, opening))
    })?;
    rows.collect()
}

fn links(db: &Connection, after: i64, until: i64) -> rusqlite::Result<Vec<Link>> {
    let select = "select id, leaves, link from audit where id > ?1 and id <= ?2 order by id \
                  limit ?3";
    let rows = |row: &Row<'_>| {
        let leaves: Vec<u8> = row.get(1)?;
        // Leaves of a broken length are no leaves; the link then tells.
        let leaves = match leaves.as_chunks::<32>() {
            (leaves, []) => leaves.to_vec(),
            _ => Vec::new(),
        };
        Ok(Link { id: row.get(0)?, leaves, link: hash(row.get(2)?) })
    };
    db.prepare_cached(select)?.query_map(params![after, until, CHUNK], rows)?.collect()
}

fn records(db: &Connection, after: i64, until: i64) -> rusqlite::Result<Vec<Stored>> {
    let select = "select position, aggregate, kind, tenant, at_ms, segment, seq, salt, body \
                  from history where position > ?1 and position <= ?2 order by position limit ?3";
    let rows = |row: &Row<'_>| {
        let header = RecordHeader {
            aggregate: row.get::<_, i64>(1)?.cast_unsigned(),
            // Numbers that do not fit were never written by us; the leaf then tells.
            kind: u8::try_from(row.get::<_, i64>(2)?).unwrap_or(u8::MAX),
            tenant: u32::try_from(row.get::<_, i64>(3)?).unwrap_or(u32::MAX),
            at_ms: row.get(4)?,
        };
        let body: Option<Vec<u8>> = row.get(8)?;
        let salt: Vec<u8> = row.get(7)?;
        let seq: i64 = row.get(6)?;
        Ok(Stored {
            position: row.get::<_, i64>(0)?.cast_unsigned(),
            place: audit_id(row.get(5)?, seq.cast_unsigned()),
            salt: salt.try_into().unwrap_or_default(),
            bytes: body.map(|body| {
                let mut bytes = Vec::with_capacity(body.len() + 32);
                record_bytes(&mut bytes, &header, &body);
                bytes
            }),
        })
    };
    db.prepare_cached(select)?.query_map(params![after, until, CHUNK], rows)?.collect()
}

fn anchors(db: &Connection, after: i64, until: i64) -> rusqlite::Result<Vec<Anchor>> {
    let select = "select n, tips, root from anchor where n > ?1 and n <= ?2 order by n limit ?3";
    let rows = |row: &Row<'_>| {
        let tips: Vec<u8> = row.get(1)?;
        let n = row.get::<_, i64>(0)?.cast_unsigned();
        Ok(Anchor { n, tips: tips_out(&tips), root: hash(row.get(2)?), remembers: None })
    };
    db.prepare_cached(select)?.query_map(params![after, until, CHUNK], rows)?.collect()
}

fn link_at(db: &Connection, tip: &Tip) -> rusqlite::Result<Option<Hash>> {
    let segment = "select id from segment where segment = ?1";
    let id = db
        .prepare_cached(segment)?
        .query_row([tip.segment.cast_signed()], |row| row.get::<_, i64>(0))
        .optional()?;
    let Some(id) = id else { return Ok(None) };
    let link = "select link from audit where id = ?1";
    let link = db.prepare_cached(link)?.query_row([audit_id(id, tip.seq)], |row| row.get(0));
    Ok(link.optional()?.map(hash))
}

/// A hash as stored; one of a broken length equals none.
fn hash(bytes: Vec<u8>) -> Hash {
    bytes.try_into().unwrap_or([0; 32])
}

impl Sqlite {
    /// The newest anchor: number and root, to be handed to a witness outside.
    ///
    /// # Errors
    /// [`Error::Io`] when the file cannot be read.
    pub fn last_anchor(&self) -> Result<Option<Witness>, Error> {
        self.read("read the last anchor", super::audit::last_anchor)
    }

    /// The position of the last history row.
    ///
    /// # Errors
    /// [`Error::Io`] when the file cannot be read.
    pub fn last_position(&self) -> Result<u64, Error> {
        self.read("read the last position", scan::last_position)
    }
}

impl Sqlite {
    /// Has SQLite look at every page of both files; returns what it finds, nothing when all is
    /// well. Reads everything, in one transaction a file: a log being written grows meanwhile.
    ///
    /// # Errors
    /// [`Error::Io`] when a file cannot be read.
    pub fn integrity(&self) -> Result<Vec<String>, Error> {
        let mut found = Vec::new();
        for path in [self.folder.join(super::open::DATA_FILE), self.views.path().to_owned()] {
            if !path.exists() {
                continue;
            }
            let db = super::open::connect_reader(&path, crate::limits::READER_CACHE_KIB)?;
            let lines = integrity(&db).map_err(super::io("check the integrity of a file"))?;
            let name = path.display().to_string();
            found.extend(lines.into_iter().map(|line| format!("{name}: {line}")));
        }
        Ok(found)
    }
}

fn integrity(db: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut check = db.prepare("pragma integrity_check")?;
    let lines = check.query_map([], |row| row.get::<_, String>(0))?;
    let lines: Vec<String> = lines.collect::<Result<_, _>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}
