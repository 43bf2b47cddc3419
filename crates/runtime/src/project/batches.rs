//! Batch operations and their items: rows from their events.
//!
//! Not here: items that were not tried yet; nobody knows them before their turn.

use super::audit::Act;
use super::{Projection, RowKey, number, optional, text};
use engine::key::Key;
use engine::record::Section;
use engine::state::batch_operation::{BatchOperationEvent, Begun, OperationKind, Tried};
use store::view::{Cell, View, audit, batch_items, batches};

impl Projection {
    pub(super) fn fold_batch(
        &mut self,
        batch: Key,
        at: (u64, usize),
        now_ms: i64,
        section: &Section,
        events: &[BatchOperationEvent],
    ) {
        use BatchOperationEvent as E;
        let row = || RowKey::one(View::Batches, batch.0);
        let state = |state: i64| (batches::STATE, Cell::Int(state));
        for event in events {
            match event {
                E::BatchBegun(begun) => {
                    self.fold_batch_begun(begun, now_ms);
                    self.note_batch_act((batch, 0, begun.tenant), at, now_ms, section);
                }
                E::ItemsTried { tenant, kind, tried, completed, failed, .. } => {
                    for item in tried {
                        self.fold_item(batch, (*kind, *tenant), now_ms, item);
                    }
                    let completed = (batches::COMPLETED, count(*completed));
                    self.patch(row(), [completed, (batches::FAILED, count(*failed))]);
                }
                E::BatchSuspended { tenant } => {
                    self.patch(row(), [state(1)]);
                    self.note_batch_act((batch, 9, *tenant), at, now_ms, section);
                }
                E::BatchResumed { tenant } => {
                    self.patch(row(), [state(0)]);
                    self.note_batch_act((batch, 10, *tenant), at, now_ms, section);
                }
                E::BatchCancelled { tenant } => {
                    self.patch(row(), [state(2), (batches::ENDED_MS, Cell::Int(now_ms))]);
                    self.note_batch_act((batch, 1, *tenant), at, now_ms, section);
                }
                E::BatchCompleted { completed, failed } => {
                    // What ended by itself before its turn was not tried.
                    let total = (batches::TOTAL, count(*completed + *failed));
                    let ended = (batches::ENDED_MS, Cell::Int(now_ms));
                    self.patch(row(), [state(3), total, ended]);
                }
            }
        }
    }

    /// Notes what somebody did to a batch operation.
    fn note_batch_act(
        &mut self,
        (batch, operation, tenant): (Key, i64, u32),
        at: (u64, usize),
        now_ms: i64,
        section: &Section,
    ) {
        let more = [(audit::TENANT, Cell::Int(i64::from(tenant)))];
        self.put_act(at, now_ms, section, &Act::new(6, operation, batch), &more);
    }

    fn fold_batch_begun(&mut self, begun: &Begun, now_ms: i64) {
        let row = [
            (batches::KEY, number(begun.key.0)),
            (batches::OPERATION, Cell::Int(begun.operation.kind() as i64)),
            (batches::STATE, Cell::Int(0)),
            (batches::ACTOR, text(&begun.actor)),
            (batches::STARTED_MS, Cell::Int(now_ms)),
            (batches::TOTAL, count(begun.total)),
            (batches::COMPLETED, Cell::Int(0)),
            (batches::FAILED, Cell::Int(0)),
            (batches::TENANT, Cell::Int(i64::from(begun.tenant))),
        ];
        self.put(View::Batches, RowKey::one(View::Batches, begun.key.0), &row);
    }

    fn fold_item(
        &mut self,
        batch: Key,
        (kind, tenant): (OperationKind, u32),
        now_ms: i64,
        tried: &Tried,
    ) {
        let row = [
            (batch_items::BATCH, number(batch.0)),
            (batch_items::ITEM, number(tried.item.0)),
            (batch_items::INSTANCE, number(tried.instance.0)),
            (batch_items::OPERATION, Cell::Int(kind as i64)),
            (batch_items::STATE, Cell::Int(if tried.error.is_none() { 1 } else { 2 })),
            (batch_items::PROCESSED_MS, Cell::Int(now_ms)),
            (batch_items::ERROR, optional(tried.error.as_ref())),
            (batch_items::TENANT, Cell::Int(i64::from(tenant))),
        ];
        self.put(View::BatchItems, RowKey::item(batch.0, tried.item.0), &row);
    }
}

fn count(number: u64) -> Cell {
    Cell::Int(i64::try_from(number).unwrap_or(i64::MAX))
}
