//! BPMN signals: broadcasting one to everybody who waits for it.
//!
//! Not here: who waits; the history of an instance says so.

use crate::answer;
use crate::extract::{CallerOf, JsonBody};
use crate::json_write::ObjectWriter;
use crate::keys::WireKey;
use crate::names::some_name;
use crate::problem::{Problem, ProblemDetail};
use crate::raw_variables::RawVariables;
use crate::state::{ApiState, unexpected};
use crate::tenant::{self, DEFAULT_NAME};
use axum::extract::State;
use axum::response::Response;
use runtime::request::{Answer, Request};
use serde::Deserialize;
use utoipa::ToSchema;

/// A BPMN signal.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SignalBroadcast {
    /// Name of the signal.
    pub(crate) signal_name: String,
    /// Variables it brings.
    pub(crate) variables: Option<RawVariables>,
    /// `<default>` or absent.
    pub(crate) tenant_id: Option<String>,
}

impl SignalBroadcast {
    pub(crate) fn request(self) -> Result<Request, Problem> {
        Ok(Request::BroadcastBpmnSignal {
            name: some_name("signalName", &self.signal_name)?,
            variables: self.variables.unwrap_or_default().0,
        })
    }
}

/// A BPMN signal that is on its way.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct BroadcastSignal {
    tenant_id: String,
    signal_key: WireKey,
}

/// Broadcast a signal
///
/// It reaches everybody who waits for it at this moment, each once, and starts what begins with it.
/// The answer comes when that is certain; where very many wait, some are reached a little later.
#[utoipa::path(
    post,
    path = "/v2/signals/broadcast",
    operation_id = "broadcastSignal",
    tag = "Signal",
    request_body = SignalBroadcast,
    responses(
        (status = 200, description = "On its way.", body = BroadcastSignal),
        (status = "4XX", description = "Not taken in.", body = ProblemDetail),
    )
)]
pub(crate) async fn broadcast_signal(
    State(state): State<ApiState>,
    CallerOf(mut caller): CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted: SignalBroadcast = body.parse()?;
    caller.tenant = tenant::number(wanted.tenant_id.as_deref())?;
    let answer = state.submit(caller, wanted.request()?).await?;
    let Answer::BpmnSignalBroadcast { signal } = answer else { return Err(unexpected(&answer)) };
    let mut out = String::new();
    let mut object = ObjectWriter::open(&mut out);
    object.text("tenantId", DEFAULT_NAME);
    object.key("signalKey", signal);
    object.close();
    Ok(answer::json(out))
}
