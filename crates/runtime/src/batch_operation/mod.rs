//! Batch operations: what somebody asks for very many instances at once.
//!
//! Accepting one counts what it is about; a thread of low priority then sweeps through what is
//! meant, in the order of keys. A few items at a time go to the lane as one order, which notes in
//! the same commit what became of each: wherever that is cut off, each item is done once. What is
//! meant is narrowed to what the caller may change when it is accepted; nobody is asked again.
//! Not here: what becomes of the batch operation (`engine::step`).

mod filter;
mod select;
mod sweep;

pub(crate) use sweep::{Bell, run_batches};

use crate::driver;
use crate::limits::BATCH_SAMPLE_ITEMS;
use crate::node::{Node, Shared};
use crate::request::{Answer, BatchItem, BatchRequest, Caller, Refusal, Request};
use engine::command::{BatchCommand, Rejection};
use engine::key::Key;
use engine::record::{Events, decode_sections};
use engine::state::batch_operation::{BatchOperationEvent, Begun, Operation, Selection};
use store::view::Condition;

/// Of what something is asked.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// All process instances that meet these conditions (of their view), so far as it can be done
    /// to them.
    Instances(Vec<Condition>),
    /// The process instances named.
    Keys(Vec<Key>),
    /// All open incidents that meet these conditions (of their view).
    Incidents(Vec<Condition>),
    /// What failed of another batch operation.
    FailedOf(Key),
}

/// How many items a batch operation would have, and some of them.
#[derive(Debug, Clone, Default)]
pub struct Count {
    /// Exactly so many, now.
    pub total: u64,
    /// The first few.
    pub sample: Vec<Sampled>,
}

/// An item of a sample.
#[derive(Debug, Clone)]
pub struct Sampled {
    /// Key of the instance or incident.
    pub item: Key,
    /// Key of the instance.
    pub instance: Key,
    /// Why it would be refused; none: it would be done.
    pub error: Option<String>,
}

/// What a batch operation asks of one item.
pub(crate) fn request_for(operation: &Operation, item: BatchItem) -> Request {
    let instance = item.instance;
    match operation {
        Operation::Cancel => Request::CancelInstance { instance },
        Operation::ResolveIncidents { retries } => {
            Request::RetryIncident { instance, incident: item.item, retries: *retries }
        }
        Operation::Modify(modification) => {
            Request::ModifyInstance { instance, modification: modification.clone() }
        }
        Operation::Migrate(migration) => {
            Request::MigrateInstance { instance, migration: migration.clone() }
        }
        Operation::SetVariables { variables } => {
            let variables = variables.clone();
            Request::SetVariables { instance, element: instance, variables, local: true }
        }
        Operation::Suspend => Request::SuspendInstance { instance },
        Operation::Resume => Request::ResumeInstance { instance },
    }
}

impl Node {
    /// What a batch operation would be about, and what would become of the first few items.
    /// Nothing is done.
    ///
    /// # Errors
    /// When it would not be accepted, and when the store fails.
    pub async fn count_batch(
        &self,
        caller: &Caller,
        operation: &Operation,
        wanted: Wanted,
    ) -> Result<Count, Refusal> {
        let (_, counted) = self.select(caller, operation, wanted).await?;
        let mut count = Count { total: counted.total, sample: Vec::new() };
        for item in counted.first {
            let request = request_for(operation, item);
            let error = match self.preview(caller.clone(), item.instance, request).await {
                Ok(_) => None,
                Err(Refusal::Rejected(rejection)) => Some(rejection.to_string()),
                Err(other) => return Err(other),
            };
            count.sample.push(Sampled { item: item.item, instance: item.instance, error });
        }
        Ok(count)
    }

    /// Begins a batch operation; its key and how many items it has.
    ///
    /// # Errors
    /// When it is not accepted, and when the store fails.
    pub async fn begin_batch(
        &self,
        caller: Caller,
        operation: Operation,
        wanted: Wanted,
    ) -> Result<(Key, u64), Refusal> {
        let (selection, counted) = self.select(&caller, &operation, wanted).await?;
        let begun = Begun {
            key: Key(0),
            tenant: caller.tenant,
            actor: caller.actor.id.clone(),
            acting_for: caller.actor.acting_for.clone(),
            operation,
            selection,
            total: counted.total,
        };
        let request = Request::Batch(BatchRequest::Begin { begun: Box::new(begun) });
        let answer = self.submit(caller, request).await?;
        self.shared().batches.ring();
        match answer {
            Answer::BatchBegun { batch } => Ok((batch, counted.total)),
            other => Err(Refusal::Internal { reason: format!("an answer to another: {other:?}") }),
        }
    }

    /// What a batch operation does to each item, as it was asked for; it is in the history even
    /// when it is over.
    ///
    /// # Errors
    /// When there is none with that key, and when the store fails.
    pub async fn operation_of(&self, batch: Key) -> Result<Operation, Refusal> {
        let rows = self.history(batch, 0, 1).await?;
        let sections = rows.first().map(|row| decode_sections(batch, &row.body));
        let sections = sections.transpose();
        let sections = sections.map_err(|bad| Refusal::Internal { reason: bad.to_string() })?;
        let begun = sections.unwrap_or_default().into_iter().find_map(|section| {
            let Events::BatchOperation(events) = section.events else { return None };
            events.into_iter().find_map(|event| match event {
                BatchOperationEvent::BatchBegun(begun) => Some(begun.operation),
                _ => None,
            })
        });
        begun.ok_or_else(|| {
            Refusal::Rejected(Rejection::not_found(format!(
                "Expected batch operation `{batch}` to exist, but found none."
            )))
        })
    }

    /// Suspends, resumes or cancels a batch operation.
    ///
    /// # Errors
    /// When it is not there or has ended, or is that already.
    pub async fn tell_batch(
        &self,
        caller: Caller,
        batch: Key,
        command: BatchCommand,
    ) -> Result<(), Refusal> {
        let request = BatchRequest::Tell { batch, command: Box::new(command) };
        self.submit(caller, Request::Batch(request)).await?;
        self.shared().batches.ring();
        Ok(())
    }

    async fn select(
        &self,
        caller: &Caller,
        operation: &Operation,
        wanted: Wanted,
    ) -> Result<(Selection, Counted), Refusal> {
        let (tenant, operation) = (caller.tenant, operation.clone());
        let mut selection = select::selection(caller, &operation, wanted)?;
        let reach = select::reach(caller, &operation)?;
        self.read(move |shared| {
            driver::write_views(shared)?;
            if let Some(missing) = select::missing(shared, tenant, &selection, reach.as_ref())? {
                return Ok(Err(Refusal::Rejected(Rejection::not_found(format!(
                    "Expected process instance `{missing}` to exist, but found none."
                )))));
            }
            selection.upper = select::newest(shared, tenant, &selection)?;
            let counted = count(shared, tenant, &operation, &selection)?;
            Ok(Ok((selection, counted)))
        })
        .await?
    }
}

/// How many items there are, and the first few.
struct Counted {
    total: u64,
    first: Vec<BatchItem>,
}

fn count(
    shared: &Shared,
    tenant: u32,
    operation: &Operation,
    selection: &Selection,
) -> Result<Counted, store::Error> {
    let mut counted = Counted { total: 0, first: Vec::new() };
    let mut after = Key(0);
    loop {
        let limit = store::limits::PAGE_ROWS_MAX;
        let page = select::page(shared, tenant, operation, selection, after, limit)?;
        counted.total += page.items.len() as u64;
        let room = BATCH_SAMPLE_ITEMS - counted.first.len();
        counted.first.extend(page.items.iter().take(room));
        match page.items.last() {
            Some(last) if !page.is_last => after = last.cursor,
            _ => return Ok(counted),
        }
    }
}
