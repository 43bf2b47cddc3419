//! `/api/v1/messages`: published messages, waiting and gone.
//!
//! Not here: publishing them (`v2`), and who they reached (`v2::subscriptions`).

use crate::answer;
use crate::extract::JsonBody;
use crate::keys::PathKey;
use crate::problem::{Problem, ProblemDetail};
use crate::search::schema::search_schemas;
use crate::search::write::nothing_extra;
use crate::search::{Field, Kind, Search, Table, find_one};
use crate::state::ApiState;
use axum::extract::State;
use axum::response::Response;
use store::view::{View, messages};

/// Published messages.
pub(crate) const MESSAGES: Table = Table {
    view: View::Messages,
    what: "message",
    key: messages::KEY,
    instance: None,
    fields: &[
        Field::new("messageKey", messages::KEY, Kind::Key),
        Field::new("name", messages::NAME, Kind::TextOrEmpty),
        Field::new("correlationKey", messages::CORRELATION_KEY, Kind::TextOrEmpty),
        Field::new("messageId", messages::MESSAGE_ID, Kind::Text),
        Field::new("state", messages::STATE, Kind::Word(&["WAITING", "GONE"], &[])),
        Field::new("isCorrelated", messages::CORRELATED, Kind::Flag),
        Field::new("publicationTime", messages::PUBLISHED_MS, Kind::Time),
        Field::new("deadline", messages::DEADLINE_MS, Kind::Time),
        Field::new("tenantId", messages::TENANT, Kind::Tenant),
    ],
    joined: &[],
    special: &[],
    missing: &[],
};

search_schemas!(&MESSAGES, Message, MessageSearch, MessageSearchResult);

/// Get a message
#[utoipa::path(
    get,
    path = "/api/v1/messages/{messageKey}",
    operation_id = "getMessage",
    tag = "Segue",
    params(("messageKey" = String, Path, description = "Key of the message.")),
    responses(
        (status = 200, description = "The message.", body = Message),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn get_message(
    State(state): State<ApiState>,
    PathKey(message): PathKey,
) -> Result<Response, Problem> {
    let found = find_one(&state, &MESSAGES, message).await?;
    Ok(answer::json(found.item(&MESSAGES, &mut nothing_extra)))
}

/// Search messages
///
/// A message waits until something takes it or its time to live is over.
#[utoipa::path(
    post,
    path = "/api/v1/messages/search",
    operation_id = "searchMessages",
    tag = "Segue",
    request_body = Option<MessageSearch>,
    responses(
        (status = 200, description = "What was found.", body = MessageSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail),
    )
)]
pub(crate) async fn search_messages(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let found = Search::parse(&MESSAGES, &body)?.find(&state, &MESSAGES).await?;
    Ok(answer::json(found.answer(&MESSAGES, &mut nothing_extra)))
}
