//! Many process instances at once: cancel, resolve incidents, modify, migrate, suspend, resume.
//!
//! Each begins a batch operation on all instances a filter finds. Not here: how far those are
//! (`batch_operations`), and looking first at how many there are (`own::batches`).

use super::batch_operations::OPERATIONS;
use super::instance_changes::{MappingInstruction, read_mapping};
use super::tables::{INCIDENTS, PROCESS_INSTANCES};
use crate::answer;
use crate::extract::{CallerOf, JsonBody};
use crate::json_write::ObjectWriter;
use crate::keys::WireKey;
use crate::names::some_name;
use crate::problem::{Problem, ProblemDetail};
use crate::search::{Table, filter};
use crate::state::ApiState;
use axum::extract::State;
use axum::response::Response;
use engine::change::{Migration, Modification, Move, Place, Within};
use engine::key::Key;
use engine::state::batch_operation::Operation;
use runtime::batch_operation::Wanted;
use runtime::request::Caller;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use store::view::{Condition, Filter, Test};
use utoipa::ToSchema;

/// Retries a job gets that has none when its incident is resolved.
pub(crate) const RETRIES: i32 = 1;

/// Of which instances something is asked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct InstanceBatch<'a> {
    /// The filter of a search for process instances. Only instances it can be done to are meant.
    #[schema(value_type = Object)]
    filter: Option<Map<String, Value>>,
    /// Taken and not kept.
    #[serde(borrow)]
    #[schema(value_type = Option<i64>)]
    #[expect(dead_code, reason = "taken and not kept")]
    operation_reference: Option<&'a RawValue>,
}

/// Which tokens of which instances are moved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ModificationBatch<'a> {
    /// The filter of a search for process instances.
    #[schema(value_type = Object)]
    filter: Option<Map<String, Value>>,
    /// Which tokens go where, each within its scope.
    move_instructions: Vec<BatchMove>,
    /// Taken and not kept.
    #[serde(borrow)]
    #[schema(value_type = Option<i64>)]
    #[expect(dead_code, reason = "taken and not kept")]
    operation_reference: Option<&'a RawValue>,
}

/// Tokens that go on elsewhere in their scope.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct BatchMove {
    /// Where they are.
    source_element_id: String,
    /// Where they go on.
    target_element_id: String,
}

/// Which instances change to which definition.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MigrationBatch<'a> {
    /// The filter of a search for process instances.
    #[schema(value_type = Object)]
    filter: Option<Map<String, Value>>,
    /// To which definition, and which element is which there.
    migration_plan: MigrationPlan,
    /// Taken and not kept.
    #[serde(borrow)]
    #[schema(value_type = Option<i64>)]
    #[expect(dead_code, reason = "taken and not kept")]
    operation_reference: Option<&'a RawValue>,
}

/// To which definition, and which element is which there.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MigrationPlan {
    /// The definition they shall run.
    pub(crate) target_process_definition_key: WireKey,
    /// Which element is which there.
    #[serde(default)]
    mapping_instructions: Vec<MappingInstruction>,
}

/// A batch operation that was accepted.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what `begin` writes")]
pub(crate) struct BatchOperationCreated {
    batch_operation_key: WireKey,
    batch_operation_type: String,
}

/// Conditions a filter on process instances stands for.
pub(crate) fn conditions(wanted: Option<&Map<String, Value>>) -> Result<Vec<Condition>, Problem> {
    let Some(wanted) = wanted else {
        return Err(Problem::invalid(
            "Expected `filter` to say which process instances are meant, but there is none.",
        ));
    };
    conditions_of(&PROCESS_INSTANCES, wanted)
}

/// Conditions a filter on incidents stands for.
pub(crate) fn incident_conditions(wanted: &Map<String, Value>) -> Result<Vec<Condition>, Problem> {
    conditions_of(&INCIDENTS, wanted)
}

fn conditions_of(table: &Table, wanted: &Map<String, Value>) -> Result<Vec<Condition>, Problem> {
    let found = filter::all(table, wanted, Some(&mut Vec::new()))?;
    // What contradicts itself finds nothing.
    let nothing = || {
        let (column, test) = (table.key, Test::In(Vec::new()));
        vec![Condition::Column(Filter { column, test })]
    };
    Ok(found.unwrap_or_else(nothing))
}

/// Begins a batch operation and tells its key.
pub(crate) async fn begin(
    state: &ApiState,
    caller: Caller,
    operation: Operation,
    wanted: Wanted,
) -> Result<Response, Problem> {
    let name = OPERATIONS[operation.kind() as usize];
    let (batch, _) = state.node().begin_batch(caller, operation, wanted).await?;
    let mut out = String::new();
    let mut object = ObjectWriter::open(&mut out);
    object.key("batchOperationKey", batch);
    object.text("batchOperationType", name);
    object.close();
    Ok(answer::json(out))
}

async fn begin_plain(
    state: ApiState,
    caller: Caller,
    body: JsonBody,
    operation: Operation,
) -> Result<Response, Problem> {
    let wanted = conditions(body.parse::<InstanceBatch<'_>>()?.filter.as_ref())?;
    begin(&state, caller, operation, Wanted::Instances(wanted)).await
}

/// Cancel process instances
///
/// All that run, nobody called and the filter finds. Compensation is not run.
#[utoipa::path(
    post,
    path = "/v2/process-instances/cancellation",
    operation_id = "cancelProcessInstancesBatchOperation",
    tag = "Process instance",
    request_body = InstanceBatch,
    responses(
        (status = 200, description = "Accepted.", body = BatchOperationCreated),
        (status = "4XX", description = "Not accepted.", body = ProblemDetail),
    )
)]
pub(crate) async fn cancel_process_instances(
    State(state): State<ApiState>,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    begin_plain(state, caller, body, Operation::Cancel).await
}

/// Resolve incidents of process instances
///
/// Each open incident is an item; a job without retries gets one.
#[utoipa::path(
    post,
    path = "/v2/process-instances/incident-resolution",
    operation_id = "resolveIncidentsBatchOperation",
    tag = "Process instance",
    request_body = InstanceBatch,
    responses(
        (status = 200, description = "Accepted.", body = BatchOperationCreated),
        (status = "4XX", description = "Not accepted.", body = ProblemDetail),
    )
)]
pub(crate) async fn resolve_incidents(
    State(state): State<ApiState>,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    let operation = Operation::ResolveIncidents { retries: RETRIES };
    begin_plain(state, caller, body, operation).await
}

/// Suspend process instances
#[utoipa::path(
    post,
    path = "/v2/process-instances/suspension",
    operation_id = "suspendProcessInstancesBatchOperation",
    tag = "Process instance",
    request_body = InstanceBatch,
    responses(
        (status = 200, description = "Accepted.", body = BatchOperationCreated),
        (status = "4XX", description = "Not accepted.", body = ProblemDetail),
    )
)]
pub(crate) async fn suspend_process_instances(
    State(state): State<ApiState>,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    begin_plain(state, caller, body, Operation::Suspend).await
}

/// Resume process instances
#[utoipa::path(
    post,
    path = "/v2/process-instances/resumption",
    operation_id = "resumeProcessInstancesBatchOperation",
    tag = "Process instance",
    request_body = InstanceBatch,
    responses(
        (status = 200, description = "Accepted.", body = BatchOperationCreated),
        (status = "4XX", description = "Not accepted.", body = ProblemDetail),
    )
)]
pub(crate) async fn resume_process_instances(
    State(state): State<ApiState>,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    begin_plain(state, caller, body, Operation::Resume).await
}

/// Modify process instances
#[utoipa::path(
    post,
    path = "/v2/process-instances/modification",
    operation_id = "modifyProcessInstancesBatchOperation",
    tag = "Process instance",
    request_body = ModificationBatch,
    responses(
        (status = 200, description = "Accepted.", body = BatchOperationCreated),
        (status = "4XX", description = "Not accepted.", body = ProblemDetail),
    )
)]
pub(crate) async fn modify_process_instances(
    State(state): State<ApiState>,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted = body.parse::<ModificationBatch<'_>>()?;
    let modification = moves(&wanted.move_instructions)?;
    let filter = Wanted::Instances(conditions(wanted.filter.as_ref())?);
    begin(&state, caller, Operation::Modify(Box::new(modification)), filter).await
}

/// Moves of tokens, each within its scope.
pub(crate) fn moves(wanted: &[BatchMove]) -> Result<Modification, Problem> {
    if wanted.is_empty() {
        return Err(Problem::invalid("Expected `moveInstructions`, but found none."));
    }
    let read = |it: &BatchMove| {
        let element_id = some_name("sourceElementId", &it.source_element_id)?;
        Ok(Move {
            from: Place { key: None, element_id },
            to: some_name("targetElementId", &it.target_element_id)?,
            within: Within::SourceScope,
            variables: Vec::new(),
        })
    };
    let moves = wanted.iter().map(read).collect::<Result<_, Problem>>()?;
    Ok(Modification { moves, ..Modification::default() })
}

/// Migrate process instances
#[utoipa::path(
    post,
    path = "/v2/process-instances/migration",
    operation_id = "migrateProcessInstancesBatchOperation",
    tag = "Process instance",
    request_body = MigrationBatch,
    responses(
        (status = 200, description = "Accepted.", body = BatchOperationCreated),
        (status = "4XX", description = "Not accepted.", body = ProblemDetail),
    )
)]
pub(crate) async fn migrate_process_instances(
    State(state): State<ApiState>,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted = body.parse::<MigrationBatch<'_>>()?;
    let migration = wanted.migration_plan.read()?;
    known(&state, migration.target)?;
    let filter = Wanted::Instances(conditions(wanted.filter.as_ref())?);
    begin(&state, caller, Operation::Migrate(Box::new(migration)), filter).await
}

impl MigrationPlan {
    pub(crate) fn read(self) -> Result<Migration, Problem> {
        let WireKey(target) = self.target_process_definition_key;
        Ok(Migration { target, mapping: read_mapping(self.mapping_instructions)? })
    }
}

/// A definition nobody deployed would fail at every item.
pub(crate) fn known(state: &ApiState, target: Key) -> Result<(), Problem> {
    let found = state.node().definition(target);
    match found.filter(|row| state.actor().is_member_of(row.tenant)) {
        Some(_) => Ok(()),
        None => Err(Problem::not_found(format!(
            "Expected to find process definition {target}, but found none."
        ))),
    }
}
