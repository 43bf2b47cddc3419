//! Who belongs to which group, and who has which role.
//!
//! Not here: what groups and roles are granted (`authorizations`).

use super::roles::RoleResult;
use super::{IdentitySearch, absent, roles, search};
use crate::auth::asker::sees;
use crate::extract::{CallerOf, JsonBody};
use crate::problem::{Problem, ProblemDetail};
use crate::search::schema::list_schema;
use crate::state::ApiState;
use access::Actor;
use access::identity::{Change, Identity, PartyId, PartyKind};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use engine::command::Rejection;
use serde::Serialize;
use utoipa::ToSchema;

/// A user of a group or with a role.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemberUser {
    username: String,
}

/// A client of a group or with a role.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MemberClient {
    client_id: String,
}

/// A group with a role.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MemberGroup {
    group_id: String,
}

list_schema!(MemberUser, MemberUserSearchResult);
list_schema!(MemberClient, MemberClientSearchResult);
list_schema!(MemberGroup, MemberGroupSearchResult);

async fn join(
    state: &ApiState,
    actor: &Actor,
    to: PartyId,
    member: PartyId,
) -> Result<StatusCode, Problem> {
    let decide = move |identity: &Identity| {
        if let Some(unknown) =
            [&to, &member].into_iter().find(|it| !identity.parties.contains_key(it))
        {
            return Err(absent(unknown));
        }
        if identity.memberships.contains(&(to.clone(), member.clone())) {
            return Err(Rejection::already_exists(format!(
                "Expected `{}` not to belong to `{}` yet, but it does.",
                member.id, to.id
            )));
        }
        Ok(vec![Change::Join { to, member }])
    };
    state.node().change_identity(actor, decide).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn leave(
    state: &ApiState,
    actor: &Actor,
    from: PartyId,
    member: PartyId,
) -> Result<StatusCode, Problem> {
    let decide = move |identity: &Identity| {
        if !identity.memberships.contains(&(from.clone(), member.clone())) {
            return Err(Rejection::not_found(format!(
                "Expected `{}` to belong to `{}`, but it does not.",
                member.id, from.id
            )));
        }
        Ok(vec![Change::Leave { from, member }])
    };
    state.node().change_identity(actor, decide).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The members of a kind, if the group or role is there and may be seen.
fn members(
    state: &ApiState,
    identity: &Identity,
    of: &PartyId,
    kind: PartyKind,
) -> Result<Vec<String>, Problem> {
    if !identity.parties.contains_key(of) || !sees(state, &of.id)? {
        return Err(absent(of).into());
    }
    Ok(identity.members(of, kind).map(|member| member.id.to_string()).collect())
}

macro_rules! membership {
    ($to:ident, $tag:tt, $one:tt, $search_path:tt, $outer:tt, $kind:ident, $inner:tt,
     join: $join:ident = $join_id:tt, leave: $leave:ident = $leave_id:tt,
     search: $search:ident = $search_id:tt, $item:ident { $field:ident }, $answer:ident) => {
        /// Let one belong to it
        #[utoipa::path(put, path = $one, operation_id = $join_id, tag = $tag,
                    params(($outer = String, Path, description = "To which."),
                        ($inner = String, Path, description = "Who.")),
                    responses((status = 204, description = "It does."),
                        (status = "4XX", description = "It does not.", body = ProblemDetail)))]
        pub(crate) async fn $join(
            State(state): State<ApiState>,
            Path((to, member)): Path<(String, String)>,
            CallerOf(caller): CallerOf,
        ) -> Result<StatusCode, Problem> {
            let member = PartyId::new(PartyKind::$kind, &member);
            join(&state, &caller.actor, PartyId::new(PartyKind::$to, &to), member).await
        }

        /// Let one belong to it no more
        #[utoipa::path(delete, path = $one, operation_id = $leave_id, tag = $tag,
                    params(($outer = String, Path, description = "To which."),
                        ($inner = String, Path, description = "Who.")),
                    responses((status = 204, description = "It does no more."),
                        (status = "4XX", description = "It did not.", body = ProblemDetail)))]
        pub(crate) async fn $leave(
            State(state): State<ApiState>,
            Path((from, member)): Path<(String, String)>,
            CallerOf(caller): CallerOf,
        ) -> Result<StatusCode, Problem> {
            let member = PartyId::new(PartyKind::$kind, &member);
            leave(&state, &caller.actor, PartyId::new(PartyKind::$to, &from), member).await
        }

        /// Search who belongs to it
        #[utoipa::path(post, path = $search_path, operation_id = $search_id, tag = $tag,
                    params(($outer = String, Path, description = "To which.")),
                    request_body = Option<IdentitySearch>,
                    responses((status = 200, description = "Who does.", body = $answer),
                        (status = "4XX", description = "A wrong search.", body = ProblemDetail)))]
        pub(crate) async fn $search(
            State(state): State<ApiState>,
            Path(of): Path<String>,
            body: JsonBody,
        ) -> Result<Response, Problem> {
            let (identity, of) = (state.node().identity(), PartyId::new(PartyKind::$to, &of));
            let found = members(&state, &identity, &of, PartyKind::$kind)?;
            search(found.into_iter().map(|$field| $item { $field }), &[$inner], &body)
        }
    };
}

membership!(Group, "Group", "/v2/groups/{groupId}/clients/{clientId}",
    "/v2/groups/{groupId}/clients/search", "groupId", Client, "clientId",
    join: assign_client_to_group = "assignClientToGroup",
    leave: unassign_client_from_group = "unassignClientFromGroup",
    search: search_clients_for_group = "searchClientsForGroup",
    MemberClient { client_id }, MemberClientSearchResult);
membership!(Group, "Group", "/v2/groups/{groupId}/users/{username}",
    "/v2/groups/{groupId}/users/search", "groupId", User, "username",
    join: assign_user_to_group = "assignUserToGroup",
    leave: unassign_user_from_group = "unassignUserFromGroup",
    search: search_users_for_group = "searchUsersForGroup",
    MemberUser { username }, MemberUserSearchResult);
membership!(Role, "Role", "/v2/roles/{roleId}/clients/{clientId}",
    "/v2/roles/{roleId}/clients/search", "roleId", Client, "clientId",
    join: assign_role_to_client = "assignRoleToClient",
    leave: unassign_role_from_client = "unassignRoleFromClient",
    search: search_clients_for_role = "searchClientsForRole",
    MemberClient { client_id }, MemberClientSearchResult);
membership!(Role, "Role", "/v2/roles/{roleId}/groups/{groupId}",
    "/v2/roles/{roleId}/groups/search", "roleId", Group, "groupId",
    join: assign_role_to_group = "assignRoleToGroup",
    leave: unassign_role_from_group = "unassignRoleFromGroup",
    search: search_groups_for_role = "searchGroupsForRole",
    MemberGroup { group_id }, MemberGroupSearchResult);
membership!(Role, "Role", "/v2/roles/{roleId}/users/{username}",
    "/v2/roles/{roleId}/users/search", "roleId", User, "username",
    join: assign_role_to_user = "assignRoleToUser",
    leave: unassign_role_from_user = "unassignRoleFromUser",
    search: search_users_for_role = "searchUsersForRole",
    MemberUser { username }, MemberUserSearchResult);

/// Search the roles of a group
#[utoipa::path(post, path = "/v2/groups/{groupId}/roles/search",
    operation_id = "searchRolesForGroup", tag = "Group",
    params(("groupId" = String, Path, description = "Whose.")),
    request_body = Option<IdentitySearch>,
    responses((status = 200, description = "What was found.", body = roles::RoleSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail)))]
pub(crate) async fn search_roles_for_group(
    State(state): State<ApiState>,
    Path(group): Path<String>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let (identity, group) = (state.node().identity(), PartyId::new(PartyKind::Group, &group));
    if !identity.parties.contains_key(&group) || !sees(&state, &group.id)? {
        return Err(absent(&group).into());
    }
    let held = identity.memberships.iter().filter(|(_, member)| *member == group);
    let roles = held.filter_map(|(to, _)| identity.parties.get(to));
    let roles = roles.filter(|party| party.id.kind == PartyKind::Role).map(RoleResult::of);
    search(roles, roles::FIELDS, &body)
}
