//! Sessions of browsers: beginning one with a password, asking for it, ending it.
//!
//! Not here: the cookie (`auth::cookie`), and other ways to say who one is.

use crate::answer;
use crate::auth::{Authenticator, cookie, no_store};
use crate::extract::{CallerOf, JsonBody};
use crate::limits::SESSION_MS;
use crate::problem::{Problem, ProblemDetail};
use crate::state::ApiState;
use crate::v2::identity::users::{new_secret_of, renew};
use crate::v2::identity::{Existence, put};
use access::identity::PartyKind;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who wants to begin a session. Has no `Debug`: it holds a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionRequest {
    /// The user.
    username: String,
    /// The password.
    password: String,
}

/// Whether somebody is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionResult {
    /// Whether callers must say who they are at all.
    authentication: bool,
    /// The user; null when nobody is known.
    #[schema(required)]
    username: Option<String>,
}

/// Begin a session
///
/// The answer sets a cookie that scripts cannot read and other sites cannot use.
#[utoipa::path(post, path = "/api/v1/session", operation_id = "beginSession", tag = "Session",
    request_body = SessionRequest,
    responses((status = 204, description = "Begun."),
        (status = "4XX", description = "Not begun.", body = ProblemDetail)))]
pub(crate) async fn begin_session(
    State(state): State<ApiState>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response, Problem> {
    let SessionRequest { username, password } = body.parse()?;
    let secret = state.auth().begin_session(&state, &username, password).await?;
    Ok(with_cookie(&headers, &secret, SESSION_MS / 1_000))
}

/// Show the session
#[utoipa::path(get, path = "/api/v1/session", operation_id = "getSession", tag = "Session",
    responses((status = 200, description = "Whose it is.", body = SessionResult)))]
pub(crate) async fn get_session(State(state): State<ApiState>, headers: HeaderMap) -> Response {
    let authentication = state.auth().asks();
    let username = if authentication {
        state.auth().identify(&state, &headers).await.ok().map(|asker| asker.actor.id.to_string())
    } else {
        Some(Authenticator::anybody().id.to_string())
    };
    no_store(answer::dto(&SessionResult { authentication, username }))
}

/// End the session
#[utoipa::path(delete, path = "/api/v1/session", operation_id = "endSession", tag = "Session",
    responses((status = 204, description = "Ended, if there was one."),
        (status = "4XX", description = "Not ended.", body = ProblemDetail)))]
pub(crate) async fn end_session(
    State(state): State<ApiState>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    state.auth().end_session(&state, &headers).await?;
    Ok(with_cookie(&headers, "", 0))
}

fn with_cookie(headers: &HeaderMap, secret: &str, seconds: u64) -> Response {
    let mut response = no_store(StatusCode::NO_CONTENT.into_response());
    response.headers_mut().insert(header::SET_COOKIE, cookie::write(headers, secret, seconds));
    response
}

/// A new password for whoever asks. Has no `Debug`: it holds passwords.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PasswordChange {
    /// The password so far.
    current_password: String,
    /// The one from now on.
    new_password: String,
}

/// Change my password
///
/// All sessions of the user end, this one too.
#[utoipa::path(put, path = "/api/v1/password", operation_id = "changePassword", tag = "Session",
    request_body = PasswordChange,
    responses((status = 204, description = "Changed."),
        (status = "4XX", description = "Not changed.", body = ProblemDetail)))]
pub(crate) async fn change_password(
    State(state): State<ApiState>,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    let PasswordChange { current_password, new_password } = body.parse()?;
    let known = state.auth().check(&state, &caller.actor.id, current_password).await?;
    let known = known.filter(|(party, _)| party.kind == PartyKind::User);
    let (user, _) = known.ok_or_else(|| {
        Problem::invalid("Expected `currentPassword` to be the user's, but it is not.")
    })?;
    let secret = new_secret_of(&state, new_password).await?;
    // One's own password is nobody else's business: what an administrator's grants forbid others
    // does not forbid it.
    let actor = access::Actor { grants: access::Grants::All, ..caller.actor };
    put(&state, &actor, user, Existence::Known, |party| renew(party, secret)).await?;
    Ok(StatusCode::NO_CONTENT)
}
