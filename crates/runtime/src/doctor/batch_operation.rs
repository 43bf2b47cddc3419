//! Batch operations: what the views say of those on their way is what they are.
//!
//! Not here: whether each item was done; the histories of the instances tell.

use super::views::{eq, int, key_in};
use super::{Exam, PAGE};
use engine::key::Key;
use engine::state::batch_operation::{BatchOperation, BatchPhase};
use store::load::{Load, Pages};
use store::view::{Cell, Filter, Page, PageStart, Query, Test, View, batch_items, batches};

impl Exam<'_> {
    /// What the views say of a batch operation that is on its way.
    pub(super) fn batch_operation(
        &mut self,
        key: Key,
        state: &BatchOperation,
    ) -> Result<(), store::Error> {
        let tenants = [state.begun.tenant];
        let rows = self.rows(View::Batches, &tenants, &[eq(batches::KEY, int(key))])?;
        let expected = [
            (batches::STATE, i64::from(state.phase == BatchPhase::Suspended)),
            (batches::TOTAL, state.begun.total.cast_signed()),
            (batches::COMPLETED, state.completed.cast_signed()),
            (batches::FAILED, state.failed.cast_signed()),
        ];
        let fits = |row: &Vec<Cell>| {
            expected.iter().all(|(column, number)| row[*column as usize] == Cell::Int(*number))
        };
        self.check(
            rows.len() == 1 && rows.iter().all(fits),
            key,
            "I16",
            || format!("one row of this batch operation with {expected:?}"),
            || format!("{rows:?}"),
        );
        let items = self.rows(View::BatchItems, &tenants, &[eq(batch_items::BATCH, int(key))])?;
        let of = |state: i64| {
            items.iter().filter(|row| row[batch_items::STATE as usize] == Cell::Int(state)).count()
        };
        let (completed, failed) = (of(1) as u64, of(2) as u64);
        self.check(
            (completed, failed) == (state.completed, state.failed),
            key,
            "I16",
            || format!("{} completed and {} failed items", state.completed, state.failed),
            || format!("{completed} and {failed}"),
        );
        Ok(())
    }

    /// No batch operation is on its way in the view that is over.
    pub(super) fn live_batch_rows(&mut self) -> Result<(), store::Error> {
        let on_its_way = Test::In(vec![Cell::Int(0), Cell::Int(1)]);
        let mut query = Query {
            view: View::Batches,
            tenants: self.tenants.iter().copied().collect(),
            filters: vec![Filter { column: batches::STATE, test: on_its_way }],
            conditions: Vec::new(),
            sort: Vec::new(),
            page: Page { limit: PAGE, start: PageStart::Offset(0) },
        };
        loop {
            let found = self.store.query(&query)?;
            let keys: Vec<Key> = found.rows.iter().map(|row| key_in(row, batches::KEY)).collect();
            let aggregates = keys.iter().map(|key| (key.0, Pages::Root)).collect();
            let held = self.store.load(&Load { aggregates, ..Load::default() })?.aggregates;
            for (key, held) in keys.iter().zip(held) {
                self.check(
                    held.is_some(),
                    *key,
                    "I16",
                    || "no row on its way of a batch operation that is over".to_owned(),
                    || "one".to_owned(),
                );
            }
            match found.end_cursor {
                Some(cursor) if keys.len() == PAGE as usize => {
                    query.page.start = PageStart::After(cursor);
                }
                _ => return Ok(()),
            }
        }
    }
}
