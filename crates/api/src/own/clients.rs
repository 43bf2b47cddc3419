//! Clients: programs with a secret of their own, which Camunda keeps in its identity provider.
//!
//! Not here: tokens for them (`oauth`), and what they may do (`v2::identity`).

use crate::answer;
use crate::auth::asker::sees;
use crate::auth::{new_secret, no_store, password};
use crate::extract::{CallerOf, JsonBody};
use crate::names::name;
use crate::problem::{Problem, ProblemDetail};
use crate::search::schema::list_schema;
use crate::state::ApiState;
use crate::v2::identity::users::renew;
use crate::v2::identity::{Existence, IdentitySearch, delete, id_of, put, search};
use access::identity::{PartyId, PartyKind};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A client to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ClientRequest {
    /// Its id.
    client_id: String,
    /// What people call it.
    name: Option<String>,
}

/// A client with its secret. Has no `Debug`: it holds the secret.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClientSecret {
    client_id: String,
    /// The secret; it is shown this once.
    client_secret: String,
}

/// A client.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClientResult {
    client_id: String,
    name: String,
}

list_schema!(ClientResult, ClientList);

fn client(id: &str) -> PartyId {
    PartyId::new(PartyKind::Client, id)
}

async fn with_new_secret(
    state: &ApiState,
    CallerOf(caller): CallerOf,
    (client_id, existence): (String, Existence),
    called: Option<String>,
) -> Result<ClientSecret, Problem> {
    let client_secret = new_secret();
    let (hashed, cost) = (client_secret.clone(), state.auth().cost());
    let secret = state.compute(move || password::hash(&hashed, cost)).await?;
    put(state, &caller.actor, client(&client_id), existence, move |party| {
        renew(party, secret);
        called.into_iter().for_each(|text| party.name = text);
    })
    .await?;
    Ok(ClientSecret { client_id, client_secret })
}

/// Make a client
///
/// Its secret is shown once. It may do what authorizations, roles and groups let it.
#[utoipa::path(post, path = "/api/v1/clients", operation_id = "createClient", tag = "Client",
    request_body = ClientRequest,
    responses((status = 201, description = "Made.", body = ClientSecret),
        (status = "4XX", description = "Not made.", body = ProblemDetail)))]
pub(crate) async fn create_client(
    State(state): State<ApiState>,
    caller: CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted: ClientRequest = body.parse()?;
    let id = id_of("clientId", &wanted.client_id)?;
    let called =
        wanted.name.map(|text| name("name", &text).map(|it| it.to_string())).transpose()?;
    let made = with_new_secret(&state, caller, (id, Existence::New), called).await?;
    Ok((StatusCode::CREATED, no_store(answer::dto(&made))).into_response())
}

/// Give a client a new secret
///
/// The old one, and tokens that were given for it, are no good any more.
#[utoipa::path(post, path = "/api/v1/clients/{clientId}/secret", operation_id = "renewClientSecret",
    tag = "Client", params(("clientId" = String, Path, description = "The client.")),
    responses((status = 200, description = "The new one.", body = ClientSecret),
        (status = "4XX", description = "No new one.", body = ProblemDetail)))]
pub(crate) async fn renew_client_secret(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    caller: CallerOf,
) -> Result<Response, Problem> {
    let made = with_new_secret(&state, caller, (id, Existence::Known), None).await?;
    Ok(no_store(answer::dto(&made)))
}

/// List clients
#[utoipa::path(get, path = "/api/v1/clients", operation_id = "listClients", tag = "Client",
    responses((status = 200, description = "The first 100.", body = ClientList),
        (status = "4XX", description = "None.", body = ProblemDetail)))]
pub(crate) async fn list_clients(State(state): State<ApiState>) -> Result<Response, Problem> {
    crate::search::listing::page(&seen(&state)?, &[], None)
}

/// Those the asker may see.
fn seen(state: &ApiState) -> Result<Vec<ClientResult>, Problem> {
    let identity = state.node().identity();
    let mut items = Vec::new();
    for party in identity.parties.values().filter(|party| party.id.kind == PartyKind::Client) {
        if sees(state, &party.id.id)? {
            let (client_id, name) = (party.id.id.to_string(), party.name.clone());
            items.push(ClientResult { client_id, name });
        }
    }
    Ok(items)
}

/// Search clients
#[utoipa::path(post, path = "/api/v1/clients/search", operation_id = "searchClients",
    tag = "Client", request_body = Option<IdentitySearch>,
    responses((status = 200, description = "What was found.", body = ClientList),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail)))]
pub(crate) async fn search_clients(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    search(seen(&state)?, &["clientId", "name"], &body)
}

/// Delete a client
///
/// Its tokens, memberships and authorizations go too, at once.
#[utoipa::path(delete, path = "/api/v1/clients/{clientId}", operation_id = "deleteClient",
    tag = "Client", params(("clientId" = String, Path, description = "The client.")),
    responses((status = 204, description = "Deleted."),
        (status = "4XX", description = "Not deleted.", body = ProblemDetail)))]
pub(crate) async fn delete_client(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    CallerOf(caller): CallerOf,
) -> Result<StatusCode, Problem> {
    delete(&state, &caller.actor, client(&id)).await
}
