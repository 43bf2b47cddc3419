//! Filters that are no column of their view: rows of other views, variables, tags.
//!
//! Not here: plain filters (`filter`).

use super::{Field, filter, words};
use crate::problem::Problem;
use serde::Deserialize;
use serde_json::Value;
use store::view::{Cell, Column, Condition, Filter, Related, Test, View, instances};

/// A filter that is no column.
#[derive(Debug)]
pub(crate) struct Special {
    /// Camunda's name.
    pub(crate) name: &'static str,
    /// What it means.
    pub(crate) description: &'static str,
    /// How it is carried out.
    pub(crate) kind: SpecialKind,
}

/// How a filter that is no column is carried out.
#[derive(Debug)]
pub(crate) enum SpecialKind {
    /// There is a row of another view: tied by, passing the filter, with these numbers. Several
    /// such filters on one view mean one row.
    Related(View, Tie, Field, &'static [(Column, i64)]),
    /// A list of `{name, value}`: variables tied by.
    Variables(Tie),
    /// A list of tags the instance must have.
    Tags(Tie),
    /// By a function of the value.
    Own(fn(&Value) -> Result<Vec<Condition>, Problem>),
    /// By the module of the view, at the top only.
    Handler,
}

/// Columns of this view and of another one that are equal.
pub(crate) type Tie = &'static [(Column, Column)];

/// A filter the module of the view handles: its name and value.
pub(crate) type OwnFilter = (&'static str, Value);

impl Special {
    pub(crate) const fn new(
        name: &'static str,
        kind: SpecialKind,
        description: &'static str,
    ) -> Self {
        Special { name, description, kind }
    }

    /// The conditions it stands for; `None` if nothing meets them.
    pub(super) fn conditions(&self, value: &Value) -> Result<Option<Vec<Condition>>, Problem> {
        match &self.kind {
            SpecialKind::Related(view, by, field, and) => related(*view, by, field, and, value),
            SpecialKind::Variables(by) => variables(self.name, by, value).map(Some),
            SpecialKind::Tags(by) => tags(self.name, by, value).map(Some),
            SpecialKind::Own(read) => read(value).map(Some),
            SpecialKind::Handler => Err(Problem::invalid(format!(
                "Expected `filter.{}` outside of `$or`, but found it inside.",
                self.name
            ))),
        }
    }
}

fn related(
    view: View,
    by: Tie,
    field: &Field,
    and: &[(Column, i64)],
    value: &Value,
) -> Result<Option<Vec<Condition>>, Problem> {
    let Some(conditions) = filter::field(field, value)? else { return Ok(None) };
    let own = conditions.into_iter().filter_map(|condition| match condition {
        Condition::Column(filter) => Some(filter),
        // Fields of rows of other views are plain columns.
        _ => None,
    });
    let and = and.iter().map(|(column, number)| filter_on(*column, *number));
    let filters = own.chain(and).collect();
    Ok(Some(vec![Condition::Related(Related { view, by, filters, exists: true })]))
}

/// A filter on a number.
pub(crate) fn filter_on(column: Column, number: i64) -> Filter {
    Filter { column, test: Test::Eq(Cell::Int(number)) }
}

/// A list of names and what the values must be.
fn variables(name: &str, by: Tie, value: &Value) -> Result<Vec<Condition>, Problem> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wanted {
        name: String,
        value: Value,
    }
    let wanted: Vec<Wanted> = Deserialize::deserialize(value).map_err(|error| {
        Problem::invalid(format!(
            "Expected `filter.{name}` to be a list of `{{name, value}}`, but: {error}."
        ))
    })?;
    let mut conditions = Vec::new();
    for Wanted { name, value } in wanted {
        for test in filter::text_tests("variables.value", &value)? {
            conditions.push(Condition::variable(by, &name, test));
        }
    }
    Ok(conditions)
}

/// A list of tags that must all be there.
fn tags(name: &str, by: Tie, value: &Value) -> Result<Vec<Condition>, Problem> {
    let wanted: Vec<String> = Deserialize::deserialize(value).map_err(|error| {
        Problem::invalid(format!("Expected `filter.{name}` to be a list of texts, but: {error}."))
    })?;
    let tests = wanted.into_iter().map(|tag| {
        let column = instances::TAGS;
        Filter { column, test: Test::Like(words::pattern_of_one(&Value::String(tag))) }
    });
    Ok(match by {
        [] => tests.map(Condition::Column).collect(),
        by => {
            let filters: Vec<Filter> = tests.collect();
            let view = View::Instances;
            vec![Condition::Related(Related { view, by, filters, exists: true })]
        }
    })
}
