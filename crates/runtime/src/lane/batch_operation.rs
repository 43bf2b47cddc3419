//! Batch operations in a lane: begun, told, and their items tried a few at a time.
//!
//! Items and the note of what became of them go in with one commit: wherever that is cut off, each
//! item is done once. Not here: which items there are (`crate::batch_operation`).

use super::aggregate::gone;
use super::carry::cause;
use super::chain::Stop;
use super::permit::{permission_for, permit};
use super::work::{Component, Work};
use super::{Aggregate, Lane};
use crate::batch_operation::request_for;
use crate::limits::BATCH_FUEL_MAX;
use crate::request::{Answer, BatchItem, BatchRequest, Caller};
use access::{Permission, Resource, ResourceType};
use engine::command::{BatchCommand, Command, Rejection};
use engine::key::Key;
use engine::state::batch_operation::{BatchOperation, BatchPhase, Begun, Operation, Tried};
use std::sync::Arc;

/// The aggregate a request addresses first, when it may exist already.
pub(super) fn target(request: &BatchRequest) -> Option<Key> {
    match request {
        BatchRequest::Begin { .. } => None,
        BatchRequest::Tell { batch, .. } | BatchRequest::TryItems { batch, .. } => Some(*batch),
    }
}

impl Lane {
    pub(super) fn decide_batch(
        &mut self,
        work: &mut Work,
        component: Component,
        caller: &Caller,
        request: &BatchRequest,
    ) -> Result<Answer, Stop> {
        match request {
            BatchRequest::Begin { begun } => self.begin_batch(work, component, caller, begun),
            BatchRequest::Tell { batch, command } => {
                let tenant = self.batch(*batch)?.begun.tenant;
                permit_batch(caller, Permission::Update, tenant, *batch)?;
                self.tell_batch(work, component, caller, *batch, (**command).clone())?;
                Ok(Answer::Done)
            }
            BatchRequest::TryItems { batch, from, items, is_last } => {
                self.try_items(work, component, caller, (*batch, *from), (items, *is_last))
            }
        }
    }

    fn begin_batch(
        &mut self,
        work: &mut Work,
        component: Component,
        caller: &Caller,
        begun: &Begun,
    ) -> Result<Answer, Stop> {
        let batch = self.inputs.keys.next_key();
        permit_batch(caller, Permission::Create, begun.tenant, batch)?;
        let begun = Box::new(Begun { key: batch, ..begun.clone() });
        self.tell_batch(work, component, caller, batch, BatchCommand::BeginBatch(begun))?;
        Ok(Answer::BatchBegun { batch })
    }

    fn tell_batch(
        &mut self,
        work: &mut Work,
        component: Component,
        caller: &Caller,
        batch: Key,
        command: BatchCommand,
    ) -> Result<(), Stop> {
        let command = Command::BatchOperation(command);
        self.run_chain(work, component, batch, &command, &cause(caller)).map(drop)
    }

    /// Tries items as far as the commit batch has room, and notes what became of each.
    fn try_items(
        &mut self,
        work: &mut Work,
        component: Component,
        caller: &Caller,
        (batch, from): (Key, Key),
        (items, is_last): (&[BatchItem], bool),
    ) -> Result<Answer, Stop> {
        let state = self.batch(batch)?;
        if state.phase != BatchPhase::Active || state.cursor != from {
            self.rely(work, component, batch);
            return Err(Stop::Rejected(Rejection::invalid_state(format!(
                "Expected batch operation `{batch}` to be active and at `{from}`, but it is at \
                 `{}`, {:?}.",
                state.cursor, state.phase
            ))));
        }
        let operation = state.begun.operation.clone();
        // The request is noted once, with what became of its items.
        let asker = Caller { request_key: None, ..caller.clone() };
        let (mut cursor, mut tried) = (from, Vec::with_capacity(items.len()));
        for item in items {
            // Items with one number are tried together: it says up to where all is done.
            if !tried.is_empty() && item.cursor != cursor && self.has_no_room(work) {
                break;
            }
            let error = self.try_item(work, component, &asker, &operation, *item)?;
            cursor = item.cursor;
            tried.push(Tried { item: item.item, instance: item.instance, error });
        }
        let is_last = is_last && tried.len() == items.len();
        let note = BatchCommand::NoteItems { cursor, tried, is_last };
        self.tell_batch(work, component, caller, batch, note)?;
        Ok(Answer::Done)
    }

    /// Why an item was refused; `None`: it went well.
    fn try_item(
        &mut self,
        work: &mut Work,
        component: Component,
        caller: &Caller,
        operation: &Operation,
        item: BatchItem,
    ) -> Result<Option<Arc<str>>, Stop> {
        let (target, command) = self.instance_command(&request_for(operation, item))?;
        let permission = permission_for(&command);
        let command = Command::Instance(command);
        let done = self
            .bring(work, target, &command)
            .and_then(|()| self.permit_on(caller, target, permission))
            .and_then(|()| self.run_chain(work, component, target, &command, &cause(caller)));
        match done {
            Ok(_) => Ok(None),
            Err(Stop::Rejected(rejection)) => Ok(Some(rejection.to_string().into())),
            Err(Stop::Forbidden(reason)) => Ok(Some(reason.into())),
            Err(stop) => Err(stop),
        }
    }

    /// Whether others in the commit batch need the room that is left.
    fn has_no_room(&self, work: &Work) -> bool {
        work.events >= self.limits.batch_events / 2 || work.fuel >= BATCH_FUEL_MAX / 2
    }

    fn batch(&self, batch: Key) -> Result<&BatchOperation, Stop> {
        match self.cache.peek(batch).map(|cached| &cached.aggregate) {
            Some(Aggregate::BatchOperation(state)) => Ok(state),
            _ => Err(Stop::Rejected(gone(batch))),
        }
    }
}

fn permit_batch(
    caller: &Caller,
    permission: Permission,
    tenant: u32,
    batch: Key,
) -> Result<(), Stop> {
    let resource = Resource { tenant, kind: ResourceType::Batch, id: "" };
    permit(caller, permission, resource, batch)
}
