//! `/api/v1/alerts`: what rules found, counted and stateful.
//!
//! Not here: the events behind them (`signals`), and the work they cause (`cases`).

use crate::answer;
use crate::extract::{CallerOf, JsonBody};
use crate::keys::PathKey;
use crate::problem::{Problem, ProblemDetail};
use crate::search::schema::search_schemas;
use crate::search::write::nothing_extra;
use crate::search::{Field, Kind, Search, Table, find, find_one, text_of};
use crate::state::ApiState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use runtime::request::{Request, WorkRequest};
use store::view::{View, alerts};

/// How bad something is.
pub(super) const SEVERITIES: &[&str] = &["LOW", "MEDIUM", "HIGH", "CRITICAL"];

/// Alerts.
pub(crate) const ALERTS: Table = Table {
    view: View::Alerts,
    what: "alert",
    key: alerts::KEY,
    instance: None,
    fields: &[
        Field::new("alertKey", alerts::KEY, Kind::Key),
        Field::new("name", alerts::NAME, Kind::TextOrEmpty),
        Field::new(
            "state",
            alerts::STATE,
            Kind::Word(&["OPEN", "ACKNOWLEDGED", "RECOVERED", "RESOLVED"], &[]),
        ),
        Field::new("title", alerts::TITLE, Kind::TextOrEmpty),
        Field::new("severity", alerts::SEVERITY, Kind::Word(SEVERITIES, &[])),
        Field::new("detectionRuleKey", alerts::RULE, Kind::Key),
        Field::new("detectionRuleId", alerts::RULE_ID, Kind::TextOrEmpty),
        Field::new("subject", alerts::SUBJECT, Kind::TextOrEmpty),
        Field::new("occurrences", alerts::OCCURRENCES, Kind::Int),
        Field::new("firstSeenTime", alerts::FIRST_MS, Kind::Time),
        Field::new("lastSeenTime", alerts::LAST_MS, Kind::Time),
        Field::new("endTime", alerts::ENDED_MS, Kind::Time),
        Field::new("signalKey", alerts::EVENT, Kind::Key),
        Field::new("caseKey", alerts::CASE, Kind::Key),
        Field::new("acknowledgedBy", alerts::ACKNOWLEDGED_BY, Kind::Text),
        Field::new("heldBy", alerts::HELD_BY, Kind::Word(&["SUPPRESSION", "STORM"], &[])),
        Field::new("heldById", alerts::HELD_ID, Kind::Text),
        Field::new("heldUntilTime", alerts::HELD_UNTIL_MS, Kind::Time),
        Field::new("tenantId", alerts::TENANT, Kind::Tenant),
    ],
    joined: &[],
    special: &[],
    missing: &[],
};

search_schemas!(&ALERTS, Alert, AlertSearch, AlertSearchResult);

/// Get an alert
#[utoipa::path(
    get,
    path = "/api/v1/alerts/{alertKey}",
    operation_id = "getAlert",
    tag = "Signals",
    params(("alertKey" = String, Path, description = "Key of the alert.")),
    responses(
        (status = 200, description = "The alert.", body = Alert),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn get_alert(
    State(state): State<ApiState>,
    PathKey(alert): PathKey,
) -> Result<Response, Problem> {
    let found = find_one(&state, &ALERTS, alert).await?;
    Ok(answer::json(found.item(&ALERTS, &mut nothing_extra)))
}

/// Search alerts
#[utoipa::path(
    post,
    path = "/api/v1/alerts/search",
    operation_id = "searchAlerts",
    tag = "Signals",
    request_body = Option<AlertSearch>,
    responses(
        (status = 200, description = "What was found.", body = AlertSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail),
    )
)]
pub(crate) async fn search_alerts(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let found = Search::parse(&ALERTS, &body)?.find(&state, &ALERTS).await?;
    Ok(answer::json(found.answer(&ALERTS, &mut nothing_extra)))
}

/// Acknowledge an alert
///
/// Says that somebody has seen it. Of two people who do so at once, one does.
#[utoipa::path(
    post,
    path = "/api/v1/alerts/{alertKey}/acknowledgement",
    operation_id = "acknowledgeAlert",
    tag = "Signals",
    params(("alertKey" = String, Path, description = "Key of the alert.")),
    responses(
        (status = 204, description = "Acknowledged."),
        (status = 404, description = "No such open alert.", body = ProblemDetail),
        (status = 409, description = "Somebody else did it.", body = ProblemDetail),
        (status = "4XX", description = "Not acknowledged.", body = ProblemDetail),
    )
)]
pub(crate) async fn acknowledge_alert(
    State(state): State<ApiState>,
    PathKey(alert): PathKey,
    CallerOf(caller): CallerOf,
) -> Result<StatusCode, Problem> {
    let row = find(&state, &ALERTS, alert).await?;
    let name = text_of(&row, alerts::NAME).unwrap_or_default().into();
    let request = Request::Work(WorkRequest::AcknowledgeAlert { name, alert });
    answer::no_content(&state.submit(caller, request).await?)
}

/// Release an alert
///
/// An alert that a suppression or a storm holds back is acted on now: the case its rule asks for is
/// opened.
#[utoipa::path(
    post,
    path = "/api/v1/alerts/{alertKey}/release",
    operation_id = "releaseAlert",
    tag = "Signals",
    params(("alertKey" = String, Path, description = "Key of the alert.")),
    responses(
        (status = 204, description = "Released."),
        (status = 404, description = "No such open alert.", body = ProblemDetail),
        (status = 409, description = "Nothing holds it back.", body = ProblemDetail),
        (status = "4XX", description = "Not released.", body = ProblemDetail),
    )
)]
pub(crate) async fn release_alert(
    State(state): State<ApiState>,
    PathKey(alert): PathKey,
    CallerOf(caller): CallerOf,
) -> Result<StatusCode, Problem> {
    let row = find(&state, &ALERTS, alert).await?;
    let name = text_of(&row, alerts::NAME).unwrap_or_default().into();
    let request = Request::Work(WorkRequest::ReleaseAlert { name, alert });
    answer::no_content(&state.submit(caller, request).await?)
}
