//! Changes of running process instances: suspend, resume, modify, migrate.
//!
//! Not here: looking first at what they would do (`own::previews`), and many at once
//! (`instance_batches`).

use super::process_instances::Reference;
use crate::answer;
use crate::extract::{CallerOf, JsonBody};
use crate::keys::{self, PathKey, WireKey};
use crate::limits::NAMES_MAX;
use crate::names::{name, some_name};
use crate::problem::{Problem, ProblemDetail};
use crate::raw_variables::RawVariables;
use crate::state::ApiState;
use axum::extract::State;
use axum::http::StatusCode;
use engine::change::{Activate, Migration, Modification, Move, Place, ScopedVariables, Within};
use engine::key::Key;
use runtime::request::Request;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::sync::Arc;
use utoipa::ToSchema;

/// Suspend a process instance
///
/// Its jobs are not handed out, timers and messages wait; resuming loses none of them. What
/// workers do with jobs they hold is taken in and goes on later.
#[utoipa::path(
    post,
    path = "/v2/process-instances/{processInstanceKey}/suspension",
    operation_id = "suspendProcessInstance",
    tag = "Process instance",
    params(("processInstanceKey" = String, Path, description = "Key of the instance.")),
    request_body = Option<Reference>,
    responses(
        (status = 204, description = "It stands still."),
        (status = "4XX", description = "Not suspended.", body = ProblemDetail),
    )
)]
pub(crate) async fn suspend_process_instance(
    State(state): State<ApiState>,
    PathKey(instance): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    body.parse::<Reference<'_>>()?;
    answer::no_content(&state.submit(caller, Request::SuspendInstance { instance }).await?)
}

/// Resume a process instance
#[utoipa::path(
    post,
    path = "/v2/process-instances/{processInstanceKey}/resumption",
    operation_id = "resumeProcessInstance",
    tag = "Process instance",
    params(("processInstanceKey" = String, Path, description = "Key of the instance.")),
    request_body = Option<Reference>,
    responses(
        (status = 204, description = "It goes on."),
        (status = "4XX", description = "Not resumed.", body = ProblemDetail),
    )
)]
pub(crate) async fn resume_process_instance(
    State(state): State<ApiState>,
    PathKey(instance): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    body.parse::<Reference<'_>>()?;
    answer::no_content(&state.submit(caller, Request::ResumeInstance { instance }).await?)
}

/// Tokens to add, to move and to cancel. All is done, or nothing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ProcessInstanceModification<'a> {
    /// Elements at which tokens begin.
    #[serde(borrow, default)]
    activate_instructions: Vec<ActivateInstruction<'a>>,
    /// Tokens that go on elsewhere.
    #[serde(borrow, default)]
    move_instructions: Vec<MoveInstruction<'a>>,
    /// Element instances to cancel.
    #[serde(default)]
    terminate_instructions: Vec<TerminateInstruction>,
    /// Taken and not kept.
    #[serde(borrow)]
    #[schema(value_type = Option<i64>)]
    #[expect(dead_code, reason = "taken and not kept")]
    operation_reference: Option<&'a RawValue>,
}

/// An element at which a token begins.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ActivateInstruction<'a> {
    /// The element.
    element_id: String,
    /// The scope it begins in, where there are several; `-1` or absent: the only one, or a new one.
    #[serde(borrow)]
    #[schema(value_type = Option<String>)]
    ancestor_element_instance_key: Option<&'a RawValue>,
    /// Variables it brings.
    #[serde(default)]
    variable_instructions: Vec<VariableInstruction>,
}

/// Variables for one of the scopes of the element.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct VariableInstruction {
    /// The variables.
    variables: RawVariables,
    /// The element or a scope around it; empty or absent: the process.
    scope_id: Option<String>,
}

/// A token that goes on elsewhere.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MoveInstruction<'a> {
    /// Where it is.
    source_element_instruction: SourceElement,
    /// Where it goes on.
    target_element_id: String,
    /// In which scope; absent: the only one, or a new one.
    #[serde(borrow)]
    ancestor_scope_instruction: Option<AncestorScope<'a>>,
    /// Variables it brings.
    #[serde(default)]
    variable_instructions: Vec<VariableInstruction>,
}

/// Where a token is: at all instances of an element (`byId`), or at one (`byKey`).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SourceElement {
    /// `byId` or `byKey`.
    source_type: Option<String>,
    /// The element.
    source_element_id: Option<String>,
    /// The element instance.
    source_element_instance_key: Option<WireKey>,
}

/// In which scope a moved token goes on: `direct`, `inferred` or `sourceParent`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AncestorScope<'a> {
    /// `direct`, `inferred` or `sourceParent`.
    ancestor_scope_type: String,
    /// The scope, for `direct`; `-1`: the only one, or a new one.
    #[serde(borrow)]
    #[schema(value_type = Option<String>)]
    ancestor_element_instance_key: Option<&'a RawValue>,
}

/// Element instances to cancel: one by its key, or all of an element.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TerminateInstruction {
    /// The element instance.
    element_instance_key: Option<WireKey>,
    /// The element.
    element_id: Option<String>,
}

/// Modify a process instance
///
/// Tokens begin, go on elsewhere and are cancelled in one step. A scope in which nothing is left
/// is cancelled too; when nothing is left at all, the instance is. Compensation is not run.
#[utoipa::path(
    post,
    path = "/v2/process-instances/{processInstanceKey}/modification",
    operation_id = "modifyProcessInstance",
    tag = "Process instance",
    params(("processInstanceKey" = String, Path, description = "Key of the instance.")),
    request_body = ProcessInstanceModification,
    responses(
        (status = 204, description = "Done, all of it."),
        (status = "4XX", description = "Nothing was done.", body = ProblemDetail),
    )
)]
pub(crate) async fn modify_process_instance(
    State(state): State<ApiState>,
    PathKey(instance): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    let modification = Box::new(body.parse::<ProcessInstanceModification<'_>>()?.read()?);
    let request = Request::ModifyInstance { instance, modification };
    answer::no_content(&state.submit(caller, request).await?)
}

impl ProcessInstanceModification<'_> {
    pub(crate) fn read(self) -> Result<Modification, Problem> {
        let activate = self.activate_instructions.into_iter().map(|it| {
            Ok(Activate {
                element_id: some_name("elementId", &it.element_id)?,
                ancestor: ancestor(it.ancestor_element_instance_key)?,
                variables: variables(it.variable_instructions)?,
            })
        });
        let moves = self.move_instructions.into_iter().map(|it| {
            Ok(Move {
                from: it.source_element_instruction.read()?,
                to: some_name("targetElementId", &it.target_element_id)?,
                within: it.ancestor_scope_instruction.map_or(Ok(Within::Only), |it| it.read())?,
                variables: variables(it.variable_instructions)?,
            })
        });
        let cancel = self.terminate_instructions.into_iter().map(|it| {
            place(("elementId", it.element_id), ("elementInstanceKey", it.element_instance_key))
        });
        Ok(Modification {
            activate: activate.collect::<Result<_, Problem>>()?,
            moves: moves.collect::<Result<_, Problem>>()?,
            cancel: cancel.collect::<Result<_, Problem>>()?,
            ..Modification::default()
        })
    }
}

impl SourceElement {
    fn read(self) -> Result<Place, Problem> {
        let fits = match self.source_type.as_deref() {
            Some("byId") => self.source_element_instance_key.is_none(),
            Some("byKey") => self.source_element_id.is_none(),
            None => true,
            Some(_) => false,
        };
        if !fits {
            return Err(Problem::invalid(
                "Expected `sourceType` byId with `sourceElementId`, or byKey with \
                 `sourceElementInstanceKey`, but found something else.",
            ));
        }
        place(
            ("sourceElementId", self.source_element_id),
            ("sourceElementInstanceKey", self.source_element_instance_key),
        )
    }
}

impl AncestorScope<'_> {
    fn read(self) -> Result<Within, Problem> {
        match &*self.ancestor_scope_type {
            "inferred" => Ok(Within::Inferred),
            "sourceParent" => Ok(Within::SourceScope),
            "direct" => {
                let key = ancestor(self.ancestor_element_instance_key)?;
                Ok(key.map_or(Within::Only, Within::Key))
            }
            other => Err(Problem::invalid(format!(
                "Expected `ancestorScopeType` to be direct, inferred or sourceParent, but found \
                 `{other}`."
            ))),
        }
    }
}

fn place(
    (id_field, id): (&str, Option<String>),
    (key_field, key): (&str, Option<WireKey>),
) -> Result<Place, Problem> {
    match (id, key) {
        (None, Some(WireKey(key))) => Ok(Place { key: Some(key), element_id: "".into() }),
        (Some(id), None) => Ok(Place { key: None, element_id: some_name(id_field, &id)? }),
        _ => Err(Problem::invalid(format!(
            "Expected either `{id_field}` or `{key_field}`, but found both or neither."
        ))),
    }
}

/// A key, or `-1` for none.
fn ancestor(raw: Option<&RawValue>) -> Result<Option<Key>, Problem> {
    let text = raw.map_or("null", |raw| raw.get().trim_matches('"'));
    if matches!(text, "null" | "-1" | "") {
        return Ok(None);
    }
    keys::parse(text).map(Some).ok_or_else(|| {
        Problem::invalid(format!(
            "Expected `ancestorElementInstanceKey` to be a key or -1, but found `{text}`."
        ))
    })
}

fn variables(given: Vec<VariableInstruction>) -> Result<Vec<ScopedVariables>, Problem> {
    let read = |it: VariableInstruction| {
        let scope_id = name("scopeId", it.scope_id.as_deref().unwrap_or_default())?;
        Ok(ScopedVariables { scope_id, variables: it.variables.0 })
    };
    if given.len() > NAMES_MAX {
        return Err(Problem::invalid(format!(
            "Expected at most {NAMES_MAX} `variableInstructions`, but found {}.",
            given.len()
        )));
    }
    given.into_iter().map(read).collect()
}

/// To which definition an instance changes, and which element is which there.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ProcessInstanceMigration<'a> {
    /// The definition it shall run.
    target_process_definition_key: WireKey,
    /// Which element is which there. Every active element needs one.
    #[serde(default)]
    mapping_instructions: Vec<MappingInstruction>,
    /// Taken and not kept.
    #[serde(borrow)]
    #[schema(value_type = Option<i64>)]
    #[expect(dead_code, reason = "taken and not kept")]
    operation_reference: Option<&'a RawValue>,
}

/// Which element is which.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MappingInstruction {
    /// In the definition it runs.
    source_element_id: String,
    /// In the definition it shall run.
    target_element_id: String,
}

/// Migrate a process instance
///
/// Jobs, user tasks, incidents and variables stay; timers and subscriptions of mapped events go
/// on, others are closed, new ones are opened. Refused as a whole if an active element has no
/// place, or one of another kind.
#[utoipa::path(
    post,
    path = "/v2/process-instances/{processInstanceKey}/migration",
    operation_id = "migrateProcessInstance",
    tag = "Process instance",
    params(("processInstanceKey" = String, Path, description = "Key of the instance.")),
    request_body = ProcessInstanceMigration,
    responses(
        (status = 204, description = "It runs the other definition."),
        (status = "4XX", description = "Nothing was done.", body = ProblemDetail),
    )
)]
pub(crate) async fn migrate_process_instance(
    State(state): State<ApiState>,
    PathKey(instance): PathKey,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    let migration = Box::new(body.parse::<ProcessInstanceMigration<'_>>()?.read()?);
    let request = Request::MigrateInstance { instance, migration };
    answer::no_content(&state.submit(caller, request).await?)
}

impl ProcessInstanceMigration<'_> {
    pub(crate) fn read(self) -> Result<Migration, Problem> {
        let WireKey(target) = self.target_process_definition_key;
        Ok(Migration { target, mapping: read_mapping(self.mapping_instructions)? })
    }
}

/// Element ids: as they are, as they shall be.
pub(crate) type Mapping = Vec<(Arc<str>, Arc<str>)>;

/// Pairs of element ids.
pub(crate) fn read_mapping(given: Vec<MappingInstruction>) -> Result<Mapping, Problem> {
    let read = |it: MappingInstruction| {
        let from = some_name("sourceElementId", &it.source_element_id)?;
        Ok((from, some_name("targetElementId", &it.target_element_id)?))
    };
    given.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Modification, Problem> {
        JsonBody::of(text).parse::<ProcessInstanceModification<'_>>()?.read()
    }

    #[test]
    fn reads_what_camundas_clients_send() {
        let text = r#"{
            "activateInstructions": [{"elementId": "a", "ancestorElementInstanceKey": "-1",
                "variableInstructions": [{"variables": {"x": 1}, "scopeId": "a"}]}],
            "moveInstructions": [{"sourceElementInstruction": {"sourceType": "byId",
                "sourceElementId": "b"}, "targetElementId": "c",
                "ancestorScopeInstruction": {"ancestorScopeType": "sourceParent"}}],
            "terminateInstructions": [{"elementInstanceKey": "7"}, {"elementId": "d"}],
            "operationReference": 3}"#;
        let found = read(text).unwrap();
        assert_eq!(
            (found.activate[0].ancestor, found.moves[0].within),
            (None, Within::SourceScope)
        );
        assert_eq!(found.cancel[0].key, Some(Key(7)));
        assert_eq!(&*found.cancel[1].element_id, "d");
        let direct = r#"{"activateInstructions":[{"elementId":"a",
            "ancestorElementInstanceKey":"9"}]}"#;
        assert_eq!(read(direct).unwrap().activate[0].ancestor, Some(Key(9)));
    }

    #[test]
    fn says_what_is_missing_or_too_much() {
        for (text, part) in [
            (r#"{"terminateInstructions":[{}]}"#, "found both or neither"),
            (r#"{"activateInstructions":[{"elementId":""}]}"#, "`elementId`"),
            (
                r#"{"activateInstructions":[{"elementId":"a",
                    "ancestorElementInstanceKey":"x"}]}"#,
                "a key or -1",
            ),
            (
                r#"{"moveInstructions":[{"sourceElementInstruction":{"sourceType":"byKey",
                    "sourceElementId":"a"},"targetElementId":"b"}]}"#,
                "`sourceType`",
            ),
        ] {
            let detail = read(text).unwrap_err().detail;
            assert!(detail.contains(part), "{text}: {detail}");
        }
    }
}
