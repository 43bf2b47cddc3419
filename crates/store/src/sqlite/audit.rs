//! The audit chain as written: a segment per process start, a link per commit, anchors over tips.
//!
//! Not here: checking it (`access::verify`, fed by `verify`).

use access::chain::{self, Hash, Opening, Tip};
use access::verify::Witness;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Head, Options, io};
use crate::Error;
use crate::batch::HistoryWrite;

/// Bits of `audit.id` that hold the number within the segment.
const SEQ_BITS: u32 = 40;

/// Our segment: its small number in this file, and its tip.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    pub(super) id: i64,
    pub(super) tip: Tip,
}

impl Segment {
    /// Stands where no segment is open yet.
    pub(super) fn none() -> Self {
        Self { id: 0, tip: Tip { segment: 0, seq: 0, link: chain::START } }
    }
}

/// `audit.id` of a commit.
pub(super) fn audit_id(segment_id: i64, seq: u64) -> i64 {
    segment_id << SEQ_BITS | seq.cast_signed()
}

/// Number within the segment of an `audit.id`.
pub(super) fn seq_of(audit_id: i64) -> u64 {
    (audit_id & ((1 << SEQ_BITS) - 1)).cast_unsigned()
}

/// `segment.id` of an `audit.id`.
pub(super) fn segment_of(audit_id: i64) -> i64 {
    audit_id >> SEQ_BITS
}

/// What a leaf is the hash of: the row's columns at fixed width, then the body.
pub(super) fn record_bytes(into: &mut Vec<u8>, header: &RecordHeader, body: &[u8]) {
    into.clear();
    into.extend_from_slice(&header.aggregate.to_be_bytes());
    into.push(header.kind);
    into.extend_from_slice(&header.tenant.to_be_bytes());
    into.extend_from_slice(&header.at_ms.to_be_bytes());
    into.extend_from_slice(body);
}

/// The columns of a history row that the chain protects beside the body.
pub(super) struct RecordHeader {
    pub(super) aggregate: u64,
    pub(super) kind: u8,
    pub(super) tenant: u32,
    pub(super) at_ms: i64,
}

/// The leaf of a row about to be written.
pub(super) fn leaf(buffer: &mut Vec<u8>, write: &HistoryWrite, at_ms: i64) -> Hash {
    let header =
        RecordHeader { aggregate: write.aggregate, kind: write.kind, tenant: write.tenant, at_ms };
    record_bytes(buffer, &header, &write.body);
    chain::leaf(&write.salt, buffer)
}

/// Writes the audit row of one commit and moves the tip.
pub(super) fn append(
    db: &Connection,
    segment: &mut Segment,
    leaves: &[Hash],
) -> rusqlite::Result<()> {
    let seq = segment.tip.seq + 1;
    let link = chain::link(&segment.tip.link, leaves);
    insert_commit(db, audit_id(segment.id, seq), leaves, &link)?;
    segment.tip = Tip { seq, link, ..segment.tip };
    Ok(())
}

fn insert_commit(
    db: &Connection,
    id: i64,
    leaves: &[Hash],
    link: &Hash,
) -> rusqlite::Result<usize> {
    db.prepare_cached("insert into audit(id, leaves, link) values (?1, ?2, ?3)")?.execute(params![
        id,
        leaves.as_flattened(),
        link
    ])
}

/// Opens a segment whose first commit names the tip of the one before.
pub(super) fn open_segment(db: &Connection, options: &Options) -> Result<Segment, Error> {
    let action = io("open an audit segment");
    let (id, previous) = last_segment(db).map_err(&action)?;
    let segment: [u8; 8] =
        db.query_row("select randomblob(8)", [], |row| row.get(0)).map_err(&action)?;
    let opening = Opening {
        segment: u64::from_be_bytes(segment),
        opened_ms: options.now_ms,
        previous,
        build: options.build.clone(),
    };
    let tip = opening.tip();
    db.execute(
        "insert into segment(id, segment, opened_ms, previous_segment, previous_seq,
             previous_link, build) values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            id + 1,
            opening.segment.cast_signed(),
            opening.opened_ms,
            previous.map(|tip| tip.segment.cast_signed()),
            previous.map(|tip| tip.seq.cast_signed()),
            previous.map(|tip| tip.link),
            opening.build,
        ],
    )
    .map_err(&action)?;
    insert_commit(db, audit_id(id + 1, 0), &[opening.leaf()], &tip.link).map_err(&action)?;
    Ok(Segment { id: id + 1, tip })
}

/// The number of the newest segment (0 if there is none) and its tip.
fn last_segment(db: &Connection) -> rusqlite::Result<(i64, Option<Tip>)> {
    let newest = "select id, segment from segment order by id desc limit 1";
    let newest = db.query_row(newest, [], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some((id, segment)) = newest else {
        return Ok((0, None));
    };
    let last = "select id, link from audit where id between ?1 and ?2 order by id desc limit 1";
    let bounds = params![audit_id(id, 0), audit_id(id + 1, 0) - 1];
    let tip = db.query_row(last, bounds, |row| {
        let segment = i64::cast_unsigned(segment);
        Ok(Tip { segment, seq: seq_of(row.get(0)?), link: row.get(1)? })
    });
    Ok((id, tip.optional()?))
}

/// Chains an anchor over our segment's tip. One process writes, so no other tip can have moved;
/// what an earlier process left unanchored is named by our segment's opening.
pub(super) fn anchor(db: &Connection, head: &mut Head, now_ms: i64) -> Result<(), Error> {
    let tip = head.segment.tip;
    let n = head.anchor.n + 1;
    let root = chain::root(&head.anchor.root, n, &[tip]);
    db.prepare_cached("insert into anchor(n, tips, root, at_ms) values (?1, ?2, ?3, ?4)")
        .and_then(|mut insert| {
            insert.execute(params![n.cast_signed(), tips_in(&[tip]), root, now_ms])
        })
        .map_err(io("anchor"))?;
    head.anchor = Witness { n, root };
    head.anchored = Some(tip.seq);
    Ok(())
}

/// The last anchor's number and root.
pub(super) fn last_anchor(db: &Connection) -> rusqlite::Result<Option<Witness>> {
    let last = "select n, root from anchor order by n desc limit 1";
    let witness =
        |row: &Row<'_>| Ok(Witness { n: row.get::<_, i64>(0)?.cast_unsigned(), root: row.get(1)? });
    db.query_row(last, [], witness).optional()
}

fn tips_in(tips: &[Tip]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(tips.len() * 48);
    for tip in tips {
        bytes.extend_from_slice(&tip.segment.to_be_bytes());
        bytes.extend_from_slice(&tip.seq.to_be_bytes());
        bytes.extend_from_slice(&tip.link);
    }
    bytes
}

/// Tips as stored; a broken length yields fewer tips, and the root then tells.
pub(super) fn tips_out(bytes: &[u8]) -> Vec<Tip> {
    let (tips, _) = bytes.as_chunks::<48>();
    let tip = |bytes: &[u8; 48]| {
        let (segment, rest) = bytes.split_first_chunk::<8>().expect("48 bytes hold 8");
        let (seq, link) = rest.split_first_chunk::<8>().expect("40 bytes hold 8");
        let link = link.first_chunk::<32>().expect("32 bytes are left");
        Tip { segment: u64::from_be_bytes(*segment), seq: u64::from_be_bytes(*seq), link: *link }
    };
    tips.iter().map(tip).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tips_come_back_as_they_went_in() {
        let tips = [
            Tip { segment: 1, seq: u64::MAX, link: [7; 32] },
            Tip { segment: u64::MAX, seq: 2, link: [9; 32] },
        ];
        assert_eq!(tips_out(&tips_in(&tips)), tips);
    }

    #[test]
    fn a_commit_number_survives_packing() {
        assert_eq!(seq_of(audit_id(77, 123_456)), 123_456);
        assert!(audit_id(2, 0) > audit_id(1, (1 << SEQ_BITS) - 1));
    }
}
