//! Open incidents that are alike: at the same element, of one kind, with messages of one shape.
//!
//! Open incidents are few and lie together in an index; they are added up when asked for. Not here:
//! trying a group again; its filter goes to a batch operation (`batches`).

use crate::extract::JsonBody;
use crate::keys::WireKey;
use crate::problem::{Problem, ProblemDetail};
use crate::search::schema::list_schema;
use crate::search::{PageRequest, Sort, each_row, filter_on, key_of, listing, text_of};
use crate::state::ApiState;
use crate::time;
use axum::extract::State;
use axum::response::Response;
use engine::key::Key;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use store::view::{Cell, View, incidents};
use utoipa::ToSchema;

/// A list to be sorted and cut into pages.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IncidentGroupsQuery {
    /// Fields to sort by; the largest groups come first where none is given.
    #[serde(default)]
    sort: Vec<Sort>,
    /// Which part.
    page: Option<PageRequest>,
}

/// Open incidents that are alike.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IncidentGroup {
    process_definition_id: String,
    element_id: String,
    error_type: String,
    /// The message of one of them. What differs from one to the next is in its numbers.
    error_message: String,
    /// The same for all messages of one shape: without their numbers, times and ids.
    fingerprint: WireKey,
    incident_count: u64,
    first_creation_time: String,
    last_creation_time: String,
    /// Finds these incidents: in a search for incidents, and as `incidentFilter` of a batch
    /// operation that resolves them all.
    #[schema(value_type = Object)]
    incident_filter: Value,
}

list_schema!(IncidentGroup, IncidentGroupsResult);

struct Tally {
    kind: String,
    message: String,
    count: u64,
    first_ms: i64,
    last_ms: i64,
}

/// Group open incidents
///
/// By process, element, kind and the shape of the message, in which numbers, times and ids do not
/// count.
#[utoipa::path(
    post,
    path = "/api/v1/incidents/groups/search",
    operation_id = "searchIncidentGroups",
    tag = "Segue",
    request_body = Option<IncidentGroupsQuery>,
    responses(
        (status = 200, description = "The groups.", body = IncidentGroupsResult),
        (status = "4XX", description = "A wrong query.", body = ProblemDetail),
    )
)]
pub(crate) async fn search_incident_groups(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted: IncidentGroupsQuery = body.parse()?;
    let mut found: BTreeMap<(String, String, Key), Tally> = BTreeMap::new();
    let open = vec![filter_on(incidents::STATE, 0)];
    let order = vec![(incidents::CREATED_MS, true)];
    each_row(&state, View::Incidents, open, order, |row| {
        let word = |column| text_of(row, column).unwrap_or_default().to_owned();
        let Cell::Int(created_ms) = row[incidents::CREATED_MS as usize] else { return };
        let fingerprint = key_of(row, incidents::FINGERPRINT);
        let place = (word(incidents::PROCESS_ID), word(incidents::ELEMENT_ID), fingerprint);
        match found.entry(place) {
            Entry::Occupied(mut held) => {
                held.get_mut().count += 1;
                held.get_mut().last_ms = created_ms;
            }
            Entry::Vacant(free) => {
                let (kind, message) = (word(incidents::KIND), word(incidents::MESSAGE));
                let (first_ms, last_ms) = (created_ms, created_ms);
                free.insert(Tally { kind, message, count: 1, first_ms, last_ms });
            }
        }
    })
    .await?;
    let mut items: Vec<IncidentGroup> = found.into_iter().map(group).collect();
    items.sort_by_key(|group| std::cmp::Reverse(group.incident_count));
    listing::page(&items, &wanted.sort, wanted.page.as_ref())
}

fn group(
    ((process, element, fingerprint), tally): ((String, String, Key), Tally),
) -> IncidentGroup {
    IncidentGroup {
        incident_filter: json!({
            "state": "ACTIVE",
            "processDefinitionId": process,
            "elementId": element,
            "fingerprint": fingerprint.to_string(),
        }),
        process_definition_id: process,
        element_id: element,
        error_type: tally.kind,
        error_message: tally.message,
        fingerprint: WireKey(fingerprint),
        incident_count: tally.count,
        first_creation_time: time::format(tally.first_ms),
        last_creation_time: time::format(tally.last_ms),
    }
}
