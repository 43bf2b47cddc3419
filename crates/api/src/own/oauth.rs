//! The token endpoint for clients of this server: OAuth 2.0 client credentials (RFC 6749, 4.4).
//!
//! Not here: other grants. Segue is no identity provider for anybody else.

use crate::answer;
use crate::auth::credentials::Credentials;
use crate::auth::no_store;
use crate::extract::read;
use crate::limits::HEADER_BYTES_MAX;
use crate::problem::Problem;
use crate::state::ApiState;
use access::identity::PartyKind;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// What a client asks for. Has no `Debug`: it holds a secret. Other fields are taken and not used,
/// as the RFC says.
#[derive(Default, Deserialize, ToSchema)]
pub(crate) struct OAuthTokenRequest {
    /// `client_credentials`.
    grant_type: Option<String>,
    /// The client, unless it is in the header `Authorization: Basic`.
    client_id: Option<String>,
    /// Its secret.
    client_secret: Option<String>,
}

/// A token. Has no `Debug`.
#[derive(Serialize, ToSchema)]
pub(crate) struct OAuthToken {
    access_token: String,
    /// `Bearer`.
    token_type: &'static str,
    /// Seconds it is good for.
    expires_in: i64,
}

/// Get a token for a client
///
/// Give Camunda's SDKs this address as `CAMUNDA_OAUTH_URL`.
#[utoipa::path(post, path = "/api/v1/oauth/token", operation_id = "getOAuthToken", tag = "Client",
    request_body(content = OAuthTokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "A token.", body = OAuthToken),
        (status = "4XX", description = "None; `error` says why, as RFC 6749, 5.2 has it.")))]
pub(crate) async fn oauth_token(
    State(state): State<ApiState>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = read(body, HEADER_BYTES_MAX).await?;
    let Ok(form) = serde_urlencoded::from_bytes::<OAuthTokenRequest>(&body) else {
        return Ok(refused(StatusCode::BAD_REQUEST, "invalid_request"));
    };
    match form.grant_type.as_deref() {
        Some("client_credentials") => {}
        Some(_) => return Ok(refused(StatusCode::BAD_REQUEST, "unsupported_grant_type")),
        None => return Ok(refused(StatusCode::BAD_REQUEST, "invalid_request")),
    }
    let (id, secret) = match (Credentials::of(&parts.headers)?, form.client_id, form.client_secret)
    {
        (Credentials::Basic(id, secret), ..) => (id, secret),
        (_, Some(id), Some(secret)) => (id, secret),
        _ => return Ok(refused(StatusCode::UNAUTHORIZED, "invalid_client")),
    };
    let checked = state.auth().check(&state, &id, secret).await?;
    let client = checked.filter(|(party, _)| party.kind == PartyKind::Client);
    let Some((client, _)) = client else {
        return Ok(refused(StatusCode::UNAUTHORIZED, "invalid_client"));
    };
    let Some((access_token, expires_in)) = state.auth().token_for(&state, &client).await? else {
        return Ok(refused(StatusCode::UNAUTHORIZED, "invalid_client"));
    };
    Ok(no_store(answer::dto(&OAuthToken { access_token, token_type: "Bearer", expires_in })))
}

/// Errors have a form of their own here.
fn refused(status: StatusCode, error: &str) -> Response {
    let mut response = no_store(answer::dto(&json!({ "error": error })));
    *response.status_mut() = status;
    response
}
