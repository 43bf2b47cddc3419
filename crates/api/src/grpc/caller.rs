//! Who calls: the same headers as in REST, which gRPC calls metadata.
//!
//! Not here: how an identity is checked (`admit`).

use super::status::of;
use crate::extract::caller_of;
use crate::state::ApiState;
use crate::tenant;
use runtime::request::Caller;
use tonic::{Request, Status};

/// The caller of a request, in the default tenant.
pub(super) fn caller<T>(state: &ApiState, request: &Request<T>) -> Result<Caller, Status> {
    caller_of(state, request.metadata().as_ref()).map_err(of)
}

/// The caller of a request about a tenant; an empty name is the default one.
pub(super) fn caller_in<T>(
    state: &ApiState,
    request: &Request<T>,
    tenant_id: &str,
) -> Result<Caller, Status> {
    let mut caller = caller(state, request)?;
    caller.tenant = tenant::number(Some(tenant_id)).map_err(of)?;
    Ok(caller)
}
