//! Groups: people and programs that belong together.
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

/// A group to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GroupRequest {
    /// Its id.
    group_id: String,
    /// What people call it.
    name: String,
    /// What it is for.
    description: Option<String>,
}

/// What changes about a group.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroupUpdate {
    /// What people call it.
    name: String,
    /// What it is for.
    description: Option<String>,
}

/// A group.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GroupResult {
    group_id: String,
    name: String,
    #[schema(required)]
    description: Option<String>,
}

list_schema!(GroupResult, GroupSearchResult);

/// Fields of groups.
pub(super) const FIELDS: &[&str] = &["groupId", "name", "description"];

impl GroupResult {
    /// A group as clients see it.
    pub(super) fn of(party: &Party) -> Self {
        let (group_id, name) = (party.id.id.to_string(), party.name.clone());
        GroupResult { group_id, name, description: party.description.clone() }
    }
}

fn group(id: &str) -> PartyId {
    PartyId::new(PartyKind::Group, id)
}

async fn describe(
    state: &ApiState,
    CallerOf(caller): CallerOf,
    (id, existence): (PartyId, Existence),
    GroupUpdate { name: called, description }: GroupUpdate,
) -> Result<GroupResult, Problem> {
    let called = some_name("name", &called)?;
    let description = description.map(|text| name("description", &text)).transpose()?;
    let put = put(state, &caller.actor, id, existence, move |party| {
        party.name = called.to_string();
        party.description = description.map(|text| text.to_string());
    });
    Ok(GroupResult::of(&put.await?))
}

/// Make a group
#[utoipa::path(post, path = "/v2/groups", operation_id = "createGroup", tag = "Group",
    request_body = GroupRequest,
    responses((status = 201, description = "Made.", body = GroupResult),
        (status = "4XX", description = "Not made.", body = ProblemDetail)))]
pub(crate) async fn create_group(
    State(state): State<ApiState>,
    caller: CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    let GroupRequest { group_id, name, description } = body.parse()?;
    let id = group(&id_of("groupId", &group_id)?);
    let wanted = GroupUpdate { name, description };
    let made = describe(&state, caller, (id, Existence::New), wanted).await?;
    Ok((StatusCode::CREATED, answer::dto(&made)).into_response())
}

/// Change a group
#[utoipa::path(put, path = "/v2/groups/{groupId}", operation_id = "updateGroup", tag = "Group",
    params(("groupId" = String, Path, description = "The group.")),
    request_body = GroupUpdate,
    responses((status = 200, description = "Changed.", body = GroupResult),
        (status = "4XX", description = "Not changed.", body = ProblemDetail)))]
pub(crate) async fn update_group(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    caller: CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    let place = (group(&id), Existence::Known);
    Ok(answer::dto(&describe(&state, caller, place, body.parse()?).await?))
}

/// Show a group
#[utoipa::path(get, path = "/v2/groups/{groupId}", operation_id = "getGroup", tag = "Group",
    params(("groupId" = String, Path, description = "The group.")),
    responses((status = 200, description = "The group.", body = GroupResult),
        (status = "4XX", description = "Not found.", body = ProblemDetail)))]
pub(crate) async fn get_group(
    State(state): State<ApiState>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (identity, party) = (state.node().identity(), group(&id));
    match identity.parties.get(&party) {
        Some(party) if sees(&state, &id)? => Ok(answer::dto(&GroupResult::of(party))),
        _ => Err(absent(&party).into()),
    }
}

/// Delete a group
///
/// Its memberships and authorizations go too; those who belonged to it stay.
#[utoipa::path(delete, path = "/v2/groups/{groupId}", operation_id = "deleteGroup", tag = "Group",
    params(("groupId" = String, Path, description = "The group.")),
    responses((status = 204, description = "Deleted."),
        (status = "4XX", description = "Not deleted.", body = ProblemDetail)))]
pub(crate) async fn delete_group(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    CallerOf(caller): CallerOf,
) -> Result<StatusCode, Problem> {
    delete(&state, &caller.actor, group(&id)).await
}

/// Search groups
#[utoipa::path(post, path = "/v2/groups/search", operation_id = "searchGroups", tag = "Group",
    request_body = Option<IdentitySearch>,
    responses((status = 200, description = "What was found.", body = GroupSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail)))]
pub(crate) async fn search_groups(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let identity = state.node().identity();
    let mut found = Vec::new();
    for party in identity.parties.values().filter(|party| party.id.kind == PartyKind::Group) {
        if sees(&state, &party.id.id)? {
            found.push(GroupResult::of(party));
        }
    }
    search(found, FIELDS, &body)
}
