//! Migration: what older releases wrote is rewritten as this one writes it.
//!
//! Not here: the steps (`store::sqlite::migrate`, `engine::record::upgrade`). A start needs none
//! of this: it brings the tables up and reads old rows as they are.

use engine::key::Key;
use engine::record::upgrade::upgrade;
use std::path::Path;
use store::batch::{AggregateWrite, Batch, Component};
use store::load::AggregateRow;
use store::sqlite::{self, Migrated, Options, Sqlite};
use store::{Error, Store};

/// Aggregates read and written at once.
const PAGE: u32 = 256;

/// Rows of state read and rewritten.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rows {
    /// Aggregates read.
    pub read: u64,
    /// Aggregates that were of an older format.
    pub upgraded: u64,
}

/// What a migration did, or would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migration {
    /// Of the tables.
    pub tables: Migrated,
    /// Of what is in them.
    pub rows: Rows,
}

/// Migrates a data folder that nobody holds; with `dry_run` it only says what it would do.
///
/// # Errors
/// Those of [`store::sqlite::migrate`]; [`Error::Refused`] when a row cannot be read.
pub fn migrate(folder: &Path, dry_run: bool) -> Result<Migration, Error> {
    let tables = sqlite::migrate(folder, dry_run)?;
    let rows = if !dry_run {
        rewrite(&Sqlite::open(folder, &Options::default())?, true)?
    } else if tables.from == tables.to {
        rewrite(&Sqlite::open_reader(folder)?, false)?
    } else {
        Rows::default()
    };
    Ok(Migration { tables, rows })
}

fn rewrite(store: &dyn Store, write: bool) -> Result<Rows, Error> {
    let (mut rows, mut after) = (Rows::default(), 0);
    loop {
        let page = store.aggregates(after, PAGE)?;
        let Some(last) = page.last() else { return Ok(rows) };
        after = last.key;
        let mut components = Vec::new();
        for row in &page {
            rows.read += 1;
            let upgraded = upgrade(row.kind, Key(row.key), &row.body, &row.pages);
            let upgraded = upgraded.map_err(|bad| Error::Refused {
                reason: format!("aggregate {} cannot be read: {bad}", row.key),
            })?;
            if let Some((body, pages)) = upgraded {
                rows.upgraded += 1;
                components.push(component(row, body, pages));
            }
        }
        if write && !components.is_empty() {
            // Time stands still here: nothing that waits for a time looks at this batch.
            store.commit(&Batch { now_ms: 0, components, claims: Vec::new() })?;
        }
    }
}

fn component(row: &AggregateRow, body: Vec<u8>, pages: Vec<(u32, Vec<u8>)>) -> Component {
    let write = AggregateWrite {
        key: row.key,
        kind: row.kind,
        tenant: row.tenant,
        expected: Some(row.stamp),
        stamp: crate::clock::random_seed(),
        body: Some(body),
        pages: pages.into_iter().map(|(page, body)| (page, Some(body))).collect(),
    };
    Component { aggregates: vec![write], ..Component::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_rewritten_where_it_stands_and_gets_a_new_stamp() {
        let store = store::memory::Memory::new();
        let row = AggregateRow {
            key: 7,
            kind: 1,
            tenant: 0,
            stamp: 1,
            body: vec![1, 1],
            pages: vec![(3, vec![1, 2])],
        };
        let put = |write| {
            let batch = Batch { components: vec![write], ..Batch::default() };
            store.commit(&batch).unwrap().accepted[0]
        };
        let mut first = component(&row, row.body.clone(), row.pages.clone());
        first.aggregates[0].expected = None;
        first.aggregates[0].stamp = 1;
        assert!(put(first));
        assert!(put(component(&row, vec![2, 1], vec![(3, vec![2, 2])])));
        let held = store.aggregates(0, 10).unwrap().remove(0);
        assert_eq!((held.body, held.pages), (vec![2, 1], vec![(3, vec![2, 2])]));
        assert_ne!(held.stamp, row.stamp);
        assert!(!put(component(&row, vec![3], vec![])), "its stamp has moved");
    }

    #[test]
    fn rows_of_this_format_are_read_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path(), &Options::default()).unwrap();
        let row = AggregateRow {
            key: 7,
            kind: 1,
            tenant: 0,
            stamp: 1,
            body: vec![1, 1],
            pages: Vec::new(),
        };
        let mut first = component(&row, row.body.clone(), Vec::new());
        first.aggregates[0].expected = None;
        store.commit(&Batch { components: vec![first], ..Batch::default() }).unwrap();
        drop(store);
        let done = migrate(folder.path(), false).unwrap();
        assert_eq!(done.rows, Rows { read: 1, upgraded: 0 });
        assert_eq!(migrate(folder.path(), true).unwrap(), done);
        assert!(migrate(&folder.path().join("nowhere"), false).is_err());
        assert!(!folder.path().join("nowhere").exists(), "it makes no data folder");
    }
}
