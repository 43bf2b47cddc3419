//! Changes of running process instances: modify, migrate.
//!
//! Not here: what a change may do; the engine says so for REST and gRPC alike.

use super::Answered;
use super::caller::caller;
use super::status::{key, of};
use super::{variables, wire};
use crate::answer::done;
use crate::limits::NAMES_MAX;
use crate::names::{name, some_name};
use crate::state::ApiState;
use engine::change::{Activate, Migration, Modification, Place, ScopedVariables};
use engine::key::Key;
use runtime::request::Request as Asked;
use std::sync::Arc;
use tonic::{Request, Response, Status};
use wire::migrate_process_instance_request::{MappingInstruction, MigrationPlan};
use wire::modify_process_instance_request::{
    ActivateInstruction, TerminateInstruction, VariableInstruction,
};

pub(super) async fn modify(
    state: &ApiState,
    request: Request<wire::ModifyProcessInstanceRequest>,
) -> Answered<wire::ModifyProcessInstanceResponse> {
    let caller = caller(state, &request)?;
    let asked = request.into_inner();
    let instance = key("processInstanceKey", asked.process_instance_key)?;
    let modification = Modification {
        activate: all(&asked.activate_instructions, activation)?,
        moves: Vec::new(),
        cancel: all(&asked.terminate_instructions, termination)?,
        ..Modification::default()
    };
    let request = Asked::ModifyInstance { instance, modification: Box::new(modification) };
    done(&state.submit(caller, request).await.map_err(of)?).map_err(of)?;
    Ok(Response::new(wire::ModifyProcessInstanceResponse {}))
}

pub(super) async fn migrate(
    state: &ApiState,
    request: Request<wire::MigrateProcessInstanceRequest>,
) -> Answered<wire::MigrateProcessInstanceResponse> {
    let caller = caller(state, &request)?;
    let asked = request.into_inner();
    let instance = key("processInstanceKey", asked.process_instance_key)?;
    let plan: MigrationPlan = asked.migration_plan.ok_or_else(|| {
        Status::invalid_argument("Expected a `migrationPlan`, but found none. Send one.")
    })?;
    let migration = Migration {
        target: key("targetProcessDefinitionKey", plan.target_process_definition_key)?,
        mapping: all(&plan.mapping_instructions, pair)?,
    };
    let request = Asked::MigrateInstance { instance, migration: Box::new(migration) };
    done(&state.submit(caller, request).await.map_err(of)?).map_err(of)?;
    Ok(Response::new(wire::MigrateProcessInstanceResponse {}))
}

fn all<T, U>(given: &[T], read: impl Fn(&T) -> Result<U, Status>) -> Result<Vec<U>, Status> {
    given.iter().map(read).collect()
}

fn activation(asked: &ActivateInstruction) -> Result<Activate, Status> {
    if asked.variable_instructions.len() > NAMES_MAX {
        return Err(Status::invalid_argument(format!(
            "Expected at most {NAMES_MAX} `variableInstructions`, but found {}.",
            asked.variable_instructions.len()
        )));
    }
    Ok(Activate {
        element_id: some_name("elementId", &asked.element_id).map_err(of)?,
        ancestor: ancestor(asked.ancestor_element_instance_key)?,
        variables: all(&asked.variable_instructions, scoped_variables)?,
    })
}

fn scoped_variables(asked: &VariableInstruction) -> Result<ScopedVariables, Status> {
    Ok(ScopedVariables {
        scope_id: name("scopeId", &asked.scope_id).map_err(of)?,
        variables: variables::read(&asked.variables)?.0,
    })
}

fn termination(asked: &TerminateInstruction) -> Result<Place, Status> {
    let element = key("elementInstanceKey", asked.element_instance_key)?;
    Ok(Place { key: Some(element), element_id: "".into() })
}

fn pair(asked: &MappingInstruction) -> Result<(Arc<str>, Arc<str>), Status> {
    let from = some_name("sourceElementId", &asked.source_element_id).map_err(of)?;
    Ok((from, some_name("targetElementId", &asked.target_element_id).map_err(of)?))
}

/// A scope; clients that leave it out send 0 or -1.
fn ancestor(number: i64) -> Result<Option<Key>, Status> {
    match number {
        0 | -1 => Ok(None),
        _ => key("ancestorElementInstanceKey", number).map(Some),
    }
}
