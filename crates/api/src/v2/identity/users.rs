//! Users: people with a password.
//!
//! Not here: their groups and roles (`memberships`), and signing in (`own::session`).

use super::{Existence, IdentitySearch, absent, delete, id_of, put, search};
use crate::answer;
use crate::auth::asker::sees;
use crate::auth::{password, random};
use crate::extract::{CallerOf, JsonBody};
use crate::limits::{PASSWORD_BYTES_MAX, PASSWORD_CHARACTERS_MIN};
use crate::names::name;
use crate::problem::{Problem, ProblemDetail};
use crate::search::schema::list_schema;
use crate::state::ApiState;
use access::identity::{Party, PartyId, PartyKind, SecretHash};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A user to be made. Has no `Debug`: it holds a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserRequest {
    /// How the user is called in requests.
    username: String,
    /// The password, of 8 characters or more.
    password: String,
    /// What people call the user.
    name: Option<String>,
    /// E-mail address.
    email: Option<String>,
}

/// What changes about a user. Has no `Debug`: it holds a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserUpdate {
    /// The new password; absent or empty: the old one stays. With a new one all sessions end.
    password: Option<String>,
    /// What people call the user.
    name: Option<String>,
    /// E-mail address.
    email: Option<String>,
}

/// A user.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserResult {
    username: String,
    name: String,
    #[schema(required)]
    email: Option<String>,
}

list_schema!(UserResult, UserSearchResult);

/// Fields of users.
pub(super) const FIELDS: &[&str] = &["username", "name", "email"];

impl UserResult {
    fn of(party: &Party) -> Self {
        let (username, name) = (party.id.id.to_string(), party.name.clone());
        UserResult { username, name, email: party.email.clone() }
    }
}

fn user(username: &str) -> PartyId {
    PartyId::new(PartyKind::User, username)
}

/// The hash of a new password; refuses those that anybody guesses or nobody can check.
pub(crate) async fn new_secret_of(
    state: &ApiState,
    password: String,
) -> Result<SecretHash, Problem> {
    if password.chars().count() < PASSWORD_CHARACTERS_MIN || password.len() > PASSWORD_BYTES_MAX {
        return Err(Problem::invalid(format!(
            "Expected `password` to have {PASSWORD_CHARACTERS_MIN} characters or more and at most \
             {PASSWORD_BYTES_MAX} bytes."
        )));
    }
    let cost = state.auth().cost();
    state.compute(move || password::hash(&password, cost)).await
}

/// Gives a party another secret: what was begun under the old one ends.
pub(crate) fn renew(party: &mut Party, secret: SecretHash) {
    party.secret = Some(secret);
    party.generation = u64::from_be_bytes(random());
}

/// Make a user
#[utoipa::path(post, path = "/v2/users", operation_id = "createUser", tag = "User",
    request_body = UserRequest,
    responses((status = 201, description = "Made.", body = UserResult),
        (status = "4XX", description = "Not made.", body = ProblemDetail)))]
pub(crate) async fn create_user(
    State(state): State<ApiState>,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted: UserRequest = body.parse()?;
    let id = user(&id_of("username", &wanted.username)?);
    let called = wanted.name.map(|text| name("name", &text)).transpose()?;
    let email = wanted.email.map(|text| name("email", &text)).transpose()?;
    let secret = new_secret_of(&state, wanted.password).await?;
    let made = put(&state, &caller.actor, id, Existence::New, move |party| {
        renew(party, secret);
        party.name = called.map_or_else(|| party.name.clone(), |text| text.to_string());
        party.email = email.map(|text| text.to_string());
    });
    let made = UserResult::of(&made.await?);
    Ok((StatusCode::CREATED, answer::dto(&made)).into_response())
}

/// Change a user
#[utoipa::path(put, path = "/v2/users/{username}", operation_id = "updateUser", tag = "User",
    params(("username" = String, Path, description = "The user.")),
    request_body = UserUpdate,
    responses((status = 200, description = "Changed.", body = UserResult),
        (status = "4XX", description = "Not changed.", body = ProblemDetail)))]
pub(crate) async fn update_user(
    State(state): State<ApiState>,
    Path(username): Path<String>,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted: UserUpdate = body.parse()?;
    let called = wanted.name.map(|text| name("name", &text)).transpose()?;
    let email = wanted.email.map(|text| name("email", &text)).transpose()?;
    let secret = match wanted.password.filter(|password| !password.is_empty()) {
        Some(password) => Some(new_secret_of(&state, password).await?),
        None => None,
    };
    let id = user(&username);
    let changed = put(&state, &caller.actor, id, Existence::Known, move |party| {
        secret.into_iter().for_each(|secret| renew(party, secret));
        called.into_iter().for_each(|text| party.name = text.to_string());
        email.into_iter().for_each(|text| party.email = Some(text.to_string()));
    });
    Ok(answer::dto(&UserResult::of(&changed.await?)))
}

/// Show a user
#[utoipa::path(get, path = "/v2/users/{username}", operation_id = "getUser", tag = "User",
    params(("username" = String, Path, description = "The user.")),
    responses((status = 200, description = "The user.", body = UserResult),
        (status = "4XX", description = "Not found.", body = ProblemDetail)))]
pub(crate) async fn get_user(
    State(state): State<ApiState>,
    Path(username): Path<String>,
) -> Result<Response, Problem> {
    let (identity, id) = (state.node().identity(), user(&username));
    match identity.parties.get(&id) {
        Some(party) if sees(&state, &username)? => Ok(answer::dto(&UserResult::of(party))),
        _ => Err(absent(&id).into()),
    }
}

/// Delete a user
///
/// Sessions, tokens, memberships and authorizations go too, at once.
#[utoipa::path(delete, path = "/v2/users/{username}", operation_id = "deleteUser", tag = "User",
    params(("username" = String, Path, description = "The user.")),
    responses((status = 204, description = "Deleted."),
        (status = "4XX", description = "Not deleted.", body = ProblemDetail)))]
pub(crate) async fn delete_user(
    State(state): State<ApiState>,
    Path(username): Path<String>,
    CallerOf(caller): CallerOf,
) -> Result<StatusCode, Problem> {
    delete(&state, &caller.actor, user(&username)).await
}

/// Search users
#[utoipa::path(post, path = "/v2/users/search", operation_id = "searchUsers", tag = "User",
    request_body = Option<IdentitySearch>,
    responses((status = 200, description = "What was found.", body = UserSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail)))]
pub(crate) async fn search_users(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let identity = state.node().identity();
    let mut found = Vec::new();
    for party in identity.parties.values().filter(|party| party.id.kind == PartyKind::User) {
        if sees(&state, &party.id.id)? {
            found.push(UserResult::of(party));
        }
    }
    search(found, FIELDS, &body)
}
