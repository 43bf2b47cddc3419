//! `/api/v1/suppressions`: until when alerts are kept and not acted on, and why.
//!
//! Not here: alerts that are held back (`alerts`). A suppression is a definition like a rule: made
//! here it is deployed, and one that was deployed as a file is shown and ended here too.

use crate::answer;
use crate::extract::{CallerOf, JsonBody};
use crate::keys::WireKey;
use crate::names::some_name;
use crate::problem::{Problem, ProblemDetail};
use crate::state::{ApiState, unexpected};
use crate::tenant::{DEFAULT_NAME, DEFAULT_TENANT};
use crate::time;
use axum::extract::{Path, State};
use axum::response::Response;
use runtime::request::{Answer, Caller, Request, Resource};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use work::definition::{Deployed, Silence, Suppression};

/// What becomes of alerts at the end of a suppression.
#[derive(Debug, Clone, Copy, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum SuppressionMode {
    /// What is not over by then is acted on: a maintenance window.
    #[default]
    Hold,
    /// They are acted on when they come again.
    Suppress,
}

/// A suppression to declare.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SuppressionCreation {
    /// Its id; that of another suppression replaces it.
    suppression_id: String,
    /// What people call it; absent: its id.
    name: Option<String>,
    #[serde(default)]
    mode: SuppressionMode,
    /// When it begins, a time with its offset; absent: at once.
    from: Option<String>,
    /// When it ends, a time with its offset.
    to: String,
    /// Why.
    reason: String,
    /// Who answers for it; absent: who asks.
    owner: Option<String>,
    /// Ids of the detection rules it is about; absent: of all.
    #[serde(default)]
    detection_rule_ids: Vec<String>,
    /// A FEEL condition on the alert: `rule`, `subject`, `name`, `title`, `severity`.
    when: Option<String>,
}

/// Why a suppression ends early.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SuppressionEnd {
    /// For those who read it.
    reason: String,
}

/// A suppression.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SuppressionItem {
    suppression_key: WireKey,
    suppression_id: String,
    name: String,
    version: u32,
    mode: SuppressionMode,
    /// `SCHEDULED`, `ACTIVE` or `ENDED`.
    state: &'static str,
    from_time: Option<String>,
    to_time: String,
    reason: String,
    owner: String,
    /// Empty: of all rules.
    detection_rule_ids: Vec<String>,
    tenant_id: &'static str,
}

/// Suppressions, by id.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuppressionList {
    items: Vec<SuppressionItem>,
}

/// A suppression that is in force, or will be.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeclaredSuppression {
    suppression_key: WireKey,
    suppression_id: String,
    version: u32,
}

impl SuppressionItem {
    fn of(held: &Deployed<Suppression>, now_ms: i64) -> Self {
        let says = &held.says;
        SuppressionItem {
            suppression_key: WireKey(held.key),
            suppression_id: says.id.to_string(),
            name: says.name.to_string(),
            version: held.version,
            mode: match says.mode {
                Silence::Hold => SuppressionMode::Hold,
                Silence::Suppress => SuppressionMode::Suppress,
            },
            state: if says.to_ms <= now_ms {
                "ENDED"
            } else if says.is_active(now_ms) {
                "ACTIVE"
            } else {
                "SCHEDULED"
            },
            from_time: says.from_ms.map(time::format),
            to_time: time::format(says.to_ms),
            reason: says.reason.to_string(),
            owner: says.owner.to_string(),
            detection_rule_ids: says.rules.iter().map(ToString::to_string).collect(),
            tenant_id: DEFAULT_NAME,
        }
    }
}

/// List suppressions
///
/// All there are, with those to come and those that are over.
#[utoipa::path(
    get,
    path = "/api/v1/suppressions",
    operation_id = "listSuppressions",
    tag = "Signals",
    responses((status = 200, description = "The suppressions.", body = SuppressionList))
)]
pub(crate) async fn list_suppressions(State(state): State<ApiState>) -> Response {
    let now_ms = state.node().now_ms();
    let known = state.node().resources();
    let held = known.work.suppressions(DEFAULT_TENANT);
    let items = held.map(|held| SuppressionItem::of(held, now_ms)).collect();
    answer::dto(&SuppressionList { items })
}

/// Declare a suppression
///
/// Until it ends, alerts it is about are kept and counted and open no case. It is deployed like a
/// file, and needs the permission for that.
#[utoipa::path(
    post,
    path = "/api/v1/suppressions",
    operation_id = "declareSuppression",
    tag = "Signals",
    request_body = SuppressionCreation,
    responses(
        (status = 200, description = "Declared.", body = DeclaredSuppression),
        (status = "4XX", description = "Not declared.", body = ProblemDetail),
    )
)]
pub(crate) async fn declare_suppression(
    State(state): State<ApiState>,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted: SuppressionCreation = body.parse()?;
    let id = some_name("suppressionId", &wanted.suppression_id)?;
    let says = json!({
        "kind": "suppression",
        "id": &*id,
        "name": wanted.name,
        "do": match wanted.mode {
            SuppressionMode::Hold => "hold",
            SuppressionMode::Suppress => "suppress",
        },
        "from": wanted.from,
        "to": wanted.to,
        "reason": wanted.reason,
        "owner": wanted.owner.unwrap_or_else(|| caller.actor.id.to_string()),
        "rules": wanted.detection_rule_ids,
        "when": wanted.when,
    });
    deploy(&state, caller, &id, &says).await
}

/// End a suppression
///
/// What it holds back is acted on when its time would have been over, when it comes again, or when
/// somebody releases it.
#[utoipa::path(
    post,
    path = "/api/v1/suppressions/{suppressionId}/end",
    operation_id = "endSuppression",
    tag = "Signals",
    params(("suppressionId" = String, Path, description = "Id of the suppression.")),
    request_body = SuppressionEnd,
    responses(
        (status = 200, description = "Ended.", body = DeclaredSuppression),
        (status = 404, description = "No such suppression.", body = ProblemDetail),
        (status = 409, description = "It is over already.", body = ProblemDetail),
        (status = "4XX", description = "Not ended.", body = ProblemDetail),
    )
)]
pub(crate) async fn end_suppression(
    State(state): State<ApiState>,
    Path(suppression): Path<String>,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted: SuppressionEnd = body.parse()?;
    let now_ms = state.node().now_ms();
    let known = state.node().resources();
    let Some(held) = known.work.latest_suppression(DEFAULT_TENANT, &suppression) else {
        return Err(Problem::not_found(format!(
            "Expected to find suppression `{suppression}`, but found none."
        )));
    };
    if held.says.to_ms <= now_ms {
        return Err(Problem::new(
            axum::http::StatusCode::CONFLICT,
            "INVALID_STATE",
            format!("Expected suppression `{suppression}` not to be over, but it is."),
        ));
    }
    // One that never begins: another version of it, so that who ended it and why is kept.
    let says = json!({
        "kind": "suppression",
        "id": suppression,
        "name": &*held.says.name,
        "to": time::format(now_ms),
        "reason": wanted.reason,
        "owner": &*caller.actor.id,
    });
    deploy(&state, caller, &suppression, &says).await
}

async fn deploy(
    state: &ApiState,
    caller: Caller,
    id: &str,
    says: &serde_json::Value,
) -> Result<Response, Problem> {
    let name = format!("{id}.suppression.json");
    let resources = vec![Resource { name, content: says.to_string().into_bytes() }];
    let answer = state.submit(caller, Request::Deploy { resources }).await?;
    let Answer::Deployed(deployment) = &answer else { return Err(unexpected(&answer)) };
    let Some(made) = deployment.resources.first() else { return Err(unexpected(&answer)) };
    Ok(answer::dto(&DeclaredSuppression {
        suppression_key: WireKey(made.key),
        suppression_id: made.id.to_string(),
        version: made.version,
    }))
}
