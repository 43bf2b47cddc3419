//! Conditions, order and limits of a query as SQL; values are always bound, names come from specs.
//!
//! Not here: running it.

use std::fmt::Write;

use rusqlite::types::Value;

use super::tables::{VALUE_START, VALUE_START_CHARS};
use crate::view::{
    Cell, Column, ColumnSpec, Condition, Cursor, Filter, Kind, Query, Related, Spec, Test, View,
    glob, variables,
};

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

    /// Tenants, filters and conditions; `rare` says of which of the latter few rows are related.
    pub(super) fn question(&mut self, query: &Query, rare: &[bool]) {
        let spec = query.view.spec();
        let condition = self.tenants("t", spec, &query.tenants);
        self.and(&condition);
        for filter in &query.filters {
            let condition = self.filter("t", spec, filter);
            self.and(&condition);
        }
        for (condition, rare) in query.conditions.iter().zip(rare) {
            let condition = self.condition(query, condition, *rare);
            self.and(&condition);
        }
    }

    fn tenants(&mut self, alias: &str, spec: &Spec, tenants: &[u32]) -> String {
        let cells: Vec<Cell> = tenants.iter().map(|tenant| Cell::Int(i64::from(*tenant))).collect();
        let test = match cells.as_slice() {
            [tenant] => Test::Eq(tenant.clone()),
            _ => Test::In(cells),
        };
        self.test(alias, &spec.columns[spec.tenant as usize], &test)
    }

    fn filter(&mut self, alias: &str, spec: &Spec, filter: &Filter) -> String {
        self.test(alias, &spec.columns[filter.column as usize], &filter.test)
    }

    fn condition(&mut self, query: &Query, condition: &Condition, rare: bool) -> String {
        match condition {
            Condition::Column(filter) => self.filter("t", query.view.spec(), filter),
            Condition::Any(ways) => {
                let ways = ways.iter().map(|way| {
                    let all = way.iter().map(|one| self.condition(query, one, false));
                    let all = all.collect::<Vec<_>>().join(" and ");
                    if all.is_empty() { "true".to_owned() } else { format!("({all})") }
                });
                let ways = ways.collect::<Vec<_>>().join(" or ");
                if ways.is_empty() { "false".to_owned() } else { format!("({ways})") }
            }
            Condition::Related(related) => self.related(query, related, rare),
        }
    }

    /// A condition on rows of another view. When few rows meet it, they say which rows to look
    /// at; else every row is asked, in the order wanted, until the page is full.
    fn related(&mut self, query: &Query, related: &Related, rare: bool) -> String {
        let (spec, other) = (query.view.spec(), related.view.spec());
        let names = |alias: &str, spec: &Spec, pick: fn(&(Column, Column)) -> Column| {
            let name = |pair| format!("{alias}.{}", spec.columns[pick(pair) as usize].name);
            related.by.iter().map(name).collect::<Vec<_>>()
        };
        let own = names("t", spec, |(own, _)| *own);
        let others = names("v", other, |(_, other)| *other);
        if rare {
            let met = self.meets(query, related);
            let (own, others) = (own.join(", "), others.join(", "));
            return format!("({own}) in (select {others} from {} v where {met})", other.table);
        }
        let tied: Vec<String> =
            own.iter().zip(&others).map(|(own, other)| format!("{other} = {own}")).collect();
        let met = self.meets(query, related);
        let (tied, table) = (tied.join(" and "), other.table);
        let sign = if related.exists { "is not null" } else { "is null" };
        // A scalar subquery: SQLite would make a join of `exists` and begin at the wrong end.
        format!("(select 1 from {table} v where {tied} and {met} limit 1) {sign}")
    }

    /// What makes a row of the other view count.
    pub(super) fn meets(&mut self, query: &Query, related: &Related) -> String {
        let spec = related.view.spec();
        let mut met = vec![self.tenants("v", spec, &query.tenants)];
        for filter in &related.filters {
            let is_value = related.view == View::Variables && filter.column == variables::VALUE;
            if let (true, Test::Eq(Cell::Text(text))) = (is_value, &filter.test) {
                let start: String = text.chars().take(VALUE_START_CHARS).collect();
                let start = self.bind(Value::Text(start));
                met.push(format!("{VALUE_START} = {start}"));
            }
            met.push(self.filter("v", spec, filter));
        }
        met.join(" and ")
    }

    /// A test of a column.
    fn test(&mut self, alias: &str, column: &ColumnSpec, test: &Test) -> String {
        let name = format!("{alias}.{}", column.name);
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
            Test::NotLike(pattern) => {
                let passing = self.plain("text", &Test::Like(pattern.clone()), false);
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
            Test::NotLike(pattern) => {
                let pattern = self.bind(Value::Text(glob(pattern)));
                format!("({expression} is null or {expression} not glob {pattern})")
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
