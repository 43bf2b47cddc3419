//! Types at run time: `instance of`, and values as one of a type.
//! It does not resolve names; the compiler did.

use super::{Frame, Machine};
use crate::ast::Type;
use crate::budget::{Budget, Env};
use crate::error::{Failure, Stop, Warning, WarningKind};
use crate::program::{Id, Program};
use crate::temporal::DateTime;
use crate::value::{Brief, Value};
use std::fmt;
use std::sync::Arc;

impl Machine<'_> {
    /// Native recursion follows the type, whose depth the parser bounds.
    pub(super) fn instance_of(&mut self, value: &Value, kind: &Type) -> Result<bool, Stop> {
        match (kind, value) {
            (Type::Any, value) => Ok(!value.is_null()),
            (Type::Named(name), value) => Ok(is_named(value, name)),
            (Type::List(item), Value::List(list)) => {
                self.budget.charge(list.items().len(), 0)?;
                for value in list.items() {
                    if !self.instance_of(value, item)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (Type::Range(end), Value::Range(range)) => {
                Ok(self.instance_of(&range.start, end)? && self.instance_of(&range.end, end)?)
            }
            (Type::Function(parameters, _), Value::Function(function)) => {
                Ok(function.parameters().len() == parameters.len())
            }
            (Type::Defined(kind), value) => self.instance_of(value, kind),
            // Whether a value is allowed is no question of its type.
            (Type::Allowed(kind, _), value) => self.instance_of(value, kind),
            (Type::Context(members), Value::Context(context)) => {
                for (name, kind) in members {
                    let Some(value) = context.get(name) else { return Ok(false) };
                    if !value.is_null() && !self.instance_of(value, kind)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// A value as one of a type (DMN 10.3.2.9.4), or nothing where it cannot be.
    pub(super) fn coerced_to(&mut self, value: Value, kind: &Type) -> Result<Option<Value>, Stop> {
        if self.conforms(&value, kind)? {
            return Ok(Some(value));
        }
        if is_date_time(kind)
            && let Value::Date(date) = value
        {
            return Ok(date_time(date));
        }
        if let Some(item) = item_of(kind) {
            let listed = self.list(vec![value])?;
            let single = &listed.as_list().expect("made above")[0];
            return Ok(if self.conforms(single, item)? { Some(listed) } else { None });
        }
        if let Value::List(list) = &value
            && let [single] = list.items()
            && self.conforms(single, kind)?
        {
            return Ok(Some(single.clone()));
        }
        Ok(None)
    }

    /// Whether a value may stand where a type is expected; null may everywhere. Native recursion
    /// follows the type, whose depth is bounded.
    fn conforms(&mut self, value: &Value, kind: &Type) -> Result<bool, Stop> {
        if value.is_null() {
            return Ok(true);
        }
        match (kind, value) {
            (Type::Any, _) => Ok(true),
            (Type::Defined(kind), value) => self.conforms(value, kind),
            (Type::Allowed(kind, tests), value) => {
                Ok(self.conforms(value, kind)? && self.is_allowed(value, tests)?)
            }
            (Type::List(item), Value::List(list)) => {
                self.budget.charge(list.items().len(), 0)?;
                for value in list.items() {
                    if !self.conforms(value, item)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (Type::Context(members), Value::Context(context)) => {
                self.budget.charge(members.len(), 0)?;
                for (name, kind) in members {
                    let Some(value) = context.get(name) else { return Ok(false) };
                    if !self.conforms(value, kind)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            _ => self.instance_of(value, kind),
        }
    }

    fn is_allowed(&mut self, value: &Value, tests: &Program) -> Result<bool, Stop> {
        self.deeper()?;
        let scope: [(&str, Value); 0] = [];
        let found = tests.test(value, &scope, self.env, self.budget);
        self.depth -= 1;
        Ok(found?.value == Value::Boolean(true))
    }

    pub(super) fn coerce(
        &mut self,
        frame: &Frame<'_>,
        value: Id,
        kind: u32,
    ) -> Result<Value, Stop> {
        let value = self.eval(frame, value)?;
        let kind = &frame.code.types[kind as usize];
        let brief = value.clone();
        if let Some(value) = self.coerced_to(value, kind)? {
            return Ok(value);
        }
        self.does_not_conform(&brief, kind);
        Ok(Value::Null)
    }

    #[cold]
    pub(super) fn does_not_conform(&mut self, value: &Value, kind: &Type) {
        self.warn(WarningKind::InvalidType, || {
            format!("Expected {} but found '{}'", TypeName(kind), Brief(value))
        });
    }
}

/// The type of a list's items.
fn item_of(kind: &Type) -> Option<&Type> {
    match kind {
        Type::List(item) => Some(item),
        Type::Defined(kind) => item_of(kind),
        Type::Allowed(kind, _) => item_of(kind),
        _ => None,
    }
}

fn is_date_time(kind: &Type) -> bool {
    match kind {
        Type::Named(name) => matches!(&**name, "date and time" | "date time"),
        Type::Defined(kind) => is_date_time(kind),
        Type::Allowed(kind, _) => is_date_time(kind),
        _ => false,
    }
}

/// Midnight of a day, in UTC.
fn date_time(date: jiff::civil::Date) -> Option<Value> {
    let zoned = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Value::DateTime(Arc::new(DateTime::Zoned(zoned))))
}

/// A type as a warning names it.
struct TypeName<'t>(&'t Type);

impl fmt::Display for TypeName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Type::Any => f.write_str("anything"),
            Type::Named(name) => f.write_str(name),
            Type::List(_) => f.write_str("list"),
            Type::Range(_) => f.write_str("range"),
            Type::Context(_) => f.write_str("context"),
            Type::Function(..) => f.write_str("function"),
            Type::Allowed(kind, tests) => {
                write!(f, "{} of {}", TypeName(kind), tests.source())
            }
            Type::Defined(kind) => write!(f, "{}", TypeName(kind)),
        }
    }
}

/// A value from JSON as its type has it: texts that stand for temporal values become these.
/// Native recursion follows the type, whose depth is bounded.
pub(crate) fn from_wire(value: Value, kind: &Type) -> Value {
    match (kind, &value) {
        (Type::Defined(kind), _) => from_wire(value, kind),
        (Type::Allowed(kind, _), _) => from_wire(value, kind),
        (Type::List(item), Value::List(list)) => {
            Value::list(list.items().iter().map(|value| from_wire(value.clone(), item)).collect())
        }
        (Type::Context(members), Value::Context(context)) => {
            let entries = context.entries().iter().map(|(key, value)| {
                let kind = members.iter().find(|(name, _)| name == key).map(|(_, kind)| kind);
                (Arc::clone(key), kind.map_or(value.clone(), |kind| from_wire(value.clone(), kind)))
            });
            Value::context(entries.collect())
        }
        (Type::Named(name), Value::String(text)) => match crate::temporal::parse_literal(text) {
            Some(parsed) if is_named(&parsed, name) => parsed,
            _ => value,
        },
        _ => value,
    }
}

fn is_named(value: &Value, name: &str) -> bool {
    let name = match name {
        "date time" => "date and time",
        "year-month-duration" => "years and months duration",
        "day-time-duration" => "days and time duration",
        name => name,
    };
    value.type_name() == name
}

/// An input as one of its type; null and a warning where it is none.
pub(crate) fn input_as(
    value: Value,
    kind: &Type,
    env: &Env,
    budget: &mut Budget,
) -> Result<(Value, Option<Warning>), Failure> {
    let scope: [(&str, Value); 0] = [];
    let mut machine = Machine::new(&scope, env, budget, 0);
    machine.check_depth(&value).map_err(|stop| *stop)?;
    let given = value.clone();
    if let Some(value) = machine.coerced_to(value, kind).map_err(|stop| *stop)? {
        return Ok((value, None));
    }
    machine.does_not_conform(&given, kind);
    Ok((Value::Null, machine.warnings.pop()))
}
