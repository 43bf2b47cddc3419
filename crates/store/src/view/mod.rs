//! The closed list of views people query, and the language of one query.
//!
//! Not here: decisions. Views are written by the projector from history and never read by `step`.

mod check;
mod condition;
mod cursor;
mod pattern;
mod spec;
mod test;

pub mod alerts;
pub mod audit;
pub mod batch_items;
pub mod batches;
pub mod cases;
pub mod correlations;
pub mod counts;
pub mod decision_instances;
pub mod definitions;
pub mod elements;
pub mod evidence;
pub mod incidents;
pub mod instances;
pub mod job_counts;
pub mod jobs;
pub mod messages;
pub mod resources;
pub mod signals;
pub mod subscriptions;
pub mod user_tasks;
pub mod variable_names;
pub mod variables;

pub(crate) use check::{check_query, check_write, key_of, order, view_of};
pub use condition::{Condition, Related};
pub(crate) use cursor::Cursor;
pub(crate) use pattern::glob;
pub use spec::{ColumnSpec, Index, Kind, Spec};

/// One table of the read side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum View {
    /// Alerts.
    Alerts,
    /// What people and clients did.
    Audit,
    /// What became of items of batch operations.
    BatchItems,
    /// Batch operations.
    Batches,
    /// Cases.
    Cases,
    /// Messages that reached a subscription.
    Correlations,
    /// Counters per definition and element.
    Counts,
    /// Evaluated decisions.
    DecisionInstances,
    /// Process definitions.
    Definitions,
    /// Element instances, live and ended.
    Elements,
    /// What shows how cases are.
    Evidence,
    /// Incidents, open and resolved.
    Incidents,
    /// Process instances, live and ended.
    Instances,
    /// Counters of jobs per minute, type and worker.
    JobCounts,
    /// Jobs, live and ended.
    Jobs,
    /// Published messages.
    Messages,
    /// Decision requirements, decisions and forms.
    Resources,
    /// Received events.
    Signals,
    /// Message subscriptions.
    Subscriptions,
    /// User tasks, open and ended.
    UserTasks,
    /// Names of variables per definition.
    VariableNames,
    /// Variables by scope.
    Variables,
}

/// A cell. Booleans are 0/1, times Unix milliseconds, keys bit-cast from `u64`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// Absent.
    Null,
    /// Integer.
    Int(i64),
    /// Text.
    Text(std::sync::Arc<str>),
}

/// A column of a view by its number; `View::columns()` names them.
pub type Column = u16;

/// A change of one view row by the projector.
#[derive(Debug, Clone, PartialEq)]
pub enum ViewWrite {
    /// Insert or replace a whole row (cells in column order).
    Put(View, Vec<Cell>),
    /// Change some columns of the row with this primary key (cells of the key columns in order).
    Patch(View, Vec<Cell>, Vec<(Column, Cell)>),
    /// Add to an integer column.
    Add(View, Vec<Cell>, Column, i64),
    /// Add a whole row to the one with its key: the spec says which columns are summed and of
    /// which the greater one stays. Without such a row it is inserted.
    Count(View, Vec<Cell>),
    /// Delete the row.
    Delete(View, Vec<Cell>),
}

/// A condition on one column.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// Column.
    pub column: Column,
    /// Condition.
    pub test: Test,
}

/// What a filter asks.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// Equal.
    Eq(Cell),
    /// Not equal (absent cells are unequal to everything).
    Ne(Cell),
    /// Present or absent.
    Exists(bool),
    /// Greater.
    Gt(Cell),
    /// Greater or equal.
    Ge(Cell),
    /// Less.
    Lt(Cell),
    /// Less or equal.
    Le(Cell),
    /// One of.
    In(Vec<Cell>),
    /// None of.
    NotIn(Vec<Cell>),
    /// Text with `*` (any) and `?` (one), `\` escapes.
    Like(String),
    /// No text, or one that is not like that.
    NotLike(String),
}

/// One question: filters and conditions are joined by *and*.
#[derive(Debug, Clone)]
pub struct Query {
    /// Which view.
    pub view: View,
    /// Tenants the asker may see; empty sees nothing.
    pub tenants: Vec<u32>,
    /// Conditions on columns.
    pub filters: Vec<Filter>,
    /// Conditions that are more than one column.
    pub conditions: Vec<Condition>,
    /// Sort columns with direction (`true` ascending); ties are broken by the primary key.
    pub sort: Vec<(Column, bool)>,
    /// Which page.
    pub page: Page,
}

/// Which part of the answer.
#[derive(Debug, Clone)]
pub struct Page {
    /// At most this many rows (limits::PAGE_ROWS_MAX).
    pub limit: u32,
    /// Where it starts.
    pub start: PageStart,
}

/// Where a page starts.
#[derive(Debug, Clone)]
pub enum PageStart {
    /// At this offset (bounded; cursors are preferred).
    Offset(u32),
    /// After this cursor.
    After(String),
    /// Before this cursor.
    Before(String),
}

/// The answer to a query.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// Rows, cells in column order.
    pub rows: Vec<Vec<Cell>>,
    /// How many match in all, counted up to limits::COUNT_MAX.
    pub total: u64,
    /// Whether the count stopped at the limit.
    pub total_is_floor: bool,
    /// Cursor of the first row.
    pub start_cursor: Option<String>,
    /// Cursor of the last row.
    pub end_cursor: Option<String>,
}
