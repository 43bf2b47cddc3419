//! Roles: what is granted together.
//!
//! Not here: who belongs to which (`memberships`).

use super::{Existence, IdentitySearch, absent, delete, id_of, put, search};
use crate::answer;
use crate::auth::asker::sees;
use crate::extract::{CallerOf, JsonBody};
use crate::names::{name, some_name};
use crate::problem::{Problem, ProblemDetail};
use crate::search::schema::list_schema;
use crate::state::ApiState;
use access::identity::{Party, PartyId, PartyKind};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A role to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RoleRequest {
    /// Its id.
    role_id: String,
    /// What people call it.
    name: String,
    /// What it is for.
    description: Option<String>,
}

/// What changes about a role.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleUpdate {
    /// What people call it.
    name: String,
    /// What it is for.
    description: Option<String>,
}

/// A role.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RoleResult {
    role_id: String,
    name: String,
    #[schema(required)]
    description: Option<String>,
}

list_schema!(RoleResult, RoleSearchResult);

/// Fields of roles.
pub(super) const FIELDS: &[&str] = &["roleId", "name", "description"];

impl RoleResult {
    /// A role as clients see it.
    pub(super) fn of(party: &Party) -> Self {
        let (role_id, name) = (party.id.id.to_string(), party.name.clone());
        RoleResult { role_id, name, description: party.description.clone() }
    }
}

fn role(id: &str) -> PartyId {
    PartyId::new(PartyKind::Role, id)
}

async fn describe(
    state: &ApiState,
    CallerOf(caller): CallerOf,
    (id, existence): (PartyId, Existence),
    RoleUpdate { name: called, description }: RoleUpdate,
) -> Result<RoleResult, Problem> {
    let called = some_name("name", &called)?;
    let description = description.map(|text| name("description", &text)).transpose()?;
    let put = put(state, &caller.actor, id, existence, move |party| {
        party.name = called.to_string();
        party.description = description.map(|text| text.to_string());
    });
    Ok(RoleResult::of(&put.await?))
}

/// Make a role
#[utoipa::path(post, path = "/v2/roles", operation_id = "createRole", tag = "Role",
    request_body = RoleRequest,
    responses((status = 201, description = "Made.", body = RoleResult),
        (status = "4XX", description = "Not made.", body = ProblemDetail)))]
pub(crate) async fn create_role(
    State(state): State<ApiState>,
    caller: CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    let RoleRequest { role_id, name, description } = body.parse()?;
    let id = role(&id_of("roleId", &role_id)?);
    let wanted = RoleUpdate { name, description };
    let made = describe(&state, caller, (id, Existence::New), wanted).await?;
    Ok((StatusCode::CREATED, answer::dto(&made)).into_response())
}

/// Change a role
#[utoipa::path(put, path = "/v2/roles/{roleId}", operation_id = "updateRole", tag = "Role",
    params(("roleId" = String, Path, description = "The role.")),
    request_body = RoleUpdate,
    responses((status = 200, description = "Changed.", body = RoleResult),
        (status = "4XX", description = "Not changed.", body = ProblemDetail)))]
pub(crate) async fn update_role(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    caller: CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    let place = (role(&id), Existence::Known);
    Ok(answer::dto(&describe(&state, caller, place, body.parse()?).await?))
}

/// Show a role
#[utoipa::path(get, path = "/v2/roles/{roleId}", operation_id = "getRole", tag = "Role",
    params(("roleId" = String, Path, description = "The role.")),
    responses((status = 200, description = "The role.", body = RoleResult),
        (status = "4XX", description = "Not found.", body = ProblemDetail)))]
pub(crate) async fn get_role(
    State(state): State<ApiState>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (identity, party) = (state.node().identity(), role(&id));
    match identity.parties.get(&party) {
        Some(party) if sees(&state, &id)? => Ok(answer::dto(&RoleResult::of(party))),
        _ => Err(absent(&party).into()),
    }
}

/// Delete a role
///
/// Its memberships and authorizations go too; those who had it stay.
#[utoipa::path(delete, path = "/v2/roles/{roleId}", operation_id = "deleteRole", tag = "Role",
    params(("roleId" = String, Path, description = "The role.")),
    responses((status = 204, description = "Deleted."),
        (status = "4XX", description = "Not deleted.", body = ProblemDetail)))]
pub(crate) async fn delete_role(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    CallerOf(caller): CallerOf,
) -> Result<StatusCode, Problem> {
    delete(&state, &caller.actor, role(&id)).await
}

/// Search roles
#[utoipa::path(post, path = "/v2/roles/search", operation_id = "searchRoles", tag = "Role",
    request_body = Option<IdentitySearch>,
    responses((status = 200, description = "What was found.", body = RoleSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail)))]
pub(crate) async fn search_roles(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let identity = state.node().identity();
    let mut found = Vec::new();
    for party in identity.parties.values().filter(|party| party.id.kind == PartyKind::Role) {
        if sees(&state, &party.id.id)? {
            found.push(RoleResult::of(party));
        }
    }
    search(found, FIELDS, &body)
}
