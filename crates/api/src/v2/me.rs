//! `GET /v2/authentication/me`: who the server thinks you are.
//!
//! Not here: authentication (`auth`); without it everybody is the same user.

use crate::answer;
use crate::auth::asker;
use crate::state::ApiState;
use crate::tenant::DEFAULT_NAME;
use access::identity::PartyKind;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Me {
    username: String,
    display_name: String,
    #[schema(required)]
    email: Option<String>,
    authorized_components: Vec<&'static str>,
    tenants: Vec<Tenant>,
    groups: Vec<String>,
    roles: Vec<String>,
    sales_plan_type: &'static str,
    #[serde(rename = "c8Links")]
    links: BTreeMap<String, String>,
    can_logout: bool,
}

/// A tenant.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tenant {
    tenant_id: &'static str,
    name: &'static str,
    #[schema(required)]
    description: Option<String>,
}

/// Show who I am
#[utoipa::path(
    get,
    path = "/v2/authentication/me",
    operation_id = "getAuthentication",
    tag = "Authentication",
    responses((status = 200, description = "The user.", body = Me))
)]
pub(crate) async fn get_authentication(State(state): State<ApiState>) -> Response {
    let actor = state.actor();
    let identity = state.node().identity();
    let party = asker::current().and_then(|asker| identity.parties.get(&asker.party));
    let hats = party.map(|party| identity.hats(&party.id)).unwrap_or_default();
    let of = |kind| hats.iter().filter(move |hat| hat.kind == kind).map(|hat| hat.id.to_string());
    answer::dto(&Me {
        username: actor.id.to_string(),
        display_name: party.map_or_else(|| actor.id.to_string(), |party| party.name.clone()),
        email: party.and_then(|party| party.email.clone()),
        authorized_components: vec!["*"],
        tenants: vec![Tenant { tenant_id: DEFAULT_NAME, name: "Default", description: None }],
        groups: of(PartyKind::Group).collect(),
        roles: of(PartyKind::Role).collect(),
        sales_plan_type: "",
        links: BTreeMap::new(),
        can_logout: state.auth().asks(),
    })
}
