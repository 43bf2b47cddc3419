//! Conditions, order and limits of a query as SQL; values are always bound, names come from specs.
//!
//! Not here: running it.

use std::fmt::Write;

use rusqlite::types::Value;

use super::tables::{VALUE_START, VALUE_START_CHARS};
use crate::view::{Cell, Column, ColumnSpec, Cursor, Kind, Query, Spec, Test, glob};

/// A statement being written, with its values.
pub(super) struct Sql {
    text: String,
    values: Vec<Value>,
    has_where: bool,
}

impl Sql {
    pub(super) fn new(start: &str) -> Self {
        Self { text: start.to_owned(), values: Vec::new(), has_where: false }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn values(&self) -> &[Value] {
        &self.values
    }

    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// One more condition.
    pub(super) fn and(&mut self, condition: &str) {
        self.push(if self.has_where { " and " } else { " where " });
        self.has_where = true;
        self.push(condition);
    }

    /// Tenants, filters and conditions on variables; `rare` says which of the latter few meet.
    pub(super) fn question(&mut self, query: &Query, rare: &[bool]) {
        let spec = query.view.spec();
        let tenants: Vec<Cell> =
            query.tenants.iter().map(|tenant| Cell::Int(i64::from(*tenant))).collect();
        let tenants = match tenants.as_slice() {
            [tenant] => Test::Eq(tenant.clone()),
            _ => Test::In(tenants),
        };
        let condition = self.test(&spec.columns[spec.tenant as usize], &tenants);
        self.and(&condition);
        for filter in &query.filters {
            let condition = self.test(&spec.columns[filter.column as usize], &filter.test);
            self.and(&condition);
        }
        for ((name, test), rare) in query.variables.iter().zip(rare) {
            let condition = self.variable(name, test, *rare);
            self.and(&condition);
        }
    }

    /// A condition on a variable. When few variables meet it, they say which instances to look
    /// at; else every instance is asked, in the order wanted, until the page is full.
    fn variable(&mut self, name: &str, test: &Test, rare: bool) -> String {
        if rare {
            let met = self.meets(name, test);
            return format!("t.key in (select v.instance from view_variable v where {met})");
        }
        let (test, sign) = match test {
            Test::Exists(false) => (&Test::Exists(true), "is null"),
            test => (test, "is not null"),
        };
        let met = self.meets(name, test);
        // A scalar subquery: SQLite would make a join of `exists` and begin at the wrong end.
        format!("(select 1 from view_variable v where v.instance = t.key and {met} limit 1) {sign}")
    }

    /// The variables of that name whose value passes.
    pub(super) fn meets(&mut self, name: &str, test: &Test) -> String {
        let name = self.bind(Value::Text(name.to_owned()));
        let mut met = format!("v.name = (select id from word where text = {name})");
        if let Test::Eq(Cell::Text(text)) = test {
            let start: String = text.chars().take(VALUE_START_CHARS).collect();
            let start = self.bind(Value::Text(start));
            let _infallible = write!(met, " and {VALUE_START} = {start}");
        }
        let value = self.plain("v.value", test, false);
        format!("{met} and {value}")
    }

    /// A test of a column.
    fn test(&mut self, column: &ColumnSpec, test: &Test) -> String {
        let name = format!("t.{}", column.name);
        if column.kind != Kind::Word {
            return self.plain(&name, test, column.kind == Kind::Enum);
        }
        // Texts of the dictionary: find the words that pass, then compare numbers.
        match test {
            Test::Exists(_) => self.plain(&name, test, false),
            Test::Eq(Cell::Text(text)) => {
                let text = self.bind(Value::Text(text.as_ref().into()));
                format!("{name} = (select id from word where text = {text})")
            }
            Test::Ne(cell) => {
                let passing = self.plain("text", &Test::Eq(cell.clone()), false);
                format!("{name} is not ifnull((select id from word where {passing}), -1)")
            }
            Test::NotIn(cells) => {
                let passing = self.plain("text", &Test::In(cells.clone()), false);
                format!("({name} is null or {name} not in (select id from word where {passing}))")
            }
            test => {
                let passing = self.plain("text", test, false);
                format!("{name} in (select id from word where {passing})")
            }
        }
    }

    /// A test of an expression. `inline` writes integers into the text, so that SQLite sees that
    /// a partial index applies.
    fn plain(&mut self, expression: &str, test: &Test, inline: bool) -> String {
        let mut value = |cell: &Cell| match cell {
            Cell::Int(int) if inline => int.to_string(),
            Cell::Int(int) => self.bind(Value::Integer(*int)),
            Cell::Text(text) => self.bind(Value::Text(text.as_ref().into())),
            Cell::Null => "null".to_owned(),
        };
        let list = |cells: &[Cell], value: &mut dyn FnMut(&Cell) -> String| {
            let present = cells.iter().filter(|cell| **cell != Cell::Null);
            present.map(value).collect::<Vec<_>>().join(", ")
        };
        match test {
            Test::Eq(cell) => format!("{expression} = {}", value(cell)),
            Test::Ne(Cell::Null) => "true".to_owned(),
            Test::Ne(cell) => format!("{expression} is not {}", value(cell)),
            Test::Exists(true) => format!("{expression} is not null"),
            Test::Exists(false) => format!("{expression} is null"),
            Test::Gt(cell) => format!("{expression} > {}", value(cell)),
            Test::Ge(cell) => format!("{expression} >= {}", value(cell)),
            Test::Lt(cell) => format!("{expression} < {}", value(cell)),
            Test::Le(cell) => format!("{expression} <= {}", value(cell)),
            Test::In(cells) => format!("{expression} in ({})", list(cells, &mut value)),
            Test::NotIn(cells) => {
                let list = list(cells, &mut value);
                format!("({expression} is null or {expression} not in ({list}))")
            }
            Test::Like(pattern) => {
                let pattern = self.bind(Value::Text(glob(pattern)));
                format!("{expression} glob {pattern}")
            }
        }
    }

    /// Only rows that follow the cursor. With `split`, only those that have a value in the first
    /// column, which descends.
    pub(super) fn after(
        &mut self,
        spec: &Spec,
        order: &[(Column, bool)],
        cursor: &Cursor,
        split: bool,
    ) {
        let mut ways = Vec::new();
        let mut equal = String::new();
        for (place, ((column, ascending), cell)) in order.iter().zip(&cursor.cells).enumerate() {
            let name = sorted(&spec.columns[*column as usize]);
            let bound = match cell {
                Cell::Null => None,
                Cell::Int(int) => Some(self.bind(Value::Integer(*int))),
                Cell::Text(text) => Some(self.bind(Value::Text(text.as_ref().into()))),
            };
            if place == 0
                && let Some(bound) = &bound
                && (*ascending || split)
            {
                let sign = if *ascending { ">=" } else { "<=" };
                self.and(&format!("{name} {sign} {bound}"));
            }
            // Absent values come first, so last when the column descends.
            let follows = match (&bound, ascending) {
                (None, true) => Some(format!("{name} is not null")),
                (None, false) => None,
                (Some(bound), true) => Some(format!("{name} > {bound}")),
                (Some(bound), false) if split && place == 0 => Some(format!("{name} < {bound}")),
                (Some(bound), false) => Some(format!("({name} < {bound} or {name} is null)")),
            };
            ways.extend(follows.map(|follows| format!("({equal}{follows})")));
            let bound = bound.unwrap_or_else(|| "null".to_owned());
            let _infallible = write!(equal, "{name} is {bound} and ");
        }
        let ways = if ways.is_empty() { "false".to_owned() } else { ways.join(" or ") };
        self.and(&format!("({ways})"));
    }

    pub(super) fn order(&mut self, spec: &Spec, order: &[(Column, bool)]) {
        for (place, (column, ascending)) in order.iter().enumerate() {
            let name = sorted(&spec.columns[*column as usize]);
            let start = if place == 0 { " order by " } else { ", " };
            let direction = if *ascending { "" } else { " desc" };
            let _infallible = write!(self.text, "{start}{name}{direction}");
        }
    }

    pub(super) fn limit(&mut self, limit: u32, offset: u32) {
        let limit = self.bind(Value::Integer(i64::from(limit)));
        let _infallible = write!(self.text, " limit {limit}");
        if offset > 0 {
            let offset = self.bind(Value::Integer(i64::from(offset)));
            let _infallible = write!(self.text, " offset {offset}");
        }
    }

    fn bind(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("?{}", self.values.len())
    }
}

/// What a column is ordered by: words by their text.
fn sorted(column: &ColumnSpec) -> String {
    if column.kind == Kind::Word {
        format!("(select text from word where id = t.{})", column.name)
    } else {
        format!("t.{}", column.name)
    }
}
