//! The values FEEL computes with.
//! It is not the wire format: JSON goes through `json`, and a value's text through `display`.

mod collection;
mod display;

pub use collection::{Context, Function, List, Range};

pub(crate) use display::Brief;

use crate::number::Number;
use crate::temporal::{DateTime, Far, Time, YearsMonths};
use jiff::SignedDuration;
use jiff::civil::Date;
use std::cmp::Ordering;
use std::sync::Arc;

/// A FEEL value; cloning is cheap.
#[derive(Debug, Clone, Default)]
pub enum Value {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A decimal number.
    Number(Number),
    /// A text.
    String(Arc<str>),
    /// A day.
    Date(Date),
    /// A time of day, with or without an offset or zone.
    Time(Arc<Time>),
    /// A day and time, with or without an offset or zone.
    DateTime(Arc<DateTime>),
    /// A day, or a day and time, in a year beyond 9999 or before -9999.
    Far(Arc<Far>),
    /// A duration of days, hours, minutes and seconds.
    DaysTimeDuration(SignedDuration),
    /// A duration of years and months.
    YearsMonthsDuration(YearsMonths),
    /// Values in order.
    List(Arc<List>),
    /// Values by name, in the order of insertion.
    Context(Arc<Context>),
    /// Everything between two values.
    Range(Arc<Range>),
    /// A function of the expression's own.
    Function(Arc<Function>),
}

impl Value {
    /// A text.
    pub fn string(text: impl Into<Arc<str>>) -> Value {
        Value::String(text.into())
    }

    /// A list of `items`.
    pub fn list(items: Vec<Value>) -> Value {
        Value::List(Arc::new(List::new(items)))
    }

    /// A context of `entries`; the last of two entries with one key wins.
    pub fn context(entries: Vec<(Arc<str>, Value)>) -> Value {
        Value::Context(Arc::new(Context::new(entries)))
    }

    /// Nesting of lists, contexts, ranges and captured values; a plain value has none.
    pub fn depth(&self) -> u32 {
        match self {
            Value::List(list) => list.depth,
            Value::Context(context) => context.depth,
            Value::Range(range) => range.start.depth().max(range.end.depth()) + 1,
            Value::Function(function) => {
                function.captures.iter().map(Value::depth).max().unwrap_or(0) + 1
            }
            _ => 0,
        }
    }

    /// The name of the type, as `instance of` spells it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Boolean(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Date(_) => "date",
            Value::Time(_) => "time",
            Value::DateTime(_) => "date and time",
            Value::Far(far) if far.is_date() => "date",
            Value::Far(_) => "date and time",
            Value::DaysTimeDuration(_) => "days and time duration",
            Value::YearsMonthsDuration(_) => "years and months duration",
            Value::List(_) => "list",
            Value::Context(_) => "context",
            Value::Range(_) => "range",
            Value::Function(_) => "function",
        }
    }

    /// Whether the value is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The boolean, if it is one.
    pub fn as_boolean(&self) -> Option<bool> {
        if let Value::Boolean(value) = self { Some(*value) } else { None }
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<&Number> {
        if let Value::Number(value) = self { Some(value) } else { None }
    }

    /// The number as an integer, if it is one and fits.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number().and_then(Number::as_i64)
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Value::String(value) = self { Some(value) } else { None }
    }

    /// The items, if it is a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        if let Value::List(list) = self { Some(list.items()) } else { None }
    }

    /// The context, if it is one.
    pub fn as_context(&self) -> Option<&Context> {
        if let Value::Context(context) = self { Some(context) } else { None }
    }

    /// FEEL's order; `None` between values that have none.
    pub fn order(&self, other: &Value) -> Option<Ordering> {
        match (self, other) {
            (Value::Number(a), Value::Number(b)) => Some(a.cmp(b)),
            (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
            (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
            (Value::Time(a), Value::Time(b)) => a.order(b),
            (Value::DateTime(a), Value::DateTime(b)) => a.order(b),
            (Value::Far(a), Value::Far(b)) => a.order(b),
            (Value::Far(a), near) => near.order_of_near(a).map(Ordering::reverse),
            (near, Value::Far(b)) => near.order_of_near(b),
            (Value::DaysTimeDuration(a), Value::DaysTimeDuration(b)) => Some(a.cmp(b)),
            (Value::YearsMonthsDuration(a), Value::YearsMonthsDuration(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }

    /// The order of a day of the calendar against one beyond it.
    fn order_of_near(&self, far: &Far) -> Option<Ordering> {
        let comparable = match (self, &far.time) {
            (Value::Date(_), None) => true,
            (Value::DateTime(at), Some(time)) => at.is_local() == time.is_local(),
            _ => false,
        };
        let order = if far.is_future() { Ordering::Less } else { Ordering::Greater };
        comparable.then_some(order)
    }

    /// FEEL's equality: null equals only null; `None` between values of different types.
    pub fn equals(&self, other: &Value) -> Option<bool> {
        match (self, other) {
            (Value::Number(a), Value::Number(b)) => Some(a == b),
            (Value::String(a), Value::String(b)) => Some(a == b),
            (Value::Null, _) | (_, Value::Null) => Some(self.is_null() && other.is_null()),
            (Value::Time(a), Value::Time(b)) if a.is_local() != b.is_local() => None,
            (Value::DateTime(a), Value::DateTime(b)) if a.is_local() != b.is_local() => None,
            (Value::Function(_), _) => None,
            (Value::Far(_), Value::Date(_) | Value::DateTime(_))
            | (Value::Date(_) | Value::DateTime(_), Value::Far(_)) => Some(false),
            _ if std::mem::discriminant(self) == std::mem::discriminant(other) => {
                Some(self == other)
            }
            _ => None,
        }
    }
}

impl PartialEq for Value {
    /// Equality of type and content; contexts do not compare the order of their entries.
    fn eq(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Boolean(a), Value::Boolean(b)) => a == b,
            (Value::Number(a), Value::Number(b)) => a == b,
            (Value::String(a), Value::String(b)) => a == b,
            (Value::Date(a), Value::Date(b)) => a == b,
            (Value::Time(a), Value::Time(b)) => a == b,
            (Value::DateTime(a), Value::DateTime(b)) => a == b,
            (Value::Far(a), Value::Far(b)) => a == b,
            (Value::DaysTimeDuration(a), Value::DaysTimeDuration(b)) => a == b,
            (Value::YearsMonthsDuration(a), Value::YearsMonthsDuration(b)) => a == b,
            (Value::List(a), Value::List(b)) => a.items == b.items,
            (Value::Context(a), Value::Context(b)) => {
                a.entries.len() == b.entries.len()
                    && a.entries.iter().all(|(key, value)| b.get(key) == Some(value))
            }
            (Value::Range(a), Value::Range(b)) => {
                a.start == b.start
                    && a.end == b.end
                    && a.start_included == b.start_included
                    && a.end_included == b.end_included
            }
            (Value::Function(a), Value::Function(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Boolean(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Value {
        Value::Number(Number::from(value))
    }
}

impl From<usize> for Value {
    fn from(value: usize) -> Value {
        Value::Number(Number::from(value))
    }
}

impl From<Number> for Value {
    fn from(value: Number) -> Value {
        Value::Number(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Value {
        Value::String(value.into())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Value {
        Value::String(value.into())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}
