//! Batch operations beyond Camunda's: any operation, on a filter, a selection, incidents, or what
//! failed before; and first a look at how many items that is and what would become of some.
//!
//! Not here: how far they are (`v2::batch_operations`).

use crate::answer;
use crate::extract::{CallerOf, JsonBody};
use crate::json_write::{ObjectWriter, list};
use crate::keys::{PathKey, WireKey};
use crate::problem::{Problem, ProblemDetail};
use crate::raw_variables::RawVariables;
use crate::search::find;
use crate::state::ApiState;
use crate::v2::batch_operations::{BATCH_OPERATIONS, OPERATIONS};
use crate::v2::instance_batches::{
    BatchOperationCreated, MigrationPlan, RETRIES, begin, conditions, incident_conditions, known,
};
use crate::v2::instance_changes::ProcessInstanceModification;
use axum::extract::State;
use axum::response::Response;
use engine::state::batch_operation::{Operation, OperationKind};
use runtime::batch_operation::{Sampled, Wanted};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// What is to be done to which instances.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct BatchWanted<'a> {
    /// What is done to each: `CANCEL_PROCESS_INSTANCE`, `RESOLVE_INCIDENT`,
    /// `MODIFY_PROCESS_INSTANCE`, `MIGRATE_PROCESS_INSTANCE`, `UPDATE_VARIABLE`,
    /// `SUSPEND_PROCESS_INSTANCE` or `RESUME_PROCESS_INSTANCE`.
    operation_type: String,
    /// The filter of a search for process instances. Only those it can be done to are meant.
    #[schema(value_type = Option<Object>)]
    filter: Option<Map<String, Value>>,
    /// Instances by their keys, instead of a filter.
    process_instance_keys: Option<Vec<WireKey>>,
    /// The filter of a search for incidents, instead of one for instances; to resolve those.
    #[schema(value_type = Option<Object>)]
    incident_filter: Option<Map<String, Value>>,
    /// For `RESOLVE_INCIDENT`: retries for jobs that have none; 1 by default.
    retries: Option<i32>,
    /// For `MODIFY_PROCESS_INSTANCE`: as for one instance; by element ids, as keys differ.
    #[serde(borrow)]
    modification: Option<ProcessInstanceModification<'a>>,
    /// For `MIGRATE_PROCESS_INSTANCE`: to which definition, and which element is which there.
    migration_plan: Option<MigrationPlan>,
    /// For `UPDATE_VARIABLE`: variables of the process scope.
    variables: Option<RawVariables>,
    /// Only tell how many items there are, and what would become of some of them.
    #[serde(default)]
    dry_run: bool,
}

impl BatchWanted<'_> {
    fn read(self, state: &ApiState) -> Result<(Operation, Wanted, bool), Problem> {
        let wanted = match (&self.filter, self.process_instance_keys, &self.incident_filter) {
            (Some(filter), None, None) => Wanted::Instances(conditions(Some(filter))?),
            (None, Some(keys), None) => {
                Wanted::Keys(keys.into_iter().map(|WireKey(key)| key).collect())
            }
            (None, None, Some(filter)) => Wanted::Incidents(incident_conditions(filter)?),
            _ => {
                return Err(Problem::invalid(
                    "Expected one of `filter`, `processInstanceKeys` and `incidentFilter`, but \
                     found none or several.",
                ));
            }
        };
        let kind = OPERATIONS.iter().position(|word| *word == self.operation_type);
        let given = [
            ("retries", self.retries.is_some(), OperationKind::ResolveIncidents),
            ("modification", self.modification.is_some(), OperationKind::Modify),
            ("migrationPlan", self.migration_plan.is_some(), OperationKind::Migrate),
            ("variables", self.variables.is_some(), OperationKind::SetVariables),
        ];
        for (field, is_given, of) in given {
            let is_of = kind == Some(of as usize);
            if is_given && !is_of {
                return Err(Problem::invalid(format!(
                    "Expected `{field}` with {} only, but found it with `{}`.",
                    OPERATIONS[of as usize], self.operation_type
                )));
            }
            if !is_given && is_of && of != OperationKind::ResolveIncidents {
                return Err(Problem::invalid(format!(
                    "Expected `{field}` to say what {} does, but there is none.",
                    self.operation_type
                )));
            }
        }
        let operation = match (self.modification, self.migration_plan, self.variables) {
            (Some(modification), ..) => Operation::Modify(Box::new(modification.read()?)),
            (_, Some(plan), _) => {
                let migration = plan.read()?;
                known(state, migration.target)?;
                Operation::Migrate(Box::new(migration))
            }
            (_, _, Some(RawVariables(variables))) => Operation::SetVariables { variables },
            _ => plain(&self.operation_type, self.retries)?,
        };
        Ok((operation, wanted, self.dry_run))
    }
}

/// An operation that says all there is to say.
fn plain(word: &str, retries: Option<i32>) -> Result<Operation, Problem> {
    match word {
        "CANCEL_PROCESS_INSTANCE" => Ok(Operation::Cancel),
        "SUSPEND_PROCESS_INSTANCE" => Ok(Operation::Suspend),
        "RESUME_PROCESS_INSTANCE" => Ok(Operation::Resume),
        "RESOLVE_INCIDENT" => match retries.unwrap_or(RETRIES) {
            retries @ 1.. => Ok(Operation::ResolveIncidents { retries }),
            retries => Err(Problem::invalid(format!(
                "Expected `retries` to be 1 or more, but found {retries}."
            ))),
        },
        other => Err(Problem::invalid(format!(
            "Expected `operationType` to be one of {}, but found `{other}`.",
            OPERATIONS.join(", ")
        ))),
    }
}

/// How many items there are, and what would become of some.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct BatchCount {
    /// With `dryRun`: exactly so many, now.
    total_count: Option<u64>,
    /// With `dryRun`: the first few.
    sample: Option<Vec<BatchSample>>,
    /// Without: the batch operation.
    batch_operation_key: Option<WireKey>,
    batch_operation_type: Option<String>,
}

/// An item, and what would become of it.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct BatchSample {
    item_key: WireKey,
    process_instance_key: WireKey,
    /// Why it would be refused; null: it would be done.
    error_message: Option<String>,
}

/// Begin a batch operation
///
/// With `dryRun` nothing is done: the answer is the exact count, and for a few items what would
/// become of them. Without it the answer is the key of the batch operation, as under `/v2`.
#[utoipa::path(
    post,
    path = "/api/v1/batch-operations",
    operation_id = "beginBatchOperation",
    tag = "Segue",
    request_body = BatchWanted,
    responses(
        (status = 200, description = "The count, or the batch operation.", body = BatchCount),
        (status = "4XX", description = "Not accepted.", body = ProblemDetail),
    )
)]
pub(crate) async fn begin_batch_operation(
    State(state): State<ApiState>,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    let (operation, wanted, dry_run) = body.parse::<BatchWanted<'_>>()?.read(&state)?;
    if !dry_run {
        return begin(&state, caller, operation, wanted).await;
    }
    let count = state.node().count_batch(&caller, &operation, wanted).await?;
    let mut out = String::new();
    let mut object = ObjectWriter::open(&mut out);
    object.number("totalCount", count.total);
    list(object.name("sample"), &count.sample, write_sampled);
    object.close();
    Ok(answer::json(out))
}

fn write_sampled(out: &mut String, sampled: &Sampled) {
    let mut object = ObjectWriter::open(out);
    object.key("itemKey", sampled.item);
    object.key("processInstanceKey", sampled.instance);
    object.text_or_null("errorMessage", sampled.error.as_deref());
    object.close();
}

/// Try the failed items of a batch operation again
///
/// A new batch operation does the same to each item at which this one failed.
#[utoipa::path(
    post,
    path = "/api/v1/batch-operations/{batchOperationKey}/retry",
    operation_id = "retryBatchOperation",
    tag = "Segue",
    params(("batchOperationKey" = String, Path, description = "Key of the batch operation.")),
    responses(
        (status = 200, description = "The new batch operation.", body = BatchOperationCreated),
        (status = "4XX", description = "Not accepted.", body = ProblemDetail),
    )
)]
pub(crate) async fn retry_batch_operation(
    State(state): State<ApiState>,
    PathKey(batch): PathKey,
    CallerOf(caller): CallerOf,
) -> Result<Response, Problem> {
    find(&state, &BATCH_OPERATIONS, batch).await?;
    let operation = state.node().operation_of(batch).await?;
    begin(&state, caller, operation, Wanted::FailedOf(batch)).await
}
