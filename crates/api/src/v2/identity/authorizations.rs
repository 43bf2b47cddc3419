//! Authorizations: permissions on resources, given to users, clients, groups and roles.
//!
//! Not here: asking for them (`auth::guard`, and the runtime).

use super::{IdentitySearch, search};
use crate::answer;
use crate::auth::{asker, random};
use crate::extract::{CallerOf, JsonBody};
use crate::keys::{PathKey, WireKey};
use crate::names::some_name;
use crate::problem::{Problem, ProblemDetail};
use crate::search::schema::list_schema;
use crate::state::ApiState;
use access::identity::{Authorization, Change, Identity, PartyId, PartyKind};
use access::{Grant, Permission, ResourceType};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use engine::command::Rejection;
use engine::key::Key;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is granted to whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AuthorizationRequest {
    /// Id of the user, client, group or role.
    owner_id: String,
    /// `USER`, `CLIENT`, `GROUP` or `ROLE`.
    owner_type: String,
    /// Id of the resource, or `*` for all of its type.
    resource_id: String,
    /// For example `PROCESS_DEFINITION`.
    resource_type: String,
    /// For example `READ_PROCESS_INSTANCE`.
    permission_types: Vec<String>,
}

/// An authorization that was made.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuthorizationCreated {
    authorization_key: WireKey,
}

/// An authorization.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuthorizationResult {
    authorization_key: WireKey,
    owner_id: String,
    owner_type: &'static str,
    resource_id: String,
    /// Always null: Segue has no authorizations by property.
    #[schema(required)]
    resource_property_name: Option<String>,
    resource_type: &'static str,
    permission_types: Vec<&'static str>,
}

list_schema!(AuthorizationResult, AuthorizationSearchResult);

const FIELDS: &[&str] = &["authorizationKey", "ownerId", "ownerType", "resourceId", "resourceType"];

/// One of the words, or what was expected.
fn word<T: Copy>(
    field: &str,
    found: &str,
    all: &[T],
    word: fn(T) -> &'static str,
) -> Result<T, Problem> {
    all.iter().copied().find(|it| word(*it) == found).ok_or_else(|| {
        let known = all.iter().map(|it| word(*it)).collect::<Vec<_>>().join(", ");
        Problem::invalid(format!("Expected `{field}` to be one of {known}, but found `{found}`."))
    })
}

impl AuthorizationRequest {
    fn check(&self, key: u64) -> Result<Authorization, Problem> {
        let kind = word("ownerType", &self.owner_type, &PartyKind::ALL, PartyKind::word)?;
        let types = ResourceType::ALL;
        let resource = word("resourceType", &self.resource_type, types, ResourceType::word)?;
        let mut permissions = Vec::new();
        for text in &self.permission_types {
            let permission = word("permissionTypes", text, Permission::ALL, Permission::word)?;
            if !permissions.contains(&permission) {
                permissions.push(permission);
            }
        }
        if permissions.is_empty() {
            return Err(Problem::invalid(
                "Expected `permissionTypes` to name a permission, but it is empty.",
            ));
        }
        let id = some_name("resourceId", &self.resource_id)?;
        let id = (&*id != "*").then_some(id);
        let owner = PartyId { kind, id: some_name("ownerId", &self.owner_id)? };
        Ok(Authorization { key, owner, grant: Grant { resource, id, permissions } })
    }
}

impl AuthorizationResult {
    fn of(held: &Authorization) -> Self {
        AuthorizationResult {
            authorization_key: WireKey(Key(held.key)),
            owner_id: held.owner.id.to_string(),
            owner_type: held.owner.kind.word(),
            resource_id: held.grant.id.as_deref().unwrap_or("*").to_owned(),
            resource_property_name: None,
            resource_type: held.grant.resource.word(),
            permission_types: held.grant.permissions.iter().map(|it| it.word()).collect(),
        }
    }
}

fn absent(key: Key) -> Rejection {
    Rejection::not_found(format!("Expected authorization {key} to exist, but found none."))
}

/// Puts an authorization for a party there is.
async fn put(
    state: &ApiState,
    CallerOf(caller): CallerOf,
    held: Authorization,
    must_exist: bool,
) -> Result<(), Problem> {
    let decide = move |identity: &Identity| {
        if must_exist && !identity.authorizations.contains_key(&held.key) {
            return Err(absent(Key(held.key)));
        }
        if !identity.parties.contains_key(&held.owner) {
            return Err(super::absent(&held.owner));
        }
        Ok(vec![Change::PutAuthorization(held)])
    };
    Ok(state.node().change_identity(&caller.actor, decide).await?)
}

/// Give an authorization
#[utoipa::path(post, path = "/v2/authorizations", operation_id = "createAuthorization",
    tag = "Authorization", request_body = AuthorizationRequest,
    responses((status = 201, description = "Given.", body = AuthorizationCreated),
        (status = "4XX", description = "Not given.", body = ProblemDetail)))]
pub(crate) async fn create_authorization(
    State(state): State<ApiState>,
    caller: CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    // 62 random bits: a key that no other authorization has.
    let key = (u64::from_be_bytes(random()) >> 2).max(1);
    let held = body.parse::<AuthorizationRequest>()?.check(key)?;
    put(&state, caller, held, false).await?;
    let created = AuthorizationCreated { authorization_key: WireKey(Key(key)) };
    Ok((StatusCode::CREATED, answer::dto(&created)).into_response())
}

/// Change an authorization
#[utoipa::path(put, path = "/v2/authorizations/{authorizationKey}",
    operation_id = "updateAuthorization", tag = "Authorization",
    params(("authorizationKey" = String, Path, description = "Which one.")),
    request_body = AuthorizationRequest,
    responses((status = 204, description = "Changed."),
        (status = "4XX", description = "Not changed.", body = ProblemDetail)))]
pub(crate) async fn update_authorization(
    State(state): State<ApiState>,
    PathKey(key): PathKey,
    caller: CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    let held = body.parse::<AuthorizationRequest>()?.check(key.0)?;
    put(&state, caller, held, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Show an authorization
#[utoipa::path(get, path = "/v2/authorizations/{authorizationKey}",
    operation_id = "getAuthorization", tag = "Authorization",
    params(("authorizationKey" = String, Path, description = "Which one.")),
    responses((status = 200, description = "It.", body = AuthorizationResult),
        (status = "4XX", description = "Not found.", body = ProblemDetail)))]
pub(crate) async fn get_authorization(
    State(state): State<ApiState>,
    PathKey(key): PathKey,
) -> Result<Response, Problem> {
    let identity = state.node().identity();
    let held = identity.authorizations.get(&key.0).ok_or_else(|| Problem::from(absent(key)))?;
    Ok(answer::dto(&AuthorizationResult::of(held)))
}

/// Take an authorization back
#[utoipa::path(delete, path = "/v2/authorizations/{authorizationKey}",
    operation_id = "deleteAuthorization", tag = "Authorization",
    params(("authorizationKey" = String, Path, description = "Which one.")),
    responses((status = 204, description = "Taken back."),
        (status = "4XX", description = "Not taken back.", body = ProblemDetail)))]
pub(crate) async fn delete_authorization(
    State(state): State<ApiState>,
    PathKey(key): PathKey,
    CallerOf(caller): CallerOf,
) -> Result<StatusCode, Problem> {
    let decide = move |identity: &Identity| match identity.authorizations.get(&key.0) {
        Some(_) => Ok(vec![Change::DeleteAuthorization(key.0)]),
        None => Err(absent(key)),
    };
    state.node().change_identity(&caller.actor, decide).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Search authorizations
#[utoipa::path(post, path = "/v2/authorizations/search", operation_id = "searchAuthorizations",
    tag = "Authorization", request_body = Option<IdentitySearch>,
    responses((status = 200, description = "What was found.", body = AuthorizationSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail)))]
pub(crate) async fn search_authorizations(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let identity = state.node().identity();
    search(identity.authorizations.values().map(AuthorizationResult::of), FIELDS, &body)
}

/// Search my authorizations
///
/// Those of the asker, its groups and roles. Administrators may do everything without any.
#[utoipa::path(post, path = "/v2/authentication/me/authorizations/search",
    operation_id = "searchOwnAuthorizations", tag = "Authentication",
    request_body = Option<IdentitySearch>,
    responses((status = 200, description = "What was found.", body = AuthorizationSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail)))]
pub(crate) async fn search_own_authorizations(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let identity = state.node().identity();
    let hats = asker::current().map(|asker| identity.hats(&asker.party)).unwrap_or_default();
    let own = identity.authorizations.values().filter(|held| hats.contains(&held.owner));
    search(own.map(AuthorizationResult::of), FIELDS, &body)
}
