//! Records of what is no history of processes: history erased, retention changed, who there is
//! changed, something refused.
//!
//! They have no positions and nobody projects them. Each record is the only
//! leaf of a commit in the audit chain, so that an erasure nobody ordered shows.

use access::chain;
use rusqlite::{Connection, Row, params};

use super::Head;
use super::audit::{self, audit_id};
use crate::keep::{KeepingChange, PurgeOrder};

/// History was erased.
pub(super) const PURGED: u8 = 1;
/// What is kept how long was changed.
pub(super) const CHANGED: u8 = 2;

/// Who there is was changed.
pub(super) const IDENTITY: u8 = 3;
/// Somebody was refused something.
pub(super) const REFUSED: u8 = 4;

/// One record.
pub(super) struct Upkeep {
    /// `audit.id` of its commit.
    pub(super) id: i64,
    pub(super) kind: u8,
    pub(super) at_ms: i64,
    pub(super) salt: [u8; 16],
    pub(super) body: Vec<u8>,
}

impl Upkeep {
    /// What the leaf is the hash of.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.body.len() + 9);
        bytes.push(self.kind);
        bytes.extend_from_slice(&self.at_ms.to_be_bytes());
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// Writes a record and its commit in the audit chain.
pub(super) fn append(
    db: &Connection,
    head: &mut Head,
    kind: u8,
    (at_ms, salt): (i64, [u8; 16]),
    body: Vec<u8>,
) -> rusqlite::Result<()> {
    let id = audit_id(head.segment.id, head.segment.tip.seq + 1);
    let record = Upkeep { id, kind, at_ms, salt, body };
    let leaf = chain::leaf(&record.salt, &record.bytes());
    audit::append(db, &mut head.segment, &[leaf])?;
    db.prepare_cached(
        "insert into upkeep(id, kind, at_ms, salt, body) values (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![record.id, record.kind, record.at_ms, record.salt, record.body])?;
    Ok(())
}

/// Records of commits from `from` through `to`, in order.
pub(super) fn between(db: &Connection, from: i64, to: i64) -> rusqlite::Result<Vec<Upkeep>> {
    let select = "select id, kind, at_ms, salt, body from upkeep where id between ?1 and ?2 \
                  order by id";
    let read = |row: &Row<'_>| {
        let salt: Vec<u8> = row.get(3)?;
        Ok(Upkeep {
            id: row.get(0)?,
            // A number that does not fit was never written by us; the leaf then tells.
            kind: u8::try_from(row.get::<_, i64>(1)?).unwrap_or(u8::MAX),
            at_ms: row.get(2)?,
            salt: salt.try_into().unwrap_or_default(),
            body: row.get(4)?,
        })
    };
    db.prepare_cached(select)?.query_map([from, to], read)?.collect()
}

/// Body of a purge: for which definition, what ended before when, and the ranges of positions.
pub(super) fn purge_body(order: &PurgeOrder, ranges: &[(u64, u64)]) -> Vec<u8> {
    let mut body = Vec::with_capacity(16 + ranges.len() * 16);
    body.extend_from_slice(&order.definition.to_be_bytes());
    body.extend_from_slice(&order.before_ms.to_be_bytes());
    for (first, last) in ranges {
        body.extend_from_slice(&first.to_be_bytes());
        body.extend_from_slice(&last.to_be_bytes());
    }
    body
}

/// Body of a note: who, and in words what.
pub(super) fn note_body(actor: &str, what: &str) -> Vec<u8> {
    let mut body = Vec::with_capacity(actor.len() + what.len() + 4);
    body.extend_from_slice(&(actor.len() as u32).to_be_bytes());
    body.extend_from_slice(actor.as_bytes());
    body.extend_from_slice(what.as_bytes());
    body
}

/// Who, and what, of a note's body.
pub(super) fn note(body: &[u8]) -> (String, String) {
    let (length, rest) = body.split_first_chunk().unwrap_or((&[0; 4], body));
    let at = (u32::from_be_bytes(*length) as usize).min(rest.len());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&rest[..at]), text(&rest[at..]))
}

/// The ranges a purge's body names.
pub(super) fn purged_ranges(body: &[u8]) -> Vec<(u64, u64)> {
    let number =
        |bytes: &[u8]| bytes.first_chunk().map_or(0, |bytes: &[u8; 8]| u64::from_be_bytes(*bytes));
    let (ranges, _) = body.get(16..).unwrap_or_default().as_chunks::<16>();
    ranges.iter().map(|range| (number(&range[..8]), number(&range[8..]))).collect()
}

/// Body of a change: who, and what, as text.
pub(super) fn change_body(actor: &str, change: &KeepingChange) -> Vec<u8> {
    let text = match change {
        KeepingChange::Set(to) => {
            let ttl = to.ttl_ms.map_or("for ever".to_owned(), |ms| format!("{ms} ms"));
            format!("{actor}\nset\n{}\n{}\n{ttl}", to.tenant, to.process_id)
        }
        KeepingChange::Inherit { tenant, process_id } => {
            format!("{actor}\ninherit\n{tenant}\n{process_id}")
        }
        KeepingChange::Pause => format!("{actor}\npause"),
        KeepingChange::Resume => format!("{actor}\nresume"),
    };
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ranges_of_a_purge_come_back_as_they_went_in() {
        let order = PurgeOrder {
            aggregates: vec![],
            definition: 7,
            before_ms: -1,
            now_ms: 0,
            rows_max: 0,
            swept: None,
            is_told: false,
            salt: [0; 16],
            forgets: false,
        };
        let ranges = [(1, 1), (5, u64::MAX)];
        assert_eq!(purged_ranges(&purge_body(&order, &ranges)), ranges);
        assert_eq!(purged_ranges(&[0; 9]), []);
    }
}
