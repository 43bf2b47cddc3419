//! Batch operations: finding them and what became of their items, pausing and ending them.
//!
//! Not here: beginning one (`instance_batches`, `own::batches`).

use super::process_instances::Reference;
use crate::answer;
use crate::extract::{CallerOf, JsonBody};
use crate::keys::PathKey;
use crate::problem::{Problem, ProblemDetail};
use crate::search::schema::search_schemas;
use crate::search::write::nothing_extra;
use crate::search::{Field, Joined, Kind, Search, Table, find, find_one};
use crate::state::ApiState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use engine::command::BatchCommand;
use engine::key::Key;
use runtime::request::Caller;
use store::view::{Cell, View, batch_items, batches};

/// What is done to each item, by the view's numbers.
pub(crate) const OPERATIONS: &[&str] = &[
    "CANCEL_PROCESS_INSTANCE",
    "RESOLVE_INCIDENT",
    "MODIFY_PROCESS_INSTANCE",
    "MIGRATE_PROCESS_INSTANCE",
    "UPDATE_VARIABLE",
    "SUSPEND_PROCESS_INSTANCE",
    "RESUME_PROCESS_INSTANCE",
];

const TYPES: Kind = Kind::Word(
    OPERATIONS,
    &[
        "ADD_VARIABLE",
        "DELETE_DECISION_DEFINITION",
        "DELETE_DECISION_INSTANCE",
        "DELETE_PROCESS_DEFINITION",
        "DELETE_PROCESS_INSTANCE",
        "UPDATE_JOB",
    ],
);

const STATES: Kind = Kind::Word(
    &["ACTIVE", "SUSPENDED", "CANCELED", "COMPLETED"],
    &["CREATED", "FAILED", "PARTIALLY_COMPLETED"],
);

/// Batch operations.
pub(crate) const BATCH_OPERATIONS: Table = Table {
    view: View::Batches,
    what: "batch operation",
    key: batches::KEY,
    instance: None,
    fields: &[
        Field::new("batchOperationKey", batches::KEY, Kind::Key),
        Field::new("state", batches::STATE, STATES),
        Field::shown("batchOperationType", batches::OPERATION, TYPES),
        Field::asked("operationType", batches::OPERATION, TYPES),
        Field::new("startDate", batches::STARTED_MS, Kind::Time),
        Field::new("endDate", batches::ENDED_MS, Kind::Time),
        Field::fixed("actorType", "\"USER\""),
        Field::new("actorId", batches::ACTOR, Kind::Text),
        Field::shown("operationsTotalCount", batches::TOTAL, Kind::Int),
        Field::shown("operationsFailedCount", batches::FAILED, Kind::Int),
        Field::shown("operationsCompletedCount", batches::COMPLETED, Kind::Int),
        Field::fixed("errors", "[]"),
    ],
    joined: &[],
    special: &[],
    missing: &[],
};

/// What became of items of batch operations.
pub(crate) const BATCH_ITEMS: Table = Table {
    view: View::BatchItems,
    what: "batch operation item",
    key: batch_items::ITEM,
    instance: Some(batch_items::INSTANCE),
    fields: &[
        Field::new("batchOperationKey", batch_items::BATCH, Kind::Key),
        Field::new("itemKey", batch_items::ITEM, Kind::Key),
        Field::new("processInstanceKey", batch_items::INSTANCE, Kind::Key),
        Field::new("operationType", batch_items::OPERATION, TYPES),
        Field::new(
            "state",
            batch_items::STATE,
            Kind::Word(&["ACTIVE", "COMPLETED", "FAILED", "CANCELED"], &["SKIPPED"]),
        ),
        Field::new("processedDate", batch_items::PROCESSED_MS, Kind::Time),
        Field::shown("errorMessage", batch_items::ERROR, Kind::Text),
    ],
    joined: &[("rootProcessInstanceKey", Joined::Root)],
    special: &[],
    missing: &[],
};

search_schemas!(
    &BATCH_OPERATIONS,
    BatchOperation,
    BatchOperationSearch,
    BatchOperationSearchResult
);

search_schemas!(
    &BATCH_ITEMS,
    BatchOperationItem,
    BatchOperationItemSearch,
    BatchOperationItemSearchResult
);

/// Get a batch operation
#[utoipa::path(
    get,
    path = "/v2/batch-operations/{batchOperationKey}",
    operation_id = "getBatchOperation",
    tag = "Batch operation",
    params(("batchOperationKey" = String, Path, description = "Key of the batch operation.")),
    responses(
        (status = 200, description = "The batch operation.", body = BatchOperation),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn get_batch_operation(
    State(state): State<ApiState>,
    PathKey(batch): PathKey,
) -> Result<Response, Problem> {
    let found = find_one(&state, &BATCH_OPERATIONS, batch).await?;
    Ok(answer::json(found.item(&BATCH_OPERATIONS, &mut nothing_extra)))
}

/// Search batch operations
#[utoipa::path(
    post,
    path = "/v2/batch-operations/search",
    operation_id = "searchBatchOperations",
    tag = "Batch operation",
    request_body = Option<BatchOperationSearch>,
    responses(
        (status = 200, description = "What was found.", body = BatchOperationSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail),
    )
)]
pub(crate) async fn search_batch_operations(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let found = Search::parse(&BATCH_OPERATIONS, &body)?.find(&state, &BATCH_OPERATIONS).await?;
    Ok(answer::json(found.answer(&BATCH_OPERATIONS, &mut nothing_extra)))
}

/// Search items of batch operations
///
/// Items that were tried; those still to come are not among them.
#[utoipa::path(
    post,
    path = "/v2/batch-operation-items/search",
    operation_id = "searchBatchOperationItems",
    tag = "Batch operation",
    request_body = Option<BatchOperationItemSearch>,
    responses(
        (status = 200, description = "What was found.", body = BatchOperationItemSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail),
    )
)]
pub(crate) async fn search_batch_operation_items(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let found = Search::parse(&BATCH_ITEMS, &body)?.find(&state, &BATCH_ITEMS).await?;
    Ok(answer::json(found.answer(&BATCH_ITEMS, &mut nothing_extra)))
}

/// Cancel a batch operation
///
/// Items that were not tried yet are left alone; what was done stays done.
#[utoipa::path(
    post,
    path = "/v2/batch-operations/{batchOperationKey}/cancellation",
    operation_id = "cancelBatchOperation",
    tag = "Batch operation",
    params(("batchOperationKey" = String, Path, description = "Key of the batch operation.")),
    request_body = Option<Reference>,
    responses(
        (status = 204, description = "It goes on no more."),
        (status = "4XX", description = "Not cancelled.", body = ProblemDetail),
    )
)]
pub(crate) async fn cancel_batch_operation(
    State(state): State<ApiState>,
    PathKey(batch): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    body.parse::<Reference<'_>>()?;
    tell(&state, caller, batch, BatchCommand::CancelBatch).await
}

/// Suspend a batch operation
#[utoipa::path(
    post,
    path = "/v2/batch-operations/{batchOperationKey}/suspension",
    operation_id = "suspendBatchOperation",
    tag = "Batch operation",
    params(("batchOperationKey" = String, Path, description = "Key of the batch operation.")),
    request_body = Option<Reference>,
    responses(
        (status = 204, description = "It waits; a page that was on its way is finished."),
        (status = "4XX", description = "Not suspended.", body = ProblemDetail),
    )
)]
pub(crate) async fn suspend_batch_operation(
    State(state): State<ApiState>,
    PathKey(batch): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    body.parse::<Reference<'_>>()?;
    tell(&state, caller, batch, BatchCommand::SuspendBatch).await
}

/// Resume a batch operation
#[utoipa::path(
    post,
    path = "/v2/batch-operations/{batchOperationKey}/resumption",
    operation_id = "resumeBatchOperation",
    tag = "Batch operation",
    params(("batchOperationKey" = String, Path, description = "Key of the batch operation.")),
    request_body = Option<Reference>,
    responses(
        (status = 204, description = "It goes on where it was."),
        (status = "4XX", description = "Not resumed.", body = ProblemDetail),
    )
)]
pub(crate) async fn resume_batch_operation(
    State(state): State<ApiState>,
    PathKey(batch): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    body.parse::<Reference<'_>>()?;
    tell(&state, caller, batch, BatchCommand::ResumeBatch).await
}

async fn tell(
    state: &ApiState,
    caller: Caller,
    batch: Key,
    command: BatchCommand,
) -> Result<StatusCode, Problem> {
    let row = find(state, &BATCH_OPERATIONS, batch).await?;
    if matches!(row[batches::STATE as usize], Cell::Int(2..)) {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "INVALID_STATE",
            format!("Expected batch operation {batch} to be on its way, but it has ended."),
        ));
    }
    state.node().tell_batch(caller, batch, command).await?;
    Ok(StatusCode::NO_CONTENT)
}
