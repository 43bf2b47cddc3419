//! API tokens: what a program sends instead of its owner's password.
//!
//! Not here: tokens that are signed and not kept (`oauth`).

use crate::answer;
use crate::auth::{TOKEN_PREFIX, asker, digest_of, new_secret, no_store};
use crate::extract::{CallerOf, JsonBody};
use crate::limits::TOKENS_PER_OWNER_MAX;
use crate::names::some_name;
use crate::problem::{Problem, ProblemDetail};
use crate::search::schema::list_schema;
use crate::state::ApiState;
use crate::time;
use access::identity::{Change, Identity, PartyId, Token, TokenKind};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use engine::command::Rejection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A token to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TokenRequest {
    /// What its owner calls it.
    name: String,
    /// When it is no good any more, a time; absent: when it is deleted.
    expires_at: Option<String>,
}

/// A token that was made. Has no `Debug`: it holds the token.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TokenCreated {
    token_id: String,
    /// The token; it is shown this once.
    token: String,
}

/// A token as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TokenResult {
    token_id: String,
    name: String,
    created_at: String,
    #[schema(required)]
    expires_at: Option<String>,
}

list_schema!(TokenResult, TokenList);

/// Whose tokens a request is about: its asker's.
fn owner(state: &ApiState) -> Result<PartyId, Problem> {
    let owner = asker::current().filter(|_| state.auth().asks()).map(|asker| asker.party);
    owner.ok_or_else(|| {
        Problem::from(Rejection::invalid_state(
            "Expected a server that asks who calls, but this one does not: it needs no tokens.",
        ))
    })
}

/// Make a token for myself
///
/// It is shown once, stands for its owner, and goes in the header `Authorization: Bearer`.
#[utoipa::path(post, path = "/api/v1/tokens", operation_id = "createToken", tag = "Token",
    request_body = TokenRequest,
    responses((status = 201, description = "Made.", body = TokenCreated),
        (status = "4XX", description = "Not made.", body = ProblemDetail)))]
pub(crate) async fn create_token(
    State(state): State<ApiState>,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted: TokenRequest = body.parse()?;
    let name = some_name("name", &wanted.name)?.to_string();
    let made_ms = state.node().now_ms();
    let expires_ms = wanted.expires_at.as_deref().map(|text| {
        time::parse(text).filter(|at| *at > made_ms).ok_or_else(|| {
            Problem::invalid(format!(
                "Expected `expiresAt` to be a time to come like 2030-01-01T00:00:00Z, but found \
                 `{text}`."
            ))
        })
    });
    let (expires_ms, owner) = (expires_ms.transpose()?, owner(&state)?);
    let token = format!("{TOKEN_PREFIX}{}", new_secret());
    let digest = digest_of(&token);
    let created = TokenCreated { token_id: digest.clone(), token };
    let decide = move |identity: &Identity| {
        let own =
            identity.tokens.values().filter(|it| it.owner == owner && it.kind == TokenKind::Api);
        let (over, good): (Vec<&Token>, Vec<&Token>) = own.partition(|it| it.is_over(made_ms));
        if good.len() >= TOKENS_PER_OWNER_MAX {
            return Err(Rejection::invalid_state(format!(
                "Expected at most {TOKENS_PER_OWNER_MAX} tokens of one owner. Delete some first."
            )));
        }
        let over = over.into_iter().map(|it| Change::DeleteToken(it.digest.clone()));
        let kind = TokenKind::Api;
        let token = Change::PutToken(Token { digest, owner, kind, name, made_ms, expires_ms });
        Ok(over.chain([token]).collect())
    };
    state.node().change_identity(&caller.actor, decide).await?;
    Ok((StatusCode::CREATED, no_store(answer::dto(&created))).into_response())
}

/// List my tokens
#[utoipa::path(get, path = "/api/v1/tokens", operation_id = "listTokens", tag = "Token",
    responses((status = 200, description = "All that are good.", body = TokenList),
        (status = "4XX", description = "There are none.", body = ProblemDetail)))]
pub(crate) async fn list_tokens(State(state): State<ApiState>) -> Result<Response, Problem> {
    let (identity, owner, now_ms) =
        (state.node().identity(), owner(&state)?, state.node().now_ms());
    let own = identity.tokens.values().filter(|it| it.owner == owner && it.kind == TokenKind::Api);
    let items: Vec<TokenResult> = own
        .filter(|token| !token.is_over(now_ms))
        .map(|token| TokenResult {
            token_id: token.digest.clone(),
            name: token.name.clone(),
            created_at: time::format(token.made_ms),
            expires_at: token.expires_ms.map(time::format),
        })
        .collect();
    crate::search::listing::page(&items, &[], None)
}

/// Delete one of my tokens
#[utoipa::path(delete, path = "/api/v1/tokens/{tokenId}", operation_id = "deleteToken",
    tag = "Token", params(("tokenId" = String, Path, description = "Which one.")),
    responses((status = 204, description = "Deleted: it is no good any more."),
        (status = "4XX", description = "Not deleted.", body = ProblemDetail)))]
pub(crate) async fn delete_token(
    State(state): State<ApiState>,
    Path(digest): Path<String>,
    CallerOf(caller): CallerOf,
) -> Result<StatusCode, Problem> {
    let owner = owner(&state)?;
    let decide = move |identity: &Identity| match identity.tokens.get(&digest) {
        Some(token) if token.owner == owner => Ok(vec![Change::DeleteToken(digest)]),
        _ => Err(Rejection::not_found("Expected one of your tokens, but found none.")),
    };
    state.node().change_identity(&caller.actor, decide).await?;
    Ok(StatusCode::NO_CONTENT)
}
