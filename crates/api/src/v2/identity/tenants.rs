//! Tenants, as far as there are any: the one everything belongs to.
//!
//! Not here: making more of them; multi-tenancy is not built.

use super::{IdentitySearch, search};
use crate::answer;
use crate::auth::asker::sees;
use crate::extract::JsonBody;
use crate::problem::{Problem, ProblemDetail};
use crate::search::schema::list_schema;
use crate::state::ApiState;
use crate::tenant::DEFAULT_NAME;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

/// A tenant.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TenantResult {
    tenant_id: &'static str,
    name: &'static str,
    #[schema(required)]
    description: Option<String>,
}

list_schema!(TenantResult, TenantSearchResult);

const DEFAULT: TenantResult =
    TenantResult { tenant_id: DEFAULT_NAME, name: "Default", description: None };

/// Show a tenant
#[utoipa::path(get, path = "/v2/tenants/{tenantId}", operation_id = "getTenant", tag = "Tenant",
    params(("tenantId" = String, Path, description = "The tenant.")),
    responses((status = 200, description = "The tenant.", body = TenantResult),
        (status = "4XX", description = "Not found.", body = ProblemDetail)))]
pub(crate) async fn get_tenant(
    State(state): State<ApiState>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    if id == DEFAULT_NAME && sees(&state, &id)? {
        return Ok(answer::dto(&DEFAULT));
    }
    Err(Problem::not_found(format!("Expected tenant `{id}` to exist, but found none.")))
}

/// Search tenants
#[utoipa::path(post, path = "/v2/tenants/search", operation_id = "searchTenants", tag = "Tenant",
    request_body = Option<IdentitySearch>,
    responses((status = 200, description = "What was found.", body = TenantSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail)))]
pub(crate) async fn search_tenants(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let seen = sees(&state, DEFAULT_NAME)?.then_some(DEFAULT);
    search(seen, &["tenantId", "name", "description"], &body)
}
