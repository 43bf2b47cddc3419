//! Message subscriptions, and the messages that reached them.
//!
//! Not here: messages themselves (`messages`, `own::messages`).

use super::filters::business_id;
use crate::answer;
use crate::extract::JsonBody;
use crate::json_write::ObjectWriter;
use crate::problem::{Problem, ProblemDetail};
use crate::search::schema::{integer_or_null, search_schemas, text, text_or_null};
use crate::search::{
    Field, Found, Joined, Kind, Row, Search, Special, SpecialKind, Table, key_of, matches,
    rows_with, text_of,
};
use crate::state::ApiState;
use crate::tenant::DEFAULT_TENANT;
use axum::extract::State;
use axum::response::Response;
use engine::key::Key;
use std::collections::{BTreeMap, BTreeSet};
use store::limits::IN_CELLS_MAX;
use store::view::{Cell, Column, Filter, Test, View, correlations, instances, subscriptions};
use utoipa::openapi::schema::Object;

/// Message subscriptions.
pub(crate) const MESSAGE_SUBSCRIPTIONS: Table = Table {
    view: View::Subscriptions,
    what: "message subscription",
    key: subscriptions::KEY,
    instance: Some(subscriptions::INSTANCE),
    fields: &[
        Field::new("messageSubscriptionKey", subscriptions::KEY, Kind::Key),
        Field::new("processDefinitionId", subscriptions::PROCESS_ID, Kind::TextOrEmpty),
        Field::new("processDefinitionKey", subscriptions::DEFINITION, Kind::Key),
        Field::new("processInstanceKey", subscriptions::INSTANCE, Kind::Key),
        Field::new("elementId", subscriptions::ELEMENT_ID, Kind::TextOrEmpty),
        Field::new("elementInstanceKey", subscriptions::ELEMENT, Kind::Key),
        Field::new(
            "messageSubscriptionState",
            subscriptions::STATE,
            Kind::Word(&["CREATED", "CORRELATED", "DELETED"], &["MIGRATED"]),
        ),
        Field::new("lastUpdatedDate", subscriptions::UPDATED_MS, Kind::Time),
        Field::new("messageName", subscriptions::MESSAGE_NAME, Kind::TextOrEmpty),
        Field::new("correlationKey", subscriptions::CORRELATION_KEY, Kind::Text),
        Field::new("tenantId", subscriptions::TENANT, Kind::Tenant),
        Field::fixed("messageSubscriptionType", "\"PROCESS_EVENT\""),
        Field::fixed("inboundConnectorType", "null"),
        Field::fixed("toolName", "null"),
        Field::shown("toolProperties", 0, Kind::Fixed("{}")),
    ],
    joined: &[("rootProcessInstanceKey", Joined::Root), ("businessId", Joined::BusinessId)],
    special: &[
        business_id(&[(subscriptions::INSTANCE, instances::KEY)]),
        Special::new(NAME, SpecialKind::Handler, "Name of the process."),
        Special::new(VERSION, SpecialKind::Handler, "Version of the process."),
    ],
    missing: &[],
};

const NAME: &str = "processDefinitionName";
const VERSION: &str = "processDefinitionVersion";

search_schemas!(
    &MESSAGE_SUBSCRIPTIONS,
    MessageSubscription,
    MessageSubscriptionSearch,
    MessageSubscriptionSearchResult,
    "processDefinitionName": text_or_null,
    "processDefinitionVersion": integer_or_null
);

/// Search message subscriptions
#[utoipa::path(
    post,
    path = "/v2/message-subscriptions/search",
    operation_id = "searchMessageSubscriptions",
    tag = "Message subscription",
    request_body = Option<MessageSubscriptionSearch>,
    responses(
        (status = 200, description = "What was found.", body = MessageSubscriptionSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail),
    )
)]
pub(crate) async fn search_message_subscriptions(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let mut search = Search::parse(&MESSAGE_SUBSCRIPTIONS, &body)?;
    by_definition(&state, &mut search)?;
    let found = search.find(&state, &MESSAGE_SUBSCRIPTIONS).await?;
    Ok(answer::json(found.answer(&MESSAGE_SUBSCRIPTIONS, &mut |row, object| {
        let definition = state.node().definition(key_of(row, subscriptions::DEFINITION));
        let definition = definition.as_deref();
        let name = definition.map(|it| &*it.name).filter(|name| !name.is_empty());
        object.text_or_null(NAME, name);
        match definition {
            Some(definition) => object.number(VERSION, definition.version),
            None => object.raw(VERSION, "null"),
        }
    })))
}

/// Names and versions are of definitions: those that pass are looked for.
fn by_definition(state: &ApiState, search: &mut Search) -> Result<(), Problem> {
    if search.own.is_empty() {
        return Ok(());
    }
    let mut passing = Vec::new();
    for definition in state.node().definitions(DEFAULT_TENANT) {
        let mut passes = true;
        for (name, value) in &search.own {
            let (kind, cell) = match *name {
                NAME => (Kind::Text, Cell::Text(definition.name.clone())),
                _ => (Kind::Int, Cell::Int(i64::from(definition.version))),
            };
            passes &= matches(&Field::asked(name, 0, kind), value, &cell)?;
        }
        if passes {
            passing.push(Cell::Int(definition.key.cast_signed()));
        }
    }
    if passing.len() > IN_CELLS_MAX {
        return Err(Problem::invalid(format!(
            "Expected filters that at most {IN_CELLS_MAX} process definitions pass, but {} do.",
            passing.len()
        )));
    }
    let column = subscriptions::DEFINITION;
    search.query.filters.push(Filter { column, test: Test::In(passing) });
    Ok(())
}

const BY: &[(Column, Column)] = &[(correlations::SUBSCRIPTION, subscriptions::KEY)];

const fn of_subscription(name: &'static str, column: Column) -> Special {
    let field = Field::asked(name, column, Kind::Text);
    Special::new(name, SpecialKind::Related(View::Subscriptions, BY, field, &[]), "")
}

/// Messages that reached a subscription.
pub(crate) const CORRELATIONS: Table = Table {
    view: View::Correlations,
    what: "correlated message subscription",
    key: correlations::SUBSCRIPTION,
    instance: Some(correlations::INSTANCE),
    fields: &[
        Field::new("subscriptionKey", correlations::SUBSCRIPTION, Kind::Key),
        Field::new("messageKey", correlations::MESSAGE, Kind::Key),
        Field::new("correlationTime", correlations::AT_MS, Kind::Time),
        Field::new("processDefinitionId", correlations::PROCESS_ID, Kind::TextOrEmpty),
        Field::new("processDefinitionKey", correlations::DEFINITION, Kind::Key),
        Field::new("processInstanceKey", correlations::INSTANCE, Kind::Key),
        Field::new("elementInstanceKey", correlations::ELEMENT, Kind::Key),
        Field::new("tenantId", correlations::TENANT, Kind::Tenant),
        Field::fixed("partitionId", "1"),
    ],
    joined: &[("rootProcessInstanceKey", Joined::Root), ("businessId", Joined::BusinessId)],
    special: &[
        business_id(&[(correlations::INSTANCE, instances::KEY)]),
        of_subscription("correlationKey", subscriptions::CORRELATION_KEY),
        of_subscription("elementId", subscriptions::ELEMENT_ID),
        of_subscription("messageName", subscriptions::MESSAGE_NAME),
    ],
    missing: &[],
};

search_schemas!(
    &CORRELATIONS,
    CorrelatedMessageSubscription,
    CorrelatedMessageSubscriptionSearch,
    CorrelatedMessageSubscriptionSearchResult,
    "correlationKey": text_or_null,
    "elementId": a_text,
    "messageName": a_text
);

fn a_text() -> Object {
    text().build()
}

/// Search correlated message subscriptions
///
/// Each message that reached a waiting element. Instances that a message started are not here.
#[utoipa::path(
    post,
    path = "/v2/correlated-message-subscriptions/search",
    operation_id = "searchCorrelatedMessageSubscriptions",
    tag = "Message subscription",
    request_body = Option<CorrelatedMessageSubscriptionSearch>,
    responses(
        (status = 200, description = "What was found.",
            body = CorrelatedMessageSubscriptionSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail),
    )
)]
pub(crate) async fn search_correlated_message_subscriptions(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let found = Search::parse(&CORRELATIONS, &body)?.find(&state, &CORRELATIONS).await?;
    let held = subscriptions_of(&state, &found).await?;
    Ok(answer::json(found.answer(&CORRELATIONS, &mut |row, object| {
        write_subscription(held.get(&key_of(row, correlations::SUBSCRIPTION)), object);
    })))
}

async fn subscriptions_of(state: &ApiState, found: &Found) -> Result<BTreeMap<Key, Row>, Problem> {
    let place = correlations::SUBSCRIPTION as usize;
    let keys: BTreeSet<Cell> = found.rows.rows.iter().map(|row| row[place].clone()).collect();
    let keys: Vec<Cell> = keys.into_iter().collect();
    let mut held = BTreeMap::new();
    for some in keys.chunks(IN_CELLS_MAX) {
        let filter = Filter { column: subscriptions::KEY, test: Test::In(some.to_vec()) };
        let rows = rows_with(state, View::Subscriptions, vec![filter], some.len() as u32).await?;
        held.extend(rows.into_iter().map(|row| (key_of(&row, subscriptions::KEY), row)));
    }
    Ok(held)
}

fn write_subscription(row: Option<&Row>, object: &mut ObjectWriter<'_>) {
    let text = |column| row.and_then(|row| text_of(row, column));
    object.text_or_null("correlationKey", text(subscriptions::CORRELATION_KEY));
    object.text("elementId", text(subscriptions::ELEMENT_ID).unwrap_or_default());
    object.text("messageName", text(subscriptions::MESSAGE_NAME).unwrap_or_default());
}
