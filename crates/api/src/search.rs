//! Searches over views: one table of fields per view says what may be filtered, sorted and shown.
//!
//! Not here: the views themselves (`store`), and how a row is written (`search::write`).

mod cursor;
pub(crate) mod filter;
mod found;
pub(crate) mod listing;
pub(crate) mod schema;
mod special;
mod words;
pub(crate) mod write;

pub(crate) use found::{Found, find_one};
pub(crate) use special::{OwnFilter, Special, SpecialKind, filter_on};

use crate::auth::asker::restrict;
use crate::extract::JsonBody;
use crate::limits::{PAGE_ROWS_DEFAULT, TALLY_ROWS_MAX};
use crate::problem::Problem;
use crate::state::ApiState;
use crate::tenant::DEFAULT_TENANT;
use crate::wire_int::WireInt;
use engine::key::Key;
use serde::Deserialize;
use serde_json::{Map, Value};
use store::limits::{OFFSET_MAX, PAGE_ROWS_MAX};
use store::view::{Cell, Column, Condition, Filter, Page, PageStart, Query, Rows, Test, View};
use utoipa::ToSchema;

/// A row, cells in column order.
pub(crate) type Row = Vec<Cell>;

/// A view as people see it.
#[derive(Debug)]
pub(crate) struct Table {
    /// The view.
    pub(crate) view: View,
    /// What one row is, in words.
    pub(crate) what: &'static str,
    /// The column a row is found by.
    pub(crate) key: Column,
    /// The column that names the process instance, if what is shown of it is not in the view.
    pub(crate) instance: Option<Column>,
    /// What may be filtered, sorted and shown.
    pub(crate) fields: &'static [Field],
    /// What is shown of the process instance.
    pub(crate) joined: &'static [(&'static str, Joined)],
    /// Filters that are no columns.
    pub(crate) special: &'static [Special],
    /// Filters and orders Camunda has and Segue does not have yet.
    pub(crate) missing: &'static [&'static str],
}

/// What rows of other views show of their process instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Joined {
    /// Key of the instance at the top of the calls.
    Root,
    /// What the business calls it.
    BusinessId,
    /// Its tags.
    Tags,
}

/// One field on the wire.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    /// Camunda's name.
    pub(crate) name: &'static str,
    /// The column behind it.
    pub(crate) column: Column,
    /// How cells look on the wire.
    pub(crate) kind: Kind,
    /// Whether it may be filtered and sorted by.
    pub(crate) asked: bool,
    /// Whether it is part of an item.
    pub(crate) shown: bool,
}

/// How cells look on the wire.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// Text, or null.
    Text,
    /// Text; the empty text when absent.
    TextOrEmpty,
    /// Text; null when empty.
    TextOrNull,
    /// Text; another column's when empty.
    TextOr(Column),
    /// One of these texts; `UNKNOWN` when it is another one.
    Known(&'static [&'static str]),
    /// A JSON list of texts; filters ask whether a text is in it.
    TextList,
    /// An integer.
    Int,
    /// A key.
    Key,
    /// A key; another column's when absent.
    KeyOr(Column),
    /// A JSON object; the empty one when absent.
    Object,
    /// Text that is a number, or null.
    Digits,
    /// Text that is no number, or null.
    NoDigits,
    /// Words about an incident, behind its kind (that column) when that is `UNKNOWN`.
    Explained(Column, &'static [&'static str]),
    /// A time.
    Time,
    /// Whether a count is above 0.
    Flag,
    /// The same, or null.
    FlagOrNull,
    /// The word at the number's place; then words Camunda has that never occur here.
    Word(&'static [&'static str], &'static [&'static str]),
    /// The tenant's name.
    Tenant,
    /// JSON that is the same for all rows.
    Fixed(&'static str),
}

impl Field {
    /// A field that is filtered, sorted and shown.
    pub(crate) const fn new(name: &'static str, column: Column, kind: Kind) -> Self {
        Field { name, column, kind, asked: true, shown: true }
    }

    /// A field that is only shown.
    pub(crate) const fn shown(name: &'static str, column: Column, kind: Kind) -> Self {
        Field { asked: false, ..Field::new(name, column, kind) }
    }

    /// A field that is only filtered and sorted by.
    pub(crate) const fn asked(name: &'static str, column: Column, kind: Kind) -> Self {
        Field { shown: false, ..Field::new(name, column, kind) }
    }

    /// A field that is the same for all rows; it is filtered and sorted by all the same.
    pub(crate) const fn fixed(name: &'static str, json: &'static str) -> Self {
        Field::new(name, 0, Kind::Fixed(json))
    }
}

/// A search request.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SearchRequest {
    filter: Option<Map<String, Value>>,
    sort: Option<Vec<Sort>>,
    page: Option<PageRequest>,
}

/// What to sort by.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sort {
    /// A field of the items.
    field: String,
    /// `ASC` by default, or `DESC`.
    order: Option<String>,
}

impl Sort {
    fn ascending(&self) -> Result<bool, Problem> {
        let order = self.order.as_deref().unwrap_or_default();
        match order.to_ascii_uppercase().as_str() {
            "" | "ASC" => Ok(true),
            "DESC" => Ok(false),
            _ => Err(Problem::invalid(format!(
                "Expected `order` to be ASC or DESC, but found `{order}`."
            ))),
        }
    }
}

/// Which page of a list.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageRequest {
    /// At most this many items; 100 by default.
    limit: Option<WireInt>,
    /// Skip this many items.
    from: Option<WireInt>,
    /// The `endCursor` of the page before.
    after: Option<String>,
    /// The `startCursor` of the page behind.
    before: Option<String>,
}

/// A search, ready to be asked.
#[derive(Debug)]
pub(crate) struct Search {
    /// The question.
    pub(crate) query: Query,
    /// Filters the module of the view handles itself.
    pub(crate) own: Vec<OwnFilter>,
    /// Whether the filters contradict each other, so that nothing needs to be asked.
    pub(crate) nothing: bool,
}

impl Search {
    /// Reads a request.
    pub(crate) fn parse(table: &Table, body: &JsonBody) -> Result<Self, Problem> {
        let request: SearchRequest = body.parse()?;
        let query = Query {
            view: table.view,
            tenants: vec![DEFAULT_TENANT],
            filters: Vec::new(),
            conditions: Vec::new(),
            sort: sort(table, request.sort.unwrap_or_default())?,
            page: page(request.page.unwrap_or_default())?,
        };
        let mut search = Search { query, own: Vec::new(), nothing: false };
        let wanted = request.filter.unwrap_or_default();
        match filter::all(table, &wanted, Some(&mut search.own))? {
            Some(conditions) => search.add(conditions),
            None => search.nothing = true,
        }
        Ok(search)
    }

    /// Adds conditions that must hold too.
    pub(crate) fn add(&mut self, conditions: Vec<Condition>) {
        for condition in conditions {
            match condition {
                Condition::Column(filter) => self.query.filters.push(filter),
                other => self.query.conditions.push(other),
            }
        }
    }

    /// Adds that a column holds a key.
    pub(crate) fn within(&mut self, column: Column, key: Key) {
        self.query.filters.push(Filter { column, test: Test::Eq(key_cell(key)) });
    }

    /// Asks the node.
    pub(crate) async fn run(self, state: &ApiState) -> Result<Rows, Problem> {
        if self.nothing {
            return Ok(Rows::default());
        }
        ask(state, self.query).await
    }
}

fn sort(table: &Table, wanted: Vec<Sort>) -> Result<Vec<(Column, bool)>, Problem> {
    let sortable = |field: &&Field| field.asked && !matches!(field.kind, Kind::TextList);
    let column = |sort: Sort| {
        let is_special = table.special.iter().any(|special| special.name == sort.field);
        if is_special || table.missing.contains(&&*sort.field) {
            return Err(Problem::not_implemented(format!(
                "Expected an order that Segue has, but `{}` is not among them yet.",
                sort.field
            )));
        }
        let field = table.fields.iter().filter(sortable).find(|field| field.name == sort.field);
        let field = field.ok_or_else(|| {
            let known: Vec<_> = table.fields.iter().filter(sortable).map(|it| it.name).collect();
            Problem::invalid(format!(
                "Expected to sort by one of {}, but found `{}`.",
                known.join(", "),
                sort.field
            ))
        })?;
        let ascending = sort.ascending()?;
        // What is the same for all rows orders nothing.
        let is_fixed = matches!(field.kind, Kind::Fixed(_));
        Ok((!is_fixed).then_some((field.column, ascending)))
    };
    wanted.into_iter().map(column).filter_map(Result::transpose).collect()
}

fn page(wanted: PageRequest) -> Result<Page, Problem> {
    let within = |name: &str, value: i64, most: u32| {
        u32::try_from(value).ok().filter(|value| *value <= most).ok_or_else(|| {
            Problem::invalid(format!("Expected `{name}` to be 0 to {most}, but found {value}."))
        })
    };
    let limit = wanted.limit.map_or(i64::from(PAGE_ROWS_DEFAULT), |WireInt(limit)| limit);
    let limit = within("page.limit", limit, PAGE_ROWS_MAX)?;
    let start = match (wanted.from, wanted.after, wanted.before) {
        (None, None, None) => PageStart::Offset(0),
        (Some(WireInt(from)), None, None) => {
            PageStart::Offset(within("page.from", from, OFFSET_MAX)?)
        }
        (None, Some(after), None) => PageStart::After(cursor::plain(&after)),
        (None, None, Some(before)) => PageStart::Before(cursor::plain(&before)),
        _ => {
            return Err(Problem::invalid(
                "Expected one of `page.from`, `page.after` and `page.before`, but found several.",
            ));
        }
    };
    Ok(Page { limit, start })
}

/// The conditions on a plain column.
pub(crate) fn conditions_on(field: &Field, value: &Value) -> Result<Vec<Condition>, Problem> {
    Ok(filter::field(field, value)?.unwrap_or_default())
}

/// Whether a cell passes the filter on a field.
pub(crate) fn matches(field: &Field, value: &Value, cell: &Cell) -> Result<bool, Problem> {
    let conditions = conditions_on(field, value)?;
    Ok(conditions.iter().all(|condition| match condition {
        Condition::Column(filter) => filter.test.accepts(cell),
        _ => false,
    }))
}

/// All rows that pass, page by page, up to a number: beyond it a problem says to ask for less.
pub(crate) async fn each_row(
    state: &ApiState,
    view: View,
    filters: Vec<Filter>,
    sort: Vec<(Column, bool)>,
    mut take: impl FnMut(&Row),
) -> Result<(), Problem> {
    let mut query = Query {
        view,
        tenants: vec![DEFAULT_TENANT],
        filters,
        conditions: Vec::new(),
        sort,
        page: Page { limit: PAGE_ROWS_MAX, start: PageStart::Offset(0) },
    };
    let mut taken = 0;
    loop {
        let found = ask(state, query.clone()).await?;
        found.rows.iter().for_each(&mut take);
        taken += found.rows.len();
        match found.end_cursor {
            Some(cursor) if found.rows.len() == PAGE_ROWS_MAX as usize => {
                query.page.start = PageStart::After(cursor);
            }
            _ => return Ok(()),
        }
        if taken >= TALLY_ROWS_MAX {
            return Err(Problem::invalid(format!(
                "Expected at most {TALLY_ROWS_MAX} rows to add up, but there are more. Ask for a \
                 part of them."
            )));
        }
    }
}

/// The row with a key, or 404.
pub(crate) async fn find(state: &ApiState, table: &Table, key: Key) -> Result<Row, Problem> {
    look_up(state, table, key).await?.ok_or_else(|| {
        Problem::not_found(format!("Expected {} {key} to exist, but found none.", table.what))
    })
}

/// The row with a key, if there is one.
pub(crate) async fn look_up(
    state: &ApiState,
    table: &Table,
    key: Key,
) -> Result<Option<Row>, Problem> {
    let filter = Filter { column: table.key, test: Test::Eq(key_cell(key)) };
    Ok(rows_with(state, table.view, vec![filter], 1).await?.into_iter().next())
}

/// The first rows that pass all filters.
pub(crate) async fn rows_with(
    state: &ApiState,
    view: View,
    filters: Vec<Filter>,
    limit: u32,
) -> Result<Vec<Row>, Problem> {
    let query = Query {
        view,
        tenants: vec![DEFAULT_TENANT],
        filters,
        conditions: Vec::new(),
        sort: Vec::new(),
        page: Page { limit, start: PageStart::Offset(0) },
    };
    Ok(ask(state, query).await?.rows)
}

/// Asks the node for what the asker may read: the one way from here to it.
async fn ask(state: &ApiState, mut query: Query) -> Result<Rows, Problem> {
    restrict(state, &mut query)?;
    Ok(state.node().query(query).await?)
}

/// A key as a cell.
pub(crate) fn key_cell(key: Key) -> Cell {
    Cell::Int(key.0.cast_signed())
}

/// The key in a cell; absent is key 0, which names nothing.
pub(crate) fn key_of(row: &Row, column: Column) -> Key {
    match row.get(column as usize) {
        Some(Cell::Int(number)) => Key(number.cast_unsigned()),
        _ => Key(0),
    }
}

/// The text in a cell, if there is one.
pub(crate) fn text_of(row: &Row, column: Column) -> Option<&str> {
    match row.get(column as usize) {
        Some(Cell::Text(text)) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::v2::tables::{JOBS, PROCESS_INSTANCES, TABLES};
    use store::view::{instances, jobs};

    fn parse(table: &Table, text: &str) -> Result<Search, Problem> {
        Search::parse(table, &JsonBody::of(text))
    }

    fn refusal(text: &str) -> String {
        parse(&PROCESS_INSTANCES, text).unwrap_err().detail
    }

    #[test]
    fn an_empty_search_finds_everything_by_key() {
        let search = parse(&JOBS, "").unwrap();
        assert!(search.query.filters.is_empty() && search.query.sort.is_empty());
        assert_eq!(search.query.tenants, [0]);
        assert_eq!(search.query.page.limit, PAGE_ROWS_DEFAULT);
    }

    #[test]
    fn sorts_by_fields_in_their_order() {
        let text = r#"{"sort":[{"field":"state","order":"DESC"},{"field":"jobKey"}]}"#;
        let search = parse(&JOBS, text).unwrap();
        assert_eq!(search.query.sort, [(jobs::STATE, false), (jobs::KEY, true)]);
    }

    #[test]
    fn pages_by_offset_or_cursor() {
        let start = |text: &str| {
            let text = format!(r#"{{"page":{text}}}"#);
            format!("{:?}", parse(&JOBS, &text).unwrap().query.page.start)
        };
        assert_eq!(start(r#"{"from":5,"limit":3}"#), "Offset(5)");
        assert_eq!(start(r#"{"after":"x"}"#), r#"After("x")"#);
        assert_eq!(start(r#"{"before":"x"}"#), r#"Before("x")"#);
    }

    #[test]
    fn says_what_was_expected_of_sort_and_page() {
        for (text, part) in [
            (r#"{"page":{"from":1,"after":"x"}}"#, "found several"),
            (r#"{"page":{"limit":-1}}"#, "found -1"),
            (r#"{"page":{"limit":10001}}"#, "0 to 10000"),
            (r#"{"page":{"form":1}}"#, "unknown field `form`"),
            (r#"{"sort":[{"field":"colour"}]}"#, "found `colour`"),
            (r#"{"sort":[{"field":"state","order":"UP"}]}"#, "found `UP`"),
            (r#"{"filters":{}}"#, "unknown field `filters`"),
        ] {
            let detail = refusal(text);
            assert!(detail.contains(part), "{text}: {detail}");
        }
    }

    #[test]
    fn every_field_names_a_column_once() {
        for table in TABLES {
            let columns = table.view.columns().len();
            for (at, field) in table.fields.iter().enumerate() {
                assert!((field.column as usize) < columns, "{}", field.name);
                let twice = table.fields[..at].iter().any(|other| other.name == field.name);
                assert!(!twice, "{} of {}", field.name, table.what);
            }
        }
    }

    #[test]
    fn a_null_filter_is_no_filter() {
        let search = parse(&PROCESS_INSTANCES, r#"{"filter":{"state":null,"endDate":{}}}"#);
        assert!(search.unwrap().query.filters.is_empty());
        let one = parse(&PROCESS_INSTANCES, r#"{"filter":{"processInstanceKey":"7"}}"#).unwrap();
        let test = Test::Eq(Cell::Int(7));
        assert_eq!(one.query.filters, [Filter { column: instances::KEY, test }]);
    }
}
