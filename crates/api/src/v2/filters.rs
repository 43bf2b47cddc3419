//! Filters under `/v2` that are no columns: what is asked of rows of other views.
//!
//! Not here: how they are carried out (`search`).

use crate::problem::Problem;
use crate::search::{Field, Kind, Special, SpecialKind, filter_on};
use serde_json::Value;
use store::view::{
    Cell, Column, Condition, Filter, Related, Test, View, batch_items, elements, incidents,
    instances, jobs, user_tasks, variables,
};

type Tie = &'static [(Column, Column)];

const ELEMENTS: Tie = &[(instances::KEY, elements::INSTANCE)];
const OPEN_INCIDENTS: Tie = &[(instances::KEY, incidents::INSTANCE)];
const OPEN: &[(Column, i64)] = &[(incidents::STATE, 0)];

/// States of element instances, for filters.
const STATES: Kind = Kind::Word(&["ACTIVE", "COMPLETED", "TERMINATED"], &["SUSPENDED"]);

/// Filters by batch operation.
const BATCHES: SpecialKind = SpecialKind::Related(
    View::BatchItems,
    &[(instances::KEY, batch_items::INSTANCE)],
    Field::asked("batchOperationKey", batch_items::BATCH, Kind::Key),
    &[],
);

/// Of process instances.
pub(crate) const PROCESS_INSTANCES: &[Special] = &[
    Special::new(
        "variables",
        SpecialKind::Variables(&[(instances::KEY, variables::INSTANCE)]),
        "A list of `{name, value}`; `value` is JSON text or conditions.",
    ),
    Special::new("tags", SpecialKind::Tags(&[]), "Tags the instance must have, all of them."),
    Special::new(
        "rootProcessInstanceKey",
        SpecialKind::Own(root),
        "Key of the instance at the top of the calls: that one and all below.",
    ),
    Special::new(
        "elementId",
        SpecialKind::Related(
            View::Elements,
            ELEMENTS,
            Field::asked("elementId", elements::ELEMENT_ID, Kind::Text),
            &[],
        ),
        "",
    ),
    Special::new(
        "elementInstanceState",
        SpecialKind::Related(
            View::Elements,
            ELEMENTS,
            Field::asked("elementInstanceState", elements::STATE, STATES),
            &[],
        ),
        "",
    ),
    Special::new(
        "hasElementInstanceIncident",
        SpecialKind::Related(
            View::Elements,
            ELEMENTS,
            Field::asked("hasElementInstanceIncident", elements::INCIDENTS, Kind::Flag),
            &[],
        ),
        "",
    ),
    Special::new(
        "errorMessage",
        SpecialKind::Related(
            View::Incidents,
            OPEN_INCIDENTS,
            Field::asked("errorMessage", incidents::MESSAGE, Kind::Text),
            OPEN,
        ),
        "",
    ),
    Special::new(
        "incidentErrorHashCode",
        SpecialKind::Related(
            View::Incidents,
            OPEN_INCIDENTS,
            Field::asked("incidentErrorHashCode", incidents::MESSAGE_HASH, Kind::Int),
            OPEN,
        ),
        "",
    ),
    Special::new("batchOperationId", BATCHES, "Those a batch operation has tried."),
    Special::new("batchOperationKey", BATCHES, "Those a batch operation has tried."),
    Special::new(
        "hasRetriesLeft",
        SpecialKind::Own(has_retries_left),
        "Whether there is a failed job with retries left.",
    ),
];

/// Of element instances.
pub(crate) const ELEMENT_INSTANCES: &[Special] = &[Special::new(
    "incidentKey",
    SpecialKind::Related(
        View::Incidents,
        &[(elements::KEY, incidents::ELEMENT)],
        Field::asked("incidentKey", incidents::KEY, Kind::Key),
        OPEN,
    ),
    "",
)];

/// Of jobs.
pub(crate) const JOBS: &[Special] = &[Special::new(
    "hasFailedWithRetriesLeft",
    SpecialKind::Own(has_failed_with_retries_left),
    "Whether it failed and will be tried again.",
)];

/// Of user tasks.
pub(crate) const USER_TASKS: &[Special] = &[
    Special::new(
        "localVariables",
        SpecialKind::Variables(&[
            (user_tasks::INSTANCE, variables::INSTANCE),
            (user_tasks::ELEMENT, variables::SCOPE),
        ]),
        "Variables of the task itself, as a list of `{name, value}`.",
    ),
    Special::new(
        "processInstanceVariables",
        SpecialKind::Variables(&[
            (user_tasks::INSTANCE, variables::INSTANCE),
            (user_tasks::INSTANCE, variables::SCOPE),
        ]),
        "Variables of the process instance, as a list of `{name, value}`.",
    ),
    Special::new(
        "tags",
        SpecialKind::Tags(&[(user_tasks::INSTANCE, instances::KEY)]),
        "Tags the process instance must have, all of them.",
    ),
    business_id(&[(user_tasks::INSTANCE, instances::KEY)]),
];

/// A filter on the business id of the process instance.
pub(crate) const fn business_id(by: Tie) -> Special {
    let field = Field::asked("businessId", instances::BUSINESS_ID, Kind::Text);
    Special::new("businessId", SpecialKind::Related(View::Instances, by, field, &[]), "")
}

fn flag(name: &str, value: &Value) -> Result<bool, Problem> {
    value.as_bool().ok_or_else(|| {
        Problem::invalid(format!(
            "Expected `filter.{name}` to be true or false, but found {value}."
        ))
    })
}

fn has_retries_left(value: &Value) -> Result<Vec<Condition>, Problem> {
    let exists = flag("hasRetriesLeft", value)?;
    let by = &[(instances::KEY, jobs::INSTANCE)];
    let retries = Filter { column: jobs::RETRIES, test: Test::Gt(Cell::Int(0)) };
    let filters = vec![filter_on(jobs::STATE, 3), retries];
    Ok(vec![Condition::Related(Related { view: View::Jobs, by, filters, exists })])
}

fn has_failed_with_retries_left(value: &Value) -> Result<Vec<Condition>, Problem> {
    let is = |column, test| Condition::Column(Filter { column, test });
    Ok(if flag("hasFailedWithRetriesLeft", value)? {
        vec![is(jobs::STATE, Test::Eq(Cell::Int(3))), is(jobs::RETRIES, Test::Gt(Cell::Int(0)))]
    } else {
        vec![Condition::Any(vec![
            vec![is(jobs::STATE, Test::Ne(Cell::Int(3)))],
            vec![is(jobs::RETRIES, Test::Le(Cell::Int(0)))],
        ])]
    })
}

/// The instance at the top has no root but itself.
fn root(value: &Value) -> Result<Vec<Condition>, Problem> {
    let field = |column| Field::asked("rootProcessInstanceKey", column, Kind::Key);
    let below = crate::search::conditions_on(&field(instances::ROOT), value)?;
    let mut itself = crate::search::conditions_on(&field(instances::KEY), value)?;
    let column = instances::ROOT;
    itself.push(Condition::Column(Filter { column, test: Test::Exists(false) }));
    Ok(vec![Condition::Any(vec![below, itself])])
}
