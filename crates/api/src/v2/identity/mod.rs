//! Who there is, in Camunda's paths and shapes: users, groups, roles, who belongs to which, and
//! authorizations. Everything is in memory, so items are made and then filtered.
//!
//! Not here: clients and tokens, which Camunda keeps elsewhere (`own`), and checking anybody
//! (`auth`).

mod authorizations;
mod groups;
mod memberships;
mod roles;
mod tenants;
pub(crate) mod users;

use crate::extract::JsonBody;
use crate::names::some_name;
use crate::problem::Problem;
use crate::search::{Field, Kind, PageRequest, Sort, listing, matches};
use crate::state::ApiState;
use access::Actor;
use access::identity::{Change, Identity, Party, PartyId};
use axum::http::StatusCode;
use axum::response::Response;
use engine::command::Rejection;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::view::Cell;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// All routes about who there is.
pub(super) fn routes() -> OpenApiRouter<ApiState> {
    use memberships as m;
    OpenApiRouter::new()
        .routes(routes!(authorizations::create_authorization))
        .routes(routes!(
            authorizations::get_authorization,
            authorizations::update_authorization,
            authorizations::delete_authorization
        ))
        .routes(routes!(authorizations::search_authorizations))
        .routes(routes!(authorizations::search_own_authorizations))
        .routes(routes!(groups::create_group))
        .routes(routes!(groups::get_group, groups::update_group, groups::delete_group))
        .routes(routes!(groups::search_groups))
        .routes(routes!(m::assign_client_to_group, m::unassign_client_from_group))
        .routes(routes!(m::assign_role_to_client, m::unassign_role_from_client))
        .routes(routes!(m::assign_role_to_group, m::unassign_role_from_group))
        .routes(routes!(m::assign_role_to_user, m::unassign_role_from_user))
        .routes(routes!(m::assign_user_to_group, m::unassign_user_from_group))
        .routes(routes!(m::search_clients_for_group))
        .routes(routes!(m::search_clients_for_role))
        .routes(routes!(m::search_groups_for_role))
        .routes(routes!(m::search_roles_for_group))
        .routes(routes!(m::search_users_for_group))
        .routes(routes!(m::search_users_for_role))
        .routes(routes!(roles::create_role))
        .routes(routes!(roles::get_role, roles::update_role, roles::delete_role))
        .routes(routes!(roles::search_roles))
        .routes(routes!(tenants::get_tenant))
        .routes(routes!(tenants::search_tenants))
        .routes(routes!(users::create_user))
        .routes(routes!(users::get_user, users::update_user, users::delete_user))
        .routes(routes!(users::search_users))
}

/// Which of them, in which order, which page.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdentitySearch {
    /// Fields of the items, each a value or conditions.
    filter: Option<Map<String, Value>>,
    /// Fields to sort by.
    #[serde(default)]
    sort: Vec<Sort>,
    /// Which part.
    page: Option<PageRequest>,
}

/// Answers a search over items that have these fields.
pub(crate) fn search<T: Serialize>(
    items: impl IntoIterator<Item = T>,
    fields: &[&'static str],
    body: &JsonBody,
) -> Result<Response, Problem> {
    let wanted: IdentitySearch = body.parse()?;
    let mut tests = Vec::new();
    for (name, value) in wanted.filter.iter().flatten().filter(|(_, value)| !value.is_null()) {
        let field = fields.iter().find(|field| **field == *name).ok_or_else(|| {
            let known = fields.join(", ");
            Problem::invalid(format!("Expected to filter by one of {known}, but found `{name}`."))
        })?;
        tests.push((Field::asked(field, 0, Kind::Text), value));
    }
    let mut found = Vec::new();
    for item in items {
        let item = serde_json::to_value(item).expect("items have text keys");
        let mut passes = true;
        for (field, value) in &tests {
            let cell = item[field.name].as_str().map_or(Cell::Null, |text| Cell::Text(text.into()));
            passes &= matches(field, value, &cell)?;
        }
        if passes {
            found.push(item);
        }
    }
    listing::page(&found, &wanted.sort, wanted.page.as_ref())
}

/// What may be an id of a user, client, group or role.
pub(crate) fn id_of(field: &str, text: &str) -> Result<String, Problem> {
    some_name(field, text)?;
    let usable = |c: char| c.is_alphanumeric() || "_~@.+-".contains(c);
    if text.len() > 256 || !text.chars().all(usable) {
        return Err(Problem::invalid(format!(
            "Expected `{field}` to be at most 256 bytes of letters, digits and `_~@.+-`, but found \
             something else."
        )));
    }
    Ok(text.to_owned())
}

/// No such party.
pub(crate) fn absent(id: &PartyId) -> Rejection {
    let word = id.kind.word().to_lowercase();
    Rejection::not_found(format!("Expected {word} `{}` to exist, but found none.", id.id))
}

/// Whether a party is to be made or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Existence {
    /// It must not be there yet.
    New,
    /// It must be there.
    Known,
}

/// Makes or changes a party; how it is then.
pub(crate) async fn put(
    state: &ApiState,
    actor: &Actor,
    id: PartyId,
    existence: Existence,
    change: impl FnOnce(&mut Party) + Send + 'static,
) -> Result<Party, Problem> {
    let wanted = id.clone();
    let decide = move |identity: &Identity| {
        let held = identity.parties.get(&id);
        let mut party = match (existence, held) {
            (Existence::Known, Some(party)) => party.clone(),
            (Existence::Known, None) => return Err(absent(&id)),
            (Existence::New, None) => Party::new(id),
            (Existence::New, Some(_)) => return Err(exists(&id)),
        };
        // Users and clients say who they are in the same way: no two share a name.
        let is_new = existence == Existence::New && party.id.kind.signs_in();
        if is_new && identity.named(&party.id.id).is_some() {
            return Err(exists(&party.id));
        }
        change(&mut party);
        Ok(vec![Change::PutParty(party)])
    };
    state.node().change_identity(actor, decide).await?;
    let party = state.node().identity().parties.get(&wanted).cloned();
    party.ok_or_else(|| absent(&wanted).into())
}

fn exists(id: &PartyId) -> Rejection {
    let word = id.kind.word().to_lowercase();
    Rejection::already_exists(format!(
        "Expected a new id for this {word}, but `{}` is taken already.",
        id.id
    ))
}

/// Deletes a party and what belongs to it.
pub(crate) async fn delete(
    state: &ApiState,
    actor: &Actor,
    id: PartyId,
) -> Result<StatusCode, Problem> {
    let decide = move |identity: &Identity| match identity.parties.get(&id) {
        Some(_) => Ok(vec![Change::DeleteParty(id)]),
        None => Err(absent(&id)),
    };
    state.node().change_identity(actor, decide).await?;
    Ok(StatusCode::NO_CONTENT)
}
