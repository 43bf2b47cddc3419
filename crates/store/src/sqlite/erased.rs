//! Which leaves of the audit chain lost their record by an order, and whether that order is there.
//!
//! Not here: erasing (`purge`), and walking the chain (`verify`).

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row};

use super::upkeep::{self, Upkeep};
use super::verify::Stored;

/// Puts stand-ins where history rows were erased. Positions are dense: the leaves of one commit
/// have those after the leaves of the commit before.
#[derive(Debug, Default)]
pub(super) struct Erased {
    /// Position of the last leaf met.
    met: u64,
    /// The erased range looked at last.
    range: Option<(u64, u64)>,
}

impl Erased {
    /// The records of a commit with so many leaves, of which `found` are there.
    pub(super) fn fill(
        &mut self,
        db: &Connection,
        found: Vec<Stored>,
        leaves: usize,
    ) -> rusqlite::Result<Vec<Stored>> {
        let expected = self.met + 1..=self.met + leaves as u64;
        let fits = found.iter().all(|stored| expected.contains(&stored.position));
        if found.len() >= leaves || !fits {
            // Whole, or something the chain will tell: go on from what is there.
            self.met = found.last().map_or(*expected.end(), |stored| stored.position);
            return Ok(found);
        }
        self.met = *expected.end();
        let mut found = found.into_iter().peekable();
        let mut filled = Vec::with_capacity(leaves);
        for position in expected {
            match found.next_if(|stored| stored.position == position) {
                Some(stored) => filled.push(stored),
                None if self.is_erased(db, position)? => filled.push(Stored::erased(position)),
                None => {}
            }
        }
        Ok(filled)
    }

    fn is_erased(&mut self, db: &Connection, position: u64) -> rusqlite::Result<bool> {
        let holds = |(first, last): (u64, u64)| (first..=last).contains(&position);
        if !self.range.is_some_and(holds) {
            let select = "select first, last from purged where first <= ?1 \
                          order by first desc limit 1";
            let mut select = db.prepare_cached(select)?;
            let found = select.query_row([position.cast_signed()], range).optional()?;
            self.range = found.filter(|range| holds(*range));
        }
        Ok(self.range.is_some())
    }
}

/// Ranges that records in the chain order to be erased, neighbours joined.
#[derive(Debug, Default)]
pub(super) struct Named {
    ranges: BTreeMap<u64, u64>,
}

impl Named {
    pub(super) fn add(&mut self, record: &Upkeep) {
        if record.kind == upkeep::PURGED {
            upkeep::purged_ranges(&record.body).into_iter().for_each(|range| self.join(range));
        }
    }

    fn join(&mut self, (mut first, mut last): (u64, u64)) {
        if let Some((before, until)) = self.ranges.range(..=first).next_back()
            && *until >= first.saturating_sub(1)
        {
            (first, last) = (*before, last.max(*until));
        }
        while let Some((next, until)) = self.ranges.range(first..).next()
            && *next <= last.saturating_add(1)
        {
            let (next, until) = (*next, *until);
            last = last.max(until);
            self.ranges.remove(&next);
        }
        self.ranges.insert(first, last);
    }

    /// Ranges that were erased and that no record orders to be.
    pub(super) fn missing(&self, db: &Connection) -> rusqlite::Result<Vec<(u64, u64)>> {
        let mut select = db.prepare("select first, last from purged order by first")?;
        let mut missing = Vec::new();
        for found in select.query_map([], range)? {
            let (first, last) = found?;
            let covering = self.ranges.range(..=first).next_back();
            if covering.is_none_or(|(_, until)| *until < last) {
                missing.push((first, last));
            }
        }
        Ok(missing)
    }
}

fn range(row: &Row<'_>) -> rusqlite::Result<(u64, u64)> {
    Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get::<_, i64>(1)?.cast_unsigned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_joined_in_whatever_order_they_come() {
        let all = [(1, 2), (3, 3), (8, 9), (5, 6), (4, 4), (20, 30), (22, 25)];
        for turn in 0..all.len() {
            let mut named = Named::default();
            all.iter().cycle().skip(turn).take(all.len()).for_each(|range| named.join(*range));
            let joined: Vec<_> = named.ranges.into_iter().collect();
            assert_eq!(joined, [(1, 6), (8, 9), (20, 30)], "from {turn}");
        }
    }
}
